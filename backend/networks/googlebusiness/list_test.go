package googlebusiness_test

import (
	"testing"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/match"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/googlebusiness"
	"postbag/backend/networks/googlebusiness/googlebusinesstest"
)

// settle compares the listed posts with the plan's as the queue does.
func settle(t *testing.T, s *googlebusinesstest.Server, p network.Plan) (exact, near []network.Seen, complete bool) {
	t.Helper()
	want := match.Of(p, 0)
	want.Since, want.Until = p.CreatedAt, time.Now()
	list, err := googlebusiness.New().List(t.Context(), calls(), s.Account(), p, p.CreatedAt.Add(-match.Slack))
	if err != nil {
		t.Fatal(err)
	}
	exact, near = match.Posts(want, list.Posts)
	return exact, near, list.Complete
}

func TestALostAnswerIsFoundAmongThePosts(t *testing.T) {
	for _, failure := range []networktest.Failure{networktest.DropAfter, networktest.Garbage, networktest.ServerError} {
		for _, button := range []string{"", "book", "call"} {
			s, p := googlebusinesstest.New(t), plan("New  lamps.\n", "https://example.com/lamps")
			p.Options["button"] = button
			s.Fail(failure)
			if _, err := googlebusiness.New().Publish(t.Context(), calls(), s.Account(), p); network.KindOf(err) != network.Ambiguous {
				t.Fatalf("published: %v", err)
			}
			exact, near, complete := settle(t, s, p)
			switch posts := s.Saved(); {
			case !complete:
				t.Errorf("%s: the list is not complete", failure)
			case failure == networktest.ServerError && len(exact)+len(near) != 0:
				t.Errorf("what is not there is found as %+v, %+v", exact, near)
			case failure != networktest.ServerError && (len(exact) != 1 || exact[0].Receipt.RemoteID != posts[0].ID):
				t.Errorf("%s: found %+v, near %+v", failure, exact, near)
			}
		}
	}
}

func TestWhatLooksAlikeIsNeverTaken(t *testing.T) {
	base := googlebusinesstest.Post{Location: googlebusinesstest.LocationID, Text: "Lamps", Button: "LEARN_MORE", Link: "https://example.com/lamps"}
	for name, c := range map[string]struct {
		change func(p *googlebusinesstest.Post)
		near   int
	}{
		"another text":     {func(p *googlebusinesstest.Post) { p.Text = "Books" }, 0},
		"another link":     {func(p *googlebusinesstest.Post) { p.Link = "https://example.com/books" }, 1},
		"another button":   {func(p *googlebusinesstest.Post) { p.Button = "SHOP" }, 1},
		"no button":        {func(p *googlebusinesstest.Post) { p.Button = "" }, 1},
		"an event":         {func(p *googlebusinesstest.Post) { p.Topic = "EVENT" }, 1},
		"a rejected one":   {func(p *googlebusinesstest.Post) { p.State = "REJECTED" }, 1},
		"a later one":      {func(p *googlebusinesstest.Post) { p.State = "SCHEDULED" }, 1},
		"a picture":        {func(p *googlebusinesstest.Post) { p.Picture = true }, 1},
		"long ago":         {func(p *googlebusinesstest.Post) { p.At = time.Now().UTC().Add(-time.Hour) }, 0},
		"another location": {func(p *googlebusinesstest.Post) { p.Location = googlebusinesstest.Other }, 0},
	} {
		s := googlebusinesstest.New(t)
		it := base
		c.change(&it)
		s.Save(it)
		p := plan("Lamps", "https://example.com/lamps/")
		if exact, near, complete := settle(t, s, p); len(exact) != 0 || len(near) != c.near || !complete {
			t.Errorf("%s is taken: %+v, near %+v, complete %t", name, exact, near, complete)
		}
		s.Save(base)
		if exact, _, _ := settle(t, s, p); len(exact) != 1 {
			t.Errorf("beside one of %s: found %+v", name, exact)
		}
	}
}

