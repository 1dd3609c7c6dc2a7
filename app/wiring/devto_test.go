package wiring_test

import (
	"slices"
	"testing"
	"time"

	"postbag/app/api"
	"postbag/app/wiring"
	"postbag/backend/domain"
	"postbag/backend/network"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/devto"
	"postbag/backend/networks/devto/devtotest"
	"postbag/backend/networks/feed"
	"postbag/backend/networks/mastodon/mastodontest"
	"postbag/backend/secrets"
	"postbag/backend/secrets/secretstest"
)

// hastyDEV is DEV whose doubt is looked into at once.
type hastyDEV struct{ devto.Network }

func (h hastyDEV) Describe() network.Descriptor {
	d := h.Network.Describe()
	d.Reconcile.Quarantine = time.Millisecond
	return d
}

// An article goes through the whole program to DEV. One whose answer is lost is found among the account's
// own; one that is not there is never sent again by itself, because a list proves nothing.
func TestAnArticleGoesToDEVOnce(t *testing.T) {
	app := must[*wiring.App](t)(wiring.Open(t.Context(), wiring.Config{
		Data: t.TempDir(), Program: "test", Version: "test", Keepers: []secrets.Keeper{&pocket{}},
		Networks: network.NewRegistry(hastyDEV{devto.New()}, feed.New()),
	}))
	t.Cleanup(func() {
		if err := app.Close(); err != nil {
			t.Error(err)
		}
	})
	s := devtotest.New(t)
	b := &bench{App: app, t: t, api: app.Services(t.Context(), api.Events{}), server: mastodontest.New(t)}
	b.space = must[api.Workspace](t)(b.api.System.AddWorkspace("Mine"))
	b.channel = must[domain.Channel](t)(b.Accounts.Connected(t.Context(), domain.WorkspaceID(b.space.ID), "devto", s.Account()))
	b.publish(api.Content{Text: "Opening hours\n\nWe open at **seven**."}, api.Variant{
		Channel: string(b.channel.ID), Options: map[string]string{"tags": "harbour, news", "series": "Our week"},
	})
	saved := s.Saved()
	if len(saved) != 1 || saved[0].Title != "Opening hours" || saved[0].Body != "We open at **seven**." || !slices.Equal(saved[0].Tags, []string{"harbour", "news"}) || saved[0].Series != "Our week" {
		t.Fatalf("arrived: %+v", saved)
	}

	s.Fail(networktest.DropAfter)
	b.publish(api.Content{Text: "Closed on Sunday\n\nAll of us are at sea."})
	var live []api.Delivery
	for until := time.Now().Add(time.Minute); len(live) < 2 && time.Now().Before(until); {
		if err := b.Publish(t.Context(), true, nil); err != nil {
			t.Fatal(err)
		}
		live = must[[]api.Delivery](t)(b.api.Queue.List(b.space.ID, []string{"published"}))
	}
	if saved = s.Saved(); len(live) != 2 || len(saved) != 2 {
		t.Fatalf("%d are published; DEV has %+v", len(live), saved)
	}

	s.Fail(networktest.ServerError)
	b.publish(api.Content{Text: "Closed on Monday\n\nAll of us are asleep."})
	var asked []api.Delivery
	for until := time.Now().Add(time.Minute); len(asked) == 0 && time.Now().Before(until); {
		if err := b.Publish(t.Context(), true, nil); err != nil {
			t.Fatal(err)
		}
		asked = must[[]api.Delivery](t)(b.api.Queue.List(b.space.ID, []string{"held"}))
	}
	if saved = s.Saved(); len(asked) != 1 || len(saved) != 2 {
		t.Errorf("before a person come %+v; DEV has %+v", asked, saved)
	}
	secretstest.Scan(t, b.Dir.Path(), devtotest.Key)
}
