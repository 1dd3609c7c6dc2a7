// Package tiktoktest is a server on loopback that speaks the part of TikTok's API that videos and pictures
// are published with, for tests.
//
// It is written from the pages of TikTok for Developers (Content Posting API, Login Kit for Desktop, User
// Access Token Management, as quoted in 2026). No description that a machine reads exists, so the server
// holds every request to what those pages say: the fields, their values, the rules for the parts of a video.
// It fetches pictures from a shelf in memory. It keeps uploads and how far they are, works on videos, has an inbox, signs in an application, and plays
// the failures that make publishing hard.
package tiktoktest

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"postbag/backend/network"
	"postbag/backend/network/networktest"
)

// Whose account it is, with the token that is always good.
const (
	OpenID    = "-000tiktoktest0f0e0d0c-_"
	Username  = "karibakes"
	Nickname  = "Kari bakes"
	GoodToken = "act.tiktoktest0123456789ABCdef"
)

// Post is a video that TikTok has the whole of, or pictures that it was told of.
type Post struct {
	ID       string // publish_id
	Video    string // the post's own id, once everybody may see it
	Inbox    bool
	Title    string
	Text     string // beside pictures
	Music    bool
	Cover    int      // index of a picture
	Pictures [][]byte // once it has fetched them
	Privacy  string
	Comment  bool // allowed
	Duet     bool
	Stitch   bool
	Paid     bool
	Brand    bool
	AI       bool
	CoverMs  int64
	Type     string
	Bytes    []byte
	State    string
	Reason   string
}

// Answer is one that a test gives in TikTok's stead.
type Answer struct {
	Status int
	Header map[string]string
	Body   string
}

// Server is the stand-in. It is safe for concurrent use.
type Server struct {
	URL string // http://127.0.0.1:port

	mu       sync.Mutex
	failures []networktest.Failure
	uploads  map[string]*upload // by the upload_id of the address
	byID     map[string]*upload // by publish_id
	whole    []*upload          // in the order in which they became whole
	serial   int
	slow     int    // how often a video is still worked on
	ruin     string // why the next whole video fails
	cut      int64  // bytes after which the next part breaks; 0: none
	audited  bool   // the application may post to others
	stranger bool   // the person has not verified the address of their storage
	levels   []string
	seconds  int
	broken   []string
	instead  map[string]Answer
	asked    map[string]int
	signed
	*networktest.Shelf
}

var (
	_ networktest.Server    = (*Server)(nil)
	_ networktest.Connector = (*Server)(nil)
	_ networktest.Limited   = (*Server)(nil)
)

// New starts a server that ends with the test, which fails if anything was asked for in a way that TikTok's
// pages do not name.
func New(t testing.TB) *Server {
	t.Helper()
	s := &Server{
		uploads: map[string]*upload{}, byID: map[string]*upload{}, instead: map[string]Answer{}, asked: map[string]int{}, audited: true,
		Shelf: networktest.NewShelf(), levels: []string{"PUBLIC_TO_EVERYONE", "MUTUAL_FOLLOW_FRIENDS", "SELF_ONLY"}, seconds: 300,
	}
	s.signed = signed{tokens: map[string]string{GoodToken: scopes}, codes: map[string]map[string]string{}, refreshes: map[string]bool{}}
	server := httptest.NewServer(http.HandlerFunc(s.serve))
	s.URL = server.URL
	t.Cleanup(func() {
		server.Close()
		for _, why := range s.broken {
			t.Errorf("a request that TikTok does not take: %s", why)
		}
	})
	return s
}

// Account returns a connected account.
func (s *Server) Account() network.Account {
	return network.Account{
		RemoteID: OpenID, Handle: Username, Name: Nickname, Server: s.URL, Folder: "kari", Secret: network.SecretOf(map[string]string{"token": GoodToken}),
	}
}

func (s *Server) set(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
}

// Plays says which failures the address for a video can play: it asks for no sign-in, has no limit of
// requests, and looks into no video before it is whole.
func (s *Server) Plays(f networktest.Failure) bool {
	return f == networktest.ServerError || f == networktest.DropAfter || f == networktest.Garbage
}

// Fail makes the next last part of a video fail. Several calls queue up.
func (s *Server) Fail(f networktest.Failure) {
	if !s.Plays(f) {
		panic("tiktoktest: cannot play " + f)
	}
	s.set(func() { s.failures = append(s.failures, f) })
}

// Instead answers the next request ("PUT /video/") in TikTok's stead. It does nothing else.
func (s *Server) Instead(request string, a Answer) { s.set(func() { s.instead[request] = a }) }

// Slow lets videos be worked on until their state was asked for n times.
func (s *Server) Slow(n int) { s.set(func() { s.slow = n }) }

// Ruin makes the next video one that TikTok does not post, for a reason.
func (s *Server) Ruin(reason string) { s.set(func() { s.ruin = reason }) }

// Unaudited makes the application one that TikTok has not audited.
func (s *Server) Unaudited() { s.set(func() { s.audited = false }) }

// Stranger makes the address of every picture one that the application's owner has not verified.
func (s *Server) Stranger() { s.set(func() { s.stranger = true }) }

