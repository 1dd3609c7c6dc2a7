package mastodon

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"postbag/backend/network"
)

// The kinds of server that differ in what no limit says, by the software's name as NodeInfo has it.
const (
	kindGoToSocial = "gotosocial"
	kindPixelfed   = "pixelfed"
	kindPleroma    = "pleroma" // and others that describe themselves as it does
	kindAkkoma     = "akkoma"
)

// mostPixelfedWarning is how long a content warning may be on Pixelfed, in code points (Pixelfed's controllers).
const mostPixelfedWarning = 140

// mostPixelfedAlt is how long a description may be on a Pixelfed that nobody has changed; it does not
// say so (pixelfed/pixelfed, config/pixelfed.php, max_altext_length, read 2026-11).
const mostPixelfedAlt = 1000

// kindOf returns the kind of the server that limits are of, "" for Mastodon and all others.
func kindOf(l network.Limits) string {
	name, _, _ := strings.Cut(strings.ToLower(l.Software), " ")
	if name == kindGoToSocial || name == kindPixelfed {
		return name
	}
	return ""
}

// asksFormat reports whether the server may read a text as something else than a text where it is not told:
// as the person has chosen for the account (GoToSocial's API description, status_content_type,
// 2025-10-03; glitch-soc's documentation, "Rich text", which says its name in the version).
func asksFormat(l network.Limits) bool {
	return kindOf(l) == kindGoToSocial || strings.Contains(l.Software, "+glitch")
}

// unnamed reports whether the server does not say what it is: NodeInfo is silent, and the version is but a number.
func unnamed(l network.Limits) bool {
	return l.Software == "" || l.Software[0] >= '0' && l.Software[0] <= '9'
}

// sendsKey reports whether the server gets a key with a post. One that says nothing of itself does, although
// it is not relied on: a copy that the server recognises is one more that cannot appear. Servers of another
// name get none: what some do with a key makes things worse (otherThan).
func sendsKey(l network.Limits) bool {
	return l.Reconcile.Shape == network.ShapeKey || unnamed(l)
}

// The places for uploads. The second came with Mastodon 3.1.3 (documentation, methods/media, 2026-07-02).
const (
	uploadFirst  = "/api/v1/media"
	uploadSecond = "/api/v2/media"
)

// uploadPaths are where media may go, best first. GoToSocial and Pleroma have Mastodon's second place, too.
// Any other server is sure to have the first: some have no second, and Pixelfed's says "not ready" of every
// file and cannot always be asked again (Pixelfed's controllers). One that says nothing of itself, or no more
// than a version with both, is asked for both.
func uploadPaths(l network.Limits) []string {
	name, _, _ := strings.Cut(strings.ToLower(l.Software), " ")
	switch {
	case l.Reconcile.Shape == network.ShapeKey || slices.Contains([]string{kindGoToSocial, kindPleroma, kindAkkoma}, name):
		return []string{uploadSecond}
	case unnamed(l) && !before(l.Software, 3, 1, 3):
		return []string{uploadSecond, uploadFirst}
	}
	return []string{uploadFirst}
}

// before reports whether a version is older than another. One that cannot be read is not.
func before(version string, than ...int) bool {
	for i, part := range strings.SplitN(version, ".", len(than)) {
		digits := part[:len(part)-len(strings.TrimLeft(part, "0123456789"))]
		n, err := strconv.Atoi(digits)
		if err != nil || n != than[i] {
			return err == nil && n < than[i]
		}
	}
	return false
}

// Where NodeInfo 2.0 describes a server's software (NodeInfo protocol, 2.0).
const nodeInfoRel = "http://nodeinfo.diaspora.software/ns/schema/2."

