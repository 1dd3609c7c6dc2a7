// Package httpcall sends one HTTP request, once.
//
// A client made for browsers is helpful: it keeps connections, follows redirects, and sends a
// request again when a kept connection breaks (Go's does so even for a POST, if it has an
// Idempotency-Key header: net/http, Transport, read 2026-11). Each of these can publish a
// post twice. This one is written as a straight line instead, on a connection of its own:
//
//	check everything  address, headers, and that media still is what was approved
//	connect           DNS, TCP, a proxy if there is one, TLS
//	intent            the caller writes down that the request may now leave
//	write             the request's first byte, and all others
//	read              one answer, whatever its status; a redirect is an answer too
//
// What fails above intent is [network.NotSent]; what fails below it is [network.Ambiguous].
// There is no loop, so there is nothing that could send again.
//
// The answer is read while the body is still being written: a server that refuses a large
// upload early is heard, although it then closes the connection. Bodies from 1 MiB announce
// themselves (Expect: 100-continue) and wait a second for leave.
//
// A proxy is taken from the environment (HTTPS_PROXY, NO_PROXY), as people behind one expect
// of every program. It is asked for a tunnel before the intent and sees no request.
package httpcall

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"

	"postbag/backend/network"
)

var _ network.Carrier = (*Client)(nil)

const (
	// patience is how long a call without a body may take in all.
	patience = 60 * time.Second
	// slowest is the rate, in bytes a second, that a body is given time for on top.
	slowest = 32 << 10
)

var errDeadline = fmt.Errorf("it took too long: %w", context.DeadlineExceeded)

// Client is the carrier for https: and, on loopback, http:. It keeps nothing between calls but the
// nonces of proofs, and may be used by many goroutines.
type Client struct {
	nonces nonces
	opener network.Opener
	agent  string
	wait   time.Duration
	dial   func(ctx context.Context, network, address string) (net.Conn, error)
	tls    *tls.Config
	proxy  func(*url.URL) (*url.URL, error)
}

// Option changes a new Client.
type Option func(*Client)

// Version makes the client name itself "Postbag/version". A request's own User-Agent goes before it.
func Version(version string) Option {
	return func(c *Client) { c.agent = "Postbag/" + version }
}

// Patience sets how long a call without a body may take from first to last, DNS included.
// A body is given a second more for every 32 KiB. The default is a minute.
func Patience(d time.Duration) Option {
	return func(c *Client) { c.wait = d }
}

// Dial replaces how a TCP connection is opened.
func Dial(dial func(ctx context.Context, network, address string) (net.Conn, error)) Option {
	return func(c *Client) { c.dial = dial }
}

// TLS replaces the TLS settings. ServerName and NextProtos are always the client's own.
func TLS(config *tls.Config) Option {
	return func(c *Client) { c.tls = config }
}

// Proxy replaces where the proxy for an https: address comes from; nil means none. Only the
// address's scheme and host are shown to it.
func Proxy(proxy func(*url.URL) (*url.URL, error)) Option {
	return func(c *Client) { c.proxy = proxy }
}

// New returns a client that takes the files of bodies from opener, which may be nil where
// bodies have none.
func New(opener network.Opener, options ...Option) *Client {
	c := &Client{
		opener: opener,
		agent:  "Postbag",
		wait:   patience,
		dial:   (&net.Dialer{}).DialContext,
		tls:    &tls.Config{MinVersion: tls.VersionTLS12},
		proxy:  fromEnvironment,
	}
	for _, o := range options {
		o(c)
	}
	return c
}

func fromEnvironment(u *url.URL) (*url.URL, error) {
	return http.ProxyFromEnvironment(&http.Request{URL: u})
}

// Send fulfils network.Carrier. Its errors name the host and never a path, a query, a header
// or a body. An error of intent can be found in what it returns with errors.Is.
func (c *Client) Send(ctx context.Context, r network.Request, intent func() error) (network.Reply, error) {
	r, err := withKey(r)
	if err != nil {
		return network.Reply{}, err
	}
	to, err := parseTarget(r.URL)
	if err != nil {
		return network.Reply{}, err
	}
	r, bound, err := c.withProof(to, r)
	if err != nil {
		return network.Reply{}, err
	}
	m, err := c.message(to, r)
	if err != nil {
		return network.Reply{}, err
	}
	size := r.Body.Len()
	ctx, cancel := context.WithTimeoutCause(ctx, c.wait+time.Duration(size/slowest)*time.Second, errDeadline)
	defer cancel()

	m.body, err = openBody(ctx, c.opener, r.Body)
	if err != nil {
		return network.Reply{}, notSent("the media cannot be sent", because(ctx, err))
	}
	defer m.body.close()

	conn, err := c.connect(ctx, to)
	if err != nil {
		return network.Reply{}, notSent("cannot reach "+to.host, because(ctx, err))
	}
	defer func() { _ = conn.raw.Close() }()
	defer context.AfterFunc(ctx, conn.interrupt)()

	if ctx.Err() != nil {
		return network.Reply{}, notSent("cannot reach "+to.host, because(ctx, ctx.Err()))
	}
	if intent != nil {
		if err := intent(); err != nil {
			return network.Reply{}, notSent("the intent to send was not written down", err)
		}
	}
	reply, err := exchange(conn, m)
	if err != nil {
		return network.Reply{}, &network.Error{
			Kind: network.Ambiguous, Message: "no certain answer from " + to.host, Err: because(ctx, err),
		}
	}
	c.nonces.note(bound, reply)
	return reply, nil
}

func notSent(message string, err error) *network.Error {
	return &network.Error{Kind: network.NotSent, Message: message, Err: err}
}

// because puts the reason why ctx ended before what it made fail.
func because(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil && !errors.Is(err, network.ErrMediaChanged) {
		return cause
	}
	return err
}
