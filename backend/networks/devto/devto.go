// Package devto publishes articles on DEV (dev.to) with a person's own API key.
//
// An article has a title, which is the first line of the text unless a person gives one, and a text in
// Markdown. The service takes no pictures: one that is on the web already can be named in the text, and
// that is all its API has.
//
// Nothing makes a request safe to repeat, so an article in doubt is looked for among the account's own
// (shape L): one of the same title whose text, read from the article itself, is the one that was sent.
// Where an answer says that such an article is there already, it is in doubt as well, and not refused.
//
// The facts come from the official description of version 1 of the API, forem/forem-docs, api_v1.json,
// 2024-03-26, of which nothing is copied here. What it does not say is marked as assumed.
package devto

import (
	"context"
	_ "embed" // the icon
	"encoding/json"
	"strings"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/measure"
)

// icon is the one of Simple Icons (CC0), "devdotto".
//
//go:embed icon.svg
var icon []byte

const (
	docAPI    = "forem/forem-docs, api_v1.json, 2024-03-26"
	docCreate = docAPI + `, POST /articles, 422: {"error":"…","status":422}`
	docAuth   = docAPI + `, POST /articles, 401: {"error":"unauthorized","status":401}`
	docAgain  = "assumed: Forem says \"already\" of a title used in the last five minutes and of an original address in use"
	docRates  = "RFC 6585, 4, 2012-04"
	docText   = "assumed: 800 kB of text and 128 characters of title, as its editor takes"
)

// The codes that judge finds in an answer.
const (
	codeUnauthorized = "unauthorized"
	codeRefused      = "refused"
	codeAlready      = "already"
)

// refusals is the documented table: which answer proves that there is no article. A status alone does
// not, but for 429.
var refusals = []network.Refusal{
	{Status: 401, Code: codeUnauthorized, Kind: network.Reauth, Source: docAuth},
	{Status: 422, Code: codeRefused, Kind: network.Rejected, Source: docCreate},
	{Status: 422, Code: codeAlready, Kind: network.Ambiguous, Source: docAgain},
	{Status: 429, Kind: network.Throttled, Source: docRates},
}

// Keys of the options of a post.
const (
	optionTitle     = "title"
	optionTags      = "tags"
	optionCanonical = "canonical"
	optionSeries    = "series"
)

// Network is DEV. It has no state but where DEV is.
type Network struct{ base string }

// New returns DEV itself.
func New() Network { return At("https://dev.to") }

// At returns a DEV whose API is below base, for tests.
func At(base string) Network { return Network{base: base} }

var (
	_ network.Editor   = Network{}
	_ network.Network  = Network{}
	_ network.Lister   = Network{}
	_ network.Deleter  = Network{}
	_ network.Verifier = Network{}
	_ network.Profiler = Network{}
)

// Describe returns the facts.
func (Network) Describe() network.Descriptor {
	return network.Descriptor{
		ID:     "devto",
		Name:   "DEV",
		Icon:   icon,
		Colour: "#0A0A0A",
		About:  "Articles on DEV (dev.to), with an API key of your own.",
		Limits: network.Limits{
			// Code points and bytes alike: the stricter reading of 800 kB. No pictures and no descriptions:
			// the API takes no files (docAPI has no path for one), only addresses in the text.
			Text: network.TextLimit{Max: 800_000, Unit: network.UnitCodePoints, MaxBytes: 800_000, Required: true},
		},
		Options: []network.Option{
			{Key: optionTitle, Label: "Title (empty: the first line)", Kind: "text"},
			{Key: optionTags, Label: "Tags (at most 4, with commas between)", Kind: "text"},
			{Key: optionCanonical, Label: "Original address (if it was published elsewhere first)", Kind: "text"},
			{Key: optionSeries, Label: "Series", Kind: "text"},
		},
		Measure:    func(_ network.Limits, text string) int { return measure.CodePoints(text) },
		Also:       also,
		LinkInText: true,
		Preview:    "article",
		Reconcile:  network.Reconcile{Shape: network.ShapeLookUp, Quarantine: 2 * time.Minute},
		Thread:     network.ThreadNone,
		Edit:       network.EditRule{Fields: []network.EditField{network.EditText}, Source: docAPI + ", PUT /articles/{id}"},
		Classify:   classify,
		Refusals:   refusals,
		Facts:      facts(),
		Examples: []network.Example{
			{Text: "hello", Count: 5, Source: docText},
			{Text: "👩‍👩‍👧‍👦", Count: 7, Source: docText},
		},
	}
}

