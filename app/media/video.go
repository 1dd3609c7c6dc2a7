package media

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"postbag/backend/domain"
	"postbag/backend/library"
)

// Video lends films to a web view that does not play them from the program's own addresses, as
// WebKitGTK does not. It listens on a port of this machine alone, answers only who knows a secret
// that is part of the address, only under the name of the loopback address, and only with films of
// the library. Nothing can be changed through it.
type Video struct {
	handler *Handler
	server  *http.Server
	host    string
	prefix  string // of every path: the secret
	ended   chan error
}

// ListenVideo starts lending the films of a handler, until Close.
func ListenVideo(ctx context.Context, h *Handler) (*Video, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen for a player: %w", err)
	}
	v := &Video{handler: h, host: listener.Addr().String(), prefix: "/" + rand.Text() + rand.Text(), ended: make(chan error, 1)}
	v.server = &http.Server{Handler: v, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: time.Minute, MaxHeaderBytes: 16 << 10}
	go func() { v.ended <- v.server.Serve(listener) }()
	return v, nil
}

// Base is what is put before /media/<asset>/original to get a film's address.
func (v *Video) Base() string { return "http://" + v.host + v.prefix }

// Origin is what a content policy must allow films from.
func (v *Video) Origin() string { return "http://" + v.host }

// Close ends the lending, players included.
func (v *Video) Close() error {
	err := v.server.Close()
	if ended := <-v.ended; !errors.Is(ended, http.ErrServerClosed) {
		err = errors.Join(err, ended)
	}
	return err
}

// ServeHTTP sends a film, or the piece of it a player asks for.
func (v *Video) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Referrer-Policy", "no-referrer") // the address is a secret
	path, ok := strings.CutPrefix(r.URL.Path, v.prefix)
	if !ok || r.Host != v.host {
		http.NotFound(w, r)
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		header.Set("Allow", "GET, HEAD")
		http.Error(w, "films are read by GET", http.StatusMethodNotAllowed)
		return
	}
	id, what, err := split(&url.URL{Path: path})
	if err == nil && what != "original" {
		err = errBad
	}
	if err == nil {
		err = v.handler.original(w, r, id, []domain.AssetKind{domain.AssetVideo})
	}
	if err != nil {
		v.handler.fail(w, r, err)
	}
}

// What a strip shows.
const (
	stripTiles  = 6
	stripHeight = 120
)

// strip sends moments of a film beside each other.
func (h *Handler) strip(w http.ResponseWriter, r *http.Request, id domain.AssetID) error {
	a, err := h.Library.Get(r.Context(), id)
	if err != nil {
		return err
	}
	if a.Kind != domain.AssetVideo || a.DurationMs == 0 || h.Strip == nil {
		return fmt.Errorf("strip of %q: %w", a.Name, library.ErrNoPicture)
	}
	tag := `"` + a.SHA256[:16] + `-strip"`
	p, err := h.made.get(r.Context(), tag, func() (picture, error) {
		data, err := h.Strip(r.Context(), a, stripTiles, stripHeight)
		return picture{data, "image/jpeg", tag}, err
	})
	if err != nil {
		return err
	}
	send(w, r, p, forEver)
	return nil
}
