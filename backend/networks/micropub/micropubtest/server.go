// Package micropubtest is a site on loopback with a Micropub endpoint, for tests.
//
// It is written from the Recommendation (W3C, 2017-05-23) and the extensions that sites agree on, and
// holds every request to them: a value that is no list, a photo with anything but an address and a
// description, or a token in an address is a mistake that fails the test. It plays the failures that
// make publishing hard, and the habits in which sites differ.
package micropubtest

import (
	"fmt"
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

// Token is the one that is always good.
const Token = "micropubtest-token-0123456789abcdef"

// Target is a place that the site passes posts on to.
const Target = "https://social.example/@ada"

// Site is what the stand-in is like. The zero Site is one that does everything its own way: it lists its
// posts, takes slugs and files, and knows no visibility.
type Site struct {
	Page         string   // instead of its home page
	Link         string   // the Link header of its home page
	NoList       bool     // it does not know the list of posts
	NoMedia      bool     // it has no media endpoint
	NoSlugs      bool     // it chooses addresses itself
	Relative     bool     // it answers with relative addresses of files
	RelativePost bool     // and of posts, which is against the Recommendation
	Later        bool     // it answers with 202
	Cursor       bool     // its list goes on by "after", not by "offset"
	Endless      bool     // its list is one page, whatever is asked
	HTML         bool     // its list has texts as HTML
	Visibilities []string // that it knows
	Destinations []string // addresses of the sites behind the endpoint
}

// Server is the stand-in. It is safe for concurrent use.
type Server struct {
	Site

	URL string // http://127.0.0.1:port

	mu       sync.Mutex
	failures []networktest.Failure
	posts    []Post
	files    [][]byte
	asked    []string // the page that was asked for, and each question to the endpoint
	broken   []string // what does not follow the Recommendation
}

// Post is one that was saved.
type Post struct {
	URL         string
	Title       string
	Text        string
	Categories  []string
	Photos      []Photo
	Videos      []string
	Status      string
	Visibility  string
	Slug        string
	SyndicateTo []string
	Destination string
	At          time.Time
	Deleted     bool
}

// Photo is one of a post.
type Photo struct{ URL, Alt string }

var (
	_ networktest.Server    = (*Server)(nil)
	_ networktest.Connector = (*Server)(nil)
)

// New starts a server that ends with the test, which fails if something was asked for in a way that the
// Recommendation does not know.
func New(t testing.TB, site Site) *Server {
	t.Helper()
	s := &Server{Site: site}
	server := httptest.NewServer(s.routes())
	s.URL = server.URL
	t.Cleanup(func() {
		server.Close()
		for _, why := range s.broken {
			t.Errorf("a request that Micropub does not know: %s", why)
		}
	})
	return s
}

// Account returns a connected account.
func (s *Server) Account() network.Account {
	a := network.Account{
		RemoteID: s.URL, Handle: strings.TrimPrefix(s.URL, "http://"), Server: s.URL,
		Secret:  network.SecretOf(map[string]string{"token": Token}),
		Options: map[string]string{"endpoint": s.URL + "/micropub"},
	}
	return a
}

// Answers are the good answers of a connect conversation.
func (s *Server) Answers() map[string]string {
	return map[string]string{"site": s.URL, "token": Token}
}

// WrongAnswer is an answer that must ask again.
func (s *Server) WrongAnswer() (key, value string) { return "token", "not-the-token" }

// Fail makes the next new post fail. Several calls queue up.
func (s *Server) Fail(f networktest.Failure) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failures = append(s.failures, f)
}

// Saved returns what was saved and not deleted, oldest first.
func (s *Server) Saved() []Post {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(s.posts), func(p Post) bool { return p.Deleted })
}

// Asked returns the questions that the endpoint got, in order.
func (s *Server) Asked() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.asked)
}

// Write saves a post as the site's owner does.
func (s *Server) Write(p Post) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.save(p)
}

// Posts is what was published, for the suite of networks.
func (s *Server) Posts() []networktest.Post {
	var posts []networktest.Post
	for _, p := range s.Saved() {
		if p.Status == "draft" {
			continue
		}
		seen := networktest.Post{ID: p.URL, Text: p.Text}
		for _, photo := range p.Photos {
			seen.Alts = append(seen.Alts, photo.Alt)
			seen.Images = append(seen.Images, s.File(photo.URL))
		}
		posts = append(posts, seen)
	}
	return posts
}

// File returns what was uploaded to an address, nil if nothing was.
func (s *Server) File(address string) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, b := range s.files {
		if address == s.address(i) {
			return b
		}
	}
	return nil
}

func (s *Server) address(file int) string { return fmt.Sprintf("%s/files/%d", s.URL, file+1) }

// save adds a post under an address of its own. The caller holds the lock.
func (s *Server) save(p Post) Post {
	last := p.Slug
	if last == "" || s.NoSlugs {
		last = fmt.Sprint(len(s.posts) + 1)
	}
	for n := 2; slices.ContainsFunc(s.posts, func(o Post) bool { return o.URL == s.URL+"/posts/"+last }); n++ {
		last = fmt.Sprintf("%s-%d", p.Slug, n)
	}
	p.URL = s.URL + "/posts/" + last
	if p.At.IsZero() {
		p.At = time.Now()
	}
	s.posts = append(s.posts, p)
	return p
}

func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", s.home)
	mux.HandleFunc("GET /moved", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/", http.StatusMovedPermanently) })
	mux.HandleFunc("GET /round", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/round", http.StatusFound) })
	mux.HandleFunc("GET /posts/{last}", s.show)
	mux.HandleFunc("GET /micropub", s.question)
	mux.HandleFunc("POST /micropub", s.action)
	mux.HandleFunc("POST /media", s.upload)
	return mux
}

func (s *Server) home(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") != "" {
		s.wrong("the home page was asked for with a token")
	}
	if s.Link != "" {
		w.Header().Set("Link", s.Link)
	}
	page := s.Page
	if page == "" && s.Link == "" {
		page = `<!doctype html><html><head><title>Ada</title><link rel="micropub" href="/micropub"></head><body><h1>Ada</h1></body></html>`
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	fmt.Fprint(w, page)
}

// show is what a visitor sees of a post.
func (s *Server) show(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.posts {
		if p.URL == s.URL+r.URL.Path && p.Status != "draft" {
			if p.Deleted {
				w.WriteHeader(http.StatusGone)
				return
			}
			fmt.Fprint(w, "<p>a post</p>")
			return
		}
	}
	http.NotFound(w, r)
}

// wrong remembers a mistake of the client.
func (s *Server) wrong(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.broken = append(s.broken, fmt.Sprintf(format, args...))
}
