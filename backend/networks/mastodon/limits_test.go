package mastodon

import (
	"encoding/json"
	"html"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"postbag/backend/network"
)

func TestEveryServerSaysItsLimitsInItsOwnWay(t *testing.T) {
	tests := []struct {
		name, software, said string
		check                func(network.Limits) bool
	}{
		{
			"a stock Mastodon", "mastodon", `{"version":"4.5.0","configuration":{"statuses":{"max_characters":500,"max_media_attachments":4,"characters_reserved_per_url":23},
			"media_attachments":{"supported_mime_types":["video/mp4","image/png","image/jpeg","audio/mpeg"],"description_limit":1500,"image_size_limit":16777216},
			"polls":{"max_options":4,"max_characters_per_option":50,"min_expiration":300,"max_expiration":2629746}},"api_versions":{"mastodon":6}}`,
			func(l network.Limits) bool {
				return l.Text.Max == 500 && l.Text.Unit == network.UnitGraphemes && l.Text.URL == 23 && l.Reconcile == keyed &&
					slices.Equal(l.Media.Types, []string{"image/jpeg", "image/png", "video/mp4"}) && l.Poll.Options == 4
			},
		},
		{
			"a fork with a longer text in the old key", "mastodon", `{"uri":"a.example","version":"4.2.1+glitch","max_toot_chars":5000,"max_media_attachments":8}`,
			func(l network.Limits) bool {
				return l.Text.Max == 5000 && l.Media.Max == 8 && l.Reconcile == keyed && l.Poll != nil
			},
		},
		{
			"a fork under its own name that gives Mastodon's API version", "hometown", `{"version":"1.1","api_versions":{"mastodon":2}}`,
			func(l network.Limits) bool { return l.Reconcile == keyed },
		},
		{
			"a fork under its own name that does not", "hometown", `{"version":"1.0"}`,
			func(l network.Limits) bool { return l.Reconcile == lookUp },
		},
		{
			"an imitation of the version", "somethingnew", `{"version":"4.5.0","api_versions":{"mastodon":9}}`,
			func(l network.Limits) bool { return l.Reconcile == lookUp && l.Text.Unit == network.UnitCodePoints },
		},
		{
			"a server that says nothing of its software", "", `{"version":"4.5.0"}`,
			func(l network.Limits) bool { return l.Reconcile == lookUp && l.Software == "4.5.0" },
		},
		{
			"GoToSocial", "gotosocial", `{"version":"0.20.0+git","api_versions":null,"configuration":{"statuses":{"max_characters":5000,"max_media_attachments":6,"characters_reserved_per_url":25},
			"media_attachments":{"description_limit":1500,"image_size_limit":41943040,"video_size_limit":41943040},"polls":{"max_options":6,"max_characters_per_option":50,"min_expiration":300,"max_expiration":2629746}}}`,
			func(l network.Limits) bool {
				return l.Text.Max == 5000 && l.Text.URL == 0 && l.Text.Unit == network.UnitCodePoints && l.Media.Max == 6 &&
					l.Media.ImageBytes == 41943040 && l.Media.Mixed && l.Reconcile == lookUp && slices.Contains(l.Visibilities, "mutuals_only")
			},
		},
		{
			"Akkoma", "akkoma", `{"uri":"https://a.example","version":"2.7.2 (compatible; Akkoma 3.13)","max_toot_chars":5000,"description_limit":5000,"upload_limit":16000000,
			"poll_limits":{"max_options":20,"max_option_chars":200,"min_expiration":0,"max_expiration":31536000}}`,
			func(l network.Limits) bool {
				return l.Text.Max == 5000 && l.Alt.Max == 5000 && l.Media.ImageBytes == 16000000 && l.Media.VideoBytes == 16000000 &&
					l.Poll.Options == 20 && l.Poll.Chars == 200 && l.Poll.MaxS == 31536000 && l.Reconcile == lookUp
			},
		},
		{
			"Pixelfed", "pixelfed", `{"version":"2.7.2 (compatible; Pixelfed 0.12)","configuration":{"statuses":{"max_characters":2000,"max_media_attachments":10}}}`,
			func(l network.Limits) bool { return l.Media.Needed && l.Poll == nil && l.Media.Max == 10 },
		},
		{
			"Akkoma by the second version of its description", "akkoma", `{"domain":"a.example","version":"2.7.2 (compatible; Akkoma 3.15)","pleroma":{"metadata":{"description_limit":4000,"post_formats":["text/plain"]}},
			"configuration":{"statuses":{"max_characters":9000,"max_media_attachments":1000,"characters_reserved_per_url":0},"media_attachments":{"image_size_limit":16000000,"supported_mime_types":["application/octet-stream"]},
			"polls":{"max_options":20,"max_characters_per_option":200,"min_expiration":0,"max_expiration":31536000}}}`,
			func(l network.Limits) bool {
				return l.Text.Max == 9000 && l.Alt.Max == 4000 && l.Media.Max == mostMedia && l.Media.Mixed && l.Poll.MinS == 0 &&
					slices.Equal(l.Media.Types, stock().Media.Types) && l.Reconcile == lookUp
			},
		},
		{
			"a server of Pleroma's family under a name of its own", "rebased", `{"version":"2.7.2 (compatible; Pleroma 2.6.50+soapbox)","pleroma":{"metadata":{}}}`,
			func(l network.Limits) bool { return l.Media.Mixed && l.Alt.Max == 1500 && l.Reconcile == lookUp },
		},
		{
			"Pixelfed by its version alone", "", `{"version":"2.7.2 (compatible; Pixelfed 0.11.9)"}`,
			func(l network.Limits) bool {
				return l.Media.Needed && l.Software == "pixelfed 0.11.9" && l.Alt.Max == 1000 && kindOf(l) == kindPixelfed && l.Reconcile == lookUp
			},
		},
		{
			"Pixelfed that says how long a description may be", "pixelfed", `{"version":"0.13","configuration":{"statuses":{"max_characters":2000},"media_attachments":{"description_limit":5000}}}`,
			func(l network.Limits) bool { return l.Alt.Max == 5000 && l.Poll == nil },
		},
		{
			"Friendica", "friendica", `{"uri":"https://f.example","version":"2.8.0 (compatible; Friendica 2024.12)","max_toot_chars":200000,"max_media_attachments":20}`,
			func(l network.Limits) bool {
				return l.Text.Max == 200000 && l.Media.Max == 20 && !l.Media.Mixed && l.Reconcile == lookUp &&
					slices.Equal(uploadPaths(l), []string{uploadFirst}) && !sendsKey(l)
			},
		},
		{
			"a server that says Mastodon and compatible", "mastodon", `{"version":"2.7.2 (compatible; X)"}`,
			func(l network.Limits) bool { return l.Reconcile == lookUp },
		},
		{
			"nonsense in every field", "mastodon", `{"version":"x","configuration":{"statuses":{"max_characters":"lots","max_media_attachments":-4,"characters_reserved_per_url":1e300},
			"media_attachments":{"description_limit":null,"image_size_limit":{},"supported_mime_types":["text/html","image/a b"]},"polls":{"max_options":-1}}}`,
			func(l network.Limits) bool {
				s := stock()
				return l.Text == s.Text && l.Media.Max == s.Media.Max && slices.Equal(l.Media.Types, s.Media.Types) && l.Alt == s.Alt
			},
		},
	}
	for _, tt := range tests {
		var in instance
		if err := json.Unmarshal([]byte(tt.said), &in); err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		if l := limitsOf(in, tt.software, ""); !tt.check(l) {
			t.Errorf("%s: %+v", tt.name, l)
		}
	}
}

