// Package slacktest is a server on loopback that speaks the part of Slack's Web API that an app writes
// messages with, for tests.
//
// It is written from Slack's documentation (docs.slack.dev, as quoted in 2026), and holds every request
// to a method to the official description of the API, of which openapi.json is a part. That is from
// 2021: what came later (the metadata of messages, the upload in three steps) is restated here. It
// checks the token, escapes and blocks, shows metadata only to who asks for it, takes its time with
// files, and plays the failures that make publishing hard.
package slacktest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/networktest"
)

// Who writes where, with the token that is always good.
const (
	Team      = "T0SQUARE1"
	Workspace = "square.slack.com"
	Channel   = "C0NEWS0001"
	Archived  = "C0OLDNEWS1"
	Outside   = "C0ELSEWHER" // the app is not in it
	Bot       = "U0POSTBAG1"
	Other     = "U0SOMEBODY"
	goodToken = "xoxb-slacktest-good-token"
)

// Server is the stand-in. It is safe for concurrent use.
type Server struct {
	URL string // http://127.0.0.1:port

	mu       sync.Mutex
	failures []networktest.Failure
	canned   map[string][]Answer
	messages []Message
	files    []*File
	serial   int
	slow     int // how many more answers about a file say no type
	scopes   string
	limited  bool
	closed   bool     // nothing can be edited any more
	broken   []string // what does not follow the description
}

// Message is one that was saved.
type Message struct {
	TS        string
	Text      string // as people see it
	Thread    string // the message that began its thread, "" if it is in none
	Broadcast bool
	Previews  bool
	Key       string // of its metadata
	By        string // who wrote it
	Images    []Image
}

// Image is what a block of a message shows.
type Image struct {
	File *File
	Alt  string
}

// File is one that was uploaded, or is about to be.
type File struct {
	ID, Name, Alt, Title string
	Length               int
	Bytes                []byte
	Complete             bool
}

// Answer is what a method answers instead of what it should.
type Answer struct {
	Status int
	Header map[string]string
	Body   string
}

var (
	_ networktest.Server    = (*Server)(nil)
	_ networktest.Connector = (*Server)(nil)
)

// New starts a server that ends with the test, which fails if something was asked for in a way that the
// API's description does not know.
func New(t testing.TB) *Server {
	t.Helper()
	networktest.Verified(t, "slack", networktest.Description, "OpenAPI description of the Web API, 2021, where it still holds")
	s := &Server{canned: map[string][]Answer{}, scopes: "chat:write,channels:read,channels:history,files:read,files:write"}
	methods, err := described()
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(s.routes(methods))
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
		RemoteID: Team + "/" + Channel + "/" + Bot, Handle: "news", Name: "The square", Server: s.URL,
		Secret: network.SecretOf(map[string]string{"token": goodToken}), Options: map[string]string{"workspace": Workspace},
	}
}

// Fail makes the next message fail. Several calls queue up.
func (s *Server) Fail(f networktest.Failure) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failures = append(s.failures, f)
}

// Instead makes a method answer once with what it should not. Several calls queue up.
func (s *Server) Instead(method string, a Answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.canned[method] = append(s.canned[method], a)
}

// Slow makes the next n answers about a file say that Slack still looks at it.
func (s *Server) Slow(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.slow = n
}

// Limit makes Slack hide older messages, as it does where the workspace pays nothing.
func (s *Server) Limit() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.limited = true
}

// Grant sets what the token may do.
func (s *Server) Grant(scopes string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.scopes = scopes
}

// Forget loses every file, as if people had deleted them.
func (s *Server) Forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.files = nil
}

// Answers are the good answers of a connect conversation.
func (s *Server) Answers() map[string]string {
	return map[string]string{"token": goodToken, "channel": "https://" + Workspace + "/archives/" + Channel}
}

// WrongAnswer is an answer that must ask again.
func (s *Server) WrongAnswer() (key, value string) { return "token", "xoxb-not-the-token" }

// Messages returns what was saved and not deleted, oldest first.
func (s *Server) Messages() []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.messages)
}

// Uploads returns how many files were asked for, and how many of them are complete.
func (s *Server) Uploads() (asked, complete int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.files {
		if f.Complete {
			complete++
		}
	}
	return len(s.files), complete
}

// Posts is Messages for the suite of networks. Slack's threads are flat: what a message of one follows
// is the one before it there.
func (s *Server) Posts() []networktest.Post {
	var posts []networktest.Post
	last := map[string]string{}
	for _, m := range s.Messages() {
		p := networktest.Post{ID: m.TS, Text: m.Text}
		if m.Thread != "" {
			if p.Parent = last[m.Thread]; p.Parent == "" {
				p.Parent = m.Thread
			}
			last[m.Thread] = m.TS
		}
		for _, i := range m.Images {
			p.Alts, p.Images = append(p.Alts, i.File.Alt), append(p.Images, i.File.Bytes)
		}
		posts = append(posts, p)
	}
	return posts
}

