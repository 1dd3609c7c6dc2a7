package wiring_test

import (
	"testing"
	"time"

	"postbag/app/api"
	"postbag/app/wiring"
	"postbag/backend/domain"
	"postbag/backend/network"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/feed"
	"postbag/backend/networks/googlebusiness"
	"postbag/backend/networks/googlebusiness/googlebusinesstest"
	"postbag/backend/networks/mastodon/mastodontest"
	"postbag/backend/secrets"
	"postbag/backend/secrets/secretstest"
)

// A post goes through the whole program to a business's profile, after the token that had ended was
// renewed. One whose answer is lost is in doubt, and is not sent again by itself.
func TestAPostGoesToGoogleBusinessAndALostOneIsNotRepeated(t *testing.T) {
	b := newBench(t)
	s := googlebusinesstest.New(t)
	account := s.Account()
	account.Expires = time.Now().Add(-time.Minute)
	b.channel = must[domain.Channel](t)(b.Accounts.Connected(t.Context(), domain.WorkspaceID(b.space.ID), "googlebusiness", account))
	b.publish(api.Content{Text: "We open at seven.", Language: "en"}, api.Variant{Channel: string(b.channel.ID), Options: map[string]string{"button": "call"}})
	saved := s.Saved()
	if len(saved) != 1 || len(b.server.Statuses()) != 0 {
		t.Fatalf("%d posts and %d statuses arrived", len(saved), len(b.server.Statuses()))
	}
	if p := saved[0]; p.Text != "We open at seven." || p.Button != "CALL" || p.Language != "en" || p.Location != googlebusinesstest.LocationID {
		t.Errorf("arrived as %+v", p)
	}
	done := must[[]api.Delivery](t)(b.api.Queue.List(b.space.ID, []string{"published"}))
	if len(done) != 1 || done[0].RemoteID != saved[0].ID {
		t.Errorf("what is published is %+v", done)
	}

	s.Fail(networktest.DropAfter)
	b.publish(api.Content{Text: "We close at four."})
	if err := b.Publish(t.Context(), true, nil); err != nil {
		t.Fatal(err)
	}
	doubt := must[[]api.Delivery](t)(b.api.Queue.List(b.space.ID, []string{"unknown"}))
	if saved = s.Saved(); len(doubt) != 1 || len(saved) != 2 || saved[1].Text != "We close at four." {
		t.Errorf("in doubt are %+v; the server has %+v", doubt, saved)
	}
	secretstest.Scan(t, b.Dir.Path(), account.Secret.Field("token"), account.Secret.Field("refresh"), account.Secret.Field("client_secret"))
}

// An offer with a picture goes through the whole program: the picture by way of the workspace's storage.
func TestAnOfferWithAPictureGoesToGoogleBusiness(t *testing.T) {
	b := newBench(t)
	s := googlebusinesstest.New(t)
	s.UseFiles(b.Dir.Media())
	b.Carriers["shelf"] = s.Shelf
	b.haveShelf()
	b.channel = must[domain.Channel](t)(b.Accounts.Connected(t.Context(), domain.WorkspaceID(b.space.ID), "googlebusiness", s.Account()))
	picture := api.Media{Asset: string(b.asset("sea.jpg").ID)}
	b.publish(api.Content{Text: "Every boat.", Media: []api.Media{picture}}, api.Variant{Channel: string(b.channel.ID), Options: map[string]string{
		"topic": "offer", "title": "Winter sale", "start": "2026-12-01", "end": "2026-12-03", "coupon": "BOAT10",
	}})
	saved := s.Saved()
	if len(saved) != 1 {
		t.Fatalf("%d posts; %+v", len(saved), must[[]api.Delivery](t)(b.api.Queue.List(b.space.ID, nil)))
	}
	if p := saved[0]; len(p.File) == 0 || p.Topic != "OFFER" || p.Event.Title != "Winter sale" || p.Event.End != "2026-12-03" || p.Coupon != "BOAT10" {
		t.Errorf("arrived with a picture of %d bytes as %+v", len(p.File), p.Event)
	}
}

// hastyBusiness is Google Business Profile whose doubt is looked into at once.
type hastyBusiness struct{ googlebusiness.Network }

func (h hastyBusiness) Describe() network.Descriptor {
	d := h.Network.Describe()
	d.Reconcile.Quarantine = time.Millisecond
	return d
}

// A post whose answer was lost is found among those of the location and adopted. One that is not there is
// put before a person after the second look: nothing proves that it will not come.
func TestDoubtAboutAPostOnGoogleBusinessIsSettledByTheList(t *testing.T) {
	for _, c := range []struct {
		failure networktest.Failure
		state   string
		posts   int
	}{{networktest.DropAfter, "published", 1}, {networktest.Garbage, "published", 1}, {networktest.ServerError, "held", 0}} {
		app := must[*wiring.App](t)(wiring.Open(t.Context(), wiring.Config{
			Data: t.TempDir(), Program: "test", Version: "test", Keepers: []secrets.Keeper{&pocket{}},
			Networks: network.NewRegistry(hastyBusiness{googlebusiness.New()}, feed.New()),
		}))
		s := googlebusinesstest.New(t)
		b := &bench{App: app, t: t, api: app.Services(t.Context(), api.Events{}), server: mastodontest.New(t)}
		b.space = must[api.Workspace](t)(b.api.System.AddWorkspace("Mine"))
		b.channel = must[domain.Channel](t)(b.Accounts.Connected(t.Context(), domain.WorkspaceID(b.space.ID), "googlebusiness", s.Account()))
		s.Fail(c.failure)
		b.publish(api.Content{Text: "We open at seven."})
		var ended []api.Delivery
		for until := time.Now().Add(time.Minute); len(ended) == 0 && time.Now().Before(until); {
			if err := b.Publish(t.Context(), true, nil); err != nil {
				t.Fatal(err)
			}
			ended = must[[]api.Delivery](t)(b.api.Queue.List(b.space.ID, []string{"published", "held"}))
		}
		posts := s.Saved()
		if len(ended) != 1 || ended[0].State != c.state || len(posts) != c.posts {
			t.Errorf("%s: ended as %+v; the server has %+v", c.failure, ended, posts)
		} else if c.posts == 1 && ended[0].RemoteID != posts[0].ID {
			t.Errorf("%s: adopted is %q, the server has %q", c.failure, ended[0].RemoteID, posts[0].ID)
		}
		if err := app.Close(); err != nil {
			t.Error(err)
		}
	}
}
