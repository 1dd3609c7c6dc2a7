package discordtest

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
)

// Write saves a message of somebody.
func (s *Server) Write(by, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.save(Message{By: by, Text: text})
}

// edit gives a message other words. What the request does not name stays as it is.
func (s *Server) edit(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	var document any
	var in struct {
		Content *string `json:"content"`
	}
	if err != nil || json.Unmarshal(body, &document) != nil || json.Unmarshal(body, &in) != nil {
		fail(w, http.StatusBadRequest, 50035, "Invalid Form Body")
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.changes.Validate(document); err != nil {
		s.broken = append(s.broken, err.Error())
		fail(w, http.StatusBadRequest, 50035, "Invalid Form Body")
		return
	}
	for i, m := range s.messages {
		if m.ID != r.PathValue("message") {
			continue
		}
		if m.By != Bot {
			fail(w, http.StatusForbidden, 50005, "Cannot edit a message authored by another user")
			return
		}
		if in.Content != nil {
			m.Text = strings.TrimSpace(*in.Content)
		}
		switch {
		case m.Text == "" && len(m.Files) == 0:
			fail(w, http.StatusBadRequest, 50006, "Cannot send an empty message")
		case len([]rune(m.Text)) > mostContent:
			fail(w, http.StatusBadRequest, 50035, "Invalid Form Body")
		default:
			s.messages[i] = m
			answer(w, http.StatusOK, shown(m))
		}
		return
	}
	fail(w, http.StatusNotFound, 10008, "Unknown Message")
}
