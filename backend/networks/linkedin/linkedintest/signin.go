package linkedintest

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// suiteRedirect is the address that the suite of networks comes back to; the application has it, too.
const suiteRedirect = "http://127.0.0.1:53682/callback"

// authorize is LinkedIn's page, on which the member agrees at once.
func (s *Server) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	back := q.Get("redirect_uri")
	if q.Get("response_type") != "code" || q.Get("client_id") != ClientID || q.Get("state") == "" || !slices.Contains([]string{Redirect, suiteRedirect}, back) {
		http.Error(w, "Bummer, something went wrong.", http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	answers := url.Values{"state": {q.Get("state")}}
	refuse := s.refuse
	for _, scope := range strings.Fields(q.Get("scope")) {
		if !slices.Contains(s.scopes, scope) {
			refuse = "unauthorized_scope_error"
		}
	}
	if refuse != "" {
		answers.Set("error", refuse)
		answers.Set("error_description", "The request was not granted")
	} else {
		s.serial++
		code := fmt.Sprintf("AQT-code-%d", s.serial)
		s.codes[code] = back
		answers.Set("code", code)
	}
	http.Redirect(w, r, back+"?"+answers.Encode(), http.StatusFound)
}

// token gives a token for a code, once. Its documented form names no token type.
func (s *Server) token(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	back, known := s.codes[r.PostFormValue("code")]
	delete(s.codes, r.PostFormValue("code"))
	switch {
	case r.PostFormValue("client_id") != ClientID || r.PostFormValue("client_secret") != Secret:
		refuse(w, 401, "invalid_client", "Client authentication failed")
	case r.PostFormValue("grant_type") != "authorization_code" || !known || back != r.PostFormValue("redirect_uri"):
		refuse(w, 400, "invalid_request", "Unable to retrieve access token: appid/redirect uri/code verifier does not match authorization code.")
	default:
		answer(w, map[string]any{"access_token": goodToken, "expires_in": 5184000, "scope": strings.Join(s.scopes, ",")})
	}
}

// Ends is when the good token ends, as introspection says.
func Ends() time.Time { return time.Date(2027, 1, 20, 12, 0, 0, 0, time.UTC) }

func (s *Server) introspect(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch token := r.PostFormValue("token"); {
	case r.PostFormValue("client_secret") != Secret:
		refuse(w, 401, "invalid_client", "Client authentication failed")
	case r.PostFormValue("client_id") != ClientID || token != goodToken && token != "AQX-old-token":
		refuse(w, 400, "invalid_request", "Invalid client id or token")
	case token != goodToken:
		answer(w, map[string]any{"active": false, "status": "expired", "expires_at": Ends().Add(-9000 * time.Hour).Unix()})
	default:
		answer(w, map[string]any{
			"active": true, "status": "active", "client_id": ClientID, "created_at": Ends().Add(-1440 * time.Hour).Unix(),
			"expires_at": Ends().Unix(), "scope": strings.Join(s.scopes, ","), "auth_type": "3L",
		})
	}
}

// refuse says no as OAuth does.
func refuse(w http.ResponseWriter, status int, code, why string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = fmt.Fprintf(w, `{"error":%q,"error_description":%q}`, code, why) // the client may have gone
}
