// Package discordtest is a server on loopback that speaks the part of Discord's API that a bot
// writes with, for tests.
//
// It is written from Discord's documentation (2026-08-06), and holds every new message to the official
// description of the API, of which openapi.json is a part. It checks the token, honours enforced
// nonces for five minutes, and plays the failures that make publishing hard.
package discordtest

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"postbag/backend/network"
	"postbag/backend/network/networktest"
)

//go:embed openapi.json
var description []byte

// Who writes where, with the token that is always good.
const (
	Guild     = "197038439483310086"
	Channel   = "155101607195836416"
	Forum     = "155101607195836417" // takes no messages of its own
	Bot       = "308994132968210433"
	goodToken = "discordtest-token-MTk4NjIy.Cl2FMQ"
)

// mostContent is how long a text may be, in code points (documentation, "Create Message", 2026-08-06).
const mostContent = 2000

// nonceLife is what the documentation calls "the past few minutes".
const nonceLife = 5 * time.Minute

// Server is the stand-in. It is safe for concurrent use.
type Server struct {
	URL string // http://127.0.0.1:port

	schema  *jsonschema.Schema
	changes *jsonschema.Schema // of a message that is edited

	mu       sync.Mutex
	failures []networktest.Failure
	messages []Message
	serial   int
	broken   []string // what does not follow the description
}

// Message is one that was saved.
type Message struct {
	ID     string
	Text   string
	Nonce  string
	Flags  int
	Parent string // the message it answers
	By     string // who wrote it
	Files  []File
	At     time.Time
}

// File is one of a message.
type File struct {
	Name    string
	Alt     string
	Spoiler bool
	Bytes   []byte
}

var (
	_ networktest.Server    = (*Server)(nil)
	_ networktest.Keyed     = (*Server)(nil)
	_ networktest.Connector = (*Server)(nil)
)

// New starts a server that ends with the test, which fails if a message was asked for in a way that
// the API's description does not know.
func New(t testing.TB) *Server {
	t.Helper()
	networktest.Verified(t, "discord", networktest.Description, "OpenAPI description of API version 10, 2026-07-18")
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(description))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("openapi.json", document); err != nil {
		t.Fatal(err)
	}
	s := &Server{}
	if s.schema, err = compiler.Compile("openapi.json#/components/schemas/MessageCreateRequest"); err != nil {
		t.Fatal(err)
	}
	if s.changes, err = compiler.Compile("openapi.json#/components/schemas/MessageEditRequestPartial"); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(s.routes())
	s.URL = server.URL
	t.Cleanup(func() {
		server.Close()
		for _, why := range s.broken {
			t.Errorf("a message that the API does not take: %s", why)
		}
	})
	return s
}

// Account returns a connected account.
func (s *Server) Account() network.Account {
	return network.Account{
		RemoteID: Guild + "/" + Channel + "/" + Bot, Handle: "news", Name: "The square",
		Server: s.URL, Secret: network.SecretOf(map[string]string{"token": goodToken}),
	}
}

// Fail makes the next message fail. Several calls queue up.
func (s *Server) Fail(f networktest.Failure) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failures = append(s.failures, f)
}

// KeyHonoured reports that one nonce makes one message.
func (s *Server) KeyHonoured() bool { return true }

// Answers are the good answers of a connect conversation.
func (s *Server) Answers() map[string]string {
	return map[string]string{"token": goodToken, "channel": "https://discord.com/channels/" + Guild + "/" + Channel}
}

// WrongAnswer is an answer that must ask again.
func (s *Server) WrongAnswer() (key, value string) { return "token", "not-the-token" }

// Messages returns what was saved and not deleted, oldest first.
func (s *Server) Messages() []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.messages)
}

// Posts is Messages for the suite of networks.
func (s *Server) Posts() []networktest.Post {
	var posts []networktest.Post
	for _, m := range s.Messages() {
		p := networktest.Post{ID: m.ID, Text: m.Text, Parent: m.Parent}
		for _, f := range m.Files {
			p.Alts = append(p.Alts, f.Alt)
			p.Images = append(p.Images, f.Bytes)
		}
		posts = append(posts, p)
	}
	return posts
}

