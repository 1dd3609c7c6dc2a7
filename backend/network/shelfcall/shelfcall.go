// Package shelfcall puts a delivery's media where a network can fetch them.
//
// It is the carrier of the shelf: scheme, for networks that take a public address and no bytes. What it
// does is invisible: nobody knows the address before the network is told.
//
//	PUT     shelf:///<channel's folder>/<delivery>          201, and the public address in Location
//	DELETE  shelf:///<channel's folder>/<delivery>/<name>   204, also if it is not there any more
//
// A PUT has one whole file as its body and its type in Content-Type. Its order is
//
//	write down  that the delivery needs a file of a new, unguessable name
//	intent      if the caller wants to know
//	put         on the shelf of the channel's workspace
//	prove       that the public gets it: length, type, and every byte
//	answer      with the address
//
// so that a crash at any point leaves a file that is written down, and an answer is never an address that
// was not proved. Every PUT makes a file of its own: what a lost answer left behind is known to nobody
// and is taken away with the rest when the delivery has ended.
//
// What is wrong before anything was put is [network.NotSent]. A store that asks to wait is
// [network.Throttled]. Everything later is [network.Ambiguous], a file that the public does not get
// included; that one is taken away again. No error names the file, the address or a secret.
package shelfcall

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"postbag/backend/network"
	"postbag/backend/shelf"
)

// Scheme is the scheme of the addresses this carrier takes.
const Scheme = "shelf"

// tidyTime is how long a file that is of no use may take to be removed. What is not removed then stays
// written down.
const tidyTime = 30 * time.Second

// Shelves finds shelves and remembers what stands on them.
type Shelves interface {
	// Shelf returns the shelf of the workspace of a channel. Its errors of kind network.NotSent are for
	// people; one says shelf.CodeNone where there is no shelf.
	Shelf(ctx context.Context, channel string) (*shelf.Shelf, error)
	// Needed writes down that a delivery of a channel needs a file, before it is put. It fails if there is
	// no such delivery.
	Needed(ctx context.Context, channel, delivery, name string) error
	// Gone writes down that a file is not there any more.
	Gone(ctx context.Context, channel, name string) error
}

// Carrier is the carrier for shelf:. It keeps nothing between calls and may be used by many goroutines.
type Carrier struct {
	Shelves   Shelves
	Reachable shelf.Reachable
}

var _ network.Carrier = Carrier{}

// target is where a request goes.
type target struct {
	channel, delivery, name string
}

// Send fulfils network.Carrier. A request nobody could fulfil is answered with 400 or 405, before any
// intent.
func (c Carrier) Send(ctx context.Context, r network.Request, intent func() error) (network.Reply, error) {
	if err := ctx.Err(); err != nil {
		return network.Reply{}, notSent("stopped before anything was put", err)
	}
	t, ok := parse(r.URL)
	switch {
	case !ok || !r.Key.IsZero() || !r.Proof.IsZero() || len(r.Files) > 0:
		return problem(http.StatusBadRequest, "this is no address on a shelf"), nil
	case r.Method == http.MethodPut && t.name == "":
		return c.put(ctx, t, r, intent)
	case r.Method == http.MethodDelete && t.name != "":
		return c.remove(ctx, t, intent)
	case r.Method == http.MethodPut || r.Method == http.MethodDelete:
		return problem(http.StatusBadRequest, "a file is put for a delivery, and taken away by its name"), nil
	}
	return problem(http.StatusMethodNotAllowed, "a shelf takes PUT and DELETE"), nil
}

