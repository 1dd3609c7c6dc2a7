package facebook_test

import (
	"slices"
	"strings"
	"testing"

	"postbag/backend/network"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/facebook"
	"postbag/backend/networks/facebook/facebooktest"
)

func TestALinkBecomesACard(t *testing.T) {
	s := facebooktest.New(t)
	p := plan("Read this")
	p.Link = &network.Link{URL: "https://example.com/a?b=c", Title: "A boat"}
	j := calls(networktest.NewFiles())
	receipt := must(t, j, s.Account(), p)
	saved := s.Saved()
	if len(saved) != 1 || saved[0].Text != "Read this" || saved[0].Link != "https://example.com/a?b=c" || receipt.URL != "https://www.facebook.com/"+saved[0].ID {
		t.Errorf("saved as %+v; the receipt is %+v", saved, receipt)
	}
	if !slices.Equal(j.Sent, []string{"post 1"}) {
		t.Errorf("the steps were %q", j.Sent)
	}
	p.Parts[0].Text = " \n"
	must(t, calls(networktest.NewFiles()), s.Account(), p)
	if saved = s.Saved(); saved[1].Text != "" || saved[1].Link == "" {
		t.Errorf("a link alone became %+v", saved[1])
	}
}

func TestPicturesAreUploadedUnseenWithTheirDescriptions(t *testing.T) {
	s, files := facebooktest.New(t), networktest.NewFiles()
	one, two, three := files.Picture("image/jpeg", 1, 0), files.Picture("image/png", 2, 0), files.Picture("image/jpeg", 3, 0)
	one.Alt, two.Alt = "A \"window\"\nwith geraniums", ""
	three.Alt = "日本"
	j := calls(files)
	must(t, j, s.Account(), plan("Three", one, two, three))
	if saved := s.Saved()[0]; !slices.Equal(saved.Alts, []string{one.Alt, "", "日本"}) || len(saved.Images) != 3 {
		t.Errorf("the descriptions are %q", saved.Alts)
	}
	if !slices.Equal(j.Sent, []string{"picture 1", "picture 2", "picture 3", "post 1"}) {
		t.Errorf("the steps were %q", j.Sent)
	}
}

func TestAVideoGoesInThePiecesThatAreAskedFor(t *testing.T) {
	s, files := facebooktest.New(t), networktest.NewFiles()
	s.Pieces(1000)
	p := film(files, "A film", 2500)
	j := calls(files)
	receipt := must(t, j, s.Account(), p)
	saved := s.Saved()
	if len(saved) != 1 || saved[0].Text != "A film" || string(saved[0].Video) != string(files.Bytes(p.Parts[0].Media[0])) || receipt.RemoteID != saved[0].Film {
		t.Fatalf("saved as %d posts, the receipt is %+v", len(saved), receipt)
	}
	if n := len(j.Sent); n != 5 || j.Sent[0] != "video: begin" || j.Sent[4] != "video "+saved[0].Film {
		t.Errorf("the steps were %q", j.Sent)
	}
	if err := facebook.New().Delete(t.Context(), j, s.Account(), receipt); err != nil || len(s.Saved()) != 0 {
		t.Errorf("delete: %v", err)
	}
}

func TestAVideoThatWasInterruptedGoesOnWhereItStood(t *testing.T) {
	s, files := facebooktest.New(t), networktest.NewFiles()
	s.Pieces(1000)
	p, j := film(files, "", 2500), calls(files)
	s.Fail(networktest.RateLimited)
	if _, err := facebook.New().Publish(t.Context(), j, s.Account(), p); network.KindOf(err) != network.Throttled {
		t.Fatalf("a Page at its limit gives %v", err)
	}
	j.Sent = nil
	must(t, j, s.Account(), p)
	if len(j.Sent) != 1 || s.Saved()[0].Text != "" {
		t.Errorf("the second time it sent %q", j.Sent)
	}
}

func TestALostPlaceInAVideoBeginsTheUploadAnew(t *testing.T) {
	s, files := facebooktest.New(t), networktest.NewFiles()
	at := "POST /" + facebooktest.Page + "/videos"
	s.Instead(at, facebooktest.Answer{Status: 200, Body: `{"upload_session_id":"777","video_id":"888","start_offset":"0","end_offset":"10"}`})
	s.Instead(at, facebooktest.Answer{Status: 400, Body: `{"error":{"code":6001,"error_subcode":1363037,"message":"offset"}}`})
	j := calls(files)
	_, err := facebook.New().Publish(t.Context(), j, s.Account(), film(files, "A film", 2500))
	if network.KindOf(err) != network.Throttled || !network.IsStale(err) {
		t.Fatalf("it gives %v", err)
	}
	j.Forget()
	must(t, j, s.Account(), film(files, "A film", 2500))
	if len(s.Saved()) != 1 {
		t.Errorf("%d posts", len(s.Saved()))
	}
}

func TestLyingOffsetsEndAVideo(t *testing.T) {
	at := "POST /" + facebooktest.Page + "/videos"
	begin := func(start, end string) string {
		return `{"upload_session_id":"777","video_id":"888","start_offset":"` + start + `","end_offset":"` + end + `"}`
	}
	for name, bodies := range map[string][]string{
		"begins in the middle":     {begin("10", "20")},
		"goes beyond the end":      {begin("0", "99999")},
		"goes backwards":           {begin("0", "10"), begin("0", "10")},
		"is no number":             {begin("0", "ten")},
		"ends early":               {begin("0", "10"), begin("10", "10")},
		"asks for nothing":         {begin("0", "0")},
		"an id that is none":       {strings.ReplaceAll(begin("0", "10"), "777", "../me")},
		"a piece beyond the end":   {begin("0", "10"), begin("10", "99999")},
		"a piece that is not read": {begin("0", "10"), "<html>"},
	} {
		s, files := facebooktest.New(t), networktest.NewFiles()
		for _, body := range bodies {
			s.Instead(at, facebooktest.Answer{Status: 200, Body: body})
		}
		_, err := facebook.New().Publish(t.Context(), calls(files), s.Account(), film(files, "A film", 2500))
		if network.KindOf(err) != network.Ambiguous || len(s.Saved()) != 0 {
			t.Errorf("an upload that %s gives %v", name, err)
		}
	}
}

