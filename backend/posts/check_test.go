package posts

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"postbag/backend/domain"
	"postbag/backend/network"
)

func (d desk) check(p domain.Post) Report {
	d.t.Helper()
	list, err := d.Check(d.t.Context(), p)
	d.must(err)
	if len(list) != 1 {
		d.t.Fatalf("%d reports", len(list))
	}
	return list[0]
}

func codes(issues []network.Issue) string {
	var list []string
	for _, i := range issues {
		list = append(list, i.Code)
	}
	return strings.Join(list, " ")
}

func TestADraftHasEveryPartWithItsMediaInOrder(t *testing.T) {
	a := domain.Asset{ID: "a", SHA256: "aa", Format: "mov", Kind: domain.AssetVideo, Bytes: 9, Width: 3, Height: 2, DurationMs: 5, Name: "n", Alt: "its own", Focus: &domain.Point{X: 0.1, Y: 0.2}}
	b := domain.Asset{ID: "b", SHA256: "bb", Format: "jpeg", Kind: domain.AssetImage, Alt: "b's"}
	post := domain.Post{Content: domain.Content{
		Text: "one", Parts: []string{"two", "three"}, Link: "https://e.org", Language: "nb", Warning: "w", Visibility: "private",
		Poll:  &domain.Poll{Options: []string{"x"}, DurationS: 60},
		Media: []domain.Media{{Asset: "b", Part: 2}, {Asset: "a", Part: 0}, {Asset: "b", Alt: "said here", Focus: &domain.Point{X: 1}, Part: 0}},
	}}
	v := domain.Variant{Own: domain.Override{Parts: &[]string{"zwei"}}, Options: map[string]string{"k": "v"}}
	plan, uses, err := Draft(post, v, map[domain.AssetID]domain.Asset{"a": a, "b": b}, Frame{Parts: 10})
	if err != nil {
		t.Fatal(err)
	}
	want := network.Plan{
		Parts: []network.Part{
			{Text: "one", Media: []network.Media{
				{Kind: network.Video, Type: "video/quicktime", SHA256: "aa", Bytes: 9, Width: 3, Height: 2, DurationMs: 5, Alt: "its own", Name: "n", Focus: &network.Point{X: 0.1, Y: 0.2}},
				{Kind: network.Image, Type: "image/jpeg", SHA256: "bb", Alt: "said here", Focus: &network.Point{X: 1}},
			}},
			// The variant has no third part: its picture goes with the last one.
			{Text: "zwei", Media: []network.Media{{Kind: network.Image, Type: "image/jpeg", SHA256: "bb", Alt: "b's"}}},
		},
		Link: &network.Link{URL: "https://e.org"}, Language: "nb", Warning: "w", Visibility: "private",
		Poll: &network.Poll{Options: []string{"x"}, DurationS: 60}, Options: map[string]string{"k": "v"},
	}
	if !reflect.DeepEqual(plan, want) {
		t.Errorf("got  %+v\nwant %+v", plan, want)
	}
	for _, u := range uses {
		if plan.Parts[u.Part].Media[u.Index].SHA256 != u.Asset.SHA256 {
			t.Errorf("use %+v points at another asset", u)
		}
	}
	plan.Options["k"], plan.Poll.Options[0], plan.Parts[0].Media[0].Focus.X = "changed", "changed", 9
	if v.Options["k"] != "v" || post.Content.Poll.Options[0] != "x" || a.Focus.X != 0.1 {
		t.Error("the plan shares memory with the post")
	}
	if _, _, err := Draft(post, v, map[domain.AssetID]domain.Asset{"a": a}, Frame{Parts: 10}); !errors.Is(err, domain.ErrNotFound) {
		t.Errorf("a missing asset: %v", err)
	}
}

