package blueskytest

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// issue makes a pair of tokens. They look like the real ones, whose middle part says when they
// end, and are signed with nothing. The lock is held.
func (s *Server) issue() (access, refresh string) {
	s.issued++
	end := time.Now().Add(accessLife)
	access = token("access", s.issued, end)
	refresh = token("refresh", s.issued, end.Add(90*24*time.Hour))
	s.access[access] = end
	s.refresh[refresh] = true
	return access, refresh
}

func token(kind string, n int, end time.Time) string {
	part := base64.RawURLEncoding.EncodeToString
	claims := fmt.Appendf(nil, `{"scope":"com.atproto.%s","sub":"%s","exp":%d,"jti":"%s-%d"}`, kind, did, end.Unix(), kind, n)
	return part([]byte(`{"typ":"JWT","alg":"none"}`)) + "." + part(claims) + "." + part(fmt.Appendf(nil, "%s %d", kind, n))
}

// bearer returns the token of a request, or answers for the server and returns "".
func bearer(w http.ResponseWriter, r *http.Request) string {
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok {
		refuse(w, http.StatusUnauthorized, "AuthMissing", "Authentication Required")
	}
	return token
}

// authorised reports whether a request has a good access token; if not, it has been answered.
// A token that has ended is 400 here, not 401.
func (s *Server) authorised(w http.ResponseWriter, r *http.Request) bool {
	if token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "DPoP "); ok {
		return s.authorisedBound(w, r, token)
	}
	token := bearer(w, r)
	if token == "" {
		return false
	}
	s.mu.Lock()
	end, known := s.access[token]
	s.mu.Unlock()
	switch {
	case known && time.Now().Before(end):
		return true
	case known:
		refuse(w, http.StatusBadRequest, "ExpiredToken", "Token has expired")
	default:
		refuse(w, http.StatusBadRequest, "InvalidToken", "Token could not be verified")
	}
	return false
}

func (s *Server) createSession(w http.ResponseWriter, r *http.Request) {
	var input struct {
		Identifier string `json:"identifier"`
		Password   string `json:"password"`
		Factor     string `json:"authFactorToken"`
	}
	if !read(w, r, &input) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	for len(s.sessions) > 0 && now.Sub(s.sessions[0]) > sessionWindow {
		s.sessions = s.sessions[1:]
	}
	if len(s.sessions) >= sessionsEach {
		limited(w, sessionWindow-now.Sub(s.sessions[0]))
		return
	}
	s.sessions = append(s.sessions, now)
	if (input.Identifier != handle && input.Identifier != did) || input.Password != password {
		refuse(w, http.StatusUnauthorized, "AuthenticationRequired", "Invalid identifier or password")
		return
	}
	if s.factor != "" && input.Factor != s.factor {
		refuse(w, http.StatusUnauthorized, "AuthFactorTokenRequired", "A sign in code has been sent to your email address")
		return
	}
	s.answerSession(w)
}

func (s *Server) refreshSession(w http.ResponseWriter, r *http.Request) {
	token := bearer(w, r)
	if token == "" {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.refresh[token] {
		refuse(w, http.StatusBadRequest, "ExpiredToken", "Token has been revoked")
		return
	}
	s.answerSession(w) // the old token stays good for two hours
}

// answerSession sends new tokens. The lock is held.
func (s *Server) answerSession(w http.ResponseWriter) {
	access, refresh := s.issue()
	answer(w, map[string]any{
		"accessJwt": access, "refreshJwt": refresh, "handle": handle, "did": did, "active": true,
		"email": "alice@example.test", "emailConfirmed": true,
		"didDoc": map[string]any{
			"id": did, "alsoKnownAs": []string{"at://" + handle},
			"service": []any{map[string]any{
				"id": "#atproto_pds", "type": "AtprotoPersonalDataServer", "serviceEndpoint": s.URL,
			}},
		},
	})
}

func (s *Server) getSession(w http.ResponseWriter, r *http.Request) {
	if s.authorised(w, r) {
		answer(w, map[string]any{"handle": handle, "did": did, "active": true})
	}
}

func (s *Server) describe(w http.ResponseWriter, _ *http.Request) {
	answer(w, map[string]any{
		"did": serverDID, "availableUserDomains": []string{".test"}, "inviteCodeRequired": false,
		"blobUploadLimit": blobLimit,
	})
}

func (s *Server) resolve(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Query().Get("handle") {
	case handle:
		answer(w, map[string]string{"did": did})
	case OtherHandle:
		answer(w, map[string]string{"did": OtherDID})
	default:
		refuse(w, http.StatusBadRequest, "HandleNotFound", "Unable to resolve handle")
	}
}

// read decodes a body of JSON of the size the server takes; if it cannot, it has answered.
func read(w http.ResponseWriter, r *http.Request, into any) bool {
	body := http.MaxBytesReader(w, r.Body, bodyLimit)
	decoder := json.NewDecoder(body)
	decoder.UseNumber()
	if err := decoder.Decode(into); err != nil {
		if r.ContentLength > bodyLimit {
			refuse(w, http.StatusRequestEntityTooLarge, "PayloadTooLarge", "request entity too large")
		} else {
			refuse(w, http.StatusBadRequest, "InvalidRequest", "Invalid JSON")
		}
		return false
	}
	return true
}

func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_ = json.NewEncoder(w).Encode(v) // the other side may be gone
}

func refuse(w http.ResponseWriter, status int, code, message string) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"error": code, "message": message})
}

// limited answers 429 as the server does.
func limited(w http.ResponseWriter, wait time.Duration) {
	seconds := int(wait.Round(time.Second) / time.Second)
	w.Header().Set("Retry-After", strconv.Itoa(seconds))
	w.Header().Set("RateLimit-Reset", strconv.FormatInt(time.Now().Add(wait).Unix(), 10))
	refuse(w, http.StatusTooManyRequests, "RateLimitExceeded", "Rate Limit Exceeded")
}
