package x_test

import (
	"strings"
	"testing"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/match"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/x"
	"postbag/backend/networks/x/xtest"
)

// exact returns what the queue would adopt, and what it would show to a person.
func exact(t *testing.T, c network.Calls, a network.Account, p network.Plan, since time.Time) (exact, near []network.Seen, complete bool) {
	t.Helper()
	list, err := x.New().List(t.Context(), c, a, p, since.Add(-match.Slack))
	if err != nil {
		t.Fatal(err)
	}
	want := match.Of(p, len(p.Done))
	want.Since, want.Until = since, time.Now()
	exact, near = match.Posts(want, list.Posts)
	return exact, near, list.Complete
}

func TestALostAnswerIsFoundAmongOnesOwnPosts(t *testing.T) {
	files := networktest.NewFiles()
	picture := files.Picture("image/png", 1, 0)
	for name, change := range map[string]func(p *network.Plan){
		"a text":                func(*network.Plan) {},
		"signs that X escapes":  func(p *network.Plan) { p.Parts[0].Text = `<b> &amp; "x" & > &lt;` },
		"a link in the text":    func(p *network.Plan) { p.Parts[0].Text = "See https://Example.com/a?b=c&d=e, and more" },
		"a link without scheme": func(p *network.Plan) { p.Parts[0].Text = "See example.com/shop for more" },
		"two links": func(p *network.Plan) {
			p.Parts[0].Text = "https://example.com/1 and https://example.com/12"
		},
		"a link of its own": func(p *network.Plan) { p.Link = &network.Link{URL: "https://example.com/page"} },
		"a link alone":      func(p *network.Plan) { p.Parts[0].Text = ""; p.Link = &network.Link{URL: "https://example.com/page"} },
		"a picture":         func(p *network.Plan) { p.Parts[0].Media = []network.Media{picture} },
		"a picture alone":   func(p *network.Plan) { p.Parts[0] = network.Part{Media: []network.Media{picture}} },
		"a picture and a link": func(p *network.Plan) {
			p.Parts[0].Media = []network.Media{picture}
			p.Link = &network.Link{URL: "https://e.org/"}
		},
		"a poll":                  func(p *network.Plan) { p.Poll = &network.Poll{Options: []string{"a", "b"}, DurationS: 3600} },
		"another form of letters": func(p *network.Plan) { p.Parts[0].Text = "cafe\u0301 at  seven\r\n" },
		"a long text": func(p *network.Plan) {
			p.Parts[0].Text = "See https://example.com/long. " + strings.Repeat("word & word ", 100)
		},
	} {
		for _, older := range []bool{false, true} {
			s := xtest.New(t)
			s.Subscribe("Premium")
			if older {
				s.Older()
			}
			a, p, c := s.Account(), plan(network.Part{Text: "Good morning"}), calls(files)
			change(&p)
			limits, err := x.New().Limits(t.Context(), c, a)
			if err != nil {
				t.Fatal(err)
			}
			a.Limits = &limits
			begun := time.Now()
			if found, near, complete := exact(t, c, a, p, begun); len(found)+len(near) != 0 || !complete {
				t.Errorf("%s, before: %+v, %+v, %t", name, found, near, complete)
			}
			s.Fail(networktest.DropAfter)
			if _, err := x.New().Publish(t.Context(), c, a, p); network.KindOf(err) != network.Ambiguous {
				t.Fatalf("%s: %v", name, err)
			}
			found, _, _ := exact(t, c, a, p, begun)
			if len(found) != 1 || found[0].Receipt.RemoteID != s.Saved()[0].ID || !strings.HasSuffix(found[0].Receipt.URL, "/status/"+s.Saved()[0].ID) {
				t.Errorf("%s, older %t: found as %+v", name, older, found)
			}
		}
	}
}

func TestWhatOnlyLooksLikeItIsNeverTaken(t *testing.T) {
	now := time.Now()
	for name, other := range map[string]xtest.Post{
		"another account's": {By: "1", Text: "The words https://example.com/1"},
		"another link":      {By: xtest.User, Text: "The words https://example.com/2"},
		"no link":           {By: xtest.User, Text: "The words"},
		"a picture more":    {By: xtest.User, Text: "The words https://example.com/1", Files: []*xtest.File{{ID: "5"}}},
		"an answer":         {By: xtest.User, Text: "The words https://example.com/1", Parent: "7"},
		"an old one":        {By: xtest.User, Text: "The words https://example.com/1", At: now.Add(-time.Hour)},
		"one word less":     {By: xtest.User, Text: "The https://example.com/1"},
	} {
		s := xtest.New(t)
		s.Write(other)
		if found, _, _ := exact(t, calls(nil), s.Account(), plan(network.Part{Text: "The words https://example.com/1"}), now); len(found) != 0 {
			t.Errorf("%s is taken: %+v", name, found)
		}
	}
}

// X may write a link out a little otherwise than it was written: with a scheme, a slash, a small host.
func TestALinkIsTheSameHoweverXWritesItOut(t *testing.T) {
	now := time.Now()
	for expanded, same := range map[string]bool{
		"http://example.com": true, "http://example.com/": true, "https://example.com": true, "https://EXAMPLE.com/": true,
		"http://example.com/a": false, "http://example.org": false,
	} {
		s := xtest.New(t)
		s.Instead("/2/users/"+xtest.User+"/tweets", xtest.Answer{Status: 200, Body: `{"meta":{"result_count":1},"data":[{"id":"1","text":"See https://t.co/abcdefghij now",
			"created_at":"` + now.UTC().Format(time.RFC3339) + `","entities":{"urls":[{"url":"https://t.co/abcdefghij","expanded_url":"` + expanded + `"}]}}]}`})
		found, _, _ := exact(t, calls(nil), s.Account(), plan(network.Part{Text: "See Example.com now"}), now)
		if (len(found) == 1) != same {
			t.Errorf("%s is taken for it: %t, want %t", expanded, len(found) == 1, same)
		}
	}
}