func TestCheckSaysWhereATextOverflowsInTheFullestPart(t *testing.T) {
	d := newDesk(t)
	flags := strings.Repeat("🇳🇴", 501) // one character each, eight bytes
	p := d.post(domain.Content{Text: "short", Parts: []string{flags}})
	r := d.check(p)
	if r.Valid || r.Length != 501 || r.Limit != 500 || r.Remaining != -1 || r.Unit != network.UnitGraphemes || r.OverflowAt != 4000 {
		t.Errorf("report %+v", r)
	}
	if len(r.Parts) != 2 || r.Parts[0] != (PartLength{5, 495, -1}) || r.Parts[1] != (PartLength{501, -1, 4000}) {
		t.Errorf("parts %+v", r.Parts)
	}
	if codes(r.Problems) != "too_long" || r.Problems[0].Part != 1 {
		t.Errorf("problems %+v", r.Problems)
	}
}

func TestCheckUsesTheServersOwnLimits(t *testing.T) {
	d := newDesk(t)
	limits, err := json.Marshal(network.Limits{Text: network.TextLimit{Max: 3, Unit: network.UnitGraphemes}, Parts: 1})
	d.must(err)
	d.must(d.db.SaveLimits(t.Context(), d.channel.ID, limits))
	if r := d.check(d.post(domain.Content{Text: "four"})); r.Valid || r.Limit != 3 || r.OverflowAt != 3 {
		t.Errorf("report %+v", r)
	}
	d.must(d.db.SaveLimits(t.Context(), d.channel.ID, []byte(`{"text": "x"}`)))
	if _, err := d.Check(t.Context(), d.post(domain.Content{Text: "a"})); err == nil {
		t.Error("limits that cannot be read went unnoticed")
	}
}

func TestAPictureThatCanBeFittedIsNoProblemAndAVideoIs(t *testing.T) {
	d, n := newDesk(t), 0
	for name, c := range map[string]struct {
		fn   func(*domain.Asset)
		want string
	}{
		"too many bytes":            {func(a *domain.Asset) { a.Bytes = 100 << 20 }, ""},
		"another type":              {func(a *domain.Asset) { a.Format = "heic" }, ""},
		"too wide":                  {func(a *domain.Asset) { a.Width, a.Height = 20_000, 10 }, ""},
		"a type nothing here reads": {func(a *domain.Asset) { a.Format = "avif" }, "media_type"},
		"a video of 100 MB":         {func(a *domain.Asset) { a.Kind, a.Format, a.Bytes = domain.AssetVideo, "mp4", 100<<20 }, "media_type media_bytes"},
		"an animation that fits":    {func(a *domain.Asset) { a.Kind, a.Format = domain.AssetAnimation, "gif" }, ""},
		"an animation of 100 MB":    {func(a *domain.Asset) { a.Kind, a.Format, a.Bytes = domain.AssetAnimation, "gif", 100<<20 }, IssueStill},
		"no description":            {func(a *domain.Asset) { a.Alt = "" }, "alt_missing"},
		"a long description":        {func(a *domain.Asset) { a.Alt = strings.Repeat("é", 1501) }, "alt_too_long"},
	} {
		t.Run(name, func(t *testing.T) {
			d.t = t
			n++
			a := d.asset(d.space, n, c.fn)
			r := d.check(d.post(domain.Content{Text: "look", Media: []domain.Media{{Asset: a.ID}}}))
			if codes(r.Problems) != c.want {
				t.Errorf("problems %+v", r.Problems)
			}
			blocked := strings.Contains(c.want, "media_") || c.want == "alt_too_long"
			if r.Valid == blocked {
				t.Errorf("valid is %v", r.Valid)
			}
		})
	}
}

func TestAPictureIsSupposedAsItWillBeFitted(t *testing.T) {
	m := network.Media{Kind: network.Image, Type: "image/tiff", Bytes: 50, Width: 4000, Height: 3000}
	got, still := supposeMedium(m, network.MediaLimit{Types: []string{"image/gif", "image/png"}, ImageBytes: 9, ImageSide: 2000, ImagePixels: 1_000_000})
	if still || got.Type != "image/png" || got.Bytes != 9 || max(got.Width, got.Height) > 2000 || got.Width*got.Height > 1_000_000 {
		t.Errorf("got %+v", got)
	}
	if got, _ := supposeMedium(m, network.MediaLimit{Types: []string{"image/gif"}}); got != m {
		t.Errorf("no type that can be written: %+v", got)
	}
	tall := network.Media{Kind: network.Image, Type: "image/png", Width: 1, Height: 2_000_000}
	if got, _ := supposeMedium(tall, network.MediaLimit{Types: []string{"image/png"}, ImagePixels: 100}); got.Width < 1 || got.Height < 1 {
		t.Errorf("a line became nothing: %+v", got)
	}
}

