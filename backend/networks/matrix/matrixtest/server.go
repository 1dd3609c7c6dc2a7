// Package matrixtest is a homeserver on loopback that speaks the part of Matrix that posts are
// written with, for tests.
//
// It is written from the specification (data files of 2026-07-21; the text as read in 2026-11), and
// holds every request and every answer of its own to the official description of the API, of which
// openapi.json is a part. It remembers transaction ids for a device and an endpoint, shows them to that
// device alone, refuses who is not in a room, and plays the failures that make publishing hard.
package matrixtest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/networktest"
)

// Who writes where, and how they sign in.
const (
	User     = "@ana:matrix.test"
	Other    = "@bob:elsewhere.test"
	Password = "matrixtest-password correct horse"
	Token    = "matrixtest_token_given_by_hand"

	Room       = "!news:matrix.test"
	Alias      = "#news:matrix.test"
	Encrypted  = "!private:matrix.test"
	InviteOnly = "!board:matrix.test"
	Quiet      = "!quiet:matrix.test" // where the account may not write
	Newer      = "!newer"             // where the levels do not say that it may: a room of version 12

	// UploadSize is the most bytes of an upload.
	UploadSize = 50_000_000
)

// mostEvent is how large an event may be; the stand-in counts the content and a little more for what
// a server adds (client-server API, "Size limits", read 2026-11).
const (
	mostEvent = 65_536
	addition  = 4_096
)

// Server is the stand-in. It is safe for concurrent use.
type Server struct {
	URL string // http://127.0.0.1:port

	contract contract
	handlers map[string]func(*request) answer

	mu           sync.Mutex
	failures     []networktest.Failure
	devices      map[string]string // by token
	logins       int
	members      map[string]bool   // room and user
	transactions map[string]string // event id by device and endpoint
	events       []Event
	uploads      map[string][]byte // by mxc address
	broken       []string          // what does not follow the description
	flows        []string          // ways to sign in
}

// Event is one that was saved.
type Event struct {
	ID, Room, Type, Sender string
	Content                map[string]any
	At                     time.Time
	Redacted               bool

	device, transaction string
}

var (
	_ networktest.Server    = (*Server)(nil)
	_ networktest.Keyed     = (*Server)(nil)
	_ networktest.Connector = (*Server)(nil)
)

// New starts a server that ends with the test, which fails if anything was asked for in a way that the
// API's description does not know.
func New(t testing.TB) *Server {
	t.Helper()
	networktest.Verified(t, "matrix", networktest.Description, "OpenAPI description of the client-server API, 2026-07-21")
	s := &Server{
		contract: readContract(t), devices: map[string]string{Token: "BYHAND"}, members: map[string]bool{Room + User: true},
		transactions: map[string]string{}, uploads: map[string][]byte{}, flows: []string{"m.login.sso", "m.login.password"},
	}
	const client = "/_matrix/client/v3"
	s.handlers = map[string]func(*request) answer{
		"GET /_matrix/client/versions":                                                    func(*request) answer { return ok(map[string]any{"versions": []string{"r0.6.1", "v1.1", "v1.18"}}) },
		"GET " + client + "/login":                                                        s.loginFlows,
		"POST " + client + "/login":                                                       s.login,
		"POST " + client + "/logout":                                                      s.logout,
		"GET " + client + "/account/whoami":                                               func(r *request) answer { return ok(map[string]any{"user_id": User, "device_id": r.device}) },
		"POST " + client + "/join/{roomIdOrAlias}":                                        s.join,
		"GET " + client + "/rooms/{roomId}/state/{eventType}/{stateKey}":                  s.state,
		"GET " + client + "/rooms/{roomId}/messages":                                      s.messages,
		"PUT " + client + "/rooms/{roomId}/send/{eventType}/{txnId}":                      s.send,
		"PUT " + client + "/rooms/{roomId}/redact/{eventId}/{txnId}":                      s.redact,
		"GET /_matrix/client/v1/rooms/{roomId}/relations/{eventId}/{relType}/{eventType}": s.relations,
		"POST /_matrix/media/v3/upload":                                                   s.upload,
		"GET /_matrix/client/v1/media/config":                                             func(*request) answer { return ok(map[string]any{"m.upload.size": UploadSize}) },
	}
	server := httptest.NewServer(http.HandlerFunc(s.serve))
	s.URL = server.URL
	t.Cleanup(func() {
		server.Close()
		for _, why := range s.broken {
			t.Errorf("not as the API is described: %s", why)
		}
	})
	return s
}

// Account returns a connected account.
func (s *Server) Account() network.Account {
	return network.Account{
		RemoteID: Room + "/" + User, Handle: Alias, Name: "News", Server: s.URL,
		Secret: network.SecretOf(map[string]string{"token": Token}),
	}
}

// Fail makes the next event fail. Several calls queue up.
func (s *Server) Fail(f networktest.Failure) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failures = append(s.failures, f)
}

// KeyHonoured reports that one transaction id makes one event.
func (s *Server) KeyHonoured() bool { return true }

// Answers are the good answers of a connect conversation.
func (s *Server) Answers() map[string]string {
	return map[string]string{"user": User, "password": Password, "token": "", "room": Alias, "server": s.URL}
}

// WrongAnswer is an answer that must ask again.
func (s *Server) WrongAnswer() (key, value string) { return "password", "not-the-password" }

// Events returns what was saved, oldest first.
func (s *Server) Events() []Event {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.events)
}

