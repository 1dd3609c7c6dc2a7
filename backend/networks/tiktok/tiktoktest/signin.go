package tiktoktest

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
)

// The application that a person made at TikTok for Developers.
const (
	Client = "aw7nk86b7czitwc9"
	Secret = "tiktoktest-app-secret-0f0e0d0c"
)

// scopes are those that are asked for, as TikTok writes them.
const scopes = "user.info.basic,video.publish,video.upload"

// signed is what a server knows of sign-ins. Its lock guards it.
type signed struct {
	tokens    map[string]string            // good ones, with their scopes
	refreshes map[string]bool              // good ones
	codes     map[string]map[string]string // what the page was asked for with them
	denied    bool
	scope     string // given instead of what was asked for
	oddly     bool   // errors of tokens have the status 200
}

// Deny makes the person say no at the next sign-in.
func (s *Server) Deny() { s.set(func() { s.denied = true }) }

// Grant gives other scopes than were asked for.
func (s *Server) Grant(scope string) { s.set(func() { s.scope = scope }) }

// Oddly answers errors of tokens with the status 200.
func (s *Server) Oddly() { s.set(func() { s.oddly = true }) }

// Revoke ends every token and refresh token.
func (s *Server) Revoke() { s.set(func() { clear(s.tokens); clear(s.refreshes) }) }

// Answers are the good answers of a connect conversation.
func (s *Server) Answers() map[string]string {
	return map[string]string{"client": Client, "secret": Secret}
}

// WrongAnswer is an answer that must ask again.
func (s *Server) WrongAnswer() (key, value string) { return "secret", "another-secret" }

// redirectForm is that of what a person registers as http://127.0.0.1:*/callback/ (Login Kit for Desktop).
var redirectForm = regexp.MustCompile(`^http://127\.0\.0\.1:[0-9]+/callback/$`)

// page is where a person agrees; here everybody does at once.
func (s *Server) page(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q := r.URL.Query()
	to, err := url.Parse(q.Get("redirect_uri"))
	if err != nil || !redirectForm.MatchString(q.Get("redirect_uri")) || q.Get("client_key") != Client || q.Get("response_type") != "code" ||
		q.Get("code_challenge_method") != "S256" || q.Get("scope") != scopes || q.Get("state") == "" || q.Has("client_id") {
		http.Error(w, "Something went wrong", http.StatusBadRequest)
		return
	}
	back := url.Values{"state": {q.Get("state")}}
	if s.denied {
		s.denied = false
		back.Set("error", "access_denied")
		back.Set("error_description", "User denied access")
	} else {
		s.serial++
		code := "code-" + strconv.Itoa(s.serial) + "*!1234.e1"
		s.codes[code] = map[string]string{"redirect": q.Get("redirect_uri"), "challenge": q.Get("code_challenge")}
		back.Set("code", code)
		back.Set("scopes", scopes)
	}
	to.RawQuery = back.Encode()
	http.Redirect(w, r, to.String(), http.StatusFound)
}

// token is the token endpoint. A code is good once, for who has the proof; a refresh token is replaced when
// it is used (Refresh a User Access Token, 2 November 2026).
func (s *Server) token(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	refuse := func(code string) {
		status := http.StatusBadRequest
		if s.oddly {
			status = http.StatusOK
		}
		reply(w, status, map[string]any{"error": code, "error_description": "The request is refused.", "log_id": "2022062119180901022"})
	}
	if err := r.ParseForm(); err != nil || r.Header.Get("Content-Type") != "application/x-www-form-urlencoded" {
		refuse("invalid_request")
		return
	}
	form := r.PostForm
	if form.Get("client_key") != Client || form.Get("client_secret") != Secret {
		refuse("invalid_client")
		return
	}
	switch form.Get("grant_type") {
	case "authorization_code":
		asked, ok := s.codes[form.Get("code")]
		if !ok || asked["redirect"] != form.Get("redirect_uri") || asked["challenge"] != hexOf(form.Get("code_verifier")) {
			refuse("invalid_grant")
			return
		}
		delete(s.codes, form.Get("code"))
	case "refresh_token":
		if !s.refreshes[form.Get("refresh_token")] {
			refuse("invalid_grant")
			return
		}
		delete(s.refreshes, form.Get("refresh_token"))
	default:
		refuse("unsupported_grant_type")
		return
	}
	s.serial++
	access, refresh := "act.tiktoktest-"+strconv.Itoa(s.serial), "rft.tiktoktest-"+strconv.Itoa(s.serial)
	given := scopes
	if s.scope != "" {
		given = s.scope
	}
	s.tokens[access], s.refreshes[refresh] = given, true
	reply(w, http.StatusOK, map[string]any{
		"access_token": access, "expires_in": 7200, "open_id": OpenID, "refresh_expires_in": 15552000,
		"refresh_token": refresh, "scope": given, "token_type": "Bearer",
	})
}

// hexOf is what the page was told of a proof (Login Kit for Desktop): hexadecimal, and 43 to 128 characters.
func hexOf(verifier string) string {
	if len(verifier) < 43 || len(verifier) > 128 {
		return "refused"
	}
	sum := sha256.Sum256([]byte(verifier))
	return hex.EncodeToString(sum[:])
}

func (s *Server) user(w http.ResponseWriter, r *http.Request) {
	if r.URL.Query().Get("fields") != "open_id,display_name" {
		s.breaks("the fields " + r.URL.Query().Get("fields"))
	}
	answer(w, map[string]any{"user": map[string]any{"open_id": OpenID, "display_name": Nickname}})
}
