// Package telegramtest is a server on loopback that speaks the part of the Bot API that a bot writes
// with, for tests.
//
// It is written from the documentation (Bot API 10.1, 2026-06-11), and holds every request to its
// machine-readable form, of which bot-api.json is a part. It checks the token, takes no message twice for
// one, shows nobody what it has, as Telegram does, and plays the failures that make publishing hard.
package telegramtest

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"unicode/utf16"

	"postbag/backend/network"
	"postbag/backend/network/networktest"
)

// Who writes where, with the token that is always good.
const (
	Bot       = 110201543
	Channel   = -1001234567890 // public: t.me/postbagnews
	Name      = "postbagnews"
	Closed    = -1009876543210 // a private channel
	Group     = -4242          // a small group: its messages have no address
	Elsewhere = -1005555555555 // a channel where the bot may not post
	Token     = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw0"
)

// Server is the stand-in. It is safe for concurrent use.
type Server struct {
	URL string // http://127.0.0.1:port

	spec description

	mu       sync.Mutex
	failures []networktest.Failure
	messages []Message
	serial   int64
	broken   []string // what does not follow the description
}

// Message is one that was saved. An album is several of one Album.
type Message struct {
	ID      int64
	Chat    int64
	Text    string // or the caption, or the question
	Parent  int64
	Album   int64
	Kind    string // "text", "photo", "video", "animation", "poll"
	Options []string
	File    []byte
	Silent  bool
	Protect bool
	Spoiler bool
	Preview string // what its link_preview_options say, as JSON
}

var (
	_ networktest.Server    = (*Server)(nil)
	_ networktest.Connector = (*Server)(nil)
)

// New starts a server that ends with the test, which fails if something was asked for in a way that
// the documentation does not know.
func New(t testing.TB) *Server {
	t.Helper()
	networktest.Verified(t, "telegram", networktest.Description, "Bot API 10.1 in machine-readable form, 2026-06-11")
	s := &Server{serial: 40}
	if err := json.Unmarshal(document, &s.spec); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.HandlerFunc(s.serve))
	s.URL = server.URL
	t.Cleanup(func() {
		server.Close()
		for _, why := range s.broken {
			t.Errorf("a request that the Bot API does not take: %s", why)
		}
	})
	return s
}

// Account returns a connected account of the public channel.
func (s *Server) Account() network.Account { return s.In(Channel) }

// In returns a connected account of a chat.
func (s *Server) In(chat int64) network.Account {
	return network.Account{
		RemoteID: strconv.FormatInt(chat, 10) + "/" + strconv.Itoa(Bot), Handle: Name, Name: "Postbag news",
		Server: s.URL, Secret: network.SecretOf(map[string]string{"token": Token}),
	}
}

// Fail makes the next message fail. Several calls queue up.
func (s *Server) Fail(f networktest.Failure) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failures = append(s.failures, f)
}

// Answers are the good answers of a connect conversation.
func (s *Server) Answers() map[string]string {
	return map[string]string{"token": Token, "chat": "@" + Name}
}

// WrongAnswer is an answer that must ask again.
func (s *Server) WrongAnswer() (key, value string) {
	return "token", "110201544:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw0"
}

// Messages returns what was saved and not deleted, oldest first.
func (s *Server) Messages() []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.messages)
}

// Posts is Messages for the suite of networks: an album is one post.
func (s *Server) Posts() []networktest.Post {
	var posts []networktest.Post
	album := int64(0)
	for _, m := range s.Messages() {
		if m.Album != 0 && m.Album == album {
			last := &posts[len(posts)-1]
			last.ID += "," + strconv.FormatInt(m.ID, 10)
			last.Images = append(last.Images, m.File)
			continue
		}
		album = m.Album
		p := networktest.Post{ID: strconv.FormatInt(m.ID, 10), Text: m.Text}
		if m.Parent != 0 {
			p.Parent = s.whole(m.Parent)
		}
		if m.File != nil {
			p.Images = [][]byte{m.File}
		}
		posts = append(posts, p)
	}
	return posts
}

