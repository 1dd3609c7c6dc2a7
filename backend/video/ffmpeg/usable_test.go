package ffmpeg

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// copyOf puts a copy of this program at a path, with a mode.
func copyOf(t *testing.T, path string, mode os.FileMode) string {
	t.Helper()
	own, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(own) //nolint:gosec // ourselves
	if err == nil {
		err = os.WriteFile(path, data, 0o600)
	}
	if err == nil {
		err = os.Chmod(path, mode)
	}
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func TestAProgramThatIsPointedAtIsLookedAtBeforeItIsRun(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no such permissions")
	}
	t.Setenv("POSTBAG_TEST_FFMPEG", "old")
	dir := t.TempDir()
	good := copyOf(t, filepath.Join(dir, "-ffmpeg $(touch x) 'a\" b"), 0o755)
	if p, err := Look(t.Context(), good); err != nil || p.Version != "9.9-test" || p.Path != good || !p.Writes() {
		t.Errorf("%+v, %v", p, err)
	}
	link := filepath.Join(dir, "ffmpeg")
	if err := os.Symlink(good, link); err != nil {
		t.Fatal(err)
	}
	if p, err := Look(t.Context(), link); err != nil || p.Path != link {
		t.Errorf("a link: %+v, %v", p, err)
	}
	ran := filepath.Join(dir, "ran")
	script := func(name string, mode os.FileMode) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte("#!/bin/sh\ntouch '"+ran+"'\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for path, why := range map[string]Reason{
		"ffmpeg": Relative, "./ffmpeg": Relative, good + "\n": Relative, "/" + strings.Repeat("a", mostPath): Relative,
		filepath.Join(dir, "gone"): Gone, dir: NotFile, os.DevNull: NotFile, script("plain", 0o600): NotRun, script("open", 0o777): Open,
	} {
		_, err := Look(t.Context(), path)
		u, ok := errors.AsType[*UnusableError](err)
		if !ok || u.Why != why || u.Error() == "" {
			t.Errorf("%.60q: %v, want %s", path, err, why)
		}
	}
	if _, err := os.Stat(ran); err == nil {
		t.Error("a program that must not be run was run")
	}
	t.Setenv("POSTBAG_TEST_FFMPEG", "other")
	if _, err := Look(t.Context(), good); err == nil || !strings.Contains(err.Error(), "not ffmpeg") {
		t.Errorf("another program: %v", err)
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if _, err := Look(ctx, good); !errors.Is(err, context.Canceled) {
		t.Errorf("a question that ended: %v", err)
	}
}
