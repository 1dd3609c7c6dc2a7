// Package lemmy publishes into a community of any Lemmy server.
//
// A post on Lemmy has a title, which is the first line of the text unless a person gives one, and may
// have a text in Markdown and one address: a link, or the picture it shows. A person signs in with a
// password, of which only the token that the server gives for it is kept, or with such a token; a
// channel is one community, seen from the server where the account is.
//
// Lemmy has no keys that make a request safe to repeat, so a post in doubt is looked for among the
// community's newest (shape L). The list leaves out what the account's own settings hide, such as
// languages it does not read, so that a post that is not in it proves nothing: a person decides.
//
// Two generations are spoken to: 0.19, and 1.0, which keeps most of what is needed under the same
// addresses. The facts come from the unofficial description of 0.19.11 (MV-GH/lemmy_openapi_spec,
// 2025-04-30) and from Lemmy's own source (LemmyNet/lemmy, 2026-08-12).
package lemmy

import (
	"context"
	_ "embed" // the icon
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/measure"
)

// icon is a sheet with a headline, drawn for Postbag.
//
//go:embed icon.svg
var icon []byte

const (
	docErrors = "LemmyNet/lemmy, crates/utils/src/error.rs, 2026-08-12"
	docCreate = "LemmyNet/lemmy, post/create.rs of api_crud in 0.19 and 1.0, 2026-08-12: it is checked before anything is saved"
	docAuth   = "LemmyNet/lemmy, LocalUserView::from_request, 2026-08-12: before a request is looked at, and the same for a wrong token and for none"
	docRates  = "LemmyNet/lemmy, crates/utils/src/rate_limit and error.rs, 2026-08-12: 400 in 0.19, 429 since"
	docText   = "LemmyNet/lemmy, crates/utils/src/utils/validation.rs, 2026-08-12"
)

// Keys of the options of a post.
const (
	optionTitle = "title"
	optionNSFW  = "nsfw"
)

// What a title has, in code points (docText).
const (
	leastTitle = 3
	mostTitle  = 200
)

// refusals is the documented table: which answer proves that there is no post. The code decides. A
// status alone does not, as Lemmy says 400 to most of what goes wrong, and a part of that goes wrong
// after the post was saved (couldnt_create_post, couldnt_like_post, not_found, unknown).
var refusals = func() []network.Refusal {
	table := []network.Refusal{
		{Status: 401, Code: "incorrect_login", Kind: network.Reauth, Source: docAuth},
		{Status: 400, Code: "not_logged_in", Kind: network.Reauth, Source: docErrors},
		{Status: 401, Code: "not_logged_in", Kind: network.Reauth, Source: docErrors},
		{Status: 400, Code: "rate_limit_error", Kind: network.Throttled, Source: docRates},
		{Status: 429, Kind: network.Throttled, Source: docRates},
	}
	for _, code := range slices.Sorted(maps.Keys(said)) {
		table = append(table, network.Refusal{Status: 400, Code: code, Kind: network.Rejected, Source: docCreate})
	}
	return table
}()

// said is what the codes of a refused post mean.
var said = map[string]string{
	"slurs":                           "a word in it is not allowed on this server",
	"blocked_url":                     "a link in it is blocked on this server",
	"invalid_url":                     "the link cannot be used",
	"invalid_url_scheme":              "the link must begin with https:// or http://",
	"url_length_overflow":             "the link is too long",
	"invalid_post_title":              "the title cannot be used",
	"invalid_body_field":              "the text is too long",
	"alt_text_length_overflow":        "the description of the picture is too long",
	"couldnt_find_community":          "the community is not there any more",
	"only_mods_can_post_in_community": "only moderators may post in this community",
	"not_a_moderator":                 "only moderators may post in this community",
	"language_not_allowed":            "this community takes no posts in this language",
	"nsfw_not_allowed":                "this server takes no posts marked NSFW",
	"site_ban":                        "the account is banned from its server",
	"person_is_banned_from_community": "the account is banned from this community",
	"banned_from_community":           "the account is banned from this community",
	"deleted":                         "the account or the community is deleted",
}

// Network is every Lemmy server. It has no state.
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

// Describe returns the facts.
func (Network) Describe() network.Descriptor {
	return network.Descriptor{
		ID:     "lemmy",
		Name:   "Lemmy",
		Icon:   icon,
		About:  "Posts into a community of any Lemmy server; it needs an account on one.",
		Server: true,
		Limits: stock(),
		Options: []network.Option{
			{Key: optionTitle, Label: "Title (empty: the first line)", Kind: "text"},
			{Key: optionNSFW, Label: "Mark as NSFW", Kind: "flag"},
		},
		Measure:     func(_ network.Limits, text string) int { return measure.CodePoints(text) },
		Also:        also,
		Preview:     "article",
		Reconcile:   network.Reconcile{Shape: network.ShapeLookUp, Quarantine: 2 * time.Minute},
		Thread:      network.ThreadNone,
		Edit:        network.EditRule{Fields: []network.EditField{network.EditText, network.EditAlt}, Source: docEdit},
		PrepareLife: 12 * time.Hour, // Lemmy says no end of an upload; the other networks' caution
		Classify:    classify,
		Refusals:    refusals,
		Facts:       facts(),
		Examples: []network.Example{
			{Text: "hello", Count: 5, Source: docText},
			{Text: "see https://example.com/path", Count: 28, Source: docText},
			{Text: "👩‍👩‍👧‍👦", Count: 7, Source: docText},
		},
	}
}

