package lemmy_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/match"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/lemmy"
	"postbag/backend/networks/lemmy/lemmytest"
)

// exact returns what the queue would adopt, and what it would show to a person.
func exact(t *testing.T, c network.Calls, a network.Account, p network.Plan, since time.Time) (exact, near []network.Seen, complete bool) {
	t.Helper()
	list, err := lemmy.New().List(t.Context(), c, a, p, since.Add(-match.Slack))
	if err != nil {
		t.Fatal(err)
	}
	want := match.Of(p, 0)
	want.Since, want.Until = since, time.Now()
	exact, near = match.Posts(want, list.Posts)
	return exact, near, list.Complete
}

func TestALostAnswerIsFoundInTheCommunity(t *testing.T) {
	files := networktest.NewFiles()
	picture := files.Picture("image/png", 1, 0)
	for name, change := range map[string]func(p *network.Plan){
		"a text":          func(*network.Plan) {},
		"a link":          func(p *network.Plan) { p.Link = &network.Link{URL: "https://example.com/a?b=c"} },
		"a picture":       func(p *network.Plan) { p.Parts[0].Media = []network.Media{picture} },
		"a picture alone": func(p *network.Plan) { p.Parts[0] = network.Part{Media: []network.Media{picture}} },
		"a picture, a link": func(p *network.Plan) {
			p.Parts[0].Media = []network.Media{picture}
			p.Link = &network.Link{URL: "https://e.org"}
		},
		"a link to a picture": func(p *network.Plan) { p.Link = &network.Link{URL: "https://example.com/pictrs/image/a.png"} },
		"hidden by a warning": func(p *network.Plan) { p.Warning = "spoilers" },
	} {
		for _, s := range []networktest.Server{lemmytest.New(t), one{lemmytest.NewModern(t)}} {
			p, c := plan("Good morning", "*Good*  morning,\n\nall"), calls(files)
			change(&p)
			begun := time.Now()
			if found, near, complete := exact(t, c, s.Account(), p, begun); len(found)+len(near) != 0 || !complete {
				t.Errorf("%s, before: %+v, %+v, %t", name, found, near, complete)
			}
			s.Fail(networktest.DropAfter)
			if _, err := lemmy.New().Publish(t.Context(), c, s.Account(), p); network.KindOf(err) != network.Ambiguous {
				t.Fatalf("%s: %v", name, err)
			}
			found, _, _ := exact(t, c, s.Account(), p, begun)
			if len(found) != 1 || found[0].Receipt.RemoteID != s.Posts()[0].ID || !strings.HasSuffix(found[0].Receipt.URL, "/post/"+s.Posts()[0].ID) {
				t.Errorf("%s is found as %+v", name, found)
			}
		}
	}
}

func TestWhatOnlyLooksLikeItIsNeverTaken(t *testing.T) {
	s := lemmytest.New(t)
	p := plan("Good morning", "The words")
	p.Link = &network.Link{URL: "https://example.com/watch?v=1&utm_source=x"}
	mine := lemmytest.Post{Name: "Good morning", Body: "The words", URL: "https://example.com/watch?v=1", By: lemmytest.Person}
	for name, change := range map[string]struct {
		change func(p *lemmytest.Post)
		near   int
	}{
		"somebody else's": {func(p *lemmytest.Post) { p.By = 99 }, 0},
		"another title":   {func(p *lemmytest.Post) { p.Name = "Good evening" }, 1},
		"another link":    {func(p *lemmytest.Post) { p.URL = "https://example.com/watch?v=2" }, 1},
		"no link":         {func(p *lemmytest.Post) { p.URL = "" }, 1},
		"another text":    {func(p *lemmytest.Post) { p.Body = "Something else entirely" }, 0},
		"a cut text":      {func(p *lemmytest.Post) { p.Body = "The wor" }, 1},
	} {
		near := mine
		change.change(&near)
		s.Write(near)
		found, like, _ := exact(t, calls(nil), s.Account(), p, time.Now())
		if len(found) != 0 || len(like) != change.near {
			t.Errorf("%s: taken %+v, shown %+v", name, found, like)
		}
		s = lemmytest.New(t)
	}
	s.Write(mine)
	if found, _, _ := exact(t, calls(nil), s.Account(), p, time.Now()); len(found) != 1 {
		t.Errorf("the post without what counts visitors is %+v", found)
	}
}

