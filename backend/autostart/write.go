//go:build !windows

package autostart

import (
	"fmt"
	"os"
	"path/filepath"
)

// write puts the text in place in one step: a log-in never finds half a file.
func write(path, text string) (err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("start at log-in: %w", err)
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".postbag-*")
	if err != nil {
		return fmt.Errorf("start at log-in: %w", err)
	}
	defer func() {
		if err != nil {
			_ = f.Close()
			_ = os.Remove(f.Name())
			err = fmt.Errorf("start at log-in: %w", err)
		}
	}()
	if _, err := f.WriteString(text); err != nil {
		return err
	}
	if err := f.Chmod(0o644); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
