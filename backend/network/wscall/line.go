package wscall

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync/atomic"

	"github.com/coder/websocket"

	"postbag/backend/network"
	"postbag/backend/network/httpcall"
)

var (
	errTooLong = errors.New("it says too much")
	errAgain   = errors.New("a connection is used once")
)

// line is the connection to one server.
type line struct {
	raw    net.Conn
	conn   *websocket.Conn
	room   int // bytes that the answer may have
	answer Answer
	err    error
}

func (l *line) up() bool { return l.conn != nil }

func (l *line) close() {
	if l.conn != nil {
		_ = l.conn.CloseNow()
	}
	if l.raw != nil {
		_ = l.raw.Close()
	}
}

// dial opens the connection and makes a websocket of it. The library gets the connection that was
// opened here and can open none itself.
func (l *line) dial(ctx context.Context, web *httpcall.Client) {
	host := hostOf(l.answer.URL)
	raw, err := web.Open(ctx, "http"+strings.TrimPrefix(l.answer.URL, "ws"))
	if err != nil {
		l.err = err
		return
	}
	l.raw = &measured{Conn: raw, left: 2 * network.MaxReply}
	var used atomic.Bool
	once := func(context.Context, string, string) (net.Conn, error) {
		if used.Swap(true) {
			return nil, errAgain
		}
		return l.raw, nil
	}
	client := &http.Client{
		Transport:     &http.Transport{DialContext: once, DialTLSContext: once, DisableKeepAlives: true, MaxResponseHeaderBytes: 64 << 10},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	conn, answer, err := websocket.Dial(ctx, l.answer.URL, &websocket.DialOptions{ //nolint:bodyclose // the library does
		HTTPClient: client, HTTPHeader: http.Header{"User-Agent": {web.Agent()}},
	})
	if err != nil {
		l.err = fmt.Errorf("%s makes no websocket of the connection", host) // the library's words can quote the server
		if answer != nil && answer.StatusCode >= 300 {
			l.answer.Status = answer.StatusCode
			l.err = fmt.Errorf("%s answers %d instead of making a websocket of the connection", host, answer.StatusCode)
		}
		return
	}
	conn.SetReadLimit(int64(l.room))
	l.conn = conn
}

// ask sends the message and reads until its answer has ended.
func (l *line) ask(ctx context.Context, m message) {
	l.answer.Sent, l.answer.Status = true, http.StatusGatewayTimeout
	host := hostOf(l.answer.URL)
	if err := l.conn.Write(ctx, websocket.MessageText, m.text); err != nil {
		l.fail(ctx, host)
		return
	}
	for {
		kind, text, err := l.conn.Read(ctx)
		if err != nil {
			l.fail(ctx, host)
			return
		}
		if kind != websocket.MessageText {
			continue
		}
		elements := elementsOf(text)
		ends := begins(elements, m.until)
		if !ends && !begins(elements, m.keep) {
			continue // nothing that was asked for
		}
		if l.room -= len(text) + 1; l.room < 0 {
			l.answer.Status, l.answer.Messages = http.StatusBadGateway, nil
			l.err = fmt.Errorf("%s: %w", host, errTooLong)
			return
		}
		l.answer.Messages = append(l.answer.Messages, text)
		if ends {
			l.answer.Status = http.StatusOK
			return
		}
	}
}

// fail notes that the connection ended before the answer. What was said until then proves nothing.
func (l *line) fail(ctx context.Context, host string) {
	l.answer.Messages = nil
	l.err = fmt.Errorf("%s ended the connection before its answer", host)
	if ctx.Err() == nil {
		l.answer.Status = http.StatusBadGateway
	} else {
		l.err = fmt.Errorf("%s: %w", host, context.Cause(ctx))
	}
}

// measured is a connection that ends when the other side has said too much: frames that belong to no
// answer, and pings, are counted like everything else.
type measured struct {
	net.Conn
	left int64
}

// Read implements net.Conn.
func (c *measured) Read(p []byte) (int, error) {
	if c.left <= 0 {
		return 0, errTooLong
	}
	n, err := c.Conn.Read(p[:min(int64(len(p)), c.left)])
	c.left -= int64(n)
	return n, err
}
