// Package wordpresstest is a server on loopback that speaks the part of WordPress's REST API that
// posts are written with, for tests.
//
// It is written from the handbook (WP-API/docs, 2025-06-04) and holds every request to the arguments
// that the handbook lists, since WordPress passes over what it does not know. It checks the application
// password, makes slugs unique as WordPress does, keeps a trash, and plays the failures that make
// publishing hard.
package wordpresstest

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"postbag/backend/network"
	"postbag/backend/network/networktest"
)

// Who writes, with the password that is always good.
const (
	User         = "writer"
	UserID       = 7
	Reader       = "reader" // may write nothing
	goodPassword = "wordpresstestPasswordAbc"
)

// Server is the stand-in. It is safe for concurrent use.
type Server struct {
	URL string // http://127.0.0.1:port

	mu       sync.Mutex
	failures []networktest.Failure
	posts    []Post
	media    []Medium
	tags     []string // ids from 100 on
	serial   int
	broken   []string // what does not follow the handbook

	plain     bool // without permalinks: the API is at /?rest_route= alone
	passwords bool // application passwords are available
	trash     bool
	closed    bool // it describes itself to nobody who has not signed in
	clash     bool // every draft gets a twin, as if an answer had been lost
}

// Post is one that was saved.
type Post struct {
	ID         int
	Status     string
	Title      string
	Content    string
	Excerpt    string
	Slug       string
	Featured   int
	Categories []int
	Tags       []string
}

// Medium is one of the library.
type Medium struct {
	ID    int
	Name  string
	Alt   string
	Bytes []byte
}

var (
	_ networktest.Server    = (*Server)(nil)
	_ networktest.Connector = (*Server)(nil)
)

// New starts a server that ends with the test, which fails if something was asked for in a way that
// the handbook does not know.
func New(t testing.TB) *Server {
	t.Helper()
	s := &Server{passwords: true, trash: true, serial: 10}
	server := httptest.NewServer(s.routes())
	s.URL = server.URL
	t.Cleanup(func() {
		server.Close()
		for _, why := range s.broken {
			t.Errorf("a request that the API does not know: %s", why)
		}
	})
	return s
}

// Account returns a connected account.
func (s *Server) Account() network.Account {
	root, id := s.URL+"/wp-json", strconv.Itoa(UserID)
	if s.plain {
		root = s.URL + "/?rest_route="
	}
	host := strings.TrimPrefix(s.URL, "http://")
	return network.Account{
		RemoteID: id + "@" + host, Handle: User + "@" + host, Name: "The garden",
		Server: root, Secret: network.SecretOf(map[string]string{"user": User, "password": goodPassword}),
	}
}

// Fail makes the next request that ends a post fail. Several calls queue up.
func (s *Server) Fail(f networktest.Failure) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failures = append(s.failures, f)
}

// WithoutPermalinks moves the API to where it is on a site that has none.
func (s *Server) WithoutPermalinks() { s.plain = true }

// WithoutPasswords switches application passwords off.
func (s *Server) WithoutPasswords() { s.passwords = false }

// WithoutTrash makes a deleted post gone for good.
func (s *Server) WithoutTrash() { s.trash = false }

// Closed keeps the API from who has not signed in, as a plug-in does.
func (s *Server) Closed() { s.closed = true }

// WithTwins gives every draft a twin of the same slug, as a lost answer does.
func (s *Server) WithTwins() { s.clash = true }

// Answers are the good answers of a connect conversation.
func (s *Server) Answers() map[string]string {
	return map[string]string{"site": s.URL, "user": User, "password": "word press test Pass word Abc"}
}

// WrongAnswer is an answer that must ask again.
func (s *Server) WrongAnswer() (key, value string) { return "password", "not the password" }

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
func (s *Server) Change(id int, edit func(*Post)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.posts {
		if s.posts[i].ID == id {
			edit(&s.posts[i])
		}
	}
}

// Library returns the media, oldest first.
func (s *Server) Library() []Medium {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.media)
}

// Posts is what readers see, for the suite of networks.
func (s *Server) Posts() []networktest.Post {
	var posts []networktest.Post
	for _, p := range s.Saved("publish") {
		seen := networktest.Post{ID: strconv.Itoa(p.ID)}
		text, pictures, err := Read(p.Content)
		if err != nil {
			text = err.Error()
		}
		seen.Text = text
		for _, m := range s.Library() {
			for _, shown := range pictures {
				if shown.Source == s.source(m) {
					seen.Alts = append(seen.Alts, shown.Alt)
					seen.Images = append(seen.Images, m.Bytes)
				}
			}
			if m.ID == p.Featured {
				seen.Alts, seen.Images = append(seen.Alts, m.Alt), append(seen.Images, m.Bytes)
			}
		}
		posts = append(posts, seen)
	}
	return posts
}

func (s *Server) source(m Medium) string {
	return s.URL + "/wp-content/uploads/" + strconv.Itoa(m.ID) + "-" + m.Name
}

