package blueskytest

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/oauth"
)

// The sign-in in the browser as the AT Protocol specification ("OAuth", 2026-04) has it: pushed
// authorizations, PKCE, proofs with nonces, codes and refresh tokens that are good once.

// boundLife is how long an access token of such a sign-in is good: an hour on the reference server.
const boundLife = time.Hour

// asked is an authorization that was pushed.
type asked struct {
	form url.Values
	key  string // the thumbprint of who pushed it
	code string // once a person has agreed
}

// grant is what a refresh token belongs to.
type grant struct {
	client, key string
	used        bool
}

// BoundAccount returns Alice's account as a sign-in in the browser leaves it.
func (s *Server) BoundAccount() network.Account {
	key := oauth.NewProofKey()
	s.mu.Lock()
	defer s.mu.Unlock()
	access, refresh := s.issueBound("http://localhost?x", thumbprint(key))
	return network.Account{
		RemoteID: did, Handle: handle, Server: s.URL,
		Secret: network.SecretOf(map[string]string{
			"kind": "oauth", "access": access, "refresh": refresh, "key": key.Reveal(),
			"token_endpoint": s.URL + "/oauth/token", "client_id": "http://localhost?x",
		}),
	}
}

// issueBound makes a pair of tokens for a client and its key. The lock is held.
func (s *Server) issueBound(client, key string) (access, refresh string) {
	access, refresh = "bound-access-"+rand.Text(), "bound-refresh-"+rand.Text()
	s.access[access] = time.Now().Add(boundLife)
	s.holders[access] = key
	s.grants[refresh] = &grant{client: client, key: key}
	return access, refresh
}

// Pretend makes the sign-in answer with another name of its own, another account, or scopes of its own; ""
// for the true ones.
func (s *Server) Pretend(issuer, subject, scopes string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pretended.issuer, s.pretended.subject, s.pretended.scopes = issuer, subject, scopes
}

// Browse is what a person and their browser do at the address that a step wants opened: sign in, agree or
// not, and come back. It returns the address to which the browser is sent back.
func (s *Server) Browse(address string, agree bool) (string, error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	wish, known := s.asked[u.Query().Get("request_uri")]
	if !known || u.Path != "/oauth/authorize" || u.Query().Get("client_id") != wish.form.Get("client_id") {
		return "", fmt.Errorf("the page does not know %s", address)
	}
	delete(s.asked, u.Query().Get("request_uri"))
	back := url.Values{"state": {wish.form.Get("state")}, "iss": {or(s.pretended.issuer, s.URL)}}
	if agree {
		s.issued++
		wish.code = fmt.Sprintf("code-%d", s.issued)
		s.codes[wish.code] = wish
		back.Set("code", wish.code)
	} else {
		back.Set("error", "access_denied")
		back.Set("error_description", "The user rejected the request")
	}
	return wish.form.Get("redirect_uri") + "?" + back.Encode(), nil
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func (s *Server) signInHandlers(mux *http.ServeMux) {
	mux.HandleFunc("GET /.well-known/oauth-protected-resource", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, map[string]any{
			"resource": s.URL, "authorization_servers": []string{s.URL}, "scopes_supported": []string{},
			"bearer_methods_supported": []string{"header"}, "resource_documentation": "https://atproto.com",
		})
	})
	mux.HandleFunc("GET /.well-known/oauth-authorization-server", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, Metadata(s.URL))
	})
	mux.HandleFunc("POST /oauth/par", s.push)
	mux.HandleFunc("POST /oauth/token", s.token)
}

// Metadata is what a sign-in server says of itself.
func Metadata(issuer string) map[string]any {
	return map[string]any{
		"issuer": issuer, "authorization_endpoint": issuer + "/oauth/authorize", "token_endpoint": issuer + "/oauth/token",
		"pushed_authorization_request_endpoint": issuer + "/oauth/par", "revocation_endpoint": issuer + "/oauth/revoke",
		"require_pushed_authorization_requests":          true,
		"scopes_supported":                               []string{"atproto", "transition:generic", "transition:email"},
		"response_types_supported":                       []string{"code"},
		"grant_types_supported":                          []string{"authorization_code", "refresh_token"},
		"code_challenge_methods_supported":               []string{"S256"},
		"token_endpoint_auth_methods_supported":          []string{"none", "private_key_jwt"},
		"dpop_signing_alg_values_supported":              []string{"ES256"},
		"authorization_response_iss_parameter_supported": true, "client_id_metadata_document_supported": true,
	}
}

