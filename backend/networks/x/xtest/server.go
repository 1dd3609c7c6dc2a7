// Package xtest is a server on loopback that speaks the part of X's API v2 that an application posts
// with, for tests.
//
// It is written from X's documentation (docs.x.com and the description of the API, version 2.167, 2026-08)
// and restates the facts of that description which hold for these requests: names and forms of fields and
// parameters, what is required, and that unknown ones are refused. The description itself may not be
// passed on, so it is not here. The server signs people in, ends a refresh token with its first use,
// takes files in pieces, writes links as t.co, cuts long texts, refuses the text of a recent post, and
// plays the failures that make publishing hard.
package xtest

import (
	"encoding/json"
	"fmt"
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

// Who posts, by which application, and the address that application may be called back at.
const (
	User     = "2244994945"
	Handle   = "ana_bakes"
	Client   = "bmF0aXZlLWNsaWVudA"
	Web      = "d2ViLWNsaWVudA" // an application that has a secret
	Secret   = "xtest-web-secret"
	Callback = "http://127.0.0.1:53682/callback"

	firstAccess  = "xtest-access-token-0"
	firstRefresh = "xtest-refresh-token-0"
)

// Server is the stand-in. It is safe for concurrent use.
type Server struct {
	URL string // http://127.0.0.1:port

	mu           sync.Mutex
	failures     []networktest.Failure
	canned       map[string][]Answer
	posts        []Post
	files        map[string]*File
	grants       map[string]grant // by code
	access       map[string]bool
	refresh      map[string]string // the client of each
	serial       int
	slow         int // how many more answers about a file say that X works on it
	broken       []string
	asked        []string // "METHOD path" of every request
	forgetful    bool     // takes a text again
	older        bool     // knows the older names of fields alone
	subscription string
	scopes       string
	failed       bool // cannot use any file
}

// Post is one that was saved.
type Post struct {
	ID       string
	Text     string
	Parent   string
	By       string
	At       time.Time
	Files    []*File
	Poll     []string
	Minutes  int
	Settings string
	AI, Paid bool
}

// File is one that was begun.
type File struct {
	ID, Type, Category, Alt string
	Length                  int
	Pieces                  map[int][]byte
	Whole                   bool
}

// Bytes returns what was sent, in order.
func (f *File) Bytes() (all []byte) {
	for n := range len(f.Pieces) {
		all = append(all, f.Pieces[n]...)
	}
	return all
}

// Answer is what is answered instead of what should be.
type Answer struct {
	Status int
	Header map[string]string
	Body   string
}

var (
	_ networktest.Server    = (*Server)(nil)
	_ networktest.Connector = (*Server)(nil)
)

// New starts a server that ends with the test, which fails if something was asked for in a way that X's
// description does not know.
func New(t testing.TB) *Server {
	t.Helper()
	s := &Server{
		canned: map[string][]Answer{}, files: map[string]*File{}, grants: map[string]grant{},
		access: map[string]bool{firstAccess: true}, refresh: map[string]string{firstRefresh: Client}, subscription: "None",
	}
	server := httptest.NewServer(s.routes(official(t)))
	s.URL = server.URL
	t.Cleanup(func() {
		server.Close()
		for _, why := range s.broken {
			t.Errorf("a request that X does not take: %s", why)
		}
	})
	return s
}

// Forgetful is New, but the time is over in which X refuses a text that it has: nobody says how long that is.
func Forgetful(t testing.TB) *Server {
	t.Helper()
	s := New(t)
	s.forgetful = true
	return s
}

// Account returns a connected account.
func (s *Server) Account() network.Account {
	return network.Account{
		RemoteID: User, Handle: Handle, Name: "Ana", Server: s.URL, Options: map[string]string{"client_id": Client},
		Secret: network.SecretOf(map[string]string{
			"client_id": Client, "client_secret": "", "access": firstAccess, "refresh": firstRefresh,
		}),
	}
}

// Answers are the good answers of a connect conversation.
func (s *Server) Answers() map[string]string {
	return map[string]string{"client_id": Client, "client_secret": ""}
}

// WrongAnswer is an answer that must ask again.
func (s *Server) WrongAnswer() (key, value string) { return "client_id", "two words" }

// set changes the server under its lock.
func (s *Server) set(change func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change()
}

// Fail makes the next post fail. Several calls queue up.
func (s *Server) Fail(f networktest.Failure) { s.set(func() { s.failures = append(s.failures, f) }) }

// Instead makes a path answer once with what it should not. Several calls queue up.
func (s *Server) Instead(path string, a Answer) {
	s.set(func() { s.canned[path] = append(s.canned[path], a) })
}

// Slow makes the next n answers about a file say that X works on it.
func (s *Server) Slow(n int) { s.set(func() { s.slow = n }) }

// Unusable makes X unable to use any video or animation.
func (s *Server) Unusable() { s.set(func() { s.failed = true }) }

// Older makes X know the older names of fields alone.
func (s *Server) Older() { s.set(func() { s.older = true }) }

// Subscribe sets what the account pays X for.
func (s *Server) Subscribe(to string) { s.set(func() { s.subscription = to }) }

// Grant makes X give other permissions than were asked for.
func (s *Server) Grant(scopes string) { s.set(func() { s.scopes = scopes }) }

// Forget loses every file, as X does after a day.
func (s *Server) Forget() { s.set(func() { s.files = map[string]*File{} }) }

// Expire ends every access token.
func (s *Server) Expire() { s.set(func() { s.access = map[string]bool{} }) }

// Write saves a post of the account, as if somebody had written it in a browser.
func (s *Server) Write(p Post) (saved Post) {
	s.set(func() { saved = s.save(p) })
	return saved
}

// Saved returns what was posted and not deleted, oldest first.
func (s *Server) Saved() (list []Post) {
	s.set(func() { list = slices.Clone(s.posts) })
	return list
}

// Asked returns how many requests there were whose method and path begin so.
func (s *Server) Asked(prefix string) (n int) {
	s.set(func() {
		for _, a := range s.asked {
			if strings.HasPrefix(a, prefix) {
				n++
			}
		}
	})
	return n
}

// Posts is Saved for the suite of networks.
func (s *Server) Posts() []networktest.Post {
	var list []networktest.Post
	for _, p := range s.Saved() {
		q := networktest.Post{ID: p.ID, Text: p.Text, Parent: p.Parent}
		for _, f := range p.Files {
			q.Alts, q.Images = append(q.Alts, f.Alt), append(q.Images, f.Bytes())
		}
		list = append(list, q)
	}
	return list
}

// save gives a post its id and time. The caller holds the lock.
func (s *Server) save(p Post) Post {
	p.ID = s.id()
	if p.At.IsZero() {
		p.At = time.Now()
	}
	s.posts = append(s.posts, p)
	return p
}

// id makes an id. The caller holds the lock.
func (s *Server) id() string {
	s.serial++
	return strconv.Itoa(1990000000000000000 + s.serial)
}

// wrong notes what no client of X should ask for. The caller holds the lock.
func (s *Server) wrong(format string, args ...any) {
	s.broken = append(s.broken, fmt.Sprintf(format, args...))
}

// routes answers requests, and holds those that X would look at to its description, if that is at hand.
func (s *Server) routes(description *contract) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /i/oauth2/authorize", s.authorize)
	mux.HandleFunc("POST /2/oauth2/token", s.token)
	for route, answers := range map[string]http.HandlerFunc{
		"GET /2/users/me": s.me, "POST /2/tweets": s.create, "DELETE /2/tweets/{id}": s.remove, "GET /2/users/{id}/tweets": s.timeline,
		"POST /2/media/upload/initialize": s.initialize, "POST /2/media/upload/{id}/append": s.append,
		"POST /2/media/upload/{id}/finalize": s.finalize, "GET /2/media/upload": s.status, "POST /2/media/metadata": s.metadata,
	} {
		mux.HandleFunc(route, s.signedIn(description, answers))
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.asked = append(s.asked, r.Method+" "+r.URL.Path)
		list := s.canned[r.URL.Path]
		if len(list) > 0 {
			s.canned[r.URL.Path] = list[1:]
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

// signedIn lets a request through that has a living token, under the lock.
func (s *Server) signedIn(description *contract, next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		if !ok || !s.access[token] {
			unauthorized(w)
			return
		}
		if description != nil && !s.older {
			if err := description.check(r); err != nil {
				s.wrong("by the official description: %v", err)
			}
		}
		next(w, r)
	}
}

func (s *Server) me(w http.ResponseWriter, r *http.Request) {
	if !s.only(r, map[string]string{"user.fields": "id name username subscription_type"}) {
		invalid(w, "One or more parameters to your request was invalid.", "")
		return
	}
	answer(w, 200, map[string]any{"data": map[string]any{"id": User, "name": "Ana", "username": Handle, "subscription_type": s.subscription}})
}

// only reports whether a request has no parameter but those named, with no value in their lists but
// those named ("" for any). The caller holds the lock.
func (s *Server) only(r *http.Request, known map[string]string) bool {
	for k, v := range r.URL.Query() {
		values, ok := known[k]
		if !ok || len(v) != 1 {
			s.wrong("%s has no parameter %s", r.URL.Path, k)
			return false
		}
		for _, one := range strings.Split(v[0], ",") {
			if values != "" && !slices.Contains(strings.Fields(values), one) {
				s.wrong("%s, %s has no value %q", r.URL.Path, k, one)
				return false
			}
		}
	}
	return true
}

func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the client may have gone
}

// problem says no as X does.
func problem(w http.ResponseWriter, status int, kind, title, detail string) {
	if kind != "about:blank" {
		kind = "https://api.x.com/2/problems/" + kind
	}
	answer(w, status, map[string]any{"type": kind, "title": title, "detail": detail, "status": status})
}

func unauthorized(w http.ResponseWriter) {
	problem(w, 401, "about:blank", "Unauthorized", "Unauthorized")
}

// invalid says no to a request; message is what validation says of it, "" for nothing.
func invalid(w http.ResponseWriter, detail, message string) {
	v := map[string]any{"type": "https://api.x.com/2/problems/invalid-request", "title": "Invalid Request", "detail": detail}
	if message != "" {
		v["errors"] = []map[string]any{{"message": message, "parameters": map[string]any{}}}
	}
	answer(w, 400, v)
}
