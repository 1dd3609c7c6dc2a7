package lemmy

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"postbag/backend/network"
)

const (
	pageSize = 50 // the most the API gives (LemmyNet/lemmy, FETCH_LIMIT_MAX, 2026-08-12)
	maxPages = 10 // as far back as a search goes before it ends without an answer
)

// List reads the account's own posts in the community back to since. The one of the plan's very title,
// text and link is listed with the text that was sent; one of the same text alone is shown to a person
// and never taken.
//
// It asks for the community's newest posts, which both generations give in the same way, and says of
// each filter of the account that can be lifted that it is to be lifted. A 1.0 gives no second page:
// if the first does not reach back to since, the list is not complete.
func (Network) List(ctx context.Context, c network.Calls, a network.Account, p network.Plan, since time.Time) (network.Listing, error) {
	at, err := placeOf(a)
	if err != nil {
		return network.Listing{}, err
	}
	if len(p.Done) > 0 || len(p.Parts) == 0 {
		return network.Listing{}, &network.Error{Kind: network.Ambiguous, Message: "no part of this post is in doubt"}
	}
	var list network.Listing
	first := number(0)
	for page := 1; page <= maxPages; page++ {
		posts, err := newest(ctx, c, a, at, page)
		if err != nil {
			return network.Listing{}, err
		}
		if len(posts) > 0 {
			if posts[0].ID == first {
				return list, nil // the same page again
			}
			first = posts[0].ID
		}
		for _, it := range posts {
			if it.CreatorID == at.person && !it.made().Before(since) {
				list.Posts = append(list.Posts, look(p, it))
			}
		}
		// Posts that are pinned go first however old they are, so that the last one tells.
		if len(posts) < pageSize || posts[len(posts)-1].made().Before(since) {
			list.Complete = true
			return list, nil
		}
	}
	return list, nil
}

// newest reads one page of the community's posts, newest first.
func newest(ctx context.Context, c network.Calls, a network.Account, at place, page int) ([]post, error) {
	var answer postsResponse
	query := url.Values{
		"type_": {"All"}, "sort": {"New"}, "community_id": {at.community.String()}, "limit": {strconv.Itoa(pageSize)}, "page": {strconv.Itoa(page)},
		"show_hidden": {"true"}, "show_read": {"true"}, "show_nsfw": {"true"},
	}
	if err := read(ctx, c, fmt.Sprintf("find %d", page), get(a, pathPosts, query), "the community's posts", &answer); err != nil {
		return nil, err
	}
	if answer.Posts == nil {
		return nil, unreadable("the community's posts")
	}
	list := make([]post, 0, len(answer.Posts))
	for _, v := range answer.Posts {
		if v.Post.ID == 0 || v.Post.CreatorID == 0 || v.Post.CommunityID != at.community || v.Post.made().IsZero() {
			return nil, unreadable("the community's posts")
		}
		list = append(list, v.Post)
	}
	return list, nil
}

// look compares a post with the plan's.
func look(p network.Plan, it post) network.Seen {
	s := network.Seen{Receipt: it.receipt(), Text: it.Body, At: it.made()}
	if picture(it) {
		s.Media = 1
	}
	want := p.Parts[0]
	words, address := fold(it.Body) == fold(bodyOf(p)), picture(it)
	if len(want.Media) == 0 {
		address = sameLink(it.URL, linkOf(p))
	}
	switch {
	case words && address && fold(it.Name) == fold(title(p)):
		s.Text, s.Media = want.Text, len(want.Media)
	case words || fold(it.Body) == fold(want.Text):
		s.Receipt.RemoteID = "" // another title, link or picture: a person may look, and it is never taken
	}
	return s
}

// picture reports whether a post's address is a picture's, by where pictures are kept, or by its type,
// which the server finds out a little later.
func picture(it post) bool {
	u, err := url.Parse(it.URL)
	return strings.HasPrefix(it.URLContentType, "image/") ||
		err == nil && (strings.HasPrefix(u.Path, pathImage+"/") || strings.HasPrefix(u.Path, pathImage4+"/"))
}

// sameLink compares two addresses but for what servers tidy: a last slash, the fragment, and what
// counts visitors (LemmyNet/lemmy, clean_url_params, 2023).
func sameLink(a, b string) bool {
	x, errX := url.Parse(a)
	y, errY := url.Parse(b)
	return errX == nil && errY == nil && strings.EqualFold(x.Host, y.Host) &&
		strings.TrimSuffix(x.Path, "/") == strings.TrimSuffix(y.Path, "/") && query(x) == query(y)
}

func query(u *url.URL) string {
	values := u.Query()
	for key := range values {
		if strings.HasPrefix(key, "utm_") || slices.Contains([]string{"gclid", "gclsrc", "dclid", "fbclid"}, key) {
			values.Del(key)
		}
	}
	return values.Encode()
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
