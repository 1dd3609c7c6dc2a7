package misskey

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"postbag/backend/network"
)

const (
	pageSize = 50              // of the 100 that the API gives: long notes with their authors and files make long pages
	maxPages = 20              // as far as a search goes before it gives up without an answer
	skew     = 2 * time.Minute // how far a server's clock may be behind ours
)

// Find looks among the account's own notes for the part in doubt. A note is it if it was made after
// the plan's time, answers the same note, and has the same text, warning, poll and number of files. Of
// several nothing tells them apart, so none is. Absent is said only after reading every note from that
// time on.
func (Network) Find(ctx context.Context, c network.Calls, a network.Account, p network.Plan) (network.Receipt, bool, error) {
	var found []network.Receipt
	near := false
	complete, err := eachNote(ctx, c, a, p, p.CreatedAt.Add(-skew), func(n note) {
		switch compare(p, n) {
		case exactly:
			found = append(found, network.Receipt{RemoteID: n.ID, URL: address(hostOf(a), n.ID)})
		case nearly:
			near = true
		case another:
		}
	})
	switch {
	case err != nil:
		return network.Receipt{}, false, err
	case len(found) > 1:
		return network.Receipt{}, false, &network.Error{Kind: network.Ambiguous, Message: fmt.Sprintf("%d notes look exactly like it", len(found))}
	case !complete:
		return network.Receipt{}, false, &network.Error{Kind: network.Ambiguous, Message: "there are too many newer notes to look through"}
	case len(found) == 1:
		return found[0], true, nil
	case near:
		return network.Receipt{}, false, &network.Error{Kind: network.Ambiguous, Message: "a note looks like it, as a server changes the words of a cat"}
	}
	return network.Receipt{}, false, nil
}

// List reads the account's own notes as the queue compares them. A note of the very words whose
// warning, poll or renote is another may be looked at by a person, and is never taken.
func (Network) List(ctx context.Context, c network.Calls, a network.Account, p network.Plan, since time.Time) (network.Listing, error) {
	var list network.Listing
	complete, err := eachNote(ctx, c, a, p, since, func(n note) {
		seen := network.Seen{
			Receipt: network.Receipt{RemoteID: n.ID, URL: address(hostOf(a), n.ID)},
			Text:    n.Text, Media: len(n.FileIDs), At: n.made(), Parent: n.ReplyID,
		}
		part := p.Parts[len(p.Done)]
		switch sort := compare(p, n); {
		case sort == exactly:
			seen.Text = part.Text // a link card's link is in the note's text
		case sort == nearly, fold(n.Text) == fold(p.TextWithLink(len(p.Done))):
			seen.Text, seen.Receipt.RemoteID = part.Text, ""
		}
		list.Posts = append(list.Posts, seen)
	})
	slices.Reverse(list.Posts)
	list.Complete = complete
	return list, err
}

// eachNote shows the account's own notes from since on, oldest first. It reports whether it came to
// the end.
//
// Only since is said, never until: then a server reads its database, and not the lists in memory that
// since 2023.10 can be short of a note (misskey-dev/misskey, FanoutTimelineEndpointService.ts, read
// 2026-11). A page can be shorter than it was asked to be, so the end is an empty one.
func eachNote(ctx context.Context, c network.Calls, a network.Account, p network.Plan, since time.Time, show func(note)) (complete bool, err error) {
	own := userID(a)
	if len(p.Done) >= len(p.Parts) || !validID(own) {
		return false, &network.Error{Kind: network.Ambiguous, Message: "no part of this post is in doubt"}
	}
	since = since.Truncate(time.Millisecond)
	ask := ownNotes{UserID: own, Limit: pageSize, WithReplies: true, IncludeReplies: true, SinceDate: since.UnixMilli()}
	known := map[string]bool{}
	latest := since
	for page := 1; page <= maxPages; page++ {
		var list []note
		if err := read(ctx, c, fmt.Sprintf("find %d", page), a, "users/notes", ask, &list); err != nil {
			return false, unproved(err)
		}
		if list == nil {
			return false, unreadable("the account's notes")
		}
		if len(list) == 0 {
			return true, nil
		}
		for _, n := range list {
			made := n.made()
			// What is out of order, older than was asked for, or somebody else's: the server did not read the question.
			if !validID(n.ID) || known[n.ID] || n.UserID != own || made.Before(latest) {
				return false, unreadable("the account's notes")
			}
			known[n.ID], latest = true, made
			show(n)
		}
		ask.SinceDate, ask.SinceID = 0, list[len(list)-1].ID
	}
	return false, nil
}

// unproved keeps a refused look-up from reading as a refused note.
func unproved(err error) error {
	if e, ok := err.(*network.Error); ok && e.Kind == network.Rejected { //nolint:errorlint // made by judge, never wrapped
		e.Kind = network.Ambiguous
	}
	return err
}

// likeness says how much a note is like what was sent.
type likeness int

const (
	another likeness = iota
	nearly
	exactly
)

// compare holds a note against the part in doubt.
func compare(p network.Plan, n note) likeness {
	i := len(p.Done)
	parent := ""
	if i > 0 {
		parent = p.Done[i-1].RemoteID
	}
	if n.RenoteID != "" || n.ReplyID != parent || len(n.FileIDs) != len(p.Parts[i].Media) ||
		(n.Poll != nil) != (p.Poll != nil && i == 0) || fold(n.CW) != fold(p.Warning) {
		return another
	}
	want := p.TextWithLink(i)
	switch {
	case fold(n.Text) == fold(want):
		return exactly
	case n.User.IsCat && purr(n.Text) == purr(want):
		return nearly
	}
	return another
}

// fold leaves of a text what no server changes: no white space, composed characters.
func fold(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.IsControl(r) {
			return -1
		}
		return r
	}, norm.NFC.String(text))
}

// purr leaves of a text what stays the same when a server makes a cat's words of it, as versions
// before 2023.11 do with the notes of accounts that say they are cats (misskey-dev/misskey,
// misc/nyaize.ts): "na" becomes "nya", "morning" "mornyan", な にゃ, and endings in Korean change.
func purr(text string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune("nyaigoe", unicode.ToLower(r)) || strings.ContainsRune("なにゃナニャﾅﾆｬ", r) || unicode.Is(unicode.Hangul, r) {
			return -1
		}
		return r
	}, fold(text))
}
