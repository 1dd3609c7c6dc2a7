// Package wordpress publishes to any WordPress site, by the REST API that every WordPress has and an
// application password that a person makes in their profile.
//
// A site has no key that makes a repeated request the same post: the same slug twice is two posts, the
// second with "-2" behind it. But it has drafts, so the shape is phase. Everything is written into a draft
// that readers do not see: words, pictures, categories. The queue writes down the draft's id, and one
// last request changes nothing but its status. Made visible twice it is still one post, and after a lost
// answer the draft itself says what it is. A look-up alone (the slug that was chosen here) would do less:
// it proves a post that is there, and can only say of one that is not that it has not come yet. It serves
// where no draft's id is known, on a restored copy or after a long time off: the slug ends in letters of
// the segment's key, so that no other post has it.
//
// What a lost answer can leave behind is a draft or a picture nobody asked for, seen by the site's authors
// alone; never a second post.
package wordpress

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/measure"
)

//go:embed icon.svg
var icon []byte

const (
	docPosts  = "WP-API/docs, reference/posts, 2025-06-04"
	docMedia  = "WP-API/docs, reference/media, 2025-06-04"
	docSource = "WordPress 6.1.9, wp-includes/rest-api and user.php, read and answered by a running one 2026-11-22"
	docPHP    = "PHP manual, php.ini directives post_max_size (8M) and upload_max_filesize (2M), 8.2"
	doc429    = "RFC 6585, section 4; WordPress itself has no limit, hosts and plug-ins do"
)

// Keys of the options of a post.
const (
	optionTitle      = "title"
	optionStatus     = "status"
	optionCategories = "categories"
	optionTags       = "tags"
	optionExcerpt    = "excerpt"
	optionSlug       = "slug"
	optionFeatured   = "featured"
)

// What the request that makes a draft visible is refused with. It changes the status alone, and every
// check comes before it, so that each of these answers proves that the draft is as it was. 404 is not
// among them: a draft that is gone may have been visible before.
var refusals = []network.Refusal{
	{Status: 400, Code: "rest_invalid_param", Kind: network.Rejected, Source: docPosts},
	{Status: 400, Code: "rest_invalid_field", Kind: network.Rejected, Source: docSource},
	{Status: 401, Code: "rest_not_logged_in", Kind: network.Reauth, Source: docSource},
	{Status: 401, Code: "rest_cannot_edit", Kind: network.Reauth, Source: docSource},
	{Status: 401, Code: "rest_cannot_create", Kind: network.Reauth, Source: docSource},
	{Status: 401, Code: "rest_cannot_publish", Kind: network.Reauth, Source: docSource},
	{Status: 401, Code: "incorrect_password", Kind: network.Reauth, Source: docSource},
	{Status: 401, Code: "invalid_username", Kind: network.Reauth, Source: docSource},
	{Status: 401, Code: "invalid_email", Kind: network.Reauth, Source: docSource},
	{Status: 401, Code: "application_passwords_disabled", Kind: network.Reauth, Source: docSource},
	{Status: 401, Code: "application_passwords_disabled_for_user", Kind: network.Reauth, Source: docSource},
	{Status: 403, Code: "rest_cannot_edit", Kind: network.Reauth, Source: docSource},
	{Status: 403, Code: "rest_cannot_create", Kind: network.Reauth, Source: docSource},
	{Status: 403, Code: "rest_cannot_publish", Kind: network.Reauth, Source: docSource},
	{Status: 429, Kind: network.Throttled, Source: doc429},
}

// Network is every WordPress site. It has no state.
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
)

// Describe returns the facts.
func (Network) Describe() network.Descriptor {
	return network.Descriptor{
		ID:     "wordpress",
		Name:   "WordPress",
		Icon:   icon,
		Colour: "#21759B",
		About:  "A WordPress site of your own, with an application password.",
		Server: true,

		Limits: network.Limits{
			// WordPress has no limit, and what PHP takes of a request is 8 MB where nobody changed it (docPHP). But a
			// site formats a text whenever it shows it, which takes seconds for a megabyte: this much is a book.
			Text: network.TextLimit{Unit: network.UnitNone, MaxBytes: 256 << 10, Required: true},
			Media: network.MediaLimit{
				// Any number may stand in a post; twenty is what one post uploads at most.
				Max: 20, Videos: 20, Mixed: true,
				// What every version since 5.8 takes; AVIF came with 6.5 and HEIC with 6.7.
				Types: []string{"image/jpeg", "image/png", "image/webp", "image/gif", "video/mp4", "video/quicktime", "video/webm"},
				// A site does not say how much it takes. Pictures keep to what PHP takes where nobody changed it;
				// videos of that size are of no use, and what hosts allow differs: a refusal comes before the post.
				ImageBytes: 2 << 20,
				VideoBytes: 64 << 20,
				ImageSide:  2560, // wider or higher ones are shown as a copy of this size (WordPress 5.3)
			},
			Alt: network.AltLimit{Max: 500, Unit: network.UnitCodePoints}, // no limit either; the stricter reading
		},
		Options: []network.Option{
			{Key: optionTitle, Label: "Title (empty: the first line)", Kind: "text"},
			{Key: optionStatus, Label: "On the site", Kind: "choice", Choices: []string{statusPublish, statusDraft}, Default: statusPublish},
			{Key: optionCategories, Label: "Categories, with commas between", Kind: "text"},
			{Key: optionTags, Label: "Tags, with commas between", Kind: "text"},
			{Key: optionExcerpt, Label: "Excerpt", Kind: "text"},
			{Key: optionSlug, Label: "Words in the address", Kind: "text"},
			{Key: optionFeatured, Label: "First picture as featured image", Kind: "flag"},
		},
		Measure:    func(_ network.Limits, text string) int { return measure.Graphemes(text) },
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
			{Text: "hello", Count: 5, Source: "no rule of WordPress: what a person sees as characters"},
		},
	}
}

