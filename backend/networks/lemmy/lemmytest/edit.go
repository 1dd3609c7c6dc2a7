package lemmytest

import (
	"net/http"
	"strconv"
)

// changed is EditPost of the description.
type changed struct {
	ID *int `json:"post_id"`
	sent
}

// edit changes a post of the account's own. What the request does not name stays.
func (s *Server) edit(w http.ResponseWriter, r *http.Request) {
	var in changed
	if !s.decode(w, r, &in) || !s.needsAccount(w, r) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if in.ID == nil || in.Community != nil {
		http.Error(w, "Json deserialize error", http.StatusBadRequest)
		return
	}
	i := s.index(strconv.Itoa(*in.ID))
	if i < 0 {
		s.fail(w, "couldnt_find_post")
		return
	}
	p := s.posts[i]
	if p.By != Person {
		s.fail(w, "no_post_edit_allowed")
		return
	}
	if in.Name == nil {
		in.Name = &p.Name
	}
	in.Community = &p.Community
	if code := refusal(in.sent); code != "" {
		s.fail(w, code)
		return
	}
	p.Name = *in.Name
	if in.Body != nil {
		p.Body = *in.Body
	}
	if in.AltText != nil {
		p.Alt = *in.AltText
	}
	s.posts[i] = p
	answer(w, http.StatusOK, map[string]any{"post_view": s.shown(p)})
}
