package mastodontest

import (
	"io"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

type limits struct {
	chars, attachments, url, pollOptions, alt int
	fileBytes                                 int64
}

func (s *Server) limits() limits {
	if s.flavour == GoToSocial {
		return limits{chars: 5000, attachments: 6, url: 25, pollOptions: 6, alt: 1500, fileBytes: 41943040}
	}
	return limits{chars: 500, attachments: 4, url: 23, pollOptions: 4, alt: 1500, fileBytes: 16777216}
}

var mimeTypes = []string{
	"image/jpeg", "image/png", "image/gif", "image/heic", "image/heif", "image/webp", "image/avif",
	"video/webm", "video/mp4", "video/quicktime", "video/ogg", "audio/wave", "audio/mpeg",
}

// instance is GET /api/v1/instance and /api/v2/instance.
func (s *Server) instance(w http.ResponseWriter, r *http.Request) {
	l := s.limits()
	about := map[string]any{
		"title": "A stand-in", "version": "4.5.0",
		"configuration": map[string]any{
			"statuses": map[string]any{
				"max_characters": l.chars, "max_media_attachments": l.attachments, "characters_reserved_per_url": l.url,
			},
			"media_attachments": map[string]any{
				"supported_mime_types": mimeTypes, "description_limit": l.alt,
				"image_size_limit": l.fileBytes, "image_matrix_limit": 33177600,
				"video_size_limit": max(l.fileBytes, 103809024), "video_frame_rate_limit": 120, "video_matrix_limit": 8294400,
			},
			"polls": map[string]any{
				"max_options": l.pollOptions, "max_characters_per_option": 50, "min_expiration": 300, "max_expiration": 2629746,
			},
		},
	}
	if strings.HasPrefix(r.URL.Path, "/api/v2") {
		about["domain"] = domain
		about["api_versions"] = map[string]any{"mastodon": 6}
	} else {
		about["uri"] = domain
	}
	if s.flavour == GoToSocial {
		about["version"] = "0.20.0+git"
		about["api_versions"] = nil
	}
	answer(w, http.StatusOK, about)
}

// nodeInfoLinks is GET /.well-known/nodeinfo.
func (s *Server) nodeInfoLinks(w http.ResponseWriter, _ *http.Request) {
	answer(w, http.StatusOK, map[string]any{"links": []any{map[string]string{
		"rel": "http://nodeinfo.diaspora.software/ns/schema/2.0", "href": "https://" + domain + "/nodeinfo/2.0",
	}}})
}

// nodeInfo is GET /nodeinfo/2.0.
func (s *Server) nodeInfo(w http.ResponseWriter, _ *http.Request) {
	version := "4.5.0"
	if s.flavour == GoToSocial {
		version = "0.20.0+git"
	}
	answer(w, http.StatusOK, map[string]any{
		"version": "2.0", "software": map[string]string{"name": string(s.flavour), "version": version},
		"protocols": []string{"activitypub"},
	})
}

// verify is GET /api/v1/accounts/verify_credentials.
func (s *Server) verify(w http.ResponseWriter, _ *http.Request) {
	answer(w, http.StatusOK, map[string]any{
		"id": accountID, "username": username, "acct": username, "display_name": "Ana",
		"url": "https://" + domain + "/@" + username, "source": map[string]any{"privacy": "unlisted", "sensitive": false},
	})
}

// upload is POST /api/v2/media.
func (s *Server) upload(w http.ResponseWriter, r *http.Request) {
	l := s.limits()
	parts, err := r.MultipartReader()
	if err != nil {
		fail(w, http.StatusUnprocessableEntity, "Validation failed: File can't be blank")
		return
	}
	m := &Media{}
	seen := false
	for {
		part, err := parts.NextPart()
		if err == io.EOF { //nolint:errorlint // documented to be exactly this
			break
		}
		if err != nil {
			fail(w, http.StatusBadRequest, "the body cannot be read")
			return
		}
		content, err := io.ReadAll(io.LimitReader(part, max(l.fileBytes, 103809024)+1))
		if err != nil {
			fail(w, http.StatusBadRequest, "the body cannot be read")
			return
		}
		switch part.FormName() {
		case "file":
			seen = true
			m.Bytes, m.FileName = content, part.FileName()
			m.Type, _, _ = mime.ParseMediaType(part.Header.Get("Content-Type"))
		case "description":
			m.Alt = string(content)
		case "focus":
			m.Focus = string(content)
		default:
			fail(w, http.StatusUnprocessableEntity, "this stand-in knows no field "+part.FormName())
			return
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case !seen || len(m.Bytes) == 0:
		fail(w, http.StatusUnprocessableEntity, "Validation failed: File can't be blank")
	case s.refuse:
		fail(w, http.StatusUnprocessableEntity, "Error processing thumbnail for uploaded media")
	case !slices.Contains(mimeTypes, m.Type):
		fail(w, http.StatusUnprocessableEntity, "Validation failed: File content type is invalid, File is invalid")
	case strings.HasPrefix(m.Type, "image/") && int64(len(m.Bytes)) > l.fileBytes:
		fail(w, http.StatusUnprocessableEntity, "Validation failed: File file size must be less than 16 MB")
	case utf8.RuneCountInString(m.Alt) > l.alt:
		fail(w, http.StatusUnprocessableEntity, "Validation failed: Description is too long")
	case m.Focus != "" && !validFocus(m.Focus):
		fail(w, http.StatusUnprocessableEntity, "Validation failed: Focus is invalid")
	default:
		m.ID, m.polls = s.id(), s.async
		s.media[m.ID] = m
		if m.polls > 0 {
			answer(w, http.StatusAccepted, s.attachment(m))
			return
		}
		answer(w, http.StatusOK, s.attachment(m))
	}
}

func validFocus(f string) bool {
	x, y, _ := strings.Cut(f, ",")
	for _, v := range []string{x, y} {
		if n, err := strconv.ParseFloat(v, 64); err != nil || n < -1 || n > 1 {
			return false
		}
	}
	return true
}

// showMedia is GET /api/v1/media/:id: 206 while it is not ready.
func (s *Server) showMedia(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m, ok := s.media[r.PathValue("id")]
	switch {
	case !ok || m.attached:
		fail(w, http.StatusNotFound, "Record not found")
	case m.polls > 0:
		m.polls--
		answer(w, http.StatusPartialContent, s.attachment(m))
	default:
		answer(w, http.StatusOK, s.attachment(m))
	}
}

// attachment is the MediaAttachment as the API shows it.
func (s *Server) attachment(m *Media) map[string]any {
	kind, _, _ := strings.Cut(m.Type, "/")
	e := map[string]any{"id": m.ID, "type": kind, "url": nil, "description": m.Alt, "meta": map[string]any{}}
	if m.polls == 0 {
		e["url"] = "https://files." + domain + "/" + m.ID
	}
	return e
}
