package bluesky

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"postbag/backend/network/measure"
)

// found is a piece of text that becomes a facet: bytes start to end, end exclusive.
type found struct {
	start, end int
	kind       featureKind
	value      string // address, handle in lower case, or tag without its sign
}

type featureKind int

const (
	linkFeature featureKind = iota
	mentionFeature
	tagFeature
)

// Most of what a tag may have (lexicon app.bsky.richtext.facet#tag, 2026-08-20).
const (
	maxTagGraphemes = 64
	maxTagBytes     = 640
)

// findFacets returns the links, mentions and tags of a text, in order and never overlapping.
// Nothing is linked by the server, so what is not found here stays plain. The rules are those
// of the official app (package @atproto/api, rich-text detection, 2026-04): something begins
// at the start, after white space or, unless it is a tag, after an opening parenthesis. Unlike
// there, all punctuation at a link's end is left out, and the capital letters of a scheme are.
//
// The text is gone through once: what begins at a boundary is read to its end and not again.
func findFacets(text string) []found {
	var facets []found
	after := ' ' // the character before i
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		if boundary := blank(after); boundary || after == '(' {
			f, ok := facetAt(text, i, boundary)
			if ok {
				facets = append(facets, f)
			}
			if f.end > i { // also past what is too long for a link: nothing inside it is one
				i = f.end
				after = 'x'
				continue
			}
		}
		after = r
		i += size
	}
	return facets
}

func facetAt(text string, i int, boundary bool) (found, bool) {
	switch c := text[i]; {
	case c == '@':
		return mentionAt(text, i)
	case boundary && (c == '#' || strings.HasPrefix(text[i:], "＃")):
		return tagAt(text, i)
	case c|0x20 >= 'a' && c|0x20 <= 'z':
		return linkAt(text, i)
	}
	return found{}, false
}

func linkAt(text string, i int) (found, bool) {
	head := schemeLen(text[i:])
	bare := head == 0
	if bare {
		host := bareHost(text[i:])
		if host == 0 || !knownDomain(text[i:i+host]) {
			return found{}, false
		}
		head = host
	} else if !hostStart(text[i+head:]) {
		return found{}, false
	}
	end := i + head
	for end < len(text) {
		r, size := utf8.DecodeRuneInString(text[end:])
		if blank(r) || hidden(r) || r == utf8.RuneError {
			break
		}
		end += size
	}
	if end-i > maxURI-len("https://") {
		return found{end: end}, false
	}
	end = i + len(trimLink(text[i:end], head))
	uri := text[i:end]
	if bare {
		uri = "https://" + uri
	} else {
		scheme := strings.IndexByte(uri, ':')
		uri = strings.ToLower(uri[:scheme]) + uri[scheme:]
	}
	return found{start: i, end: end, kind: linkFeature, value: uri}, true
}

// maxURI is the longest address a record may hold, in bytes (AT Protocol specification,
// lexicon string format uri, 2026-04).
const maxURI = 8 << 10

// schemeLen returns the length of "http://" or "https://" at the start of s, or 0.
func schemeLen(s string) int {
	for _, p := range [...]string{"https://", "http://"} {
		if len(s) > len(p) && strings.EqualFold(s[:len(p)], p) {
			return len(p)
		}
	}
	return 0
}

// hostStart reports whether a host can begin like s: without it the server refuses the address,
// and the whole post with it.
func hostStart(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return r == '[' || r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r))
}

// bareHost returns the length of the host at the start of s, or 0: letters and digits with
// dots between, beginning with a letter.
func bareHost(s string) int {
	dots, n := 0, 0
	for n < len(s) {
		switch c := s[n]; {
		case alnum(c):
		case c == '.' && n+1 < len(s) && alnum(s[n+1]):
			dots++
		default:
			if dots == 0 {
				return 0
			}
			return n
		}
		n++
	}
	if dots == 0 {
		return 0
	}
	return n
}

func alnum(c byte) bool { return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z' }

// maxHost is the longest name the domain name system has room for (RFC 1035, 2.3.4).
const maxHost = 253

// knownDomain reports whether a host ends in a top-level domain that exists.
func knownDomain(host string) bool {
	if len(host) > maxHost {
		return false
	}
	spans := measure.LinksX(host)
	return len(spans) == 1 && spans[0] == measure.Span{Start: 0, End: len(host)}
}

// trimLink leaves out the punctuation after a link, and a closing parenthesis that was opened
// before it. The first head bytes stay.
func trimLink(s string, head int) string {
	open := strings.IndexByte(s, '(') >= 0
	for len(s) > head {
		r, size := utf8.DecodeLastRuneInString(s)
		if !strings.ContainsRune(".,;:!?'\"’”»", r) && (r != ')' || open) {
			break
		}
		s = s[:len(s)-size]
	}
	return s
}

func mentionAt(text string, i int) (found, bool) {
	end := i + 1
	for n := end; n < len(text); n++ {
		c := text[n]
		if alnum(c) {
			end = n + 1
		} else if c != '.' && c != '-' {
			break
		}
	}
	if r, _ := utf8.DecodeRuneInString(text[end:]); r == '_' { // the name goes on: it is no handle
		return found{}, false
	}
	handle := strings.ToLower(text[i+1 : end])
	if !validHandle(handle) || !strings.HasSuffix(handle, ".test") && !knownDomain(handle) {
		return found{}, false
	}
	return found{start: i, end: end, kind: mentionFeature, value: handle}, true
}

// validHandle reports whether s can be a handle (AT Protocol specification, "Handle", 2026-04).
func validHandle(s string) bool {
	if len(s) > maxHost {
		return false
	}
	labels := strings.Split(s, ".")
	for _, l := range labels {
		if l == "" || len(l) > 63 || l[0] == '-' || l[len(l)-1] == '-' {
			return false
		}
		for i := range len(l) {
			if !alnum(l[i]) && l[i] != '-' {
				return false
			}
		}
	}
	last := labels[len(labels)-1]
	return len(labels) > 1 && last[0]|0x20 >= 'a'
}

func tagAt(text string, i int) (found, bool) {
	_, sign := utf8.DecodeRuneInString(text[i:])
	begin := i + sign
	if r, _ := utf8.DecodeRuneInString(text[begin:]); r == '\ufe0f' { // a keycap emoji, no tag
		return found{}, false
	}
	end, word := begin, false
	for n, r := range text[begin:] {
		if blank(r) || hidden(r) || invisible(r) || r == utf8.RuneError {
			break
		}
		if unicode.IsPunct(r) {
			continue // inside it belongs to the tag, at the end it does not
		}
		word = word || !unicode.IsDigit(r)
		end = begin + n + utf8.RuneLen(r)
	}
	tag := text[begin:end]
	if !word || len(tag) > maxTagBytes || measure.Graphemes(tag) > maxTagGraphemes {
		return found{}, false
	}
	return found{start: i, end: end, kind: tagFeature, value: tag}, true
}

// blank reports whether r is white space to the official app, which counts the byte order mark.
func blank(r rune) bool { return unicode.IsSpace(r) || r == '\ufeff' }

// hidden reports whether r is a control or bidirectional formatting character.
func hidden(r rune) bool {
	return unicode.IsControl(r) || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 ||
		r == 0x200e || r == 0x200f || r == 0x061c
}

// invisible reports whether r ends a tag although nobody sees it (the official app's list).
func invisible(r rune) bool {
	return strings.ContainsRune("\u00ad\u2060\u200a\u200b\u200c\u200d\u20e2", r)
}
