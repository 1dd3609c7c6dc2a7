package ghost

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"postbag/backend/network"
)

// Container implements network.Phaser: the draft says itself what it is.
func (Network) Container(ctx context.Context, c network.Calls, a network.Account, _ network.Plan, id string) (network.Container, error) {
	if !validID(id) {
		return network.Container{}, unreadable("the draft")
	}
	d, err := open(ctx, c, a, "site for draft "+id)
	if err != nil {
		return network.Container{}, err
	}
	reply, err := d.read(ctx, "draft "+id, postRoute(id), shape())
	if err != nil {
		return network.Container{}, err
	}
	if isGone(reply) {
		return network.Container{State: network.ContainerExpired, Detail: "the site has no such post any more"}, nil
	}
	if !reply.OK() {
		return network.Container{}, judgeRead(reply)
	}
	there, one := onePost(reply)
	if reply.Status != 200 || !one || there.ID != id {
		return network.Container{}, unreadable("the draft")
	}
	switch there.Status {
	case statusPublished:
		receipt, whole := there.receipt()
		if !whole {
			return network.Container{}, unreadable("the post")
		}
		return network.Container{State: network.ContainerPublished, Receipt: receipt}, nil
	case statusDraft:
		return network.Container{State: network.ContainerReady}, nil
	case statusScheduled, statusSent: // somebody has taken it over
		return network.Container{State: network.ContainerBuilding, Detail: "on the site it is " + there.Status}, nil
	}
	return network.Container{}, unreadable("the draft")
}

// isGone reports whether an answer says that a post is not there.
func isGone(r network.Reply) bool { return r.Status == 404 && problemOf(r).Type == "NotFoundError" }

// Find implements network.Finder: it asks for the slug that the post was given. Two drafts may have been
// made, if an answer was lost; the second one's slug has "-2" behind it.
func (Network) Find(ctx context.Context, c network.Calls, a network.Account, p network.Plan) (network.Receipt, bool, error) {
	if len(p.Done) > 0 || len(p.Parts) == 0 || p.Key(0) == "" {
		return network.Receipt{}, false, &network.Error{Kind: network.Ambiguous, Message: "no part of this post is in doubt"}
	}
	d, err := open(ctx, c, a, "site for find")
	if err != nil {
		return network.Receipt{}, false, err
	}
	ours := slug(p)
	slugs := []string{ours, ours + "-2", ours + "-3"}
	query := lookAt("15")
	query.Set("filter", "slug:['"+strings.Join(slugs, "','")+"']+status:[draft,published,scheduled,sent]")
	reply, err := d.read(ctx, "find", "posts/", query)
	if err != nil {
		return network.Receipt{}, false, err
	}
	if !reply.OK() {
		return network.Receipt{}, false, judgeRead(reply)
	}
	var list posts
	if reply.Status != 200 || json.Unmarshal(reply.Body, &list) != nil || list.Posts == nil {
		return network.Receipt{}, false, unreadable("its posts")
	}
	if total := list.Meta.Pagination.Total; total == nil || *total != len(list.Posts) {
		return network.Receipt{}, false, unreadable("its posts")
	}
	var found []network.Receipt
	for _, there := range list.Posts {
		if !validID(there.ID) || !slices.Contains(slugs, there.Slug) { // then it did not do what it was asked to
			return network.Receipt{}, false, unreadable("its posts")
		}
		switch there.Status {
		case statusPublished:
			receipt, whole := there.receipt()
			if !whole {
				return network.Receipt{}, false, unreadable("the post")
			}
			found = append(found, receipt)
		case statusDraft:
		default:
			return network.Receipt{}, false, &network.Error{
				Kind: network.Ambiguous, Message: "on the site the post is " + network.Printable(there.Status),
			}
		}
	}
	if len(found) == 0 {
		return network.Receipt{}, false, nil
	}
	return found[0], true, nil
}

// Delete deletes a post for good: Ghost has no bin. One that is gone is success.
func (Network) Delete(ctx context.Context, c network.Calls, a network.Account, r network.Receipt) error {
	if !validID(r.RemoteID) {
		return &network.Error{Kind: network.Ambiguous, Message: "this post's id cannot be read"}
	}
	d, err := open(ctx, c, a, "site for delete "+r.RemoteID)
	if err != nil {
		return err
	}
	reply, err := d.prepare(ctx, "delete "+r.RemoteID, d.signed("DELETE", postRoute(r.RemoteID), nil))
	if err != nil {
		return err
	}
	if reply.OK() || isGone(reply) {
		return nil
	}
	return judge(reply, refusals)
}

// Profile implements network.Profiler: the site. A post's address has no id in it, so that no Linker can
// tell a post by it.
func (Network) Profile(a network.Account) string {
	if a.Server == "" {
		return ""
	}
	return a.Server + "/"
}
