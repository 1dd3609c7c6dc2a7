package wiring

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"time"

	"postbag/backend/clock"
	"postbag/backend/network"
	"postbag/backend/online"
)

// errSlept ends what was under way when the machine went to sleep and makes nothing public: its
// connection is dead, and nobody knows for how long the other side waited.
var errSlept = errors.New("this computer slept meanwhile")

// signInFirst is what a network answers in a server's place that lets nobody out yet: 511, Network
// Authentication Required (RFC 6585, section 6). No server says it of itself.
const signInFirst = 511

// hearing is a carrier that listens: to the time of day in answers, and to whether servers can be
// reached. Of a request that makes something public it hears only that it never left: nothing may
// come between an acceptance and its record.
type hearing struct {
	network.Carrier
	ground *ground
}

// Send implements network.Carrier.
func (h hearing) Send(ctx context.Context, r network.Request, intent func() error) (network.Reply, error) {
	sent := h.ground.source()
	if intent != nil {
		reply, err := h.Carrier.Send(ctx, r, intent)
		if err != nil && network.KindOf(err) == network.NotSent {
			h.ground.hear(r, network.Reply{}, err, sent)
		}
		return reply, err
	}
	ctx, done := h.ground.under(ctx)
	defer done()
	reply, err := h.Carrier.Send(ctx, r, nil)
	if context.Cause(ctx) == errSlept { //nolint:errorlint // the very same
		return reply, err
	}
	h.ground.hear(r, reply, err, sent)
	if err == nil && reply.Status == signInFirst {
		return reply, &network.Error{Kind: network.NotSent, Message: "This network wants you to sign in on a page of its own first."}
	}
	return reply, err
}

// hear takes what a request tells besides its answer.
func (g *ground) hear(r network.Request, reply network.Reply, err error, sent clock.Reading) {
	u, bad := url.Parse(r.URL)
	if bad != nil || u.Host == "" || errors.Is(err, context.Canceled) {
		return
	}
	contact := online.Contact{
		Host: u.Host, Status: reply.Status, Header: reply.Header, Err: err,
		JSON: strings.Contains(r.Header["Accept"], "json"), Sent: err == nil || network.KindOf(err) != network.NotSent,
	}
	g.lines.Heard(contact, time.Now().UTC())
	if err != nil {
		g.clock.Refused(u.Host, err)
		return
	}
	if !contact.Portal() {
		g.clock.Heard(u.Host, reply.Header["Date"], sent)
	}
}

// under notes a call that a sleep ends.
func (g *ground) under(ctx context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	g.mu.Lock()
	g.calls[&cancel] = true
	g.mu.Unlock()
	return ctx, func() {
		g.mu.Lock()
		delete(g.calls, &cancel)
		g.mu.Unlock()
		cancel(nil)
	}
}
