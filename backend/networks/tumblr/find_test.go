package tumblr_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/tumblr"
	"postbag/backend/networks/tumblr/tumblrtest"
)

func TestALostAnswerIsFoundByTheAddressWhateverElseIsThere(t *testing.T) {
	for _, failure := range []networktest.Failure{networktest.DropAfter, networktest.Garbage} {
		s, c := tumblrtest.New(t), calls(nil)
		must(t, c, s.Account(), plan("b", network.Part{Text: "Good morning"})) // the same words, another delivery
		p := plan("a", network.Part{Text: "Good morning"})
		if _, found, err := tumblr.New().Find(t.Context(), c, s.Account(), p); found || err != nil {
			t.Fatalf("before: found %t, %v", found, err)
		}
		s.Fail(failure)
		if _, err := tumblr.New().Publish(t.Context(), c, s.Account(), p); !is(err, network.Ambiguous) {
			t.Fatalf("published: %v", err)
		}
		want := s.Saved()[1]
		r, found, err := tumblr.New().Find(t.Context(), c, s.Account(), p)
		if err != nil || !found || r.RemoteID != want.ID || r.URL != "https://geraniums.tumblr.com/post/"+want.ID || !strings.HasPrefix(want.Slug, "good-morning-") {
			t.Errorf("%s: found %t %+v, %v", failure, found, r, err)
		}
	}
}

func TestWhatNeverArrivedStaysInDoubt(t *testing.T) {
	s, c := tumblrtest.New(t), calls(nil)
	p := plan("a", network.Part{Text: "hello"})
	s.Fail(networktest.ServerError)
	if _, err := tumblr.New().Publish(t.Context(), c, s.Account(), p); !is(err, network.Ambiguous) {
		t.Fatalf("published: %v", err)
	}
	if r, found, err := tumblr.New().Find(t.Context(), c, s.Account(), p); found || err != nil {
		t.Errorf("found %t %+v, %v", found, r, err)
	}
	if d := tumblr.New().Describe(); d.Reconcile.Shape != network.ShapeLookUp || d.Reconcile.Bound != 0 {
		t.Error("nothing says how late Tumblr takes a request: what is not found must stay in doubt")
	}
}

func TestAVideoIsFoundOnceItIsConverted(t *testing.T) {
	s, files := tumblrtest.New(t), networktest.NewFiles()
	c := calls(files)
	p := plan("a", network.Part{Text: "a film", Media: []network.Media{files.Picture("video/mp4", 1, 0)}})
	s.Say("transcoding")
	r := must(t, c, s.Account(), p)
	if _, found, err := tumblr.New().Find(t.Context(), c, s.Account(), p); found || err != nil {
		t.Errorf("while it is converted: found %t, %v", found, err)
	}
	s.Converted()
	if got, found, err := tumblr.New().Find(t.Context(), c, s.Account(), p); !found || err != nil || got != r {
		t.Errorf("afterwards: found %t %+v, %v; want %+v", found, got, err, r)
	}
}

func TestALongBlogIsReadBackToThePlansTime(t *testing.T) {
	s, c := tumblrtest.New(t), calls(nil)
	old := []map[string]any{{"type": "text", "text": "old"}}
	s.Write(tumblrtest.Post{Slug: "pinned", Blocks: old, Pinned: true, At: time.Now().Add(-1000 * time.Hour)})
	for range 30 {
		s.Write(tumblrtest.Post{Slug: "old", Blocks: old, At: time.Now().Add(-100 * time.Hour)})
	}
	p := plan("a", network.Part{Text: "one"})
	must(t, c, s.Account(), p)
	for range 45 {
		s.Write(tumblrtest.Post{Slug: "chatter", Blocks: old})
	}
	if _, found, err := tumblr.New().Find(t.Context(), c, s.Account(), p); !found || err != nil {
		t.Errorf("found %t, %v", found, err)
	}
	absent, before := plan("b", network.Part{Text: "one"}), len(s.Calls())
	if _, found, err := tumblr.New().Find(t.Context(), c, s.Account(), absent); found || err != nil {
		t.Errorf("what is not there: found %t, %v", found, err)
	}
	if n := len(s.Calls()) - before; n != 3 {
		t.Errorf("%d pages were read, want three: the third ends in old posts", n)
	}
	for range 300 {
		s.Write(tumblrtest.Post{Slug: "chatter", Blocks: old})
	}
	if _, found, err := tumblr.New().Find(t.Context(), c, s.Account(), absent); found || !is(err, network.Ambiguous) {
		t.Errorf("in too long a blog: found %t, %v", found, err)
	}
}

func TestAShortPageIsNotTheEndWhereMoreIsSaid(t *testing.T) {
	s := tumblrtest.New(t)
	p := plan("a", network.Part{Text: "one"})
	must(t, calls(nil), s.Account(), p)
	saved, now := s.Saved()[0], time.Now().Unix()
	page := func(total int, slugs ...string) network.Reply {
		var posts []string
		for _, slug := range slugs {
			posts = append(posts, fmt.Sprintf(`{"id":12,"post_url":"https://geraniums.tumblr.com/post/12/%s","timestamp":%d}`, slug, now))
		}
		return network.Reply{Status: 200, Body: fmt.Appendf(nil, `{"meta":{"status":200},"response":{"posts":[%s],"total_posts":%d}}`, strings.Join(posts, ","), total)}
	}
	c := networktest.NewPlain(tumblr.New(), &book{replies: []network.Reply{page(22, "a", "b"), page(22, saved.Slug)}})
	if r, found, err := tumblr.New().Find(t.Context(), c, s.Account(), p); !found || err != nil || r.RemoteID != "12" {
		t.Errorf("on the second page: found %t %+v, %v", found, r, err)
	}
	end := &book{replies: []network.Reply{page(2, "a", "b"), page(2, saved.Slug)}}
	if _, found, err := tumblr.New().Find(t.Context(), networktest.NewPlain(tumblr.New(), end), s.Account(), p); found || err != nil || end.next != 1 {
		t.Errorf("the only page: found %t, %v after %d requests", found, err, end.next)
	}
}

