package x_test

import (
	_ "embed"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"postbag/backend/network"
	"postbag/backend/networks/x"
)

// conformance are the cases of twitter-text's conformance files (30e2430, 2021-10-21, Apache-2.0; testdata has
// the licence and says what was changed).
//
//go:embed testdata/twitter-text/conformance.json
var conformance []byte

// checked is one case.
type checked struct {
	Description string
	Text        string
	Expected    json.RawMessage
}

func conformanceCases(t *testing.T) map[string]map[string][]checked {
	t.Helper()
	var all map[string]map[string][]checked
	if err := json.Unmarshal(conformance, &all); err != nil {
		t.Fatal(err)
	}
	return all
}

// as reads what a case expects.
func as[T any](t *testing.T, c checked) (v T) {
	t.Helper()
	if err := json.Unmarshal(c.Expected, &v); err != nil {
		t.Fatalf("%s: %v", c.Description, err)
	}
	return v
}

// counted makes sure that no group of cases went missing.
func counted(t *testing.T, cases []checked, want int) []checked {
	t.Helper()
	if len(cases) != want {
		t.Fatalf("%d cases, want %d", len(cases), want)
	}
	return cases
}

// older are the cases of the group for version 2 of the rule, which counted every code point of an emoji.
// Version 3, which is X's today, counts an emoji as two: so many are all of it.
func older() map[string]int {
	return map[string]int{
		"Count a mix of single byte single word, and double word unicode characters":              7,
		"Count unicode emoji chars outside the basic multilingual plane with skin tone modifiers": 4,
	}
}

func TestTheWeightedLengthAgreesWithEveryCase(t *testing.T) {
	all, d := conformanceCases(t)["validate"], x.New().Describe()
	for group, n := range map[string]int{
		"WeightedTweetsCounterTest": 20, "WeightedTweetsWithDiscountedEmojiCounterTest": 22, "UnicodeDirectionalMarkerCounterTest": 2,
	} {
		for _, c := range counted(t, all[group], n) {
			want := as[struct {
				WeightedLength int
				Valid          bool
			}](t, c)
			if now, changed := older()[c.Description]; changed && group == "WeightedTweetsCounterTest" {
				want.WeightedLength = now
			}
			if got := d.Measure(d.Limits, c.Text); got != want.WeightedLength {
				t.Errorf("%s: %s: %d, want %d", group, c.Description, got, want.WeightedLength)
			}
			_, bad := network.Blocking(network.Check(d, d.Limits, network.Plan{Parts: []network.Part{{Text: c.Text}}}))
			if bad == want.Valid {
				t.Errorf("%s: %s: refused %t, want %t", group, c.Description, bad, !want.Valid)
			}
		}
	}
}

// words returns what spans name, without the sign before it.
func words(text string, spans []network.Span, signs string) []string {
	list := []string{}
	for _, s := range spans {
		list = append(list, strings.TrimLeft(s.Of(text), signs))
	}
	return list
}

// places returns where spans are, in code points.
func places(text string, spans []network.Span) [][]int {
	list := [][]int{}
	for _, s := range spans {
		list = append(list, []int{len([]rune(text[:s.Start])), len([]rune(text[:s.End]))})
	}
	return list
}

func TestLinksMentionsAndHashtagsAgreeWithEveryCase(t *testing.T) {
	all, find := conformanceCases(t), x.New().Describe().Find
	for _, g := range []struct {
		file, group string
		n           int
		found       func(text string) []string
	}{
		{"extract", "urls", 91, func(text string) []string { return words(text, find(text).Links, "") }},
		{"extract", "tco_urls_with_params", 5, func(text string) []string { return words(text, find(text).Links, "") }},
		{"tlds", "country", 315, func(text string) []string { return words(text, find(text).Links, "") }},
		{"tlds", "generic", 1259, func(text string) []string { return words(text, find(text).Links, "") }},
		{"extract", "mentions", 23, func(text string) []string { return words(text, find(text).Mentions, "@＠") }},
		{"extract", "hashtags", 65, func(text string) []string { return words(text, find(text).Tags, "#＃") }},
		{"extract", "hashtags_from_astral", 3, func(text string) []string { return words(text, find(text).Tags, "#＃") }},
	} {
		for _, c := range counted(t, all[g.file][g.group], g.n) {
			if got, want := g.found(c.Text), as[[]string](t, c); !slices.Equal(got, want) {
				t.Errorf("%s: %s: %q finds %q, want %q", g.group, c.Description, c.Text, got, want)
			}
		}
	}
}

func TestWhereTheyStandAgreesWithEveryCase(t *testing.T) {
	all, find := conformanceCases(t)["extract"], x.New().Describe().Find
	for _, g := range []struct {
		group string
		n     int
		found func(text string) []network.Span
	}{
		{"urls_with_directional_markers", 2, func(text string) []network.Span { return find(text).Links }},
		{"urls_with_indices", 10, func(text string) []network.Span { return find(text).Links }},
		{"mentions_with_indices", 3, func(text string) []network.Span { return find(text).Mentions }},
		{"hashtags_with_indices", 8, func(text string) []network.Span { return find(text).Tags }},
	} {
		for _, c := range counted(t, all[g.group], g.n) {
			want := [][]int{}
			for _, e := range as[[]struct{ Indices []int }](t, c) {
				want = append(want, e.Indices)
			}
			if got := places(c.Text, g.found(c.Text)); !slices.EqualFunc(got, want, slices.Equal[[]int]) {
				t.Errorf("%s: %s: %q is at %v, want %v", g.group, c.Description, c.Text, got, want)
			}
		}
	}
	for _, c := range counted(t, all["mentions_or_lists_with_indices"], 5) { // a list is a mention of its account here
		want := [][]int{}
		for _, e := range as[[]struct {
			List    string `json:"list_slug"`
			Indices []int
		}](t, c) {
			want = append(want, []int{e.Indices[0], e.Indices[1] - len(e.List)})
		}
		if got := places(c.Text, find(c.Text).Mentions); !slices.EqualFunc(got, want, slices.Equal[[]int]) {
			t.Errorf("%s: %q is at %v, want %v", c.Description, c.Text, got, want)
		}
	}
}

func TestWhatIsValidAsAWholeAgreesWithEveryCase(t *testing.T) {
	all, find := conformanceCases(t)["validate"], x.New().Describe().Find
	for _, g := range []struct {
		group string
		n     int
		found func(text string) []network.Span
	}{
		{"usernames", 4, func(text string) []network.Span { return find(text).Mentions }},
		{"hashtags", 7, func(text string) []network.Span { return find(text).Tags }},
		{"urls_without_protocol", 5, func(text string) []network.Span { return find(text).Links }},
	} {
		for _, c := range counted(t, all[g.group], g.n) {
			got := g.found(c.Text)
			whole := len(got) == 1 && got[0] == network.Span{End: len(c.Text)}
			if want := as[bool](t, c); whole != want {
				t.Errorf("%s: %s: %q is %v, want %t", g.group, c.Description, c.Text, got, want)
			}
		}
	}
}
