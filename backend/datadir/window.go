package datadir

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// windowName is the folder of the window: what a second start must find before it opens
// anything, and what belongs to this machine's screen. No backup has it.
const windowName = "window"

// WindowFolder returns the folder where the window of the data folder at path keeps its own
// files, and makes it. It may be called before Open, and fails as that does where the place is no
// place for a data folder.
func WindowFolder(path string, o Options) (string, error) {
	folder, err := windowFolder(path, o)
	if err != nil {
		return "", fmt.Errorf("open the window's folder: %w", err)
	}
	return folder, nil
}

func windowFolder(path string, o Options) (string, error) {
	path, err := resolve(path, o)
	if err != nil {
		return "", err
	}
	narrowUmask()
	if err := finishRestore(path); err != nil {
		return "", err
	}
	if err := os.MkdirAll(path, 0o700); err != nil {
		return "", err
	}
	if _, err := os.Lstat(filepath.Join(path, infoName)); errors.Is(err, fs.ErrNotExist) {
		if err := ours(path); err != nil {
			return "", err
		}
	}
	folder := filepath.Join(path, windowName)
	return folder, os.MkdirAll(folder, 0o700)
}
