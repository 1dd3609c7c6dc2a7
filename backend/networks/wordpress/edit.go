package wordpress

import (
	"context"
	"encoding/json"

	"postbag/backend/network"
)

// docEdit says what of a post can be changed. A text with pictures in it is left alone: they stand between its
// paragraphs by addresses that Postbag does not keep.
const docEdit = "WP-API/docs, reference/posts, \"Update a Post\", 2026"

// change is the body of POST /wp/v2/posts/{id}. What it does not name stays.
type change struct {
	Title   string `json:"title"`
	Content string `json:"content"`
}

// Edit implements network.Editor.
func (Network) Edit(ctx context.Context, c network.Calls, a network.Account, p network.Plan, part int) error {
	id := p.Done[part].RemoteID
	if !validID(id) {
		return network.Reject("", "this post's id cannot be read")
	}
	r, err := send(a, postRoute(id), postFields, change{field.Replace(title(p)), content(p.TextWithLink(part), nil)})
	if err != nil {
		return err
	}
	reply, err := c.Prepare(ctx, "edit 1", r)
	if err != nil {
		return asError(err)
	}
	if !reply.OK() {
		return judge(reply)
	}
	var there post
	if reply.Status != 200 || json.Unmarshal(reply.Body, &there) != nil {
		return unreadable("the changed post")
	}
	if receipt, whole := there.receipt(); !whole || receipt.RemoteID != id {
		return unreadable("the changed post")
	}
	return nil
}
