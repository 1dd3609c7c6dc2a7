// Package reddittest is a server on loopback that speaks the part of Reddit's API that posting needs, for
// tests.
//
// It is written from praw-dev/praw (code of 2026-08 and recorded answers of Reddit), from the archive of
// Reddit's own source (reddit-archive/reddit, 2017) and from Pyprohly/reddit-api-doc-notes, and knows
// nothing of the code it tests. It wants the name that Reddit wants of a client, checks applications, codes
// and tokens, leases, files and every field of a new post, refuses what is known to be refused, and plays
// the failures that make publishing hard.
package reddittest

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"regexp"
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
	UserID    = "14g6bq9"
	User      = "kari_bakes"
	Community = "Geraniums"
	GoodToken = "reddittest-token-0123456789abcdef"
	goodAgain = "reddittest-refresh-0123456789"
	FlairID   = "e4ef846a-272d-11eb-b7f1-0e21dbc9573f"
	Flair     = "In bloom"
)

// Server is the stand-in. It is safe for concurrent use.
type Server struct {
	URL string // http://127.0.0.1:port

	mu       sync.Mutex
	failures []networktest.Failure
	posts    []Post
	files    map[string]*file // by asset id
	serial   int
	later    bool
	broken   []string
	instead  map[string]Answer
	about    map[string]any
	most     int
	loop     bool
	undying  bool
	signed
}

// Post is one that was saved.
type Post struct {
	ID       string
	In       string // the community as it writes its name, or u_name
	Kind     string // "self", "link", "image", "gallery"
	Title    string
	Text     string
	URL      string
	Pictures [][]byte
	Flair    string
	NSFW     bool
	Spoiler  bool
	At       time.Time
	Deleted  bool
}

// Answer is one that a test gives in Reddit's stead.
type Answer struct {
	Status int
	Body   string
	Header map[string]string
}

var (
	_ networktest.Server    = (*Server)(nil)
	_ networktest.Connector = (*Server)(nil)
)

// New starts a server that ends with the test, which fails if anything was asked for in a way that Reddit
// does not know.
func New(t testing.TB) *Server {
	t.Helper()
	s := &Server{files: map[string]*file{}, instead: map[string]Answer{}, serial: 40_000_000}
	s.tokens, s.refreshes = map[string]bool{GoodToken: true}, map[string]bool{goodAgain: true}
	s.about = map[string]any{
		"display_name": Community, "title": "Geraniums, mostly", "subreddit_type": "public", "user_is_banned": false, "user_is_contributor": false,
		"user_is_moderator": nil, "restrict_posting": false, "allow_images": true, "allow_galleries": true, "submission_type": "any",
	}
	server := httptest.NewServer(s.routes())
	s.URL = server.URL
	t.Cleanup(func() {
		server.Close()
		for _, why := range s.broken {
			t.Errorf("a request that Reddit does not take: %s", why)
		}
	})
	return s
}

// Account returns a connected account.
func (s *Server) Account() network.Account {
	return network.Account{
		RemoteID: UserID + "/" + strings.ToLower(Community), Handle: "r/" + Community, Name: "Geraniums, mostly · " + User, Server: s.URL,
		Options: map[string]string{"client": Client, "owner": Owner},
		Secret:  network.SecretOf(map[string]string{"token": GoodToken, "refresh": goodAgain, "app_secret": ""}),
	}
}

// Fail makes the next post fail. Several calls queue up.
func (s *Server) Fail(f networktest.Failure) { s.with(func() { s.failures = append(s.failures, f) }) }

// Instead answers the next request ("POST /api/submit") in Reddit's stead. It does nothing else.
func (s *Server) Instead(request string, a Answer) { s.with(func() { s.instead[request] = a }) }

// Later makes Reddit make the posts of single pictures by itself, and promise them.
func (s *Server) Later() { s.with(func() { s.later = true }) }

// Says changes what the community says of itself.
func (s *Server) Says(field string, value any) { s.with(func() { s.about[field] = value }) }

// Pages makes pages of at most n posts, whatever is asked for.
func (s *Server) Pages(n int) { s.with(func() { s.most = n }) }

// Loop makes every page of a list say that the next one begins after the same post.
func (s *Server) Loop() { s.with(func() { s.loop = true }) }

// Keep makes Reddit delete nothing, and say that it did.
func (s *Server) Keep() { s.with(func() { s.undying = true }) }

func (s *Server) with(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
}

// Answers are the good answers of a connect conversation.
func (s *Server) Answers() map[string]string {
	return map[string]string{"client": Client, "owner": Owner, "secret": "", "community": "r/geraniums"}
}

// WrongAnswer is an answer that must ask again.
func (s *Server) WrongAnswer() (key, value string) { return "community", "r/nowhere" }

// Saved returns what was posted and not deleted, oldest first.
func (s *Server) Saved() []Post {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(s.posts), func(p Post) bool { return p.Deleted })
}

