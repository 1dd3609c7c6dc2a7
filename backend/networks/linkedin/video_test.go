package linkedin_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/match"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/linkedin"
	"postbag/backend/networks/linkedin/linkedintest"
)

// film is a video of so many bytes and ten seconds.
func film(files *networktest.Files, size int) network.Media {
	m := files.Picture("video/mp4", 1, size)
	m.DurationMs = 10_000
	return m
}

func TestAVideoGoesInThePiecesThatLinkedInNames(t *testing.T) {
	for size, parts := range map[int]int{75_000: 1, 4 << 20: 1, 4<<20 + 1: 2, 9_000_000: 3} {
		for _, s := range []*linkedintest.Server{linkedintest.New(t), linkedintest.NewPage(t)} {
			files := networktest.NewFiles()
			m, j := film(files, size), calls(files)
			must(t, j, s.Account(), plan("Look (here)", m))
			saved := s.Saved()[0]
			if saved.Video == nil || !bytes.Equal(saved.Video.Bytes, files.Bytes(m)) || saved.Text != "Look (here)" {
				t.Fatalf("%d bytes arrived as %+v", size, saved.Video)
			}
			want := []string{"video 1: address"}
			for i := range parts {
				want = append(want, fmt.Sprintf("video 1: part %d", i+1))
			}
			if want = append(want, "video 1: end", "video 1: state", "post 1"); !slices.Equal(j.Sent, want) {
				t.Errorf("%d bytes: sent %q, want %q", size, j.Sent, want)
			}
		}
	}
}

func TestAVideoThatIsNotReadyIsComeBackTo(t *testing.T) {
	s, files := linkedintest.New(t), networktest.NewFiles()
	s.Slow(2)
	c, p := calls(files), plan("soon", film(files, 80_000))
	for range 2 {
		if _, err := linkedin.New().Publish(t.Context(), c, s.Account(), p); !network.IsBuilding(err) || network.WaitOf(err) <= 0 || len(s.Saved()) != 0 {
			t.Fatalf("while LinkedIn works on it: %v", err)
		}
	}
	must(t, c, s.Account(), p)
	if begun, whole := s.Videos(); begun != 1 || whole != 1 {
		t.Errorf("%d uploads, %d whole", begun, whole)
	}
}

// The pieces that arrived are not sent again; addresses that ended are of no more use, and it begins anew.
func TestABrokenVideoGoesOnOrBeginsAnew(t *testing.T) {
	for _, ended := range []bool{false, true} {
		s, files := linkedintest.New(t), networktest.NewFiles()
		c, p := calls(files), plan("long", film(files, 9_000_000))
		s.Instead("PUT /dms-videos/urn:li:video:D4E05AQ-1_x/1", linkedintest.Answer{Status: 503})
		if _, err := linkedin.New().Publish(t.Context(), c, s.Account(), p); network.KindOf(err) != network.Ambiguous || len(s.Saved()) != 0 {
			t.Fatalf("the first attempt: %v", err)
		}
		if ended {
			s.Expire()
			if _, err := linkedin.New().Publish(t.Context(), c, s.Account(), p); !network.IsStale(err) {
				t.Fatalf("the addresses ended: %v", err)
			}
			c.Forget()
		}
		must(t, c, s.Account(), p)
		first := slices.DeleteFunc(slices.Clone(c.Sent), func(step string) bool { return step != "video 1: part 1" })
		if want := map[bool]int{false: 1, true: 2}[ended]; len(first) != want || len(s.Saved()) != 1 {
			t.Errorf("ended %t: the first piece was sent %d times; %d posts", ended, len(first), len(s.Saved()))
		}
	}
}

