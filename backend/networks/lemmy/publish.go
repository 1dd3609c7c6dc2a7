package lemmy

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"path"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"postbag/backend/network"
	"postbag/backend/network/measure"
)

// mostLink is how long an address may be, in code points (docText).
const mostLink = 2000

// Publish uploads the picture, if there is one, and makes the post. A plan that is live already makes
// no request.
func (n Network) Publish(ctx context.Context, c network.Calls, a network.Account, p network.Plan) (network.Receipt, error) {
	if err := n.Describe().Refuse(a, p); err != nil {
		return network.Receipt{}, err
	}
	if len(p.Done) > 0 {
		return p.Done[0], nil
	}
	at, err := placeOf(a)
	if err != nil {
		return network.Receipt{}, err
	}
	picture := ""
	if media := p.Parts[0].Media; len(media) > 0 {
		if picture, err = upload(ctx, c, a, p, media[0]); err != nil {
			return network.Receipt{}, err
		}
	}
	request, err := send(a, "POST", pathPost, postOf(a, at, p, picture))
	if err != nil {
		return network.Receipt{}, err
	}
	reply, err := c.Publish(ctx, "post 1", request)
	if err != nil {
		return network.Receipt{}, asError(err)
	}
	return classify("post 1", reply)
}

// postOf makes the post of a plan and of where its picture is. A content warning has no place in words:
// what has one is marked NSFW, which hides it until asked for.
func postOf(a network.Account, at place, p network.Plan, picture string) newPost {
	out := newPost{
		Name: title(p), CommunityID: at.community, Body: bodyOf(p), URL: linkOf(p),
		NSFW: p.Chosen(optionNSFW) || p.Warning != "", LanguageID: languageOf(a, p.Language),
	}
	if picture != "" {
		out.URL, out.AltText = picture, p.Parts[0].Media[0].Alt
	}
	return out
}

// title is the title a person chose, or else the first line of the text.
func title(p network.Plan) string {
	name, _ := headed(p)
	return name
}

// headed returns a post's title and its text. A first line that is the title is not said again below
// it; one that cannot be a title stays where it is, and there is none.
func headed(p network.Plan) (title, text string) {
	text = p.Parts[0].Text
	if title = strings.TrimSpace(p.Options[optionTitle]); title != "" {
		return title, text
	}
	line, rest, _ := strings.Cut(strings.TrimSpace(text), "\n")
	if line = strings.TrimSpace(line); wrongTitle(line) != "" {
		return "", text
	}
	return line, strings.TrimSpace(rest)
}

// linkOf returns the link that is the post's address. A post has one: a picture goes before a link.
func linkOf(p network.Plan) string {
	if p.Link == nil || len(p.Parts[0].Media) > 0 {
		return ""
	}
	return p.Link.URL
}

// bodyOf returns the text of a post, with the link that found no place beside a picture.
func bodyOf(p network.Plan) string {
	_, text := headed(p)
	switch {
	case len(p.Parts[0].Media) == 0 || p.Link == nil || p.Link.URL == "" || strings.Contains(text, p.Link.URL):
		return text
	case text == "":
		return p.Link.URL
	}
	return text + "\n\n" + p.Link.URL
}

// upload sends a picture and returns its address. Nobody sees it before a post has it.
func upload(ctx context.Context, c network.Calls, a network.Account, p network.Plan, m network.Media) (string, error) {
	const step = "image 1"
	r := get(a, pathImage, nil)
	if modern(a) {
		r = get(a, pathImage4, nil)
	}
	r.Method = "POST"
	r.Header["Content-Type"], r.Body = network.Form(p.Delivery+"\n"+step, network.Field{Name: "images[]", Media: &m})
	reply, err := c.Prepare(ctx, step, r)
	if err != nil {
		return "", asError(err)
	}
	if !reply.OK() {
		return "", refusedPicture(reply)
	}
	var made uploaded
	if json.Unmarshal(reply.Body, &made) == nil {
		switch {
		case modern(a) && webAddress(made.ImageURL):
			return made.ImageURL, nil
		case !modern(a) && made.Message == "ok" && len(made.Files) == 1 && validFile(made.Files[0].File):
			return a.Server + pathImage + "/" + made.Files[0].File, nil
		}
	}
	return "", unreadable("the picture")
}

// pictureCodes are the refusals of a picture (docErrors).
var pictureCodes = map[string]string{
	"not_an_image_type":     "it is no picture that the server knows",
	"invalid_image_upload":  "it cannot be used",
	"image_upload_disabled": "it takes no pictures at all",
	"pictrs_response_error": "its picture store does not take it",
}

