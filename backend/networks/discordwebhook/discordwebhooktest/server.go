// Package discordwebhooktest is a server on loopback that speaks the part of Discord's API that a webhook
// is used with, for tests.
//
// It is written from Discord's documentation (resources/webhook, 2026-08-06), and holds every new message to
// the official description of the API, of which openapi.json is a part. It knows two webhooks, of a channel
// and of a forum, and plays the failures that make publishing hard. Like Discord it tells nobody which
// messages there are.
package discordwebhooktest

import (
	"bytes"
	_ "embed"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"postbag/backend/network"
	"postbag/backend/network/networktest"
)

//go:embed openapi.json
var description []byte

// Where messages go, and the webhooks with the token that is always good.
const (
	Guild     = "197038439483310086"
	Channel   = "155101607195836416"
	Forum     = "155101607195836417"
	Thread    = "155101607195836418" // in Channel
	Hook      = "223704706495545344" // of Channel
	ForumHook = "223704706495545345"
	Follower  = "223704706495545346" // takes no messages
	Token     = "discordwebhooktest-3d89bb7572e0fb30d8128367b3b1b44fecd1726de135cbe28a41f8b2f777c372"
)

// mostContent is how long a text may be, in code points (documentation, "Execute Webhook", 2026-08-06).
const mostContent = 2000

// Server is the stand-in. It is safe for concurrent use.
type Server struct {
	URL string // http://127.0.0.1:port

	schema  *jsonschema.Schema
	changes *jsonschema.Schema // of a message that is edited
	losing  int                // changes whose answers are lost

	mu       sync.Mutex
	failures []networktest.Failure
	messages []Message
	serial   int
	moved    bool
	deleted  bool
	broken   []string // what does not follow the description
}

// Message is one that was saved.
type Message struct {
	ID     string
	Text   string
	Flags  int
	Name   string // of the sender, "" for the webhook's own
	Avatar string
	Title  string // of the thread it began
	In     string // the channel or thread
	Parse  []string
	Files  []File
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
	_ networktest.Connector = (*Server)(nil)
)

// New starts a server that ends with the test, which fails if a message was asked for in a way that
// the API's description does not know.
func New(t testing.TB) *Server {
	t.Helper()
	networktest.Verified(t, "discordwebhook", networktest.Description, "OpenAPI description of API version 10, 2026-07-18")
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(description))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("openapi.json", document); err != nil {
		t.Fatal(err)
	}
	s := &Server{}
	if s.schema, err = compiler.Compile("openapi.json#/components/schemas/IncomingWebhookRequestPartial"); err != nil {
		t.Fatal(err)
	}
	if s.changes, err = compiler.Compile("openapi.json#/components/schemas/IncomingWebhookUpdateRequestPartial"); err != nil {
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

// Account returns a connected account of the channel.
func (s *Server) Account() network.Account { return s.account(Channel + "/" + Hook) }

// InForum returns a connected account of the forum.
func (s *Server) InForum() network.Account { return s.account(Forum + "/" + ForumHook) }

// InThread returns a connected account of the thread.
func (s *Server) InThread() network.Account { return s.account(Channel + "/" + Hook + "/" + Thread) }

func (s *Server) account(where string) network.Account {
	return network.Account{
		RemoteID: Guild + "/" + where, Handle: "Town crier",
		Server: s.URL, Secret: network.SecretOf(map[string]string{"token": Token}),
	}
}

// Fail makes the next message fail. Several calls queue up.
func (s *Server) Fail(f networktest.Failure) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failures = append(s.failures, f)
}

// Move has somebody move the webhooks to another channel.
func (s *Server) Move() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.moved = true
}

// DeleteWebhooks has somebody delete them.
func (s *Server) DeleteWebhooks() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.deleted = true
}

// Address is what people copy from Discord.
func Address(hook, token string) string {
	return "https://discord.com/api/webhooks/" + hook + "/" + token
}

// Answers are the good answers of a connect conversation.
func (s *Server) Answers() map[string]string {
	return map[string]string{"address": Address(Hook, Token)}
}

// WrongAnswer is an answer that must ask again.
func (s *Server) WrongAnswer() (key, value string) {
	return "address", Address(Hook, "discordwebhooktest-not-the-token")
}

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
		p := networktest.Post{ID: m.ID, Text: m.Text}
		for _, f := range m.Files {
			p.Alts = append(p.Alts, f.Alt)
			p.Images = append(p.Images, f.Bytes)
		}
		posts = append(posts, p)
	}
	return posts
}

func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/v10/webhooks/{hook}/{token}", s.show)
	mux.HandleFunc("POST /api/v10/webhooks/{hook}/{token}", s.post)
	mux.HandleFunc("DELETE /api/v10/webhooks/{hook}/{token}/messages/{message}", s.remove)
	mux.HandleFunc("PATCH /api/v10/webhooks/{hook}/{token}/messages/{message}", s.edit)
	return mux
}

// known answers what is about no webhook, or has another token.
func (s *Server) known(w http.ResponseWriter, r *http.Request) bool {
	s.mu.Lock()
	gone := s.deleted
	s.mu.Unlock()
	switch hook := r.PathValue("hook"); {
	case gone, hook != Hook && hook != ForumHook && hook != Follower:
		fail(w, http.StatusNotFound, 10015, "Unknown Webhook")
	case r.PathValue("token") != Token:
		fail(w, http.StatusUnauthorized, 50027, "Invalid Webhook Token")
	default:
		return true
	}
	return false
}

// show answers what a webhook is. The answer has the token again, as Discord's.
func (s *Server) show(w http.ResponseWriter, r *http.Request) {
	if !s.known(w, r) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	hook, channel := r.PathValue("hook"), Channel
	if hook == ForumHook {
		channel = Forum
	}
	if s.moved {
		channel = "155101607195836499"
	}
	out := map[string]any{
		"application_id": nil, "avatar": nil, "channel_id": channel, "guild_id": Guild, "id": hook, "name": "Town crier", "type": 1,
		"token": Token, "url": "https://discord.com/api/webhooks/" + hook + "/" + Token,
	}
	if hook == Follower {
		out["type"] = 2
		delete(out, "token")
	}
	answer(w, http.StatusOK, out)
}

func (s *Server) remove(w http.ResponseWriter, r *http.Request) {
	if !s.known(w, r) {
		return
	}
	in := r.URL.Query().Get("thread_id")
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, m := range s.messages {
		if m.ID == r.PathValue("message") && (m.In == in || m.In == Channel && in == "") {
			s.messages = slices.Delete(s.messages, i, i+1)
			w.WriteHeader(http.StatusNoContent)
			return
		}
	}
	fail(w, http.StatusNotFound, 10008, "Unknown Message")
}
