package httpcall

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"postbag/backend/network"
)

// sent sends once with an intent and reports whether the intent was asked for.
func sent(ctx context.Context, c *Client, r network.Request) (reply network.Reply, intended bool, err error) {
	reply, err = c.Send(ctx, r, func() error {
		intended = true
		return nil
	})
	return reply, intended, err
}

// answering returns a server that reads a request and answers with these bytes.
func answering(t *testing.T, answer string) *server {
	return listen(t, func(v visit) {
		if _, err := v.request(); err == nil {
			v.answer(answer)
		}
	})
}

func wantAmbiguous(t *testing.T, intended bool, err error) {
	t.Helper()
	if err == nil || network.KindOf(err) != network.Ambiguous || !intended {
		t.Errorf("intent asked: %t, error: %v; want ambiguous", intended, err)
	}
}

func wantNotSent(t *testing.T, intended bool, err error) {
	t.Helper()
	if err == nil || network.KindOf(err) != network.NotSent || intended {
		t.Errorf("intent asked: %t, error: %v; want not sent", intended, err)
	}
}

func TestEveryAnswerIsAReplyWhateverItsStatus(t *testing.T) {
	cases := map[string]struct {
		answer string
		status int
		body   string
	}{
		"success":           {fine, 200, "ok"},
		"chunked":           {"HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n1\r\nd\r\n0\r\n\r\n", 201, "abcd"},
		"until it closes":   {"HTTP/1.0 200 OK\r\n\r\nhello", 200, "hello"},
		"no content":        {"HTTP/1.1 204 No Content\r\n\r\n", 204, ""},
		"a captive portal":  {"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 13\r\n\r\n<h1>Pay!</h1>", 200, "<h1>Pay!</h1>"},
		"a refusal":         {"HTTP/1.1 422 No\r\nContent-Length: 0\r\n\r\n", 422, ""},
		"a gateway's":       {"HTTP/1.1 504 Gateway Timeout\r\nContent-Length: 0\r\n\r\n", 504, ""},
		"after early hints": {"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n" + fine, 200, "ok"},
		"another protocol":  {"HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n\x00\x01", 101, ""},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			reply, _, err := sent(t.Context(), New(nil), post(answering(t, c.answer).url()))
			if err != nil || reply.Status != c.status || string(reply.Body) != c.body {
				t.Errorf("got %d %q, %v", reply.Status, reply.Body, err)
			}
		})
	}
}

func TestAnAnswerThatCannotBeTrustedIsAmbiguous(t *testing.T) {
	cases := map[string]string{
		"none":                "",
		"half a status line":  "HTTP/1.1 20",
		"half a header":       "HTTP/1.1 200 OK\r\nContent-Le",
		"half a body":         "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"id\":",
		"half a chunk":        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n64\r\nabc",
		"no last chunk":       "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
		"not HTTP":            "SSH-2.0-OpenSSH_9.9\r\n",
		"HTTP/2":              "HTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n",
		"status zero":         "HTTP/1.1 000 Nothing\r\nContent-Length: 0\r\n\r\n",
		"two lengths":         "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc",
		"interim alone":       "HTTP/1.1 100 Continue\r\n\r\n",
		"endless header":      "HTTP/1.1 200 OK\r\n" + strings.Repeat("X: "+strings.Repeat("y", 1000)+"\r\n", 400),
		"endless interim":     strings.Repeat("HTTP/1.1 102 Processing\r\n\r\n", 20000) + fine,
		"a length past reply": fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n", network.MaxReply+1),
	}
	for name, answer := range cases {
		t.Run(name, func(t *testing.T) {
			s := answering(t, answer)
			_, intended, err := sent(t.Context(), New(nil), post(s.url()))
			wantAmbiguous(t, intended, err)
			if n := len(s.got()); n != 1 {
				t.Errorf("sent %d times", n)
			}
		})
	}
}

func TestAResetAfterAcceptIsAmbiguousAndSentOnce(t *testing.T) {
	s := listen(t, func(v visit) {
		_, _ = v.r.Peek(1)
		v.reset()
	})
	_, intended, err := sent(t.Context(), New(nil), post(s.url()))
	wantAmbiguous(t, intended, err)
	if n := s.connections(); n != 1 {
		t.Errorf("%d connections", n)
	}
}

