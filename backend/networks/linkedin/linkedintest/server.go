// Package linkedintest is a server on loopback that speaks the part of LinkedIn's API that posts are
// written with, for tests.
//
// It is written from LinkedIn's documentation (learn.microsoft.com/linkedin: Posts, MultiImage, Images and
// Videos API, little Text Format, Authorization Code Flow, Token Introspection, Error Handling, as read in 2026),
// since there is no official description that a machine reads. It checks the token and what it may do, the
// headers and every field of a post, cuts a text at a character that is reserved and not escaped, refuses
// what repeats an earlier post, and plays the failures that make publishing hard.
package linkedintest

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

// Who writes, with the application and the token that are always good.
const (
	Member    = "urn:li:person:a1B2-c3_D4"
	Page      = "urn:li:organization:12345"
	OtherPage = "urn:li:organization:999" // where the member may only look at figures
	ClientID  = "86linkedintest"
	Secret    = "WPL_AP1.linkedintest.c2VjcmV0"
	Redirect  = "http://127.0.0.1:28761/callback"
	Version   = "202609"
	goodToken = "AQX-linkedintest-good-token"
)

// Server is the stand-in. It is safe for concurrent use.
type Server struct {
	URL string // http://127.0.0.1:port

	mu       sync.Mutex
	page     bool
	failures []networktest.Failure
	canned   map[string][]Answer
	scopes   []string
	posts    []*Post
	images   []*Image
	videos   []*Video
	codes    map[string]string // a code, and the redirect it was given for
	refuse   string            // the error of the authorization page
	serial   int
	slow     int
	wrongs   []string
}

// Post is one that was saved.
type Post struct {
	URN        string
	Author     string
	Text       string // as people see it
	Little     string // as it was sent
	Visibility string
	Alts       []string
	Images     []*Image
	Video      *Video
	Document   *Image // a file whose URN is a document's
	Title      string // of the document
	Article    *Article
	Made       time.Time
	State      string
	Deleted    bool
	content    string
}

// Article is a link card.
type Article struct {
	Source      string `json:"source"`
	Title       string `json:"title"`
	Description string `json:"description"`
	Thumbnail   string `json:"thumbnail"`
}

// Image is one that was uploaded, or is about to be.
type Image struct {
	URN, Owner string
	Bytes      []byte
	Uploaded   bool
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

// New starts a server whose account is a member. It ends with the test, which fails if something was asked
// for in a way that LinkedIn does not document.
func New(t testing.TB) *Server {
	t.Helper()
	s := &Server{
		canned: map[string][]Answer{}, codes: map[string]string{},
		scopes: []string{"openid", "profile", "w_member_social"},
	}
	server := httptest.NewServer(s.routes())
	s.URL = server.URL
	t.Cleanup(func() {
		server.Close()
		for _, why := range s.wrongs {
			t.Errorf("a request that LinkedIn does not take: %s", why)
		}
	})
	return s
}

// NewPage starts a server whose account is a page.
func NewPage(t testing.TB) *Server {
	t.Helper()
	s := New(t)
	s.page, s.scopes = true, []string{"w_organization_social", "r_organization_social", "rw_organization_admin"}
	return s
}

// Account returns a connected account.
func (s *Server) Account() network.Account {
	a := network.Account{
		RemoteID: Member, Handle: "Ana Lind", Name: "Ana Lind", Server: s.URL, Expires: time.Now().Add(24 * time.Hour),
		Secret: network.SecretOf(map[string]string{"token": goodToken}),
	}
	if s.page {
		a.RemoteID, a.Handle, a.Name = Page, "square", "The square"
	}
	return a
}

// Answers are the good answers of a connect conversation that goes through the browser.
func (s *Server) Answers() map[string]string {
	answers := map[string]string{"client_id": ClientID, "client_secret": Secret, "page": "", "token": "", "version": Version}
	if s.page {
		answers["page"] = "https://www.linkedin.com/company/12345/admin/dashboard/"
	}
	return answers
}

// WrongAnswer is an answer that must ask again.
func (s *Server) WrongAnswer() (key, value string) { return "client_secret", "not-the-secret" }

// Token is the token that is always good.
func (s *Server) Token() string { return goodToken }

// Fail makes the next post fail. Several calls queue up.
func (s *Server) Fail(f networktest.Failure) { s.locked(func() { s.failures = append(s.failures, f) }) }

// Instead makes a method and path answer once with what they should not. Several calls queue up.
func (s *Server) Instead(at string, a Answer) {
	s.locked(func() { s.canned[at] = append(s.canned[at], a) })
}

// Slow makes the next n answers about a picture say that LinkedIn still works on it.
func (s *Server) Slow(n int) { s.locked(func() { s.slow = n }) }

// Grant sets what the token may do.
func (s *Server) Grant(scopes ...string) { s.locked(func() { s.scopes = scopes }) }

// Refuse makes LinkedIn's own page send the person back with an error.
func (s *Server) Refuse(code string) { s.locked(func() { s.refuse = code }) }

// Write saves a post of somebody, as if it had been written on LinkedIn's site.
func (s *Server) Write(author, text string, made time.Time) *Post {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.save(&Post{Author: author, Text: text, Made: made})
}

func (s *Server) locked(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
}

// Saved returns what was saved and not deleted, oldest first.
func (s *Server) Saved() []Post {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []Post
	for _, p := range s.posts {
		if !p.Deleted {
			list = append(list, *p)
		}
	}
	return list
}

// Posts is Saved for the suite of networks.
func (s *Server) Posts() []networktest.Post {
	var posts []networktest.Post
	for _, p := range s.Saved() {
		out := networktest.Post{ID: p.URN, Text: p.Text, Alts: p.Alts}
		for _, i := range p.Images {
			out.Images = append(out.Images, i.Bytes)
		}
		posts = append(posts, out)
	}
	return posts
}

// save gives a post its URN. The caller holds the lock.
func (s *Server) save(p *Post) *Post {
	s.serial++
	p.URN = fmt.Sprintf("urn:li:share:74000000000000%05d", s.serial)
	if p.Made.IsZero() {
		p.Made = time.Now()
	}
	p.State = "PUBLISHED"
	s.posts = append(s.posts, p)
	return p
}

func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /oauth/v2/authorization", s.authorize)
	mux.HandleFunc("POST /oauth/v2/accessToken", s.token)
	mux.HandleFunc("POST /oauth/v2/introspectToken", s.introspect)
	mux.HandleFunc("PUT /dms-uploads/{id}", s.upload)
	mux.HandleFunc("GET /v2/userinfo", s.signed(s.member))
	mux.HandleFunc("PUT /dms-videos/{id}/{part}", s.videoPart)
	mux.HandleFunc("POST /rest/videos", s.signed(s.versioned(s.beginOrEnd)))
	mux.HandleFunc("GET /rest/videos/{urn}", s.signed(s.versioned(s.video)))
	mux.HandleFunc("POST /rest/images", s.signed(s.versioned(s.begin)))
	mux.HandleFunc("GET /rest/images/{urn}", s.signed(s.versioned(s.image)))
	mux.HandleFunc("POST /rest/documents", s.signed(s.versioned(s.begin)))
	mux.HandleFunc("GET /rest/documents/{urn}", s.signed(s.versioned(s.image)))
	mux.HandleFunc("POST /rest/posts", s.signed(s.versioned(s.post)))
	mux.HandleFunc("GET /rest/posts", s.signed(s.versioned(s.list)))
	mux.HandleFunc("DELETE /rest/posts/{urn}", s.signed(s.versioned(s.remove)))
	mux.HandleFunc("POST /rest/posts/{urn}", s.signed(s.versioned(s.edit)))
	mux.HandleFunc("GET /rest/organizationAcls", s.signed(s.versioned(s.roles)))
	mux.HandleFunc("GET /rest/organizations/{id}", s.signed(s.versioned(s.organization)))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		at := r.Method + " " + r.URL.Path
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

// signed lets only the good token through.
func (s *Server) signed(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		switch r.Header.Get("Authorization") {
		case "Bearer " + goodToken:
			next(w, r)
		case "":
			fail(w, 401, "EMPTY_ACCESS_TOKEN", "Empty oauth2 access token")
		default:
			fail(w, 401, "INVALID_ACCESS_TOKEN", "Invalid access token")
		}
	}
}

