package x_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/x"
	"postbag/backend/networks/x/xtest"
)

func TestOptionsAPollAndALinkArrive(t *testing.T) {
	s := xtest.New(t)
	p := plan(network.Part{Text: "Rye or wheat?"}, network.Part{Text: "Both!"})
	p.Link = &network.Link{URL: "https://example.com/bread"}
	p.Poll = &network.Poll{Options: []string{"Rye", "Wheat"}, DurationS: 90*60 + 59}
	p.Options = map[string]string{"reply_settings": "mentionedUsers", "made_with_ai": "true", "paid_partnership": "true"}
	r := must(t, calls(nil), s.Account(), p)
	first, second := s.Saved()[0], s.Saved()[1]
	if first.Text != "Rye or wheat?\n\nhttps://example.com/bread" || !slices.Equal(first.Poll, p.Poll.Options) || first.Minutes != 90 ||
		first.Settings != "mentionedUsers" || !first.AI || !first.Paid {
		t.Errorf("the first is %+v", first)
	}
	if second.Parent != first.ID || second.Poll != nil || second.Settings != "" || !second.AI || !second.Paid || r.RemoteID != first.ID {
		t.Errorf("the second is %+v; the receipt %+v", second, r)
	}
	plain := xtest.New(t)
	p = plan(network.Part{Text: "Rye"})
	p.Options = map[string]string{"reply_settings": "everyone", "made_with_ai": "false"}
	must(t, calls(nil), plain.Account(), p)
	if got := plain.Saved()[0]; got.Settings != "" || got.AI || got.Paid {
		t.Errorf("with nothing chosen: %+v", got)
	}
}

// video is a file of n bytes.
func video(files *networktest.Files, n int) network.Media { return files.Picture("video/mp4", 1, n) }

func TestAVideoGoesInPiecesAndIsWaitedFor(t *testing.T) {
	s, files := xtest.New(t), networktest.NewFiles()
	film, c := video(files, 9<<20), calls(files)
	film.Alt = "nobody sees this"
	p := plan(network.Part{Text: "Look", Media: []network.Media{film}})
	s.Slow(2)
	for range 2 {
		_, err := x.New().Publish(t.Context(), c, s.Account(), p)
		if !network.IsBuilding(err) || network.WaitOf(err) != 5*time.Second {
			t.Fatalf("while X works on it: %v", err)
		}
	}
	must(t, c, s.Account(), p)
	saved := s.Saved()
	if len(saved) != 1 || len(saved[0].Files) != 1 {
		t.Fatalf("saved %+v", saved)
	}
	f := saved[0].Files[0]
	if string(f.Bytes()) != string(files.Bytes(film)) || len(f.Pieces) != 3 || f.Category != "tweet_video" || f.Alt != "" {
		t.Errorf("the video has %d pieces, category %q, description %q", len(f.Pieces), f.Category, f.Alt)
	}
	if n := s.Asked("POST /2/media/upload/"); n != 5 { // begin, three pieces, end: each once, however often it waited
		t.Errorf("%d requests to upload", n)
	}
}

func TestAnAnimationIsOneOfItsOwnKindWithADescription(t *testing.T) {
	s, files := xtest.New(t), networktest.NewFiles()
	gif := files.Picture("image/gif", 1, 0)
	gif.Kind, gif.Alt = network.Animation, "A cat turns round"
	must(t, calls(files), s.Account(), plan(network.Part{Media: []network.Media{gif}}))
	if f := s.Saved()[0].Files[0]; f.Category != "tweet_gif" || f.Type != "image/gif" || f.Alt != "A cat turns round" || s.Saved()[0].Text != "" {
		t.Errorf("the file is %+v", f)
	}
}

func TestAFileThatXCannotUseIsRefusedAndNothingIsPublished(t *testing.T) {
	s, files := xtest.New(t), networktest.NewFiles()
	s.Unusable()
	p := plan(network.Part{Text: "one"}, network.Part{Text: "two", Media: []network.Media{video(files, 100)}})
	_, err := x.New().Publish(t.Context(), calls(files), s.Account(), p)
	if network.KindOf(err) != network.Rejected || len(s.Saved()) != 0 { // not even the part before it
		t.Errorf("%v; %d posts", err, len(s.Saved()))
	}
}

