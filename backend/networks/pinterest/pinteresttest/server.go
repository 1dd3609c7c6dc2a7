// Package pinteresttest is a server on loopback that speaks the part of Pinterest's API that pins are
// made with, for tests.
//
// It is written from the official description of API v5 (5.23.0, 2025-12-11, MIT), of which openapi.json
// is a part, and holds every request to it. It keeps uploads, works on videos, lists boards in no
// particular order and in pages, signs in applications, and plays the failures that make publishing hard.
package pinteresttest

import (
	"encoding/json"
	"io"
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

// Who pins where, with the token that is always good.
const (
	User      = "2783136121146311751"
	Username  = "kari_bakes"
	Board     = "549755885175" // Summer recipes
	Other     = "549755885176" // Winter
	Section   = "5258814934636085108"
	GoodToken = "pinteresttest-token-pina_AEATRIIWAA"
)

// Server is the stand-in. It is safe for concurrent use.
type Server struct {
	URL string // http://127.0.0.1:port

	document *document

	mu       sync.Mutex
	failures []networktest.Failure
	pins     []Pin
	uploads  map[string]*upload
	serial   int
	slow     int  // how often a video is still worked on
	ruined   bool // the next video cannot be used
	broken   []string
	instead  map[string]Answer
	most     int  // pins on a page; 0: as many as asked for
	loop     bool // every page is the same
	signed
}

// Pin is one that was saved.
type Pin struct {
	ID           string
	Board        string
	Section      string
	Title        string
	Description  string
	Link         string
	Alt          string
	Cover        int
	Video        []byte
	CoverPicture []byte
	Pictures     [][]byte
	Slots        []Slot // of several pictures
	At           time.Time
	Foreign      bool // another person's, on a board of several
	Picture      bool // no video
}

// Slot is what is said beside one of several pictures.
type Slot struct{ Title, Description, Link string }

// Answer is one that a test gives in Pinterest's stead.
type Answer struct {
	Status int
	Body   string
}

var (
	_ networktest.Server    = (*Server)(nil)
	_ networktest.Connector = (*Server)(nil)
)

// New starts a server that ends with the test, which fails if anything was asked for in a way that the
// API's description does not know.
func New(t testing.TB) *Server {
	t.Helper()
	networktest.Verified(t, "pinterest", networktest.Description, "OpenAPI description of API v5, 5.23.0, 2025-12-11")
	s := &Server{document: described(t), uploads: map[string]*upload{}, instead: map[string]Answer{}}
	s.tokens = map[string]bool{GoodToken: true}
	server := httptest.NewServer(s.routes())
	s.URL = server.URL
	t.Cleanup(func() {
		server.Close()
		for _, why := range s.broken {
			t.Errorf("a request that the API does not take: %s", why)
		}
	})
	return s
}

// Account returns a connected account.
func (s *Server) Account() network.Account {
	return network.Account{
		RemoteID: User + "/" + Board, Handle: Username, Name: "Summer recipes",
		Server: s.URL, Secret: network.SecretOf(map[string]string{"token": GoodToken}),
	}
}

// Fail makes the next pin fail. Several calls queue up.
func (s *Server) Fail(f networktest.Failure) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failures = append(s.failures, f)
}

// Instead answers the next request ("POST /v5/media") in Pinterest's stead. It does nothing else.
func (s *Server) Instead(request string, a Answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.instead[request] = a
}

// Pages makes pages of at most n pins, whatever is asked for.
func (s *Server) Pages(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.most = n
}

// Loop makes every page of a list say that the next one is the same.
func (s *Server) Loop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.loop = true
}

// Answers are the good answers of a connect conversation.
func (s *Server) Answers() map[string]string {
	return map[string]string{"token": GoodToken, "board": "Summer recipes"}
}

// WrongAnswer is an answer that must ask again.
func (s *Server) WrongAnswer() (key, value string) { return "token", "not-the-token" }

// Pins returns what was saved and not deleted, oldest first.
func (s *Server) Pins() []Pin {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.pins)
}

// Posts is Pins for the suite of networks, without their videos.
func (s *Server) Posts() []networktest.Post {
	var posts []networktest.Post
	for _, p := range s.Pins() {
		post := networktest.Post{ID: p.ID, Text: p.Description, Images: p.Pictures, Alts: []string{p.Alt}}
		for i, slot := range p.Slots { // the first picture's is the pin's
			if i > 0 {
				post.Alts = append(post.Alts, slot.Description)
			}
		}
		posts = append(posts, post)
	}
	return posts
}

// Save makes a pin without a request, as somebody does in a browser.
func (s *Server) Save(p Pin) Pin {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.save(p)
}

// save gives a pin its id and time. The caller holds the lock.
func (s *Server) save(p Pin) Pin {
	s.serial++
	p.ID = strconv.Itoa(999658448514140000 + s.serial)
	if p.At.IsZero() {
		p.At = time.Now().UTC()
	}
	s.pins = append(s.pins, p)
	return p
}

