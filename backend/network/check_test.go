package network_test

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"postbag/backend/network"
)

func descriptor() network.Descriptor {
	return network.Descriptor{
		ID: "n", Name: "Net", Measure: func(_ network.Limits, s string) int { return utf8.RuneCountInString(s) },
		Limits: network.Limits{
			Text: network.TextLimit{Max: 10, Unit: network.UnitCodePoints, MaxBytes: 30},
			Media: network.MediaLimit{
				Max: 2, Videos: 1, Types: []string{"image/jpeg", "video/mp4"},
				ImageBytes: 100, ImagePixels: 100, ImageSide: 20, VideoBytes: 1000, VideoMs: 5000,
			},
			Alt:          network.AltLimit{Max: 5, Unit: network.UnitCodePoints},
			Visibilities: []string{"public", "private"},
			Poll:         &network.PollLimit{Options: 3, Chars: 4, MinS: 60, MaxS: 120},
			Parts:        2,
		},
		Options: []network.Option{{Key: "who", Label: "audience", Kind: "choice", Choices: []string{"all", "few"}}},
	}
}

func jpeg() network.Media {
	return network.Media{Kind: network.Image, Type: "image/jpeg", Bytes: 10, Width: 5, Height: 5, Alt: "a"}
}

func TestCheckNamesEveryProblemAtItsPlace(t *testing.T) {
	part := func(text string, media ...network.Media) network.Part { return network.Part{Text: text, Media: media} }
	with := func(change func(*network.Media)) network.Media { m := jpeg(); change(&m); return m }
	video := network.Media{Kind: network.Video, Type: "video/mp4", Bytes: 10, DurationMs: 1000, Alt: "v"}
	for _, test := range []struct {
		name    string
		plan    network.Plan
		code    string
		field   string
		part    int
		media   int
		warning bool
	}{
		{"no parts", network.Plan{}, network.IssueEmpty, "text", 0, -1, false},
		{"blank", network.Plan{Parts: []network.Part{part(" \n")}}, network.IssueEmpty, "text", 0, -1, false},
		{"second part too long", network.Plan{Parts: []network.Part{part("a"), part("12345678901")}}, network.IssueTooLong, "text", 1, -1, false},
		{"too many bytes", network.Plan{Parts: []network.Part{part("😀😀😀😀😀😀😀😀")}}, network.IssueTooLong, "text", 0, -1, false},
		{"not text", network.Plan{Parts: []network.Part{part("a\xff")}}, network.IssueBadText, "text", 0, -1, false},
		{"a zero byte", network.Plan{Parts: []network.Part{part("a\x00")}}, network.IssueBadText, "text", 0, -1, false},
		{"too many parts", network.Plan{Parts: []network.Part{part("a"), part("b"), part("c")}}, network.IssueParts, "parts", 2, -1, false},
		{"too many media", network.Plan{Parts: []network.Part{part("a", jpeg(), jpeg(), jpeg())}}, network.IssueTooMany, "media", 0, 2, false},
		{"two videos", network.Plan{Parts: []network.Part{part("a", video, video)}}, network.IssueVideos, "media", 0, -1, false},
		{"mixed", network.Plan{Parts: []network.Part{part("a", video, jpeg())}}, network.IssueMixed, "media", 0, -1, false},
		{"type", network.Plan{Parts: []network.Part{part("a", with(func(m *network.Media) { m.Type = "image/tiff" }))}}, network.IssueMediaType, "media", 0, 0, false},
		{"bytes", network.Plan{Parts: []network.Part{part("a", jpeg(), with(func(m *network.Media) { m.Bytes = 101 }))}}, network.IssueMediaBytes, "media", 0, 1, false},
		{"pixels", network.Plan{Parts: []network.Part{part("a", with(func(m *network.Media) { m.Width, m.Height = 11, 10 }))}}, network.IssueMediaSize, "media", 0, 0, false},
		{"side", network.Plan{Parts: []network.Part{part("a", with(func(m *network.Media) { m.Width, m.Height = 21, 1 }))}}, network.IssueMediaSize, "media", 0, 0, false},
		{"a long video", network.Plan{Parts: []network.Part{part("a", network.Media{Kind: network.Video, Type: "video/mp4", Bytes: 1, DurationMs: 5001, Alt: "v"})}}, network.IssueMediaLength, "media", 0, 0, false},
		{"alt missing", network.Plan{Parts: []network.Part{part("a", with(func(m *network.Media) { m.Alt = " " }))}}, network.IssueAltMissing, "alt", 0, 0, true},
		{"alt too long", network.Plan{Parts: []network.Part{part("a", with(func(m *network.Media) { m.Alt = "123456" }))}}, network.IssueAltTooLong, "alt", 0, 0, false},
		{"alt is not text", network.Plan{Parts: []network.Part{part("a", with(func(m *network.Media) { m.Alt = "\xff" }))}}, network.IssueBadText, "alt", 0, 0, false},
		{"visibility", network.Plan{Parts: []network.Part{part("a")}, Visibility: "friends"}, network.IssueVisibility, "visibility", 0, -1, false},
		{"a warning in words", network.Plan{Parts: []network.Part{part("a")}, Warning: "spiders"}, network.IssueWarningLost, "warning", 0, -1, true},
		{"option", network.Plan{Parts: []network.Part{part("a")}, Options: map[string]string{"who": "nobody"}}, network.IssueOption, "options", 0, -1, false},
		{"poll of one", network.Plan{Parts: []network.Part{part("a")}, Poll: &network.Poll{Options: []string{"a"}, DurationS: 60}}, network.IssuePoll, "poll", 0, -1, false},
		{"a long poll", network.Plan{Parts: []network.Part{part("a")}, Poll: &network.Poll{Options: []string{"a", "b"}, DurationS: 121}}, network.IssuePoll, "poll", 0, -1, false},
		{"a long answer", network.Plan{Parts: []network.Part{part("a")}, Poll: &network.Poll{Options: []string{"a", "12345"}, DurationS: 60}}, network.IssuePoll, "poll", 0, -1, false},
		{"a poll with media", network.Plan{Parts: []network.Part{part("a", jpeg())}, Poll: &network.Poll{Options: []string{"a", "b"}, DurationS: 60}}, network.IssuePoll, "poll", 0, -1, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			d := descriptor()
			issues := network.Check(d, d.Limits, test.plan)
			if len(issues) != 1 {
				t.Fatalf("want one issue, got %+v", issues)
			}
			i := issues[0]
			if i.Code != test.code || i.Field != test.field || i.Part != test.part || i.Media != test.media || i.Warning != test.warning || i.Message == "" {
				t.Errorf("got %+v", i)
			}
			if _, blocking := network.Blocking(issues); blocking == test.warning {
				t.Errorf("blocking is %v", blocking)
			}
		})
	}
}

