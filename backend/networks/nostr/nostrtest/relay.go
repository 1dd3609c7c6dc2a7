// Package nostrtest is a relay and a media server, written from the documents of both (NIP-01, 09, 11, 42
// at nostr-protocol/nips@db5fe3d, 2026-07-22; Blossom BUD-01 and BUD-02 at hzrd149/blossom@0037905).
//
// Ids are computed and signatures verified for real: what a relay must refuse, this one refuses.
package nostrtest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/btcsuite/btcd/btcec/v2/schnorr"
	"github.com/coder/websocket"

	"postbag/backend/network/networktest"
)

// The key of every account of the stand-in, from NIP-19's examples, and its public half as the library of
// BIP-340 has it.
const (
	Key  = "67dea2ed018072d675f5415ecfaed7d2597555e202d85b3d65ea4e58d2d92ffa"
	Nsec = "nsec1vl029mgpspedva04g90vltkh6fvh240zqtv9k0t9af8935ke9laqsnlfe5"
)

// maxMessage is the longest message that is taken, in bytes.
const maxMessage = 128 << 10

// Event is an event as it goes over the wire (NIP-01).
type Event struct {
	ID        string     `json:"id"`
	PubKey    string     `json:"pubkey"`
	CreatedAt int64      `json:"created_at"`
	Kind      int        `json:"kind"`
	Tags      [][]string `json:"tags"`
	Content   string     `json:"content"`
	Sig       string     `json:"sig"`
}

// Relay is one relay with a media server behind the same address.
type Relay struct {
	URL   string // of the media server, without a trailing slash
	WS    string // of the relay
	Limit string // the object "limitation" of its information; "" for none

	mu     sync.Mutex
	now    time.Time // what its clock says; zero: the machine's
	events []Event
	sent   []Event // every event that arrived, in order
	asked  int     // questions that arrived
	blobs  map[string][]byte
	fail   networktest.Failure
	answer string // said to the next event instead of storing it: a JSON array with %s for the id
	mute   bool   // questions are not answered
	refuse func(http.ResponseWriter) bool
}

// New starts a relay until the test ends. Its clock stands in the summer of 2026, after every plan of the suite.
func New(t testing.TB) *Relay {
	r := &Relay{blobs: map[string][]byte{}, now: time.Date(2026, 8, 1, 12, 0, 0, 0, time.UTC)}
	s := httptest.NewServer(r)
	t.Cleanup(s.Close)
	r.URL, r.WS = s.URL, "ws"+strings.TrimPrefix(s.URL, "http")
	return r
}

// Live makes the relay go by the machine's clock.
func (r *Relay) Live() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.now = time.Time{}
}

func (r *Relay) clock() time.Time {
	if r.now.IsZero() {
		return time.Now()
	}
	return r.now
}

// ServeHTTP is a websocket, the relay's information, or the media server, by what is asked for.
func (r *Relay) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	r.mu.Lock()
	w.Header().Set("Date", r.clock().UTC().Format(http.TimeFormat))
	limit := r.Limit
	r.mu.Unlock()
	switch {
	case strings.EqualFold(q.Header.Get("Upgrade"), "websocket"):
		r.talk(w, q)
	case q.Header.Get("Accept") == "application/nostr+json":
		w.Header().Set("Content-Type", "application/nostr+json")
		if limit == "" {
			limit = "{}"
		}
		fmt.Fprintf(w, `{"name":"Stand-in","supported_nips":[1,9,11],"limitation":%s}`, limit)
	case q.Method == http.MethodPut && q.URL.Path == "/upload":
		r.upload(w, q)
	case q.URL.Path == "/":
		fmt.Fprint(w, "a relay")
	default:
		http.NotFound(w, q)
	}
}

