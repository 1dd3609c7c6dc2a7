package googlebusiness

import (
	"context"
	"net/url"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"postbag/backend/network"
)

const (
	pageSize = "100" // the most that the API gives (docPost, list)
	maxPages = 8     // as far as a search goes before it ends without an answer
)

// List reads the posts of the location back to since. No document says in which order they come, so that
// the list is complete only if all of them were read. The post of the plan's very text and button is listed
// with the text that was sent; one that differs in its button, or that Google rejected, is shown to a person
// and never taken.
func (Network) List(ctx context.Context, c network.Calls, a network.Account, p network.Plan, since time.Time) (network.Listing, error) {
	at, err := placeOf(a)
	if err != nil {
		return network.Listing{}, unproved(err)
	}
	if len(p.Done) > 0 || len(p.Parts) == 0 {
		return network.Listing{}, &network.Error{Kind: network.Ambiguous, Message: "no part of this post is in doubt"}
	}
	posts, complete, err := paged[localPost](ctx, c, a, "find", hostsOf(a).posts, "/v4/"+at.path()+"/localPosts", "localPosts", url.Values{"pageSize": {pageSize}}, maxPages)
	if err != nil {
		return network.Listing{}, err
	}
	list := network.Listing{Complete: complete}
	for _, it := range posts {
		in, id, ok := nameOf(it.Name)
		made, err := time.Parse(time.RFC3339Nano, it.Created)
		if !ok || in.location != at.location || err != nil {
			return network.Listing{}, unreadable("the posts")
		}
		if !made.Before(since) {
			list.Posts = append(list.Posts, look(p, it, id, made.UTC()))
		}
	}
	return list, nil
}

// look compares a post with the plan's.
func look(p network.Plan, it localPost, id string, made time.Time) network.Seen {
	s := network.Seen{Receipt: receipt(id, it.Search), Text: it.Summary, Media: len(it.Media), At: made}
	if fold(it.Summary) != fold(textOf(p)) {
		return s
	}
	shown := it.State == stateLive || it.State == stateProcessing
	if !shown || it.Topic != topicOf(p) || len(it.Media) != len(p.Parts[0].Media) || !sameButton(it.Button, buttonOf(p)) || !sameOccasion(it, p) {
		s.Receipt.RemoteID = "" // the same words as something else: a person may look, and it is never taken
	}
	s.Text, s.Media = p.Parts[0].Text, len(p.Parts[0].Media)
	return s
}

// sameOccasion compares the title and the days of an event or an offer, and the code of an offer.
func sameOccasion(it localPost, p network.Plan) bool {
	want := eventOf(p)
	if want == nil || it.Event == nil {
		return want == nil && it.Event == nil
	}
	if fold(it.Event.Title) != fold(want.Title) || it.Event.Schedule.StartDate != want.Schedule.StartDate || it.Event.Schedule.EndDate != want.Schedule.EndDate {
		return false
	}
	o := offerOf(p)
	return o == nil || it.Offer != nil && it.Offer.Coupon == o.Coupon
}

// sameButton compares two buttons but for a last slash of where they lead.
func sameButton(a, b *action) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Type == b.Type && strings.TrimSuffix(a.URL, "/") == strings.TrimSuffix(b.URL, "/")
}

// fold leaves of a text what a server does not change: no white space, composed characters.
func fold(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.IsControl(r) {
			return -1
		}
		return r
	}, norm.NFC.String(text))
}
