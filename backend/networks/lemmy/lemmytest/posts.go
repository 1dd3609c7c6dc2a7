package lemmytest

import (
	"cmp"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"postbag/backend/network/networktest"
)

// What Lemmy has room for (crates/utils/src/utils/validation.rs, 2026-08-12), in code points.
const (
	leastTitle = 3
	mostTitle  = 200
	mostBody   = 50_000
	mostAlt    = 1500
	mostLink   = 2000
	mostUpload = 20_000_000 // bytes, of the web server that lemmy-ansible sets up
	mostPage   = 50
)

// Slur is a word that the server does not take.
const Slur = "unspeakable"

// sent is CreatePost of the description.
type sent struct {
	Name      *string `json:"name"`
	Community *int    `json:"community_id"`
	URL       *string `json:"url"`
	Body      *string `json:"body"`
	AltText   *string `json:"alt_text"`
	Honeypot  *string `json:"honeypot"`
	NSFW      *bool   `json:"nsfw"`
	Language  *int    `json:"language_id"`
	Thumbnail *string `json:"custom_thumbnail"`
}

func (s *Server) create(w http.ResponseWriter, r *http.Request) {
	var in sent
	if !s.decode(w, r, &in) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var failure networktest.Failure
	if len(s.failures) > 0 {
		failure, s.failures = s.failures[0], s.failures[1:]
	}
	switch failure {
	case networktest.Unauthorized:
		s.fail(w, "incorrect_login")
		return
	case networktest.RateLimited:
		w.Header().Set("Retry-After", "7")
		answer(w, http.StatusTooManyRequests, map[string]any{"error": "rate_limit_error"})
		return
	case networktest.Refused:
		s.fail(w, "slurs")
		return
	case networktest.ServerError:
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	case networktest.DropAfter, networktest.Garbage:
	}
	if !signedIn(r) {
		s.fail(w, "incorrect_login")
		return
	}
	if in.Name == nil || in.Community == nil {
		http.Error(w, "Json deserialize error: missing field", http.StatusBadRequest)
		return
	}
	if code := refusal(in); code != "" {
		s.fail(w, code)
		return
	}
	p := s.save(s.made(in))
	if failure == networktest.DropAfter {
		if c, _, err := w.(http.Hijacker).Hijack(); err == nil {
			_ = c.Close() // that is the failure
		}
		return
	}
	if failure == networktest.Garbage {
		_, _ = io.WriteString(w, "<html>hello</html>") // the client may have gone
		return
	}
	answer(w, http.StatusOK, map[string]any{"post_view": s.shown(p)})
}

