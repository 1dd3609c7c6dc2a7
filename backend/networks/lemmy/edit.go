package lemmy

import (
	"context"
	"encoding/json"

	"postbag/backend/network"
)

// docEdit says what of a post can be changed: its title, its text and the description of its picture. What a
// request does not name stays.
const docEdit = "Lemmy API, EditPost, PUT /post (0.19 in API version 3, 1.0 in version 4: LemmyNet/lemmy, crates/api/routes, 2026)"

const pathEdit4 = "/api/v4/post"

// change is EditPost.
type change struct {
	PostID  number  `json:"post_id"`
	Name    string  `json:"name"`
	Body    string  `json:"body"`
	AltText *string `json:"alt_text,omitempty"`
}

// Edit implements network.Editor.
func (Network) Edit(ctx context.Context, c network.Calls, a network.Account, p network.Plan, part int) error {
	id := numberOf(p.Done[part].RemoteID)
	if id == 0 {
		return network.Reject("", "this post's id cannot be read")
	}
	if why := wrongTitle(title(p)); why != "" {
		return network.Reject("", why)
	}
	body := change{PostID: id, Name: title(p), Body: bodyOf(p)}
	if media := p.Parts[part].Media; len(media) > 0 {
		body.AltText = &media[0].Alt
	}
	path := pathPost
	if modern(a) {
		path = pathEdit4
	}
	request, err := send(a, "PUT", path, body)
	if err != nil {
		return err
	}
	reply, err := c.Prepare(ctx, "edit 1", request)
	if err != nil {
		return asError(err)
	}
	if !reply.OK() {
		return judge(reply)
	}
	var done postResponse
	if json.Unmarshal(reply.Body, &done) != nil || reply.Status != 200 || done.View.Post.ID != id {
		return unreadable("the changed post")
	}
	return nil
}
