package facebook

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"postbag/backend/network"
)

// Publish uploads the pictures or the video, then makes the post visible with one request.
func (n Network) Publish(ctx context.Context, c network.Calls, a network.Account, p network.Plan) (network.Receipt, error) {
	if err := n.Describe().Refuse(a, p); err != nil {
		return network.Receipt{}, err
	}
	if len(p.Done) > 0 {
		return p.Done[0], nil
	}
	if !idForm.MatchString(a.RemoteID) {
		return network.Receipt{}, network.Reject("", "this channel's id cannot be read; connect it again")
	}
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
	reply, err := c.Publish(ctx, stepPost, withForm(request(a, "POST", "/"+a.RemoteID+"/feed", nil), form))
	if err != nil {
		return network.Receipt{}, asError(err)
	}
	return classify(stepPost, reply)
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

// also is what only this network knows to be wrong with a plan.
func also(_ network.Limits, p network.Plan) []network.Issue {
	var list []network.Issue
	add := func(code, field string, media int, message string) *network.Issue {
		list = append(list, network.Issue{Code: code, Field: field, Media: media, OverflowAt: -1, Message: message})
		return &list[len(list)-1]
	}
	if len(p.Parts) == 0 {
		return nil
	}
	media := p.Parts[0].Media
	for i, m := range media {
		if m.Kind == network.Video && m.Alt != "" {
			add(network.IssueAltLost, "alt", i, "a video on Facebook has no place for a description; it will be left out").Warning = true
		}
	}
	if p.Link == nil {
		return list
	}
	u, err := url.Parse(p.Link.URL)
	switch {
	case err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" || strings.ContainsFunc(p.Link.URL, blank):
		add("link", "link", -1, "the link's address is not an address of the web")
	case len(media) > 0 && !strings.Contains(p.Parts[0].Text, p.Link.URL):
		add("link", "link", -1, "Facebook shows pictures, a video or a link card, not two of them: put the link into the text")
	}
	return list
}

func blank(r rune) bool { return r <= ' ' || r == 0x7f }
