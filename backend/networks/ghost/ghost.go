// Package ghost publishes to any Ghost site, by its Admin API and the key of a custom integration that
// its owner makes.
//
// A site has no key that makes a repeated request the same post: the same slug twice is two posts, the
// second with "-2" behind it. But it has drafts, so the shape is phase, and not a look-up by the slug that
// was chosen here. Everything is written into a draft that readers do not see: words, pictures, tags. The
// queue writes down the draft's id, and one last request changes nothing but its status. That request names
// the time of the draft's last change, without which Ghost takes none: sent twice, the second is either
// refused as a collision or changes nothing. After a lost answer the draft itself says what it is, which a
// look-up cannot: of a post that is not there it can only say that it has not come yet. The slug, which ends
// in letters of the segment's key, serves where no draft's id is known: on a restored copy, or after a long
// time off.
//
// A draft that somebody edits on the site in between is not published over their head: its time of change is
// another, Ghost refuses, and the post comes before a person.
//
// No newsletter is ever sent. Ghost sends one only if the request that publishes a post names a newsletter
// (Admin API, "Sending a post via email", 2026-08), and none here has such a parameter.
//
// What a lost answer can leave behind is a draft or a picture nobody asked for, seen by the site's staff
// alone; never a second post.
package ghost

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/measure"
)

//go:embed icon.svg
var icon []byte

const (
	docPosts  = "TryGhost/Docs, Admin API, posts, 2026-08-22"
	docErrors = "TryGhost/Docs, Admin API, errors, 2026-08-22"
	docSource = "TryGhost/Ghost, services/auth/api-key/admin.js and api/endpoints/posts.js, read 2026-11-22"
)

// Keys of the options of a post.
const (
	optionTitle    = "title"
	optionAccess   = "access"
	optionTags     = "tags"
	optionExcerpt  = "excerpt"
	optionSlug     = "slug"
	optionFeatured = "featured"
)

// What the request that publishes a draft is refused with, by the type of the error. It changes the status
// alone, and every check comes before it, so that each of these answers but the collision proves that the
// draft is as it was. A collision may come of an earlier request of ours that was accepted; and 404 is not
// among them: a draft that is gone may have been visible before.
var refusals = []network.Refusal{
	{Status: 401, Code: "UnauthorizedError", Kind: network.Reauth, Source: docErrors + "; " + docSource},
	{Status: 403, Code: "NoPermissionError", Kind: network.Reauth, Source: docErrors},
	{Status: 403, Code: "HostLimitError", Kind: network.Reauth, Source: docSource + ": a plan without custom integrations"},
	{Status: 409, Code: "UpdateCollisionError", Kind: network.Ambiguous, Source: docErrors},
	{Status: 422, Code: "ValidationError", Kind: network.Rejected, Source: docErrors},
	{Status: 429, Kind: network.Throttled, Source: docErrors},
}

// What a file or a draft is refused with besides: nothing of it is visible, so more may be believed.
var refusedBefore = append([]network.Refusal{
	{Status: 413, Kind: network.Rejected, Source: "RFC 9110, 15.5.14"},
	{Status: 415, Kind: network.Rejected, Source: docErrors},
}, refusals...)

// Network is every Ghost site. It has no state.
type Network struct{}

// New returns the network.
func New() Network { return Network{} }

var (
	_ network.Editor   = Network{}
	_ network.Network  = Network{}
	_ network.Phaser   = Network{}
	_ network.Finder   = Network{}
	_ network.Deleter  = Network{}
	_ network.Verifier = Network{}
	_ network.Profiler = Network{}
)

