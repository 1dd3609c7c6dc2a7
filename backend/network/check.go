package network

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Issue is one reason why a plan would not arrive as written. Codes are stable and are
// translated by the window; Message is the English sentence.
type Issue struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Field   string `json:"field"` // "text", "media", "alt", "poll", "visibility", "warning", "parts", "link"
	Part    int    `json:"part"`  // counted from 0
	Media   int    `json:"media"` // index in the part, -1 if it is not about one
	// OverflowAt is where the text is too long: the byte offset of the first grapheme that no
	// longer fits, -1 if it is not about that.
	OverflowAt int  `json:"overflow_at"`
	Warning    bool `json:"warning"` // worth saying, but it can be published
	// Values are the numbers and names in Message, for saying it in another language: "network" (Check sets it),
	// "limit", "length", "over", "unit" ("characters", "bytes"), "type", "width", "height", "value"; "shape" is the
	// one that is taken, as "9:16".
	Values map[string]string `json:"values,omitempty"`
}

// VisibilityPublic is the word for "everybody can see it", on every network.
const VisibilityPublic = "public"

// Every code of an Issue.
const (
	IssueEmpty       = "empty"
	IssueTooLong     = "too_long"
	IssueBadText     = "bad_text"
	IssueTooMany     = "too_many_media"
	IssueVideos      = "too_many_videos"
	IssueMixed       = "mixed_media"
	IssueMediaNeeded = "media_needed"
	IssueMediaType   = "media_type"
	IssueMediaBytes  = "media_bytes"
	IssueMediaSize   = "media_size"
	IssueMediaLength = "media_length"
	IssueNoShelf     = "no_shelf"
	IssueAltMissing  = "alt_missing"
	IssueAltTooLong  = "alt_too_long"
	IssueAltLost     = "alt_lost"
	IssueParts       = "too_many_parts"
	IssuePoll        = "poll"
	IssueVisibility  = "visibility"
	IssueWarningLost = "warning_lost"
	IssueOption      = "option"
	IssueComment     = "comment" // of the first comment of a post, as a report says it
	IssuePrice       = "price"   // it costs money: a warning with Values "price" (a decimal number) and "currency"
)

// Check says what is wrong with a plan for a network whose limits are l, hardest first
// within a part. Publish begins with it, and the composer asks it as the person types.
func Check(d Descriptor, l Limits, p Plan) []Issue {
	c := checker{d: d, l: l}
	if len(p.Parts) == 0 {
		c.add(IssueEmpty, "text", 0, -1, "there is nothing to publish")
		return c.issues
	}
	if most := d.Thread.Most(l); len(p.Parts) > most {
		if most == 1 || d.Thread == ThreadComment {
			c.add(IssueParts, "parts", 1, -1, "%s has no threads", d.Name)
		} else {
			c.add(IssueParts, "parts", most, -1, "%d parts, %s takes %d", len(p.Parts), d.Name, most).
				with("length", len(p.Parts), "limit", most, "over", len(p.Parts)-most)
		}
	}
	for i, part := range p.Parts {
		c.text(i, part, p)
		c.media(i, part, p.Poll != nil && i == 0)
	}
	c.rest(p)
	c.price(p)
	if d.Also != nil {
		c.issues = append(c.issues, d.Also(l, p)...)
	}
	for i := range c.issues {
		if c.issues[i].Values == nil {
			c.issues[i].Values = map[string]string{}
		}
		c.issues[i].Values["network"] = d.Name
	}
	return c.issues
}

// Blocking returns the first issue that keeps a plan from being published.
func Blocking(issues []Issue) (Issue, bool) {
	for _, i := range issues {
		if !i.Warning {
			return i, true
		}
	}
	return Issue{}, false
}

// Refuse runs Check for an account and returns the first blocking issue as a Rejected error.
func (d Descriptor) Refuse(a Account, p Plan) error {
	if issue, bad := Blocking(Check(d, d.LimitsFor(a), p)); bad {
		return Reject(issue.Code, issue.Message)
	}
	return nil
}

// Length counts one part as the limit does, the link and the content warning included where they count.
func (d Descriptor) Length(l Limits, p Plan, part int) int {
	text := p.Parts[part].Text
	if d.LinkInText {
		text = p.TextWithLink(part)
	}
	n := d.Measure(l, text)
	if d.CountsWarning && p.Warning != "" {
		n += d.Measure(l, p.Warning)
	}
	return n
}

type checker struct {
	d      Descriptor
	l      Limits
	issues []Issue
}

