package misskeytest

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// session is one that was allowed on the page, and not asked for yet.
type session struct {
	permissions []string
	asked       bool
}

var (
	uuid  = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	known = []string{"read:account", "write:account", "read:drive", "write:drive", "read:notifications", "write:notes", "write:reactions"}
)

// page is what the browser opens; the person agrees at once, or is shown that it is done.
func (s *Server) page(w http.ResponseWriter, r *http.Request) {
	q, id := r.URL.Query(), r.PathValue("session")
	permissions := strings.Split(q.Get("permission"), ",")
	if !uuid.MatchString(id) || q.Get("name") == "" || slices.ContainsFunc(permissions, func(p string) bool { return !slices.Contains(known, p) }) {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	s.sessions[id] = session{permissions: permissions}
	s.mu.Unlock()
	callback, err := url.Parse(q.Get("callback"))
	if q.Get("callback") == "" || err != nil || callback.Host == "" {
		_, _ = w.Write([]byte("Go back to the application.")) // the client may have gone
		return
	}
	values := callback.Query()
	values.Set("session", id)
	callback.RawQuery = values.Encode()
	http.Redirect(w, r, callback.String(), http.StatusFound)
}

// check gives the token of a session, once.
func (s *Server) check(w http.ResponseWriter, r *http.Request) {
	if _, ok := body[map[string]any](w, r); !ok {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	id := r.PathValue("session")
	one, ok := s.sessions[id]
	if !ok || one.asked {
		answer(w, http.StatusOK, map[string]any{"ok": false})
		return
	}
	one.asked = true
	s.sessions[id] = one
	token := "signedIn" + s.id()
	s.tokens[token] = one.permissions
	answer(w, http.StatusOK, map[string]any{"ok": true, "token": token, "user": map[string]any{"id": UserID, "username": username}})
}

// search knows two accounts besides its own.
func search(w http.ResponseWriter, r *http.Request) {
	in, ok := body[struct {
		Username *string `json:"username"`
		Host     *string `json:"host"`
		Limit    int     `json:"limit"`
	}](w, r)
	if !ok {
		return
	}
	if in.Username == nil && in.Host == nil || in.Limit < 1 || in.Limit > 100 {
		fail(w, http.StatusBadRequest, "INVALID_PARAM", "Invalid param.")
		return
	}
	list := []any{}
	for _, u := range []struct{ name, host, display string }{{"bob", "", "Bob"}, {"bo", "other.example", ""}} {
		if in.Username != nil && !strings.HasPrefix(u.name, strings.ToLower(*in.Username)) || in.Host != nil && !strings.HasPrefix(u.host, strings.ToLower(*in.Host)) {
			continue
		}
		list = append(list, map[string]any{"id": "a1" + u.name, "username": u.name, "host": orNull(u.host), "name": orNull(u.display)})
	}
	answer(w, http.StatusOK, list)
}
