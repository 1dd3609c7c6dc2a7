package network

import (
	"strconv"
	"strings"
	"time"
)

// Plan is the frozen content of one delivery to one account: what the person approved,
// byte for byte. The same plan makes the same requests.
type Plan struct {
	Delivery   string            `json:"delivery"`   // id of the delivery, a UUIDv7
	CreatedAt  time.Time         `json:"created_at"` // the time the post says it was written: when it was due, UTC
	Parts      []Part            `json:"parts"`      // at least one; more make a thread
	Link       *Link             `json:"link,omitempty"`
	Poll       *Poll             `json:"poll,omitempty"`
	Document   *Document         `json:"document,omitempty"`   // the pictures as pages, where the network is a Binder
	Language   string            `json:"language,omitempty"`   // BCP 47, "" if unsaid
	Warning    string            `json:"warning,omitempty"`    // content warning, "" if none
	Visibility string            `json:"visibility,omitempty"` // one of Limits.Visibilities, "" for the first
	Options    map[string]string `json:"options,omitempty"`    // values of the descriptor's Options

	// Keys are the client keys of the segments, in order: derived by the queue from delivery,
	// generation and index, so a repeated segment has the same key. Not part of the plan's hash.
	Keys []string `json:"-"`
	// Done are the receipts of segments already published, in order. For Find it also says
	// which segment is in doubt: the one at index len(Done).
	Done []Receipt `json:"-"`
}

// Document is the pictures of a plan's first part as one PDF file, a page each.
type Document struct {
	SHA256 string `json:"sha256"`
	Bytes  int64  `json:"bytes"`
	Title  string `json:"title"`
	Pages  int    `json:"pages"`
}

// File returns a reference to the whole file.
func (d Document) File() FileRef { return FileRef{SHA256: d.SHA256, Length: d.Bytes} }

// Key returns the client key of a segment.
func (p Plan) Key(segment int) string {
	if segment < len(p.Keys) {
		return p.Keys[segment]
	}
	return ""
}

// TextWithLink returns the text of part i as it goes to a network that makes the link card itself, of
// a link it finds there: a card whose link is not in the first text brings it along.
func (p Plan) TextWithLink(i int) string {
	text := p.Parts[i].Text
	switch {
	case i > 0 || p.Link == nil || p.Link.URL == "" || strings.Contains(text, p.Link.URL):
		return text
	case strings.TrimSpace(text) == "":
		return p.Link.URL
	}
	return text + "\n\n" + p.Link.URL
}

// Chosen reports whether an option of kind "flag" is on.
func (p Plan) Chosen(option string) bool {
	yes, err := strconv.ParseBool(p.Options[option])
	return err == nil && yes
}

// Part is one text of a thread with its media.
type Part struct {
	Text  string  `json:"text"`
	Media []Media `json:"media,omitempty"`
}

// MediaKind says how a medium behaves.
type MediaKind string

// Every kind of medium.
const (
	Image     MediaKind = "image"
	Animation MediaKind = "animation" // an animated GIF or WebP
	Video     MediaKind = "video"
)

// Media is one frozen picture or video, already fitted to the network.
type Media struct {
	Kind       MediaKind `json:"kind"`
	Type       string    `json:"type"` // MIME
	SHA256     string    `json:"sha256"`
	Bytes      int64     `json:"bytes"`
	Width      int       `json:"width"`  // px, as seen
	Height     int       `json:"height"` // px, as seen
	DurationMs int64     `json:"duration_ms,omitempty"`
	Alt        string    `json:"alt,omitempty"`
	Focus      *Point    `json:"focus,omitempty"`
	Name       string    `json:"name,omitempty"` // a harmless file name with extension
	// Decorative says that a person wants no description: Alt is empty on purpose.
	Decorative bool `json:"decorative,omitempty"`
}

// File returns a reference to the whole file.
func (m Media) File() FileRef { return FileRef{SHA256: m.SHA256, Length: m.Bytes} }

// Point is a place in a picture: 0,0 is the top left corner, 1,1 the bottom right.
type Point struct {
	X float64 `json:"x"`
	Y float64 `json:"y"`
}

// Link is a link card: the network that does not fetch pages itself gets it ready-made.
type Link struct {
	URL         string `json:"url"`
	Title       string `json:"title,omitempty"`
	Description string `json:"description,omitempty"`
	Thumb       *Media `json:"thumb,omitempty"`
}

// Poll is a question with answers.
type Poll struct {
	Options    []string `json:"options"`
	DurationS  int64    `json:"duration_s"`
	Multiple   bool     `json:"multiple,omitempty"`
	HideTotals bool     `json:"hide_totals,omitempty"`
}

// Receipt proves that a segment is live.
type Receipt struct {
	RemoteID string `json:"remote_id"`     // the network's id; never empty
	URL      string `json:"url"`           // where a person can see it
	Ref      string `json:"ref,omitempty"` // what a reply to it needs besides the id (a CID)
}