func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v5/user_account", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, http.StatusOK, map[string]any{"id": User, "username": Username, "account_type": "BUSINESS", "board_count": 2})
	})
	mux.HandleFunc("GET /v5/boards", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, http.StatusOK, map[string]any{"bookmark": nil, "items": []any{
			map[string]any{"id": Board, "name": "Summer recipes", "privacy": "PUBLIC"}, map[string]any{"id": Other, "name": "Winter", "privacy": "PUBLIC"},
		}})
	})
	mux.HandleFunc("GET /v5/boards/{id}", func(w http.ResponseWriter, r *http.Request) {
		if r.PathValue("id") != Board {
			fail(w, http.StatusNotFound, 40, "Board not found.")
			return
		}
		answer(w, http.StatusOK, map[string]any{"id": Board, "name": "Summer recipes", "privacy": "PUBLIC"})
	})
	mux.HandleFunc("GET /v5/boards/{id}/sections", func(w http.ResponseWriter, r *http.Request) {
		items := []any{}
		if r.PathValue("id") == Board {
			items = append(items, map[string]any{"id": Section, "name": "Salads"})
		}
		answer(w, http.StatusOK, map[string]any{"bookmark": nil, "items": items})
	})
	mux.HandleFunc("GET /v5/boards/{id}/pins", s.list)
	mux.HandleFunc("GET /v5/boards/{id}/sections/{section}/pins", s.list)
	mux.HandleFunc("POST /v5/media", s.register)
	mux.HandleFunc("GET /v5/media/{id}", s.media)
	mux.HandleFunc("POST /v5/pins", s.post)
	mux.HandleFunc("DELETE /v5/pins/{id}", s.remove)
	mux.HandleFunc("POST /v5/oauth/token", s.token)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case s.inItsStead(w, r):
		case r.Method == http.MethodPost && r.URL.Path == "/uploads":
			s.take(w, r)
		case r.Method == http.MethodGet && r.URL.Path == "/oauth/":
			s.page(w, r)
		case !s.described(w, r):
		case r.URL.Path != "/v5/oauth/token" && !s.knows(r):
			fail(w, http.StatusUnauthorized, 2, "Authentication failed.")
		default:
			mux.ServeHTTP(w, r)
		}
	})
}

func (s *Server) inItsStead(w http.ResponseWriter, r *http.Request) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	a, ok := s.instead[r.Method+" "+r.URL.Path]
	if !ok {
		return false
	}
	delete(s.instead, r.Method+" "+r.URL.Path)
	w.WriteHeader(a.Status)
	_, _ = io.WriteString(w, a.Body) // the client may have gone
	return true
}

// described holds a request to the description, but for its body.
func (s *Server) described(w http.ResponseWriter, r *http.Request) bool {
	why := s.document.asked(r)
	if why == "" {
		return true
	}
	s.breaks(why)
	fail(w, http.StatusBadRequest, 1, why)
	return false
}

func (s *Server) breaks(why string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.broken = append(s.broken, why)
}

// list shows a board, or a section of one, oldest first: no document names an order.
func (s *Server) list(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	size, err := strconv.Atoi(query.Get("page_size"))
	if err != nil {
		size = 25
	}
	if s.most > 0 {
		size = min(size, s.most)
	}
	begin, _ := strconv.Atoi(strings.TrimPrefix(query.Get("bookmark"), "after-")) // none: 0
	items := []any{}
	var bookmark any
	n := 0
	for _, p := range s.Pins() {
		if p.Board != r.PathValue("id") || r.PathValue("section") != "" && p.Section != r.PathValue("section") {
			continue
		}
		if n++; n <= begin {
			continue
		}
		if len(items) == size {
			bookmark = "after-" + strconv.Itoa(begin+size)
			break
		}
		items = append(items, shown(p))
	}
	if s.loop {
		bookmark = "again"
	}
	answer(w, http.StatusOK, map[string]any{"items": items, "bookmark": bookmark})
}

func (s *Server) remove(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	before := len(s.pins)
	s.pins = slices.DeleteFunc(s.pins, func(p Pin) bool { return p.ID == r.PathValue("id") })
	if len(s.pins) == before {
		fail(w, http.StatusNotFound, 50, "Pin not found.")
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// shown is a pin as the API gives it. What is empty is null, and times are UTC without saying so.
func shown(p Pin) map[string]any {
	null := func(s string) any {
		if s == "" {
			return nil
		}
		return s
	}
	kind := "video"
	switch {
	case len(p.Pictures) > 1:
		kind = "multiple_images"
	case p.Picture || len(p.Pictures) == 1:
		kind = "image"
	}
	return map[string]any{
		"id": p.ID, "created_at": p.At.Format("2006-01-02T15:04:05"), "board_id": p.Board, "board_section_id": null(p.Section),
		"title": null(p.Title), "description": null(p.Description), "link": null(p.Link), "alt_text": null(p.Alt),
		"is_owner": !p.Foreign, "media": map[string]any{"media_type": kind}, "board_owner": map[string]any{"username": Username},
	}
}

func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the client may have gone
}

func fail(w http.ResponseWriter, status, code int, message string) {
	answer(w, status, map[string]any{"code": code, "message": message})
}
