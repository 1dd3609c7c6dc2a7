package measure

import (
	_ "embed" // the list of top-level domains
	"strings"
	"sync"
	"unicode/utf8"
)

// The top-level domains that X and Mastodon take for links: the names in twitter-text's list
// (30e2430, 2021-10-21), one a line, lower case.
//
//go:embed tlds.txt
var tlds string

var topLevels = sync.OnceValue(func() map[string]bool {
	m := make(map[string]bool, 1600)
	for name := range strings.Lines(tlds) {
		m[strings.TrimSpace(name)] = true
	}
	return m
})

// maxTopLevel is more than the longest name in the list has code points.
const maxTopLevel = 24

// topLevel returns the length of the known top-level domain that label begins with, or 0. A
// Latin one ends where its letters do; of others the longest counts ("みんなです" begins with one).
func topLevel(label string) int {
	if label[0] < utf8.RuneSelf {
		n := 0
		for n < len(label) && (alnum(label[n]) || label[n] == '-') {
			n++
		}
		name := strings.ToLower(label[:n])
		if topLevels()[name] || strings.HasPrefix(name, "xn--") && len(name) > 4 {
			return n
		}
		if n = wordEnd(label, 0); topLevels()[strings.ToLower(label[:n])] {
			return n
		}
		return 0
	}
	best, count := 0, 0
	for i, r := range label {
		if count == maxTopLevel {
			break
		}
		count++
		if end := i + utf8.RuneLen(r); topLevels()[label[:end]] {
			best = end
		}
	}
	return best
}

// punycodeLen returns the length of label in Punycode (RFC 3492) without its prefix, or a
// number above any allowed one as soon as it is too long.
func punycodeLen(label string) int {
	const (
		base, tMin, tMax, skew, damp = 36, 1, 26, 38, 700
		tooLong                      = 1 << 10
	)
	runes := []rune(strings.ToLower(label))
	if len(runes) > maxLabel {
		return tooLong
	}
	basic := 0
	for _, r := range runes {
		if r < utf8.RuneSelf {
			basic++
		}
	}
	length := basic
	if basic > 0 {
		length++ // the delimiter
	}
	next, delta, bias := rune(utf8.RuneSelf), 0, 72
	for done := basic; done < len(runes); next++ {
		least := rune(utf8.MaxRune + 1)
		for _, r := range runes {
			if r >= next && r < least {
				least = r
			}
		}
		delta += int(least-next) * (done + 1)
		next = least
		for _, r := range runes {
			if r < next {
				delta++
			}
			if r != next {
				continue
			}
			for q, k := delta, base; ; k += base {
				length++
				t := min(max(k-bias, tMin), tMax)
				if q < t {
					break
				}
				q = (q - t) / (base - t)
			}
			first := damp
			if done > basic {
				first = 2
			}
			delta /= first
			delta += delta / (done + 1)
			k := 0
			for ; delta > (base-tMin)*tMax/2; k += base {
				delta /= base - tMin
			}
			bias = k + (base-tMin+1)*delta/(delta+skew)
			delta = 0
			done++
		}
		delta++
	}
	return length
}
