// Package tumblr publishes to a Tumblr blog, through an application that the person registers there.
//
// A post is made whole by one request: its blocks as JSON and, with pictures or a video, the bytes
// beside them. Tumblr has no key that makes a repeated request the same post. It has drafts, and still
// the shape is look-up, for three things that the documentation says. A draft gets another id when it is
// published, and the old one finds nothing any more: after a lost answer the draft of which we know the
// id would be gone, and nobody could tell whether it was published or thrown away. Publishing it means
// sending everything once more, media included, for there is no request that changes the state alone.
// And which of the two ids that request answers with is not said. Two requests would double what can be
// lost and prove no more.
//
// What proves a post instead is its address. A post may choose the words behind its number, and ours end
// in letters of the segment's key, which no other post has. So a look-up reads the blog's posts back to
// the plan's time and finds exactly the one that was sent, or does not find it. Nothing says how late
// Tumblr takes a request, and a video shows in the list only once Tumblr has converted it: what is not
// found stays in doubt until a person decides. For the same reason nothing is left as a draft here: the
// receipt of one would name nothing any more as soon as somebody published it.
//
// Tokens live 42 minutes, and a refresh token is good once: an answer to a refresh that is lost ends the
// sign-in, and the person signs in again.
package tumblr

import (
	"context"
	_ "embed" // the icon
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/measure"
)

// icon is Tumblr's mark as Simple Icons draws it (CC0 1.0).
//
//go:embed icon.svg
var icon []byte

const (
	docCreate = "tumblr/docs, api.md, \"/posts - Create/Reblog a Post\", 2024-10-18"
	docLimits = "tumblr/docs, api.md, \"Rate Limits\", 2024-10-18"
	docNPF    = "tumblr/docs, npf-spec.md, \"Post Content Limits\", 2024-10-18"
)

// The addresses of Tumblr.
const (
	apiHome = "https://api.tumblr.com"
	webHome = "https://www.tumblr.com"
)

// Limits of one post (docNPF).
const (
	mostBlocks = 1000
	mostBlock  = 4096 // code points of a text block
	mostLinks  = 100  // links inside texts
	// What is written of tags is not official: 30 and 140 are what Tumblr's own editor takes (2026-08).
	mostTags = 30
	mostTag  = 140
)

// explained is the code of an answer that is in the API's own envelope and names no code of posting. It
// tells Tumblr's refusals from those of whatever stands before it.
const explained = "meta"

// What a new post is refused with (docCreate). 403 without a code is documented for reblogs alone, so
// that it proves nothing here.
var refusals = []network.Refusal{
	{Status: 400, Code: explained, Kind: network.Rejected, Source: docCreate},
	{Status: 400, Code: "8001", Kind: network.Rejected, Source: docCreate + ": an invalid parameter"},
	{Status: 400, Code: "8005", Kind: network.Rejected, Source: docCreate + ": media of a format that is not accepted"},
	{Status: 400, Code: "8016", Kind: network.Rejected, Source: docCreate + ": content or layout is invalid"},
	{Status: 401, Code: explained, Kind: network.Reauth, Source: docCreate},
	{Status: 403, Code: codeMediaToday, Kind: network.Throttled, Source: docCreate + ": no more media today"},
	{Status: 403, Code: codeConverting, Kind: network.Throttled, Source: docCreate + ": another video is being converted"},
	{Status: 403, Code: codeVideosToday, Kind: network.Throttled, Source: docCreate + ": no more videos today"},
	{Status: 403, Code: codePostsToday, Kind: network.Throttled, Source: docCreate + ": the blog's daily posting limit"},
	{Status: 404, Code: explained, Kind: network.Rejected, Source: docCreate + ": there is no such blog"},
	{Status: 429, Kind: network.Throttled, Source: docLimits},
}

// Codes of what is over for today, and of a video that has to wait for another one.
const (
	codeMediaToday  = "8004"
	codeConverting  = "8010"
	codeVideosToday = "8011"
	codePostsToday  = "8023"
)

// When the day ends is a matter of Tumblr's own clock, so it is asked again now and then.
const (
	tryTomorrow = time.Hour
	tryVideo    = 2 * time.Minute
)

// Keys of the options of a post.
const (
	optionTitle     = "title"
	optionTags      = "tags"
	optionSource    = "source"
	optionNoReblogs = "no_reblogs"
)

// Network is Tumblr. It has no state but the addresses.
type Network struct{ api, web string }

// New returns the network.
func New() Network { return Network{api: apiHome, web: webHome} }

// At returns the network with everything at one other address, for tests.
func At(base string) Network { return Network{api: base, web: base} }

var (
	_ network.Editor    = Network{}
	_ network.Network   = Network{}
	_ network.Finder    = Network{}
	_ network.Deleter   = Network{}
	_ network.Refresher = Network{}
	_ network.Verifier  = Network{}
)

