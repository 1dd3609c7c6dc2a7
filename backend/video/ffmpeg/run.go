package ffmpeg

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Source is a file to work on. Its format was found in its content.
type Source struct {
	Path string
	// Format is "mp4", "mov", "webm" or "gif".
	Format string
}

// demuxer forces what reads a file, so that none is taken for a list of other files.
func (s Source) demuxer() string {
	switch s.Format {
	case "webm":
		return "matroska"
	case "gif":
		return "gif"
	}
	return "mov"
}

// Command is what ffmpeg is to do, without where the result goes.
type Command struct {
	inputs []input
	args   []string      // between the inputs and the output
	Format string        // of the result: "mp4", "mov", "webm", "jpeg"; "" if there is none but words
	Length time.Duration // of the result, for the progress; 0 if not known
}

type input struct {
	options []string
	source  Source
}

// Bounds of every run.
const (
	mostBytes  = 20 << 30      // of a result
	mostTime   = 6 * time.Hour // of a run
	mostMemory = 1 << 30       // of one block
	mostPixels = 8192 * 8192   // of one picture
)

// arguments are all of a run, the output last.
func (c Command) arguments(threads int, out string) []string {
	n := strconv.Itoa(threads)
	list := []string{
		"-hide_banner", "-nostdin", "-nostats", "-loglevel", "error", "-progress", "pipe:1", "-stats_period", "0.5",
		"-max_alloc", strconv.Itoa(mostMemory), "-filter_threads", n, "-filter_complex_threads", n, "-y",
	}
	if c.Format == "" { // its words are the result
		list[4] = "info"
	}
	for _, in := range c.inputs {
		list = append(list, "-threads", n, "-max_pixels", strconv.Itoa(mostPixels), "-protocol_whitelist", "file")
		list = append(list, in.options...)
		list = append(list, "-f", in.source.demuxer(), "-i", "file:"+in.source.Path)
	}
	list = append(list, c.args...)
	list = append(list, "-threads", n)
	switch c.Format {
	case "":
		return append(list, "-f", "null", "-")
	case "jpeg":
		return append(list, "-f", "image2", "-update", "1", "file:"+out)
	case "mp4", "mov":
		list = append(list, "-movflags", "+faststart")
	}
	return append(list, "-fs", strconv.FormatInt(mostBytes, 10), "-f", c.Format, "file:"+out)
}

// Run does what a command says and puts the result at out, which must not be there: whole, or not at
// all. progress, which may be nil, hears shares from 0 to 1. A context that ends ends ffmpeg.
func (p Program) Run(ctx context.Context, c Command, out string, progress func(float64)) error {
	if !filepath.IsAbs(out) {
		return fmt.Errorf("%w: the result needs an absolute path", ErrFailed)
	}
	if _, err := os.Lstat(out); err == nil {
		return fmt.Errorf("%s: %w", filepath.Base(out), os.ErrExist)
	}
	part := out + ".part"
	defer func() { _ = os.Remove(part) }()
	if _, err := p.run(ctx, c, part, progress); err != nil {
		return err
	}
	info, err := os.Stat(part)
	if errors.Is(err, os.ErrNotExist) || err == nil && info.Size() == 0 {
		return fmt.Errorf("%w: nothing came out", ErrNotVideo)
	}
	if err != nil {
		return err
	}
	return os.Rename(part, out)
}

// run returns the last words of ffmpeg.
func (p Program) run(ctx context.Context, c Command, out string, progress func(float64)) (string, error) {
	if p.Path == "" {
		return "", ErrMissing
	}
	for _, in := range c.inputs {
		if !filepath.IsAbs(in.source.Path) {
			return "", fmt.Errorf("%w: a file needs an absolute path", ErrFailed)
		}
	}
	bounded, cancel := context.WithTimeout(ctx, mostTime)
	defer cancel()
	cmd := exec.CommandContext(bounded, p.Path, c.arguments(max(1, runtime.NumCPU()-1), out)...)
	cmd.Env, cmd.WaitDelay = environment(os.Environ()), 2*time.Second
	words := &tail{most: 64 << 10}
	cmd.Stderr = words
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		return "", err
	}
	quiet(cmd)
	// Where a child ends with the thread that began it, the thread must stay.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := cmd.Start(); err != nil {
		if errors.Is(err, os.ErrNotExist) || errors.Is(err, exec.ErrNotFound) {
			return "", fmt.Errorf("%w: %w", ErrMissing, err)
		}
		return "", fmt.Errorf("%w: %w", ErrFailed, err)
	}
	lower(cmd.Process.Pid)
	follow(pipe, c.Length, progress)
	err = cmd.Wait()
	switch {
	case ctx.Err() != nil:
		return "", context.Cause(ctx)
	case err != nil:
		return "", verdict(words, err)
	case c.Format != "" && unwritten(words):
		return "", verdict(words, errUnwritten)
	}
	return words.String(), nil
}

// follow reads what -progress writes, until ffmpeg closes it: lines of key=value. out_time_us is how
// much of the result there is, in microseconds ("ffmpeg Documentation", "-progress").
func follow(r io.Reader, length time.Duration, progress func(float64)) {
	for lines := bufio.NewScanner(r); lines.Scan(); {
		text, ok := strings.CutPrefix(lines.Text(), "out_time_us=")
		if !ok || progress == nil || length <= 0 {
			continue
		}
		if n, err := strconv.ParseInt(text, 10, 64); err == nil && n >= 0 {
			progress(min(1, float64(n)/float64(length.Microseconds())))
		}
	}
	_, _ = io.Copy(io.Discard, r)
}

// errUnwritten is a run that ended as if all was well. ffmpeg writes the end of a file, and moves its index to
// the front, after the point from which it cares: a disk that is full only then leaves half a file and no
// error (seen with version 5.1).
var errUnwritten = errors.New("the end of the file was not written")

func unwritten(words *tail) bool {
	said := words.String()
	for _, bad := range []string{"No space left on device", "Disk quota exceeded", "Error writing trailer", "Error closing file", "Input/output error"} {
		if strings.Contains(said, bad) {
			return true
		}
	}
	return false
}

// verdict says what ffmpeg's last words mean.
func verdict(words *tail, err error) error {
	said := words.String()
	line := words.last()
	for _, c := range []struct {
		words string
		is    error
	}{
		{"No space left on device", syscall.ENOSPC},
		{"Disk quota exceeded", syscall.ENOSPC},
		{"Unknown encoder", ErrEncoder},
		{"Encoder not found", ErrEncoder},
		{"No such filter", ErrEncoder},
		{"Invalid data found when processing input", ErrNotVideo},
		{"moov atom not found", ErrNotVideo},
		{"matches no streams", ErrNotVideo},
		{"does not contain any stream", ErrNotVideo},
		{"Stream specifier ", ErrNotVideo}, // "… in filtergraph description … matches no streams"
	} {
		if strings.Contains(said, c.words) {
			return fmt.Errorf("%w (%s)", c.is, shorten(line))
		}
	}
	return fmt.Errorf("%w: %s (%w)", ErrFailed, shorten(line), err)
}

// shorten keeps a line short enough for a sentence.
func shorten(s string) string {
	if runes := []rune(s); len(runes) > 200 {
		return string(runes[:199]) + "…"
	}
	return s
}
