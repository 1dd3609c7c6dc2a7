// Package telegram publishes into a Telegram channel or group, as a bot that the person made.
//
// A bot cannot read what a channel holds, nor what it wrote there itself, and the Bot API takes no key
// that would make a repeated message one message. So nothing can be found out about an answer that was
// lost (shape N): the delivery comes before a person with the evidence, and nothing is ever sent again
// by itself.
//
// The bot's token is part of every address. It stands there as [network.KeyMark] and is put in by the
// carrier, so that no journal and no error has it.
package telegram

import (
	"context"
	_ "embed"
	"encoding/json"
	"strconv"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/measure"
)

//go:embed icon.svg
var icon []byte

const (
	docAPI    = "Telegram Bot API 10.1, 2026-06-11"
	docAnswer = docAPI + ", \"Making requests\""
	docLimits = "Telegram Bots FAQ, \"My bot is hitting limits\", read 2026-06"
)

const (
	album     = 10 // most messages of one
	mostRatio = 20 // of the sides of a picture
)

// Keys of the options of a post.
const (
	optionSilent  = "silent"
	optionProtect = "protect"
	optionSpoiler = "spoiler"
	optionPlain   = "no_previews"
)

// refusals is the documented table: an answer with "ok": false below 500 was not carried out.
var refusals = []network.Refusal{
	{Status: 400, Kind: network.Rejected, Source: docAnswer},
	{Status: 401, Kind: network.Reauth, Source: docAnswer},
	{Status: 403, Kind: network.Reauth, Source: docAnswer},
	{Status: 413, Kind: network.Rejected, Source: docAnswer},
	{Status: 429, Kind: network.Throttled, Source: docAPI + ", \"ResponseParameters\""},
}

// Network is Telegram. It has no state but where the Bot API is.
type Network struct{ base string }

// New returns Telegram itself.
func New() Network { return At("https://api.telegram.org") }

// At returns a Telegram whose Bot API is below base, for tests.
func At(base string) Network { return Network{base: base} }

var (
	_ network.Network  = Network{}
	_ network.Deleter  = Network{}
	_ network.Editor   = Network{}
	_ network.Verifier = Network{}
)

// Describe returns the facts.
func (Network) Describe() network.Descriptor {
	return network.Descriptor{
		ID:     "telegram",
		Name:   "Telegram",
		Icon:   icon,
		Colour: "#1F8FCE",
		About:  "A Telegram channel or group, written to by a bot of your own.",

		SignIn: network.SignIn{Application: true},
		Limits: network.Limits{
			Text: network.TextLimit{Max: 4096, Caption: 1024, Unit: network.UnitUTF16, Required: true},
			Media: network.MediaLimit{
				Max: album, Videos: album, Mixed: true,
				Types:      []string{"image/jpeg", "image/png", "image/webp", "image/gif", "video/mp4"},
				ImageBytes: 10_000_000,
				ImageSide:  5000, // width and height together may have 10,000
				VideoBytes: 50_000_000,
			},
			Poll:  &network.PollLimit{Options: 12, Chars: 100, MinS: 5, MaxS: 2_628_000, Question: 300},
			Parts: 25,
		},
		Options: []network.Option{
			{Key: optionSilent, Label: "Send without a notification", Kind: "flag"},
			{Key: optionProtect, Label: "Cannot be forwarded or saved", Kind: "flag"},
			{Key: optionSpoiler, Label: "Hide pictures until asked", Kind: "flag"},
			{Key: optionPlain, Label: "No previews of links", Kind: "flag"},
		},
		Measure:    func(_ network.Limits, text string) int { return measure.UTF16(text) },
		Also:       also,
		LinkInText: true,
		Preview:    "short",
		Reconcile:  network.Reconcile{Shape: network.ShapeNone},
		Thread:     network.ThreadChain,
		Edit:       editing(),
		Budgets: network.Budgets{
			// The limit of a group holds for a channel as well: the stricter reading.
			Windows: []network.Window{{Name: "minute", Scope: network.ScopeAccount, Points: 20, Per: time.Minute, Source: docLimits}},
			Host:    "api.telegram.org",
			Cost: func(_ network.Window, u network.Use) int {
				if u.Kind == network.UsePublish {
					return 1
				}
				return 0
			},
			Expect: expect,
		},
		Classify: classify,
		Refusals: refusals,
		Facts:    facts(),
		Examples: []network.Example{
			{Text: "hello", Count: 5, Source: docAPI},
			{Text: "👩‍👩‍👧‍👦", Count: 11, Source: docAPI + ", \"MessageEntity\": UTF-16 code units"},
		},
	}
}

