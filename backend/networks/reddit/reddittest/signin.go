package reddittest

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// The installed application that a person made, with its owner and its one redirect URI.
const (
	Client   = "reddittestClient0123"
	Owner    = "kari_builds"
	Redirect = "http://127.0.0.1:53682/callback"
)

// signed is what a server knows of sign-ins. Its lock guards it.
type signed struct {
	tokens    map[string]bool
	refreshes map[string]bool
	codes     map[string]bool
	denied    bool
	scope     string // given instead of what was asked for
	secret    string // the application's, "" for an installed one
	fresh     bool   // a renewal gives a new refresh token
}

// Deny makes the person say no at the next sign-in.
func (s *Server) Deny() { s.with(func() { s.denied = true }) }

// Grant gives other scopes than were asked for.
func (s *Server) Grant(scope string) { s.with(func() { s.scope = scope }) }

// Secret makes the application one with a secret.
func (s *Server) Secret(secret string) { s.with(func() { s.secret = secret }) }

// Rotate makes a renewal end the refresh token that it was asked with, and give another.
func (s *Server) Rotate() { s.with(func() { s.fresh = true }) }

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

// page is where a person agrees; here everybody does at once. A redirect URI that is not the application's
// gets no redirect at all.
func (s *Server) page(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q := r.URL.Query()
	if q.Get("client_id") != Client || q.Get("redirect_uri") != Redirect || q.Get("response_type") != "code" || q.Get("duration") != "permanent" {
		problem(w, http.StatusBadRequest, "invalid redirect_uri parameter.", "")
		return
	}
	asked := strings.Fields(q.Get("scope"))
	for _, needed := range []string{"identity", "submit", "edit", "read", "history", "flair"} {
		if !slices.Contains(asked, needed) {
			problem(w, http.StatusBadRequest, "invalid scope requested", "")
			return
		}
	}
	back := url.Values{"state": {q.Get("state")}}
	if s.denied {
		s.denied = false
		back.Set("error", "access_denied")
	} else {
		s.serial++
		code := "code-" + strconv.Itoa(s.serial)
		if s.codes == nil {
			s.codes = map[string]bool{}
		}
		s.codes[code] = true
		back.Set("code", code)
	}
	http.Redirect(w, r, Redirect+"?"+back.Encode(), http.StatusFound)
}

// token is the token endpoint. A code is good once; what is wrong with it is said with status 200.
func (s *Server) token(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if app, secret, ok := r.BasicAuth(); !ok || app != Client || secret != s.secret {
		problem(w, http.StatusUnauthorized, "Unauthorized", "")
		return
	}
	refresh := r.PostFormValue("refresh_token")
	lasting := ""
	switch r.PostFormValue("grant_type") {
	case "authorization_code":
		code := r.PostFormValue("code")
		if !s.codes[code] || r.PostFormValue("redirect_uri") != Redirect {
			answer(w, map[string]any{"error": "invalid_grant"})
			return
		}
		delete(s.codes, code)
		s.serial++
		lasting = "reddittest-refresh-" + strconv.Itoa(s.serial)
	case "refresh_token":
		if !s.refreshes[refresh] {
			problem(w, http.StatusBadRequest, "Bad Request", "")
			return
		}
		if s.fresh {
			delete(s.refreshes, refresh)
			s.serial++
			lasting = "reddittest-refresh-" + strconv.Itoa(s.serial)
		}
	default:
		answer(w, map[string]any{"error": "unsupported_grant_type"})
		return
	}
	s.serial++
	access := "reddittest-access-" + strconv.Itoa(s.serial)
	s.tokens[access] = true
	said := map[string]any{"access_token": access, "token_type": "bearer", "expires_in": 3600, "scope": "edit flair history identity read submit"}
	if s.scope != "" {
		said["scope"] = s.scope
	}
	if lasting != "" {
		s.refreshes[lasting] = true
		said["refresh_token"] = lasting
	}
	answer(w, said)
}
