// Package measure counts texts the way networks do, and finds the links, mentions and
// hashtags in them.
//
// What a person sees as one character is one code point to one network, two UTF-16 units to
// the next, a cluster of seven code points to a third, and a link may count as 23 of anything.
// Every rule here is a pure function of the text, takes time proportional to its length, and
// accepts any bytes: what is not UTF-8 counts as one U+FFFD a byte, which is how Go reads it
// and what it becomes on the wire. Invisible characters (joiners, bidirectional marks) count
// like any other, since networks count them.
//
// The finders (Links, Mentions, Tags) give byte offsets, so that a network can make facets or
// markup of them without searching again.
package measure

import (
	"strings"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// CodePoints counts Unicode code points. It is the whole rule of servers such as GoToSocial
// (observed 2025-10: links and mentions count in full).
func CodePoints(text string) int { return utf8.RuneCountInString(text) }

// Bytes counts bytes of UTF-8 as sent: an invalid byte is sent as U+FFFD, three bytes.
func Bytes(text string) int {
	n := len(text)
	if utf8.ValidString(text) {
		return n
	}
	for i, r := range text {
		if r == utf8.RuneError {
			if _, size := utf8.DecodeRuneInString(text[i:]); size == 1 {
				n += len("\uFFFD") - 1
			}
		}
	}
	return n
}

// UTF16 counts UTF-16 code units: a code point above U+FFFF is two.
func UTF16(text string) int {
	n := 0
	for _, r := range text {
		n++
		if r > 0xFFFF {
			n++
		}
	}
	return n
}

// Graphemes counts extended grapheme clusters (Unicode Standard Annex 29), which is what
// people call characters: a family emoji is one, and so is a line end of two code points.
func Graphemes(text string) int {
	n := 0
	for len(text) > 0 {
		if k := plain(text); k > 0 {
			n += k
			text = text[k:]
			continue
		}
		cluster, rest, _, _ := uniseg.FirstGraphemeClusterInString(text, -1)
		if cluster == "" {
			break
		}
		n++
		text = rest
	}
	return n
}

// plain returns how many bytes at the start of text are each a cluster of their own: ASCII
// that is followed by ASCII or the end. A carriage return joins a line feed, so it is left out.
func plain(text string) int {
	for i := range len(text) {
		c := text[i]
		if c >= utf8.RuneSelf {
			return max(i-1, 0)
		}
		if c == '\r' {
			return i
		}
	}
	return len(text)
}

// CutGraphemes returns the longest prefix of text with at most n grapheme clusters.
func CutGraphemes(text string, n int) string {
	rest := text
	for ; n > 0 && rest != ""; n-- {
		cluster, after, _, _ := uniseg.FirstGraphemeClusterInString(rest, -1)
		if cluster == "" {
			break
		}
		rest = after
	}
	return text[:len(text)-len(rest)]
}

// Mastodon counts a text as Mastodon does: grapheme clusters, every http or https link as
// url characters, and a mention of somebody on another server as @user alone. A url of 0 or
// less counts links in full. (Mastodon documentation, "Text", characters_reserved_per_url in
// the Instance entity, 2026-07-02.)
func Mastodon(text string, url int) int {
	if !strings.ContainsAny(text, ":@") {
		return Graphemes(text)
	}
	var (
		b     strings.Builder
		extra int
		at    int
	)
	b.Grow(len(text))
	swap := func(s Span, with string) {
		b.WriteString(text[at:s.Start])
		b.WriteString(with)
		at = s.End
	}
	var links []Span
	if url > 0 {
		links = Links(text)
	}
	mentions := Mentions(text)
	for len(links) > 0 || len(mentions) > 0 {
		switch {
		case len(links) > 0 && (len(mentions) == 0 || links[0].Start <= mentions[0].Start):
			if links[0].Start >= at {
				swap(links[0], "x") // one cluster in the link's place, so that what follows joins as it does there
				extra += url - 1
			}
			links = links[1:]
		default:
			if mentions[0].Start >= at {
				swap(mentions[0], localPart(mentions[0].Of(text)))
			}
			mentions = mentions[1:]
		}
	}
	b.WriteString(text[at:])
	return Graphemes(b.String()) + extra
}

// localPart cuts "@user@host" to "@user".
func localPart(mention string) string {
	if i := strings.IndexByte(mention[1:], '@'); i >= 0 {
		return mention[:i+1]
	}
	return mention
}
