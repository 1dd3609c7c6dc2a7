package wiring_test

import (
	"testing"

	"postbag/app/api"
	"postbag/backend/domain"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/lemmy/lemmytest"
)

// A post with a title and a picture goes through the whole program into a community: the picture
// first, made to fit and described, then one post. One whose answer is lost is in doubt, and is not
// sent again by itself.
func TestAPostWithAPictureGoesToLemmyAndALostOneIsNotRepeated(t *testing.T) {
	b := newBench(t)
	s := lemmytest.New(t)
	b.channel = must[domain.Channel](t)(b.Accounts.Connected(t.Context(), domain.WorkspaceID(b.space.ID), "lemmy", s.Account()))
	titled := api.Variant{Channel: string(b.channel.ID), Options: map[string]string{"title": "Opening hours", "nsfw": "false"}}
	b.publish(api.Content{
		Text: "We open at **seven**.", Language: "en",
		Media: []api.Media{{Asset: string(b.picture.ID), Alt: "A window with geraniums"}},
	}, titled)
	saved := s.Saved()
	if len(saved) != 1 || len(b.server.Statuses()) != 0 {
		t.Fatalf("%d posts and %d statuses arrived", len(saved), len(b.server.Statuses()))
	}
	p := saved[0]
	if p.Name != "Opening hours" || p.Body != "We open at **seven**." || p.Community != lemmytest.News || p.NSFW || p.Language != 37 {
		t.Errorf("arrived as %+v", p)
	}
	if p.Alt != "A window with geraniums" || len(p.Picture) == 0 || len(p.Picture) > 20_000_000 {
		t.Errorf("a picture of %d bytes arrived, described as %q", len(p.Picture), p.Alt)
	}
	link := must[[]api.Delivery](t)(b.api.Queue.List(b.space.ID, []string{"published"}))
	if len(link) != 1 || link[0].RemoteURL != s.URL+"/post/"+s.Posts()[0].ID {
		t.Errorf("what is published is %+v", link)
	}

	s.Fail(networktest.DropAfter)
	b.publish(api.Content{Text: "We close at four.\nOn Sundays at two."})
	if err := b.Publish(t.Context(), true, nil); err != nil {
		t.Fatal(err)
	}
	doubt := must[[]api.Delivery](t)(b.api.Queue.List(b.space.ID, []string{"unknown"}))
	if saved = s.Saved(); len(doubt) != 1 || len(saved) != 2 || saved[1].Name != "We close at four." || saved[1].Body != "On Sundays at two." {
		t.Errorf("in doubt are %+v; the server has %+v", doubt, saved)
	}
}
