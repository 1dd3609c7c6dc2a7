package wordpress

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"postbag/backend/network"
	"postbag/backend/network/measure"
)

const (
	titleLength = 80 // code points of a title made of the text
	slugWords   = 60 // bytes of the readable part of a slug; WordPress has room for 200
	slugKey     = 10 // letters of the key behind it
)

// escaped writes a text so that HTML shows it as it is, and so that a word in square brackets does not
// become a shortcode.
var (
	escaped   = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "[", "&#91;")
	attribute = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "[", "&#91;", `"`, "&quot;")
	// field is for titles and excerpts, which have no shortcodes.
	field = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")
)

// picture is a medium that the site has.
type picture struct {
	attachment
	media network.Media
}

// content writes the text and its media as blocks of WordPress's editor (WordPress 5.0 and later; older
// ones show the same HTML). An empty line ends a paragraph.
func content(text string, media []picture) string {
	var b strings.Builder
	if strings.TrimSpace(text) != "" {
		text = strings.ReplaceAll(text, "\r\n", "\n")
		for paragraph := range strings.SplitSeq(text, "\n\n") {
			b.WriteString("<!-- wp:paragraph -->\n<p>")
			writeText(&b, paragraph)
			b.WriteString("</p>\n<!-- /wp:paragraph -->\n\n")
		}
	}
	for _, m := range media {
		source, alt := attribute.Replace(m.Source), attribute.Replace(m.media.Alt)
		if m.media.Kind == network.Video {
			label := ""
			if alt != "" {
				label = fmt.Sprintf(` aria-label="%s"`, alt)
			}
			fmt.Fprintf(&b, "<!-- wp:video {\"id\":%d} -->\n<figure class=\"wp-block-video\"><video controls src=\"%s\"%s></video></figure>\n<!-- /wp:video -->\n\n",
				m.ID, source, label)
			continue
		}
		fmt.Fprintf(&b, "<!-- wp:image {\"id\":%d} -->\n<figure class=\"wp-block-image\"><img src=\"%s\" alt=\"%s\" class=\"wp-image-%d\"/></figure>\n<!-- /wp:image -->\n\n",
			m.ID, source, alt, m.ID)
	}
	return strings.TrimSuffix(b.String(), "\n\n")
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

// title is the title a person chose, or else the beginning of the text: in most designs the title is
// the link to the post.
func title(p network.Plan) string {
	if chosen := strings.TrimSpace(p.Options[optionTitle]); chosen != "" {
		return strings.Join(strings.Fields(chosen), " ")
	}
	line, _, _ := strings.Cut(strings.TrimSpace(p.Parts[0].Text), "\n")
	line = strings.Join(strings.Fields(line), " ")
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
// post is found again. WordPress leaves it as it is: it has small letters, digits and hyphens alone.
func slug(p network.Plan) string {
	words := p.Options[optionSlug]
	if strings.TrimSpace(words) == "" {
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

// list reads names with commas between, each once.
func list(s string) []string {
	var names []string
	seen := map[string]bool{}
	for name := range strings.SplitSeq(s, ",") {
		name = strings.TrimPrefix(strings.Join(strings.Fields(name), " "), "#")
		if name != "" && !seen[strings.ToLower(name)] {
			seen[strings.ToLower(name)] = true
			names = append(names, name)
		}
	}
	return names
}