// versioned demands the headers of the versioned API.
func (s *Server) versioned(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		switch v := r.Header.Get("Linkedin-Version"); {
		case r.Header.Get("X-Restli-Protocol-Version") != "2.0.0":
			s.wrong("%s %s without the protocol's version", r.Method, r.URL.Path)
			fail(w, 400, "", "the protocol's version is missing")
		case v == "":
			s.wrong("%s %s without a version", r.Method, r.URL.Path)
			fail(w, 400, "VERSION_MISSING", "A version must be present")
		case v < "202511" || v > Version:
			fail(w, 426, "NONEXISTENT_VERSION", "Requested version "+v+"01 is not active")
		default:
			next(w, r)
		}
	}
}

// may reports whether the token has a permission, and says no if it has not.
func (s *Server) may(w http.ResponseWriter, scope, what string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if slices.Contains(s.scopes, scope) {
		return true
	}
	fail(w, 403, "ACCESS_DENIED", "Not enough permissions to access: "+what)
	return false
}

// wrong notes what no client of LinkedIn should ask for.
func (s *Server) wrong(format string, args ...any) {
	s.locked(func() { s.wrongs = append(s.wrongs, fmt.Sprintf(format, args...)) })
}

func (s *Server) member(w http.ResponseWriter, _ *http.Request) {
	if s.may(w, "openid", "userinfo.GET") {
		answer(w, map[string]any{"sub": strings.TrimPrefix(Member, "urn:li:person:"), "name": "Ana Lind", "given_name": "Ana", "family_name": "Lind"})
	}
}

func (s *Server) roles(w http.ResponseWriter, r *http.Request) {
	if q := r.URL.Query(); q.Get("q") != "roleAssignee" || r.Header.Get("X-Restli-Method") != "FINDER" {
		s.wrong("roles were asked for by %q", r.URL.RawQuery)
	}
	if s.may(w, "rw_organization_admin", "organizationAcls.FINDER-roleAssignee") {
		role := func(page, role string) map[string]any {
			return map[string]any{"organization": page, "roleAssignee": Member, "role": role, "state": "APPROVED"}
		}
		answer(w, map[string]any{"elements": []any{role(OtherPage, "ANALYST"), role(Page, "ADMINISTRATOR")}, "paging": map[string]any{"start": 0, "count": 100}})
	}
}

func (s *Server) organization(w http.ResponseWriter, r *http.Request) {
	if "urn:li:organization:"+r.PathValue("id") != Page {
		fail(w, 404, "NOT_FOUND", "Could not find entity")
		return
	}
	answer(w, map[string]any{"id": 12345, "localizedName": "The square", "vanityName": "square"})
}

func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v) // the client may have gone
}

// fail says no as LinkedIn does.
func fail(w http.ResponseWriter, status int, code, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"status": status, "code": code, "message": message}) // the client may have gone
}
