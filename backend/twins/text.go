package twins

import (
	"hash/maphash"
	"iter"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"postbag/backend/network"
)

// What makes two texts nearly the same. The numbers were chosen on pairs as people write them, in
// six languages: text_test.go has them, with what must be taken for the same and what must not.
const (
	shingle   = 3    // letters that stand together; a language without spaces has them too
	nearShare = 0.85 // of all the shingles of two texts, how many are in both
	leastNear = 24   // shorter texts, in letters, are compared whole: one word makes another text of them
)

// words is a text as it is compared: its letters and digits without case, width, punctuation and
// spacing, and its links and numbers by themselves.
type words struct {
	text    string   // words with one space between them
	links   []string // sorted, each once, without what only counts clicks
	numbers []string // sorted, each once
	raw     string   // of a text without a letter or digit: its characters
}

var links = regexp.MustCompile(`(?i)\b(?:https?://|www\.)[^\s<>"'“”«»，。！？、（）]+`)

// read takes a plan's texts apart. The texts of a thread are one text.
func read(p network.Plan) words {
	var all strings.Builder
	for _, part := range p.Parts {
		all.WriteString(part.Text)
		all.WriteByte('\n')
	}
	var w words
	text := links.ReplaceAllStringFunc(all.String(), func(link string) string {
		w.links = append(w.links, cleanLink(link))
		return " "
	})
	if p.Link != nil {
		w.links = append(w.links, cleanLink(p.Link.URL))
	}
	if p.Poll != nil {
		text += "\n" + strings.Join(p.Poll.Options, "\n")
	}
	slices.Sort(w.links)
	w.links = slices.Compact(w.links)
	text = cases.Fold().String(norm.NFKC.String(text))
	w.text, w.numbers = letters(text)
	if w.text == "" {
		w.raw = strings.Join(strings.Fields(text), " ")
	}
	return w
}

// letters keeps letters and digits, and between words one space. Between two characters of a
// writing without spaces there is none: people put them there by taste.
func letters(text string) (string, []string) {
	var out strings.Builder
	var numbers []string
	var last rune
	digits, gap := 0, false
	number := func(end int) {
		if digits > 0 {
			numbers = append(numbers, strings.TrimLeft(out.String()[end-digits:end], "0"))
		}
		digits = 0
	}
	for _, r := range text {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) {
			gap = true
			continue
		}
		if unicode.Is(unicode.Variation_Selector, r) {
			continue // of an emoji that is left out
		}
		if digits > 0 && (gap || !unicode.IsDigit(r)) {
			number(out.Len())
		}
		if gap && last != 0 && (!spaceless(last) || !spaceless(r)) {
			out.WriteByte(' ')
		}
		before := out.Len()
		out.WriteRune(r)
		if unicode.IsDigit(r) {
			digits += out.Len() - before
		}
		last, gap = r, false
	}
	number(out.Len())
	slices.Sort(numbers)
	return out.String(), slices.Compact(numbers)
}

func spaceless(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}

// tracking are the names of what is put into links to count clicks and says nothing of the page;
// prefixes end in an underscore. Facebook, Google, Microsoft, Yandex, X, TikTok, Instagram,
// LinkedIn, Mailchimp, HubSpot, Marketo and YouTube document them, seen 2026-11-22.
var tracking = []string{
	"utm_", "hsa_", "fbclid", "gclid", "dclid", "gbraid", "wbraid", "gclsrc", "msclkid", "yclid", "twclid", "ttclid", "igsh", "igshid",
	"li_fat_id", "mc_cid", "mc_eid", "_hsenc", "_hsmi", "mkt_tok", "si", "ref_src", "ref_url",
}

// cleanLink returns a link as it is compared.
func cleanLink(link string) string {
	link = strings.TrimRight(link, ".,;:!?)]}…")
	if !strings.Contains(link, "://") {
		link = "https://" + link
	}
	u, err := url.Parse(link)
	if err != nil {
		return link
	}
	q := u.Query()
	for name := range q {
		if slices.ContainsFunc(tracking, func(t string) bool {
			return name == t || strings.HasSuffix(t, "_") && strings.HasPrefix(name, t)
		}) {
			q.Del(name)
		}
	}
	host := strings.TrimPrefix(strings.ToLower(u.Host), "www.")
	clean := host + strings.TrimRight(u.EscapedPath(), "/")
	if len(q) > 0 {
		clean += "?" + q.Encode()
	}
	return clean
}

// same reports whether two texts say the very same.
func (w words) same(o words) bool {
	return w.text == o.text && w.raw == o.raw && slices.Equal(w.links, o.links)
}

// near reports whether two texts say nearly the same: most of their shingles are in both. Another
// number or another link makes another text of the same pattern: the next episode, the next
// price, the next article.
func (w words) near(o words) bool {
	if !slices.Equal(w.links, o.links) || !slices.Equal(w.numbers, o.numbers) {
		return false
	}
	a, b := map[uint64]bool{}, map[uint64]bool{}
	for s := range shingles(w.text) {
		a[s] = true
	}
	for s := range shingles(o.text) {
		b[s] = true
	}
	if len(a) == 0 || len(b) == 0 {
		return false
	}
	both := 0
	for s := range a {
		if b[s] {
			both++
		}
	}
	return float64(both) >= nearShare*float64(len(a)+len(b)-both)
}

// short is a text that many posts may share: a greeting, a name, a row of tags.
func (w words) short() bool { return utf8.RuneCountInString(w.text) < leastNear }

// shingles returns the runs of letters of a text as numbers, some more than once; none of a text
// that is too short to be nearly another.
func shingles(text string) iter.Seq[uint64] {
	return func(yield func(uint64) bool) {
		if utf8.RuneCountInString(text) < leastNear {
			return
		}
		run, n := uint64(0), 0
		for _, r := range text {
			run = run<<21 | uint64(r) //nolint:gosec // a character has 21 bits, and three of them are kept
			if n++; n >= shingle && !yield(run&(1<<63-1)) {
				return
			}
		}
	}
}

// The sketch of a text: for each of many ways to order all shingles, the first the text has. Of
// two texts that share a part of their shingles, about that part of their sketches is equal. Bands
// of three find a text that shares 0.85 of its shingles with 0.9999, and one that shares a third
// with 0.3; what they find is compared in full.
const (
	bands   = 10
	perBand = 3
)

// sketch returns the bands of a text; nil for one that is compared whole only. Texts with other
// links or numbers have no band in common: they are never near.
func sketch(seed maphash.Seed, w words) []uint64 {
	if w.short() {
		return nil
	}
	var least [bands * perBand]uint32
	for i := range least {
		least[i] = ^uint32(0)
	}
	for s := range shingles(w.text) {
		h := maphash.Comparable(seed, s)
		for i := range least {
			// An odd multiplier and the upper half: another order of the same hashes.
			v := uint32(((h ^ uint64(i)*0x9e3779b97f4a7c15) * (0xd6e8feb86659fd93 + 2*uint64(i)*0xa0761d6478bd642f)) >> 32) //nolint:gosec // the upper half
			least[i] = min(least[i], v)
		}
	}
	out := make([]uint64, bands)
	named := maphash.String(seed, strings.Join(append(slices.Clone(w.links), w.numbers...), "\x00"))
	for b := range out {
		h := named + uint64(b)
		for _, v := range least[b*perBand : (b+1)*perBand] {
			h = (h ^ uint64(v)) * 0x9e3779b97f4a7c15
			h ^= h >> 29
		}
		out[b] = h
	}
	return out
}
