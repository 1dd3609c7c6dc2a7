package mastodontest

import (
	"encoding/json"
	"fmt"
	"html"
	"mime"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/rivo/uniseg"

	"postbag/backend/network/networktest"
)

type newStatus struct {
	Status      string   `json:"status"`
	MediaIDs    []string `json:"media_ids"`
	Poll        *Poll    `json:"poll"`
	InReplyToID string   `json:"in_reply_to_id"`
	Sensitive   bool     `json:"sensitive"`
	SpoilerText string   `json:"spoiler_text"`
	Visibility  string   `json:"visibility"`
	Language    string   `json:"language"`
	ContentType string   `json:"content_type"`
}

// post is POST /api/v1/statuses.
func (s *Server) post(w http.ResponseWriter, r *http.Request) {
	key := r.Header.Get("Idempotency-Key")
	known := s.knows(r)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked[key]++
	if s.kind().keys == repeated && key != "" && known {
		if old, ok := s.repeats[key]; ok {
			w.Header().Set("Idempotent-Replayed", "true")
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(old.code)
			_, _ = w.Write(old.body) // the client may have gone
			return
		}
		keep := &repeat{ResponseWriter: w}
		defer func() { s.repeats[key] = *keep }()
		w = keep
	}
	if s.kind().keys == refused && key != "" && known {
		if s.seen[key] {
			fail(w, http.StatusBadRequest, "Duplicate idempotency key.")
			return
		}
		s.seen[key] = true
	}
	failure := networktest.Failure("")
	if len(s.failures) > 0 {
		failure, s.failures = s.failures[0], s.failures[1:]
	}
	switch {
	case !known || failure == networktest.Unauthorized:
		fail(w, http.StatusUnauthorized, "The access token was revoked")
		return
	case failure == networktest.RateLimited: // a time, and no Retry-After
		now := s.now().Truncate(time.Second)
		w.Header().Set("Date", now.Format(http.TimeFormat))
		w.Header().Set("X-RateLimit-Remaining", "0")
		w.Header().Set("X-RateLimit-Reset", now.Add(7*time.Second).Format("2006-01-02T15:04:05.000000Z"))
		fail(w, http.StatusTooManyRequests, "Too many requests")
		return
	case failure == networktest.Refused:
		fail(w, s.kind().invalid, "Validation failed: Text is not acceptable here")
		return
	case failure == networktest.ServerError:
		fail(w, http.StatusServiceUnavailable, "Service Unavailable")
		return
	}
	if old, ok := s.keys[key]; ok && key != "" && s.KeyHonoured() && s.now().Sub(old.at) < keyLife && failure == "" {
		if i := s.index(old.id); i >= 0 {
			answer(w, http.StatusOK, s.entity(s.statuses[i]))
			return
		}
	}
	var in newStatus
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind != "application/json" {
		fail(w, http.StatusBadRequest, "this stand-in reads JSON")
		return
	}
	decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&in); err != nil {
		fail(w, http.StatusBadRequest, "Error occurred while parsing request parameters")
		return
	}
	if code, why := s.check(in); code != 0 {
		fail(w, code, why)
		return
	}
	if failure == Ghost {
		s.ghosts = append(s.ghosts, func() { s.save(in, key) })
		cut(w)
		return
	}
	made := s.save(in, key)
	if failure == networktest.DropAfter {
		cut(w)
		return
	}
	if failure == networktest.Garbage {
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write([]byte("<html><body>Welcome to our wireless network</body></html>"))
		return
	}
	answer(w, http.StatusOK, s.entity(made))
}

// cut ends the connection without an answer.
func cut(w http.ResponseWriter) {
	if h, ok := w.(http.Hijacker); ok {
		if c, _, err := h.Hijack(); err == nil {
			_ = c.Close()
			return
		}
	}
	panic(http.ErrAbortHandler)
}

