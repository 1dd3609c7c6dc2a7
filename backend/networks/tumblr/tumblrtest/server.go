// Package tumblrtest is a server on loopback that speaks the part of Tumblr's API that publishing needs,
// for tests.
//
// It is written from Tumblr's documentation (tumblr/docs, api.md and npf-spec.md, 2024-10-18) and knows
// nothing of the code it tests. It checks applications, codes and tokens, every block and parameter of a
// new post and the parts of its form, refuses what the documentation says is refused, and plays the
// failures that make publishing hard.
package tumblrtest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/networktest"
)

// The application, its callback, and the blog everybody posts to.
const (
	Client   = "tumblrtestConsumerKey0123456789"
	secret   = "tumblrtestSecretKey9876543210"
	callback = "http://127.0.0.1:53682/callback"
	Blog     = "geraniums"
	UUID     = "t:0aY0xL2Fi1OFJg4YxpmegQ"
)

const firstToken = "tumblrtest-access-first"

// Server is the stand-in. It is safe for concurrent use.
type Server struct {
	URL string // http://127.0.0.1:port

	mu        sync.Mutex
	failures  []networktest.Failure
	refusals  []refusal
	redirects []string
	codes     map[string]string // redirect by code
	access    map[string]bool
	refresh   map[string]bool
	blogs     []map[string]any
	posts     []Post
	serial    int
	calls     []string
	plainSlug bool
	state     string
}

// Post is one that was saved.
type Post struct {
	ID         string
	Slug       string
	Blocks     []map[string]any
	Tags       []string
	Source     string
	Reblog     string
	At         time.Time
	Media      [][]byte
	Alts       []string
	Pinned     bool
	Converting bool // a video that is not shown yet
}

type refusal struct{ status, code int }

var (
	_ networktest.Server    = (*Server)(nil)
	_ networktest.Connector = (*Server)(nil)
)

// New starts a stand-in that ends with the test.
func New(t testing.TB) *Server {
	t.Helper()
	s := &Server{
		redirects: []string{callback}, codes: map[string]string{}, access: map[string]bool{firstToken: true},
		refresh: map[string]bool{"tumblrtest-refresh-first": true}, serial: 700_000_000_000_000_000,
		blogs: []map[string]any{{"name": Blog, "title": "Geraniums, mostly", "uuid": UUID, "url": "https://geraniums.tumblr.com/", "primary": true}},
	}
	server := httptest.NewServer(s.routes())
	s.URL = server.URL
	t.Cleanup(server.Close)
	return s
}

// Account returns a connected account.
func (s *Server) Account() network.Account {
	return network.Account{
		RemoteID: UUID, Handle: Blog, Name: "Geraniums, mostly", Server: s.URL, Options: map[string]string{"client": Client},
		Secret: network.SecretOf(map[string]string{"access": firstToken, "refresh": "tumblrtest-refresh-first", "client_secret": secret}),
	}
}

// Fail makes the next post fail. Several calls queue up.
func (s *Server) Fail(f networktest.Failure) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failures = append(s.failures, f)
}

// Refuse makes the next post be refused with a status and one of the codes of posting.
func (s *Server) Refuse(status, code int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refusals = append(s.refusals, refusal{status, code})
}

// Answers are the good answers of a connect conversation.
func (s *Server) Answers() map[string]string {
	return map[string]string{"client_id": Client, "client_secret": secret}
}

// WrongAnswer is an answer that must ask again.
func (s *Server) WrongAnswer() (key, value string) { return "client_secret", "notTheSecretKey" }

// AddBlog gives the account another blog.
func (s *Server) AddBlog(name, uuid string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.blogs = append([]map[string]any{{"name": name, "title": name, "uuid": uuid, "primary": false}}, s.blogs...)
}

// TakeBlogs takes all blogs from the account.
func (s *Server) TakeBlogs() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.blogs = []map[string]any{}
}

// Rename gives the blog another name.
func (s *Server) Rename(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, b := range s.blogs {
		if b["uuid"] == UUID {
			b["name"] = name
		}
	}
}

// Expire makes every access token worthless, as 42 minutes do.
func (s *Server) Expire() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.access = map[string]bool{}
}

