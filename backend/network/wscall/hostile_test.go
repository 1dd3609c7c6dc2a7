package wscall

import (
	"context"
	"crypto/sha1" //nolint:gosec // RFC 6455, 4.2.2, names it
	"encoding/base64"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"postbag/backend/network"
)

// upgrade answers a handshake by hand and then says bytes, frames or not.
func upgrade(w http.ResponseWriter, accept, then string) net.Conn {
	conn, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		return nil
	}
	_, _ = conn.Write([]byte("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " + accept + "\r\n\r\n" + then))
	return conn
}

// accept computes what proves that a server understood the handshake (RFC 6455, 4.2.2).
func accept(r *http.Request) string {
	sum := sha1.Sum([]byte(r.Header.Get("Sec-WebSocket-Key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")) //nolint:gosec // as above
	return base64.StdEncoding.EncodeToString(sum[:])
}

// raw starts a server that says bytes once the message has arrived, and then what more says.
func raw(t *testing.T, bytes string, more func(conn net.Conn)) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn := upgrade(w, accept(r), "")
		defer conn.Close()
		_, _ = conn.Read(make([]byte, 1024)) // the message is small
		_, _ = conn.Write([]byte(bytes))
		if more != nil {
			more(conn)
		}
	}))
	t.Cleanup(s.Close)
	return "ws" + strings.TrimPrefix(s.URL, "http") + "/path"
}

const fine = `["OK","a1",true,""]`

// frame is a message in one piece (RFC 6455, 5.2).
func frame(first byte, text string) string {
	switch n := len(text); {
	case n < 126:
		return string([]byte{first, byte(n)}) + text
	case n < 1<<16:
		return string([]byte{first, 126, byte(n >> 8), byte(n)}) + text
	default:
		return string([]byte{first, 127, 0, 0, 0, 0, byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)}) + text
	}
}

func TestNoHostileServerIsBelievedOrWaitedForTooLong(t *testing.T) {
	good := frame(0x81, fine)
	drain := func(conn net.Conn) { _, _ = conn.Read(make([]byte, 1)) } // until the client goes
	endless := func(piece string) func(net.Conn) {
		return func(conn net.Conn) {
			for {
				if _, err := conn.Write([]byte(piece)); err != nil {
					return
				}
			}
		}
	}
	servers := map[string]string{
		"endless frames of others":  raw(t, "", endless(strings.Repeat(frame(0x81, `["OK","b2",true,""]`), 1000))),
		"endless frames of its own": raw(t, "", endless(strings.Repeat(frame(0x81, `["NOTE","more"]`), 1000))),
		"endless pings":             raw(t, "", endless(strings.Repeat(frame(0x89, "ping"), 1000))),
		"endless empty frames":      raw(t, "", endless(strings.Repeat(frame(0x81, ""), 1000))),
		"one endless message":       raw(t, string([]byte{0x01, 0}), endless(string([]byte{0x00, 5})+"hello")),
		"a huge message":            raw(t, frame(0x81, `["OK","a1",true,"`+strings.Repeat("x", network.MaxReply)+`"]`), drain),
		"a message said to be huge": raw(t, string([]byte{0x81, 127, 0x7f, 255, 255, 255, 255, 255, 255, 255})+fine, drain),
		"a wrong id":                raw(t, frame(0x81, `["OK","b2",true,""]`), drain),
		"another message":           raw(t, frame(0x81, `["NOTICE","a1"]`), drain),
		"an answer in bytes":        raw(t, frame(0x82, fine), drain),
		"half an answer":            raw(t, frame(0x81, fine[:10]), drain),
		"two arrays at once":        raw(t, frame(0x81, fine+fine), drain),
		"silence":                   raw(t, "", drain),
		"a reserved bit":            raw(t, frame(0xc1, fine), drain),
		"an unknown kind of frame":  raw(t, frame(0x83, fine), drain),
		"HTML":                      raw(t, "<html><body>Sign in</body></html>", drain),
		"a close frame first":       raw(t, frame(0x88, "\x03\xe8")+good, drain),
		"a slow drip": raw(t, "", func(conn net.Conn) {
			tick := time.NewTicker(5 * time.Millisecond)
			defer tick.Stop()
			for i := 0; ; i++ {
				if _, err := conn.Write([]byte(strings.Repeat(frame(0x81, `["NOTE","drip"]`), 100)[i : i+1])); err != nil || i > 1000 {
					return
				}
				<-tick.C
			}
		}),
	}
	for name, address := range servers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			intents := 0
			reply, err := client().Send(t.Context(), hello(address), marked(&intents))
			if err == nil || network.KindOf(err) != network.Ambiguous || intents != 1 {
				t.Errorf("answered %.200s, %v, %d intents", reply.Body, err, intents)
			} else if strings.Contains(err.Error(), "path") || len(err.Error()) > 300 {
				t.Errorf("the error says %s", err)
			}
		})
	}
}

