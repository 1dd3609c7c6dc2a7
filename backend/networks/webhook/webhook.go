// Package webhook sends posts to an address of a person's own.
//
// What is there is a program that somebody wrote: a site, a newsletter, a script. It gets one signed
// POST a post, a JSON document and the pictures beside it, in the form that docs/webhook.md describes,
// and answers with the id it gave the post. That document is this network's only source, and both
// sides keep to it.
//
// The signature is made of the document alone, which holds the digest of every file, so that nothing of
// a post can be changed on its way and no film has to be in memory to be signed.
//
// Every post has a key. A receiver that remembers keys says so in its answer to a ping: then the same
// request may go again until the key is forgotten (shape K). From one that does not nothing can be found
// out, and a lost answer comes before a person.
package webhook

import (
	"context"
	_ "embed" // the icon
	"encoding/json"
	"fmt"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/measure"
)

// icon is an arrow through an open frame, drawn for Postbag.
//
//go:embed icon.svg
var icon []byte

const (
	docWebhook = "docs/webhook.md, version 1, 2026-11-22"
	docAuth    = "RFC 9110, 15.5.2: a 401 has not been applied, 2022-06"
	docSize    = "RFC 9110, 15.5.14: a 413 refuses to process the request, 2022-06"
	docRates   = "RFC 6585, 4, 2012-04, and " + docWebhook
)

// refusedCode is the code of an answer that says in the receiver's own words that nothing was published.
const refusedCode = "refused"

// refusals is the documented table. Programs and the servers before them use the same numbers for many
// things, some of them after the work was done, so that most numbers count with the receiver's own word
// alone.
var refusals = []network.Refusal{
	{Status: 400, Code: refusedCode, Kind: network.Rejected, Source: docWebhook},
	{Status: 401, Kind: network.Reauth, Source: docAuth},
	{Status: 403, Code: refusedCode, Kind: network.Rejected, Source: docWebhook},
	{Status: 413, Kind: network.Rejected, Source: docSize},
	{Status: 422, Code: refusedCode, Kind: network.Rejected, Source: docWebhook},
	{Status: 429, Kind: network.Throttled, Source: docRates},
}

// How long a receiver has to remember keys for that to be of use, and for how long it is believed.
const (
	leastMemory = 10 * time.Minute
	mostMemory  = 30 * 24 * time.Hour
)

// Network is every address that takes posts in this form. It has no state.
type Network struct{}

// New returns the network.
func New() Network { return Network{} }

var (
	_ network.Network  = Network{}
	_ network.Limiter  = Network{}
	_ network.Verifier = Network{}
)

// Describe returns the facts.
func (Network) Describe() network.Descriptor {
	return network.Descriptor{
		ID:     "webhook",
		Name:   "Webhook",
		Icon:   icon,
		About:  "Sends posts, signed, to an address of your own; a program of yours takes them there.",
		Limits: stock(),
		Measure: func(_ network.Limits, text string) int {
			return measure.CodePoints(text)
		},
		Preview:   "article",
		Reconcile: network.Reconcile{Shape: network.ShapeNone}, // until the receiver says that it remembers keys
		Thread:    network.ThreadAtomic,
		Edit:      network.EditRule{Never: true, Source: "our own: a receiver keeps what it was given, and nothing tells it that a later message is the same post, 2026-11"},
		Classify:  classify,
		Refusals:  refusals,
		Facts:     facts(),
		Examples: []network.Example{
			{Text: "hello", Count: 5, Source: docWebhook},
			{Text: "👩‍👩‍👧‍👦", Count: 7, Source: docWebhook},
		},
	}
}

// stock returns what every receiver has to take (docWebhook, "Limits").
func stock() network.Limits {
	return network.Limits{
		Text: network.TextLimit{Max: 50_000, Unit: network.UnitCodePoints, Required: true},
		Media: network.MediaLimit{
			Max: 10, Videos: 10, Mixed: true,
			Types:      []string{"image/jpeg", "image/png", "image/webp", "image/gif", "video/mp4", "video/quicktime", "video/webm"},
			ImageBytes: 10_000_000,
			VideoBytes: 100_000_000,
		},
		Alt:     network.AltLimit{Max: 2000, Unit: network.UnitCodePoints},
		Warning: network.WarnText,
		Parts:   25,
	}
}

