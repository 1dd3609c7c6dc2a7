// Package wscall sends one message over a websocket, once, and brings back what answers it.
//
// A websocket knows messages and no answers, so a request says itself which messages answer it. All of
// them are JSON arrays, and the first elements of one, its head, say what it is:
//
//	Method  SEND
//	URL     the server: wss:, and on loopback also ws:
//	Body    the one message
//	Until   a header: a JSON array of heads; a message with one of them ends the answer
//	Keep    a header: a JSON array of heads of messages that belong to the answer besides, may be absent
//	Also    a header: further servers that get the same message, with spaces between, may be absent
//
// One request to several servers is one call: the queue journals one intent for it, whoever takes the
// message first. The order is that of httpcall, whose rules for reaching a server hold here, too:
//
//	check everything  addresses, heads, the message
//	connect           to all servers at once: DNS, TCP, TLS, and the upgrade to a websocket
//	intent            the caller writes down that the message may now leave
//	write             the message, once to each server that was reached
//	read              from each until its answer has ended, up to a number of bytes and a time
//
// What fails above intent is [network.NotSent]. A reply has the status 200 as soon as one server
// answered; its body is a list of [Answer], one a server, in the order of the request. Below the intent
// no answer at all is [network.Ambiguous]. A redirect is followed by nobody: it is no websocket.
package wscall

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/httpcall"
)

var _ network.Carrier = (*Client)(nil)

// The schemes of addresses, the method of a request, and its headers.
const (
	Scheme   = "wss"
	Loopback = "ws"
	Method   = "SEND"
	Until    = "Until"
	Keep     = "Keep"
	Also     = "Also"
)

const (
	mostServers = 20
	mostMessage = 1 << 20 // bytes of the message to send

	reach    = 15 * time.Second // to connect to all servers
	patience = 30 * time.Second // from the first message to the last answer
)

var errLate = fmt.Errorf("it took too long: %w", context.DeadlineExceeded)

// Answer is what became of a message at one server.
type Answer struct {
	URL string `json:"url"`
	// Status is 200 with an answer that has ended; 503 if the server was not reached, or the status it
	// refused the websocket with; 504 without an answer in time; 502 with one that cannot be used.
	Status int `json:"status"`
	// Sent says that the message, or a part of it, may have reached the server.
	Sent bool `json:"sent"`
	// Messages are those of the answer, in order. The last one ended it, if Status is 200.
	Messages []json.RawMessage `json:"messages,omitempty"`
}

// Client is the carrier for wss: and, on loopback, ws:. It keeps nothing between calls and may be used by
// many goroutines.
type Client struct {
	web      *httpcall.Client
	reach    time.Duration
	patience time.Duration
}

// Option changes a new Client.
type Option func(*Client)

// Patience sets how long servers may take to be reached, and then to answer.
func Patience(reach, answer time.Duration) Option {
	return func(c *Client) { c.reach, c.patience = reach, answer }
}

// New returns a client that opens its connections as web does.
func New(web *httpcall.Client, options ...Option) *Client {
	c := &Client{web: web, reach: reach, patience: patience}
	for _, o := range options {
		o(c)
	}
	return c
}

// Send fulfils network.Carrier. Its errors name hosts and never a path or a message.
func (c *Client) Send(ctx context.Context, r network.Request, intent func() error) (network.Reply, error) {
	m, err := read(r)
	if err != nil {
		return network.Reply{}, err
	}
	lines := c.connect(ctx, m)
	defer func() {
		for _, l := range lines {
			l.close()
		}
	}()
	if err := ctx.Err(); err != nil {
		return network.Reply{}, notSent("cannot reach "+m.hosts(), context.Cause(ctx))
	}
	if !slices.ContainsFunc(lines, (*line).up) {
		return network.Reply{}, notSent("cannot reach "+m.hosts(), plain(lines[0].err))
	}
	if intent != nil {
		if err := intent(); err != nil {
			return network.Reply{}, notSent("the intent to send was not written down", err)
		}
	}
	c.exchange(ctx, m, lines)
	answers := make([]Answer, len(lines))
	for i, l := range lines {
		answers[i] = l.answer
	}
	if !slices.ContainsFunc(answers, func(a Answer) bool { return a.Status == http.StatusOK }) {
		return network.Reply{}, &network.Error{
			Kind: network.Ambiguous, Message: "no certain answer from " + m.hosts(), Err: errors.Join(errorsOf(lines)...),
		}
	}
	var body bytes.Buffer
	e := json.NewEncoder(&body)
	e.SetEscapeHTML(false) // messages stay as long as they were, and every line is bounded to its share
	if err := e.Encode(answers); err != nil || body.Len() > network.MaxReply {
		return network.Reply{}, &network.Error{Kind: network.Ambiguous, Message: "the answers cannot be kept", Err: err}
	}
	return network.Reply{Status: http.StatusOK, Header: map[string]string{"Content-Type": "application/json"}, Body: body.Bytes()}, nil
}

// connect reaches every server at once, and waits until each is reached or given up.
func (c *Client) connect(ctx context.Context, m message) []*line {
	ctx, cancel := context.WithTimeoutCause(ctx, c.reach, errLate)
	defer cancel()
	lines := make([]*line, len(m.servers))
	var wait sync.WaitGroup
	for i, address := range m.servers {
		lines[i] = &line{room: network.MaxReply/len(m.servers) - 4096, answer: Answer{URL: address, Status: http.StatusServiceUnavailable}}
		wait.Go(func() { lines[i].dial(ctx, c.web) })
	}
	wait.Wait()
	return lines
}

// exchange sends the message to every server that was reached, and reads what each answers.
func (c *Client) exchange(ctx context.Context, m message, lines []*line) {
	ctx, cancel := context.WithTimeoutCause(ctx, c.patience, errLate)
	defer cancel()
	var wait sync.WaitGroup
	for _, l := range lines {
		if l.up() {
			wait.Go(func() { l.ask(ctx, m) })
		}
	}
	wait.Wait()
}

func errorsOf(lines []*line) (list []error) {
	for _, l := range lines {
		if l.err != nil {
			list = append(list, l.err)
		}
	}
	return list
}

// plain is the reason behind what already says that nothing was sent.
func plain(err error) error {
	if e, ok := errors.AsType[*network.Error](err); ok && e.Err != nil {
		return e.Err
	}
	return err
}

func notSent(text string, err error) *network.Error {
	return &network.Error{Kind: network.NotSent, Message: text, Err: err}
}

// refused is what a request is told that cannot be sent as it is.
func refused(text string) *network.Error {
	return notSent("this request cannot be sent", errors.New(text))
}

// hosts names the servers for people.
func (m message) hosts() string {
	names := make([]string, len(m.servers))
	for i, s := range m.servers {
		names[i] = hostOf(s)
	}
	return strings.Join(names, ", ")
}
