package ghost

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"postbag/backend/network"
	"postbag/backend/network/measure"
)

const (
	titleLength = 80 // code points of a title made of the text
	slugWords   = 60 // bytes of the readable part of a slug; Ghost has room for 191
	slugKey     = 10 // letters of the key behind it

	// Ghost's own limits, in code points (TryGhost/Docs, Admin API, 2026-08-22, and its database schema).
	maxTitle      = 255
	maxExcerpt    = 300
	maxTag        = 191
	maxFeatureAlt = 191
)

// also finds what is too long for a field of Ghost's.
func also(_ network.Limits, p network.Plan) (issues []network.Issue) {
	option := func(key, label, value string, most int) {
		if n := utf8.RuneCountInString(value); n > most {
			issues = append(issues, network.Issue{
				Code: network.IssueOption, Field: "options", Media: -1, OverflowAt: -1,
				Message: fmt.Sprintf("the %s has %d characters, Ghost takes %d", label, n, most),
				Values:  map[string]string{"option": key, "value": network.Printable(value), "length": strconv.Itoa(n), "limit": strconv.Itoa(most)},
			})
		}
	}
	option(optionTitle, "title", chosen(p, optionTitle), maxTitle)
	option(optionExcerpt, "excerpt", excerpt(p), maxExcerpt)
	for _, tag := range tags(p) {
		option(optionTags, "tag", tag, maxTag)
	}
	if len(p.Parts) == 0 || len(p.Parts[0].Media) == 0 {
		return issues
	}
	first := p.Parts[0].Media[0]
	if n := utf8.RuneCountInString(first.Alt); featured(p, first) && n > maxFeatureAlt {
		issues = append(issues, network.Issue{
			Code: network.IssueAltTooLong, Field: "alt", OverflowAt: -1,
			Message: fmt.Sprintf("the description has %d characters, Ghost takes %d for a feature image", n, maxFeatureAlt),
			Values: map[string]string{
				"length": strconv.Itoa(n), "limit": strconv.Itoa(maxFeatureAlt), "over": strconv.Itoa(n - maxFeatureAlt),
			},
		})
	}
	return issues
}

var (
	escaped   = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")
	attribute = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;")
)

// picture is a medium that the site has.
type picture struct {
	url   string
	media network.Media
}