// classify judges the answer to a post. The only acceptance is a 200 or 201 with the id that the
// receiver gave it.
func classify(_ string, r network.Reply) (network.Receipt, error) {
	if !r.OK() {
		return network.Receipt{}, judge(r)
	}
	var made accepted
	if json.Unmarshal(r.Body, &made) != nil || r.Status != 200 && r.Status != 201 || !validID(string(made.ID)) {
		return network.Receipt{}, &network.Error{Kind: network.Ambiguous, Message: "the receiver answered with success, but with no id of the post"}
	}
	receipt := network.Receipt{RemoteID: string(made.ID)}
	if webAddress(made.URL) {
		receipt.URL = made.URL
	}
	return receipt, nil
}

// judge turns an answer that is not a success into an *Error by the table.
func judge(r network.Reply) error {
	var no refusal
	code, message := "", ""
	if json.Unmarshal(r.Body, &no) == nil && no.Refused != "" {
		code, message = refusedCode, "the receiver refused it: "+no.Refused
	}
	switch {
	case r.Status == 401:
		message = "the receiver does not take the signature: it has another secret"
	case r.Status == 413 && message == "":
		message = "the receiver says that the post is too large"
	}
	return network.Judge("the receiver", refusals, r, code, message)
}

// ping asks a receiver what it is.
func ping(ctx context.Context, c network.Calls, a network.Account) (answered, error) {
	reply, err := c.Read(ctx, "ping", request(a, pingBody))
	if err != nil {
		return answered{}, asError(err)
	}
	if !reply.OK() {
		err := judge(reply)
		if e, ok := err.(*network.Error); ok && e.Kind == network.Rejected { //nolint:errorlint // Judge makes it, never wrapped
			e.Kind = network.Ambiguous // a refused ping is no refused post
		}
		if reply.Status == 404 || reply.Status == 405 || reply.Status == 410 {
			return answered{}, &nobody{err}
		}
		return answered{}, err
	}
	var here answered
	if reply.Status != 200 || json.Unmarshal(reply.Body, &here) != nil || here.Postbag != version {
		return answered{}, &network.Error{Kind: network.Ambiguous, Message: fmt.Sprintf("the answer to a ping is not a receiver's of version %d", version)}
	}
	return here, nil
}

// nobody says that nothing takes posts at an address.
type nobody struct{ error }

func (n *nobody) Unwrap() error { return n.error }

// Limits implements network.Limiter: whether this receiver remembers keys, and for how long.
func (Network) Limits(ctx context.Context, c network.Calls, a network.Account) (network.Limits, error) {
	if _, ok := addressOf(a); !ok {
		return network.Limits{}, unusable()
	}
	here, err := ping(ctx, c, a)
	if err != nil {
		return network.Limits{}, err
	}
	return limitsOf(here), nil
}

func limitsOf(here answered) network.Limits {
	l := stock()
	most := int64(mostMemory / time.Second)
	if memory := time.Duration(min(max(here.Remembers, 0), most)) * time.Second; memory >= leastMemory {
		l.Reconcile = network.Reconcile{Shape: network.ShapeKey, KeyLife: memory}
	}
	return l
}

// Verify pings the receiver, which looks at the signature, and takes over the name it gives itself.
func (Network) Verify(ctx context.Context, c network.Calls, a network.Account) (network.Account, error) {
	if _, ok := addressOf(a); !ok {
		return a, unusable()
	}
	here, err := ping(ctx, c, a)
	if err != nil {
		return a, err
	}
	if name := network.Printable(here.Name); name != "" {
		a.Name = name
	}
	return a, nil
}

func unusable() error {
	return &network.Error{Kind: network.Ambiguous, Message: "this channel's address cannot be read; connect it again"}
}
