// Package reddit posts in a community on Reddit, or on one's own profile, through a developer
// application that the person made there.
//
// A post has a title, which is the first line of the text unless a person gives one, and is one of four
// kinds: a text in Markdown, a link, a picture, or a gallery of several; each may have a text below. A
// picture's bytes go to Reddit's store first, where nobody sees them, and one request makes the post.
//
// Reddit knows no key that would make a repeated request harmless, so after a lost answer the account's
// own posts are listed and compared (shape L). What is not found stays in doubt, because nothing says how
// late Reddit may still take a request. The post of a single picture is made later, by Reddit itself: its
// answer is a promise and names no post (praw-dev/praw, test_submit_image, 2019-01-18), so such a post is
// in doubt until the list shows it. To wait for Reddit's word on a websocket is not possible here.
//
// Reddit has no machine-readable description. The facts come from praw-dev/praw (code of 2026-08 and
// recorded answers), from the archive of Reddit's own source (reddit-archive/reddit, 2017), and from
// Pyprohly/reddit-api-doc-notes.
package reddit

import (
	"context"
	_ "embed" // the icon
	"encoding/json"
	"net/url"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/measure"
)

// icon is the two arrows of a vote, drawn for Postbag.
//
//go:embed icon.svg
var icon []byte

// Keys of the options of a post.
const (
	optionTitle   = "title"
	optionFlair   = "flair"
	optionNSFW    = "nsfw"
	optionSpoiler = "spoiler"
	optionAgain   = "resubmit"
)

// Where a sign-in comes back to. Reddit compares the address with the application's, letter by letter.
const (
	callbackPort = 53682
	callbackPath = "/callback"
)

const (
	docSubmit = "Pyprohly/reddit-api-doc-notes, submission, POST /api/submit, API Errors, as known in 2021"
	docSource = "reddit-archive/reddit, r2/controllers/api.py, POST_submit, 2017: it is checked before anything is saved"
	docPraw   = "praw-dev/praw, Subreddit.submit, 2026-08"
	docUpload = "praw-dev/praw, test_submit_gallery and test_submit_image, recorded 2020-07-20 and 2019-01-18"
	docOAuth  = "reddit-archive/reddit, r2/controllers/oauth2.py and wiki OAuth2, 2017: before a request is looked at"
	docRates  = "Reddit's Data API rules: 100 requests a minute for an application, over 10 minutes, as quoted in 2026"
	docHidden = "reddit-archive/reddit, error pages: 403 with the reason why a community shows nothing, 2017"
)

// The limits, in code points (docSubmit; the title's also Pyprohly's notes).
const (
	mostTitle    = 300
	mostText     = 40_000
	mostPictures = 20
	mostFlair    = 64
	// The upload's own condition is "content-length-range, 0, 20971520" (docUpload); the stricter reading.
	mostBytes = 20_000_000
)

// Network is Reddit. It has no state but where Reddit is.
type Network struct{ api, web string }

// New returns Reddit itself.
func New() Network { return Network{api: "https://oauth.reddit.com", web: "https://www.reddit.com"} }

// At returns a Reddit whose API and sign-in page are below base, for tests.
func At(base string) Network { return Network{api: base, web: base} }

var (
	_ network.Editor    = Network{}
	_ network.Network   = Network{}
	_ network.Lister    = Network{}
	_ network.Deleter   = Network{}
	_ network.Limiter   = Network{}
	_ network.Verifier  = Network{}
	_ network.Refresher = Network{}
)

// Describe returns the facts.
func (Network) Describe() network.Descriptor {
	return network.Descriptor{
		ID:     "reddit",
		Name:   name,
		Icon:   icon,
		Colour: "#FF4500",
		About:  "Posts in a community on Reddit or on your profile, with an application of your own, which Reddit has to approve.",

		SignIn: network.SignIn{Loopback: true, Port: callbackPort, Path: callbackPath, Application: true},
		Limits: stock(),
		Options: []network.Option{
			{Key: optionTitle, Label: "Title (empty: the first line)", Kind: "text"},
			{Key: optionFlair, Label: "Flair, as the community writes it", Kind: "text"},
			{Key: optionNSFW, Label: "Mark as NSFW", Kind: "flag"},
			{Key: optionSpoiler, Label: "Mark as a spoiler", Kind: "flag"},
			{Key: optionAgain, Label: "Post a link even if the community has it already", Kind: "flag"},
		},
		Measure: func(_ network.Limits, text string) int { return measure.CodePoints(text) },
		Also:    also,
		Preview: "article",
		// No document says how long a new post can be missing from the list, nor that a request is not
		// taken late: no bound, and what is not found stays in doubt.
		Reconcile: network.Reconcile{Shape: network.ShapeLookUp, Quarantine: 2 * time.Minute},
		Thread:    network.ThreadNone,
		Edit:      network.EditRule{Fields: []network.EditField{network.EditText}, WordsOnly: true, Source: docEdit},
		// A file that no post names is deleted after a day (docUpload, x-amz-expiration).
		PrepareLife: 12 * time.Hour,
		Budgets:     budgets(),
		Classify:    classify,
		Refusals:    refusals,
		Facts:       facts(),
		Examples: []network.Example{
			{Text: "hello", Count: 5, Source: docSource + " (len of a Unicode string)"},
			{Text: "𝔘𝔫𝔦", Count: 3, Source: docSource + " (len of a Unicode string)"},
			{Text: "👩‍👩‍👧‍👦", Count: 7, Source: docSource + " (len of a Unicode string)"},
		},
	}
}