// Posts is Saved for the suite of networks.
func (s *Server) Posts() []networktest.Post {
	var posts []networktest.Post
	for _, p := range s.Saved() {
		posts = append(posts, networktest.Post{ID: p.ID, Text: p.Text, Images: p.Pictures})
	}
	return posts
}

// Save makes a post without a request, as somebody does in a browser.
func (s *Server) Save(p Post) Post {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.save(p)
}

// save gives a post its id and time. The caller holds the lock.
func (s *Server) save(p Post) Post {
	s.serial++
	p.ID = strconv.FormatInt(int64(s.serial), 36)
	if p.At.IsZero() {
		p.At = time.Now().UTC()
	}
	s.posts = append(s.posts, p)
	return p
}

// breaks notes a request that the real server would not understand, and fails the test for it.
func (s *Server) breaks(why string) { s.with(func() { s.broken = append(s.broken, why) }) }

// agentForm is what Reddit's rules want: <platform>:<app id>:<version> (by /u/<name>).
var agentForm = regexp.MustCompile(`^[a-z]+:` + Client + `:v[0-9.]+ \(by /u/` + Owner + `\)$`)

func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/v1/me", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, map[string]any{"id": UserID, "name": User, "is_suspended": false, "total_karma": 12, "icon_img": ""})
	})
	mux.HandleFunc("GET /r/{name}/about", s.community)
	mux.HandleFunc("POST /r/{name}/api/flairselector", s.flairs)
	mux.HandleFunc("POST /api/media/asset.json", s.lease)
	mux.HandleFunc("POST /api/submit", s.submit)
	mux.HandleFunc("POST /api/submit_gallery_post.json", s.submitGallery)
	mux.HandleFunc("GET /user/{name}/submitted", s.list)
	mux.HandleFunc("GET /api/info", s.info)
	mux.HandleFunc("POST /api/del", s.remove)
	mux.HandleFunc("POST /api/editusertext", s.edit)
	mux.HandleFunc("POST /api/v1/access_token", s.token)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		request := r.Method + " " + r.URL.Path
		s.mu.Lock()
		a, other := s.instead[request]
		delete(s.instead, request)
		s.mu.Unlock()
		switch {
		case other:
			for name, value := range a.Header {
				w.Header().Set(name, value)
			}
			w.WriteHeader(a.Status)
			_, _ = w.Write([]byte(a.Body)) // the client may have gone
			return
		case r.URL.Path == "/store":
			s.take(w, r)
			return
		case r.URL.Path == "/api/v1/authorize": // a browser's
			s.page(w, r)
			return
		case !agentForm.MatchString(r.UserAgent()):
			s.breaks("a client that calls itself " + r.UserAgent())
			problem(w, http.StatusTooManyRequests, "Too Many Requests", "")
			return
		case r.URL.Path != "/api/v1/access_token" && !s.knows(r):
			problem(w, http.StatusUnauthorized, "Unauthorized", "")
			return
		}
		w.Header().Set("X-Ratelimit-Used", "12")
		w.Header().Set("X-Ratelimit-Remaining", "988.0")
		w.Header().Set("X-Ratelimit-Reset", "67")
		mux.ServeHTTP(w, r)
	})
}

// community is what one says of itself. The search that an unknown one leads to is another page.
func (s *Server) community(w http.ResponseWriter, r *http.Request) {
	switch name := r.PathValue("name"); {
	case strings.EqualFold(name, Community):
		s.mu.Lock()
		defer s.mu.Unlock()
		answer(w, map[string]any{"kind": "t5", "data": s.about})
	case strings.EqualFold(name, "u_"+User):
		answer(w, map[string]any{"kind": "t5", "data": map[string]any{
			"display_name": "u_" + User, "title": "Kari bakes", "subreddit_type": "user", "user_is_banned": false, "user_is_moderator": true,
			"restrict_posting": true, "allow_images": true, "allow_galleries": true,
		}})
	case strings.EqualFold(name, "closed"):
		problem(w, http.StatusForbidden, "Forbidden", "private")
	default:
		http.Redirect(w, r, "/subreddits/search?q="+name, http.StatusFound)
	}
}

func (s *Server) flairs(w http.ResponseWriter, r *http.Request) {
	if r.FormValue("is_newlink") != "true" {
		s.breaks("flairs that are not for a new post")
	}
	choices := []any{}
	if strings.EqualFold(r.PathValue("name"), Community) {
		for id, text := range map[string]string{FlairID: Flair, "680f43b8-1fec-11e3-80d1-12313b0b80bc": "Question"} {
			choices = append(choices, map[string]any{"flair_template_id": id, "flair_text": text, "flair_text_editable": false, "flair_css_class": "", "flair_position": "left"})
		}
	}
	answer(w, map[string]any{"current": map[string]any{"flair_text": "", "flair_template_id": nil}, "choices": choices})
}

func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	_ = json.NewEncoder(w).Encode(v) // the client may have gone
}

// problem is how Reddit says that a request went wrong.
func problem(w http.ResponseWriter, status int, message, reason string) {
	body := map[string]any{"message": message, "error": status}
	if reason != "" {
		body["reason"] = reason
	}
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the client may have gone
}