// classify judges the answer to a new article. The only acceptance is a 201 with an article that has an id.
func classify(_ string, r network.Reply) (network.Receipt, error) {
	if !r.OK() {
		return network.Receipt{}, judge(r)
	}
	var made article
	if json.Unmarshal(r.Body, &made) != nil || r.Status != 201 || made.ID == 0 {
		return network.Receipt{}, &network.Error{Kind: network.Ambiguous, Message: "DEV answered with success, but with no article"}
	}
	return made.receipt(), nil
}

// judge turns an answer that is not a success into an *Error by the table.
func judge(r network.Reply) error {
	var p problem
	code, message := "", ""
	if json.Unmarshal(r.Body, &p) == nil && p.Error != "" {
		message = "DEV answered: " + p.Error
		switch said := strings.ToLower(p.Error); {
		case said == codeUnauthorized:
			code = codeUnauthorized
		case strings.Contains(said, "already"):
			code = codeAlready
		default:
			code = codeRefused
		}
	}
	return network.Judge("DEV", refusals, r, code, message)
}

// read asks for a path and decodes the answer. A refused question is no refused article.
func read(ctx context.Context, c network.Calls, step string, r network.Request, what string, into any) error {
	reply, err := c.Read(ctx, step, r)
	if err != nil {
		return asError(err)
	}
	if !reply.OK() {
		err := judge(reply)
		if e, ok := err.(*network.Error); ok && e.Kind == network.Rejected { //nolint:errorlint // Judge makes it, never wrapped
			e.Kind = network.Ambiguous
		}
		return err
	}
	if reply.Status != 200 || json.Unmarshal(reply.Body, into) != nil {
		return unreadable(what)
	}
	return nil
}

// self reads whose the key is.
func self(ctx context.Context, c network.Calls, a network.Account) (user, error) {
	var me user
	if err := read(ctx, c, "account", get(a, pathMe), "the account", &me); err != nil {
		return user{}, err
	}
	if me.ID == 0 || !validName(me.Username) {
		return user{}, unreadable("the account")
	}
	return me, nil
}

// Verify asks who the key belongs to.
func (Network) Verify(ctx context.Context, c network.Calls, a network.Account) (network.Account, error) {
	me, err := self(ctx, c, a)
	if err != nil {
		return a, err
	}
	if me.ID.String() != a.RemoteID {
		return a, &network.Error{Kind: network.Reauth, Message: "the key belongs to another account"}
	}
	a.Handle, a.Name = me.Username, network.Printable(me.Name)
	return a, nil
}

// Profile implements network.Profiler: the page of the account.
func (Network) Profile(a network.Account) string {
	if !validName(a.Handle) {
		return ""
	}
	return a.Server + "/" + a.Handle
}

// Delete takes an article back: nobody sees it any more, and its author has it as a draft. The API
// deletes none. One that is gone is success.
func (Network) Delete(ctx context.Context, c network.Calls, a network.Account, r network.Receipt) error {
	id := numberOf(r.RemoteID)
	if id == 0 {
		return &network.Error{Kind: network.Ambiguous, Message: "this article's id cannot be read"}
	}
	request, err := send(a, "PUT", pathArticles+"/"+id.String(), change{Article: hidden{Published: false}})
	if err != nil {
		return err
	}
	reply, err := c.Prepare(ctx, "delete "+id.String(), request)
	if err != nil {
		return asError(err)
	}
	if reply.OK() {
		var left article
		if reply.Status != 200 || json.Unmarshal(reply.Body, &left) != nil || left.ID != id {
			return unreadable("the article that was taken back")
		}
		return nil
	}
	var p problem
	if reply.Status == 404 && json.Unmarshal(reply.Body, &p) == nil && p.Error == "not found" { // docAPI, PUT /articles/{id}
		return nil
	}
	return judge(reply)
}
