package instagram_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"postbag/backend/network"
	"postbag/backend/networks/instagram"
)

func said(code, sub int) string {
	return fmt.Sprintf(`{"error":{"message":"Said so.","type":"OAuthException","code":%d,"error_subcode":%d,"fbtrace_id":"A"}}`, code, sub)
}

func TestEveryDocumentedAnswerIsClassified(t *testing.T) {
	for _, c := range []struct {
		status int
		body   string
		want   network.Kind // "" for accepted
		says   string
	}{
		{200, `{"id":"17920238422030506"}`, "", ""},
		{201, `{"id":"17920238422030506"}`, network.Ambiguous, ""},
		{200, `{"id":17920238422030506}`, network.Ambiguous, ""},
		{200, `{"id":"0"}`, network.Ambiguous, ""},
		{200, `{"id":"../1234567"}`, network.Ambiguous, ""},
		{200, strings.Repeat("[", 100_000), network.Ambiguous, ""},
		{200, said(190, 0), network.Ambiguous, ""},
		{400, said(36000, 2207004), network.Rejected, "8 MB"},
		{400, said(36001, 2207005), network.Rejected, "JPEG"},
		{400, said(36003, 2207009), network.Rejected, "1.91:1"},
		{400, said(36004, 2207010), network.Rejected, "caption"},
		{400, said(100, 2207023), network.Rejected, "Said so"},
		{400, said(352, 2207026), network.Rejected, "H.264"},
		{400, said(100, 2207028), network.Rejected, ""},
		{400, said(100, 2207040), network.Rejected, ""},
		{400, said(1, 2207057), network.Rejected, ""},
		{400, said(4, 2207051), network.Rejected, "spam"},
		{400, said(9007, 2207027), network.Throttled, "still works"},
		{400, said(9, 2207042), network.Throttled, "today"},
		{400, said(-2, 2207003), network.Throttled, ""},
		{400, said(9004, 2207052), network.Throttled, "storage"},
		{400, said(-2, 2207020), network.Throttled, ""},
		{400, said(25, 2207050), network.Reauth, "restricts"},
		{400, said(190, 463), network.Reauth, "sign-in"},
		{401, said(190, 0), network.Reauth, ""},
		{401, said(102, 0), network.Reauth, ""},
		{403, said(10, 0), network.Reauth, "permission"},
		{403, said(200, 0), network.Reauth, ""},
		{403, said(4, 0), network.Throttled, ""},
		{400, said(17, 0), network.Throttled, ""},
		{400, said(32, 0), network.Throttled, ""},
		{400, said(613, 0), network.Throttled, ""},
		{400, said(80002, 0), network.Throttled, ""},
		{429, "", network.Throttled, ""},
		// What says only that something went wrong proves nothing, and nobody documented the rest.
		{400, said(-1, 2207001), network.Ambiguous, ""},
		{400, said(-1, 2207032), network.Ambiguous, ""},
		{400, said(-1, 2207053), network.Ambiguous, ""},
		{400, said(24, 2207006), network.Ambiguous, ""},
		{400, said(24, 2207008), network.Ambiguous, ""},
		{400, said(100, 0), network.Ambiguous, ""},
		{400, said(1, 0), network.Ambiguous, ""},
		{400, said(2, 0), network.Ambiguous, ""},
		{400, said(368, 0), network.Ambiguous, ""},
		{400, `{"error":{"code":"x"}}`, network.Ambiguous, ""},
		{400, "<html>blocked</html>", network.Ambiguous, ""},
		{401, "", network.Ambiguous, ""},
		{403, "", network.Ambiguous, ""},
		{409, said(36004, 2207010), network.Ambiguous, ""},
		{302, "", network.Ambiguous, ""},
		{500, said(36004, 2207010), network.Ambiguous, ""},
		{503, said(4, 0), network.Ambiguous, ""},
	} {
		r, err := instagram.New().Describe().Classify("publish 17889455560051444 by kari.bakes", network.Reply{Status: c.status, Body: []byte(c.body)})
		if network.KindOf(err) != c.want {
			t.Errorf("%d %.60s: %v, want %q", c.status, c.body, err, c.want)
			continue
		}
		if err == nil && (r.RemoteID != "17920238422030506" || r.URL != "https://www.instagram.com/kari.bakes/") {
			t.Errorf("%d %.60s: %+v", c.status, c.body, r)
		}
		if err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%d %.60s: %v, want %q", c.status, c.body, err, c.says)
		}
	}
}

