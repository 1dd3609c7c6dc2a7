package devto

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"postbag/backend/network"
	"postbag/backend/network/measure"
)

const (
	mostTitle = 128 // code points (docText)
	mostTags  = 4   // assumed: what its editor takes
	mostTag   = 30  // code points, likewise
)

// Publish makes the article. A plan that is live already makes no request.
func (n Network) Publish(ctx context.Context, c network.Calls, a network.Account, p network.Plan) (network.Receipt, error) {
	if err := n.Describe().Refuse(a, p); err != nil {
		return network.Receipt{}, err
	}
	if len(p.Done) > 0 {
		return p.Done[0], nil
	}
	request, err := send(a, "POST", pathArticles, creation{Article: articleOf(p)})
	if err != nil {
		return network.Receipt{}, err
	}
	const step = "post 1"
	reply, err := c.Publish(ctx, step, request)
	if err != nil {
		return network.Receipt{}, asError(err)
	}
	return classify(step, reply)
}

// articleOf makes the article of a plan.
func articleOf(p network.Plan) newArticle {
	title, _ := headed(p)
	tags, _ := tagsOf(p)
	return newArticle{
		Title: title, BodyMarkdown: bodyOf(p), Published: true, Tags: strings.Join(tags, ", "),
		Series: strings.TrimSpace(p.Options[optionSeries]), CanonicalURL: strings.TrimSpace(p.Options[optionCanonical]),
	}
}

// headed returns a post's title and its text. A first line that is the title, marked as a heading or
// not, is not said again below it; one that cannot be a title stays where it is, and there is none.
func headed(p network.Plan) (title, text string) {
	text = p.Parts[0].Text
	if title = strings.TrimSpace(p.Options[optionTitle]); title != "" {
		return title, text
	}
	line, rest, _ := strings.Cut(strings.TrimSpace(text), "\n")
	line = strings.TrimSpace(line)
	if heading, ok := strings.CutPrefix(line, "# "); ok {
		line = strings.TrimSpace(heading)
	}
	if wrongTitle(line) != "" {
		return "", text
	}
	return line, strings.TrimSpace(rest)
}

// bodyOf returns the text of an article, with the link that is not in it yet.
func bodyOf(p network.Plan) string {
	_, text := headed(p)
	switch {
	case p.Link == nil || p.Link.URL == "" || strings.Contains(text, p.Link.URL):
		return text
	case strings.TrimSpace(text) == "":
		return p.Link.URL
	}
	return text + "\n\n" + p.Link.URL
}

// tagsOf reads the tags that a person gave, or says which of them cannot be one.
func tagsOf(p network.Plan) (tags []string, wrong string) {
	for _, typed := range strings.FieldsFunc(p.Options[optionTags], func(r rune) bool { return r == ',' || unicode.IsSpace(r) }) {
		tag := strings.ToLower(strings.TrimPrefix(typed, "#"))
		switch {
		case tag == "" || utf8.RuneCountInString(tag) > mostTag || strings.ContainsFunc(tag, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }):
			return nil, network.Printable(typed) + " is no tag: letters and digits, at most 30"
		case !slices.Contains(tags, tag):
			tags = append(tags, tag)
		}
	}
	if len(tags) > mostTags {
		return nil, fmt.Sprintf("%d tags, DEV takes %d", len(tags), mostTags)
	}
	return tags, ""
}

// issueMatter is the code for a text that begins with settings; the composer says it in these words.
const issueMatter = "front_matter"

// also is what only this network knows to be wrong.
func also(_ network.Limits, p network.Plan) []network.Issue {
	if len(p.Parts) == 0 {
		return nil
	}
	var issues []network.Issue
	add := func(code, field, message string, values map[string]string) {
		issues = append(issues, network.Issue{Code: code, Field: field, Media: -1, OverflowAt: -1, Message: message, Values: values})
	}
	option := func(label, key, message string) {
		add(network.IssueOption, "options", message, map[string]string{"option": label, "value": network.Printable(p.Options[key])})
	}
	title, _ := headed(p)
	if why := wrongTitle(title); why != "" {
		option("Title", optionTitle, why)
	} else if body := strings.TrimSpace(bodyOf(p)); body == "" {
		add(network.IssueEmpty, "text", "an article needs a text below its title", nil)
	} else if strings.HasPrefix(body, "---") {
		// Such a text would set the title, and whether it is published at all, in the place of the rest.
		add(issueMatter, "text", "DEV takes a text that begins with --- for settings; begin with something else, such as ***", nil)
	}
	if _, why := tagsOf(p); why != "" {
		option("Tags", optionTags, why)
	}
	if at := strings.TrimSpace(p.Options[optionCanonical]); at != "" && !webAddress(at) {
		option("Original address", optionCanonical, "the original address must begin with https:// or http://")
	}
	if series := p.Options[optionSeries]; !utf8.ValidString(series) || strings.ContainsFunc(series, unicode.IsControl) {
		option("Series", optionSeries, "the name of a series is one line of text")
	}
	return issues
}

// wrongTitle says what is wrong with a title, "" if nothing is.
func wrongTitle(title string) string {
	switch n := measure.CodePoints(title); {
	case title == "":
		return "DEV needs a title: a first line of at most " + strconv.Itoa(mostTitle) + " characters, or one in the post's settings for this channel"
	case !utf8.ValidString(title), strings.ContainsFunc(title, unicode.IsControl):
		return "a title is one line of text"
	case n > mostTitle:
		return fmt.Sprintf("the title has %d characters, DEV takes %d", n, mostTitle)
	}
	return ""
}
