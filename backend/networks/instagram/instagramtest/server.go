// Package instagramtest is a server on loopback that speaks the part of the Instagram API with Instagram
// login that posts are published with, for tests.
//
// It is written from Meta's guide to content publishing and the references of containers, media and error
// codes, as quoted in 2026, and holds the parameters of every request to what the description of an account
// in Meta's code generator says (document.go). It fetches media from a shelf, works on containers, lists
// posts, signs in an application, and plays the failures that make publishing hard.
package instagramtest

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/networktest"
)

// Whose account it is, with the token that is always good.
const (
	ID        = "17841405822304914"
	Handle    = "kari.bakes"
	Name      = "Kari bakes"
	GoodToken = "IGAAinstagramtestZAgoodtokenZD"
)

const version = "/v26.0"

// Container is one that was made.
type Container struct {
	ID     string
	Form   url.Values
	State  string
	Status string
	Media  []networktest.Shelved
	Post   string // the id of the post that it became

	item  bool
	alts  []string
	asked int
	at    time.Time
}

// Comment is one under a post.
type Comment struct{ ID, Post, Text string }

// Answer is one that a test gives in Instagram's stead.
type Answer struct {
	Status int
	Header map[string]string
	Body   string
}

// Server is the stand-in. It is safe for concurrent use.
type Server struct {
	*networktest.Shelf
	URL string // http://127.0.0.1:port

	mu         sync.Mutex
	failures   []networktest.Failure
	containers []*Container
	shown      []*Container // in the order in which they were published
	comments   []Comment
	late       []networktest.Failure // of comments alone
	silent     bool                  // the token may not write comments
	serial     int
	slow       int    // how often a container is still worked on
	ruin       string // the status of the next container
	used       int    // of the posts of a day
	kind       string // of the account
	hide       bool   // new posts are not listed yet
	broken     []string
	instead    map[string]Answer
	signed
}

var (
	_ networktest.Server    = (*Server)(nil)
	_ networktest.Connector = (*Server)(nil)
)

// New starts a server that ends with the test, which fails if anything was asked for in a way that the API's
// description does not know.
func New(t testing.TB) *Server {
	t.Helper()
	networktest.Verified(t, "instagram", networktest.Description, "IGUser of facebook/facebook-business-sdk-codegen, ad2b0b6, 2026-04-15")
	s := &Server{Shelf: networktest.NewShelf(), instead: map[string]Answer{}, kind: "BUSINESS"}
	s.tokens = map[string]time.Time{GoodToken: {}}
	server := httptest.NewServer(http.HandlerFunc(s.serve))
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
		RemoteID: ID, Handle: Handle, Name: Name, Server: s.URL, Folder: "channel-1",
		Secret: network.SecretOf(map[string]string{"token": GoodToken}),
	}
}

func (s *Server) set(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
}

// Fail makes the next request that publishes fail. Several calls queue up.
func (s *Server) Fail(f networktest.Failure) { s.set(func() { s.failures = append(s.failures, f) }) }

// Instead answers the next request ("POST /media_publish", by the end of its path) in Instagram's stead.
func (s *Server) Instead(request string, a Answer) { s.set(func() { s.instead[request] = a }) }

// Slow lets containers be worked on until they were asked n times.
func (s *Server) Slow(n int) { s.set(func() { s.slow = n }) }

// Ruin makes the next container one that Instagram fails on, with a status.
func (s *Server) Ruin(status string) { s.set(func() { s.ruin = status }) }

// Expire ends every container that is not published.
func (s *Server) Expire() {
	s.set(func() {
		for _, c := range s.containers {
			if c.State != "PUBLISHED" {
				c.State = "EXPIRED"
			}
		}
	})
}

// Spend says how many posts the account has published today.
func (s *Server) Spend(n int) { s.set(func() { s.used = n }) }

// Kind makes the account one of another kind, such as PERSONAL.
func (s *Server) Kind(kind string) { s.set(func() { s.kind = kind }) }

// Hide keeps new posts from being listed, or no longer.
func (s *Server) Hide(yes bool) { s.set(func() { s.hide = yes }) }

// Containers returns what was made, oldest first.
func (s *Server) Containers() (list []Container) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.containers {
		list = append(list, *c)
	}
	return list
}

