package domain

import (
	"slices"
	"time"
)

// Content is what a person writes: a text, the further parts of a thread, media, and what goes with them.
type Content struct {
	Text       string   `json:"text"`
	Parts      []string `json:"parts"` // the texts after the first, in order
	Media      []Media  `json:"media"`
	Link       string   `json:"link"`       // an address shown as a card, "" for none
	Language   string   `json:"language"`   // BCP 47, "" if unsaid
	Warning    string   `json:"warning"`    // content warning, "" for none
	Visibility string   `json:"visibility"` // "" for the network's own default
	Poll       *Poll    `json:"poll"`
}

// Media is an asset's use in a post.
type Media struct {
	Asset AssetID `json:"asset"`
	Alt   string  `json:"alt"` // description; "" follows the asset's own
	Focus *Point  `json:"focus"`
	Part  int     `json:"part"` // 0 is the text, 1 the first of Parts
	// Decorative is a person's word that nothing is lost on who cannot see it: no description is
	// sent, the asset's own neither.
	Decorative bool `json:"decorative,omitempty"`
	// Preset is the size that is sent, "" for the whole picture.
	Preset string `json:"preset,omitempty"`
	// Crops are the parts a person chose for this one use, by preset. They come before the use's
	// focal point, that before the asset's own crop, that before the asset's focal point.
	Crops map[string]Crop `json:"crops,omitempty"`
}

// Point is a place in a picture: 0,0 is the top left corner, 1,1 the bottom right.
type Point struct {
	X float64 `json:"x"`
	Y float64 `json:"y"`
}

// Poll is a question with answers.
type Poll struct {
	Options   []string `json:"options"`
	DurationS int64    `json:"duration_s"`
	Multiple  bool     `json:"multiple"`
}

// Post is shared content and its variants.
type Post struct {
	ID        PostID
	Workspace WorkspaceID
	Content   Content
	Variants  []Variant
	Version   int // counts saves that changed something
	CreatedAt time.Time
	UpdatedAt time.Time
	DeletedAt time.Time // zero unless in the bin
}

// Variant is a post for one channel. A nil field follows the shared content.
type Variant struct {
	ID      VariantID
	Channel ChannelID
	Own     Override
	Options map[string]string // extra settings of the channel's network
}

// Override holds the fields a variant has of its own.
type Override struct {
	Text       *string   `json:"text,omitempty"`
	Parts      *[]string `json:"parts,omitempty"`
	Media      *[]Media  `json:"media,omitempty"`
	Link       *string   `json:"link,omitempty"`
	Language   *string   `json:"language,omitempty"`
	Warning    *string   `json:"warning,omitempty"`
	Visibility *string   `json:"visibility,omitempty"`
	Poll       *Poll     `json:"poll,omitempty"` // one without options is no poll
	// Only is the one part that a network without threads gets, counted from 0; nil joins them all.
	Only *int `json:"only,omitempty"`
}

// Resolve returns the content a variant publishes.
func (v Variant) Resolve(shared Content) Content {
	c := shared
	set(&c.Text, v.Own.Text)
	set(&c.Parts, v.Own.Parts)
	set(&c.Media, v.Own.Media)
	set(&c.Link, v.Own.Link)
	set(&c.Language, v.Own.Language)
	set(&c.Warning, v.Own.Warning)
	set(&c.Visibility, v.Own.Visibility)
	if own := v.Own.Poll; own != nil && len(own.Options) > 0 {
		c.Poll = own
	} else if own != nil {
		c.Poll = nil
	}
	return c
}

func set[T any](field *T, own *T) {
	if own != nil {
		*field = *own
	}
}

// Variant returns the post's variant for a channel.
func (p Post) Variant(channel ChannelID) (Variant, bool) {
	i := slices.IndexFunc(p.Variants, func(v Variant) bool { return v.Channel == channel })
	if i < 0 {
		return Variant{}, false
	}
	return p.Variants[i], true
}

// Version is a post as it was saved once.
type Version struct {
	Number   int
	SavedAt  time.Time
	Name     string // a person's own, "" for most
	Reason   string // what came after it: "split", "merge", "restore"; "" for a plain save
	Content  Content
	Variants []Variant
}
