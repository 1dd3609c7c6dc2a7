package linkedintest

import (
	"io"
	"net/http"
	"strings"
)

// edit is a partial update: another commentary.
func (s *Server) edit(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Patch struct {
			Set struct {
				Commentary *string `json:"commentary"`
			} `json:"$set"`
		} `json:"patch"`
	}
	data, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	if err := strict(data, &in); err != nil || in.Patch.Set.Commentary == nil || r.Header.Get("X-Restli-Method") != "PARTIAL_UPDATE" ||
		!strings.Contains(r.URL.EscapedPath(), "urn%3Ali%3A") {
		s.wrong("a change of %q: %.300q", r.URL.EscapedPath(), data)
		fail(w, 400, "", "the change cannot be read")
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.posts {
		if p.URN == r.PathValue("urn") && !p.Deleted {
			p.Little, p.Text = *in.Patch.Set.Commentary, Read(*in.Patch.Set.Commentary)
			w.WriteHeader(http.StatusNoContent)
			return
		}
	}
	fail(w, 404, "", "Entity not found")
}
