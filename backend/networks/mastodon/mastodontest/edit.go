package mastodontest

import (
	"encoding/json"
	"net/http"
	"slices"
)

// edited is the body of PUT /api/v1/statuses/:id.
type edited struct {
	newStatus
	Described []struct {
		ID          string  `json:"id"`
		Description *string `json:"description"`
	} `json:"media_attributes"`
}

// edit is PUT /api/v1/statuses/:id: what the request does not name is taken off.
func (s *Server) edit(w http.ResponseWriter, r *http.Request) {
	var in edited
	decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&in); err != nil {
		fail(w, http.StatusBadRequest, "Error occurred while parsing request parameters")
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	i := s.index(r.PathValue("id"))
	if i < 0 {
		fail(w, http.StatusNotFound, "Record not found")
		return
	}
	st := s.statuses[i]
	if s.length(in.newStatus) > s.kind().chars {
		fail(w, s.kind().invalid, "Validation failed: Text character limit exceeded")
		return
	}
	var kept []Media
	for _, id := range in.MediaIDs {
		at := slices.IndexFunc(st.Media, func(m Media) bool { return m.ID == id })
		if at < 0 {
			fail(w, http.StatusNotFound, "Record not found")
			return
		}
		kept = append(kept, st.Media[at])
	}
	for _, d := range in.Described {
		for k := range kept {
			if kept[k].ID == d.ID && d.Description != nil && s.flavour == Mastodon {
				kept[k].Alt = *d.Description
			}
		}
	}
	st.Text, st.Warning, st.Sensitive, st.Media = in.Status, in.SpoilerText, in.Sensitive, kept
	if in.Language != "" {
		st.Language = in.Language
	}
	s.statuses[i] = st
	answer(w, http.StatusOK, s.entity(st))
}