func TestTwoThatAreTheSameAreToldByNothing(t *testing.T) {
	s := googlebusinesstest.New(t)
	for range 2 {
		must(t, s.Account(), plan("Lamps", ""))
	}
	if exact, _, _ := settle(t, s, plan("Lamps", "")); len(exact) != 2 {
		t.Errorf("found %+v", exact)
	}
}

// The order of the posts is nowhere documented: they are either all read or prove nothing.
func TestThePostsAreReadToTheirEnd(t *testing.T) {
	s := googlebusinesstest.New(t)
	s.Pages(3)
	for range 20 {
		s.Save(googlebusinesstest.Post{Location: googlebusinesstest.LocationID, Text: "Books"})
	}
	p := plan("Lamps", "")
	must(t, s.Account(), p)
	if exact, _, complete := settle(t, s, p); len(exact) != 1 || !complete {
		t.Errorf("on the seventh page: found %+v, complete %t", exact, complete)
	}
	for range 10 {
		s.Save(googlebusinesstest.Post{Location: googlebusinesstest.LocationID, Text: "Books"})
	}
	if _, _, complete := settle(t, s, p); complete {
		t.Error("a list of eleven pages is read to its end")
	}
}

func TestAPageThatCannotBeTrustedIsAnError(t *testing.T) {
	const place = "accounts/" + googlebusinesstest.AccountID + "/locations/" + googlebusinesstest.LocationID
	const path = "GET /v4/" + place + "/localPosts"
	one := func(fields string) string { return `{"localPosts":[{` + fields + `}]}` }
	good := `"name":"` + place + `/localPosts/7","summary":"x","createTime":"2026-11-22T10:00:00Z"`
	for _, body := range []string{
		"", "null", "[]", "<html>", `{"localPosts":{}}`, `{"localPosts":[null]}`, `{"localPosts":[],"nextPageToken":7}`, one(`"name":"x"`),
		one(`"name":"` + place + `/localPosts/7"`), one(`"name":"accounts/1/locations/2/localPosts/7","createTime":"2026-11-22T10:00:00Z"`),
		one(`"name":"` + place + `/localPosts/7","createTime":"yesterday"`), one(good + `,"callToAction":"x"`), one(good + `,"media":{}`),
	} {
		s := googlebusinesstest.New(t)
		s.Instead(path, googlebusinesstest.Answer{Status: 200, Body: body})
		if list, err := googlebusiness.New().List(t.Context(), calls(), s.Account(), plan("Lamps", ""), time.Time{}); network.KindOf(err) != network.Ambiguous {
			t.Errorf("%s is %+v, %v", body, list, err)
		}
	}
	for _, a := range []googlebusinesstest.Answer{{Status: 403, Body: no("PERMISSION_DENIED")}, {Status: 404, Body: no("NOT_FOUND")}, {Status: 302}, {Status: 204}, {Status: 500}} {
		s := googlebusinesstest.New(t)
		s.Instead(path, a)
		if _, err := googlebusiness.New().List(t.Context(), calls(), s.Account(), plan("Lamps", ""), time.Time{}); network.KindOf(err) != network.Ambiguous {
			t.Errorf("%d %q: %v", a.Status, a.Body, err)
		}
	}
	s := googlebusinesstest.New(t)
	s.Loop()
	if list, err := googlebusiness.New().List(t.Context(), calls(), s.Account(), plan("Lamps", ""), time.Time{}); network.KindOf(err) != network.Ambiguous {
		t.Errorf("the same page for ever: %+v, %v", list, err)
	}
}

// Google leaves an empty list out of its answer.
func TestNoPostsAreAnEmptyAnswer(t *testing.T) {
	if exact, near, complete := settle(t, googlebusinesstest.New(t), plan("Lamps", "")); len(exact)+len(near) != 0 || !complete {
		t.Errorf("found %+v, %+v, complete %t", exact, near, complete)
	}
}
