package posts

import (
	"encoding/json"
	"strings"
	"testing"

	"postbag/backend/domain"
	"postbag/backend/network"
	"postbag/backend/network/measure"
	"postbag/backend/networks/practice"
)

// rulesOf are those of a network that takes n characters a part.
func rulesOf(n int) []rule {
	d := practice.New().Describe()
	l := d.Limits
	l.Text.Max, l.Parts = n, 99
	return []rule{{d: d, l: l}}
}

func TestASplitBreaksWhereAPersonWould(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		n    int
		want []string
	}{
		"fits":                       {"short", 10, []string{"short"}},
		"at the paragraph":           {"One is here.\n\nTwo is here and longer.", 24, []string{"One is here.", "Two is here and longer."}},
		"at the sentence":            {"One is here. Two is there. Three", 27, []string{"One is here. Two is there.", "Three"}},
		"between words":              {"one two three four", 9, []string{"one two", "three", "four"}},
		"not inside a link":          {"look at https://example.org/a/long/path now", 34, []string{"look at", "https://example.org/a/long/path", "now"}},
		"not inside a tag":           {"words before #printmaking", 18, []string{"words before", "#printmaking"}},
		"not inside a mention":       {"thanks to @somebody@example.org", 24, []string{"thanks to", "@somebody@example.org"}},
		"not inside a character":     {"👨‍👩‍👧👨‍👩‍👧👨‍👩‍👧", 2, []string{"👨‍👩‍👧👨‍👩‍👧", "👨‍👩‍👧"}},
		"a long word is cut at last": {"abcdefghij", 4, []string{"abcd", "efgh", "ij"}},
		"a long link is cut at last": {"https://example.org/abcdefghij", 20, []string{"https://example.org/", "abcdefghij"}},
		"Chinese sentences":          {"今天我们完成了。明天再见吧朋友们。", 12, []string{"今天我们完成了。", "明天再见吧朋友们。"}},
	} {
		got := splitText(c.text, rulesOf(c.n), false)
		if strings.Join(got, "|") != strings.Join(c.want, "|") {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestNumberedPartsFitWithTheirNumbers(t *testing.T) {
	text := strings.Repeat("word ", 200)
	parts := splitText(text, rulesOf(40), true)
	if len(parts) < 10 {
		t.Fatalf("%d parts", len(parts))
	}
	for i, p := range parts {
		if measure.Graphemes(p) > 40 {
			t.Errorf("part %d has %d characters: %q", i, measure.Graphemes(p), p)
		}
		if !strings.Contains(p, "/") {
			t.Errorf("part %d has no number: %q", i, p)
		}
	}
	words := 0
	for _, p := range parts {
		words += strings.Count(p, "word")
	}
	if words != 200 {
		t.Errorf("%d words are left", words)
	}
}

func TestASplitAsksOnlyNetworksWithThreads(t *testing.T) {
	d := newDesk(t)
	limits := func(l network.Limits) []byte {
		b, err := json.Marshal(l)
		d.must(err)
		return b
	}
	text := strings.Repeat("A sentence here. ", 10)
	d.must(d.db.SaveLimits(t.Context(), d.channel.ID, limits(network.Limits{Text: network.TextLimit{Max: 40, Unit: network.UnitGraphemes}, Parts: 1})))
	if parts, err := d.Split(t.Context(), text, false, d.channel.ID); err != nil || len(parts) != 1 {
		t.Errorf("without threads: %d parts, %v", len(parts), err)
	}
	d.must(d.db.SaveLimits(t.Context(), d.channel.ID, limits(network.Limits{Text: network.TextLimit{Max: 40, Unit: network.UnitGraphemes}, Parts: 9})))
	parts, err := d.Split(t.Context(), text, false, d.channel.ID)
	if err != nil || len(parts) != 5 {
		t.Errorf("%d parts, %v", len(parts), err)
	}
	if _, err := d.Split(t.Context(), "a\x00", false, d.channel.ID); err == nil {
		t.Error("split what is not text")
	}
	if _, err := d.Split(t.Context(), "a", false, "nobody"); err == nil {
		t.Error("split for a channel that is not there")
	}
}

func TestMarksDoNotOverlap(t *testing.T) {
	text := "see https://e.org/@me#part and @you@e.org #tag, #1"
	var got []string
	for _, m := range Marks(text) {
		got = append(got, string(m.Kind)+" "+text[m.Start:m.End])
	}
	want := "link https://e.org/@me#part|mention @you@e.org|tag #tag"
	if strings.Join(got, "|") != want {
		t.Errorf("got %v", got)
	}
}

func FuzzSplit(f *testing.F) {
	f.Add("One is here. Two https://e.org is #there.\n\nThree", 12)
	f.Add("👨‍👩‍👧\u200d", 1)
	f.Fuzz(func(t *testing.T, text string, n int) {
		if n < 1 || n > 400 || len(text) > 4000 {
			t.Skip("not a size of the field")
		}
		c, err := Clean(domain.Content{Text: text})
		if err != nil {
			t.Skip("not text")
		}
		parts := splitText(c.Text, rulesOf(n), false)
		squeeze := func(s string) string { return strings.Join(strings.Fields(s), "") }
		if len(parts) <= MaxParts && squeeze(strings.Join(parts, "")) != squeeze(c.Text) {
			t.Errorf("%q became %q", c.Text, parts)
		}
	})
}
