// Package webhooktest has two receivers of posts for tests: a strict one that holds every request to
// docs/webhook.md and plays the failures that make publishing hard, and the example of that page.
package webhooktest

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"postbag/backend/network"
	"postbag/backend/network/networktest"
)

// What a channel of the stand-in has to know.
const (
	Secret = "webhooktest-signing-secret"
	Key    = "webhooktest-hook-4f2a"
	Name   = "The noticeboard"
)

// Memory is how long the stand-in says that it remembers keys.
const Memory = 24 * time.Hour

// Server is the stand-in. It is safe for concurrent use.
type Server struct {
	URL string // http://127.0.0.1:port

	forgetful bool

	mu       sync.Mutex
	failures []networktest.Failure
	saved    []Saved
	broken   []string // what does not follow the page
	pings    int
}

// Saved is a post that was taken.
type Saved struct {
	ID  string
	Raw []byte // the document
	Document
	Files map[string][]byte
}

// Document is a post as docs/webhook.md has it.
type Document struct {
	Postbag  int    `json:"postbag"`
	Type     string `json:"type"`
	Key      string `json:"key"`
	Created  string `json:"created"`
	Text     string `json:"text"`
	Parts    []Part `json:"parts"`
	Link     *Link  `json:"link"`
	Language string `json:"language"`
	Warning  string `json:"warning"`
}

// Part is one of a document.
type Part struct {
	Text  string `json:"text"`
	Media []File `json:"media"`
}

// File describes one of the form's.
type File struct {
	File       string                  `json:"file"`
	Kind       string                  `json:"kind"`
	Name       string                  `json:"name"`
	Type       string                  `json:"type"`
	Bytes      int                     `json:"bytes"`
	SHA256     string                  `json:"sha256"`
	Width      int                     `json:"width"`
	Height     int                     `json:"height"`
	DurationMs int64                   `json:"duration_ms"`
	Alt        string                  `json:"alt"`
	Decorative bool                    `json:"decorative"`
	Focus      *struct{ X, Y float64 } `json:"focus"`
}

// Link is a document's link card.
type Link struct {
	URL         string `json:"url"`
	Title       string `json:"title"`
	Description string `json:"description"`
	Image       *File  `json:"image"`
}

var (
	_ networktest.Server    = (*Server)(nil)
	_ networktest.Keyed     = (*Server)(nil)
	_ networktest.Connector = (*Server)(nil)
)

// New starts a receiver that remembers keys. It ends with the test, which fails if a request was not
// as the page says.
func New(t testing.TB) *Server { return start(t, false) }

// NewForgetful starts one that remembers none.
func NewForgetful(t testing.TB) *Server { return start(t, true) }

func start(t testing.TB, forgetful bool) *Server {
	t.Helper()
	s := &Server{forgetful: forgetful}
	server := httptest.NewServer(http.HandlerFunc(s.take))
	s.URL = server.URL
	t.Cleanup(func() {
		server.Close()
		for _, why := range s.broken {
			t.Errorf("a request that docs/webhook.md does not have: %s", why)
		}
	})
	return s
}

// Address is where posts go, with the mark of the key.
func (s *Server) Address() string { return s.URL + "/hooks/{key}?from=postbag" }

// Account returns a connected account.
func (s *Server) Account() network.Account {
	a := network.Account{
		RemoteID: s.Address() + "#00000000", Handle: "127.0.0.1/hooks/…", Name: Name, Server: s.URL,
		Secret:  network.SecretOf(map[string]string{"secret": Secret, "key": Key}),
		Options: map[string]string{"address": s.Address()},
	}
	return a
}

// Answers are the good answers of a connect conversation.
func (s *Server) Answers() map[string]string {
	return map[string]string{"address": s.Address(), "key": Key, "secret": Secret}
}

// WrongAnswer is an answer that must ask again.
func (s *Server) WrongAnswer() (key, value string) { return "secret", "another-secret-altogether" }

// KeyHonoured reports whether one key makes one post.
func (s *Server) KeyHonoured() bool { return !s.forgetful }

// Fail makes the next post fail. Several calls queue up.
func (s *Server) Fail(f networktest.Failure) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failures = append(s.failures, f)
}

// Saved returns the posts that were taken, oldest first.
func (s *Server) Saved() []Saved {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.saved)
}

// Pings counts the pings that had a good signature.
func (s *Server) Pings() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.pings
}

// Posts is Saved for the suite of networks: each part is a post.
func (s *Server) Posts() []networktest.Post {
	var posts []networktest.Post
	for _, saved := range s.Saved() {
		for i, part := range saved.Parts {
			p := networktest.Post{ID: saved.ID, Text: part.Text}
			if i > 0 {
				p.ID, p.Parent = fmt.Sprintf("%s/%d", saved.ID, i+1), saved.ID
			}
			for _, f := range part.Media {
				p.Alts = append(p.Alts, f.Alt)
				p.Images = append(p.Images, saved.Files[f.File])
			}
			posts = append(posts, p)
		}
	}
	return posts
}

