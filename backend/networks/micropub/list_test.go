package micropub_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/match"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/micropub"
	"postbag/backend/networks/micropub/micropubtest"
)

// compared is what the queue makes of a list: how many are exactly the post, and how many might be.
func compared(t *testing.T, c network.Calls, a network.Account, p network.Plan, since time.Time) (exact, near []network.Seen, complete bool) {
	t.Helper()
	list, err := micropub.New().List(t.Context(), c, a, p, since.Add(-match.Slack))
	if err != nil {
		t.Fatalf("list: %v", err)
	}
	want := match.Of(p, 0)
	want.Since, want.Until = since, time.Now()
	exact, near = match.Posts(want, list.Posts)
	return exact, near, list.Complete
}

func TestALostAnswerIsSettledByTheList(t *testing.T) {
	for name, site := range map[string]micropubtest.Site{
		"an address with the key": {}, "an address of the site's": {NoSlugs: true}, "HTML": {NoSlugs: true, HTML: true},
		"a cursor": {Cursor: true}, "one page": {Endless: true}, "a relative address": {RelativePost: true},
	} {
		for _, failure := range []networktest.Failure{networktest.DropAfter, networktest.Garbage, networktest.ServerError} {
			s, begun := micropubtest.New(t, site), time.Now()
			files := networktest.NewFiles()
			p := plan("a1", "Good morning & <welcome>\n\nto “all”\nof you", files.Picture("image/png", 1, 0))
			p.Link = &network.Link{URL: "https://example.com/a?b=c&d"}
			s.Write(micropubtest.Post{Text: "Good morning", Slug: "other-b201234567", Status: "published"})
			s.Fail(failure)
			if _, err := micropub.New().Publish(t.Context(), calls(files), s.Account(), p); network.KindOf(err) != network.Ambiguous {
				t.Fatalf("%s, %s: %v", name, failure, err)
			}
			exact, near, _ := compared(t, calls(nil), s.Account(), p, begun)
			if failure == networktest.ServerError {
				if len(exact) != 0 {
					t.Errorf("%s, %s: found %+v", name, failure, exact)
				}
				continue
			}
			if len(exact) != 1 || exact[0].Receipt.URL != s.Saved()[1].URL || exact[0].Receipt.RemoteID != s.Saved()[1].URL {
				t.Errorf("%s, %s: found %+v, near %+v; saved %+v", name, failure, exact, near, s.Saved())
			}
		}
	}
}

func TestARelativeAddressIsNoReceiptAndIsFoundAllTheSame(t *testing.T) {
	s, begun, p := micropubtest.New(t, micropubtest.Site{RelativePost: true}), time.Now(), plan("a1", "hello")
	if _, err := micropub.New().Publish(t.Context(), calls(nil), s.Account(), p); network.KindOf(err) != network.Ambiguous {
		t.Fatal(err)
	}
	if exact, _, complete := compared(t, calls(nil), s.Account(), p, begun); len(exact) != 1 || !complete {
		t.Errorf("found %+v", exact)
	}
}

func TestWhatASiteChangesIsKnownByItsAddressAlone(t *testing.T) {
	s, begun, p := micropubtest.New(t, micropubtest.Site{}), time.Now(), plan("a1", "hello")
	for _, slug := range []string{"x-a10123456", "a101234567", "x-a101234567x", "x-b101234567"} {
		s.Write(micropubtest.Post{Text: "something else", Slug: slug, Status: "published"})
	}
	if exact, _, _ := compared(t, calls(nil), s.Account(), p, begun); len(exact) != 0 {
		t.Errorf("found %+v", exact)
	}
	s.Write(micropubtest.Post{Text: "*hello*, said the site", Slug: "hello-a101234567", Status: "published"})
	if exact, _, _ := compared(t, calls(nil), s.Account(), p, begun); len(exact) != 1 {
		t.Errorf("found %+v", exact)
	}
}

func TestWithoutAKeyNoAddressIsOurs(t *testing.T) {
	s, begun, p := micropubtest.New(t, micropubtest.Site{}), time.Now(), plan("a1", "hello")
	p.Keys = nil
	s.Write(micropubtest.Post{Text: "something else", Slug: "hello-", Status: "published"})
	if exact, near, _ := compared(t, calls(nil), s.Account(), p, begun); len(exact) != 0 || len(near) != 0 {
		t.Errorf("found %+v, near %+v", exact, near)
	}
	must(t, calls(nil), s.Account(), p)
	if got := s.Saved()[1]; got.Slug != "" {
		t.Errorf("it asks for the address %q", got.Slug)
	}
}

func TestAnotherTitleOrADraftIsShownAndNotTaken(t *testing.T) {
	s, begun, p := micropubtest.New(t, micropubtest.Site{NoSlugs: true}), time.Now(), plan("a1", "the very same words")
	p.Options["title"] = "Mine"
	s.Write(micropubtest.Post{Text: "the very same words", Title: "Another", Status: "published"})
	s.Write(micropubtest.Post{Text: "the very same words", Title: "Mine", Status: "draft"})
	exact, near, _ := compared(t, calls(nil), s.Account(), p, begun)
	if len(exact) != 0 || len(near) != 2 {
		t.Errorf("found %+v, near %+v", exact, near)
	}
	p.Options["title"] = ""
	if exact, near, _ = compared(t, calls(nil), s.Account(), p, begun); len(exact) != 0 || len(near) != 2 {
		t.Errorf("as a note: found %+v, near %+v", exact, near)
	}
}

