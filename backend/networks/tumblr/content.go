package tumblr

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"postbag/backend/network"
	"postbag/backend/network/measure"
)

// room is how many blocks the text of a post may take: the rest is for its title, media and link.
const room = mostBlocks - 50

// content makes the blocks of a post: title, text, media, link card. names has the part of the form that
// holds each medium.
func content(p network.Plan, names []string) []any {
	var blocks []any
	if title := titleOf(p); title != "" {
		blocks = append(blocks, textBlock{Type: "text", Subtype: "heading1", Text: title})
	}
	links := mostLinks
	for _, text := range paragraphs(p.Parts[0].Text) {
		found := linksIn(text, links)
		links -= len(found)
		blocks = append(blocks, textBlock{Type: "text", Text: text, Formatting: found})
	}
	for i, m := range p.Parts[0].Media {
		object := mediaObject{Type: m.Type, Identifier: names[i], Width: m.Width, Height: m.Height}
		if m.Kind == network.Video {
			blocks = append(blocks, videoBlock{Type: "video", Provider: "tumblr", Media: object})
			continue
		}
		blocks = append(blocks, imageBlock{Type: "image", Media: []mediaObject{object}, Alt: m.Alt})
	}
	if l := p.Link; l != nil && l.URL != "" {
		// Of a link without a title Tumblr looks up the words itself (npf-spec.md, "Link", 2024-10-18).
		blocks = append(blocks, linkBlock{Type: "link", URL: l.URL, Title: l.Title, Description: l.Description})
	}
	return blocks
}

// paragraphs splits a text at its empty lines: a text block is one paragraph (npf-spec.md, "Text",
// 2024-10-18), with line breaks in it that readers see. A text of more paragraphs than a post may have
// blocks has several in each.
func paragraphs(text string) []string {
	text = strings.Trim(strings.ReplaceAll(text, "\r\n", "\n"), "\n") // empty blocks at either end are dropped anyway
	if strings.TrimSpace(text) == "" {
		return nil
	}
	list := strings.Split(text, "\n\n")
	if len(list) <= room {
		return list
	}
	packed, length := []string{list[0]}, utf8.RuneCountInString(list[0])
	for _, paragraph := range list[1:] {
		n := utf8.RuneCountInString(paragraph)
		if length+2+n > mostBlock {
			packed, length = append(packed, paragraph), n
			continue
		}
		packed[len(packed)-1] += "\n\n" + paragraph
		length += 2 + n
	}
	return packed
}

// linksIn makes the links of a paragraph ones that can be followed, at most so many. Any beyond what a
// post may have stand there as words.
func linksIn(text string, most int) []formatting {
	var list []formatting
	at, runes := 0, 0
	for _, span := range measure.Links(text) {
		if len(list) >= most {
			break
		}
		start := runes + utf8.RuneCountInString(text[at:span.Start])
		at, runes = span.End, start+utf8.RuneCountInString(span.Of(text))
		list = append(list, formatting{Start: start, End: runes, Type: "link", URL: span.Of(text)})
	}
	return list
}

// slug are the words behind the number in a post's address: some of its first line, and the letters of
// its key by which it is found. Tumblr's own run to this length, too.
func slug(p network.Plan) string {
	const words = 24 // bytes
	var b strings.Builder
	first, _, _ := strings.Cut(strings.TrimSpace(titleOf(p)+"\n"+p.Parts[0].Text), "\n")
	for _, word := range strings.FieldsFunc(strings.ToLower(first), func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') }) {
		if b.Len()+len(word) > words {
			break
		}
		b.WriteString(word + "-")
	}
	return b.String() + mark(p.Key(0))
}

const markLength = 12

// mark is the last letters and digits of a segment's key, which is the hash of what it belongs to; "" if
// there are too few to tell posts apart.
func mark(key string) string {
	letters := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, strings.ToLower(key))
	if len(letters) < markLength {
		return ""
	}
	return letters[len(letters)-markLength:]
}