// refusedPicture judges the answer to an upload. 0.19 hands on the picture store's own, with its status:
// {"msg": "…"} (LemmyNet/lemmy, crates/routes/src/images.rs, and the README of pict-rs 0.5, "API").
// Whatever it says, there is no post.
func refusedPicture(r network.Reply) error {
	if why := pictureCodes[problemOf(r)]; why != "" && r.Status == 400 {
		return network.Reject("", "the server refused the picture: "+why)
	}
	if r.Status == 413 { // RFC 9110, 15.5.14, from the server or the proxy before it
		return network.Reject(network.IssueMediaBytes, "the server says that the picture is too large")
	}
	var store uploaded
	if (r.Status == 400 || r.Status == 415 || r.Status == 422) && json.Unmarshal(r.Body, &store) == nil && store.Message != "" {
		return network.Reject("", network.Printable("the server refused the picture: "+store.Message))
	}
	err := judge(r)
	if e, ok := err.(*network.Error); ok && e.Kind == network.Rejected { //nolint:errorlint // Judge makes it, never wrapped
		e.Kind = network.Ambiguous // a post's refusal, and none is asked for yet
	}
	return err
}

// validFile reports whether a name is one of the picture store's: it goes into an address.
func validFile(name string) bool {
	return name != "" && len(name) <= 200 && path.Base(name) == name && name != ".." && name != "." &&
		strings.Trim(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") == ""
}

// languageOf returns the id that a channel's community has for a language, 0 if it has none: then the
// server takes the one that the account and the community agree on.
func languageOf(a network.Account, tag string) number {
	base, _, _ := strings.Cut(strings.ToLower(tag), "-")
	if base == "" {
		return 0
	}
	for entry := range strings.FieldsSeq(a.Options[languagesKept]) {
		if code, id, ok := strings.Cut(entry, "="); ok && code == base {
			return numberOf(id)
		}
	}
	return 0
}

// also is what only this network knows to be wrong: a title is needed, a link has to be one, and a
// link beside a picture is part of the text.
func also(l network.Limits, p network.Plan) []network.Issue {
	if len(p.Parts) == 0 {
		return nil
	}
	var issues []network.Issue
	add := func(code, field, message string, values map[string]string) {
		issues = append(issues, network.Issue{Code: code, Field: field, Media: -1, OverflowAt: -1, Message: message, Values: values})
	}
	if why := wrongTitle(title(p)); why != "" {
		add(network.IssueOption, "options", why, map[string]string{"option": "Title", "value": network.Printable(title(p))})
	}
	if p.Link != nil && p.Link.URL != "" && !validLink(p.Link.URL) {
		add(issueLink, "link", "the link must begin with https:// or http:// and have at most 2000 characters", nil)
	}
	n, most := measure.CodePoints(bodyOf(p)), l.Text.Max
	if measure.CodePoints(p.Parts[0].Text) <= most && n > most {
		add(network.IssueTooLong, "text", fmt.Sprintf("%d over: with its link it has %d, Lemmy takes %d", n-most, n, most), map[string]string{
			"length": strconv.Itoa(n), "limit": strconv.Itoa(most), "over": strconv.Itoa(n - most), "unit": "characters",
		})
	}
	return issues
}

// issueLink is the code that the composer has for a link that does not work.
const issueLink = "link"

// wrongTitle says what is wrong with a title, "" if nothing is (docText: 3 to 200 characters on one
// line; 1.0 wants three that can be seen).
func wrongTitle(title string) string {
	switch n := utf8.RuneCountInString(title); {
	case title == "":
		return "Lemmy needs a title: a first line of 3 to 200 characters, or one in the post's settings for this channel"
	case !utf8.ValidString(title), strings.ContainsFunc(title, unicode.IsControl):
		return "a title is one line of text"
	case n > mostTitle:
		return fmt.Sprintf("the title has %d characters, Lemmy takes %d", n, mostTitle)
	case seen(title) < leastTitle:
		return fmt.Sprintf("a title has at least %d characters here", leastTitle)
	}
	return ""
}

// seen counts the characters of a text that leave a mark.
func seen(text string) (n int) {
	for _, r := range text {
		if unicode.IsGraphic(r) && !unicode.IsSpace(r) {
			n++
		}
	}
	return n
}

func validLink(link string) bool {
	u, err := url.Parse(link)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && utf8.RuneCountInString(link) <= mostLink
}