// save gives a message its id and time. The caller holds the lock.
func (s *Server) save(m Message) Message {
	s.serial++
	m.ID, m.At = strconv.Itoa(1_290_000_000_000_000_000+s.serial), time.Now().UTC()
	s.messages = append(s.messages, m)
	return m
}

func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/v10/users/@me", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, http.StatusOK, map[string]any{"id": Bot, "username": "postbag", "bot": true})
	})
	mux.HandleFunc("GET /api/v10/guilds/{id}", func(w http.ResponseWriter, r *http.Request) {
		answer(w, http.StatusOK, map[string]any{"id": r.PathValue("id"), "name": "The square"})
	})
	mux.HandleFunc("GET /api/v10/channels/{id}", func(w http.ResponseWriter, r *http.Request) {
		switch id := r.PathValue("id"); id {
		case Channel:
			answer(w, http.StatusOK, map[string]any{"id": id, "guild_id": Guild, "name": "news", "type": 0})
		case Forum:
			answer(w, http.StatusOK, map[string]any{"id": id, "guild_id": Guild, "name": "talk", "type": 15})
		default:
			fail(w, http.StatusNotFound, 10003, "Unknown Channel")
		}
	})
	mux.HandleFunc("GET /api/v10/channels/{id}/messages", s.list)
	mux.HandleFunc("POST /api/v10/channels/{id}/messages", s.post)
	mux.HandleFunc("DELETE /api/v10/channels/{id}/messages/{message}", s.remove)
	mux.HandleFunc("PATCH /api/v10/channels/{id}/messages/{message}", s.edit)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bot "+goodToken {
			fail(w, http.StatusUnauthorized, 0, "401: Unauthorized")
			return
		}
		mux.ServeHTTP(w, r)
	})
}

func (s *Server) list(w http.ResponseWriter, r *http.Request) {
	limit, err := strconv.Atoi(r.URL.Query().Get("limit"))
	if err != nil || limit < 1 || limit > 100 {
		fail(w, http.StatusBadRequest, 50035, "Invalid Form Body")
		return
	}
	before := r.URL.Query().Get("before")
	list := []any{}
	for _, m := range slices.Backward(s.Messages()) {
		if len(list) < limit && (before == "" || m.ID < before) {
			list = append(list, shown(m))
		}
	}
	answer(w, http.StatusOK, list)
}

func (s *Server) remove(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, m := range s.messages {
		if m.ID == r.PathValue("message") {
			s.messages = slices.Delete(s.messages, i, i+1)
			w.WriteHeader(http.StatusNoContent)
			return
		}
	}
	fail(w, http.StatusNotFound, 10008, "Unknown Message")
}

// sent is the body of a new message, as the documentation has it.
type sent struct {
	Content      string `json:"content"`
	Nonce        string `json:"nonce"`
	EnforceNonce bool   `json:"enforce_nonce"`
	Flags        int    `json:"flags"`
	Reference    struct {
		MessageID string `json:"message_id"`
	} `json:"message_reference"`
	Attachments []struct {
		ID          string `json:"id"`
		Description string `json:"description"`
		Spoiler     bool   `json:"is_spoiler"`
	} `json:"attachments"`
}

