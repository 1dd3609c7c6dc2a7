package twins

import (
	"hash/maphash"
	"slices"
	"testing"

	"postbag/backend/network"
)

func plan(text string) network.Plan { return network.Plan{Parts: []network.Part{{Text: text}}} }

// verdict says how two texts are taken.
func verdict(a, b string) string {
	x, y := read(plan(a)), read(plan(b))
	switch {
	case x.same(y):
		return "same"
	case x.near(y):
		return "near"
	}
	return "other"
}

func TestTextsAreTakenForTheSameAsPeopleWould(t *testing.T) {
	for name, p := range map[string]struct{ a, b, want string }{
		// The very same, however it was typed.
		"case, spaces and stops":      {"Our new menu is here!\n\nCome by  on Saturday.", "our new menu is here. Come by on Saturday", "same"},
		"curly quotes and dashes":     {"It's here – the “big” one", "It's here - the \"big\" one", "same"},
		"an emoji at the end":         {"Doors open at seven tonight", "Doors open at seven tonight 🎉🎉", "same"},
		"full width letters":          {"新品ＡＢＣ发布", "新品ABC发布", "same"},
		"a space between hanzi":       {"新店 今天 开业，欢迎光临！", "新店今天开业 欢迎光临", "same"},
		"composed and decomposed":     {"Café crème à emporter", "Cafe\u0301 cre\u0300me a\u0300 emporter", "same"},
		"counters of clicks":          {"Read it: https://example.com/a?utm_source=x&utm_medium=social", "Read it: https://www.example.com/a/?fbclid=IwAR1", "same"},
		"German and Danish letters":   {"GRÜßE AUS DEM LADEN", "Grüße aus dem Laden", "same"},
		"capitals in Bulgarian":       {"УТРЕ Е ПАЗАРЪТ НА ПЛОЩАДА", "Утре е пазарът на площада!", "same"},
		"only emoji":                  {"🎉🎉", "🎉🎉", "same"},
		"the link in another place":   {"https://example.com/a Read this", "Read this https://example.com/a", "same"},
		"a link that is only escaped": {"See https://example.com/a?b=2&c=1", "See https://example.com/a?c=1&b=2", "same"},

		// Nearly the same: a slip mended, a tag added, a word changed in a long text.
		"en: a slip mended":       {"We are opening our seccond shop in the old harbour this autumn, and you are all invited to the party.", "We are opening our second shop in the old harbour this autumn, and you are all invited to the party.", "near"},
		"en: a tag added":         {"We are opening our second shop in the old harbour this autumn, and you are all invited.", "We are opening our second shop in the old harbour this autumn, and you are all invited. #bergen", "near"},
		"nb: a word put in":       {"Vi åpner vår andre butikk på Bryggen i høst, og alle er hjertelig velkommen til fest med kake og kaffe.", "Vi åpner vår andre butikk på Bryggen nå i høst, og alle er hjertelig velkommen til fest med kake og kaffe.", "near"},
		"da: another ending":      {"Vi åbner vores anden butik ved havnen til efteråret, og alle er velkomne til fest med kage og kaffe på kajen.", "Vi åbner vores anden butik ved havnen til efteråret, og alle er velkomne til fest med kage og kaffe på kaj.", "near"},
		"fr: an accent mended":    {"Nous ouvrons notre deuxième boutique sur le vieux port cet automne, et vous êtes tous invites à la fête.", "Nous ouvrons notre deuxième boutique sur le vieux port cet automne, et vous êtes tous invités à la fête.", "near"},
		"bg: a letter left out":   {"Отваряме втория си магазин на старото пристанище тази есен и всички сте поканени на празника с торта.", "Отваряме втория си магазин на старото пристанище тази есен и всички сте покани на празника с торта.", "near"},
		"zh: a character changed": {"我们的第二家店今年秋天将在老港口开业，诚邀大家来参加开业派对，届时有蛋糕和咖啡免费品尝，欢迎带朋友一起来。", "我们的第二家店今年秋天就在老港口开业，诚邀大家来参加开业派对，届时有蛋糕和咖啡免费品尝，欢迎带朋友一起来。", "near"},

		// Another post, however alike it looks.
		"the next episode":           {"Episode 41 of our podcast about the harbour is out now, with two guests from the fish market.", "Episode 42 of our podcast about the harbour is out now, with two guests from the fish market.", "other"},
		"another price":              {"Today's fish soup with fresh bread and butter is 149 kroner until closing time.", "Today's fish soup with fresh bread and butter is 159 kroner until closing time.", "other"},
		"another article":            {"New on our blog, with all the pictures from last night: https://example.com/one", "New on our blog, with all the pictures from last night: https://example.com/two", "other"},
		"another page of one script": {"New on our blog, with all the pictures: https://example.com/?p=1", "New on our blog, with all the pictures: https://example.com/?p=2", "other"},
		"a short greeting":           {"Good morning, Bergen!", "Good morning, Bodø!", "other"},
		"en: the same subject":       {"We are opening our second shop in the old harbour this autumn.", "This autumn there is a second shop of ours, right at the old harbour. Come and see.", "other"},
		"nb: only one language off":  {"Vi åpner vår andre butikk på Bryggen i høst, og alle er velkommen.", "Vi åbner vores anden butik på Bryggen til efteråret, og alle er velkomne.", "other"},
		"zh: the same subject":       {"我们的第二家店今年秋天将在老港口开业，诚邀大家来参加。", "今年秋天，老港口会有我们的第二家店，欢迎大家来看看。", "other"},
		"only the tags are shared":   {"Fog over the fjord this morning #bergen #norway #photography", "A long walk up the hill and down #bergen #norway #photography", "other"},
		"other emoji":                {"🎉", "🔥", "other"},
		"a text and nothing":         {"Hello", "", "other"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := verdict(p.a, p.b); got != p.want {
				t.Errorf("taken for %q, want %q:\n%s\n%s", got, p.want, p.a, p.b)
			}
			if got := verdict(p.b, p.a); got != p.want {
				t.Errorf("the other way round it is %q, want %q", got, p.want)
			}
		})
	}
}