// check refuses what the documentation says is refused. The caller holds the lock.
func (s *Server) check(in newStatus) (int, string) {
	k := s.kind()
	switch {
	case s.flavour == Pixelfed && s.spoiled(in):
		return k.invalid, "The given data was invalid."
	case s.flavour == Pixelfed && in.Visibility == "direct":
		return http.StatusBadRequest, "Direct visibility is not available."
	case k.picture && len(in.MediaIDs) == 0 && in.InReplyToID == "":
		return http.StatusForbidden, "Empty statuses are not allowed"
	case in.ContentType != "" && (!k.formats || !strings.HasPrefix(in.ContentType, "text/")):
		return http.StatusBadRequest, "this stand-in knows no such content_type"
	case strings.TrimSpace(in.Status) == "" && len(in.MediaIDs) == 0 && (in.Poll == nil || s.flavour == Mastodon):
		return k.invalid, "Validation failed: Text can't be blank"
	case s.length(in) > k.chars:
		return k.invalid, fmt.Sprintf("Validation failed: Text character limit of %d exceeded", k.chars)
	case len(in.MediaIDs) > k.attachments:
		return k.invalid, fmt.Sprintf("Validation failed: Cannot attach more than %d files", k.attachments)
	case !slices.Contains(k.visibilities, in.Visibility):
		return k.invalid, "Validation failed: Visibility is not included in the list"
	case len(in.MediaIDs) > 0 && in.Poll != nil:
		return k.invalid, "Validation failed: Cannot attach media to a post with a poll"
	}
	videos := 0
	for _, id := range in.MediaIDs {
		m, ok := s.media[id]
		switch {
		case !ok:
			return http.StatusNotFound, "Record not found"
		case m.attached && !k.reused:
			return k.invalid, "Validation failed: Media already attached to status"
		case m.polls > 0:
			return k.invalid, "Cannot attach files that have not finished processing. Try again in a moment!"
		case strings.HasPrefix(m.Type, "video/"):
			videos++
		}
	}
	if s.flavour == Mastodon && videos > 0 && len(in.MediaIDs) > 1 {
		return k.invalid, "Cannot attach a video to a post that already contains images"
	}
	if p := in.Poll; p != nil && (len(p.Options) < 2 || len(p.Options) > k.pollOptions || p.ExpiresIn < 300 || p.ExpiresIn > 2629746) {
		return k.invalid, "Validation failed: Poll is not acceptable"
	}
	if in.InReplyToID != "" && s.index(in.InReplyToID) < 0 {
		return http.StatusNotFound, "The post you are trying to reply to does not appear to exist."
	}
	return 0, ""
}

var (
	link    = regexp.MustCompile(`https?://[^\s<>()]+[^\s<>().,;:!?"']`)
	mention = regexp.MustCompile(`(^|[^/\w])@(\w+)@[\w.-]+\w`)
)

// length counts as the documentation says, in an approximate way: a test that comes near the
// limit should do so with plain letters.
func (s *Server) length(in newStatus) int {
	switch s.flavour {
	case GoToSocial:
		return utf8.RuneCountInString(in.SpoilerText + in.Status)
	case Pixelfed:
		return utf8.RuneCountInString(in.Status)
	case Pleroma:
		return uniseg.GraphemeClusterCount(in.SpoilerText) + uniseg.GraphemeClusterCount(in.Status)
	case Mastodon, Older:
	}
	text := link.ReplaceAllString(in.Status, strings.Repeat("x", 23))
	text = mention.ReplaceAllString(text, "$1@$2")
	return uniseg.GraphemeClusterCount(in.SpoilerText + text)
}

// save makes the post. The caller holds the lock.
func (s *Server) save(in newStatus, key string) Status {
	st := Status{
		ID: s.id(), Text: in.Status, Warning: in.SpoilerText, Visibility: in.Visibility, Language: in.Language,
		Sensitive: in.Sensitive, InReplyTo: in.InReplyToID, Key: key, Poll: in.Poll, Format: in.ContentType, CreatedAt: s.now(),
	}
	if s.flavour == Pixelfed {
		st.Poll = nil
	}
	for _, id := range in.MediaIDs {
		s.media[id].attached = true
		st.Media = append(st.Media, *s.media[id])
	}
	s.statuses = append(s.statuses, st)
	if key != "" {
		s.keys[key] = keyed{st.ID, st.CreatedAt}
	}
	return st
}

// index finds a status by its id, -1 if there is none. The caller holds the lock.
func (s *Server) index(id string) int {
	return slices.IndexFunc(s.statuses, func(st Status) bool { return st.ID == id })
}

