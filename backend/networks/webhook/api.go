package webhook

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"strconv"
	"strings"

	"postbag/backend/network"
)

// The documents that go over the wire and the requests that carry them, and nothing else: this file is
// what a reader compares with docs/webhook.md.

// version is the one of the form, the value of "postbag" in every document.
const version = 1

const (
	headerSignature = "Postbag-Signature"
	headerKey       = "Idempotency-Key"
	signaturePrefix = "sha256="
	postField       = "post" // of a form, the document
)

// pingBody is the whole ping.
var pingBody = []byte(`{"postbag":1,"type":"ping"}`)

// post is the document of a post.
type post struct {
	Postbag  int    `json:"postbag"`
	Type     string `json:"type"` // "post"
	Key      string `json:"key"`
	Created  string `json:"created"` // RFC 3339, UTC
	Text     string `json:"text"`    // of the first part
	Parts    []part `json:"parts"`
	Link     *link  `json:"link,omitempty"`
	Language string `json:"language,omitempty"` // BCP 47
	Warning  string `json:"warning,omitempty"`
}

// part is one text with its media.
type part struct {
	Text  string   `json:"text"`
	Media []medium `json:"media,omitempty"`
}

// medium describes a file that is sent beside the document.
type medium struct {
	File       string `json:"file"` // the name of the form's field
	Kind       string `json:"kind"` // "image", "animation", "video"
	Name       string `json:"name"`
	Type       string `json:"type"`
	Bytes      int64  `json:"bytes"`
	SHA256     string `json:"sha256"`
	Width      int    `json:"width,omitempty"`
	Height     int    `json:"height,omitempty"`
	DurationMs int64  `json:"duration_ms,omitempty"`
	Alt        string `json:"alt"`
	Decorative bool   `json:"decorative,omitempty"`
	Focus      *point `json:"focus,omitempty"`
}

type point struct {
	X float64 `json:"x"`
	Y float64 `json:"y"`
}

// link is the link card of a post.
type link struct {
	URL         string  `json:"url"`
	Title       string  `json:"title,omitempty"`
	Description string  `json:"description,omitempty"`
	Image       *medium `json:"image,omitempty"`
}

// answered is the answer to a ping.
type answered struct {
	Postbag   int    `json:"postbag"`
	Name      string `json:"name"`
	Remembers int64  `json:"remembers"` // seconds that a key is remembered, 0: not at all
}

// accepted is the answer to a post.
type accepted struct {
	ID  identity `json:"id"`
	URL string   `json:"url"`
}

// refusal is the answer to a post that was not published.
type refusal struct {
	Refused string `json:"refused"` // why, in a sentence for people
}

// identity is an id: a text, or a whole number above zero, which many databases give. What is neither is "".
type identity string

// UnmarshalJSON never fails: what is no id is seen by its value.
func (i *identity) UnmarshalJSON(b []byte) error {
	var text string
	if json.Unmarshal(b, &text) == nil {
		*i = identity(text)
		return nil
	}
	if n, err := strconv.ParseInt(string(b), 10, 64); err == nil && n > 0 {
		*i = identity(strconv.FormatInt(n, 10))
	}
	return nil
}

// validID reports whether an id can be kept and shown.
func validID(id string) bool {
	return id != "" && len(id) <= 200 && strings.TrimSpace(id) == id && network.Printable(id) == id
}

// request returns a POST of a document alone. The key of the address goes where its mark is.
func request(a network.Account, document []byte) network.Request {
	address, _ := addressOf(a)
	r := network.Request{
		Method: "POST", URL: address,
		Header: map[string]string{
			"Accept": "application/json", "Content-Type": "application/json",
			headerSignature: sign(a.Secret.Field(secretField), document),
		},
		Body: network.Bytes(document),
	}
	if strings.Contains(address, network.KeyMark) {
		r.Key = network.NewSecret(a.Secret.Field(keyField))
	}
	return r
}

// sign returns the signature of a document: HMAC-SHA256 (RFC 2104) in hexadecimal digits.
func sign(secret string, document []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	_, _ = mac.Write(document) // never fails
	return signaturePrefix + hex.EncodeToString(mac.Sum(nil))
}

// webAddress reports whether an address can be shown as a link.
func webAddress(address string) bool {
	u, err := url.Parse(address)
	return err == nil && len(address) <= 2000 && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && u.User == nil &&
		network.Printable(address) == address
}

// asError makes sure that err is a classified one.
func asError(err error) error { return network.AsError("the receiver", err) }
