package linkedin

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// LinkedIn's posts are written in "little" text (learn.microsoft.com, LinkedIn, little Text Format, version
// 2025-01). A reserved character that stands for itself has a backslash before it; one that has none and
// belongs to nothing cuts the post short there, without a word. A hashtag has a template of its own,
// which tells where it ends.

// reserved are the characters that little text uses.
const reserved = `\|{}@[]()<>#*_~`

// little writes a text so that it reads as it was written. Hashtags of letters and digits are hashtags;
// nobody is mentioned.
func little(text string) string {
	var b strings.Builder
	before := ' '
	for len(text) > 0 {
		r, size := utf8.DecodeRuneInString(text)
		if tag := tagAt(before, text); tag != "" {
			b.WriteString(`{hashtag|\#|` + tag + `}`)
			text, before = text[1+len(tag):], 'x'
			continue
		}
		if strings.ContainsRune(reserved, r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
		text, before = text[size:], r
	}
	return b.String()
}

// tagAt returns the word of the hashtag that text, which stands behind before, begins with, "" if there is
// none: letters and digits, with a letter among them, that no underline goes on from.
func tagAt(before rune, text string) string {
	if !strings.HasPrefix(text, "#") || word(before) || strings.ContainsRune("#_/&", before) {
		return ""
	}
	text = text[1:]
	end := strings.IndexFunc(text, func(r rune) bool { return !word(r) })
	if end < 0 {
		end = len(text)
	}
	if !strings.ContainsFunc(text[:end], unicode.IsLetter) || strings.HasPrefix(text[end:], "_") || strings.HasPrefix(text[end:], "#") {
		return ""
	}
	return text[:end]
}

func word(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) }

var (
	tagForm     = regexp.MustCompile(`\{hashtag\|\\?([#＃])\|([^|{}]+)\}`)
	mentionForm = regexp.MustCompile(`@\[((?:[^\\\]]|\\.)*)\]\(urn:li:[A-Za-z]+:[A-Za-z0-9_-]+\)`)
)

// plain is the text that a reader sees of little text.
func plain(text string) string {
	text = tagForm.ReplaceAllString(text, "$1$2")
	text = mentionForm.ReplaceAllString(text, "$1")
	var b strings.Builder
	escape := false
	for _, r := range text {
		if r == '\\' && !escape {
			escape = true
			continue
		}
		if escape && !strings.ContainsRune(reserved, r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
		escape = false
	}
	if escape {
		b.WriteByte('\\')
	}
	return b.String()
}