// Describe returns the facts.
func (Network) Describe() network.Descriptor {
	return network.Descriptor{
		ID:     "tumblr",
		Name:   "Tumblr",
		Icon:   icon,
		Colour: "#36465D", // Simple Icons
		About:  "A Tumblr blog of yours, through an application that you register there.",
		SignIn: network.SignIn{Loopback: true, Port: port, Path: path, Application: true},
		Limits: network.Limits{
			// A paragraph has a limit (also), a text has that of the whole post: 1 MB as Tumblr stores it, which
			// this keeps to with every description at its longest.
			Text: network.TextLimit{Unit: network.UnitNone, MaxBytes: 256 << 10, Required: true},
			Media: network.MediaLimit{
				Max: 30, Videos: 1, Mixed: true,
				Types: []string{"image/jpeg", "image/png", "image/webp", "image/gif", "video/mp4", "video/quicktime"},
				// The documentation says 10 MB of pictures in the older form of posts and nothing in this one; 20 MB is
				// said elsewhere, with 10 MB for GIF. The stricter reading.
				ImageBytes: 10_000_000,
				VideoBytes: 500_000_000, VideoMs: 600_000, // api.md, "Video Posts", 2024-10-18
			},
			Alt: network.AltLimit{Max: 4096, Unit: network.UnitCodePoints}, // npf-spec.md, "Image", 2024-10-18
		},
		Options: []network.Option{
			{Key: optionTitle, Label: "Title", Kind: "text"},
			{Key: optionTags, Label: "Tags, with commas between", Kind: "text"},
			{Key: optionSource, Label: "Address of the source", Kind: "text"},
			{Key: optionNoReblogs, Label: "Nobody can reblog it", Kind: "flag"},
		},
		Measure: func(_ network.Limits, text string) int { return measure.CodePoints(text) },
		Also:    also,
		Preview: "article",

		Reconcile: network.Reconcile{Shape: network.ShapeLookUp, Quarantine: 2 * time.Minute},
		Thread:    network.ThreadNone, // only reblogs of one's own post could be one
		Edit:      network.EditRule{Fields: []network.EditField{network.EditText}, WordsOnly: true, Source: docEdit},
		Budgets:   budgets(),
		Classify:  classify,
		Refusals:  refusals,
		Facts:     facts(),
		Examples: []network.Example{
			{Text: "ø🌳", Count: 2, Source: "tumblr/docs, npf-spec.md, \"Inline Formatting\", 2024-10-18"},
			{Text: "👨‍👨‍👦", Count: 5, Source: "tumblr/docs, npf-spec.md, \"Text Block Length\", 2024-10-18"},
		},
	}
}

var (
	blogForm = regexp.MustCompile(`^[a-z0-9-]{1,63}$`) // of its host name; older ones may end in a hyphen
	uuidForm = regexp.MustCompile(`^t:[A-Za-z0-9_-]{1,64}$`)
	idForm   = regexp.MustCompile(`^[1-9][0-9]{0,19}$`) // of 64 bits, in strings (api.md, "Post Identifiers")
)

// toBlog stands in the name of the publishing step before the blog's name, for the post's address.
const toBlog = "post to "

// posted are the states of a post that is live, or will be without more requests: a video is shown when
// it is converted. An answer that names none is the documented one.
var posted = []string{"", statePublished, "transcoding"}

// classify judges the answer to a new post. The only acceptance is a 201 in Tumblr's envelope with an id.
func classify(step string, r network.Reply) (network.Receipt, error) {
	if !r.OK() {
		return network.Receipt{}, judge(r)
	}
	var made struct {
		Meta     meta `json:"meta"`
		Response struct {
			ID    string `json:"id"`
			State string `json:"state"`
		} `json:"response"`
	}
	if r.Status != 201 || json.Unmarshal(r.Body, &made) != nil || made.Meta.Status != 201 || !idForm.MatchString(made.Response.ID) {
		return network.Receipt{}, &network.Error{Kind: network.Ambiguous, Message: "Tumblr answered with success, but with no post"}
	}
	if state := made.Response.State; !slices.Contains(posted, state) {
		return network.Receipt{}, &network.Error{
			Kind: network.Ambiguous, Message: network.Printable("Tumblr took the post, but it is " + state),
		}
	}
	blog, _ := strings.CutPrefix(step, toBlog)
	return receiptOf(blog, made.Response.ID), nil
}

// receiptOf names a post of a blog.
func receiptOf(blog, id string) network.Receipt {
	r := network.Receipt{RemoteID: id}
	if blogForm.MatchString(blog) {
		r.URL = "https://" + blog + ".tumblr.com/post/" + id
	}
	return r
}

// judge turns an answer that is not a success into an *Error by the table.
func judge(r network.Reply) error {
	code, said := problemOf(r)
	err := network.Judge("Tumblr", refusals, r, code, said)
	e, ok := err.(*network.Error) //nolint:errorlint // Judge makes it, never wrapped
	if !ok {
		return err
	}
	if e.Kind == network.Throttled && e.Wait == 0 {
		switch code {
		case codeConverting:
			e.Wait = tryVideo
		case codeMediaToday, codeVideosToday, codePostsToday:
			e.Wait = tryTomorrow
		default:
			e.Wait = untilReset(r)
		}
	}
	if e.Code == explained {
		e.Code = ""
	}
	return e
}

// judgeRead judges the answer to a look-up that is not a success: a refused look-up is no refused post.
func judgeRead(r network.Reply) error {
	err := judge(r)
	if e, ok := err.(*network.Error); ok && e.Kind == network.Rejected { //nolint:errorlint // judge makes it, never wrapped
		e.Kind = network.Ambiguous
	}
	return err
}

// Verify asks whether the blog is still one that this sign-in may post to.
func (Network) Verify(ctx context.Context, c network.Calls, a network.Account) (network.Account, error) {
	blogs, err := blogsOf(ctx, c, a)
	if err != nil {
		return a, err
	}
	i := slices.IndexFunc(blogs, func(b blog) bool { return b.UUID == a.RemoteID })
	if i < 0 {
		return a, &network.Error{Kind: network.Reauth, Message: "the account that is signed in has no such blog any more"}
	}
	a.Handle, a.Name = blogs[i].Name, network.Printable(blogs[i].Title)
	return a, nil
}
