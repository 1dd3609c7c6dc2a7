// Package slack publishes into a channel of a Slack workspace, as an app that the person made there.
//
// An app of one's own needs no review: the person makes it in the workspace, installs it, copies its
// token once, and invites it to the channel. One request makes a message visible, chat.postMessage, and
// every message carries metadata with a key of its own. Slack promises nothing for a message that is
// sent again, so after a lost answer the channel's history is read for that key (shape L): what has it
// is the message, whatever it looks like. What is not found stays in doubt, because nothing says how
// late Slack may still take a request.
//
// Pictures are uploaded first and stay private to the app: an upload that is completed without a channel
// is shared nowhere (docs.slack.dev, files.completeUploadExternal, as quoted in 2026). The message then
// shows them in image blocks. A video cannot be shown that way, and sharing it by its upload makes a
// message that carries no metadata and whose id is not in the answer; so videos are not taken.
package slack

import (
	"context"
	_ "embed"
	"encoding/json"
	"net/url"
	"strings"
	"time"

	"postbag/backend/network"
)

//go:embed icon.svg
var icon []byte

// Keys of the options of a post.
const (
	optionPlain     = "no_previews"
	optionBroadcast = "broadcast"
)

// Network is Slack. It has no state but where Slack is.
type Network struct{ base string }

// New returns Slack itself.
func New() Network { return At("https://slack.com") }

// At returns a Slack whose API is below base, for tests.
func At(base string) Network { return Network{base: base} }

var (
	_ network.Editor   = Network{}
	_ network.Network  = Network{}
	_ network.Finder   = Network{}
	_ network.Deleter  = Network{}
	_ network.Verifier = Network{}
)

const (
	docText  = "docs.slack.dev, chat.postMessage, \"Truncating content\", as quoted in 2026"
	docBlock = "docs.slack.dev, reference/block-kit, image block and section block, 2026"
)

const (
	mostText    = 4000 // of a message
	mostSection = 3000 // of the text of one block (docBlock)
	mostFile    = 1_000_000_000
)

// Describe returns the facts.
func (Network) Describe() network.Descriptor {
	return network.Descriptor{
		ID:     "slack",
		Name:   "Slack",
		Icon:   icon,
		Colour: "#4A154B",
		About:  "A channel of a Slack workspace, written to by an app of your own.",

		SignIn: network.SignIn{Application: true},
		Limits: network.Limits{
			// Slack cuts a text at 40,000 characters and advises 4,000; people also report that it makes
			// several messages of a longer one. The stricter reading, with the escapes counted.
			Text: network.TextLimit{Max: mostText, Unit: network.UnitUTF16, Required: true},
			Media: network.MediaLimit{
				Max: 10, // of the 50 blocks that a message may have (docBlock)
				// An image block takes GIF as well. An animation counts as a video here, and Slack's are
				// none: it goes out as a still picture.
				Types:      []string{"image/jpeg", "image/png"},
				ImageBytes: mostFile,
			},
			// 1,000 for an upload (alt_txt), 2,000 in a block: the stricter, since both get it.
			Alt:   network.AltLimit{Max: 1000, Unit: network.UnitCodePoints},
			Parts: 25,
		},
		Options: []network.Option{
			{Key: optionPlain, Label: "No previews of links", Kind: "flag"},
			{Key: optionBroadcast, Label: "Show every part of a thread in the channel", Kind: "flag"},
		},
		Measure:    func(_ network.Limits, text string) int { return length(text) },
		LinkInText: true,
		Preview:    "short",
		// No document says how long a message can be missing from the history, nor that a request is not
		// taken late: no bound, and what is not found stays in doubt.
		Reconcile:   network.Reconcile{Shape: network.ShapeLookUp, Quarantine: 2 * time.Minute},
		Thread:      network.ThreadChain,
		Edit:        network.EditRule{Fields: []network.EditField{network.EditText}, WordsOnly: true, Source: docUpdate},
		PrepareLife: 24 * time.Hour, // of a private file, which has no documented end
		Budgets:     budgets(),
		Classify:    classify,
		Refusals:    refusals,
		Facts:       facts(),
		Examples: []network.Example{
			{Text: "hello", Count: 5, Source: docText},
			{Text: "a < b & c", Count: 16, Source: "the stricter reading of " + docText + ": as it is sent"},
			{Text: "👩‍👩‍👧‍👦", Count: 11, Source: "the stricter reading of " + docText},
		},
	}
}

