// Package googlebusiness publishes posts on a business's profile in Google Search and Maps, through a
// Google Cloud project of the person's own.
//
// A post is a text with at most one button: its link is behind the button, as a link in the text of such
// a post cannot be clicked. Google knows no key that would make a repeated request harmless, so after a
// lost answer the posts of the location are listed and compared (shape L). What is not found stays in
// doubt, because nothing says how late Google may still take a request.
//
// A picture goes by a public address: "sourceUrl is the only supported data field for a LocalPost MediaItem"
// (reference v4, LocalPost). It is put on the workspace's public storage first, where Google fetches it.
// No document says when; what Google still works on when it answers may be without its picture once the
// storage is tidied. Videos are not taken: the reference says nothing of theirs.
//
// The list of accounts and locations is held to Google's discovery documents of 2026-10-26; for posts,
// which are still in version 4 of the API, there is none, and Google's reference pages are followed.
package googlebusiness

import (
	"context"
	_ "embed" // the icon
	"encoding/json"
	"net/url"
	"strings"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/measure"
)

// icon is a shop with an awning, drawn for Postbag.
//
//go:embed icon.svg
var icon []byte

// Keys of the options of a post.
const (
	optionButton = "button" // what stands on it
	optionTopic  = "topic"
	optionTitle  = "title"
	optionStart  = "start"
	optionEnd    = "end"
	optionCoupon = "coupon"
	optionTerms  = "terms"
)

// The choices of optionButton. Their names in capitals are Google's (reference v4, ActionType).
const (
	buttonLearn = "learn_more"
	buttonCall  = "call"
)

const (
	docPost  = "developers.google.com, my-business reference v4, accounts.locations.localPosts, as stored in 2026"
	docCodes = "googleapis, google/rpc/code.proto: the meaning of a status, and that the operation was not done"
	docText  = "Google's own limit of a post in the profile's editor, 1,500 characters, as quoted in 2026-10; the reference is silent"
	docPhoto = "Google's help, photos and videos of a profile: JPG or PNG of 10 KB to 5 MB and at least 250 by 250 pixels, as quoted in 2026-10"
	docRates = "developers.google.com, Business Profile APIs, usage limits: 300 requests a minute for a project, 10 edits a minute for a profile, as quoted in 2026-10"
)

const (
	mostText  = 1500      // docText
	mostTitle = 58        // of an event or offer: the editor's, as quoted in 2026-10
	mostImage = 5_000_000 // docPhoto
)

// Network is Google Business Profile. It has no state but where its parts are.
type Network struct{ at hosts }

// hosts are the servers that an account's requests go to. The posts' one stands for them all.
type hosts struct{ posts, accounts, locations, tokens, web string }

var google = hosts{
	posts:     "https://mybusiness.googleapis.com",
	accounts:  "https://mybusinessaccountmanagement.googleapis.com",
	locations: "https://mybusinessbusinessinformation.googleapis.com",
	tokens:    "https://oauth2.googleapis.com",
	web:       "https://accounts.google.com",
}

// hostsOf returns where an account's requests go.
func hostsOf(a network.Account) hosts {
	if a.Server == google.posts {
		return google
	}
	return hosts{a.Server, a.Server, a.Server, a.Server, a.Server}
}

// New returns Google's own.
func New() Network { return Network{google} }

// At returns one whose every part is below base, for tests.
func At(base string) Network { return Network{hosts{base, base, base, base, base}} }

var (
	_ network.Editor    = Network{}
	_ network.Network   = Network{}
	_ network.Lister    = Network{}
	_ network.Deleter   = Network{}
	_ network.Verifier  = Network{}
	_ network.Refresher = Network{}
)

// Describe returns the facts.
func (Network) Describe() network.Descriptor {
	return network.Descriptor{
		ID:     "googlebusiness",
		Name:   name,
		Icon:   icon,
		Colour: "#4285F4",
		About:  "Posts with a picture and a button, events and offers, on your business's profile in Google Search and Maps; it needs a Google Cloud project that Google approves.",

		SignIn: network.SignIn{Loopback: true, Application: true},
		Limits: network.Limits{
			Text: network.TextLimit{Max: mostText, Unit: network.UnitCodePoints, Required: true},
			Media: network.MediaLimit{
				Max: 1, Types: []string{"image/jpeg", "image/png"}, ImageBytes: mostImage, PublicURL: true,
			},
		},
		Options: []network.Option{
			{
				Key: optionButton, Label: "Button", Kind: "choice", Default: buttonLearn,
				Choices: []string{buttonLearn, "book", "order", "shop", "sign_up", buttonCall},
			},
			{Key: optionTopic, Label: "Kind of post", Kind: "choice", Default: topicUpdate, Choices: []string{topicUpdate, topicEvent, topicOffer}},
			{Key: optionTitle, Label: "Title of the event or offer", Kind: "text"},
			{Key: optionStart, Label: "Begins (2026-12-01 or 2026-12-01 09:00)", Kind: "text"},
			{Key: optionEnd, Label: "Ends (2026-12-01 or 2026-12-01 17:00)", Kind: "text"},
			{Key: optionCoupon, Label: "Coupon code of the offer", Kind: "text"},
			{Key: optionTerms, Label: "Terms of the offer", Kind: "text"},
		},
		Measure: func(_ network.Limits, text string) int { return measure.CodePoints(text) },
		Also:    also,
		Preview: "short",
		// A post is taken while Google still works on it (PROCESSING), and when it fetches the pictures no document says.
		ShelfRest: time.Hour,
		// No document says in which order posts are listed, how long a new one can be missing, nor that a
		// request is not taken late: no bound, and what is not found stays in doubt.
		Reconcile: network.Reconcile{Shape: network.ShapeLookUp, Quarantine: 2 * time.Minute},
		Thread:    network.ThreadNone,
		Edit:      network.EditRule{Fields: []network.EditField{network.EditText}, Source: docPost + ", localPosts.patch"},
		// The storage keeps a file no longer than its delivery needs it.
		PrepareLife: 24 * time.Hour,
		Budgets:     budgets(),
		Classify:    classify,
		Refusals:    refusals,
		Facts:       facts(),
		Examples: []network.Example{
			{Text: "hello", Count: 5, Source: docText},
			{Text: "𝔘𝔫𝔦", Count: 3, Source: docText},
			{Text: "👩‍👩‍👧‍👦", Count: 7, Source: docText},
		},
	}
}

