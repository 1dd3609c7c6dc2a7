// Package youtubetest is a server on loopback that speaks the part of the YouTube Data API that videos
// are published with, for tests.
//
// It is written from Google's discovery document (revision 20261019, BSD-3-Clause), of which
// discovery.json is a part, and from the guide to resumable uploads, and holds every request to both. It
// keeps uploads and how far they are, works on videos, has a playlist, signs in an application, and plays
// the failures that make publishing hard.
package youtubetest

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

// Whose channel it is, with the token that is always good.
const (
	Channel   = "UC0123456789abcdefghijkl"
	Title     = "Kari bakes"
	Handle    = "karibakes"
	Playlist  = "PL0123456789abcdefghijklmnopqrstuv"
	GoodToken = "youtubetest-token-ya29.a0AfH6SMBx"
)

// Video is one that was uploaded.
type Video struct {
	ID          string
	Title       string
	Description string
	Tags        []string
	Category    string
	Privacy     string
	ForKids     bool
	Synthetic   bool
	Embeddable  bool
	Bytes       []byte
	Thumbnail   []byte
	Captions    map[string]string // by language
	State       string            // uploadStatus
	Reason      string            // of a failure or a rejection

	asked int // how often its state was asked for
}

// Answer is one that a test gives in YouTube's stead.
type Answer struct {
	Status int
	Header map[string]string
	Body   string
}

// Server is the stand-in. It is safe for concurrent use.
type Server struct {
	URL string // http://127.0.0.1:port

	document *document

	mu           sync.Mutex
	failures     []networktest.Failure
	videos       []*Video
	shown        []string // ids, in the order in which they became visible
	listed       []string // ids in the playlist
	sessions     map[string]*session
	serial       int
	slow         int    // how often a video is still worked on
	ruin         string // why the next video cannot be used
	unverified   bool   // it may have no thumbnails of its own
	noCaptions   bool   // the sign-in may set none
	loseCaptions bool   // the answer to the next is lost
	locked       bool   // what is uploaded stays private
	cut          int64  // bytes after which the next piece breaks; 0: none
	broken       []string
	instead      map[string]Answer
	signed
}

var (
	_ networktest.Server    = (*Server)(nil)
	_ networktest.Connector = (*Server)(nil)
)

// New starts a server that ends with the test, which fails if anything was asked for in a way that the
// API's description does not know.
func New(t testing.TB) *Server {
	t.Helper()
	networktest.Verified(t, "youtube", networktest.Description, "discovery document of YouTube Data API v3, revision 20261019")
	s := &Server{document: described(t), sessions: map[string]*session{}, instead: map[string]Answer{}}
	s.tokens = map[string]bool{GoodToken: true}
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
		RemoteID: Channel, Handle: Handle, Name: Title, Server: s.URL,
		Secret: network.SecretOf(map[string]string{"token": GoodToken}), Options: map[string]string{"client": Client},
	}
}

func (s *Server) set(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
}

// Fail makes the next request that makes a video visible fail. Several calls queue up.
func (s *Server) Fail(f networktest.Failure) { s.set(func() { s.failures = append(s.failures, f) }) }

// Instead answers the next request ("PUT /youtube/v3/videos") in YouTube's stead. It does nothing else.
func (s *Server) Instead(request string, a Answer) { s.set(func() { s.instead[request] = a }) }

// Slow lets videos be worked on until their state was asked for n times.
func (s *Server) Slow(n int) { s.set(func() { s.slow = n }) }

// Ruin makes the next video one that YouTube fails on, or rejects, for a reason.
func (s *Server) Ruin(reason string) { s.set(func() { s.ruin = reason }) }

// Lock keeps every video private, as Google does with applications that it has not audited.
func (s *Server) Lock() { s.set(func() { s.locked = true }) }

// Cut breaks the next piece of a file after n bytes.
func (s *Server) Cut(n int64) { s.set(func() { s.cut = n }) }

// Expire forgets every upload that was begun, as YouTube does after a week.
func (s *Server) Expire() { s.set(func() { clear(s.sessions) }) }

// Forget deletes every video, as somebody may in YouTube's own studio.
func (s *Server) Forget() { s.set(func() { s.videos, s.shown = nil, nil }) }

// Videos returns what was uploaded and not deleted, oldest first, private or not.
func (s *Server) Videos() (list []Video) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, v := range s.videos {
		list = append(list, *v)
	}
	return list
}

// Listed returns the ids of the videos in the playlist.
func (s *Server) Listed() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.listed)
}

// Posts are the videos that became visible, for the suite of networks, without their films.
func (s *Server) Posts() (posts []networktest.Post) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range s.shown {
		if v := s.video(id); v != nil {
			post := networktest.Post{ID: v.ID, Text: v.Description}
			if v.Thumbnail != nil {
				post.Images = [][]byte{v.Thumbnail}
			}
			posts = append(posts, post)
		}
	}
	return posts
}

// video finds one. The caller holds the lock.
func (s *Server) video(id string) *Video {
	for _, v := range s.videos {
		if v.ID == id {
			return v
		}
	}
	return nil
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	if s.inItsStead(w, r) {
		return
	}
	switch {
	case r.Method == http.MethodGet && r.URL.Path == "/o/oauth2/v2/auth":
		s.page(w, r)
		return
	case r.Method == http.MethodPost && r.URL.Path == "/token":
		s.token(w, r)
		return
	case r.Method == http.MethodPut && r.URL.Path == "/upload/youtube/v3/videos":
		s.take(w, r)
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the client has gone
	}
	if why := s.document.wrong(r, body); why != "" {
		s.breaks(why)
		fail(w, http.StatusBadRequest, "badRequest", why)
		return
	}
	if !s.knows(r) {
		fail(w, http.StatusUnauthorized, "authError", "Invalid Credentials")
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	switch r.Method + " " + r.URL.Path {
	case "POST /upload/youtube/v3/videos":
		s.begin(w, r)
	case "GET /youtube/v3/videos":
		s.show(w, r)
	case "PUT /youtube/v3/videos":
		s.change(w, r)
	case "DELETE /youtube/v3/videos":
		s.remove(w, r)
	case "POST /upload/youtube/v3/thumbnails/set":
		s.thumbnail(w, r)
	case "POST /upload/youtube/v3/captions":
		s.caption(w, r)
	case "GET /youtube/v3/playlistItems":
		s.list(w, r)
	case "POST /youtube/v3/playlistItems":
		s.enlist(w, r)
	case "GET /youtube/v3/channels":
		s.channels(w)
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

func (s *Server) knows(r *http.Request) bool {
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	s.mu.Lock()
	defer s.mu.Unlock()
	return ok && s.tokens[token]
}

func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the client may have gone
}

// fail answers as the API does (docs/errors).
func fail(w http.ResponseWriter, status int, reason, message string) {
	answer(w, status, map[string]any{"error": map[string]any{
		"code": status, "message": message,
		"errors": []any{map[string]any{"domain": "youtube.video", "reason": reason, "message": message}},
	}})
}
