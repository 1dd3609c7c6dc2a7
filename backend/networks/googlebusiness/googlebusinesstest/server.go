// Package googlebusinesstest is a server on loopback that speaks the part of Google's Business Profile APIs
// that posts are made with, for tests.
//
// What lists accounts and locations is held to Google's discovery documents (revision 20261026, BSD), of
// which discovery.json is a part. Posts are written from the reference of version 4 (developers.google.com,
// accounts.locations.localPosts), for which there is no such document: it knows every field of a new post,
// refuses what the reference does not take, and plays the failures that make publishing hard.
package googlebusinesstest

import (
	_ "embed" // discovery.json
	"encoding/json"
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

// Who posts where, with the token that is always good.
const (
	AccountID  = "118134071001002488883"
	LocationID = "4377352248290368783" // The Lamp Shop
	Other      = "4377352248290368784" // The Lamp Shop, harbour
	Title      = "The Lamp Shop"
	GoodToken  = "ya29.googlebusinesstest-0123456789"
	goodAgain  = "1//googlebusinesstest-refresh"
)

//go:embed discovery.json
var discovery []byte

// document is the part of Google's discovery documents that is used.
type document struct {
	Methods []struct {
		Path       string `json:"flatPath"`
		Method     string `json:"httpMethod"`
		Parameters map[string]struct {
			Location string `json:"location"`
			Format   string `json:"format"`
		} `json:"parameters"`
	} `json:"methods"`
	Schemas map[string][]string `json:"schemas"`
}

// Server is the stand-in. It is safe for concurrent use.
type Server struct {
	URL string // http://127.0.0.1:port
	*networktest.Shelf

	document document
	mu       sync.Mutex
	failures []networktest.Failure
	posts    []Post
	serial   int
	state    string
	most     int
	loop     bool
	broken   []string
	instead  map[string]Answer
	signed
}

// Post is one that was saved.
type Post struct {
	ID       string
	Location string
	Language string
	Text     string
	Button   string // "LEARN_MORE", "" for none
	Link     string
	State    string
	Topic    string
	Picture  bool
	File     []byte // what Google fetched
	Event    Event  // of an event or an offer
	Coupon   string
	Redeem   string
	Terms    string
	At       time.Time
}

// Event is what an event or an offer is called, and when it is.
type Event struct{ Title, Start, End string }

// Answer is one that a test gives in Google's stead.
type Answer struct {
	Status int
	Body   string
}

var (
	_ networktest.Server    = (*Server)(nil)
	_ networktest.Connector = (*Server)(nil)
)

// New starts a server that ends with the test, which fails if anything was asked for in a way that Google
// does not document.
func New(t testing.TB) *Server {
	t.Helper()
	s := &Server{Shelf: networktest.NewShelf(), instead: map[string]Answer{}, state: "LIVE", serial: 3016418744628752790}
	if err := json.Unmarshal(discovery, &s.document); err != nil {
		t.Fatal(err)
	}
	s.tokens, s.refreshes = map[string]bool{GoodToken: true}, map[string]bool{goodAgain: true}
	server := httptest.NewServer(s.routes())
	s.URL = server.URL
	t.Cleanup(func() {
		server.Close()
		for _, why := range s.broken {
			t.Errorf("a request that Google does not document: %s", why)
		}
	})
	return s
}

// Account returns a connected account.
func (s *Server) Account() network.Account {
	return network.Account{
		RemoteID: AccountID + "/" + LocationID, Handle: Title, Server: s.URL, Folder: "channel-1", Options: map[string]string{"client": Client},
		Secret: network.SecretOf(map[string]string{"token": GoodToken, "refresh": goodAgain, "client_secret": Secret}),
	}
}

// Fail makes the next post fail. Several calls queue up.
func (s *Server) Fail(f networktest.Failure) { s.with(func() { s.failures = append(s.failures, f) }) }

// Instead answers the next request ("POST /token") in Google's stead. It does nothing else.
func (s *Server) Instead(request string, a Answer) { s.with(func() { s.instead[request] = a }) }

// State is the one that every new post has.
func (s *Server) State(state string) { s.with(func() { s.state = state }) }

// Pages makes pages of at most n posts, whatever is asked for.
func (s *Server) Pages(n int) { s.with(func() { s.most = n }) }

// Loop makes every page of a list say that the next one is the same.
func (s *Server) Loop() { s.with(func() { s.loop = true }) }

func (s *Server) with(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
}

// Answers are the good answers of a connect conversation.
func (s *Server) Answers() map[string]string {
	return map[string]string{"client_id": Client, "client_secret": Secret, "location": Title}
}

// WrongAnswer is an answer that must ask again.
func (s *Server) WrongAnswer() (key, value string) { return "location", "The Book Shop" }

// Saved returns what was posted and not deleted, oldest first.
func (s *Server) Saved() []Post {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.posts)
}

// Posts is Saved for the suite of networks.
func (s *Server) Posts() []networktest.Post {
	var posts []networktest.Post
	for _, p := range s.Saved() {
		post := networktest.Post{ID: p.ID, Text: p.Text}
		if p.File != nil {
			post.Images = [][]byte{p.File}
		}
		posts = append(posts, post)
	}
	return posts
}

