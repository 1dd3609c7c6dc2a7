package httpcall

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"sync"
	"testing"
	"time"

	"postbag/backend/network"
)

// server is a TCP server that counts what reaches it. What it answers is up to a test,
// byte for byte.
type server struct {
	ln net.Listener

	mu       sync.Mutex
	accepted int
	requests []*http.Request
	bodies   [][]byte
	conns    []net.Conn
	open     sync.WaitGroup
}

// visit is one connection as the server sees it.
type visit struct {
	*net.TCPConn
	r      *bufio.Reader
	server *server
}

// listen starts a server that runs serve for every connection and closes it afterwards.
func listen(t testing.TB, serve func(v visit)) *server {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &server{ln: ln}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			s.mu.Lock()
			s.accepted++
			s.conns = append(s.conns, conn)
			s.mu.Unlock()
			s.open.Add(1)
			go func() {
				defer s.open.Done()
				defer conn.Close()
				serve(visit{conn.(*net.TCPConn), bufio.NewReader(conn), s})
			}()
		}
	}()
	t.Cleanup(func() {
		_ = ln.Close()
		<-ended
		for _, conn := range s.conns { // some clients keep them
			_ = conn.Close()
		}
		s.open.Wait()
	})
	return s
}

func (s *server) url() string { return "http://" + s.ln.Addr().String() }

func (s *server) connections() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.accepted
}

// got returns the requests whose body arrived whole.
func (s *server) got() []*http.Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.requests
}

func (s *server) body(i int) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.bodies[i]
}

// request reads a request and its body into the ledger.
func (v visit) request() (*http.Request, error) {
	r, err := http.ReadRequest(v.r)
	if err != nil {
		return nil, err
	}
	b, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	v.server.mu.Lock()
	defer v.server.mu.Unlock()
	v.server.requests = append(v.server.requests, r)
	v.server.bodies = append(v.server.bodies, b)
	return r, nil
}

func (v visit) answer(s string) { _, _ = io.WriteString(v, s) }

// reset makes the connection end with RST.
func (v visit) reset() {
	_ = v.SetLinger(0)
	_ = v.Close()
}

// silent reports whether nothing arrives. On loopback what was sent is there at once.
func (v visit) silent() bool {
	_ = v.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
	defer func() { _ = v.SetReadDeadline(time.Time{}) }()
	_, err := v.r.Peek(1)
	return errors.Is(err, os.ErrDeadlineExceeded)
}

const fine = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

func post(url string) network.Request {
	return network.Request{
		Method: "POST", URL: url, Body: network.Bytes([]byte(`{"status":"hello"}`)),
		Header: map[string]string{"Content-Type": "application/json", "Idempotency-Key": "k1", "Authorization": "Bearer secret-token"},
	}
}

// A property is something that must hold for every carrier that may publish. It returns what
// went wrong.
type property struct {
	name  string
	holds func(t *testing.T, c network.Carrier) error
}

var properties = []property{
	{"never sends again", neverSendsAgain},
	{"follows no redirect", followsNoRedirect},
	{"keeps no connection", keepsNoConnection},
	{"keeps no cookie", keepsNoCookie},
	{"intent before the first byte", intentBeforeTheFirstByte},
	{"a failing intent sends nothing", aFailingIntentSendsNothing},
	{"no intent without a connection", noIntentWithoutAConnection},
}

// neverSendsAgain breaks the connection of a second call, which a client that keeps
// connections sends on the first call's.
func neverSendsAgain(t *testing.T, c network.Carrier) error {
	ends := map[string]func(v visit){
		"closed": func(v visit) { _ = v.Close() },
		"reset":  func(v visit) { v.reset() },
	}
	for how, end := range ends {
		s := listen(t, func(v visit) {
			for {
				r, err := v.request()
				if err != nil {
					return
				}
				if r.URL.Path == "/break" {
					end(v)
					return
				}
				v.answer(fine)
			}
		})
		if _, err := c.Send(t.Context(), post(s.url()+"/warm"), nil); err != nil {
			return fmt.Errorf("first call: %w", err)
		}
		_, err := c.Send(t.Context(), post(s.url()+"/break"), func() error { return nil })
		if network.KindOf(err) != network.Ambiguous || err == nil {
			return fmt.Errorf("%s after the request is not ambiguous: %s", how, fmt.Sprint(err))
		}
		copies := 0
		for _, r := range s.got() {
			if r.URL.Path == "/break" {
				copies++
			}
		}
		if copies != 1 {
			return fmt.Errorf("%s after the request: it was sent %d times", how, copies)
		}
	}
	return nil
}

func followsNoRedirect(t *testing.T, c network.Carrier) error {
	for _, status := range []int{301, 302, 303, 307, 308} {
		s := listen(t, func(v visit) {
			r, err := v.request()
			if err == nil && r.URL.Path == "/" {
				v.answer(fmt.Sprintf("HTTP/1.1 %d Elsewhere\r\nLocation: /there\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", status))
			} else if err == nil {
				v.answer(fine)
			}
		})
		reply, err := c.Send(t.Context(), post(s.url()+"/"), func() error { return nil })
		if err != nil || reply.Status != status || reply.Header["Location"] != "/there" {
			return fmt.Errorf("%d: answered %d: %s", status, reply.Status, fmt.Sprint(err))
		}
		if n := len(s.got()); n != 1 {
			return fmt.Errorf("%d: %d requests", status, n)
		}
	}
	return nil
}

