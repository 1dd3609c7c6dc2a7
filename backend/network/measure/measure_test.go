package measure

import (
	"strings"
	"testing"
	"time"
	"unicode/utf16"
	"unicode/utf8"
)

const family = "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466"

func TestOneTextHasManyLengths(t *testing.T) {
	tests := []struct {
		text                                       string
		codePoints, utf16, graphemes, bytes, xChar int
	}{
		{"", 0, 0, 0, 0, 0},
		{"hello", 5, 5, 5, 5, 5},
		{"a\r\nb", 4, 4, 3, 4, 4},
		{"e\u0301", 2, 2, 1, 3, 1}, // X composes first
		{"\U0001f600", 1, 2, 1, 4, 2},
		{family, 7, 11, 1, 25, 2},
		{"\U0001f1f3\U0001f1f4", 2, 4, 1, 8, 2},
		{"1\u20e3", 2, 2, 1, 4, 2},
		{"日本", 2, 2, 2, 6, 4},
		{"a\u202eb\u202c", 4, 4, 4, 8, 6}, // bidirectional controls count
		{"\xff\xfe", 2, 2, 2, 6, 4},
		{"\xed\xa0\x80", 3, 3, 3, 9, 6}, // an unpaired surrogate is three bytes that are no text
		{"©\u00ae", 2, 2, 2, 4, 2},
		{"©\ufe0f", 2, 2, 1, 5, 2},
	}
	for _, tt := range tests {
		for _, c := range []struct {
			name      string
			got, want int
		}{
			{"CodePoints", CodePoints(tt.text), tt.codePoints},
			{"UTF16", UTF16(tt.text), tt.utf16},
			{"Graphemes", Graphemes(tt.text), tt.graphemes},
			{"Bytes", Bytes(tt.text), tt.bytes},
			{"X", X(tt.text), tt.xChar},
		} {
			if c.got != c.want {
				t.Errorf("%s(%q) = %d, want %d", c.name, tt.text, c.got, c.want)
			}
		}
	}
}

func TestMastodonCountsLinksAndMentionsByTheirStandIns(t *testing.T) {
	tests := []struct {
		text string
		want int
	}{
		{"see https://example.com/a/very/long/path?with=query", 4 + 23},
		{"http://a.no", 23},
		{"HTTPS://EXAMPLE.COM", 23},
		{"(https://example.com/a_(b)).", 1 + 23 + 2},
		{"example.com", 11}, // no protocol, no link
		{"https://localhost/", 18},
		{"https://例え.テスト/", 15}, // no known top-level domain
		{"https://example.com/日本語の道", 23},
		{"hi @ana@very.long.example.social!", 3 + 4 + 1},
		{"hi @ana", 7},
		{"a@b.example", 11}, // an e-mail address is no mention
		{"https://example.com/@ana@b.example x", 23 + 2},
		{"@ana@b.example https://example.com @bo", 4 + 1 + 23 + 1 + 3},
		{family + " ok", 4},
		{"@@@ :// @ http:// https://", 26},
	}
	for _, tt := range tests {
		if got := Mastodon(tt.text, 23); got != tt.want {
			t.Errorf("Mastodon(%q) = %d, want %d", tt.text, got, tt.want)
		}
	}
	if got := Mastodon("https://example.com/", 0); got != 20 {
		t.Errorf("links that count in full are %d, want 20", got)
	}
	if got := Mastodon("https://example.com/", 1<<40); got != 1<<40 {
		t.Errorf("a server that counts a link as 2^40 gets %d", got)
	}
}

// Restated from the conformance tests of twitter-text (30e2430, 2021-10-21), Apache-2.0.
func TestXCountsAsItsConformanceTestsSay(t *testing.T) {
	tests := []struct {
		text string
		want int
	}{
		{"Hi http://test.co", 26},
		{"http://test.co", 23},
		{"A\u0301B", 2},
		{"A\ufb2c", 4},
		{"H\U0001f431\u263a" + family, 7},
		{"\U0001f637\U0001f47e\U0001f621\U0001f525\U0001f4a9", 10},
		{"\U0001f64b\U0001f3fd\U0001f468\u200d\U0001f3a4", 4},
		{"randomurlrandomurlrandomurlrandomurlrandomurlrandomurlrandomurls.com", 68}, // a label of 64
		{strings.Repeat(family, 140), 280},
		{"ABC\u202a\uffffABC\ufffe", 12},
		{"\u2066\u202ahttp://foobar.پاکستان/\u202c\u2069", 31},
		{"\u2000\u200b\u2010\u2017\u2032\u2037", 6},
		{"故人西辞黄鹤楼", 14},
	}
	for _, tt := range tests {
		if got := X(tt.text); got != tt.want {
			t.Errorf("X(%q) = %d, want %d", tt.text, got, tt.want)
		}
	}
}