func TestAPartIsFoundWhereItAnswersTheOneBefore(t *testing.T) {
	s, c := xtest.New(t), calls(nil)
	p, begun := plan(network.Part{Text: "one"}, network.Part{Text: "two"}, network.Part{Text: "three"}), time.Now()
	must(t, c, s.Account(), p)
	saved := s.Saved()
	if saved[1].Parent != saved[0].ID || saved[2].Parent != saved[1].ID {
		t.Fatalf("the thread is %+v", saved)
	}
	p.Done = []network.Receipt{{RemoteID: saved[0].ID}, {RemoteID: saved[1].ID}}
	if found, _, _ := exact(t, c, s.Account(), p, begun); len(found) != 1 || found[0].Receipt.RemoteID != saved[2].ID {
		t.Errorf("found %+v", found)
	}
	p.Done[1].RemoteID = saved[0].ID // what answers another part is another post
	if found, _, _ := exact(t, c, s.Account(), p, begun); len(found) != 0 {
		t.Errorf("in answer to another: %+v", found)
	}
}

func TestManyPostsAreReadPageByPageAndTooManyProveNothing(t *testing.T) {
	s, c := xtest.New(t), calls(nil)
	p, begun := plan(network.Part{Text: "Good morning"}), time.Now()
	must(t, c, s.Account(), p)
	for range 250 {
		s.Write(xtest.Post{By: xtest.User, Text: "chatter"})
	}
	if found, _, complete := exact(t, c, s.Account(), p, begun); len(found) != 1 || !complete {
		t.Errorf("behind 250: %+v, %t", found, complete)
	}
	for range 300 {
		s.Write(xtest.Post{By: xtest.User, Text: "chatter"})
	}
	if found, _, complete := exact(t, c, s.Account(), p, begun); len(found) != 0 || complete {
		t.Errorf("behind 550: %+v, complete %t", found, complete)
	}
	if d := x.New().Describe(); d.Reconcile.Shape != network.ShapeLookUp || d.Reconcile.Bound != 0 {
		t.Error("nothing says how late X takes a request: what is not found must stay in doubt")
	}
}

func TestAListThatCannotBeTrustedProvesNothing(t *testing.T) {
	const one = `{"id":"1","text":"Good morning","created_at":"2026-11-22T10:00:00.000Z"}`
	p := plan(network.Part{Text: "Good morning"})
	for name, body := range map[string]string{
		"no count":               `{"data":[` + one + `]}`,
		"another count":          `{"data":[` + one + `],"meta":{"result_count":2}}`,
		"a count of nothing":     `{"meta":{"result_count":3}}`,
		"a post without a time":  `{"data":[{"id":"1","text":"Good morning"}],"meta":{"result_count":1}}`,
		"a time that is none":    `{"data":[{"id":"1","text":"Good morning","created_at":"now"}],"meta":{"result_count":1}}`,
		"a post without an id":   `{"data":[{"text":"Good morning","created_at":"2026-11-22T10:00:00Z"}],"meta":{"result_count":1}}`,
		"an id that is a number": `{"data":[{"id":1,"text":"Good morning","created_at":"2026-11-22T10:00:00Z"}],"meta":{"result_count":1}}`,
		"an object":              `{"data":{},"meta":{"result_count":0}}`,
		"nothing":                `{}`,
		"null":                   `null`,
		"cut":                    `{"data":[{"id":"1","te`,
		"a page":                 `<html></html>`,
	} {
		s := xtest.New(t)
		s.Instead("/2/users/"+xtest.User+"/tweets", xtest.Answer{Status: 200, Body: body})
		if list, err := x.New().List(t.Context(), calls(nil), s.Account(), p, time.Now()); network.KindOf(err) != network.Ambiguous {
			t.Errorf("%s: %+v, %v", name, list, err)
		}
	}
	s := xtest.New(t)
	partly := `{"data":[` + one + `],"meta":{"result_count":1},"errors":[{"title":"Not Found Error"}]}`
	s.Instead("/2/users/"+xtest.User+"/tweets", xtest.Answer{Status: 200, Body: partly})
	if list, err := x.New().List(t.Context(), calls(nil), s.Account(), p, time.Now()); err != nil || list.Complete || len(list.Posts) != 1 {
		t.Errorf("a list with gaps: %+v, %v", list, err)
	}
	for status, want := range map[int]network.Kind{
		400: network.Ambiguous, 402: network.Ambiguous, 403: network.Ambiguous, 404: network.Ambiguous, 500: network.Ambiguous,
		401: network.Reauth, 429: network.Throttled,
	} {
		s := xtest.New(t)
		for range 2 {
			s.Instead("/2/users/"+xtest.User+"/tweets", xtest.Answer{Status: status, Body: `{"type":"https://api.x.com/2/problems/invalid-request","detail":"no"}`})
		}
		if _, err := x.New().List(t.Context(), calls(nil), s.Account(), p, time.Now()); network.KindOf(err) != want {
			t.Errorf("a look-up that is answered %d: %v", status, err)
		}
	}
}
