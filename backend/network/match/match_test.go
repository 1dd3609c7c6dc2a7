package match_test

import (
	"strings"
	"testing"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/match"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func seen(text string, at time.Duration) network.Seen {
	return network.Seen{Receipt: network.Receipt{RemoteID: "id"}, Text: text, At: noon.Add(at)}
}

func TestOnlyThePostThatWasSentIsExact(t *testing.T) {
	want := match.Want{Text: "Fresh bread\nfrom 7  o'clock — caf\u00e9 Zo\u00eb", Since: noon, Until: noon.Add(time.Hour)}
	same := "Fresh bread from 7 o'clock — cafe\u0301 Zoe\u0308"
	for name, test := range map[string]struct {
		seen        network.Seen
		exact, near int
	}{
		"as it was":             {seen(want.Text, time.Second), 1, 0},
		"white space, NFD":      {seen(same, time.Second), 1, 0},
		"with invisible marks":  {seen("\u200e"+same+"\ufe0f", time.Second), 1, 0},
		"a slow clock":          {seen(same, -9*time.Minute), 1, 0},
		"without a time":        {network.Seen{Receipt: network.Receipt{RemoteID: "id"}, Text: same}, 1, 0},
		"long before":           {seen(same, -11*time.Minute), 0, 1},
		"in the future":         {seen(same, 2*time.Hour), 0, 1},
		"without an id":         {network.Seen{Text: same, At: noon}, 0, 1},
		"cut":                   {seen("Fresh bread from 7 o'clo…", time.Second), 0, 1},
		"with a link added":     {seen(same+" https://t.co/abc", time.Second), 0, 1},
		"another with pictures": {network.Seen{Receipt: network.Receipt{RemoteID: "id"}, Text: same, Media: 1, At: noon}, 0, 1},
		"an answer":             {network.Seen{Receipt: network.Receipt{RemoteID: "id"}, Text: same, Parent: "x", At: noon}, 0, 1},
		"another text":          {seen("We are closed on Monday", time.Second), 0, 0},
		"cut, but yesterday":    {seen("Fresh bread from 7 o'clo…", -24*time.Hour), 0, 0},
	} {
		exact, near := match.Posts(want, []network.Seen{test.seen})
		if len(exact) != test.exact || len(near) != test.near {
			t.Errorf("%s: %d exact, %d near, want %d and %d", name, len(exact), len(near), test.exact, test.near)
		}
	}
}

func TestAnAnswerBelongsToItsOwnThread(t *testing.T) {
	want := match.Want{Text: "part 2", Parent: "one", Since: noon, Until: noon}
	for parent, exact := range map[string]int{"one": 1, "other": 0, "": 0} {
		got, near := match.Posts(want, []network.Seen{{Receipt: network.Receipt{RemoteID: "id"}, Text: "part 2", Parent: parent, At: noon}})
		if len(got) != exact {
			t.Errorf("an answer to %q: %d exact, want %d", parent, len(got), exact)
		}
		if parent == "" && len(near) != 1 {
			t.Error("an answer to nobody knows what is certainly another")
		}
	}
}

func TestAPictureWithoutWordsMightBeAnyPicture(t *testing.T) {
	want := match.Want{Media: 1, Since: noon, Until: noon}
	_, near := match.Posts(want, []network.Seen{{Receipt: network.Receipt{RemoteID: "id"}, Text: "nice weather", Media: 1, At: noon}})
	if len(near) != 1 {
		t.Error("a picture that the network gave words is certainly another")
	}
}

func FuzzATextMatchesItselfHoweverItIsSpaced(f *testing.F) {
	f.Add("hello  world", "other")
	f.Add("e\u0301\u200b \xff", "")
	f.Fuzz(func(t *testing.T, text, other string) {
		if n := match.Normal(text); match.Normal(n) != n {
			t.Errorf("%q is normal as %q, and that as %q", text, n, match.Normal(n))
		}
		want := match.Want{Text: text, Since: noon, Until: noon}
		exact, _ := match.Posts(want, []network.Seen{seen(" "+strings.ReplaceAll(text, " ", "\n")+"\n", 0)})
		if len(exact) != 1 {
			t.Errorf("%q does not match itself", text)
		}
		if exact, _ := match.Posts(want, []network.Seen{seen(other, 0)}); len(exact) == 1 && match.Normal(other) != match.Normal(text) {
			t.Errorf("%q matches %q", text, other)
		}
	})
}
