package reddit

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"

	"postbag/backend/network"
)

// docEdit says what of a post can be changed: the text of a text post alone, with no end to it. A title never is.
const docEdit = "reddit.com/dev/api, POST /api/editusertext, as noted 2026-11; praw-dev/praw, models/reddit/mixins/editable.py"

// Edit implements network.Editor. It reads the post first: one whose title would change stays as it is.
func (Network) Edit(ctx context.Context, c network.Calls, a network.Account, p network.Plan, part int) error {
	id := p.Done[part].RemoteID
	if !validID(id) {
		return network.Reject("", "this post's id cannot be read")
	}
	if kindOfPlan(p) != kindSelf {
		return network.Reject("", "Reddit lets only the text of a text post be changed; this one is a link or a picture")
	}
	now, _, err := listed(ctx, c, "edit 1 now", get(a, "/api/info", url.Values{"id": {kindPost + id}}))
	if err != nil {
		return err
	}
	if len(now) != 1 || now[0].ID != id || now[0].Author == "[deleted]" {
		return network.Reject("", "the post is not there any more")
	}
	if now[0].Title != title(p) {
		return network.Reject("", fmt.Sprintf("Reddit lets nobody change a title; keep %q", network.Printable(now[0].Title)))
	}
	form := url.Values{"api_type": {"json"}, "thing_id": {kindPost + id}, "text": {bodyOf(p)}, "validate_on_submit": {"true"}}
	reply, err := c.Prepare(ctx, "edit 1", post(a, "/api/editusertext", form))
	if err != nil {
		return asError(err)
	}
	return judgeEdit(reply, id)
}

// judgeEdit reads the answer to a change: errors as for a new post, or the post as it is now.
func judgeEdit(r network.Reply, id string) error {
	if !r.OK() {
		return judge(r)
	}
	var said submitted
	var done struct {
		JSON struct {
			Data struct {
				Things []struct {
					Data struct {
						ID string `json:"id"`
					} `json:"data"`
				} `json:"things"`
			} `json:"data"`
		} `json:"json"`
	}
	if r.Status != 200 || json.Unmarshal(r.Body, &said) != nil || said.JSON == nil || said.JSON.Errors == nil || json.Unmarshal(r.Body, &done) != nil {
		return unreadable("the change")
	}
	if len(said.JSON.Errors) > 0 {
		return refused(said, false)
	}
	if things := done.JSON.Data.Things; len(things) != 1 || things[0].Data.ID != id {
		return unreadable("the change")
	}
	return nil
}
