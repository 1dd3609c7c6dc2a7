package xtest

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// grant is what a person agreed to, until its code is exchanged.
type grant struct{ client, challenge, scopes string }

// authorize is X's page, on which the person agrees at once.
func (s *Server) authorize(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q := r.URL.Query()
	asked := strings.Fields(q.Get("scope"))
	switch {
	case q.Get("client_id") != Client && q.Get("client_id") != Web, q.Get("redirect_uri") != Callback,
		q.Get("response_type") != "code", q.Get("code_challenge_method") != "S256", q.Get("code_challenge") == "",
		q.Get("state") == "", len(q.Get("state")) > 500:
		http.Error(w, "Something went wrong", http.StatusBadRequest) // X shows a page and sends nobody anywhere
		return
	case !slices.Contains(asked, "users.read") || !slices.Contains(asked, "tweet.read"):
		http.Error(w, "Something went wrong", http.StatusBadRequest)
		return
	}
	g := grant{client: q.Get("client_id"), challenge: q.Get("code_challenge"), scopes: q.Get("scope")}
	if s.scopes != "" {
		g.scopes = s.scopes
	}
	code := "xtest-code-" + s.id()
	s.grants[code] = g
	http.Redirect(w, r, Callback+"?"+url.Values{"state": {q.Get("state")}, "code": {code}}.Encode(), http.StatusFound)
}

// token exchanges a code, or a refresh token, which it ends.
func (s *Server) token(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := r.ParseForm(); err != nil {
		refuse(w, "invalid_request", "")
		return
	}
	client, ok := clientOf(r)
	if !ok {
		refuse(w, "invalid_client", "Missing valid authorization header")
		return
	}
	scopes := "tweet.read tweet.write users.read media.write offline.access"
	switch form := r.PostForm; form.Get("grant_type") {
	case "authorization_code":
		g, known := s.grants[form.Get("code")]
		delete(s.grants, form.Get("code"))
		sum := sha256.Sum256([]byte(form.Get("code_verifier")))
		if !known || g.client != client || form.Get("redirect_uri") != Callback || base64.RawURLEncoding.EncodeToString(sum[:]) != g.challenge {
			refuse(w, "invalid_request", "Value passed for the authorization code was invalid.")
			return
		}
		scopes = g.scopes
	case "refresh_token":
		if s.refresh[form.Get("refresh_token")] != client {
			refuse(w, "invalid_request", "Value passed for the token was invalid.")
			return
		}
		delete(s.refresh, form.Get("refresh_token"))
	default:
		refuse(w, "unsupported_grant_type", "")
		return
	}
	s.serial++
	access, refresh := "xtest-access-token-"+strconv.Itoa(s.serial), "xtest-refresh-token-"+strconv.Itoa(s.serial)
	s.access[access] = true
	v := map[string]any{"token_type": "bearer", "expires_in": 7200, "access_token": access, "scope": scopes}
	if strings.Contains(scopes, "offline.access") {
		s.refresh[refresh] = client
		v["refresh_token"] = refresh
	}
	answer(w, 200, v)
}

// clientOf returns the application that asks: a public one names itself in the form, one with a secret
// proves itself in the header.
func clientOf(r *http.Request) (string, bool) {
	id, secret, basic := r.BasicAuth()
	if basic {
		return id, id == Web && secret == Secret && r.PostForm.Get("client_id") == ""
	}
	return r.PostForm.Get("client_id"), r.PostForm.Get("client_id") == Client
}

func refuse(w http.ResponseWriter, code, text string) {
	answer(w, 400, map[string]any{"error": code, "error_description": text})
}
