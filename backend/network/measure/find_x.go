package measure

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"postbag/backend/network"
)

// FindX finds links, mentions and hashtags as X does. (twitter-text, conformance tests 30e2430, 2021-10-21.)
func FindX(text string) network.Found {
	links := LinksX(text)
	return network.Found{Links: links, Mentions: mentionsX(text), Tags: outside(tagsX(text), links)}
}

// outside returns the spans that share nothing with any of others; both are in order.
func outside(spans, others []Span) (list []Span) {
	for _, s := range spans {
		for len(others) > 0 && others[0].End <= s.Start {
			others = others[1:]
		}
		if len(others) == 0 || others[0].Start >= s.End {
			list = append(list, s)
		}
	}
	return list
}

// The longest name of an account of X.
const xName = 20

// mentionsX finds "@name": one to twenty ASCII letters, digits and underscores, not after a letter, a
// digit or one of _!#$%&*@, unless that is the RT of a repeated post, and not before another @, an
// accented Latin letter or "://". An account's list ("@name/list") is a mention of the account.
func mentionsX(text string) (found []Span) {
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		if r != '@' && r != '＠' || !mayMention(text[:i]) {
			i += size
			continue
		}
		name := asciiName(text[i+size:])
		if name == 0 {
			i += size
			continue
		}
		end := i + size + name
		rest := text[end+listX(text[end:]):]
		if next, _ := utf8.DecodeRuneInString(rest); next != '@' && next != '＠' && !accented(next) && !strings.HasPrefix(rest, "://") {
			found = append(found, Span{Start: i, End: end})
		}
		i = end
	}
	return found
}

// mayMention reports whether a mention may follow what stands before it.
func mayMention(before string) bool {
	last, _ := utf8.DecodeLastRuneInString(before)
	if before == "" || !strings.ContainsRune("!#$%&*@＠", last) && !asciiWord(last) {
		return true
	}
	if len(before) < 2 || !strings.EqualFold(before[len(before)-2:], "rt") {
		return false
	}
	before = before[:len(before)-2]
	last, _ = utf8.DecodeLastRuneInString(before)
	return before == "" || !strings.ContainsRune("+~.-", last) && !asciiWord(last)
}

// asciiName returns the length of the name at the start of s.
func asciiName(s string) int {
	n := 0
	for n < len(s) && n < xName && asciiWord(rune(s[n])) {
		n++
	}
	return n
}

// listX returns the length of the "/list" at the start of s.
func listX(s string) int {
	const longest = 25
	if len(s) < 2 || s[0] != '/' || !asciiWord(rune(s[1])) || s[1] == '_' || digit(s[1]) {
		return 0
	}
	n := 2
	for n < len(s) && n <= longest && (asciiWord(rune(s[n])) || s[n] == '-') {
		n++
	}
	return n
}

// accented reports whether r is one of the Latin letters with accents that X knows.
func accented(r rune) bool {
	switch {
	case r >= 0xc0 && r <= 0x24f && r != 0xd7 && r != 0xf7:
		return true
	case r >= 0x1e00 && r <= 0x1eff:
		return true
	}
	return strings.ContainsRune("\u0253\u0254\u0256\u0257\u0259\u025b\u0263\u0268\u026f\u0272\u0289\u028b\u02bb", r)
}

// tagsX finds hashtags, sign included: letters, marks, digits and some signs of several scripts, at
// least one of them a letter or mark, not after any such or "&", and not before another sign or "://".
func tagsX(text string) (found []Span) {
	before := ' '
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		if r != '#' && r != '＃' || before == '&' || tagRuneX(before) && before != '\ufe0e' && before != '\ufe0f' {
			before, i = r, i+size
			continue
		}
		end, letters := i+size, false
		for end < len(text) {
			c, n := utf8.DecodeRuneInString(text[end:])
			if !tagRuneX(c) || end == i+size && (c == '\ufe0f' || c == '\u20e3') { // a keycap is an emoji
				break
			}
			letters = letters || unicode.IsLetter(c) || unicode.IsMark(c)
			before, end = c, end+n
		}
		if rest := text[end:]; letters && !strings.HasPrefix(rest, "#") && !strings.HasPrefix(rest, "＃") && !strings.HasPrefix(rest, "://") {
			found = append(found, Span{Start: i, End: end})
		}
		if end == i+size {
			before = r
		}
		i = end
	}
	return found
}

// tagRuneX reports whether r may be in a hashtag.
func tagRuneX(r rune) bool {
	if unicode.IsLetter(r) || unicode.IsMark(r) || unicode.Is(unicode.Nd, r) {
		return r != utf8.RuneError
	}
	return strings.ContainsRune("_\u200c\u200d\ua67e\u05be\u05f3\u05f4\uff5e\u301c\u309b\u309c\u30a0\u30fb\u3003\u0f0b\u0f0c\u00b7", r)
}
