// Package threadstest is a server on loopback that speaks the part of the Threads API that posts are published
// with, for tests.
//
// It is written from Meta's pages as quoted in 2026, and holds the parameters of every request to what Meta's
// own list of requests has (document.go). It fetches media from a shelf, works on containers, lists posts and
// replies, signs in an application, and plays the failures that make publishing hard.
package threadstest

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
	GoodToken = "THAAthreadstestZAgoodtokenZD"
)

const version = "/v1.0"

// Container is one that was made.
type Container struct {
	ID    string
	Form  url.Values
	State string
	Why   string
	Media []networktest.Shelved
	Post  string // the id of the post that it became

	item  bool
	alts  []string
	asked int
	at    time.Time
}

// Answer is one that a test gives in Threads's stead.
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
	serial     int
	slow       int    // how often a container is still worked on
	ruin       string // the message of the next container, which fails
	used       int    // of the posts of a day
	replied    int    // of the replies of a day
	young      bool   // the post before cannot be answered yet
	hide       bool   // new posts are not listed yet
	keeps      bool   // the sign-in may not delete
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
	networktest.Verified(t, "threads", networktest.Description, "Postman collection of fbsamples/threads_api, 44df04d, 2026-01-02")
	s := &Server{Shelf: networktest.NewShelf(), instead: map[string]Answer{}}
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

// Instead answers the next request ("POST /threads_publish", by the end of its path) in Threads's stead.
func (s *Server) Instead(request string, a Answer) { s.set(func() { s.instead[request] = a }) }

// Slow lets containers be worked on until they were asked n times.
func (s *Server) Slow(n int) { s.set(func() { s.slow = n }) }

// Ruin makes the next container one that Threads fails on, with a message.
func (s *Server) Ruin(why string) { s.set(func() { s.ruin = why }) }

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

// SpendReplies says how many replies the account has published today.
func (s *Server) SpendReplies(n int) { s.set(func() { s.replied = n }) }

// Young keeps the next reply from finding the post that it answers.
func (s *Server) Young() { s.set(func() { s.young = true }) }

// Keep leaves the sign-in without the permission to delete.
func (s *Server) Keep() { s.set(func() { s.keeps = true }) }

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
		p := networktest.Post{ID: c.Post, Text: c.Form.Get("text"), Alts: c.alts, Parent: c.Form.Get("reply_to_id")}
		for _, m := range c.Media {
			p.Images = append(p.Images, m.Bytes)
		}
		posts = append(posts, p)
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
	token := form.Get("access_token")
	form.Del("access_token")
	if r.Method == http.MethodPost {
		beside := len(form)
		if form, err = url.ParseQuery(string(body)); err != nil || beside > 0 {
			s.breaks("a form that cannot be read, or a query beside it")
		}
	}
	path, versioned := strings.CutPrefix(r.URL.Path, version+"/")
	if !versioned {
		s.breaks("no version in " + r.URL.Path)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, good := s.tokens[token]; !good {
		fail(w, http.StatusUnauthorized, 190, 0, "Error validating access token: Session has expired")
		return
	}
	if strings.Trim(path, "0123456789") == "" && r.Method == http.MethodGet {
		s.state(w, path, form)
		return
	}
	if strings.Trim(path, "0123456789") == "" && r.Method == http.MethodDelete && len(form) == 0 {
		s.remove(w, path)
		return
	}
	if why := wrong(r.Method, path, form); why != "" {
		s.broken = append(s.broken, why)
		fail(w, http.StatusBadRequest, 100, 0, why)
		return
	}
	switch r.Method + " " + path {
	case "GET me":
		answer(w, map[string]any{"id": ID, "username": Handle, "name": Name})
	case "GET debug_token":
		_, valid := s.tokens[form.Get("input_token")]
		answer(w, map[string]any{"data": map[string]any{"type": "USER", "application": "Postbag", "is_valid": valid, "scopes": s.scopes(), "user_id": ID}})
	case "GET me/threads_publishing_limit":
		answer(w, map[string]any{"data": []any{map[string]any{
			"quota_usage": s.used, "config": map[string]any{"quota_total": 250, "quota_duration": 86400},
			"reply_quota_usage": s.replied, "reply_config": map[string]any{"quota_total": 1000, "quota_duration": 86400},
		}}})
	case "POST me/threads":
		s.make(w, form)
	case "POST me/threads_publish":
		s.publish(w, form.Get("creation_id"))
	case "GET me/threads":
		s.list(w, false)
	case "GET me/replies":
		s.list(w, true)
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
