package youtube_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/youtube"
	"postbag/backend/networks/youtube/youtubetest"
)

func reason(code string) string {
	return fmt.Sprintf(`{"error":{"code":1,"message":"Said so.","errors":[{"domain":"youtube.video","reason":%q}]}}`, code)
}

func TestEveryDocumentedAnswerIsClassified(t *testing.T) {
	const id = "dQw4w9WgXcQ"
	const good = `{"id":"` + id + `","status":{"privacyStatus":"public"}}`
	for _, c := range []struct {
		status int
		body   string
		want   network.Kind // "" for accepted
		says   string
	}{
		{200, good, "", ""},
		{201, good, network.Ambiguous, ""},
		{204, "", network.Ambiguous, ""},
		{200, `{"id":"` + id + `","status":{"privacyStatus":"private"}}`, network.Ambiguous, "audited"},
		{200, `{"id":"` + id + `","status":{"privacyStatus":"unlisted"}}`, network.Ambiguous, "unlisted"},
		{200, `{"id":"` + id + `"}`, network.Ambiguous, ""},
		{200, `{"id":"00000000000","status":{"privacyStatus":"public"}}`, network.Ambiguous, ""},
		{200, `{"id":7,"status":{"privacyStatus":"public"}}`, network.Ambiguous, ""},
		{200, `{"id":"\ud800","status":{"privacyStatus":"\ud800"}}`, network.Ambiguous, ""},
		{200, strings.Repeat("[", 100_000), network.Ambiguous, ""},
		{200, good[:20], network.Ambiguous, ""},
		{200, "<html>please sign in</html>", network.Ambiguous, ""},
		{400, reason("invalidTitle"), network.Rejected, "Said so"},
		{400, reason("invalidDescription"), network.Rejected, ""},
		{400, reason("invalidTags"), network.Rejected, ""},
		{400, reason("invalidCategoryId"), network.Rejected, ""},
		{400, reason("invalidVideoMetadata"), network.Rejected, ""},
		{400, reason("uploadLimitExceeded"), network.Throttled, "today"},
		{401, reason("authError"), network.Reauth, "sign-in"},
		{401, "", network.Reauth, ""},
		{403, reason("forbidden"), network.Rejected, ""},
		{403, reason("forbiddenPrivacySetting"), network.Rejected, "audit"},
		{403, reason("insufficientPermissions"), network.Reauth, ""},
		{403, reason("accessNotConfigured"), network.Rejected, "switch on"},
		{403, reason("quotaExceeded"), network.Throttled, "midnight"},
		{403, reason("dailyLimitExceeded"), network.Throttled, ""},
		{403, reason("rateLimitExceeded"), network.Throttled, ""},
		{403, reason("userRateLimitExceeded"), network.Throttled, ""},
		{404, reason("videoNotFound"), network.Rejected, ""},
		{429, "", network.Throttled, ""},
		// Nobody documented these.
		{400, reason("somethingNew"), network.Ambiguous, ""},
		{400, "", network.Ambiguous, ""},
		{403, "<html>blocked</html>", network.Ambiguous, ""},
		{403, `{"error":{"errors":[]}}`, network.Ambiguous, ""},
		{404, "", network.Ambiguous, ""},
		{409, reason("invalidTitle"), network.Ambiguous, ""},
		{302, "", network.Ambiguous, ""},
		{308, "", network.Ambiguous, ""},
		{500, reason("invalidTitle"), network.Ambiguous, ""},
		{503, reason("backendError"), network.Ambiguous, ""},
	} {
		r, err := youtube.New().Describe().Classify("show public "+id, network.Reply{Status: c.status, Body: []byte(c.body)})
		if network.KindOf(err) != c.want {
			t.Errorf("%d %.60s: %v, want %q", c.status, c.body, err, c.want)
			continue
		}
		if err == nil && (r.RemoteID != id || r.URL != "https://www.youtube.com/watch?v="+id) {
			t.Errorf("%d %.60s: %+v", c.status, c.body, r)
		}
		if err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%d %.60s: %v, want %q", c.status, c.body, err, c.says)
		}
	}
}

// A quota is new at midnight in California, at 7 or 8 o'clock UTC; nothing is tried before the later one.
func TestAUsedUpQuotaWaitsForMidnight(t *testing.T) {
	for date, want := range map[string]time.Duration{
		"Mon, 23 Nov 2026 07:00:00 GMT": time.Hour, "Mon, 23 Nov 2026 08:00:00 GMT": 24 * time.Hour, "Thu, 31 Dec 2026 20:30:00 GMT": 11*time.Hour + 30*time.Minute, "soon": 0,
	} {
		_, err := youtube.New().Describe().Classify("", network.Reply{
			Status: 403, Body: []byte(reason("quotaExceeded")), Header: map[string]string{"Date": date},
		})
		if network.KindOf(err) != network.Throttled || network.WaitOf(err) != want {
			t.Errorf("%q: %v, a wait of %v", date, err, network.WaitOf(err))
		}
	}
}

