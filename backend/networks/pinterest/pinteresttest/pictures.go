package pinteresttest

import (
	"bytes"
	"encoding/base64"
	"image"
	_ "image/jpeg" // what a pin takes
	_ "image/png"  // what a pin takes
	"net/http"
)

// The schemas of what a pin can be made of here, by their source_type.
func sourceSchemas() map[string]string {
	return map[string]string{
		"video_id": "PinMediaSourceVideoID", "image_base64": "PinMediaSourceImageBase64", "multiple_image_base64": "PinMediaSourceImagesBase64",
	}
}

// pictures reads the pictures of a new pin: none of one that is made of a video. It reports false once it
// has answered.
func (s *Server) pictures(w http.ResponseWriter, source map[string]any) (found [][]byte, slots []Slot, ok bool) {
	kind := text(source["source_type"])
	schema, known := sourceSchemas()[kind]
	if why := s.document.unknown(schema, source); !known || why != "" {
		s.breaks("a source that Postbag does not make: " + kind + " " + why)
		fail(w, http.StatusBadRequest, 1, "Invalid media source")
		return nil, nil, false
	}
	items := []any{source}
	switch kind {
	case "video_id":
		return nil, nil, true
	case "multiple_image_base64":
		items, _ = source["items"].([]any) // the schema says so
	}
	for _, item := range items {
		it, _ := item.(map[string]any)
		content, ok := pictureOf(it["data"], it["content_type"])
		if !ok {
			fail(w, http.StatusBadRequest, 1, "Sorry, this image cannot be used.")
			return nil, nil, false
		}
		found = append(found, content)
		if kind == "multiple_image_base64" {
			if why := s.document.unknown("PinMediaSourceImagesBase64Item", it); why != "" {
				s.breaks(why)
			}
			slots = append(slots, Slot{text(it["title"]), text(it["description"]), text(it["link"])})
		}
	}
	return found, slots, true
}

// pictureOf reads a picture as base64 of the type that it says. It reports false for what is none.
func pictureOf(data, mime any) ([]byte, bool) {
	content, err := base64.StdEncoding.DecodeString(text(data))
	_, format, unreadable := image.DecodeConfig(bytes.NewReader(content))
	return content, err == nil && unreadable == nil && "image/"+format == text(mime) && len(content) <= 20_000_000
}
