//go:build !bindings

package desktop

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"sync"
	"time"

	"github.com/wailsapp/wails/v2"
	"github.com/wailsapp/wails/v2/pkg/logger"
	wailsoptions "github.com/wailsapp/wails/v2/pkg/options"
	"github.com/wailsapp/wails/v2/pkg/options/assetserver"
	"github.com/wailsapp/wails/v2/pkg/options/linux"
	"github.com/wailsapp/wails/v2/pkg/options/mac"
	"github.com/wailsapp/wails/v2/pkg/options/windows"
	"github.com/wailsapp/wails/v2/pkg/runtime"

	"postbag/app/api"
	"postbag/app/media"
	"postbag/app/rpc"
	"postbag/app/wiring"
	"postbag/backend/datadir"
)

// window is the window and what the page can ask of it (api.Shell).
type window struct {
	app     *wiring.App
	log     *slog.Logger
	page    fs.FS
	options arguments
	films   string // where the page gets video from
	open    func() // called when the window is there

	mu       sync.Mutex
	ctx      context.Context // the window library's, nil until the window is there
	memory   memory
	ready    bool             // the page listens
	waiting  []api.ShellEvent // what came before it did
	asked    time.Time        // when the page was asked what closing means; zero when it answered
	quitting bool             // the person asked to end the program, not to close the window
	leaving  bool             // nothing holds the window any more
	let      time.Time        // when the library was told last that the window may end
	hidden   bool
	routes   map[string]string // of the notifications that are up
	tray     tray
}

var _ api.Shell = (*window)(nil)

func newWindow(app *wiring.App, o arguments, page fs.FS) *window {
	w := &window{app: app, log: app.Log, page: page, options: o, routes: map[string]string{}, hidden: o.hidden}
	w.memory = recall(context.Background(), app.DB)
	if len(o.paths)+len(o.links) > 0 {
		w.waiting = append(w.waiting, api.ShellEvent{Kind: api.ShellHanded, Paths: o.paths, Links: o.links})
	}
	return w
}

// run shows the window and returns when it is gone for good.
func (w *window) run(ctx context.Context, services *api.Services) (err error) {
	defer func() {
		if p := recover(); p != nil { // the window library panics where it finds no display
			err = &api.Error{
				Code: api.CodeNotAllowed, Message: fmt.Sprintf("No window could be opened here: %v.", p), Safe: "Nothing is lost.",
				Actions: []string{"Open Postbag in a browser instead: postbag serve."},
			}
		}
	}()
	pictures, err := w.app.Media(services.ComingPath)
	if err != nil {
		return err
	}
	origin := ""
	if films, problem := media.ListenVideo(context.WithoutCancel(ctx), pictures); problem != nil {
		w.log.Error("films will not play", "error", problem)
	} else {
		defer func() { err = errors.Join(err, films.Close()) }()
		w.films, origin = films.Base(), films.Origin()
	}
	pasted := rpc.NewUploads(rpc.UploadOptions{Folder: w.app.Dir.TempDir, Name: datadir.SafeName, Format: pastedError, Log: w.log})
	defer pasted.Close()
	pages, err := newPages(w.page, origin, pictures, pasted)
	if err != nil {
		return fmt.Errorf("read the page: %w", err)
	}
	if w.memory.Graphics {
		_ = os.Setenv("WEBKIT_DISABLE_DMABUF_RENDERER", "1") // only an impossible name fails
	}
	unhook := context.AfterFunc(ctx, w.quit) // a signal, or the end of the session
	defer unhook()
	m := w.memory
	start, _ := m.Place.settled(nil)
	state := wailsoptions.Normal
	if m.Place.Maximised {
		state = wailsoptions.Maximised
	}
	return wails.Run(&wailsoptions.App{
		Title: "Postbag", Width: start.Width, Height: start.Height, MinWidth: leastWidth, MinHeight: leastHeight,
		StartHidden: w.options.hidden, WindowStartState: state, BackgroundColour: groundOf(m.Dark),
		AssetServer: &assetserver.Options{Assets: w.page, Middleware: pages.middleware},
		Logger:      libraryLog{w.log}, LogLevelProduction: logger.WARNING,
		Bind: services.Bound(), EnumBind: api.Enums(), ErrorFormatter: errorText,
		OnStartup: w.started, OnDomReady: w.drawn, OnBeforeClose: w.closing,
		EnableDefaultContextMenu: true, // in text fields; the library keeps it from everywhere else
		DragAndDrop:              &wailsoptions.DragAndDrop{EnableFileDrop: true},
		Linux:                    &linux.Options{Icon: icon, ProgramName: "postbag-desktop", WebviewGpuPolicy: linux.WebviewGpuPolicyNever},
		Windows:                  &windows.Options{Theme: windowsTheme(m.Theme), WebviewDisableRendererCodeIntegrity: false},
		Mac: &mac.Options{
			TitleBar: mac.TitleBarHiddenInset(), Appearance: macAppearance(m.Theme), About: &mac.AboutInfo{Title: "Postbag", Icon: icon},
			OnFileOpen: w.opened, OnUrlOpen: w.opened,
		},
	})
}

