package x

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"

	"postbag/backend/network"
)

const (
	pageSize = "100" // the most that the API gives (the specification)
	maxPages = 5     // as far back as a search goes before it ends without an answer
)

// names are the two ways to ask for what a post refers to: the description of the API has the first, its
// prose still has the second (xdevplatform/docs, openapi.json 2.167 and x-api/fundamentals/fields, 2026).
var names = []url.Values{
	{"post.fields": {"attachments,created_at,entities,note_post"}, "expansions": {"referenced_posts"}},
	{"tweet.fields": {"attachments,created_at,entities,note_tweet,referenced_tweets"}},
}

// List reads the account's own posts back to since, answers among them. Each post read costs a little,
// so no older ones are asked for.
func (Network) List(ctx context.Context, c network.Calls, a network.Account, p network.Plan, since time.Time) (network.Listing, error) {
	if len(p.Done) >= len(p.Parts) || !idForm.MatchString(a.RemoteID) {
		return network.Listing{}, &network.Error{Kind: network.Ambiguous, Message: "no part of this post is in doubt"}
	}
	for n, fields := range names {
		list, err := own(ctx, c, a, p, since, fields, n+1)
		if err == nil || codeOf(err) != codeInvalid || n == len(names)-1 {
			return list, unproved(err)
		}
	}
	return network.Listing{}, unreadable("your posts")
}

// own reads all pages, asked for by one of the names.
func own(ctx context.Context, c network.Calls, a network.Account, p network.Plan, since time.Time, fields url.Values, way int) (network.Listing, error) {
	query := url.Values{"max_results": {pageSize}, "exclude": {"retweets"}, "start_time": {since.UTC().Format("2006-01-02T15:04:05Z")}}
	for k, v := range fields {
		query[k] = v
	}
	list := network.Listing{Complete: true}
	for n := 1; n <= maxPages; n++ {
		reply, err := c.Read(ctx, fmt.Sprintf("posts %d.%d", way, n), request(a, "GET", "/2/users/"+a.RemoteID+"/tweets?"+query.Encode()))
		if err != nil {
			return network.Listing{}, asError(err)
		}
		var seen page
		if err := decode(reply, "your posts", &seen); err != nil {
			return network.Listing{}, err
		}
		if reply.Status != 200 || seen.Meta == nil || seen.Meta.Count == nil || *seen.Meta.Count != len(seen.Data) {
			return network.Listing{}, unreadable("your posts")
		}
		if len(seen.Errors) > 0 { // some of it is not shown
			list.Complete = false
		}
		for _, it := range seen.Data {
			s, err := look(p, it)
			if err != nil {
				return network.Listing{}, err
			}
			list.Posts = append(list.Posts, s)
		}
		if seen.Meta.Next == "" {
			return list, nil
		}
		query.Set("pagination_token", seen.Meta.Next)
	}
	list.Complete = false
	return list, nil
}

// look reads a post, and compares its text with that of the part in doubt as X would have written it.
func look(p network.Plan, it post) (network.Seen, error) {
	at, err := time.Parse(time.RFC3339, it.CreatedAt)
	if err != nil || !idForm.MatchString(it.ID) { // without its time, an old post of the same words would do
		return network.Seen{}, unreadable("your posts")
	}
	s := network.Seen{
		Receipt: network.Receipt{RemoteID: it.ID, URL: permalink(it.ID)},
		Text:    it.written(), Media: len(it.Attachments.Media), At: at,
	}
	for _, list := range [][]reference{it.Posts, it.Tweets} {
		for _, r := range list {
			if r.Type == "replied_to" {
				s.Parent = r.ID
			}
		}
	}
	if i := len(p.Done); fold(s.Text) == fold(p.TextWithLink(i)) {
		s.Text = p.Parts[i].Text
	}
	return s, nil
}

// unproved makes sure that a refused look-up is no refused post.
func unproved(err error) error {
	if e, ok := errors.AsType[*network.Error](err); ok && e.Kind == network.Rejected {
		other := *e
		other.Kind = network.Ambiguous
		return &other
	}
	return err
}