func (c *checker) add(code, field string, part, media int, format string, args ...any) *Issue {
	c.issues = append(c.issues, Issue{
		Code: code, Field: field, Part: part, Media: media, OverflowAt: -1, Message: fmt.Sprintf(format, args...),
		Values: map[string]string{},
	})
	return &c.issues[len(c.issues)-1]
}

// with adds values to an issue, as name and value by turns.
func (i *Issue) with(pairs ...any) *Issue {
	for n := 0; n+1 < len(pairs); n += 2 {
		i.Values[fmt.Sprint(pairs[n])] = fmt.Sprint(pairs[n+1])
	}
	return i
}

func (c *checker) text(i int, part Part, p Plan) {
	if !utf8.ValidString(part.Text) || strings.ContainsRune(part.Text, 0) {
		c.add(IssueBadText, "text", i, -1, "the text has bytes that are not text")
		return
	}
	hasPoll := p.Poll != nil && i == 0
	hasLink := p.Link != nil && i == 0
	if strings.TrimSpace(part.Text) == "" && len(part.Media) == 0 && !hasPoll && !hasLink {
		c.add(IssueEmpty, "text", i, -1, "there is nothing to publish")
	}
	n, most := c.d.Length(c.l, p, i), c.l.TextMost(p, i)
	if most > 0 && n > most {
		issue := c.add(IssueTooLong, "text", i, -1, "%d over: %s takes %d, this has %d", n-most, c.d.Name, most, n).
			with("length", n, "limit", most, "over", n-most, "unit", "characters")
		issue.OverflowAt = c.overflow(part.Text, most-(n-c.d.Measure(c.l, part.Text)))
		return
	}
	if b := c.l.Text.MaxBytes; b > 0 && len(part.Text) > b {
		issue := c.add(IssueTooLong, "text", i, -1, "%d bytes over: %s takes %d bytes", len(part.Text)-b, c.d.Name, b).
			with("length", len(part.Text), "limit", b, "over", len(part.Text)-b, "unit", "bytes")
		issue.OverflowAt = lastBoundary(part.Text, b)
	}
}

// overflow finds the longest prefix, cut between characters, that measures at most most. It
// bisects: a prefix never measures more than the whole by more than an unfinished link does.
func (c *checker) overflow(text string, most int) int {
	lo, hi := 0, len(text)
	for lo < hi {
		mid := lastBoundary(text, (lo+hi+1)/2)
		if mid <= lo {
			mid = nextBoundary(text, lo)
		}
		if mid > hi {
			break
		}
		if c.d.Measure(c.l, text[:mid]) <= most {
			lo = mid
		} else {
			hi = mid - 1
			if b := lastBoundary(text, hi); b < hi {
				hi = b
			}
		}
	}
	return lo
}

func lastBoundary(s string, at int) int {
	for at > 0 && at < len(s) && !utf8.RuneStart(s[at]) {
		at--
	}
	return min(at, len(s))
}

func nextBoundary(s string, at int) int {
	for at++; at < len(s) && !utf8.RuneStart(s[at]); at++ {
	}
	return at
}

func (c *checker) media(i int, part Part, poll bool) {
	l := c.l.Media
	if i > 0 && c.d.Thread == ThreadComment {
		if n := len(part.Media); n > 0 {
			c.add(IssueTooMany, "media", i, 0, "a comment on %s has words alone", c.d.Name).with("length", n, "limit", 0, "over", n)
		}
		return
	}
	if n := len(part.Media); n > l.Max {
		c.add(IssueTooMany, "media", i, l.Max, "%d media, %s takes %d", n, c.d.Name, l.Max).
			with("length", n, "limit", l.Max, "over", n-l.Max)
	} else if n == 0 && l.Needed && !poll {
		c.add(IssueMediaNeeded, "media", i, -1, "%s needs a picture or a video", c.d.Name)
	}
	videos, pictures := 0, 0
	for j, m := range part.Media {
		if m.Kind == Image {
			pictures++
		} else {
			videos++
		}
		c.medium(i, j, m)
	}
	if l.NoShelf && (l.PublicURL && videos+pictures > 0 || l.PublicImages && pictures > 0) {
		c.add(IssueNoShelf, "media", i, -1, "%s fetches media from a public address, and this workspace has no public storage", c.d.Name)
	}
	if videos > l.Videos {
		c.add(IssueVideos, "media", i, -1, "%d videos, %s takes %d", videos, c.d.Name, l.Videos).
			with("length", videos, "limit", l.Videos, "over", videos-l.Videos)
	} else if videos > 0 && pictures > 0 && !l.Mixed {
		c.add(IssueMixed, "media", i, -1, "%s takes pictures or a video, not both", c.d.Name)
	}
}

