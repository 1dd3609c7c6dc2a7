package threads

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"strconv"
	"strings"

	"postbag/backend/network"
)

// Publish puts the files on the person's storage, and then for each part makes a container, waits until it is
// finished, and publishes it, in answer to the part before. It returns the receipt of the first. Parts in
// p.Done are live already and are passed over.
func (n Network) Publish(ctx context.Context, c network.Calls, a network.Account, p network.Plan) (network.Receipt, error) {
	if err := n.Describe().Refuse(a, p); err != nil {
		return network.Receipt{}, err
	}
	if len(p.Done) >= len(p.Parts) {
		return p.Done[0], nil
	}
	if err := room(ctx, c, a, len(p.Done), len(p.Parts)); err != nil {
		return network.Receipt{}, err
	}
	files := make([][]string, len(p.Parts))
	for i := len(p.Done); i < len(p.Parts); i++ {
		for j := range p.Parts[i].Media {
			address, err := network.Shelved(ctx, c, a, p, at(stepFile, i, j), p.Parts[i].Media[j])
			if err != nil {
				return network.Receipt{}, err
			}
			files[i] = append(files[i], address)
		}
	}
	receipts := p.Done
	for i := len(receipts); i < len(p.Parts); i++ {
		parent := ""
		if i > 0 {
			if parent = receipts[i-1].RemoteID; !idForm.MatchString(parent) {
				return network.Receipt{}, network.Reject("", "the id of the part before cannot be read, so nothing can answer it")
			}
		}
		receipt, err := one(ctx, c, a, p, i, parent, files[i])
		if err != nil {
			return network.Receipt{}, err
		}
		receipts = append(receipts[:i:i], receipt)
	}
	return receipts[0], nil
}

// one publishes part i.
func one(ctx context.Context, c network.Calls, a network.Account, p network.Plan, i int, parent string, files []string) (network.Receipt, error) {
	id, err := contained(ctx, c, a, p, i, parent, files)
	if err != nil {
		return network.Receipt{}, err
	}
	if err := ready(ctx, c, a, stepState+strconv.Itoa(i+1), id); err != nil {
		return network.Receipt{}, err
	}
	r := post(a, "/me/threads_publish", url.Values{"creation_id": {id}})
	r.Container, r.Segment = id, i
	step := publishing(a, i, id)
	reply, err := c.Publish(ctx, step, r)
	if err != nil {
		return network.Receipt{}, asError(err)
	}
	return classify(step, reply)
}

// room asks how much Threads still takes. An answer that does not say keeps nothing back.
func room(ctx context.Context, c network.Calls, a network.Account, done, parts int) error {
	fields := url.Values{"fields": {"quota_usage,config,reply_quota_usage,reply_config"}}
	reply, err := c.Read(ctx, stepQuota, get(a, "/me/threads_publishing_limit", fields))
	if err != nil {
		return asError(err)
	}
	if !reply.OK() {
		if err := judge(reply); network.KindOf(err) == network.Reauth || network.KindOf(err) == network.Throttled {
			return err
		}
		return nil
	}
	needs := map[string]int{windowReplies: parts - max(done, 1)}
	if done == 0 {
		needs[windowPosts] = 1
	}
	for _, l := range left(network.Use{Step: stepQuota, Kind: network.UseRead}, reply) {
		if l.Points < needs[l.Window] {
			return &network.Error{Kind: network.Throttled, Code: codeQuota, Message: sentences[codeQuota], Wait: pauseQuota}
		}
	}
	return nil
}

// contained makes the container of part i and returns its id.
func contained(ctx context.Context, c network.Calls, a network.Account, p network.Plan, i int, parent string, files []string) (string, error) {
	form, media := url.Values{"media_type": {"TEXT"}}, p.Parts[i].Media
	switch {
	case len(media) == 1:
		form = source(media[0], files[0])
	case len(media) > 1:
		items := make([]string, len(media))
		for j, m := range media {
			part := source(m, files[j])
			part.Set("is_carousel_item", "true")
			var err error
			if items[j], err = create(ctx, c, a, at(stepItem, i, j), part, i, ""); err != nil {
				return "", err
			}
		}
		for j := range items {
			if err := ready(ctx, c, a, at(stepItemState, i, j), items[j]); err != nil {
				return "", err
			}
		}
		form = url.Values{"media_type": {"CAROUSEL"}, "children": {strings.Join(items, ",")}}
	case i == 0 && p.Poll != nil:
		form.Set("poll_attachment", poll(p.Poll.Options))
	case i == 0 && p.Link != nil && p.Link.URL != "":
		form.Set("link_attachment", p.Link.URL)
	}
	if text := p.TextWithLink(i); strings.TrimSpace(text) != "" {
		form.Set("text", text)
	}
	if parent != "" {
		form.Set("reply_to_id", parent)
	} else {
		if v := p.Options[optionReplies]; v != "" && v != everyone {
			form.Set("reply_control", v)
		}
		if topic := topicOf(p); topic != "" {
			form.Set("topic_tag", topic)
		}
	}
	return create(ctx, c, a, stepContainer+strconv.Itoa(i+1), form, i, parent)
}

// poll is the value of poll_attachment (docPolls): the answers by letters, as a JSON object.
func poll(answers []string) string {
	object := map[string]string{}
	for i, answer := range answers {
		object["option_"+string(rune('a'+i))] = answer
	}
	text, err := json.Marshal(object)
	if err != nil { // strings alone: it cannot be
		return ""
	}
	return string(text)
}

// source is the part of a container that says which file it is of.
func source(m network.Media, address string) url.Values {
	form := url.Values{"media_type": {"IMAGE"}, "image_url": {address}}
	if m.Kind == network.Video {
		form = url.Values{"media_type": {"VIDEO"}, "video_url": {address}}
	}
	if m.Alt != "" {
		form.Set("alt_text", m.Alt)
	}
	return form
}

// create makes a container and returns its id. Nobody sees it.
func create(ctx context.Context, c network.Calls, a network.Account, step string, form url.Values, part int, parent string) (string, error) {
	r := post(a, "/me/threads", form)
	r.Segment = part
	reply, err := c.Prepare(ctx, step, r)
	if err != nil {
		return "", asError(err)
	}
	if !reply.OK() {
		if parent != "" { // the post before may not be known everywhere yet, which no code tells apart
			return "", judge(reply)
		}
		return "", refused(reply)
	}
	id := idIn(reply)
	switch {
	case id != "":
		return id, nil
	case reply.Kept:
		return "", stale("Threads's answer about the media could not be read; it begins anew")
	}
	return "", unreadable("the media")
}

// refused judges the answer to a container that was not made. An invalid parameter (100, docGraph) is a
// refusal there, where nothing can be public yet.
func refused(r network.Reply) error {
	err := judge(r)
	if r.Status == 400 && codeOf(err) == codeParameter {
		if e, ok := errors.AsType[*network.Error](err); ok {
			return &network.Error{Kind: network.Rejected, Code: e.Code, Message: e.Message}
		}
	}
	return err
}
