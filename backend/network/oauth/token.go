package oauth

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/url"
	"strconv"
	"strings"
	"time"

	"postbag/backend/network"
)

// ClientAuth says how a client proves who it is at the token endpoint.
type ClientAuth string

// Every way of client authentication (RFC 6749, 2.3.1; names of RFC 7591, 2).
const (
	AuthNone  ClientAuth = "none"                // a public client: PKCE is the proof
	AuthBasic ClientAuth = "client_secret_basic" // in the Authorization header
	AuthPost  ClientAuth = "client_secret_post"  // in the form
)

// Client is this app as a server knows it.
type Client struct {
	ID     string
	Secret network.Secret // zero for AuthNone
	Auth   ClientAuth
}

// Exchange returns the request that turns a code into tokens. redirect is the same as in the
// authorization.
func (c Client) Exchange(endpoint, code, redirect string, p Proof) network.Request {
	return c.request(endpoint, url.Values{
		"grant_type":    {"authorization_code"},
		"code":          {code},
		"redirect_uri":  {redirect},
		"code_verifier": {p.Verifier},
	})
}

// Refresh returns the request for new tokens. Many servers end the old refresh token with it:
// what comes back must be stored before it is used.
func (c Client) Refresh(endpoint string, refresh network.Secret) network.Request {
	return c.request(endpoint, url.Values{
		"grant_type":    {"refresh_token"},
		"refresh_token": {refresh.Reveal()},
	})
}

func (c Client) request(endpoint string, form url.Values) network.Request {
	r := network.Request{
		Method: "POST",
		URL:    endpoint,
		Header: map[string]string{"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"},
	}
	switch c.Auth {
	case AuthBasic: // both are form-encoded before they are joined: RFC 6749, 2.3.1
		pair := url.QueryEscape(c.ID) + ":" + url.QueryEscape(c.Secret.Reveal())
		r.Header["Authorization"] = "Basic " + base64.StdEncoding.EncodeToString([]byte(pair))
	case AuthPost:
		form.Set("client_id", c.ID)
		form.Set("client_secret", c.Secret.Reveal())
	case AuthNone:
		form.Set("client_id", c.ID)
	}
	r.Body = network.Bytes([]byte(form.Encode()))
	return r
}

// Token is what a token endpoint gives.
type Token struct {
	Access  network.Secret
	Refresh network.Secret // zero if there is none, or the old one stays good
	Type    string         // in lower case: "bearer", "dpop"
	Scopes  []string       // nil: those that were asked for
	Life    time.Duration  // of Access; zero if the server did not say
	Subject string         // the account, where the server names it beside the token (AT Protocol)
}

const (
	maxToken = 64 << 10             // bytes of a token answer
	maxLife  = 10 * 365 * 24 * 3600 // seconds; a longer life is as good as this
)

// ParseToken reads the answer of a token endpoint; kind is the token type that can be used, in
// lower case. Its errors are of kind Reauth (the code or refresh token is no longer good),
// Rejected (refused for another documented reason), Throttled, or Ambiguous (anything else;
// the server may have spent the code). None quotes the answer.
func ParseToken(r network.Reply, kind string) (Token, error) {
	if r.Status == 429 {
		return Token{}, &network.Error{Kind: network.Throttled, Message: "the server asks to wait before signing in", Wait: network.RetryAfter(r)}
	}
	if len(r.Body) > maxToken {
		return Token{}, unusable("it is too long")
	}
	var said struct {
		Access      string      `json:"access_token"`
		Refresh     string      `json:"refresh_token"`
		Type        string      `json:"token_type"`
		Scope       *string     `json:"scope"`
		Life        json.Number `json:"expires_in"`
		Subject     string      `json:"sub"`
		Error       string      `json:"error"`
		Description string      `json:"error_description"`
	}
	if err := json.Unmarshal(r.Body, &said); err != nil {
		return Token{}, unusable("it is not the JSON of a token")
	}
	if r.Status == 400 || r.Status == 401 {
		return Token{}, refusal(said.Error, said.Description)
	}
	switch {
	case r.Status != 200:
		return Token{}, unusable("it has the status " + strconv.Itoa(r.Status))
	case !visible(said.Access) || said.Refresh != "" && !visible(said.Refresh):
		return Token{}, unusable("it has no usable token")
	case !strings.EqualFold(said.Type, kind):
		return Token{}, unusable("its token is of another type")
	}
	t := Token{Access: network.NewSecret(said.Access), Type: kind, Subject: said.Subject}
	if said.Refresh != "" {
		t.Refresh = network.NewSecret(said.Refresh)
	}
	if said.Scope != nil {
		t.Scopes = strings.Fields(*said.Scope)
	}
	if said.Life != "" {
		n, err := said.Life.Float64() // some servers write 3600.0
		if err != nil || n < 0 {
			return Token{}, unusable("it says an impossible life of the token")
		}
		t.Life = time.Duration(min(n, maxLife)) * time.Second
	}
	return t, nil
}

// refusal is a documented error of RFC 6749, 5.2.
func refusal(code, description string) error {
	if code == "" {
		return unusable("it gives no reason")
	}
	e := &RefusedError{Code: network.Printable(code), Description: network.Printable(description)}
	kind := network.Rejected
	switch code {
	case "invalid_grant":
		kind = network.Reauth
	case useNonce, "invalid_dpop_proof": // RFC 9449, 5 and 8: the code or the refresh token is still good
		kind = network.Throttled
	}
	return &network.Error{Kind: kind, Code: e.Code, Message: "the sign-in was refused", Err: e}
}

func unusable(why string) error {
	return &network.Error{Kind: network.Ambiguous, Message: "the server's answer to the sign-in cannot be used", Err: errors.New(why)}
}

// visible reports whether s can stand in a header: VSCHAR of RFC 6749, appendix A, without the space.
func visible(s string) bool {
	return s != "" && network.Visible(s)
}
