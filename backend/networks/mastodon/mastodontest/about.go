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

var mimeTypes = []string{
	"image/jpeg", "image/png", "image/gif", "image/heic", "image/heif", "image/webp", "image/avif",
	"video/webm", "video/mp4", "video/quicktime", "video/ogg", "audio/wave", "audio/mpeg",
}

// verify is GET /api/v1/accounts/verify_credentials.
func (s *Server) verify(w http.ResponseWriter, _ *http.Request) {
	answer(w, http.StatusOK, map[string]any{
		"id": accountID, "username": username, "acct": username, "display_name": "Ana",
		"url": "https://" + domain + "/@" + username, "source": map[string]any{"privacy": "unlisted", "sensitive": false},
	})
}

// upload is POST /api/v2/media and POST /api/v1/media.
func (s *Server) upload(w http.ResponseWriter, r *http.Request) {
	k, second := s.kind(), strings.HasPrefix(r.URL.Path, "/api/v2")
	if second && !k.v2 {
		fail(w, http.StatusNotFound, "Record not found")
		return
	}
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
		content, err := io.ReadAll(io.LimitReader(part, max(k.fileBytes, 103809024)+1))
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
	case s.flavour == Pixelfed && (!slices.Contains(pixelfedTypes, m.Type) || utf8.RuneCountInString(m.Alt) > k.alt || int64(len(m.Bytes)) > k.fileBytes):
		fail(w, http.StatusInternalServerError, "The given data was invalid.")
	case !slices.Contains(mimeTypes, m.Type):
		fail(w, http.StatusUnprocessableEntity, "Validation failed: File content type is invalid, File is invalid")
	case strings.HasPrefix(m.Type, "image/") && int64(len(m.Bytes)) > k.fileBytes:
		fail(w, http.StatusUnprocessableEntity, "Validation failed: File file size must be less than 16 MB")
	case utf8.RuneCountInString(m.Alt) > k.alt:
		fail(w, http.StatusUnprocessableEntity, "Validation failed: Description is too long")
	case m.Focus != "" && !validFocus(m.Focus):
		fail(w, http.StatusUnprocessableEntity, "Validation failed: Focus is invalid")
	default:
		m.ID, m.polls = s.id(), s.async
		s.media[m.ID] = m
		if m.polls > 0 || second && k.unfinished {
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
	case !s.kind().asked:
		fail(w, http.StatusMethodNotAllowed, "The GET method is not supported for this route.")
	case !ok || m.attached && !s.kind().reused:
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
