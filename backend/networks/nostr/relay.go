package nostr

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"

	"postbag/backend/network"
)

// What goes to relays and what they answer. One request names all relays of an account, and the reply
// has what each of them said (the wss: carrier's form of an answer).

// Where an account keeps its relays, with spaces between, and its media server.
const (
	relaysOption = "relays"
	mediaOption  = "media"
)

// said is what one relay answered.
type said struct {
	URL      string              `json:"url"`
	Status   int                 `json:"status"`
	Sent     bool                `json:"sent"`
	Messages [][]json.RawMessage `json:"messages"`
}

const answered = 200 // of said.Status: its answer is whole

// subscription is the id of every question: each has a connection of its own.
const subscription = "q"

// relaysOf returns the relays of an account.
func relaysOf(a network.Account) []string { return strings.Fields(a.Options[relaysOption]) }

// send makes the request that sends an event to all relays.
func send(a network.Account, e event) (network.Request, error) {
	document, err := e.document()
	if err != nil {
		return network.Request{}, err
	}
	return toRelays(a, slices.Concat([]byte(`["EVENT",`), document, []byte(`]`)), `[["OK","`+e.ID+`"]]`, "")
}

// filter is what a question asks for (NIP-01).
type filter struct {
	IDs     []string `json:"ids,omitempty"`
	Authors []string `json:"authors,omitempty"`
	Kinds   []int    `json:"kinds,omitempty"`
	Since   int64    `json:"since,omitempty"`
	Until   int64    `json:"until,omitempty"`
	Limit   int      `json:"limit,omitempty"`
}

// query makes the request that asks all relays for events.
func query(a network.Account, f filter) (network.Request, error) {
	document, err := json.Marshal([]any{"REQ", subscription, f})
	if err != nil {
		return network.Request{}, &network.Error{Kind: network.Ambiguous, Message: "the question cannot be written as JSON", Err: err}
	}
	return toRelays(a, document, `[["EOSE","`+subscription+`"],["CLOSED","`+subscription+`"]]`, `[["EVENT","`+subscription+`"]]`)
}

func toRelays(a network.Account, document []byte, until, keep string) (network.Request, error) {
	relays := relaysOf(a)
	if len(relays) == 0 {
		return network.Request{}, &network.Error{Kind: network.Reauth, Message: "this account has no relays any more"}
	}
	header := map[string]string{"Until": until}
	if keep != "" {
		header["Keep"] = keep
	}
	if len(relays) > 1 {
		header["Also"] = strings.Join(relays[1:], " ")
	}
	return network.Request{Method: "SEND", URL: relays[0], Header: header, Body: network.Bytes(document)}, nil
}

// read reads what each relay answered, nil if the reply is none of relays.
func read(r network.Reply) []said {
	var list []said
	if r.Status != answered || json.Unmarshal(r.Body, &list) != nil {
		return nil
	}
	return list
}

// found reads the events of a relay's answer to a question. It reports false if that did not end well:
// then what is not among them proves nothing.
func (s said) found() (list []event, whole bool) {
	for _, m := range s.Messages {
		var e event
		if len(m) == 3 && text(m[0]) == "EVENT" && json.Unmarshal(m[2], &e) == nil && e.valid() {
			list = append(list, e)
		}
	}
	if s.Status != answered || len(s.Messages) == 0 {
		return list, false
	}
	last := s.Messages[len(s.Messages)-1]
	return list, len(last) > 0 && text(last[0]) == "EOSE"
}

// verdict reads a relay's answer to an event: its id, whether it was accepted, and why not, as the
// prefix and the words behind it. It reports false for an answer that is none.
func (s said) verdict() (id string, accepted bool, prefix, words string, ok bool) {
	if s.Status != answered || len(s.Messages) == 0 {
		return "", false, "", "", false
	}
	m := s.Messages[len(s.Messages)-1]
	var yes *bool
	if len(m) < 3 || text(m[0]) != "OK" || json.Unmarshal(m[2], &yes) != nil || yes == nil || !hexForm.MatchString(text(m[1])) {
		return "", false, "", "", false
	}
	if len(m) > 3 {
		prefix, words, _ = strings.Cut(text(m[3]), ":")
	}
	return text(m[1]), *yes, strings.TrimSpace(prefix), strings.TrimSpace(words), true
}

// text reads a JSON text, "" if it is none.
func text(v json.RawMessage) string {
	var s string
	if json.Unmarshal(v, &s) != nil {
		return ""
	}
	return s
}

// host names a relay for people.
func host(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "a relay"
	}
	return u.Host
}

// information makes the request for what a relay says of itself (NIP-11).
func information(relay string) network.Request {
	return network.Request{
		Method: "GET", URL: "http" + strings.TrimPrefix(relay, "ws"),
		Header: map[string]string{"Accept": "application/nostr+json"},
	}
}

// about is what a relay says of itself (NIP-11), as far as it matters here.
type about struct {
	Limitation struct {
		Message int  `json:"max_message_length"`
		Content int  `json:"max_content_length"`
		Tags    int  `json:"max_event_tags"`
		Work    int  `json:"min_pow_difficulty"`
		SignIn  bool `json:"auth_required"`
	} `json:"limitation"`
}

func aboutOf(r network.Reply) (about, bool) {
	var d about
	return d, r.Status == 200 && json.Unmarshal(r.Body, &d) == nil
}
