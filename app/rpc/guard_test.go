package rpc

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"testing/fstest"
)

// door is a guard of 127.0.0.1:7000 with a page behind it that says "in".
func door() *Guard {
	return NewGuard(GuardOptions{
		Address: netip.MustParseAddrPort("127.0.0.1:7000"),
		Next:    http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "in") }),
	})
}

// ask sends one request; headers come in pairs.
func ask(h http.Handler, method, target string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, nil)
	for i := 0; i < len(headers); i += 2 {
		if headers[i] == "Host" {
			r.Host = headers[i+1]
		} else {
			r.Header.Set(headers[i], headers[i+1])
		}
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// session uses a guard's token and returns the cookie.
func session(t *testing.T, g *Guard) string {
	t.Helper()
	resp := ask(g, http.MethodGet, g.URL())
	if resp.Code != http.StatusSeeOther || resp.Header().Get("Location") != "/" {
		t.Fatalf("the address: %d to %q", resp.Code, resp.Header().Get("Location"))
	}
	return strings.Split(resp.Header().Get("Set-Cookie"), ";")[0]
}

const home = "http://127.0.0.1:7000/"

func TestTheAddressWorksOnceAndBecomesASession(t *testing.T) {
	g := door()
	address := g.URL()
	if resp := ask(g, http.MethodHead, address); resp.Header().Get("Set-Cookie") != "" {
		t.Error("looking at the address made a session")
	}
	resp := ask(g, http.MethodGet, address)
	cookie := resp.Header().Get("Set-Cookie")
	for _, want := range []string{"postbag-7000=", "HttpOnly", "SameSite=Strict", "Path=/"} {
		if !strings.Contains(cookie, want) {
			t.Errorf("the cookie %q lacks %s", cookie, want)
		}
	}
	if token := mustURL(t, address).Query().Get("token"); strings.Contains(cookie, token) || len(token) < 40 {
		t.Error("the session is the token, or the token is short")
	}
	if resp := ask(g, http.MethodGet, address); resp.Code != http.StatusForbidden || resp.Header().Get("Set-Cookie") != "" {
		t.Errorf("a second browser with the same address: %d", resp.Code)
	}
	mine := strings.Split(cookie, ";")[0]
	if resp := ask(g, http.MethodGet, address, "Cookie", mine); resp.Code != http.StatusSeeOther {
		t.Errorf("the same browser going back: %d", resp.Code)
	}
	if resp := ask(g, http.MethodGet, home, "Cookie", mine); resp.Code != http.StatusOK {
		t.Errorf("the session: %d", resp.Code)
	}
	if strings.Contains(g.URL(), "token=&") || mustURL(t, g.URL()).Query().Get("token") != "" {
		t.Error("the used token is still told")
	}
	if resp := ask(g, http.MethodGet, home+"?token="); resp.Code == http.StatusSeeOther {
		t.Error("an empty token lets in after the real one was used")
	}
}

func mustURL(t *testing.T, s string) *url.URL {
	t.Helper()
	u, err := url.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func TestNobodyElseIsLetIn(t *testing.T) {
	g := door()
	cookie := session(t, g)
	for _, c := range []struct {
		why     string
		method  string
		path    string
		headers []string
		want    int
	}{
		{"the page itself", "GET", "", []string{"Cookie", cookie}, 200},
		{"by its other name", "GET", "", []string{"Cookie", cookie, "Host", "localhost:7000"}, 200},
		{"the page calls", "POST", "rpc/x", []string{"Cookie", cookie, "Origin", "http://127.0.0.1:7000", "Sec-Fetch-Site", "same-origin"}, 200},
		{"without a session", "GET", "", nil, 401},
		{"with a made up session", "GET", "", []string{"Cookie", "postbag-7000=AAAA"}, 401},
		{"with the session of another port", "GET", "", []string{"Cookie", strings.Replace(cookie, "7000", "7001", 1)}, 401},
		{"a wrong token", "GET", "?token=AAAA", nil, 403},
		{"a name that was pointed here", "GET", "", []string{"Cookie", cookie, "Host", "rebound.example:7000"}, 421},
		{"a name that was pointed here, at the door", "GET", "?token=x", []string{"Host", "rebound.example"}, 421},
		{"another port", "GET", "", []string{"Cookie", cookie, "Host", "127.0.0.1:7001"}, 421},
		{"no port", "GET", "", []string{"Cookie", cookie, "Host", "127.0.0.1"}, 421},
		{"no host", "GET", "", []string{"Cookie", cookie, "Host", ""}, 421},
		{"another site calls", "POST", "rpc/x", []string{"Cookie", cookie, "Origin", "http://evil.example"}, 403},
		{"another port calls", "POST", "rpc/x", []string{"Cookie", cookie, "Origin", "http://127.0.0.1:7001"}, 403},
		{"our own other name calls", "POST", "rpc/x", []string{"Cookie", cookie, "Origin", "http://localhost:7000"}, 403},
		{"a page in a frame without an origin calls", "POST", "rpc/x", []string{"Cookie", cookie, "Origin", "null"}, 403},
		{"a call that hides where it comes from", "POST", "rpc/x", []string{"Cookie", cookie}, 403},
		{"over TLS by somebody else", "POST", "rpc/x", []string{"Cookie", cookie, "Origin", "https://127.0.0.1:7000"}, 403},
		{"a picture shown by another site", "GET", "media/a/thumb256", []string{"Cookie", cookie, "Sec-Fetch-Site", "cross-site"}, 403},
		{"a picture shown by another port", "GET", "media/a/thumb256", []string{"Cookie", cookie, "Sec-Fetch-Site", "same-site"}, 403},
		{"the events read by another site", "GET", "events", []string{"Cookie", cookie, "Origin", "http://evil.example"}, 403},
		{"a typed address", "GET", "", []string{"Cookie", cookie, "Sec-Fetch-Site", "none"}, 200},
	} {
		resp := ask(g, c.method, home+c.path, c.headers...)
		if resp.Code != c.want {
			t.Errorf("%s: %d, want %d", c.why, resp.Code, c.want)
		}
	}
}

func TestEveryAnswerCarriesThePolicy(t *testing.T) {
	g := door()
	cookie := session(t, g)
	for _, resp := range []*httptest.ResponseRecorder{ask(g, "GET", home, "Cookie", cookie), ask(g, "GET", home), ask(g, "GET", home, "Host", "x")} {
		policy := resp.Header().Get("Content-Security-Policy")
		for _, want := range []string{"default-src 'none'", "script-src 'self';", "connect-src 'self'", "frame-ancestors 'none'"} {
			if !strings.Contains(policy, want) {
				t.Errorf("%d: the policy %q lacks %s", resp.Code, policy, want)
			}
		}
		if strings.Contains(policy, "unsafe-eval") || resp.Header().Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%d: headers %v", resp.Code, resp.Header())
		}
	}
}

func TestThePageServesItsFilesAndNothingElse(t *testing.T) {
	page := Page(fstest.MapFS{
		"index.html":       {Data: []byte("<!doctype html>")},
		"assets/app-1a.js": {Data: []byte("run()")},
		"assets/odd.bin":   {Data: []byte("<script>")},
	})
	for _, c := range []struct {
		path   string
		status int
		kind   string
		cache  string
	}{
		{"/", 200, "text/html; charset=utf-8", "no-cache"},
		{"/index.html", 200, "text/html; charset=utf-8", "no-cache"},
		{"/assets/app-1a.js", 200, "text/javascript; charset=utf-8", "private, max-age=31536000, immutable"},
		{"/assets", 404, "", "no-store"},
		{"/assets/", 404, "", "no-store"},
		{"/nothing", 404, "", "no-store"},
		{"/assets/../index.html", 404, "", "no-store"},
		{"//index.html", 404, "", "no-store"},
		{"/..%2f..%2fetc/passwd", 404, "", "no-store"},
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.URL = mustURL(t, "http://127.0.0.1:7000"+c.path)
		w := httptest.NewRecorder()
		page.ServeHTTP(w, r)
		kind := w.Header().Get("Content-Type")
		if w.Code != c.status || w.Header().Get("Cache-Control") != c.cache || (c.kind != "" && kind != c.kind) {
			t.Errorf("%s: %d %q %q", c.path, w.Code, kind, w.Header().Get("Cache-Control"))
		}
	}
	if resp := ask(page, http.MethodPost, home); resp.Code != http.StatusMethodNotAllowed {
		t.Errorf("POST: %d", resp.Code)
	}
}
