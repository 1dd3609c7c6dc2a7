package threads

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"postbag/backend/network"
	"postbag/backend/network/measure"
)

// count counts a text as docGuide does: characters, and emoji by their bytes. Whole blocks of signs are taken
// for emoji, the stricter reading.
func count(_ network.Limits, text string) (n int) {
	for _, r := range text {
		if pictorial(r) {
			n += utf8.RuneLen(r)
		} else {
			n++
		}
	}
	return n
}

// pictorial reports whether a character is an emoji or holds one together (Unicode 15.0, emoji-data).
func pictorial(r rune) bool {
	switch {
	case r < 0x200d:
		return r == 0xa9 || r == 0xae
	case r == 0x200d, r == 0x203c, r == 0x2049, r == 0x20e3, r == 0x2122, r == 0x2139, r == 0x24c2,
		r == 0x3030, r == 0x303d, r == 0x3297, r == 0x3299, r == 0xfe0f:
		return true
	}
	return r >= 0x2194 && r <= 0x21aa || r >= 0x2300 && r <= 0x23ff || r >= 0x25aa && r <= 0x27bf ||
		r >= 0x2934 && r <= 0x2935 || r >= 0x2b05 && r <= 0x2b55 || r >= 0x1f000 && r <= 0x1faff || r >= 0xe0020 && r <= 0xe007f
}

// Codes of the issues that only this network has.
const (
	issueLinks  = "too_many_links"
	issueAspect = "media_aspect"
)

// also is what only this network knows to be wrong with a plan.
func also(_ network.Limits, p network.Plan) (list []network.Issue) {
	add := func(code, field string, part, media int, message string, values map[string]string) {
		list = append(list, network.Issue{Code: code, Field: field, Part: part, Media: media, OverflowAt: -1, Message: message, Values: values})
	}
	for i, part := range p.Parts {
		if n := len(measure.Links(p.TextWithLink(i))); n > mostLinks {
			add(issueLinks, "text", i, -1, fmt.Sprintf("%d links, Threads takes %d", n, mostLinks),
				map[string]string{"length": strconv.Itoa(n), "limit": strconv.Itoa(mostLinks), "over": strconv.Itoa(n - mostLinks)})
		}
		for j, m := range part.Media {
			size := map[string]string{"width": strconv.Itoa(m.Width), "height": strconv.Itoa(m.Height)}
			switch {
			case m.Kind == network.Video && m.Width > mostVideoWidth:
				add(network.IssueMediaSize, "media", i, j, fmt.Sprintf("%d pixels wide; Threads takes videos of at most %d", m.Width, mostVideoWidth), size)
			case m.Width > 10*m.Height && m.Height > 0, m.Kind != network.Video && m.Height > 10*m.Width && m.Width > 0:
				size["shape"] = "10:1"
				add(issueAspect, "media", i, j, fmt.Sprintf("%d by %d pixels; Threads takes nothing longer than 10:1", m.Width, m.Height), size)
			}
		}
	}
	if topic := topicOf(p); strings.ContainsAny(topic, ".&\n") || utf8.RuneCountInString(topic) > mostTopic {
		add(network.IssueOption, "options", 0, -1, fmt.Sprintf("a topic has at most %d characters, and neither a full stop nor &", mostTopic),
			map[string]string{"option": "Topic", "value": network.Printable(p.Options[optionTopic])})
	}
	return list
}

// topicOf is the topic of a plan, without its sign.
func topicOf(p network.Plan) string {
	return strings.TrimPrefix(strings.TrimSpace(p.Options[optionTopic]), "#")
}
