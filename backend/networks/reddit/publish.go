package reddit

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"postbag/backend/network"
	"postbag/backend/network/measure"
)

// The names of the steps.
const (
	stepFlair = "flairs"
	stepPost  = "post 1"
)

// The kinds of a post.
const (
	kindSelf    = "self"
	kindLink    = "link"
	kindImage   = "image"
	kindGallery = "gallery"
)

// kindOfPlan says what a plan becomes. A gallery has at least two pictures ("List is too short", Pyprohly's
// notes); a link goes below pictures.
func kindOfPlan(p network.Plan) string {
	switch n := len(p.Parts[0].Media); {
	case n > 1:
		return kindGallery
	case n == 1:
		return kindImage
	case p.Link != nil && p.Link.URL != "":
		return kindLink
	}
	return kindSelf
}

// Publish looks the flair up, uploads the pictures and makes the post. A plan that is live already makes
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
	flair, err := flairOf(ctx, c, a, at, p)
	if err != nil {
		return network.Receipt{}, err
	}
	files := make([]asset, len(p.Parts[0].Media))
	for i := range files {
		if files[i], err = upload(ctx, c, a, p, i); err != nil {
			return network.Receipt{}, err
		}
	}
	request, err := submission(a, at, p, flair, files)
	if err != nil {
		return network.Receipt{}, err
	}
	reply, err := c.Publish(ctx, stepPost, request)
	if err != nil {
		return network.Receipt{}, asError(err)
	}
	return classify(stepPost, reply)
}

// submission makes the request for a post (docPraw).
func submission(a network.Account, at place, p network.Plan, flair flair, files []asset) (network.Request, error) {
	kind := kindOfPlan(p)
	if kind == kindGallery {
		return gallery(a, at, p, flair, files)
	}
	form := url.Values{
		"api_type": {"json"}, "sr": {at.name}, "title": {title(p)}, "kind": {kind}, "validate_on_submit": {"true"}, "sendreplies": {"true"},
		"nsfw": {strconv.FormatBool(p.Chosen(optionNSFW))}, "spoiler": {strconv.FormatBool(spoiler(p))},
	}
	if text := bodyOf(p); text != "" || kind == kindSelf {
		form.Set("text", text)
	}
	switch kind {
	case kindLink:
		form.Set("url", p.Link.URL)
		form.Set("resubmit", strconv.FormatBool(p.Chosen(optionAgain)))
	case kindImage:
		form.Set("url", files[0].address)
		form.Set("resubmit", "true") // an address of its own for every upload
	}
	if flair.ID != "" {
		form.Set("flair_id", flair.ID)
	}
	return post(a, "/api/submit", form), nil
}

// item is one picture of a gallery, and galleryPost its post.
type item struct {
	Media   string `json:"media_id"`
	Caption string `json:"caption"`
	Link    string `json:"outbound_url"`
}

type galleryPost struct {
	API      string `json:"api_type"`
	Place    string `json:"sr"`
	Title    string `json:"title"`
	Text     string `json:"text,omitempty"`
	Items    []item `json:"items"`
	NSFW     bool   `json:"nsfw"`
	Spoiler  bool   `json:"spoiler"`
	Replies  bool   `json:"sendreplies"`
	All      bool   `json:"show_error_list"`
	Validate bool   `json:"validate_on_submit"`
	Flair    string `json:"flair_id,omitempty"`
}

func gallery(a network.Account, at place, p network.Plan, flair flair, files []asset) (network.Request, error) {
	out := galleryPost{
		API: "json", Place: at.name, Title: title(p), Text: bodyOf(p), NSFW: p.Chosen(optionNSFW), Spoiler: spoiler(p),
		Replies: true, All: true, Validate: true, Flair: flair.ID,
	}
	for _, f := range files {
		out.Items = append(out.Items, item{Media: f.id})
	}
	body, err := json.Marshal(out)
	if err != nil {
		return network.Request{}, &network.Error{Kind: network.Rejected, Message: "the post cannot be encoded", Err: err}
	}
	r := get(a, "/api/submit_gallery_post.json", nil)
	r.Method, r.Body = "POST", network.Bytes(body)
	r.Header["Content-Type"] = "application/json"
	return r, nil
}

// spoiler reports whether a post is covered until somebody wants to see it: by choice, or because it has
// a content warning, which has no place in words.
func spoiler(p network.Plan) bool { return p.Chosen(optionSpoiler) || p.Warning != "" }

// title is the title a person chose, or else the first line of the text.
func title(p network.Plan) string {
	title, _ := headed(p)
	return title
}

