package wiring_test

import (
	"bytes"
	"image"
	"strings"
	"testing"
	"time"

	"postbag/app/api"
	"postbag/app/wiring"
	"postbag/backend/domain"
	"postbag/backend/network"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/feed"
	"postbag/backend/networks/ghost"
	"postbag/backend/networks/ghost/ghosttest"
	"postbag/backend/networks/mastodon/mastodontest"
	"postbag/backend/secrets"
	"postbag/backend/secrets/secretstest"
)

// A post with a picture goes through the whole program to a Ghost site: the draft first, whose id is
// written down, then the one request that publishes it.
func TestAPostWithAPictureGoesToGhost(t *testing.T) {
	b := newBench(t)
	s := ghosttest.New(t)
	s.Ahead(-3 * time.Hour)
	b.channel = must[domain.Channel](t)(b.Accounts.Connected(t.Context(), domain.WorkspaceID(b.space.ID), "ghost", s.Account()))
	b.publish(api.Content{
		Text:  "We open at seven.\n\nAnd close at four: https://example.com/hours",
		Media: []api.Media{{Asset: string(b.picture.ID), Alt: `A window with "geraniums"`}},
	}, api.Variant{Channel: string(b.channel.ID), Options: map[string]string{"title": "Opening hours", "tags": "harbour", "access": "members"}})
	posts := s.Saved()
	if len(posts) != 1 || posts[0].Status != "published" || len(b.server.Statuses()) != 0 {
		t.Fatalf("%d posts and %d statuses arrived: %+v", len(posts), len(b.server.Statuses()), posts)
	}
	text, pictures, err := ghosttest.Read(posts[0].HTML)
	if err != nil || text != "We open at seven.\n\nAnd close at four: https://example.com/hours" || len(pictures) != 1 || pictures[0].Alt != `A window with "geraniums"` {
		t.Errorf("it reads %q with %+v, %v", text, pictures, err)
	}
	if posts[0].Title != "Opening hours" || !strings.HasPrefix(posts[0].Slug, "opening-hours-") || len(posts[0].Tags) != 1 || posts[0].Visibility != "members" {
		t.Errorf("the post is %+v", posts[0])
	}
	files := s.Files()
	if len(files) != 1 || len(files[0].Bytes) > 10<<20 {
		t.Fatalf("%d files arrived", len(files))
	}
	if c, _, err := image.DecodeConfig(bytes.NewReader(files[0].Bytes)); err != nil || max(c.Width, c.Height) > 2560 {
		t.Errorf("the picture is %d by %d, %v", c.Width, c.Height, err)
	}
	link := must[[]api.Delivery](t)(b.api.Queue.List(b.space.ID, []string{"published"}))
	if len(link) != 1 || link[0].RemoteURL != s.URL+"/"+posts[0].Slug+"/" {
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
	secretstest.Scan(t, b.Dir.Path(), s.Account().Secret.Field("key"))
	secretstest.Scan(t, b.Dir.Path(), ghosttest.Secret)
}

// hastyGhost is Ghost whose doubt is looked into at once.
type hastyGhost struct{ ghost.Network }

func (h hastyGhost) Describe() network.Descriptor {
	d := h.Network.Describe()
	d.Reconcile.Quarantine = time.Millisecond
	return d
}

// Whatever becomes of the answer to the request that publishes a draft, the draft itself says what is so: a
// post that is there is adopted, and one that is not is published, from the same draft.
func TestDoubtAboutAGhostPostEndsWithOnePost(t *testing.T) {
	for _, failure := range []networktest.Failure{networktest.DropAfter, networktest.Garbage, networktest.ServerError} {
		app := must[*wiring.App](t)(wiring.Open(t.Context(), wiring.Config{
			Data: t.TempDir(), Program: "test", Version: "test", Keepers: []secrets.Keeper{&pocket{}},
			Networks: network.NewRegistry(hastyGhost{ghost.New()}, feed.New()),
		}))
		s := ghosttest.New(t)
		b := &bench{App: app, t: t, api: app.Services(t.Context(), api.Events{}), server: mastodontest.New(t)}
		b.space = must[api.Workspace](t)(b.api.System.AddWorkspace("Mine"))
		b.channel = must[domain.Channel](t)(b.Accounts.Connected(t.Context(), domain.WorkspaceID(b.space.ID), "ghost", s.Account()))
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
		if len(live) != 1 || len(posts) != 1 || posts[0].Status != "published" || live[0].RemoteURL != s.URL+"/"+posts[0].Slug+"/" {
			t.Errorf("%s: published are %+v; the site has %+v", failure, live, posts)
		}
		if err := app.Close(); err != nil {
			t.Error(err)
		}
	}
}
