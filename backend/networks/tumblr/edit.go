package tumblr

import (
	"context"
	"encoding/json"
	"fmt"

	"postbag/backend/network"
)

// docEdit says what of a post can be changed. A request says the whole post anew, and media would have to be
// sent again: a post with some stays as it is.
const docEdit = "tumblr/docs, api.md, PUT /posts/{post-id} (\"Editing a post\"), 2024-10-18"

// Edit implements network.Editor.
func (Network) Edit(ctx context.Context, c network.Calls, a network.Account, p network.Plan, part int) error {
	id := p.Done[part].RemoteID
	if !idForm.MatchString(id) || !uuidForm.MatchString(a.RemoteID) {
		return network.Reject("", "this post's id cannot be read")
	}
	if len(p.Parts[part].Media) > 0 {
		return network.Reject("", "a post with pictures or a video stays as it is")
	}
	r, err := postRequest(a, p)
	if err != nil {
		return err
	}
	whole := request(a, "PUT", blogPath(a, "/posts/"+id), nil)
	whole.Header["Content-Type"], whole.Body = r.Header["Content-Type"], r.Body
	reply, err := c.Prepare(ctx, fmt.Sprintf("edit %d", part+1), whole)
	if err != nil {
		return asError(err)
	}
	if !reply.OK() {
		return judge(reply)
	}
	var done struct {
		Meta     meta `json:"meta"`
		Response struct {
			ID string `json:"id"`
		} `json:"response"`
	}
	if reply.Status != 200 || json.Unmarshal(reply.Body, &done) != nil || done.Meta.Status != 200 || done.Response.ID != id {
		return unreadable("the change")
	}
	return nil
}
