package telegram

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"postbag/backend/network"
)

// editing is what of a message can be changed. The documentation names no end to it for what a bot sent
// itself: its 48 hours are about messages of a business account (docAPI, "editMessageText").
func editing() network.EditRule {
	return network.EditRule{Fields: []network.EditField{network.EditText}, Source: docAPI + ", \"Updating messages\""}
}

// newWords is the body of editMessageText and of editMessageCaption.
type newWords struct {
	Chat    int64    `json:"chat_id"`
	Message int64    `json:"message_id"`
	Text    string   `json:"text,omitempty"`
	Caption *string  `json:"caption,omitempty"`
	Preview *preview `json:"link_preview_options,omitempty"`
}

// unchanged is in what Telegram answers to the words that a message has already (observed by many, 2026; the
// documentation names no refusals).
const unchanged = "message is not modified"

// Edit implements network.Editor. The caption of an album stands at its first message.
func (Network) Edit(ctx context.Context, c network.Calls, a network.Account, p network.Plan, part int) error {
	to, ok := placeOf(a)
	ids, readable := splitIDs(p.Done[part].RemoteID)
	if !ok || !readable {
		return network.Reject("", "this message's id cannot be read")
	}
	text := p.TextWithLink(part)
	method, words := "editMessageText", newWords{Chat: to.chat, Message: ids[0], Text: text, Preview: previewOf(p, part)}
	if len(p.Parts[part].Media) > 0 {
		method, words = "editMessageCaption", newWords{Chat: to.chat, Message: ids[0], Caption: &text}
	}
	reply, err := c.Prepare(ctx, fmt.Sprintf("edit %d", part+1), request(a, method, words))
	if err != nil {
		return asError(err)
	}
	var done answer
	if !reply.OK() {
		if reply.Status == 400 && json.Unmarshal(reply.Body, &done) == nil && strings.Contains(done.Description, unchanged) {
			return nil
		}
		return judge(reply)
	}
	if messages, ok := sentMessages(reply); !ok || messages[0].ID != ids[0] {
		return unreadable("the change")
	}
	return nil
}
