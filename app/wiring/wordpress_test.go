package wiring_test

import (
	"bytes"
	"image"
	"strconv"
	"strings"
	"testing"
	"time"

	"postbag/app/api"
	"postbag/app/wiring"
	"postbag/backend/domain"
	"postbag/backend/network"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/feed"
	"postbag/backend/networks/mastodon/mastodontest"
	"postbag/backend/networks/wordpress"
	"postbag/backend/networks/wordpress/wordpresstest"
	"postbag/backend/secrets"
	"postbag/backend/secrets/secretstest"
)

// A post with a picture goes through the whole program to a WordPress site: the draft first, whose id
// is written down, then the one request that makes it visible.
func TestAPostWithAPictureGoesToWordPress(t *testing.T) {
	b := newBench(t)
	s := wordpresstest.New(t)
	b.channel = must[domain.Channel](t)(b.Accounts.Connected(t.Context(), domain.WorkspaceID(b.space.ID), "wordpress", s.Account()))
	b.publish(api.Content{
		Text:  "We open at seven.\n\nAnd close at four: https://example.com/hours",
		Media: []api.Media{{Asset: string(b.picture.ID), Alt: `A window with "geraniums"`}},
	}, api.Variant{Channel: string(b.channel.ID), Options: map[string]string{"title": "Opening hours", "tags": "harbour"}})
	posts := s.Saved()
	if len(posts) != 1 || posts[0].Status != "publish" || len(b.server.Statuses()) != 0 {
		t.Fatalf("%d posts and %d statuses arrived: %+v", len(posts), len(b.server.Statuses()), posts)
	}
	text, pictures, err := wordpresstest.Read(posts[0].Content)
	if err != nil || text != "We open at seven.\n\nAnd close at four: https://example.com/hours" || len(pictures) != 1 || pictures[0].Alt != `A window with "geraniums"` {
		t.Errorf("it reads %q with %+v, %v", text, pictures, err)
	}
	if posts[0].Title != "Opening hours" || !strings.HasPrefix(posts[0].Slug, "opening-hours-") || len(posts[0].Tags) != 1 {
		t.Errorf("the post is %+v", posts[0])
	}
	library := s.Library()
	if len(library) != 1 || library[0].Alt != `A window with "geraniums"` || len(library[0].Bytes) > 2<<20 {
		t.Fatalf("%d files are in the library", len(library))
	}
	if c, _, err := image.DecodeConfig(bytes.NewReader(library[0].Bytes)); err != nil || max(c.Width, c.Height) > 2560 {
		t.Errorf("the picture is %d by %d, %v", c.Width, c.Height, err)
	}
	link := must[[]api.Delivery](t)(b.api.Queue.List(b.space.ID, []string{"published"}))
	if len(link) != 1 || !strings.HasPrefix(link[0].RemoteURL, s.URL+"/?p=") {
		t.Errorf("what is published is %+v", link)
	}

	s.Fail(networktest.DropAfter)
	b.publish(api.Content{Text: "Closed on Sunday."})
	if err := b.Publish(t.Context(), true, nil); err != nil { // a second run sends nothing
		t.Fatal(err)
	}
	doubt := must[[]api.Delivery](t)(b.api.Queue.List(b.space.ID, []string{"unknown"}))
	if posts = s.Saved(); len(doubt) != 1 || len(posts) != 2 || posts[1].Title != "Closed on Sunday." {
		t.Errorf("in doubt are %+v; the site has %+v", doubt, posts)
	}
	secretstest.Scan(t, b.Dir.Path(), s.Account().Secret.Field("password"))
}

// hasty is WordPress whose doubt is looked into at once.
type hasty struct{ wordpress.Network }

func (h hasty) Describe() network.Descriptor {
	d := h.Network.Describe()
	d.Reconcile.Quarantine = time.Millisecond
	return d
}

// Whatever becomes of the answer to the request that makes a draft visible, the draft itself says what is
// so: a post that is there is adopted, and one that is not is made visible, from the same draft.
func TestDoubtAboutAWordPressPostEndsWithOnePost(t *testing.T) {
	for _, failure := range []networktest.Failure{networktest.DropAfter, networktest.Garbage, networktest.ServerError} {
		app := must[*wiring.App](t)(wiring.Open(t.Context(), wiring.Config{
			Data: t.TempDir(), Program: "test", Version: "test", Keepers: []secrets.Keeper{&pocket{}},
			Networks: network.NewRegistry(hasty{wordpress.New()}, feed.New()),
		}))
		s := wordpresstest.New(t)
		b := &bench{App: app, t: t, api: app.Services(t.Context(), api.Events{}), server: mastodontest.New(t)}
		b.space = must[api.Workspace](t)(b.api.System.AddWorkspace("Mine"))
		b.channel = must[domain.Channel](t)(b.Accounts.Connected(t.Context(), domain.WorkspaceID(b.space.ID), "wordpress", s.Account()))
		s.Fail(failure)
		b.publish(api.Content{Text: "Closed on Sunday."})
		var live []api.Delivery
		for until := time.Now().Add(time.Minute); len(live) == 0 && time.Now().Before(until); {
			if err := b.Publish(t.Context(), true, nil); err != nil {
				t.Fatal(err)
			}
			live = must[[]api.Delivery](t)(b.api.Queue.List(b.space.ID, []string{"published"}))
		}
		posts := s.Saved()
		if len(live) != 1 || len(posts) != 1 || posts[0].Status != "publish" || live[0].RemoteURL != s.URL+"/?p="+strconv.Itoa(posts[0].ID) {
			t.Errorf("%s: published are %+v; the site has %+v", failure, live, posts)
		}
		if err := app.Close(); err != nil {
			t.Error(err)
		}
	}
}