func budgets() network.Budgets {
	return network.Budgets{
		Windows: []network.Window{
			{Name: "requests", Scope: network.ScopeApp, Points: 300, Per: time.Minute, Source: docRates},
			{Name: "edits", Scope: network.ScopeAccount, Points: 10, Per: time.Minute, Source: docRates},
		},
		Host: "mybusiness.googleapis.com",
		Cost: func(w network.Window, u network.Use) int {
			if w.Name == "edits" && u.Kind == network.UseRead || u.Step == stepFile { // that goes to the storage
				return 0
			}
			return 1
		},
		Expect: func(p network.Plan) []network.Use {
			post := network.Use{Step: "post", Kind: network.UsePublish, Parts: 1}
			if len(p.Parts) > 0 && len(p.Parts[0].Media) > 0 {
				return []network.Use{{Step: stepFile, Kind: network.UsePrepare}, post}
			}
			return []network.Use{post}
		},
		App: func(a network.Account) string { return a.Options[clientOption] },
	}
}

// Publish puts the picture, if there is one, where Google can fetch it, and makes the post. A plan that is live already makes no request.
func (n Network) Publish(ctx context.Context, c network.Calls, a network.Account, p network.Plan) (network.Receipt, error) {
	if err := n.Describe().Refuse(a, p); err != nil {
		return network.Receipt{}, err
	}
	if len(p.Done) > 0 {
		return p.Done[0], nil
	}
	at, err := placeOf(a)
	if err != nil {
		return network.Receipt{}, err
	}
	address := ""
	if media := p.Parts[0].Media; len(media) > 0 {
		if address, err = network.Shelved(ctx, c, a, p, stepFile, media[0]); err != nil {
			return network.Receipt{}, err
		}
	}
	request, err := newPost(a, at, p, address)
	if err != nil {
		return network.Receipt{}, err
	}
	step := onLocation + at.id()
	reply, err := c.Publish(ctx, step, request)
	if err != nil {
		return network.Receipt{}, asError(err)
	}
	return classify(step, reply)
}

// classify judges the answer to a new post. The only acceptance is a success with the name of a post of
// this location that Google shows or is about to. One that it made and rejected is seen by nobody.
func classify(step string, r network.Reply) (network.Receipt, error) {
	if !r.OK() {
		return network.Receipt{}, judge(r)
	}
	var made localPost
	if r.Status != 200 || json.Unmarshal(r.Body, &made) != nil {
		return network.Receipt{}, unreadable("the post")
	}
	at, id, ok := nameOf(made.Name)
	if in, known := strings.CutPrefix(step, onLocation); !ok || known && at.id() != in {
		return network.Receipt{}, unreadable("the post")
	}
	switch made.State { // docPost, LocalPostState
	case stateLive, stateProcessing:
		return receipt(id, made.Search), nil
	case stateRejected:
		return network.Receipt{}, network.Reject(stateRejected, "Google rejected the post: it does not agree with its content policy")
	}
	return network.Receipt{}, unreadable("the post")
}

// Verify asks whether the location is still there for this sign-in.
func (Network) Verify(ctx context.Context, c network.Calls, a network.Account) (network.Account, error) {
	at, err := placeOf(a)
	if err != nil {
		return a, err
	}
	var there location
	request := get(a, hostsOf(a).locations, "/v1/locations/"+at.location, url.Values{"readMask": {readMask}})
	if err := read(ctx, c, "location", request, "the location", &there); err != nil {
		return a, err
	}
	if there.Name != "locations/"+at.location || network.Printable(there.Title) == "" {
		return a, unreadable("the location")
	}
	a.Handle = network.Printable(there.Title)
	return a, nil
}

// Delete removes a post; one that is gone already (404) is success.
func (Network) Delete(ctx context.Context, c network.Calls, a network.Account, r network.Receipt) error {
	at, err := placeOf(a)
	if err != nil {
		return err
	}
	if !idForm.MatchString(r.RemoteID) {
		return &network.Error{Kind: network.Ambiguous, Message: "this post's id cannot be read"}
	}
	request := get(a, hostsOf(a).posts, "/v4/"+at.path()+"/localPosts/"+r.RemoteID, nil)
	request.Method = "DELETE"
	reply, err := c.Prepare(ctx, "delete "+r.RemoteID, request)
	switch {
	case err != nil:
		return asError(err)
	case reply.Status == 404:
		return nil
	case !reply.OK():
		return judge(reply)
	}
	var empty map[string]any
	if reply.Status != 200 || json.Unmarshal(reply.Body, &empty) != nil || empty == nil {
		return unreadable("the deleted post")
	}
	return nil
}
