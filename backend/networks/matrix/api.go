package matrix

import (
	"bytes"
	"encoding/json"
	"net/url"
	"strings"
	"time"

	"postbag/backend/network"
)

// The wire types and the requests of the service, and nothing else: this file is what a reader
// compares with the specification (matrix-org/matrix-spec, data/api/client-server, 2026-07-21).

const (
	clientPath = "/_matrix/client/v3"
	uploadPath = "/_matrix/media/v3/upload"
	mxcScheme  = "mxc://"
	htmlFormat = "org.matrix.custom.html"
	keyField   = "org.postbag.key" // of a content; the name after the pattern that custom fields have
)

// content is the content of an m.room.message event.
type content struct {
	Type      string    `json:"msgtype"`
	Body      string    `json:"body"`
	Format    string    `json:"format,omitempty"`
	Formatted string    `json:"formatted_body,omitempty"`
	FileName  string    `json:"filename,omitempty"`
	URL       string    `json:"url,omitempty"`
	Info      *info     `json:"info,omitempty"`
	Alt       *altBlock `json:"org.matrix.msc1767.alt_text,omitempty"`
	Mentions  mentions  `json:"m.mentions"`
	Relation  *relation `json:"m.relates_to,omitempty"`
	Key       string    `json:"org.postbag.key,omitempty"`
}

// mentions is m.mentions. It is always said and always empty: nobody is notified by what a text
// looks like (content of m.mentions, definitions/m.mentions.yaml).
type mentions struct{}

type info struct {
	Type     string `json:"mimetype,omitempty"`
	Size     int64  `json:"size,omitempty"`
	Width    int    `json:"w,omitempty"`
	Height   int    `json:"h,omitempty"`
	Duration int64  `json:"duration,omitempty"`
}

// altBlock is a description as the proposal for images in extensible events writes it (MSC3552). The
// specification has no field for one yet.
type altBlock struct {
	Text []altText `json:"org.matrix.msc1767.text"`
}

type altText struct {
	Body string `json:"body"`
}

// relation is m.relates_to of a message in a thread, or of an answer.
type relation struct {
	Type    string  `json:"rel_type,omitempty"`
	Event   string  `json:"event_id,omitempty"`
	Falling bool    `json:"is_falling_back,omitempty"`
	ReplyTo *target `json:"m.in_reply_to,omitempty"`
}

type target struct {
	Event string `json:"event_id"`
}

// sent is the answer to a new event, and to a redaction.
type sent struct {
	EventID string `json:"event_id"`
}

// uploaded is the answer to an upload.
type uploaded struct {
	URI string `json:"content_uri"`
}

// page is the part of a list of a room's events that is read.
type page struct {
	Chunk []event `json:"chunk"`
	End   string  `json:"end"`
}

// event is the part of a ClientEvent that is read.
type event struct {
	ID       string          `json:"event_id"`
	Type     string          `json:"type"`
	Sender   string          `json:"sender"`
	At       int64           `json:"origin_server_ts"`
	Content  json.RawMessage `json:"content"` // whatever its sender wrote
	Unsigned struct {
		Transaction string          `json:"transaction_id"`
		Redacted    json.RawMessage `json:"redacted_because"`
	} `json:"unsigned"`
}

// made returns when the server says that the event was sent.
func (e event) made() time.Time { return time.UnixMilli(e.At).UTC() }

// read returns the key that the event carries, "" if it has none, and whether it still has what it
// said: a redaction takes the content away. A replacement of another event carries no key.
func (e event) read() (key string, whole bool) {
	var fields map[string]json.RawMessage
	if json.Unmarshal(e.Content, &fields) != nil || fields["body"] == nil || len(e.Unsigned.Redacted) > 0 {
		return "", false
	}
	var by relation
	if json.Unmarshal(fields["m.relates_to"], &by) == nil && by.Type == "m.replace" || json.Unmarshal(fields[keyField], &key) != nil {
		return "", true
	}
	return key, true
}

// problem is the standard error response.
type problem struct {
	Code  string `json:"errcode"`
	Error string `json:"error"`
	Wait  int64  `json:"retry_after_ms"`
}

