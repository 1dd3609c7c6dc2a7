package facebook

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"postbag/backend/network"
)

// Publish uploads the pictures or the video, makes the post visible with one request, and writes the first
// comment under it with another. What is in p.Done is live already and is passed over.
func (n Network) Publish(ctx context.Context, c network.Calls, a network.Account, p network.Plan) (network.Receipt, error) {
	if err := n.Describe().Refuse(a, p); err != nil {
		return network.Receipt{}, err
	}
	if !idForm.MatchString(a.RemoteID) {
		return network.Receipt{}, network.Reject("", "this channel's id cannot be read; connect it again")
	}
	if len(p.Parts) > 1 && a.Options[keyComments] == commentsOff {
		return network.Receipt{}, network.Reject(network.IssueOption, mute)
	}
	if len(p.Done) >= len(p.Parts) {
		return p.Done[0], nil
	}
	var first network.Receipt
	var err error
	switch {
	case len(p.Done) > 0:
		first = p.Done[0]
	case isReel(p):
		first, err = reel(ctx, c, a, p)
	case isStory(p):
		first, err = story(ctx, c, a, p)
	default:
		first, err = feed(ctx, c, a, p)
	}
	if err != nil || len(p.Parts) < 2 {
		return first, err
	}
	return first, comment(ctx, c, a, p, first)
}

// feed puts a plan's first part among the posts of the Page.
func feed(ctx context.Context, c network.Calls, a network.Account, p network.Plan) (network.Receipt, error) {
	media := p.Parts[0].Media
	if len(media) == 1 && media[0].Kind == network.Video {
		return film(ctx, c, a, p)
	}
	form := url.Values{}
	if text := textOf(p); text != "" {
		form.Set("message", text)
	}
	if p.Link != nil && len(media) == 0 {
		form.Set("link", p.Link.URL)
	}
	for i, m := range media {
		id, err := uploaded(ctx, c, a, m, fmt.Sprintf("picture %d", i+1))
		if err != nil {
			return network.Receipt{}, err
		}
		form.Set("attached_media["+strconv.Itoa(i)+"]", `{"media_fbid":"`+id+`"}`)
	}
	return public(ctx, c, stepPost, withForm(request(a, "POST", "/"+a.RemoteID+"/feed", nil), form))
}

// textOf is the text of a plan, "" if there is nothing to read in it.
func textOf(p network.Plan) string {
	if strings.TrimSpace(p.Parts[0].Text) == "" {
		return ""
	}
	return p.Parts[0].Text
}

// uploaded puts one picture on Facebook, where nobody sees it yet, and returns its id (docPhotos). Each post
// has its own: a picture belongs to the post that it was first shown in.
func uploaded(ctx context.Context, c network.Calls, a network.Account, m network.Media, step string) (string, error) {
	fields := []network.Field{{Name: "published", Value: "false"}}
	if m.Alt != "" {
		fields = append(fields, network.Field{Name: "alt_text_custom", Value: m.Alt})
	}
	r := request(a, "POST", "/"+a.RemoteID+"/photos", nil)
	r.Header["Content-Type"], r.Body = network.Form(step, append(fields, network.Field{Name: "source", Media: &m})...)
	reply, err := c.Prepare(ctx, step, r)
	if err != nil {
		return "", asError(err)
	}
	said, err := read[struct {
		ID string `json:"id"`
	}](reply, "the picture")
	if err == nil && !idForm.MatchString(said.ID) {
		err = unreadable("the picture")
	}
	return said.ID, err
}
