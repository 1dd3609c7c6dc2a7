package wordpresstest

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/net/html"

	"postbag/backend/network/networktest"
)

// sent is the body of a new or changed post: the arguments of the handbook that a client may give.
type sent struct {
	Status     *string `json:"status"`
	Title      *string `json:"title"`
	Content    *string `json:"content"`
	Excerpt    *string `json:"excerpt"`
	Slug       *string `json:"slug"`
	Featured   *int    `json:"featured_media"`
	Categories []int   `json:"categories"`
	Tags       []int   `json:"tags"`
}

// take reads a body into a post. It reports false after it has answered.
func (s *Server) take(w http.ResponseWriter, r *http.Request, p *Post) bool {
	var in sent
	decoder := json.NewDecoder(r.Body)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&in); err != nil {
		s.broken = append(s.broken, err.Error())
		fail(w, http.StatusBadRequest, "rest_invalid_json", "Invalid JSON body passed.")
		return false
	}
	set := func(to, from *string) {
		if from != nil {
			*to = *from
		}
	}
	set(&p.Status, in.Status)
	set(&p.Title, in.Title)
	set(&p.Content, in.Content)
	set(&p.Excerpt, in.Excerpt)
	set(&p.Slug, in.Slug)
	if in.Featured != nil {
		p.Featured = *in.Featured
	}
	if in.Categories != nil {
		p.Categories = in.Categories
	}
	for _, id := range in.Tags {
		if id < 100 || id >= 100+len(s.tags) {
			s.broken = append(s.broken, fmt.Sprintf("tag %d", id))
			continue
		}
		p.Tags = append(p.Tags, s.tags[id-100])
	}
	if _, _, err := Read(p.Content); err != nil {
		s.broken = append(s.broken, err.Error())
	}
	known := p.Featured == 0 || slices.ContainsFunc(s.media, func(m Medium) bool { return m.ID == p.Featured })
	switch {
	case !slices.Contains([]string{"publish", "future", "draft", "pending", "private"}, p.Status):
		fail(w, http.StatusBadRequest, "rest_invalid_param", "Invalid parameter(s): status")
	case p.Title == "" && p.Content == "" && p.Excerpt == "":
		fail(w, http.StatusBadRequest, "empty_content", "Content, title, and excerpt are empty.")
	case !known:
		fail(w, http.StatusBadRequest, "rest_invalid_featured_media", "Invalid featured media ID.")
	case p.Slug != sanitized(p.Slug):
		s.broken = append(s.broken, "the slug "+p.Slug+" would be changed")
		fail(w, http.StatusBadRequest, "rest_invalid_param", "Invalid parameter(s): slug")
	default:
		return true
	}
	return false
}