func TestWhatFitsHasNoIssue(t *testing.T) {
	d := descriptor()
	p := network.Plan{
		Parts: []network.Part{{Text: "1234567890", Media: []network.Media{jpeg(), jpeg()}}, {Text: "more"}}, Visibility: "private",
		Options: map[string]string{"who": "few"},
	}
	if issues := network.Check(d, d.Limits, p); len(issues) > 0 {
		t.Errorf("%+v", issues)
	}
	if err := d.Refuse(network.Account{}, p); err != nil {
		t.Error(err)
	}
	p.Parts[0].Text += "x"
	if err := d.Refuse(network.Account{}, p); network.KindOf(err) != network.Rejected {
		t.Errorf("too long: %v", err)
	}
	own := d.Limits
	own.Text.Max = 100
	if err := d.Refuse(network.Account{Limits: &own}, p); err != nil {
		t.Errorf("the server's own limit does not count: %v", err)
	}
}

func TestWhatIsForFewIsNeverShownToAll(t *testing.T) {
	d := descriptor()
	d.Limits.Visibilities = nil
	for visibility, want := range map[string]bool{"": true, "public": true, "private": false, "direct": false} {
		p := network.Plan{Parts: []network.Part{{Text: "a"}}, Visibility: visibility}
		if _, refused := network.Blocking(network.Check(d, d.Limits, p)); refused == want {
			t.Errorf("visibility %q: refused is %v", visibility, refused)
		}
	}
}

