// Package x publishes posts on X through its API v2, with a developer application of the person's own.
//
// X charges for every request and gives nobody an application that others share: the person makes one,
// buys credits, and signs in to it with the browser. That application has one address for the browser
// to come back to, so the port is fixed.
//
// One request makes a post visible, POST /2/tweets. It takes no key, so after a lost answer the account's
// own posts are read and compared (shape L). X writes links as t.co and escapes three signs; that is
// undone before. What is not found stays in doubt: nothing says how late X may still take a request.
//
// X refuses the text of a recent post of the account. That answer proves that this request made nothing
// and that some post has the text. It does not say whether it is the one in doubt or another, so it is
// no refusal of the content but a reason to look.
//
// Pictures and videos are uploaded first, in pieces, all of them before the first post of a thread:
// an upload is seen by nobody until a post names it.
package x

import (
	"context"
	_ "embed"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/measure"
)

//go:embed icon.svg
var icon []byte

// Keys of the options of a post.
const (
	optionReplies = "reply_settings"
	optionAI      = "made_with_ai"
	optionPaid    = "paid_partnership"

	everyone = "everyone" // X's own word is to leave it out
)

// Network is X. It has no state but where X is.
type Network struct{ api, site string }

// New returns X itself.
func New() Network { return Network{api: "https://api.x.com", site: "https://x.com"} }

// At returns an X whose API and sign-in page are below base, for tests.
func At(base string) Network { return Network{api: base, site: base} }

var (
	_ network.Network   = Network{}
	_ network.Lister    = Network{}
	_ network.Deleter   = Network{}
	_ network.Limiter   = Network{}
	_ network.Verifier  = Network{}
	_ network.Refresher = Network{}
)

const (
	docText  = "twitter/twitter-text, config/v3.json, 2021-10-21"
	docMedia = "xdevplatform/docs, media best practices, 2026-09"
)

const (
	mostText     = 280
	mostLongText = 25_000                    // of Premium, since 2024-08
	mostImage    = 5_000_000                 // bytes
	mostSide     = 1280                      // of an animation, px (docMedia)
	mostHeight   = 1080                      // of an animation, px (docMedia)
	mostVideo    = mostSegments * pieceBytes // bytes: X takes 8 GB, but only 1,000 pieces
	mostVideoMs  = 20 * 60 * 1000
	mostLongMs   = 125 * 60 * 1000 // of Premium
	mostAlt      = 1000
	mostParts    = 25
)

// Describe returns the facts.
func (Network) Describe() network.Descriptor {
	return network.Descriptor{
		ID:     "x",
		Name:   "X",
		Icon:   icon,
		Colour: "#000000",
		About:  "An account on X, with a developer application of your own. X charges for every post.",

		SignIn:     network.SignIn{Loopback: true, Port: callbackPort, Path: callbackPath, Application: true},
		Limits:     limitsOf(""),
		Options:    options(),
		Measure:    func(_ network.Limits, text string) int { return measure.X(text) },
		Find:       measure.FindX,
		Also:       also,
		LinkInText: true,
		Preview:    "short",
		// No document says how long a post can be missing from the account's list, nor that a request is
		// not taken late: no bound, and what is not found stays in doubt.
		Reconcile: network.Reconcile{Shape: network.ShapeLookUp, Quarantine: 2 * time.Minute},
		Thread:    network.ThreadChain,
		Edit:      network.EditRule{Never: true, Source: "docs.x.com, POST /2/tweets, edit_options, as noted 2026-11: for paying accounts alone, for an hour, and the change is a post with an id of its own"},
		// An upload that is whole lives for 24 hours (xdevplatform/docs, chunked media upload, example, 2026).
		PrepareLife: 20 * time.Hour,
		Budgets:     budgets(),
		Classify:    classify,
		Refusals:    refusals,
		Facts:       facts(),
		Examples: []network.Example{
			{Text: "hello", Count: 5, Source: docText},
			{Text: "see https://example.com/a/long/path?with=words", Count: 27, Source: docText + ": a link is 23"},
			{Text: "日本", Count: 4, Source: docText},
			{Text: "👩‍👩‍👧‍👦", Count: 2, Source: docText + ": an emoji is 2"},
		},
	}
}

func options() []network.Option {
	return []network.Option{
		{
			Key: optionReplies, Label: "Who may reply", Kind: "choice", Default: everyone,
			Choices: []string{everyone, "following", "mentionedUsers", "subscribers", "verified"}, // the specification: CreatePostsRequest
		},
		{Key: optionAI, Label: "Made with AI", Kind: "flag"},
		{Key: optionPaid, Label: "Paid partnership", Kind: "flag"},
	}
}

// limitsOf returns what X takes of an account with a subscription, as X writes it. The smaller Basic is
// not said to have the longer texts, so it is held to the common limits.
func limitsOf(subscription string) network.Limits {
	l := network.Limits{
		Text: network.TextLimit{Max: mostText, Unit: network.UnitWeighted, URL: 23, Required: true},
		Media: network.MediaLimit{
			Max: 4, Videos: 1,
			Types:      []string{"image/jpeg", "image/png", "image/webp", "image/gif", "video/mp4", "video/quicktime"},
			ImageBytes: mostImage, // an animation may have 15 MB (docMedia): the stricter, since both are pictures here
			VideoBytes: mostVideo, VideoMs: mostVideoMs,
		},
		Alt:   network.AltLimit{Max: mostAlt, Unit: network.UnitCodePoints},
		Poll:  &network.PollLimit{Options: 4, Chars: 25, MinS: 5 * 60, MaxS: 7 * 24 * 3600},
		Parts: mostParts, // X knows no end of a thread
	}
	if subscription == "Premium" || subscription == "PremiumPlus" {
		l.Text.Max, l.Media.VideoMs = mostLongText, mostLongMs
	}
	return l
}

