// Package signin waits on loopback for the end of a sign-in in the browser (RFC 8252, 7.3).
//
// The door binds first, because the address is part of what the network asks the browser
// for. It then opens the browser and waits for the one request that brings the answer:
//
//	l, err := signin.Listen(ctx, port, path)
//	answer "redirect_uri" with l.RedirectURI(), open the browser
//	query, err := l.Wait(ctx)
//
// The port is open on 127.0.0.1 only, as long as the sign-in takes and at most [Limit]. Other
// programs and web pages can reach it, so a request counts only if it names the port's own
// address (not a name that was made to point here), is a navigation, and brings an answer.
// Whether the answer belongs to this sign-in is for the network to say: it knows the state.
package signin

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Limit is how long a person has for signing in.
const Limit = 5 * time.Minute

// DefaultPath is where the browser comes back to unless a network says otherwise.
const DefaultPath = "/callback"

var (
	// ErrNobodyCame means that the browser did not come back within Limit.
	ErrNobodyCame = errors.New("the browser did not come back in time")
	// ErrTaken means that another program has the port.
	ErrTaken = errors.New("another program uses the port that the browser must come back to")
	// ErrPath means that a callback path is not a plain path that begins with a slash.
	ErrPath = errors.New("the callback path is not a plain path")
)

// Listener is a port that waits for one answer.
type Listener struct {
	host   string // what a request must be addressed to
	path   string
	server *http.Server
	answer chan string
	served chan error
}

// Listen binds 127.0.0.1 at port, or at any free one if it is 0. path is where the answer is
// expected; "" means DefaultPath. Close or Wait ends it.
func Listen(ctx context.Context, port int, path string) (*Listener, error) {
	if path == "" {
		path = DefaultPath
	}
	if !strings.HasPrefix(path, "/") || strings.ContainsFunc(path, func(r rune) bool {
		return r <= ' ' || r >= 0x7f || strings.ContainsRune("?#%\"<>\\", r)
	}) {
		return nil, ErrPath
	}
	ln, err := (&net.ListenConfig{}).Listen(ctx, "tcp4", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if taken(err) {
		return nil, fmt.Errorf("%w: %d", ErrTaken, port)
	}
	if err != nil {
		return nil, fmt.Errorf("open a port for the browser to come back to: %w", err)
	}
	l := &Listener{host: ln.Addr().String(), path: path, answer: make(chan string, 1), served: make(chan error, 1)}
	l.server = &http.Server{
		Handler:           l,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       10 * time.Second,
		WriteTimeout:      10 * time.Second,
		MaxHeaderBytes:    32 << 10,
		ErrorLog:          slog.NewLogLogger(slog.DiscardHandler, slog.LevelError), // what strangers send is not worth a line
	}
	l.server.SetKeepAlivesEnabled(false)
	go func() { l.served <- l.server.Serve(ln) }()
	return l, nil
}

// taken reports whether a port could not be bound because another program has it.
func taken(err error) bool {
	const windows = syscall.Errno(10048) // WSAEADDRINUSE, which Go's own EADDRINUSE is not there
	code, ok := errors.AsType[syscall.Errno](err)
	return ok && (code == syscall.EADDRINUSE || runtime.GOOS == "windows" && code == windows)
}

// RedirectURI is the address the browser must be sent back to.
func (l *Listener) RedirectURI() string { return "http://" + l.host + l.path }

// Wait returns the query of the answer, undecoded, and closes the port. It fails with
// ErrNobodyCame after Limit, or as ctx does.
func (l *Listener) Wait(ctx context.Context) (string, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, Limit, ErrNobodyCame)
	defer cancel()
	defer func() { _ = l.Close() }()
	select {
	case query := <-l.answer:
		return query, nil
	case err := <-l.served:
		l.served <- err // for Close
		return "", fmt.Errorf("wait for the browser: %w", err)
	case <-ctx.Done():
		return "", fmt.Errorf("wait for the browser: %w", context.Cause(ctx))
	}
}

// Close closes the port. A page that is being shown is finished first, for at most a second.
func (l *Listener) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	err := l.server.Shutdown(ctx)
	if err != nil {
		err = l.server.Close()
	}
	served := <-l.served
	l.served <- served
	return err
}

// ServeHTTP takes the one answer and tells everybody else that there is nothing here.
func (l *Listener) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'")
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Referrer-Policy", "no-referrer") // the address holds the code
	h.Set("X-Content-Type-Options", "nosniff")

	query := r.URL.Query()
	mode := r.Header.Get("Sec-Fetch-Mode")
	switch {
	case r.Host != l.host:
		show(w, http.StatusMisdirectedRequest, "This address is for Postbag alone.")
	case r.URL.Path != l.path:
		show(w, http.StatusNotFound, "There is nothing here.")
	case r.Method != http.MethodGet:
		h.Set("Allow", http.MethodGet)
		show(w, http.StatusMethodNotAllowed, "There is nothing here.")
	case mode != "" && mode != "navigate": // a script or a picture of another page (W3C, Fetch Metadata Request Headers, read 2026-11)
		show(w, http.StatusForbidden, "This address is for Postbag alone.")
	case !query.Has("code") && !query.Has("error"):
		show(w, http.StatusBadRequest, "This is not the answer of a sign-in.")
	default:
		select {
		case l.answer <- r.URL.RawQuery:
			show(w, http.StatusOK, "Postbag has the answer. You can close this tab.")
		default:
			show(w, http.StatusConflict, "Postbag already has an answer. You can close this tab.")
		}
	}
}

func show(w http.ResponseWriter, status int, sentence string) {
	w.WriteHeader(status)
	_, _ = io.WriteString(w, `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">`+
		`<title>Postbag</title><style>:root{color-scheme:light dark}body{font:1.2rem system-ui,sans-serif;margin:20vh auto;max-width:30em;`+
		`padding:0 1em;text-align:center}</style><h1>Postbag</h1><p>`+sentence+`</p></html>`)
}
