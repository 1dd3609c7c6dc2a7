package youtube_test

import (
	"slices"
	"strings"
	"testing"

	"postbag/backend/network"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/youtube"
	"postbag/backend/networks/youtube/youtubetest"
)

const subRip = "1\r\n00:00:01,000 --> 00:00:04,500\r\nThe boat leaves at seven.\r\n\r\n2\r\n00:00:05,000 --> 00:00:07,000\r\nIt comes back at four. Æ 船\r\n"

const webVTT = "WEBVTT\n\nNOTE of nobody\n\n00:01.000 --> 00:04.500 align:start\nThe boat leaves at seven.\n\n01:00:05.000 --> 01:00:07.000\nIt comes back.\n"

// captioned is a video with captions.
func captioned(files *networktest.Files, text, language string) network.Plan {
	p := plan(files, "The boat")
	p.Language, p.Options["captions"], p.Options["captions_language"] = "en", text, language
	return p
}

func TestCaptionsAreSetWhileTheVideoIsPrivate(t *testing.T) {
	for _, c := range []struct{ text, language, in, want string }{
		{"\ufeff" + subRip, "", "en", strings.TrimSpace(strings.ReplaceAll(subRip, "\r\n", "\n"))},
		{webVTT, " pt-BR ", "pt-BR", strings.TrimSpace(webVTT)},
	} {
		s, files := youtubetest.New(t), networktest.NewFiles()
		p, j := captioned(files, c.text, c.language), calls(files)
		must(t, j, s.Account(), p)
		v := s.Videos()[0]
		if got := strings.TrimSpace(v.Captions[c.in]); len(v.Captions) != 1 || got != c.want {
			t.Errorf("the captions are %q", v.Captions)
		}
		if at := slices.Index(j.Sent, "captions"); at < 0 || at > slices.Index(j.Sent, "show public "+v.ID) {
			t.Errorf("sent %q", j.Sent)
		}
	}
}

// An answer that is lost leaves the video private. The next attempt finds the captions there, and goes on.
func TestCaptionsWhoseAnswerIsLostAreSetOnce(t *testing.T) {
	s, files := youtubetest.New(t), networktest.NewFiles()
	p, j := captioned(files, subRip, ""), calls(files)
	s.LoseCaptions()
	if _, err := youtube.New().Publish(t.Context(), j, s.Account(), p); network.KindOf(err) != network.Ambiguous || len(s.Posts()) != 0 {
		t.Fatalf("the first attempt: %v", err)
	}
	must(t, j, s.Account(), p)
	if v := s.Videos(); len(v) != 1 || len(v[0].Captions) != 1 || len(s.Posts()) != 1 {
		t.Errorf("%d videos, %d visible", len(v), len(s.Posts()))
	}
}

func TestRefusedCaptionsLeaveTheVideoPrivate(t *testing.T) {
	const insert = "POST /upload/youtube/v3/captions"
	for name, c := range map[string]struct {
		spoil func(*youtubetest.Server)
		want  network.Kind
		says  string
	}{
		"without the permission": {func(s *youtubetest.Server) { s.Uncaptioned() }, network.Rejected, "sign in to the channel again"},
		"a language it knows not": {func(s *youtubetest.Server) {
			s.Instead(insert, youtubetest.Answer{Status: 400, Body: reason("invalidMetadata")})
		}, network.Rejected, "cannot use these captions"},
		"a failure":      {func(s *youtubetest.Server) { s.Instead(insert, youtubetest.Answer{Status: 503}) }, network.Ambiguous, ""},
		"something else": {func(s *youtubetest.Server) { s.Instead(insert, youtubetest.Answer{Status: 200, Body: "<html>"}) }, network.Ambiguous, ""},
		"another video's": {func(s *youtubetest.Server) {
			s.Instead(insert, youtubetest.Answer{Status: 200, Body: `{"kind":"youtube#caption","snippet":{"videoId":"x"}}`})
		}, network.Ambiguous, ""},
		"a conflict of no name": {func(s *youtubetest.Server) { s.Instead(insert, youtubetest.Answer{Status: 409, Body: "{}"}) }, network.Ambiguous, ""},
		"the day is used up": {func(s *youtubetest.Server) {
			s.Instead(insert, youtubetest.Answer{Status: 403, Body: reason("quotaExceeded")})
		}, network.Throttled, ""},
		"the sign-in has ended": {func(s *youtubetest.Server) { s.Instead(insert, youtubetest.Answer{Status: 401}) }, network.Reauth, ""},
	} {
		s, files := youtubetest.New(t), networktest.NewFiles()
		c.spoil(s)
		_, err := youtube.New().Publish(t.Context(), calls(files), s.Account(), captioned(files, subRip, ""))
		if network.KindOf(err) != c.want || !strings.Contains(err.Error(), c.says) || len(s.Posts()) != 0 {
			t.Errorf("%s: %v, %d visible", name, err, len(s.Posts()))
		}
		if v := s.Videos(); len(v) != 1 || v[0].Privacy != "private" {
			t.Errorf("%s: %d videos", name, len(v))
		}
	}
}

