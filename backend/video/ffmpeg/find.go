// Package ffmpeg works on videos with the ffmpeg program that a person has installed: a picture of a
// moment, a strip of moments, a part, another shape, several in one, an even loudness, a file that a
// network takes.
//
// What is done is made up by pure functions, as a Command: the arguments, without the output. Program.Run
// runs one: at low priority, leaving a processor free, with progress, and never outliving its context.
// The files are strangers: ffmpeg gets the demuxer of the format that was found in the content, may open
// nothing but files, takes no environment that makes it write elsewhere, and writes to a name of ours,
// which becomes the result only when it is whole.
//
// The options are those of ffmpeg's manual ("ffmpeg Documentation", "FFmpeg Formats", "FFmpeg Filters",
// version 7.1, 2025), where they are the same as in version 4.4.
package ffmpeg

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// Errors about ffmpeg and what it was given. Compare with errors.Is.
var (
	// ErrMissing says that there is no ffmpeg on this machine.
	ErrMissing = errors.New("ffmpeg is not installed")
	// ErrNotVideo says that ffmpeg finds no video in a file.
	ErrNotVideo = errors.New("there is no video in this file that can be read")
	// ErrEncoder says that this ffmpeg was built without what a result needs.
	ErrEncoder = errors.New("this ffmpeg cannot write the kind of video that is needed")
	// ErrFailed is any other end.
	ErrFailed = errors.New("ffmpeg did not finish")
)

// Program is an ffmpeg on this machine.
type Program struct {
	Path    string
	Version string
	h264    string // the encoder of H.264, "" if there is none
}

// Writes reports whether it can make the videos that networks take. One that cannot still makes pictures
// and cuts without encoding.
func (p Program) Writes() bool { return p.h264 != "" }

// Find finds ffmpeg: at chosen if that is not "", else beside the running program, else on the PATH. One
// that cannot be used is passed over; Look says why. It fails with ErrMissing.
func Find(ctx context.Context, chosen string) (Program, error) {
	candidates := []string{}
	if chosen != "" {
		candidates = append(candidates, chosen)
	}
	if own, err := os.Executable(); err == nil {
		candidates = append(candidates, filepath.Join(filepath.Dir(own), "ffmpeg"+executable()))
	}
	if found, err := exec.LookPath("ffmpeg"); err == nil {
		candidates = append(candidates, found)
	}
	for _, path := range candidates {
		if p, err := Look(ctx, path); err == nil {
			return p, nil
		} else if ctx.Err() != nil {
			return Program{}, ctx.Err()
		}
	}
	return Program{}, ErrMissing
}

func executable() string {
	if runtime.GOOS == "windows" {
		return ".exe"
	}
	return ""
}

// lookTime is how long ffmpeg may take to say its version.
const lookTime = 10 * time.Second

// h264Of chooses among the encoders of H.264, the best first.
func h264Of(encoders string) string {
	has := map[string]bool{}
	for line := range strings.Lines(encoders) {
		if words := strings.Fields(line); len(words) >= 2 {
			has[words[1]] = true
		}
	}
	for _, name := range []string{"libx264", "libopenh264", "h264_videotoolbox", "h264_mf"} {
		if has[name] {
			return name
		}
	}
	return ""
}

func (p Program) ask(ctx context.Context, what string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, lookTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, p.Path, "-hide_banner", what)
	cmd.Env, cmd.WaitDelay = environment(os.Environ()), time.Second
	out := &tail{most: 256 << 10}
	cmd.Stdout = out
	hide(cmd)
	err := cmd.Run()
	return out.String(), err
}

// environment leaves out what makes ffmpeg write files by itself.
func environment(of []string) []string {
	list := []string{}
	for _, v := range of {
		if !strings.HasPrefix(v, "FFREPORT=") && !strings.HasPrefix(v, "FFMPEG_DATADIR=") {
			list = append(list, v)
		}
	}
	return append(list, "AV_LOG_FORCE_NOCOLOR=1")
}

// Install returns the command that installs ffmpeg on this system, "" where none is known.
func Install() string {
	return install(runtime.GOOS, func(name string) bool {
		_, err := exec.LookPath(name)
		return err == nil
	})
}

func install(system string, present func(string) bool) string {
	switch system {
	case "darwin":
		return "brew install ffmpeg"
	case "windows":
		return "winget install Gyan.FFmpeg"
	}
	for _, c := range []struct{ manager, command string }{
		{"apt-get", "sudo apt-get install ffmpeg"},
		{"dnf", "sudo dnf install ffmpeg-free"},
		{"pacman", "sudo pacman -S ffmpeg"},
		{"zypper", "sudo zypper install ffmpeg"},
		{"apk", "sudo apk add ffmpeg"},
	} {
		if present(c.manager) {
			return c.command
		}
	}
	return ""
}

// tail keeps the last bytes that were written to it.
type tail struct {
	buf  bytes.Buffer
	most int
}

func (t *tail) Write(p []byte) (int, error) {
	t.buf.Write(p)
	if over := t.buf.Len() - t.most; over > 0 {
		t.buf.Next(over)
	}
	return len(p), nil
}

func (t *tail) String() string { return t.buf.String() }

// last returns the last line that says something.
func (t *tail) last() string {
	line := ""
	for s := bufio.NewScanner(strings.NewReader(t.String())); s.Scan(); {
		if text := strings.TrimSpace(s.Text()); text != "" {
			line = text
		}
	}
	return line
}
