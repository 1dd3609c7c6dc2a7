package googlebusinesstest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"unicode/utf8"
)

// edit changes what its mask names: the words alone.
func (s *Server) edit(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Summary *string `json:"summary"`
	}
	body := json.NewDecoder(r.Body)
	body.DisallowUnknownFields()
	if err := body.Decode(&in); err != nil || in.Summary == nil || r.URL.Query().Get("updateMask") != "summary" {
		s.breaks(fmt.Sprintf("a change that is none: %q, %v", r.URL.RawQuery, err))
		problem(w, http.StatusBadRequest, "INVALID_ARGUMENT", "Invalid JSON payload received.")
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, p := range s.posts {
		if p.ID != r.PathValue("id") || p.Location != r.PathValue("location") {
			continue
		}
		if strings.TrimSpace(*in.Summary) == "" && !p.Picture || utf8.RuneCountInString(*in.Summary) > 1500 {
			problem(w, http.StatusBadRequest, "INVALID_ARGUMENT", "Request contains an invalid argument: summary")
			return
		}
		s.posts[i].Text = *in.Summary
		answer(w, shown(s.posts[i]))
		return
	}
	problem(w, http.StatusNotFound, "NOT_FOUND", "Requested entity was not found.")
}
