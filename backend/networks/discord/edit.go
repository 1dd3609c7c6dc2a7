package discord

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"

	"postbag/backend/network"
)

// docEdit says what of a message can be changed: its text, with no end to it. Descriptions are taken for
// new files alone.
const docEdit = "Discord documentation, resources/message, \"Edit Message\", 2026-08-06; openapi.json, update_message, 2026-07-18"

// change is the body of PATCH /channels/{id}/messages/{id}. What it does not name stays: files, and the
// message that is answered.
type change struct {
	Content         string   `json:"content"`
	AllowedMentions mentions `json:"allowed_mentions"`
}

// Edit implements network.Editor.
func (Network) Edit(ctx context.Context, c network.Calls, a network.Account, p network.Plan, part int) error {
	to, ok := placeOf(a)
	id := p.Done[part].RemoteID
	if !ok || !validID(id) {
		return network.Reject("", "this message's id cannot be read")
	}
	body, err := json.Marshal(change{Content: p.TextWithLink(part), AllowedMentions: mentions{Parse: []string{}}})
	if err != nil {
		return network.Reject("", "the change cannot be encoded")
	}
	r := get(a, messagesPath(to)+"/"+url.PathEscape(id))
	r.Method, r.Body = "PATCH", network.Bytes(body)
	r.Header["Content-Type"] = "application/json"
	step := fmt.Sprintf("edit %d%s%s", part+1, inServer, to.guild)
	reply, err := c.Prepare(ctx, step, r)
	if err != nil {
		return asError(err)
	}
	receipt, err := classify(step, reply)
	if err == nil && receipt.RemoteID != id {
		err = unreadable("the change")
	}
	return err
}
