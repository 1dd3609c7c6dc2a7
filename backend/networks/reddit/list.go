package reddit

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"postbag/backend/network"
)

const (
	pageSize = 100 // the most that the API gives (reddit-archive/reddit, listings, 2017)
	maxPages = 10  // a list of Reddit ends after a thousand
)

// List reads the account's own posts back to since. The one of the plan's very community, kind, title, text
// and link is listed with the text that was sent; one that differs in one of them is shown to a person and
// never taken.
func (Network) List(ctx context.Context, c network.Calls, a network.Account, p network.Plan, since time.Time) (network.Listing, error) {
	at, err := placeOf(a)
	if err != nil {
		return network.Listing{}, unproved(err)
	}
	if len(p.Done) > 0 || len(p.Parts) == 0 {
		return network.Listing{}, &network.Error{Kind: network.Ambiguous, Message: "no part of this post is in doubt"}
	}
	who, err := self(ctx, c, a, at.user)
	if err != nil {
		return network.Listing{}, err
	}
	var list network.Listing
	query := url.Values{"sort": {"new"}, "limit": {strconv.Itoa(pageSize)}}
	for page := 1; page <= maxPages; page++ {
		posts, after, err := listed(ctx, c, fmt.Sprintf("find %d", page), get(a, "/user/"+who.Name+"/submitted", query))
		if err != nil {
			return network.Listing{}, err
		}
		for _, it := range posts {
			if it.made().IsZero() || it.AuthorID != "" && it.AuthorID != "t2_"+at.user {
				return network.Listing{}, unreadable("your posts")
			}
			if strings.EqualFold(it.Community, at.name) && !it.made().Before(since) {
				list.Posts = append(list.Posts, look(p, it))
			}
		}
		// A post that is pinned may go first however old it is, so that the last one tells.
		if after == "" || len(posts) > 0 && posts[len(posts)-1].made().Before(since) {
			list.Complete = true
			return list, nil
		}
		if after == query.Get("after") {
			return network.Listing{}, unreadable("your posts") // the same page for ever
		}
		query.Set("after", after)
	}
	return list, nil
}

// look compares a post with the plan's.
func look(p network.Plan, it seen) network.Seen {
	kind, pictures := kindOfSeen(it)
	s := network.Seen{Receipt: receipt(it.ID, it.Permalink), Text: it.Title, Media: pictures, At: it.made()}
	if it.Text != "" {
		s.Text += "\n\n" + it.Text
	}
	if fold(it.Title) != fold(title(p)) {
		return s
	}
	want := p.Parts[0]
	if fold(it.Text) != fold(bodyOf(p)) || kind != kindOfPlan(p) || pictures != len(want.Media) || kind == kindLink && !sameLink(it.URL, p.Link.URL) {
		s.Receipt.RemoteID = "" // the same title over something else: a person may look, and it is never taken
	}
	s.Text, s.Media = want.Text, len(want.Media)
	return s
}

// kindOfSeen tells the kinds apart as Pyprohly's notes do ("Post type distinguish logic"), and counts
// pictures. A picture is told by Reddit's own host:
// post_hint is missing as long as no thumbnails are made, and links to pictures elsewhere have it too.
func kindOfSeen(it seen) (kind string, pictures int) {
	switch {
	case len(it.Poll) > 0 && string(it.Poll) != "null":
		return "poll", 0
	case it.Crosspost != "":
		return "crosspost", 0
	case it.Self:
		return kindSelf, 0
	case it.IsGallery && it.Gallery != nil:
		return kindGallery, len(it.Gallery.Items)
	case it.Domain == "i.redd.it":
		return kindImage, 1
	case it.Video:
		return "video", 1
	}
	return kindLink, 0
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