// place is what a channel of Postbag is on Matrix: a room, and who writes there.
type place struct{ room, user string }

// placeOf reads a place from an account's RemoteID.
func placeOf(a network.Account) (place, bool) { return readPlace(a.RemoteID) }

func readPlace(id string) (place, bool) {
	room, user, ok := strings.Cut(id, "/@")
	p := place{room: room, user: "@" + user}
	return p, ok && validRoom(p.room) && validUser(p.user)
}

func (p place) remoteID() string { return p.room + "/" + p.user }

// server is the name of the homeserver of who writes there.
func (p place) server() string {
	_, server, _ := strings.Cut(p.user, ":")
	return server
}

// address is where people see the room, or an event in it (appendices, "matrix.to navigation"). A
// room's id alone may not say where the room is, so one of its servers is named.
func (p place) address(event string) string {
	link := "https://matrix.to/#/" + url.PathEscape(p.room)
	if event != "" {
		link += "/" + url.PathEscape(event)
	}
	return link + "?via=" + url.QueryEscape(p.server())
}

// The most bytes of an identifier, its sigil and server included (appendices, "Common Identifier Format").
const mostID = 255

// validRoom reports whether id can be a room's: it goes into addresses and the journal.
func validRoom(id string) bool { return opaque(id, '!') }

// validEvent reports whether id can be an event's.
func validEvent(id string) bool { return opaque(id, '$') }

// validUser reports whether id can be a user's: a local part and a server.
func validUser(id string) bool {
	local, server, ok := strings.Cut(id, ":")
	return ok && opaque(id, '@') && len(local) > 1 && validServer(server)
}

// validAlias reports whether alias can be a room's.
func validAlias(alias string) bool {
	local, server, ok := strings.Cut(alias, ":")
	if !ok || len(alias) > mostID || !strings.HasPrefix(alias, "#") || len(local) < 2 || !validServer(server) {
		return false
	}
	return !strings.ContainsFunc(alias, func(r rune) bool { return r <= ' ' || r == 0x7f || r == 0xfffd })
}

func opaque(id string, sigil byte) bool {
	return len(id) > 1 && len(id) <= mostID && id[0] == sigil &&
		network.Visible(id)
}

// validServer reports whether name can be a server's (appendices, "Server Name").
func validServer(name string) bool {
	return name != "" && len(name) <= 230 && strings.Trim(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-:[]") == ""
}

// validMXC reports whether uri names content as an upload answers it.
func validMXC(uri string) bool {
	rest, ok := strings.CutPrefix(uri, mxcScheme)
	server, id, cut := strings.Cut(rest, "/")
	return ok && cut && len(uri) <= mostID && validServer(server) && id != "" &&
		strings.Trim(id, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") == ""
}

// request returns a request for a path of the API with the account's token.
func request(method string, a network.Account, path string) network.Request {
	h := map[string]string{"Accept": "application/json"}
	if token := a.Secret.Field(tokenField); token != "" {
		h["Authorization"] = "Bearer " + token
	}
	return network.Request{Method: method, URL: a.Server + path, Header: h}
}

// with gives a request a JSON body.
func with(r network.Request, body any) (network.Request, error) {
	encoded, err := encode(body)
	if err != nil {
		return r, &network.Error{Kind: network.Rejected, Message: "the message cannot be encoded", Err: err}
	}
	r.Header["Content-Type"], r.Body = "application/json", network.Bytes(encoded)
	return r, nil
}

// encode writes v as servers do before they sign it: "<" stays as it is, so that the length is theirs.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(v)
	return bytes.TrimRight(b.Bytes(), "\n"), err
}

func roomPath(p place) string { return clientPath + "/rooms/" + url.PathEscape(p.room) }

func statePath(p place, kind, key string) string {
	return roomPath(p) + "/state/" + url.PathEscape(kind) + "/" + url.PathEscape(key)
}

// asError makes sure that err is a classified one.
func asError(err error) error { return network.AsError("the homeserver", err) }
