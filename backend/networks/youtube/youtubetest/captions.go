package youtubetest

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
)

// caption adds a caption track to a video (developers.google.com/youtube/v3/docs/captions/insert, as known in
// 2026): one for each language and name.
func (s *Server) caption(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the client has gone
	}
	said, file := related(r, body)
	var track struct {
		Snippet struct {
			Video    string  `json:"videoId"`
			Language string  `json:"language"`
			Name     *string `json:"name"`
		} `json:"snippet"`
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	malformed := json.Unmarshal(said, &track) != nil
	in := track.Snippet
	v := s.video(in.Video)
	switch {
	case s.noCaptions:
		fail(w, http.StatusForbidden, "insufficientPermissions", "Request had insufficient authentication scopes.")
	case malformed || in.Language == "" || in.Name == nil:
		fail(w, http.StatusBadRequest, "invalidMetadata", "The request contains invalid metadata values.")
	case strings.TrimSpace(string(file)) == "":
		fail(w, http.StatusBadRequest, "contentRequired", "The request does not contain the caption track contents.")
	case v == nil:
		fail(w, http.StatusNotFound, "videoNotFound", "The video identified by the videoId parameter could not be found.")
	default:
		if _, there := v.Captions[in.Language]; there {
			fail(w, http.StatusConflict, "captionExists", "The specified video already has a caption track with the given language and name.")
			return
		}
		if v.Captions == nil {
			v.Captions = map[string]string{}
		}
		v.Captions[in.Language] = string(file)
		if s.loseCaptions {
			s.loseCaptions = false
			drop(w)
			return
		}
		answer(w, http.StatusOK, map[string]any{"kind": "youtube#caption", "id": "AUieDaZ" + in.Language, "snippet": map[string]any{
			"videoId": in.Video, "language": in.Language, "name": *in.Name, "trackKind": "standard", "status": "serving", "lastUpdated": "2026-11-23T10:00:00Z",
		}})
	}
}

// Uncaptioned leaves the sign-in without the permission to set captions.
func (s *Server) Uncaptioned() { s.set(func() { s.noCaptions = true }) }

// LoseCaptions takes the next captions and never says so.
func (s *Server) LoseCaptions() { s.set(func() { s.loseCaptions = true }) }

// drop ends a connection without an answer.
func drop(w http.ResponseWriter) {
	if h, ok := w.(http.Hijacker); ok {
		if conn, _, err := h.Hijack(); err == nil {
			_ = conn.Close()
		}
	}
}
