package wordpress_test

import (
	"fmt"
	"strings"
	"testing"

	"postbag/backend/network"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/wordpress"
	"postbag/backend/networks/wordpress/wordpresstest"
)

func TestWhatWasChosenArrives(t *testing.T) {
	s, files := wordpresstest.New(t), networktest.NewFiles()
	cover, film := files.Picture("image/png", 1, 0), files.Picture("video/mp4", 2, 0)
	cover.Alt, cover.Name, film.Alt, film.Name = `A <boat> & "more"`, "boat.jpeg", `A "film"`, ""
	p := plan("a1", "Look at\nthis.", cover, film)
	p.Link = &network.Link{URL: "https://example.com/boat?a=1&b=2"}
	p.Options = map[string]string{
		"title": "  Boats &  sails ", "categories": "News & views, bed-3,, Bed 120", "tags": "#sea, Sea, Harbour",
		"excerpt": "1 < 2", "slug": "Über   die Brücke!", "featured": "true",
	}
	r, err := wordpress.New().Publish(t.Context(), calls(files), s.Account(), p)
	if err != nil {
		t.Fatal(err)
	}
	got := s.Saved()[0]
	text, shown, err := wordpresstest.Read(got.Content)
	if err != nil || text != "Look at\nthis.\n\nhttps://example.com/boat?a=1&b=2" || len(shown) != 1 || shown[0].Alt != film.Alt {
		t.Errorf("the content is %q with %+v, %v", text, shown, err)
	}
	if !strings.Contains(got.Content, `<a href="https://example.com/boat?a=1&amp;b=2">`) || !strings.Contains(got.Content, "<video controls") {
		t.Errorf("the content is %s", got.Content)
	}
	library := s.Library()
	if library[0].Name != "boat.png" || library[0].Alt != `A &lt;boat> & "more"` || library[1].Name != "file.mp4" || library[1].Alt != film.Alt {
		t.Errorf("the library is %+v", library)
	}
	if got.Status != "publish" || got.Title != "Boats &amp; sails" || got.Excerpt != "1 &lt; 2" || got.Featured != library[0].ID ||
		fmt.Sprint(got.Categories) != "[150 3 120]" || fmt.Sprint(got.Tags) != "[sea Harbour]" || got.Slug != "uber-die-brucke-a101234567" {
		t.Errorf("the post is %+v", got)
	}
	if r.RemoteID != fmt.Sprint(got.ID) || r.URL != s.URL+"/?p="+r.RemoteID {
		t.Errorf("the receipt is %+v", r)
	}
}

func TestATitleIsMadeOfTheFirstLine(t *testing.T) {
	for text, want := range map[string][2]string{
		"Short.\nAnd more.":                 {"Short.", "short-k1"},
		"\n  Two   spaces ":                 {"Two spaces", "two-spaces-k1"},
		"":                                  {"", "post-k1"},
		"日本語":                               {"日本語", "post-k1"},
		"Здравей 42":                        {"Здравей 42", "42-k1"},
		"Blåbærgrød, straße & l’été":        {"Blåbærgrød, straße &amp; l’été", "blabaergrod-strasse-lete-k1"},
		strings.Repeat("word ", 17) + "end": {strings.Repeat("word ", 14) + "word…", strings.Repeat("word-", 12) + "k1"},
		strings.Repeat("x", 81):             {strings.Repeat("x", 79) + "…", strings.Repeat("x", 60) + "-k1"},
	} {
		s, files := wordpresstest.New(t), networktest.NewFiles()
		p := plan("k1", text, files.Picture("image/png", 1, 0))
		p.Keys = []string{"K1"}
		if _, err := wordpress.New().Publish(t.Context(), calls(files), s.Account(), p); err != nil {
			t.Fatal(err)
		}
		if got := s.Saved()[0]; got.Title != want[0] || got.Slug != want[1] {
			t.Errorf("%q has the title %q and the slug %q", text, got.Title, got.Slug)
		}
	}
}

