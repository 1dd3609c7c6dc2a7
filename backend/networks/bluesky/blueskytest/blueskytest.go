// Package blueskytest is a stand-in for a PDS, the server of a person's posts on Bluesky. It
// runs inside a test and needs nothing installed.
//
// It keeps to the protocol's documents and to what the reference server was seen to do: records
// are held to the lexicons (in the folder lexicons), their content addresses are computed from
// the JSON that arrived, a record with "swapRecord": null is only made where none is, writes of
// one applyWrites happen together or not at all, pictures are stored under their hash and
// vanish if no record wants them, and tokens end. What a test needs it to do wrong is asked
// with [Server.Fail] and the methods below it.
package blueskytest

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/networktest"
)

// Failures that only this stand-in plays, besides networktest's own.
const (
	// Ghost cuts the connection at once and saves later, when ReleaseGhosts is called.
	Ghost networktest.Failure = "ghost"
	// Unavailable answers 503 with Retry-After and saves nothing.
	Unavailable networktest.Failure = "unavailable"
	// Expired answers 400 ExpiredToken and saves nothing, as an access token's end does.
	Expired networktest.Failure = "expired token"
)

const (
	did      = "did:plc:alicealicealicealice2345"
	handle   = "alice.test"
	password = "app1-app2-app3-app4"

	// OtherHandle can be mentioned.
	OtherHandle = "bob.test"
	// OtherDID is who OtherHandle is.
	OtherDID = "did:plc:bobbobbobbobbobbobbob234"

	accessLife    = 2 * time.Hour
	blobLimit     = 5 << 20
	writeLimit    = 200
	bodyLimit     = 1_000_000
	sessionsEach  = 30 // in sessionWindow
	sessionWindow = 5 * time.Minute
)

// Server is one PDS with one account, Alice. It is safe for concurrent use.
type Server struct {
	// URL is its address, without a trailing slash.
	URL string

	lexicons lexicons
	http     *httptest.Server

	mu       sync.Mutex
	records  []record
	blobs    map[string]stored
	access   map[string]time.Time // valid access tokens and their ends
	refresh  map[string]bool      // valid refresh tokens
	permits  map[string]time.Time // permissions for other services and their ends
	issued   int
	sessions []time.Time // when createSession was asked
	factor   string      // the code createSession wants
	next     networktest.Failure
	ghosts   []func()
	seen     map[string]int // requests by method name

	// Of the sign-in in the browser.
	turns     int    // of the nonce
	turnAt    string // the method at which it turns next
	proofs    map[string]bool
	holders   map[string]string // the keys of access tokens
	asked     map[string]asked
	codes     map[string]asked
	grants    map[string]*grant // by refresh token
	pretended struct{ issuer, subject, scopes string }
}

type record struct {
	collection, key, cid string
	value                map[string]any
}

type stored struct {
	mime    string
	content []byte
}

var (
	_ networktest.Server    = (*Server)(nil)
	_ networktest.Connector = (*Server)(nil)
)

// New starts a server that ends with the test.
func New(t testing.TB) *Server {
	t.Helper()
	networktest.Verified(t, "bluesky", networktest.Description, "lexicons of app.bsky and com.atproto, 2026-08-20")
	known, err := loadLexicons()
	if err != nil {
		t.Fatalf("load the lexicons: %v", err)
	}
	s := &Server{
		lexicons: known, blobs: map[string]stored{}, access: map[string]time.Time{},
		refresh: map[string]bool{}, permits: map[string]time.Time{}, seen: map[string]int{},
		proofs: map[string]bool{}, holders: map[string]string{}, asked: map[string]asked{}, codes: map[string]asked{}, grants: map[string]*grant{},
	}
	s.http = httptest.NewServer(s.handler())
	t.Cleanup(s.http.Close)
	s.URL = s.http.URL
	return s
}

// Account returns Alice's account with a fresh session.
func (s *Server) Account() network.Account {
	s.mu.Lock()
	defer s.mu.Unlock()
	access, refresh := s.issue()
	return network.Account{
		RemoteID: did, Handle: handle, Server: s.URL,
		Secret: network.SecretOf(map[string]string{"kind": "session", "access": access, "refresh": refresh}),
	}
}

// Fail makes the next write of records fail.
func (s *Server) Fail(f networktest.Failure) {
	switch f {
	case networktest.Unauthorized, networktest.RateLimited, networktest.Refused, networktest.ServerError,
		networktest.DropAfter, networktest.Garbage, Ghost, Unavailable, Expired:
	default:
		panic(fmt.Sprintf("the stand-in cannot play %q", f))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.next = f
}

// ReleaseGhosts saves what the requests hit by Ghost wanted saved, where that is still possible.
func (s *Server) ReleaseGhosts() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, save := range s.ghosts {
		save()
	}
	s.ghosts = nil
}

