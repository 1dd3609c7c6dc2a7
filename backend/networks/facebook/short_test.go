package facebook_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/match"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/facebook"
	"postbag/backend/networks/facebook/facebooktest"
)

// put is a plan that goes to a place.
func put(place string, p network.Plan) network.Plan {
	p.Options = map[string]string{"place": place}
	for i := range p.Parts[0].Media {
		p.Parts[0].Media[i].Width, p.Parts[0].Media[i].Height = 1080, 1920
	}
	return p
}

func TestAReelAndAStoryAreUploadedAndShown(t *testing.T) {
	s, files := facebooktest.New(t), networktest.NewFiles()
	p := put("reel", film(files, "A reel", 2500))
	j := calls(files)
	receipt := must(t, j, s.Account(), p)
	saved := s.Saved()
	if len(saved) != 1 || saved[0].Place != facebooktest.PlaceReel || saved[0].Text != "A reel" || string(saved[0].Video) != string(files.Bytes(p.Parts[0].Media[0])) {
		t.Fatalf("saved as %d posts", len(saved))
	}
	if receipt.RemoteID != saved[0].Film || receipt.URL != "https://www.facebook.com/reel/"+saved[0].Film {
		t.Errorf("the receipt is %+v", receipt)
	}
	if list := look2(t, s, p); len(list) != 1 || list[0].Receipt != receipt {
		t.Errorf("the reel is found as %+v", list)
	}
	picture := files.Picture("image/jpeg", 3, 0)
	picture.Alt = "Lost"
	for _, p := range []network.Plan{put("story", film(files, "Lost words", 900)), put("story", plan("", picture))} {
		receipt := must(t, calls(files), s.Account(), p)
		saved := s.Saved()
		last := saved[len(saved)-1]
		if last.Place != facebooktest.PlaceStory || last.Text != "" || len(last.Alts) > 0 && last.Alts[0] != "" || facebooktest.Page+"_"+receipt.RemoteID != last.ID {
			t.Errorf("a story became %q in %q, its receipt is %+v", last.Text, last.Place, receipt)
		}
		if receipt.URL != "https://www.facebook.com/"+facebooktest.Page {
			t.Errorf("a story is at %q", receipt.URL)
		}
		if exact, near := looked(t, s, p); len(exact) != 0 || len(near) != 1 {
			t.Errorf("a story is taken for ours: %+v, %+v", exact, near)
		}
	}
}

// looked compares a list with the part in doubt; look2 is what is exactly that.
func looked(t *testing.T, s *facebooktest.Server, p network.Plan) (exact, near []network.Seen) {
	t.Helper()
	list, err := facebook.New().List(t.Context(), calls(networktest.NewFiles()), s.Account(), p, time.Now().Add(-time.Hour))
	if err != nil || !list.Complete {
		t.Fatalf("list: complete %t, %v", list.Complete, err)
	}
	want := match.Of(p, len(p.Done))
	want.Since, want.Until = time.Now().Add(-time.Minute), time.Now()
	return match.Posts(want, list.Posts)
}

func look2(t *testing.T, s *facebooktest.Server, p network.Plan) []network.Seen {
	t.Helper()
	exact, _ := looked(t, s, p)
	return exact
}

func TestAReelThatBrokeGoesOnWhereFacebookStands(t *testing.T) {
	s, files := facebooktest.New(t), networktest.NewFiles()
	s.Break()
	p, j := put("reel", film(files, "", 2500)), calls(files)
	if _, err := facebook.New().Publish(t.Context(), j, s.Account(), p); err == nil || len(s.Saved()) != 0 {
		t.Fatalf("an upload that broke gives %v", err)
	}
	must(t, j, s.Account(), p)
	if saved := s.Saved(); len(saved) != 1 || string(saved[0].Video) != string(files.Bytes(p.Parts[0].Media[0])) {
		t.Errorf("%d posts, or other bytes", len(saved))
	}
}

func TestEveryEndOfAReelAndAStoryIsClassified(t *testing.T) {
	for _, place := range []string{"reel", "story"} {
		for failure, want := range map[networktest.Failure]network.Kind{
			networktest.Unauthorized: network.Reauth, networktest.RateLimited: network.Throttled, networktest.Refused: network.Rejected,
			networktest.ServerError: network.Ambiguous, networktest.DropAfter: network.Ambiguous, networktest.Garbage: network.Ambiguous,
		} {
			s, files := facebooktest.New(t), networktest.NewFiles()
			s.Fail(failure)
			j := calls(files)
			_, err := facebook.New().Publish(t.Context(), j, s.Account(), put(place, film(files, "A film", 900)))
			if network.KindOf(err) != want {
				t.Errorf("%s, %s: %v", place, failure, err)
			}
		}
	}
	for step, body := range map[string]string{
		"reel 777": `{"success":false}`, "reel x": `{"success":true}`, "story of 104200000000001": `{"success":true}`,
		"comment on 104200000000001_777": `{"id":"../me"}`, "comment on ../me": `{"id":"777_888"}`,
	} {
		if r, err := facebook.New().Describe().Classify(step, network.Reply{Status: 200, Body: []byte(body)}); network.KindOf(err) != network.Ambiguous {
			t.Errorf("%s: %s gives %+v, %v", step, body, r, err)
		}
	}
}

