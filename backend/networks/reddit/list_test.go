package reddit_test

import (
	"fmt"
	"testing"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/match"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/reddit"
	"postbag/backend/networks/reddit/reddittest"
)

// settle compares the listed posts with the plan's as the queue does.
func settle(t *testing.T, s *reddittest.Server, p network.Plan) (exact, near []network.Seen, complete bool) {
	t.Helper()
	want := match.Of(p, 0)
	want.Since, want.Until = p.CreatedAt, time.Now()
	list, err := reddit.New().List(t.Context(), calls(nil), s.Account(), p, p.CreatedAt.Add(-match.Slack))
	if err != nil {
		t.Fatal(err)
	}
	exact, near = match.Posts(want, list.Posts)
	return exact, near, list.Complete
}

func TestALostAnswerIsFoundAmongOnesPosts(t *testing.T) {
	for _, failure := range []networktest.Failure{networktest.DropAfter, networktest.Garbage, networktest.ServerError} {
		for pictures := range 3 {
			for _, link := range []*network.Link{nil, {URL: "https://example.com/pots"}} {
				s, files := reddittest.New(t), networktest.NewFiles()
				p := plan(files, "Red  ones\n\nThey bloom.\n", pictures)
				p.Link = link
				s.Fail(failure)
				if _, err := reddit.New().Publish(t.Context(), calls(files), s.Account(), p); network.KindOf(err) != network.Ambiguous {
					t.Fatalf("published: %v", err)
				}
				exact, near, complete := settle(t, s, p)
				switch posts := s.Saved(); {
				case failure == networktest.ServerError && (len(exact)+len(near) != 0 || !complete):
					t.Errorf("what is not there is found as %+v, %+v", exact, near)
				case failure != networktest.ServerError && (len(exact) != 1 || exact[0].Receipt.RemoteID != posts[0].ID):
					t.Errorf("%s, %d pictures: found %+v, near %+v", failure, pictures, exact, near)
				}
			}
		}
	}
}

func TestWhatLooksAlikeIsNeverTaken(t *testing.T) {
	base := reddittest.Post{In: reddittest.Community, Kind: "link", Title: "Pots", Text: "Red ones", URL: "https://example.com/pots"}
	for name, c := range map[string]struct {
		change func(p *reddittest.Post)
		near   int
	}{
		"another title":     {func(p *reddittest.Post) { p.Title = "Cats" }, 1},
		"another text":      {func(p *reddittest.Post) { p.Text = "Blue" }, 1},
		"another link":      {func(p *reddittest.Post) { p.URL = "https://example.com/cats" }, 1},
		"a text":            {func(p *reddittest.Post) { p.Kind = "self" }, 1},
		"a picture":         {func(p *reddittest.Post) { p.Kind = "image" }, 1},
		"long ago":          {func(p *reddittest.Post) { p.At = time.Now().UTC().Add(-time.Hour) }, 0},
		"another community": {func(p *reddittest.Post) { p.In = "cats" }, 0},
	} {
		s := reddittest.New(t)
		it := base
		c.change(&it)
		s.Save(it)
		p := plan(nil, "Pots\n\nRed ones", 0)
		p.Link = &network.Link{URL: "https://example.com/pots/"}
		if exact, near, complete := settle(t, s, p); len(exact) != 0 || len(near) != c.near || !complete {
			t.Errorf("%s is taken: %+v, near %+v, complete %t", name, exact, near, complete)
		}
		s.Save(base)
		if exact, _, _ := settle(t, s, p); len(exact) != 1 {
			t.Errorf("beside one of %s: found %+v", name, exact)
		}
	}
}

func TestAGalleryOfAnotherNumberOfPicturesIsAnother(t *testing.T) {
	s, files := reddittest.New(t), networktest.NewFiles()
	must(t, calls(files), s.Account(), plan(files, "Red ones", 3))
	if exact, near, _ := settle(t, s, plan(files, "Red ones", 2)); len(exact) != 0 || len(near) != 1 {
		t.Errorf("found %+v, near %+v", exact, near)
	}
}

func TestTwoThatAreTheSameAreToldByNothing(t *testing.T) {
	s := reddittest.New(t)
	for range 2 {
		must(t, calls(nil), s.Account(), plan(nil, "Red ones", 0))
	}
	if exact, _, _ := settle(t, s, plan(nil, "Red ones", 0)); len(exact) != 2 {
		t.Errorf("found %+v", exact)
	}
}