func TestTheOverflowIsWhereTheTextStopsFitting(t *testing.T) {
	d := descriptor()
	for text, want := range map[string]int{
		"12345678901":             10,
		"éééééééééééé":            20, // bytes, between characters
		"1234567890😀":             10,
		strings.Repeat("a", 1000): 10,
	} {
		issues := network.Check(d, d.Limits, network.Plan{Parts: []network.Part{{Text: text}}})
		if len(issues) != 1 || issues[0].OverflowAt != want {
			t.Errorf("%q: %+v, want %d", text[:min(20, len(text))], issues, want)
		}
	}
}

func FuzzOverflow(f *testing.F) {
	f.Add("hello", "warning")
	f.Add("😀😀😀😀😀😀😀😀😀😀😀😀", "")
	f.Fuzz(func(t *testing.T, text, warning string) {
		d := descriptor()
		d.CountsWarning = true
		for _, i := range network.Check(d, d.Limits, network.Plan{Parts: []network.Part{{Text: text}}, Warning: warning}) {
			if i.Code != network.IssueTooLong {
				continue
			}
			if i.OverflowAt < 0 || i.OverflowAt > len(text) || !utf8.ValidString(text[:i.OverflowAt]) {
				t.Fatalf("overflow at %d of %d", i.OverflowAt, len(text))
			}
		}
	})
}

func TestJudgeFollowsTheTableAndDoubtsTheRest(t *testing.T) {
	table := []network.Refusal{
		{Status: 422, Kind: network.Rejected, Source: "s"},
		{Status: 400, Code: "Expired", Kind: network.Reauth, Source: "s"},
		{Status: 429, Kind: network.Throttled, Source: "s"},
		{Status: 500, Kind: network.Rejected, Source: "a table must not say this"},
	}
	for _, test := range []struct {
		status int
		code   string
		want   network.Kind
	}{
		{422, "", network.Rejected},
		{422, "Unheard", network.Rejected},
		{400, "Expired", network.Reauth},
		{400, "", network.Ambiguous},
		{400, "Other", network.Ambiguous},
		{500, "", network.Ambiguous},
		{301, "", network.Ambiguous},
		{418, "", network.Ambiguous},
	} {
		err := network.Judge("Net", table, network.Reply{Status: test.status}, test.code, "")
		if network.KindOf(err) != test.want {
			t.Errorf("%d %q is %s, want %s", test.status, test.code, network.KindOf(err), test.want)
		}
	}
	for _, status := range []int{200, 201, 204} {
		if err := network.Judge("Net", table, network.Reply{Status: status}, "", ""); err != nil {
			t.Errorf("%d: %v", status, err)
		}
	}
	err := network.Judge("Net", table, network.Reply{Status: 429, Header: map[string]string{"Retry-After": "7"}}, "", "")
	if network.WaitOf(err) != 7*time.Second {
		t.Errorf("wait is %v", network.WaitOf(err))
	}
}

func FuzzRetryAfter(f *testing.F) {
	for _, s := range []string{"7", "-1", "", "99999999999999999999", "Wed, 21 Oct 2026 07:28:00 GMT", " 3 "} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if w := network.RetryAfter(network.Reply{Header: map[string]string{"Retry-After": s}}); w < 0 || w > 24*time.Hour {
			t.Fatalf("%q: %v", s, w)
		}
	})
}

func FuzzPrintable(f *testing.F) {
	f.Add("fine")
	f.Add("\x1b[31mred\u202e\x00\xff\n")
	f.Fuzz(func(t *testing.T, s string) {
		p := network.Printable(s)
		if !utf8.ValidString(p) || utf8.RuneCountInString(p) > 301 || strings.ContainsAny(p, "\n\r\x1b\x00\u202e\u2066") {
			t.Fatalf("%q became %q", s, p)
		}
	})
}
