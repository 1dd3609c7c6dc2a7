// Package discordwebhook publishes into a channel of a Discord server through a webhook of it.
//
// A webhook needs neither a bot nor an application: whoever may manage a channel makes one there and copies
// its address. With it messages can be written, and those whose id is known read and deleted; there is no
// list of them, and no nonce that would make a repeated message one message (docAPI: the body of a webhook's
// message has none). So nothing can be found out about an answer that was lost (shape N): the delivery comes
// before a person with the evidence, and nothing is ever sent again by itself. For the same reason of
// ability there are no threads of several parts: a webhook's message cannot answer another.
//
// The address is the secret. Its token stands in requests as [network.KeyMark] and is put in by the carrier,
// so that no journal, log or error has it.
package discordwebhook

import (
	"context"
	_ "embed"
	"encoding/json"
	"strings"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/measure"
)

//go:embed icon.svg
var icon []byte

const (
	docAPI      = "discord/discord-api-spec, specs/openapi.json (version 10), 2026-07-18"
	docWebhooks = "discord/discord-api-docs, resources/webhook, 2026-08-06"
	docCodes    = "discord/discord-api-docs, topics/opcodes-and-status-codes, 2026-08-06"
	docRates    = "discord/discord-api-docs, topics/rate-limits, 2026-08-06"
	// docPace is old; newer documents name no figure and ask to follow the headers of the answers.
	docPace = "discord/discord-api-docs, issue 367: 30 messages in 60 seconds in one channel, 2017-08-26"
)

// Keys of the options of a post, and what the three texts are called.
const (
	optionSilent  = "silent"
	optionPlain   = "no_embeds"
	optionSpoiler = "spoiler"
	optionName    = "username"
	optionAvatar  = "avatar_url"
	optionTitle   = "thread_name"

	labelName   = "Sender's name"
	labelAvatar = "Sender's picture (address)"
	labelTitle  = "Title, in a forum"
)

// The longest texts of the options, in characters (docAPI).
const (
	mostName   = 80
	mostAvatar = 2048
	mostTitle  = 100
)

// refusals is the documented table: which answer proves that there is no message.
var refusals = []network.Refusal{
	{Status: 400, Kind: network.Rejected, Source: docCodes},
	{Status: 401, Kind: network.Reauth, Source: docCodes},                // 50027: the token is none of the webhook's
	{Status: 404, Code: "10015", Kind: network.Reauth, Source: docCodes}, // the webhook was deleted
	{Status: 404, Code: "10003", Kind: network.Rejected, Source: docCodes},
	{Status: 413, Code: "40005", Kind: network.Rejected, Source: docCodes},
	{Status: 429, Kind: network.Throttled, Source: docRates},
}

// Network is Discord as a webhook sees it. It has no state but where Discord is.
type Network struct{ base string }

// New returns Discord itself.
func New() Network { return At("https://discord.com") }

// At returns a Discord whose API is below base, for tests.
func At(base string) Network { return Network{base: base} }

var (
	_ network.Editor   = Network{}
	_ network.Network  = Network{}
	_ network.Deleter  = Network{}
	_ network.Verifier = Network{}
)

// Describe returns the facts.
func (Network) Describe() network.Descriptor {
	return network.Descriptor{
		ID:     "discordwebhook",
		Name:   "Discord webhook",
		Icon:   icon,
		Colour: "#5865F2",
		About:  "A channel of a Discord server, written to through a webhook of it, without a bot.",

		Limits: network.Limits{
			// 2,000 characters; counted in UTF-16 code units, which are never fewer than the code points that
			// the documentation speaks of: the stricter reading.
			Text: network.TextLimit{Max: 2000, Unit: network.UnitUTF16, Required: true},
			Media: network.MediaLimit{
				Max: 10, Videos: 10, Mixed: true,
				Types:      []string{"image/jpeg", "image/png", "image/webp", "image/gif", "video/mp4", "video/quicktime", "video/webm"},
				ImageBytes: 10 << 20, // each; where documents disagree: facts
				VideoBytes: 10 << 20,
			},
			Alt: network.AltLimit{Max: 1024, Unit: network.UnitUTF16},
		},
		Options: []network.Option{
			{Key: optionSilent, Label: "Send without a notification", Kind: "flag"},
			{Key: optionPlain, Label: "No previews of links", Kind: "flag"},
			{Key: optionSpoiler, Label: "Hide pictures until asked", Kind: "flag"},
			{Key: optionName, Label: labelName, Kind: "text"},
			{Key: optionAvatar, Label: labelAvatar, Kind: "text"},
			{Key: optionTitle, Label: labelTitle, Kind: "text"},
		},
		Measure:    func(_ network.Limits, text string) int { return measure.UTF16(text) },
		Also:       also,
		LinkInText: true,
		Preview:    "short",
		Reconcile:  network.Reconcile{Shape: network.ShapeNone},
		Thread:     network.ThreadNone,
		Edit:       network.EditRule{Fields: []network.EditField{network.EditText}, Source: docEdit},
		Budgets: network.Budgets{
			Windows: []network.Window{{Name: "minute", Scope: network.ScopeAccount, Points: 30, Per: time.Minute, Source: docPace}},
			Host:    "discord.com",
			Cost: func(_ network.Window, u network.Use) int {
				if u.Kind == network.UsePublish {
					return 1
				}
				return 0
			},
			// The files go with the message.
			Expect: func(network.Plan) []network.Use {
				return []network.Use{{Step: "post", Kind: network.UsePublish, Parts: 1}}
			},
		},
		Classify: classify,
		Refusals: refusals,
		Facts:    facts(),
		Examples: []network.Example{
			{Text: "hello", Count: 5, Source: docWebhooks},
			{Text: "👩‍👩‍👧‍👦", Count: 11, Source: "the stricter reading of " + docAPI},
		},
	}
}