func titleOf(p network.Plan) string {
	return strings.Join(strings.Fields(p.Options[optionTitle]), " ")
}

// tagsOf reads tags with commas between. People write them with the sign they are shown with.
func tagsOf(p network.Plan) []string {
	var tags []string
	for tag := range strings.SplitSeq(p.Options[optionTags], ",") {
		if tag = strings.Join(strings.Fields(strings.TrimLeft(strings.TrimSpace(tag), "#")), " "); tag != "" {
			tags = append(tags, tag)
		}
	}
	return tags
}

// sourceOf reads the address of the source, "" if none is given, and whether it can be one.
func sourceOf(p network.Plan) (string, bool) {
	source := strings.TrimSpace(p.Options[optionSource])
	if source == "" {
		return "", true
	}
	u, err := url.Parse(source)
	return source, err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && u.User == nil && len(source) <= 2048
}

// also finds paragraphs that are too long for a block, options that Tumblr does not take, and a
// description of a video, for which there is no place.
func also(_ network.Limits, p network.Plan) []network.Issue {
	var issues []network.Issue
	for i, part := range p.Parts {
		if at, n := tooLong(part.Text); n > 0 {
			issues = append(issues, network.Issue{
				Code: network.IssueTooLong, Field: "text", Part: i, Media: -1, OverflowAt: at,
				Message: fmt.Sprintf("%d over: Tumblr takes %d in a paragraph, this one has %d", n-mostBlock, mostBlock, n),
				Values: map[string]string{
					"length": strconv.Itoa(n), "limit": strconv.Itoa(mostBlock), "over": strconv.Itoa(n - mostBlock), "unit": "characters",
				},
			})
		}
		for j, m := range part.Media {
			if m.Kind == network.Video && m.Alt != "" {
				issues = append(issues, network.Issue{
					Code: network.IssueAltLost, Field: "alt", Part: i, Media: j, OverflowAt: -1, Warning: true,
					Message: "Tumblr has no place for the description of a video; it will be left out",
				})
			}
		}
	}
	option := func(label, value string) {
		value = network.Printable(value)
		issues = append(issues, network.Issue{
			Code: network.IssueOption, Field: "options", Media: -1, OverflowAt: -1,
			Message: fmt.Sprintf("Tumblr has no %s %q", label, value), Values: map[string]string{"option": label, "value": value},
		})
	}
	if title := titleOf(p); utf8.RuneCountInString(title) > mostBlock || !utf8.ValidString(title) {
		option("title", title)
	}
	tags := tagsOf(p)
	if len(tags) > mostTags {
		option("tag", tags[mostTags])
	}
	for _, tag := range tags {
		if utf8.RuneCountInString(tag) > mostTag || !utf8.ValidString(tag) {
			option("tag", tag)
		}
	}
	if source, ok := sourceOf(p); !ok {
		option("source", source)
	}
	return issues
}

// tooLong finds the first paragraph that is too long for a block: the byte where it is, in the text as it
// was written, and how long the paragraph is; 0, 0 if there is none.
func tooLong(text string) (at, length int) {
	plain := strings.ReplaceAll(text, "\r\n", "\n")
	begin := len(plain) - len(strings.TrimLeft(plain, "\n"))
	for paragraph := range strings.SplitSeq(strings.Trim(plain, "\n"), "\n\n") {
		if n := utf8.RuneCountInString(paragraph); n > mostBlock {
			cut := begin
			for range mostBlock {
				_, size := utf8.DecodeRuneInString(plain[cut:])
				cut += size
			}
			return cut + returns(text, cut), n
		}
		begin += len(paragraph) + 2
	}
	return 0, 0
}

// returns counts the carriage returns that were left out before a byte.
func returns(text string, at int) (n int) {
	for i := 0; i-n < at && i < len(text); i++ {
		if text[i] == '\r' && i+1 < len(text) && text[i+1] == '\n' {
			n++
		}
	}
	return n
}