// budgets knows the one limit that a message meets: one a second in a channel, with short bursts.
func budgets() network.Budgets {
	return network.Budgets{
		Windows: []network.Window{{Name: "messages", Scope: network.ScopeAccount, Points: 60, Per: time.Minute, Source: docRates}},
		Cost: func(_ network.Window, u network.Use) int {
			if u.Kind != network.UsePublish {
				return 0
			}
			return 1
		},
		Expect: func(p network.Plan) []network.Use {
			var list []network.Use
			for _, part := range p.Parts {
				for range part.Media {
					for range 3 {
						list = append(list, network.Use{Step: "picture", Kind: network.UsePrepare})
					}
					list = append(list, network.Use{Step: "picture", Kind: network.UseRead})
				}
				list = append(list, network.Use{Step: "post", Kind: network.UsePublish, Parts: 1})
			}
			return list
		},
	}
}

// classify judges the answer to a new message. The only acceptance is an ok with a ts in the channel
// that the step names; the message's address needs the workspace, which the step names, too.
func classify(step string, r network.Reply) (network.Receipt, error) {
	if err := judge(r); err != nil {
		return network.Receipt{}, err
	}
	channel, host := where(step)
	var p posted
	if json.Unmarshal(r.Body, &p) != nil || !tsForm.MatchString(p.TS) || !channelForm.MatchString(p.Channel) ||
		channel != "" && p.Channel != channel {
		return network.Receipt{}, &network.Error{Kind: network.Ambiguous, Message: "Slack answered with success, but with no message of this channel"}
	}
	thread := p.Message.ThreadTS
	if !tsForm.MatchString(thread) {
		thread = ""
	}
	return network.Receipt{RemoteID: p.TS, URL: permalink(host, p.Channel, p.TS, thread)}, nil
}

// Verify asks who the token belongs to and whether the channel is still there.
func (Network) Verify(ctx context.Context, c network.Calls, a network.Account) (network.Account, error) {
	p, ok := placeOf(a)
	if !ok {
		return a, &network.Error{Kind: network.Ambiguous, Message: "this channel's id cannot be read"}
	}
	who, _, err := self(ctx, c, a)
	if err != nil {
		return a, err
	}
	if who.UserID != p.user || who.TeamID != p.team {
		return a, &network.Error{Kind: network.Reauth, Message: "the token belongs to another app or workspace"}
	}
	there, err := conversationOf(ctx, c, a, p.channel)
	if err != nil {
		return a, err
	}
	if name := network.Printable(there.Channel.Name); name != "" {
		a.Handle = name
	}
	a.Name = network.Printable(who.Team)
	a.Options = map[string]string{workspaceOption: hostOf(who.URL)}
	return a, nil
}

// self reads whom a token belongs to, and what it may do ("" if Slack does not say).
func self(ctx context.Context, c network.Calls, a network.Account) (who identity, scopes string, err error) {
	reply, err := c.Read(ctx, "app", request(a, "GET", "auth.test", nil))
	if err != nil {
		return who, "", asError(err)
	}
	if err := decode(reply, "the app", &who); err != nil {
		return who, "", err
	}
	if !teamForm.MatchString(who.TeamID) || !userForm.MatchString(who.UserID) || hostOf(who.URL) == "" {
		return who, "", unreadable("the app")
	}
	return who, reply.Header["X-Oauth-Scopes"], nil
}

// conversationOf reads a channel.
func conversationOf(ctx context.Context, c network.Calls, a network.Account, id string) (conversation, error) {
	var there conversation
	reply, err := c.Read(ctx, "channel", request(a, "GET", "conversations.info", url.Values{"channel": {id}}))
	if err != nil {
		return there, asError(err)
	}
	if err := decode(reply, "the channel", &there); err != nil {
		return there, err
	}
	if there.Channel.ID != id {
		return there, unreadable("the channel")
	}
	return there, nil
}

// Delete removes a message; one that is gone already (message_not_found, documented) is success.
func (Network) Delete(ctx context.Context, c network.Calls, a network.Account, r network.Receipt) error {
	p, ok := placeOf(a)
	if !ok || !tsForm.MatchString(r.RemoteID) {
		return &network.Error{Kind: network.Ambiguous, Message: "this message's id cannot be read"}
	}
	request, err := post(a, "chat.delete", struct {
		Channel string `json:"channel"`
		TS      string `json:"ts"`
	}{p.channel, r.RemoteID})
	if err != nil {
		return err
	}
	reply, err := c.Prepare(ctx, "delete "+r.RemoteID, request)
	if err != nil {
		return asError(err)
	}
	err = judge(reply)
	if e, ok := err.(*network.Error); ok && e.Code == "message_not_found" { //nolint:errorlint // judge makes it, never wrapped
		return nil
	}
	return err
}

// permalink is the address of a message (docs.slack.dev, chat.getPermalink, example, as quoted in
// 2026), "" if the workspace's name is not known.
func permalink(host, channel, ts, thread string) string {
	if host == "" {
		return ""
	}
	link := "https://" + host + "/archives/" + channel
	if ts != "" {
		link += "/p" + strings.Replace(ts, ".", "", 1)
	}
	if thread != "" && thread != ts {
		link += "?thread_ts=" + thread + "&cid=" + channel
	}
	return link
}