func (s *Server) take(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "/hooks/"+Key || r.URL.RawQuery != "from=postbag" {
		http.NotFound(w, r)
		return
	}
	document, files, err := read(r)
	if err != nil || r.Method != http.MethodPost {
		s.breaks(w, fmt.Sprintf("%s: %v", r.Method, err))
		return
	}
	mac := hmac.New(sha256.New, []byte(Secret))
	mac.Write(document)
	if !hmac.Equal([]byte(r.Header.Get("Postbag-Signature")), []byte("sha256="+hex.EncodeToString(mac.Sum(nil)))) {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	var d Document
	strict := json.NewDecoder(bytes.NewReader(document))
	strict.DisallowUnknownFields()
	if err := strict.Decode(&d); err != nil || d.Postbag != 1 {
		s.breaks(w, fmt.Sprintf("the document: %v", err))
		return
	}
	if d.Type == "ping" {
		s.ping(w, document)
		return
	}
	if why := wrong(d, files, r.Header.Get("Idempotency-Key")); why != "" {
		s.breaks(w, why)
		return
	}
	s.post(w, Saved{Raw: document, Document: d, Files: files})
}

func (s *Server) ping(w http.ResponseWriter, document []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pings++
	if string(document) != `{"postbag":1,"type":"ping"}` {
		s.broken = append(s.broken, "a ping with more in it")
	}
	hello := map[string]any{"postbag": 1, "name": Name}
	if !s.forgetful {
		hello["remembers"] = int(Memory / time.Second)
	}
	answer(w, http.StatusOK, hello)
}

func (s *Server) post(w http.ResponseWriter, p Saved) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var failure networktest.Failure
	if len(s.failures) > 0 {
		failure, s.failures = s.failures[0], s.failures[1:]
	}
	switch failure {
	case networktest.Unauthorized:
		w.WriteHeader(http.StatusUnauthorized)
		return
	case networktest.RateLimited:
		w.Header().Set("Retry-After", "7")
		w.WriteHeader(http.StatusTooManyRequests)
		return
	case networktest.Refused:
		answer(w, http.StatusUnprocessableEntity, map[string]any{"refused": "Nothing is put up on Sundays."})
		return
	case networktest.ServerError:
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	case networktest.DropAfter, networktest.Garbage:
	}
	status := http.StatusOK
	if i := slices.IndexFunc(s.saved, func(old Saved) bool { return old.Key == p.Key }); i >= 0 && !s.forgetful {
		p = s.saved[i]
	} else {
		status = http.StatusCreated
		p.ID = "note-" + strconv.Itoa(len(s.saved)+1)
		s.saved = append(s.saved, p)
	}
	switch failure { //nolint:exhaustive // the others have ended above
	case networktest.DropAfter:
		if c, _, err := w.(http.Hijacker).Hijack(); err == nil {
			_ = c.Close() // that is the failure
		}
	case networktest.Garbage:
		_, _ = io.WriteString(w, "<html>thank you</html>") // the client may have gone
	default:
		answer(w, status, map[string]any{"id": p.ID, "url": "https://board.example/" + p.ID})
	}
}

// breaks notes what does not follow the page.
func (s *Server) breaks(w http.ResponseWriter, why string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.broken = append(s.broken, why)
	answer(w, http.StatusBadRequest, map[string]any{"refused": why})
}

// wrong holds a post to the page.
func wrong(d Document, files map[string][]byte, key string) string {
	created, err := time.Parse(time.RFC3339, d.Created)
	switch {
	case d.Type != "post":
		return "the type is " + d.Type
	case d.Key == "" || d.Key != key:
		return fmt.Sprintf("the key is %q, in the header %q", d.Key, key)
	case err != nil || created.Location() != time.UTC:
		return "created is " + d.Created
	case len(d.Parts) == 0 || len(d.Parts) > 25 || d.Text != d.Parts[0].Text:
		return fmt.Sprintf("%d parts, or another text than the first one's", len(d.Parts))
	}
	var described []File
	for _, p := range d.Parts {
		if utf8.RuneCountInString(p.Text) > 50_000 || len(p.Media) > 10 {
			return "a part is too long"
		}
		described = append(described, p.Media...)
	}
	if d.Link != nil && d.Link.Image != nil {
		described = append(described, *d.Link.Image)
	}
	if len(described) != len(files) {
		return fmt.Sprintf("%d files are described, %d are there", len(described), len(files))
	}
	for i, f := range described {
		content, there := files[f.File]
		sum := sha256.Sum256(content)
		switch {
		case f.File != fmt.Sprintf("media-%d", i+1) || !there:
			return fmt.Sprintf("file %d is %q", i+1, f.File)
		case len(content) != f.Bytes || hex.EncodeToString(sum[:]) != f.SHA256:
			return f.File + " is not what its digest says"
		case !slices.Contains([]string{"image", "animation", "video"}, f.Kind) || f.Type == "" || f.Name == "":
			return f.File + " is not described"
		case utf8.RuneCountInString(f.Alt) > 2000:
			return f.File + " is described too long"
		}
	}
	return ""
}

// read takes a request of either form apart.
func read(r *http.Request) (document []byte, files map[string][]byte, err error) {
	kind, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		return nil, nil, err
	}
	if kind == "application/json" {
		document, err = io.ReadAll(r.Body)
		return document, nil, err
	}
	if kind != "multipart/form-data" {
		return nil, nil, errors.New("the content is of type " + kind)
	}
	files = map[string][]byte{}
	parts := multipart.NewReader(r.Body, params["boundary"])
	for n := 0; ; n++ {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return document, files, nil
		}
		if err != nil {
			return nil, nil, err
		}
		content, err := io.ReadAll(part)
		if err != nil {
			return nil, nil, err
		}
		switch {
		case n == 0 && part.FormName() == "post" && part.Header.Get("Content-Type") == "application/json":
			document = content
		case n == 0 || part.FileName() == "":
			return nil, nil, fmt.Errorf("field %d is %q", n+1, part.FormName())
		default:
			files[part.FormName()] = content
		}
	}
}

func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the client may have gone
}
