package discordwebhook

import (
	"context"
	"encoding/json"
	"net/url"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"postbag/backend/network"
	"postbag/backend/network/measure"
)

// inServer stands in the name of the publishing step before the server, which the answer does not name.
const inServer = " in server "

// Publish sends a post in one request, with its files in it. A plan that is live already makes none.
func (n Network) Publish(ctx context.Context, c network.Calls, a network.Account, p network.Plan) (network.Receipt, error) {
	if err := n.Describe().Refuse(a, p); err != nil {
		return network.Receipt{}, err
	}
	if len(p.Done) > 0 {
		return p.Done[0], nil
	}
	to, ok := placeOf(a)
	if !ok {
		return network.Receipt{}, network.Reject("", "this channel's id cannot be read; connect it again")
	}
	if to.thread != "" && titleOf(p) != "" {
		return network.Receipt{}, network.Reject("", "this channel writes to one thread; a title begins another. Leave the title empty")
	}
	r, err := messageRequest(a, to, p)
	if err != nil {
		return network.Receipt{}, err
	}
	step := "post 1" + inServer + to.guild
	reply, err := c.Publish(ctx, step, r)
	if err != nil {
		return network.Receipt{}, asError(err)
	}
	return classify(step, reply)
}

// messageRequest makes the one request of a plan. The same plan makes the same bytes.
func messageRequest(a network.Account, to place, p network.Plan) (network.Request, error) {
	body := newMessage{
		Content: p.TextWithLink(0), AllowedMentions: mentions{Parse: []string{}},
		UserName: nameOf(p), Avatar: avatarOf(p), ThreadName: titleOf(p),
	}
	if p.Chosen(optionSilent) {
		body.Flags |= flagSilent
	}
	if p.Chosen(optionPlain) {
		body.Flags |= flagNoEmbeds
	}
	media := p.Parts[0].Media
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
	query := url.Values{"wait": {"true"}} // or Discord answers before the message is there, and without it
	if to.thread != "" {
		query.Set("thread_id", to.thread)
	}
	r := request(a, "POST", to.hook, "", query)
	if len(media) == 0 {
		r.Header["Content-Type"], r.Body = "application/json", network.Bytes(encoded)
		return r, nil
	}
	fields[0] = network.Field{Name: "payload_json", Type: "application/json", Value: string(encoded)}
	r.Header["Content-Type"], r.Body = network.Form(p.Delivery+"\nmessage 1", fields...)
	return r, nil
}

func nameOf(p network.Plan) string   { return strings.TrimSpace(p.Options[optionName]) }
func avatarOf(p network.Plan) string { return strings.TrimSpace(p.Options[optionAvatar]) }
func titleOf(p network.Plan) string  { return strings.TrimSpace(p.Options[optionTitle]) }

// also is what only this network knows to be wrong: the three texts among the options.
func also(_ network.Limits, p network.Plan) []network.Issue {
	var issues []network.Issue
	for _, o := range []struct{ label, value, why string }{
		{labelName, nameOf(p), wrongName(nameOf(p))},
		{labelAvatar, avatarOf(p), wrongAvatar(avatarOf(p))},
		{labelTitle, titleOf(p), wrongTitle(titleOf(p))},
	} {
		if o.why != "" {
			issues = append(issues, network.Issue{
				Code: network.IssueOption, Field: "options", Media: -1, OverflowAt: -1, Message: o.why,
				Values: map[string]string{"option": o.label, "value": network.Printable(o.value)},
			})
		}
	}
	return issues
}

// wrongName says what is wrong with the name a message is written under (docWebhooks, "Create Webhook").
func wrongName(name string) string {
	lower := strings.ToLower(name)
	switch {
	case !oneLine(name) || measure.UTF16(name) > mostName:
		return "a sender's name is one line of at most 80 characters"
	case strings.Contains(lower, "clyde"), strings.Contains(lower, "discord"):
		return "Discord takes no sender's name with \"discord\" or \"clyde\" in it"
	}
	return ""
}

// wrongAvatar says what is wrong with the address of a picture (docAPI).
func wrongAvatar(address string) string {
	if address == "" {
		return ""
	}
	u, err := url.Parse(address)
	if err != nil || !network.Visible(address) || len(address) > mostAvatar || u.Scheme != "https" || u.Host == "" || u.User != nil {
		return "the sender's picture is the address of one on the web, with https://"
	}
	return ""
}

// wrongTitle says what is wrong with the title of a post in a forum (docAPI).
func wrongTitle(title string) string {
	if !oneLine(title) || measure.UTF16(title) > mostTitle {
		return "a title is one line of at most 100 characters"
	}
	return ""
}

func oneLine(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, unicode.IsControl)
}
