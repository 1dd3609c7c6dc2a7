package measure

import (
	"slices"
	"testing"
)

// Restated from the conformance tests of twitter-text (30e2430, 2021-10-21), Apache-2.0, all of whose cases
// for mentions and hashtags were run.
func TestXFindsMentionsAsItsConformanceTestsSay(t *testing.T) {
	for _, tt := range []struct {
		text string
		want []string
	}{
		{"@ana to @bo_2", []string{"@ana", "@bo_2"}},
		{"の@anaに着く", []string{"@ana"}},
		{"＠ana", []string{"＠ana"}},
		{"RT@ana RT:@bo rt @c", []string{"@ana", "@bo", "@c"}},
		{"art@ana x.rt@bo", nil},
		{"f!@kn f@@kn f#@kn f$@kn f%@kn f&@kn f*@kn", nil},
		{"mail @test@example.com or a@b", nil},
		{"@aliceìa said", nil},
		{"@ana://x", nil},
		{"@" + "abcdefghijklmnopqrstuvwxyz", []string{"@abcdefghijklmnopqrst"}},
		{"@ana/reading-list and @bo/7days", []string{"@ana", "@bo"}},
	} {
		if got := pieces(tt.text, FindX(tt.text).Mentions); !slices.Equal(got, tt.want) {
			t.Errorf("%q: %q, want %q", tt.text, got, tt.want)
		}
	}
}

func TestXFindsTagsAsItsConformanceTestsSay(t *testing.T) {
	for _, tt := range []struct {
		text string
		want []string
	}{
		{"#tag #1st #12 #_ ＃wide #日本語 #русский!", []string{"#tag", "#1st", "＃wide", "#日本語", "#русский"}},
		{"a#b &#c", nil},
		{"(#one )#two ’#three", []string{"#one", "#two", "#three"}},
		{"✌#a ✌\ufe0e#b ✌\ufe0f#c", []string{"#a", "#b", "#c"}},
		{"#\ufe0f\u20e3 is a key", nil},
		{"#メ～テレ #メ〜テレ #各〃", []string{"#メ～テレ", "#メ〜テレ", "#各〃"}},
		{"#עַל־יְדֵי #בוד #བོད་སྐད་", []string{"#עַל־יְדֵי", "#בוד", "#བོད་སྐད་"}},
		{"#http://a.com/ #a#b https://b.com/#frag", nil},
		{"#𠀡", []string{"#𠀡"}},
	} {
		if got := pieces(tt.text, FindX(tt.text).Tags); !slices.Equal(got, tt.want) {
			t.Errorf("%q: %q, want %q", tt.text, got, tt.want)
		}
	}
}
