package telegram

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"

	"postbag/backend/network"
)

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
		with := common{Chat: to.chat, Silent: p.Chosen(optionSilent), Protect: p.Chosen(optionProtect)}
		if i > 0 {
			ids, ok := splitIDs(receipts[i-1].RemoteID)
			if !ok {
				return network.Receipt{}, network.Reject("", "it is not known which message the next part has to answer")
			}
			with.Reply = &reply{Message: ids[0]}
		}
		request := messageRequest(a, with, p, i)
		request.Segment = i
		step := fmt.Sprintf("post %d", i+1)
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
func messageRequest(a network.Account, with common, p network.Plan, i int) network.Request {
	text, media := p.TextWithLink(i), p.Parts[i].Media
	switch {
	case i == 0 && p.Poll != nil:
		poll := newPoll{common: with, Question: text, Multiple: p.Poll.Multiple, Open: p.Poll.DurationS}
		for _, o := range p.Poll.Options {
			poll.Options = append(poll.Options, pollOption{o})
		}
		return request(a, "sendPoll", poll)
	case len(media) == 0:
		return request(a, "sendMessage", newText{common: with, Text: text, Preview: previewOf(p, i)})
	case len(media) == 1:
		return withFile(a, with, p, i, text)
	}
	return withAlbum(a, with, p, i, text)
}

func previewOf(p network.Plan, i int) *preview {
	switch {
	case p.Chosen(optionPlain):
		return &preview{Off: true}
	case i == 0 && p.Link != nil && p.Link.URL != "":
		return &preview{URL: p.Link.URL}
	}
	return nil
}

// withFile sends one picture, animation or video with its caption.
func withFile(a network.Account, with common, p network.Plan, i int, text string) network.Request {
	m := &p.Parts[i].Media[0]
	method, field := "sendPhoto", "photo"
	fields := with.fields()
	switch m.Kind {
	case network.Animation:
		method, field = "sendAnimation", "animation"
		fields = append(fields, sizes(m)...)
	case network.Video:
		method, field = "sendVideo", "video"
		fields = append(fields, sizes(m)...)
		fields = append(fields, network.Field{Name: "supports_streaming", Value: "true"})
	case network.Image:
	}
	if text != "" {
		fields = append(fields, network.Field{Name: "caption", Value: text})
	}
	if p.Chosen(optionSpoiler) {
		fields = append(fields, network.Field{Name: "has_spoiler", Value: "true"})
	}
	return form(a, method, p, i, append(fields, network.Field{Name: field, Media: m}))
}

// withAlbum sends several pictures and videos as one; the caption of the first is the album's.
func withAlbum(a network.Account, with common, p network.Plan, i int, text string) network.Request {
	media := p.Parts[i].Media
	list := make([]inAlbum, len(media))
	fields := with.fields()
	files := make([]network.Field, len(media))
	for j := range media {
		name := "file" + strconv.Itoa(j+1)
		list[j] = inAlbum{Type: "photo", Media: "attach://" + name, Spoiler: p.Chosen(optionSpoiler)}
		if m := media[j]; m.Kind == network.Video {
			list[j].Type = "video"
			list[j].film = film{Width: m.Width, Height: m.Height, Duration: m.DurationMs / 1000, Streaming: true}
		}
		files[j] = network.Field{Name: name, Media: &media[j]}
	}
	list[0].Caption = text
	encoded, err := json.Marshal(list)
	if err != nil { // plain data always marshals
		panic(err)
	}
	fields = append(fields, network.Field{Name: "media", Value: string(encoded)})
	return form(a, "sendMediaGroup", p, i, append(fields, files...))
}

// fields are what every message has, as fields of a form.
func (c common) fields() []network.Field {
	list := []network.Field{{Name: "chat_id", Value: strconv.FormatInt(c.Chat, 10)}}
	if c.Silent {
		list = append(list, network.Field{Name: "disable_notification", Value: "true"})
	}
	if c.Protect {
		list = append(list, network.Field{Name: "protect_content", Value: "true"})
	}
	if c.Reply != nil {
		list = append(list, network.Field{Name: "reply_parameters", Value: fmt.Sprintf(`{"message_id":%d}`, c.Reply.Message)})
	}
	return list
}

// sizes tells what Telegram cannot always find out for itself.
func sizes(m *network.Media) (list []network.Field) {
	for _, of := range []struct {
		name  string
		value int64
	}{{"width", int64(m.Width)}, {"height", int64(m.Height)}, {"duration", m.DurationMs / 1000}} {
		if of.value > 0 {
			list = append(list, network.Field{Name: of.name, Value: strconv.FormatInt(of.value, 10)})
		}
	}
	return list
}

func form(a network.Account, method string, p network.Plan, i int, fields []network.Field) network.Request {
	r := request(a, method, nil)
	r.Header["Content-Type"], r.Body = network.Form(fmt.Sprintf("%s\nmessage %d", p.Delivery, i+1), fields...)
	return r
}

// also is what only this network knows to be wrong.
func also(_ network.Limits, p network.Plan) []network.Issue {
	var issues []network.Issue
	for i, part := range p.Parts {
		for j, m := range part.Media {
			if issue, bad := oddMedium(part, m); bad {
				issue.Part, issue.Media = i, j
				issues = append(issues, issue)
			}
		}
	}
	return issues
}

// oddMedium says what is wrong with one medium of a part.
func oddMedium(part network.Part, m network.Media) (network.Issue, bool) {
	issue := network.Issue{Field: "media", OverflowAt: -1}
	switch {
	case m.Kind == network.Animation && len(part.Media) > 1:
		issue.Code, issue.Message = network.IssueMixed, "an animation stands alone"
	case m.Kind == network.Image && m.Width > 0 && m.Height > 0 && max(m.Width, m.Height) > mostRatio*min(m.Width, m.Height):
		issue.Code = network.IssueMediaSize
		issue.Message = fmt.Sprintf("one side of the picture is more than %d times the other", mostRatio)
		issue.Values = map[string]string{"width": strconv.Itoa(m.Width), "height": strconv.Itoa(m.Height)}
	default:
		return issue, false
	}
	return issue, true
}