// The steps that make a draft and what becomes of it. The last names the draft, so that the answer
// about another post is no acceptance.
const (
	draftStep   = "draft"
	publishStep = "publish "
	keepStep    = "keep as a draft "
)

// wanted returns the step that ends a post, and the status that it asks for.
func wanted(p network.Plan) (step, status string) {
	if p.Options[optionStatus] == statusDraft {
		return keepStep, statusDraft
	}
	return publishStep, statusPublish
}

// container reads the id of the draft that was made.
func container(step string, r network.Reply) string {
	var made post
	if step != draftStep || r.Status != 201 || json.Unmarshal(r.Body, &made) != nil {
		return ""
	}
	receipt, _ := made.receipt()
	return receipt.RemoteID
}

// classify judges the answer to the request that ends a post. The only acceptance is a 200 with the
// very draft that was meant, its address, and the status that was asked for.
func classify(step string, r network.Reply) (network.Receipt, error) {
	if !r.OK() {
		return network.Receipt{}, judge(r)
	}
	status := statusPublish
	id, ok := strings.CutPrefix(step, publishStep)
	if !ok {
		status = statusDraft
		id, ok = strings.CutPrefix(step, keepStep)
	}
	var p post
	if !ok || r.Status != 200 || json.Unmarshal(r.Body, &p) != nil {
		return network.Receipt{}, &network.Error{Kind: network.Ambiguous, Message: "the site answered with success, but with no post"}
	}
	receipt, whole := p.receipt()
	if !whole || receipt.RemoteID != id || p.Status != status {
		return network.Receipt{}, &network.Error{
			Kind: network.Ambiguous, Message: "the site answered with success, but its post is " + network.Printable(p.Status+", not "+status),
		}
	}
	return receipt, nil
}

// judge turns an answer that is not a success into an *Error by the table.
func judge(r network.Reply) error {
	p := problemOf(r)
	return network.Judge("the site", refusals, r, network.Printable(p.Code), p.said())
}

const tooLarge = "the site does not take files of this size (its PHP sets upload_max_filesize and post_max_size)"

// judgePrepared judges the answer to a request that makes nothing visible. There a refusal may be
// believed more easily; one of a file even with a 500, which is how WordPress answers (docMedia, and
// docSource: rest_upload_sideload_error, rest_upload_unknown_error).
func judgePrepared(r network.Reply) error {
	p := problemOf(r)
	said := p.said()
	switch {
	case r.Status == 413 && said == "":
		said = tooLarge
	case slices.Contains([]string{"rest_upload_no_data", "rest_upload_no_content_type", "rest_upload_no_content_disposition"}, p.Code):
		said = tooLarge // all of them were there: of a request that is too large PHP passes nothing on
	}
	if strings.HasPrefix(p.Code, "rest_upload_") && r.Status >= 400 {
		return &network.Error{Kind: network.Rejected, Code: network.Printable(p.Code), Message: said}
	}
	table := append([]network.Refusal{
		{Status: 400, Kind: network.Rejected, Source: docPosts},
		{Status: 413, Kind: network.Rejected, Source: "RFC 9110, 15.5.14"},
	}, refusals...)
	return network.Judge("the site", table, r, network.Printable(p.Code), said)
}

// judgeRead judges the answer to a look-up that is not a success. A site answers a password that it does
// not know as it answers a stranger, who may see neither drafts nor what an author sees.
func judgeRead(r network.Reply) error {
	var data struct {
		Details map[string]struct {
			Code string `json:"code"`
		} `json:"details"`
	}
	p := problemOf(r)
	if r.Status == 400 && json.Unmarshal(p.Data, &data) == nil && data.Details["status"].Code == "rest_forbidden_status" ||
		(r.Status == 401 || r.Status == 403) && p.Code == "rest_forbidden_context" {
		return &network.Error{Kind: network.Reauth, Code: network.Printable(p.Code), Message: "the site does not accept the application password any more"}
	}
	err := judge(r)
	if e, ok := errors.AsType[*network.Error](err); ok && e.Kind == network.Rejected {
		e.Kind = network.Ambiguous // a refused look-up is no refused post
	}
	return err
}

// Verify asks whether the password still opens the site, and for whom.
func (Network) Verify(ctx context.Context, c network.Calls, a network.Account) (network.Account, error) {
	who, err := self(ctx, c, a)
	if err != nil {
		return a, err
	}
	if remoteID(a, who) != a.RemoteID {
		return a, &network.Error{Kind: network.Reauth, Message: "the password belongs to another user of the site"}
	}
	if lacks := who.lacks(); lacks != "" {
		return a, &network.Error{Kind: network.Reauth, Message: lacks}
	}
	a.Handle = handle(a, who)
	return a, nil
}
