package oauth

import (
	"encoding/base64"
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"

	"postbag/backend/network"
)

// RFC 7636, appendix B.
func TestTheChallengeIsThatOfTheStandard(t *testing.T) {
	p := Proof{Verifier: "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"}
	if got := p.Challenge(); got != "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM" {
		t.Errorf("got %s", got)
	}
}

func TestEveryProofAndStateIsFreshAndOfTheStandardsLetters(t *testing.T) {
	seen := map[string]bool{}
	for range 100 {
		for _, s := range []string{NewProof().Verifier, NewState()} {
			if seen[s] {
				t.Fatal("the same value twice")
			}
			seen[s] = true
			if len(s) < 43 || len(s) > 128 || strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~") != "" {
				t.Fatalf("%q is no verifier", s) // RFC 7636, 4.1
			}
		}
	}
}

func TestTheAuthorizationAddressKeepsTheEndpointsQuery(t *testing.T) {
	a := Authorization{
		ClientID: "me", Redirect: "http://127.0.0.1:8/callback", Scopes: []string{"a", "b"}, State: "s", Challenge: "c",
		Extra: map[string]string{"prompt": "consent", "state": "mine"},
	}
	got, err := a.URL("https://example.org/auth?tenant=1")
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(got)
	if err != nil {
		t.Fatal(err)
	}
	want := url.Values{
		"tenant": {"1"}, "response_type": {"code"}, "client_id": {"me"}, "redirect_uri": {"http://127.0.0.1:8/callback"},
		"scope": {"a b"}, "state": {"s"}, "code_challenge": {"c"}, "code_challenge_method": {"S256"}, "prompt": {"consent"},
	}
	if u.Query().Encode() != want.Encode() || u.Host != "example.org" || u.Path != "/auth" {
		t.Errorf("got %s", got)
	}
}

func TestAnAuthorizationAddressMustBeSafe(t *testing.T) {
	a := Authorization{ClientID: "me", Redirect: "http://127.0.0.1/callback", State: "s", Challenge: "c"}
	for _, endpoint := range []string{
		"", "example.org", "http://example.org/auth", "javascript:alert(1)", "https://a:b@example.org/", "https://example.org/#x", "file:///etc", "http://127.0.0.1.example.org/",
	} {
		if got, err := a.URL(endpoint); err == nil {
			t.Errorf("%q became %q", endpoint, got)
		}
	}
	if _, err := a.URL("http://localhost:1234/auth"); err != nil {
		t.Error(err)
	}
	for name, a := range map[string]Authorization{
		"client": {Redirect: "r", State: "s", Challenge: "c"}, "redirect": {ClientID: "m", State: "s", Challenge: "c"},
		"state": {ClientID: "m", Redirect: "r", Challenge: "c"}, "challenge": {ClientID: "m", Redirect: "r", State: "s"},
	} {
		if _, err := a.URL("https://example.org"); err == nil {
			t.Errorf("went without a %s", name)
		}
	}
}

