package oauth

import (
	"errors"
	"net/url"
	"strings"
	"testing"

	"postbag/backend/network"
)

// FuzzCallback looks for a query that is believed although it should not be.
func FuzzCallback(f *testing.F) {
	f.Add("code=c&state=s&iss=https%3A%2F%2Fexample.org", "s", "https://example.org")
	f.Add("error=access_denied&state=s", "s", "")
	f.Add("code=c&code=d&state=s", "s", "")
	f.Add("code=%zz&state=", "", "")
	f.Fuzz(func(t *testing.T, query, state, issuer string) {
		code, err := ParseCallback(query, state, issuer)
		if err == nil {
			q, perr := url.ParseQuery(query)
			if perr != nil || state == "" || q.Get("state") != state || code == "" || q.Get("code") != code ||
				issuer != "" && q.Get("iss") != issuer || q.Get("error") != "" || len(q["state"]) != 1 || len(q["code"]) != 1 {
				t.Fatalf("%q was believed for state %q and issuer %q", query, state, issuer)
			}
			return
		}
		if code != "" {
			t.Fatalf("a code beside an error: %q, %v", code, err)
		}
		_, refused := errors.AsType[*RefusedError](err)
		if !refused && !errors.Is(err, ErrCallback) && !errors.Is(err, ErrState) && !errors.Is(err, ErrIssuer) && !errors.Is(err, ErrNoCode) {
			t.Fatalf("an error nobody knows: %v", err)
		}
		if s := err.Error(); len(s) > 4096 || strings.ContainsAny(s, "\r\n\x00") {
			t.Fatalf("not fit to show: %q", s)
		}
	})
}

// FuzzToken looks for an answer that gives a token unfit for a header.
func FuzzToken(f *testing.F) {
	f.Add(200, []byte(`{"access_token":"a","token_type":"Bearer","expires_in":3600,"refresh_token":"r","scope":"x y"}`))
	f.Add(400, []byte(`{"error":"invalid_grant","error_description":"x"}`))
	f.Add(200, []byte(`{"access_token":"a\n","token_type":"bearer","expires_in":"1e999"}`))
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		token, err := ParseToken(network.Reply{Status: status, Body: body}, "bearer")
		if err != nil {
			if _, ok := errors.AsType[*network.Error](err); !ok {
				t.Fatalf("unclassified: %v", err)
			}
			return
		}
		for _, s := range []string{token.Access.Reveal(), token.Refresh.Reveal()} {
			if !network.Visible(s) {
				t.Fatalf("%q cannot stand in a header", s)
			}
		}
		if token.Access.IsZero() || token.Life < 0 || status != 200 {
			t.Fatalf("believed: %d %q", status, body)
		}
	})
}