// whole returns the ids of the album that a message belongs to, or its own.
func (s *Server) whole(id int64) string {
	var ids []string
	list := s.Messages()
	at := slices.IndexFunc(list, func(m Message) bool { return m.ID == id })
	for i, m := range list {
		if i == at || at >= 0 && m.Album != 0 && m.Album == list[at].Album {
			ids = append(ids, strconv.FormatInt(m.ID, 10))
		}
	}
	return strings.Join(ids, ",")
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	token, method, ok := strings.Cut(strings.TrimPrefix(r.URL.Path, "/bot"), "/")
	if !ok || token != Token {
		fail(w, http.StatusUnauthorized, "Unauthorized")
		return
	}
	fields, files, err := taken(r)
	if err != nil {
		fail(w, http.StatusBadRequest, "Bad Request: "+err.Error())
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if why := s.spec.check(method, fields, files); why != "" {
		s.broken = append(s.broken, method+": "+why)
		fail(w, http.StatusBadRequest, "Bad Request: "+why)
		return
	}
	switch method {
	case "getMe":
		answer(w, map[string]any{"id": Bot, "is_bot": true, "first_name": "Postbag", "username": "postbag_bot"})
	case "getChat":
		s.chat(w, fields)
	case "getChatMember":
		s.member(w, fields)
	case "editMessageText", "editMessageCaption":
		s.edit(w, method, fields)
	case "deleteMessages":
		s.remove(w, fields)
	default:
		s.send(w, method, fields, files)
	}
}

// chats are those there are, as Chat objects.
var chats = map[int64]map[string]any{
	Channel:   {"id": Channel, "type": "channel", "title": "Postbag news", "username": Name},
	Closed:    {"id": Closed, "type": "channel", "title": "Friends only"},
	Group:     {"id": Group, "type": "group", "title": "The kitchen"},
	Elsewhere: {"id": Elsewhere, "type": "channel", "title": "Elsewhere", "username": "elsewhere_news"},
}

// chatOf finds the chat that a chat_id names.
func chatOf(fields map[string]any) (map[string]any, int64) {
	said := text(fields["chat_id"])
	for id, c := range chats {
		if said == strconv.FormatInt(id, 10) || strings.HasPrefix(said, "@") && said[1:] == c["username"] {
			return c, id
		}
	}
	return nil, 0
}

func (s *Server) chat(w http.ResponseWriter, fields map[string]any) {
	c, id := chatOf(fields)
	if id == 0 {
		fail(w, http.StatusBadRequest, "Bad Request: chat not found")
		return
	}
	answer(w, c)
}

func (s *Server) member(w http.ResponseWriter, fields map[string]any) {
	_, id := chatOf(fields)
	switch {
	case id == 0 || text(fields["user_id"]) != strconv.Itoa(Bot):
		fail(w, http.StatusBadRequest, "Bad Request: user not found")
	case id == Elsewhere:
		answer(w, map[string]any{"status": "administrator", "can_post_messages": false})
	case id == Group:
		answer(w, map[string]any{"status": "member"})
	default:
		answer(w, map[string]any{"status": "administrator", "can_post_messages": true})
	}
}

func (s *Server) remove(w http.ResponseWriter, fields map[string]any) {
	_, id := chatOf(fields)
	list, _ := fields["message_ids"].([]any)
	if id == 0 || len(list) < 1 || len(list) > 100 {
		fail(w, http.StatusBadRequest, "Bad Request: message identifiers are not specified")
		return
	}
	for _, one := range list {
		s.messages = slices.DeleteFunc(s.messages, func(m Message) bool { return strconv.FormatInt(m.ID, 10) == text(one) })
	}
	answer(w, true)
}

// send saves a message, or plays a failure.
func (s *Server) send(w http.ResponseWriter, method string, fields map[string]any, files map[string][]byte) {
	var failure networktest.Failure
	if len(s.failures) > 0 {
		failure, s.failures = s.failures[0], s.failures[1:]
	}
	switch failure {
	case networktest.Unauthorized:
		fail(w, http.StatusForbidden, "Forbidden: bot was kicked from the channel chat")
		return
	case networktest.RateLimited:
		reply(w, http.StatusTooManyRequests, map[string]any{
			"ok": false, "error_code": 429, "description": "Too Many Requests: retry after 7", "parameters": map[string]any{"retry_after": 7},
		})
		return
	case networktest.Refused:
		fail(w, http.StatusBadRequest, "Bad Request: message text is empty")
		return
	case networktest.ServerError:
		fail(w, http.StatusBadGateway, "Bad Gateway")
		return
	case networktest.DropAfter, networktest.Garbage: // once it is saved
	}
	list, why := s.messagesOf(method, fields, files)
	if why != "" {
		fail(w, http.StatusBadRequest, "Bad Request: "+why)
		return
	}
	var shown []any
	for i := range list {
		s.serial++
		list[i].ID = s.serial
		if len(list) > 1 {
			list[i].Album = list[0].ID
		}
		s.messages = append(s.messages, list[i])
		shown = append(shown, map[string]any{"message_id": list[i].ID, "date": 1790000000, "chat": chats[list[i].Chat]})
	}
	switch {
	case failure == networktest.DropAfter:
		panic(http.ErrAbortHandler)
	case failure == networktest.Garbage:
		_, _ = w.Write([]byte(`{"ok":true,"result":`)) // the client may have gone
	case method == "sendMediaGroup":
		answer(w, shown)
	default:
		answer(w, shown[0])
	}
}

// length is how the documentation counts.
func length(s string) int { return len(utf16.Encode([]rune(s))) }

func answer(w http.ResponseWriter, result any) {
	reply(w, http.StatusOK, map[string]any{"ok": true, "result": result})
}

func fail(w http.ResponseWriter, status int, why string) {
	reply(w, status, map[string]any{"ok": false, "error_code": status, "description": why})
}

func reply(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the client may have gone
}
