package instagram

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"postbag/backend/network"
	"postbag/backend/network/measure"
)

// isStory reports whether a plan goes into a story.
func isStory(p network.Plan) bool { return p.Options[optionPlace] == placeStory }

// collaborators are the names of a plan's, without those that are empty or there twice.
func collaborators(p network.Plan) (list []string) {
	for _, one := range strings.FieldsFunc(p.Options[optionCollaborators], func(r rune) bool { return r == ',' || r == ' ' }) {
		if one = strings.TrimPrefix(one, "@"); one != "" && !slices.Contains(list, one) {
			list = append(list, one)
		}
	}
	return list
}

// coverOf is the second of the reel that is its cover. It reports false if what was given is none.
func coverOf(p network.Plan) (seconds int64, ok bool) {
	given := strings.TrimSpace(p.Options[optionCover])
	if given == "" {
		return 0, true
	}
	n, err := strconv.ParseInt(given, 10, 64)
	return n, err == nil && n >= 0 && n < mostReelSeconds
}

// Codes of the issues that only this network has.
const (
	issueNoCaption = "caption_lost"
	issueTags      = "too_many_tags"
	issueMentions  = "too_many_mentions"
	issueShort     = "media_too_short"
	issueAspect    = "media_aspect"
)

// checker collects what only this network knows to be wrong.
type checker []network.Issue

func (c *checker) add(code, field string, media int, message string, values map[string]string) *network.Issue {
	*c = append(*c, network.Issue{Code: code, Field: field, Media: media, OverflowAt: -1, Message: message, Values: values})
	return &(*c)[len(*c)-1]
}

func (c *checker) option(label, value, message string) {
	c.add(network.IssueOption, "options", -1, message, map[string]string{"option": label, "value": network.Printable(value)})
}

func over(n, most int) map[string]string {
	return map[string]string{"length": strconv.Itoa(n), "limit": strconv.Itoa(most), "over": strconv.Itoa(n - most)}
}

// also is what only this network knows to be wrong with a plan.
func also(_ network.Limits, p network.Plan) []network.Issue {
	var c checker
	story, media := isStory(p), p.Parts[0].Media
	if story {
		c.story(p)
	} else {
		c.caption(p.TextWithLink(0))
	}
	for i, m := range media {
		c.medium(i, m, story, len(media) > 1)
	}
	given := collaborators(p)
	wrong := slices.ContainsFunc(given, func(one string) bool { return !handleForm.MatchString(one) })
	switch {
	case story && len(given) > 0:
		c.option("Collaborators", p.Options[optionCollaborators], "a story has no collaborators")
	case wrong:
		c.option("Collaborators", p.Options[optionCollaborators], "collaborators are names of accounts on Instagram, with commas between")
	case len(given) > mostCollaborators:
		c.option("Collaborators", p.Options[optionCollaborators], fmt.Sprintf("a post has at most %d collaborators", mostCollaborators))
	}
	cover, ok := coverOf(p)
	if ok && cover > 0 && len(media) == 1 && media[0].Kind == network.Video && media[0].DurationMs > 0 {
		ok = cover*1000 < media[0].DurationMs
	}
	if !ok {
		c.option("Cover", p.Options[optionCover], "the cover is a whole number of seconds that lies within the reel")
	}
	c.comment(p)
	return c
}

// story looks at what a story cannot have.
func (c *checker) story(p network.Plan) {
	if n := len(p.Parts[0].Media); n > 1 && n <= mostItems {
		c.add(network.IssueTooMany, "media", 1, "a story has one picture or one video", over(n, 1))
	}
	if strings.TrimSpace(p.TextWithLink(0)) != "" {
		c.add(issueNoCaption, "text", -1, "a story on Instagram has no text of its own; it will be left out", nil).Warning = true
	}
	for i, m := range p.Parts[0].Media {
		if m.Alt != "" {
			c.add(network.IssueAltLost, "alt", i, "a story on Instagram has no place for a description; it will be left out", nil).Warning = true
		}
	}
}

// caption counts what a caption has at most.
func (c *checker) caption(text string) {
	if n := len(measure.Tags(text)); n > mostTags {
		c.add(issueTags, "text", -1, fmt.Sprintf("%d hashtags, Instagram takes %d", n, mostTags), over(n, mostTags))
	}
	if n := len(measure.Mentions(text)); n > mostMentions {
		c.add(issueMentions, "text", -1, fmt.Sprintf("%d names, Instagram takes %d", n, mostMentions), over(n, mostMentions))
	}
}

// medium looks at one picture or video.
func (c *checker) medium(i int, m network.Media, story, item bool) {
	if m.Kind != network.Video {
		if m.Width > 0 && m.Height > 0 && !story && !fits(m.Width, m.Height) {
			c.add(issueAspect, "media", i, fmt.Sprintf("%d by %d pixels; Instagram takes pictures between 4:5 and 1.91:1", m.Width, m.Height),
				map[string]string{"width": strconv.Itoa(m.Width), "height": strconv.Itoa(m.Height)})
		}
		return
	}
	if m.Width > mostVideoWidth {
		c.add(network.IssueMediaSize, "media", i, fmt.Sprintf("%d pixels wide; Instagram takes videos of at most %d", m.Width, mostVideoWidth),
			map[string]string{"width": strconv.Itoa(m.Width), "height": strconv.Itoa(m.Height)})
	}
	if m.DurationMs > 0 && m.DurationMs < leastSeconds*1000 {
		c.add(issueShort, "media", i, fmt.Sprintf("Instagram takes videos of at least %d seconds", leastSeconds), nil)
	}
	if !story && !item {
		if m.Alt != "" {
			c.add(network.IssueAltLost, "alt", i, "a reel on Instagram has no place for a description; it will be left out", nil).Warning = true
		}
		return
	}
	if m.DurationMs > mostShortSeconds*1000 {
		c.add(network.IssueMediaLength, "media", i, fmt.Sprintf("%d s; in a story or a carousel Instagram takes %d s", m.DurationMs/1000, mostShortSeconds),
			over(int(m.DurationMs/1000), mostShortSeconds))
	}
	if m.Bytes > mostShortBytes {
		c.add(network.IssueMediaBytes, "media", i, fmt.Sprintf("%d bytes; in a story or a carousel Instagram takes %d", m.Bytes, mostShortBytes),
			over(int(m.Bytes), mostShortBytes))
	}
}

// fits reports whether a picture is between 4:5 and 1.91:1 (docMedia), give or take the pixel that rounding
// takes. The app takes 3:4, of which the document does not know.
func fits(width, height int) bool {
	return (width+1)*5 >= height*4 && width*100 <= (height+1)*191
}