func TestALongCommunityIsReadAsFarAsItGoes(t *testing.T) {
	for _, test := range []struct {
		modern   bool
		chatter  int
		complete bool
		found    int
	}{
		{false, 49, true, 1},
		{false, 120, true, 1},
		{false, 600, false, 0},
		{true, 20, true, 1},
		{true, 120, false, 0}, // a 1.0 gives one page
	} {
		var s *lemmytest.Server
		var server networktest.Server
		if test.modern {
			s = lemmytest.NewModern(t)
			server = one{s}
		} else {
			s = lemmytest.New(t)
			server = s
		}
		begun := time.Now()
		s.Write(lemmytest.Post{Name: "Rules", By: 1, Pinned: true, At: begun.Add(-time.Hour)})
		s.Write(lemmytest.Post{Name: "Yesterday", Body: "x", By: lemmytest.Person, At: begun.Add(-24 * time.Hour)})
		p := plan("Good morning", "all")
		s.Write(lemmytest.Post{Name: "Good morning", Body: "all", By: lemmytest.Person})
		for range test.chatter {
			s.Write(lemmytest.Post{Name: "chatter", By: 99})
		}
		found, near, complete := exact(t, calls(nil), server.Account(), p, begun)
		if complete != test.complete || len(found) != test.found || len(near) != 0 {
			t.Errorf("%+v: complete %t, found %+v, near %+v", test, complete, found, near)
		}
	}
}

// says answers every question with one reply.
type says network.Reply

func (s says) Read(context.Context, string, network.Request) (network.Reply, error) {
	return network.Reply(s), nil
}

func (s says) Prepare(ctx context.Context, step string, r network.Request) (network.Reply, error) {
	return s.Read(ctx, step, r)
}

func (s says) Publish(ctx context.Context, step string, r network.Request) (network.Reply, error) {
	return s.Read(ctx, step, r)
}

func TestAListThatLiesIsNone(t *testing.T) {
	good := `{"post":{"id":1,"creator_id":34,"community_id":12,"published":"2026-11-22T10:00:00Z"}}`
	for name, body := range map[string]string{
		"no list":           `{}`,
		"null":              `{"posts":null}`,
		"another type":      `{"posts":{}}`,
		"no id":             `{"posts":[` + strings.Replace(good, `"id":1,`, "", 1) + `]}`,
		"no author":         `{"posts":[` + strings.Replace(good, `"creator_id":34,`, "", 1) + `]}`,
		"another community": `{"posts":[` + strings.Replace(good, `:12`, ":13", 1) + `]}`,
		"no time":           `{"posts":[` + strings.Replace(good, `2026-11-22T10:00:00Z`, "yesterday", 1) + `]}`,
		"an error":          `{"error":"couldnt_get_posts"}`,
		"half":              `{"posts":[` + good,
	} {
		s := lemmytest.New(t)
		if list, err := lemmy.New().List(t.Context(), says{Status: 200, Body: []byte(body)}, s.Account(), plan("abc", "x"), time.Now()); err == nil {
			t.Errorf("%s is the list %+v", name, list)
		}
	}
	s := lemmytest.New(t)
	_, err := lemmy.New().List(t.Context(), says{Status: 400, Body: []byte(`{"error":"couldnt_find_community"}`)}, s.Account(), plan("abc", "x"), time.Now())
	if network.KindOf(err) != network.Ambiguous {
		t.Errorf("a refused list reads as a refused post: %v", err)
	}
}
