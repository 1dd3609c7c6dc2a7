package linkedin

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"postbag/backend/network"
	"postbag/backend/network/measure"
)

// Publish uploads the pictures, the video or the document, then makes the post visible with one request.
func (n Network) Publish(ctx context.Context, c network.Calls, a network.Account, p network.Plan) (network.Receipt, error) {
	if err := n.Describe().Refuse(a, p); err != nil {
		return network.Receipt{}, err
	}
	if len(p.Done) > 0 {
		return p.Done[0], nil
	}
	author, ok := authorOf(a)
	if !ok {
		return network.Receipt{}, network.Reject("", "this channel's id cannot be read; connect it again")
	}
	var images []string
	if m, is := videoOf(p); is {
		id, err := filmed(ctx, c, a, m)
		if err != nil {
			return network.Receipt{}, err
		}
		images = append(images, id)
	}
	if p.Document != nil {
		id, err := put(ctx, c, a, p.Document.File(), documentsPath, stepDocument)
		if err != nil {
			return network.Receipt{}, err
		}
		images = append(images, id)
	}
	for i, m := range pictures(p) {
		id, err := uploaded(ctx, c, a, m, fmt.Sprintf("picture %d", i+1))
		if err != nil {
			return network.Receipt{}, err
		}
		images = append(images, id)
	}
	req, err := postJSON(a, "/rest/posts", nil, postOf(author, p, images))
	if err != nil {
		return network.Receipt{}, err
	}
	const step = "post 1"
	reply, err := c.Publish(ctx, step, req)
	if err != nil {
		return network.Receipt{}, asError(err)
	}
	return classify(step, reply)
}

// pictures are what has to be uploaded beside a video: the post's, or its link card's.
func pictures(p network.Plan) []network.Media {
	if _, is := videoOf(p); is || p.Document != nil {
		return nil
	}
	if media := p.Parts[0].Media; len(media) > 0 || p.Link == nil || p.Link.Thumb == nil {
		return media
	}
	return []network.Media{*p.Link.Thumb}
}

// postOf is the post of a plan whose pictures, or whose video, have the given URNs.
func postOf(author string, p network.Plan, images []string) newPost {
	text := p.Parts[0].Text
	if strings.TrimSpace(text) == "" { // a picture or a link alone
		text = ""
	}
	body := newPost{
		Author: author, Commentary: little(text), Visibility: "PUBLIC", State: "PUBLISHED",
		Distribution: distribution{Feed: "MAIN_FEED", Targets: []string{}, Channels: []string{}},
	}
	if p.Visibility == visiblePrivate {
		body.Visibility = "CONNECTIONS"
	}
	switch shown := p.Parts[0].Media; {
	case p.Document != nil:
		body.Content = &content{Media: &media{ID: images[0], Title: p.Document.Title}}
	case len(shown) == 1 && shown[0].Kind == network.Video: // no document has a place for its description
		body.Content = &content{Media: &media{ID: images[0]}}
	case len(shown) == 1:
		body.Content = &content{Media: &media{ID: images[0], AltText: shown[0].Alt}}
	case len(shown) > 1:
		var list []media
		for i, m := range shown {
			list = append(list, media{ID: images[i], AltText: m.Alt})
		}
		body.Content = &content{MultiImage: &multiImage{Images: list}}
	case p.Link != nil:
		card := &article{Source: p.Link.URL, Title: titleOf(*p.Link), Description: strings.TrimSpace(p.Link.Description)}
		if len(images) > 0 {
			card.Thumbnail = images[0]
		}
		body.Content = &content{Article: card}
	}
	return body
}

// titleOf is the title of a link card, which must have one: that of a page without any is its address.
func titleOf(l network.Link) string {
	if title := strings.TrimSpace(l.Title); title != "" {
		return title
	}
	short := strings.TrimPrefix(strings.TrimPrefix(l.URL, "https://"), "http://")
	for measure.UTF16(short) > mostTitle {
		short = measure.CutGraphemes(short, mostTitle/2)
	}
	return short
}

// also holds a plan to the rules of a link card, of a video, and of a document.
func also(l network.Limits, p network.Plan) []network.Issue {
	issues := append(videoIssues(p), documentIssues(p)...)
	if p.Link == nil || len(p.Parts) == 0 {
		return issues
	}
	issue := network.Issue{Code: "link", Field: "link", Media: -1, OverflowAt: -1}
	u, err := url.Parse(p.Link.URL)
	switch thumb := p.Link.Thumb; {
	case err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" || strings.ContainsFunc(p.Link.URL, blank):
		issue.Message = "the link's address is not an address of the web"
	case len(p.Parts[0].Media) > 0 && !strings.Contains(p.Parts[0].Text, p.Link.URL):
		issue.Message = "LinkedIn shows pictures or a link card, not both: put the link into the text"
	case measure.UTF16(p.Link.Title) > mostTitle, measure.UTF16(p.Link.Description) > mostDescription:
		issue.Message = fmt.Sprintf("the link card's title has at most %d characters on LinkedIn, its description %d", mostTitle, mostDescription)
	case thumb != nil && thumb.Bytes > l.Media.ImageBytes:
		issue.Code = network.IssueMediaBytes
		issue.Message = fmt.Sprintf("the link's picture has %d bytes, LinkedIn takes %d", thumb.Bytes, l.Media.ImageBytes)
	default:
		return issues
	}
	return append(issues, issue)
}

func blank(r rune) bool { return r <= ' ' || r == 0x7f }
