package ghosttest

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/net/html"

	"postbag/backend/network/networktest"
)

// sent is a post in a body: the fields of the documentation that a client may give and that a publishing
// program has a use for. "email_only" and the like are not among them.
type sent struct {
	Title      *string  `json:"title"`
	HTML       *string  `json:"html"`
	Status     *string  `json:"status"`
	Slug       *string  `json:"slug"`
	Visibility *string  `json:"visibility"`
	Tags       []string `json:"tags"`
	Excerpt    *string  `json:"custom_excerpt"`
	Feature    *string  `json:"feature_image"`
	FeatureAlt *string  `json:"feature_image_alt"`
	UpdatedAt  *string  `json:"updated_at"`
}

// take reads a body. It reports false after it has answered.
func (s *Server) take(w http.ResponseWriter, r *http.Request) (in sent, ok bool) {
	var body struct {
		Posts []sent `json:"posts"`
	}
	decoder := json.NewDecoder(r.Body)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&body); err != nil || len(body.Posts) != 1 {
		s.broken = append(s.broken, fmt.Sprintf("%d posts in a body, %v", len(body.Posts), err))
		fail(w, http.StatusBadRequest, "BadRequestError", "No root key ('posts') provided.")
		return in, false
	}
	return body.Posts[0], true
}

// put writes what was sent into a post. It reports false after it has answered.
func (s *Server) put(w http.ResponseWriter, in sent, p *Post) bool {
	set := func(to, from *string) {
		if from != nil {
			*to = *from
		}
	}
	set(&p.Title, in.Title)
	set(&p.HTML, in.HTML)
	set(&p.Status, in.Status)
	set(&p.Slug, in.Slug)
	set(&p.Visibility, in.Visibility)
	set(&p.Excerpt, in.Excerpt)
	set(&p.Feature, in.Feature)
	set(&p.FeatureAlt, in.FeatureAlt)
	if in.Tags != nil {
		p.Tags = in.Tags
	}
	if _, _, err := Read(p.HTML); err != nil {
		s.broken = append(s.broken, err.Error())
	}
	wrong := ""
	switch {
	case p.Title == "" || utf8.RuneCountInString(p.Title) > 255:
		wrong = "title"
	case utf8.RuneCountInString(p.Excerpt) > 300:
		wrong = "custom_excerpt"
	case utf8.RuneCountInString(p.FeatureAlt) > 191:
		wrong = "feature_image_alt"
	case len(p.Slug) > 191:
		wrong = "slug"
	case !slices.Contains([]string{"draft", "published", "scheduled"}, p.Status):
		wrong = "status"
	case !slices.Contains([]string{"public", "members", "paid", "tiers"}, p.Visibility):
		wrong = "visibility"
	case slices.ContainsFunc(p.Tags, func(t string) bool { return t == "" || utf8.RuneCountInString(t) > 191 }):
		wrong = "tags"
	}
	if wrong != "" {
		fail(w, http.StatusUnprocessableEntity, "ValidationError", "Validation failed for "+wrong+".")
		return false
	}
	if p.Slug != strings.Trim(regexp.MustCompile(`[^a-z0-9]+`).ReplaceAllString(strings.ToLower(p.Slug), "-"), "-") {
		s.broken = append(s.broken, "the slug "+p.Slug+" would be changed")
	}
	return true
}

func (s *Server) create(w http.ResponseWriter, r *http.Request) {
	in, ok := s.take(w, r)
	if !ok {
		return
	}
	if in.HTML != nil && r.URL.Query().Get("source") != "html" {
		s.broken = append(s.broken, "html that is not said to be the source is passed over")
		in.HTML = nil
	}
	p := Post{Status: "draft", Visibility: "public"}
	if !s.put(w, in, &p) {
		return
	}
	for range map[bool]int{false: 1, true: 2}[s.clash] {
		s.serial++
		p.ID, p.changed = fmt.Sprintf("%024x", s.serial), s.now().Truncate(time.Second)
		made := p
		for n := 2; s.taken(made.Slug); n++ {
			made.Slug = p.Slug + "-" + strconv.Itoa(n)
		}
		s.posts = append(s.posts, made)
	}
	answer(w, http.StatusCreated, s.shown(s.posts[len(s.posts)-1]))
}

func (s *Server) taken(slug string) bool {
	return slices.ContainsFunc(s.posts, func(o Post) bool { return o.Slug == slug })
}

// find returns which post a request is about, below zero after it has answered that there is none.
func (s *Server) find(w http.ResponseWriter, r *http.Request) int {
	i := slices.IndexFunc(s.posts, func(p Post) bool { return p.ID == r.PathValue("id") })
	if i < 0 {
		fail(w, http.StatusNotFound, "NotFoundError", "Resource not found error, cannot read post.")
	}
	return i
}

func (s *Server) update(w http.ResponseWriter, r *http.Request) {
	var failure networktest.Failure
	if len(s.failures) > 0 {
		failure, s.failures = s.failures[0], s.failures[1:]
	}
	if refuse(w, failure) {
		return
	}
	i := s.find(w, r)
	if i < 0 {
		return
	}
	in, ok := s.take(w, r)
	p := s.posts[i]
	switch {
	case !ok:
		return
	case in.UpdatedAt == nil:
		fail(w, http.StatusUnprocessableEntity, "ValidationError", "Validation failed for updated_at.")
		return
	case *in.UpdatedAt != stamp(p.changed):
		fail(w, http.StatusConflict, "UpdateCollisionError", "Saving failed! Someone else is editing this post.")
		return
	case !s.put(w, in, &p):
		return
	}
	p.changed = p.changed.Add(time.Second)
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
	if i := s.find(w, r); i >= 0 {
		answer(w, http.StatusOK, s.shown(s.posts[i]))
	}
}