func TestACallbackIsBelievedOnlyWhenAllOfItFits(t *testing.T) {
	const issuer = "https://example.org"
	cases := map[string]struct {
		query, state, issuer string
		code                 string
		err                  error
	}{
		"good":                  {"code=c&state=s&iss=https%3A%2F%2Fexample.org", "s", issuer, "c", nil},
		"good, no issuer known": {"code=c&state=s", "s", "", "c", nil},
		"an issuer not asked":   {"code=c&state=s&iss=x", "s", "", "c", nil},
		"something more":        {"code=c&state=s&session_state=1", "s", "", "c", nil},
		"another state":         {"code=c&state=t", "s", "", "", ErrState},
		"no state":              {"code=c", "s", "", "", ErrState},
		"an empty state":        {"code=c&state=", "", "", "", ErrState},
		"another issuer":        {"code=c&state=s&iss=https://evil.example", "s", issuer, "", ErrIssuer},
		"a longer issuer":       {"code=c&state=s&iss=https://example.org/", "s", issuer, "", ErrIssuer},
		"no issuer":             {"code=c&state=s", "s", issuer, "", ErrIssuer},
		"denied":                {"error=access_denied&state=s", "s", "", "", ErrDenied},
		"denied and a code":     {"error=access_denied&state=s&code=c", "s", "", "", ErrDenied},
		"denied by another":     {"error=access_denied&state=t", "s", "", "", ErrState},
		"no code":               {"state=s", "s", "", "", ErrNoCode},
		"an empty code":         {"state=s&code=", "s", "", "", ErrNoCode},
		"two codes":             {"code=c&code=d&state=s", "s", "", "", ErrCallback},
		"two states":            {"code=c&state=s&state=s", "s", "", "", ErrCallback},
		"not decodable":         {"code=%zz&state=s", "s", "", "", ErrCallback},
		"a semicolon":           {"code=c;state=s", "s", "", "", ErrCallback},
		"nothing":               {"", "s", "", "", ErrState},
		"too long":              {"state=s&code=" + strings.Repeat("c", maxQuery), "s", "", "", ErrCallback},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			code, err := ParseCallback(c.query, c.state, c.issuer)
			if code != c.code || !errors.Is(err, c.err) || (c.err == nil) != (err == nil) {
				t.Errorf("got %q, %v", code, err)
			}
		})
	}
}

func TestAServersRefusalIsKeptAndMadeSafeToShow(t *testing.T) {
	_, err := ParseCallback("error=invalid_scope&state=s&error_description=no+such%0Ascope%E2%80%AE", "s", "")
	e, ok := errors.AsType[*RefusedError](err)
	if !ok || e.Code != "invalid_scope" || e.Description != "no such scope" || errors.Is(err, ErrDenied) {
		t.Errorf("got %v", err)
	}
}

func TestAClientSaysWhoItIsAsItsServerWants(t *testing.T) {
	secret := network.NewSecret("s:e/c +")
	cases := map[ClientAuth]struct {
		header string
		form   url.Values
	}{
		AuthNone: {"", url.Values{"client_id": {"me:1"}}},
		AuthPost: {"", url.Values{"client_id": {"me:1"}, "client_secret": {"s:e/c +"}}},
		AuthBasic: {
			"Basic " + base64.StdEncoding.EncodeToString([]byte("me%3A1:s%3Ae%2Fc+%2B")), url.Values{},
		},
	}
	for auth, c := range cases {
		t.Run(string(auth), func(t *testing.T) {
			client := Client{ID: "me:1", Secret: secret, Auth: auth}
			c.form.Set("grant_type", "authorization_code")
			c.form.Set("code", "c&d")
			c.form.Set("redirect_uri", "http://127.0.0.1:8/callback")
			c.form.Set("code_verifier", "v")
			r := client.Exchange("https://example.org/token", "c&d", "http://127.0.0.1:8/callback", Proof{"v"})
			if r.Method != "POST" || r.URL != "https://example.org/token" || r.Header["Authorization"] != c.header ||
				r.Header["Content-Type"] != "application/x-www-form-urlencoded" || string(r.Body[0].Bytes) != c.form.Encode() {
				t.Errorf("got %v %s", r.Header, r.Body[0].Bytes)
			}
		})
	}
	r := Client{ID: "me", Auth: AuthNone}.Refresh("https://example.org/token", network.NewSecret("r=1"))
	if got := string(r.Body[0].Bytes); got != "client_id=me&grant_type=refresh_token&refresh_token=r%3D1" {
		t.Errorf("refresh is %s", got)
	}
}

