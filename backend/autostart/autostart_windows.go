package autostart

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/sys/windows/registry"
)

// run is where Windows looks for what starts when this person logs in.
const run = `Software\Microsoft\Windows\CurrentVersion\Run`

// longest is how long such a command line may be (Microsoft, "Run and RunOnce Registry Keys", 2021).
const longest = 260

// Install makes the entry start at the next log-in, in place of an earlier one of the same id.
func Install(_ context.Context, e Entry) (Place, error) {
	if err := e.check(); err != nil {
		return Place{}, err
	}
	line := e.commandLine()
	if len(line) > longest {
		return Place{}, fmt.Errorf("%w: Windows takes a command of %d characters, and this one has %d", ErrInvalid, longest, len(line))
	}
	key, _, err := registry.CreateKey(registry.CURRENT_USER, run, registry.SET_VALUE)
	if err != nil {
		return Place{}, fmt.Errorf("registry: %w", err)
	}
	defer func() { _ = key.Close() }()
	if err := key.SetStringValue(e.ID, line); err != nil {
		return Place{}, fmt.Errorf("registry: %w", err)
	}
	return Place{Path: `HKEY_CURRENT_USER\` + run + `\` + e.ID}, nil
}

// Uninstall takes back what Install did. It reports whether there was anything.
func Uninstall(_ context.Context, id string) (bool, error) {
	key, err := registry.OpenKey(registry.CURRENT_USER, run, registry.SET_VALUE)
	if errors.Is(err, registry.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("registry: %w", err)
	}
	defer func() { _ = key.Close() }()
	err = key.DeleteValue(id)
	if errors.Is(err, registry.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

func (e Entry) commandLine() string {
	words := make([]string, 0, 1+len(e.Args))
	for _, word := range append([]string{e.Program}, e.Args...) {
		words = append(words, windowsWord(word))
	}
	return strings.Join(words, " ")
}
