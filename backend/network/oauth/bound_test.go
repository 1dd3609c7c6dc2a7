package oauth

import (
	"net/url"
	"strings"
	"testing"

	"postbag/backend/network"
)

func TestAPushedAuthorizationSaysWhatTheAddressWouldHaveSaid(t *testing.T) {
	a := Authorization{
		ClientID: "me", Redirect: "http://127.0.0.1:8/callback", Scopes: []string{"a", "b"}, State: "s", Challenge: "c",
		Extra: map[string]string{"login_hint": "alice", "state": "mine"},
	}
	r, err := Client{ID: "me", Auth: AuthNone}.Push("https://example.org/par", a)
	if err != nil {
		t.Fatal(err)
	}
	form, err := url.ParseQuery(string(r.Body[0].Bytes))
	if err != nil || r.Method != "POST" || r.URL != "https://example.org/par" {
		t.Fatalf("%s %s: %v", r.Method, r.URL, err)
	}
	want := url.Values{
		"response_type": {"code"}, "client_id": {"me"}, "redirect_uri": {"http://127.0.0.1:8/callback"}, "scope": {"a b"},
		"state": {"s"}, "code_challenge": {"c"}, "code_challenge_method": {"S256"}, "login_hint": {"alice"},
	}
	if form.Encode() != want.Encode() {
		t.Errorf("pushed was %v", form)
	}
	a.State = ""
	if _, err := (Client{ID: "me"}).Push("https://example.org/par", a); err == nil {
		t.Error("an authorization without a state was pushed")
	}
}

func TestTheAnswerToAPushIsReadWithCare(t *testing.T) {
	for name, c := range map[string]struct {
		status int
		body   string
		want   network.Kind
	}{
		"good":       {201, `{"request_uri":"urn:x","expires_in":300}`, ""},
		"also good":  {200, `{"request_uri":"urn:x"}`, ""},
		"no name":    {201, `{}`, network.Ambiguous},
		"long":       {201, `{"request_uri":"` + strings.Repeat("x", 5000) + `"}`, network.Ambiguous},
		"huge":       {201, `{"request_uri":"x"}` + strings.Repeat(" ", 100_000), network.Ambiguous},
		"a line":     {201, `{"request_uri":"a\nb"}`, network.Ambiguous},
		"no JSON":    {201, `<html>`, network.Ambiguous},
		"another":    {302, `{"request_uri":"urn:x"}`, network.Ambiguous},
		"broken":     {500, `{"request_uri":"urn:x"}`, network.Ambiguous},
		"refused":    {400, `{"error":"invalid_request"}`, network.Rejected},
		"unreasoned": {400, `{}`, network.Ambiguous},
		"a nonce":    {400, `{"error":"use_dpop_nonce"}`, network.Throttled},
		"the clock":  {400, `{"error":"invalid_dpop_proof"}`, network.Throttled},
		"too much":   {429, ``, network.Throttled},
	} {
		got, err := ParsePushed(network.Reply{Status: c.status, Body: []byte(c.body)})
		if network.KindOf(err) != c.want || (err == nil) != (got == "urn:x") {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

func TestThePageOfAPushedAuthorizationMustBeSafe(t *testing.T) {
	got, err := PushedURL("https://example.org/auth?tenant=1", "http://localhost?a=b", "urn:x")
	if err != nil || got != "https://example.org/auth?client_id=http%3A%2F%2Flocalhost%3Fa%3Db&request_uri=urn%3Ax&tenant=1" {
		t.Errorf("%s, %v", got, err)
	}
	for _, bad := range []string{"http://example.org/auth", "javascript:alert(1)", "https://a@example.org/", "file:///etc", "", "https://example.org/#x"} {
		if got, err := PushedURL(bad, "me", "urn:x"); err == nil {
			t.Errorf("%q became %s", bad, got)
		}
	}
}

func TestALoopbackClientIsNamedWithoutThePort(t *testing.T) {
	for redirect, want := range map[string]string{
		"http://127.0.0.1:45678/callback": "http://localhost?redirect_uri=http%3A%2F%2F127.0.0.1%2Fcallback&scope=atproto%20transition%3Ageneric",
		"http://[::1]:45678/":             "http://localhost?redirect_uri=http%3A%2F%2F%5B%3A%3A1%5D%2F&scope=atproto%20transition%3Ageneric",
		"http://localhost:1/callback":     "",
		"https://127.0.0.1/callback":      "",
		"http://example.org/callback":     "",
		"urn:ietf:wg:oauth:2.0:oob":       "",
		"":                                "",
	} {
		if got, err := LoopbackClient(redirect, []string{"atproto", "transition:generic"}); got != want || (err == nil) != (want != "") {
			t.Errorf("%s: %s, %v", redirect, got, err)
		}
	}
}

func TestOnlyADocumentedAnswerWantsANonce(t *testing.T) {
	nonce := map[string]string{"Dpop-Nonce": "x"}
	for _, c := range []struct {
		status int
		header map[string]string
		body   string
		want   bool
	}{
		{400, nonce, `{"error":"use_dpop_nonce"}`, true},
		{401, nonce, `{"error":"use_dpop_nonce","message":"x"}`, true},
		{401, nil, `{"error":"use_dpop_nonce"}`, false},
		{401, nonce, `{"error":"invalid_token"}`, false},
		{500, nonce, `{"error":"use_dpop_nonce"}`, false},
		{200, nonce, `{"error":"use_dpop_nonce"}`, false},
		{401, nonce, `use_dpop_nonce`, false},
		{401, nonce, `{"error":"use_dpop_nonce"}` + strings.Repeat(" ", 100_000), false},
	} {
		if got := WantsNonce(network.Reply{Status: c.status, Header: c.header, Body: []byte(c.body)}); got != c.want {
			t.Errorf("%d %v %.60s: %t", c.status, c.header, c.body, got)
		}
	}
}

func TestEveryProofKeyIsFreshAndKeepsToItself(t *testing.T) {
	one, two := NewProofKey(), NewProofKey()
	if one == two || len(one.Reveal()) != 43 || one.String() != "[secret]" {
		t.Error("the key is no key of 32 bytes of its own")
	}
}