func TestAServerThatChoosesTheAddressProvesNothing(t *testing.T) {
	s, c := tumblrtest.New(t), calls(nil)
	s.IgnoreSlugs()
	p := plan("a", network.Part{Text: "one"})
	must(t, c, s.Account(), p)
	if _, found, err := tumblr.New().Find(t.Context(), c, s.Account(), p); found || err != nil {
		t.Errorf("found %t, %v", found, err) // which, without a bound, the queue takes for no proof
	}
}

func TestAListThatCannotBeReadProvesNothing(t *testing.T) {
	s := tumblrtest.New(t)
	p := plan("a", network.Part{Text: "one"})
	for name, body := range map[string]string{
		"no posts":            `{"meta":{"status":200},"response":{}}`,
		"null":                `{"meta":{"status":200},"response":{"posts":null}}`,
		"an object":           `{"meta":{"status":200},"response":{"posts":{}}}`,
		"an empty response":   `{"meta":{"status":200},"response":[]}`,
		"another status":      `{"meta":{"status":404},"response":{"posts":[]}}`,
		"no envelope":         `{"response":{"posts":[]}}`,
		"a post without id":   `{"meta":{"status":200},"response":{"posts":[{"timestamp":1790000000}]}}`,
		"a post of no time":   `{"meta":{"status":200},"response":{"posts":[{"id":12}]}}`,
		"an odd id":           `{"meta":{"status":200},"response":{"posts":[{"id":1e3,"timestamp":1790000000}]}}`,
		"half a surrogate":    `{"meta":{"status":200},"response":{"posts":[{"id_string":"\ud800","timestamp":1790000000}]}}`,
		"cut":                 `{"meta":{"status":200},"response":{"posts":[`,
		"a page":              `<html></html>`,
		"more after it":       `{"meta":{"status":200},"response":{"posts":[]}} {}`,
		"deep":                strings.Repeat(`{"meta":`, 20000),
		"the time in letters": `{"meta":{"status":200},"response":{"posts":[{"id":12,"timestamp":"soon"}]}}`,
	} {
		if _, found, err := tumblr.New().Find(t.Context(), says(200, body), s.Account(), p); found || !is(err, network.Ambiguous) {
			t.Errorf("%s: found %t, %v", name, found, err)
		}
	}
	twins := `{"meta":{"status":200},"response":{"posts":[{"id":12,"slug":"SLUG","timestamp":1790000000},{"id":13,"slug":"SLUG","timestamp":1790000000}]}}`
	must(t, calls(nil), s.Account(), p)
	twins = strings.ReplaceAll(twins, "SLUG", s.Saved()[0].Slug)
	if r, found, err := tumblr.New().Find(t.Context(), says(200, twins), s.Account(), p); found || !is(err, network.Ambiguous) {
		t.Errorf("two of one address: found %t %+v, %v", found, r, err)
	}
	for status, want := range map[int]network.Kind{400: network.Ambiguous, 404: network.Ambiguous, 429: network.Throttled, 401: network.Reauth, 503: network.Ambiguous} {
		body := `{"meta":{"status":` + map[int]string{400: "400", 404: "404", 429: "429", 401: "401", 503: "503"}[status] + `,"msg":"No"},"response":[]}`
		if _, found, err := tumblr.New().Find(t.Context(), says(status, body), s.Account(), p); found || !is(err, want) {
			t.Errorf("%d: found %t, %v", status, found, err)
		}
	}
	for _, wrong := range []network.Plan{
		{Parts: p.Parts}, {Keys: p.Keys}, {Parts: p.Parts, Keys: p.Keys, Done: []network.Receipt{{RemoteID: "1"}}},
	} {
		if _, found, err := tumblr.New().Find(t.Context(), calls(nil), s.Account(), wrong); found || !is(err, network.Ambiguous) {
			t.Errorf("a plan without doubt: found %t, %v", found, err)
		}
	}
}

func TestAnAddressSaysWhichPostItIs(t *testing.T) {
	a := tumblrtest.New(t).Account()
	for link, id := range map[string]string{
		"https://geraniums.tumblr.com/post/745612345678901234":             "745612345678901234",
		" https://geraniums.tumblr.com/post/745612345678901234/red-ones ":  "745612345678901234",
		"https://www.tumblr.com/geraniums/745612345678901234/red?source=x": "745612345678901234",
		"https://www.tumblr.com/@geraniums/745612345678901234":             "745612345678901234",
		"https://begonias.tumblr.com/post/745612345678901234":              "",
		"https://www.tumblr.com/begonias/745612345678901234":               "",
		"https://geraniums.tumblr.com/archive/2026":                        "",
		"https://geraniums.tumblr.com/post/12x":                            "",
		"https://geraniums.tumblr.com.evil.example/post/12":                "",
		"https://a@geraniums.tumblr.com/post/12":                           "",
		"https://geraniums.tumblr.com/post/12/a/b":                         "",
	} {
		r, ok := tumblr.New().Linked(a, link)
		if ok != (id != "") || r.RemoteID != id || ok && r.URL != "https://geraniums.tumblr.com/post/"+id {
			t.Errorf("%q is %+v %t", link, r, ok)
		}
	}
	if got := tumblr.New().Profile(a); got != "https://www.tumblr.com/geraniums" {
		t.Errorf("the blog is at %q", got)
	}
}
