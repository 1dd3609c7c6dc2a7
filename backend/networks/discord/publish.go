package discord

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"

	"postbag/backend/network"
)

// inServer stands in the name of a publishing step between the part and the server.
const inServer = " in server "

// mostNonce is the most characters of a nonce (docAPI).
const mostNonce = 25

// Publish sends the parts in order, each answering the one before, with its files in the same
// request, and returns the receipt of the first. Parts in p.Done are live already and are passed over.
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
		parent := ""
		if i > 0 {
			parent = receipts[i-1].RemoteID
		}
		request, err := messageRequest(a, to, p, i, parent)
		if err != nil {
			return network.Receipt{}, err
		}
		step := fmt.Sprintf("post %d%s%s", i+1, inServer, to.guild)
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
func messageRequest(a network.Account, to place, p network.Plan, i int, parent string) (network.Request, error) {
	body := newMessage{
		Content:         p.TextWithLink(i),
		AllowedMentions: mentions{Parse: []string{}},
	}
	if key := p.Key(i); key != "" {
		body.Nonce, body.EnforceNonce = key[:min(len(key), mostNonce)], true
	}
	if p.Chosen(optionSilent) {
		body.Flags |= flagSilent
	}
	if p.Chosen(optionPlain) {
		body.Flags |= flagNoEmbeds
	}
	if parent != "" {
		body.Reference = &reference{MessageID: parent, ChannelID: to.channel, FailIfNotExists: true}
	}
	media := p.Parts[i].Media
	fields := make([]network.Field, 1, 1+len(media))
	for j := range media {
		id := strconv.Itoa(j)
		body.Attachments = append(body.Attachments, attachment{
			ID: id, FileName: network.FormFileName(media[j]), Description: media[j].Alt, Spoiler: p.Chosen(optionSpoiler),
		})
		fields = append(fields, network.Field{Name: "files[" + id + "]", Media: &media[j]})
	}
	encoded, err := json.Marshal(body)
	if err != nil {
		return network.Request{}, &network.Error{Kind: network.Rejected, Message: "the message cannot be encoded", Err: err}
	}
	r := get(a, messagesPath(to))
	r.Method, r.Segment = "POST", i
	if len(media) == 0 {
		r.Header["Content-Type"], r.Body = "application/json", network.Bytes(encoded)
		return r, nil
	}
	fields[0] = network.Field{Name: "payload_json", Type: "application/json", Value: string(encoded)}
	r.Header["Content-Type"], r.Body = network.Form(fmt.Sprintf("%s\nmessage %d", p.Delivery, i+1), fields...)
	return r, nil
}