func TestTheSketchFindsWhateverIsNear(t *testing.T) {
	a := "We are opening our seccond shop in the old harbour this autumn, and you are all invited to the party."
	b := "We are opening our second shop in the old harbour this autumn, and you are all invited to the party."
	missed := 0
	for range 1000 { // each with another order of all shingles
		seed := maphash.MakeSeed()
		x, y := sketch(seed, read(plan(a))), sketch(seed, read(plan(b)))
		if !slices.ContainsFunc(x, func(v uint64) bool { return slices.Contains(y, v) }) {
			missed++
		}
	}
	if missed > 2 {
		t.Errorf("%d of 1000 sketches did not find it", missed)
	}
}

func TestLinksAreComparedWithoutWhatCountsClicks(t *testing.T) {
	for in, want := range map[string]string{
		"https://Example.com/":                                    "example.com",
		"http://www.example.com/a/b/?utm_campaign=x#top":          "example.com/a/b",
		"https://example.com/a?id=7&gclid=abc&mc_cid=1":           "example.com/a?id=7",
		"www.example.com/a).":                                     "example.com/a",
		"https://youtu.be/abc?si=Zz&t=30":                         "youtu.be/abc?t=30",
		"https://example.com/%zz":                                 "https://example.com/%zz",
		"https://example.com/utm_source?author=utm_like&simple=1": "example.com/utm_source?author=utm_like&simple=1",
	} {
		if got := cleanLink(in); got != want {
			t.Errorf("%s is compared as %q, want %q", in, got, want)
		}
	}
}

func FuzzReading(f *testing.F) {
	f.Add("Read https://example.com/?utm_source=a 12 新 店", "x")
	f.Add("\u0301\ufe0f 0 00 007", "\xff")
	f.Fuzz(func(t *testing.T, a, b string) {
		x, y := read(plan(a)), read(plan(b))
		if !x.same(read(plan(a))) || x.same(y) != y.same(x) || x.near(y) != y.near(x) {
			t.Errorf("%q and %q are compared in two ways", a, b)
		}
	})
}
