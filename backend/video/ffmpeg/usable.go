package ffmpeg

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Reason is why a program that a person points at is not used.
type Reason string

// Every reason.
const (
	Relative  Reason = "relative"       // it does not say where it is from the root
	Gone      Reason = "gone"           // nothing is there, or it may not be seen
	NotFile   Reason = "not_file"       // a folder, a device, a pipe
	NotRun    Reason = "not_executable" // it may not be started
	Open      Reason = "open_to_all"    // everybody on this machine may put another in its place
	NotFFmpeg Reason = "not_ffmpeg"     // it says to be something else, or says nothing
)

// UnusableError is the error of a program that is not used.
type UnusableError struct {
	Path string
	Why  Reason
	err  error
}

func (u *UnusableError) Error() string {
	words := map[Reason]string{
		Relative: "this is not a whole path", Gone: "there is no such file", NotFile: "this is not a file",
		NotRun: "this file may not be run", Open: "everybody on this machine may change this file", NotFFmpeg: "this is not ffmpeg",
	}[u.Why]
	if u.err != nil {
		return fmt.Sprintf("%q: %s: %v", u.Path, words, u.err)
	}
	return fmt.Sprintf("%q: %s", u.Path, words)
}

func (u *UnusableError) Unwrap() error { return u.err }

// mostPath is how long a path is at most, in bytes: Linux's PATH_MAX.
const mostPath = 4096

// Look asks the program at a path who it is. One that is not usable is an *UnusableError. It is run with arguments,
// never by a shell, and only if it is a file that this person may run and not everybody may change.
func Look(ctx context.Context, path string) (Program, error) {
	if why, err := inspect(path); why != "" {
		return Program{}, &UnusableError{path, why, err}
	}
	p := Program{Path: path}
	version, err := p.ask(ctx, "-version")
	if ctx.Err() != nil {
		return Program{}, ctx.Err()
	}
	rest, ok := strings.CutPrefix(version, "ffmpeg version ")
	if !ok || err != nil {
		return Program{}, &UnusableError{path, NotFFmpeg, err}
	}
	p.Version, _, _ = strings.Cut(strings.TrimSpace(rest), " ")
	encoders, err := p.ask(ctx, "-encoders")
	if err != nil {
		return Program{}, &UnusableError{path, NotFFmpeg, err}
	}
	p.h264 = h264Of(encoders)
	return p, nil
}

// inspect looks at a file before it is run.
func inspect(path string) (Reason, error) {
	if !filepath.IsAbs(path) || len(path) > mostPath || !utf8.ValidString(path) || strings.ContainsFunc(path, unicode.IsControl) {
		return Relative, nil
	}
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return Gone, nil
	case err != nil:
		return Gone, err
	case !info.Mode().IsRegular():
		return NotFile, nil
	case runtime.GOOS == "windows":
		// A script would be run by a shell, which takes arguments apart by rules of its own.
		if !strings.EqualFold(filepath.Ext(path), ".exe") {
			return NotRun, nil
		}
		return "", nil
	case info.Mode()&0o111 == 0:
		return NotRun, nil
	case info.Mode()&0o002 != 0:
		return Open, nil
	}
	return "", nil
}