func (s *Server) post(w http.ResponseWriter, r *http.Request) {
	body, files, err := taken(r)
	if err != nil {
		fail(w, http.StatusBadRequest, 50035, err.Error())
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var failure networktest.Failure
	if len(s.failures) > 0 {
		failure, s.failures = s.failures[0], s.failures[1:]
	}
	switch failure {
	case networktest.Unauthorized:
		fail(w, http.StatusUnauthorized, 0, "401: Unauthorized")
		return
	case networktest.RateLimited:
		w.Header().Set("Retry-After", "7")
		answer(w, http.StatusTooManyRequests, map[string]any{"message": "You are being rate limited.", "retry_after": 6.457, "global": false})
		return
	case networktest.Refused:
		fail(w, http.StatusBadRequest, 50035, "Invalid Form Body")
		return
	case networktest.ServerError:
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	case networktest.DropAfter, networktest.Garbage:
	}
	m, known, why := s.accept(body, files)
	switch {
	case why != "":
		fail(w, http.StatusBadRequest, 50035, why)
		return
	case !known:
		m = s.save(m)
	}
	if failure == networktest.DropAfter {
		if c, _, err := w.(http.Hijacker).Hijack(); err == nil {
			_ = c.Close() // that is the failure
		}
		return
	}
	if failure == networktest.Garbage {
		_, _ = io.WriteString(w, "<html>hello</html>") // the client may have gone
		return
	}
	answer(w, http.StatusOK, shown(m))
}

// accept holds a message to the description of the API and its rules. known: it is one that was
// saved before, under the same enforced nonce. The caller holds the lock.
func (s *Server) accept(body []byte, files map[string]File) (m Message, known bool, why string) {
	var document any
	var in sent
	if json.Unmarshal(body, &document) != nil || json.Unmarshal(body, &in) != nil {
		return m, false, "the body is no JSON"
	}
	if err := s.schema.Validate(document); err != nil {
		s.broken = append(s.broken, err.Error())
		return m, false, "Invalid Form Body"
	}
	if in.EnforceNonce && in.Nonce != "" {
		for _, old := range s.messages {
			if old.Nonce == in.Nonce && time.Since(old.At) < nonceLife {
				return old, true, ""
			}
		}
	}
	m = Message{By: Bot, Text: strings.TrimSpace(in.Content), Nonce: in.Nonce, Flags: in.Flags, Parent: in.Reference.MessageID}
	for _, a := range in.Attachments {
		f, ok := files[a.ID]
		if !ok {
			return m, false, "an attachment without a file"
		}
		f.Alt, f.Spoiler = a.Description, a.Spoiler
		m.Files = append(m.Files, f)
	}
	switch {
	case len(m.Files) != len(files):
		return m, false, "a file that is no attachment"
	case m.Text == "" && len(m.Files) == 0:
		return m, false, "Cannot send an empty message"
	case len([]rune(in.Content)) > mostContent:
		return m, false, "Must be 2000 or fewer in length."
	case m.Parent != "" && !slices.ContainsFunc(s.messages, func(o Message) bool { return o.ID == m.Parent }):
		return m, false, "Unknown message"
	}
	return m, false, ""
}

// taken reads the two forms of a request: JSON alone, or with files.
func taken(r *http.Request) (body []byte, files map[string]File, err error) {
	kind, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		return nil, nil, err
	}
	if kind == "application/json" {
		body, err = io.ReadAll(r.Body)
		return body, nil, err
	}
	files = map[string]File{}
	parts := multipart.NewReader(r.Body, params["boundary"])
	for {
		part, err := parts.NextPart()
		if err == io.EOF { //nolint:errorlint // returned as it is
			return body, files, nil
		}
		if err != nil {
			return nil, nil, err
		}
		content, err := io.ReadAll(part)
		if err != nil {
			return nil, nil, err
		}
		if id, ok := strings.CutPrefix(part.FormName(), "files["); ok {
			files[strings.TrimSuffix(id, "]")] = File{Name: part.FileName(), Bytes: content}
		} else if part.FormName() == "payload_json" {
			body = content
		}
	}
}

// shown is a message as the API shows it.
func shown(m Message) map[string]any {
	files := []any{}
	for i, f := range m.Files {
		files = append(files, map[string]any{"id": strconv.Itoa(i), "filename": f.Name, "description": f.Alt, "size": len(f.Bytes)})
	}
	out := map[string]any{
		"id": m.ID, "channel_id": Channel, "author": map[string]any{"id": m.By}, "content": m.Text,
		"timestamp": m.At.Format("2006-01-02T15:04:05.000000+00:00"), "attachments": files, "type": 0,
	}
	if m.Parent != "" {
		out["type"], out["message_reference"] = 19, map[string]any{"message_id": m.Parent, "channel_id": Channel}
	}
	return out
}

func answer(w http.ResponseWriter, code int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(v) // the client may have gone
}

func fail(w http.ResponseWriter, status, code int, why string) {
	answer(w, status, map[string]any{"code": code, "message": why})
}