func TestHowLongInstagramIsLeftAlone(t *testing.T) {
	const header = "X-Business-Use-Case-Usage"
	for _, c := range []struct {
		body   string
		header map[string]string
		want   time.Duration
	}{
		{said(4, 0), map[string]string{"Retry-After": "9"}, 9 * time.Second},
		{said(4, 0), map[string]string{header: `{"1784":[{"type":"instagram","call_count":100,"estimated_time_to_regain_access":12}]}`}, 12 * time.Minute},
		{said(4, 0), map[string]string{header: `{"1784":[{"estimated_time_to_regain_access":1e300}]}`}, 24 * time.Hour},
		{said(4, 0), map[string]string{header: `{"1784":[{"estimated_time_to_regain_access":-5}]}`}, 0},
		{said(4, 0), map[string]string{header: `[`}, 0},
		{said(9, 2207042), nil, time.Hour},
		{said(9007, 2207027), nil, time.Minute},
	} {
		_, err := instagram.New().Describe().Classify("publish 1", network.Reply{Status: 400, Body: []byte(c.body), Header: c.header})
		if network.KindOf(err) != network.Throttled || network.WaitOf(err) != c.want {
			t.Errorf("%s %v: %v, a wait of %v", c.body, c.header, err, network.WaitOf(err))
		}
	}
}

func TestWhatDoesNotFitIsSaidBefore(t *testing.T) {
	b := newBench(t)
	set := func(key, value string) func(p *network.Plan) {
		return func(p *network.Plan) { p.Options[key] = value }
	}
	media := func(list ...network.Media) func(p *network.Plan) {
		return func(p *network.Plan) { p.Parts[0].Media = list }
	}
	sized := func(m network.Media, change func(m *network.Media)) network.Media {
		change(&m)
		return m
	}
	film, picture := b.film(1), b.picture(1, "")
	for _, c := range []struct {
		name, code string
		change     func(p *network.Plan)
	}{
		{"no media", network.IssueMediaNeeded, media()},
		{"a PNG", network.IssueMediaType, media(b.files.Picture("image/png", 1, 0))},
		{"too tall", "media_aspect", media(sized(picture, func(m *network.Media) { m.Width, m.Height = 1080, 1440 }))},
		{"too wide", "media_aspect", media(picture, sized(picture, func(m *network.Media) { m.Width, m.Height = 1080, 560 }))},
		{"a film too short", "media_too_short", media(sized(film, func(m *network.Media) { m.DurationMs = 2999 }))},
		{"a film too long", network.IssueMediaLength, media(sized(film, func(m *network.Media) { m.DurationMs = 900_001 }))},
		{"a film too long beside others", network.IssueMediaLength, media(picture, sized(film, func(m *network.Media) { m.DurationMs = 60_001 }))},
		{"a film too large beside others", network.IssueMediaBytes, media(picture, sized(film, func(m *network.Media) { m.Bytes = 100_000_001 }))},
		{"a film too wide", network.IssueMediaSize, media(sized(film, func(m *network.Media) { m.Width = 1921 }))},
		{"too many hashtags", "too_many_tags", func(p *network.Plan) { p.Parts[0].Text = strings.Repeat("#a ", 31) }},
		{"too many names", "too_many_mentions", func(p *network.Plan) { p.Parts[0].Text = strings.Repeat("@ab ", 21) }},
		{"too long with the link", network.IssueTooLong, func(p *network.Plan) {
			p.Parts[0].Text, p.Link = strings.Repeat("a", 2190), &network.Link{URL: "https://example.com/"}
		}},
		{"four collaborators", network.IssueOption, set("collaborators", "a,b,c,d")},
		{"collaborators that are none", network.IssueOption, set("collaborators", "Kari & co")},
		{"a cover that is none", network.IssueOption, set("cover", "soon")},
		{"a cover beyond the end", network.IssueOption, func(p *network.Plan) { p.Options["cover"], p.Parts[0].Media = "10", []network.Media{film} }},
		{"a story of two", network.IssueTooMany, func(p *network.Plan) {
			p.Options["place"], p.Parts[0].Media = "story", []network.Media{picture, picture}
		}},
		{"a story with collaborators", network.IssueOption, func(p *network.Plan) { p.Options["place"], p.Options["collaborators"] = "story", "kari" }},
		{"a story too long", network.IssueMediaLength, func(p *network.Plan) {
			p.Options["place"], p.Parts[0].Media = "story", []network.Media{sized(film, func(m *network.Media) { m.DurationMs = 61_000 })}
		}},
		{"a visibility", network.IssueVisibility, func(p *network.Plan) { p.Visibility = "private" }},
	} {
		p := b.plan("Hello", picture)
		c.change(&p)
		d := instagram.New().Describe()
		issue, bad := network.Blocking(network.Check(d, d.Limits, p))
		if !bad || issue.Code != c.code {
			t.Errorf("%s: %+v", c.name, issue)
		}
	}
	whole := b.plan(strings.Repeat("#a ", 30)+strings.Repeat("@ab ", 20), picture, sized(film, func(m *network.Media) { m.DurationMs = 60_000 }))
	whole.Options["collaborators"] = "a b c"
	odd := b.plan("A pixel of rounding", sized(picture, func(m *network.Media) { m.Width, m.Height = 819, 1024 }))
	d := instagram.New().Describe()
	for _, p := range []network.Plan{whole, odd} {
		if issue, bad := network.Blocking(network.Check(d, d.Limits, p)); bad {
			t.Errorf("at every limit: %+v", issue)
		}
	}
	story := b.plan("Lost", b.picture(1, "Lost"))
	story.Options["place"] = "story"
	reel := b.plan("Kept", sized(film, func(m *network.Media) { m.Alt = "Lost" }))
	for want, p := range map[string]network.Plan{"caption_lost alt_lost": story, "alt_lost": reel} {
		codes := []string{}
		for _, issue := range network.Check(d, d.Limits, p) {
			if codes = append(codes, issue.Code); !issue.Warning {
				t.Errorf("%+v is no warning", issue)
			}
		}
		if strings.Join(codes, " ") != want {
			t.Errorf("%v, want %s", codes, want)
		}
	}
}