func TestALongListIsReadBackToTheTimeAndNoFurther(t *testing.T) {
	for _, site := range []micropubtest.Site{{}, {Cursor: true}, {Endless: true}} {
		s, begun := micropubtest.New(t, site), time.Now()
		for i := range 30 {
			s.Write(micropubtest.Post{Text: fmt.Sprint("old ", i), Status: "published", At: begun.Add(-24 * time.Hour)})
		}
		p := plan("a1", "hello")
		r := must(t, calls(nil), s.Account(), p)
		for i := range 30 {
			s.Write(micropubtest.Post{Text: fmt.Sprint("new ", i), Status: "published"})
		}
		j := calls(nil)
		exact, _, complete := compared(t, j, s.Account(), p, begun)
		if len(exact) != 1 || exact[0].Receipt != r || !complete || len(j.Sent) > 2 {
			t.Errorf("%+v: found %+v, complete %t, steps %q", site, exact, complete, j.Sent)
		}
		for i := range 200 {
			s.Write(micropubtest.Post{Text: fmt.Sprint("newer ", i), Status: "published"})
		}
		if exact, _, complete = compared(t, j, s.Account(), p, begun); !site.Endless && (len(exact) != 0 || complete) {
			t.Errorf("%+v: in too long a list: found %+v, complete %t", site, exact, complete)
		}
	}
}

func TestAListWithoutOrderIsNeverComplete(t *testing.T) {
	s, begun, p := micropubtest.New(t, micropubtest.Site{Endless: true}), time.Now(), plan("a1", "hello")
	s.Write(micropubtest.Post{Text: "new", Status: "published"})
	s.Write(micropubtest.Post{Text: "old", Status: "published", At: begun.Add(-24 * time.Hour)})
	if exact, _, complete := compared(t, calls(nil), s.Account(), p, begun); len(exact) != 0 || complete {
		t.Errorf("found %+v, complete %t", exact, complete)
	}
}

func TestALyingListProvesNothing(t *testing.T) {
	p := plan("a1", "hello")
	a := network.Account{Server: "https://ada.example", Options: map[string]string{"endpoint": "https://ada.example/micropub"}}
	ours := `{"properties":{"url":["https://ada.example/hello-a101234567"],"content":["hello"]}}`
	for body, want := range map[string]string{
		`{"items":[]}`:                                   "0 true",
		`{"items":[` + ours + `],"paging":{}}`:           "1 true",
		`{"items":[` + ours + `]}`:                       "1 false", // the same page again
		`{"items":[` + ours + `],"paging":{"after":7}}`:  "1 false",
		`{"items":[` + ours + `],"paging":{"after":""}}`: "1 false",
		`{"items":[` + ours:                              "error",
		`{"items":null}`:                                 "error",
		`{"items":[null]}`:                               "error",
		`{"items":[{}]}`:                                 "error",
		`{"items":[7]}`:                                  "error",
		`{"items":{"0":` + ours + `}}`:                   "error",
		`{"properties":{"content":["hello"]}}`:           "error", // an answer about one post
		`[]`:                                             "error",
		`null`:                                           "error",
		`<html>`:                                         "error",
		strings.Repeat("[", 1<<20):                       "error",
		`{"items":[{"properties":{"url":"https://ada.example/hello-a101234567","content":"hello"}}],"paging":{}}`:           "1 true",
		`{"items":[{"properties":{"url":"/hello-a101234567"}}],"paging":{}}`:                                                "1 true",
		`{"items":[{"properties":{"url":["javascript:1"],"content":["hello"]}}],"paging":{}}`:                               "0 true",
		`{"items":[{"properties":{"url":[7],"content":[{"html":7}],"photo":7,"published":[{}]}}],"paging":{}}`:              "0 true",
		`{"items":[{"properties":{"url":["https://ada.example/1"],"content":["\ud800hello"],"name":null}}],"paging":{}}`:    "0 true",
		`{"items":[{"properties":{"url":["https://ada.example/1"],"content":[{"html":"<p>hel<b>lo"}]}}],"paging":null}`:     "1 false",
		`{"items":[{"properties":{"url":["https://ada.example/1"],"content":["hello"],"photo":["x"]}}],"paging":{}}`:        "0 true",
		`{"items":[{"properties":{"url":["https://eve.example/1"],"content":["hello"],"published":["2001"]}}],"paging":{}}`: "1 true",
	} {
		list, err := micropub.New().List(t.Context(), answering{calls(nil), network.Reply{Status: 200, Body: []byte(body)}}, a, p, time.Now())
		got := "error"
		if err == nil {
			want := match.Of(p, 0)
			want.Since, want.Until = time.Now(), time.Now()
			exact, _ := match.Posts(want, list.Posts)
			got = fmt.Sprintf("%d %t", len(exact), list.Complete)
		}
		if got != want {
			t.Errorf("%.100s: %s, want %s (%v)", body, got, want, err)
		}
	}
	refused := network.Reply{Status: 400, Body: []byte(`{"error":"invalid_request"}`)}
	if _, err := micropub.New().List(t.Context(), answering{calls(nil), refused}, a, p, time.Now()); network.KindOf(err) != network.Ambiguous || err == nil {
		t.Errorf("a refused look-up: %v", err)
	}
	p.Done = []network.Receipt{{RemoteID: "x"}}
	if _, err := micropub.New().List(t.Context(), calls(nil), a, p, time.Now()); err == nil {
		t.Error("nothing is in doubt, and a list was read")
	}
}