func TestAConnectionThatEndsAnywhereIsAmbiguousUntilTheAnswerIsWhole(t *testing.T) {
	good := frame(0x81, fine)
	for cut := range len(good) + 1 {
		for how, end := range map[string]func(net.Conn){
			"closed": nil,
			"reset":  func(conn net.Conn) { _ = conn.(*net.TCPConn).SetLinger(0) },
		} {
			_, err := client().Send(t.Context(), hello(raw(t, good[:cut], end)), nil)
			if cut < len(good) && network.KindOf(err) != network.Ambiguous {
				t.Errorf("%s after %d of %d bytes: %v", how, cut, len(good), err)
			}
			if cut == len(good) && how == "closed" && err != nil {
				t.Errorf("after the whole answer: %v", err)
			}
		}
	}
}

func TestSeveralServersAreOneCall(t *testing.T) {
	accepts := listen(t, func(v visit) { v.hear(); v.say(fine) })
	silent := listen(t, func(v visit) { v.hear(); v.hear() })
	closes := listen(t, func(v visit) { v.hear(); _ = v.Close(websocket.StatusInternalError, "secret") })
	page := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(page.Close)
	intents := 0
	reply, err := client().Send(t.Context(), hello(silent.ws(), closes.ws(), "ws"+strings.TrimPrefix(page.URL, "http"), "ws://127.0.0.1:1/", accepts.ws()), marked(&intents))
	if err != nil || intents != 1 {
		t.Fatalf("%v, %d intents", err, intents)
	}
	want := []struct {
		status int
		sent   bool
	}{{504, true}, {502, true}, {404, false}, {503, false}, {200, true}}
	for i, a := range answersOf(t, reply) {
		if a.Status != want[i].status || a.Sent != want[i].sent || (len(a.Messages) > 0) != (a.Status == 200) {
			t.Errorf("server %d: %+v, want %+v", i+1, a, want[i])
		}
	}
	for _, s := range []*relay{accepts, silent, closes} {
		<-s.gone
		if len(s.heard()) != 1 {
			t.Errorf("a server heard %q", s.heard())
		}
	}
	_, err = client().Send(t.Context(), hello(silent.ws(), "ws://127.0.0.1:1/"), nil)
	if network.KindOf(err) != network.Ambiguous {
		t.Errorf("one silent and one away: %v", err)
	}
	_, err = client().Send(t.Context(), hello("ws://127.0.0.1:1/", "ws"+strings.TrimPrefix(page.URL, "http")), marked(&intents))
	if network.KindOf(err) != network.NotSent || intents != 1 {
		t.Errorf("none that can be reached: %v", err)
	}
}

func TestAnEndedContextStopsIt(t *testing.T) {
	heard := make(chan struct{})
	s := listen(t, func(v visit) { v.hear(); close(heard); v.hear() })
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-heard; cancel() }()
	patient := client()
	patient.patience = time.Minute
	if _, err := patient.Send(ctx, hello(s.ws()), nil); network.KindOf(err) != network.Ambiguous {
		t.Errorf("cancelled after the message: %v", err)
	}
	intents := 0
	if _, err := patient.Send(ctx, hello(s.ws()), marked(&intents)); network.KindOf(err) != network.NotSent || intents != 0 {
		t.Errorf("cancelled before: %v, %d intents", err, intents)
	}
	stuck := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	t.Cleanup(stuck.Close)
	hurried := client()
	hurried.reach = 100 * time.Millisecond
	if _, err := hurried.Send(t.Context(), hello("ws"+strings.TrimPrefix(stuck.URL, "http")), marked(&intents)); network.KindOf(err) != network.NotSent || intents != 0 {
		t.Errorf("no answer to the handshake: %v, %d intents", err, intents)
	}
}
