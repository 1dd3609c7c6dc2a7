// Package oauth has the words of an OAuth 2 sign-in for networks: what to ask the browser for,
// how to read what comes back, and how to ask for tokens. It does no I/O. The door opens the
// browser and waits on loopback; the token request goes through network.Calls.
//
// A sign-in of a desktop app is a code flow with PKCE (RFC 6749, RFC 7636, RFC 8252):
//
//	state, proof := oauth.NewState(), oauth.NewProof()
//	Authorization{…, State: state, Challenge: proof.Challenge()}.URL(endpoint)  → Step.Browse
//	state and proof.Verifier stay in Step.Carry; the page never sees them
//	code, err := oauth.Code(answers, state, issuer)
//	token, err := oauth.ParseToken(calls.Prepare(ctx, "token", client.Exchange(…)))
//
// Everything that comes back is somebody else's word: bounded, checked, and shown only after
// network.Printable.
package oauth

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"maps"
	"net/url"
	"slices"
	"strings"
)

// Proof shows that who asks for the token is who began the sign-in (RFC 7636).
type Proof struct {
	Verifier string // a secret until it is spent
}

// NewProof returns a fresh proof of 256 random bits.
func NewProof() Proof { return Proof{random()} }

// NewState returns a fresh value that ties a callback to its sign-in.
func NewState() string { return random() }

func random() string {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails: crypto/rand, Go 1.24
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// Challenge is what the browser may know of p: method S256.
func (p Proof) Challenge() string {
	sum := sha256.Sum256([]byte(p.Verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// Authorization is what a person is asked to allow.
type Authorization struct {
	ClientID  string
	Redirect  string            // as the door bound it
	Scopes    []string          // none: the server's default
	State     string            // from NewState
	Challenge string            // from Proof.Challenge
	Extra     map[string]string // a network's own parameters; they cannot replace those above
}

// URL returns the address for the browser. The endpoint must be https, or http on loopback,
// and may have a query of its own (RFC 6749, 3.1).
func (a Authorization) URL(endpoint string) (string, error) {
	u, err := browserAddress(endpoint)
	if err != nil {
		return "", err
	}
	q := u.Query()
	if err := a.into(q); err != nil {
		return "", err
	}
	u.RawQuery = q.Encode()
	return u.String(), nil
}

// browserAddress reads an authorization endpoint.
func browserAddress(endpoint string) (*url.URL, error) {
	u, err := url.Parse(endpoint)
	if err != nil || u.Host == "" || u.User != nil || u.Fragment != "" {
		return nil, errors.New("the authorization address cannot be read")
	}
	if h := u.Hostname(); u.Scheme != "https" && (u.Scheme != "http" || h != "127.0.0.1" && h != "::1" && h != "localhost") {
		return nil, errors.New("the authorization address is not https")
	}
	return u, nil
}

// into writes the parameters of a to q.
func (a Authorization) into(q url.Values) error {
	if a.ClientID == "" || a.Redirect == "" || a.State == "" || a.Challenge == "" {
		return errors.New("an authorization needs a client, a redirect, a state and a challenge")
	}
	for _, k := range slices.Sorted(maps.Keys(a.Extra)) {
		q.Set(k, a.Extra[k])
	}
	q.Set("response_type", "code")
	q.Set("client_id", a.ClientID)
	q.Set("redirect_uri", a.Redirect)
	q.Set("state", a.State)
	q.Set("code_challenge", a.Challenge)
	q.Set("code_challenge_method", "S256")
	if len(a.Scopes) > 0 {
		q.Set("scope", strings.Join(a.Scopes, " "))
	}
	return nil
}