func TestTheListIsReadBackToTheBeginning(t *testing.T) {
	s := reddittest.New(t)
	s.Pages(2)
	p := plan(nil, "Red ones", 0)
	must(t, calls(nil), s.Account(), p)
	for i := range 14 { // newer ones, elsewhere
		s.Save(reddittest.Post{In: "cats", Kind: "self", Title: fmt.Sprint("Cat ", i)})
	}
	if exact, _, complete := settle(t, s, p); len(exact) != 1 || !complete {
		t.Errorf("on the eighth page: found %+v, complete %t", exact, complete)
	}
	for i := range 10 {
		s.Save(reddittest.Post{In: "cats", Kind: "self", Title: fmt.Sprint("Kitten ", i)})
	}
	if exact, _, complete := settle(t, s, p); len(exact) != 0 || complete {
		t.Errorf("behind the last page: found %+v, complete %t", exact, complete)
	}
}

// Where the pages come to what is older than the post, no more is read.
func TestOldPostsEndTheList(t *testing.T) {
	s := reddittest.New(t)
	s.Pages(1)
	s.Save(reddittest.Post{In: "cats", Kind: "self", Title: "Old", At: time.Now().UTC().Add(-time.Hour)})
	s.Save(reddittest.Post{In: "cats", Kind: "self", Title: "Older", At: time.Now().UTC().Add(-2 * time.Hour)})
	j := calls(nil)
	list, err := reddit.New().List(t.Context(), j, s.Account(), plan(nil, "Red ones", 0), time.Now().Add(-time.Minute))
	if err != nil || !list.Complete || len(list.Posts) != 0 || len(j.Sent) != 2 {
		t.Errorf("listed %+v, %v after %q", list, err, j.Sent)
	}
}

func TestAPageThatCannotBeTrustedIsAnError(t *testing.T) {
	const path = "GET /user/" + reddittest.User + "/submitted"
	child := func(fields string) string {
		return `{"kind":"Listing","data":{"after":null,"children":[{"kind":"t3","data":{` + fields + `}}]}}`
	}
	for _, body := range []string{
		"", "null", "{}", "[]", `{"kind":"Listing","data":{}}`, `{"kind":"Listing","data":{"children":null}}`, `{"kind":"more","data":{"children":[]}}`,
		`{"kind":"Listing","data":{"children":[{"kind":"t1","data":{"id":"a","created_utc":1}}]}}`, `{"kind":"Listing","data":{"children":[null]}}`,
		child(`"id":"../a","created_utc":1700000000`), child(`"id":"a"`), child(`"id":"a","created_utc":"now"`), child(`"id":"a","created_utc":1e99`),
		child(`"id":"a","created_utc":1700000000,"author_fullname":"t2_other"`), child(`"id":"a","created_utc":1700000000,"is_self":"yes"`),
		`{"kind":"Listing","data":{"after":7,"children":[]}}`, "<html>",
	} {
		s := reddittest.New(t)
		s.Instead(path, reddittest.Answer{Status: 200, Body: body})
		if list, err := reddit.New().List(t.Context(), calls(nil), s.Account(), plan(nil, "Red ones", 0), time.Now()); network.KindOf(err) != network.Ambiguous {
			t.Errorf("%s is %+v, %v", body, list, err)
		}
	}
	for _, status := range []int{204, 302, 403, 404, 500} {
		s := reddittest.New(t)
		s.Instead(path, reddittest.Answer{Status: status})
		if _, err := reddit.New().List(t.Context(), calls(nil), s.Account(), plan(nil, "Red ones", 0), time.Now()); network.KindOf(err) != network.Ambiguous {
			t.Errorf("%d: %v", status, err)
		}
	}
	s := reddittest.New(t)
	s.Loop()
	if list, err := reddit.New().List(t.Context(), calls(nil), s.Account(), plan(nil, "Red ones", 0), time.Now()); network.KindOf(err) != network.Ambiguous {
		t.Errorf("the same page for ever: %+v, %v", list, err)
	}
}

// The list of somebody else proves nothing about this account's.
func TestAnotherAccountsTokenFindsNothing(t *testing.T) {
	s := reddittest.New(t)
	a := s.Account()
	a.RemoteID = "other/geraniums"
	if _, err := reddit.New().List(t.Context(), calls(nil), a, plan(nil, "Red ones", 0), time.Now()); network.KindOf(err) != network.Reauth {
		t.Errorf("listed: %v", err)
	}
}
