package networktest

import (
	"testing"

	"postbag/backend/network"
)

func TestAPlantedFactIsSeen(t *testing.T) {
	good := []network.Fact{
		{About: network.FactText, Value: "300 graphemes", Source: "the handbook, 2026-11"},
		{About: network.FactMedia, Value: "none", Source: "the handbook, 2026-11"},
		{About: network.FactAlt, Value: "none", Source: "the handbook, 2026-11", Doubt: "The help page says 20."},
	}
	for name, change := range map[string]func(f []network.Fact) []network.Fact{
		"another value":    func(f []network.Fact) []network.Fact { f[0].Value = "301 graphemes"; return f },
		"no source":        func(f []network.Fact) []network.Fact { f[0].Source = ""; return f },
		"no date":          func(f []network.Fact) []network.Fact { f[0].Source = "the handbook"; return f },
		"no document":      func(f []network.Fact) []network.Fact { f[0].Source = "2026-11-22"; return f },
		"a word of doubt":  func(f []network.Fact) []network.Fact { f[0].Doubt = "perhaps"; return f },
		"a key of nothing": func(f []network.Fact) []network.Fact { f[0].About = "text.min"; return f },
		"twice":            func(f []network.Fact) []network.Fact { return append(f, f[0]) },
		"none at all":      func([]network.Fact) []network.Fact { return nil },
		"one missing":      func(f []network.Fact) []network.Fact { return f[:2] },
		"a control sign":   func(f []network.Fact) []network.Fact { f[0].Source = "the handbook\u202e, 2026"; return f },
	} {
		d := network.Descriptor{Limits: network.Limits{Text: network.TextLimit{Max: 300, Unit: network.UnitGraphemes}}}
		d.Facts = append([]network.Fact(nil), good...)
		if wrong := WrongFacts(d); len(wrong) > 0 {
			t.Fatalf("good facts: %q", wrong)
		}
		d.Facts = change(d.Facts)
		if len(WrongFacts(d)) == 0 {
			t.Errorf("%s passes", name)
		}
	}
}
