package reddittest

import (
	"net/http"
	"unicode/utf8"
)

// edit gives the text of a text post anew.
func (s *Server) edit(w http.ResponseWriter, r *http.Request) {
	if r.PostFormValue("api_type") != "json" {
		s.breaks("a change without api_type")
	}
	said := r.PostFormValue("text")
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, p := range s.posts {
		if "t3_"+p.ID != r.PostFormValue("thing_id") || p.Deleted {
			continue
		}
		switch {
		case p.Kind != "self":
			errorOf(w, "INVALID_SELFPOST", "that is not a text post", "thing_id", 0)
		case utf8.RuneCountInString(said) > 40000:
			errorOf(w, "TOO_LONG", "this is too long (max: 40000)", "text", 0)
		default:
			s.posts[i].Text = said
			answer(w, map[string]any{"json": map[string]any{"errors": []any{}, "data": map[string]any{
				"things": []any{shown(s.posts[i])},
			}}})
		}
		return
	}
	problem(w, http.StatusForbidden, "Forbidden", "")
}
