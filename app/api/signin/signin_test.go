package signin

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

func open(t *testing.T) *Listener {
	t.Helper()
	l, err := Listen(t.Context(), 0, "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l
}

// ask sends one request the way a browser or a stranger would.
func ask(t *testing.T, method, address string, change func(r *http.Request)) (int, string, http.Header) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	if change != nil {
		change(r)
	}
	reply, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer reply.Body.Close()
	b, err := io.ReadAll(reply.Body)
	if err != nil {
		t.Fatal(err)
	}
	return reply.StatusCode, string(b), reply.Header
}

func TestTheAnswerOfTheBrowserComesBackAndThePortCloses(t *testing.T) {
	l := open(t)
	type result struct {
		query string
		err   error
	}
	waited := make(chan result, 1)
	go func() {
		query, err := l.Wait(t.Context())
		waited <- result{query, err}
	}()
	status, page, header := ask(t, "GET", l.RedirectURI()+"?code=a%2Bb&state=s", func(r *http.Request) {
		r.Header.Set("Sec-Fetch-Mode", "navigate")
	})
	if status != 200 || !strings.Contains(page, "You can close this tab") || header.Get("Referrer-Policy") != "no-referrer" {
		t.Errorf("%d %v %s", status, header, page)
	}
	if got := <-waited; got.err != nil || got.query != "code=a%2Bb&state=s" {
		t.Errorf("got %+v", got)
	}
	if conn, err := net.DialTimeout("tcp", l.host, time.Second); !errors.Is(err, syscall.ECONNREFUSED) {
		if err == nil {
			_ = conn.Close()
		}
		t.Errorf("the port is still open: %v", err)
	}
}

func TestStrangersAreSentAwayAndTheAnswerStillArrives(t *testing.T) {
	l := open(t)
	base := "http://" + l.host
	_, port, _ := net.SplitHostPort(l.host)
	cases := []struct {
		name, method, address string
		change                func(r *http.Request)
		status                int
	}{
		{"the favicon", "GET", base + "/favicon.ico", nil, 404},
		{"the root", "GET", base + "/?code=x", nil, 404},
		{"a longer path", "GET", base + "/callback/x?code=x", nil, 404},
		{"another method", "POST", base + "/callback?code=x", nil, 405},
		{"a look ahead", "HEAD", base + "/callback?code=x", nil, 405},
		{"a name that points here", "GET", base + "/callback?code=x", func(r *http.Request) { r.Host = "evil.example:" + port }, 421},
		{"localhost", "GET", base + "/callback?code=x", func(r *http.Request) { r.Host = "localhost:" + port }, 421},
		{"another port", "GET", base + "/callback?code=x", func(r *http.Request) { r.Host = "127.0.0.1:1" }, 421},
		{"a script", "GET", base + "/callback?code=x", func(r *http.Request) { r.Header.Set("Sec-Fetch-Mode", "no-cors") }, 403},
		{"no answer", "GET", base + "/callback", nil, 400},
		{"half an answer", "GET", base + "/callback?state=x", nil, 400},
	}
	for _, c := range cases {
		if status, page, _ := ask(t, c.method, c.address, c.change); status != c.status || strings.Contains(page, "<script") {
			t.Errorf("%s: %d", c.name, status)
		}
	}
	if status, _, _ := ask(t, "GET", base+"/callback?error=access_denied&state=s", nil); status != 200 {
		t.Errorf("the answer: %d", status)
	}
	if status, _, _ := ask(t, "GET", base+"/callback?code=another", nil); status != 409 {
		t.Errorf("a second answer: %d", status)
	}
	if query, err := l.Wait(t.Context()); err != nil || query != "error=access_denied&state=s" {
		t.Errorf("got %q, %v", query, err)
	}
}

func TestThePageRepeatsNothingOfWhatItWasAsked(t *testing.T) {
	l := open(t)
	_, page, _ := ask(t, "GET", l.RedirectURI()+"?code=hunter2&state=%3Cscript%3E", nil)
	if strings.Contains(page, "hunter2") || strings.Contains(page, "script") {
		t.Error(page)
	}
}

func TestTheLongestWaitIsFiveMinutes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &Listener{server: &http.Server{}, answer: make(chan string, 1), served: make(chan error, 1)}
		go func() { // what Serve does, without a socket, which would hold virtual time
			ended := make(chan struct{})
			l.server.RegisterOnShutdown(func() { close(ended) })
			<-ended
			l.served <- http.ErrServerClosed
		}()
		synctest.Wait()
		start := time.Now()
		_, err := l.Wait(t.Context())
		if !errors.Is(err, ErrNobodyCame) || time.Since(start) != Limit {
			t.Errorf("after %v: %v", time.Since(start), err)
		}
	})
}

func TestGivingUpClosesThePort(t *testing.T) {
	l := open(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := l.Wait(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	again, err := Listen(t.Context(), portOf(t, l), "/elsewhere")
	if err != nil {
		t.Fatalf("the port cannot be bound again: %v", err)
	}
	defer func() { _ = again.Close() }()
	if want := fmt.Sprintf("http://%s/elsewhere", l.host); again.RedirectURI() != want {
		t.Errorf("the redirect is %s", again.RedirectURI())
	}
}

func TestAPortInUseSaysSo(t *testing.T) {
	l := open(t)
	if _, err := Listen(t.Context(), portOf(t, l), ""); !errors.Is(err, ErrTaken) {
		t.Errorf("got %v", err)
	}
}

func TestAPathThatIsNotOneIsRefused(t *testing.T) {
	for _, path := range []string{"callback", "/a?b", "/a#b", "/a b", "/%41", "/é", "/a\r\nX: y"} {
		if _, err := Listen(t.Context(), 0, path); !errors.Is(err, ErrPath) {
			t.Errorf("%q: %v", path, err)
		}
	}
}

func portOf(t *testing.T, l *Listener) int {
	_, port, err := net.SplitHostPort(l.host)
	if err != nil {
		t.Fatal(err)
	}
	n, err := strconv.Atoi(port)
	if err != nil {
		t.Fatal(err)
	}
	return n
}
