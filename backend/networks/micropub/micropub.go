// Package micropub publishes to any site that has a Micropub endpoint: WordPress with a plug-in,
// Micro.blog, Indiekit, Known and many that people wrote for themselves.
//
// A person gives the address of the site and an access token that the site made. The home page names
// the endpoint (discover.go), the endpoint says what it takes (config.go), and one request with a
// microformats entry in JSON makes the post. Its answer is nothing but an address, which is also what
// the post is called from then on.
//
// Micropub has no key that makes a request safe to repeat. What it has is an extension by which an
// endpoint lists its posts (q=source without an address), and one that suggests the last part of the
// address (mp-slug). So every post is given an address with letters of its own key in it, and after a
// lost answer the list is read for it: who has those letters in the address is the post, and where an
// endpoint chooses addresses by itself the words decide. Nothing says how late an endpoint may still
// take a request, so what is not found stays in doubt (shape L). An endpoint without a list cannot be
// asked at all (shape N); which it is, is tried when a channel is connected.
//
// Signing in through the browser (IndieAuth) is left out: there an app is known by a public page of its
// own, its client_id, and Postbag has none.
package micropub

import (
	"context"
	_ "embed" // the icon
	"encoding/json"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/measure"
)

// icon is a house with lines of text in it, drawn for Postbag.
//
//go:embed icon.svg
var icon []byte

const (
	docErrors = "Micropub, W3C Recommendation 2017-05-23, \"Error Response\" (w3c/Micropub, 2026-01-15)"
	docBearer = "RFC 6750, section 3.1"
	docHTTP   = "RFC 9110, section 15.5: the request was refused, and not applied"
	doc429    = "RFC 6585, section 4; Micropub itself has no limit"
)

// refusals is the documented table: which answer to a new post proves that there is none. A 400 without
// a code of Micropub's is not among them: a proxy may have said it.
var refusals = []network.Refusal{
	{Status: 400, Code: "invalid_request", Kind: network.Rejected, Source: docErrors},
	{Status: 401, Code: "unauthorized", Kind: network.Reauth, Source: docErrors},
	{Status: 401, Code: "insufficient_scope", Kind: network.Reauth, Source: docErrors},
	{Status: 401, Code: "invalid_token", Kind: network.Reauth, Source: docBearer},
	{Status: 401, Kind: network.Reauth, Source: docHTTP + " (15.5.2)"},
	{Status: 403, Code: "forbidden", Kind: network.Reauth, Source: docErrors},
	{Status: 403, Code: "insufficient_scope", Kind: network.Reauth, Source: docErrors + "; " + docBearer},
	{Status: 413, Kind: network.Rejected, Source: docHTTP + " (15.5.14)"},
	{Status: 429, Kind: network.Throttled, Source: doc429},
}

// Network is every site with a Micropub endpoint. It has no state.
type Network struct{}

// New returns the network.
func New() Network { return Network{} }

var (
	_ network.Editor   = Network{}
	_ network.Network  = Network{}
	_ network.Lister   = Network{}
	_ network.Deleter  = Network{}
	_ network.Limiter  = Network{}
	_ network.Verifier = Network{}
)

// Keys of the options of a post.
const (
	optionTitle      = "title"
	optionStatus     = "status"
	optionCategories = "categories"
	optionSyndicate  = "syndicate"
	optionSlug       = "slug"
)

// What becomes of a post (Micropub extensions, "post-status").
const (
	statusPublished = "published"
	statusDraft     = "draft"
)

// Describe returns the facts.
func (Network) Describe() network.Descriptor {
	return network.Descriptor{
		ID:     "micropub",
		Name:   "Micropub",
		Icon:   icon,
		About:  "Any site of your own that has a Micropub endpoint, with an access token.",
		Server: true,
		Limits: stock(),
		Options: []network.Option{
			{Key: optionTitle, Label: "Title (empty: a note without one)", Kind: "text"},
			{Key: optionStatus, Label: "On the site", Kind: "choice", Choices: []string{statusPublished, statusDraft}, Default: statusPublished},
			{Key: optionCategories, Label: "Categories, with commas between", Kind: "text"},
			{Key: optionSyndicate, Label: "Where the site passes it on, with commas between", Kind: "text"},
			{Key: optionSlug, Label: "Words in the address", Kind: "text"},
		},
		Measure:    func(_ network.Limits, text string) int { return measure.Graphemes(text) },
		Also:       also,
		LinkInText: true,
		Preview:    "article",
		Reconcile:  listed,
		Thread:     network.ThreadNone,
		Edit:       network.EditRule{Fields: []network.EditField{network.EditText}, Source: docEdit},
		// An endpoint may delete what was uploaded and not used "within a specific amount of time", which it
		// does not say (Recommendation, "Media Endpoint", "Response").
		PrepareLife: time.Hour,
		Classify:    classify,
		Refusals:    refusals,
		Facts:       facts(),
		Examples: []network.Example{
			{Text: "hello", Count: 5, Source: "no rule of Micropub: what a person sees as characters"},
		},
	}
}

// also says that a description of a video is lost: only pictures have a place for one (Recommendation,
// "Uploading a photo with alt text").
func also(l network.Limits, p network.Plan) (issues []network.Issue) {
	for i, part := range p.Parts {
		for j, m := range part.Media {
			if isVideo(m) && m.Alt != "" && l.Alt.Max > 0 {
				issues = append(issues, network.Issue{
					Code: network.IssueAltLost, Field: "alt", Part: i, Media: j, OverflowAt: -1, Warning: true,
					Message: "Micropub has no place for the description of a video; it will be left out",
				})
			}
		}
	}
	return issues
}

const publishStep = "post 1"

// classify judges the answer to a new post. The only acceptance is a 201, or a 202 (which an endpoint
// may give only if the post is certain to be made), with the whole address of the post. A relative one
// is no address here, and is settled by the list.
func classify(_ string, r network.Reply) (network.Receipt, error) {
	if !r.OK() {
		return network.Receipt{}, judge(r)
	}
	address, ok := resolve("", r.Header["Location"])
	if !ok || r.Status != 201 && r.Status != 202 {
		return network.Receipt{}, &network.Error{Kind: network.Ambiguous, Message: "the site answered with success, but not with the address of a post"}
	}
	return network.Receipt{RemoteID: address, URL: address}, nil
}

// problem is an error of an endpoint.
type problem struct {
	Code        string `json:"error"`
	Description string `json:"error_description"`
}

func problemOf(r network.Reply) problem {
	var p problem
	if json.Unmarshal(r.Body, &p) != nil {
		return problem{}
	}
	return p
}

// judge turns an answer that is not a success into an *Error by the table.
func judge(r network.Reply) error { return judgeBy(refusals, r) }

func judgeBy(table []network.Refusal, r network.Reply) error {
	p, said := problemOf(r), ""
	switch {
	case network.Printable(p.Description) != "":
		said = "the site answered: " + network.Printable(p.Description)
	case network.Printable(p.Code) != "":
		said = "the site answered: " + network.Printable(p.Code)
	}
	return network.Judge("the site", table, r, network.Printable(p.Code), said)
}

// Verify asks whether the endpoint still takes the token.
func (Network) Verify(ctx context.Context, c network.Calls, a network.Account) (network.Account, error) {
	_, err := readConfig(ctx, c, a)
	return a, err
}