func TestTenGigabytesOfAnswerAreNotRead(t *testing.T) {
	block := bytes.Repeat([]byte("x"), 64<<10)
	forms := map[string]struct{ head, before, after string }{
		"with a length": {"HTTP/1.1 200 OK\r\nContent-Length: 10737418240\r\n\r\n", "", ""},
		"chunked":       {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "10000\r\n", "\r\n"},
		"until closed":  {"HTTP/1.1 200 OK\r\n\r\n", "", ""},
	}
	for name, form := range forms {
		t.Run(name, func(t *testing.T) {
			written := make(chan int, 1)
			s := listen(t, func(v visit) {
				n := 0
				defer func() { written <- n }()
				if _, err := v.request(); err != nil {
					return
				}
				v.answer(form.head)
				for n < 10<<30 {
					m, err := fmt.Fprintf(v, "%s%s%s", form.before, block, form.after)
					if n += m; err != nil {
						return
					}
				}
			})
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, intended, err := sent(t.Context(), New(nil), post(s.url()))
			runtime.ReadMemStats(&after)
			wantAmbiguous(t, intended, err)
			if n := <-written; n > 64<<20 {
				t.Errorf("the server could write %d bytes", n)
			}
			if kept := int64(after.HeapAlloc) - int64(before.HeapAlloc); kept > 64<<20 {
				t.Errorf("%d bytes of memory", kept)
			}
		})
	}
}

func TestTheLongestAnswerAllowedIsReadWhole(t *testing.T) {
	body := strings.Repeat("x", network.MaxReply)
	for _, head := range []string{fmt.Sprintf("Content-Length: %d\r\n\r\n", len(body)), "\r\n"} {
		reply, _, err := sent(t.Context(), New(nil), post(answering(t, "HTTP/1.1 200 OK\r\n"+head+body).url()))
		if err != nil || len(reply.Body) != len(body) {
			t.Errorf("read %d bytes, %v", len(reply.Body), err)
		}
	}
}

// piped returns a client whose connections are pipes to serve, which let virtual time run
// where a socket would not. Without a serve nobody reads or answers.
func piped(t *testing.T, serve func(conn net.Conn)) *Client {
	return New(nil, Dial(func(context.Context, string, string) (net.Conn, error) {
		mine, theirs := net.Pipe()
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			if serve != nil {
				serve(theirs)
				_ = theirs.Close()
			}
		}()
		t.Cleanup(func() {
			_ = mine.Close()
			<-ended
		})
		return mine, nil
	}))
}

func TestTheDeadlineHoldsForTheWholeCall(t *testing.T) {
	cases := map[string]func(conn net.Conn){
		"a server that says nothing":  func(conn net.Conn) { _, _ = io.Copy(io.Discard, conn) },
		"a server that reads nothing": nil,
		"an answer of one byte a second": func(conn net.Conn) {
			go func() { _, _ = io.Copy(io.Discard, conn) }()
			for _, b := range []byte("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + strings.Repeat("x", 1000)) {
				if _, err := conn.Write([]byte{b}); err != nil {
					return
				}
				<-time.After(time.Second)
			}
		},
		"interim answers for ever": func(conn net.Conn) {
			go func() { _, _ = io.Copy(io.Discard, conn) }()
			for {
				if _, err := io.WriteString(conn, "HTTP/1.1 102 Processing\r\n\r\n"); err != nil {
					return
				}
				<-time.After(time.Second)
			}
		},
	}
	for name, serve := range cases {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				_, intended, err := sent(t.Context(), piped(t, serve), post("http://127.0.0.1"))
				wantAmbiguous(t, intended, err)
				if !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("the reason is %v", err)
				}
				if took := time.Since(start); took != patience {
					t.Errorf("took %v", took)
				}
			})
		})
	}
}

func TestALongBodyHasLongerButNotForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := post("http://127.0.0.1")
		r.Body = network.Bytes(make([]byte, 100*slowest))
		start := time.Now()
		_, intended, err := sent(t.Context(), piped(t, nil), r)
		wantAmbiguous(t, intended, err)
		if took := time.Since(start); took != patience+100*time.Second {
			t.Errorf("took %v", took)
		}
	})
}

func TestAConnectionThatIsNeverMadeIsNotSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := New(nil, Dial(func(ctx context.Context, _, _ string) (net.Conn, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}))
		_, intended, err := sent(t.Context(), c, post("http://127.0.0.1"))
		wantNotSent(t, intended, err)
	})
}

func TestCancellingEndsACallAtOnce(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s := listen(t, func(v visit) {
		if _, err := v.request(); err == nil {
			cancel()
			_, _ = v.r.ReadByte()
		}
	})
	_, intended, err := sent(ctx, New(nil), post(s.url()))
	wantAmbiguous(t, intended, err)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("the reason is %v", err)
	}

	_, intended, err = sent(ctx, New(nil), post(s.url()))
	wantNotSent(t, intended, err)
}

func TestANameThatDoesNotResolveIsNotSent(t *testing.T) {
	lost := &net.DNSError{Err: "no such host", Name: "nowhere.example", IsNotFound: true}
	c := New(nil, Proxy(nil), Dial(func(context.Context, string, string) (net.Conn, error) { return nil, lost }))
	_, intended, err := sent(t.Context(), c, post("https://nowhere.example/x?token=hunter2"))
	wantNotSent(t, intended, err)
	if !errors.Is(err, lost) || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("got %v", err)
	}
}

func TestARefusedConnectionIsNotSent(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = ln.Close()
	_, intended, err := sent(t.Context(), New(nil), post("http://"+ln.Addr().String()))
	wantNotSent(t, intended, err)
	if !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("the reason is lost: %v", err)
	}
}

// secure starts a TLS server and returns a client that trusts it.
func secure(t *testing.T, h http.HandlerFunc) (*httptest.Server, *tls.Config) {
	s := httptest.NewUnstartedServer(h)
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.EnableHTTP2 = true
	s.StartTLS()
	t.Cleanup(s.Close)
	pool := x509.NewCertPool()
	pool.AddCert(s.Certificate())
	return s, &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
}

func TestOverTLSTheHandshakeComesBeforeTheIntentAndHTTP1IsSpoken(t *testing.T) {
	var intended atomic.Bool
	s, trust := secure(t, func(w http.ResponseWriter, r *http.Request) {
		if r.ProtoMajor != 1 {
			t.Errorf("spoke %s", r.Proto)
		}
		if !intended.Load() {
			t.Error("the request came before its intent")
		}
	})
	reply, err := New(nil, TLS(trust), Proxy(nil)).Send(t.Context(), post(s.URL), func() error {
		intended.Store(true)
		return nil
	})
	if err != nil || reply.Status != 200 {
		t.Errorf("got %d, %v", reply.Status, err)
	}
}

func TestAFailingHandshakeIsNotSent(t *testing.T) {
	s, _ := secure(t, func(http.ResponseWriter, *http.Request) { t.Error("a request arrived") })
	_, intended, err := sent(t.Context(), New(nil, Proxy(nil)), post(s.URL))
	wantNotSent(t, intended, err)
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); !ok {
		t.Errorf("the reason is lost: %v", err)
	}

	plain := listen(t, func(v visit) { v.answer("HTTP/1.1 400 Bad Request\r\n\r\n") })
	_, intended, err = sent(t.Context(), New(nil, Proxy(nil)), post(strings.Replace(plain.url(), "http:", "https:", 1)))
	wantNotSent(t, intended, err)
}

func TestAFailingIntentSendsNothingThroughTLS(t *testing.T) {
	s, trust := secure(t, func(http.ResponseWriter, *http.Request) { t.Error("a request arrived") })
	full := errors.New("the disk is full")
	_, err := New(nil, TLS(trust), Proxy(nil)).Send(t.Context(), post(s.URL), func() error { return full })
	if !errors.Is(err, full) || network.KindOf(err) != network.NotSent {
		t.Errorf("got %v", err)
	}
}
