package slack

import (
	"context"
	"encoding/json"
	"fmt"

	"postbag/backend/network"
)

// docUpdate says what of a message can be changed. How long is a setting of the workspace: after it the
// answer is edit_window_closed. A message with pictures is made of blocks, which would all be sent anew with
// files that Postbag does not keep the ids of: it stays as it is.
const docUpdate = "docs.slack.dev, chat.update, as quoted in 2026; slackapi/slack-api-specs, web-api, 2021-09-07"

// change is the body of chat.update. What it does not name stays, metadata included. Parse is "client"
// unless said, which would make links and names of what a text looks like; a new message has "none".
type change struct {
	Channel string `json:"channel"`
	TS      string `json:"ts"`
	Text    string `json:"text"`
	Parse   string `json:"parse"`
}

// refusedChanges are the documented refusals of chat.update that no new message has (docUpdate).
var refusedChanges = map[string]string{
	"message_not_found":   "the message is not there any more",
	"cant_update_message": "Slack lets this app change no message but its own",
	"edit_window_closed":  "the time in which this workspace lets messages be changed has passed",
}

// Edit implements network.Editor.
func (Network) Edit(ctx context.Context, c network.Calls, a network.Account, p network.Plan, part int) error {
	to, ok := placeOf(a)
	ts := p.Done[part].RemoteID
	if !ok || !tsForm.MatchString(ts) {
		return network.Reject("", "this message's id cannot be read")
	}
	request, err := post(a, "chat.update", change{Channel: to.channel, TS: ts, Text: escape(p.TextWithLink(part)), Parse: "none"})
	if err != nil {
		return err
	}
	reply, err := c.Prepare(ctx, fmt.Sprintf("edit %d", part+1), request)
	if err != nil {
		return asError(err)
	}
	if err := judge(reply); err != nil {
		if e, ok := err.(*network.Error); ok && refusedChanges[e.Code] != "" { //nolint:errorlint // judge makes it, never wrapped
			return network.Reject(e.Code, refusedChanges[e.Code])
		}
		return err
	}
	var done posted
	if json.Unmarshal(reply.Body, &done) != nil || done.TS != ts {
		return &network.Error{Kind: network.Ambiguous, Message: "Slack answered with success, but about no such message"}
	}
	return nil
}