// sanitized is what WordPress makes of a slug that has no letters but Latin ones.
func sanitized(slug string) string {
	return strings.Trim(strings.Map(func(r rune) rune {
		if r == '-' || r >= 'a' && r <= 'z' || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, slug), "-")
}

func (s *Server) create(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := Post{Status: "draft"}
	if !s.take(w, r, &p) {
		return
	}
	s.serial++
	p.ID = s.serial
	if s.clash {
		s.posts = append(s.posts, p)
		s.serial++
		p.ID = s.serial
	}
	s.unique(&p)
	s.posts = append(s.posts, p)
	answer(w, http.StatusCreated, s.shown(p))
}

// unique gives a post a slug of its own once it is more than a draft.
func (s *Server) unique(p *Post) {
	if p.Status == "draft" || p.Status == "pending" {
		return
	}
	taken := func(slug string) bool {
		return slices.ContainsFunc(s.posts, func(o Post) bool { return o.ID != p.ID && o.Slug == slug })
	}
	slug := p.Slug
	for n := 2; taken(p.Slug); n++ {
		p.Slug = slug + "-" + strconv.Itoa(n)
	}
}

func (s *Server) find(r *http.Request) int {
	id, err := strconv.Atoi(r.PathValue("id"))
	if err != nil {
		return -1
	}
	return slices.IndexFunc(s.posts, func(p Post) bool { return p.ID == id })
}

func (s *Server) update(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var failure networktest.Failure
	if len(s.failures) > 0 {
		failure, s.failures = s.failures[0], s.failures[1:]
	}
	if refuse(w, failure) {
		return
	}
	i := s.find(r)
	if i < 0 {
		fail(w, http.StatusNotFound, "rest_post_invalid_id", "Invalid post ID.")
		return
	}
	p := s.posts[i]
	if !s.take(w, r, &p) {
		return
	}
	s.unique(&p)
	s.posts[i] = p
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
	answer(w, http.StatusOK, s.shown(p))
}

func (s *Server) get(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i := s.find(r); i >= 0 {
		answer(w, http.StatusOK, s.shown(s.posts[i]))
		return
	}
	fail(w, http.StatusNotFound, "rest_post_invalid_id", "Invalid post ID.")
}

func (s *Server) list(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	statuses := strings.Split(q.Get("status"), ",")
	if q.Get("status") == "" {
		statuses = []string{"publish"}
	}
	slugs := strings.Split(q.Get("slug"), ",")
	s.mu.Lock()
	defer s.mu.Unlock()
	found := []any{}
	for _, p := range slices.Backward(s.posts) {
		if slices.Contains(statuses, p.Status) && (q.Get("slug") == "" || slices.Contains(slugs, p.Slug)) {
			found = append(found, s.shown(p))
		}
	}
	w.Header().Set("X-WP-Total", strconv.Itoa(len(found)))
	answer(w, http.StatusOK, found)
}

func (s *Server) remove(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := s.find(r)
	switch {
	case i < 0:
		fail(w, http.StatusNotFound, "rest_post_invalid_id", "Invalid post ID.")
	case r.URL.Query().Get("force") == "true":
		p := s.posts[i]
		s.posts = slices.Delete(s.posts, i, i+1)
		answer(w, http.StatusOK, map[string]any{"deleted": true, "previous": s.shown(p)})
	case !s.trash:
		fail(w, http.StatusNotImplemented, "rest_trash_not_supported", "The post does not support trashing. Set 'force=true' to delete.")
	case s.posts[i].Status == "trash":
		fail(w, http.StatusGone, "rest_already_trashed", "The post has already been deleted.")
	default:
		s.posts[i].Status, s.posts[i].Slug = "trash", s.posts[i].Slug+"__trashed"
		answer(w, http.StatusOK, s.shown(s.posts[i]))
	}
}

// shown is a post as the API shows it. Its address is that of a site without permalinks.
func (s *Server) shown(p Post) map[string]any {
	return map[string]any{
		"id": p.ID, "status": p.Status, "slug": p.Slug, "link": fmt.Sprintf("%s/?p=%d", s.URL, p.ID),
		"title": map[string]any{"raw": p.Title}, "content": map[string]any{"raw": p.Content}, "featured_media": p.Featured,
	}
}

// kinds are the endings of files that are taken.
var kinds = []string{".jpg", ".jpeg", ".png", ".gif", ".webp", ".mp4", ".mov", ".webm"}

func (s *Server) upload(w http.ResponseWriter, r *http.Request) {
	file, head, err := r.FormFile("file")
	if err != nil {
		fail(w, http.StatusBadRequest, "rest_upload_no_data", "No data supplied.")
		return
	}
	content, err := io.ReadAll(file)
	if err != nil || !slices.Contains(kinds, path.Ext(head.Filename)) {
		fail(w, http.StatusInternalServerError, "rest_upload_unknown_error", "Sorry, you are not allowed to upload this file type.")
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.serial++
	m := Medium{ID: s.serial, Name: head.Filename, Alt: r.FormValue("alt_text"), Bytes: content}
	s.media = append(s.media, m)
	answer(w, http.StatusCreated, map[string]any{"id": m.ID, "source_url": s.source(m), "alt_text": m.Alt})
}

// Shown is a picture or video in a post.
type Shown struct{ Source, Alt string }

// Read undoes the markup of a post as a browser does: its text, and its media in order. Markup that
// WordPress would take out of an author's post is an error.
func Read(content string) (text string, media []Shown, err error) {
	var b strings.Builder
	reader := html.NewTokenizer(strings.NewReader(content))
	open, blocks, inside := 0, 0, false
	for {
		switch reader.Next() {
		case html.ErrorToken:
			if open != 0 || blocks != 0 {
				return "", nil, errors.New("the markup of a post is not closed")
			}
			return b.String(), media, nil
		case html.CommentToken:
			switch comment := strings.TrimSpace(reader.Token().Data); {
			case strings.HasPrefix(comment, "wp:"):
				blocks++
			case strings.HasPrefix(comment, "/wp:"):
				blocks--
			default:
				return "", nil, fmt.Errorf("a comment %q", comment)
			}
		case html.TextToken:
			if t := reader.Token().Data; inside {
				b.WriteString(t)
			} else if strings.TrimSpace(t) != "" {
				return "", nil, fmt.Errorf("the text %q is in no paragraph", t)
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			token := reader.Token()
			switch token.Data {
			case "p":
				if b.Len() > 0 || len(media) > 0 {
					b.WriteString("\n\n")
				}
				inside = true
				open++
			case "br":
				b.WriteString("\n")
			case "a", "figure":
				open++
			case "img":
				media = append(media, Shown{attribute(token, "src"), attribute(token, "alt")})
			case "video":
				media = append(media, Shown{attribute(token, "src"), attribute(token, "aria-label")})
				open++
			default:
				return "", nil, fmt.Errorf("a tag %q", token.Data)
			}
		case html.EndTagToken:
			if reader.Token().Data == "p" {
				inside = false
			}
			open--
		case html.DoctypeToken:
			return "", nil, errors.New("a doctype")
		}
	}
}

func attribute(t html.Token, name string) string {
	for _, a := range t.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}