func TestCaptionsThatAreNoneAreNotPlanned(t *testing.T) {
	d, files := youtube.New().Describe(), networktest.NewFiles()
	for text, says := range map[string]string{
		"The boat leaves at seven.": "no captions",
		"WEBVTT":                    "no captions",
		"1\n00:00:01 --> 00:00:04\nNo thousandths":                       "line 2 of the captions: a time is written",
		"00:00:04,000 --> 00:00:01,000\nBackwards":                       "line 1 of the captions: this caption ends before it begins",
		"00:00:01,000 --> 00:00:01,000\nNever":                           "ends before it begins",
		"00:61:01,000 --> 00:62:01,000\nNo such minute":                  "60 minutes",
		"00:00:01,000 --> 00:00:02,000\n\nWords too late":                "line 1 of the captions: this caption has no words",
		"00:00:01,000 --> 00:00:02,000":                                  "has no words",
		"00:00:05.000 --> 00:00:06.000\nB\n\n00:01.000 --> 00:02.000\nA": "line 4 of the captions: this caption begins before",
		subRip + strings.Repeat("x", 1_000_000):                          "bytes",
		subRip + "\xff":                                                  "no captions",
	} {
		issue, bad := network.Blocking(network.Check(d, d.Limits, captioned(files, text, "")))
		if !bad || issue.Code != network.IssueOption || !strings.Contains(issue.Message, says) {
			t.Errorf("%.60q: %+v", text, issue)
		}
	}
	for language, fine := range map[string]bool{"": true, "nb": true, "zh-Hans": true, "es-419": true, "English": false, "e": false, "en_GB": false} {
		if _, bad := network.Blocking(network.Check(d, d.Limits, captioned(files, webVTT, language))); bad == fine {
			t.Errorf("in %q they are fine: %v", language, fine)
		}
	}
	p := captioned(files, webVTT, "")
	p.Language = ""
	if issue, bad := network.Blocking(network.Check(d, d.Limits, p)); !bad || !strings.Contains(issue.Message, "language") {
		t.Errorf("in no language: %+v", issue)
	}
	units := 0
	for _, use := range d.Budgets.Expect(captioned(files, subRip, "")) {
		units += d.Budgets.Cost(network.Window{Name: "units"}, use)
	}
	if units < 500 {
		t.Errorf("captions are thought to take %d units", units)
	}
}

func FuzzCaptions(f *testing.F) {
	for _, seed := range []string{subRip, webVTT, "00:00:01,000 --> ", "-->", "999:59:59,999 --> 999:59:59,999 x\ny"} {
		f.Add(seed)
	}
	d, files := youtube.New().Describe(), networktest.NewFiles()
	f.Fuzz(func(t *testing.T, text string) {
		network.Check(d, d.Limits, captioned(files, text, "")) // it ends, whatever is pasted
	})
}