// stock returns the limits that hold everywhere. A community can take fewer pictures, or none.
func stock() network.Limits {
	return network.Limits{
		Text: network.TextLimit{Max: mostText, Unit: network.UnitCodePoints, Required: true},
		Media: network.MediaLimit{
			Max: mostPictures, Videos: 1, Mixed: true, // an animated GIF counts as a video, and goes as a picture
			Types:      []string{"image/jpeg", "image/png", "image/gif"},
			ImageBytes: mostBytes, VideoBytes: mostBytes,
		},
		Warning: network.WarnLabels,
	}
}

// classify judges the answer to a new post. The only acceptance is a success without errors that names
// one post.
func classify(_ string, r network.Reply) (network.Receipt, error) {
	if !r.OK() {
		return network.Receipt{}, judge(r)
	}
	var said submitted
	if r.Status != 200 || json.Unmarshal(r.Body, &said) != nil || said.JSON == nil || said.JSON.Errors == nil {
		return network.Receipt{}, unreadable("the post")
	}
	id, named := said.id()
	if len(said.JSON.Errors) > 0 {
		return network.Receipt{}, refused(said, named)
	}
	data := said.JSON.Data
	switch {
	case named && id != "":
		return receipt(id, data.URL), nil
	case !named && (data.Socket != "" || data.Page != ""):
		return network.Receipt{}, &network.Error{
			Kind: network.Ambiguous, Message: "Reddit took the picture and makes the post by itself; it is looked for among your posts",
		}
	}
	return network.Receipt{}, unreadable("the post")
}

// Verify asks whose token it is, and whether the community is still shown.
func (Network) Verify(ctx context.Context, c network.Calls, a network.Account) (network.Account, error) {
	at, err := placeOf(a)
	if err != nil {
		return a, err
	}
	who, err := self(ctx, c, a, at.user)
	if err != nil {
		return a, err
	}
	there, found, err := aboutOf(ctx, c, a, at.name)
	switch {
	case err != nil:
		return a, err
	case !found:
		return a, &network.Error{Kind: network.Ambiguous, Message: "Reddit does not show the community to this account any more"}
	}
	a.Handle, a.Name = namesOf(there, who.Name)
	return a, nil
}

// Limits implements network.Limiter: a community says whether it takes pictures, and galleries.
func (Network) Limits(ctx context.Context, c network.Calls, a network.Account) (network.Limits, error) {
	at, err := placeOf(a)
	if err != nil {
		return network.Limits{}, err
	}
	there, found, err := aboutOf(ctx, c, a, at.name)
	switch {
	case err != nil:
		return network.Limits{}, err
	case !found:
		return network.Limits{}, &network.Error{Kind: network.Ambiguous, Message: "Reddit does not show the community to this account any more"}
	}
	return limitsOf(there), nil
}

// Delete removes a post. Reddit answers the same whatever became of it ({} and 200, praw-dev/praw,
// TestSubmission.test_delete), so the post itself is asked: one that is deleted has no author any more.
func (Network) Delete(ctx context.Context, c network.Calls, a network.Account, r network.Receipt) error {
	if !validID(r.RemoteID) {
		return &network.Error{Kind: network.Ambiguous, Message: "this post's id cannot be read"}
	}
	reply, err := c.Prepare(ctx, "delete "+r.RemoteID, post(a, "/api/del", url.Values{"id": {kindPost + r.RemoteID}}))
	if err != nil {
		return asError(err)
	}
	if !reply.OK() {
		return judge(reply)
	}
	posts, _, err := listed(ctx, c, "deleted "+r.RemoteID, get(a, "/api/info", url.Values{"id": {kindPost + r.RemoteID}}))
	if err != nil {
		return err
	}
	for _, it := range posts {
		if it.ID == r.RemoteID && it.Author != "[deleted]" {
			return &network.Error{Kind: network.Ambiguous, Message: "Reddit took the request, and the post is still there"}
		}
	}
	return nil
}
