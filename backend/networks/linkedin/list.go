package linkedin

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"time"

	"postbag/backend/network"
)

const (
	pageSize = 50
	maxPages = 6 // as far back as a search goes before it ends without an answer
)

// List reads a page's own posts back to since: whatever was changed last comes first, and nothing is
// changed before it is made. The post of the plan's very text and content is listed as it was sent; one of
// the same text alone is shown to a person and never taken. LinkedIn may write a link in a text another
// way (lnkd.in): such a post is near, and a person looks.
func (Network) List(ctx context.Context, c network.Calls, a network.Account, p network.Plan, since time.Time) (network.Listing, error) {
	if _, page := pageOf(a); !page {
		return network.Listing{}, &network.Error{Kind: network.Ambiguous, Message: "LinkedIn lets no application list a member's posts"}
	}
	if len(p.Done) > 0 || len(p.Parts) == 0 {
		return network.Listing{}, &network.Error{Kind: network.Ambiguous, Message: "no part of this post is in doubt"}
	}
	var list network.Listing
	seen := map[string]bool{}
	for n := range maxPages {
		found, err := listPage(ctx, c, a, n*pageSize, pageSize)
		if err != nil {
			return network.Listing{}, err
		}
		for _, it := range found {
			if !seen[it.ID] && !it.at().Before(since) {
				list.Posts = append(list.Posts, look(p, it))
			}
			seen[it.ID] = true
		}
		// A page can be short because something of it was deleted; only an empty one is the last.
		if len(found) == 0 || found[len(found)-1].modified().Before(since) {
			list.Complete = true
			return list, nil
		}
	}
	return list, nil
}

// listPage reads some of an account's posts.
func listPage(ctx context.Context, c network.Calls, a network.Account, start, count int) ([]post, error) {
	req := request(a, "GET", "/rest/posts", url.Values{
		"q": {"author"}, "author": {a.RemoteID}, "sortBy": {"LAST_MODIFIED"},
		"start": {strconv.Itoa(start)}, "count": {strconv.Itoa(count)},
	})
	req.Header["X-Restli-Method"] = "FINDER"
	reply, err := c.Read(ctx, fmt.Sprintf("find %d", start/pageSize+1), req)
	if err != nil {
		return nil, asError(err)
	}
	var page posts
	if err := decode(reply, "the page's posts", &page); err != nil {
		return nil, err
	}
	if page.Elements == nil {
		return nil, unreadable("the page's posts")
	}
	for _, it := range page.Elements {
		if !postForm.MatchString(it.ID) || it.Author != a.RemoteID || it.Created <= 0 || it.Modified <= 0 {
			return nil, unreadable("the page's posts")
		}
	}
	return page.Elements, nil
}

// at is when a post became visible, as far as LinkedIn says.
func (it post) at() time.Time { return time.UnixMilli(max(it.Published, it.Created)) }

func (it post) modified() time.Time {
	return time.UnixMilli(max(it.Modified, it.Published, it.Created))
}

// look compares a post with the plan's.
func look(p network.Plan, it post) network.Seen {
	s := network.Seen{Receipt: receiptOf(it.ID), Text: plain(it.Commentary), At: it.at()}
	if m := it.Content.Media; m != nil {
		s.Media = 1
	} else if m := it.Content.MultiImage; m != nil {
		s.Media = len(m.Images)
	}
	want := p.Parts[0]
	if m := it.Content.Media; (p.Document != nil) != (m != nil && paperForm.MatchString(m.ID)) {
		s.Receipt.RemoteID = "" // pictures in a document's place, or the other way round
		return s
	} else if p.Document != nil {
		s.Media = len(want.Media)
	}
	linked := it.Content.Article != nil
	if m := it.Content.Media; m != nil && p.Document == nil && len(want.Media) == 1 && filmForm.MatchString(m.ID) != (want.Media[0].Kind == network.Video) {
		s.Receipt.RemoteID = "" // a picture in a video's place
		return s
	}
	wantLink := p.Link != nil && len(want.Media) == 0
	live := slices.Contains([]string{"PUBLISHED", "PUBLISH_REQUESTED"}, it.State)
	if !live || linked != wantLink || linked && it.Content.Article.Source != p.Link.URL {
		s.Receipt.RemoteID = "" // a draft, or another link: a person may look, and it is never taken
	}
	return s
}
