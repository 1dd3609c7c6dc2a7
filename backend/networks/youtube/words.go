package youtube

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"postbag/backend/network"
)

// categoryPeople is what YouTube itself chooses for a video that nobody sorted.
const categoryPeople = "people"

// categories are those that a video can have, with their ids (videoCategories.list for the United
// States, as known in 2026; other countries have the same).
var categories = []struct{ name, id string }{
	{categoryPeople, "22"},
	{"film", "1"},
	{"cars", "2"},
	{"music", "10"},
	{"animals", "15"},
	{"sport", "17"},
	{"travel", "19"},
	{"games", "20"},
	{"comedy", "23"},
	{"entertainment", "24"},
	{"news", "25"},
	{"howto", "26"},
	{"education", "27"},
	{"science", "28"},
	{"nonprofit", "29"},
}

func categoryNames() (names []string) {
	for _, c := range categories {
		names = append(names, c.name)
	}
	return names
}

// categoryOf is the id of the category of a plan.
func categoryOf(p network.Plan) string {
	for _, c := range categories {
		if c.name == p.Options[optionCategory] {
			return c.id
		}
	}
	return categories[0].id
}

// title is the title that a person gave, or else the first line of the text.
func title(p network.Plan) string {
	if title := strings.TrimSpace(p.Options[optionTitle]); title != "" {
		return title
	}
	first, _, _ := strings.Cut(strings.TrimSpace(p.Parts[0].Text), "\n")
	return strings.TrimSpace(first)
}

// tags are a plan's, without those that are empty or there twice.
func tags(p network.Plan) (list []string) {
	for tag := range strings.SplitSeq(p.Options[optionTags], ",") {
		tag = strings.Join(strings.Fields(strings.TrimLeft(strings.TrimSpace(tag), "#")), " ")
		if tag != "" && !slices.Contains(list, tag) {
			list = append(list, tag)
		}
	}
	return list
}

// tagsLength counts tags as YouTube does: with the commas between them, and with quotes around one that
// has a space (docVideos, snippet.tags[]).
func tagsLength(list []string) (n int) {
	for _, tag := range list {
		if n > 0 {
			n++
		}
		n += utf8.RuneCountInString(tag)
		if strings.Contains(tag, " ") {
			n += 2
		}
	}
	return n
}

// playlistOf is the id of the playlist of a plan, which is given as it is or as the link of its page.
func playlistOf(p network.Plan) string {
	given := strings.TrimSpace(p.Options[optionPlaylist])
	if u, err := url.Parse(given); err == nil && u.Scheme == "https" && youtubeHost(u.Host) {
		return u.Query().Get("list")
	}
	return given
}

// issueBrackets is the code of a description with an angle bracket.
const issueBrackets = "angle_brackets"

// also is what only this network knows to be wrong. An angle bracket is refused in every text (docVideos).
func also(_ network.Limits, p network.Plan) []network.Issue {
	var issues []network.Issue
	add := func(code, field, message string, values map[string]string) {
		issues = append(issues, network.Issue{Code: code, Field: field, Media: -1, OverflowAt: -1, Message: message, Values: values})
	}
	option := func(label, value, message string) {
		add(network.IssueOption, "options", message, map[string]string{"option": label, "value": network.Printable(value)})
	}
	if kids := p.Options[optionKids]; kids == "" || kids == kidsUnsaid {
		option("Made for kids", kids, "say whether the video is made for kids: the law asks you, and YouTube treats such a video otherwise")
	}
	issues = append(issues, wrongMedia(p)...)
	if why := wrongTitle(title(p)); why != "" {
		option("Title", title(p), why)
	}
	text := p.TextWithLink(0)
	if bracketed(text) {
		add(issueBrackets, "text", "YouTube takes no < and no > in a description", nil)
	}
	if n := len(text); n > mostDescription && len(p.Parts[0].Text) <= mostDescription {
		add(network.IssueTooLong, "text", fmt.Sprintf("with its link the description has %d bytes, YouTube takes %d", n, mostDescription), map[string]string{
			"length": fmt.Sprint(n), "limit": fmt.Sprint(mostDescription), "over": fmt.Sprint(n - mostDescription), "unit": "bytes",
		})
	}
	given := p.Options[optionTags]
	switch n := tagsLength(tags(p)); {
	case bracketed(given), !utf8.ValidString(given), strings.ContainsFunc(given, unicode.IsControl), strings.Contains(given, `"`):
		option("Tags", given, "tags are words with commas between, without < and > and quotes")
	case n > mostTags:
		option("Tags", given, fmt.Sprintf("the tags have %d characters, YouTube takes %d", n, mostTags))
	}
	if strings.TrimSpace(p.Options[optionPlaylist]) != "" && !playlistForm.MatchString(playlistOf(p)) {
		option("Playlist", p.Options[optionPlaylist], "a playlist is given by its link, which has list= in it")
	}
	if why := wrongCaptions(p); why != "" {
		option("Captions", "", why)
	}
	return issues
}

// wrongTitle says what is wrong with a title, "" if nothing is.
func wrongTitle(title string) string {
	switch n := utf8.RuneCountInString(title); {
	case title == "":
		return "YouTube needs a title: a first line, or one in the post's settings for this channel"
	case !utf8.ValidString(title), strings.ContainsFunc(title, unicode.IsControl):
		return "a title is one line of text"
	case bracketed(title):
		return "YouTube takes no < and no > in a title"
	case n > mostTitle:
		return fmt.Sprintf("the title has %d characters, YouTube takes %d", n, mostTitle)
	}
	return ""
}

func bracketed(text string) bool { return strings.ContainsAny(text, "<>") }
