package tumblr

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"postbag/backend/network"
)

const (
	pageSize = 20              // the most in one answer (api.md, "/posts", 2024-10-18)
	maxPages = 15              // as far back as a search goes before it gives up without an answer
	skew     = 2 * time.Minute // how far Tumblr's clock may be behind ours
)

// Find looks for the post by the end of its address, whatever Tumblr made of the words before. Absent is said only after reading every post of
// the blog back to the plan's time.
func (n Network) Find(ctx context.Context, c network.Calls, a network.Account, p network.Plan) (network.Receipt, bool, error) {
	ours := mark(p.Key(0))
	if len(p.Done) > 0 || len(p.Parts) == 0 || ours == "" || !uuidForm.MatchString(a.RemoteID) {
		return network.Receipt{}, false, &network.Error{Kind: network.Ambiguous, Message: "no part of this post is in doubt"}
	}
	since := p.CreatedAt.Add(-skew).Unix()
	for i := range maxPages {
		posts, total, err := list(ctx, c, a, i*pageSize)
		if err != nil {
			return network.Receipt{}, false, err
		}
		found := map[string]bool{}
		for _, there := range posts {
			if strings.HasSuffix(there.Slug, ours) || strings.HasSuffix(lastOf(there.URL), ours) {
				found[there.id()] = true
			}
		}
		if len(found) > 1 {
			return network.Receipt{}, false, &network.Error{Kind: network.Ambiguous, Message: fmt.Sprintf("%d posts have its address", len(found))}
		}
		for id := range found {
			return receiptOf(a.Handle, id), true, nil
		}
		// A post that is pinned stands first, however old it is: the last of a page says how far back it goes.
		short := len(posts) < pageSize && i*pageSize+len(posts) >= total
		if len(posts) == 0 || short || posts[len(posts)-1].Timestamp < since {
			return network.Receipt{}, false, nil
		}
	}
	return network.Receipt{}, false, &network.Error{Kind: network.Ambiguous, Message: "there are too many newer posts to look through"}
}

// list reads one page of what the blog has published.
func list(ctx context.Context, c network.Calls, a network.Account, offset int) ([]listed, int, error) {
	query := url.Values{"limit": {strconv.Itoa(pageSize)}, "offset": {strconv.Itoa(offset)}, "npf": {"true"}}
	if client := a.Options[clientOption]; client != "" {
		query.Set("api_key", client) // required in the documentation; the open half of the application
	}
	reply, err := c.Read(ctx, fmt.Sprintf("posts from %d", offset+1), request(a, "GET", blogPath(a, "/posts"), query))
	if err != nil {
		return nil, 0, asError(err)
	}
	if !reply.OK() {
		return nil, 0, judgeRead(reply)
	}
	var p page
	if reply.Status != 200 || json.Unmarshal(reply.Body, &p) != nil || p.Meta.Status != 200 || p.Response.Posts == nil {
		return nil, 0, unreadable("the blog's posts")
	}
	for _, there := range p.Response.Posts {
		if there.id() == "" || there.Timestamp <= 0 {
			return nil, 0, unreadable("the blog's posts")
		}
	}
	return p.Response.Posts, p.Response.Total, nil
}

// lastOf returns the words behind the number in a post's address.
func lastOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	path := strings.TrimSuffix(u.Path, "/")
	return path[strings.LastIndex(path, "/")+1:]
}

// Delete removes a post. One that is gone already is success: Tumblr answers 404 of what it does not
// know (api.md, "Errors and Error Subcodes", 2024-10-18).
func (n Network) Delete(ctx context.Context, c network.Calls, a network.Account, r network.Receipt) error {
	if !idForm.MatchString(r.RemoteID) || !uuidForm.MatchString(a.RemoteID) {
		return &network.Error{Kind: network.Ambiguous, Message: "this post's id cannot be read"}
	}
	q := request(a, "POST", blogPath(a, "/post/delete"), nil)
	q.Header["Content-Type"], q.Body = "application/x-www-form-urlencoded", network.Bytes([]byte(url.Values{"id": {r.RemoteID}}.Encode()))
	reply, err := c.Prepare(ctx, "delete "+r.RemoteID, q)
	if err != nil {
		return asError(err)
	}
	if code, _ := problemOf(reply); reply.Status == 200 || reply.Status == 404 && code == explained {
		return nil
	}
	return judge(reply)
}