// classify judges the answer to a new message. The only acceptance is a 200 with a message that has an
// id; its address needs the server, which the name of the step says. The Ref of the receipt is the
// channel or thread that the message is in.
func classify(step string, r network.Reply) (network.Receipt, error) {
	if !r.OK() {
		return network.Receipt{}, judge(r)
	}
	var m message
	if err := json.Unmarshal(r.Body, &m); err != nil || r.Status != 200 || !validID(m.ID) || !validID(m.ChannelID) {
		return network.Receipt{}, &network.Error{Kind: network.Ambiguous, Message: "Discord answered with success, but with no message"}
	}
	receipt := network.Receipt{RemoteID: m.ID, Ref: m.ChannelID}
	if _, guild, ok := strings.Cut(step, inServer); ok && validID(guild) {
		receipt.URL = addressOf(guild, m.ChannelID, m.ID)
	}
	return receipt, nil
}

// judge turns an answer that is not a success into an *Error by the table.
func judge(r network.Reply) error {
	code, said := "", ""
	var p problem
	if json.Unmarshal(r.Body, &p) == nil {
		code = string(p.Code)
		if p.Message != "" {
			said = "Discord answered: " + p.Message
		}
	}
	return network.Judge("Discord", refusals, r, code, said)
}

// webhookOf reads the webhook that an account's token belongs to.
func webhookOf(ctx context.Context, c network.Calls, a network.Account, hook string) (webhook, error) {
	reply, err := c.Read(ctx, "webhook", request(a, "GET", hook, "", nil))
	if err != nil {
		return webhook{}, asError(err)
	}
	if !reply.OK() {
		return webhook{}, judge(reply)
	}
	var there webhook
	if reply.Status != 200 || json.Unmarshal(reply.Body, &there) != nil || there.ID != hook {
		return webhook{}, &network.Error{Kind: network.Ambiguous, Message: "Discord's answer about the webhook cannot be read"}
	}
	return there, nil
}

// Verify asks whether the webhook is still there, and still writes to the channel it was connected for.
func (Network) Verify(ctx context.Context, c network.Calls, a network.Account) (network.Account, error) {
	p, ok := placeOf(a)
	if !ok {
		return a, &network.Error{Kind: network.Ambiguous, Message: "this channel's id cannot be read"}
	}
	there, err := webhookOf(ctx, c, a, p.hook)
	if err != nil {
		return a, err
	}
	if there.ChannelID != p.channel || there.GuildID != p.guild {
		return a, &network.Error{Kind: network.Reauth, Message: "the webhook writes to another channel now; connect it again"}
	}
	a.Handle = handleOf(there)
	return a, nil
}

// Delete removes a message of the webhook; one that is gone already (10008, documented) is success.
func (Network) Delete(ctx context.Context, c network.Calls, a network.Account, r network.Receipt) error {
	p, ok := placeOf(a)
	if !ok || !validID(r.RemoteID) || r.Ref != "" && !validID(r.Ref) {
		return &network.Error{Kind: network.Ambiguous, Message: "this message's id cannot be read"}
	}
	thread := p.thread
	if r.Ref != "" && r.Ref != p.channel {
		thread = r.Ref
	}
	reply, err := c.Prepare(ctx, "delete "+r.RemoteID, request(a, "DELETE", p.hook, "/messages/"+r.RemoteID, within(thread)))
	if err != nil {
		return asError(err)
	}
	if reply.OK() {
		return nil
	}
	var why problem
	if reply.Status == 404 && json.Unmarshal(reply.Body, &why) == nil && why.Code == "10008" {
		return nil
	}
	return judge(reply)
}