func TestWhatIsNotThereIsSaidBeforeAnythingIsWritten(t *testing.T) {
	s := wordpresstest.New(t)
	p := plan("a1", "hello")
	p.Options["categories"] = "Uncategorized, Gardening"
	_, err := wordpress.New().Publish(t.Context(), calls(nil), s.Account(), p)
	if network.KindOf(err) != network.Rejected || !strings.Contains(err.Error(), `no category "Gardening"`) || len(s.Saved()) != 0 {
		t.Errorf("%v; %d posts", err, len(s.Saved()))
	}
}

func TestAFileThatIsRefusedIsNoReasonToTryAgain(t *testing.T) {
	s, files := wordpresstest.New(t), networktest.NewFiles()
	for name, test := range map[string]struct {
		reply network.Reply
		want  network.Kind
	}{
		"its type":            {network.Reply{Status: 500, Body: []byte(problem("rest_upload_sideload_error"))}, network.Rejected},
		"its size":            {network.Reply{Status: 413, Body: []byte("<html>nginx</html>")}, network.Rejected},
		"more than PHP takes": {network.Reply{Status: 400, Body: []byte(problem("rest_upload_no_content_disposition"))}, network.Rejected},
		"the quota":           {network.Reply{Status: 400, Body: []byte(problem("rest_upload_user_quota_exceeded"))}, network.Rejected},
		"the role":            {network.Reply{Status: 403, Body: []byte(problem("rest_cannot_create"))}, network.Reauth},
		"a host":              {network.Reply{Status: 429}, network.Throttled},
		"a broken site":       {network.Reply{Status: 500, Body: []byte("<p>There has been a critical error</p>")}, network.Ambiguous},
		"a lie":               {network.Reply{Status: 201, Body: []byte(`{"id":5,"source_url":"javascript:alert(1)"}`)}, network.Ambiguous},
	} {
		c := prepared{calls(files), "media 1", test.reply}
		_, err := wordpress.New().Publish(t.Context(), c, s.Account(), plan("a1", "hello", files.Picture("image/png", 1, 0)))
		if network.KindOf(err) != test.want || len(s.Saved()) != 0 {
			t.Errorf("%s: %v, want %s; %d posts", name, err, test.want, len(s.Saved()))
		}
	}
}

func TestTagsThatCannotBeHadStopThePost(t *testing.T) {
	s := wordpresstest.New(t)
	p := plan("a1", "hello")
	p.Options["tags"] = "sea"
	for _, reply := range []network.Reply{
		{Status: 403, Body: []byte(problem("rest_cannot_create"))},
		{Status: 400, Body: []byte(`{"code":"term_exists","message":"there","data":null}`)},
		{Status: 400, Body: []byte(`{"code":"term_exists","message":"there","data":{"term_id":"4"}}`)},
		{Status: 201, Body: []byte(`{"id":0}`)},
		{Status: 200, Body: []byte(`[]`)},
		{Status: 502},
	} {
		if _, err := wordpress.New().Publish(t.Context(), prepared{calls(nil), "tag 1", reply}, s.Account(), p); err == nil || len(s.Saved()) != 0 {
			t.Errorf("%d %s: %v; %d posts", reply.Status, reply.Body, err, len(s.Saved()))
		}
	}
}

func TestTheTextOfAPostCannotBeMarkup(t *testing.T) {
	s := wordpresstest.New(t)
	p := plan("a1", samples)
	p.Options["title"], p.Options["excerpt"] = `<script>alert(1)</script>`, `</p><script>`
	if _, err := wordpress.New().Publish(t.Context(), calls(nil), s.Account(), p); err != nil {
		t.Fatal(err)
	}
	got := s.Saved()[0]
	if text, _, err := wordpresstest.Read(got.Content); err != nil || text != samples {
		t.Errorf("it reads %q, %v", text, err)
	}
	if all := got.Title + got.Excerpt + got.Content; strings.Contains(all, "<script") || strings.Contains(got.Content, "[gallery") {
		t.Errorf("something came alive in %s", all)
	}
}

func TestTooLongATextIsSaidBefore(t *testing.T) {
	d := wordpress.New().Describe()
	issues := network.Check(d, d.Limits, plan("a1", strings.Repeat("x", d.Limits.Text.MaxBytes+1)))
	if len(issues) != 1 || issues[0].Code != network.IssueTooLong {
		t.Errorf("%+v", issues)
	}
}