// also finds what only X minds.
func also(_ network.Limits, p network.Plan) []network.Issue {
	var list []network.Issue
	add := func(code, field string, part, media int, message string) *network.Issue {
		list = append(list, network.Issue{
			Code: code, Field: field, Part: part, Media: media, OverflowAt: -1, Message: message, Values: map[string]string{},
		})
		return &list[len(list)-1]
	}
	for i, part := range p.Parts {
		if strings.ContainsAny(part.Text, "\ufeff\ufffe\uffff") { // docText, conformance/validate.yml: not valid
			add(network.IssueBadText, "text", i, -1, "the text has a character that cannot be seen, and that X refuses")
		}
		moving := slices.ContainsFunc(part.Media, func(m network.Media) bool { return m.Kind != network.Image })
		if moving && len(part.Media) > 1 { // one animation or one video goes alone
			add(network.IssueMixed, "media", i, -1, "X takes pictures, or one animation, or one video")
		}
		for j, m := range part.Media {
			switch {
			case m.Kind == network.Animation && m.Type != "image/gif":
				add(network.IssueMediaType, "media", i, j, "X takes animations as GIF only").Values["type"] = m.Type
			case m.Kind == network.Animation && (m.Width > mostSide || m.Height > mostHeight):
				issue := add(network.IssueMediaSize, "media", i, j, "an animation may have 1280 by 1080 pixels on X")
				issue.Values["width"], issue.Values["height"] = decimal(m.Width), decimal(m.Height)
			case m.Kind == network.Video && strings.TrimSpace(m.Alt) != "":
				add(network.IssueAltLost, "alt", i, j, "X has no place for the description of a video; it will be left out").Warning = true
			}
		}
	}
	if p.Poll == nil || len(p.Parts) == 0 {
		return list
	}
	if p.Poll.Multiple {
		add(network.IssuePoll, "poll", 0, -1, "a poll on X takes one answer a person")
	}
	if strings.TrimSpace(p.TextWithLink(0)) == "" { // "text" is wanted unless there are media (the specification)
		add(network.IssueEmpty, "text", 0, -1, "a poll on X needs a question")
	}
	return list
}

// classify judges the answer to a new post. The only acceptance is a 201 with the id of the post.
func classify(_ string, r network.Reply) (network.Receipt, error) {
	if err := judge(r); err != nil {
		return network.Receipt{}, err
	}
	var made created
	if r.Status != 201 || json.Unmarshal(r.Body, &made) != nil || !idForm.MatchString(made.Data.ID) {
		return network.Receipt{}, &network.Error{Kind: network.Ambiguous, Message: "X answered with success, but with no post"}
	}
	return network.Receipt{RemoteID: made.Data.ID, URL: permalink(made.Data.ID)}, nil
}

// Verify asks whose account the sign-in is.
func (Network) Verify(ctx context.Context, c network.Calls, a network.Account) (network.Account, error) {
	who, err := self(ctx, c, a)
	if err != nil {
		return a, err
	}
	if who.ID != a.RemoteID {
		return a, &network.Error{Kind: network.Reauth, Message: "the sign-in belongs to another account"}
	}
	a.Handle, a.Name = who.Username, network.Printable(who.Name)
	return a, nil
}

// Limits asks for the account's subscription, which decides how long a text may be.
func (Network) Limits(ctx context.Context, c network.Calls, a network.Account) (network.Limits, error) {
	who, err := self(ctx, c, a)
	if err != nil {
		return network.Limits{}, err
	}
	return limitsOf(who.Subscription), nil
}

// self reads the account that a token belongs to.
func self(ctx context.Context, c network.Calls, a network.Account) (user, error) {
	var who struct {
		Data user `json:"data"`
	}
	reply, err := c.Read(ctx, "account", request(a, "GET", "/2/users/me?user.fields=id,name,username,subscription_type"))
	if err != nil {
		return user{}, asError(err)
	}
	if err := decode(reply, "the account", &who); err != nil {
		return user{}, err
	}
	if !idForm.MatchString(who.Data.ID) || !handleForm.MatchString(who.Data.Username) {
		return user{}, unreadable("the account")
	}
	return who.Data, nil
}

// Delete removes a post; one that X does not know any more is success.
func (Network) Delete(ctx context.Context, c network.Calls, a network.Account, r network.Receipt) error {
	if !idForm.MatchString(r.RemoteID) {
		return &network.Error{Kind: network.Ambiguous, Message: "this post's id cannot be read"}
	}
	reply, err := c.Prepare(ctx, "delete "+r.RemoteID, request(a, "DELETE", "/2/tweets/"+r.RemoteID))
	if err != nil {
		return asError(err)
	}
	if err := judge(reply); err != nil {
		if e := asError(err); codeOf(e) == codeNotFound && reply.Status == 404 {
			return nil
		}
		return err
	}
	var gone struct {
		Data struct {
			Deleted bool `json:"deleted"`
		} `json:"data"`
	}
	if reply.Status == 204 || json.Unmarshal(reply.Body, &gone) == nil && gone.Data.Deleted { // docErrors: 204 for a DELETE
		return nil
	}
	return unreadable("the deletion")
}
