// Package facebooktest is a server on loopback that speaks the part of the Graph API that the posts of a
// Facebook Page are written with, for tests.
//
// It is written from Meta's documentation (developers.facebook.com: Pages API, Video API, Facebook Login,
// Handling Errors, as read in 2026), and holds every request to what Meta's own description says of a Page's
// edges (document.go). It keeps pictures apart until a post shows them, asks for a video in pieces of its own
// size, and plays the failures that make publishing hard.
package facebooktest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/networktest"
)

// The Page, its application and the tokens that are always good.
const (
	Page      = "104200000000001"
	PageToken = "EAAPageTokenGood0001"
	OtherPage = "104200000000002" // of the same name
	NoPage    = "104200000000003" // where the person may not write
	AppID     = "778899001122"
	Secret    = "0123456789abcdef0123456789abcdef"
	Redirect  = "https://localhost/"
	UserToken = "EAAUserTokenShort001"
	longToken = "EAAUserTokenLong0001"
)

// Server is the stand-in. It is safe for concurrent use.
type Server struct {
	URL string // http://127.0.0.1:port

	mu       sync.Mutex
	failures []networktest.Failure
	late     []networktest.Failure // of comments alone
	canned   map[string][]Answer
	scopes   []string
	pages    int
	expires  int64
	posts    []*Post
	pictures map[string]*picture
	videos   map[string]*film // by session
	codes    map[string]bool
	deny     bool
	strict   bool
	breaks   bool
	serial   int
	piece    int64
	wrongs   []string
}

// Post is one that was saved.
type Post struct {
	ID     string
	Text   string
	Link   string
	Alts   []string
	Images [][]byte
	Video  []byte
	Film   string // the id of the video
	Place  string // PlaceReel or PlaceStory, "" for the feed
	Parent string // the post that it is a comment on
	Writer string // of a comment
	Made   time.Time
}

type picture struct {
	alt  string
	data []byte
	used bool
}

type film struct {
	id   string
	size int64
	data []byte
	done bool
	edge string // of a reel or a story
}

// Answer is what an address answers instead of what it should.
type Answer struct {
	Status int
	Header map[string]string
	Body   string
}

var (
	_ networktest.Server    = (*Server)(nil)
	_ networktest.Connector = (*Server)(nil)
)

// New starts a server. It ends with the test, which fails if something was asked for in a way that Meta does
// not document.
func New(t testing.TB) *Server {
	t.Helper()
	s := &Server{
		canned: map[string][]Answer{}, pictures: map[string]*picture{}, videos: map[string]*film{}, codes: map[string]bool{},
		scopes: []string{"pages_show_list", "pages_manage_posts", "pages_manage_engagement", "pages_read_engagement", "public_profile"}, pages: 1, piece: 1 << 20,
	}
	server := httptest.NewServer(s.routes())
	s.URL = server.URL
	t.Cleanup(func() {
		server.Close()
		for _, why := range s.wrongs {
			t.Errorf("a request that Facebook does not take: %s", why)
		}
	})
	return s
}

// Account returns a connected account.
func (s *Server) Account() network.Account {
	return network.Account{
		RemoteID: Page, Handle: "riverside", Name: "Riverside Bakery", Server: s.URL,
		Secret: network.SecretOf(map[string]string{"token": PageToken}),
	}
}

// Answers are the good answers of a connect conversation with a token that the person made.
func (s *Server) Answers() map[string]string {
	return map[string]string{"app_id": AppID, "app_secret": Secret, "token": UserToken, "page": Page}
}

// WrongAnswer is an answer that must ask again.
func (s *Server) WrongAnswer() (key, value string) { return "app_secret", "fedcba9876543210" }

// Fail makes the next post fail. Several calls queue up.
func (s *Server) Fail(f networktest.Failure) { s.locked(func() { s.failures = append(s.failures, f) }) }

// Instead makes a method and path, without the version, answer once with what they should not.
func (s *Server) Instead(at string, a Answer) {
	s.locked(func() { s.canned[at] = append(s.canned[at], a) })
}

// Grant sets what tokens may do.
func (s *Server) Grant(scopes ...string) { s.locked(func() { s.scopes = scopes }) }

// Pages sets how many Pages the person has: 0 to 3.
func (s *Server) Pages(n int) { s.locked(func() { s.pages = n }) }

// Ends makes the Page's token end, in Unix seconds.
func (s *Server) Ends(at int64) { s.locked(func() { s.expires = at }) }

// Deny makes Facebook's own page send the person back without a code.
func (s *Server) Deny() { s.locked(func() { s.deny = true }) }

// Strict makes the server refuse what repeats the last post.
func (s *Server) Strict() { s.locked(func() { s.strict = true }) }

// Pieces sets how many bytes of a video are asked for at once.
func (s *Server) Pieces(n int64) { s.locked(func() { s.piece = n }) }