// readSoftware asks NodeInfo for the server's software, in lower case, and its release. Both
// are "" where it does not say; then nothing is assumed in the server's favour.
func readSoftware(ctx context.Context, c network.Calls, open network.Account) (name, release string) {
	path := "/nodeinfo/2.0"
	var found struct {
		Links []struct {
			Rel  string `json:"rel"`
			Href string `json:"href"`
		} `json:"links"`
	}
	reply, err := c.Read(ctx, "nodeinfo links", get(open, "/.well-known/nodeinfo"))
	if err == nil && reply.Status == 200 && json.Unmarshal(reply.Body, &found) == nil {
		for _, l := range found.Links {
			// Only the path is taken: no other host is asked.
			if u, err := url.Parse(l.Href); err == nil && strings.HasPrefix(l.Rel, nodeInfoRel) && strings.HasPrefix(u.Path, "/") {
				path = u.EscapedPath()
				break
			}
		}
	}
	var info struct {
		Software struct {
			Name    string `json:"name"`
			Version string `json:"version"`
		} `json:"software"`
	}
	reply, err = c.Read(ctx, "nodeinfo", get(open, path))
	if err != nil || reply.Status != 200 || json.Unmarshal(reply.Body, &info) != nil {
		return "", ""
	}
	return strings.ToLower(network.Printable(info.Software.Name)), network.Printable(info.Software.Version)
}

// compatible is how servers that are not Mastodon say what they are in their version: "2.7.2
// (compatible; Pleroma 2.9.1)" (Pleroma's documentation).
const compatible = "(compatible; "

// named returns the software's name and release: NodeInfo's word, or what the version says.
func named(in instance, software, release string) (string, string) {
	if _, said, ok := strings.Cut(in.Version, compatible); ok && software == "" {
		name, number, _ := strings.Cut(strings.TrimSuffix(said, ")"), " ")
		return strings.ToLower(network.Printable(name)), network.Printable(number)
	}
	return software, release
}

// forks are builds of Mastodon's own code under another name: they keep keys as it does, and
// say so by giving the version of its API.
var forks = []string{"hometown", "glitchsoc", "glitch-soc", "kmyblue", "fedibird", "chuckya"}

// isMastodon reports whether the server runs Mastodon's code. Others may imitate its version.
func isMastodon(in instance, software string) bool {
	if strings.Contains(in.Version, "compatible") || in.Pleroma != nil {
		return false
	}
	return software == "mastodon" || slices.Contains(forks, software) && in.APIVersions["mastodon"] > 0
}

// otherThan turns the limits of a stock Mastodon with what the server said into those of another server.
//
// No other server is known to keep keys as Mastodon does, so a post in doubt is looked for. Two kinds
// have something of the name that is no help: Pixelfed remembers a key before it has looked at the post,
// and refuses it from then on; Pleroma repeats whatever it answered under a key for six hours, a refusal
// because of too many requests too (lib/pleroma/web/plugs/idempotency_plug.ex, read 2026-11). So none is
// sent to either (sendsKey).
func otherThan(l network.Limits, in instance, software string) network.Limits {
	// Code points are the strictest count in use, and links in full are right for GoToSocial and
	// Pixelfed, which report a price for them and do not charge it.
	l.Text.Unit, l.Text.URL = network.UnitCodePoints, 0
	l.Reconcile = lookUp
	switch {
	case software == kindGoToSocial:
		l.Media.Videos, l.Media.Mixed = l.Media.Max, true
		l.Visibilities = []string{"public", "unlisted", "private", "mutuals_only", "direct"}
	case software == kindPixelfed:
		l.Media.Needed, l.Media.Mixed = true, true
		l.Visibilities = []string{"public", "unlisted", "private"} // "direct" is refused
		l.Poll = nil                                               // it describes polls, and leaves them out of posts
		if in.Config.Media.Description == nil {
			l.Alt.Max = min(l.Alt.Max, mostPixelfedAlt)
		}
	case in.Pleroma != nil || software == kindPleroma || software == kindAkkoma:
		l.Media.Videos, l.Media.Mixed = l.Media.Max, true // it minds neither (Pleroma's documentation, "Attachment cap")
	}
	return l
}