// content writes the text and its media as HTML, which Ghost makes into its own form ("source=html"): that
// form, Lexical, has no description that a client could be held to. Paragraphs, line breaks, links and
// pictures have their like in it; a video goes as it is, in an HTML card. An empty line ends a paragraph.
func content(text string, media []picture) string {
	var b strings.Builder
	if strings.TrimSpace(text) != "" {
		text = strings.ReplaceAll(text, "\r\n", "\n")
		for paragraph := range strings.SplitSeq(text, "\n\n") {
			b.WriteString("<p>")
			writeText(&b, paragraph)
			b.WriteString("</p>\n")
		}
	}
	for _, m := range media {
		source, alt := attribute.Replace(m.url), attribute.Replace(m.media.Alt)
		if m.media.Kind != network.Video {
			fmt.Fprintf(&b, "<figure class=\"kg-card kg-image-card\"><img src=\"%s\" class=\"kg-image\" alt=\"%s\"></figure>\n", source, alt)
			continue
		}
		label := ""
		if alt != "" {
			label = fmt.Sprintf(` aria-label="%s"`, alt)
		}
		fmt.Fprintf(&b, "<!--kg-card-begin: html-->\n<figure><video controls preload=\"metadata\" src=\"%s\"%s></video></figure>\n<!--kg-card-end: html-->\n", source, label)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// writeText writes the text of a paragraph, with its links as links.
func writeText(b *strings.Builder, text string) {
	plain := func(s string) { b.WriteString(strings.ReplaceAll(escaped.Replace(s), "\n", "<br>")) }
	at := 0
	for _, link := range measure.Links(text) {
		plain(text[at:link.Start])
		fmt.Fprintf(b, `<a href="%s">%s</a>`, attribute.Replace(link.Of(text)), escaped.Replace(link.Of(text)))
		at = link.End
	}
	plain(text[at:])
}

// chosen is what a person wrote into an option, on one line.
func chosen(p network.Plan, key string) string {
	return strings.Join(strings.Fields(p.Options[key]), " ")
}

func excerpt(p network.Plan) string { return strings.TrimSpace(p.Options[optionExcerpt]) }

// access says who may read a post.
func access(p network.Plan) string {
	if who := p.Options[optionAccess]; who != "" {
		return who
	}
	return network.VisibilityPublic
}

// title is the title a person chose, or else the beginning of what there is of words: Ghost takes no post
// without one.
func title(p network.Plan) string {
	if title := chosen(p, optionTitle); title != "" {
		return title
	}
	words := []string{p.TextWithLink(0)}
	for _, m := range p.Parts[0].Media {
		words = append(words, m.Alt)
	}
	for _, text := range words {
		line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
		if line = strings.Join(strings.Fields(line), " "); line != "" {
			return shortened(line)
		}
	}
	return p.CreatedAt.UTC().Format("2006-01-02")
}

func shortened(line string) string {
	if utf8.RuneCountInString(line) <= titleLength {
		return line
	}
	short := measure.CutGraphemes(string([]rune(line)[:titleLength]), titleLength-1)
	if i := strings.LastIndex(short, " "); i > len(short)/2 {
		short = short[:i]
	}
	return strings.TrimRight(short, " ,;:.") + "…"
}

// slug is the last part of the post's address: words for people, and letters of the key by which the
// post is found again. Ghost leaves it as it is: it has small letters, digits and hyphens alone.
func slug(p network.Plan) string {
	words := chosen(p, optionSlug)
	if words == "" {
		words = title(p)
	}
	readable := fold(words)
	if len(readable) > slugWords {
		cut := strings.LastIndex(readable[:slugWords+1], "-")
		if cut <= 0 {
			cut = slugWords
		}
		readable = readable[:cut]
	}
	if readable == "" {
		readable = "post"
	}
	key := strings.ReplaceAll(fold(p.Key(0)), "-", "")
	return readable + "-" + key[:min(len(key), slugKey)]
}

// Letters that do not come apart into a plain one and a mark.
var letters = strings.NewReplacer("ß", "ss", "æ", "ae", "œ", "oe", "ø", "o", "đ", "d", "ð", "d", "ł", "l", "þ", "th", "ı", "i", "'", "", "’", "")

// fold makes words of small letters and digits with hyphens between; other letters are left out.
func fold(s string) string {
	var b strings.Builder
	gap := false
	for _, r := range norm.NFKD.String(letters.Replace(strings.ToLower(strings.ToValidUTF8(s, "")))) {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			if gap && b.Len() > 0 {
				b.WriteByte('-')
			}
			gap = false
			b.WriteRune(r)
		case !unicode.Is(unicode.Mn, r):
			gap = true
		}
	}
	return b.String()
}

// tags are the names of a post's tags, each once. The sign before one is left out: with it, Ghost would
// make a tag that readers do not see.
func tags(p network.Plan) (names []string) {
	seen := map[string]bool{}
	for name := range strings.SplitSeq(p.Options[optionTags], ",") {
		name = strings.TrimSpace(strings.TrimLeft(strings.Join(strings.Fields(name), " "), "# "))
		if name != "" && !seen[strings.ToLower(name)] {
			seen[strings.ToLower(name)] = true
			names = append(names, name)
		}
	}
	return names
}

// featured reports whether a post's first medium is its feature image; a video cannot be one.
func featured(p network.Plan, first network.Media) bool {
	yes, err := strconv.ParseBool(p.Options[optionFeatured])
	return err == nil && yes && first.Kind != network.Video
}
