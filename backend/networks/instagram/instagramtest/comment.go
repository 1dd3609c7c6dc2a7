package instagramtest

import (
	"net/http"
	"slices"
	"strconv"

	"postbag/backend/network/networktest"
)

// comment writes one under a post that is no story. The caller holds the lock.
func (s *Server) comment(w http.ResponseWriter, post, text string) {
	if len(s.late) > 0 {
		s.failures, s.late = slices.Insert(s.failures, 0, s.late[0]), s.late[1:]
	}
	if s.silent {
		fail(w, http.StatusForbidden, 10, 0, "Application does not have permission for this action")
		return
	}
	failure, over := s.played(w)
	if over {
		return
	}
	at := slices.IndexFunc(s.shown, func(c *Container) bool { return c.Post == post })
	if at < 0 || s.shown[at].Form.Get("media_type") == "STORIES" || text == "" {
		fail(w, http.StatusBadRequest, 100, 33, "Unsupported post request. Object with ID '"+post+"' does not exist")
		return
	}
	s.serial++
	c := Comment{ID: strconv.Itoa(17870913679150000 + s.serial), Post: post, Text: text}
	s.comments = append(s.comments, c)
	ended(w, failure, c.ID)
}

// FailComment makes the next comment fail, and no post.
func (s *Server) FailComment(f networktest.Failure) { s.set(func() { s.late = append(s.late, f) }) }

// Silence takes the permission to write comments away.
func (s *Server) Silence() { s.set(func() { s.silent = true }) }

// Comments are those that were written, oldest first.
func (s *Server) Comments() []Comment {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.comments)
}
