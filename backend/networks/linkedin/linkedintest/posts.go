package linkedintest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf16"

	"postbag/backend/network/networktest"
)

// body is a post as the Posts API documents it.
type body struct {
	Author       string  `json:"author"`
	Commentary   *string `json:"commentary"`
	Visibility   string  `json:"visibility"`
	Distribution struct {
		Feed     string   `json:"feedDistribution"`
		Targets  []string `json:"targetEntities"`
		Channels []string `json:"thirdPartyDistributionChannels"`
	} `json:"distribution"`
	Content   json.RawMessage `json:"content"`
	State     string          `json:"lifecycleState"`
	NoReshare bool            `json:"isReshareDisabledByAuthor"`
}

type medium struct {
	ID      string `json:"id"`
	AltText string `json:"altText"`
	Title   string `json:"title"`
}

type content struct {
	Media      *medium `json:"media"`
	MultiImage *struct {
		Images []medium `json:"images"`
	} `json:"multiImage"`
	Article *Article `json:"article"`
}

func strict(data []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	return d.Decode(into)
}

// post is POST /rest/posts.
func (s *Server) post(w http.ResponseWriter, r *http.Request) {
	data, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	var in body
	if err := strict(data, &in); err != nil || r.Header.Get("Content-Type") != "application/json" {
		s.wrong("a post of %.300q: %v", data, err)
		fail(w, 400, "", "the post cannot be read")
		return
	}
	scope := "w_member_social"
	if in.Author == Page {
		scope = "w_organization_social"
	}
	if !s.may(w, scope, "posts.CREATE") {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var fault networktest.Failure
	if len(s.failures) > 0 {
		fault, s.failures = s.failures[0], s.failures[1:]
	}
	switch fault {
	case networktest.Unauthorized:
		fail(w, 401, "REVOKED_ACCESS_TOKEN", "The token used in the request has been revoked by the user")
		return
	case networktest.RateLimited:
		w.Header().Set("Retry-After", "7")
		fail(w, 429, "TOO_MANY_REQUESTS", "Resource level throttle limit for calls to this resource is reached.")
		return
	case networktest.Refused:
		invalid(w, 400, "FIELD_ARRAY_SIZE_TOO_HIGH", "ShareCommentary text length (3001 characters) exceeded the maximum allowed (3000 characters)")
		return
	case networktest.ServerError:
		fail(w, 500, "", "Internal Server Error")
		return
	case networktest.DropAfter, networktest.Garbage, "":
	default:
		panic("linkedintest cannot play " + fault)
	}
	p, status, code, why := s.check(in)
	if why != "" {
		invalid(w, status, code, why)
		return
	}
	s.save(p)
	if fault == networktest.DropAfter {
		panic(http.ErrAbortHandler)
	}
	if fault == networktest.Garbage {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusCreated)
		_, _ = io.WriteString(w, "<html><body>Welcome</body></html>") // the client may have gone
		return
	}
	w.Header().Set("x-restli-id", p.URN)
	w.WriteHeader(http.StatusCreated)
}

// check holds a post to the documented rules. The caller holds the lock.
func (s *Server) check(in body) (p *Post, status int, code, why string) {
	no := func(format string, args ...any) (*Post, int, string, string) {
		return nil, 400, "INVALID_INPUT", fmt.Sprintf(format, args...)
	}
	author, visibilities := Member, []string{"PUBLIC", "CONNECTIONS", "LOGGED_IN"}
	if s.page {
		author, visibilities = Page, []string{"PUBLIC", "LOGGED_IN"}
	}
	switch {
	case in.Author != author:
		return no("the author is %q", in.Author)
	case in.Commentary == nil || in.State != "PUBLISHED" || in.Distribution.Feed != "MAIN_FEED" || in.Distribution.Targets == nil || in.Distribution.Channels == nil:
		return no("a field that is required is missing")
	case !slices.Contains(visibilities, in.Visibility):
		return no("the visibility is %q", in.Visibility)
	}
	p = &Post{Author: in.Author, Little: *in.Commentary, Text: Read(*in.Commentary), Visibility: in.Visibility, content: string(in.Content)}
	if n := len(utf16.Encode([]rune(p.Text))); n > 3000 {
		return no("ShareCommentary text length (%d characters) exceeded the maximum allowed (3000 characters)", n)
	}
	if why := s.fill(p, in.Content); why != "" {
		return no("%s", why)
	}
	if p.Text == "" && p.content == "" {
		return nil, 422, "", "the post is empty"
	}
	for _, old := range s.posts { // deleted ones count
		if old.Author == p.Author && old.Little == p.Little && old.content == p.content {
			return nil, 422, "DUPLICATE_POST", "Content is a duplicate of " + old.URN
		}
	}
	return p, 0, "", ""
}

