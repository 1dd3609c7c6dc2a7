package bluesky_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"postbag/backend/network"
	"postbag/backend/networks/bluesky"
	"postbag/build/servers"
)

// browser is what a person's browser does on the pages of the reference server's sign-in
// (@atproto/oauth-provider 0.22.9): it keeps cookies, and its scripts ask the page's own server.
type browser struct {
	t       *testing.T
	origin  string
	page    string // the address that is open
	cookies map[string]string
}

const callback = "http://127.0.0.1:45678/callback"

func open(t *testing.T, address string) *browser {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	b := &browser{t: t, origin: u.Scheme + "://" + u.Host, page: address, cookies: map[string]string{}}
	status, _, body := b.do("GET", address, nil, map[string]string{
		"Sec-Fetch-Site": "none", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document",
	})
	if status != 200 || !bytes.Contains(body, []byte("<html")) {
		t.Fatalf("the page answers %d %.300s", status, body)
	}
	return b
}

func (b *browser) do(method, address string, body []byte, header map[string]string) (int, http.Header, []byte) {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), method, address, bytes.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	for name, value := range header {
		r.Header.Set(name, value)
	}
	for name, value := range b.cookies { // marked as for https alone, which browsers do not mind on localhost
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	reply, err := client.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer func() { _ = reply.Body.Close() }()
	for _, cookie := range reply.Cookies() {
		b.cookies[cookie.Name] = cookie.Value
	}
	content, err := io.ReadAll(reply.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return reply.StatusCode, reply.Header, content
}

// ask is a question of the page's script.
func (b *browser) ask(method, path string, input any, into any) {
	b.t.Helper()
	var body []byte
	header := map[string]string{
		"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "same-origin", "Sec-Fetch-Dest": "empty",
		"Origin": b.origin, "Referer": b.page, "X-Csrf-Token": b.cookies["csrf-token"], "Accept": "application/json",
	}
	if input != nil {
		var err error
		if body, err = json.Marshal(input); err != nil {
			b.t.Fatal(err)
		}
		header["Content-Type"] = "application/json"
	}
	status, _, content := b.do(method, b.origin+"/@atproto/oauth-provider/~api"+path, body, header)
	if status != 200 || json.Unmarshal(content, into) != nil {
		b.t.Fatalf("%s: %d %s", path, status, content)
	}
}

func (b *browser) signIn(who servers.PDSAccount) {
	b.t.Helper()
	var said struct{ Account struct{ DID string } }
	b.ask("POST", "/sign-in", map[string]any{"username": who.Handle, "password": who.Password, "locale": "en", "remember": true}, &said)
}

// back is where the browser is sent in the end.
func (b *browser) back(path string, input any) map[string]string {
	b.t.Helper()
	var said struct{ URL string }
	b.ask("POST", path, input, &said)
	status, header, body := b.do("GET", said.URL, nil, map[string]string{
		"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document", "Referer": b.page,
	})
	to := header.Get("Location")
	query, sent := strings.CutPrefix(to, callback+"?")
	if status < 300 || status > 399 || !sent {
		b.t.Fatalf("the browser is sent to %q: %d %.300s", to, status, body)
	}
	return callbackAnswers(b.t, query)
}

func callbackAnswers(t *testing.T, query string) map[string]string {
	t.Helper()
	values, err := url.ParseQuery(query)
	if err != nil {
		t.Fatal(err)
	}
	answers := map[string]string{"redirect_uri": callback}
	for name := range values {
		answers[name] = values.Get(name)
	}
	return answers
}

// begin leads the conversation up to the browser.
func begin(t *testing.T, c network.Calls, server, handle string) network.Step {
	t.Helper()
	step, err := bluesky.New().Connect(t.Context(), c, network.Step{Name: "account", Answers: map[string]string{
		"server": server, "identifier": handle, "redirect_uri": callback,
	}})
	if err != nil || step.Browse == "" {
		t.Fatalf("%+v, %v", step, err)
	}
	return step
}

// signedIn signs Alice in. The last turn before the end comes with it.
func signedIn(t *testing.T, c network.Calls, p realPDS) (network.Account, *browser, network.Step) {
	t.Helper()
	step := begin(t, c, p.URL, p.Alice.Handle)
	b := open(t, step.Browse)
	b.signIn(p.Alice)
	step.Answers = b.back("/consent", map[string]any{"did": p.Alice.DID})
	last, err := bluesky.New().Connect(t.Context(), c, step)
	if err != nil || last.Account == nil {
		t.Fatalf("the conversation stands at %q: %s, %v", last.Name, last.Message, err)
	}
	return *last.Account, b, step
}

func browserConnects(t *testing.T, p realPDS) {
	c := newCalls(p.files)
	a, _, step := signedIn(t, c, p)
	if a.RemoteID != p.Alice.DID || a.Handle != p.Alice.Handle || a.Server != p.URL || a.Expires.IsZero() {
		t.Errorf("connected as %s, %s on %s until %v", a.RemoteID, a.Handle, a.Server, a.Expires)
	}
	if a.Secret.Field("kind") != "oauth" || a.Secret.Field("key") == "" || strings.Contains(a.Secret.Reveal(), p.Alice.Password) {
		t.Error("the account has no key, or the password")
	}
	again, err := bluesky.New().Connect(t.Context(), c, step)
	if err != nil || again.Account != nil || again.Reason != network.ReasonSignIn {
		t.Errorf("the same code once more: %+v, %v", again, err)
	}
	_, err = bluesky.New().Verify(t.Context(), c, a)
	wantKind(t, err, network.Reauth) // the reference server ends a sign-in whose code is used twice
}

func browserDenied(t *testing.T, p realPDS) {
	c := newCalls(nil)
	step := begin(t, c, p.URL, p.Alice.Handle)
	step.Answers = open(t, step.Browse).back("/reject", map[string]any{})
	last, err := bluesky.New().Connect(t.Context(), c, step)
	if err != nil || last.Account != nil || last.Reason != network.ReasonDenied {
		t.Errorf("%+v, %v", last, err)
	}
}

func browserPublishes(t *testing.T, p realPDS) {
	c := newCalls(p.files)
	a, _, _ := signedIn(t, c, p)
	one := publish(t, c, a, plan("bound", network.Part{Text: "hello @bob.test", Media: []network.Media{picture(p.files, 21, "one")}}))
	thread := plan("bound thread",
		network.Part{Text: "first", Media: []network.Media{picture(p.files, 22, "two")}}, network.Part{Text: "second"})
	thread.Options = map[string]string{"replies": "nobody", "no_quotes": "true"}
	two := publish(t, c, a, thread)
	for _, r := range []network.Receipt{one, two} {
		if id, _ := p.record(t, r.RemoteID); id == "" || !strings.HasPrefix(r.Ref, id) {
			t.Errorf("the server has %q at the address of %+v", id, r)
		}
		if found, ok, err := bluesky.New().Find(t.Context(), c, a, map[string]network.Plan{
			one.RemoteID: plan("bound", network.Part{Text: "hello @bob.test"}), two.RemoteID: thread,
		}[r.RemoteID]); err != nil || !ok || found.RemoteID != r.RemoteID {
			t.Errorf("found %t %+v, %v", ok, found, err)
		}
		if err := bluesky.New().Delete(t.Context(), c, a, r); err != nil {
			t.Error(err)
		}
		if id, _ := p.record(t, r.RemoteID); id != "" {
			t.Errorf("%s is still there", r.RemoteID)
		}
	}
	permitsVideo(t, p, a)
	for step, r := range c.sent {
		if r.Header["DPoP"] != "" || strings.Contains(r.URL, a.Secret.Field("access")) {
			t.Errorf("%s: the proof or the token stands in the request that others see", step)
		}
	}
}

// A post whose proof has no nonce is refused before it is looked at: nothing is written, the queue waits a
// moment, and the next attempt has the nonce.
func browserNonce(t *testing.T, p realPDS) {
	a, _, _ := signedIn(t, newCalls(p.files), p)
	c := newCalls(p.files) // knows no nonce
	c.answer = func(step string, _ network.Request) (network.Reply, bool) {
		return network.Reply{Status: 200}, step == "session"
	}
	in := plan("nonce", network.Part{Text: "nonce"})
	_, err := bluesky.New().Publish(t.Context(), c, a, in)
	wantKind(t, err, network.Throttled)
	if e := (*network.Error)(nil); !asError(err, &e) || e.Code != "use_dpop_nonce" || e.Wait != 0 {
		t.Errorf("got %v", err)
	}
	if _, found, err := bluesky.New().Find(t.Context(), c, a, in); found || err != nil {
		t.Fatalf("found %t, %v", found, err)
	}
	publish(t, c, a, in)
}

func browserRefreshes(t *testing.T, p realPDS) {
	c := newCalls(p.files)
	old, _, _ := signedIn(t, c, p)
	fresh, err := bluesky.New().Refresh(t.Context(), c, old)
	if err != nil {
		t.Fatal(err)
	}
	if fresh.Secret.Field("access") == old.Secret.Field("access") || fresh.Secret.Field("refresh") == old.Secret.Field("refresh") ||
		fresh.Secret.Field("key") != old.Secret.Field("key") || fresh.Expires.IsZero() {
		t.Error("the tokens are the old ones, or the key is not")
	}
	_, err = bluesky.New().Publish(t.Context(), c, old, plan("old", network.Part{Text: "old"}))
	wantKind(t, err, network.Reauth)
	publish(t, c, fresh, plan("fresh bound", network.Part{Text: "fresh"}))
	_, err = bluesky.New().Refresh(t.Context(), c, old) // the server takes it for a stolen one
	wantKind(t, err, network.Reauth)
	_, err = bluesky.New().Refresh(t.Context(), c, fresh)
	wantKind(t, err, network.Reauth)
}

func browserRevoked(t *testing.T, p realPDS) {
	c := newCalls(p.files)
	a, b, _ := signedIn(t, c, p)
	stolen := a
	fields := map[string]string{}
	for _, name := range []string{"kind", "access", "refresh", "token_endpoint", "client_id"} {
		fields[name] = a.Secret.Field(name)
	}
	other, _, _ := signedIn(t, c, p)
	fields["key"] = other.Secret.Field("key")
	stolen.Secret = network.SecretOf(fields)
	_, err := bluesky.New().Publish(t.Context(), c, stolen, plan("stolen", network.Part{Text: "stolen"}))
	wantKind(t, err, network.Reauth)

	b.page = b.origin + "/account"
	var sessions []struct{ TokenID string }
	b.ask("GET", "/oauth-sessions?did="+url.QueryEscape(p.Alice.DID), nil, &sessions)
	if len(sessions) == 0 {
		t.Fatal("the server lists no sign-in")
	}
	for _, s := range sessions {
		var done struct{ Success bool }
		b.ask("POST", "/revoke-oauth-session", map[string]any{"did": p.Alice.DID, "tokenId": s.TokenID}, &done)
	}
	_, err = bluesky.New().Publish(t.Context(), c, a, plan("revoked", network.Part{Text: "revoked"}))
	wantKind(t, err, network.Reauth)
	_, err = bluesky.New().Refresh(t.Context(), c, a)
	wantKind(t, err, network.Reauth)
}
