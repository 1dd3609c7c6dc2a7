package httpcall

import (
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"postbag/backend/network"
)

func TestARequestArrivesAsWritten(t *testing.T) {
	s := answering(t, "HTTP/1.1 200 OK\r\ncontent-type: a/b\r\nX-Two: one\r\nX-Two: two\r\nContent-Length: 0\r\n\r\n")
	r := post(s.url() + "/api/v1/statuses?a=1&b=%20")
	r.Header["accept"] = "application/json"
	reply, _, err := sent(t.Context(), New(nil, Version("1.2.3")), r)
	if err != nil {
		t.Fatal(err)
	}
	if reply.Header["Content-Type"] != "a/b" || reply.Header["X-Two"] != "one" {
		t.Errorf("headers read as %v", reply.Header)
	}
	got := s.got()[0]
	if got.Method != "POST" || got.RequestURI != "/api/v1/statuses?a=1&b=%20" || got.Host != s.ln.Addr().String() {
		t.Errorf("got %s %s for %s", got.Method, got.RequestURI, got.Host)
	}
	if got.ContentLength != r.Body.Len() || string(s.body(0)) != `{"status":"hello"}` {
		t.Errorf("body %q of %d", s.body(0), got.ContentLength)
	}
	want := http.Header{
		"Accept": {"application/json"}, "Accept-Encoding": {"identity"}, "Authorization": {"Bearer secret-token"},
		"Connection": {"close"}, "Content-Length": {"18"}, "Content-Type": {"application/json"}, "Idempotency-Key": {"k1"},
		"User-Agent": {"Postbag/1.2.3"},
	}
	for name := range got.Header {
		if want.Get(name) != got.Header.Get(name) {
			t.Errorf("%s: %q", name, got.Header[name])
		}
	}
	if len(got.Header) != len(want) {
		t.Errorf("got %v", got.Header)
	}
}

func TestAnEmptyPostSaysThatItIsEmptyAndAGetSaysNothing(t *testing.T) {
	for method, want := range map[string]string{"POST": "0", "PUT": "0", "GET": "", "DELETE": ""} {
		s := answering(t, fine)
		if _, _, err := sent(t.Context(), New(nil), network.Request{Method: method, URL: s.url()}); err != nil {
			t.Fatal(err)
		}
		if got := s.got()[0].Header.Get("Content-Length"); got != want {
			t.Errorf("%s: length %q", method, got)
		}
	}
}

func TestTheAnswerToHeadHasNoBody(t *testing.T) {
	s := answering(t, "HTTP/1.1 200 OK\r\nContent-Length: 10737418240\r\n\r\n")
	reply, _, err := sent(t.Context(), New(nil), network.Request{Method: "HEAD", URL: s.url()})
	if err != nil || reply.Status != 200 || len(reply.Body) != 0 {
		t.Errorf("got %+v, %v", reply, err)
	}
}

func TestARequestThatCannotBeSentIsRefusedWithoutQuotingIt(t *testing.T) {
	c := New(nil, Dial(func(context.Context, string, string) (net.Conn, error) {
		t.Error("a connection was made")
		return nil, errors.New("no")
	}))
	good := "https://example.org/"
	with := func(name, value string) network.Request {
		return network.Request{URL: good, Header: map[string]string{name: value}}
	}
	cases := map[string]network.Request{
		"plain http":           {URL: "http://example.org/?t=hunter2"},
		"plain http elsewhere": {URL: "http://127.0.0.1.example.org/hunter2"},
		"another scheme":       {URL: "ftp://example.org/hunter2"},
		"a file":               {URL: "file:///hunter2"},
		"no scheme":            {URL: "example.org/hunter2"},
		"no host":              {URL: "https:///hunter2"},
		"opaque":               {URL: "https:hunter2"},
		"not an address":       {URL: "https://example.org/%zz?hunter2"},
		"line break":           {URL: "https://example.org/?a\r\nX: hunter2"},
		"space in the query":   {URL: "https://example.org/?hunter2 x"},
		"password":             {URL: "https://me:hunter2@example.org/"},
		"host not ASCII":       {URL: "https://exämple.org/hunter2"},
		"host with a zone":     {URL: "https://[fe80::1%25eth0]/hunter2"},
		"port zero":            {URL: "https://example.org:0/hunter2"},
		"port too high":        {URL: "https://example.org:65536/hunter2"},
		"method":               {URL: good, Method: "GET hunter2"},
		"files":                {URL: good, Files: []network.FilePut{{Path: "hunter2"}}},
		"token with a newline": with("Authorization", "Bearer hunter2\n"),
		"smuggled header":      with("X-A", "b\r\nX-Hunter2: c"),
		"zero byte":            with("X-A", "hunter2\x00"),
		"bad name":             with("X hunter2", "v"),
		"name with a break":    with("X-A\r\nhunter2", "v"),
		"empty name":           with("", "hunter2"),
		"framing":              with("transfer-encoding", "hunter2"),
		"length":               with("Content-Length", "12"),
		"host":                 with("Host", "hunter2"),
		"a name twice":         {URL: good, Header: map[string]string{"X-A": "1", "x-a": "hunter2"}},
	}
	for name, r := range cases {
		t.Run(name, func(t *testing.T) {
			_, intended, err := sent(t.Context(), c, r)
			wantNotSent(t, intended, err)
			if s := strings.ToLower(err.Error()); strings.Contains(s, "hunter2") {
				t.Errorf("the error tells: %v", err)
			}
		})
	}
}

