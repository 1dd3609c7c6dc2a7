package youtubetest

import (
	"bytes"
	"image"
	_ "image/jpeg" // what a thumbnail is
	_ "image/png"  // what a thumbnail is
	"io"
	"net/http"
)

// Unverified is a channel that has not confirmed a telephone number: it may have no thumbnails of its own.
func (s *Server) Unverified() { s.set(func() { s.unverified = true }) }

// thumbnail sets the picture of a video (developers.google.com/youtube/v3/docs/thumbnails/set, as known in
// 2026).
func (s *Server) thumbnail(w http.ResponseWriter, r *http.Request) {
	content, err := io.ReadAll(r.Body)
	s.mu.Lock()
	defer s.mu.Unlock()
	v := s.video(r.URL.Query().Get("videoId"))
	_, format, unreadable := image.DecodeConfig(bytes.NewReader(content))
	switch {
	case s.unverified:
		fail(w, http.StatusForbidden, "forbidden", "The authenticated user doesn't have permissions to upload and set custom video thumbnails.")
		return
	case v == nil:
		fail(w, http.StatusNotFound, "videoNotFound", "The video that you are trying to insert a thumbnail image for cannot be found.")
		return
	case err != nil || len(content) == 0:
		fail(w, http.StatusBadRequest, "mediaBodyRequired", "The request does not include the image content.")
		return
	case unreadable != nil || "image/"+format != r.Header.Get("Content-Type") || len(content) > 2_000_000:
		fail(w, http.StatusBadRequest, "invalidImage", "The provided image content is invalid.")
		return
	}
	v.Thumbnail = content
	answer(w, http.StatusOK, map[string]any{"kind": "youtube#thumbnailSetResponse", "items": []any{map[string]any{
		"default": map[string]any{"url": "https://i.ytimg.com/vi/" + v.ID + "/default.jpg", "width": 120, "height": 90},
	}}})
}