func TestWhatBecameOfAVideoDecides(t *testing.T) {
	const state = "GET /rest/videos/urn:li:video:D4E05AQ-1_x"
	for name, test := range map[string]struct {
		at     string
		answer linkedintest.Answer
		kind   network.Kind
	}{
		"it failed":              {state, linkedintest.Answer{Status: 200, Body: `{"status":"PROCESSING_FAILED"}`}, network.Rejected},
		"it did not arrive":      {state, linkedintest.Answer{Status: 200, Body: `{"status":"WAITING_UPLOAD"}`}, network.Ambiguous},
		"a state of its own":     {state, linkedintest.Answer{Status: 200, Body: `{"status":"DREAMING"}`}, network.Ambiguous},
		"a page":                 {state, linkedintest.Answer{Status: 200, Body: "<html>"}, network.Ambiguous},
		"it is not there":        {state, linkedintest.Answer{Status: 404, Body: "{}"}, network.Ambiguous},
		"it may not be read":     {state, linkedintest.Answer{Status: 403, Body: `{"status":403,"code":"ACCESS_DENIED"}`}, ""},
		"no upload":              {"POST /rest/videos", linkedintest.Answer{Status: 400, Body: "{}"}, network.Ambiguous},
		"no permission":          {"POST /rest/videos", linkedintest.Answer{Status: 403, Body: `{"status":403,"code":"ACCESS_DENIED"}`}, network.Reauth},
		"too many":               {"POST /rest/videos", linkedintest.Answer{Status: 429}, network.Throttled},
		"a piece without a name": {"PUT /dms-videos/urn:li:video:D4E05AQ-1_x/0", linkedintest.Answer{Status: 200}, network.Ambiguous},
		"a piece of lines":       {"PUT /dms-videos/urn:li:video:D4E05AQ-1_x/0", linkedintest.Answer{Status: 200, Header: map[string]string{"ETag": "a b"}}, network.Ambiguous},
		"a refused piece":        {"PUT /dms-videos/urn:li:video:D4E05AQ-1_x/0", linkedintest.Answer{Status: 400}, network.Ambiguous},
	} {
		s, files := linkedintest.New(t), networktest.NewFiles()
		s.Instead(test.at, test.answer)
		_, err := linkedin.New().Publish(t.Context(), calls(files), s.Account(), plan("one", film(files, 80_000)))
		if network.KindOf(err) != test.kind || (len(s.Saved()) == 1) != (test.kind == "") {
			t.Errorf("%s: %v, %d posts, want %q", name, err, len(s.Saved()), test.kind)
		}
	}
}

func TestTheEndOfAVideoThatGoesWrongPublishesNothing(t *testing.T) {
	for _, a := range []linkedintest.Answer{{Status: 500}, {Status: 400, Body: "{}"}, {Status: 204}, {Status: 302}} {
		s, files := linkedintest.New(t), networktest.NewFiles()
		ok := linkedintest.Answer{Status: 200, Body: `{"value":{"video":"urn:li:video:C4","uploadToken":"","uploadInstructions":[{"uploadUrl":"` + s.URL + `/put","firstByte":0,"lastByte":79999}]}}`}
		s.Instead("POST /rest/videos", ok)
		s.Instead("PUT /put", linkedintest.Answer{Status: 200, Header: map[string]string{"ETag": "abc"}})
		s.Instead("POST /rest/videos", a)
		if _, err := linkedin.New().Publish(t.Context(), calls(files), s.Account(), plan("one", film(files, 80_000))); network.KindOf(err) != network.Ambiguous || len(s.Saved()) != 0 {
			t.Errorf("%d: %v", a.Status, err)
		}
	}
}