// groundOf is the colour behind the page, as the page's own tokens have it: what is seen before the
// page is drawn.
func groundOf(dark bool) *wailsoptions.RGBA {
	if dark {
		return wailsoptions.NewRGB(0x11, 0x12, 0x13)
	}
	return wailsoptions.NewRGB(0xf3, 0xf2, 0xef)
}

func windowsTheme(theme string) windows.Theme {
	switch theme {
	case "light":
		return windows.Light
	case "dark":
		return windows.Dark
	}
	return windows.SystemDefault
}

func macAppearance(theme string) mac.AppearanceType {
	switch theme {
	case "light":
		return mac.NSAppearanceNameAqua
	case "dark":
		return mac.NSAppearanceNameDarkAqua
	}
	return mac.DefaultAppearance
}

// environment sets what the toolkit and the web view read from it, before there is either.
func environment(o arguments) {
	set := map[string]string{"WEBKIT_INSPECTOR_HTTP_SERVER": o.inspector, "WEBKIT_INSPECTOR_SERVER": ""}
	if _, chosen := os.LookupEnv(toolkitGL); !chosen {
		// The page is drawn in software (WebviewGpuPolicyNever): what the card and its compilers can do is
		// not looked up, which takes longer than opening the database.
		set[toolkitGL] = toolkitGLNone
	}
	for name, value := range set {
		if value == "" {
			_ = os.Unsetenv(name) // only an impossible name fails
			continue
		}
		_ = os.Setenv(name, value)
	}
}

// errorText is how an error reaches the page: the library wraps it in an Error whose message is
// this text.
func errorText(err error) any {
	body, marshalErr := json.Marshal(api.ErrorOf(err))
	if marshalErr != nil {
		return err.Error()
	}
	return string(body)
}

// pastedError is what the page gets of a file that could not be taken.
func pastedError(err error) any {
	if wrong, ok := errors.AsType[*rpc.CallError](err); ok {
		return &api.Error{Code: api.CodeInvalid, Message: wrong.Message, Field: wrong.Field, Safe: "Nothing was changed.", Actions: []string{}}
	}
	return api.ErrorOf(err)
}

// started begins what needs the window. It runs beside the loading of the page.
func (w *window) started(ctx context.Context) {
	w.mu.Lock()
	w.ctx = ctx
	w.mu.Unlock()
	w.settle()
	w.open()
	runtime.OnFileDrop(ctx, func(x, y int, paths []string) {
		w.tell(api.ShellEvent{Kind: api.ShellDropped, Paths: paths, X: x, Y: y})
	})
	w.startNotifications(ctx)
	w.startTray()
}

// drawn is told when the page has loaded.
func (w *window) drawn(context.Context) { w.guard() }

// events tells the page what happened in the services.
func (w *window) events() api.Events {
	return api.Events{
		Changed: func(topic api.Topic, ids []string) {
			w.emit(api.EventChanged, api.Changed{Topic: topic, IDs: append([]string{}, ids...)})
		},
		Progress: func(task string, done, total int64) {
			w.emit(api.EventProgress, api.Progress{Task: task, Done: done, Total: total})
		},
		Notice: func(n api.Notice) {
			if n.Values == nil {
				n.Values = map[string]string{}
			}
			w.emit(api.EventNotice, n)
		},
	}
}

