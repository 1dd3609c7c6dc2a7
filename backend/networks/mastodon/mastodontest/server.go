// Package mastodontest is a server on loopback that speaks the Mastodon API, for tests of
// everything that publishes: the network, the queue and the command line.
//
// It is written from the Mastodon documentation (2026-07-02) and, in its other flavours, from what
// GoToSocial, Pleroma and Pixelfed say of themselves (kinds.go), and knows nothing of the code it
// tests. It checks tokens, scopes of media, limits and polls as documented, keeps
// Idempotency-Keys for an hour, and plays the failures that make publishing hard: answers
// lost after a post was saved, posts saved after the connection was lost, storms of 429 and 503.
package mastodontest

import (
	"encoding/json"
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

// Ghost cuts the connection of the next post with nothing saved, and saves it when Settle is
// called: the answer says nothing about what happens later.
const Ghost networktest.Failure = "ghost"

// The account everybody posts as, and the token that is always good.
const (
	accountID = "109876543210"
	username  = "ana"
	domain    = "social.example"
	goodToken = "mastodontest-token-3f9c1a"
)

// keyLife is how long a key names one post (Mastodon documentation, methods/statuses, 2026-07-02).
const keyLife = time.Hour

// Server is the stand-in. It is safe for concurrent use.
type Server struct {
	URL   string // http://127.0.0.1:port
	Token string // an access token it accepts

	flavour Flavour
	http    *httptest.Server

	mu       sync.Mutex
	failures []networktest.Failure
	ahead    time.Duration // how far its clock was moved
	async    int           // how often an upload answers "not ready" before it is
	refuse   bool          // uploads fail
	statuses []Status
	ghosts   []func()
	media    map[string]*Media
	keys     map[string]keyed
	repeats  map[string]repeat
	seen     map[string]bool
	asked    map[string]int
	calls    []string
	serial   int
	apps     map[string]app
	codes    map[string]grant
	tokens   map[string]bool
}

// Status is a post that was saved.
type Status struct {
	ID         string
	Text       string
	Warning    string
	Visibility string
	Language   string
	Format     string // content_type, where there is one
	Sensitive  bool
	InReplyTo  string
	Key        string // the Idempotency-Key it came with
	Media      []Media
	Poll       *Poll
	CreatedAt  time.Time
}

// Poll is the poll of a post.
type Poll struct {
	Options    []string `json:"options"`
	ExpiresIn  int64    `json:"expires_in"` // seconds
	Multiple   bool     `json:"multiple"`
	HideTotals bool     `json:"hide_totals"`
}

// Media is an upload.
type Media struct {
	ID       string
	Type     string // MIME
	Alt      string
	Focus    string // as it was sent
	FileName string
	Bytes    []byte

	attached bool
	polls    int // times it still answers "not ready"
}

type keyed struct {
	id string
	at time.Time
}

var (
	_ networktest.Server    = (*Server)(nil)
	_ networktest.Keyed     = (*Server)(nil)
	_ networktest.Connector = (*Server)(nil)
	_ networktest.Limited   = (*Server)(nil)
)

// New starts a stock Mastodon that ends with the test.
func New(t testing.TB) *Server { return NewFlavour(t, Mastodon) }

// NewFlavour starts a server of a flavour that ends with the test.
func NewFlavour(t testing.TB, f Flavour) *Server {
	t.Helper()
	s := &Server{
		Token: goodToken, flavour: f,
		media: map[string]*Media{}, keys: map[string]keyed{}, repeats: map[string]repeat{}, seen: map[string]bool{}, asked: map[string]int{},
		apps: map[string]app{}, codes: map[string]grant{}, tokens: map[string]bool{goodToken: true},
	}
	s.http = httptest.NewServer(s.routes())
	t.Cleanup(s.http.Close)
	s.URL = s.http.URL
	return s
}

// Account returns a connected account without limits of its own.
func (s *Server) Account() network.Account {
	return network.Account{
		RemoteID: accountID + "@" + strings.TrimPrefix(s.URL, "http://"),
		Handle:   username + "@" + domain,
		Name:     "Ana",
		Server:   s.URL,
		Secret:   network.SecretOf(map[string]string{"token": goodToken}),
	}
}

// Fail makes the next publishing request fail. Several calls queue up. It panics on a failure
// it cannot play.
func (s *Server) Fail(f networktest.Failure) {
	if f != Ghost && !s.Plays(f) {
		panic("mastodontest: cannot play " + string(f))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failures = append(s.failures, f)
}

// Plays reports whether Fail can play f. The refusal of a post with media proves nothing where keys are
// not kept, so such a server does not play a documented one.
func (s *Server) Plays(f networktest.Failure) bool {
	switch f {
	case networktest.Unauthorized, networktest.RateLimited, networktest.ServerError, networktest.DropAfter, networktest.Garbage:
		return true
	case networktest.Refused:
		return s.KeyHonoured()
	}
	return false
}

// KeyHonoured reports whether one key makes one post.
func (s *Server) KeyHonoured() bool { return s.kind().keys == kept }

// Answers are the good answers of a connect conversation with a token.
func (s *Server) Answers() map[string]string {
	return map[string]string{"server": s.URL, "token": s.Token}
}

// WrongAnswer is an answer that must ask again.
func (s *Server) WrongAnswer() (key, value string) { return "token", "not-the-token" }

// Settle saves the posts whose connection was lost before (Ghost).
func (s *Server) Settle() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, save := range s.ghosts {
		save()
	}
	s.ghosts = nil
}

// Async makes later uploads answer 202, and "not ready" n times when they are asked for.
func (s *Server) Async(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.async = n
}

// RefuseMedia makes later uploads fail as files it cannot process.
func (s *Server) RefuseMedia() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refuse = true
}

