// Package domain holds what Postbag is about: workspaces, channels, posts, assets,
// deliveries, and the rules that are true of them wherever they are kept or shown.
//
// A workspace is one brand or client. It owns channels (one account on one network each),
// posts and a library of assets. A post holds shared content and one variant per channel; a
// variant follows the shared content field by field until a field is overridden. A delivery is
// one variant on its way out once; its states are the publishing queue's contract, and only
// the transitions listed in this package exist.
//
// Only the standard library is imported, and nothing here does I/O.
package domain

import (
	"crypto/rand"
	"encoding/hex"
	"time"
)

// Identifiers are UUIDv7 (RFC 9562) in lower-case text: they sort by creation and read well in a bug report.
type (
	// WorkspaceID names a workspace.
	WorkspaceID string
	// ChannelID names a channel.
	ChannelID string
	// PostID names a post.
	PostID string
	// VariantID names a variant of a post for one channel.
	VariantID string
	// AssetID names an asset in the library.
	AssetID string
	// DeliveryID names a delivery.
	DeliveryID string
)

// NewID returns a new UUIDv7 made at now.
func NewID(now time.Time) string {
	var b [16]byte
	_, _ = rand.Read(b[6:]) // never fails (crypto/rand)
	ms := uint64(now.UnixMilli())
	for i := range 6 {
		b[i] = byte(ms >> (40 - 8*i))
	}
	b[6] = b[6]&0x0f | 0x70
	b[8] = b[8]&0x3f | 0x80
	h := hex.EncodeToString(b[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// IsID reports whether s has the form of an identifier.
func IsID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if i == 8 || i == 13 || i == 18 || i == 23 {
			if c != '-' {
				return false
			}
		} else if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

// Workspace is one brand or client.
type Workspace struct {
	ID        WorkspaceID
	Name      string
	Demo      bool // filled with examples; only takes channels that reach nobody
	CreatedAt time.Time
	RemovedAt time.Time // zero unless it was removed: then it is hidden, and nothing of it goes out
}

// Channel is one account on one network.
type Channel struct {
	ID        ChannelID
	Workspace WorkspaceID
	Network   string // a network's id
	RemoteID  string // the network's id of the account
	Handle    string
	Name      string // the network's
	Title     string // a person's own name for it, "" follows Name
	Server    string // base URL, "" where the network has only one
	State     ChannelState
	PausedAt  time.Time // zero unless a person paused it: then its deliveries wait
	Defaults  ChannelDefaults
	Options   map[string]string
	Limits    []byte // the server's own limits as JSON (network.Limits), nil if it told none
	LimitsAt  time.Time
	CreatedAt time.Time
}

// ChannelDefaults are what a post for a channel gets where nothing else was chosen.
type ChannelDefaults struct {
	Language   string `json:"language,omitempty"` // BCP 47
	Visibility string `json:"visibility,omitempty"`
}

// Label is what people call the channel.
func (c Channel) Label() string {
	if c.Title != "" {
		return c.Title
	}
	return c.Name
}

// WithDefaults returns a variant whose language and visibility are the channel's defaults where
// neither it nor the shared content chose one.
func (c Channel) WithDefaults(shared Content, v Variant) Variant {
	now := v.Resolve(shared)
	if language := c.Defaults.Language; now.Language == "" && language != "" {
		v.Own.Language = &language
	}
	if visibility := c.Defaults.Visibility; now.Visibility == "" && visibility != "" {
		v.Own.Visibility = &visibility
	}
	return v
}

// ChannelState says whether a channel can publish.
type ChannelState string

// Every channel state.
const (
	ChannelReady   ChannelState = "ready"
	ChannelReauth  ChannelState = "reauth"  // the network asks to sign in again
	ChannelRemoved ChannelState = "removed" // kept for the history of what was published
)
