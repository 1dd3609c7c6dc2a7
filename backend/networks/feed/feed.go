// Package feed publishes into a folder on this machine: as RSS 2.0, Atom and JSON Feed 1.1, and
// as a small static site with the pictures. It needs no account and no network connection, and
// every workspace has one, so that a post always has somewhere to go.
//
// It is a network like any other and does no I/O: it reads and writes through file: requests.
// The folder looks like this:
//
//	feed.json                 the record that counts: the latest 50 posts (JSON Feed 1.1)
//	rss.xml  atom.xml         the same posts for other readers
//	index.html                the same posts for people
//	pages/<n>.html, .json     every post, at most 50 to a page, page 1 the oldest
//	posts/<id>.html, .json    one post each, at an address that stays
//	media/<id>/               its pictures and videos
//
// A post is one set of files of which feed.json comes last, on the condition that it is still
// what was read: the post is live when feed.json is in place and not before. Everything else is
// derived from feed.json and the plan alone, dates from the plan, so the same plan on the same
// state writes the same bytes. A publish reads one file and writes a bounded number, however
// long the history is.
//
// Posts have the ids urn:uuid:<delivery>. Links lead to the folder on this machine until the
// account's option "site_url" says where the folder is served; the folder's own address comes
// with every answer of the carrier (Content-Location), so it need not be configured. Pages of
// the site link relatively and work in both places. Setting the option later changes the links
// of the latest 50 posts with the next post; ids never change.
package feed

import (
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/measure"
)

//go:embed icon.svg
var icon []byte

// SiteURL is the key of the account option that holds the public address of the folder.
const SiteURL = "site_url"

// source of the facts below; the limits are Postbag's own.
const source = "package filecall, 2026-11-22"

// refusals: a folder that changed since it was read is written anew from its new state; all
// of these are said before anything is written.
var refusals = []network.Refusal{
	{Status: 400, Kind: network.Rejected, Source: source},
	{Status: 405, Kind: network.Rejected, Source: source},
	{Status: 409, Kind: network.Rejected, Source: source},
	{Status: 412, Kind: network.Throttled, Source: source},
}

// Network is the local feed. It has no state.
type Network struct{}

// New returns the local feed.
func New() Network { return Network{} }

var (
	_ network.Editor  = Network{}
	_ network.Network = Network{}
	_ network.Finder  = Network{}
	_ network.Deleter = Network{}
)

// Describe returns the facts.
func (Network) Describe() network.Descriptor {
	return network.Descriptor{
		ID:    "feed",
		Name:  "Local feed",
		Icon:  icon,
		About: "Writes a small web site with RSS, Atom and JSON feeds into a folder on this computer. It needs no account.",
		Local: true,
		Limits: network.Limits{
			Text: network.TextLimit{Max: 10_000, Unit: network.UnitGraphemes, MaxBytes: 60_000, Required: true},
			Media: network.MediaLimit{
				Max: 10, Videos: 10, Mixed: true,
				Types: []string{"image/jpeg", "image/png", "image/webp", "image/gif", "image/avif", "video/mp4", "video/webm"},
			},
			Alt:     network.AltLimit{Max: 1500, Unit: network.UnitGraphemes},
			Warning: network.WarnText,
			Parts:   25,
		},
		Measure:   func(_ network.Limits, text string) int { return measure.Graphemes(text) },
		Preview:   "article",
		Reconcile: network.Reconcile{Shape: network.ShapeRecord},
		Thread:    network.ThreadAtomic,
		Edit:      network.EditRule{Fields: []network.EditField{network.EditText, network.EditAlt}, Source: "our own: the pages are written anew from what the feed keeps of each post, 2026-11"},
		Classify:  classify,
		Refusals:  refusals,
		Facts:     facts(),
		Examples: []network.Example{
			{Text: "e\u0301", Count: 1, Source: "Unicode UAX #29, 2025-08-17: a letter and its combining mark are one character"},
		},
	}
}

// Connect asks for a title, and where the folder is served if it is.
func (Network) Connect(_ context.Context, _ network.Calls, answers network.Step) (network.Step, error) {
	ask := network.Step{Name: "title", Ask: []network.Question{
		{Key: "title", Label: "Title", Help: "What readers see as the name of the feed.", Default: "My posts"},
		{Key: SiteURL, Label: "Public address", Help: "Where you serve the folder, if you do: https://example.org/posts/", Optional: true},
	}}
	if answers.Name != ask.Name {
		return ask, nil
	}
	title := network.Printable(answers.Answers["title"])
	if title == "" || measure.Graphemes(title) > 100 {
		return ask.Because(network.ReasonMalformed, "title", "Please give a title of 1 to 100 characters."), nil
	}
	a := network.Account{RemoteID: "feed-" + hash(title)[:16], Handle: title, Name: title}
	if site := strings.TrimSpace(answers.Answers[SiteURL]); site != "" {
		if _, ok := publicBase(site); !ok {
			return ask.Because(network.ReasonMalformed, SiteURL, "The public address must begin with https:// or http:// and have no question mark in it."), nil
		}
		a.Options = map[string]string{SiteURL: site}
	}
	return network.Step{Name: "done", Account: &a}, nil
}

