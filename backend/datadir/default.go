package datadir

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
)

// Default is where the system keeps programs' data: $XDG_DATA_HOME/postbag or
// ~/.local/share/postbag (XDG Base Directory Specification 0.8, May 2021),
// ~/Library/Application Support/Postbag on macOS, %LocalAppData%\Postbag on Windows, which
// unlike %AppData% does not roam between machines.
func Default() (string, error) {
	switch runtime.GOOS {
	case "windows":
		if local := os.Getenv("LocalAppData"); filepath.IsAbs(local) {
			return filepath.Join(local, "Postbag"), nil
		}
		return "", errors.New("find the data folder: %LocalAppData% is not set")
	case "darwin":
		home, err := os.UserHomeDir()
		if err != nil {
			return "", fmt.Errorf("find the data folder: %w", err)
		}
		return filepath.Join(home, "Library", "Application Support", "Postbag"), nil
	default:
		if data := os.Getenv("XDG_DATA_HOME"); filepath.IsAbs(data) { // a relative one is to be ignored
			return filepath.Join(data, "postbag"), nil
		}
		home, err := os.UserHomeDir()
		if err != nil {
			return "", fmt.Errorf("find the data folder: %w", err)
		}
		return filepath.Join(home, ".local", "share", "postbag"), nil
	}
}