func (r *Relay) talk(w http.ResponseWriter, q *http.Request) {
	conn, err := websocket.Accept(w, q, nil)
	if err != nil {
		return
	}
	defer func() { _ = conn.CloseNow() }()
	conn.SetReadLimit(maxMessage)
	for {
		kind, text, err := conn.Read(q.Context())
		if err != nil {
			return
		}
		var m []json.RawMessage
		if kind != websocket.MessageText || json.Unmarshal(text, &m) != nil || len(m) < 2 {
			say(q.Context(), conn, "NOTICE", "messages are JSON arrays")
			continue
		}
		switch word(m[0]) {
		case "EVENT":
			if !r.take(q.Context(), conn, m[1]) {
				return
			}
		case "REQ":
			r.list(q.Context(), conn, word(m[1]), m[2:])
		case "CLOSE":
		default:
			say(q.Context(), conn, "NOTICE", "unknown message")
		}
	}
}

func say(ctx context.Context, conn *websocket.Conn, elements ...any) {
	b, _ := json.Marshal(elements)
	_ = conn.Write(ctx, websocket.MessageText, b)
}

func word(v json.RawMessage) string {
	var s string
	_ = json.Unmarshal(v, &s)
	return s
}

// take answers an event. It reports false if the connection is cut.
func (r *Relay) take(ctx context.Context, conn *websocket.Conn, document json.RawMessage) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	var e Event
	if err := json.Unmarshal(document, &e); err != nil {
		say(ctx, conn, "NOTICE", "the event cannot be read")
		return true
	}
	r.sent = append(r.sent, e)
	if why := wrong(e); why != "" {
		say(ctx, conn, "OK", e.ID, false, "invalid: "+why)
		return true
	}
	fail, answer := r.fail, r.answer
	r.fail, r.answer = "", ""
	switch {
	case answer != "":
		_ = conn.Write(ctx, websocket.MessageText, []byte(strings.ReplaceAll(answer, "%s", e.ID)))
		return true
	case fail == networktest.Refused:
		say(ctx, conn, "OK", e.ID, false, "blocked: you are banned from posting here")
		return true
	case fail == networktest.ServerError:
		say(ctx, conn, "OK", e.ID, false, "error: could not connect to the database")
		return true
	}
	known := slices.ContainsFunc(r.events, func(old Event) bool { return old.ID == e.ID })
	if !known {
		r.store(e)
	}
	switch {
	case fail == networktest.DropAfter:
		return false
	case fail == networktest.Garbage:
		say(ctx, conn, "OK", e.ID)
	case known:
		say(ctx, conn, "OK", e.ID, true, "duplicate: already have this event")
	default:
		say(ctx, conn, "OK", e.ID, true, "")
	}
	return true
}

// store keeps an event, and deletes what it asks to be deleted (NIP-09: of the same author alone).
func (r *Relay) store(e Event) {
	r.events = append(r.events, e)
	if e.Kind != 5 {
		return
	}
	r.events = slices.DeleteFunc(r.events, func(old Event) bool {
		return old.PubKey == e.PubKey && old.Kind != 5 &&
			slices.ContainsFunc(e.Tags, func(tag []string) bool { return len(tag) > 1 && tag[0] == "e" && tag[1] == old.ID })
	})
}

// wrong says why an event is none, "" if it is one.
func wrong(e Event) string {
	id := sha256.Sum256(serialized(e))
	pub, err := hex.DecodeString(e.PubKey)
	sig, err2 := hex.DecodeString(e.Sig)
	switch {
	case e.ID != hex.EncodeToString(id[:]):
		return "the id is not the event's"
	case err != nil || err2 != nil || e.Sig != strings.ToLower(e.Sig) || e.PubKey != strings.ToLower(e.PubKey):
		return "keys and signatures are lower-case hexadecimal"
	case e.Kind < 0 || e.Kind > 65535 || e.CreatedAt < 0:
		return "kind or time"
	case e.Tags == nil || slices.ContainsFunc(e.Tags, func(tag []string) bool { return len(tag) == 0 }):
		return "tags"
	}
	key, err := schnorr.ParsePubKey(pub)
	if err != nil {
		return "the public key is none"
	}
	s, err := schnorr.ParseSignature(sig)
	if err != nil || !s.Verify(id[:], key) {
		return "the signature is wrong"
	}
	return ""
}