func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /wp-json/{$}", s.index)
	mux.HandleFunc("GET /wp-json/wp/v2/users/me", s.me)
	mux.HandleFunc("GET /wp-json/wp/v2/categories", s.categories)
	mux.HandleFunc("POST /wp-json/wp/v2/tags", s.tag)
	mux.HandleFunc("POST /wp-json/wp/v2/media", s.upload)
	mux.HandleFunc("GET /wp-json/wp/v2/posts", s.list)
	mux.HandleFunc("POST /wp-json/wp/v2/posts", s.create)
	mux.HandleFunc("GET /wp-json/wp/v2/posts/{id}", s.get)
	mux.HandleFunc("POST /wp-json/wp/v2/posts/{id}", s.update)
	mux.HandleFunc("DELETE /wp-json/wp/v2/posts/{id}", s.remove)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if route := r.URL.Query().Get("rest_route"); route != "" {
			r.URL.Path = "/wp-json" + route
		} else if s.plain {
			http.NotFound(w, r)
			return
		}
		if name, password, sent := r.BasicAuth(); sent && (password != goodPassword || name != User && name != Reader) {
			fail(w, http.StatusUnauthorized, "incorrect_password", "The provided password is an invalid application password.")
			return
		} else if !sent && (s.closed || r.URL.Path != "/wp-json/") {
			fail(w, http.StatusUnauthorized, "rest_not_logged_in", "You are not currently logged in.")
			return
		}
		mux.ServeHTTP(w, r)
	})
}

func (s *Server) index(w http.ResponseWriter, _ *http.Request) {
	about := map[string]any{"name": "The garden", "url": s.URL, "home": s.URL, "namespaces": []string{"oembed/1.0", "wp/v2"}, "authentication": []any{}}
	if s.passwords {
		about["authentication"] = map[string]any{"application-passwords": map[string]any{
			"endpoints": map[string]any{"authorization": s.URL + "/wp-admin/authorize-application.php"},
		}}
	}
	answer(w, http.StatusOK, about)
}

func (s *Server) me(w http.ResponseWriter, r *http.Request) {
	name, _, _ := r.BasicAuth()
	may := name == User
	answer(w, http.StatusOK, map[string]any{
		"id": UserID, "name": "Ada", "slug": name, "capabilities": map[string]bool{"read": true, "publish_posts": may, "upload_files": may},
	})
}

func (s *Server) categories(w http.ResponseWriter, r *http.Request) {
	size, err := strconv.Atoi(r.URL.Query().Get("per_page"))
	page, bad := strconv.Atoi(r.URL.Query().Get("page"))
	if err != nil || bad != nil || size < 1 || size > 100 || page < 1 {
		fail(w, http.StatusBadRequest, "rest_invalid_param", "Invalid parameter(s): per_page")
		return
	}
	all := []any{map[string]any{"id": 1, "name": "Uncategorized", "slug": "uncategorized"}}
	for i := 2; i < 150; i++ { // more than one page
		all = append(all, map[string]any{"id": i, "name": "Bed " + strconv.Itoa(i), "slug": "bed-" + strconv.Itoa(i)})
	}
	all = append(all, map[string]any{"id": 150, "name": "News &amp; Views", "slug": "news-views"})
	from := min((page-1)*size, len(all))
	answer(w, http.StatusOK, all[from:min(from+size, len(all))])
}

func (s *Server) tag(w http.ResponseWriter, r *http.Request) {
	var in struct{ Name string }
	if json.NewDecoder(r.Body).Decode(&in) != nil || in.Name == "" {
		fail(w, http.StatusBadRequest, "rest_missing_callback_param", "Missing parameter(s): name")
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if i := slices.IndexFunc(s.tags, func(t string) bool { return strings.EqualFold(t, in.Name) }); i >= 0 {
		answer(w, http.StatusBadRequest, map[string]any{
			"code": "term_exists", "message": "A term with the name provided already exists in this taxonomy.",
			"data": map[string]any{"status": 400, "term_id": 100 + i},
		})
		return
	}
	s.tags = append(s.tags, in.Name)
	answer(w, http.StatusCreated, map[string]any{"id": 100 + len(s.tags) - 1, "name": in.Name})
}

func answer(w http.ResponseWriter, code int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(v) // the client may have gone
}

func fail(w http.ResponseWriter, status int, code, why string) {
	answer(w, status, map[string]any{"code": code, "message": why, "data": map[string]any{"status": status}})
}

// refuse plays a failure that saves nothing. It reports whether it did.
func refuse(w http.ResponseWriter, failure networktest.Failure) bool {
	switch failure {
	case networktest.Unauthorized:
		fail(w, http.StatusUnauthorized, "incorrect_password", "The provided password is an invalid application password.")
	case networktest.RateLimited:
		w.Header().Set("Retry-After", "7")
		w.WriteHeader(http.StatusTooManyRequests)
		_, _ = io.WriteString(w, "<html><body>Too many requests</body></html>") // a host's, not WordPress's
	case networktest.Refused:
		fail(w, http.StatusBadRequest, "rest_invalid_param", "Invalid parameter(s): status")
	case networktest.ServerError:
		w.WriteHeader(http.StatusInternalServerError)
		_, _ = io.WriteString(w, "<p>There has been a critical error on this website.</p>")
	case networktest.DropAfter, networktest.Garbage:
		return false
	default:
		return false
	}
	return true
}
