package wordpress

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"postbag/backend/network"
)

// Container implements network.Phaser: the draft says itself what it is.
func (Network) Container(ctx context.Context, c network.Calls, a network.Account, p network.Plan, id string) (network.Container, error) {
	if !validID(id) {
		return network.Container{}, unreadable("the draft")
	}
	query := url.Values{"context": {"edit"}, "_fields": {postFields}}
	reply, err := c.Read(ctx, "draft "+id, request(a, "GET", postRoute(id), query))
	if err != nil {
		return network.Container{}, asError(err)
	}
	if reply.Status == 404 && problemOf(reply).Code == "rest_post_invalid_id" {
		return network.Container{State: network.ContainerExpired, Detail: "the site has no such post any more"}, nil
	}
	if !reply.OK() {
		return network.Container{}, judgeRead(reply)
	}
	var there post
	receipt, whole := network.Receipt{}, false
	if reply.Status == 200 && json.Unmarshal(reply.Body, &there) == nil {
		receipt, whole = there.receipt()
	}
	if !whole || receipt.RemoteID != id {
		return network.Container{}, unreadable("the draft")
	}
	_, want := wanted(p)
	switch there.Status {
	case statusPublish, want:
		return network.Container{State: network.ContainerPublished, Receipt: receipt}, nil
	case statusDraft:
		return network.Container{State: network.ContainerReady}, nil
	case statusPending, statusFuture, statusPrivate: // somebody, or a plug-in, has taken it over
		return network.Container{State: network.ContainerBuilding, Detail: "on the site it is " + there.Status}, nil
	case statusTrash: // whether it was visible before nobody can tell
		return network.Container{State: network.ContainerExpired, Detail: "on the site it is in the trash"}, nil
	}
	return network.Container{}, unreadable("the draft")
}

// Find implements network.Finder: it asks for the slug that the post was given. Two drafts may have the
// same one, if an answer was lost; the one that is published then gets "-2" behind it.
func (Network) Find(ctx context.Context, c network.Calls, a network.Account, p network.Plan) (network.Receipt, bool, error) {
	if len(p.Done) > 0 || len(p.Parts) == 0 || p.Key(0) == "" {
		return network.Receipt{}, false, &network.Error{Kind: network.Ambiguous, Message: "no part of this post is in doubt"}
	}
	ours := slug(p)
	slugs := []string{ours, ours + "-2", ours + "-3"}
	query := url.Values{
		"slug": {strings.Join(slugs, ",")}, "context": {"edit"}, "_fields": {postFields}, "per_page": {"100"},
		"status": {strings.Join([]string{statusPublish, statusFuture, statusDraft, statusPending, statusPrivate}, ",")},
	}
	reply, err := c.Read(ctx, "find", request(a, "GET", "/wp/v2/posts", query))
	if err != nil {
		return network.Receipt{}, false, asError(err)
	}
	if !reply.OK() {
		return network.Receipt{}, false, judgeRead(reply)
	}
	var posts []post
	if reply.Status != 200 || json.Unmarshal(reply.Body, &posts) != nil || posts == nil {
		return network.Receipt{}, false, unreadable("its posts")
	}
	if total, said := reply.Header["X-Wp-Total"]; said && total != strconv.Itoa(len(posts)) {
		return network.Receipt{}, false, unreadable("its posts")
	}
	_, want := wanted(p)
	var found []network.Receipt
	for _, there := range posts {
		receipt, whole := there.receipt()
		if !whole || !slices.Contains(slugs, there.Slug) { // then it did not do what it was asked to
			return network.Receipt{}, false, unreadable("its posts")
		}
		if there.Status == want || there.Status == statusPublish {
			found = append(found, receipt)
		}
	}
	if len(found) == 0 {
		return network.Receipt{}, false, nil
	}
	return found[0], true, nil
}

// Delete puts a post into the site's trash, from where its authors can take it back; where there is no
// trash it is deleted. One that is gone or in the trash already is success (docSource).
func (Network) Delete(ctx context.Context, c network.Calls, a network.Account, r network.Receipt) error {
	if !validID(r.RemoteID) {
		return &network.Error{Kind: network.Ambiguous, Message: "this post's id cannot be read"}
	}
	reply, err := c.Prepare(ctx, "trash "+r.RemoteID, request(a, "DELETE", postRoute(r.RemoteID), nil))
	if err == nil && reply.Status == 501 && problemOf(reply).Code == "rest_trash_not_supported" {
		reply, err = c.Prepare(ctx, "delete "+r.RemoteID, request(a, "DELETE", postRoute(r.RemoteID), url.Values{"force": {"true"}}))
	}
	if err != nil {
		return asError(err)
	}
	code := problemOf(reply).Code
	if reply.OK() || reply.Status == 410 && code == "rest_already_trashed" || reply.Status == 404 && code == "rest_post_invalid_id" {
		return nil
	}
	return judge(reply)
}