// Private makes the account a private one, of which nobody may see more than 60 seconds.
func (s *Server) Private() {
	s.set(func() {
		s.levels, s.seconds = []string{"FOLLOWER_OF_CREATOR", "MUTUAL_FOLLOW_FRIENDS", "SELF_ONLY"}, 60
	})
}

// Cut breaks the next part of a video after n bytes.
func (s *Server) Cut(n int64) { s.set(func() { s.cut = n }) }

// Expire ends the address of every upload, as TikTok does after an hour.
func (s *Server) Expire() {
	s.set(func() {
		for _, up := range s.uploads {
			up.expired = true
		}
	})
}

// Forget forgets every upload.
func (s *Server) Forget() {
	s.set(func() { clear(s.uploads); clear(s.byID) })
}

// Asked returns how often a path was asked for.
func (s *Server) Asked(path string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked[path]
}

// Whole returns every video that TikTok has, as it is now.
func (s *Server) Whole() (posts []Post) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, up := range s.whole {
		p := up.post
		p.Bytes = slices.Clone(up.bytes)
		posts = append(posts, p)
	}
	return posts
}

// Posts are the videos that TikTok has and did not refuse, for the suite of networks, without their films.
func (s *Server) Posts() (posts []networktest.Post) {
	s.set(func() {
		for _, up := range s.whole {
			s.fetchLocked(up)
		}
	})
	for _, p := range s.Whole() {
		if p.State != failed {
			post := networktest.Post{ID: p.ID, Text: p.Title}
			if p.Type == "" {
				post.Text = p.Text
			}
			post.Images = append(post.Images, p.Pictures...)
			posts = append(posts, post)
		}
	}
	return posts
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	s.set(func() { s.asked[r.URL.Path]++ })
	if s.inItsStead(w, r) {
		return
	}
	switch r.Method + " " + r.URL.Path {
	case "GET /v2/auth/authorize/":
		s.page(w, r)
		return
	case "POST /v2/oauth/token/":
		s.token(w, r)
		return
	case "PUT /video/":
		s.take(w, r)
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the client has gone
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	handle, scope := map[string]func(http.ResponseWriter, *http.Request){
		"GET /v2/user/info/":                        s.user,
		"POST /v2/post/publish/creator_info/query/": s.creator,
		"POST /v2/post/publish/video/init/":         s.begin,
		"POST /v2/post/publish/inbox/video/init/":   s.begin,
		"POST /v2/post/publish/content/init/":       s.content,
		"POST /v2/post/publish/status/fetch/":       s.status,
	}[r.Method+" "+r.URL.Path], map[string][]string{
		"/v2/user/info/":                       {"user.info.basic"},
		"/v2/post/publish/creator_info/query/": {"video.publish"},
		"/v2/post/publish/video/init/":         {"video.publish"},
		"/v2/post/publish/inbox/video/init/":   {"video.upload"},
		"/v2/post/publish/content/init/":       {"video.publish", "video.upload"},
		"/v2/post/publish/status/fetch/":       {"video.publish", "video.upload"},
	}[r.URL.Path]
	if handle == nil {
		s.breaks("there is no " + r.Method + " " + r.URL.Path)
		w.WriteHeader(http.StatusNotFound)
		return
	}
	if r.Method == http.MethodPost && r.Header.Get("Content-Type") != "application/json; charset=UTF-8" {
		s.breaks(r.URL.Path + " with the Content-Type " + r.Header.Get("Content-Type"))
	}
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	s.mu.Lock()
	granted, known := s.tokens[token]
	s.mu.Unlock()
	switch {
	case !ok || !known:
		fail(w, http.StatusUnauthorized, "access_token_invalid", "The access token is invalid or not found in the request.")
	case !slices.ContainsFunc(strings.Split(granted, ","), func(g string) bool { return slices.Contains(scope, g) }):
		fail(w, http.StatusUnauthorized, "scope_not_authorized", "The user did not authorize the scope required for completing this request.")
	default:
		handle(w, r)
	}
}

func (s *Server) inItsStead(w http.ResponseWriter, r *http.Request) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	a, ok := s.instead[r.Method+" "+r.URL.Path]
	if !ok {
		return false
	}
	delete(s.instead, r.Method+" "+r.URL.Path)
	for name, value := range a.Header {
		w.Header().Set(name, value)
	}
	w.WriteHeader(a.Status)
	_, _ = io.WriteString(w, a.Body) // the client may have gone
	return true
}

func (s *Server) breaks(why string) { s.set(func() { s.broken = append(s.broken, why) }) }

// answer answers as the API does when all is well.
func answer(w http.ResponseWriter, data any) {
	reply(w, http.StatusOK, map[string]any{"data": data, "error": map[string]any{"code": "ok", "message": "", "log_id": "202210112248442CB9319E1FB30C1073F3"}})
}

// fail answers as the API does when it is not.
func fail(w http.ResponseWriter, status int, code, message string) {
	reply(w, status, map[string]any{
		"data": map[string]any{}, "error": map[string]any{"code": code, "message": message, "log_id": "202210112248442CB9319E1FB30C1073F4"},
	})
}

func reply(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the client may have gone
}