// Advance moves the server's clock.
func (s *Server) Advance(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ahead += d
}

// Revoke makes the token worthless.
func (s *Server) Revoke() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tokens = map[string]bool{}
}

// Statuses returns what was saved and not deleted, oldest first.
func (s *Server) Statuses() []Status {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.statuses)
}

// Posts is Statuses for the suite of networks.
func (s *Server) Posts() []networktest.Post {
	var posts []networktest.Post
	for _, st := range s.Statuses() {
		p := networktest.Post{ID: st.ID, Text: st.Text, Parent: st.InReplyTo}
		for _, m := range st.Media {
			p.Alts = append(p.Alts, m.Alt)
			p.Images = append(p.Images, m.Bytes)
		}
		posts = append(posts, p)
	}
	return posts
}

// Keyed returns how many publishing requests came with each Idempotency-Key, "" for none.
func (s *Server) Keyed() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	counts := map[string]int{}
	for k, n := range s.asked {
		counts[k] = n
	}
	return counts
}

// Calls returns method and path of every request so far, in order.
func (s *Server) Calls() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.calls)
}

// now is the server's clock. The caller holds the lock.
func (s *Server) now() time.Time { return time.Now().Add(s.ahead).UTC() }

// id makes the next id. The caller holds the lock.
func (s *Server) id() string {
	s.serial++
	switch s.flavour {
	case GoToSocial:
		return fmt.Sprintf("01JZ%022d", s.serial)
	case Pleroma:
		return fmt.Sprintf("AzK%015d", s.serial)
	case Mastodon, Pixelfed, Older:
	}
	return fmt.Sprint(112000000000000000 + s.serial)
}

func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/v2/instance", s.instance)
	mux.HandleFunc("GET /api/v1/instance", s.instance)
	mux.HandleFunc("GET /.well-known/nodeinfo", s.nodeInfoLinks)
	for _, path := range []string{"/nodeinfo/2.0", "/nodeinfo/2.0.json", "/api/nodeinfo/2.0.json"} {
		mux.HandleFunc("GET "+path, s.nodeInfo)
	}
	mux.HandleFunc("GET /.well-known/oauth-authorization-server", s.discovery)
	mux.HandleFunc("GET /api/v1/accounts/verify_credentials", s.authorised(s.verify))
	mux.HandleFunc("GET /api/v1/accounts/{id}/statuses", s.authorised(s.list))
	mux.HandleFunc("POST /api/v2/media", s.authorised(s.upload))
	mux.HandleFunc("POST /api/v1/media", s.authorised(s.upload))
	mux.HandleFunc("GET /api/v1/media/{id}", s.authorised(s.showMedia))
	mux.HandleFunc("POST /api/v1/statuses", s.post)
	mux.HandleFunc("GET /api/v1/statuses/{id}", s.authorised(s.show))
	mux.HandleFunc("GET /api/v1/statuses/{id}/source", s.authorised(s.source))
	mux.HandleFunc("DELETE /api/v1/statuses/{id}", s.authorised(s.remove))
	mux.HandleFunc("PUT /api/v1/statuses/{id}", s.authorised(s.edit))
	mux.HandleFunc("POST /api/v1/apps", s.register)
	mux.HandleFunc("GET /oauth/authorize", s.authorize)
	mux.HandleFunc("POST /oauth/token", s.exchange)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.calls = append(s.calls, r.Method+" "+r.URL.Path)
		now := s.now().Truncate(time.Second)
		s.mu.Unlock()
		h := w.Header()
		h.Set("Date", now.Format(http.TimeFormat))
		h.Set("X-RateLimit-Limit", "300")
		h.Set("X-RateLimit-Remaining", "299")
		h.Set("X-RateLimit-Reset", now.Add(5*time.Minute).Format("2006-01-02T15:04:05.000000Z"))
		mux.ServeHTTP(w, r)
	})
}

// authorised lets requests with a good token through.
func (s *Server) authorised(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if !s.knows(r) {
			fail(w, http.StatusUnauthorized, "The access token is invalid")
			return
		}
		next(w, r)
	}
}

func (s *Server) knows(r *http.Request) bool {
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	s.mu.Lock()
	defer s.mu.Unlock()
	return ok && s.tokens[token]
}

func answer(w http.ResponseWriter, code int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(v) // the client may have gone
}

func fail(w http.ResponseWriter, code int, why string) {
	answer(w, code, map[string]string{"error": why})
}
