// Package devtotest is a server on loopback that speaks the part of DEV's API that articles are
// published with, for tests.
//
// It is written from the official description (forem/forem-docs, api_v1.json, 2024-03-26), whose facts
// are restated here, and from what Forem is assumed to refuse: a title used in the last five minutes, an
// original address in use, too many or odd tags.
package devtotest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"postbag/backend/network"
	"postbag/backend/network/networktest"
)

// Who publishes, with the key that is always good.
const (
	User = 1431
	Name = "ana_writes"
	Key  = "devtotest-key-6mC2bW4xT9"
)

// Server is the stand-in. It is safe for concurrent use.
type Server struct {
	URL string // http://127.0.0.1:port

	mu       sync.Mutex
	failures []networktest.Failure
	articles []Article
	broken   []string // what does not follow the description
}

// Article is one that was saved.
type Article struct {
	ID        int
	Title     string
	Body      string
	Tags      []string
	Series    string
	Canonical string
	Published bool
	At        time.Time // when it was published
}

var (
	_ networktest.Server    = (*Server)(nil)
	_ networktest.Connector = (*Server)(nil)
)

// New starts a server that ends with the test, which fails if something was asked for in a way that the
// API's description does not know.
func New(t testing.TB) *Server {
	t.Helper()
	s := &Server{}
	server := httptest.NewServer(s.routes())
	s.URL = server.URL
	t.Cleanup(func() {
		server.Close()
		for _, why := range s.broken {
			t.Errorf("a request that the API does not have: %s", why)
		}
	})
	return s
}

// Account returns a connected account.
func (s *Server) Account() network.Account {
	return network.Account{
		RemoteID: strconv.Itoa(User), Handle: Name, Name: "Ana", Server: s.URL,
		Secret: network.SecretOf(map[string]string{"key": Key}),
	}
}

// Answers are the good answers of a connect conversation.
func (s *Server) Answers() map[string]string { return map[string]string{"key": Key} }

// WrongAnswer is an answer that must ask again.
func (s *Server) WrongAnswer() (key, value string) { return "key", "another-key" }

// Fail makes the next article fail. Several calls queue up.
func (s *Server) Fail(f networktest.Failure) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failures = append(s.failures, f)
}

// Saved returns every article, drafts too, oldest first.
func (s *Server) Saved() []Article {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.articles)
}

// Posts returns the published articles for the suite of networks.
func (s *Server) Posts() []networktest.Post {
	var posts []networktest.Post
	for _, a := range s.Saved() {
		if a.Published {
			posts = append(posts, networktest.Post{ID: strconv.Itoa(a.ID), Text: a.Body})
		}
	}
	return posts
}

// Write saves an article that its author published by hand.
func (s *Server) Write(title, body string, at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.save(Article{Title: title, Body: body, Published: true, At: at})
}

// save gives an article its id. The caller holds the lock.
func (s *Server) save(a Article) Article {
	a.ID = 250 + len(s.articles) + 1
	s.articles = append(s.articles, a)
	return a
}

func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/users/me", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, http.StatusOK, map[string]any{"type_of": "user", "id": User, "username": Name, "name": "Ana", "summary": nil})
	})
	mux.HandleFunc("POST /api/articles", s.create)
	mux.HandleFunc("PUT /api/articles/{id}", s.update)
	mux.HandleFunc("GET /api/articles/{id}", s.one)
	mux.HandleFunc("GET /api/articles/me/published", s.list)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		s.breaks(r.Method + " " + r.URL.Path)
		fail(w, http.StatusNotFound, "not found")
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if got := r.Header.Get("Accept"); got != "application/vnd.forem.api-v1+json" {
			s.breaks("a request for " + got)
		}
		if r.Header.Get("Api-Key") != Key {
			fail(w, http.StatusUnauthorized, "unauthorized")
			return
		}
		mux.ServeHTTP(w, r)
	})
}

func (s *Server) breaks(why string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.broken = append(s.broken, why)
}

// sent is Article, the body of a request: nothing else may be in it, and each of the type that is named.
type sent struct {
	Article *struct {
		Title          *string `json:"title"`
		BodyMarkdown   *string `json:"body_markdown"`
		Published      *bool   `json:"published"`
		Series         *string `json:"series"`
		MainImage      *string `json:"main_image"`
		CanonicalURL   *string `json:"canonical_url"`
		Description    *string `json:"description"`
		Tags           *string `json:"tags"`
		OrganizationID *int    `json:"organization_id"`
	} `json:"article"`
}

// taken reads the body of a request. What the description does not have fails the test.
func (s *Server) taken(w http.ResponseWriter, r *http.Request) (in sent, ok bool) {
	body, err := io.ReadAll(r.Body)
	strict := json.NewDecoder(bytes.NewReader(body))
	strict.DisallowUnknownFields()
	if err = errors.Join(err, strict.Decode(&in)); err != nil || r.Header.Get("Content-Type") != "application/json" {
		s.breaks(fmt.Sprintf("%s %s: %v", r.Method, r.URL.Path, err))
	}
	if in.Article == nil {
		fail(w, http.StatusUnprocessableEntity, "param is missing or the value is empty: article")
		return in, false
	}
	return in, err == nil
}

