// Package discord publishes into a channel of a Discord server, as a bot that the person made.
//
// A bot of one's own needs no review and no server of ours: the person makes an application, copies
// its token once, and invites it where it shall write. Its messages carry a nonce that Discord is asked
// to enforce, so that the same message within a few minutes is one message (shape K); after that, and
// before anything is sent again, the channel's own list says what is there.
package discord

import (
	"context"
	_ "embed"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/measure"
)

//go:embed icon.svg
var icon []byte

const (
	docAPI      = "discord/discord-api-spec, specs/openapi.json (version 10), 2026-07-18"
	docMessages = "discord/discord-api-docs, resources/message, \"Create Message\", 2026-08-06"
	docCodes    = "discord/discord-api-docs, topics/opcodes-and-status-codes, 2026-08-06"
	docRates    = "discord/discord-api-docs, topics/rate-limits, 2026-08-06"
)

// Keys of the options of a post.
const (
	optionSilent  = "silent"
	optionPlain   = "no_embeds"
	optionSpoiler = "spoiler"
)

// refusals is the documented table: which answer proves that there is no message.
var refusals = []network.Refusal{
	{Status: 400, Kind: network.Rejected, Source: docCodes},
	{Status: 401, Kind: network.Reauth, Source: docCodes},
	{Status: 403, Code: "50001", Kind: network.Reauth, Source: docCodes}, // missing access
	{Status: 403, Code: "50013", Kind: network.Reauth, Source: docCodes}, // missing permissions
	{Status: 404, Code: "10003", Kind: network.Rejected, Source: docCodes},
	{Status: 413, Code: "40005", Kind: network.Rejected, Source: docCodes},
	{Status: 429, Kind: network.Throttled, Source: docRates},
}

// Network is Discord. It has no state but where Discord is.
type Network struct{ base string }

// New returns Discord itself.
func New() Network { return At("https://discord.com") }

// At returns a Discord whose API is below base, for tests.
func At(base string) Network { return Network{base: base} }

var (
	_ network.Network  = Network{}
	_ network.Finder   = Network{}
	_ network.Editor   = Network{}
	_ network.Deleter  = Network{}
	_ network.Verifier = Network{}
)

// Describe returns the facts.
func (Network) Describe() network.Descriptor {
	return network.Descriptor{
		ID:     "discord",
		Name:   "Discord",
		Icon:   icon,
		Colour: "#5865F2",
		About:  "A channel of a Discord server, written to by a bot of your own.",

		SignIn: network.SignIn{Application: true},
		Limits: network.Limits{
			// The API takes 4,000 and the client 2,000 without a paid account: the stricter reading, counted
			// in UTF-16 code units, which are never fewer than the code points the documentation speaks of.
			Text: network.TextLimit{Max: 2000, Unit: network.UnitUTF16, Required: true},
			Media: network.MediaLimit{
				Max: 10, Videos: 10, Mixed: true,
				Types:      []string{"image/jpeg", "image/png", "image/webp", "image/gif", "video/mp4", "video/quicktime", "video/webm"},
				ImageBytes: 10 << 20,
				VideoBytes: 10 << 20,
			},
			Alt:   network.AltLimit{Max: 1024, Unit: network.UnitUTF16},
			Parts: 25,
		},
		Options: []network.Option{
			{Key: optionSilent, Label: "Send without a notification", Kind: "flag"},
			{Key: optionPlain, Label: "No previews of links", Kind: "flag"},
			{Key: optionSpoiler, Label: "Hide pictures until asked", Kind: "flag"},
		},
		Measure:    func(_ network.Limits, text string) int { return measure.UTF16(text) },
		LinkInText: true,
		Preview:    "short",
		// "The past few minutes" of the documentation are taken for two.
		Reconcile: network.Reconcile{Shape: network.ShapeKey, KeyLife: 2 * time.Minute, Quarantine: 30 * time.Second},
		Thread:    network.ThreadChain,
		Edit:      network.EditRule{Fields: []network.EditField{network.EditText}, Source: docEdit},
		Classify:  classify,
		Refusals:  refusals,
		Facts:     facts(),
		Examples: []network.Example{
			{Text: "hello", Count: 5, Source: docMessages},
			{Text: "👩‍👩‍👧‍👦", Count: 11, Source: "the stricter reading of " + docAPI},
		},
	}
}

