package googlebusiness

import (
	"encoding/json"
	"net/url"
	"strconv"
	"strings"

	"postbag/backend/network"
	"postbag/backend/network/measure"
)

// onLocation stands in the name of the publishing step before the place, so that an answer can be judged
// by it alone.
const onLocation = "post on "

// stepFile puts the picture on the storage.
const stepFile = "file 1"

// newPost makes the request of a plan, whose picture is at a public address, "" for none.
func newPost(a network.Account, at place, p network.Plan, picture string) (network.Request, error) {
	post := localPost{Language: p.Language, Summary: textOf(p), Topic: topicOf(p), Button: buttonOf(p), Event: eventOf(p), Offer: offerOf(p)}
	if picture != "" {
		post.Media = []mediaItem{{Format: "PHOTO", Source: picture}}
	}
	body, err := json.Marshal(post)
	if err != nil {
		return network.Request{}, &network.Error{Kind: network.Rejected, Message: "the post cannot be encoded", Err: err}
	}
	r := get(a, hostsOf(a).posts, "/v4/"+at.path()+"/localPosts", nil)
	r.Method, r.Body = "POST", network.Bytes(body)
	r.Header["Content-Type"] = "application/json"
	return r, nil
}

// linkOf is the link of a post, "" if it has none.
func linkOf(p network.Plan) string {
	if p.Link == nil {
		return ""
	}
	return p.Link.URL
}

// textOf is the text as it goes out. A button that calls has no place for a link: it goes below the text.
func textOf(p network.Plan) string {
	if p.Options[optionButton] == buttonCall && topicOf(p) != kindOffer {
		return p.TextWithLink(0)
	}
	return p.Parts[0].Text
}

// buttonOf is what the button says and where it leads. A post without a link has none, but for calling; an
// offer never has one ("ignored for topic type OFFER", docPost), and leads where it is redeemed.
func buttonOf(p network.Plan) *action {
	kind := p.Options[optionButton]
	switch {
	case topicOf(p) == kindOffer:
		return nil
	case kind == buttonCall:
		return &action{Type: "CALL"}
	case linkOf(p) == "":
		return nil
	case kind == "":
		kind = buttonLearn
	}
	return &action{Type: strings.ToUpper(kind), URL: linkOf(p)}
}

// issueSmall is the code of a picture that Google finds too small.
const issueSmall = "media_too_small"

// issueLink is the code that the composer has for a link that does not work.
const issueLink = "link"

// also is what only this network knows to be wrong: a button without a link, a link that is none, and a
// text that its link makes too long.
func also(l network.Limits, p network.Plan) []network.Issue {
	if len(p.Parts) == 0 {
		return nil
	}
	var issues []network.Issue
	add := func(code, field, message string, values map[string]string) {
		issues = append(issues, network.Issue{Code: code, Field: field, Media: -1, OverflowAt: -1, Message: message, Values: values})
	}
	kind, link := p.Options[optionButton], linkOf(p)
	if strings.TrimSpace(p.Parts[0].Text) == "" && link != "" && len(p.Parts[0].Media) == 0 { // a button is no post
		add(network.IssueEmpty, "text", "a post needs words beside its button", nil)
	}
	if link == "" && kind != "" && kind != buttonLearn && kind != buttonCall && topicOf(p) != kindOffer {
		add(network.IssueOption, "options", "this button needs a link in the post", map[string]string{"option": "Button", "value": network.Printable(kind)})
	}
	if link != "" && !validLink(link) {
		add(issueLink, "link", "the link must begin with https:// or http://", nil)
	}
	if n := measure.CodePoints(textOf(p)); measure.CodePoints(p.Parts[0].Text) <= l.Text.Max && n > l.Text.Max {
		add(network.IssueTooLong, "text", "with its link the text is longer than Google takes", overBy(n, l.Text.Max))
	}
	for i, m := range p.Parts[0].Media {
		if m.Kind == network.Image && (m.Width < leastSide || m.Height < leastSide || m.Bytes < leastBytes) { // docPhoto
			issues = append(issues, network.Issue{
				Code: issueSmall, Field: "media", Media: i, OverflowAt: -1, Warning: true,
				Message: "Google asks for a picture of at least 250 by 250 pixels and 10 KB, and may refuse this one",
				Values:  map[string]string{"width": strconv.Itoa(m.Width), "height": strconv.Itoa(m.Height)},
			})
		}
	}
	return append(issues, occasionIssues(p)...)
}

// The least that a picture has (docPhoto).
const (
	leastSide  = 250
	leastBytes = 10_000
)

func validLink(link string) bool {
	u, err := url.Parse(link)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != ""
}
