//go:build !bindings

package desktop

import (
	"context"
	"errors"
	"fmt"
	"os"
	goruntime "runtime"
	"strings"
	"time"

	"github.com/wailsapp/wails/v2/pkg/menu"
	"github.com/wailsapp/wails/v2/pkg/runtime"

	"postbag/app/api"
	"postbag/backend/domain"
)

// errNotYet says that the window is not there yet, or not any more.
var errNotYet = fmt.Errorf("the window is not there: %w", domain.ErrNotAllowed)

// library returns the context that the window library is asked with.
func (w *window) library() (context.Context, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.ctx == nil {
		return nil, errNotYet
	}
	return w.ctx, nil
}

// Info says what the window can do.
func (w *window) Info() api.ShellInfo {
	return api.ShellInfo{
		System: goruntime.GOOS, Window: true, Dialogs: true, Paths: true, Menu: goruntime.GOOS == "darwin", Tray: hasTray,
		Background: true, Clipboard: true, Notices: true, MediaURL: w.films,
	}
}

// ChooseFiles opens the system's dialog for files that are there.
func (w *window) ChooseFiles(_ context.Context, q api.FileQuestion) ([]string, error) {
	ctx, err := w.library()
	if err != nil {
		return nil, err
	}
	o := runtime.OpenDialogOptions{Title: q.Title, DefaultDirectory: folderOr(q.Folder), Filters: filters(q.Kinds)}
	if q.Multiple {
		return runtime.OpenMultipleFilesDialog(ctx, o)
	}
	path, err := runtime.OpenFileDialog(ctx, o)
	if err != nil || path == "" {
		return nil, err
	}
	return []string{path}, nil
}

// ChooseFolder opens the system's dialog for a folder.
func (w *window) ChooseFolder(_ context.Context, title string) (string, error) {
	ctx, err := w.library()
	if err != nil {
		return "", err
	}
	return runtime.OpenDirectoryDialog(ctx, runtime.OpenDialogOptions{Title: title, CanCreateDirectories: true})
}

// ChooseSave opens the system's dialog for a new file.
func (w *window) ChooseSave(_ context.Context, q api.SaveQuestion) (string, error) {
	ctx, err := w.library()
	if err != nil {
		return "", err
	}
	return runtime.SaveFileDialog(ctx, runtime.SaveDialogOptions{
		Title: q.Title, DefaultDirectory: folderOr(q.Folder), DefaultFilename: q.Name, Filters: filters(q.Kinds), CanCreateDirectories: true,
	})
}

// folderOr leaves out a folder that is not there any more: the system's dialog then begins where
// it was last.
func folderOr(folder string) string {
	if info, err := os.Stat(folder); err != nil || !info.IsDir() {
		return ""
	}
	return folder
}

func filters(kinds []api.FileKind) []runtime.FileFilter {
	list := make([]runtime.FileFilter, len(kinds))
	for i, k := range kinds {
		list[i] = runtime.FileFilter{DisplayName: k.Label, Pattern: strings.Join(k.Patterns, ";")}
	}
	return list
}

// OpenLink opens an address with the system's browser.
func (w *window) OpenLink(_ context.Context, address string) error { return openBySystem(address) }

// Reveal shows a file in the system's file manager, marked if it can.
func (w *window) Reveal(ctx context.Context, path string) error {
	if _, err := os.Stat(path); err != nil {
		return err
	}
	return reveal(ctx, path)
}

// Copy puts a text into the clipboard.
func (w *window) Copy(_ context.Context, text string) error {
	ctx, err := w.library()
	if err != nil {
		return err
	}
	return runtime.ClipboardSetText(ctx, text)
}

// Paste returns the text in the clipboard.
func (w *window) Paste(context.Context) (string, error) {
	ctx, err := w.library()
	if err != nil {
		return "", err
	}
	return runtime.ClipboardGetText(ctx)
}

// Window makes the window do something.
func (w *window) Window(_ context.Context, action api.WindowAction) error {
	ctx, err := w.library()
	if err != nil {
		return err
	}
	switch action {
	case api.WindowShow:
		w.show()
	case api.WindowHide:
		w.hide()
	case api.WindowMinimise:
		runtime.WindowMinimise(ctx)
	case api.WindowMaximise:
		runtime.WindowToggleMaximise(ctx)
	case api.WindowFullscreen:
		if runtime.WindowIsFullscreen(ctx) {
			runtime.WindowUnfullscreen(ctx)
		} else {
			runtime.WindowFullscreen(ctx)
		}
	case api.WindowClose:
		runtime.Quit(ctx) // asks, as the window's own button does
	case api.WindowQuit:
		w.askToQuit()
	}
	return nil
}

// askToQuit lets the page say what waits before the program ends, also where closing the window
// would keep it going.
func (w *window) askToQuit() {
	w.mu.Lock()
	ready := w.ready
	w.quitting = ready
	w.mu.Unlock()
	if !ready {
		w.quit()
		return
	}
	w.show()
	w.tell(api.ShellEvent{Kind: api.ShellClosing, Command: string(api.WindowQuit)})
}

// Title names the window.
func (w *window) Title(_ context.Context, title string) error {
	ctx, err := w.library()
	if err != nil {
		return err
	}
	runtime.WindowSetTitle(ctx, title)
	return nil
}

