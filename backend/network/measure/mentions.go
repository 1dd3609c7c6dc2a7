package measure

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Mentions finds "@user" and "@user@host" as the Mastodon API reads them: the name has ASCII
// letters, digits and underscores, with dots and hyphens inside, and nothing that looks like a
// word or a path stands before it. (Mastodon documentation, "Text", 2026-07-02.)
func Mentions(text string) []Span {
	var found []Span
	for i := 0; i < len(text); {
		at := strings.IndexByte(text[i:], '@')
		if at < 0 {
			break
		}
		at += i
		i = at + 1
		if r, _ := utf8.DecodeLastRuneInString(text[:at]); at > 0 && (wordRune(r) || r == '=' || r == '/') {
			continue
		}
		name := nameLen(text[i:])
		if name == 0 {
			continue
		}
		end := i + name
		if end < len(text) && text[end] == '@' {
			if host := mentionHost(text[end+1:]); host > 0 {
				end += 1 + host
			}
		}
		i = end
		if rest := text[end:]; strings.HasPrefix(rest, "@") || strings.HasPrefix(rest, "://") {
			continue
		}
		found = append(found, Span{Start: at, End: end})
	}
	return found
}

// nameLen returns the length of the user name at the start of s.
func nameLen(s string) int {
	end := 0
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case asciiWord(rune(c)):
			end = i + 1
		case (c == '.' || c == '-') && i > 0:
		default:
			return end
		}
	}
	return end
}

// mentionHost returns the length of the host at the start of s: at least two characters, the
// last one a letter, a digit or an underscore.
func mentionHost(s string) int {
	end, n := 0, 0
	for i, r := range s {
		switch {
		case wordRune(r):
			if n++; n > 1 {
				end = i + utf8.RuneLen(r)
			}
		case r == '.' || r == '-':
			n++
		default:
			return end
		}
	}
	return end
}

// Tags finds hashtags, sign included: letters, marks, digits and underscores, with middle dots
// and joiners inside, not digits alone, and nothing that looks like a word or a path before
// them. (Mastodon documentation, "Text", 2026-07-02.)
func Tags(text string) []Span {
	var found []Span
	for i := 0; i < len(text); {
		at := strings.IndexAny(text[i:], "#＃")
		if at < 0 {
			break
		}
		at += i
		_, size := utf8.DecodeRuneInString(text[at:])
		i = at + size
		if r, _ := utf8.DecodeLastRuneInString(text[:at]); at > 0 && (wordRune(r) || strings.ContainsRune("=/)", r)) {
			continue
		}
		end, letters := tagEnd(text, i)
		if letters {
			found = append(found, Span{Start: at, End: end})
		}
		i = end
	}
	return found
}

// tagEnd returns where the tag whose name begins at i ends, and whether it has more than digits.
func tagEnd(text string, i int) (end int, letters bool) {
	end = i
	for j, r := range text[i:] {
		switch {
		case wordRune(r):
			end = i + j + utf8.RuneLen(r)
			letters = letters || !unicode.IsDigit(r) && r != '_'
		case j > 0 && strings.ContainsRune("·・\u200c\u200d", r):
		default:
			return end, letters
		}
	}
	return end, letters
}

// wordRune reports whether r is part of a word in any script.
func wordRune(r rune) bool {
	if r < utf8.RuneSelf {
		return asciiWord(r)
	}
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsDigit(r) || unicode.Is(unicode.Pc, r))
}
