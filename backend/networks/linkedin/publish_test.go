package linkedin_test

import (
	"slices"
	"strings"
	"testing"

	"postbag/backend/network"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/linkedin"
	"postbag/backend/networks/linkedin/linkedintest"
)

func TestALinkBecomesACardWithAPicture(t *testing.T) {
	s, files := linkedintest.New(t), networktest.NewFiles()
	thumb := files.Picture("image/png", 1, 0)
	p := plan("Read (this) #news")
	p.Link = &network.Link{URL: "https://example.com/a?b=c", Title: "A boat", Description: "It floats.", Thumb: &thumb}
	p.Visibility = "private"
	must(t, calls(files), s.Account(), p)
	saved := s.Saved()[0]
	want := linkedintest.Article{Source: "https://example.com/a?b=c", Title: "A boat", Description: "It floats."}
	if want.Thumbnail = saved.Article.Thumbnail; want.Thumbnail == "" || *saved.Article != want {
		t.Errorf("the card is %+v", saved.Article)
	}
	if saved.Text != "Read (this) #news" || saved.Little != `Read \(this\) {hashtag|\#|news}` || saved.Visibility != "CONNECTIONS" {
		t.Errorf("saved as %+v", saved)
	}
	bare := plan("and this")
	bare.Link = &network.Link{URL: "https://example.com/boat"}
	must(t, calls(files), s.Account(), bare)
	if saved := s.Saved()[1]; saved.Article.Title != "example.com/boat" || saved.Article.Thumbnail != "" || saved.Visibility != "PUBLIC" {
		t.Errorf("a page without a title became %+v, seen by %s", saved.Article, saved.Visibility)
	}
	alone := plan(" \n")
	alone.Link = &network.Link{URL: "https://example.com/alone"}
	must(t, calls(files), s.Account(), alone)
	if saved := s.Saved()[2]; saved.Little != "" || saved.Article == nil {
		t.Errorf("a link alone became %+v", saved)
	}
}

func TestACardThatCannotBeIsSaidBefore(t *testing.T) {
	d := linkedin.New().Describe()
	picture := network.Media{Kind: network.Image, Type: "image/png", Bytes: 1, Width: 1, Height: 1, Alt: "x"}
	for name, change := range map[string]func(*network.Plan){
		"no address":              func(p *network.Plan) { p.Link.URL = "boat" },
		"another scheme":          func(p *network.Plan) { p.Link.URL = "ftp://example.com/" },
		"a space":                 func(p *network.Plan) { p.Link.URL = "https://example.com/a b" },
		"beside a picture":        func(p *network.Plan) { p.Parts[0].Media = []network.Media{picture} },
		"a title without end":     func(p *network.Plan) { p.Link.Title = strings.Repeat("x", 401) },
		"a description without":   func(p *network.Plan) { p.Link.Description = strings.Repeat("x", 4087) },
		"a picture that is large": func(p *network.Plan) { p.Link.Thumb = &network.Media{Bytes: 5_000_001} },
	} {
		p := plan("look")
		p.Link = &network.Link{URL: "https://example.com/"}
		if _, bad := network.Blocking(network.Check(d, d.Limits, p)); bad {
			t.Fatal("a good card is refused")
		}
		change(&p)
		if issue, bad := network.Blocking(network.Check(d, d.Limits, p)); !bad || issue.Message == "" {
			t.Errorf("%s is taken", name)
		}
	}
	p := plan("see https://example.com/", picture)
	p.Link = &network.Link{URL: "https://example.com/"}
	if issue, bad := network.Blocking(network.Check(d, d.Limits, p)); bad {
		t.Errorf("a link that is in the text is refused beside a picture: %+v", issue)
	}
}

func TestAPageIsSeenByEverybody(t *testing.T) {
	s := linkedintest.NewPage(t)
	limits, err := linkedin.New().Limits(t.Context(), calls(nil), s.Account())
	if err != nil {
		t.Fatal(err)
	}
	a, p := s.Account(), plan("for few")
	a.Limits, p.Visibility = &limits, "private"
	if _, err := linkedin.New().Publish(t.Context(), calls(nil), a, p); network.KindOf(err) != network.Rejected || len(s.Saved()) != 0 {
		t.Errorf("for few on a page: %v, %d posts", err, len(s.Saved()))
	}
}

func TestAPictureThatIsNotReadyIsComeBackTo(t *testing.T) {
	s, files := linkedintest.New(t), networktest.NewFiles()
	s.Slow(1)
	c, p := calls(files), plan("two", files.Picture("image/png", 1, 0), files.Picture("image/jpeg", 2, 0))
	_, err := linkedin.New().Publish(t.Context(), c, s.Account(), p)
	if !network.IsBuilding(err) || network.WaitOf(err) <= 0 {
		t.Fatalf("while LinkedIn works on it: %v", err)
	}
	must(t, c, s.Account(), p)
	once := slices.DeleteFunc(slices.Clone(c.Sent), func(step string) bool { return step != "picture 1: file" })
	if len(s.Saved()) != 1 || len(s.Saved()[0].Images) != 2 || len(once) != 1 {
		t.Errorf("%d posts; sent %q", len(s.Saved()), c.Sent)
	}
}