// formOf reads the form of a request to the sign-in and the key of its proof; if it cannot, it has answered.
func (s *Server) formOf(w http.ResponseWriter, r *http.Request) (url.Values, string, bool) {
	key, refusal := s.proven(r, "")
	s.mu.Lock()
	w.Header().Set("DPoP-Nonce", s.nonce())
	s.mu.Unlock()
	if refusal != "" {
		refuse(w, http.StatusBadRequest, refusal, "the proof is not taken")
		return nil, "", false
	}
	r.Body = http.MaxBytesReader(w, r.Body, bodyLimit)
	if err := r.ParseForm(); err != nil || r.URL.RawQuery != "" {
		refuse(w, http.StatusBadRequest, "invalid_request", "the form cannot be read")
		return nil, "", false
	}
	return r.PostForm, key, true
}

func (s *Server) push(w http.ResponseWriter, r *http.Request) {
	form, key, ok := s.formOf(w, r)
	if !ok {
		return
	}
	client, err := url.Parse(form.Get("client_id"))
	back, bad := url.Parse(form.Get("redirect_uri"))
	switch {
	case err != nil || client.Scheme != "http" || client.Host != "localhost" || strings.Trim(client.Path, "/") != "":
		refuse(w, http.StatusBadRequest, "invalid_client_metadata", "this is no client of loopback")
		return
	case bad != nil || back.Scheme != "http" || back.Hostname() != "127.0.0.1" || client.Query().Get("redirect_uri") != "http://127.0.0.1"+back.Path:
		refuse(w, http.StatusBadRequest, "invalid_request", "Invalid redirect_uri")
		return
	case form.Get("response_type") != "code", form.Get("code_challenge_method") != "S256", len(form.Get("code_challenge")) != 43, form.Get("state") == "":
		refuse(w, http.StatusBadRequest, "invalid_request", "a parameter is missing")
		return
	case form.Get("scope") != client.Query().Get("scope") || !slices.Contains(strings.Fields(form.Get("scope")), "atproto"):
		refuse(w, http.StatusBadRequest, "invalid_scope", "this scope is not the client's")
		return
	}
	s.mu.Lock()
	s.issued++
	name := fmt.Sprintf("urn:ietf:params:oauth:request_uri:req-%d", s.issued)
	s.asked[name] = asked{form: form, key: key}
	s.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusCreated)
	_, _ = fmt.Fprintf(w, `{"request_uri":%q,"expires_in":300}`, name) // the other side may be gone
}

func (s *Server) token(w http.ResponseWriter, r *http.Request) {
	form, key, ok := s.formOf(w, r)
	if !ok {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch form.Get("grant_type") {
	case "authorization_code":
		wish, known := s.codes[form.Get("code")]
		delete(s.codes, form.Get("code"))
		if !known || wish.key != key || wish.form.Get("client_id") != form.Get("client_id") ||
			wish.form.Get("redirect_uri") != form.Get("redirect_uri") || wish.form.Get("code_challenge") != hashed(form.Get("code_verifier")) {
			refuse(w, http.StatusBadRequest, "invalid_grant", "Invalid code")
			return
		}
	case "refresh_token":
		old, known := s.grants[form.Get("refresh_token")]
		switch {
		case known && old.used: // somebody has a copy: nobody keeps anything
			clear(s.grants)
			clear(s.access)
			fallthrough
		case !known, old.client != form.Get("client_id"), old.key != key:
			refuse(w, http.StatusBadRequest, "invalid_grant", "Invalid refresh token")
			return
		}
		old.used = true
		for token, holder := range s.holders { // the reference server ends the old one at once
			if holder == key {
				delete(s.access, token)
			}
		}
	default:
		refuse(w, http.StatusBadRequest, "unsupported_grant_type", "this grant is not known")
		return
	}
	access, refresh := s.issueBound(form.Get("client_id"), key)
	answer(w, map[string]any{
		"access_token": access, "refresh_token": refresh, "token_type": "DPoP", "expires_in": int(boundLife / time.Second),
		"scope": or(s.pretended.scopes, "atproto transition:generic"), "sub": or(s.pretended.subject, did),
	})
}