// Save makes a post without a request, as somebody does in the profile's manager.
func (s *Server) Save(p Post) Post {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.save(p)
}

// save gives a post its id, time and state. The caller holds the lock.
func (s *Server) save(p Post) Post {
	s.serial++
	p.ID = strconv.Itoa(s.serial)
	if p.At.IsZero() {
		p.At = time.Now().UTC()
	}
	if p.State == "" {
		p.State = s.state
	}
	if p.Topic == "" {
		p.Topic = "STANDARD"
	}
	s.posts = append(s.posts, p)
	return p
}

func (s *Server) breaks(why string) { s.with(func() { s.broken = append(s.broken, why) }) }

func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/accounts", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, map[string]any{"accounts": []any{
			map[string]any{"name": "accounts/" + AccountID, "accountName": "Kari Lamp", "type": "PERSONAL"},
			map[string]any{"name": "accounts/2", "accountName": "Group", "type": "LOCATION_GROUP"},
		}})
	})
	mux.HandleFunc("GET /v1/accounts/{account}/locations", s.locations)
	mux.HandleFunc("GET /v1/locations/{location}", func(w http.ResponseWriter, r *http.Request) {
		if r.PathValue("location") != LocationID {
			problem(w, http.StatusNotFound, "NOT_FOUND", "Requested entity was not found.")
			return
		}
		answer(w, map[string]any{"name": "locations/" + LocationID, "title": Title, "storeCode": "LAMP1"})
	})
	mux.HandleFunc("POST /v4/accounts/{account}/locations/{location}/localPosts", s.create)
	mux.HandleFunc("GET /v4/accounts/{account}/locations/{location}/localPosts", s.list)
	mux.HandleFunc("DELETE /v4/accounts/{account}/locations/{location}/localPosts/{id}", s.remove)
	mux.HandleFunc("PATCH /v4/accounts/{account}/locations/{location}/localPosts/{id}", s.edit)
	mux.HandleFunc("POST /token", s.token)
	mux.HandleFunc("GET /o/oauth2/v2/auth", s.page)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		request := r.Method + " " + r.URL.Path
		s.mu.Lock()
		a, other := s.instead[request]
		delete(s.instead, request)
		s.mu.Unlock()
		if other {
			w.WriteHeader(a.Status)
			_, _ = io.WriteString(w, a.Body) // the client may have gone
			return
		}
		if strings.HasPrefix(r.URL.Path, "/v1/") {
			if why := s.undocumented(r); why != "" {
				s.breaks(request + ": " + why)
				problem(w, http.StatusBadRequest, "INVALID_ARGUMENT", why)
				return
			}
		}
		if strings.HasPrefix(r.URL.Path, "/v") && !s.knows(r) {
			problem(w, http.StatusUnauthorized, "UNAUTHENTICATED", "Request had invalid authentication credentials.")
			return
		}
		mux.ServeHTTP(w, r)
	})
}

// undocumented says what the discovery documents do not know of a request, "" if they know it all.
func (s *Server) undocumented(r *http.Request) string {
	parts := strings.Split(strings.TrimPrefix(r.URL.Path, "/"), "/")
	for _, m := range s.document.Methods {
		want := strings.Split(m.Path, "/")
		if m.Method != r.Method || !slices.EqualFunc(parts, want, func(got, want string) bool { return got == want || strings.HasPrefix(want, "{") }) {
			continue
		}
		for name, values := range r.URL.Query() {
			if p, ok := m.Parameters[name]; !ok || p.Location != "query" {
				return "there is no parameter " + name
			} else if n, err := strconv.Atoi(values[0]); p.Format == "int32" && (err != nil || n < 1 || n > 100) {
				return name + " is " + values[0]
			}
		}
		if _, needed := m.Parameters["readMask"]; needed {
			for _, field := range strings.Split(r.URL.Query().Get("readMask"), ",") {
				if !slices.Contains(s.document.Schemas["Location"], field) {
					return "a location has no field " + field
				}
			}
		}
		return ""
	}
	return "there is no such method"
}

// locations are the account's: the second account sees the first location too.
func (s *Server) locations(w http.ResponseWriter, r *http.Request) {
	first := map[string]any{"name": "locations/" + LocationID, "title": Title, "storeCode": "LAMP1"}
	second := map[string]any{"name": "locations/" + Other, "title": "The Lamp Shop, harbour"}
	switch page := r.URL.Query().Get("pageToken"); {
	case r.PathValue("account") == "2":
		answer(w, map[string]any{"locations": []any{first}})
	case page == "":
		answer(w, map[string]any{"locations": []any{first}, "nextPageToken": "second"})
	default:
		answer(w, map[string]any{"locations": []any{second}})
	}
}

func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	_ = json.NewEncoder(w).Encode(v) // the client may have gone
}

// problem is how Google says that a request went wrong (google.rpc.Status).
func problem(w http.ResponseWriter, status int, code, message string) {
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"error": map[string]any{"code": status, "message": message, "status": code}}) // the client may have gone
}