func TestCheckWarnsOfWhatNobodySees(t *testing.T) {
	d := newDesk(t)
	a := d.asset(d.space, 1, nil)
	r := d.check(d.post(domain.Content{
		Text: "pay \u202eevil\u202c", Parts: []string{"bell\a"}, Link: "javascript:alert(1)", Language: "english please",
		Media: []domain.Media{{Asset: a.ID, Alt: "\u2066x\u2069"}},
	}))
	if got := codes(r.Problems); got != "hidden_characters hidden_characters hidden_characters link language" {
		t.Errorf("problems %s: %+v", got, r.Problems)
	}
	for _, i := range r.Problems[:3] {
		if !i.Warning {
			t.Errorf("it is kept, so it is only a warning: %+v", i)
		}
	}
	if r := d.check(d.post(domain.Content{Text: "right-to-left mark \u200f and family 👨‍👩‍👧"})); len(r.Problems) != 0 {
		t.Errorf("harmless marks: %+v", r.Problems)
	}
}

func TestLinksAndLanguagesAreTold(t *testing.T) {
	for s, want := range map[string]bool{
		"https://e.org/ü?q=1#x": true, "http://localhost:8080": true, "https://": false, "htt": false, "//e.org": false,
		"https://u:p@e.org": false, "https://e.org/a b": false, "mailto:a@e.org": false,
	} {
		if isLink(s) != want {
			t.Errorf("isLink(%q) = %v", s, !want)
		}
	}
	for s, want := range map[string]bool{
		"en": true, "pt-BR": true, "zh-Hans-CN": true, "de-1996": true, "x": false, "e1": false, "en-": false, "": false,
		"en_US": false, "abcdefghi": false, "en-ü": false,
	} {
		if isLanguage(s) != want {
			t.Errorf("isLanguage(%q) = %v", s, !want)
		}
	}
}

func TestCheckSaysWhatIsWrongWithTheChannel(t *testing.T) {
	d := newDesk(t)
	p := d.post(domain.Content{Text: "hello"})
	d.must(d.db.SetChannelState(t.Context(), d.channel.ID, domain.ChannelReauth))
	if r := d.check(p); !r.Valid || codes(r.Problems) != IssueReauth {
		t.Errorf("signed out: %+v", r)
	}
	d.must(d.db.RemoveChannel(t.Context(), d.channel.ID))
	if r := d.check(p); r.Valid || codes(r.Problems) != IssueChannelRemoved {
		t.Errorf("removed: %+v", r)
	}
	other := d.addChannel(d.space, "from-the-future", "x")
	p, err := d.SetChannels(t.Context(), p.ID, []domain.ChannelID{other.ID, other.ID}, p.Version)
	d.must(err)
	if r := d.check(p); r.Valid || codes(r.Problems) != IssueNetworkUnknown {
		t.Errorf("unknown network: %+v", r)
	}
}

func TestCheckNamesMediaThatAreGone(t *testing.T) {
	d := newDesk(t)
	p := d.post(domain.Content{Text: "hello"})
	p.Content.Media = []domain.Media{{Asset: domain.AssetID(domain.NewID(p.CreatedAt))}}
	if r := d.check(p); r.Valid || codes(r.Problems) != IssueMediaMissing || r.Problems[0].Media != 0 {
		t.Errorf("report %+v", r)
	}
}

func TestATextOfAMegabyteIsCheckedAndNotPublished(t *testing.T) {
	d := newDesk(t)
	if r := d.check(d.post(domain.Content{Text: strings.Repeat("word ", MaxTextBytes/5)})); r.Valid || r.OverflowAt != 500 {
		t.Errorf("overflow at %d", r.OverflowAt)
	}
}
