package facebook

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf16"

	"postbag/backend/network"
)

// Keys of the options of a post, and where it can go.
const (
	optionPlace = "place"
	placeFeed   = "feed"
	placeReel   = "reel"
	placeStory  = "story"
)

func isReel(p network.Plan) bool  { return p.Options[optionPlace] == placeReel }
func isStory(p network.Plan) bool { return p.Options[optionPlace] == placeStory }

// Codes of the issues that the networks of Meta share.
const (
	issueNoCaption = "caption_lost"
	issueShort     = "media_too_short"
	issueAspect    = "media_aspect"
)

// What a reel and the video of a story may be (docReels, docStories).
const (
	leastShortMs    = 3_000
	mostReelMs      = 90_000
	mostStoryMs     = 60_000
	mostReelBytes   = 1_000_000_000
	leastReelWidth  = 540
	leastReelHeight = 960
)

// checker collects what only this network knows to be wrong.
type checker []network.Issue

func (c *checker) add(code, field string, part, media int, message string, values map[string]string) *network.Issue {
	*c = append(*c, network.Issue{Code: code, Field: field, Part: part, Media: media, OverflowAt: -1, Message: message, Values: values})
	return &(*c)[len(*c)-1]
}

// also is what only this network knows to be wrong with a plan.
func also(_ network.Limits, p network.Plan) []network.Issue {
	if len(p.Parts) == 0 {
		return nil
	}
	var c checker
	media := p.Parts[0].Media
	for i, m := range media {
		switch {
		case m.Alt == "":
		case isStory(p):
			c.add(network.IssueAltLost, "alt", 0, i, "a story on Facebook has no place for a description; it will be left out", nil).Warning = true
		case m.Kind == network.Video:
			c.add(network.IssueAltLost, "alt", 0, i, "a video on Facebook has no place for a description; it will be left out", nil).Warning = true
		}
	}
	if isReel(p) || isStory(p) {
		c.short(p)
	}
	c.link(p)
	c.comment(p)
	return c
}

// short looks at what a reel or a story cannot be.
func (c *checker) short(p network.Plan) {
	what, media, most := "a reel", p.Parts[0].Media, int64(mostReelMs)
	if isStory(p) {
		what, most = "a story", mostStoryMs
		if textOf(p) != "" {
			c.add(issueNoCaption, "text", 0, -1, "a story on Facebook has no text of its own; it will be left out", nil).Warning = true
		}
	}
	switch {
	case len(media) == 0 || isReel(p) && media[0].Kind != network.Video:
		c.add(network.IssueMediaNeeded, "media", 0, -1, what+" on Facebook needs a "+map[bool]string{true: "picture or a video", false: "video"}[isStory(p)], nil)
		return
	case len(media) > 1:
		c.add(network.IssueTooMany, "media", 0, 1, what+" has one picture or one video", over(int64(len(media)), 1))
		return
	case media[0].Kind != network.Video:
		return
	}
	m := media[0]
	if m.Type != "video/mp4" {
		c.add(network.IssueMediaType, "media", 0, 0, what+" on Facebook is an MP4", map[string]string{"type": m.Type})
	}
	if m.DurationMs > 0 && m.DurationMs < leastShortMs {
		c.add(issueShort, "media", 0, 0, what+" on Facebook has at least 3 seconds", nil)
	}
	if m.DurationMs > most {
		c.add(network.IssueMediaLength, "media", 0, 0, fmt.Sprintf("%d s; %s on Facebook has at most %d s", m.DurationMs/1000, what, most/1000), over(m.DurationMs/1000, most/1000))
	}
	if m.Bytes > mostReelBytes {
		c.add(network.IssueMediaBytes, "media", 0, 0, fmt.Sprintf("%d bytes; %s on Facebook has at most %d", m.Bytes, what, mostReelBytes), over(m.Bytes, mostReelBytes))
	}
	size := map[string]string{"width": strconv.Itoa(m.Width), "height": strconv.Itoa(m.Height)}
	switch {
	case m.Width == 0 || m.Height == 0: // nobody knows
	case m.Width < leastReelWidth || m.Height < leastReelHeight:
		c.add(network.IssueMediaSize, "media", 0, 0, fmt.Sprintf("%d by %d pixels; %s on Facebook has at least 540 by 960", m.Width, m.Height, what), size)
	case !upright(m.Width, m.Height):
		size["shape"] = "9:16"
		c.add(issueAspect, "media", 0, 0, fmt.Sprintf("%d by %d pixels; %s on Facebook is 9 by 16", m.Width, m.Height, what), size)
	}
}

// upright reports whether a video is of 9 by 16, give or take the pixel that rounding takes, or narrower by
// as much as 1 by 2.
func upright(width, height int) bool {
	return (width-1)*16 <= height*9 && (width+1)*2 >= height
}

// link looks at the link of a plan.
func (c *checker) link(p network.Plan) {
	if p.Link == nil {
		return
	}
	u, err := url.Parse(p.Link.URL)
	switch {
	case err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" || strings.ContainsFunc(p.Link.URL, blank):
		c.add("link", "link", 0, -1, "the link's address is not an address of the web", nil)
	case isStory(p):
		c.add("link", "link", 0, -1, "a story on Facebook shows no link that an application gives it", nil)
	case len(p.Parts[0].Media) > 0 && !strings.Contains(p.Parts[0].Text, p.Link.URL):
		c.add("link", "link", 0, -1, "Facebook shows pictures, a video or a link card, not two of them: put the link into the text", nil)
	}
}

// comment looks at the first comment of a plan.
func (c *checker) comment(p network.Plan) {
	if len(p.Parts) < 2 {
		return
	}
	if isStory(p) {
		c.add(network.IssueOption, "options", 1, -1, "a story on Facebook has no comments", map[string]string{"option": "First comment", "value": ""})
	}
	if n := int64(len(utf16.Encode([]rune(p.Parts[1].Text)))); n > mostComment {
		c.add(network.IssueTooLong, "text", 1, -1, fmt.Sprintf("%d over: a comment on Facebook has at most %d characters", n-mostComment, mostComment), over(n, mostComment))
	}
}

func over(n, most int64) map[string]string {
	return map[string]string{"length": strconv.FormatInt(n, 10), "limit": strconv.FormatInt(most, 10), "over": strconv.FormatInt(n-most, 10), "unit": "characters"}
}

func blank(r rune) bool { return r <= ' ' || r == 0x7f }