// classify judges the answer to a new message. The only acceptance is a 200 with a message that has an
// id; its address needs the server, which the name of the step says.
func classify(step string, r network.Reply) (network.Receipt, error) {
	if !r.OK() {
		return network.Receipt{}, judge(r)
	}
	var m message
	if err := json.Unmarshal(r.Body, &m); err != nil || r.Status != 200 || !validID(m.ID) || !validID(m.ChannelID) {
		return network.Receipt{}, &network.Error{Kind: network.Ambiguous, Message: "Discord answered with success, but with no message"}
	}
	receipt := network.Receipt{RemoteID: m.ID}
	if _, guild, ok := strings.Cut(step, inServer); ok && validID(guild) {
		receipt.URL = place{guild: guild, channel: m.ChannelID}.address(m.ID)
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

// Verify asks who the token belongs to and whether the channel is still there.
func (Network) Verify(ctx context.Context, c network.Calls, a network.Account) (network.Account, error) {
	p, ok := placeOf(a)
	if !ok {
		return a, &network.Error{Kind: network.Ambiguous, Message: "this channel's id cannot be read"}
	}
	bot, err := self(ctx, c, a)
	if err != nil {
		return a, err
	}
	if bot.ID != p.bot {
		return a, &network.Error{Kind: network.Reauth, Message: "the token belongs to another bot"}
	}
	there, err := channelOf(ctx, c, a, p.channel)
	if err != nil {
		return a, err
	}
	a.Handle = network.Printable(there.Name)
	return a, nil
}

// self reads the bot that a token belongs to.
func self(ctx context.Context, c network.Calls, a network.Account) (user, error) {
	var bot user
	if err := read(ctx, c, "bot", get(a, "/users/@me"), &bot); err != nil {
		return user{}, err
	}
	if !validID(bot.ID) {
		return user{}, unreadable("the bot")
	}
	return bot, nil
}

// channelOf reads a channel.
func channelOf(ctx context.Context, c network.Calls, a network.Account, id string) (channel, error) {
	var there channel
	if err := read(ctx, c, "channel", get(a, "/channels/"+url.PathEscape(id)), &there); err != nil {
		return channel{}, err
	}
	if there.ID != id {
		return channel{}, unreadable("the channel")
	}
	return there, nil
}

// takesPosts reports whether messages of a channel are a list one writes to, in a server.
func (c channel) takesPosts() bool {
	return slices.Contains(textChannels, c.Type) && validID(c.GuildID)
}

// read asks for something and reads the answer.
func read(ctx context.Context, c network.Calls, what string, r network.Request, into any) error {
	reply, err := c.Read(ctx, what, r)
	if err != nil {
		return asError(err)
	}
	if !reply.OK() {
		return judge(reply)
	}
	if reply.Status != 200 || json.Unmarshal(reply.Body, into) != nil {
		return unreadable("the " + what)
	}
	return nil
}

func unreadable(what string) error {
	return &network.Error{Kind: network.Ambiguous, Message: "Discord's answer about " + what + " cannot be read"}
}

// Delete removes a message; one that is gone already (10008, documented) is success.
func (Network) Delete(ctx context.Context, c network.Calls, a network.Account, r network.Receipt) error {
	p, ok := placeOf(a)
	if !ok || !validID(r.RemoteID) {
		return &network.Error{Kind: network.Ambiguous, Message: "this message's id cannot be read"}
	}
	request := get(a, messagesPath(p)+"/"+url.PathEscape(r.RemoteID))
	request.Method = "DELETE"
	reply, err := c.Prepare(ctx, "delete "+r.RemoteID, request)
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
