package wiring_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"postbag/app/api"
	"postbag/app/wiring"
	"postbag/backend/domain"
	"postbag/backend/library"
	"postbag/backend/network"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/feed"
	"postbag/backend/networks/mastodon/mastodontest"
	"postbag/backend/networks/pinterest"
	"postbag/backend/networks/pinterest/pinteresttest"
	"postbag/backend/secrets"
	"postbag/backend/secrets/secretstest"
)

// A video with a title and a link goes through the whole program on a board: uploaded first, described,
// then one pin. One whose answer is lost is in doubt, and is not sent again by itself.
func TestAVideoGoesToPinterestAndALostOneIsNotRepeated(t *testing.T) {
	b := newBench(t)
	s := pinteresttest.New(t)
	b.channel = must[domain.Channel](t)(b.Accounts.Connected(t.Context(), domain.WorkspaceID(b.space.ID), "pinterest", s.Account()))
	b.publish(api.Content{Text: "The boat leaves at seven.", Media: b.film("boat.mp4", movie())}, api.Variant{
		Channel: string(b.channel.ID), Options: map[string]string{"title": "Timetable", "link": "https://example.com/boat", "cover": "2"},
	})
	pins := s.Pins()
	if len(pins) != 1 || len(b.server.Statuses()) != 0 {
		t.Fatalf("%d pins and %d statuses arrived", len(pins), len(b.server.Statuses()))
	}
	p := pins[0]
	if p.Title != "Timetable" || p.Description != "The boat leaves at seven." || p.Link != "https://example.com/boat" || p.Cover != 2 || p.Board != pinteresttest.Board {
		t.Errorf("arrived as %+v", p)
	}
	if p.Alt != "A boat leaves the quay" || !bytes.Contains(p.Video, []byte("pictures and sound")) {
		t.Errorf("a video of %d bytes arrived, described as %q", len(p.Video), p.Alt)
	}
	done := must[[]api.Delivery](t)(b.api.Queue.List(b.space.ID, []string{"published"}))
	if len(done) != 1 || done[0].RemoteURL != "https://www.pinterest.com/pin/"+p.ID+"/" {
		t.Errorf("what is published is %+v", done)
	}

	s.Fail(networktest.DropAfter)
	b.publish(api.Content{Text: "And comes back at four.", Media: b.film("back.mp4", bytes.ReplaceAll(movie(), []byte("sound"), []byte("waves")))})
	if err := b.Publish(t.Context(), true, nil); err != nil {
		t.Fatal(err)
	}
	doubt := must[[]api.Delivery](t)(b.api.Queue.List(b.space.ID, []string{"unknown"}))
	if pins = s.Pins(); len(doubt) != 1 || len(pins) != 2 {
		t.Errorf("in doubt are %+v; the server has %d pins", doubt, len(pins))
	}
	secretstest.Scan(t, b.Dir.Path(), pinteresttest.GoodToken, pinteresttest.Signature)
}

// Pictures go through the whole program inside the request that makes the pin: one as a picture, several as
// a carousel, each with what it shows.
func TestPicturesGoToPinterest(t *testing.T) {
	b := newBench(t)
	s := pinteresttest.New(t)
	b.channel = must[domain.Channel](t)(b.Accounts.Connected(t.Context(), domain.WorkspaceID(b.space.ID), "pinterest", s.Account()))
	picture := func(name, alt string) api.Media { return api.Media{Asset: string(b.asset(name).ID), Alt: alt} }
	b.publish(api.Content{Text: "A view.", Media: []api.Media{picture("window.jpg", "A window")}})
	b.publish(api.Content{Text: "Two views.", Media: []api.Media{picture("sea.jpg", "The sea"), picture("meadow.jpg", "A meadow")}})
	pins := s.Pins()
	if len(pins) != 2 {
		t.Fatalf("%d pins arrived", len(pins))
	}
	if p := pins[0]; len(p.Pictures) != 1 || p.Alt != "A window" || p.Description != "A view." {
		t.Errorf("arrived as %d pictures, %q", len(p.Pictures), p.Alt)
	}
	if p := pins[1]; len(p.Pictures) != 2 || len(p.Slots) != 2 || p.Slots[1].Description != "A meadow" {
		t.Errorf("arrived as %d pictures, %+v", len(p.Pictures), p.Slots)
	}
}

// hastyPinterest is Pinterest whose doubt is looked into at once.
type hastyPinterest struct{ pinterest.Network }

func (h hastyPinterest) Describe() network.Descriptor {
	d := h.Network.Describe()
	d.Reconcile.Quarantine = time.Millisecond
	return d
}

// A pin whose answer was lost is found on the board and adopted. One that is not there is put before a
// person after the second look: nothing proves that it will not come.
func TestDoubtAboutAPinIsSettledByTheBoard(t *testing.T) {
	for _, c := range []struct {
		failure networktest.Failure
		state   string
		pins    int
	}{{networktest.DropAfter, "published", 1}, {networktest.Garbage, "published", 1}, {networktest.ServerError, "held", 0}} {
		app := must[*wiring.App](t)(wiring.Open(t.Context(), wiring.Config{
			Data: t.TempDir(), Program: "test", Version: "test", Keepers: []secrets.Keeper{&pocket{}},
			Networks: network.NewRegistry(hastyPinterest{pinterest.New()}, feed.New()),
		}))
		s := pinteresttest.New(t)
		b := &bench{App: app, t: t, api: app.Services(t.Context(), api.Events{}), server: mastodontest.New(t)}
		b.space = must[api.Workspace](t)(b.api.System.AddWorkspace("Mine"))
		b.channel = must[domain.Channel](t)(b.Accounts.Connected(t.Context(), domain.WorkspaceID(b.space.ID), "pinterest", s.Account()))
		s.Fail(c.failure)
		b.publish(api.Content{Text: "The boat leaves at seven.", Media: b.film("boat.mp4", movie())})
		var ended []api.Delivery
		for until := time.Now().Add(time.Minute); len(ended) == 0 && time.Now().Before(until); {
			if err := b.Publish(t.Context(), true, nil); err != nil {
				t.Fatal(err)
			}
			ended = must[[]api.Delivery](t)(b.api.Queue.List(b.space.ID, []string{"published", "held"}))
		}
		pins := s.Pins()
		if len(ended) != 1 || ended[0].State != c.state || len(pins) != c.pins {
			t.Errorf("%s: ended as %+v; the board has %+v", c.failure, ended, pins)
		} else if c.pins == 1 && ended[0].RemoteID != pins[0].ID {
			t.Errorf("%s: adopted is %q, the board has %q", c.failure, ended[0].RemoteID, pins[0].ID)
		}
		if err := app.Close(); err != nil {
			t.Error(err)
		}
	}
}

// film puts a video into the library.
func (b *bench) film(name string, content []byte) []api.Media {
	b.t.Helper()
	path := filepath.Join(b.t.TempDir(), name)
	ok(b.t, os.WriteFile(path, content, 0o600))
	got := must[library.Result](b.t)(b.Library.Import(b.t.Context(), domain.WorkspaceID(b.space.ID), []string{path}, library.Options{}, nil))
	if len(got.Assets) != 1 {
		b.t.Fatalf("imported: %+v", got)
	}
	return []api.Media{{Asset: string(got.Assets[0].Asset.ID), Alt: "A boat leaves the quay"}}
}
