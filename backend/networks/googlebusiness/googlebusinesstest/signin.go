package googlebusinesstest

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// The desktop application that a person made.
const (
	Client   = "1234567890-googlebusinesstest.apps.googleusercontent.com"
	Secret   = "GOCSPX-googlebusinesstest0123456789"
	Redirect = "http://127.0.0.1:53682/callback"
	scope    = "https://www.googleapis.com/auth/business.manage"
)

// signed is what a server knows of sign-ins. Its lock guards it.
type signed struct {
	tokens    map[string]bool
	refreshes map[string]bool
	codes     map[string]given
	denied    bool
	scope     string // given instead of what was asked for
}

// given is what a code was given for.
type given struct{ redirect, challenge string }

// Deny makes the person say no at the next sign-in.
func (s *Server) Deny() { s.with(func() { s.denied = true }) }

// Grant gives other scopes than were asked for.
func (s *Server) Grant(scope string) { s.with(func() { s.scope = scope }) }

// Revoke ends every token and refresh token.
func (s *Server) Revoke() {
	s.with(func() {
		clear(s.tokens)
		clear(s.refreshes)
	})
}

func (s *Server) knows(r *http.Request) bool {
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	s.mu.Lock()
	defer s.mu.Unlock()
	return ok && s.tokens[token]
}

// page is where a person agrees; here everybody does at once. A desktop app comes back to any port on
// loopback.
func (s *Server) page(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q := r.URL.Query()
	redirect, err := url.Parse(q.Get("redirect_uri"))
	if err != nil || redirect.Hostname() != "127.0.0.1" || q.Get("client_id") != Client || q.Get("response_type") != "code" ||
		!slices.Contains(strings.Fields(q.Get("scope")), scope) || q.Get("access_type") != "offline" || q.Get("prompt") != "consent" || q.Get("code_challenge_method") != "S256" {
		problem(w, http.StatusBadRequest, "INVALID_ARGUMENT", "Error 400: invalid_request")
		return
	}
	back := url.Values{"state": {q.Get("state")}, "scope": {scope}}
	if s.denied {
		s.denied = false
		back.Set("error", "access_denied")
	} else {
		s.serial++
		code := "4/0A" + strconv.Itoa(s.serial)
		if s.codes == nil {
			s.codes = map[string]given{}
		}
		s.codes[code] = given{redirect.String(), q.Get("code_challenge")}
		back.Set("code", code)
	}
	http.Redirect(w, r, redirect.String()+"?"+back.Encode(), http.StatusFound)
}

// token is the token endpoint. A code is good once, for its redirect and with its proof.
func (s *Server) token(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	no := func(code string) {
		w.WriteHeader(map[string]int{"invalid_client": http.StatusUnauthorized}[code] + map[string]int{"invalid_grant": http.StatusBadRequest}[code])
		answer(w, map[string]any{"error": code})
	}
	if r.PostFormValue("client_id") != Client || r.PostFormValue("client_secret") != Secret {
		no("invalid_client")
		return
	}
	s.serial++
	access := "ya29.a0-" + strconv.Itoa(s.serial)
	said := map[string]any{"access_token": access, "expires_in": 3599, "token_type": "Bearer", "scope": scope}
	switch r.PostFormValue("grant_type") {
	case "authorization_code":
		g, ok := s.codes[r.PostFormValue("code")]
		sum := sha256.Sum256([]byte(r.PostFormValue("code_verifier")))
		if !ok || g.redirect != r.PostFormValue("redirect_uri") || g.challenge != base64.RawURLEncoding.EncodeToString(sum[:]) {
			no("invalid_grant")
			return
		}
		delete(s.codes, r.PostFormValue("code"))
		lasting := "1//0g-" + strconv.Itoa(s.serial)
		s.refreshes[lasting] = true
		said["refresh_token"] = lasting
	case "refresh_token":
		if !s.refreshes[r.PostFormValue("refresh_token")] {
			no("invalid_grant")
			return
		}
	}
	s.tokens[access] = true
	if s.scope != "" {
		said["scope"] = s.scope
	}
	answer(w, said)
}
