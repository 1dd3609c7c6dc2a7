package measure

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"postbag/backend/network"
)

// Span is a piece of a text by byte offsets: text[Start:End].
type Span = network.Span

// Links finds http and https links, as Mastodon does: the host ends in a known top-level
// domain, punctuation at the end of a path is left out, and a path may hold any letters and
// balanced parentheses. (Rules of twitter-text 3.1, 2021-10-21, with Mastodon's wider paths.)
func Links(text string) []Span { return links(text, wide) }

// LinksX finds links as X does: also without http in front ("example.com/a"), if the host is
// ASCII and its top-level domain is known. (twitter-text 3.1, 2021-10-21.)
func LinksX(text string) []Span { return links(text, narrow) }

// dialect is one reading of the rules.
type dialect struct {
	bare  bool // hosts without a protocol are links
	tco   bool // t.co links end with their slug
	inner func(rune) bool
	last  func(rune) bool // may end a path
	query func(rune) bool
	qlast func(rune) bool // may end a query
}

var (
	wide = dialect{
		inner: func(r rune) bool { return !unicode.IsSpace(r) && !control(r) && !strings.ContainsRune("<>()?", r) },
		last: func(r rune) bool {
			return !unicode.IsSpace(r) && !control(r) && !strings.ContainsRune("<>()?!*\"'「」;:=,.$%[]~&|@", r)
		},
		query: func(r rune) bool {
			return asciiWord(r) || strings.ContainsRune("!?*'();:&=+$/%#[]-.,~|@^", r) || wideLetter(r)
		},
		qlast: func(r rune) bool { return asciiWord(r) || strings.ContainsRune("&=#/-", r) || wideLetter(r) },
	}
	narrow = dialect{
		bare: true,
		tco:  true,
		inner: func(r rune) bool {
			return pathLetter(r) || strings.ContainsRune("!*';:=+,.$/%#[]~@|&-", r) || unicode.Is(unicode.Pd, r)
		},
		last:  func(r rune) bool { return pathLetter(r) || strings.ContainsRune("=#/+-", r) },
		query: func(r rune) bool { return asciiWord(r) || strings.ContainsRune("!?*'();:&=+$/%#[]-.,~|@", r) },
		qlast: func(r rune) bool { return asciiWord(r) || strings.ContainsRune("&=#/-", r) },
	}
)

// links goes through the text once. A link begins at a protocol or, in a dialect with bare
// hosts, at a run of host letters. Whatever is refused is not read again from its inside, so
// that the time stays linear.
func links(text string, d dialect) []Span {
	var found []Span
	for i := 0; i < len(text); {
		c := text[i]
		if r, size := utf8.DecodeRuneInString(text[i:]); !asciiWord(r) && !latinAccent(r) {
			i += size
			continue
		}
		if (c == 'h' || c == 'H') && mayPrecede(text, i) {
			if host := protocol(text[i:]); host > 0 {
				if end := d.link(text, i+host, false); end > 0 {
					found = append(found, Span{Start: i, End: end})
					i = end
				} else {
					i += host
				}
				continue
			}
		}
		end := wordEnd(text, i)
		if d.bare && mayPrecede(text, i) && !joined(text, i) {
			if stop := d.link(text, i, true); stop > 0 {
				found = append(found, Span{Start: i, End: stop})
				end = stop
			}
		}
		i = end
	}
	return found
}

// wordEnd returns the end of the run of host letters at i. What stands inside a run cannot be
// the beginning of a link.
func wordEnd(text string, i int) int {
	for j, r := range text[i:] {
		if !asciiWord(r) && !latinAccent(r) {
			return i + j
		}
	}
	return len(text)
}

// protocol returns the length of "http://" or "https://" at the start of s, in any case, or 0.
func protocol(s string) int {
	for _, p := range [...]string{"https://", "http://"} {
		if len(s) > len(p) && strings.EqualFold(s[:len(p)], p) {
			return len(p)
		}
	}
	return 0
}

// mayPrecede reports whether a link may begin at i, judging by the character before it.
func mayPrecede(text string, i int) bool {
	r, _ := utf8.DecodeLastRuneInString(text[:i])
	switch {
	case i == 0:
		return true
	case r >= '0' && r <= '9', r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z':
		return false
	}
	return !strings.ContainsRune("@＠$#＃", r)
}

// joined reports whether a bare host at i is the rest of something longer.
func joined(text string, i int) bool {
	return i > 0 && strings.IndexByte("-_./", text[i-1]) >= 0
}

// link returns the end of the link whose host begins at i, or 0 if there is none.
func (d dialect) link(text string, i int, bare bool) int {
	end := hostEnd(text, i, bare)
	if end == 0 {
		return 0
	}
	host := text[i:end]
	if end+1 < len(text) && text[end] == ':' && digit(text[end+1]) {
		for end++; end < len(text) && digit(text[end]); end++ {
		}
	}
	if d.tco && !bare && strings.EqualFold(host, "t.co") && end < len(text) && text[end] == '/' {
		slug := end + 1
		for slug < len(text) && alnum(text[slug]) {
			slug++
		}
		switch n := slug - end - 1; {
		case n > 40: // longer than any X makes
			return 0
		case n > 0:
			return d.queryEnd(text, slug)
		}
	}
	if end < len(text) && text[end] == '/' {
		end = d.pathEnd(text, end+1)
	}
	return d.queryEnd(text, end)
}