// Posts are the containers that were published.
func (s *Server) Posts() (posts []networktest.Post) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.shown {
		p := networktest.Post{ID: c.Post, Text: c.Form.Get("caption"), Alts: c.alts}
		for _, m := range c.Media {
			p.Images = append(p.Images, m.Bytes)
		}
		posts = append(posts, p)
		for _, one := range s.comments {
			if one.Post == c.Post {
				posts = append(posts, networktest.Post{ID: one.ID, Text: one.Text, Parent: one.Post})
			}
		}
	}
	return posts
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	if s.inItsStead(w, r) {
		return
	}
	switch r.Method + " " + r.URL.Path {
	case "GET /oauth/authorize":
		s.page(w, r)
		return
	case "POST /oauth/access_token":
		s.token(w, r)
		return
	case "GET /access_token":
		s.exchange(w, r)
		return
	case "GET /refresh_access_token":
		s.refresh(w, r)
		return
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	if err != nil {
		return // the client has gone
	}
	form := r.URL.Query()
	if r.Method == http.MethodPost {
		if form, err = url.ParseQuery(string(body)); err != nil || len(r.URL.Query()) > 0 {
			s.breaks("a form that cannot be read, or a query beside it")
		}
	}
	path, versioned := strings.CutPrefix(r.URL.Path, version)
	if !versioned || r.URL.Query().Has("access_token") {
		s.breaks("no version in " + r.URL.Path + ", or a token in the address")
	}
	if !s.knows(r) {
		fail(w, http.StatusUnauthorized, 190, 0, "Error validating access token: Session has expired")
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	account, edge, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	switch {
	case r.Method == http.MethodGet && path == "/me":
		s.me(w, form)
	case r.Method == http.MethodGet && edge == "":
		s.state(w, account, form)
	case r.Method == http.MethodPost && edge == "comments":
		if why := wrong(r.Method, edge, form); why != "" {
			s.broken = append(s.broken, why)
		}
		s.comment(w, account, form.Get("message"))
	case account != ID:
		fail(w, http.StatusBadRequest, 100, 33, "Unsupported request. Object does not exist")
	default:
		if why := wrong(r.Method, edge, form); why != "" {
			s.broken = append(s.broken, why)
			fail(w, http.StatusBadRequest, 100, 0, why)
			return
		}
		switch r.Method + " " + edge {
		case "GET content_publishing_limit":
			answer(w, map[string]any{"data": []any{map[string]any{
				"quota_usage": s.used, "config": map[string]any{"quota_total": 50, "quota_duration": 86400},
			}}})
		case "POST media":
			s.make(w, form)
		case "POST media_publish":
			s.publish(w, form.Get("creation_id"))
		case "GET media":
			s.list(w, false)
		case "GET stories":
			s.list(w, true)
		}
	}
}

func (s *Server) inItsStead(w http.ResponseWriter, r *http.Request) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for request, a := range s.instead {
		method, end, _ := strings.Cut(request, " ")
		if method != r.Method || !strings.HasSuffix(r.URL.Path, end) {
			continue
		}
		delete(s.instead, request)
		for name, value := range a.Header {
			w.Header().Set(name, value)
		}
		w.WriteHeader(a.Status)
		_, _ = io.WriteString(w, a.Body) // the client may have gone
		return true
	}
	return false
}

func (s *Server) breaks(why string) { s.set(func() { s.broken = append(s.broken, why) }) }

// me is the account that the token is for. The caller holds the lock.
func (s *Server) me(w http.ResponseWriter, form url.Values) {
	if form.Get("fields") != "user_id,username,name,account_type" {
		s.broken = append(s.broken, "the account's fields are "+form.Get("fields"))
	}
	answer(w, map[string]any{"user_id": ID, "username": Handle, "name": Name, "account_type": s.kind, "id": "26012345678901234"})
}

func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	_ = json.NewEncoder(w).Encode(v) // the client may have gone
}

// fail answers as the Graph API does.
func fail(w http.ResponseWriter, status, code, sub int, message string) {
	e := map[string]any{"message": message, "type": "OAuthException", "code": code, "is_transient": false, "fbtrace_id": "A6LJylpZRKw2xKLFsAP"}
	if sub != 0 {
		e["error_subcode"], e["error_user_msg"] = sub, message
	}
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"error": e}) // the client may have gone
}