// stock returns the limits that are in Lemmy's code. A server tells none of them.
func stock() network.Limits {
	return network.Limits{
		Text: network.TextLimit{Max: 50_000, Unit: network.UnitCodePoints, Required: true},
		Media: network.MediaLimit{
			Max: 1, Videos: 1, // an animated picture counts as a video; films are left to each server and not taken
			Types: []string{"image/jpeg", "image/png", "image/webp", "image/gif"},
			// What LemmyNet/lemmy-ansible's web server takes (templates/nginx.conf, "20M" for the whole
			// request, 2026-11). Its example lets animations have 256 pixels a side, others more: the
			// server's own refusal says so then.
			ImageBytes: 20_000_000,
		},
		Alt:     network.AltLimit{Max: 1500, Unit: network.UnitCodePoints},
		Warning: network.WarnLabels,
	}
}

// classify judges the answer to a new post. The only acceptance is a 200 with a post that has an id.
func classify(_ string, r network.Reply) (network.Receipt, error) {
	if !r.OK() {
		return network.Receipt{}, judge(r)
	}
	var made postResponse
	if err := json.Unmarshal(r.Body, &made); err != nil || r.Status != 200 || made.View.Post.ID == 0 {
		return network.Receipt{}, &network.Error{Kind: network.Ambiguous, Message: "the server answered with success, but with no post"}
	}
	return made.View.Post.receipt(), nil
}

// judge turns an answer that is not a success into an *Error by the table.
func judge(r network.Reply) error {
	code, message := problemOf(r), ""
	switch {
	case said[code] != "":
		message = "the server refused it: " + said[code]
	case code != "":
		message = "the server answered " + strconv.Itoa(r.Status) + " " + code
	}
	return network.Judge("the server", refusals, r, code, message)
}

// read asks for a path and decodes the answer. A refused question is no refused post.
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

// readSite asks a server what it is, and whose the token is.
func readSite(ctx context.Context, c network.Calls, a network.Account) (site, error) {
	var s site
	if err := read(ctx, c, "site", get(a, pathSite, nil), "itself", &s); err != nil {
		return site{}, err
	}
	if s.Version == "" {
		return site{}, unreadable("itself")
	}
	return s, nil
}

// Limits implements network.Limiter. What a server tells is its version, which says how it is spoken
// to; the rest is in Lemmy's code.
func (Network) Limits(ctx context.Context, c network.Calls, a network.Account) (network.Limits, error) {
	s, err := readSite(ctx, c, a)
	if err != nil {
		return network.Limits{}, err
	}
	return limitsOf(s), nil
}

func limitsOf(s site) network.Limits {
	l := stock()
	l.Software = "Lemmy " + network.Printable(s.Version)
	return l
}

// release returns the first two numbers of a version, "0.19.11-beta.1" as 0 and 19.
func release(version string) (major, minor int) {
	parts := strings.SplitN(version+"..", ".", 3)
	return int(numberOf(parts[0])), int(numberOf(parts[1]))
}

// modern reports whether a channel's server is of the second generation, 1.0.
func modern(a network.Account) bool {
	if a.Limits == nil {
		return false
	}
	major, _ := release(strings.TrimPrefix(a.Limits.Software, "Lemmy "))
	return major > 0
}

// Verify asks who the token belongs to. Lemmy takes one that does not count as if there were none.
func (Network) Verify(ctx context.Context, c network.Calls, a network.Account) (network.Account, error) {
	at, err := placeOf(a)
	if err != nil {
		return a, err
	}
	s, err := readSite(ctx, c, a)
	switch {
	case err != nil:
		return a, err
	case s.Me == nil:
		return a, &network.Error{Kind: network.Reauth, Message: "the server does not take the token any more"}
	case s.Me.View.Person.ID != at.person:
		return a, &network.Error{Kind: network.Reauth, Message: "the token belongs to another account"}
	}
	return a, nil
}

// Delete removes a post; one that is gone already is success. 0.19 refuses to delete twice with a code
// that means anything (couldnt_update_post), so there the post itself is asked.
func (Network) Delete(ctx context.Context, c network.Calls, a network.Account, r network.Receipt) error {
	id := numberOf(r.RemoteID)
	if id == 0 {
		return &network.Error{Kind: network.Ambiguous, Message: "this post's id cannot be read"}
	}
	method, path := "POST", pathDelete
	if modern(a) {
		method, path = "DELETE", pathDelete4
	}
	request, err := send(a, method, path, deletion{PostID: id, Deleted: true})
	if err != nil {
		return err
	}
	reply, err := c.Prepare(ctx, "delete "+id.String(), request)
	switch {
	case err != nil:
		return asError(err)
	case gone(reply, id):
		return nil
	case reply.OK():
		return unreadable("the deleted post")
	case problemOf(reply) != "couldnt_update_post":
		return judge(reply)
	}
	look, err := c.Read(ctx, "deleted", get(a, pathPost, url.Values{"id": {id.String()}}))
	if err != nil {
		return asError(err)
	}
	if gone(look, id) {
		return nil
	}
	return judge(reply)
}

// gone reports whether an answer says that a post is deleted, or that there is none.
func gone(r network.Reply, id number) bool {
	if r.Status == 200 {
		var there postResponse
		return json.Unmarshal(r.Body, &there) == nil && there.View.Post.ID == id && there.View.Post.Deleted
	}
	code := problemOf(r)
	return r.Status == 404 && code == "not_found" || (r.Status == 400 || r.Status == 404) && code == "couldnt_find_post"
}