// emit tells the page, if there is one yet: what a page shows it has asked for after it listened.
func (w *window) emit(name string, payload any) {
	w.mu.Lock()
	ctx, ready := w.ctx, w.ready
	w.mu.Unlock()
	if ctx != nil && ready {
		runtime.EventsEmit(ctx, name, payload)
	}
}

// tell gives the page an event of the window, or keeps it until the page listens.
func (w *window) tell(e api.ShellEvent) {
	e.Paths, e.Links = append([]string{}, e.Paths...), append([]string{}, e.Links...)
	w.mu.Lock()
	ctx, ready := w.ctx, w.ready
	if !ready {
		w.waiting = append(w.waiting, e)
	}
	w.mu.Unlock()
	if ready {
		runtime.EventsEmit(ctx, api.EventShell, e)
	}
}

// taken gives the page what a later start brought.
func (w *window) taken(h handed) {
	if len(h.Paths)+len(h.Links) > 0 {
		w.tell(api.ShellEvent{Kind: api.ShellHanded, Paths: h.Paths, Links: h.Links})
	}
	if !h.Hidden {
		w.show()
	}
}

// opened gives the page a file or link that the system's file manager opens with Postbag.
func (w *window) opened(what string) {
	paths, links := given([]string{what}, "/")
	w.taken(handed{Paths: paths, Links: links})
}

// show brings the window to the front, from wherever it is.
func (w *window) show() {
	w.mu.Lock()
	ctx := w.ctx
	w.hidden = false
	w.mu.Unlock()
	if ctx == nil {
		return
	}
	runtime.WindowShow(ctx)
	runtime.WindowUnminimise(ctx) // also the way to raise it
}

// hide takes the window away; publishing goes on.
func (w *window) hide() {
	w.remember()
	w.mu.Lock()
	ctx := w.ctx
	w.hidden = true
	w.mu.Unlock()
	if ctx != nil {
		runtime.WindowHide(ctx)
	}
}

// patience is how long the page may take to draw the question what closing means. After that,
// closing again ends a page that does not answer any more.
const patience = 2 * time.Second

// closing is asked before the window closes, by whatever way, and says whether it stays.
func (w *window) closing(context.Context) (stay bool) {
	w.mu.Lock()
	if endsOnce && time.Since(w.let) < patience {
		w.mu.Unlock()
		return true
	}
	leaving, ready, means := w.leaving, w.ready, w.memory.AtClose
	silent := !w.asked.IsZero() && time.Since(w.asked) > patience
	if !leaving && ready && !silent && means != keepAtClose && w.asked.IsZero() {
		w.asked = time.Now()
	}
	if leaving || !ready || silent {
		w.let = time.Now()
	}
	w.mu.Unlock()
	switch {
	case leaving || !ready || silent:
		w.remember()
		return false
	case means == keepAtClose:
		w.hide()
		return true
	default:
		w.show()
		w.tell(api.ShellEvent{Kind: api.ShellClosing})
		return true
	}
}

// quit ends the program without asking.
func (w *window) quit() {
	w.mu.Lock()
	w.leaving = true
	ctx := w.ctx
	w.mu.Unlock()
	if ctx != nil {
		runtime.Quit(ctx)
	}
}

// background starts what goes on with the window or without.
func (w *window) background(ctx context.Context) *sync.WaitGroup {
	var all sync.WaitGroup
	all.Go(func() { w.app.KeepPublishing(ctx, w.events()) })
	all.Go(func() { w.app.KeepShelves(ctx, w.events()) })
	all.Go(func() { giveBack(ctx) })
	return &all
}

// libraryLog writes what the window library says into our log.
type libraryLog struct{ log *slog.Logger }

func (l libraryLog) Print(message string)   { l.log.Info(message) }
func (l libraryLog) Trace(message string)   { l.log.Debug(message) }
func (l libraryLog) Debug(message string)   { l.log.Debug(message) }
func (l libraryLog) Info(message string)    { l.log.Info(message) }
func (l libraryLog) Warning(message string) { l.log.Warn(message) }
func (l libraryLog) Error(message string)   { l.log.Error(message) }

// Fatal ends the program, as the library expects.
func (l libraryLog) Fatal(message string) {
	l.log.Error(message)
	os.Exit(exitFailed)
}
