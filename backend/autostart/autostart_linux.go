package autostart

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// patience is how long systemd may take to answer.
const patience = 20 * time.Second

// Install makes the entry start at log-in, in place of an earlier one of the same id, and starts
// it now where systemd runs. What it needs of the environment is the session's own.
func Install(ctx context.Context, e Entry) (Place, error) {
	if err := e.check(); err != nil {
		return Place{}, err
	}
	config, err := os.UserConfigDir()
	if err != nil {
		return Place{}, fmt.Errorf("the folder of settings: %w", err)
	}
	if !haveSystemd(ctx) {
		path := filepath.Join(config, "autostart", e.ID+".desktop")
		return Place{Path: path}, write(path, e.desktop())
	}
	path := filepath.Join(config, "systemd", "user", e.ID+".service")
	if err := write(path, e.unit()); err != nil {
		return Place{}, err
	}
	if err := systemctl(ctx, "daemon-reload"); err != nil {
		return Place{}, err
	}
	if err := systemctl(ctx, "enable", e.ID+".service"); err != nil {
		return Place{}, err
	}
	return Place{Path: path, Running: true}, systemctl(ctx, "restart", e.ID+".service")
}

// Uninstall takes back what Install did, and stops it. It reports whether there was anything.
func Uninstall(ctx context.Context, id string) (there bool, err error) {
	config, err := os.UserConfigDir()
	if err != nil {
		return false, fmt.Errorf("the folder of settings: %w", err)
	}
	unit := filepath.Join(config, "systemd", "user", id+".service")
	if _, err := os.Stat(unit); err == nil && haveSystemd(ctx) {
		if err := systemctl(ctx, "disable", "--now", id+".service"); err != nil {
			return true, err
		}
		defer func() { err = errors.Join(err, systemctl(ctx, "daemon-reload")) }()
	}
	for _, path := range []string{unit, filepath.Join(config, "autostart", id+".desktop")} {
		switch err := os.Remove(path); {
		case err == nil:
			there = true
		case !errors.Is(err, fs.ErrNotExist):
			return there, err
		}
	}
	return there, nil
}

// haveSystemd reports whether this person's systemd answers.
func haveSystemd(ctx context.Context) bool {
	return systemctl(ctx, "show-environment") == nil
}

func systemctl(ctx context.Context, args ...string) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	out, err := exec.CommandContext(ctx, "systemctl", append([]string{"--user"}, args...)...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("systemctl --user %s: %w: %.300s", args[0], err, out)
	}
	return nil
}
