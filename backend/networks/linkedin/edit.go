package linkedin

import (
	"context"
	"strings"

	"postbag/backend/network"
)

// docEdit says what of a post can be changed: its commentary, with no end to it.
const docEdit = "LinkedIn, Posts API, \"Update Posts\" (PARTIAL_UPDATE), as noted 2026-11"

// patch is the body of a partial update.
type patch struct {
	Patch struct {
		Set struct {
			Commentary string `json:"commentary"`
		} `json:"$set"`
	} `json:"patch"`
}

// Edit implements network.Editor.
func (Network) Edit(ctx context.Context, c network.Calls, a network.Account, p network.Plan, part int) error {
	urn := p.Done[part].RemoteID
	if !postForm.MatchString(urn) {
		return network.Reject("", "this post's id cannot be read; change it on LinkedIn")
	}
	text := p.Parts[part].Text
	if strings.TrimSpace(text) == "" {
		text = ""
	}
	var body patch
	body.Patch.Set.Commentary = little(text)
	req, err := postJSON(a, "/rest/posts/"+escaped(urn), nil, body)
	if err != nil {
		return err
	}
	req.Header["X-Restli-Method"] = "PARTIAL_UPDATE"
	reply, err := c.Prepare(ctx, "edit 1", req)
	if err != nil {
		return asError(err)
	}
	if err := judge(reply); err != nil {
		return err
	}
	if reply.Status != 204 {
		return unreadable("the change")
	}
	return nil
}