// headed returns a post's title and its text. A first line that is the title is not said again below it;
// one that cannot be a title stays where it is, and there is none. Reddit makes all white space of a title
// one space (docSource).
func headed(p network.Plan) (title, text string) {
	text = p.Parts[0].Text
	if title = strings.Join(strings.Fields(p.Options[optionTitle]), " "); title != "" {
		return title, text
	}
	line, rest, _ := strings.Cut(strings.TrimSpace(text), "\n")
	if line = strings.Join(strings.Fields(line), " "); wrongTitle(line) != "" {
		return "", text
	}
	return line, strings.TrimSpace(rest)
}

// bodyOf returns the text below the title, with the link that found no place beside pictures.
func bodyOf(p network.Plan) string {
	_, text := headed(p)
	if len(p.Parts[0].Media) == 0 || p.Link == nil || p.Link.URL == "" || strings.Contains(text, p.Link.URL) {
		return text
	}
	if strings.TrimSpace(text) == "" {
		return p.Link.URL
	}
	return text + "\n\n" + p.Link.URL
}

// flair is one that a community offers for new posts.
type flair struct {
	ID   string `json:"flair_template_id"`
	Text string `json:"flair_text"`
}

func flairIn(p network.Plan) string { return strings.Join(strings.Fields(p.Options[optionFlair]), " ") }

// flairOf finds the flair that a person named among those that the community offers (Pyprohly's notes,
// flairselector; docPraw, user_selectable). Nothing is sent with a flair that is not there.
func flairOf(ctx context.Context, c network.Calls, a network.Account, at place, p network.Plan) (flair, error) {
	named := flairIn(p)
	if named == "" {
		return flair{}, nil
	}
	var offered struct {
		Choices []flair `json:"choices"`
	}
	request := post(a, "/r/"+at.name+"/api/flairselector", url.Values{"is_newlink": {"true"}})
	if err := read(ctx, c, stepFlair, request, "the flairs", &offered); err != nil {
		return flair{}, err
	}
	if offered.Choices == nil {
		return flair{}, unreadable("the flairs")
	}
	var there []string
	for _, f := range offered.Choices {
		text := strings.Join(strings.Fields(f.Text), " ")
		if len(f.ID) == 0 || len(f.ID) > 36 || !network.Visible(f.ID) {
			return flair{}, unreadable("the flairs")
		}
		if strings.EqualFold(text, named) {
			return f, nil
		}
		there = append(there, text)
	}
	if len(there) == 0 {
		return flair{}, network.Reject("", "the community offers this account no flair for posts")
	}
	return flair{}, network.Reject("", network.Printable("the community has no such flair; it has: "+strings.Join(there, ", ")))
}

// issueLink is the code that the composer has for a link that does not work.
const issueLink = "link"

// also is what only this network knows to be wrong: a title that is missing or too long, a link that is
// none, a flair that cannot be one, and a text that its link makes too long.
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
	if named := flairIn(p); utf8.RuneCountInString(named) > mostFlair || !utf8.ValidString(named) {
		add(network.IssueOption, "options", "a flair has at most 64 characters", map[string]string{"option": "Flair", "value": network.Printable(named)})
	}
	if p.Link != nil && p.Link.URL != "" && !validLink(p.Link.URL) {
		add(issueLink, "link", "the link must begin with https:// or http://", nil)
	}
	n, most := measure.CodePoints(bodyOf(p)), l.Text.Max
	if measure.CodePoints(p.Parts[0].Text) <= most && n > most {
		add(network.IssueTooLong, "text", fmt.Sprintf("%d over: with its link it has %d, Reddit takes %d", n-most, n, most), map[string]string{
			"length": strconv.Itoa(n), "limit": strconv.Itoa(most), "over": strconv.Itoa(n - most), "unit": "characters",
		})
	}
	return issues
}

// wrongTitle says what is wrong with a title, "" if nothing is.
func wrongTitle(title string) string {
	switch n := utf8.RuneCountInString(title); {
	case strings.TrimSpace(title) == "":
		return "Reddit needs a title: a first line of at most 300 characters, or one in the post's settings for this channel"
	case !utf8.ValidString(title), strings.ContainsFunc(title, unicode.IsControl):
		return "a title is one line of text"
	case n > mostTitle:
		return fmt.Sprintf("the title has %d characters, Reddit takes %d", n, mostTitle)
	}
	return ""
}

func validLink(link string) bool {
	u, err := url.Parse(link)
	return err == nil && utf8.ValidString(link) && (u.Scheme == "https" || u.Scheme == "http") && u.Host != ""
}