// fill reads a post's content, and says what is wrong with it. The caller holds the lock.
func (s *Server) fill(p *Post, raw json.RawMessage) string {
	if raw == nil {
		return ""
	}
	var c content
	if err := strict(raw, &c); err != nil {
		return err.Error()
	}
	var shown []medium
	switch {
	case c.Media != nil && c.MultiImage == nil && c.Article == nil:
		shown = []medium{*c.Media}
	case c.MultiImage != nil && c.Media == nil && c.Article == nil:
		if shown = c.MultiImage.Images; len(shown) < 2 || len(shown) > 20 {
			return fmt.Sprintf("%d images", len(shown))
		}
	case c.Article != nil && c.Media == nil && c.MultiImage == nil:
		if c.Article.Source == "" || c.Article.Title == "" {
			return "an article without source or title"
		}
		if t := c.Article.Thumbnail; t != "" && s.ready(t, p.Author) == nil {
			return "the thumbnail is not there"
		}
		p.Article = c.Article
	default:
		return "the content is not one of its kinds"
	}
	for _, m := range shown {
		if film := s.film(m.ID, p.Author); film != nil && c.Media != nil && m.AltText == "" {
			p.Video = film
			return ""
		}
		if strings.HasPrefix(m.ID, "urn:li:document:") { // Posts API: a document has a title, and stands alone
			paper := s.ready(m.ID, p.Author)
			if paper == nil || c.Media == nil || m.Title == "" || m.AltText != "" || !bytes.HasPrefix(paper.Bytes, []byte("%PDF-")) || len(paper.Bytes) > 100_000_000 {
				return "The document cannot be used"
			}
			p.Document, p.Title = paper, m.Title
			return ""
		}
		image := s.ready(m.ID, p.Author)
		if image == nil || len(m.AltText) > 4*4086 {
			return "One or more of the assets is not owned by the author"
		}
		p.Images, p.Alts = append(p.Images, image), append(p.Alts, m.AltText)
	}
	return ""
}

// invalid says no as LinkedIn does to what cannot be a post.
func invalid(w http.ResponseWriter, status int, code, why string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{ // the client may have gone
		"errorDetailType": "com.linkedin.common.error.BadRequest", "status": status,
		"message":      "com.linkedin.content.common.exception.BadRequestResponseException: " + why,
		"errorDetails": map[string]any{"inputErrors": []any{map[string]any{"code": code, "description": why, "input": map[string]any{}}}},
	})
}

