package pinteresttest

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// The developer application that a person made, with its one redirect URI.
const (
	App      = "1489999"
	Secret   = "pinteresttest-secret-0f0e0d0c"
	Redirect = "http://127.0.0.1:8085/"
)

// signed is what a server knows of sign-ins. Its lock guards it.
type signed struct {
	tokens    map[string]bool // good ones
	refreshes map[string]bool
	codes     map[string]string // to the redirect URI they were given to
	denied    bool
	scope     string // given instead of what was asked for
	calls     []url.Values
}

// Deny makes the person say no at the next sign-in.
func (s *Server) Deny() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.denied = true
}

// Grant gives other scopes than were asked for.
func (s *Server) Grant(scope string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.scope = scope
}

// Revoke ends every token and refresh token.
func (s *Server) Revoke() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.tokens)
	clear(s.refreshes)
}

func (s *Server) knows(r *http.Request) bool {
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	s.mu.Lock()
	defer s.mu.Unlock()
	return ok && s.tokens[token]
}

// page is where a person agrees; here everybody does at once. A redirect URI that is not the
// application's gets no redirect at all.
func (s *Server) page(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q := r.URL.Query()
	if q.Get("client_id") != App || q.Get("redirect_uri") != Redirect || q.Get("response_type") != "code" {
		fail(w, http.StatusBadRequest, 283, "The redirect URI does not match, or the application is not known.")
		return
	}
	if asked := strings.Split(q.Get("scope"), ","); !slices.Contains(asked, "pins:write") || !slices.Contains(asked, "boards:read") {
		fail(w, http.StatusBadRequest, 283, "The scope is invalid.")
		return
	}
	back := url.Values{"state": {q.Get("state")}}
	if s.denied {
		s.denied = false
		back.Set("error", "access_denied")
	} else {
		s.serial++
		code := "code-" + strconv.Itoa(s.serial)
		if s.codes == nil {
			s.codes = map[string]string{}
		}
		s.codes[code] = q.Get("redirect_uri")
		back.Set("code", code)
	}
	http.Redirect(w, r, Redirect+"?"+back.Encode(), http.StatusFound)
}

// token is the token endpoint. A code is good once; a refresh gives a new refresh token and ends the old.
func (s *Server) token(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		fail(w, http.StatusBadRequest, 1, "Invalid form")
		return
	}
	form := map[string]any{}
	for name, values := range r.PostForm {
		form[name] = values[0]
	}
	kind := map[string]string{"authorization_code": "OauthAccessTokenRequestCode", "refresh_token": "OauthAccessTokenRequestRefresh"}[r.PostForm.Get("grant_type")]
	if why := s.document.matches(kind, form); kind == "" || why != "" {
		s.breaks("a token is asked for wrongly: " + why)
		fail(w, http.StatusBadRequest, 1, "Invalid request")
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = append(s.calls, r.PostForm)
	if app, secret, ok := r.BasicAuth(); !ok || app != App || secret != Secret {
		fail(w, http.StatusUnauthorized, 2, "Authentication failed.")
		return
	}
	code, refresh := r.PostForm.Get("code"), r.PostForm.Get("refresh_token")
	switch {
	case kind == "OauthAccessTokenRequestCode" && s.codes[code] != "" && s.codes[code] == r.PostForm.Get("redirect_uri"):
		delete(s.codes, code)
	case kind == "OauthAccessTokenRequestRefresh" && s.refreshes[refresh]:
		delete(s.refreshes, refresh)
	default:
		fail(w, http.StatusUnauthorized, 2, "Authentication failed.")
		return
	}
	s.serial++
	n := strconv.Itoa(s.serial)
	access, next := "pinteresttest-access-"+n, "pinteresttest-refresh-"+n
	if s.refreshes == nil {
		s.refreshes = map[string]bool{}
	}
	s.tokens[access], s.refreshes[next] = true, true
	scope := "boards:read,boards:write,pins:read,pins:write,user_accounts:read"
	if s.scope != "" {
		scope = s.scope
	}
	answer(w, http.StatusOK, map[string]any{
		"access_token": access, "refresh_token": next, "token_type": "bearer", "expires_in": 2592000,
		"refresh_token_expires_in": 5184000, "scope": scope, "response_type": r.PostForm.Get("grant_type"),
	})
}
