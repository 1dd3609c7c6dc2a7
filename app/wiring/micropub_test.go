package wiring_test

import (
	"bytes"
	"image"
	"testing"
	"time"

	"postbag/app/api"
	"postbag/app/wiring"
	"postbag/backend/domain"
	"postbag/backend/network"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/feed"
	"postbag/backend/networks/mastodon/mastodontest"
	"postbag/backend/networks/micropub"
	"postbag/backend/networks/micropub/micropubtest"
	"postbag/backend/secrets"
	"postbag/backend/secrets/secretstest"
)

// impatient is Micropub whose doubt is looked into at once.
type impatient struct{ micropub.Network }

func (n impatient) Describe() network.Descriptor {
	d := n.Network.Describe()
	d.Reconcile.Quarantine, d.Limits.Reconcile.Quarantine = time.Millisecond, time.Millisecond
	return d
}

// A post with a picture goes through the whole program to a site of one's own; then one whose answer is
// lost is found in the list of posts and not sent again, and one that never came is put before a person.
func TestAPostWithAPictureGoesToASiteByMicropub(t *testing.T) {
	app := must[*wiring.App](t)(wiring.Open(t.Context(), wiring.Config{
		Data: t.TempDir(), Program: "test", Version: "test", Keepers: []secrets.Keeper{&pocket{}},
		Networks: network.NewRegistry(impatient{micropub.New()}, feed.New()),
	}))
	t.Cleanup(func() {
		if err := app.Close(); err != nil {
			t.Error(err)
		}
	})
	s := micropubtest.New(t, micropubtest.Site{})
	b := &bench{App: app, t: t, api: app.Services(t.Context(), api.Events{}), server: mastodontest.New(t)}
	b.space = must[api.Workspace](t)(b.api.System.AddWorkspace("Mine"))
	b.channel = must[domain.Channel](t)(b.Accounts.Connected(t.Context(), domain.WorkspaceID(b.space.ID), "micropub", s.Account()))
	b.picture = b.asset("window.jpg")

	b.publish(api.Content{
		Text:  "We open at seven.",
		Media: []api.Media{{Asset: string(b.picture.ID), Alt: `A window with "geraniums"`}},
	}, api.Variant{Channel: string(b.channel.ID), Options: map[string]string{"title": "Opening hours", "categories": "harbour"}})
	posts := s.Saved()
	if len(posts) != 1 || posts[0].Title != "Opening hours" || posts[0].Text != "We open at seven." || len(posts[0].Categories) != 1 || len(posts[0].Photos) != 1 {
		t.Fatalf("arrived: %+v", posts)
	}
	if p := posts[0].Photos[0]; p.Alt != `A window with "geraniums"` || len(s.File(p.URL)) > 2<<20 {
		t.Errorf("the picture is %+v with %d bytes", p, len(s.File(p.URL)))
	} else if _, _, err := image.DecodeConfig(bytes.NewReader(s.File(p.URL))); err != nil {
		t.Error(err)
	}

	for _, failure := range []networktest.Failure{networktest.DropAfter, networktest.ServerError} {
		s.Fail(failure)
		b.publish(api.Content{Text: "Closed on " + string(failure) + "."})
		for until := time.Now().Add(time.Minute); time.Now().Before(until) && len(must[[]api.Delivery](t)(b.api.Queue.List(b.space.ID, []string{"unknown"}))) > 0; {
			if err := b.Publish(t.Context(), true, nil); err != nil {
				t.Fatal(err)
			}
		}
	}
	live := must[[]api.Delivery](t)(b.api.Queue.List(b.space.ID, []string{"published"}))
	held := must[[]api.Delivery](t)(b.api.Queue.List(b.space.ID, []string{"held"}))
	if posts = s.Saved(); len(posts) != 2 || len(live) != 2 || len(held) != 1 {
		t.Fatalf("the site has %+v; live are %+v, held are %+v", posts, live, held)
	}
	for _, d := range live {
		if d.RemoteURL != posts[0].URL && d.RemoteURL != posts[1].URL {
			t.Errorf("published is %s", d.RemoteURL)
		}
	}
	secretstest.Scan(t, b.Dir.Path(), micropubtest.Token)
}