func TestStoredLimitsAreEnoughToCount(t *testing.T) {
	const text = "https://example.com/a/long/address/to/somewhere @ana@social.example 👩‍👩‍👧‍👦"
	for _, want := range []struct {
		software string
		count    int
	}{{"mastodon", 23 + 1 + 4 + 1 + 1}, {"gotosocial", 75}} {
		stored, err := json.Marshal(limitsOf(instance{}, want.software, ""))
		if err != nil {
			t.Fatal(err)
		}
		var l network.Limits
		if err := json.Unmarshal(stored, &l); err != nil {
			t.Fatal(err)
		}
		if got := New().Describe().Measure(l, text); got != want.count {
			t.Errorf("%s counts %d, want %d", want.software, got, want.count)
		}
	}
}

// FuzzInstance feeds whatever a server may say of itself: limits stay usable.
func FuzzInstance(f *testing.F) {
	f.Add([]byte(`{"configuration":{"statuses":{"max_characters":500}}}`), "mastodon")
	f.Add([]byte(`{"configuration":{"statuses":{"max_characters":-1,"max_media_attachments":0},"polls":{"max_options":1e15}}}`), "gotosocial")
	f.Add([]byte(`{"max_toot_chars":"9","poll_limits":{"max_options":2,"max_expiration":1}}`), "pixelfed")
	f.Fuzz(func(t *testing.T, said []byte, software string) {
		var in instance
		if json.Unmarshal(said, &in) != nil {
			return
		}
		l := limitsOf(in, software, "")
		if l.Text.Max <= 0 || l.Text.URL < 0 || l.Media.Max < 0 || l.Media.Videos > l.Media.Max || l.Alt.Max < 0 ||
			l.Media.ImageBytes <= 0 || len(l.Media.Types) == 0 || len(l.Visibilities) == 0 {
			t.Fatalf("%s gives %+v", said, l)
		}
		if l.Poll != nil && (l.Poll.Options < 2 || l.Poll.Chars <= 0 || l.Poll.MinS < 0 || l.Poll.MaxS <= l.Poll.MinS) {
			t.Fatalf("%s gives the polls %+v", said, *l.Poll)
		}
	})
}

// FuzzMatch compares what was written with what a server made of it: no HTML makes it panic,
// and escaped text is always found again.
func FuzzMatch(f *testing.F) {
	for _, s := range []string{"<p>a</p>", "a<br", "&amp;lt;", "<", "@a@b.c", "\xff", "a\r\nb"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		_ = plainText(s)
		if !utf8.ValidString(s) {
			return // Check lets no such text through
		}
		p := network.Plan{Parts: []network.Part{{Text: s}}}
		if !sameWords(p, 0, plainText("<p>"+escape(s)+"</p>"), "") {
			t.Fatalf("%q is not recognised", s)
		}
	})
}

// escape is how servers write text as HTML.
func escape(s string) string {
	return strings.ReplaceAll(html.EscapeString(s), "\n", "<br />")
}