func TestWhatAnEarlierAttemptUploadedIsUsedOrBegunAnew(t *testing.T) {
	files := networktest.NewFiles()
	p := plan(network.Part{Text: "Look", Media: []network.Media{files.Picture("image/jpeg", 1, 5<<19)}})
	p.Parts[0].Media[0].Alt = "A loaf"
	for name, c := range map[string]struct {
		forget bool
		begun  int
	}{"X has it still": {false, 1}, "X has lost it": {true, 2}} {
		s, j := xtest.New(t), calls(files)
		s.Instead("/2/media/upload/1990000000000000001/finalize", xtest.Answer{Status: 503})
		if _, err := x.New().Publish(t.Context(), j, s.Account(), p); network.KindOf(err) != network.Ambiguous || len(s.Saved()) != 0 {
			t.Fatalf("%s: %v", name, err)
		}
		if c.forget {
			s.Forget()
		}
		must(t, j, s.Account(), p)
		if n := s.Asked("POST /2/media/upload/initialize"); n != c.begun {
			t.Errorf("%s: begun %d times", name, n)
		}
		if f := s.Saved()[0].Files[0]; f.Alt != "A loaf" || string(f.Bytes()) != string(files.Bytes(p.Parts[0].Media[0])) {
			t.Errorf("%s: the file is not the one that was sent", name)
		}
	}
	// A no to what was begun right now is a no.
	s := xtest.New(t)
	s.Instead("/2/media/upload/initialize", xtest.Answer{Status: 400, Body: `{"type":"https://api.x.com/2/problems/invalid-request","detail":"no such type"}`})
	if _, err := x.New().Publish(t.Context(), calls(files), s.Account(), p); network.KindOf(err) != network.Rejected || s.Asked("POST /2/media") != 1 {
		t.Errorf("refused: %v after %d requests", err, s.Asked("POST /2/media"))
	}
}

func TestAServerThatIsDownLosesNoVideo(t *testing.T) {
	s, files := xtest.New(t), networktest.NewFiles()
	j, p := calls(files), plan(network.Part{Text: "Look", Media: []network.Media{video(files, 5<<20)}})
	s.Slow(1)
	if _, err := x.New().Publish(t.Context(), j, s.Account(), p); !network.IsBuilding(err) {
		t.Fatalf("while X works on it: %v", err)
	}
	for _, a := range []xtest.Answer{
		{Status: 503},
		{Status: 200, Body: "<html>"},
		{Status: 200, Body: `{"data":{"id":"1990000000000000001","processing_info":{"state":"new word"}}}`},
		{Status: 401},
		{Status: 429},
	} {
		s.Instead("/2/media/upload", a)
		if _, err := x.New().Publish(t.Context(), j, s.Account(), p); err == nil || len(s.Saved()) != 0 {
			t.Errorf("%d %s: %v", a.Status, a.Body, err)
		}
	}
	must(t, j, s.Account(), p)
	if n := s.Asked("POST /2/media/upload/initialize"); n != 1 {
		t.Errorf("the video was begun %d times", n)
	}
	// An answer that was kept and is of no use does not stay in the way.
	s, j = xtest.New(t), calls(files)
	s.Instead("/2/media/upload/initialize", xtest.Answer{Status: 200, Body: "<html>"})
	if _, err := x.New().Publish(t.Context(), j, s.Account(), p); network.KindOf(err) != network.Ambiguous {
		t.Errorf("nonsense: %v", err)
	}
	must(t, j, s.Account(), p)
}

func TestAnUploadThatLiesPublishesNothing(t *testing.T) {
	files := networktest.NewFiles()
	p := plan(network.Part{Text: "Look", Media: []network.Media{files.Picture("image/png", 1, 0)}})
	p.Parts[0].Media[0].Alt = "A loaf"
	for path, bodies := range map[string][]string{
		"/2/media/upload/initialize":                   {`{"data":{"id":"../../tweets"}}`, `{"data":{"id":7}}`, `{"data":[]}`},
		"/2/media/upload/1990000000000000001/append":   {`{"data":null}`, `{"data":"ok"}`},
		"/2/media/upload/1990000000000000001/finalize": {`{"data":{"id":"1990000000000000002"}}`, `{"data":{"id":"1990000000000000001","processing_info":"no"}}`},
		"/2/media/metadata":                            {`{"data":{"id":"1990000000000000002"}}`, `{"data":{}}`},
	} {
		for _, body := range bodies {
			s := xtest.New(t)
			s.Instead(path, xtest.Answer{Status: 200, Body: body})
			if _, err := x.New().Publish(t.Context(), calls(files), s.Account(), p); network.KindOf(err) != network.Ambiguous || len(s.Saved()) != 0 {
				t.Errorf("%s answered %s: %v, %d posts", path, body, err, len(s.Saved()))
			}
		}
	}
}

