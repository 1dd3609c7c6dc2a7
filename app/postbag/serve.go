package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"postbag/app/api"
	"postbag/app/rpc"
	"postbag/backend/datadir"
	"postbag/frontend"
)

type servedJSON struct {
	URL string `json:"url"`
}

// serve shows the interface of the window in a browser of this machine.
type serve struct {
	*cli
	listen string
	page   string // a folder; "" for the page in the program
}

func newServe(c *cli) *cobra.Command {
	s := &serve{cli: c}
	cmd := &cobra.Command{
		Use: "serve [--listen ADDRESS]", Short: "Open the whole interface in a browser, and publish what is due", Args: cobra.NoArgs,
		Long: "Writes an address that opens Postbag in a browser on this machine, and publishes what is due until it is stopped\n" +
			"(Ctrl-C). The address works once, for one browser; no other machine can reach it. If another process publishes\n" +
			"from the same data folder already, this one shows and edits, and takes over when the other ends.",
		RunE: c.does(func(ctx context.Context, _ []string) error { return s.run(ctx) }),
	}
	cmd.Flags().StringVar(&s.listen, "listen", "127.0.0.1:0", "the `address` on this machine, with port 0 for any that is free")
	cmd.Flags().StringVar(&s.page, "page", "", "show the built page in this `folder` instead of the program's own")
	return cmd
}

// shutdown is how long the last answers may take.
const shutdown = 3 * time.Second

func (s *serve) run(ctx context.Context) error {
	address, err := loopback(s.listen)
	if err != nil {
		return err
	}
	page, err := s.files()
	if err != nil {
		return err
	}
	// Being stopped ends the listening first, and what the services do with it.
	working, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	if _, _, err := s.open(working); err != nil {
		return err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address.String())
	if err != nil {
		return &api.Error{
			Code: api.CodeNotAllowed, Message: fmt.Sprintf("Nothing can listen at %s: %v.", address, err), Safe: "Nothing was changed.",
			Actions: []string{"End the program that uses this port, or leave --listen out."},
		}
	}
	hub := rpc.NewHub(everything(), s.app.Log)
	s.app.Shell = browser{opens: openBySystem}
	services := s.app.Services(working, tellPages(hub))
	pictures, err := s.app.Media(services.ComingPath)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	uploads := rpc.NewUploads(rpc.UploadOptions{Folder: s.app.Dir.TempDir, Name: datadir.SafeName, Format: tellError, Log: s.app.Log})
	defer uploads.Close()
	handler := http.NewServeMux()
	handler.Handle("/rpc/", rpc.NewCalls(services.Bound(), tellError, s.app.Log))
	handler.Handle("/events", hub)
	handler.Handle("/upload", uploads)
	handler.Handle("/media/", pictures)
	handler.Handle("/", rpc.Page(page))
	guard := rpc.NewGuard(rpc.GuardOptions{Address: netip.MustParseAddrPort(listener.Addr().String()), Next: handler})
	if err := s.announce(guard.URL()); err != nil {
		return errors.Join(err, listener.Close())
	}

	var background sync.WaitGroup
	background.Go(func() { s.app.KeepPublishing(ctx, tellPages(hub)) })
	background.Go(func() { s.app.KeepShelves(ctx, tellPages(hub)) })
	server := &http.Server{
		Handler: guard, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
		ErrorLog: slog.NewLogLogger(s.app.Log.Handler(), slog.LevelDebug), // mostly browsers that went away
	}
	background.Go(func() {
		<-ctx.Done()
		hub.Close()
		stop()
		last, done := context.WithTimeout(context.WithoutCancel(ctx), shutdown)
		defer done()
		if server.Shutdown(last) != nil {
			_ = server.Close()
		}
	})
	err = server.Serve(listener)
	if ctx.Err() == nil {
		return fmt.Errorf("listen at %s: %w", address, err)
	}
	background.Wait()
	return nil
}

// loopback reads the address to listen at. Only this machine's own are taken.
func loopback(listen string) (netip.AddrPort, error) {
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return netip.AddrPort{}, usagef("listen", "%q is not an address with a port, such as 127.0.0.1:0", printable(listen))
	}
	if host == "localhost" || host == "" && port != "" {
		host = "127.0.0.1"
	}
	address, err := netip.ParseAddrPort(net.JoinHostPort(host, port))
	if err != nil {
		return netip.AddrPort{}, usagef("listen", "%q is not an address with a port, such as 127.0.0.1:0", printable(listen))
	}
	if !address.Addr().IsLoopback() || address.Addr().Zone() != "" {
		return netip.AddrPort{}, usagef("listen", "%s can be reached from other machines; postbag listens on 127.0.0.1 or [::1] only", address.Addr())
	}
	return address, nil
}

// files returns the built page.
func (s *serve) files() (fs.FS, error) {
	if s.page != "" {
		files := os.DirFS(s.page)
		if _, err := fs.Stat(files, "index.html"); err != nil {
			return nil, usagef("page", "there is no built page in %s", printable(s.page))
		}
		return files, nil
	}
	files, ok := frontend.Page()
	if !ok {
		return nil, &api.Error{
			Code: api.CodeNotAllowed, Message: "This program was built without its page, so there is nothing to show in a browser.",
			Safe:    "Everything else works: see postbag --help.",
			Actions: []string{"Use a release, or build it with: go run ./build run", "Or name a built page: postbag serve --page frontend/dist"},
		}
	}
	return files, nil
}

// announce writes the address: the first line of the output, and with --json the only one.
func (s *serve) announce(url string) error {
	if s.json {
		line, err := json.Marshal(servedJSON{URL: url})
		if err != nil {
			return err
		}
		fmt.Fprintf(s.out, "%s\n", line)
	} else {
		s.say("Postbag is open at %s", url)
		s.note("The address works once, for one browser on this machine. Ctrl-C ends Postbag; what is planned waits until it runs again.")
	}
	return s.out.Flush()
}

// tellError makes of any error what the page gets.
func tellError(err error) any {
	wrong, ok := errors.AsType[*rpc.CallError](err)
	if !ok {
		return api.ErrorOf(err)
	}
	code := api.CodeInvalid
	if wrong.Status == http.StatusNotFound {
		code = api.CodeNotFound
	}
	return &api.Error{Code: code, Message: wrong.Message, Field: wrong.Field, Safe: "Nothing was changed.", Actions: []string{}}
}

// tellPages passes events on to every page.
func tellPages(hub *rpc.Hub) api.Events {
	return api.Events{
		Changed: func(topic api.Topic, ids []string) {
			hub.Send(rpc.Message{Name: api.EventChanged, Payload: api.Changed{Topic: topic, IDs: append([]string{}, ids...)}})
		},
		Progress: func(task string, done, total int64) {
			hub.Send(rpc.Message{Name: api.EventProgress, Payload: api.Progress{Task: task, Done: done, Total: total}})
		},
		Notice: func(n api.Notice) { hub.Send(rpc.Message{Name: api.EventNotice, Payload: n}) },
	}
}

// everything is what a page is told that does not know what changed.
func everything() []rpc.Message {
	var all []rpc.Message
	for _, enum := range api.Enums() {
		topics, ok := enum.([]struct {
			Value  api.Topic
			TSName string
		})
		if !ok {
			continue
		}
		for _, topic := range topics {
			all = append(all, rpc.Message{Name: api.EventChanged, Payload: api.Changed{Topic: topic.Value, IDs: []string{}}})
		}
	}
	return all
}