func (c *checker) medium(i, j int, m Media) {
	l := c.l.Media
	if !slices.Contains(l.Types, m.Type) {
		c.add(IssueMediaType, "media", i, j, "%s does not take %s", c.d.Name, m.Type).with("type", m.Type)
	}
	most := l.ImageBytes
	if m.Kind == Video {
		most = l.VideoBytes
	}
	if most > 0 && m.Bytes > most {
		c.add(IssueMediaBytes, "media", i, j, "%d bytes, %s takes %d", m.Bytes, c.d.Name, most).
			with("length", m.Bytes, "limit", most, "over", m.Bytes-most)
	}
	if m.Kind == Video {
		if l.VideoMs > 0 && m.DurationMs > l.VideoMs {
			c.add(IssueMediaLength, "media", i, j, "%d s, %s takes %d s", m.DurationMs/1000, c.d.Name, l.VideoMs/1000).
				with("length", m.DurationMs/1000, "limit", l.VideoMs/1000, "over", (m.DurationMs-l.VideoMs)/1000)
		}
	} else if !l.Holds(m.Width, m.Height) {
		c.add(IssueMediaSize, "media", i, j, "%d by %d pixels is more than %s takes", m.Width, m.Height, c.d.Name).
			with("width", m.Width, "height", m.Height)
	}
	c.alt(i, j, m)
}

func (c *checker) alt(i, j int, m Media) {
	switch {
	case c.l.Alt.Max == 0 && m.Alt != "":
		c.add(IssueAltLost, "alt", i, j, "%s has no place for a description; it will be left out", c.d.Name).Warning = true
	case c.l.Alt.Max == 0:
	case !utf8.ValidString(m.Alt) || strings.ContainsRune(m.Alt, 0):
		c.add(IssueBadText, "alt", i, j, "the description has bytes that are not text")
	case m.Decorative && m.Alt == "":
	case strings.TrimSpace(m.Alt) == "":
		c.add(IssueAltMissing, "alt", i, j, "no description for people who cannot see it").Warning = !c.l.Alt.Required
	default:
		plain := Limits{Text: TextLimit{Unit: c.l.Alt.Unit}}
		n := utf8.RuneCountInString(m.Alt)
		if c.l.Alt.Unit == c.l.Text.Unit {
			n = min(n, c.d.Measure(plain, m.Alt))
		}
		if n > c.l.Alt.Max {
			c.add(IssueAltTooLong, "alt", i, j, "the description has %d characters, %s takes %d", n, c.d.Name, c.l.Alt.Max).
				with("length", n, "limit", c.l.Alt.Max, "over", n-c.l.Alt.Max)
		}
	}
}

func (c *checker) rest(p Plan) {
	// What is meant for few must never be shown to all: a visibility that the network does not have
	// is refused, unless it is the widest, which is what a network without a choice does anyway.
	if p.Visibility != "" && p.Visibility != VisibilityPublic && !slices.Contains(c.l.Visibilities, p.Visibility) {
		c.add(IssueVisibility, "visibility", 0, -1, "%s has no visibility %q", c.d.Name, p.Visibility).with("value", p.Visibility)
	}
	if p.Warning != "" && c.l.Warning != WarnText {
		c.add(IssueWarningLost, "warning", 0, -1, "%s cannot show a content warning in your words", c.d.Name).Warning = true
	}
	for _, o := range c.d.Options {
		if v := p.Options[o.Key]; v != "" && o.Kind == "choice" && !slices.Contains(o.Choices, v) {
			c.add(IssueOption, "options", 0, -1, "%s has no %s %q", c.d.Name, o.Label, v).with("option", o.Label, "value", v)
		}
	}
	if p.Poll == nil {
		return
	}
	l := c.l.Poll
	switch {
	case l == nil:
		c.add(IssuePoll, "poll", 0, -1, "%s has no polls", c.d.Name)
	case len(p.Poll.Options) < 2 || len(p.Poll.Options) > l.Options:
		c.add(IssuePoll, "poll", 0, -1, "a poll has 2 to %d answers here", l.Options).with("limit", l.Options)
	case p.Poll.DurationS < l.MinS || p.Poll.DurationS > l.MaxS:
		c.add(IssuePoll, "poll", 0, -1, "a poll runs %d to %d seconds here", l.MinS, l.MaxS)
	case len(p.Parts[0].Media) > 0:
		c.add(IssuePoll, "poll", 0, -1, "%s takes a poll or media, not both", c.d.Name)
	default:
		for _, o := range p.Poll.Options {
			if n := utf8.RuneCountInString(o); n == 0 || n > l.Chars {
				c.add(IssuePoll, "poll", 0, -1, "an answer has 1 to %d characters here", l.Chars)
				break
			}
		}
	}
}
