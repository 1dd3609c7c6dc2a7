//go:build !bindings

package desktop

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"log/slog"
	"os"
	"os/signal"
	"slices"
	"syscall"

	"postbag/app/api"
	"postbag/app/wiring"
	"postbag/backend/datadir"
	"postbag/backend/domain"
	"postbag/frontend"
)

// The exit statuses: those of the command line.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
)

// decodeCommand makes this program the child process that decodes one HEIC picture.
const decodeCommand = "heic-decode"

// Main is the whole life of the window; it returns the exit status.
func Main(args []string, b Build) int {
	if len(args) == 1 && args[0] == decodeCommand {
		return wiring.DecodeHEIC()
	}
	dir, err := os.Getwd()
	if err != nil {
		dir = os.TempDir() // the folder it was started in is gone; relative files are too
	}
	o, err := parse(args, dir, os.Stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return exitDone
	case err != nil:
		fmt.Fprintln(os.Stderr, err)
		return exitUsage
	case o.version:
		fmt.Fprintf(os.Stdout, "postbag-desktop %s\n", b.version())
		return exitDone
	case !canOpen:
		fmt.Fprintln(os.Stderr, "This program was built without its window. Build it with: go run ./build run")
		return exitFailed
	}
	wiring.BoundMemory()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	shown, err := start(ctx, o, b)
	if err == nil {
		return exitDone
	}
	e := api.ErrorOf(err)
	fmt.Fprintln(os.Stderr, e.Message)
	if !shown {
		showProblem(e)
	}
	return exitFailed
}

// start opens the window, or hands over to the one that is open. shown says whether there was
// a window.
func start(ctx context.Context, o arguments, b Build) (shown bool, err error) {
	place := datadir.Options{Program: "postbag-desktop"}
	folder, err := datadir.WindowFolder(o.data, place)
	if err != nil {
		return false, err
	}
	only, err := claim(folder)
	if errors.Is(err, errOther) {
		return false, handOver(ctx, folder, handed{Paths: o.paths, Links: o.links, Hidden: o.hidden})
	}
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, only.release()) }()
	if !hasDisplay() {
		return false, &api.Error{
			Code: api.CodeNotAllowed, Message: "There is no display to open a window on.",
			Safe: "Nothing was changed.", Actions: []string{"Open Postbag in a browser instead: postbag serve."},
		}
	}

	page, ok := frontend.Page()
	if !ok {
		return false, &api.Error{
			Code: api.CodeNotAllowed, Message: "This program was built without its page, so its window would be empty.",
			Safe: "Nothing was changed.", Actions: []string{"Use a release, or build it with: go run ./build run"},
		}
	}
	environment(o)
	app, err := beside(warm, func() (*wiring.App, error) { return wiring.Open(ctx, config(o, b)) })
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, app.Close()) }()
	app.Log = slog.New(slog.NewTextHandler(&wiring.LogFile{Folder: app.Dir.Logs(), Fallback: os.Stderr}, nil))

	log.SetOutput(slog.NewLogLogger(app.Log.Handler(), slog.LevelWarn).Writer()) // what modules say by themselves

	// The services outlive a signal, so that what the page asks while the window closes is answered.
	working, stop := context.WithCancel(context.WithoutCancel(ctx))
	w := newWindow(app, o, page)
	app.Shell = w
	services := app.Services(working, w.events())
	if err := firstWorkspace(ctx, app, services, o.demo); err != nil {
		stop()
		return false, err
	}
	w.open = func() {
		if err := only.listen(working, w.taken, app.Log); err != nil {
			app.Log.Warn("a second start will not find this window", "error", err)
		}
	}
	background := w.background(working)
	err = w.run(ctx, services)
	w.endTray()
	stop()
	background.Wait()
	return true, err
}

// beside makes the toolkit ready on this thread, which stays the windows', while the data folder is
// opened on another.
func beside[T any](warm func(), open func() (T, error)) (opened T, err error) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		opened, err = open()
	}()
	warm()
	<-done
	return opened, err
}

// demoName is the name of the workspace of examples.
const demoName = "Demo"

// firstWorkspace sees to it that there is a workspace, and, with demo, one of examples.
func firstWorkspace(ctx context.Context, app *wiring.App, services *api.Services, demo bool) error {
	spaces, err := app.DB.Workspaces(ctx)
	if err != nil {
		return err
	}
	if demo && !slices.ContainsFunc(spaces, func(s domain.Workspace) bool { return s.Demo }) {
		_, err := services.System.AddDemo(api.DemoRequest{Name: demoName})
		return err
	}
	_, err = app.Workspace(ctx, "")
	return err
}

// config says how to build the program for the window.
func config(o arguments, b Build) wiring.Config {
	c := wiring.Config{Data: o.data, Program: "postbag-desktop", Version: b.version(), Interactive: true}
	if exe, err := os.Executable(); err == nil {
		c.HEIC = []string{exe, decodeCommand}
	}
	c.Engine = os.Getenv("POSTBAG_ENGINE")
	if pass := os.Getenv("POSTBAG_PASSPHRASE"); pass != "" {
		c.Passphrase = []byte(pass)
	}
	return c
}