func TestWhatOnlyXMindsIsSaidBefore(t *testing.T) {
	files := networktest.NewFiles()
	still, film := files.Picture("image/png", 1, 0), video(files, 100)
	gif, webp := files.Picture("image/gif", 1, 0), files.Picture("image/webp", 1, 0)
	gif.Kind, webp.Kind = network.Animation, network.Animation
	wide := gif
	wide.Width = 1281
	long := film
	long.DurationMs = 20*60*1000 + 1
	part := func(m ...network.Media) network.Plan { return plan(network.Part{Text: "x", Media: m}) }
	asked := func(text string, poll network.Poll) network.Plan {
		p := plan(network.Part{Text: text})
		p.Poll = &poll
		return p
	}
	for name, c := range map[string]struct {
		plan network.Plan
		code string
	}{
		"an animation among pictures": {part(gif, still), network.IssueMixed},
		"a video among pictures":      {part(still, film), network.IssueMixed},
		"an animation that is no GIF": {part(webp), network.IssueMediaType},
		"an animation too wide":       {part(wide), network.IssueMediaSize},
		"a video too long":            {part(long), network.IssueMediaLength},
		"more than one answer":        {asked("x", network.Poll{Options: []string{"a", "b"}, DurationS: 600, Multiple: true}), network.IssuePoll},
		"a poll of two minutes":       {asked("x", network.Poll{Options: []string{"a", "b"}, DurationS: 120}), network.IssuePoll},
		"a poll without a question":   {asked(" ", network.Poll{Options: []string{"a", "b"}, DurationS: 600}), network.IssueEmpty},
		"a text too long for X":       {plan(network.Part{Text: strings.Repeat("日", 141)}), network.IssueTooLong},
	} {
		s := xtest.New(t)
		_, err := x.New().Publish(t.Context(), calls(files), s.Account(), c.plan)
		if e, ok := errors.AsType[*network.Error](err); !ok || e.Kind != network.Rejected || e.Code != c.code || s.Asked("") != 0 {
			t.Errorf("%s: %v after %d requests", name, err, s.Asked(""))
		}
	}
	film.Alt = "A boat"
	issues := network.Check(x.New().Describe(), x.New().Describe().Limits, part(film))
	if !slices.ContainsFunc(issues, func(i network.Issue) bool { return i.Code == network.IssueAltLost && i.Warning }) {
		t.Errorf("the description of a video: %+v", issues)
	}
}

func TestWhoPaysMayWriteMore(t *testing.T) {
	for subscription, most := range map[string]int{"": 280, "None": 280, "Basic": 280, "Premium": 25_000, "PremiumPlus": 25_000, "New": 280} {
		s := xtest.New(t)
		s.Subscribe(subscription)
		l, err := x.New().Limits(t.Context(), calls(nil), s.Account())
		if err != nil || l.Text.Max != most {
			t.Errorf("%q: %d, %v", subscription, l.Text.Max, err)
		}
	}
}

func TestDeleteBelievesOnlyWhatIsSaid(t *testing.T) {
	s, c := xtest.New(t), calls(nil)
	r := must(t, c, s.Account(), plan(network.Part{Text: "gone"}))
	path := "/2/tweets/" + r.RemoteID
	for body, want := range map[string]network.Kind{
		`{"data":{"deleted":false}}`: network.Ambiguous, `{}`: network.Ambiguous, `<html>`: network.Ambiguous,
	} {
		s.Instead(path, xtest.Answer{Status: 200, Body: body})
		if err := x.New().Delete(t.Context(), calls(nil), s.Account(), r); network.KindOf(err) != want {
			t.Errorf("%s: %v", body, err)
		}
	}
	s.Instead(path, xtest.Answer{Status: 404, Body: `{"type":"https://api.x.com/2/problems/resource-not-found"}`})
	if err := x.New().Delete(t.Context(), calls(nil), s.Account(), r); err != nil {
		t.Errorf("what X does not know: %v", err)
	}
	s.Instead(path, xtest.Answer{Status: 404, Body: "<html>not here</html>"})
	if err := x.New().Delete(t.Context(), calls(nil), s.Account(), r); network.KindOf(err) != network.Ambiguous {
		t.Errorf("a page that is not found: %v", err)
	}
	if err := x.New().Delete(t.Context(), calls(nil), s.Account(), network.Receipt{RemoteID: "../users/1"}); err == nil {
		t.Error("an id that is none was sent")
	}
	if err := x.New().Delete(t.Context(), calls(nil), s.Account(), r); err != nil || len(s.Saved()) != 0 {
		t.Errorf("delete: %v, %d left", err, len(s.Saved()))
	}
}
