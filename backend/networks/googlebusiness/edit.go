package googlebusiness

import (
	"context"
	"encoding/json"
	"net/url"

	"postbag/backend/network"
)

// change is the part of a post that an edit names, and so changes (updateMask).
type change struct {
	Summary string `json:"summary"`
}

// Edit implements network.Editor. A post that Google rejects with its new words has them all the same, so
// that this proves nothing.
func (Network) Edit(ctx context.Context, c network.Calls, a network.Account, p network.Plan, part int) error {
	at, err := placeOf(a)
	if err != nil {
		return err
	}
	id := p.Done[part].RemoteID
	if !idForm.MatchString(id) {
		return network.Reject("", "this post's id cannot be read")
	}
	body, err := json.Marshal(change{Summary: textOf(p)})
	if err != nil {
		return network.Reject("", "the change cannot be encoded")
	}
	r := get(a, hostsOf(a).posts, "/v4/"+at.path()+"/localPosts/"+id, url.Values{"updateMask": {"summary"}})
	r.Method, r.Body = "PATCH", network.Bytes(body)
	r.Header["Content-Type"] = "application/json"
	reply, err := c.Prepare(ctx, "edit 1", r)
	if err != nil {
		return asError(err)
	}
	if !reply.OK() {
		return judge(reply)
	}
	receipt, err := classify(onLocation+at.id(), reply)
	switch {
	case network.KindOf(err) == network.Rejected:
		return &network.Error{Kind: network.Ambiguous, Message: "Google took the change and rejects the post with it: it does not agree with its content policy"}
	case err == nil && receipt.RemoteID != id:
		return unreadable("the changed post")
	}
	return err
}
