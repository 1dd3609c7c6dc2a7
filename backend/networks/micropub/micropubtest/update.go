package micropubtest

import (
	"bytes"
	"encoding/json"
	"net/http"
)

// update replaces the text of a post ("Update").
func (s *Server) update(w http.ResponseWriter, body []byte) {
	var in struct {
		Action  string              `json:"action"`
		URL     string              `json:"url"`
		Replace map[string][]string `json:"replace"`
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&in); err != nil || in.Action != "update" || len(in.Replace) != 1 || len(in.Replace["content"]) != 1 {
		s.wrong("the change %s", body)
		refuse(w, 400, "invalid_request", "nothing to change")
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, p := range s.posts {
		if p.URL == in.URL && !p.Deleted {
			s.posts[i].Text = in.Replace["content"][0]
			w.WriteHeader(http.StatusNoContent)
			return
		}
	}
	refuse(w, 400, "invalid_request", in.URL+" not found")
}
