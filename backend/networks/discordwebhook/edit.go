package discordwebhook

import (
	"context"
	"encoding/json"

	"postbag/backend/network"
)

// docEdit says what of a webhook's message can be changed: its text, with no end to it. Descriptions are
// taken for new files alone.
const docEdit = "Discord documentation, resources/webhook, \"Edit Webhook Message\", 2026-08-06; openapi.json, update_webhook_message, 2026-07-18"

// change is the body of PATCH /webhooks/{id}/{token}/messages/{id}. What it does not name stays.
type change struct {
	Content         string   `json:"content"`
	AllowedMentions mentions `json:"allowed_mentions"`
}

// Edit implements network.Editor.
func (Network) Edit(ctx context.Context, c network.Calls, a network.Account, p network.Plan, part int) error {
	to, ok := placeOf(a)
	live := p.Done[part]
	if !ok || !validID(live.RemoteID) || live.Ref != "" && !validID(live.Ref) {
		return network.Reject("", "this message's id cannot be read")
	}
	thread := to.thread
	if live.Ref != "" && live.Ref != to.channel {
		thread = live.Ref
	}
	body, err := json.Marshal(change{Content: p.TextWithLink(part), AllowedMentions: mentions{Parse: []string{}}})
	if err != nil {
		return network.Reject("", "the change cannot be encoded")
	}
	r := request(a, "PATCH", to.hook, "/messages/"+live.RemoteID, within(thread))
	r.Header["Content-Type"], r.Body = "application/json", network.Bytes(body)
	step := "edit 1" + inServer + to.guild
	reply, err := c.Prepare(ctx, step, r)
	if err != nil {
		return asError(err)
	}
	receipt, err := classify(step, reply)
	if err == nil && receipt.RemoteID != live.RemoteID {
		err = &network.Error{Kind: network.Ambiguous, Message: "Discord answered with success, but about another message"}
	}
	return err
}
