// Package nonecall carries requests to nowhere.
//
// It is the carrier of the none: scheme, used by the practice network: nothing leaves the
// machine and nothing is kept, but a request takes the same way as a real one. A write
// needs its intent first, stops when the context has ended, and is answered once. No socket
// is involved, so virtual time (testing/synctest) runs past it.
package nonecall

import (
	"context"
	"encoding/json"
	"net/url"

	"postbag/backend/network"
)

// Scheme is the scheme of the addresses this carrier answers.
const Scheme = "none"

// KeyHeader is the header whose value becomes the id of what was "made".
const KeyHeader = "Idempotency-Key"

// Carrier answers every write with 200 and the request's key as id, every read with 404
// (nothing is kept) and a write without a key with 400. It is safe for concurrent use.
type Carrier struct{}

// New returns a carrier to nowhere.
func New() Carrier { return Carrier{} }

var _ network.Carrier = Carrier{}

// Send answers r as documented at Carrier. Refusals are given before any intent.
func (Carrier) Send(ctx context.Context, r network.Request, intent func() error) (network.Reply, error) {
	if err := ctx.Err(); err != nil {
		return network.Reply{}, notSent("stopped before anything was sent", err)
	}
	u, err := url.Parse(r.URL)
	if err != nil || u.Scheme != Scheme {
		return network.Reply{}, notSent("not an address of this carrier", err)
	}
	if r.Method == "GET" || r.Method == "HEAD" {
		return reply(404, nil)
	}
	key := r.Header[KeyHeader]
	if key == "" {
		return reply(400, map[string]string{"error": "a write needs the header " + KeyHeader})
	}
	if intent != nil {
		if err := intent(); err != nil {
			return network.Reply{}, notSent("the intent could not be recorded", err)
		}
	}
	return reply(200, map[string]string{"id": key})
}

func reply(status int, body map[string]string) (network.Reply, error) {
	r := network.Reply{Status: status, Header: map[string]string{}}
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil { // strings always marshal
			panic(err)
		}
		r.Body, r.Header["Content-Type"] = b, "application/json"
	}
	return r, nil
}

func notSent(message string, err error) error {
	return &network.Error{Kind: network.NotSent, Message: message, Err: err}
}
