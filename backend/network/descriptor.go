package network

import (
	"slices"
	"time"
)

// Descriptor holds the facts about a network. Everything the composer, the command line and
// the queue know about it is here.
type Descriptor struct {
	ID     string // lower case, stable for ever: it is in people's databases
	Name   string
	Icon   []byte // SVG, one colour, from currentColor
	Colour string // of the tile behind the icon, as #rrggbb; "" for one without a brand
	About  string // one sentence: what it is and what it needs
	Local  bool   // publishes on this machine alone: needs no account and no network connection
	Server bool   // a person names the server
	// Rehearsal says that nothing reaches anybody: for first steps and demonstrations.
	Rehearsal bool

	// ByHand says that a person makes each post public themselves: the network is Local, lays out what to
	// post, and its Publish ends with CodeByHand. It is a Hander, and its shape is ShapeNone.
	ByHand bool

	SignIn  SignIn
	Limits  Limits
	Options []Option // extra settings of a post, as data

	// Measure counts a text by this network's rule, in l.Text.Unit.
	Measure func(l Limits, text string) int
	// Find, if set, finds links, mentions and hashtags where this network sees others than most do. It is pure.
	Find func(text string) Found
	// Also, if set, finds what only this network knows to be wrong with a plan. It is part of Check.
	Also func(l Limits, p Plan) []Issue
	// CountsWarning says that the content warning counts towards the text of every part.
	CountsWarning bool
	// LinkInText says that the network itself makes the card of a link that it finds in a text: the link
	// of a post goes out, and counts, as the end of its first text (Plan.TextWithLink).
	LinkInText bool
	// Preview names the layout a preview uses: "short", "picture", "article", "video".
	Preview string

	Reconcile   Reconcile
	Thread      Threading
	Edit        EditRule      // what of a live post can be changed
	PrepareLife time.Duration // how long the answer to a Prepare step stays good
	// ReuseMedia is how long a file that was uploaded once can be used by other posts of the account,
	// where a Prepare step says so (Request.Reuse). Zero: each post uploads its own.
	ReuseMedia time.Duration
	// ShelfRest is how long after it accepted a post the network may still fetch its files from public storage.
	// Zero: it has them by then.
	ShelfRest time.Duration
	Budgets   Budgets // how much it takes in a time, and what that costs

	// Classify judges the reply to a Publish step: a proved acceptance gives a Receipt, all else
	// an *Error. It is pure, and says Ambiguous to whatever its documentation does not name. Beside an
	// error of CodeTaken the Receipt may name what can be asked for later.
	Classify func(step string, r Reply) (Receipt, error)
	// Container, for ShapePhase, reads the id of the invisible object from the reply to the Prepare
	// step that made one for the segment Request.Segment, and "" from every other reply. It is pure.
	// The queue journals the id before anything makes it visible.
	Container func(step string, r Reply) string
	// Refusals is the documented table behind Classify.
	Refusals []Refusal
	// Facts say where the limits are known from.
	Facts []Fact
	// Examples are documented counts, checked by the suite.
	Examples []Example
}

// Span is a piece of a text by byte offsets: text[Start:End].
type Span struct{ Start, End int }

// Of returns the piece of text that s names.
func (s Span) Of(text string) string { return text[s.Start:s.End] }

// Found is what a network sees in a text, each kind in order and without overlap.
type Found struct{ Links, Mentions, Tags []Span }

// SignIn says what a connect conversation needs of the door.
type SignIn struct {
	Loopback bool   // bind 127.0.0.1 first and answer "redirect_uri"
	Port     int    // the fixed port, or 0 for any
	Path     string // of the callback, "/callback" if empty
	// Application says that a person first makes a developer application of their own there.
	Application bool
}

// Refusal is one documented answer and what it means. No 5xx may be in the table.
type Refusal struct {
	Status int
	Code   string // the network's code; "" for any
	Kind   Kind
	Stale  bool   // with Throttled: what was prepared is of no more use, and nothing was published
	Source string // document and date
}

// Example is a documented count of a text.
type Example struct {
	Text   string
	Count  int
	Source string
}

// Option is an extra setting of a post.
type Option struct {
	Key     string   `json:"key"`
	Label   string   `json:"label"`
	Kind    string   `json:"kind"` // "choice", "flag", "text", or OptionLines
	Choices []string `json:"choices"`
	Default string   `json:"default"`
}

// OptionLines is the kind of an option whose value is a text of many lines.
const OptionLines = "lines"

// Unit is what a text is counted in.
type Unit string

// Every unit.
const (
	UnitCodePoints Unit = "codepoints"
	UnitUTF16      Unit = "utf16"
	UnitGraphemes  Unit = "graphemes"
	UnitWeighted   Unit = "weighted"
	UnitNone       Unit = "none"
)

