package slack

import (
	"context"
	"fmt"
	"strings"

	"postbag/backend/network"
)

// What stands in the name of a publishing step, so that an answer can be judged by it alone.
const (
	inChannel   = " in "
	atWorkspace = " at "
)

func stepName(i int, channel, host string) string {
	name := fmt.Sprintf("post %d%s%s", i+1, inChannel, channel)
	if host != "" {
		name += atWorkspace + host
	}
	return name
}

// where reads the channel and the workspace from the name of a step, "" for what is not there.
func where(step string) (channel, host string) {
	_, rest, _ := strings.Cut(step, inChannel)
	channel, host, _ = strings.Cut(rest, atWorkspace)
	if !channelForm.MatchString(channel) {
		channel = ""
	}
	if !hostForm.MatchString(host) {
		host = ""
	}
	return channel, host
}

// Publish sends the parts in order, each with its pictures uploaded right before it, and returns the
// receipt of the first. Slack's threads are flat: every part answers the first. Parts in p.Done are
// live already and are passed over.
func (n Network) Publish(ctx context.Context, c network.Calls, a network.Account, p network.Plan) (network.Receipt, error) {
	if err := n.Describe().Refuse(a, p); err != nil {
		return network.Receipt{}, err
	}
	to, ok := placeOf(a)
	if !ok {
		return network.Receipt{}, network.Reject("", "this channel's id cannot be read; connect it again")
	}
	receipts := p.Done
	for i := len(receipts); i < len(p.Parts); i++ {
		thread := ""
		if i > 0 {
			if thread = receipts[0].RemoteID; !tsForm.MatchString(thread) {
				return network.Receipt{}, network.Reject("", "the first part's id cannot be read, so nothing can answer it")
			}
		}
		var files []string
		for j, m := range p.Parts[i].Media {
			id, err := uploaded(ctx, c, a, m, fmt.Sprintf("picture %d of part %d", j+1, i+1))
			if err != nil {
				return network.Receipt{}, err
			}
			files = append(files, id)
		}
		request, err := messageRequest(a, to, p, i, thread, files)
		if err != nil {
			return network.Receipt{}, err
		}
		step := stepName(i, to.channel, workspaceOf(a))
		reply, err := c.Publish(ctx, step, request)
		if err != nil {
			return network.Receipt{}, asError(err)
		}
		receipt, err := classify(step, reply)
		if err != nil {
			return network.Receipt{}, err
		}
		receipts = append(receipts[:i:i], receipt)
	}
	return receipts[0], nil
}

// messageRequest makes the request of part i. The same plan makes the same bytes.
func messageRequest(a network.Account, to place, p network.Plan, i int, thread string, files []string) (network.Request, error) {
	if p.Key(i) == "" { // without it no look-up could tell the message
		return network.Request{}, network.Reject("", "this part has no key")
	}
	text := p.TextWithLink(i)
	if strings.TrimSpace(text) == "" { // pictures alone
		text = ""
	}
	previews := !p.Chosen(optionPlain)
	body := newMessage{
		Channel: to.channel, Text: escape(text), Blocks: blocks(text, p.Parts[i].Media, files),
		ThreadTS: thread, Broadcast: thread != "" && p.Chosen(optionBroadcast),
		UnfurlLinks: previews, UnfurlMedia: previews,
		Metadata: metadata{EventType: eventType, Payload: eventPayload{Key: p.Key(i)}},
	}
	r, err := post(a, "chat.postMessage", body)
	r.Segment = i
	return r, err
}

// blocks shows pictures below their text. A message without pictures needs none: its text is shown.
func blocks(text string, media []network.Media, files []string) []block {
	if len(files) == 0 {
		return nil
	}
	var list []block
	if text != "" {
		for _, piece := range sections(text, mostSection) {
			list = append(list, block{Type: "section", Text: &blockText{Type: "mrkdwn", Text: escape(piece)}})
		}
	}
	for j, id := range files {
		alt := media[j].Alt
		if strings.TrimSpace(alt) == "" { // a block must have one (docBlock); Slack itself takes the file's name
			alt = network.FormFileName(media[j])
		}
		list = append(list, block{Type: "image", File: &slackFile{ID: id}, AltText: alt})
	}
	return list
}
