package tumblrtest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"postbag/backend/network/networktest"
)

// created is the JSON of a new post: every parameter that is documented for one, and no other.
type created struct {
	Content []map[string]any `json:"content"`
	Layout  []map[string]any `json:"layout"`
	State   string           `json:"state"`
	Date    string           `json:"date"`
	Tags    string           `json:"tags"`
	Source  string           `json:"source_url"`
	Private bool             `json:"is_private"`
	Slug    string           `json:"slug"`
	Reblog  string           `json:"interactability_reblog"`
}

// upload is a part of the form that has bytes.
type upload struct {
	kind  string
	bytes []byte
}

// refused is what a post is refused with, and why.
type refused struct {
	code int
	why  string
}

func (r *refused) Error() string { return r.why }

func no(code int, format string, args ...any) error {
	return &refused{code, fmt.Sprintf(format, args...)}
}

// create is POST /posts.
func (s *Server) create(w http.ResponseWriter, r *http.Request) {
	in, parts, err := read(r)
	s.mu.Lock()
	defer s.mu.Unlock()
	var failure networktest.Failure
	if len(s.failures) > 0 {
		failure, s.failures = s.failures[0], s.failures[1:]
	}
	switch failure {
	case networktest.Unauthorized:
		fail(w, http.StatusUnauthorized, 1013, "Unauthorized")
		return
	case networktest.RateLimited:
		h := w.Header()
		h.Set("X-Ratelimit-Perhour-Limit", "1000")
		h.Set("X-Ratelimit-Perhour-Remaining", "0")
		h.Set("X-Ratelimit-Perhour-Reset", "7")
		fail(w, http.StatusTooManyRequests, 0, "Limit Exceeded")
		return
	case networktest.Refused:
		err = no(8016, "Nothing of this kind")
	case networktest.ServerError:
		fail(w, http.StatusInternalServerError, 8006, "Unknown upload error")
		return
	case networktest.DropAfter, networktest.Garbage, "":
	}
	if len(s.refusals) > 0 {
		f := s.refusals[0]
		s.refusals = s.refusals[1:]
		fail(w, f.status, f.code, "Not today")
		return
	}
	var post Post
	if err == nil {
		post, err = checked(in, parts)
	}
	if !s.known(r.PathValue("blog")) {
		fail(w, http.StatusNotFound, 0, "Not Found")
		return
	}
	if err != nil {
		bad := &refused{8001, err.Error()}
		_ = errors.As(err, &bad)
		fail(w, http.StatusBadRequest, bad.code, bad.why)
		return
	}
	post = s.save(post)
	if failure == networktest.DropAfter {
		panic(http.ErrAbortHandler)
	}
	if failure == networktest.Garbage {
		fail(w, http.StatusCreated, 0, "")
		return
	}
	out := map[string]any{"id": post.ID, "display_text": "Posted to " + Blog}
	if s.state != "" {
		out["state"] = s.state
	}
	answer(w, http.StatusCreated, out)
}

// read takes a post as JSON, or as a form whose first part is the JSON ("User Uploaded Media").
func read(r *http.Request) (in created, parts map[string]upload, err error) {
	kind, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		return in, nil, no(8001, "there is no Content-Type")
	}
	parts = map[string]upload{}
	var body []byte
	switch kind {
	case "application/json":
		body, err = io.ReadAll(r.Body)
	case "multipart/form-data":
		form := multipart.NewReader(r.Body, params["boundary"])
		for n := 0; ; n++ {
			part, failed := form.NextPart()
			if errors.Is(failed, io.EOF) {
				break
			}
			if failed != nil {
				return in, nil, no(8001, "the form cannot be read")
			}
			b, failed := io.ReadAll(part)
			name := part.FormName()
			_, twice := parts[name]
			switch {
			case failed != nil || twice || name == "":
				return in, nil, no(8001, "the form cannot be read")
			case n == 0 && (name != "json" || part.Header.Get("Content-Type") != "application/json"):
				return in, nil, no(8001, "the first part is not the JSON")
			case n == 0:
				body = b
			default:
				parts[name] = upload{part.Header.Get("Content-Type"), b}
			}
		}
	default:
		return in, nil, no(8001, "posts are JSON or a form")
	}
	if err != nil || len(body) > 1<<20 {
		return in, nil, no(8001, "the JSON is too long")
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(&in); err != nil {
		return in, nil, no(8001, "%v", err)
	}
	return in, parts, nil
}

