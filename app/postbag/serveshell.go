package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"

	"postbag/app/api"
	"postbag/backend/domain"
)

// browser is what a page in a browser has around it: no window, no dialogs and no menus of the
// system. The page uses the browser's own means, and files that are dropped on it are uploaded.
type browser struct {
	opens func(target string) error // the system's way to open a file or an address
}

var _ api.Shell = browser{}

// lacking is the answer to what only a window can do.
func lacking(what string) error {
	return fmt.Errorf("a page in a browser cannot %s: %w", what, domain.ErrNotAllowed)
}

// Info says that there is a page and nothing more; it publishes whether or not a page is open.
func (browser) Info() api.ShellInfo { return api.ShellInfo{System: runtime.GOOS, Background: true} }

func (browser) ChooseFiles(context.Context, api.FileQuestion) ([]string, error) {
	return nil, lacking("open a dialog of the system")
}

func (browser) ChooseFolder(context.Context, string) (string, error) {
	return "", lacking("open a dialog of the system")
}

func (browser) ChooseSave(context.Context, api.SaveQuestion) (string, error) {
	return "", lacking("open a dialog of the system")
}

// OpenLink opens what the page itself cannot: a file that was published on this machine.
func (b browser) OpenLink(_ context.Context, address string) error {
	if err := b.opens(address); err != nil {
		return fmt.Errorf("this system did not open %s: %w: %w", address, err, domain.ErrNotAllowed)
	}
	return nil
}

// Reveal opens the folder a file is in.
func (b browser) Reveal(_ context.Context, path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		path = filepath.Dir(path)
	}
	if err := b.opens(path); err != nil {
		return fmt.Errorf("this system did not open %s: %w: %w", path, err, domain.ErrNotAllowed)
	}
	return nil
}

func (browser) Copy(context.Context, string) error {
	return lacking("reach the clipboard of the system")
}

func (browser) Paste(context.Context) (string, error) {
	return "", lacking("reach the clipboard of the system")
}

func (browser) Notify(context.Context, api.Notification) error {
	return lacking("send notifications of the system")
}

func (browser) Window(context.Context, api.WindowAction) error { return lacking("move a window") }

// Title and Theme have nothing to tell: the page has its own title, and its own memory of the theme.
func (browser) Title(context.Context, string) error { return nil }

func (browser) Theme(context.Context, string, bool) error { return nil }

func (browser) SetMenu(context.Context, []api.Menu) error { return lacking("draw menus of the system") }

func (browser) SetTray(context.Context, api.Tray) error { return lacking("put a mark into the tray") }

func (browser) Ready(context.Context) ([]api.ShellEvent, error) { return nil, nil }

func (browser) Preferences(context.Context) (api.ShellPreferences, error) {
	return api.ShellPreferences{}, lacking("remember how a window behaves")
}

func (browser) SetPreferences(context.Context, api.ShellPreferences) error {
	return lacking("remember how a window behaves")
}

// Leaving has nothing to do: a browser closes its page without asking, and Postbag goes on.
func (browser) Leaving(context.Context) bool { return false }

func (browser) Leave(context.Context, api.Leave) error { return lacking("close a window") }