// expect lists the requests of a plan: one for a part, its files in it.
func expect(p network.Plan) []network.Use {
	list := make([]network.Use, len(p.Parts))
	for i := range list {
		list[i] = network.Use{Step: "post", Kind: network.UsePublish, Parts: 1}
	}
	return list
}

// classify judges the answer to a new message, or to an album, whose messages come as a list. The only
// acceptance is a 200 that says "ok" and has every message's id.
func classify(_ string, r network.Reply) (network.Receipt, error) {
	if !r.OK() {
		return network.Receipt{}, judge(r)
	}
	messages, ok := sentMessages(r)
	if !ok {
		return network.Receipt{}, &network.Error{Kind: network.Ambiguous, Message: "Telegram answered with success, but with no message"}
	}
	return network.Receipt{RemoteID: joinIDs(messages), URL: addressOf(messages[0].Chat, messages[0].ID)}, nil
}

// sentMessages reads the messages of an answer.
func sentMessages(r network.Reply) ([]message, bool) {
	var a answer
	if r.Status != 200 || json.Unmarshal(r.Body, &a) != nil || !a.OK {
		return nil, false
	}
	var list []message
	if json.Unmarshal(a.Result, &list) != nil {
		var one message
		if json.Unmarshal(a.Result, &one) != nil {
			return nil, false
		}
		list = []message{one}
	}
	if len(list) == 0 || len(list) > album {
		return nil, false
	}
	for _, m := range list {
		if m.ID <= 0 || m.Chat.ID != list[0].Chat.ID || m.Chat.ID == 0 {
			return nil, false
		}
	}
	return list, true
}

// judge turns an answer that is not a success into an *Error by the table.
func judge(r network.Reply) error {
	said := ""
	var a answer
	if json.Unmarshal(r.Body, &a) == nil && a.Description != "" {
		said = "Telegram answered: " + a.Description
	}
	if a.Parameters.NewChat != 0 && r.Status == 400 {
		return network.Reject("migrated", "This group has become another one (a supergroup); connect it again.")
	}
	err := network.Judge("Telegram", refusals, r, "", said)
	if e, ok := err.(*network.Error); ok && a.Parameters.RetryAfter > 0 { //nolint:errorlint // Judge makes it, never wrapped
		e.Wait = max(e.Wait, time.Duration(min(a.Parameters.RetryAfter, 24*3600))*time.Second)
	}
	return err
}

// Verify asks who the token belongs to, and whether the bot may write there.
func (Network) Verify(ctx context.Context, c network.Calls, a network.Account) (network.Account, error) {
	p, ok := placeOf(a)
	if !ok {
		return a, &network.Error{Kind: network.Ambiguous, Message: "this channel's id cannot be read"}
	}
	var bot user
	if err := read(ctx, c, "bot", request(a, "getMe", nil), &bot); err != nil {
		return a, err
	}
	if bot.ID != p.bot {
		return a, &network.Error{Kind: network.Reauth, Message: "the token belongs to another bot"}
	}
	there, err := chatOf(ctx, c, a, strconv.FormatInt(p.chat, 10))
	if err != nil {
		return a, err
	}
	may, err := mayWrite(ctx, c, a, there, bot)
	if err != nil {
		return a, err
	}
	if !may {
		return a, &network.Error{Kind: network.Reauth, Message: "the bot may not write there"}
	}
	a.Handle, a.Name = there.naming()
	return a, nil
}

// Delete removes the messages of a receipt; what is gone already is success.
func (Network) Delete(ctx context.Context, c network.Calls, a network.Account, r network.Receipt) error {
	p, ok := placeOf(a)
	ids, readable := splitIDs(r.RemoteID)
	if !ok || !readable {
		return &network.Error{Kind: network.Ambiguous, Message: "this message's id cannot be read"}
	}
	// Messages that cannot be found are passed over (docAPI, "deleteMessages").
	reply, err := c.Prepare(ctx, "delete "+r.RemoteID, request(a, "deleteMessages", deletion{Chat: p.chat, Messages: ids}))
	if err != nil {
		return asError(err)
	}
	if !reply.OK() {
		return judge(reply)
	}
	var gone answer
	if reply.Status != 200 || json.Unmarshal(reply.Body, &gone) != nil || !gone.OK || string(gone.Result) != "true" {
		return unreadable("the deletion")
	}
	return nil
}
