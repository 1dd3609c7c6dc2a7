package bluesky

import (
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"postbag/backend/network/measure"
)

// show writes what was found: L for links, @ for mentions, # for tags, the value, and the piece
// of text if it is another.
func show(text string) string {
	var out []string
	for _, f := range findFacets(text) {
		piece := text[f.start:f.end]
		s := [...]string{linkFeature: "L ", mentionFeature: "@ ", tagFeature: "# "}[f.kind] + f.value
		if piece != f.value && piece != "@"+f.value && piece != "#"+f.value {
			s += " from " + piece
		}
		out = append(out, s)
	}
	return strings.Join(out, " | ")
}

func TestFacetsAreThoseOfTheOfficialApp(t *testing.T) {
	for text, want := range map[string]string{
		"":                                   "",
		"no facets here":                     "",
		"https://example.com":                "L https://example.com",
		"start https://a.com/x end":          "L https://a.com/x",
		"http://localhost:80/a":              "L http://localhost:80/a",
		"HTTPS://A.com":                      "L https://A.com from HTTPS://A.com",
		"end of https://a.com.":              "L https://a.com",
		"is it https://a.com/?":              "L https://a.com/",
		"wait https://a.com...":              "L https://a.com",
		"(https://a.com)":                    "L https://a.com",
		"(see https://a.com/b).":             "L https://a.com/b",
		"https://a.com/b_(c)":                "L https://a.com/b_(c)",
		"https://a.com/b_(c).":               "L https://a.com/b_(c)",
		"“https://a.com”":                    "", // a quotation mark is no beginning there either
		"https://a.com/ü#ß":                  "L https://a.com/ü#ß",
		"https://":                           "",
		"https://...":                        "",
		"xhttps://a.com":                     "",
		"a.com":                              "L https://a.com from a.com",
		"see bsky.app/profile!":              "L https://bsky.app/profile from bsky.app/profile",
		"(example.co.uk)":                    "L https://example.co.uk from example.co.uk",
		"file.txtx and 3.14 and e.g.":        "",
		"a..com":                             "",
		"1password.com":                      "", // a bare host begins with a letter
		"mail me@example.com":                "",
		"@alice.bsky.social":                 "@ alice.bsky.social",
		"hi @Alice.Bsky.Social!":             "@ alice.bsky.social from @Alice.Bsky.Social",
		"(@bob.test)":                        "@ bob.test",
		"@bob.test's":                        "@ bob.test",
		"@bob.test.":                         "@ bob.test",
		"@alice":                             "",
		"@alice.nosuchtld":                   "",
		"@a_b.test":                          "",
		"@bob.test_x":                        "",
		"@-bob.test":                         "",
		"mail@bob.test":                      "",
		"#tag":                               "# tag",
		"#tag1, #tag2.":                      "# tag1 | # tag2",
		"#a#b":                               "# a#b",
		"#1":                                 "",
		"#1a":                                "# 1a",
		"##double":                           "# #double",
		"#":                                  "",
		"#…":                                 "",
		"#️⃣ is a key":                       "",
		"＃全角":                                "# 全角 from ＃全角",
		"#日本語、次":                             "# 日本語、次",
		"#👍🏽":                                "# 👍🏽",
		"x#tag":                              "",
		"(#tag)":                             "",
		"#tag_":                              "# tag",
		"#snake_case":                        "# snake_case",
		"#zero\u200bwidth":                   "# zero",
		"#soft\u00adhyphen":                  "# soft",
		"line\n#tag\nhttps://a.com\n@b.test": "# tag | L https://a.com | @ b.test",
		"\ufeff#tag":                         "# tag",
		"https://a.com/#tag @b.test":         "L https://a.com/#tag | @ b.test",
		"https://a.com/(@b.test":             "L https://a.com/(@b.test",
		"https://a.com\u202etxt":             "L https://a.com",
		"#" + strings.Repeat("x", 64):        "# " + strings.Repeat("x", 64),
		"#" + strings.Repeat("x", 65):        "",
		"#👩‍👩‍👧":                             "# 👩", // joiners end a tag there
		"#" + strings.Repeat("語", 64):        "# " + strings.Repeat("語", 64),
	} {
		if got := show(text); got != want {
			t.Errorf("%q gives %q, want %q", text, got, want)
		}
	}
}

// uriFormat is what the server accepts as an address (AT Protocol specification, lexicon
// string format uri, 2026-04).
var uriFormat = regexp.MustCompile(`^\w+:(?://)?[^\s/]\S*$`)

func checkFacets(t *testing.T, text string) {
	t.Helper()
	valid := utf8.ValidString(text) // in other bytes there are no characters to cut
	end := 0
	for _, f := range findFacets(text) {
		if f.start < end || f.end <= f.start || f.end > len(text) {
			t.Fatalf("a facet from %d to %d, after one to %d, in %d bytes", f.start, f.end, end, len(text))
		}
		end = f.end
		if valid && (!utf8.RuneStart(text[f.start]) || (f.end < len(text) && !utf8.RuneStart(text[f.end]))) {
			t.Fatalf("a facet from %d to %d cuts a character", f.start, f.end)
		}
		switch f.kind {
		case linkFeature:
			if !uriFormat.MatchString(f.value) || len(f.value) > maxURI {
				t.Errorf("the server refuses the link %.200q", f.value)
			}
		case mentionFeature:
			if !validHandle(f.value) || text[f.start] != '@' {
				t.Errorf("the mention %.200q", f.value)
			}
		case tagFeature:
			if f.value == "" || len(f.value) > maxTagBytes || measure.Graphemes(f.value) > maxTagGraphemes {
				t.Errorf("the tag %.200q", f.value)
			}
		}
	}
}

// A text of 10 MB is gone through once. Whoever makes this quadratic waits for hours.
func TestFacetsTakeTimeInProportionToTheText(t *testing.T) {
	var text strings.Builder
	for _, piece := range []string{
		"https://x(", "(a.com", "#a", "@a.", "((((", "a.", " #1", "(@a.test", "https://a.com/x. ", "#\u200b", "語",
	} {
		text.WriteString(strings.Repeat(piece, 1<<20/len(piece)))
		text.WriteByte(' ')
	}
	checkFacets(t, text.String())
}

func FuzzFacets(f *testing.F) {
	for _, text := range []string{
		"Grüße 👋🏽 @bob.test, see https://example.com/ä?b=(c). Also example.org and #Grüße!",
		"(https://a.com/(b)) #a#b ＃全角 @x.y.test.", "bad \xff#\xc0 https://\xff @\xf0.test", "#️⃣ \u202ehttps://a.com\u202c",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) { checkFacets(t, text) })
}