func (s *Server) create(w http.ResponseWriter, r *http.Request) {
	in, ok := s.taken(w, r)
	if !ok {
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
		fail(w, http.StatusUnauthorized, "unauthorized")
		return
	case networktest.RateLimited:
		w.Header().Set("Retry-After", "7")
		fail(w, http.StatusTooManyRequests, "Rate limit reached, try again in 7 seconds")
		return
	case networktest.Refused:
		fail(w, http.StatusUnprocessableEntity, "Validation failed: Tag list is not acceptable")
		return
	case networktest.ServerError:
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	case networktest.DropAfter, networktest.Garbage:
	}
	a := Article{
		Title: text(in.Article.Title), Body: text(in.Article.BodyMarkdown), Series: text(in.Article.Series),
		Canonical: text(in.Article.CanonicalURL), Published: in.Article.Published != nil && *in.Article.Published, At: time.Now().UTC(),
	}
	if tags := text(in.Article.Tags); tags != "" {
		a.Tags = strings.Split(tags, ", ")
	}
	if why := s.wrong(a); why != "" {
		fail(w, http.StatusUnprocessableEntity, why)
		return
	}
	a = s.save(a)
	switch failure { //nolint:exhaustive // the others have ended above
	case networktest.DropAfter:
		if c, _, err := w.(http.Hijacker).Hijack(); err == nil {
			_ = c.Close() // that is the failure
		}
	case networktest.Garbage:
		w.WriteHeader(http.StatusCreated)
		_, _ = io.WriteString(w, "<html>hello</html>") // the client may have gone
	default:
		answer(w, http.StatusCreated, s.shown(a, true))
	}
}

var (
	tag    = regexp.MustCompile(`^[\p{L}\p{N}]+$`)
	matter = regexp.MustCompile(`^\s*---`)
)

// wrong says what keeps an article from being saved. The caller holds the lock.
func (s *Server) wrong(a Article) string {
	switch {
	case a.Title == "":
		return "Validation failed: Title can't be blank"
	case utf8.RuneCountInString(a.Title) > 128:
		return "Validation failed: Title is too long (maximum is 128 characters)"
	case len(a.Body) > 800_000:
		return "Validation failed: Body markdown is too long."
	case matter.MatchString(a.Body): // it would be read as the article's settings
		return "Validation failed: (<unknown>): did not find expected key while parsing a block mapping"
	case len(a.Tags) > 4 || slices.ContainsFunc(a.Tags, func(t string) bool { return !tag.MatchString(t) }):
		return "Validation failed: Tag list exceed the maximum of 4 tags, or a tag is not alphanumeric"
	}
	for _, old := range s.articles {
		switch {
		case old.Title == a.Title && time.Since(old.At) < 5*time.Minute:
			return "Validation failed: Title has already been used in the last five minutes"
		case a.Canonical != "" && old.Canonical == a.Canonical && old.Published:
			return "Validation failed: Canonical url has already been taken"
		}
	}
	return ""
}

func (s *Server) update(w http.ResponseWriter, r *http.Request) {
	in, ok := s.taken(w, r)
	if !ok {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	i := s.index(r.PathValue("id"))
	if i < 0 {
		fail(w, http.StatusNotFound, "not found")
		return
	}
	if in.Article.Published != nil {
		s.articles[i].Published = *in.Article.Published
	}
	if words := in.Article; words.Title != nil || words.BodyMarkdown != nil {
		a := s.articles[i]
		a.Title, a.Body = text(words.Title), text(words.BodyMarkdown)
		if len(a.Title) == 0 || utf8.RuneCountInString(a.Title) > 128 || matter.MatchString(a.Body) {
			fail(w, http.StatusUnprocessableEntity, "Validation failed: Title can't be blank")
			return
		}
		s.articles[i] = a
	}
	answer(w, http.StatusOK, s.shown(s.articles[i], true))
}

// one shows a published article to everybody, and a draft to nobody.
func (s *Server) one(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := s.index(r.PathValue("id"))
	if i < 0 || !s.articles[i].Published {
		fail(w, http.StatusNotFound, "not found")
		return
	}
	answer(w, http.StatusOK, s.shown(s.articles[i], true))
}

// list shows the published articles, the newest first, without their texts.
func (s *Server) list(w http.ResponseWriter, r *http.Request) {
	page, err := strconv.Atoi(r.URL.Query().Get("page"))
	size, wrong := strconv.Atoi(r.URL.Query().Get("per_page"))
	if err != nil || wrong != nil || page < 1 || size < 1 || size > 1000 {
		s.breaks("a list of " + r.URL.RawQuery)
		fail(w, http.StatusUnprocessableEntity, "invalid")
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	published := slices.DeleteFunc(slices.Clone(s.articles), func(a Article) bool { return !a.Published })
	slices.SortStableFunc(published, func(a, b Article) int { return b.At.Compare(a.At) })
	from := min((page-1)*size, len(published))
	list := []any{}
	for _, a := range published[from:min(from+size, len(published))] {
		list = append(list, s.shown(a, false))
	}
	answer(w, http.StatusOK, list)
}

// index finds an article. The caller holds the lock.
func (s *Server) index(id string) int {
	return slices.IndexFunc(s.articles, func(a Article) bool { return strconv.Itoa(a.ID) == id })
}

// shown is an article as the API shows it.
func (s *Server) shown(a Article, whole bool) map[string]any {
	slug := fmt.Sprintf("article-%d", a.ID)
	out := map[string]any{
		"type_of": "article", "id": a.ID, "title": a.Title, "slug": slug, "path": "/" + Name + "/" + slug,
		"url": s.URL + "/" + Name + "/" + slug, "canonical_url": a.Canonical, "tag_list": a.Tags, "published_at": nil,
	}
	if a.Published {
		out["published_at"] = a.At.UTC().Format(time.RFC3339)
	}
	if whole {
		out["body_markdown"], out["body_html"] = a.Body, "<p></p>"
	}
	return out
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the client may have gone
}

func fail(w http.ResponseWriter, status int, why string) {
	answer(w, status, map[string]any{"error": why, "status": status})
}
