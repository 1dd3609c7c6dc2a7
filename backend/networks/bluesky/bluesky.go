// Package bluesky publishes to Bluesky and to every other server of the AT Protocol.
//
// A person's posts are records in a repository on one server, their PDS, and every record has
// an address: collection and record key. The client chooses the key. That is what makes doubt
// cheap here: the key is a pure function of the plan, the record is written on condition that
// nothing stands at its address, and after a lost answer the address is simply read.
//
//	Publish   mention 1 …      a handle's DID, once (a record holds no handles)
//	          blob 1.1 …       the pictures; the server keeps them for a while without a record
//	          video 1.1 …      a video, where it goes to Bluesky's video service (video.go)
//	          post             putRecord, only if the address is free
//	          thread           or: all parts in one applyWrites, in one transaction; beside them
//	                           the gates that say who may answer or quote (gate.go)
//	Find      getRecord        at the same address
//
// A part of a thread names the part before it by address and content hash (CID). Since all are
// written at once, the hashes are computed here, from the same values that are sent.
//
// Links, mentions and tags do nothing by themselves: facets mark them by byte offsets (facet.go).
//
// Who signed in in the browser has tokens that are bound to a key (bound.go): every request then has a
// proof with the server's latest nonce, so a question that changes nothing goes before the ones above.
//
// Facts are from the lexicons and the reference server (bluesky-social/atproto d6296a1,
// 2026-08-20) and were tried on that server (@atproto/pds 0.5.35) where the tests say so.
package bluesky

import (
	"context"
	_ "embed" // the icon
	"encoding/json"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/measure"
)

// icon is the network's mark as Simple Icons 16.37.0 draws it (CC0 1.0, 2026-11).
//
//go:embed icon.svg
var icon []byte

const (
	// entryway is where most accounts sign in; their own server is behind it.
	entryway = "https://bsky.social"
	// webApp is where a person sees a post.
	webApp = "https://bsky.app"

	// maxImage is the lexicon's limit (app.bsky.embed.images, 2026-08-20). It was 1,000,000
	// before, and a server that still has the old lexicon refuses more: pictures of at most
	// 976 KB pass everywhere.
	maxImage = 2_000_000
	// maxThumb is the limit of a link card's picture (app.bsky.embed.external, 2026-08-20).
	maxThumb = 1_000_000
	// maxParts keeps the one request of a thread below the server's 1,000,000 bytes, unless it has
	// more than four pictures a part with very long descriptions (tooLarge). (It takes 200 writes:
	// applyWrites.ts, 0.5.35.)
	maxParts = 25
	// maxAlt is where the official app stops (2026-04); the lexicon has no limit.
	maxAlt = 2000

	// A picture without a record is deleted after minutes to hours (AT Protocol
	// specification, "Blob lifecycle", 2026-04).
	prepareLife = 30 * time.Minute
	quarantine  = 90 * time.Second

	labelOption = "labels"
	noLabel     = "none"
)

// Network publishes to one PDS an account. It has no state.
type Network struct{}

// New returns the network.
func New() Network { return Network{} }

var (
	_ network.Network   = Network{}
	_ network.Finder    = Network{}
	_ network.Deleter   = Network{}
	_ network.Limiter   = Network{}
	_ network.Refresher = Network{}
	_ network.Verifier  = Network{}
)

// Describe returns the facts.
func (Network) Describe() network.Descriptor {
	const lexicon = "lexicon app.bsky.feed.post, 2026-08-20"
	return network.Descriptor{
		ID:     "bluesky",
		Name:   "Bluesky",
		Icon:   icon,
		Colour: "#1185FE", // Simple Icons 16.37.0, 2026-11
		About:  "Posts to Bluesky or any other AT Protocol server. Sign in in the browser, or with an app password.",
		Server: true,
		SignIn: network.SignIn{Loopback: true},
		Limits: network.Limits{
			Text: network.TextLimit{Max: 300, Unit: network.UnitGraphemes, MaxBytes: 3000, Required: true},
			Media: network.MediaLimit{
				Max: maxGallery, Videos: 1,
				Types:      []string{"image/jpeg", "image/png", "image/webp", "image/gif", videoType},
				ImageBytes: maxImage, VideoBytes: maxVideo, VideoMs: maxVideoMs,
			},
			Alt:     network.AltLimit{Max: maxAlt, Unit: network.UnitGraphemes},
			Warning: network.WarnLabels,
			Parts:   maxParts,
		},
		Options: []network.Option{
			{
				Key: replyOption, Label: "Who may reply", Kind: "choice",
				Choices: []string{everybody, nobody, mentioned, following, followers}, Default: everybody,
			},
			{Key: quoteOption, Label: "Nobody may quote it", Kind: "flag"},
			{
				Key: labelOption, Label: "Content label", Kind: "choice",
				Choices: []string{noLabel, "sexual", "nudity", "porn", "graphic-media"}, Default: noLabel,
			},
		},
		Measure:     func(_ network.Limits, text string) int { return measure.Graphemes(text) },
		Also:        also,
		Preview:     "short",
		Reconcile:   network.Reconcile{Shape: network.ShapeRecord, Quarantine: quarantine},
		Thread:      network.ThreadAtomic,
		Edit:        network.EditRule{Never: true, Source: "what the network's own view of posts does with a changed record (it keeps showing the first), as noted 2026-11: a change would be stored and nobody would see it"},
		PrepareLife: prepareLife,
		Budgets:     budgets(),
		Classify:    classify,
		Refusals:    refusals(),
		Facts:       facts(),
		Examples: []network.Example{
			{Text: "hello", Count: 5, Source: lexicon},
			{Text: "e\u0301", Count: 1, Source: lexicon + ": maxGraphemes counts characters as people see them"},
			{Text: "👩‍👩‍👧‍👦", Count: 1, Source: lexicon + ": maxGraphemes; 25 bytes towards maxLength"},
			{Text: "see https://example.com/a", Count: 25, Source: lexicon + ": links count in full"},
		},
	}
}

// Limits asks the server how large a picture may be, and a video that goes to it as it is.
func (n Network) Limits(ctx context.Context, c network.Calls, a network.Account) (network.Limits, error) {
	l := n.Describe().Limits
	reply, err := c.Read(ctx, "describe server", describeRequest(a.Server))
	if err != nil {
		return network.Limits{}, err
	}
	if err := judge(reply); err != nil {
		return network.Limits{}, err
	}
	var server struct {
		BlobUploadLimit int64 `json:"blobUploadLimit"`
	}
	if err := json.Unmarshal(reply.Body, &server); err != nil {
		return network.Limits{}, unusable("the server's description of itself", err)
	}
	if most := server.BlobUploadLimit; most > 0 {
		l.Media.ImageBytes = min(l.Media.ImageBytes, most)
		if !byService(a.Server) {
			l.Media.VideoBytes = min(l.Media.VideoBytes, most)
		}
	}
	return l, nil
}