func keepsNoConnection(t *testing.T, c network.Carrier) error {
	s := listen(t, func(v visit) {
		for {
			if _, err := v.request(); err != nil {
				return
			}
			v.answer(fine)
		}
	})
	for range 3 {
		if _, err := c.Send(t.Context(), post(s.url()), nil); err != nil {
			return err
		}
	}
	if n := s.connections(); n != 3 {
		return fmt.Errorf("3 calls on %d connections", n)
	}
	for _, r := range s.got() {
		if !r.Close {
			return errors.New("the server is not told that the connection will close")
		}
	}
	return nil
}

func keepsNoCookie(t *testing.T, c network.Carrier) error {
	s := listen(t, func(v visit) {
		if _, err := v.request(); err == nil {
			v.answer("HTTP/1.1 200 OK\r\nSet-Cookie: who=me; Path=/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
		}
	})
	for range 2 {
		if _, err := c.Send(t.Context(), post(s.url()), nil); err != nil {
			return err
		}
	}
	for _, r := range s.got() {
		if len(r.Cookies()) > 0 {
			return fmt.Errorf("sent %v", r.Cookies())
		}
	}
	return nil
}

func intentBeforeTheFirstByte(t *testing.T, c network.Carrier) error {
	arrived, looked := make(chan visit, 1), make(chan bool, 1)
	s := listen(t, func(v visit) {
		arrived <- v
		looked <- v.silent()
		if _, err := v.request(); err == nil {
			v.answer(fine)
		}
	})
	calls, silent := 0, false
	_, err := c.Send(t.Context(), post(s.url()), func() error {
		calls++
		select {
		case <-arrived:
			silent = <-looked
		case <-time.After(time.Second):
			return errors.New("the intent was asked for without a connection")
		}
		return nil
	})
	switch {
	case err != nil:
		return err
	case calls != 1:
		return fmt.Errorf("the intent was written %d times", calls)
	case !silent:
		return errors.New("the server had bytes before the intent was written")
	case len(s.got()) != 1:
		return fmt.Errorf("%d requests arrived", len(s.got()))
	}
	return nil
}

func aFailingIntentSendsNothing(t *testing.T, c network.Carrier) error {
	seen := make(chan []byte, 8)
	s := listen(t, func(v visit) {
		if !v.silent() { // a client that has sent waits for an answer
			_, _ = v.r.Peek(1)
		}
		b, _ := v.r.Peek(v.r.Buffered())
		seen <- b
	})
	full := errors.New("the disk is full")
	_, err := c.Send(t.Context(), post(s.url()), func() error { return full })
	if !errors.Is(err, full) || network.KindOf(err) != network.NotSent {
		return fmt.Errorf("returned: %s", fmt.Sprint(err))
	}
	select {
	case b := <-seen:
		if len(b) > 0 {
			return fmt.Errorf("%d bytes were sent: %.40q", len(b), b)
		}
	case <-time.After(time.Second):
		return errors.New("there was no connection")
	}
	return nil
}

func noIntentWithoutAConnection(t *testing.T, c network.Carrier) error {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	_ = ln.Close() // nobody listens there now
	asked := false
	_, err = c.Send(t.Context(), post("http://"+ln.Addr().String()), func() error {
		asked = true
		return nil
	})
	if asked || network.KindOf(err) != network.NotSent {
		return fmt.Errorf("intent asked: %t: %s", asked, fmt.Sprint(err))
	}
	return nil
}

func TestTheClientHoldsEveryPropertyOfPublishing(t *testing.T) {
	for _, p := range properties {
		t.Run(p.name, func(t *testing.T) {
			if err := p.holds(t, New(nil)); err != nil {
				t.Error(err)
			}
		})
	}
}

// through makes a carrier of an ordinary client: what this package would be without its rules.
type through func(r *http.Request, intent func() error) (*http.Response, error)

func (send through) Send(ctx context.Context, r network.Request, intent func() error) (network.Reply, error) {
	var body bytes.Buffer
	for _, p := range r.Body {
		body.Write(p.Bytes)
	}
	req, err := http.NewRequestWithContext(ctx, r.Method, r.URL, bytes.NewReader(body.Bytes()))
	if err != nil {
		return network.Reply{}, err
	}
	for k, v := range r.Header {
		req.Header.Set(k, v)
	}
	if intent == nil {
		intent = func() error { return nil }
	}
	answer, err := send(req, intent)
	if err != nil {
		return network.Reply{}, err
	}
	defer answer.Body.Close()
	b, err := io.ReadAll(answer.Body)
	return network.Reply{Status: answer.StatusCode, Header: map[string]string{"Location": answer.Header.Get("Location")}, Body: b}, err
}