func TestWhatCannotBeIsSaidBefore(t *testing.T) {
	d := facebook.New().Describe()
	picture := network.Media{Kind: network.Image, Type: "image/png", Bytes: 1, Width: 1, Height: 1, Alt: "x"}
	video := network.Media{Kind: network.Video, Type: "video/mp4", Bytes: 1, Width: 1, Height: 1, DurationMs: 1, Alt: "x"}
	for name, change := range map[string]func(*network.Plan){
		"no address":                 func(p *network.Plan) { p.Link.URL = "boat" },
		"another scheme":             func(p *network.Plan) { p.Link.URL = "ftp://example.com/" },
		"a space":                    func(p *network.Plan) { p.Link.URL = "https://example.com/a b" },
		"a card beside a picture":    func(p *network.Plan) { p.Parts[0].Media = []network.Media{picture} },
		"a video that is too long":   func(p *network.Plan) { p.Link, p.Parts[0].Media = nil, []network.Media{long(video)} },
		"a picture and a video":      func(p *network.Plan) { p.Link, p.Parts[0].Media = nil, []network.Media{picture, video} },
		"a description beyond limit": func(p *network.Plan) { p.Link, p.Parts[0].Media = nil, []network.Media{wordy(picture)} },
	} {
		p := plan("look")
		p.Link = &network.Link{URL: "https://example.com/"}
		if issue, bad := network.Blocking(network.Check(d, d.Limits, p)); bad {
			t.Fatalf("a good card is refused: %+v", issue)
		}
		change(&p)
		if _, bad := network.Blocking(network.Check(d, d.Limits, p)); !bad {
			t.Errorf("%s is not refused", name)
		}
	}
	issues := network.Check(d, d.Limits, plan("look", video))
	if _, bad := network.Blocking(issues); bad || len(issues) != 1 || issues[0].Code != network.IssueAltLost {
		t.Errorf("a video with a description gives %+v", issues)
	}
}

func long(m network.Media) network.Media { m.DurationMs = 2_400_001; return m }

func wordy(m network.Media) network.Media { m.Alt = strings.Repeat("x", 1001); return m }

func TestAChannelWithoutANumberIsRefused(t *testing.T) {
	s := facebooktest.New(t)
	a := s.Account()
	a.RemoteID = "../me"
	if _, err := facebook.New().Publish(t.Context(), calls(networktest.NewFiles()), a, plan("x")); network.KindOf(err) != network.Rejected {
		t.Errorf("it gives %v", err)
	}
	if err := facebook.New().Delete(t.Context(), calls(networktest.NewFiles()), s.Account(), network.Receipt{RemoteID: "../me"}); network.KindOf(err) != network.Ambiguous {
		t.Errorf("deleting nothing gives %v", err)
	}
	s.Instead("DELETE /123_456", facebooktest.Answer{Status: 200, Body: `{"success":false}`})
	if err := facebook.New().Delete(t.Context(), calls(networktest.NewFiles()), s.Account(), network.Receipt{RemoteID: "123_456"}); network.KindOf(err) != network.Ambiguous {
		t.Errorf("a deletion that did nothing gives %v", err)
	}
}

func TestThePageOfAPostIsReadFromItsAddress(t *testing.T) {
	n, a := facebook.New(), facebooktest.New(t).Account()
	if got := n.Profile(a); got != "https://www.facebook.com/"+facebooktest.Page {
		t.Errorf("the Page is at %q", got)
	}
	if got := n.Profile(network.Account{}); got != "" {
		t.Errorf("nobody's page is at %q", got)
	}
	own := facebooktest.Page + "_12345"
	for link, want := range map[string]string{
		"https://www.facebook.com/" + own:                             own,
		"https://www.facebook.com/riverside/posts/12345":              own,
		"https://m.facebook.com/Riverside/posts/we-open-soon-12345/":  own,
		"https://facebook.com/" + facebooktest.Page + "/posts/12345":  own,
		"https://www.facebook.com/riverside/videos/777/":              "777",
		"https://www.facebook.com/riverside/videos/a-film/777":        "777",
		"https://www.facebook.com/watch/?v=777":                       "777",
		"https://www.facebook.com/reel/777":                           "777",
		"https://www.facebook.com/" + own + "?comment_id=678":         "12345_678",
		"https://www.facebook.com/reel/777?comment_id=678":            "777_678",
		"https://www.facebook.com/reel/777?comment_id=../me":          "",
		"https://www.facebook.com/reel/x":                             "",
		"https://www.facebook.com/riverside/posts/pfbid02abcDEF":      "",
		"https://www.facebook.com/somebody/posts/12345":               "",
		"https://www.facebook.com/999_12345":                          "",
		"https://www.facebook.com/riverside/photos/12345":             "",
		"https://facebook.com.example.org/riverside/posts/12345":      "",
		"http://www.facebook.com/riverside/posts/12345":               "",
		"https://u@www.facebook.com/" + facebooktest.Page + "_123456": "",
	} {
		if got, ok := n.Linked(a, link); ok != (want != "") || got.RemoteID != want {
			t.Errorf("%s is %+v %t, want %q", link, got, ok, want)
		}
	}
}