// serialized is what the id is the hash of: seven escapes, and everything else as it is (NIP-01).
func serialized(e Event) []byte {
	var b bytes.Buffer
	text := func(s string) {
		b.WriteByte('"')
		for _, c := range []byte(s) {
			switch c {
			case '\n':
				b.WriteString(`\n`)
			case '"':
				b.WriteString(`\"`)
			case '\\':
				b.WriteString(`\\`)
			case '\r':
				b.WriteString(`\r`)
			case '\t':
				b.WriteString(`\t`)
			case '\b':
				b.WriteString(`\b`)
			case '\f':
				b.WriteString(`\f`)
			default:
				b.WriteByte(c)
			}
		}
		b.WriteByte('"')
	}
	fmt.Fprintf(&b, `[0,"%s",%d,%d,[`, e.PubKey, e.CreatedAt, e.Kind)
	for i, tag := range e.Tags {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteByte('[')
		for k, s := range tag {
			if k > 0 {
				b.WriteByte(',')
			}
			text(s)
		}
		b.WriteByte(']')
	}
	b.WriteString("],")
	text(e.Content)
	b.WriteByte(']')
	return b.Bytes()
}

// filter is what a question asks for; conditions that are given must all hold.
type filter struct {
	IDs     []string `json:"ids"`
	Authors []string `json:"authors"`
	Kinds   []int    `json:"kinds"`
	Since   *int64   `json:"since"`
	Until   *int64   `json:"until"`
	Limit   *int     `json:"limit"`
}

func (f filter) meets(e Event) bool {
	return (f.IDs == nil || slices.Contains(f.IDs, e.ID)) && (f.Authors == nil || slices.Contains(f.Authors, e.PubKey)) &&
		(f.Kinds == nil || slices.Contains(f.Kinds, e.Kind)) && (f.Since == nil || e.CreatedAt >= *f.Since) && (f.Until == nil || e.CreatedAt <= *f.Until)
}

// list answers a question: the events that meet a filter, newest first, and the end of them.
func (r *Relay) list(ctx context.Context, conn *websocket.Conn, sub string, filters []json.RawMessage) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.asked++
	if r.mute {
		return
	}
	if sub == "" || len(sub) > 64 || len(filters) == 0 {
		say(ctx, conn, "NOTICE", "a subscription has an id and a filter")
		return
	}
	for _, raw := range filters {
		var f filter
		decoder := json.NewDecoder(bytes.NewReader(raw))
		decoder.DisallowUnknownFields()
		if decoder.Decode(&f) != nil {
			say(ctx, conn, "CLOSED", sub, "unsupported: filter contains unknown elements")
			return
		}
		for _, id := range slices.Concat(f.IDs, f.Authors) {
			if len(id) != 64 || strings.Trim(id, "0123456789abcdef") != "" {
				say(ctx, conn, "CLOSED", sub, "invalid: ids are 64 lower-case hexadecimal digits")
				return
			}
		}
		var met []Event
		for _, e := range r.events {
			if f.meets(e) {
				met = append(met, e)
			}
		}
		slices.SortStableFunc(met, func(a, b Event) int { return int(b.CreatedAt - a.CreatedAt) })
		if f.Limit != nil && len(met) > *f.Limit {
			met = met[:*f.Limit]
		}
		for _, e := range met {
			say(ctx, conn, "EVENT", sub, e)
		}
	}
	say(ctx, conn, "EOSE", sub)
}

var (
	_ networktest.Server    = (*Relay)(nil)
	_ networktest.Limited   = (*Relay)(nil)
	_ networktest.Keyed     = (*Relay)(nil)
	_ networktest.Connector = (*Relay)(nil)
	_ http.Handler          = (*Relay)(nil)
)