// pathEnd returns the end of the path that goes on at i, its slash being at i-1.
func (d dialect) pathEnd(text string, i int) int {
	end := i
	for i < len(text) {
		r, size := utf8.DecodeRuneInString(text[i:])
		if r == '(' {
			n := d.parens(text[i:])
			if n == 0 {
				break
			}
			i += n
			end = i
			continue
		}
		if !d.inner(r) || invalid(r, size) {
			break
		}
		i += size
		if d.last(r) {
			end = i
		}
	}
	return end
}

// parens returns the length of a balanced pair of parentheses at the start of s, one level
// deep inside it, or 0. It stops at the third opening one, so a run of them costs nothing.
func (d dialect) parens(s string) int {
	depth := 0
	for i, r := range s {
		switch {
		case r == '(':
			if depth++; depth > 2 {
				return 0
			}
		case r == ')':
			if depth--; depth == 0 {
				if i == 1 {
					return 0
				}
				return i + 1
			}
		case !d.inner(r) || r == utf8.RuneError:
			return 0
		}
	}
	return 0
}

// queryEnd returns the end of a query at i, or i if there is none.
func (d dialect) queryEnd(text string, i int) int {
	if i >= len(text) || text[i] != '?' {
		return i
	}
	end := i
	for j := i + 1; j < len(text); {
		r, size := utf8.DecodeRuneInString(text[j:])
		if !d.query(r) || invalid(r, size) {
			break
		}
		j += size
		if d.qlast(r) {
			end = j
		}
	}
	return end
}

// The longest host and label that the domain name system has room for (RFC 1035, 2.3.4).
const (
	maxHost  = 253
	maxLabel = 63
)

// GoesOn reports whether what a text goes on with would be read as part of a link that ends in a query.
func GoesOn(rest string) bool {
	for _, r := range rest {
		switch {
		case !wide.query(r):
			return false
		case wide.qlast(r):
			return true
		}
	}
	return false
}

// hostEnd returns where the host that begins at i ends, or 0 if it is none: labels with dots
// between, up to the last label that is a known top-level domain.
func hostEnd(text string, i int, bare bool) int {
	end := 0
	start := i
	underscore := true // there is no label before the first
	for i < len(text) && i-start <= 4*maxHost {
		label := labelAt(text[i:], false)
		if label == 0 {
			break
		}
		if !underscore {
			if n := topLevel(text[i : i+label]); n > 0 && endsHost(text, i+n) {
				end = i + n
			}
		}
		if bare { // a bare host is Latin, but its top-level domain need not be
			label = labelAt(text[i:], true)
		}
		next := i + label
		if label == 0 || !validLabel(text[i:next]) || next >= len(text) || text[next] != '.' {
			break
		}
		underscore = strings.IndexByte(text[i:next], '_') >= 0
		i = next + 1
	}
	return end
}

// labelAt returns the length of the run of label letters at the start of s, at most a little
// more than a label can hold.
func labelAt(s string, latin bool) int {
	for i, r := range s {
		if !labelRune(r) || latin && !asciiWord(r) && r != '-' && !latinAccent(r) || i > 4*maxLabel {
			return i
		}
	}
	return len(s)
}

// validLabel reports whether s can be one label of a host: no hyphen or underscore at its
// ends, at most 63 bytes in the form that goes over the wire.
func validLabel(s string) bool {
	if strings.ContainsAny(s[:1]+s[len(s)-1:], "-_") {
		return false
	}
	ascii := true
	for i := range len(s) {
		ascii = ascii && s[i] < utf8.RuneSelf
	}
	if ascii {
		return len(s) <= maxLabel
	}
	if len(s) > 4 && strings.EqualFold(s[:4], "xn--") {
		return false
	}
	return len("xn--")+punycodeLen(s) <= maxLabel
}

// endsHost reports whether a top-level domain may end at i.
func endsHost(text string, i int) bool {
	return i >= len(text) || !alnum(text[i]) && strings.IndexByte("@+-", text[i]) < 0
}

func labelRune(r rune) bool {
	if r < utf8.RuneSelf {
		return asciiWord(r) || r == '-'
	}
	return r != utf8.RuneError && r != 0xFFFE && r != 0xFEFF && r != 0xFFFF && !unicode.IsSpace(r) && !control(r)
}

// control reports whether r is a control or bidirectional formatting character: never part of a link.
func control(r rune) bool {
	return unicode.IsControl(r) || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 ||
		r == 0x200e || r == 0x200f || r == 0x061c
}

func invalid(r rune, size int) bool { return r == utf8.RuneError && size <= 1 }

func digit(c byte) bool { return c >= '0' && c <= '9' }

func alnum(c byte) bool { return digit(c) || c|0x20 >= 'a' && c|0x20 <= 'z' }

func asciiWord(r rune) bool { return r == '_' || r < utf8.RuneSelf && alnum(byte(r)) }

// latinAccent reports whether r is an accented Latin letter as the rules list them.
func latinAccent(r rune) bool {
	return r >= 0xc0 && r <= 0x24f && r != 0xd7 && r != 0xf7 || r >= 0x300 && r <= 0x36f || r >= 0x1e00 && r <= 0x1eff
}

// pathLetter reports whether r is a letter of an X path.
func pathLetter(r rune) bool {
	return asciiWord(r) || latinAccent(r) || r >= 0x400 && r <= 0x4ff
}

// wideLetter reports whether r is one of the letters that RFC 3987 adds to addresses (ucschar).
func wideLetter(r rune) bool {
	return r >= 0xa0 && !unicode.IsSpace(r) && !control(r) && r != utf8.RuneError
}

// Find finds what most networks do.
func Find(text string) network.Found {
	return network.Found{Links: Links(text), Mentions: Mentions(text), Tags: Tags(text)}
}