// Limits are what one server accepts. They are plain data, so a server's own can be stored
// with its channel. Zero means "no limit known" for sizes and "none allowed" for counts.
type Limits struct {
	Text         TextLimit  `json:"text"`
	Media        MediaLimit `json:"media"`
	Alt          AltLimit   `json:"alt"`
	Poll         *PollLimit `json:"poll,omitempty"`
	Visibilities []string   `json:"visibilities"` // the first is the default; empty: cannot be chosen
	Warning      WarnRule   `json:"warning"`
	Parts        int        `json:"parts"` // most parts of a thread; 0 or 1: no threads
	// Reconcile, if its shape is set, replaces the descriptor's: a server may ignore keys.
	Reconcile Reconcile `json:"reconcile"`
	Software  string    `json:"software,omitempty"` // what the server calls itself
}

// TextMost is how long the text of a part may be, in Text.Unit; 0: as long as one likes.
func (l Limits) TextMost(p Plan, part int) int {
	switch {
	case l.Poll != nil && l.Poll.Question > 0 && part == 0 && p.Poll != nil:
		return l.Poll.Question
	case l.Text.Caption > 0 && len(p.Parts[part].Media) > 0:
		return l.Text.Caption
	case l.Text.Video > 0 && slices.ContainsFunc(p.Parts[part].Media, func(m Media) bool { return m.Kind == Video }):
		return l.Text.Video
	}
	return l.Text.Max
}

// TextLimit is how long one part may be.
type TextLimit struct {
	Max      int  `json:"max"` // in Unit; 0: none
	Unit     Unit `json:"unit"`
	MaxBytes int  `json:"max_bytes"` // of UTF-8; 0: none
	URL      int  `json:"url"`       // what every link counts as; 0: its own length
	// Caption is how long the text of a part with media may be, in Unit; 0: as long as any other.
	Caption int `json:"caption,omitempty"`
	// Video is how long the text of a part with a video may be, in Unit; 0: as long as any other.
	Video    int  `json:"video,omitempty"`
	Required bool `json:"required"` // a post without media needs text, always true unless links or polls suffice
}

// MediaLimit is what may be attached to one part.
type MediaLimit struct {
	Max         int      `json:"max"`    // media in all
	Videos      int      `json:"videos"` // of which videos (and animations sent as video)
	Mixed       bool     `json:"mixed"`  // pictures and video together
	Needed      bool     `json:"needed"` // a post needs at least one
	Types       []string `json:"types"`  // MIME types accepted as they are, best first
	ImageBytes  int64    `json:"image_bytes"`
	ImagePixels int64    `json:"image_pixels"`
	ImageSide   int      `json:"image_side"`            // longest side, px
	ImageShort  int      `json:"image_short,omitempty"` // shortest side, px
	VideoBytes  int64    `json:"video_bytes"`
	VideoMs     int64    `json:"video_ms"`
	PublicURL   bool     `json:"public_url"` // fetched by the network from a public address
	// PublicImages says that pictures alone are fetched from a public address; videos go as they are.
	PublicImages bool `json:"public_images,omitempty"`
	// NoShelf is no network's rule: the workspace has no public storage, which those two need.
	NoShelf bool `json:"no_shelf,omitempty"`
}

// Room is the largest width and height, in px, of a picture that is as wide or as high as one of the given
// size; 0: as large as one likes. Neither says anything of how many pixels are taken in all.
func (l MediaLimit) Room(width, height int) (w, h int) {
	w, h = l.ImageSide, l.ImageSide
	switch {
	case l.ImageShort == 0:
	case width >= height:
		h = l.ImageShort
	default:
		w = l.ImageShort
	}
	return w, h
}

// Holds reports whether a picture of a size, in px, is not too large.
func (l MediaLimit) Holds(width, height int) bool {
	w, h := l.Room(width, height)
	return (w == 0 || width <= w) && (h == 0 || height <= h) && (l.ImagePixels == 0 || int64(width)*int64(height) <= l.ImagePixels)
}

// AltLimit is about descriptions of pictures.
type AltLimit struct {
	Max  int  `json:"max"` // 0: not accepted
	Unit Unit `json:"unit"`
	// Required is the person's own rule: nothing is planned with a picture that has neither a
	// description nor a word that it is decorative. No network asks for it.
	Required bool `json:"required,omitempty"`
}

// PollLimit is about polls.
type PollLimit struct {
	Options int   `json:"options"`
	Chars   int   `json:"chars"` // code points an option
	MinS    int64 `json:"min_s"`
	MaxS    int64 `json:"max_s"`
	// Question is how long the text beside a poll may be, in the text's unit; 0: as long as any other.
	Question int `json:"question,omitempty"`
}

// WarnRule says what a content warning becomes.
type WarnRule string

// Every rule for content warnings.
const (
	WarnNone   WarnRule = ""       // not possible
	WarnText   WarnRule = "text"   // shown as written
	WarnLabels WarnRule = "labels" // chosen from the network's labels (an Option)
)