func TestAnAddressThatIsNotFacebooksGetsNoToken(t *testing.T) {
	at := "POST /" + facebooktest.Page + "/video_reels"
	for _, body := range []string{
		`{"video_id":"777","upload_url":"https://rupload.facebook.com.example.org/video-upload/v25.0/777"}`,
		`{"video_id":"777","upload_url":"https://u@rupload.facebook.com/video-upload/v25.0/777"}`,
		`{"video_id":"777","upload_url":"http://rupload.facebook.com/video-upload/v25.0/777"}`,
		`{"video_id":"777","upload_url":"https://rupload.facebook.com/video-upload/v25.0/778"}`,
		`{"video_id":"../me","upload_url":"https://rupload.facebook.com/video-upload/v25.0/../me"}`,
		`{"video_id":"777"}`, `{}`, `<html>`,
	} {
		s, files := facebooktest.New(t), networktest.NewFiles()
		s.Instead(at, facebooktest.Answer{Status: 200, Body: body})
		j := calls(files)
		p := put("reel", film(files, "A film", 900))
		if _, err := facebook.New().Publish(t.Context(), j, s.Account(), p); network.KindOf(err) != network.Ambiguous || len(j.Sent) != 1 {
			t.Errorf("%s gives %v after %q", body, err, j.Sent)
		}
	}
}

func TestWhatFacebookSaysOfAnUploadIsNotBelievedBlindly(t *testing.T) {
	for _, body := range []string{
		`{"status":{"uploading_phase":{"status":"error"}}}`, `{"status":{"uploading_phase":{"bytes_transferred":99999}}}`,
		`{"status":{"uploading_phase":{"bytes_transferred":-1}}}`, `{"status":{"uploading_phase":{"bytes_transferred":1.5}}}`, `{}`, `<html>`,
	} {
		s, files := facebooktest.New(t), networktest.NewFiles()
		s.Instead("POST /"+facebooktest.Page+"/video_reels", facebooktest.Answer{Status: 200, Body: `{"video_id":777,"upload_url":"` + s.URL + `/video-upload/v25.0/777"}`})
		s.Instead("GET /777", facebooktest.Answer{Status: 200, Body: body})
		if _, err := facebook.New().Publish(t.Context(), calls(files), s.Account(), put("reel", film(files, "", 900))); network.KindOf(err) != network.Ambiguous || len(s.Saved()) != 0 {
			t.Errorf("%s gives %v", body, err)
		}
	}
	s, files := facebooktest.New(t), networktest.NewFiles() // one that Facebook forgot is begun again
	s.Instead("POST /"+facebooktest.Page+"/video_reels", facebooktest.Answer{Status: 200, Body: `{"video_id":777,"upload_url":"` + s.URL + `/video-upload/v25.0/777"}`})
	must(t, calls(files), s.Account(), put("reel", film(files, "", 900)))
}

func TestWhatAReelAndAStoryCannotBeIsSaidBefore(t *testing.T) {
	d, files := facebook.New().Describe(), networktest.NewFiles()
	good := func(place string) network.Plan { return put(place, film(files, "", 900)) }
	for name, c := range map[string]struct {
		code   string
		change func(p *network.Plan)
	}{
		"nothing":        {network.IssueMediaNeeded, func(p *network.Plan) { p.Parts[0] = network.Part{Text: "x"} }},
		"too long":       {network.IssueMediaLength, func(p *network.Plan) { p.Parts[0].Media[0].DurationMs = 90_001 }},
		"too short":      {"media_too_short", func(p *network.Plan) { p.Parts[0].Media[0].DurationMs = 2_999 }},
		"too large":      {network.IssueMediaBytes, func(p *network.Plan) { p.Parts[0].Media[0].Bytes = 1_000_000_001 }},
		"too small":      {network.IssueMediaSize, func(p *network.Plan) { p.Parts[0].Media[0].Width = 539 }},
		"lying":          {"media_aspect", func(p *network.Plan) { p.Parts[0].Media[0].Width = 1920 }},
		"no MP4":         {network.IssueMediaType, func(p *network.Plan) { p.Parts[0].Media[0].Type = "video/quicktime" }},
		"a card":         {"link", func(p *network.Plan) { p.Link = &network.Link{URL: "https://example.com/"} }},
		"no such place":  {network.IssueOption, func(p *network.Plan) { p.Options["place"] = "wall" }},
		"a long comment": {network.IssueTooLong, func(p *network.Plan) { p.Parts = append(p.Parts, network.Part{Text: strings.Repeat("x", 8001)}) }},
		"a comment with a picture": {network.IssueTooMany, func(p *network.Plan) {
			p.Parts = append(p.Parts, network.Part{Text: "x", Media: []network.Media{files.Picture("image/png", 1, 0)}})
		}},
		"two comments": {network.IssueParts, func(p *network.Plan) {
			p.Parts = append(p.Parts, network.Part{Text: "x"}, network.Part{Text: "y"})
		}},
	} {
		for _, place := range []string{"reel", "story"} {
			p := good(place)
			if issue, bad := network.Blocking(network.Check(d, d.Limits, p)); bad {
				t.Fatalf("a good %s is refused: %+v", place, issue)
			}
			c.change(&p)
			issues := network.Check(d, d.Limits, p)
			if !slices.ContainsFunc(issues, func(i network.Issue) bool { return i.Code == c.code && !i.Warning }) {
				t.Errorf("%s as a %s: %+v, want %s", name, place, issues, c.code)
			}
		}
	}
	p := good("story")
	p.Parts[0].Text, p.Parts[0].Media[0].Alt = "Lost", "Lost"
	if issues := network.Check(d, d.Limits, p); len(issues) != 2 || !issues[0].Warning || !issues[1].Warning {
		t.Errorf("words of a story: %+v", issues)
	}
	p.Parts = append(p.Parts, network.Part{Text: "x"})
	if _, bad := network.Blocking(network.Check(d, d.Limits, p)); !bad {
		t.Error("a story takes a comment")
	}
}
