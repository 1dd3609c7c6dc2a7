package tumblrtest

import (
	"errors"
	"net/http"
)

// edit is PUT /posts/{post-id}: the whole post anew.
func (s *Server) edit(w http.ResponseWriter, r *http.Request) {
	in, parts, err := read(r)
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.known(r.PathValue("blog")) {
		fail(w, http.StatusNotFound, 0, "Not Found")
		return
	}
	var post Post
	if err == nil {
		post, err = checked(in, parts)
	}
	if err != nil {
		bad := &refused{8001, err.Error()}
		_ = errors.As(err, &bad)
		fail(w, http.StatusBadRequest, bad.code, bad.why)
		return
	}
	for i, old := range s.posts {
		if old.ID == r.PathValue("id") {
			post.ID, post.At = old.ID, old.At
			s.posts[i] = post
			answer(w, http.StatusOK, map[string]any{"id": post.ID})
			return
		}
	}
	fail(w, http.StatusNotFound, 0, "Not Found")
}
