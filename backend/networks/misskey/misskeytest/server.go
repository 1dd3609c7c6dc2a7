// Package misskeytest is a server on loopback that speaks the part of Misskey's API that publishing
// needs, for tests.
//
// It is written from the Misskey Hub (2026-05-28) and from what the endpoints of misskey-dev/misskey
// declare of their parameters and errors (read 2026-11), and knows nothing of the code it tests. It
// checks tokens and their permissions, every parameter of a new note, and plays the failures that make
// publishing hard. An older server and a fork are played by what they say and do, not by their names.
package misskeytest

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

// The account everybody posts as, the domain of its handle, and the token that is always good.
const (
	UserID    = "9xana0000000000a"
	username  = "ana"
	domain    = "notes.example"
	goodToken = "misskeytest-token-Zk3f9c1a"
)

// What a stock server takes (const.ts of misskey-dev/misskey, read 2026-11).
const (
	maxText    = 3000
	maxComment = 512
)

// Server is the stand-in. It is safe for concurrent use.
type Server struct {
	URL   string // http://127.0.0.1:port
	Token string // one it accepts, with every permission

	mu       sync.Mutex
	failures []networktest.Failure
	tokens   map[string][]string // permissions by token
	sessions map[string]session
	files    map[string]File
	notes    []Note
	serial   int
	ahead    time.Duration
	meta     map[string]any
	policies map[string]any
	noBearer bool
	cat      bool
	descends bool
	calls    []string
}

// Note is one that was saved.
type Note struct {
	ID         string
	Text       string
	CW         string
	Visibility string
	LocalOnly  bool
	Files      []File
	ReplyID    string
	RenoteID   string
	Poll       *Poll
	At         time.Time
}

// Poll is the poll of a note.
type Poll struct {
	Choices      []string `json:"choices"`
	Multiple     bool     `json:"multiple"`
	ExpiredAfter int64    `json:"expiredAfter"` // ms
}

// File is one of the drive.
type File struct {
	ID        string
	Name      string
	Comment   string
	Sensitive bool
	Bytes     []byte
	Sum       string
}

var (
	_ networktest.Server    = (*Server)(nil)
	_ networktest.Connector = (*Server)(nil)
)

// New starts a stock server that ends with the test.
func New(t testing.TB) *Server {
	t.Helper()
	s := &Server{
		Token:    goodToken,
		tokens:   map[string][]string{goodToken: {"read:account", "write:notes", "write:drive"}},
		sessions: map[string]session{}, files: map[string]File{},
		meta:     map[string]any{"version": "2026.5.1", "maxNoteTextLength": maxText, "uri": "https://" + domain, "maxFileSize": 262144000},
		policies: map[string]any{"maxFileSizeMb": 30},
	}
	server := httptest.NewServer(s.routes())
	s.URL = server.URL
	t.Cleanup(server.Close)
	return s
}

// Account returns a connected account without limits of its own.
func (s *Server) Account() network.Account {
	return network.Account{
		RemoteID: UserID + "@" + strings.TrimPrefix(s.URL, "http://"), Handle: username + "@" + domain, Name: "Ana",
		Server: s.URL, Secret: network.SecretOf(map[string]string{"token": goodToken}),
	}
}

// Fail makes the next note fail. Several calls queue up.
func (s *Server) Fail(f networktest.Failure) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failures = append(s.failures, f)
}

// Answers are the good answers of a connect conversation with a token.
func (s *Server) Answers() map[string]string {
	return map[string]string{"server": s.URL, "token": goodToken}
}

// WrongAnswer is an answer that must ask again.
func (s *Server) WrongAnswer() (key, value string) { return "token", "not-the-token" }

// Grant makes another token good, for some permissions alone.
func (s *Server) Grant(token string, permissions ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tokens[token] = permissions
}

// Revoke makes every token worthless.
func (s *Server) Revoke() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tokens = map[string][]string{}
}

// Say makes the server say something else of itself; nil takes a word back.
func (s *Server) Say(key string, value any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.meta[key] = value; value == nil {
		delete(s.meta, key)
	}
}

// Allow makes the account's roles allow something else.
func (s *Server) Allow(policy string, value any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.policies[policy] = value
}

// IgnoreHeader makes the server read tokens from bodies alone, as versions before 2023.9.
func (s *Server) IgnoreHeader() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.noBearer = true
}

// Purr makes the account a cat's on a server that changes its words, as versions before 2023.11.
func (s *Server) Purr() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cat = true
}

// Descend makes the server list notes from the newest, whatever it is asked for.
func (s *Server) Descend() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.descends = true
}

