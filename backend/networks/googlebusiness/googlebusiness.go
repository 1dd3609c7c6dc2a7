// Package googlebusiness publishes posts on a business's profile in Google Search and Maps, through a
// Google Cloud project of the person's own.
//
// A post is a text with at most one button: its link is behind the button, as a link in the text of such
// a post cannot be clicked. Google knows no key that would make a repeated request harmless, so after a
// lost answer the posts of the location are listed and compared (shape L). What is not found stays in
// doubt, because nothing says how late Google may still take a request.
//
// Pictures and videos are not taken: "sourceUrl is the only supported data field for a LocalPost MediaItem"
// (reference v4, LocalPost), which is a public address, and a post's file has none. Events and offers are
// not made.
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

// optionButton is the key of the option that says what stands on the button.
const optionButton = "button"

// The choices of optionButton. Their names in capitals are Google's (reference v4, ActionType).
const (
	buttonLearn = "learn_more"
	buttonCall  = "call"
)

const (
	docPost  = "developers.google.com, my-business reference v4, accounts.locations.localPosts, as stored in 2026"
	docCodes = "googleapis, google/rpc/code.proto: the meaning of a status, and that the operation was not done"
	docText  = "Google's own limit of a post in the profile's editor, 1,500 characters, as quoted in 2026-10; the reference is silent"
	docRates = "developers.google.com, Business Profile APIs, usage limits: 300 requests a minute for a project, 10 edits a minute for a profile, as quoted in 2026-10"
)

const mostText = 1500 // docText

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
		About:  "Posts in words, with a button, on your business's profile in Google Search and Maps; it needs a Google Cloud project that Google approves.",

		SignIn: network.SignIn{Loopback: true, Application: true},
		Limits: network.Limits{Text: network.TextLimit{Max: mostText, Unit: network.UnitCodePoints, Required: true}},
		Options: []network.Option{{
			Key: optionButton, Label: "Button", Kind: "choice", Default: buttonLearn,
			Choices: []string{buttonLearn, "book", "order", "shop", "sign_up", buttonCall},
		}},
		Measure: func(_ network.Limits, text string) int { return measure.CodePoints(text) },
		Also:    also,
		Preview: "short",
		// No document says in which order posts are listed, how long a new one can be missing, nor that a
		// request is not taken late: no bound, and what is not found stays in doubt.
		Reconcile: network.Reconcile{Shape: network.ShapeLookUp, Quarantine: 2 * time.Minute},
		Thread:    network.ThreadNone,
		Budgets:   budgets(),
		Classify:  classify,
		Refusals:  refusals,
		Facts:     facts(),
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
			if w.Name == "edits" && u.Kind == network.UseRead {
				return 0
			}
			return 1
		},
		Expect: func(network.Plan) []network.Use {
			return []network.Use{{Step: "post", Kind: network.UsePublish, Parts: 1}}
		},
		App: func(a network.Account) string { return a.Options[clientOption] },
	}
}

// Publish makes the post. A plan that is live already makes no request.
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
	request, err := newPost(a, at, p)
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

// onLocation stands in the name of the publishing step before the place, so that an answer can be judged
// by it alone.
const onLocation = "post on "

// newPost makes the request of a plan.
func newPost(a network.Account, at place, p network.Plan) (network.Request, error) {
	body, err := json.Marshal(localPost{Language: p.Language, Summary: textOf(p), Topic: topicStandard, Button: buttonOf(p)})
	if err != nil {
		return network.Request{}, &network.Error{Kind: network.Rejected, Message: "the post cannot be encoded", Err: err}
	}
	r := get(a, hostsOf(a).posts, "/v4/"+at.path()+"/localPosts", nil)
	r.Method, r.Body = "POST", network.Bytes(body)
	r.Header["Content-Type"] = "application/json"
	return r, nil
}

// linkOf is the link of a post, "" if it has none.
func linkOf(p network.Plan) string {
	if p.Link == nil {
		return ""
	}
	return p.Link.URL
}

// textOf is the text as it goes out. A button that calls has no place for a link: it goes below the text.
func textOf(p network.Plan) string {
	if p.Options[optionButton] == buttonCall {
		return p.TextWithLink(0)
	}
	return p.Parts[0].Text
}

// buttonOf is what the button says and where it leads. A post without a link has none, but for calling.
func buttonOf(p network.Plan) *action {
	kind := p.Options[optionButton]
	switch {
	case kind == buttonCall:
		return &action{Type: "CALL"}
	case linkOf(p) == "":
		return nil
	case kind == "":
		kind = buttonLearn
	}
	return &action{Type: strings.ToUpper(kind), URL: linkOf(p)}
}

// issueLink is the code that the composer has for a link that does not work.
const issueLink = "link"

// also is what only this network knows to be wrong: a button without a link, a link that is none, and a
// text that its link makes too long.
func also(l network.Limits, p network.Plan) []network.Issue {
	if len(p.Parts) == 0 {
		return nil
	}
	var issues []network.Issue
	add := func(code, field, message string, values map[string]string) {
		issues = append(issues, network.Issue{Code: code, Field: field, Media: -1, OverflowAt: -1, Message: message, Values: values})
	}
	kind, link := p.Options[optionButton], linkOf(p)
	if strings.TrimSpace(p.Parts[0].Text) == "" && link != "" { // a button is no post
		add(network.IssueEmpty, "text", "a post needs words beside its button", nil)
	}
	if link == "" && kind != "" && kind != buttonLearn && kind != buttonCall {
		add(network.IssueOption, "options", "this button needs a link in the post", map[string]string{"option": "Button", "value": network.Printable(kind)})
	}
	if link != "" && !validLink(link) {
		add(issueLink, "link", "the link must begin with https:// or http://", nil)
	}
	if n := measure.CodePoints(textOf(p)); measure.CodePoints(p.Parts[0].Text) <= l.Text.Max && n > l.Text.Max {
		add(network.IssueTooLong, "text", "with its link the text is longer than Google takes", overBy(n, l.Text.Max))
	}
	return issues
}

func validLink(link string) bool {
	u, err := url.Parse(link)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != ""
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
