package autostart

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"
)

// patience is how long launchd may take to answer.
const patience = 20 * time.Second

// Install makes the entry start at log-in, in place of an earlier one of the same id, and starts
// it now.
func Install(ctx context.Context, e Entry) (Place, error) {
	if err := e.check(); err != nil {
		return Place{}, err
	}
	path, err := agentPath(e.label())
	if err != nil {
		return Place{}, err
	}
	_ = launchctl(ctx, "bootout", domain()+"/"+e.label()) // an earlier one; there may be none
	if err := write(path, e.plist()); err != nil {
		return Place{}, err
	}
	return Place{Path: path, Running: true}, launchctl(ctx, "bootstrap", domain(), path)
}

// Uninstall takes back what Install did, and stops it. It reports whether there was anything.
func Uninstall(ctx context.Context, id string) (bool, error) {
	label := Entry{ID: id}.label()
	path, err := agentPath(label)
	if err != nil {
		return false, err
	}
	_ = launchctl(ctx, "bootout", domain()+"/"+label) // it may not run
	err = os.Remove(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

func agentPath(label string) (string, error) {
	home, err := os.UserHomeDir()
	if err != nil {
		return "", fmt.Errorf("the home folder: %w", err)
	}
	return filepath.Join(home, "Library", "LaunchAgents", label+".plist"), nil
}

func domain() string { return "gui/" + strconv.Itoa(os.Getuid()) }

func launchctl(ctx context.Context, args ...string) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	out, err := exec.CommandContext(ctx, "launchctl", args...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("launchctl %s: %w: %.300s", args[0], err, out)
	}
	return nil
}