// ExpireAccess ends every access token. Refresh tokens stay good.
func (s *Server) ExpireAccess() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for token := range s.access {
		s.access[token] = time.Time{}
	}
}

// Revoke ends every session for good.
func (s *Server) Revoke() {
	s.ExpireAccess()
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.refresh)
	clear(s.grants)
}

// ForgetBlobs deletes the pictures that no record refers to.
func (s *Server) ForgetBlobs() {
	s.mu.Lock()
	defer s.mu.Unlock()
	kept := map[string]stored{}
	for _, r := range s.records {
		for _, b := range blobsIn(r.value) {
			kept[b.id] = s.blobs[b.id]
		}
	}
	s.blobs = kept
}

// WantCode makes createSession ask for a code by e-mail.
func (s *Server) WantCode(code string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.factor = code
}

// Requests counts the calls of a method since the start ("com.atproto.repo.putRecord").
func (s *Server) Requests(method string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.seen[method]
}

// Answers are what a person types to connect Alice.
func (s *Server) Answers() map[string]string {
	return map[string]string{"server": s.URL, "identifier": handle, "password": password}
}

// WrongAnswer is a password that is not Alice's.
func (s *Server) WrongAnswer() (key, value string) { return "password", "aaaa-bbbb-cccc-dddd" }

// KeyHonoured reports that the same record written to the same address twice is one record.
func (s *Server) KeyHonoured() bool { return true }

// Posts returns Alice's posts in the order they were saved.
func (s *Server) Posts() []networktest.Post {
	s.mu.Lock()
	defer s.mu.Unlock()
	var posts []networktest.Post
	for _, r := range s.records {
		if r.collection != postCollection {
			continue
		}
		p := networktest.Post{ID: r.uri()}
		p.Text, _ = r.value["text"].(string)
		if reply, ok := r.value["reply"].(map[string]any); ok {
			parent, _ := reply["parent"].(map[string]any)
			p.Parent, _ = parent["uri"].(string)
		}
		embed, _ := r.value["embed"].(map[string]any)
		images, _ := embed["images"].([]any)
		items, _ := embed["items"].([]any)
		for _, v := range append(images, items...) {
			img, _ := v.(map[string]any)
			alt, _ := img["alt"].(string)
			b, _ := blobOf(img["image"]) // the lexicon has been held to
			p.Alts = append(p.Alts, alt)
			p.Images = append(p.Images, s.blobs[b.id].content)
		}
		if video, ok := embed["video"]; ok {
			alt, _ := embed["alt"].(string)
			b, _ := blobOf(video)
			p.Alts = append(p.Alts, alt)
			p.Images = append(p.Images, s.blobs[b.id].content)
		}
		posts = append(posts, p)
	}
	return posts
}

// Record returns the value of a stored post by its address, nil if there is none.
func (s *Server) Record(uri string) map[string]any {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r := s.find(uri); r != nil {
		return r.value
	}
	return nil
}

// find returns the record at an address, nil if there is none. The lock is held.
func (s *Server) find(uri string) *record {
	for i := range s.records {
		if s.records[i].uri() == uri {
			return &s.records[i]
		}
	}
	return nil
}

func (r record) uri() string { return "at://" + did + "/" + r.collection + "/" + r.key }

func (s *Server) handler() http.Handler {
	mux := http.NewServeMux()
	for method, h := range map[string]func(w http.ResponseWriter, r *http.Request){
		"GET com.atproto.server.describeServer":  s.describe,
		"GET com.atproto.identity.resolveHandle": s.resolve,
		"GET com.atproto.repo.getRecord":         s.getRecord,
		"GET com.atproto.server.getSession":      s.getSession,
		"GET com.atproto.server.getServiceAuth":  s.serviceAuth,
		"POST com.atproto.server.createSession":  s.createSession,
		"POST com.atproto.server.refreshSession": s.refreshSession,
		"POST com.atproto.repo.uploadBlob":       s.uploadBlob,
		"POST com.atproto.repo.putRecord":        s.putRecord,
		"POST com.atproto.repo.applyWrites":      s.applyWrites,
		"POST com.atproto.repo.deleteRecord":     s.deleteRecord,
	} {
		verb, name, _ := strings.Cut(method, " ")
		mux.HandleFunc(verb+" /xrpc/"+name, func(w http.ResponseWriter, r *http.Request) {
			s.mu.Lock()
			s.seen[name]++
			s.mu.Unlock()
			h(w, r)
		})
	}
	s.signInHandlers(mux)
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		refuse(w, http.StatusNotImplemented, "MethodNotImplemented", "Method Not Implemented")
	})
	return mux
}