func TestPiecesThatDoNotMakeTheVideoAreNotSent(t *testing.T) {
	for _, parts := range []string{
		`[]`, `null`, `[{"uploadUrl":"HOME/1","firstByte":0,"lastByte":79998}]`, `[{"uploadUrl":"HOME/1","firstByte":0,"lastByte":80000}]`,
		`[{"uploadUrl":"HOME/1","firstByte":1,"lastByte":79999}]`, `[{"uploadUrl":"HOME/1","lastByte":79999}]`, `[{"uploadUrl":"HOME/1","firstByte":0}]`,
		`[{"uploadUrl":"HOME/1","firstByte":0,"lastByte":9},{"uploadUrl":"HOME/2","firstByte":9,"lastByte":79999}]`,
		`[{"uploadUrl":"HOME/1","firstByte":0,"lastByte":9},{"uploadUrl":"HOME/2","firstByte":11,"lastByte":79999}]`,
		`[{"uploadUrl":"https://linkedin.com.evil.example/1","firstByte":0,"lastByte":79999}]`, `[{"uploadUrl":"","firstByte":0,"lastByte":79999}]`,
		`[{"uploadUrl":"HOME/1","firstByte":0,"lastByte":-1}]`, `[{"uploadUrl":"HOME/1","firstByte":0,"lastByte":9223372036854775807}]`,
	} {
		s, files := linkedintest.New(t), networktest.NewFiles()
		body := `{"value":{"video":"urn:li:video:C4","uploadToken":"","uploadInstructions":` + strings.ReplaceAll(parts, "HOME", s.URL) + `}}`
		s.Instead("POST /rest/videos", linkedintest.Answer{Status: 200, Body: body})
		c, p := calls(files), plan("one", film(files, 80_000))
		_, err := linkedin.New().Publish(t.Context(), c, s.Account(), p)
		if network.KindOf(err) != network.Ambiguous || !slices.Equal(c.Sent, []string{"video 1: address"}) {
			t.Errorf("%s: %v, sent %q", parts, err, c.Sent)
		}
		if _, err := linkedin.New().Publish(t.Context(), c, s.Account(), p); !network.IsStale(err) { // what was kept must not stand in the way
			t.Errorf("%s: the next attempt: %v", parts, err)
		}
	}
}

func TestALostVideoOfAPageIsFound(t *testing.T) {
	s, files, begun := linkedintest.NewPage(t), networktest.NewFiles(), time.Now()
	p := plan("We open", film(files, 80_000))
	must(t, calls(files), s.Account(), plan("We open", files.Picture("image/png", 1, 0)))
	s.Fail(networktest.DropAfter)
	if _, err := linkedin.New().Publish(t.Context(), calls(files), s.Account(), p); network.KindOf(err) != network.Ambiguous {
		t.Fatalf("published: %v", err)
	}
	if exact, near, complete := sought(t, s, p, begun.Add(-match.Slack)); len(exact) != 1 || len(near) != 1 || !complete || exact[0].Receipt.RemoteID != s.Saved()[1].URN {
		t.Errorf("found %+v and %+v, complete %t", exact, near, complete)
	}
}

func TestAVideoThatDoesNotFitIsSaidBefore(t *testing.T) {
	d, files := linkedin.New().Describe(), networktest.NewFiles()
	for name, c := range map[string]struct {
		code   string
		change func(p *network.Plan)
	}{
		"too short":        {"media_too_short", func(p *network.Plan) { p.Parts[0].Media[0].DurationMs = 2999 }},
		"too few bytes":    {"media_too_short", func(p *network.Plan) { p.Parts[0].Media[0].Bytes = 74_999 }},
		"too long":         {network.IssueMediaLength, func(p *network.Plan) { p.Parts[0].Media[0].DurationMs = 1_800_001 }},
		"too many bytes":   {network.IssueMediaBytes, func(p *network.Plan) { p.Parts[0].Media[0].Bytes = 500_000_001 }},
		"another kind":     {network.IssueMediaType, func(p *network.Plan) { p.Parts[0].Media[0].Type = "video/webm" }},
		"beside a picture": {network.IssueMixed, func(p *network.Plan) { p.Parts[0].Media = append(p.Parts[0].Media, files.Picture("image/png", 1, 0)) }},
	} {
		p := plan("look", film(files, 80_000))
		c.change(&p)
		if issue, bad := network.Blocking(network.Check(d, d.Limits, p)); !bad || issue.Code != c.code {
			t.Errorf("%s: %+v", name, issue)
		}
	}
	p := plan("look", film(files, 80_000))
	p.Parts[0].Media[0].Alt = "A boat"
	if issues := network.Check(d, d.Limits, p); len(issues) != 1 || !issues[0].Warning || issues[0].Code != network.IssueAltLost {
		t.Errorf("a description: %+v", issues)
	}
}