func TestNoErrorTellsASecret(t *testing.T) {
	secrets := []string{"hunter2", "secret-token", "hello"}
	servers := map[string]func(v visit){
		"garbage that repeats it": func(v visit) { _, _ = v.request(); v.answer("hunter2 secret-token hello\r\n\r\n") },
		"a header that does":      func(v visit) { _, _ = v.request(); v.answer("HTTP/1.1 200 OK\r\nhunter2 secret-token\r\n\r\n") },
		"a chunk that does": func(v visit) {
			_, _ = v.request()
			v.answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nhunter2\r\n")
		},
		"a length that does": func(v visit) { _, _ = v.request(); v.answer("HTTP/1.1 200 OK\r\nContent-Length: hunter2\r\n\r\n") },
		"a reset":            func(v visit) { _, _ = v.r.Peek(1); v.reset() },
		"an end":             func(visit) {},
	}
	for name, serve := range servers {
		t.Run(name, func(t *testing.T) {
			_, intended, err := sent(t.Context(), New(nil), post(listen(t, serve).url()+"/path?key=hunter2"))
			wantAmbiguous(t, intended, err)
			for _, s := range secrets {
				if strings.Contains(err.Error(), s) {
					t.Errorf("the error tells %q: %v", s, err)
				}
			}
		})
	}
}

func TestLocalhostIsThisMachineWithoutAskingAnyone(t *testing.T) {
	s := answering(t, fine)
	_, port, _ := net.SplitHostPort(s.ln.Addr().String())
	var asked []string
	c := New(nil, Dial(func(ctx context.Context, n, address string) (net.Conn, error) {
		asked = append(asked, address)
		return (&net.Dialer{}).DialContext(ctx, n, address)
	}))
	if _, _, err := sent(t.Context(), c, post("http://localhost:"+port)); err != nil {
		t.Fatal(err)
	}
	if len(asked) != 1 || asked[0] != "127.0.0.1:"+port || s.got()[0].Host != "localhost:"+port {
		t.Errorf("dialled %v for %s", asked, s.got()[0].Host)
	}
}

// proxied returns a client whose https calls go through a proxy that runs serve.
func proxied(t *testing.T, trust *tls.Config, serve func(v visit)) (*Client, *server) {
	s := listen(t, serve)
	u, err := url.Parse(s.url())
	if err != nil {
		t.Fatal(err)
	}
	u.User = url.UserPassword("me", "hunter2")
	return New(nil, TLS(trust), Proxy(func(*url.URL) (*url.URL, error) { return u, nil })), s
}

func TestAProxySeesATunnelAndTheIntentComesAfterIt(t *testing.T) {
	target, trust := secure(t, func(http.ResponseWriter, *http.Request) {})
	c, _ := proxied(t, trust, func(v visit) {
		r, err := http.ReadRequest(v.r)
		if err != nil {
			t.Error(err)
			return
		}
		if r.Method != "CONNECT" || "https://"+r.Host != target.URL ||
			r.Header.Get("Proxy-Authorization") != "Basic "+base64.StdEncoding.EncodeToString([]byte("me:hunter2")) ||
			r.Header.Get("Authorization") != "" {
			t.Errorf("the proxy was asked %s %s %v", r.Method, r.Host, r.Header)
		}
		there, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", r.Host)
		if err != nil {
			t.Error(err)
			return
		}
		defer there.Close()
		v.answer("HTTP/1.1 200 Go\r\n\r\n")
		go func() { _, _ = io.Copy(there, v.r) }()
		_, _ = io.Copy(v, there)
	})
	reply, intended, err := sent(t.Context(), c, post(target.URL+"/x"))
	if err != nil || reply.Status != 200 || !intended {
		t.Errorf("got %d, %v", reply.Status, err)
	}
}

func TestAProxyThatRefusesMeansNotSent(t *testing.T) {
	for name, answer := range map[string]string{
		"refuses":          "HTTP/1.1 407 Who are you\r\nContent-Length: 0\r\n\r\n",
		"ends":             "",
		"says nonsense":    "hunter2\r\n",
		"speaks too early": "HTTP/1.1 200 Go\r\n\r\nhunter2",
	} {
		t.Run(name, func(t *testing.T) {
			c, s := proxied(t, &tls.Config{MinVersion: tls.VersionTLS12}, func(v visit) {
				if _, err := v.request(); err == nil {
					v.answer(answer)
				}
			})
			_, intended, err := sent(t.Context(), c, post("https://example.org/?q=hunter2"))
			wantNotSent(t, intended, err)
			if strings.Contains(err.Error(), "hunter2") || s.connections() != 1 {
				t.Errorf("%d connections, %v", s.connections(), err)
			}
		})
	}
}

func TestLoopbackGoesPastAProxy(t *testing.T) {
	c := New(nil, Proxy(func(*url.URL) (*url.URL, error) { return nil, errors.New("asked") }))
	if _, _, err := sent(t.Context(), c, post(answering(t, fine).url())); err != nil {
		t.Error(err)
	}
}