// entity is the Status as the API shows it.
func (s *Server) entity(st Status) map[string]any {
	media := []any{}
	for _, m := range st.Media {
		media = append(media, s.attachment(&m))
	}
	e := map[string]any{
		"id": st.ID, "created_at": st.CreatedAt.Format("2006-01-02T15:04:05.000Z"),
		"uri":     "https://" + domain + "/users/" + username + "/statuses/" + st.ID,
		"url":     "https://" + domain + "/@" + username + "/" + st.ID,
		"content": markup(st.Text), "spoiler_text": st.Warning, "visibility": st.Visibility, "sensitive": st.Sensitive,
		"language": st.Language, "in_reply_to_id": nil, "reblog": nil, "poll": nil, "media_attachments": media,
		"account": map[string]any{"id": accountID, "username": username, "acct": username},
	}
	if st.InReplyTo != "" {
		e["in_reply_to_id"] = st.InReplyTo
	}
	if st.Poll != nil {
		e["poll"] = map[string]any{"id": "1" + st.ID, "multiple": st.Poll.Multiple, "options": st.Poll.Options}
	}
	return e
}

// markup makes the HTML a server makes of a text: links in pieces, mentions without their host.
func markup(text string) string {
	var b strings.Builder
	for i, paragraph := range strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n\n") {
		if i > 0 || paragraph != "" {
			b.WriteString("<p>")
		}
		at := 0
		for _, m := range link.FindAllStringIndex(paragraph, -1) {
			b.WriteString(words(paragraph[at:m[0]]))
			address := html.EscapeString(paragraph[m[0]:m[1]])
			protocol, rest, _ := strings.Cut(address, "://")
			fmt.Fprintf(&b, `<a href="%s" rel="nofollow noopener" target="_blank"><span class="invisible">%s://</span><span class="">%s</span></a>`,
				address, protocol, rest)
			at = m[1]
		}
		b.WriteString(words(paragraph[at:]))
		b.WriteString("</p>")
	}
	return b.String()
}

func words(text string) string {
	text = strings.ReplaceAll(html.EscapeString(text), "\n", "<br />")
	return mention.ReplaceAllString(text, `$1<span class="h-card"><a href="https://elsewhere.example/@$2" class="u-url mention">@<span>$2</span></a></span>`)
}

// show is GET /api/v1/statuses/:id.
func (s *Server) show(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i := s.index(r.PathValue("id")); i >= 0 {
		answer(w, http.StatusOK, s.entity(s.statuses[i]))
		return
	}
	fail(w, http.StatusNotFound, "Record not found")
}

// source is GET /api/v1/statuses/:id/source.
func (s *Server) source(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i := s.index(r.PathValue("id")); i >= 0 && s.flavour != Pixelfed && s.flavour != Older {
		st := s.statuses[i]
		answer(w, http.StatusOK, map[string]string{"id": st.ID, "text": st.Text, "spoiler_text": st.Warning})
		return
	}
	fail(w, http.StatusNotFound, "Record not found")
}

// remove is DELETE /api/v1/statuses/:id.
func (s *Server) remove(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := s.index(r.PathValue("id"))
	if i < 0 {
		fail(w, http.StatusNotFound, "Record not found")
		return
	}
	gone := s.statuses[i]
	s.statuses = slices.Delete(s.statuses, i, i+1)
	answer(w, http.StatusOK, s.entity(gone))
}

// list is GET /api/v1/accounts/:id/statuses: newest first, 20 unless told, 40 at most.
func (s *Server) list(w http.ResponseWriter, r *http.Request) {
	if r.PathValue("id") != accountID {
		fail(w, http.StatusNotFound, "Record not found")
		return
	}
	limit, err := strconv.Atoi(r.URL.Query().Get("limit"))
	if err != nil || limit < 1 {
		limit = 20
	}
	limit = min(limit, 40)
	before := r.URL.Query().Get("max_id")
	s.mu.Lock()
	defer s.mu.Unlock()
	page := []any{}
	for i := len(s.statuses) - 1; i >= 0 && len(page) < limit; i-- {
		if before == "" || s.statuses[i].ID < before {
			page = append(page, s.entity(s.statuses[i]))
		}
	}
	answer(w, http.StatusOK, page)
}