// Devices returns the devices that are signed in.
func (s *Server) Devices() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []string
	for _, d := range s.devices {
		list = append(list, d)
	}
	slices.Sort(list)
	return list
}

// Posts is Events for the suite of networks: the messages of the account that have their content.
func (s *Server) Posts() []networktest.Post {
	s.mu.Lock()
	defer s.mu.Unlock()
	var posts []networktest.Post
	for _, e := range s.events {
		if e.Sender == User && e.Type == "m.room.message" && !e.Redacted && replaced(e) == "" {
			posts = append(posts, s.read(s.newest(e)))
		}
	}
	return posts
}

// read reads a message as an app shows it: the body of a file is a caption if it differs from the
// file's name ("Media captions"), and a caption that is the description is shown once.
func (s *Server) read(e Event) networktest.Post {
	text := func(key string) string { v, _ := e.Content[key].(string); return v }
	p := networktest.Post{ID: e.ID, Text: text("body")}
	if relation, ok := e.Content["m.relates_to"].(map[string]any); ok {
		if to, ok := relation["m.in_reply_to"].(map[string]any); ok {
			p.Parent, _ = to["event_id"].(string)
		}
	}
	address := text("url")
	if address == "" {
		return p
	}
	alt := ""
	if block, ok := e.Content["org.matrix.msc1767.alt_text"].(map[string]any); ok {
		if list, ok := block["org.matrix.msc1767.text"].([]any); ok && len(list) == 1 {
			alt, _ = list[0].(map[string]any)["body"].(string)
		}
	}
	if p.Text == text("filename") || p.Text == alt {
		p.Text = ""
	}
	p.Alts, p.Images = []string{alt}, [][]byte{s.uploads[address]}
	return p
}

// Write saves a message of somebody.
func (s *Server) Write(by, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.save(Event{Room: Room, Sender: by, Type: "m.room.message", Content: map[string]any{"msgtype": "m.text", "body": text}})
}

// Forget makes the server forget every transaction id, as one that was started anew may.
func (s *Server) Forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.transactions)
}

// Expel takes the account out of the room.
func (s *Server) Expel() {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.members, Room+User)
}

// Flows sets the ways to sign in.
func (s *Server) Flows(flows ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.flows = flows
}

// save gives an event its id and time. The caller holds the lock.
func (s *Server) save(e Event) Event {
	e.ID, e.At = fmt.Sprintf("$event%d", len(s.events)+1), time.Now().UTC()
	s.events = append(s.events, e)
	return e
}

// request is one that follows the description.
type request struct {
	values map[string]string
	query  url.Values
	body   []byte
	device string
	token  string
	path   string
	header http.Header
}

// answer is what goes back: JSON, or another body, or nothing at all.
type answer struct {
	status int
	value  any
	wait   string // Retry-After
	raw    string
	drop   bool
}

func ok(value any) answer { return answer{status: http.StatusOK, value: value} }

func no(status int, code, why string) answer {
	return answer{status: status, value: map[string]any{"errcode": code, "error": why}}
}

// open are the operations that need no token.
var open = []string{"GET /_matrix/client/versions", "GET /_matrix/client/v3/login", "POST /_matrix/client/v3/login"}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	o, values, known := s.contract.find(r.Method, r.URL)
	handle := s.handlers[o.method+" "+o.path]
	if !known || handle == nil {
		s.broken = append(s.broken, r.Method+" "+r.URL.EscapedPath()+" does not exist")
		s.reply(w, o, no(http.StatusNotFound, "M_UNRECOGNIZED", "Unrecognized request"))
		return
	}
	token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	device, signedIn := s.devices[token]
	switch {
	case slices.Contains(open, o.method+" "+o.path):
	case token == "":
		s.reply(w, o, no(http.StatusUnauthorized, "M_MISSING_TOKEN", "Missing access token"))
		return
	case !signedIn:
		s.reply(w, o, no(http.StatusUnauthorized, "M_UNKNOWN_TOKEN", "Unknown access token"))
		return
	}
	if err := o.check(values, r.URL.Query(), r.Header, body); err != nil {
		s.broken = append(s.broken, err.Error())
		s.reply(w, o, no(http.StatusBadRequest, "M_BAD_JSON", "The request does not follow the description"))
		return
	}
	s.reply(w, o, handle(&request{
		values: values, query: r.URL.Query(), body: body, device: device, token: token, path: r.URL.EscapedPath(), header: r.Header,
	}))
}

// reply writes an answer, having held it to the description as well. The caller holds the lock.
func (s *Server) reply(w http.ResponseWriter, o operation, a answer) {
	if a.drop {
		if c, _, err := w.(http.Hijacker).Hijack(); err == nil {
			_ = c.Close() // that is the failure
		}
		return
	}
	if a.wait != "" {
		w.Header().Set("Retry-After", a.wait)
	}
	if a.value == nil {
		w.WriteHeader(a.status)
		_, _ = io.WriteString(w, a.raw) // the client may have gone
		return
	}
	text, err := json.Marshal(a.value)
	schema := s.contract.problem
	if a.status == http.StatusOK {
		schema = o.answer
	}
	if err == nil && schema != nil {
		err = valid(schema, text)
	}
	if err != nil {
		s.broken = append(s.broken, "the stand-in's own answer: "+err.Error())
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(a.status)
	_, _ = w.Write(text) // the client may have gone
}