func (s *Server) remove(w http.ResponseWriter, r *http.Request) {
	if i := s.find(w, r); i >= 0 {
		s.posts = slices.Delete(s.posts, i, i+1)
		w.WriteHeader(http.StatusNoContent)
	}
}

// The filter of a list, in the words of the documentation ("Filtering"): a list of slugs, and of statuses.
var filter = regexp.MustCompile(`^slug:\[('[a-z0-9-]+'(?:,'[a-z0-9-]+')*)\]\+status:\[([a-z,]+)\]$`)

func (s *Server) list(w http.ResponseWriter, r *http.Request) {
	limit, err := strconv.Atoi(r.URL.Query().Get("limit"))
	if err != nil || limit < 1 || limit > 100 {
		s.broken = append(s.broken, "the limit "+r.URL.Query().Get("limit"))
	}
	var slugs, statuses []string
	if asked := r.URL.Query().Get("filter"); asked != "" {
		parts := filter.FindStringSubmatch(asked)
		if parts == nil {
			s.broken = append(s.broken, "the filter "+asked)
			fail(w, http.StatusBadRequest, "BadRequestError", "Error parsing filter")
			return
		}
		slugs, statuses = strings.Split(strings.ReplaceAll(parts[1], "'", ""), ","), strings.Split(parts[2], ",")
	}
	found := []any{}
	for _, p := range slices.Backward(s.posts) {
		if slugs == nil || slices.Contains(slugs, p.Slug) && slices.Contains(statuses, p.Status) {
			found = append(found, s.fields(p))
		}
	}
	total := len(found)
	answer(w, http.StatusOK, map[string]any{
		"posts": found[:min(limit, total)],
		"meta":  map[string]any{"pagination": map[string]any{"page": 1, "limit": limit, "pages": 1, "total": total, "next": nil, "prev": nil}},
	})
}

func stamp(at time.Time) string { return at.UTC().Format("2006-01-02T15:04:05.000Z") }

func (s *Server) shown(p Post) map[string]any { return map[string]any{"posts": []any{s.fields(p)}} }

// fields is a post as the API shows it. A draft's address is that of its preview.
func (s *Server) fields(p Post) map[string]any {
	address := s.URL + "/" + p.Slug + "/"
	if p.Status != "published" {
		address = s.URL + "/p/" + p.ID + "/"
	}
	return map[string]any{
		"id": p.ID, "uuid": p.ID, "status": p.Status, "slug": p.Slug, "url": address, "title": p.Title, "updated_at": stamp(p.changed),
		"visibility": p.Visibility, "email_only": false, "plaintext": "", "newsletter": nil,
	}
}

// The files that are taken, by their ending.
var (
	images = []string{".jpg", ".jpeg", ".png", ".gif", ".webp", ".svg"}
	media  = []string{".mp4", ".webm", ".ogv", ".mp3", ".wav", ".ogg", ".m4a"}
)

func (s *Server) upload(w http.ResponseWriter, r *http.Request) {
	file, head, err := r.FormFile("file")
	if err != nil {
		fail(w, http.StatusUnprocessableEntity, "ValidationError", "Please select an image.")
		return
	}
	f := File{Name: head.Filename, Media: strings.Contains(r.URL.Path, "/media/")}
	kinds, kind := images, "images"
	if f.Media {
		kinds, kind = media, "media"
	}
	for name, values := range r.MultipartForm.Value {
		if f.Media || name != "purpose" || values[0] != "image" {
			s.broken = append(s.broken, "the field "+name+" of an upload")
		}
	}
	if f.Bytes, err = io.ReadAll(file); err != nil || !slices.Contains(kinds, strings.ToLower(path.Ext(f.Name))) {
		fail(w, http.StatusUnsupportedMediaType, "UnsupportedMediaTypeError", "Please select a valid image.")
		return
	}
	s.serial++
	f.URL = fmt.Sprintf("%s/content/%s/2026/11/%d-%s", s.URL, kind, s.serial, f.Name)
	s.files = append(s.files, f)
	answer(w, http.StatusCreated, map[string]any{kind: []any{map[string]any{"url": f.URL, "ref": nil}}})
}

// Shown is a picture or video in a post.
type Shown struct{ Source, Alt string }

// Read undoes the markup of a post as a browser does: its text, and its media in order. Markup that Ghost
// would lose when it makes its own form of a post is an error; in an HTML card it loses nothing.
func Read(content string) (text string, media []Shown, err error) {
	var b strings.Builder
	reader := html.NewTokenizer(strings.NewReader(content))
	open, inside, card := 0, false, false
	for {
		switch reader.Next() {
		case html.ErrorToken:
			if open != 0 || card {
				return "", nil, errors.New("the markup of a post is not closed")
			}
			return b.String(), media, nil
		case html.CommentToken:
			switch comment := strings.TrimSpace(reader.Token().Data); {
			case comment == "kg-card-begin: html" && !card, comment == "kg-card-end: html" && card:
				card = !card
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
			switch {
			case token.Data == "p" && !card:
				if b.Len() > 0 || len(media) > 0 {
					b.WriteString("\n\n")
				}
				inside = true
				open++
			case token.Data == "br":
				b.WriteString("\n")
			case token.Data == "a", token.Data == "figure":
				open++
			case token.Data == "img" && !card:
				media = append(media, Shown{attribute(token, "src"), attribute(token, "alt")})
			case token.Data == "video" && card:
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