func TestATokenIsReadStrictly(t *testing.T) {
	answer := func(status int, body string) network.Reply { return network.Reply{Status: status, Body: []byte(body)} }
	got, err := ParseToken(answer(200, `{"access_token":"a","token_type":"Bearer","expires_in":3600,"refresh_token":"r","scope":"x  y","sub":"did:plc:1"}`), "bearer")
	if err != nil || got.Access.Reveal() != "a" || got.Refresh.Reveal() != "r" || got.Life != time.Hour || got.Type != "bearer" ||
		strings.Join(got.Scopes, ",") != "x,y" || got.Subject != "did:plc:1" {
		t.Errorf("got %+v, %v", got, err)
	}
	got, err = ParseToken(answer(200, `{"access_token":"a","token_type":"bearer"}`), "bearer")
	if err != nil || !got.Refresh.IsZero() || got.Life != 0 || got.Scopes != nil {
		t.Errorf("got %+v, %v", got, err)
	}
	for body, life := range map[string]time.Duration{`"60"`: time.Minute, "60.0": time.Minute, "1e300": maxLife * time.Second, "null": 0, "0": 0} {
		got, err = ParseToken(answer(200, `{"access_token":"a","token_type":"bearer","expires_in":`+body+`}`), "bearer")
		if err != nil || got.Life != life {
			t.Errorf("%s: %v, %v", body, got.Life, err)
		}
	}

	refused := map[string]struct {
		reply network.Reply
		kind  network.Kind
	}{
		"a page":               {answer(200, "<h1>Pay!</h1>"), network.Ambiguous},
		"nothing":              {answer(200, ""), network.Ambiguous},
		"null":                 {answer(200, "null"), network.Ambiguous},
		"a list":               {answer(200, "[]"), network.Ambiguous},
		"more after it":        {answer(200, `{"access_token":"hunter2","token_type":"bearer"} {}`), network.Ambiguous},
		"no token":             {answer(200, `{"token_type":"bearer"}`), network.Ambiguous},
		"a token with a break": {answer(200, `{"access_token":"hunter2\r\nX: y","token_type":"bearer"}`), network.Ambiguous},
		"a refresh with one":   {answer(200, `{"access_token":"a","refresh_token":"hunter2\n","token_type":"bearer"}`), network.Ambiguous},
		"no type":              {answer(200, `{"access_token":"hunter2"}`), network.Ambiguous},
		"another type":         {answer(200, `{"access_token":"hunter2","token_type":"mac"}`), network.Ambiguous},
		"a number as a token":  {answer(200, `{"access_token":7,"token_type":"bearer"}`), network.Ambiguous},
		"a life before birth":  {answer(200, `{"access_token":"hunter2","token_type":"bearer","expires_in":-1}`), network.Ambiguous},
		"a life past numbers":  {answer(200, `{"access_token":"hunter2","token_type":"bearer","expires_in":1e999}`), network.Ambiguous},
		"too long":             {answer(200, `{"access_token":"`+strings.Repeat("a", maxToken)+`","token_type":"bearer"}`), network.Ambiguous},
		"a redirect":           {answer(302, `{"access_token":"hunter2","token_type":"bearer"}`), network.Ambiguous},
		"a broken server":      {answer(503, `{"error":"invalid_grant"}`), network.Ambiguous},
		"400 without a reason": {answer(400, `{}`), network.Ambiguous},
		"spent":                {answer(400, `{"error":"invalid_grant"}`), network.Reauth},
		"unknown client":       {answer(401, `{"error":"invalid_client"}`), network.Rejected},
		"wait":                 {network.Reply{Status: 429, Header: map[string]string{"Retry-After": "7"}}, network.Throttled},
	}
	for name, c := range refused {
		t.Run(name, func(t *testing.T) {
			got, err := ParseToken(c.reply, "bearer")
			if err == nil || network.KindOf(err) != c.kind || !got.Access.IsZero() || strings.Contains(err.Error(), "hunter2") {
				t.Errorf("got %v", err)
			}
			if c.kind == network.Throttled && network.WaitOf(err) != 7*time.Second {
				t.Errorf("waits %v", network.WaitOf(err))
			}
		})
	}
}
