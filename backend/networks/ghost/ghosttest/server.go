// Package ghosttest is a server on loopback that speaks the part of Ghost's Admin API that posts are
// written with, for tests.
//
// It is written from Ghost's documentation (TryGhost/Docs, Admin API, 2026-08-22) and holds every request to
// the parameters and fields that are listed there. It has a clock of its own, by which it checks the tokens
// that keys sign, makes slugs unique as Ghost does, refuses a change that does not name the time of the last
// one, and remembers whether a newsletter would have gone out. It plays the failures that make publishing
// hard.
package ghosttest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/networktest"
)

// The key that is always good, and one that may do nothing.
const (
	KeyID  = "5f3b0c0d9a7e4e0039b1c0de"
	Secret = "1f0e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0"

	Powerless = "5f3b0c0d9a7e4e0039b1c0ff"
)

// Server is the stand-in. It is safe for concurrent use.
type Server struct {
	URL string // http://127.0.0.1:port

	mu       sync.Mutex
	failures []networktest.Failure
	posts    []Post
	files    []File
	serial   int
	broken   []string // what does not follow the documentation
	emails   int

	ahead   time.Duration // of the clock of this machine
	version string
	slow    int  // so many uploads take longer than a token is good for
	clash   bool // every draft gets a twin, as if an answer had been lost
}

// Post is one that was saved.
type Post struct {
	ID         string
	Status     string
	Title      string
	HTML       string
	Excerpt    string
	Slug       string
	Visibility string
	Feature    string
	FeatureAlt string
	Tags       []string

	changed time.Time
}

// File is one that was uploaded.
type File struct {
	Name  string
	Media bool // a video, or a sound
	Bytes []byte
	URL   string
}

var (
	_ networktest.Server    = (*Server)(nil)
	_ networktest.Connector = (*Server)(nil)
)

// New starts a server that ends with the test, which fails if something was asked for in a way that the
// documentation does not know, or if a newsletter would have been sent.
func New(t testing.TB) *Server {
	t.Helper()
	s := &Server{version: "6.2", serial: 10}
	server := httptest.NewServer(s.routes())
	s.URL = server.URL
	t.Cleanup(func() {
		server.Close()
		for _, why := range s.broken {
			t.Errorf("a request that the API does not know: %s", why)
		}
		if s.emails > 0 {
			t.Errorf("%d newsletters would have been sent", s.emails)
		}
	})
	return s
}

// Account returns a connected account.
func (s *Server) Account() network.Account {
	host := strings.TrimPrefix(s.URL, "http://")
	return network.Account{
		RemoteID: host, Handle: host, Name: "The garden", Server: s.URL,
		Secret: network.SecretOf(map[string]string{"key": KeyID + ":" + Secret}),
	}
}

// Fail makes the next request that publishes a post fail. Several calls queue up.
func (s *Server) Fail(f networktest.Failure) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failures = append(s.failures, f)
}

// Ahead sets the server's clock before that of this machine, or behind it.
func (s *Server) Ahead(by time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ahead = by
}

// Version makes the server say that it is of another version.
func (s *Server) Version(v string) { s.version = v }

// Slow makes the next uploads last six minutes, and be looked at only at their end.
func (s *Server) Slow(uploads int) { s.slow = uploads }

// WithTwins gives every draft a twin of the same words, as a lost answer does.
func (s *Server) WithTwins() { s.clash = true }

// Answers are the good answers of a connect conversation.
func (s *Server) Answers() map[string]string {
	return map[string]string{"site": s.URL, "key": " " + KeyID + ":" + Secret + "\n"}
}

// WrongAnswer is an answer that must ask again.
func (s *Server) WrongAnswer() (key, value string) {
	return "key", KeyID + ":" + strings.Repeat("0", 64)
}

// Saved returns the posts of some statuses, all of them if none is named, oldest first.
func (s *Server) Saved(statuses ...string) (list []Post) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.posts {
		if len(statuses) == 0 || slices.Contains(statuses, p.Status) {
			list = append(list, p)
		}
	}
	return list
}

// Change edits a post as somebody on the site does.
func (s *Server) Change(id string, edit func(*Post)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.posts {
		if s.posts[i].ID == id {
			edit(&s.posts[i])
			s.posts[i].changed = s.posts[i].changed.Add(time.Second)
		}
	}
}

// Files returns what was uploaded, oldest first.
func (s *Server) Files() []File {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.files)
}

// Posts is what readers see, for the suite of networks.
func (s *Server) Posts() []networktest.Post {
	var list []networktest.Post
	for _, p := range s.Saved("published") {
		text, shown, err := Read(p.HTML)
		if err != nil {
			text = err.Error()
		}
		if p.Feature != "" {
			shown = append([]Shown{{p.Feature, p.FeatureAlt}}, shown...)
		}
		seen := networktest.Post{ID: p.ID, Text: text}
		for _, m := range shown {
			for _, f := range s.Files() {
				if f.URL == m.Source {
					seen.Alts, seen.Images = append(seen.Alts, m.Alt), append(seen.Images, f.Bytes)
				}
			}
		}
		list = append(list, seen)
	}
	return list
}

func (s *Server) now() time.Time { return time.Now().Add(s.ahead) }

const api = "/ghost/api/admin"

