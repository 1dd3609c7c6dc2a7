package posts

import (
	"strings"
	"testing"

	"postbag/backend/domain"
	"postbag/backend/network"
	"postbag/backend/networks/practice"
)

var anna = Person{Mark: "anna", Name: "Anna Berg", Handles: map[string]string{"a": "anna@there.example", "b": "anna.b.example"}}

func TestAPersonIsWrittenOnceAndNamedAsEachNetworkKnowsThem(t *testing.T) {
	people := []Person{anna, {Mark: "bo.k", Handles: map[string]string{"b": "bo"}}}
	for text, want := range map[string][3]string{
		"with @anna.":           {"with @anna@there.example.", "with @anna.b.example.", "with Anna Berg."},
		"@Anna and @bo.k":       {"@anna@there.example and bo.k", "@anna.b.example and @bo", "Anna Berg and bo.k"},
		"@anna@other.example":   {"@anna@other.example", "@anna@other.example", "@anna@other.example"},
		"@anna.b.example":       {"@anna.b.example", "@anna.b.example", "@anna.b.example"},
		"mail@anna x/@anna @an": {"mail@anna x/@anna @an", "mail@anna x/@anna @an", "mail@anna x/@anna @an"},
		"":                      {"", "", ""},
	} {
		for i, on := range []string{"a", "b", "c"} {
			if got, _ := namesOn(people, on).text(text); got != want[i] {
				t.Errorf("%q goes out on %s as %q, want %q", text, on, got, want[i])
			}
		}
	}
	if text, swaps := (Names{}).text("@anna"); text != "@anna" || swaps != nil {
		t.Errorf("without people it goes out as %q", text)
	}
}

func TestAPlaceBehindANameIsFoundInTheTextAsWritten(t *testing.T) {
	for _, on := range []string{"a", "b", "c"} {
		f := Frame{Names: namesOn([]Person{anna}, on), Tags: Tags{Campaign: "sale"}}
		c := domain.Content{Text: "first @anna, see https://one.example and @anna!", Parts: []string{"@anna"}}
		sent, written := f.content(c)
		for part, text := range append([]string{sent.Text}, sent.Parts...) {
			was := append([]string{c.Text}, c.Parts...)[part]
			last := 0
			for at := range len(text) + 1 {
				back := written(part, at)
				if back < last || back > len(was) {
					t.Fatalf("on %s, place %d of %q was %d, behind %d", on, at, text, back, last)
				}
				last = back
			}
			if written(part, len(text)) != len(was) {
				t.Errorf("on %s the end of %q was %d of %d", on, text, written(part, len(text)), len(was))
			}
			if at := strings.Index(text, "!"); at >= 0 && written(part, at) != strings.Index(was, "!") {
				t.Errorf("on %s the end of the sentence was %d", on, written(part, at))
			}
		}
		if written(0, -1) != -1 {
			t.Error("nowhere is somewhere")
		}
	}
}

func TestWhatIsCountedIsWhatIsSent(t *testing.T) {
	d := practice.New().Describe()
	limits := d.Limits
	limits.Text = network.TextLimit{Max: 20, Unit: network.UnitGraphemes}
	c := domain.Content{Text: "hello @anna and all"} // 19 as written
	for on, want := range map[string]struct{ length, over int }{
		"a": {33, strings.Index(c.Text, "@anna")}, // the name does not fit as a whole
		"b": {29, strings.Index(c.Text, "@anna")},
		"c": {23, strings.Index(c.Text, "and all") + len("and ")},
	} {
		r, err := CheckContent(d, limits, c, nil, Frame{Parts: 1, Names: namesOn([]Person{anna}, on)})
		if err != nil || r.Length != want.length || r.OverflowAt != want.over {
			t.Errorf("on %s it has %d characters and overflows at %d (%v), want %+v", on, r.Length, r.OverflowAt, err, want)
		}
	}
	if got := cut("a @anna b", []rule{{d: d, l: limits, names: namesOn([]Person{anna}, "a")}}, ""); len(got) != 3 {
		t.Errorf("what does not fit with its handle is split into %q", got)
	}
}