// Publish adds the plan to the feed as one post, its parts as sections. What is in the feed
// already is left as it is.
func (n Network) Publish(ctx context.Context, c network.Calls, a network.Account, p network.Plan) (network.Receipt, error) {
	if err := n.Describe().Refuse(a, p); err != nil {
		return network.Receipt{}, err
	}
	if len(p.Done) > 0 {
		return p.Done[0], nil
	}
	added := itemOf(p)
	if added.largest() > maxItem {
		return network.Receipt{}, network.Reject(network.IssueTooLong, "all parts together are too long for one post of a feed")
	}
	f, err := load(ctx, c, a)
	if err != nil {
		return network.Receipt{}, err
	}
	live, err := f.has(ctx, c, added.ID)
	if err != nil {
		return network.Receipt{}, err
	}
	if live {
		return f.receipt(added), nil
	}
	f.add(added)
	files, err := f.publication(p)
	if err != nil {
		return network.Receipt{}, &network.Error{Kind: network.Rejected, Message: "the post cannot be written as a page", Err: err}
	}
	reply, err := c.Publish(ctx, "post 1", f.put(files))
	if err != nil {
		return network.Receipt{}, err
	}
	if _, err := classify("post 1", reply); err != nil {
		return network.Receipt{}, err
	}
	return f.receipt(added), nil
}

// Find reads the feed: the post is in it, or it is not.
func (Network) Find(ctx context.Context, c network.Calls, a network.Account, p network.Plan) (network.Receipt, bool, error) {
	f, err := load(ctx, c, a)
	if err != nil {
		return network.Receipt{}, false, err
	}
	wanted := item{ID: idOf(p.Delivery)}
	found, err := f.has(ctx, c, wanted.ID)
	if err != nil || !found {
		return network.Receipt{}, false, err
	}
	return f.receipt(wanted), true, nil
}

// Delete takes a post out of the feed, then removes its page and its pictures. Each step can
// be done twice without harm, so none is a publishing one.
func (Network) Delete(ctx context.Context, c network.Calls, a network.Account, r network.Receipt) error {
	f, err := load(ctx, c, a)
	if err != nil {
		return err
	}
	gone, err := f.record(ctx, c, r.RemoteID)
	if err != nil || gone == nil {
		return err
	}
	files, err := f.withdrawal(ctx, c, *gone)
	if err != nil {
		return err
	}
	if files != nil {
		reply, err := c.Prepare(ctx, "take out of the feed", f.put(files))
		if err != nil {
			return err
		}
		if err := judge(reply); err != nil {
			return err
		}
	}
	for _, path := range gone.paths() { // the record is the last: until then all can be done again
		reply, err := c.Prepare(ctx, "remove "+path, f.request("DELETE", path))
		if err != nil {
			return err
		}
		if reply.Status != 404 {
			if err := judge(reply); err != nil {
				return err
			}
		}
	}
	return nil
}

// load reads feed.json and learns where the folder is.
func load(ctx context.Context, c network.Calls, a network.Account) (*feed, error) {
	f := &feed{account: a, doc: document{Postbag: state{Format: format, Page: 1}}}
	reply, err := c.Read(ctx, "feed", f.request("GET", feedFile))
	if err != nil {
		return nil, err
	}
	base, ok := strings.CutSuffix(reply.Header["Content-Location"], feedFile)
	if (reply.Status != 200 && reply.Status != 404) || !ok || !strings.HasPrefix(base, "file:///") {
		return nil, &network.Error{Kind: network.Ambiguous, Message: fmt.Sprintf("the folder of the feed answered %d", reply.Status)}
	}
	f.base = base
	if public, ok := publicBase(a.Options[SiteURL]); ok {
		f.base = public
	}
	if reply.Status == 404 {
		return f, nil
	}
	f.etag = reply.Header["Etag"]
	if f.doc, err = decode(reply.Body); err != nil || f.etag == "" {
		return nil, &network.Error{
			Kind: network.Rejected, Code: "feed_damaged", Err: err,
			Message: "feed.json in the folder of the feed cannot be read; put back a copy, or move it away to begin a new feed",
		}
	}
	return f, nil
}

// judge is Classify for what is not a post.
func judge(r network.Reply) error { return network.Judge("The folder", refusals, r, "", "") }

var pagePath = regexp.MustCompile(`^posts/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.html$`)

// classify reads what the carrier says it wrote: a post's own page and, last, feed.json.
func classify(_ string, r network.Reply) (network.Receipt, error) {
	if err := judge(r); err != nil {
		return network.Receipt{}, err
	}
	written := writtenOf(r)
	if len(written) > 0 && written[len(written)-1] == feedFile {
		for _, path := range written {
			if m := pagePath.FindStringSubmatch(path); m != nil {
				return network.Receipt{RemoteID: "urn:uuid:" + m[1], URL: r.Header["Content-Location"] + path}, nil
			}
		}
	}
	return network.Receipt{}, &network.Error{Kind: network.Ambiguous, Message: "the folder did not say that it wrote the post"}
}

// publicBase normalises the address a folder is served at: with a slash at its end.
func publicBase(site string) (string, bool) {
	u, err := url.Parse(strings.TrimSpace(site))
	if err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" || u.User != nil {
		return "", false
	}
	return strings.TrimSuffix(u.String(), "/") + "/", true
}

var uuid = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

// idOf is the stable id of a delivery's post.
func idOf(delivery string) string { return "urn:uuid:" + uuidOf(delivery) }

// uuidOf is s if it is a UUID, else one made from it (RFC 9562, 5.8: version 8).
func uuidOf(s string) string {
	if uuid.MatchString(s) {
		return s
	}
	h := hash(s)
	return h[:8] + "-" + h[8:12] + "-8" + h[13:16] + "-8" + h[17:20] + "-" + h[20:32]
}

func hash(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

// stamp is a time as JSON Feed and Atom write it (RFC 3339, seconds, UTC).
func stamp(t time.Time) string { return t.UTC().Truncate(time.Second).Format(time.RFC3339) }