// Write saves a message of somebody, with a key if an app wrote one into it.
func (s *Server) Write(by, text, key string) Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.save(Message{By: by, Text: text, Key: key})
}

// save gives a message its ts. The caller holds the lock.
func (s *Server) save(m Message) Message {
	s.serial++
	m.TS = fmt.Sprintf("%d.%06d", time.Now().Unix(), s.serial)
	s.messages = append(s.messages, m)
	return m
}

// take returns what a method answers instead, once. The caller holds no lock.
func (s *Server) take(method string) (Answer, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := s.canned[method]
	if len(list) == 0 {
		return Answer{}, false
	}
	s.canned[method] = list[1:]
	return list[0], true
}

// wrong notes what no client of Slack should ask for.
func (s *Server) wrong(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.broken = append(s.broken, fmt.Sprintf(format, args...))
}

func (s *Server) routes(methods document) http.Handler {
	call := map[string]func(http.ResponseWriter, map[string]any){
		"auth.test": s.who, "conversations.info": s.channel, "conversations.history": s.history, "conversations.replies": s.replies,
		"chat.postMessage": s.post, "chat.update": s.edit, "chat.delete": s.remove,
		"files.getUploadURLExternal": s.address, "files.completeUploadExternal": s.complete, "files.info": s.file,
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /upload/v1/{id}", s.store)
	mux.HandleFunc("/api/{method}", func(w http.ResponseWriter, r *http.Request) {
		method := r.PathValue("method")
		if instead, ok := s.take(method); ok {
			for k, v := range instead.Header {
				w.Header().Set(k, v)
			}
			w.WriteHeader(instead.Status)
			_, _ = io.WriteString(w, instead.Body) // the client may have gone
			return
		}
		values, err := asked(r)
		if err != nil {
			fail(w, "invalid_form_data")
			return
		}
		if why := methods.check(method, r.Method, values); why != "" {
			s.wrong("%s %s: %s", r.Method, method, why)
			fail(w, "invalid_arguments")
			return
		}
		switch answers, known := call[method]; {
		case !known:
			fail(w, "unknown_method")
		case r.Header.Get("Authorization") == "":
			fail(w, "not_authed")
		case r.Header.Get("Authorization") != "Bearer "+goodToken:
			fail(w, "invalid_auth")
		default:
			answers(w, values)
		}
	})
	return mux
}

// asked reads the arguments of a method, from wherever they may stand.
func asked(r *http.Request) (map[string]any, error) {
	values := map[string]any{}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
		if err := json.Unmarshal(body, &values); err != nil {
			return nil, err
		}
		return values, nil
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, err
	}
	for _, from := range []url.Values{r.URL.Query(), form} {
		for k, v := range from {
			values[k] = v[0]
		}
	}
	return values, nil
}

func (s *Server) who(w http.ResponseWriter, _ map[string]any) {
	s.mu.Lock()
	w.Header().Set("X-OAuth-Scopes", s.scopes)
	s.mu.Unlock()
	answer(w, map[string]any{
		"url": "https://" + Workspace + "/", "team": "The square", "user": "postbag", "team_id": Team, "user_id": Bot, "bot_id": "B0POSTBAG1",
	})
}

func (s *Server) channel(w http.ResponseWriter, in map[string]any) {
	id := text(in, "channel")
	if !slices.Contains([]string{Channel, Archived, Outside}, id) {
		fail(w, "channel_not_found")
		return
	}
	answer(w, map[string]any{"channel": map[string]any{
		"id": id, "name": "news", "is_channel": true, "is_archived": id == Archived, "is_member": id != Outside,
	}})
}

func (s *Server) remove(w http.ResponseWriter, in map[string]any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, m := range s.messages {
		if m.TS == text(in, "ts") && text(in, "channel") == Channel {
			s.messages = slices.Delete(s.messages, i, i+1)
			answer(w, map[string]any{"channel": Channel, "ts": m.TS})
			return
		}
	}
	fail(w, "message_not_found")
}

// text returns an argument that is text or a number, "" if it is not there.
func text(in map[string]any, key string) string {
	switch v := in[key].(type) {
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return ""
}

func yes(in map[string]any, key string) bool { return in[key] == true || in[key] == "true" }

func answer(w http.ResponseWriter, v map[string]any) {
	v["ok"] = true
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_ = json.NewEncoder(w).Encode(v) // the client may have gone
}

// fail says no as Slack does: with success, and a code.
func fail(w http.ResponseWriter, code string) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_ = json.NewEncoder(w).Encode(map[string]any{"ok": false, "error": code}) // the client may have gone
}