func TestWhatBecameOfAPictureDecides(t *testing.T) {
	const state = "GET /rest/images/urn:li:image:D4E22AQ-1_x"
	for name, test := range map[string]struct {
		answer linkedintest.Answer
		kind   network.Kind
	}{
		"it failed":          {linkedintest.Answer{Status: 200, Body: `{"status":"PROCESSING_FAILED"}`}, network.Rejected},
		"it did not arrive":  {linkedintest.Answer{Status: 200, Body: `{"status":"WAITING_UPLOAD"}`}, network.Ambiguous},
		"a state of its own": {linkedintest.Answer{Status: 200, Body: `{"status":"DREAMING"}`}, network.Ambiguous},
		"a page":             {linkedintest.Answer{Status: 200, Body: "<html>"}, network.Ambiguous},
		"it is not there":    {linkedintest.Answer{Status: 404, Body: "{}"}, network.Ambiguous},
		"a refusal":          {linkedintest.Answer{Status: 400, Body: "{}"}, network.Ambiguous},
		"it may not be read": {linkedintest.Answer{Status: 403, Body: `{"status":403,"code":"ACCESS_DENIED"}`}, ""},
	} {
		s, files := linkedintest.New(t), networktest.NewFiles()
		s.Instead(state, test.answer)
		_, err := linkedin.New().Publish(t.Context(), calls(files), s.Account(), plan("one", files.Picture("image/png", 1, 0)))
		if network.KindOf(err) != test.kind {
			t.Errorf("%s: %v, want %q", name, err, test.kind)
		}
		if posted := len(s.Saved()) == 1; posted != (test.kind == "") {
			t.Errorf("%s: %d posts", name, len(s.Saved()))
		}
	}
}

func TestAPictureGoesToLinkedInAlone(t *testing.T) {
	for _, address := range []string{
		"", "/dms-uploads/1", "http://www.linkedin.com/dms-uploads/1", "https://linkedin.com.evil.example/1", "https://evillinkedin.com/1",
		"https://a:b@www.linkedin.com/1", "https://www.linkedin.com@evil.example/1", "file:///etc/passwd",
	} {
		s, files := linkedintest.New(t), networktest.NewFiles()
		s.Instead("POST /rest/images", linkedintest.Answer{Status: 200, Body: `{"value":{"image":"urn:li:image:C4D","uploadUrl":"` + address + `"}}`})
		c := calls(files)
		_, err := linkedin.New().Publish(t.Context(), c, s.Account(), plan("one", files.Picture("image/png", 1, 0)))
		if network.KindOf(err) != network.Ambiguous || !slices.Equal(c.Sent, []string{"picture 1: address"}) {
			t.Errorf("%q: %v, sent %q", address, err, c.Sent)
		}
	}
}

func TestARepeatedPostIsDoubtAndNamesTheOther(t *testing.T) {
	s := linkedintest.New(t)
	first := must(t, calls(nil), s.Account(), plan("good morning"))
	_, err := linkedin.New().Publish(t.Context(), calls(nil), s.Account(), plan("good morning"))
	if network.KindOf(err) != network.Ambiguous || !strings.Contains(err.Error(), first.URL) || len(s.Saved()) != 1 {
		t.Errorf("the same again: %v, %d posts", err, len(s.Saved()))
	}
	// It names a post that is deleted, too: so it proves nothing about what is there.
	if err := linkedin.New().Delete(t.Context(), calls(nil), s.Account(), first); err != nil {
		t.Fatal(err)
	}
	_, err = linkedin.New().Publish(t.Context(), calls(nil), s.Account(), plan("good morning"))
	if network.KindOf(err) != network.Ambiguous || !strings.Contains(err.Error(), first.URL) || len(s.Saved()) != 0 {
		t.Errorf("after it was deleted: %v, %d posts", err, len(s.Saved()))
	}
}

func TestADeletionThatIsRefusedIsNone(t *testing.T) {
	s := linkedintest.New(t)
	r := must(t, calls(nil), s.Account(), plan("stays"))
	for _, answer := range []linkedintest.Answer{{Status: 403, Body: `{"code":"ACCESS_DENIED"}`}, {Status: 404}, {Status: 500}, {Status: 200, Body: "<html>"}} {
		s.Instead("DELETE /rest/posts/"+r.RemoteID, answer)
		if err := linkedin.New().Delete(t.Context(), calls(nil), s.Account(), r); err == nil {
			t.Errorf("%+v counts as deleted", answer)
		}
	}
	for _, id := range []string{"", "urn:li:activity:1", "urn:li:share:1/..", "1"} {
		if err := linkedin.New().Delete(t.Context(), calls(nil), s.Account(), network.Receipt{RemoteID: id}); err == nil {
			t.Errorf("%q was deleted", id)
		}
	}
}

func TestAChannelCanSpeakANewerVersion(t *testing.T) {
	s := linkedintest.New(t)
	a := s.Account()
	a.Options = map[string]string{"version": "202601"}
	must(t, calls(nil), a, plan("older"))
	a.Options = map[string]string{"version": "202510"}
	if _, err := linkedin.New().Publish(t.Context(), calls(nil), a, plan("too old")); network.KindOf(err) != network.Rejected || len(s.Saved()) != 1 {
		t.Errorf("a version that is over: %v", err)
	}
	a.Options = map[string]string{"version": "latest"} // is none
	must(t, calls(nil), a, plan("the usual"))
}
