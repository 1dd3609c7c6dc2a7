// Package lemmytest is a Lemmy server on loopback, or the part of one that posts are made with, for tests.
//
// It is written from the unofficial description of 0.19.11 (MV-GH/lemmy_openapi_spec, 2025-04-30) and,
// for what that leaves out, from Lemmy's own source (LemmyNet/lemmy, 2026-08-12): the order of checks,
// codes of errors, how pictures are uploaded, and which of it a 1.0 still has. It takes no field that
// the description does not name, refuses what Lemmy refuses, and plays the failures that make
// publishing hard.
package lemmytest

import (
	"bytes"
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

// Who writes where, and with what.
const (
	User      = "ana"
	Email     = "ana@mail.example"
	Password  = " correct horse "
	Code      = "123456"
	Person    = 34
	News      = 12 // a community of this server, "news"
	Photos    = 77 // one of another, "photos@far.example"
	Closed    = 78 // "closed", which was removed
	goodToken = "lemmytest.eyJzdWIiOiIzNCJ9.c2lnbmF0dXJl"
)

// english is the id of English; German has 32. There are no others.
const english = 37

// Server is the stand-in. It is safe for concurrent use.
type Server struct {
	URL     string // http://127.0.0.1:port
	Version string // "0.19.11" or "1.0.0"; set it before the first request

	modern bool

	mu       sync.Mutex
	factor   bool // a second factor is asked for
	failures []networktest.Failure
	posts    []Post
	images   map[string][]byte
	serial   int
	broken   []string // what does not follow the description
}

// Post is one that was saved.
type Post struct {
	ID        int
	Name      string
	Body      string
	URL       string
	Alt       string
	NSFW      bool
	Language  int
	Community int
	By        int
	At        time.Time
	Deleted   bool
	Pinned    bool
	Picture   []byte // what is at URL, if that is a picture of this server
}

var (
	_ networktest.Server    = (*Server)(nil)
	_ networktest.Connector = (*Server)(nil)
)

// New starts a Lemmy 0.19 that ends with the test, which fails if something was asked for in a way
// that the description does not know.
func New(t testing.TB) *Server { return start(t, &Server{Version: "0.19.11"}) }

// NewModern starts a Lemmy 1.0.
func NewModern(t testing.TB) *Server { return start(t, &Server{Version: "1.0.0", modern: true}) }

func start(t testing.TB, s *Server) *Server {
	t.Helper()
	s.images = map[string][]byte{}
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

// Host is the server's name, with its port.
func (s *Server) Host() string { return strings.TrimPrefix(s.URL, "http://") }

// Account returns a connected account.
func (s *Server) Account() network.Account {
	return network.Account{
		RemoteID: fmt.Sprintf("%d/%d@%s", Person, News, s.Host()), Handle: "news@" + s.Host(), Name: "News · ana",
		Server: s.URL, Secret: network.SecretOf(map[string]string{"token": goodToken}),
		Options: map[string]string{"languages": "en=37"},
	}
}

// Token is one that the server takes.
func (s *Server) Token() string { return goodToken }

// Answers are the good answers of a connect conversation.
func (s *Server) Answers() map[string]string {
	return map[string]string{"server": s.URL, "community": "!news@" + s.Host(), "user": User, "password": Password, "token": "", "code": Code}
}

// WrongAnswer is an answer that must ask again.
func (s *Server) WrongAnswer() (key, value string) { return "password", "guessed" }

// AskCode makes sign-ins ask for a second factor.
func (s *Server) AskCode() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.factor = true
}

// Fail makes the next post fail. Several calls queue up.
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

// Posts is Saved for the suite of networks.
func (s *Server) Posts() []networktest.Post {
	var posts []networktest.Post
	for _, p := range s.Saved() {
		out := networktest.Post{ID: fmt.Sprint(p.ID), Text: p.Body}
		if p.Picture != nil {
			out.Images, out.Alts = [][]byte{p.Picture}, []string{p.Alt}
		}
		posts = append(posts, out)
	}
	return posts
}

// Write saves a post of anybody in the community of Account. It gives it an id, and the present as its
// time if it has none.
func (s *Server) Write(p Post) Post {
	s.mu.Lock()
	defer s.mu.Unlock()
	p.Community = News
	return s.save(p)
}

// save gives a post its id and time. The caller holds the lock.
func (s *Server) save(p Post) Post {
	s.serial++
	p.ID = 1000 + s.serial
	if p.At.IsZero() {
		p.At = time.Now().UTC()
	}
	s.posts = append(s.posts, p)
	return p
}

func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	both := map[string]http.HandlerFunc{ // crates/api/routes_v3
		"GET /api/v3/site":           s.site,
		"POST /api/v3/user/login":    s.login,
		"GET /api/v3/resolve_object": s.resolve,
		"POST /api/v3/post":          s.create,
		"GET /api/v3/post":           s.one,
		"GET /api/v3/post/list":      s.list,
	}
	old := map[string]http.HandlerFunc{
		"GET /api/v3/community":    s.community,
		"POST /api/v3/post/delete": s.remove,
		"PUT /api/v3/post":         s.edit,
		"POST /pictrs/image":       s.upload,
	}
	if s.modern {
		old = map[string]http.HandlerFunc{
			"DELETE /api/v4/post": s.remove,
			"PUT /api/v4/post":    s.edit,
			"POST /api/v4/image":  s.upload,
		}
	}
	for path, handler := range both {
		mux.HandleFunc(path, handler)
	}
	for path, handler := range old {
		mux.HandleFunc(path, handler)
	}
	return mux
}

// signedIn reports whether a request has the token. Another is as good as none.
func signedIn(r *http.Request) bool { return r.Header.Get("Authorization") == "Bearer "+goodToken }

