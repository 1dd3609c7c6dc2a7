package facebook

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"time"

	"postbag/backend/network"
)

const (
	pageSize = "50"
	maxPages = 6 // as far back as a search goes before it ends without an answer
)

// wanted are the fields of a post that are read (docSpec, PagePost; its attachments are an edge).
const wanted = "id,message,created_time,permalink_url,attachments{media_type,unshimmed_url,subattachments{media_type}}"

// posts is a page of GET /{page}/published_posts, newest first.
type posts struct {
	Data   *[]post `json:"data"`
	Paging struct {
		Next    string `json:"next"` // has the token in it, and is only looked at for being there
		Cursors struct {
			After string `json:"after"`
		} `json:"cursors"`
	} `json:"paging"`
}

// List reads the Page's published posts back to since. A video is in it once Facebook has worked on it.
func (Network) List(ctx context.Context, c network.Calls, a network.Account, p network.Plan, since time.Time) (network.Listing, error) {
	if len(p.Done) > 0 || len(p.Parts) == 0 {
		return network.Listing{}, &network.Error{Kind: network.Ambiguous, Message: "no part of this post is in doubt"}
	}
	var list network.Listing
	after := ""
	for n := range maxPages {
		found, err := listed(ctx, c, a, fmt.Sprintf("find %d", n+1), pageSize, after)
		if err != nil {
			return network.Listing{}, err
		}
		oldest := time.Time{}
		for _, it := range *found.Data {
			at, err := it.at()
			if err != nil || !postForm.MatchString(it.ID) {
				return network.Listing{}, unreadable("the Page's posts")
			}
			if oldest = at; !at.Before(since) {
				list.Posts = append(list.Posts, look(p, it, at))
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

// listed reads one page of posts.
func listed(ctx context.Context, c network.Calls, a network.Account, step, limit, after string) (posts, error) {
	query := url.Values{"fields": {wanted}, "limit": {limit}}
	if after != "" {
		query.Set("after", after)
	}
	reply, err := c.Read(ctx, step, request(a, "GET", "/"+a.RemoteID+"/published_posts", query))
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

// look compares a post with the plan's. One with another link, or with media of another kind, may be looked
// at by a person and is never taken.
func look(p network.Plan, it post, at time.Time) network.Seen {
	s := network.Seen{Receipt: receiptOf(it.ID), Text: it.Message, At: at}
	pictures, videos, link := it.shows()
	s.Media = pictures + videos
	want := p.Parts[0].Media
	wantVideo := len(want) == 1 && want[0].Kind == network.Video
	if wantVideo != (videos > 0) || p.Link != nil && len(want) == 0 && !sameLink(link, p.Link.URL) {
		s.Receipt.RemoteID = ""
	}
	return s
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