// Theme gives the frame the page's look, now and at the next start.
func (w *window) Theme(_ context.Context, theme string, dark bool) error {
	ctx, err := w.library()
	if err != nil {
		return err
	}
	switch theme {
	case "light":
		runtime.WindowSetLightTheme(ctx)
	case "dark":
		runtime.WindowSetDarkTheme(ctx)
	default:
		runtime.WindowSetSystemDefaultTheme(ctx)
	}
	ground := groundOf(dark)
	runtime.WindowSetBackgroundColour(ctx, ground.R, ground.G, ground.B, ground.A)
	return w.keep(func(m *memory) { m.Theme, m.Dark = theme, dark })
}

// SetMenu gives the menu bar its menus, where the system draws one.
func (w *window) SetMenu(_ context.Context, menus []api.Menu) error {
	ctx, err := w.library()
	if err != nil {
		return err
	}
	if goruntime.GOOS != "darwin" {
		return fmt.Errorf("this system's windows have no menu bar of their own: %w", domain.ErrNotAllowed)
	}
	runtime.MenuSetApplicationMenu(ctx, menuBar(menus, func(command string) {
		w.tell(api.ShellEvent{Kind: api.ShellCommand, Command: command})
	}))
	return nil
}

// menuBar makes the library's menus of the page's.
func menuBar(menus []api.Menu, do func(command string)) *menu.Menu {
	bar := menu.NewMenu()
	for _, m := range menus {
		switch m.Role {
		case "app":
			bar.Append(menu.AppMenu())
			continue
		case "edit":
			bar.Append(menu.EditMenu())
			continue
		case "window":
			bar.Append(menu.WindowMenu())
			continue
		}
		sub := bar.AddSubmenu(m.Label)
		for _, item := range m.Items {
			if item.Command == "" {
				sub.AddSeparator()
				continue
			}
			one := menu.Text(item.Label, accelerator(item.Keys), func(*menu.CallbackData) { do(item.Command) })
			if item.Checked {
				one = menu.Checkbox(item.Label, true, accelerator(item.Keys), func(*menu.CallbackData) { do(item.Command) })
			}
			one.Disabled = item.Off
			sub.Append(one)
		}
	}
	return bar
}

// Ready is called by the page when it listens.
func (w *window) Ready(context.Context) ([]api.ShellEvent, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.ctx == nil {
		return nil, errNotYet
	}
	w.ready = true
	waiting := w.waiting
	w.waiting = nil
	return waiting, nil
}

// Preferences returns what the person chose about the window.
func (w *window) Preferences(context.Context) (api.ShellPreferences, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	p := api.ShellPreferences{AtClose: api.AtCloseAsk, Graphics: w.memory.Graphics}
	switch w.memory.AtClose {
	case keepAtClose:
		p.AtClose = api.AtCloseKeep
	case quitAtClose:
		p.AtClose = api.AtCloseQuit
	}
	return p, nil
}

// SetPreferences keeps it.
func (w *window) SetPreferences(_ context.Context, p api.ShellPreferences) error {
	means := map[api.AtClose]string{api.AtCloseAsk: "", api.AtCloseKeep: keepAtClose, api.AtCloseQuit: quitAtClose}[p.AtClose]
	return w.keep(func(m *memory) { m.AtClose, m.Graphics = means, p.Graphics })
}

// Leaving says that the page draws the question.
func (w *window) Leaving(context.Context) (quit bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	quit = w.quitting
	w.asked, w.quitting = time.Time{}, false
	return quit
}

// Leave does what the person answered.
func (w *window) Leave(_ context.Context, how api.Leave) error {
	if how.Remember {
		means := quitAtClose
		if how.Keep {
			means = keepAtClose
		}
		if err := w.keep(func(m *memory) { m.AtClose = means }); err != nil {
			return err
		}
	}
	if how.Keep {
		w.hide()
		return nil
	}
	w.quit()
	return nil
}

// keep changes the memory and stores it.
func (w *window) keep(change func(*memory)) error {
	w.mu.Lock()
	change(&w.memory)
	m := w.memory
	w.mu.Unlock()
	return m.keep(context.Background(), w.app.DB)
}

// startNotifications connects to the system's notifications. A system without them is fine: what
// they say is in the window too.
func (w *window) startNotifications(ctx context.Context) {
	if err := runtime.InitializeNotifications(ctx); err != nil {
		w.log.Info("this system shows no notifications", "error", err)
		return
	}
	runtime.OnNotificationResponse(ctx, func(r runtime.NotificationResult) {
		if r.Error != nil {
			w.log.Warn("a notification", "error", r.Error)
			return
		}
		w.mu.Lock()
		route := w.routes[r.Response.ID]
		delete(w.routes, r.Response.ID)
		w.mu.Unlock()
		w.show()
		if route != "" {
			w.tell(api.ShellEvent{Kind: api.ShellGo, Route: route})
		}
	})
}

// mostRoutes bounds how many notifications can still be clicked.
const mostRoutes = 100

// Notify shows a notification of the system.
func (w *window) Notify(_ context.Context, n api.Notification) error {
	ctx, err := w.library()
	if err != nil {
		return err
	}
	w.mu.Lock()
	if len(w.routes) >= mostRoutes {
		clear(w.routes)
	}
	w.routes[n.ID] = n.Route
	w.mu.Unlock()
	if err := runtime.RemoveNotification(ctx, n.ID); err != nil {
		w.log.Debug("an older notification stays", "error", err)
	}
	if err := runtime.SendNotification(ctx, runtime.NotificationOptions{ID: n.ID, Title: n.Title, Body: n.Body}); err != nil {
		return errors.Join(fmt.Errorf("this system shows no notifications: %w", domain.ErrNotAllowed), err)
	}
	return nil
}