func TestWhatDoesNotFitIsSaidBefore(t *testing.T) {
	files := networktest.NewFiles()
	set := func(key, value string) func(p *network.Plan) {
		return func(p *network.Plan) { p.Options[key] = value }
	}
	for _, c := range []struct {
		name, code string
		change     func(p *network.Plan)
	}{
		{"no word about children", network.IssueOption, func(p *network.Plan) { delete(p.Options, "kids") }},
		{"still no word about children", network.IssueOption, set("kids", "unsaid")},
		{"a title too long", network.IssueOption, set("title", strings.Repeat("é", 101))},
		{"a title of two lines", network.IssueOption, set("title", "a\nb")},
		{"a title with brackets", network.IssueOption, set("title", "a <b>")},
		{"no title", network.IssueOption, func(p *network.Plan) { p.Parts[0].Text = "" }},
		{"a first line too long for a title", network.IssueOption, func(p *network.Plan) { p.Parts[0].Text = strings.Repeat("é", 101) }},
		{"a description with brackets", "angle_brackets", func(p *network.Plan) { p.Parts[0].Text = "The boat\n1 < 2" }},
		{"a description too long in bytes", network.IssueTooLong, func(p *network.Plan) { p.Parts[0].Text = "The boat\n" + strings.Repeat("é", 2496) }},
		{"a description too long with its link", network.IssueTooLong, func(p *network.Plan) {
			p.Parts[0].Text = "The boat\n" + strings.Repeat("é", 2490)
			p.Link = &network.Link{URL: "https://example.com/"}
		}},
		{"tags too long", network.IssueOption, set("tags", strings.Repeat("a", 496)+",a b")},
		{"tags with quotes", network.IssueOption, set("tags", `"a b"`)},
		{"a playlist that is none", network.IssueOption, set("playlist", "my favourites")},
		{"a link that is no playlist's", network.IssueOption, set("playlist", "https://www.youtube.com/watch?v=dQw4w9WgXcQ")},
		{"no video", network.IssueMediaNeeded, func(p *network.Plan) { p.Parts[0].Media = nil }},
		{"a picture alone", network.IssueMediaNeeded, func(p *network.Plan) { p.Parts[0].Media = []network.Media{files.Picture("image/jpeg", 1, 0)} }},
		{"a video too long", network.IssueMediaLength, func(p *network.Plan) { p.Parts[0].Media[0].DurationMs = 12*3600*1000 + 1 }},
		{"a visibility", network.IssueVisibility, func(p *network.Plan) { p.Visibility = "private" }},
	} {
		p := plan(files, "The boat")
		c.change(&p)
		d := youtube.New().Describe()
		issue, bad := network.Blocking(network.Check(d, d.Limits, p))
		if !bad || issue.Code != c.code {
			t.Errorf("%s: %+v", c.name, issue)
		}
	}
	p := plan(files, strings.Repeat("é", 2500))
	p.Options = map[string]string{"kids": "for_kids", "title": strings.Repeat("é", 100), "tags": strings.Repeat("a", 495) + ",a b"[:2], "playlist": youtubetest.Playlist}
	d := youtube.New().Describe()
	if issues := network.Check(d, d.Limits, p); len(issues) != 0 {
		t.Errorf("at every limit: %+v", issues)
	}
}

func TestAddressesOfVideos(t *testing.T) {
	const id = "dQw4w9WgXcQ"
	a := network.Account{RemoteID: youtubetest.Channel}
	for link, want := range map[string]string{
		"https://www.youtube.com/watch?v=" + id:           id,
		" https://youtube.com/watch?v=" + id + "&t=5s ":   id,
		"https://m.youtube.com/shorts/" + id:              id,
		"https://www.youtube.com/live/" + id + "?x=1":     id,
		"https://youtu.be/" + id + "?si=x":                id,
		"http://www.youtube.com/watch?v=" + id:            "",
		"https://www.youtube.com.evil.example/watch?v=x":  "",
		"https://user@www.youtube.com/watch?v=" + id:      "",
		"https://www.youtube.com/watch?v=../../x":         "",
		"https://www.youtube.com/embed/x/" + id:           "",
		"https://www.youtube.com/playlist?list=" + id:     "",
		"https://youtu.be/" + strings.Repeat("a", 10_000): "",
	} {
		r, ok := youtube.New().Linked(a, link)
		if ok != (want != "") || r.RemoteID != want {
			t.Errorf("%.80q is %+v %t, want %q", link, r, ok, want)
		}
	}
	if got := youtube.New().Profile(a); got != "https://www.youtube.com/channel/"+youtubetest.Channel {
		t.Errorf("the page is %q", got)
	}
	if got := youtube.New().Profile(network.Account{RemoteID: "UC/../x"}); got != "" {
		t.Errorf("the page is %q", got)
	}
}

// What a post costs: an upload of its own bucket, and of the 10,000 units 50 for each change.
func TestWhatAPostTakesOfTheQuota(t *testing.T) {
	files := networktest.NewFiles()
	d := youtube.New().Describe()
	p := plan(files, "The boat")
	p.Parts[0].Media[0].Bytes = 200 << 20
	total := func() map[string]int {
		sum := map[string]int{}
		for _, u := range d.ExpectOf(p) {
			for _, w := range d.Budgets.Windows {
				sum[w.Name] += d.Budgets.CostOf(w, u)
			}
		}
		return sum
	}
	if got := total(); got["uploads"] != 1 || got["units"] != 101 {
		t.Errorf("it takes %v", got)
	}
	p.Options["playlist"] = youtubetest.Playlist
	if got := total(); got["uploads"] != 1 || got["units"] != 152 {
		t.Errorf("with a playlist it takes %v", got)
	}
}