func TestCutGraphemesNeverCutsACharacter(t *testing.T) {
	text := "a" + family + "e\u0301z"
	for n, want := range []string{"", "a", "a" + family, "a" + family + "e\u0301", text, text} {
		if got := CutGraphemes(text, n); got != want {
			t.Errorf("CutGraphemes(%d) = %q, want %q", n, got, want)
		}
	}
}

// hostile are texts that make careless scanners slow.
var hostile = []string{
	"a", "a.", "http://", "http://a.com/(", "http://a.com/((", "@a", "@a@", "@a@b.", "#a", "#", "\u0301", "\u200d",
	"\U0001f468\u200d", "\U0001f1f3", "\r\n", "\xff", "a-", "é", "com.", "http://a.", "日本.", "a.com/", "a.com?", "://", "·",
}

func TestTenMegabytesAreCountedInLinearTime(t *testing.T) {
	size := 10 << 20
	if testing.Short() {
		size = 1 << 20
	}
	count := func(text string) {
		_ = Mastodon(text, 23) + X(text) + UTF16(text) + Bytes(text) + CodePoints(text) + len(Tags(text)) + len(FindX(text).Tags)
	}
	took := func(text string, limit time.Duration) {
		start := time.Now()
		count(text)
		if d := time.Since(start); d > limit {
			t.Errorf("%.20q repeated to %d bytes took %v", text, len(text), d)
		}
	}
	for _, h := range hostile { // a scanner that goes back at each step would take minutes for half a megabyte
		took(strings.Repeat(h, size/len(h)/20), 20*time.Second)
	}
	took(strings.Repeat("Read https://example.com/a_(b) by @ana@b.example, \U0001f600 日本 #tag. ", size/70), 2*time.Minute)
}

func FuzzCounters(f *testing.F) {
	for _, h := range hostile {
		f.Add(h, h+h)
	}
	f.Add("see https://example.com/a_(b)?c=d#e.", "@ana@b.example #tag "+family)
	f.Add("e\u0301\r\n", "\xed\xa0\x80\u202e")
	f.Fuzz(func(t *testing.T, a, b string) {
		text := a + b
		runes, graphemes := CodePoints(text), Graphemes(text)
		if want := len(utf16.Encode([]rune(text))); UTF16(text) != want {
			t.Fatalf("UTF16(%q) = %d, encoding gives %d", text, UTF16(text), want)
		}
		if want := len(strings.ToValidUTF8(string([]rune(text)), "")); Bytes(text) != want {
			t.Fatalf("Bytes(%q) = %d, want %d", text, Bytes(text), want)
		}
		if graphemes < 0 || graphemes > runes || (text != "" && graphemes == 0) {
			t.Fatalf("%q has %d graphemes of %d code points", text, graphemes, runes)
		}
		if x := X(text); x < 0 || (text != "" && x == 0) {
			t.Fatalf("X(%q) = %d", text, x)
		}
		links := Links(text)
		if m := Mastodon(text, 23); m < 0 || m > graphemes+23*len(links) {
			t.Fatalf("Mastodon(%q) = %d of %d graphemes and %d links", text, m, graphemes, len(links))
		}
		// Counting goes up with the text: a piece never counts more than the whole, links aside, unless it
		// ends within a code point.
		if utf8.ValidString(a) && (Graphemes(a) > graphemes || CodePoints(a) > runes || UTF16(a) > UTF16(text)) {
			t.Fatalf("%q counts more than %q", a, text)
		}
		if CutGraphemes(text, graphemes) != text || Graphemes(CutGraphemes(text, 3)) != min(3, graphemes) {
			t.Fatalf("cutting %q at its characters goes wrong", text)
		}
		for name, spans := range map[string][]Span{
			"links": links, "x": LinksX(text), "mentions": Mentions(text), "tags": Tags(text),
			"x mentions": FindX(text).Mentions, "x tags": FindX(text).Tags,
		} {
			end := 0
			for _, s := range spans {
				if s.Start < end || s.End <= s.Start || s.End > len(text) {
					t.Fatalf("%s of %q: %v after %d", name, text, s, end)
				}
				if !utf8.ValidString(s.Of(text)) {
					t.Fatalf("%s of %q: %q is not text", name, text, s.Of(text))
				}
				end = s.End
			}
		}
	})
}
