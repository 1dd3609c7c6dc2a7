package facebook

import (
	"context"
	"fmt"
	"maps"
	"net/url"
	"strings"
	"time"

	"postbag/backend/network"
)

const (
	pageSize = "50"
	maxPages = 6 // as far back as a search goes before it ends without an answer
)

// The lists that a part can be in, and what is read of them: the fields of a post (docSpec, PagePost; its
// attachments are an edge), of a reel (AdVideo), of a story (docStories) and of a comment (Comment).
const (
	wanted        = "id,message,created_time,permalink_url,attachments{media_type,unshimmed_url,subattachments{media_type}}"
	wantedReel    = "id,description,created_time"
	wantedComment = "id,message,created_time,from"
)

// shelf is a list that a part is looked for in.
type shelf struct {
	path  string
	query url.Values
	read  func(p network.Plan, it post) (s network.Seen, mine bool, err error)
}

// shelfOf says where the part in doubt would be.
func shelfOf(a network.Account, p network.Plan) shelf {
	own := "/" + a.RemoteID
	switch {
	case len(p.Done) > 0:
		query := url.Values{"fields": {wantedComment}, "filter": {"stream"}, "order": {"reverse_chronological"}}
		return shelf{"/" + p.Done[0].RemoteID + "/comments", query, func(p network.Plan, it post) (network.Seen, bool, error) { return asComment(a, p, it) }}
	case isReel(p):
		return shelf{own + "/" + edgeReels, url.Values{"fields": {wantedReel}}, asReel}
	case isStory(p):
		return shelf{own + "/stories", url.Values{}, func(p network.Plan, it post) (network.Seen, bool, error) { return asStory(a, p, it) }}
	}
	return shelf{own + "/published_posts", url.Values{"fields": {wanted}}, asPost}
}

// posts is a page of such a list, newest first.
type posts struct {
	Data   *[]post `json:"data"`
	Paging struct {
		Next    string `json:"next"` // has the token in it, and is only looked at for being there
		Cursors struct {
			After string `json:"after"`
		} `json:"cursors"`
	} `json:"paging"`
}

// List reads the Page's published posts back to since, or its reels, its stories, or the comments of the post.
// A video is in it once Facebook has worked on it.
func (Network) List(ctx context.Context, c network.Calls, a network.Account, p network.Plan, since time.Time) (network.Listing, error) {
	if len(p.Done) >= len(p.Parts) || len(p.Done) > 0 && !commentForm.MatchString(p.Done[0].RemoteID) {
		return network.Listing{}, &network.Error{Kind: network.Ambiguous, Message: "no part of this post is in doubt"}
	}
	var list network.Listing
	after, from := "", shelfOf(a, p)
	for n := range maxPages {
		found, err := listed(ctx, c, a, fmt.Sprintf("find %d", n+1), from, pageSize, after)
		if err != nil {
			return network.Listing{}, err
		}
		oldest := time.Time{}
		for _, it := range *found.Data {
			seen, mine, err := from.read(p, it)
			if err != nil {
				return network.Listing{}, err
			}
			if oldest = seen.At; mine && !seen.At.Before(since) {
				list.Posts = append(list.Posts, seen)
			}
		}
		if found.Paging.Next == "" || !oldest.IsZero() && oldest.Before(since) {
			list.Complete = true
			return list, nil
		}
		if after = found.Paging.Cursors.After; after == "" {
			return network.Listing{}, unreadable("the Page's posts")
		}
	}
	return list, nil
}

// listed reads one page of a list.
func listed(ctx context.Context, c network.Calls, a network.Account, step string, from shelf, limit, after string) (posts, error) {
	query := maps.Clone(from.query)
	query.Set("limit", limit)
	if after != "" {
		query.Set("after", after)
	}
	reply, err := c.Read(ctx, step, request(a, "GET", from.path, query))
	if err != nil {
		return posts{}, asError(err)
	}
	found, err := read[posts](reply, "the Page's posts")
	if err == nil && found.Data == nil {
		err = unreadable("the Page's posts")
	}
	return found, err
}

// at is when a post was published.
func (it post) at() (time.Time, error) { return time.Parse("2006-01-02T15:04:05-0700", it.Created) }

// asPost compares a post with the plan's. One with another link, or with media of another kind, may be looked
// at by a person and is never taken.
func asPost(p network.Plan, it post) (network.Seen, bool, error) {
	at, err := it.at()
	if err != nil || !postForm.MatchString(it.ID) {
		return network.Seen{}, false, unreadable("the Page's posts")
	}
	s := network.Seen{Receipt: receiptOf(it.ID), Text: it.Message, At: at}
	pictures, videos, link := it.shows()
	s.Media = pictures + videos
	want := p.Parts[0].Media
	wantVideo := len(want) == 1 && want[0].Kind == network.Video
	if wantVideo != (videos > 0) || p.Link != nil && len(want) == 0 && !sameLink(link, p.Link.URL) {
		s.Receipt.RemoteID = ""
	}
	return s, true, nil
}

// asReel compares a reel with the plan's, by its words.
func asReel(_ network.Plan, it post) (network.Seen, bool, error) {
	at, err := it.at()
	if err != nil || !idForm.MatchString(it.ID) {
		return network.Seen{}, false, unreadable("the Page's reels")
	}
	return network.Seen{Receipt: reelReceipt(it.ID), Text: it.Description, Media: 1, At: at}, true, nil
}

// asStory shows a person the stories of the same kind. A story has no words that could prove which it is, so
// none is ever taken.
func asStory(a network.Account, p network.Plan, it post) (network.Seen, bool, error) {
	made, err := it.Creation.Int64()
	if err != nil || made <= 0 {
		return network.Seen{}, false, unreadable("the Page's stories")
	}
	same := (it.Kind == "video") == (p.Parts[0].Media[0].Kind == network.Video)
	return network.Seen{
		Receipt: network.Receipt{URL: "https://www.facebook.com/" + a.RemoteID}, Text: p.Parts[0].Text, Media: 1, At: time.Unix(made, 0).UTC(),
	}, same, nil
}

// asComment compares a comment with the plan's. Somebody else's is passed over; one that Facebook does not
// say whose it is may be looked at by a person and is never taken.
func asComment(a network.Account, p network.Plan, it post) (network.Seen, bool, error) {
	at, err := it.at()
	if err != nil || !commentForm.MatchString(it.ID) {
		return network.Seen{}, false, unreadable("the comments")
	}
	s := network.Seen{Receipt: commentReceipt(p.Done[0].RemoteID, it.ID), Text: it.Message, At: at, Parent: p.Done[0].RemoteID}
	if it.From.ID == "" {
		s.Receipt.RemoteID = ""
	}
	return s, it.From.ID == "" || it.From.ID == a.RemoteID, nil
}

// shows counts what a post shows. An album has its pictures below it.
func (it post) shows() (pictures, videos int, link string) {
	count := func(kind string) {
		switch {
		case strings.HasPrefix(kind, "video"):
			videos++
		case kind == "photo":
			pictures++
		}
	}
	for _, one := range it.Attachments.Data {
		for _, sub := range one.Sub.Data {
			count(sub.Kind)
		}
		if len(one.Sub.Data) == 0 {
			count(one.Kind)
		}
		if one.Kind == "link" {
			link = one.Target
		}
	}
	return pictures, videos, link
}

// sameLink reports whether two addresses are the same but for a slash at the end.
func sameLink(a, b string) bool { return strings.TrimSuffix(a, "/") == strings.TrimSuffix(b, "/") }
