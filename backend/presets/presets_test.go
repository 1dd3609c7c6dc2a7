package presets

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

func builtInSet(t *testing.T) *Set {
	t.Helper()
	s, err := BuiltIn()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestTheBuiltInPresetsAreWhole(t *testing.T) {
	s := builtInSet(t)
	if n := len(s.All()); n != 146 {
		t.Errorf("%d presets", n)
	}
	if n := len(s.Pictures()); n != 133 {
		t.Errorf("%d for pictures", n)
	}
	if s.Checked() != "2026-11-22" {
		t.Errorf("checked %q", s.Checked())
	}
	for _, p := range s.All() {
		if p.Network == "" || !strings.HasPrefix(p.ID, p.Network+"/") || p.Title == "" || len(p.Formats) == 0 || p.Width == 0 || p.Height == 0 {
			t.Errorf("%s: %+v", p.ID, p)
		}
		if p.Fit != Cover && p.Fit != Inside {
			t.Errorf("%s: fit %s", p.ID, p.Fit)
		}
		if !slices.Contains([]string{"high", "medium", "low"}, p.Confidence) || !strings.HasPrefix(p.Date, "2026") || len(p.Sources) == 0 {
			t.Errorf("%s: confidence %q, date %q, sources %q", p.ID, p.Confidence, p.Date, p.Sources)
		}
		for _, name := range p.Sources {
			if source, ok := s.Source(name); !ok || source.Name == "" || source.Date == "" || source.Date > p.Date {
				t.Errorf("%s: source %q is %+v", p.ID, name, source)
			}
		}
	}
}

func TestPresetsAreFoundByID(t *testing.T) {
	s := builtInSet(t)
	got, err := s.Find("web/og-image", " WEB/article-1-1", "web/og-image")
	if err != nil || len(got) != 2 || got[0].Width != 1200 || got[1].ID != "web/article-1-1" {
		t.Errorf("%v %+v", err, got)
	}
	_, err = s.Find("web/og-imaje")
	if !errors.Is(err, ErrUnknown) || !strings.Contains(err.Error(), "web/og-image") {
		t.Errorf("%v", err)
	}
	if _, err = s.Find("nonsense"); !errors.Is(err, ErrUnknown) {
		t.Errorf("%v", err)
	}
}

func TestOwnPresetsAreRead(t *testing.T) {
	got, err := Parse(strings.NewReader("\ufeff" + `[
		{"id": "banner", "width": 1500, "height": 500, "fit": "cover"},
		{"id": "shop/square", "width": 800, "height": 800, "fit": "contain", "format": "JPG", "background": "#ffCC00", "quality": 90, "max_bytes": 200000},
		{"id": "wide", "width": 1000, "height": 0, "fit": "fit", "formats": ["png", "webp"], "enlarge": true}
	]`))
	if err != nil || len(got) != 3 {
		t.Fatalf("%v, %d presets", err, len(got))
	}
	if got[0].Kind != Image || got[0].Fit != Cover || got[1].Formats[0] != "jpeg" || got[2].Fit != Inside || !got[2].Enlarge {
		t.Errorf("%+v", got)
	}
	if r, g, b, err := got[1].BackgroundColour(); err != nil || r != 255 || g != 204 || b != 0 {
		t.Errorf("%v %d %d %d", err, r, g, b)
	}
	all, err := builtInSet(t).With(got)
	if err != nil || len(all.All()) != 149 {
		t.Errorf("%v", err)
	}
	if _, err = all.With(got[:1]); !errors.Is(err, ErrInvalid) {
		t.Errorf("the same id twice: %v", err)
	}
}

func TestAWrongFileOfPresetsSaysWhatIsWrong(t *testing.T) {
	ok := `{"id": "a", "width": 10, "height": 10, "fit": "cover"}`
	for file, words := range map[string]string{
		"":                                     "empty",
		"[]":                                   "list is empty",
		`{"id": "a"}`:                          "must be a JSON list",
		"[\n{\"id\": \"a\",\n}]":               "line 3",
		`[1]`:                                  "preset 1: invalid preset: it is a number",
		`[` + ok + `,` + ok + `]`:              `preset 2 ("a"): invalid preset: the id is taken`,
		`[{"width": 1}]`:                       "id is missing",
		`[{"id": "../up", "width": 1}]`:        "an id has letters",
		`[{"id": "a b", "width": 1}]`:          "an id has letters",
		`[{"id": "a", "width": "10"}]`:         "width is a string",
		`[{"id": "a", "width": 1.5}]`:          "width is a number 1.5",
		`[{"id": "a", "heigth": 10}]`:          `"heigth"`,
		`[{"id": "a", "width": 10}]`:           "fit is missing",
		`[{"id":"a","width":9,"fit":"cover"}]`: "needs a width and a height",
		`[{"id":"a","width":9,"height":9,"fit":"stretch"}]`:                          "not cover, contain or inside",
		`[{"id":"a","width":-9,"height":9,"fit":"cover"}]`:                           "between 1 and 16383",
		`[{"id":"a","width":99999,"height":9,"fit":"cover"}]`:                        "between 1 and 16383",
		`[{"id":"a","fit":"inside"}]`:                                                "width or a height",
		`[{"id":"a","width":9,"height":9,"fit":"cover","format":"avif"}]`:            `format "avif"`,
		`[{"id":"a","width":9,"height":9,"fit":"cover","format":"gif"}]`:             "not made",
		`[{"id":"a","width":9,"height":9,"fit":"cover","quality":101}]`:              "quality",
		`[{"id":"a","width":9,"height":9,"fit":"cover","max_bytes":-1}]`:             "max_bytes",
		`[{"id":"a","width":9,"height":9,"fit":"cover","background":"red"}]`:         "#ffcc00",
		`[{"id":"a","width":9,"height":9,"fit":"cover","safe_area":{"left":9}}]`:     "safe area",
		"[" + strings.Repeat(ok+",", 1000) + ok + "]":                                "1001 entries",
		"[" + strings.Repeat(" ", 16<<20) + "]":                                      "over 16777216 bytes",
		`[{"id":"` + strings.Repeat("a", 101) + `","width":9,"fit":"inside"}]`:       "over 100 characters",
		`[{"id":"a","width":9,"height":9,"fit":"` + strings.Repeat("x", 900) + `"}]`: "…",
	} {
		_, err := Parse(strings.NewReader(file))
		if !errors.Is(err, ErrInvalid) || !strings.Contains(err.Error(), words) || len(err.Error()) > 400 {
			t.Errorf("%.60s: %v", file, err)
		}
	}
}