// needsAccount refuses a request without an account.
func (s *Server) needsAccount(w http.ResponseWriter, r *http.Request) bool {
	if signedIn(r) {
		return true
	}
	s.fail(w, "incorrect_login") // LocalUserView::from_request
	return false
}

func (s *Server) site(w http.ResponseWriter, r *http.Request) {
	out := map[string]any{
		"site_view": map[string]any{"site": map[string]any{"id": 1, "name": "A stand-in", "actor_id": s.URL + "/"}},
		"admins":    []any{}, "version": s.Version, "taglines": []any{}, "custom_emojis": []any{}, "blocked_urls": []any{},
		"all_languages": []any{
			map[string]any{"id": 0, "code": "und", "name": "Undetermined"},
			map[string]any{"id": 32, "code": "de", "name": "Deutsch"},
			map[string]any{"id": english, "code": "en", "name": "English"},
		},
		"discussion_languages": []int{0, 32, english},
	}
	if signedIn(r) {
		out["my_user"] = map[string]any{"local_user_view": map[string]any{"person": s.person(Person)}}
	}
	answer(w, http.StatusOK, out)
}

func (s *Server) person(id int) map[string]any {
	name := User
	if id != Person {
		name = fmt.Sprintf("user%d", id)
	}
	return map[string]any{"id": id, "name": name, "actor_id": s.URL + "/u/" + name, "local": true, "published": "2024-01-01T00:00:00Z"}
}

func (s *Server) login(w http.ResponseWriter, r *http.Request) {
	var in struct {
		User     *string `json:"username_or_email"`
		Password *string `json:"password"`
		Code     *string `json:"totp_2fa_token"`
	}
	if !s.decode(w, r, &in) {
		return
	}
	s.mu.Lock()
	factor := s.factor
	s.mu.Unlock()
	switch {
	case in.User == nil || in.Password == nil:
		http.Error(w, "Json deserialize error: missing field", http.StatusBadRequest)
	case !strings.EqualFold(*in.User, User) && *in.User != Email || *in.Password != Password:
		s.fail(w, "incorrect_login")
	case factor && in.Code == nil:
		s.fail(w, "missing_totp_token")
	case factor && *in.Code != Code:
		s.fail(w, "incorrect_totp_token")
	default:
		answer(w, http.StatusOK, map[string]any{"jwt": goodToken, "registration_created": false, "verify_email_sent": false})
	}
}

// community answers for the names that it knows; those of other servers only to accounts.
func (s *Server) community(w http.ResponseWriter, r *http.Request) {
	name, host, remote := strings.Cut(r.URL.Query().Get("name"), "@")
	if !remote {
		host = s.Host()
	}
	s.answerCommunity(w, name, host, signedIn(r) || host == s.Host(), "community_view")
}

// resolve answers only to accounts, for the address of a community or its !name@host.
func (s *Server) resolve(w http.ResponseWriter, r *http.Request) {
	if !s.needsAccount(w, r) {
		return
	}
	q := r.URL.Query().Get("q")
	if name, ok := strings.CutPrefix(q, s.URL+"/c/"); ok {
		s.answerCommunity(w, name, s.Host(), true, "community")
		return
	}
	name, host, _ := strings.Cut(strings.TrimPrefix(q, "!"), "@")
	s.answerCommunity(w, name, host, host != s.Host(), "community") // a server does not ask itself
}

func (s *Server) answerCommunity(w http.ResponseWriter, name, host string, known bool, field string) {
	id, base := 0, s.URL
	switch {
	case name == "news" && host == s.Host():
		id = News
	case name == "closed" && host == s.Host():
		id = Closed
	case name == "photos" && host == "far.example":
		id, base = Photos, "https://far.example"
	}
	if id == 0 || !known {
		s.fail(w, "couldnt_find_community")
		return
	}
	out := map[string]any{field: map[string]any{"community": map[string]any{
		"id": id, "name": name, "title": strings.ToUpper(name[:1]) + name[1:], "actor_id": base + "/c/" + name,
		"removed": id == Closed, "deleted": false, "nsfw": false, "posting_restricted_to_mods": false, "local": base == s.URL,
	}, "subscribed": "NotSubscribed", "blocked": false}}
	if field == "community_view" {
		out["moderators"], out["discussion_languages"] = []any{}, []int{0, english}
	}
	answer(w, http.StatusOK, out)
}

// decode reads a body of exactly the fields that the description has. What is another is remembered.
func (s *Server) decode(w http.ResponseWriter, r *http.Request, into any) bool {
	body, err := io.ReadAll(r.Body)
	if err == nil && r.Header.Get("Content-Type") != "application/json" {
		err = fmt.Errorf("content type %q", r.Header.Get("Content-Type"))
	}
	if err == nil {
		decoder := json.NewDecoder(bytes.NewReader(body))
		decoder.DisallowUnknownFields()
		err = decoder.Decode(into)
	}
	if err == nil {
		return true
	}
	s.mu.Lock()
	s.broken = append(s.broken, fmt.Sprintf("%s %s: %v", r.Method, r.URL.Path, err))
	s.mu.Unlock()
	http.Error(w, "Json deserialize error: "+err.Error(), http.StatusBadRequest)
	return false
}

func answer(w http.ResponseWriter, code int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(v) // the client may have gone
}

// fail answers with a code and the status that Lemmy gives it.
func (s *Server) fail(w http.ResponseWriter, code string) {
	status := http.StatusBadRequest
	switch {
	case code == "incorrect_login":
		status = http.StatusUnauthorized
	case code == "not_found", s.modern && strings.HasPrefix(code, "couldnt_find_"):
		code, status = "not_found", http.StatusNotFound
	}
	answer(w, status, map[string]any{"error": code})
}
