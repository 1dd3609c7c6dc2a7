package tumblrtest

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// authorize is the page in the browser ("/oauth2/authorize"); the person agrees at once. It knows no
// PKCE, and passes over what it does not know.
func (s *Server) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	s.mu.Lock()
	defer s.mu.Unlock()
	redirect := q.Get("redirect_uri")
	if q.Get("client_id") != Client || q.Get("response_type") != "code" || q.Get("state") == "" || !slices.Contains(s.redirects, redirect) {
		fail(w, http.StatusBadRequest, 0, "Bad Request")
		return
	}
	asked := strings.Fields(q.Get("scope"))
	for _, scope := range asked {
		if !slices.Contains([]string{"basic", "write", "offline_access"}, scope) {
			fail(w, http.StatusBadRequest, 0, "Bad Request")
			return
		}
	}
	s.serial++
	code := fmt.Sprintf("code%d", s.serial)
	s.codes[code] = redirect + " " + strings.Join(asked, ",")
	http.Redirect(w, r, redirect+"?"+url.Values{"code": {code}, "state": {q.Get("state")}}.Encode()+"#_=_", http.StatusFound)
}

// token is "/v2/oauth2/token" with both grants. A code and a refresh token are good once.
func (s *Server) token(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil || r.PostForm.Get("client_id") != Client || r.PostForm.Get("client_secret") != secret {
		fail(w, http.StatusUnauthorized, 5004, "Unauthorized")
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	granted := "basic,write,offline_access"
	switch in := r.PostForm; in.Get("grant_type") {
	case "authorization_code":
		code, ok := s.codes[in.Get("code")]
		delete(s.codes, in.Get("code"))
		redirect, scopes, _ := strings.Cut(code, " ")
		if !ok || in.Get("redirect_uri") != redirect {
			fail(w, http.StatusUnauthorized, 5004, "Unauthorized")
			return
		}
		granted = scopes
	case "refresh_token":
		if !s.refresh[in.Get("refresh_token")] {
			fail(w, http.StatusUnauthorized, 5004, "Unauthorized")
			return
		}
		delete(s.refresh, in.Get("refresh_token"))
	default:
		fail(w, http.StatusUnauthorized, 5004, "Unauthorized")
		return
	}
	s.serial++
	access, refresh := fmt.Sprintf("tumblrtest-access-%d", s.serial), fmt.Sprintf("tumblrtest-refresh-%d", s.serial)
	s.access[access] = true
	out := map[string]any{
		"access_token": access, "expires_in": 2520, "id_token": false, "scope": strings.ReplaceAll(granted, ",", " "), "token_type": "bearer",
	}
	if strings.Contains(granted, "offline_access") {
		s.refresh[refresh] = true
		out["refresh_token"] = refresh
	}
	write(w, http.StatusOK, out)
}
