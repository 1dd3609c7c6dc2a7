package discordwebhooktest

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"unicode/utf16"
)

// edit gives a message other words. What the request does not name stays as it is.
func (s *Server) edit(w http.ResponseWriter, r *http.Request) {
	if !s.known(w, r) {
		return
	}
	body, err := io.ReadAll(r.Body)
	var document any
	var in struct {
		Content *string `json:"content"`
	}
	if err != nil || json.Unmarshal(body, &document) != nil || json.Unmarshal(body, &in) != nil {
		fail(w, http.StatusBadRequest, 50109, "The request body contains invalid JSON.")
		return
	}
	thread := r.URL.Query().Get("thread_id")
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.changes.Validate(document); err != nil {
		s.broken = append(s.broken, err.Error())
		fail(w, http.StatusBadRequest, 50035, "Invalid Form Body")
		return
	}
	for i, m := range s.messages {
		if m.ID != r.PathValue("message") || m.In != thread && (m.In != Channel || thread != "") {
			continue
		}
		if in.Content != nil {
			m.Text = strings.TrimSpace(*in.Content)
		}
		switch {
		case m.Text == "" && len(m.Files) == 0:
			fail(w, http.StatusBadRequest, 50006, "Cannot send an empty message")
		case len(utf16.Encode([]rune(m.Text))) > 2000:
			fail(w, http.StatusBadRequest, 50035, "Invalid Form Body")
		default:
			s.messages[i] = m
			if s.losing > 0 {
				s.losing--
				panic(http.ErrAbortHandler)
			}
			answer(w, http.StatusOK, shown(m, r.PathValue("hook")))
		}
		return
	}
	fail(w, http.StatusNotFound, 10008, "Unknown Message")
}

// LoseEdits cuts the connection after the next n changes that were made.
func (s *Server) LoseEdits(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.losing = n
}
