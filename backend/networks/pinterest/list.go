package pinterest

import (
	"context"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"postbag/backend/network"
)

// maxPages is how much of a board is read before a search ends without an answer.
const maxPages = 8

// list is the path of the pins of a place.
func (p place) list() string {
	path := "/boards/" + p.board
	if p.section != "" {
		path += "/sections/" + p.section
	}
	return path + "/pins"
}

// List reads the pins of the board back to since. No document says in which order they come, so that the
// list is complete only if all of the board was read. The pin of the plan's very title, description and
// link is listed with the text that was sent; one of the same description alone is shown to a person and
// never taken.
func (Network) List(ctx context.Context, c network.Calls, a network.Account, p network.Plan, since time.Time) (network.Listing, error) {
	at, ok := placeOf(a)
	if !ok || len(p.Done) > 0 || len(p.Parts) == 0 {
		return network.Listing{}, &network.Error{Kind: network.Ambiguous, Message: "no part of this post is in doubt"}
	}
	pins, complete, err := all[pin](ctx, c, a, "find", at.list(), "the board's pins", maxPages)
	if err != nil {
		return network.Listing{}, unproved(err)
	}
	list := network.Listing{Complete: complete}
	for _, it := range pins {
		if !validID(it.ID) || it.Board != "" && it.Board != at.board {
			return network.Listing{}, unreadable("the board's pins")
		}
		if made := it.made(); it.Owner != nil && !*it.Owner || !made.IsZero() && made.Before(since) {
			continue // somebody else's on a board of several people, or older
		}
		list.Posts = append(list.Posts, look(p, it))
	}
	return list, nil
}

// look compares a pin with the plan's.
func look(p network.Plan, it pin) network.Seen {
	s := network.Seen{Receipt: receipt(it.ID), Text: it.Description, Media: 1, At: it.made()}
	want := p.Parts[0]
	if fold(it.Description) != fold(want.Text) {
		return s
	}
	if fold(it.Title) == fold(titleOf(p)) && sameLink(it.Link, linkOf(p)) && (it.Media.Type == "" || it.Media.Type == showing(p)) {
		s.Text, s.Media = want.Text, len(want.Media)
		return s
	}
	s.Receipt.RemoteID = "" // another title, link or medium: a person may look, and it is never taken
	return s
}

// sameLink compares two addresses but for a last slash.
func sameLink(a, b string) bool { return strings.TrimSuffix(a, "/") == strings.TrimSuffix(b, "/") }

// fold leaves of a text what a server does not change: no white space, composed characters.
func fold(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.IsControl(r) {
			return -1
		}
		return r
	}, norm.NFC.String(text))
}

// unproved makes sure that a refused look-up is no refused pin.
func unproved(err error) error {
	if e, ok := err.(*network.Error); ok && e.Kind == network.Rejected { //nolint:errorlint // made by judge, never wrapped
		other := *e
		other.Kind = network.Ambiguous
		return &other
	}
	return err
}
