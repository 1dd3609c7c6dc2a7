package wscall

import (
	"bytes"
	"encoding/json"
	"net/url"
	"slices"
	"strings"

	"postbag/backend/network"
)

// message is a request that was found to be in order.
type message struct {
	servers []string
	text    []byte
	until   []head
	keep    []head
}

// head is how a message begins: the first elements of a JSON array.
type head []json.RawMessage

// read checks a request. Errors do not repeat what it says.
func read(r network.Request) (m message, err error) {
	for name := range r.Header {
		if name != Until && name != Keep && name != Also {
			return m, refused("a message has no header " + network.Printable(name))
		}
	}
	switch {
	case r.Method != Method:
		return m, refused("a message is sent by " + Method)
	case len(r.Files) > 0 || !r.Key.IsZero() || !r.Proof.IsZero():
		return m, refused("a message has no files and no key")
	case slices.ContainsFunc(r.Body, func(p network.Piece) bool { return p.File.SHA256 != "" }):
		return m, refused("a file does not fit into a message")
	case r.Body.Len() > mostMessage:
		return m, refused("the message is too long")
	}
	for _, p := range r.Body {
		m.text = append(m.text, p.Bytes...)
	}
	if elements := elementsOf(m.text); len(elements) == 0 {
		return m, refused("the message is no JSON array")
	}
	m.servers = append([]string{r.URL}, strings.Fields(r.Header[Also])...)
	if len(m.servers) > mostServers {
		return m, refused("there are too many servers")
	}
	for _, s := range m.servers {
		u, err := url.Parse(s)
		if err != nil || u.Scheme != Scheme && u.Scheme != Loopback || u.Fragment != "" {
			return m, refused("an address is none of a websocket")
		}
	}
	if m.until, err = headsOf(r.Header[Until]); err != nil {
		return m, err
	}
	if len(m.until) == 0 {
		return m, refused("it is not said what ends the answer")
	}
	m.keep, err = headsOf(r.Header[Keep])
	return m, err
}

// headsOf reads a list of heads.
func headsOf(text string) ([]head, error) {
	if text == "" {
		return nil, nil
	}
	var list []head
	if json.Unmarshal([]byte(text), &list) != nil {
		return nil, refused("what belongs to the answer cannot be read")
	}
	for _, h := range list {
		if len(h) == 0 {
			return nil, refused("a message without a head belongs to every answer")
		}
		for i := range h {
			h[i] = compact(h[i])
		}
	}
	return list, nil
}

// elementsOf returns the elements of a JSON array, nil if text is none.
func elementsOf(text []byte) []json.RawMessage {
	var list []json.RawMessage
	if json.Unmarshal(text, &list) != nil {
		return nil
	}
	return list
}

// begins reports whether a message has one of the heads.
func begins(elements []json.RawMessage, heads []head) bool {
	return slices.ContainsFunc(heads, func(h head) bool {
		if len(elements) < len(h) {
			return false
		}
		for i := range h {
			if !bytes.Equal(compact(elements[i]), h[i]) {
				return false
			}
		}
		return true
	})
}

// compact writes one JSON value in one way: a text is the same however its letters were escaped.
func compact(v json.RawMessage) json.RawMessage {
	var text string
	if json.Unmarshal(v, &text) == nil {
		if b, err := json.Marshal(text); err == nil {
			return b
		}
	}
	var b bytes.Buffer
	if json.Compact(&b, v) != nil {
		return v
	}
	return b.Bytes()
}

// hostOf returns the host of an address that was checked.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "the server"
	}
	return u.Hostname()
}
