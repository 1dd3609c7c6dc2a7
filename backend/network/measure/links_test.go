package measure

import (
	"slices"
	"testing"
)

func pieces(text string, spans []Span) []string {
	var out []string
	for _, s := range spans {
		out = append(out, s.Of(text))
	}
	return out
}

// Most cases are restated from the conformance tests of twitter-text (30e2430, 2021-10-21), Apache-2.0.
func TestLinksEndWhereAPersonWouldEndThem(t *testing.T) {
	tests := []struct {
		text  string
		links []string // with a protocol
		x     []string // as X sees them, nil: the same
	}{
		{text: "text http://google.com", links: []string{"http://google.com"}},
		{text: "(http://twitter.com", links: []string{"http://twitter.com"}},
		{text: "http://en.wikipedia.org/wiki/Primer_(film)", links: []string{"http://en.wikipedia.org/wiki/Primer_(film)"}},
		{text: "http://somehost.com:3000, ok", links: []string{"http://somehost.com:3000"}},
		{text: "http://foo.com?#foo text", links: []string{"http://foo.com?#foo"}},
		{text: "http://twitter.com/.", links: []string{"http://twitter.com/"}},
		{text: "http://example.com/path......", links: []string{"http://example.com/path"}},
		{text: "http://no-tld http://tld-too-short.x http://localhost:80/"},
		{text: "http://domain.com-that-you-should-have-put-a-space-after"},
		{text: "http://twitter-.com http://-twitter.com http://twitter_underscore.com http://a_.b.com"},
		{text: "http://sub_domain-dash.twitter.com", links: []string{"http://sub_domain-dash.twitter.com"}},
		{text: "http://xn--はじめよう.com/index.html"},
		{text: "http://xn--ls8h.XN--ls8h.la/", links: []string{"http://xn--ls8h.XN--ls8h.la/"}},
		{text: "http://foobar.みんな/ ok", links: []string{"http://foobar.みんな/"}},
		{text: "http://example.comだよね.comtest/hogehoge", links: []string{"http://example.com"}},
		{text: "$http://twitter.com #http://test.com @http://test.com xhttp://test.com"},
		{text: "http://a.com http://b.com\nhttp://c.com/d", links: []string{"http://a.com", "http://b.com", "http://c.com/d"}},
		{text: "foo.co.jp foo.comm www.xxxxxxx", x: []string{"foo.co.jp"}},
		{text: "name.al-lastname@foo.com john.doe.gov@mail.com"},
		{text: "#test.com @test.com $TVI.CA test.tar.bz2"},
		{text: "これは。example.com/path中国語example.com/path한국", x: []string{"example.com/path", "example.com/path"}},
		{text: "example.comてすとですtwitter.みんなです", x: []string{"example.com", "twitter.みんな"}},
		{text: "MLB.tv t.co ELPAÍS.com", x: []string{"MLB.tv", "t.co", "ELPAÍS.com"}},
		{
			text: "http://t.co/pbY2NfTZ's", links: []string{"http://t.co/pbY2NfTZ's"},
			x: []string{"http://t.co/pbY2NfTZ"},
		},
		{
			text: "http://twitter.com/これは", links: []string{"http://twitter.com/これは"},
			x: []string{"http://twitter.com/"},
		},
	}
	for _, tt := range tests {
		if got := pieces(tt.text, Links(tt.text)); !slices.Equal(got, tt.links) {
			t.Errorf("Links(%q) = %q, want %q", tt.text, got, tt.links)
		}
		want := tt.x
		if want == nil {
			want = tt.links
		}
		if got := pieces(tt.text, LinksX(tt.text)); !slices.Equal(got, want) {
			t.Errorf("LinksX(%q) = %q, want %q", tt.text, got, want)
		}
	}
}

func TestMentionsAreNamesOfPeople(t *testing.T) {
	tests := []struct {
		text string
		want []string
	}{
		{"@ana, @bo.b-x@host.example. @c", []string{"@ana", "@bo.b-x@host.example", "@c"}},
		{"mail a@b.example, /@path, =@x", nil},
		{"@ana@", nil},
		{"@ana@x", nil}, // a host has at least two characters
		{"@ana://x", nil},
		{"@ @. @-a", nil},
		{"(@ana)\n@bo_", []string{"@ana", "@bo_"}},
		{"日@ana", nil},
		{"@ana@bücher.example!", []string{"@ana@bücher.example"}},
	}
	for _, tt := range tests {
		if got := pieces(tt.text, Mentions(tt.text)); !slices.Equal(got, tt.want) {
			t.Errorf("Mentions(%q) = %q, want %q", tt.text, got, tt.want)
		}
	}
}

func TestTagsHaveMoreThanDigits(t *testing.T) {
	tests := []struct {
		text string
		want []string
	}{
		{"#tag, #1st #12345 #_ #日本語 #ашок", []string{"#tag", "#1st", "#日本語", "#ашок"}},
		{"a#b /#c =#d )#e &#39;", nil},
		{"＃wide #mid·dle #end·", []string{"＃wide", "#mid·dle", "#end"}},
		{"#a#b", []string{"#a"}},
	}
	for _, tt := range tests {
		if got := pieces(tt.text, Tags(tt.text)); !slices.Equal(got, tt.want) {
			t.Errorf("Tags(%q) = %q, want %q", tt.text, got, tt.want)
		}
	}
}
