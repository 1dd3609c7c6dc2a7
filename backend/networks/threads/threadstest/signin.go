package threadstest

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// The application that a person made at Meta.
const (
	App      = "990602627938098"
	Secret   = "threadstest0f0e0d0c0b0a0908"
	Redirect = "https://localhost/"
)

// signed is what a server knows of sign-ins. Its lock guards it.
type signed struct {
	tokens map[string]time.Time // good ones, and when they were made
	shorts map[string]bool
	codes  map[string]bool
	denied bool
	lacks  string // the permission that no token has
}

// Deny makes the person say no at the next sign-in.
func (s *Server) Deny() { s.set(func() { s.denied = true }) }

// Lack takes a permission from every token.
func (s *Server) Lack(scope string) { s.set(func() { s.lacks = scope }) }

// scopes are the permissions of every token.
func (s *Server) scopes() (list []string) {
	for scope := range strings.SplitSeq("threads_basic,threads_content_publish,threads_manage_replies,threads_read_replies,threads_delete", ",") {
		if scope != s.lacks {
			list = append(list, scope)
		}
	}
	return list
}

// Revoke ends every token.
func (s *Server) Revoke() { s.set(func() { clear(s.tokens) }) }

// Age makes every token two days old.
func (s *Server) Age() {
	s.set(func() {
		for token := range s.tokens {
			s.tokens[token] = time.Now().Add(-48 * time.Hour)
		}
	})
}

// Answers are the good answers of a connect conversation.
func (s *Server) Answers() map[string]string { return map[string]string{"token": GoodToken} }

// WrongAnswer is an answer that must ask again.
func (s *Server) WrongAnswer() (key, value string) { return "token", "THAAanothertokenZDZDZD" }

// page is where a person agrees; here everybody does at once.
func (s *Server) page(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q := r.URL.Query()
	if q.Get("client_id") != App || q.Get("redirect_uri") != Redirect || q.Get("response_type") != "code" ||
		q.Get("scope") != "threads_basic,threads_content_publish,threads_manage_replies,threads_read_replies,threads_delete" {
		http.Error(w, "Invalid platform app", http.StatusBadRequest)
		return
	}
	back := url.Values{"state": {q.Get("state")}}
	if s.denied {
		s.denied = false
		back.Set("error", "access_denied")
		back.Set("error_reason", "user_denied")
	} else {
		s.serial++
		code := "AQBx-hBsH3-code" + strconv.Itoa(s.serial)
		if s.codes == nil {
			s.codes = map[string]bool{}
		}
		s.codes[code] = true
		back.Set("code", code)
	}
	http.Redirect(w, r, Redirect+"?"+back.Encode()+"#_", http.StatusFound)
}

// token gives a token of an hour for a code, once.
func (s *Server) token(w http.ResponseWriter, r *http.Request) {
	err := r.ParseForm()
	s.mu.Lock()
	defer s.mu.Unlock()
	f := r.PostForm
	code := f.Get("code")
	if err != nil || f.Get("client_id") != App || f.Get("client_secret") != Secret || f.Get("grant_type") != "authorization_code" ||
		f.Get("redirect_uri") != Redirect || !s.codes[code] {
		w.WriteHeader(http.StatusBadRequest)
		answer(w, map[string]any{"error_type": "OAuthException", "code": 400, "error_message": "Matching code was not found or was already used"})
		return
	}
	delete(s.codes, code)
	s.serial++
	short := "THAAshortlivedtokenZD" + strconv.Itoa(s.serial)
	if s.shorts == nil {
		s.shorts = map[string]bool{}
	}
	s.shorts[short] = true
	answer(w, map[string]any{"access_token": short, "user_id": 26012345678901234})
}

// exchange gives a token of 60 days for one of an hour.
func (s *Server) exchange(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q := r.URL.Query()
	token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if q.Get("grant_type") != "th_exchange_token" || q.Get("client_secret") != Secret || !s.shorts[token] {
		fail(w, http.StatusBadRequest, 190, 0, "Invalid OAuth access token - Cannot parse access token")
		return
	}
	s.long(w)
}

// refresh gives a new token of 60 days for one that is 24 hours old.
func (s *Server) refresh(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q := r.URL.Query()
	made, good := s.tokens[q.Get("access_token")]
	switch {
	case q.Get("grant_type") != "th_refresh_token" || !good:
		fail(w, http.StatusBadRequest, 190, 0, "Error validating access token: Session has expired")
	case time.Since(made) < 24*time.Hour:
		fail(w, http.StatusBadRequest, 100, 0, "The access token is less than 24 hours old")
	default:
		s.long(w)
	}
}

// long gives a token. The caller holds the lock.
func (s *Server) long(w http.ResponseWriter) {
	s.serial++
	token := "THAAlonglivedtokenZD" + strconv.Itoa(s.serial)
	s.tokens[token] = time.Now()
	answer(w, map[string]any{"access_token": token, "token_type": "bearer", "expires_in": 5183944})
}
