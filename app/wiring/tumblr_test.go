package wiring_test

import (
	"slices"
	"testing"
	"time"

	"postbag/app/api"
	"postbag/backend/domain"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/tumblr/tumblrtest"
)

// A post with a picture goes through the whole program to a blog, after the tokens that had ended were
// renewed: one request with the words, the picture made to fit, and its description. One whose answer
// is lost is in doubt, and is not sent again by itself.
func TestAPostWithAPictureGoesToTumblrAndALostOneIsNotRepeated(t *testing.T) {
	b := newBench(t)
	s := tumblrtest.New(t)
	account := s.Account()
	account.Expires = time.Now().Add(-time.Minute)
	s.Expire()
	b.channel = must[domain.Channel](t)(b.Accounts.Connected(t.Context(), domain.WorkspaceID(b.space.ID), "tumblr", account))
	titled := api.Variant{Channel: string(b.channel.ID), Options: map[string]string{"title": "Opening hours", "tags": "windows, red flowers"}}
	b.publish(api.Content{
		Text:  "We open at seven.\n\nSee https://example.com/hours.",
		Media: []api.Media{{Asset: string(b.picture.ID), Alt: "A window with geraniums"}},
	}, titled)
	saved := s.Saved()
	if len(saved) != 1 || len(b.server.Statuses()) != 0 {
		t.Fatalf("%d posts and %d statuses arrived", len(saved), len(b.server.Statuses()))
	}
	p := saved[0]
	if p.Blocks[0]["text"] != "Opening hours" || p.Text() != "We open at seven.\n\nSee https://example.com/hours." || !slices.Equal(p.Tags, []string{"windows", "red flowers"}) {
		t.Errorf("arrived as %+v", p.Blocks)
	}
	if len(p.Media) != 1 || p.Alts[0] != "A window with geraniums" || len(p.Media[0]) == 0 || len(p.Media[0]) > 10_000_000 {
		t.Errorf("%d pictures arrived, described as %q", len(p.Media), p.Alts)
	}
	link := must[[]api.Delivery](t)(b.api.Queue.List(b.space.ID, []string{"published"}))
	if len(link) != 1 || link[0].RemoteURL != "https://geraniums.tumblr.com/post/"+p.ID {
		t.Errorf("what is published is %+v", link)
	}

	s.Fail(networktest.DropAfter)
	b.publish(api.Content{Text: "We close at four."})
	if err := b.Publish(t.Context(), true, nil); err != nil {
		t.Fatal(err)
	}
	doubt := must[[]api.Delivery](t)(b.api.Queue.List(b.space.ID, []string{"unknown"}))
	if saved = s.Saved(); len(doubt) != 1 || len(saved) != 2 || saved[1].Text() != "We close at four." {
		t.Errorf("in doubt are %+v; the server has %d posts", doubt, len(saved))
	}
	if posts := slices.DeleteFunc(s.Calls(), func(c string) bool { return c != "POST /v2/blog/"+tumblrtest.UUID+"/posts" }); len(posts) != 2 {
		t.Errorf("%d requests made posts, want two", len(posts))
	}
}