// checked makes a post of what was sent, if the specification allows it ("Post Content Limits").
func checked(in created, parts map[string]upload) (p Post, err error) {
	if !slices.Contains([]string{"", "published"}, in.State) { // others are documented, and are none of this test's
		return p, no(8001, "no such state")
	}
	if !slices.Contains([]string{"", "everyone", "noone"}, in.Reblog) {
		return p, no(8001, "interactability_reblog is invalid")
	}
	if in.Source != "" && !absolute(in.Source) {
		return p, no(8001, "source_url is invalid")
	}
	counts, links, used := map[string]int{}, 0, map[string]bool{}
	for _, b := range in.Content {
		kind, _ := b["type"].(string)
		counts[kind]++
		switch kind {
		case "text":
			n, err := text(b)
			if links += n; err != nil {
				return p, err
			}
		case "image":
			media, _ := b["media"].([]any)
			alt, _ := b["alt_text"].(string)
			if len(media) != 1 || utf8.RuneCountInString(alt) > 4096 || unknown(b, "type", "media", "alt_text", "caption") {
				return p, no(8001, "an image block is invalid")
			}
			if err := p.take(media[0], parts, used, "image/", alt); err != nil {
				return p, err
			}
		case "video":
			if b["provider"] != nil && b["provider"] != "tumblr" || unknown(b, "type", "media", "provider") {
				return p, no(8001, "a video block is invalid")
			}
			if err := p.take(b["media"], parts, used, "video/", ""); err != nil {
				return p, err
			}
			p.Converting = true
		case "link":
			address, _ := b["url"].(string)
			if !absolute(address) || unknown(b, "type", "url", "title", "description", "author", "site_name", "poster") {
				return p, no(8001, "a link block is invalid")
			}
		default:
			return p, no(8001, "there are no %q blocks", kind)
		}
	}
	p.Blocks = trimmed(in.Content)
	if len(p.Blocks) == 0 || len(in.Content) > 1000 || counts["image"] > 30 || counts["video"] > 1 || counts["link"] > 10 || links > 100 {
		return p, no(8001, "too many blocks, or none")
	}
	if len(used) != len(parts) {
		return p, no(8001, "a part of the form belongs to no block")
	}
	for tag := range strings.SplitSeq(in.Tags, ",") {
		if tag = strings.TrimSpace(tag); tag != "" {
			p.Tags = append(p.Tags, tag)
		}
	}
	p.Slug, p.Source, p.Reblog = in.Slug, in.Source, in.Reblog
	return p, nil
}

// take finds the bytes of a media object.
func (p *Post) take(object any, parts map[string]upload, used map[string]bool, kind, alt string) error {
	m, _ := object.(map[string]any)
	id, _ := m["identifier"].(string)
	mimeType, _ := m["type"].(string)
	part, ok := parts[id]
	switch {
	case !ok || used[id] || unknown(m, "type", "identifier", "width", "height"):
		return no(8001, "a media object is invalid")
	case part.kind != mimeType || !strings.HasPrefix(mimeType, kind) || len(part.bytes) > 10_000_000 && kind == "image/":
		return no(8005, "the uploaded media is of a format that is not accepted")
	case kind == "image/" && http.DetectContentType(part.bytes) != mimeType:
		return no(8005, "the uploaded media is no %s", mimeType)
	}
	used[id] = true
	p.Media, p.Alts = append(p.Media, part.bytes), append(p.Alts, alt)
	return nil
}