// refusal checks a post in Lemmy's order (api_crud, post/create.rs).
func refusal(in sent) string {
	title := strings.TrimSpace(*in.Name)
	n := utf8.RuneCountInString(title)
	switch {
	case text(in.Honeypot) != "":
		return "honeypot_failed"
	case strings.Contains(*in.Name, Slur), strings.Contains(text(in.Body), Slur):
		return "slurs"
	case n < leastTitle || n > mostTitle || strings.Contains(*in.Name, "\n"):
		return "invalid_post_title"
	}
	if in.URL != nil && *in.URL != "" { // an empty one is none
		u, err := url.Parse(*in.URL)
		switch {
		case err != nil || u.Scheme == "":
			return "invalid_url"
		case u.Scheme != "https" && u.Scheme != "http":
			return "invalid_url_scheme"
		case utf8.RuneCountInString(*in.URL) > mostLink:
			return "url_length_overflow"
		}
	}
	switch {
	case utf8.RuneCountInString(text(in.AltText)) > mostAlt:
		return "alt_text_length_overflow"
	case utf8.RuneCountInString(text(in.Body)) > mostBody:
		return "invalid_body_field"
	case *in.Community != News && *in.Community != Photos:
		return "couldnt_find_community"
	case in.Language != nil && *in.Language != 0 && *in.Language != english:
		return "language_not_allowed"
	}
	return ""
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// made is the post of a request that was not refused. The caller holds the lock.
func (s *Server) made(in sent) Post {
	p := Post{
		Name: strings.TrimSpace(*in.Name), Body: text(in.Body), URL: text(in.URL), Alt: text(in.AltText),
		NSFW: in.NSFW != nil && *in.NSFW, Community: *in.Community, By: Person,
	}
	if in.Language != nil {
		p.Language = *in.Language
	}
	if file, ok := strings.CutPrefix(p.URL, s.URL+s.imagePath()+"/"); ok {
		p.Picture = s.images[file]
	}
	return p
}

func (s *Server) imagePath() string {
	if s.modern {
		return "/api/v4/image"
	}
	return "/pictrs/image"
}

// one answers GET /post: a deleted post is there for its author.
func (s *Server) one(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := s.index(r.URL.Query().Get("id"))
	if i < 0 || s.posts[i].Deleted && !signedIn(r) {
		s.fail(w, "couldnt_find_post")
		return
	}
	answer(w, http.StatusOK, map[string]any{"post_view": s.shown(s.posts[i])})
}

// index finds a post, -1 if there is none. The caller holds the lock.
func (s *Server) index(id string) int {
	return slices.IndexFunc(s.posts, func(p Post) bool { return strconv.Itoa(p.ID) == id })
}

// list answers GET /post/list: those of one community, pinned ones first, then newest first. A 1.0
// knows no page.
func (s *Server) list(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	limit, err := strconv.Atoi(q.Get("limit"))
	page, pageErr := strconv.Atoi(q.Get("page"))
	if err != nil || pageErr != nil || limit < 1 || limit > mostPage || page < 1 || q.Get("sort") != "New" {
		s.fail(w, "couldnt_get_posts")
		return
	}
	if s.modern {
		page = 1
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []Post
	for _, p := range s.posts {
		// A post is read by who wrote it, and read posts are left out unless asked for.
		read := p.By == Person && signedIn(r)
		if strconv.Itoa(p.Community) == q.Get("community_id") && !p.Deleted &&
			(!read || q.Get("show_read") == "true") && (!p.NSFW || q.Get("show_nsfw") == "true") {
			all = append(all, p)
		}
	}
	slices.SortStableFunc(all, func(a, b Post) int {
		if a.Pinned != b.Pinned {
			return map[bool]int{true: -1, false: 1}[a.Pinned]
		}
		return cmp.Or(b.At.Compare(a.At), b.ID-a.ID)
	})
	posts := []any{}
	for i := (page - 1) * limit; i < min(page*limit, len(all)); i++ {
		posts = append(posts, s.shown(all[i]))
	}
	answer(w, http.StatusOK, map[string]any{"posts": posts})
}

// remove deletes a post of the account's own. 0.19 refuses to do it twice.
func (s *Server) remove(w http.ResponseWriter, r *http.Request) {
	var in struct {
		ID      *int  `json:"post_id"`
		Deleted *bool `json:"deleted"`
	}
	if !s.decode(w, r, &in) || !s.needsAccount(w, r) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if in.ID == nil || in.Deleted == nil {
		http.Error(w, "Json deserialize error: missing field", http.StatusBadRequest)
		return
	}
	i := s.index(strconv.Itoa(*in.ID))
	switch {
	case i < 0:
		s.fail(w, "couldnt_find_post")
	case s.posts[i].Deleted == *in.Deleted && !s.modern:
		s.fail(w, "couldnt_update_post")
	default:
		s.posts[i].Deleted = *in.Deleted
		answer(w, http.StatusOK, map[string]any{"post_view": s.shown(s.posts[i])})
	}
}

// upload takes one picture in the field "images[]", and answers as the picture store does on 0.19.
func (s *Server) upload(w http.ResponseWriter, r *http.Request) {
	if !s.needsAccount(w, r) {
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, mostUpload+10_000)
	form, err := r.MultipartReader()
	if err != nil {
		answer(w, http.StatusBadRequest, map[string]any{"msg": "Error in multipart"})
		return
	}
	part, err := form.NextPart()
	if err != nil || part.FormName() != "images[]" {
		answer(w, http.StatusBadRequest, map[string]any{"msg": "No field images[]"})
		return
	}
	content, err := io.ReadAll(part)
	if err != nil || len(content) > mostUpload {
		http.Error(w, "<html>413 Request Entity Too Large</html>", http.StatusRequestEntityTooLarge)
		return
	}
	kind, ok := strings.CutPrefix(http.DetectContentType(content), "image/")
	switch {
	case !ok && s.modern:
		s.fail(w, "invalid_image_upload")
		return
	case !ok:
		answer(w, http.StatusUnprocessableEntity, map[string]any{"msg": "Unsupported format"})
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.serial++
	file := fmt.Sprintf("5f3c1a2e-0000-4000-8000-%012d.%s", s.serial, kind)
	s.images[file] = content
	if s.modern {
		answer(w, http.StatusOK, map[string]any{"image_url": s.URL + s.imagePath() + "/" + file, "filename": file})
		return
	}
	answer(w, http.StatusCreated, map[string]any{"msg": "ok", "files": []any{map[string]any{"file": file, "delete_token": "d41d8cd9"}}})
}

// shown is a PostView. The type of a picture is found out later, so it is never there yet.
func (s *Server) shown(p Post) map[string]any {
	post := map[string]any{
		"id": p.ID, "name": p.Name, "creator_id": p.By, "community_id": p.Community, "removed": false, "locked": false,
		"published": p.At.UTC().Format(time.RFC3339Nano), "deleted": p.Deleted, "nsfw": p.NSFW, "local": true,
		"ap_id": fmt.Sprintf("%s/post/%d", s.URL, p.ID), "language_id": p.Language,
		"featured_community": p.Pinned, "featured_local": false,
	}
	for field, value := range map[string]string{"url": p.URL, "body": p.Body, "alt_text": p.Alt} {
		if value != "" {
			post[field] = value
		}
	}
	return map[string]any{
		"post": post, "creator": s.person(p.By), "community": map[string]any{"id": p.Community, "name": "news"},
		"counts": map[string]any{"score": 1, "upvotes": 1, "downvotes": 0, "comments": 0}, "read": p.By == Person,
	}
}