// list is the finder of an author's posts, those changed last first.
func (s *Server) list(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	start, err1 := strconv.Atoi(q.Get("start"))
	count, err2 := strconv.Atoi(q.Get("count"))
	if q.Get("q") != "author" || r.Header.Get("X-Restli-Method") != "FINDER" || q.Get("sortBy") != "LAST_MODIFIED" || err1 != nil || err2 != nil || count < 1 || count > 100 {
		s.wrong("posts were asked for by %q", r.URL.RawQuery)
	}
	scope := "r_member_social" // which no new application has
	if strings.HasPrefix(q.Get("author"), "urn:li:organization:") {
		scope = "r_organization_social"
	}
	if !s.may(w, scope, "posts.FINDER-author") {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	elements := []any{}
	var own []*Post
	for _, p := range slices.Backward(s.posts) {
		if p.Author == q.Get("author") {
			own = append(own, p)
		}
	}
	slices.SortStableFunc(own, func(a, b *Post) int { return b.Made.Compare(a.Made) })
	for _, p := range own[min(start, len(own)):min(start+count, len(own))] {
		if !p.Deleted { // what is gone leaves a gap in its page
			elements = append(elements, shown(p))
		}
	}
	answer(w, map[string]any{"paging": map[string]any{"start": start, "count": count, "links": []any{}}, "elements": elements})
}

func shown(p *Post) map[string]any {
	ms := p.Made.UnixMilli()
	e := map[string]any{
		"id": p.URN, "author": p.Author, "commentary": write(p.Text), "visibility": p.Visibility, "lifecycleState": p.State,
		"createdAt": ms, "publishedAt": ms, "lastModifiedAt": ms + 40, "isReshareDisabledByAuthor": false,
	}
	if p.content != "" {
		e["content"] = json.RawMessage(p.content)
	}
	return e
}

func (s *Server) remove(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("X-Restli-Method") != "DELETE" || !strings.Contains(r.URL.EscapedPath(), "urn%3Ali%3A") {
		s.wrong("a deletion of %q", r.URL.EscapedPath())
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.posts {
		p.Deleted = p.Deleted || p.URN == r.PathValue("urn")
	}
	w.WriteHeader(http.StatusNoContent)
}

// begin gives an address to upload to.
func (s *Server) begin(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Request struct {
			Owner string `json:"owner"`
		} `json:"initializeUploadRequest"`
	}
	data, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	if err := strict(data, &in); err != nil || r.URL.Query().Get("action") != "initializeUpload" {
		s.wrong("an upload of %.300q with %q", data, r.URL.RawQuery)
		fail(w, 400, "", "the upload cannot be read")
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.serial++
	kind := strings.TrimSuffix(strings.TrimPrefix(r.URL.Path, "/rest/"), "s") // images or documents
	i := &Image{URN: fmt.Sprintf("urn:li:%s:D4E22AQ-%d_x", kind, s.serial), Owner: in.Request.Owner}
	s.images = append(s.images, i)
	answer(w, map[string]any{"value": map[string]any{
		"uploadUrlExpiresAt": time.Now().Add(time.Hour).UnixMilli(), kind: i.URN,
		"uploadUrl": s.URL + "/dms-uploads/" + url.PathEscape(i.URN) + "?ca=vector_ads&cn=uploads&sync=0&v=beta",
	}})
}

func (s *Server) upload(w http.ResponseWriter, r *http.Request) {
	data, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, i := range s.images {
		if i.URN == r.PathValue("id") && len(data) > 0 {
			i.Bytes, i.Uploaded = data, true
			w.WriteHeader(http.StatusCreated)
			return
		}
	}
	w.WriteHeader(http.StatusBadRequest)
}

func (s *Server) image(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, i := range s.images {
		if i.URN != r.PathValue("urn") {
			continue
		}
		status := "AVAILABLE"
		switch {
		case !i.Uploaded:
			status = "WAITING_UPLOAD"
		case s.slow > 0:
			s.slow--
			status = "PROCESSING"
		}
		answer(w, map[string]any{"id": i.URN, "owner": i.Owner, "status": status})
		return
	}
	fail(w, 404, "NOT_FOUND", "Could not find entity")
}

// ready returns an image that its owner can show, nil if there is none. The caller holds the lock.
func (s *Server) ready(urn, owner string) *Image {
	for _, i := range s.images {
		if i.URN == urn && i.Owner == owner && i.Uploaded {
			return i
		}
	}
	return nil
}

const special = `|{}@[]()<>#\*_~`

// Read is what people see of little text: it ends before a character that is reserved, and neither escaped
// nor the beginning of a hashtag.
func Read(little string) string {
	var b strings.Builder
	runes := []rune(template.ReplaceAllString(little, "$1$2"))
	for i := 0; i < len(runes); i++ {
		r := runes[i]
		switch {
		case r == '\\' && i+1 < len(runes) && strings.ContainsRune(special, runes[i+1]):
			i++
			b.WriteRune(runes[i])
		case r == '#' && i+1 < len(runes) && (unicode.IsLetter(runes[i+1]) || unicode.IsDigit(runes[i+1])):
			b.WriteRune(r)
		case strings.ContainsRune(special, r):
			return b.String()
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// template is that of a hashtag. What it stands for is read as a hashtag that is written plainly.
var template = regexp.MustCompile(`\{hashtag\|\\?([#＃])\|([\p{L}\p{N}\p{M}]+)\}`)

var hashtag = regexp.MustCompile(`(^|\s)\\#([\p{L}\p{N}]+)`)

// write is the little text that LinkedIn gives back: hashtags by their template.
func write(text string) string {
	var b strings.Builder
	for _, r := range text {
		if strings.ContainsRune(special, r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return hashtag.ReplaceAllString(b.String(), `$1{hashtag|\#|$2}`)
}
