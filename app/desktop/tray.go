//go:build !bindings && tray && !darwin

package desktop

import (
	"context"
	goruntime "runtime"
	"sync"

	"fyne.io/systray"

	"postbag/app/api"
)

// hasTray says whether there is a mark in the system's tray.
const hasTray = true

// The commands the tray carries out itself.
const (
	trayShow = "window.show"
	trayQuit = "window.quit"
)

// mostTrayItems bounds the tray's menu.
const mostTrayItems = 24

// tray is the mark in the system's tray. Items of its menu are made once and reused: the systems
// differ in what they can take away again.
type tray struct {
	mu      sync.Mutex
	running bool
	words   api.Tray
	state   *systray.MenuItem
	items   []*trayItem
	end     func()
}

type trayItem struct {
	item *systray.MenuItem
	what api.MenuItem
}

// startTray puts the mark into the tray, if the session has one.
func (w *window) startTray() {
	ready := func() {
		systray.SetIcon(trayIcon())
		systray.SetTitle("Postbag")
		systray.SetTooltip("Postbag")
		systray.SetOnTapped(w.show)
		w.tray.mu.Lock()
		w.tray.running = true
		w.tray.mu.Unlock()
		w.drawTray()
	}
	if goruntime.GOOS == "windows" {
		go func() { // the thread that made the mark must hear its messages
			goruntime.LockOSThread()
			systray.Run(ready, nil)
		}()
		w.tray.end = systray.Quit
		return
	}
	if !hasSession() { // the tray's module does not expect that
		return
	}
	start, end := systray.RunWithExternalLoop(ready, nil)
	w.tray.end = end
	start()
}

// endTray takes the mark away.
func (w *window) endTray() {
	if w.tray.end != nil {
		w.tray.end()
	}
}

// SetTray gives the mark its words.
func (w *window) SetTray(_ context.Context, t api.Tray) error {
	t.Items = append([]api.MenuItem{}, t.Items[:min(len(t.Items), mostTrayItems)]...)
	w.tray.mu.Lock()
	w.tray.words = t
	w.tray.mu.Unlock()
	w.drawTray()
	return nil
}

// drawTray writes the words into the menu.
func (w *window) drawTray() {
	t := &w.tray
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.running || len(t.words.Items) == 0 {
		return
	}
	if t.words.State != "" {
		systray.SetTooltip("Postbag: " + t.words.State)
	}
	if t.state == nil {
		t.state = systray.AddMenuItem(t.words.State, "")
		t.state.Disable()
		systray.AddSeparator()
	}
	t.state.SetTitle(t.words.State)
	for len(t.items) < len(t.words.Items) {
		one := &trayItem{item: systray.AddMenuItem("", "")}
		t.items = append(t.items, one)
		go func() {
			for range one.item.ClickedCh {
				w.clickedTray(one)
			}
		}()
	}
	for i, one := range t.items {
		if i >= len(t.words.Items) {
			one.item.Hide()
			continue
		}
		one.what = t.words.Items[i]
		one.item.SetTitle(one.what.Label)
		one.item.Show()
		if one.what.Off {
			one.item.Disable()
		} else {
			one.item.Enable()
		}
	}
}

func (w *window) clickedTray(one *trayItem) {
	w.tray.mu.Lock()
	what := one.what
	w.tray.mu.Unlock()
	switch what.Command {
	case trayShow:
		w.show()
	case trayQuit:
		w.askToQuit()
	default:
		if !what.Quiet {
			w.show()
		}
		w.tell(api.ShellEvent{Kind: api.ShellCommand, Command: what.Command})
	}
}
