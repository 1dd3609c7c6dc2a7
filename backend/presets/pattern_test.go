package presets

import (
	"errors"
	"path"
	"path/filepath"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestOutputNamesAreSafeAndUnique(t *testing.T) {
	var n Names
	for _, c := range []struct{ source, id, want string }{
		{"/home/me/Beach.JPG", "web/og-image", "Beach-web-og-image"},
		{"/other/beach.png", "web/og-image", "beach-web-og-image-2"},
		{"/third/beach.tiff", "web/og-image", "beach-web-og-image-3"},
		{`C:\photos\a:b?.jpg`, "x-1", "a_b_-x-1"},
		{"con.tar.gz", "banner", "_con.tar-banner"},
		{"LPT1.jpg", "banner", "_LPT1-banner"},
		{"COM².jpg", "banner", "_COM²-banner"},
		{"..", "banner", "picture-banner"},
		{".jpg", "banner", "jpg-banner"},
		{"", "banner", "picture-banner-2"},
		{"-rf.jpg", "banner", "_rf-banner"},
		{"evil\u202egpj.exe", "banner", "evil_gpj-banner"},
		{"caf\u0065\u0301.jpg", "banner", "caf\u00e9-banner"},
		{"caf\u00e9.jpg", "banner", "caf\u00e9-banner-2"},
		{"bad\xff\xfe.jpg", "banner", "bad_-banner"},
		{"new\nline .jpg", "banner", "new_line-banner"},
	} {
		if got := n.Take(Pattern{}, Values{Source: c.source, Preset: Preset{ID: c.id}}); got != c.want {
			t.Errorf("%q: got %q, want %q", c.source, got, c.want)
		}
	}
	for range 12 {
		got := n.Take(Pattern{}, Values{Source: strings.Repeat("ä", 300) + ".jpg", Preset: Preset{ID: "banner"}})
		if len(got) > maxName || !strings.Contains(got, "ä-banner") || !utf8.ValidString(got) {
			t.Errorf("%d bytes: %q", len(got), got)
		}
	}
}

func TestAPatternSaysWhatFilesAreCalled(t *testing.T) {
	full := Values{
		Source: "trips/Café 12.jpg", N: 7, Date: "2026-11-23", Tag: "summer/sea",
		Preset: Preset{ID: "instagram/feed", Network: "instagram", Title: "Feed 4:5", Width: 1080, Height: 1350},
	}
	own := Values{Source: "a.png", N: 1234, Preset: Preset{ID: "shop/wide", Width: 1600}}
	for _, c := range []struct{ pattern, full, own string }{
		{"", "Café 12-instagram-feed", "a-shop-wide"},
		{"{name}-{preset}", "Café 12-instagram-feed", "a-shop-wide"},
		{"{network}/{name}", "instagram/Café 12", "a"},
		{"{preset}/{n:3}", "instagram-feed/007", "shop-wide/1234"},
		{"{n}", "7", "1234"},
		{"{date} {name}", "2026-11-23 Café 12", "a"},
		{"{name}_{tag}_{width}x{height}", "Café 12_summer_sea_1080x1350", "a_1600x"},
		{"{tag}/{title}", "summer_sea/Feed 4_5", "shop-wide"},
		{"{name} - {tag}", "Café 12 - summer_sea", "a"},
		{"{tag}", "summer_sea", "picture"},
		{"con", "_con", "_con"},
		{"aux.{name}/x. ", "_aux.Café 12/x", "_aux.a/x"},
		{"-{name}", "_Café 12", "_a"},
		{".{name}", "Café 12", "a"},
	} {
		p, err := ParsePattern(c.pattern)
		if err != nil {
			t.Errorf("%q: %v", c.pattern, err)
			continue
		}
		var n Names
		if got := n.Take(p, full); got != c.full {
			t.Errorf("%q: got %q, want %q", c.pattern, got, c.full)
		}
		if got := new(Names).Take(p, own); got != c.own {
			t.Errorf("%q: got %q, want %q", c.pattern, got, c.own)
		}
		if got := n.Take(p, full); got != c.full+"-2" {
			t.Errorf("%q twice: %q", c.pattern, got)
		}
	}
}

func TestAWrongPatternSaysWhatIsWrong(t *testing.T) {
	for pattern, words := range map[string]string{
		"{nome}":                       "there is no {nome}; there are {name}, {preset}, {network}, {title}, {width}, {height}, {n}, {date}, {tag}",
		"{}":                           "there is no {}",
		"{Name}":                       "there is no {Name}",
		"{name":                        "no }",
		"name}":                        "no {",
		"{n:0}":                        "from {n:1}",
		"{n:99}":                       "from {n:1}",
		"{n:x}":                        "from {n:1}",
		"{name:3}":                     "only {n}",
		"/tmp/{name}":                  "top of the disk",
		`\\server\{name}`:              "top of the disk",
		"../{name}":                    `".."`,
		"a/../{name}":                  `".."`,
		"a//{name}":                    `""`,
		"./{name}":                     `"."`,
		"{name}/":                      "ends in a folder",
		`a\{name}`:                     `'\\'`,
		"C:{name}":                     "':'",
		"{name}?":                      "'?'",
		"a\x00b":                       `'\x00'`,
		"a\u202eb":                     `'\u202e'`,
		"\xff":                         "not text",
		strings.Repeat("a", 501):       "over 500",
		strings.Repeat("a/", 11) + "b": "over 10 folders",
	} {
		_, err := ParsePattern(pattern)
		if !errors.Is(err, ErrPattern) || !strings.Contains(err.Error(), words) || len(err.Error()) > 250 {
			t.Errorf("%.60q: %v", pattern, err)
		}
	}
}

// No pattern and no name may leave the folder, or make a file that a system does not take.
func FuzzPattern(f *testing.F) {
	for _, pattern := range []string{"", "{network}/{name}", "{tag}/{n:3}-{title}", "..{name}", "{name}/{name}{name}", "con/{tag}.", "{date}{tag}/-{width}"} {
		for _, text := range []string{"", "..", "a/../../b", `..\..\c`, "con", "NUL.txt", "C:", "-rf", ".hidden", "x\x00y", "\xff", "\u202e", strings.Repeat("界", 200)} {
			f.Add(pattern, text, text, text, 1)
		}
	}
	f.Fuzz(func(t *testing.T, pattern, source, title, tag string, n int) {
		p, err := ParsePattern(pattern)
		if err != nil {
			if !errors.Is(err, ErrPattern) {
				t.Fatal(err)
			}
			return
		}
		v := Values{Source: source, Preset: Preset{ID: "web/og-image", Network: title, Title: title, Width: n}, N: n, Date: tag, Tag: tag}
		var names Names
		seen := map[string]bool{}
		for range 3 {
			got := names.Take(p, v)
			if !filepath.IsLocal(filepath.FromSlash(got)) || path.Clean(got) != got || seen[strings.ToLower(got)] {
				t.Fatalf("%q made %q", pattern, got)
			}
			seen[strings.ToLower(got)] = true
			for segment := range strings.SplitSeq(got, "/") {
				if segment == "" || len(segment) > maxName || !utf8.ValidString(segment) || strings.ContainsAny(segment, `<>:"|?*\`) ||
					strings.ContainsFunc(segment, unicode.IsControl) || strings.Trim(segment, ". ") != segment || segment[0] == '-' || reserved(segment) {
					t.Fatalf("%q made the name %q", pattern, segment)
				}
			}
		}
	})
}
