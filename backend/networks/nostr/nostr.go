// Package nostr publishes notes to relays, signed with the person's own key.
//
// There is no account anywhere: whoever has the key is the author, and a note is an event whose id is
// the SHA-256 of what it says (NIP-01). Everything of a note comes from the plan: its time is when the
// post was due, its text and tags are the plan's, and the signature draws nothing. So the same plan is
// the same event with the same id, however often it is made, and a relay that has it already says so.
// That makes repeating a lost request safe (shape K), and looking for it exact.
//
// The key stays in the account's secret. What leaves is signatures, in events and in the Authorization
// header of a media server; requests and the journal know nothing of it.
//
// One request goes to all relays of an account at once. The note is published as soon as one relay has
// accepted it. It is proved not to be when every relay that got it refused it in documented words.
//
// Pictures and videos go to a Blossom server first (NIP-B7), whose address for each stands at the end of
// the text, with an imeta tag that describes it (NIP-92). A server's address of a file cannot be known
// before, so Find takes the addresses out of a note it meets, makes the note of the plan with them, and
// compares the ids.
package nostr

import (
	"cmp"
	_ "embed" // the icon
	"fmt"
	"strconv"
	"strings"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/measure"
)

// icon is three relays around a person, drawn for Postbag.
//
//go:embed icon.svg
var icon []byte

const (
	docOK    = "NIP-01, \"From relay to client\", OK, nostr-protocol/nips@db5fe3d, 2026-07-22"
	docAuth  = "NIP-42, \"OK and CLOSED machine-readable prefixes\", nostr-protocol/nips@db5fe3d, 2026-07-22"
	docLimit = "NIP-11, \"Server Limitations\", nostr-protocol/nips@db5fe3d, 2026-07-22"
)

// refusals is the documented table. A relay says no with a word of its own and no status; each has the
// status that HTTP has for it. An answer of "false" says that the event was not accepted (docOK). The
// words that are no proof are in the table as what they are: "duplicate" says that it is there already,
// "error" that something failed on the way.
var refusals = []network.Refusal{
	{Status: 400, Code: "invalid", Kind: network.Rejected, Source: docOK},
	{Status: 400, Code: "pow", Kind: network.Rejected, Source: docOK},
	{Status: 403, Code: "blocked", Kind: network.Rejected, Source: docOK},
	{Status: 403, Code: "restricted", Kind: network.Rejected, Source: docOK},
	{Status: 403, Code: "auth-required", Kind: network.Rejected, Source: docAuth},
	{Status: 429, Code: "rate-limited", Kind: network.Throttled, Source: docOK},
	{Status: 409, Code: "duplicate", Kind: network.Ambiguous, Source: docOK},
	{Status: 409, Code: "error", Kind: network.Ambiguous, Source: docOK},
}

const (
	// mostBytes keeps a note below 64 KiB, the smallest message that relays commonly take, with all
	// characters escaped or with ten long descriptions.
	mostBytes = 30_000
	mostMedia = 10
	mostAlt   = 1000
	mostParts = 25
)

// Network is Nostr. It has no state.
type Network struct{}

// New returns the network.
func New() Network { return Network{} }

var (
	_ network.Network  = Network{}
	_ network.Finder   = Network{}
	_ network.Deleter  = Network{}
	_ network.Limiter  = Network{}
	_ network.Verifier = Network{}
	_ network.Linker   = Network{}
	_ network.Profiler = Network{}
)

// Describe returns the facts.
func (Network) Describe() network.Descriptor {
	return network.Descriptor{
		ID:     "nostr",
		Name:   "Nostr",
		Icon:   icon,
		Colour: "#8A30D8",
		About:  "Notes signed with your own key, sent to the relays you choose.",
		Server: true,
		Limits: stock(),
		Measure: func(_ network.Limits, text string) int {
			return measure.CodePoints(text)
		},
		Also:       also,
		LinkInText: true,
		Preview:    "short",
		// An id never changes what it means. A relay can refuse a note that is far in the past (docLimit,
		// created_at_lower_limit), which an old one meets and a new one does not: a day.
		Reconcile:   network.Reconcile{Shape: network.ShapeKey, KeyLife: 24 * time.Hour, Quarantine: 90 * time.Second},
		Thread:      network.ThreadChain,
		Edit:        network.EditRule{Never: true, Source: "NIP-01, 2026-11: an event's id is the hash of its content, and a note (kind 1) is not replaceable"},
		PrepareLife: 24 * time.Hour, // of a file on a media server; no document gives it an end
		Classify:    classify,
		Refusals:    refusals,
		Facts:       facts(),
		Examples: []network.Example{
			{Text: "hello", Count: 5, Source: docLimit + ": a count of unicode characters"},
			{Text: "👩‍👩‍👧‍👦", Count: 7, Source: docLimit},
		},
	}
}

// stock returns what holds where relays say nothing of themselves. Nostr has no limits of its own.
func stock() network.Limits {
	return network.Limits{
		Text: network.TextLimit{Unit: network.UnitNone, MaxBytes: mostBytes, Required: true},
		Media: network.MediaLimit{
			Max: mostMedia, Videos: mostMedia, Mixed: true,
			Types: []string{"image/jpeg", "image/png", "image/webp", "image/gif", "image/avif", "video/mp4", "video/webm", "video/quicktime"},
		},
		Alt:     network.AltLimit{Max: mostAlt, Unit: network.UnitCodePoints},
		Warning: network.WarnText, // NIP-36
		Parts:   mostParts,
	}
}