// EmptyDrive deletes every file.
func (s *Server) EmptyDrive() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.files = map[string]File{}
}

// Advance moves the server's clock.
func (s *Server) Advance(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ahead += d
}

// Write saves a note of the account that came another way.
func (s *Server) Write(n Note) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.save(n).ID
}

// Notes returns what was saved and not deleted, oldest first.
func (s *Server) Notes() []Note {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.notes)
}

// Files returns how many files the drive has.
func (s *Server) Files() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.files)
}

// Calls returns method and path of every request so far, in order.
func (s *Server) Calls() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.calls)
}

// Posts is Notes for the suite of networks.
func (s *Server) Posts() []networktest.Post {
	var posts []networktest.Post
	for _, n := range s.Notes() {
		p := networktest.Post{ID: n.ID, Text: n.Text, Parent: n.ReplyID}
		for _, f := range n.Files {
			p.Alts = append(p.Alts, f.Comment)
			p.Images = append(p.Images, f.Bytes)
		}
		posts = append(posts, p)
	}
	return posts
}

// id makes the next id, in the form of "aidx". The caller holds the lock.
func (s *Server) id() string {
	s.serial++
	return fmt.Sprintf("a1b2c3d4%08d", s.serial)
}

func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /nodeinfo/2.1", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, http.StatusOK, map[string]any{"version": "2.1", "software": map[string]any{"name": "misskey", "version": "2026.5.1"}})
	})
	mux.HandleFunc("GET /miauth/{session}", s.page)
	mux.HandleFunc("POST /api/miauth/{session}/check", s.check)
	mux.HandleFunc("POST /api/meta", s.about)
	mux.HandleFunc("POST /api/i", s.called("read:account", s.self))
	mux.HandleFunc("POST /api/users/notes", s.called("", s.list))
	mux.HandleFunc("POST /api/users/search-by-username-and-host", s.called("", search))
	mux.HandleFunc("POST /api/notes/create", s.create)
	mux.HandleFunc("POST /api/notes/delete", s.called("write:notes", s.remove))
	mux.HandleFunc("POST /api/drive/files/create", s.called("write:drive", s.upload))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.calls = append(s.calls, r.Method+" "+r.URL.Path)
		s.mu.Unlock()
		mux.ServeHTTP(w, r)
	})
}

// called lets requests through whose token has a permission; "" asks for no token.
func (s *Server) called(permission string, next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		token, said := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		s.mu.Lock()
		granted, known := s.tokens[token]
		said = said && !s.noBearer
		s.mu.Unlock()
		switch {
		case said && !known:
			fail(w, http.StatusUnauthorized, "AUTHENTICATION_FAILED", "Authentication failed. Please ensure your token is correct.")
		case permission == "":
			next(w, r)
		case !said:
			fail(w, http.StatusUnauthorized, "CREDENTIAL_REQUIRED", "Credential required.")
		case !slices.Contains(granted, permission):
			fail(w, http.StatusForbidden, "PERMISSION_DENIED", "Your app does not have the necessary permissions to use this endpoint.")
		default:
			next(w, r)
		}
	}
}

func (s *Server) about(w http.ResponseWriter, r *http.Request) {
	if _, ok := body[map[string]any](w, r); !ok {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	answer(w, http.StatusOK, s.meta)
}

func (s *Server) self(w http.ResponseWriter, r *http.Request) {
	if _, ok := body[map[string]any](w, r); !ok {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	answer(w, http.StatusOK, map[string]any{
		"id": UserID, "username": username, "name": "Ana", "host": nil, "isCat": s.cat, "policies": s.policies, "notesCount": len(s.notes),
	})
}

// body reads a request's JSON as the server does: of its own type, and an object.
func body[T any](w http.ResponseWriter, r *http.Request) (in T, ok bool) {
	if !strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
		answer(w, http.StatusUnsupportedMediaType, map[string]any{"statusCode": 415, "code": "FST_ERR_CTP_INVALID_MEDIA_TYPE", "error": "Unsupported Media Type"})
		return in, false
	}
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		fail(w, http.StatusBadRequest, "INVALID_PARAM", "Invalid param.")
		return in, false
	}
	return in, true
}

func answer(w http.ResponseWriter, code int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(v) // the client may have gone
}

func fail(w http.ResponseWriter, status int, code, why string) {
	answer(w, status, map[string]any{"error": map[string]any{
		"message": why, "code": code, "id": "0b5f1631-7c1a-41a6-b399-cce335f34d85", "kind": "client",
	}})
}