func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+api+"/site/{$}", s.site)
	mux.HandleFunc("GET "+api+"/posts/{$}", s.list)
	mux.HandleFunc("POST "+api+"/posts/{$}", s.create)
	mux.HandleFunc("GET "+api+"/posts/{id}/{$}", s.get)
	mux.HandleFunc("PUT "+api+"/posts/{id}/{$}", s.update)
	mux.HandleFunc("DELETE "+api+"/posts/{id}/{$}", s.remove)
	mux.HandleFunc("POST "+api+"/images/upload/{$}", s.upload)
	mux.HandleFunc("POST "+api+"/media/upload/{$}", s.upload)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		r.Body = io.NopCloser(strings.NewReader(string(body)))
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.slow > 0 && strings.HasSuffix(r.URL.Path, "/upload/") {
			s.slow--
			s.ahead += 6 * time.Minute
		}
		w.Header().Set("Date", s.now().UTC().Format(http.TimeFormat))
		s.listed(r)
		if r.URL.Path != api+"/site/" {
			if status, kind, why := s.signed(r.Header.Get("Authorization")); status != 0 {
				fail(w, status, kind, why)
				return
			}
		}
		mux.ServeHTTP(w, r)
	})
}

// parameters are those of the documentation that a publishing program has a use for.
var parameters = []string{"source", "formats", "limit", "filter"}

// listed holds a request to the documentation.
func (s *Server) listed(r *http.Request) {
	if !regexp.MustCompile(`^v\d+\.\d+$`).MatchString(r.Header.Get("Accept-Version")) {
		s.broken = append(s.broken, "without Accept-Version: "+r.URL.Path)
	}
	for key := range r.URL.Query() {
		switch {
		case key == "newsletter" || key == "email_segment":
			s.emails++
		case !slices.Contains(parameters, key):
			s.broken = append(s.broken, "the parameter "+key)
		}
	}
}

// signed checks a token as the documentation describes it. A status of zero says that it is good.
func (s *Server) signed(header string) (status int, kind, why string) {
	const unauthorized = "UnauthorizedError"
	scheme, token, _ := strings.Cut(header, " ")
	parts := strings.Split(token, ".")
	if scheme != "Ghost" || len(parts) != 3 {
		return 401, unauthorized, `Authorization header format is "Authorization: Ghost [token]"`
	}
	var head struct{ Alg, Typ, Kid string }
	var body struct {
		Iat, Exp int64
		Aud      string
	}
	for i, into := range []any{&head, &body} {
		text, err := base64.RawURLEncoding.DecodeString(parts[i])
		if err != nil || json.Unmarshal(text, into) != nil {
			return 400, "BadRequestError", "Invalid token"
		}
	}
	if head.Kid != KeyID && head.Kid != Powerless {
		return 401, unauthorized, "Unknown Admin API Key"
	}
	secret, err := hex.DecodeString(Secret)
	if err != nil {
		panic(err)
	}
	h := hmac.New(sha256.New, secret)
	h.Write([]byte(parts[0] + "." + parts[1]))
	sum, err := base64.RawURLEncoding.DecodeString(parts[2])
	now := s.now().Unix()
	switch {
	case err != nil || head.Alg != "HS256" || head.Typ != "JWT" || !hmac.Equal(sum, h.Sum(nil)):
		return 401, unauthorized, "Invalid token: invalid signature"
	case body.Aud != "/admin/":
		return 401, unauthorized, "Invalid token: jwt audience invalid"
	case body.Exp <= now || body.Iat+300 <= now:
		return 401, unauthorized, "Invalid token: jwt expired"
	case body.Exp > body.Iat+300 || body.Iat > now:
		return 401, unauthorized, "Invalid token: it is good for too long"
	case head.Kid == Powerless:
		return 403, "NoPermissionError", "You do not have permission to perform this action"
	}
	return 0, "", ""
}

func (s *Server) site(w http.ResponseWriter, _ *http.Request) {
	answer(w, http.StatusOK, map[string]any{"site": map[string]any{
		"title": "The garden", "description": "What grows", "url": s.URL + "/", "version": s.version, "accent_color": "#FF1A75",
	}})
}

func answer(w http.ResponseWriter, code int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(v) // the client may have gone
}

func fail(w http.ResponseWriter, status int, kind, why string) {
	answer(w, status, map[string]any{"errors": []any{map[string]any{
		"message": why, "context": nil, "type": kind, "details": nil, "property": nil, "help": nil, "code": nil,
		"id": fmt.Sprintf("%s-%d", strings.ToLower(kind), status),
	}}})
}

// refuse plays a failure that saves nothing. It reports whether it did.
func refuse(w http.ResponseWriter, failure networktest.Failure) bool {
	switch failure {
	case networktest.Unauthorized:
		fail(w, http.StatusUnauthorized, "UnauthorizedError", "Unknown Admin API Key")
	case networktest.RateLimited:
		w.Header().Set("Retry-After", "7")
		fail(w, http.StatusTooManyRequests, "TooManyRequestsError", "Too many attempts.")
	case networktest.Refused:
		fail(w, http.StatusUnprocessableEntity, "ValidationError", "Validation error, cannot edit post.")
	case networktest.ServerError:
		fail(w, http.StatusInternalServerError, "InternalServerError", "An unexpected error occurred, please try again.")
	case networktest.DropAfter, networktest.Garbage:
		return false
	default:
		return false
	}
	return true
}