// also finds characters that relays do not agree about: NIP-01 writes them as they are where an id is
// made, and JSON cannot hold them so. A note with one has two ids.
//
// It also finds a description or a warning that is longer than a tag may be at some relays: 1,024 of
// UTF-16 (@nostr-relay/validator 0.0.40, maxTagValueLength, read 2026-11), which emoji reach earlier.
//
// And it finds a note whose words together, descriptions included, are too long for a message: the limit
// of the text leaves as much room again for them.
func also(l network.Limits, p network.Plan) (issues []network.Issue) {
	odd := func(s string) bool {
		return strings.ContainsFunc(s, func(r rune) bool { return r < ' ' && !strings.ContainsRune("\n\r\t\b\f", r) })
	}
	for i, part := range p.Parts {
		words := len(part.Text) + len(p.Warning)
		for _, m := range part.Media {
			words += len(m.Alt)
		}
		if most := 2 * l.Text.MaxBytes; most > 0 && words > most && len(part.Text) <= l.Text.MaxBytes {
			issues = append(issues, network.Issue{
				Code: network.IssueTooLong, Field: "text", Part: i, Media: -1, OverflowAt: -1,
				Message: fmt.Sprintf("%d bytes over: text and descriptions have %d bytes together", words-most, most),
				Values: map[string]string{
					"length": strconv.Itoa(words), "limit": strconv.Itoa(most), "over": strconv.Itoa(words - most), "unit": "bytes",
				},
			})
		}
		if odd(part.Text) {
			issues = append(issues, network.Issue{
				Code: network.IssueBadText, Field: "text", Part: i, Media: -1, OverflowAt: -1,
				Message: "the text has control characters, which no note can hold",
			})
		}
		for j, m := range part.Media {
			if n := measure.UTF16(m.Alt); n > mostAlt && measure.CodePoints(m.Alt) <= mostAlt {
				issues = append(issues, tooLong(network.IssueAltTooLong, "alt", i, j, n))
			}
			if odd(m.Alt) {
				issues = append(issues, network.Issue{
					Code: network.IssueBadText, Field: "alt", Part: i, Media: j, OverflowAt: -1,
					Message: "the description has control characters, which no note can hold",
				})
			}
		}
	}
	if n := measure.UTF16(p.Warning); n > mostAlt {
		issues = append(issues, tooLong(network.IssueTooLong, "warning", 0, -1, n))
	}
	if odd(p.Warning) {
		issues = append(issues, network.Issue{
			Code: network.IssueBadText, Field: "warning", Part: 0, Media: -1, OverflowAt: -1,
			Message: "the content warning has control characters, which no note can hold",
		})
	}
	return issues
}

// tooLong is the issue of words that do not fit into a tag.
func tooLong(code, field string, part, media, n int) network.Issue {
	return network.Issue{
		Code: code, Field: field, Part: part, Media: media, OverflowAt: -1,
		Message: fmt.Sprintf("%d over: a tag holds %d characters here, emoji count twice", n-mostAlt, mostAlt),
		Values: map[string]string{
			"length": strconv.Itoa(n), "limit": strconv.Itoa(mostAlt), "over": strconv.Itoa(n - mostAlt), "unit": "characters",
		},
	}
}

// classify judges what relays answered to a note. One that accepted it makes it live. It is not live for
// certain if all that got it refused it in words of the table; those that were not reached got nothing.
func classify(_ string, r network.Reply) (network.Receipt, error) {
	if r.Status != answered {
		if r.OK() {
			return network.Receipt{}, &network.Error{Kind: network.Ambiguous, Message: "the relays answered in a way that is not documented"}
		}
		return network.Receipt{}, network.Judge("the relay", refusals, r, "", "")
	}
	list := read(r)
	var first *network.Error
	var words []string
	away := false
	for _, s := range list {
		id, accepted, prefix, why, ok := s.verdict()
		switch {
		case ok && accepted:
			return receiptOf(id, s.URL), nil
		case ok:
			e := &network.Error{Kind: network.Ambiguous, Code: network.Printable(prefix)}
			for _, row := range refusals {
				if row.Code == prefix {
					e.Kind = row.Kind
				}
			}
			words = append(words, host(s.URL)+": "+cmp.Or(strings.Trim(prefix+": "+why, ": "), "refused"))
			first = weaker(first, e)
		case s.Sent || s.Status == answered:
			words = append(words, host(s.URL)+": no certain answer")
			first = weaker(first, &network.Error{Kind: network.Ambiguous})
		default:
			words = append(words, host(s.URL)+": not reached")
			away = true
		}
	}
	if first == nil {
		return network.Receipt{}, &network.Error{Kind: network.Ambiguous, Message: "the answer is none of relays"}
	}
	if away && first.Kind == network.Rejected {
		first.Kind = network.Throttled // another relay may take it, once it is there
	}
	first.Message = network.Printable("no relay has accepted it; " + strings.Join(words, "; "))
	return network.Receipt{}, first
}

// weaker returns which of two answers proves less: doubt before a wait, a wait before a refusal.
func weaker(a, b *network.Error) *network.Error {
	rank := map[network.Kind]int{network.Ambiguous: 0, network.Throttled: 1, network.Rejected: 2}
	if a == nil || rank[b.Kind] < rank[a.Kind] {
		return b
	}
	return a
}

// receiptOf names a note, and where people read it.
func receiptOf(id, relay string) network.Receipt {
	return network.Receipt{RemoteID: id, URL: gateway + nevent(id, relay)}
}

// stepName is stable for ever.
func stepName(part int) string { return fmt.Sprintf("post %d", part+1) }