// IgnoreSlugs makes addresses of the server's own.
func (s *Server) IgnoreSlugs() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.plainSlug = true
}

// Converted shows every video.
func (s *Server) Converted() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.posts {
		s.posts[i].Converting = false
	}
}

// Say makes answers to new posts name a state.
func (s *Server) Say(state string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.state = state
}

// Write saves a post that came another way.
func (s *Server) Write(p Post) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.save(p).ID
}

// Saved returns what was saved and not deleted, oldest first.
func (s *Server) Saved() []Post {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.posts)
}

// Calls returns method and path of every request so far, in order.
func (s *Server) Calls() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.calls)
}

// Posts is Saved for the suite of networks: the paragraphs of a text have an empty line between.
func (s *Server) Posts() []networktest.Post {
	var posts []networktest.Post
	for _, p := range s.Saved() {
		posts = append(posts, networktest.Post{ID: p.ID, Text: p.Text(), Alts: p.Alts, Images: p.Media})
	}
	return posts
}

// Text is what a reader reads, without headings.
func (p Post) Text() string {
	var texts []string
	for _, b := range p.Blocks {
		if b["type"] == "text" && b["subtype"] == nil {
			texts = append(texts, b["text"].(string))
		}
	}
	return strings.Join(texts, "\n\n")
}

// save keeps a post. The caller holds the lock.
func (s *Server) save(p Post) Post {
	s.serial++
	p.ID = strconv.Itoa(s.serial)
	if p.At.IsZero() {
		p.At = time.Now()
	}
	if s.plainSlug {
		p.Slug = "a-post"
	}
	s.posts = append(s.posts, p)
	return p
}

func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /oauth2/authorize", s.authorize)
	mux.HandleFunc("POST /v2/oauth2/token", s.token)
	mux.HandleFunc("GET /v2/user/info", s.signedIn(s.user))
	mux.HandleFunc("GET /v2/blog/{blog}/posts", s.signedIn(s.list))
	mux.HandleFunc("POST /v2/blog/{blog}/posts", s.signedIn(s.create))
	mux.HandleFunc("POST /v2/blog/{blog}/post/delete", s.signedIn(s.remove))
	mux.HandleFunc("PUT /v2/blog/{blog}/posts/{id}", s.signedIn(s.edit))
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { fail(w, http.StatusNotFound, 0, "Not Found") })
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.calls = append(s.calls, r.Method+" "+r.URL.Path)
		s.mu.Unlock()
		if r.Header.Get("User-Agent") == "" { // "Request User Agent": required
			fail(w, http.StatusBadRequest, 0, "A User-Agent is required")
			return
		}
		mux.ServeHTTP(w, r)
	})
}

// signedIn lets requests through that bring a good access token.
func (s *Server) signedIn(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		token, said := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		s.mu.Lock()
		good := said && s.access[token]
		s.mu.Unlock()
		if !good {
			fail(w, http.StatusUnauthorized, 1013, "Unauthorized")
			return
		}
		next(w, r)
	}
}

func (s *Server) user(w http.ResponseWriter, _ *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	answer(w, http.StatusOK, map[string]any{"user": map[string]any{"name": Blog, "likes": 3, "blogs": s.blogs}})
}

// known reports whether an identifier names one of the account's blogs ("Blog Identifiers").
func (s *Server) known(identifier string) bool {
	return slices.ContainsFunc(s.blogs, func(b map[string]any) bool {
		return identifier == b["uuid"] || identifier == b["name"] || identifier == fmt.Sprint(b["name"])+".tumblr.com"
	})
}

// answer writes a success in the envelope that every answer has ("Response Format").
func answer(w http.ResponseWriter, status int, response any) {
	write(w, status, map[string]any{"meta": map[string]any{"status": status, "msg": http.StatusText(status)}, "response": response})
}

// fail writes a refusal; a code of 0 is left out.
func fail(w http.ResponseWriter, status, code int, title string) {
	v := map[string]any{"meta": map[string]any{"status": status, "msg": http.StatusText(status)}, "response": []any{}}
	if code != 0 {
		v["errors"] = []any{map[string]any{"title": title, "code": code}}
	}
	write(w, status, v)
}

func write(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the client may have gone
}