// Write saves a post, as if it had been written on Facebook's site.
func (s *Server) Write(p Post) Post {
	s.mu.Lock()
	defer s.mu.Unlock()
	return *s.save(&p)
}

func (s *Server) locked(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
}

// Saved returns what was saved and not deleted, oldest first.
func (s *Server) Saved() (list []Post) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.posts {
		list = append(list, *p)
	}
	return list
}

// Posts is Saved for the suite of networks.
func (s *Server) Posts() (list []networktest.Post) {
	for _, p := range s.Saved() {
		list = append(list, networktest.Post{ID: p.ID, Text: p.Text, Alts: p.Alts, Images: p.Images, Parent: p.Parent})
	}
	return list
}

// save gives a post its id. The caller holds the lock.
func (s *Server) save(p *Post) *Post {
	p.ID = Page + "_" + s.number()
	if p.Parent != "" { // a comment has the number of its post before its own
		p.ID = p.Parent[strings.LastIndex(p.Parent, "_")+1:] + "_" + s.number()
	}
	if p.Made.IsZero() {
		p.Made = time.Now()
	}
	s.posts = append(s.posts, p)
	return p
}

// number is a new id. The caller holds the lock.
func (s *Server) number() string {
	s.serial++
	return fmt.Sprintf("1220000000%05d", s.serial)
}

func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /dialog/oauth", s.dialog)
	mux.HandleFunc("POST /oauth/access_token", s.token)
	mux.HandleFunc("GET /debug_token", s.debug)
	mux.HandleFunc("GET /me", s.me)
	mux.HandleFunc("GET /me/accounts", s.accounts)
	mux.HandleFunc("POST /"+Page+"/feed", s.signed(s.feed))
	mux.HandleFunc("POST /"+Page+"/photos", s.signed(s.photo))
	mux.HandleFunc("POST /"+Page+"/videos", s.signed(s.video))
	mux.HandleFunc("GET /"+Page+"/published_posts", s.signed(s.list))
	mux.HandleFunc("POST /"+Page+"/video_reels", s.signed(s.reels))
	mux.HandleFunc("POST /"+Page+"/video_stories", s.signed(s.filmStories))
	mux.HandleFunc("POST /"+Page+"/photo_stories", s.signed(s.photoStory))
	mux.HandleFunc("GET /"+Page+"/video_reels", s.signed(s.listReels))
	mux.HandleFunc("GET /"+Page+"/stories", s.signed(s.listStories))
	mux.HandleFunc("POST /{id}/comments", s.signed(s.comment))
	mux.HandleFunc("GET /{id}/comments", s.signed(s.comments))
	mux.HandleFunc("GET /{id}", s.signed(s.status))
	mux.HandleFunc("DELETE /{id}", s.signed(s.remove))
	mux.HandleFunc("POST /{id}", s.signed(s.edit))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost && strings.HasPrefix(r.URL.Path, upload) {
			s.bytes(w, r)
			return
		}
		path, ok := strings.CutPrefix(r.URL.Path, "/v25.0")
		if !ok {
			s.wrong("%s %s without a version", r.Method, r.URL.Path)
		}
		if r.URL.Query().Has("access_token") {
			s.wrong("a token in the address of %s", r.URL.Path)
		}
		r.URL.Path = path
		at := r.Method + " " + path
		s.mu.Lock()
		list := s.canned[at]
		if len(list) > 0 {
			s.canned[at] = list[1:]
		}
		s.mu.Unlock()
		if len(list) == 0 {
			mux.ServeHTTP(w, r)
			return
		}
		for k, v := range list[0].Header {
			w.Header().Set(k, v)
		}
		w.WriteHeader(list[0].Status)
		_, _ = io.WriteString(w, list[0].Body) // the client may have gone
	})
}

// signed lets only the Page's token through.
func (s *Server) signed(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer "+PageToken {
			fail(w, 400, 190, 0, "Invalid OAuth access token - Cannot parse access token")
			return
		}
		next(w, r)
	}
}

// may reports whether the token has a permission, and says no if it has not.
func (s *Server) may(w http.ResponseWriter, scope string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if slices.Contains(s.scopes, scope) {
		return true
	}
	fail(w, 403, 200, 0, "(#200) The permission(s) "+scope+" are not available")
	return false
}

// wrong notes what no client of Facebook should ask for.
func (s *Server) wrong(format string, args ...any) {
	s.locked(func() { s.wrongs = append(s.wrongs, fmt.Sprintf(format, args...)) })
}

func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v) // the client may have gone
}

// fail says no as the Graph API does.
func fail(w http.ResponseWriter, status, code, sub int, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	e := map[string]any{"message": message, "type": "OAuthException", "code": code, "fbtrace_id": "Ab1"}
	if sub != 0 {
		e["error_subcode"] = sub
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"error": e}) // the client may have gone
}