// text checks a text block and returns how many links are in it.
func text(b map[string]any) (links int, err error) {
	words, ok := b["text"].(string)
	length := utf8.RuneCountInString(words)
	subtype, _ := b["subtype"].(string)
	if !ok || length > 4096 || !slices.Contains([]string{"", "heading1", "heading2", "quote", "indented", "chat"}, subtype) ||
		unknown(b, "type", "text", "subtype", "formatting") {
		return 0, no(8001, "a text block is invalid")
	}
	formats, _ := b["formatting"].([]any)
	before := 0
	for _, f := range formats {
		m, _ := f.(map[string]any)
		start, _ := m["start"].(float64)
		end, _ := m["end"].(float64)
		address, _ := m["url"].(string)
		if m["type"] != "link" || !absolute(address) || int(start) < before || end <= start || int(end) > length {
			return 0, no(8001, "a formatting range is invalid")
		}
		before = int(end)
	}
	return len(formats), nil
}

// trimmed drops empty text blocks at either end, as the specification says.
func trimmed(blocks []map[string]any) []map[string]any {
	empty := func(b map[string]any) bool { return b["type"] == "text" && b["text"] == "" }
	for len(blocks) > 0 && empty(blocks[0]) {
		blocks = blocks[1:]
	}
	for len(blocks) > 0 && empty(blocks[len(blocks)-1]) {
		blocks = blocks[:len(blocks)-1]
	}
	return blocks
}

func absolute(address string) bool {
	u, err := url.Parse(address)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != ""
}

func unknown(b map[string]any, fields ...string) bool {
	for k := range b {
		if !slices.Contains(fields, k) {
			return true
		}
	}
	return false
}

// list is GET /posts: newest first, a pinned one before all, and no video that is being converted.
func (s *Server) list(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q := r.URL.Query()
	limit, offset := 20, 0
	var bad error
	if v := q.Get("limit"); v != "" {
		limit, bad = strconv.Atoi(v)
	}
	if v := q.Get("offset"); v != "" && bad == nil {
		offset, bad = strconv.Atoi(v)
	}
	if bad != nil || limit < 1 || limit > 20 || offset < 0 {
		fail(w, http.StatusBadRequest, 0, "Bad Request")
		return
	}
	switch {
	case q.Get("api_key") != Client:
		fail(w, http.StatusUnauthorized, 0, "Unauthorized")
		return
	case !s.known(r.PathValue("blog")):
		fail(w, http.StatusNotFound, 0, "Not Found")
		return
	}
	shown := slices.DeleteFunc(slices.Clone(s.posts), func(p Post) bool { return p.Converting })
	slices.Reverse(shown)
	slices.SortStableFunc(shown, func(a, b Post) int {
		if a.Pinned != b.Pinned {
			if a.Pinned {
				return -1
			}
			return 1
		}
		return b.At.Compare(a.At)
	})
	posts := []any{}
	for _, p := range shown[min(offset, len(shown)):min(offset+limit, len(shown))] {
		id, _ := strconv.ParseInt(p.ID, 10, 64)
		posts = append(posts, map[string]any{
			"blog_name": Blog, "id": id, "id_string": p.ID, "post_url": "https://" + Blog + ".tumblr.com/post/" + p.ID + "/" + p.Slug,
			"type": "blocks", "timestamp": p.At.Unix(), "state": "published", "tags": p.Tags, "content": p.Blocks, "layout": []any{}, "trail": []any{},
		})
	}
	answer(w, http.StatusOK, map[string]any{"blog": map[string]any{"name": Blog, "uuid": UUID}, "posts": posts, "total_posts": len(shown)})
}

// remove is POST /post/delete.
func (s *Server) remove(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		fail(w, http.StatusBadRequest, 0, "Bad Request")
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.posts, func(p Post) bool { return p.ID == r.PostForm.Get("id") })
	if i < 0 || !s.known(r.PathValue("blog")) {
		fail(w, http.StatusNotFound, 0, "Not Found")
		return
	}
	s.posts = slices.Delete(s.posts, i, i+1)
	answer(w, http.StatusOK, map[string]any{"id": r.PostForm.Get("id")})
}
