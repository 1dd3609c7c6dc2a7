package threads_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"postbag/backend/network"
	"postbag/backend/networks/threads"
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
		{400, said(4, 2207051), network.Rejected, "spam"},
		{400, said(25, 4279013), network.Reauth, "restricts"},
		{400, said(190, 463), network.Reauth, "sign-in"},
		{401, said(190, 0), network.Reauth, ""},
		{401, said(102, 0), network.Reauth, ""},
		{403, said(10, 0), network.Reauth, "permission"},
		{403, said(200, 0), network.Reauth, ""},
		{403, said(4, 0), network.Throttled, ""},
		{400, said(17, 0), network.Throttled, ""},
		{400, said(32, 0), network.Throttled, ""},
		{400, said(613, 0), network.Throttled, ""},
		{429, "", network.Throttled, ""},
		// What says only that something went wrong proves nothing, and nobody documented the rest.
		{400, said(24, 2207006), network.Ambiguous, ""},
		{400, said(100, 0), network.Ambiguous, ""},
		{400, said(1, 0), network.Ambiguous, ""},
		{400, said(2, 0), network.Ambiguous, ""},
		{400, said(368, 0), network.Ambiguous, ""},
		{400, `{"error":{"code":"x"}}`, network.Ambiguous, ""},
		{400, "<html>blocked</html>", network.Ambiguous, ""},
		{401, "", network.Ambiguous, ""},
		{403, "", network.Ambiguous, ""},
		{409, said(4, 2207051), network.Ambiguous, ""},
		{302, "", network.Ambiguous, ""},
		{500, said(4, 2207051), network.Ambiguous, ""},
		{503, said(4, 0), network.Ambiguous, ""},
	} {
		r, err := threads.New().Describe().Classify("publish 17889455560051444 by kari.bakes", network.Reply{Status: c.status, Body: []byte(c.body)})
		if network.KindOf(err) != c.want {
			t.Errorf("%d %.60s: %v, want %q", c.status, c.body, err, c.want)
			continue
		}
		if err == nil && (r.RemoteID != "17920238422030506" || r.URL != "https://www.threads.com/@kari.bakes") {
			t.Errorf("%d %.60s: %+v", c.status, c.body, r)
		}
		if err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%d %.60s: %v, want %q", c.status, c.body, err, c.says)
		}
	}
}

func TestEmojiCountAsTheirBytes(t *testing.T) {
	d := threads.New().Describe()
	for text, want := range map[string]int{"": 0, "a\nb": 3, "日本語": 3, "हिन्दी": 6, "©": 2, "☀️": 6, "1️⃣": 7, "🇯🇵": 8, "“x” – y": 7} {
		if got := d.Measure(d.Limits, text); got != want {
			t.Errorf("%q counts %d, want %d", text, got, want)
		}
	}
}

func TestWhatDoesNotFitIsSaidBefore(t *testing.T) {
	b := newBench(t)
	sized := func(m network.Media, width, height int) []network.Media {
		m.Width, m.Height = width, height
		return []network.Media{m}
	}
	film, picture := b.film(1), b.picture(1, "")
	for _, c := range []struct {
		name, code string
		change     func(p *network.Plan)
	}{
		{"nothing", network.IssueEmpty, func(p *network.Plan) { p.Parts[0].Text = "" }},
		{"a WebP", network.IssueMediaType, func(p *network.Plan) { p.Parts[0].Media = []network.Media{b.files.Picture("image/webp", 1, 0)} }},
		{"too tall", "media_aspect", func(p *network.Plan) { p.Parts[0].Media = sized(picture, 320, 3201) }},
		{"too wide", "media_aspect", func(p *network.Plan) { p.Parts[0].Media = sized(film, 1920, 191) }},
		{"a film too wide", network.IssueMediaSize, func(p *network.Plan) { p.Parts[0].Media = sized(film, 1921, 1080) }},
		{"too many links", "too_many_links", func(p *network.Plan) { p.Parts[0].Text = strings.Repeat("https://example.com/ ", 6) }},
		{"too many with the link", "too_many_links", func(p *network.Plan) {
			p.Parts[0].Text, p.Link = strings.Repeat("https://example.com/ ", 5), &network.Link{URL: "https://example.org/"}
		}},
		{"a topic with a stop", network.IssueOption, func(p *network.Plan) { p.Options["topic"] = "St. Ives" }},
		{"a long topic", network.IssueOption, func(p *network.Plan) { p.Options["topic"] = strings.Repeat("a", 51) }},
		{"too long with the link", network.IssueTooLong, func(p *network.Plan) {
			p.Parts[0].Text, p.Link = strings.Repeat("a", 490), &network.Link{URL: "https://example.com/"}
		}},
		{"a poll", network.IssuePoll, func(p *network.Plan) { p.Poll = &network.Poll{Options: []string{"a", "b"}, DurationS: 3600} }},
	} {
		p := b.plan("Hello")
		c.change(&p)
		d := threads.New().Describe()
		issue, bad := network.Blocking(network.Check(d, d.Limits, p))
		if !bad || issue.Code != c.code {
			t.Errorf("%s: %+v", c.name, issue)
		}
	}
}

func TestWhatAPostTakes(t *testing.T) {
	b := newBench(t)
	d := threads.New().Describe()
	p := b.plan("One", b.picture(1, ""), b.film(2))
	p.Parts = append(p.Parts, network.Part{Text: "Two"}, network.Part{Text: "Three"})
	sum := map[string]int{}
	for _, u := range d.ExpectOf(p) {
		for _, w := range d.Budgets.Windows {
			sum[w.Name] += d.Budgets.CostOf(w, u)
		}
	}
	if sum["posts"] != 1 || sum["replies"] != 2 {
		t.Errorf("it takes %v", sum)
	}
	use := network.Use{Step: "quota", Kind: network.UseRead}
	body := []byte(`{"data":[{"quota_usage":99,"config":{"quota_total":100,"quota_duration":3600},"reply_quota_usage":2000,"reply_config":{"quota_total":1000}}]}`)
	got := d.Budgets.Read(use, network.Reply{Status: 200, Body: body})
	if len(got) != 2 || got[0] != (network.Left{Window: "posts", Limit: 100, Points: 1, Opens: time.Hour}) ||
		got[1] != (network.Left{Window: "replies", Limit: 1000, Points: 0, Opens: 24 * time.Hour}) {
		t.Errorf("left: %+v", got)
	}
	if got := d.Budgets.Read(network.Use{Step: "state 1"}, network.Reply{Status: 200, Body: body}); got != nil {
		t.Errorf("of another question: %+v", got)
	}
	for handle, want := range map[string]string{"kari.bakes": "https://www.threads.com/@kari.bakes", "": "", "../x": ""} {
		if got := threads.New().Profile(network.Account{Handle: handle}); got != want {
			t.Errorf("the page of %q is %q", handle, got)
		}
	}
	if r, err := d.Classify("publish 17889455560051444", network.Reply{Status: 200, Body: []byte(`{"id":"17920238422030506"}`)}); err != nil || r.URL != "https://www.threads.com/" {
		t.Errorf("without a name: %+v, %v", r, err)
	}
}
