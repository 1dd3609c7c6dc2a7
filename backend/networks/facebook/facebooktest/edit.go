package facebooktest

import (
	"net/http"
	"slices"
)

// edit gives a post another message.
func (s *Server) edit(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil || len(r.PostForm["message"]) != 1 || r.PostForm.Get("message") == "" {
		s.wrong("the change %v", r.PostForm)
	}
	if !s.may(w, "pages_manage_posts") {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	id := r.PathValue("id")
	at := slices.IndexFunc(s.posts, func(p *Post) bool { return p.ID == id })
	if at < 0 {
		fail(w, 400, 100, 33, "Unsupported post request. Object with ID '"+id+"' does not exist, cannot be loaded due to missing permissions, or does not support this operation")
		return
	}
	s.posts[at].Text = r.PostForm.Get("message")
	answer(w, map[string]any{"success": true})
}
