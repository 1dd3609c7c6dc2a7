package instagram

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"strconv"
	"strings"

	"postbag/backend/network"
)

// Publish puts the files on the person's storage, has Instagram make containers of them, waits until the
// last one is finished, publishes it, and writes the first comment under it. What is live already makes no
// request.
func (n Network) Publish(ctx context.Context, c network.Calls, a network.Account, p network.Plan) (network.Receipt, error) {
	if err := n.Describe().Refuse(a, p); err != nil {
		return network.Receipt{}, err
	}
	if !idForm.MatchString(a.RemoteID) {
		return network.Receipt{}, network.Reject("", "this account's id cannot be read; connect it again")
	}
	if len(p.Parts) > 1 && a.Options[keyComments] == commentsOff {
		return network.Receipt{}, network.Reject(network.IssueOption, mute)
	}
	if len(p.Done) >= len(p.Parts) {
		return p.Done[0], nil
	}
	var first network.Receipt
	var err error
	if len(p.Done) > 0 {
		first = p.Done[0]
	} else if first, err = whole(ctx, c, a, p); err != nil {
		return first, err
	}
	if len(p.Parts) < 2 {
		return first, nil
	}
	return first, comment(ctx, c, a, p, first)
}

// whole publishes the first part of a plan.
func whole(ctx context.Context, c network.Calls, a network.Account, p network.Plan) (network.Receipt, error) {
	if err := room(ctx, c, a); err != nil {
		return network.Receipt{}, err
	}
	id, err := contained(ctx, c, a, p)
	if err != nil {
		return network.Receipt{}, err
	}
	if err := ready(ctx, c, a, stepState, id); err != nil {
		return network.Receipt{}, err
	}
	r := post(a, "/"+a.RemoteID+"/media_publish", url.Values{"creation_id": {id}})
	r.Container = id
	step := publishing(a, id)
	reply, err := c.Publish(ctx, step, r)
	if err != nil {
		return network.Receipt{}, asError(err)
	}
	return classify(step, reply)
}

// room asks how many posts Instagram still takes. An answer that does not say keeps no post back.
func room(ctx context.Context, c network.Calls, a network.Account) error {
	reply, err := c.Read(ctx, stepQuota, get(a, "/"+a.RemoteID+"/content_publishing_limit", url.Values{"fields": {"quota_usage,config"}}))
	if err != nil {
		return asError(err)
	}
	if !reply.OK() {
		if err := judge(reply); network.KindOf(err) == network.Reauth || network.KindOf(err) == network.Throttled {
			return err
		}
		return nil
	}
	for _, l := range left(network.Use{Step: stepQuota, Kind: network.UseRead}, reply) {
		if l.Points == 0 {
			return &network.Error{Kind: network.Throttled, Code: codeQuota, Message: sentences[codeQuota], Wait: pauseQuota}
		}
	}
	return nil
}

// contained makes the container of a plan and returns its id.
func contained(ctx context.Context, c network.Calls, a network.Account, p network.Plan) (string, error) {
	media := p.Parts[0].Media
	if len(media) == 1 {
		address, err := network.Shelved(ctx, c, a, p, stepFile+"1", media[0])
		if err != nil {
			return "", err
		}
		return create(ctx, c, a, stepContainer, single(p, address))
	}
	items := make([]string, len(media))
	for i, m := range media {
		address, err := network.Shelved(ctx, c, a, p, stepFile+strconv.Itoa(i+1), m)
		if err != nil {
			return "", err
		}
		if items[i], err = create(ctx, c, a, stepItem+strconv.Itoa(i+1), item(m, address)); err != nil {
			return "", err
		}
	}
	for i := range items {
		if err := ready(ctx, c, a, stepItemState+strconv.Itoa(i+1), items[i]); err != nil {
			return "", err
		}
	}
	form := url.Values{"media_type": {"CAROUSEL"}, "children": {strings.Join(items, ",")}}
	worded(form, p)
	return create(ctx, c, a, stepContainer, form)
}

// worded adds what a post says beside its media.
func worded(form url.Values, p network.Plan) {
	if text := p.TextWithLink(0); strings.TrimSpace(text) != "" {
		form.Set("caption", text)
	}
	if with := collaborators(p); len(with) > 0 {
		list, err := json.Marshal(with)
		if err != nil { // strings always marshal
			panic(err)
		}
		form.Set("collaborators", string(list))
	}
}

// single is the container of a post of one picture or video (docMedia).
func single(p network.Plan, address string) url.Values {
	m := p.Parts[0].Media[0]
	form := source(m, address)
	switch {
	case isStory(p):
		form.Set("media_type", "STORIES")
		return form
	case m.Kind == network.Video:
		form.Set("media_type", "REELS")
		if cover, _ := coverOf(p); cover > 0 {
			form.Set("thumb_offset", strconv.FormatInt(cover*1000, 10))
		}
		if p.Chosen(optionReelsOnly) {
			form.Set("share_to_feed", "false")
		}
	case m.Alt != "":
		form.Set("alt_text", m.Alt)
	}
	worded(form, p)
	return form
}

// item is the container of one picture or video of a carousel.
func item(m network.Media, address string) url.Values {
	form := source(m, address)
	form.Set("is_carousel_item", "true")
	switch {
	case m.Kind == network.Video:
		form.Set("media_type", "VIDEO")
	case m.Alt != "":
		form.Set("alt_text", m.Alt)
	}
	return form
}

func source(m network.Media, address string) url.Values {
	if m.Kind == network.Video {
		return url.Values{"video_url": {address}}
	}
	return url.Values{"image_url": {address}}
}

// create makes a container and returns its id. Nobody sees it.
func create(ctx context.Context, c network.Calls, a network.Account, step string, form url.Values) (string, error) {
	reply, err := c.Prepare(ctx, step, post(a, "/"+a.RemoteID+"/media", form))
	if err != nil {
		return "", asError(err)
	}
	if !reply.OK() {
		return "", refused(reply)
	}
	id := idIn(reply)
	switch {
	case id != "":
		return id, nil
	case reply.Kept:
		return "", stale("Instagram's answer about the media could not be read; it begins anew")
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