func (c Carrier) put(ctx context.Context, t target, r network.Request, intent func() error) (network.Reply, error) {
	if len(r.Body) != 1 || r.Body.Len() == 0 || r.Body[0].File.Offset != 0 || r.Body[0].Base64 {
		return problem(http.StatusBadRequest, "one whole file is put at a time"), nil
	}
	s, err := c.shelf(ctx, t)
	if err != nil {
		return network.Reply{}, err
	}
	name, err := s.Names.New(r.Header["Content-Type"])
	if err != nil {
		return problem(http.StatusBadRequest, err.Error()), nil
	}
	if err := c.Shelves.Needed(ctx, t.channel, t.delivery, name); err != nil {
		return network.Reply{}, notSent("what the delivery needs could not be written down", err)
	}
	file := shelf.File{Name: name, Type: r.Header["Content-Type"], Body: r.Body[0]}
	if err := s.Store.Put(ctx, file, intent); err != nil {
		if network.KindOf(err) == network.NotSent {
			c.gone(ctx, t, name)
		}
		return network.Reply{}, network.AsError("the storage", err)
	}
	address := s.Address(name)
	if err := c.Reachable(ctx, address, shelf.Want{Bytes: file.Bytes(), Type: file.Type, SHA256: file.Sum()}); err != nil {
		c.tidy(ctx, s, t, name)
		return network.Reply{}, doubt(err)
	}
	return network.Reply{Status: http.StatusCreated, Header: map[string]string{"Location": address}}, nil
}

func (c Carrier) remove(ctx context.Context, t target, intent func() error) (network.Reply, error) {
	s, err := c.shelf(ctx, t)
	if err != nil {
		return network.Reply{}, err
	}
	if !s.Names.Made(t.name) {
		return problem(http.StatusBadRequest, "the shelf has no file of this name"), nil
	}
	if intent != nil {
		if err := intent(); err != nil {
			return network.Reply{}, notSent("the intent to remove was not written down", err)
		}
	}
	if err := s.Store.Remove(ctx, t.name); err != nil {
		err = network.AsError("the storage", err)
		if intent != nil {
			err = doubt(err)
		}
		return network.Reply{}, err
	}
	c.gone(ctx, t, t.name)
	return network.Reply{Status: http.StatusNoContent, Header: map[string]string{}}, nil
}

// shelf finds the shelf of a request. That fails before anything was sent.
func (c Carrier) shelf(ctx context.Context, t target) (*shelf.Shelf, error) {
	s, err := c.Shelves.Shelf(ctx, t.channel)
	if err == nil || network.KindOf(err) == network.NotSent {
		return s, err
	}
	return nil, notSent("the public storage of this workspace cannot be opened", err)
}

// tidy takes a file away that nobody will be told of.
func (c Carrier) tidy(ctx context.Context, s *shelf.Shelf, t target, name string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), tidyTime)
	defer cancel()
	if s.Store.Remove(ctx, name) == nil {
		c.gone(ctx, t, name)
	}
}

// gone forgets a file. If that fails, it is looked for once more when the delivery has ended.
func (c Carrier) gone(ctx context.Context, t target, name string) {
	_ = c.Shelves.Gone(context.WithoutCancel(ctx), t.channel, name)
}

// doubt is what may be said once a file was put: no failure is "not sent" any more.
func doubt(err error) error {
	e, ok := errors.AsType[*network.Error](err)
	if !ok {
		return &network.Error{Kind: network.Ambiguous, Code: shelf.CodeNotPublic, Message: "it could not be proved that the public gets the file", Err: err}
	}
	if e.Kind == network.Ambiguous || e.Kind == network.Throttled {
		return e
	}
	said := *e
	said.Kind = network.Ambiguous
	return &said
}

// parse reads shelf:///channel/delivery or shelf:///channel/delivery/name.
func parse(address string) (t target, ok bool) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != Scheme || u.Host != "" || u.Opaque != "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return t, false
	}
	parts := strings.Split(strings.TrimPrefix(u.Path, "/"), "/")
	if len(parts) < 2 || len(parts) > 3 {
		return t, false
	}
	for _, p := range parts {
		if p == "" || len(p) > 200 || strings.Trim(p, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") != "" {
			return t, false
		}
	}
	t.channel, t.delivery = parts[0], parts[1]
	if len(parts) == 3 {
		t.name = parts[2]
	}
	return t, true
}

func problem(status int, message string) network.Reply {
	b, err := json.Marshal(map[string]string{"error": message})
	if err != nil { // strings always marshal
		panic(err)
	}
	return network.Reply{Status: status, Header: map[string]string{"Content-Type": "application/json"}, Body: b}
}

func notSent(message string, err error) error {
	return &network.Error{Kind: network.NotSent, Message: message, Err: err}
}