// Describe returns the facts.
func (Network) Describe() network.Descriptor {
	return network.Descriptor{
		ID:     "ghost",
		Name:   "Ghost",
		Icon:   icon,
		Colour: "#15171A",
		About:  "A Ghost site of your own, with the key of a custom integration.",
		Server: true,

		Limits: network.Limits{
			// Ghost has no limit; this much is a book.
			Text: network.TextLimit{Unit: network.UnitNone, MaxBytes: 256 << 10, Required: true},
			Media: network.MediaLimit{
				// Any number may stand in a post; twenty is what one post uploads at most.
				Max: 20, Videos: 20, Mixed: true,
				Types: []string{"image/jpeg", "image/png", "image/webp", "image/gif", "video/mp4", "video/webm"},
				// A site does not say how much it takes. Ghost itself has no limit; Ghost(Pro)'s depends on the plan,
				// and 10 MB is the smallest that is told of (not in the documentation). A refusal comes before the post.
				ImageBytes: 10 << 20,
				VideoBytes: 64 << 20,
				ImageSide:  2560, // Ghost shows smaller copies that it makes itself
			},
			// Ghost has no limit but for a feature image, which Also looks after; the other networks' caution.
			Alt: network.AltLimit{Max: 500, Unit: network.UnitCodePoints},
		},
		Options: []network.Option{
			{Key: optionTitle, Label: "Title (empty: the first line)", Kind: "text"},
			{Key: optionAccess, Label: "Who may read it", Kind: "choice", Choices: []string{"public", "members", "paid"}, Default: "public"},
			{Key: optionTags, Label: "Tags, with commas between", Kind: "text"},
			{Key: optionExcerpt, Label: "Excerpt", Kind: "text"},
			{Key: optionSlug, Label: "Words in the address", Kind: "text"},
			{Key: optionFeatured, Label: "First picture as feature image", Kind: "flag"},
		},
		Measure:    func(_ network.Limits, text string) int { return measure.Graphemes(text) },
		Also:       also,
		LinkInText: true, // a post has its link as its last paragraph
		Preview:    "article",

		Reconcile: network.Reconcile{Shape: network.ShapePhase}, // a draft is kept for good
		Thread:    network.ThreadNone,
		Edit:      network.EditRule{Fields: []network.EditField{network.EditText}, WordsOnly: true, Source: docEdit},
		// Uploads and drafts stay until somebody deletes them.
		PrepareLife: 30 * 24 * time.Hour,
		Classify:    classify,
		Container:   container,
		Refusals:    refusals,
		Facts:       facts(),
		Examples: []network.Example{
			{Text: "hello", Count: 5, Source: "no rule of Ghost: what a person sees as characters"},
		},
	}
}

// The steps that make a draft and publish it. The last names the draft, so that the answer about another
// post is no acceptance.
const (
	draftStep   = "draft"
	publishStep = "publish "
)

// container reads the id of the draft that was made.
func container(step string, r network.Reply) string {
	if step != draftStep || r.Status != 201 {
		return ""
	}
	made, ok := onePost(r)
	if !ok || made.Status != statusDraft || made.UpdatedAt == "" {
		return ""
	}
	return made.ID
}

// classify judges the answer to the request that publishes. The only acceptance is a 200 with the very
// draft that was meant, published, and its address.
func classify(step string, r network.Reply) (network.Receipt, error) {
	if !r.OK() {
		return network.Receipt{}, judge(r, refusals)
	}
	id, ok := strings.CutPrefix(step, publishStep)
	p, one := onePost(r)
	if !ok || r.Status != 200 || !one {
		return network.Receipt{}, &network.Error{Kind: network.Ambiguous, Message: "the site answered with success, but with no post"}
	}
	receipt, whole := p.receipt()
	switch {
	case p.ID != id || !whole:
		return network.Receipt{}, unreadable("the post")
	case p.Status != statusPublished:
		return network.Receipt{}, &network.Error{
			Kind: network.Ambiguous, Message: "the site answered with success, but its post is " + network.Printable(p.Status+", not "+statusPublished),
		}
	}
	return receipt, nil
}

// judge turns an answer that is not a success into an *Error by a table.
func judge(r network.Reply, table []network.Refusal) error {
	p := problemOf(r)
	said := p.said()
	if r.Status == 413 && said == "" {
		said = "the site does not take files of this size"
	}
	return network.Judge("the site", table, r, network.Printable(p.Type), said)
}

// judgeRead judges the answer to a look-up that is not a success.
func judgeRead(r network.Reply) error {
	err := judge(r, refusals)
	if e, ok := errors.AsType[*network.Error](err); ok && e.Kind == network.Rejected {
		e.Kind = network.Ambiguous // a refused look-up is no refused post
	}
	return err
}

// Verify asks whether the key still opens the site, and how the site is called now.
func (Network) Verify(ctx context.Context, c network.Calls, a network.Account) (network.Account, error) {
	d, err := open(ctx, c, a, "site")
	if err != nil {
		return a, err
	}
	if err := d.tryKey(ctx, "key"); err != nil {
		return a, err
	}
	a.Name = network.Printable(d.about.Title)
	return a, nil
}

// tryKey asks for something that only a good key shows.
func (d *desk) tryKey(ctx context.Context, step string) error {
	reply, err := d.read(ctx, step, "posts/", lookAt("1"))
	if err != nil {
		return err
	}
	if !reply.OK() {
		return judgeRead(reply)
	}
	var list posts
	if reply.Status != 200 || json.Unmarshal(reply.Body, &list) != nil || list.Posts == nil {
		return unreadable("its posts")
	}
	return nil
}