func TestWhatAPostTakes(t *testing.T) {
	b := newBench(t)
	d := instagram.New().Describe()
	for want, p := range map[string]network.Plan{
		"posts 1, containers 1": b.plan("One", b.picture(1, "")),
		"posts 1, containers 3": b.plan("Two", b.picture(1, ""), b.film(2)),
	} {
		sum := map[string]int{}
		for _, u := range d.ExpectOf(p) {
			for _, w := range d.Budgets.Windows {
				sum[w.Name] += d.Budgets.CostOf(w, u)
			}
		}
		if got := fmt.Sprintf("posts %d, containers %d", sum["posts"], sum["containers"]); got != want {
			t.Errorf("it takes %s, want %s", got, want)
		}
	}
	use := network.Use{Step: "quota", Kind: network.UseRead}
	body := `{"data":[{"quota_usage":%d,"config":{"quota_total":100,"quota_duration":3600}}]}`
	for used, want := range map[int]int{0: 100, 99: 1, 100: 0, 200: 0} {
		got := d.Budgets.Read(use, network.Reply{Status: 200, Body: fmt.Appendf(nil, body, used)})
		if len(got) != 1 || got[0] != (network.Left{Window: "posts", Limit: 100, Points: want, Opens: time.Hour}) {
			t.Errorf("%d used: %+v", used, got)
		}
	}
	if got := d.Budgets.Read(network.Use{Step: "state"}, network.Reply{Status: 200, Body: fmt.Appendf(nil, body, 1)}); got != nil {
		t.Errorf("of another question: %+v", got)
	}
	for handle, want := range map[string]string{"kari.bakes": "https://www.instagram.com/kari.bakes/", "": "", "../x": ""} {
		if got := instagram.New().Profile(network.Account{Handle: handle}); got != want {
			t.Errorf("the page of %q is %q", handle, got)
		}
	}
	if r, err := d.Classify("publish 17889455560051444", network.Reply{Status: 200, Body: []byte(`{"id":"17920238422030506"}`)}); err != nil || r.URL != "https://www.instagram.com/" {
		t.Errorf("without a name: %+v, %v", r, err)
	}
}
