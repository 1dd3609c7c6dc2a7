package wiring_test

import (
	"bytes"
	"fmt"
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
	"postbag/backend/networks/youtube"
	"postbag/backend/networks/youtube/youtubetest"
	"postbag/backend/secrets"
	"postbag/backend/secrets/secretstest"
)

// hastyYouTube is YouTube whose doubt is looked into at once.
type hastyYouTube struct{ youtube.Network }

func (h hastyYouTube) Describe() network.Descriptor {
	d := h.Network.Describe()
	d.Reconcile.Quarantine = time.Millisecond
	return d
}

// A picture beside a video goes through the whole program as its thumbnail.
func TestAThumbnailGoesToYouTube(t *testing.T) {
	b := newBench(t)
	s := youtubetest.New(t)
	b.channel = must[domain.Channel](t)(b.Accounts.Connected(t.Context(), domain.WorkspaceID(b.space.ID), "youtube", s.Account()))
	film := append(b.film("boat.mp4", movie()), api.Media{Asset: string(b.asset("sea.jpg").ID)})
	b.publish(api.Content{Text: "The boat leaves at seven.", Media: film}, api.Variant{
		Channel: string(b.channel.ID), Options: map[string]string{"kids": "not_for_kids"},
	})
	videos := s.Videos()
	if len(videos) != 1 || videos[0].Privacy != "public" || len(videos[0].Thumbnail) == 0 || len(videos[0].Bytes) == 0 {
		t.Errorf("the channel has %d videos; %+v", len(videos), must[[]api.Delivery](t)(b.api.Queue.List(b.space.ID, nil)))
	}
}

// A video goes through the whole program on a channel, private first and then public. Where the last
// answer is lost the video itself is asked: one that is visible is adopted, one that is not is made
// visible, and never is it uploaded again. No token, and no address to upload to, is in the clear.
func TestAVideoGoesToYouTubeOnce(t *testing.T) {
	for _, failure := range []networktest.Failure{"", networktest.DropAfter, networktest.Garbage, networktest.ServerError} {
		app := must[*wiring.App](t)(wiring.Open(t.Context(), wiring.Config{
			Data: t.TempDir(), Program: "test", Version: "test", Keepers: []secrets.Keeper{&pocket{}},
			Networks: network.NewRegistry(hastyYouTube{youtube.New()}, feed.New()),
		}))
		s := youtubetest.New(t)
		b := &bench{App: app, t: t, api: app.Services(t.Context(), api.Events{}), server: mastodontest.New(t)}
		b.space = must[api.Workspace](t)(b.api.System.AddWorkspace("Mine"))
		b.channel = must[domain.Channel](t)(b.Accounts.Connected(t.Context(), domain.WorkspaceID(b.space.ID), "youtube", s.Account()))
		if failure != "" {
			s.Fail(failure)
		}
		b.publish(api.Content{Text: "The boat leaves at seven.", Media: b.film("boat.mp4", movie())}, api.Variant{
			Channel: string(b.channel.ID), Options: map[string]string{"kids": "not_for_kids", "title": "Timetable", "tags": "boat, fjord"},
		})
		var ended []api.Delivery
		for until := time.Now().Add(time.Minute); len(ended) == 0 && time.Now().Before(until); {
			if err := b.Publish(t.Context(), true, nil); err != nil {
				t.Fatal(err)
			}
			ended = must[[]api.Delivery](t)(b.api.Queue.List(b.space.ID, []string{"published", "held"}))
		}
		videos := s.Videos()
		if len(ended) != 1 || ended[0].State != "published" || len(videos) != 1 || len(s.Posts()) != 1 {
			t.Fatalf("%q: ended as %+v; the channel has %d videos", failure, ended, len(videos))
		}
		v := videos[0]
		if v.Privacy != "public" || v.Title != "Timetable" || v.Description != "The boat leaves at seven." || !bytes.Contains(v.Bytes, []byte("pictures and sound")) {
			t.Errorf("%q: arrived as %s %q, %q, %d bytes", failure, v.Privacy, v.Title, v.Description, len(v.Bytes))
		}
		if ended[0].RemoteURL != "https://www.youtube.com/watch?v="+v.ID {
			t.Errorf("%q: published at %q", failure, ended[0].RemoteURL)
		}
		secretstest.Scan(t, b.Dir.Path(), youtubetest.GoodToken, "AAANsUnXfcGnPrA0dNvKNtq")
		if err := app.Close(); err != nil {
			t.Error(err)
		}
	}
}

// Google keeps the videos of an application that it has not audited private. A person is told so, and
// the video is uploaded once.
func TestAVideoThatYouTubeKeepsPrivateComesBeforeAPerson(t *testing.T) {
	app := must[*wiring.App](t)(wiring.Open(t.Context(), wiring.Config{
		Data: t.TempDir(), Program: "test", Version: "test", Keepers: []secrets.Keeper{&pocket{}},
		Networks: network.NewRegistry(hastyYouTube{youtube.New()}, feed.New()),
	}))
	s := youtubetest.New(t)
	s.Lock()
	b := &bench{App: app, t: t, api: app.Services(t.Context(), api.Events{}), server: mastodontest.New(t)}
	b.space = must[api.Workspace](t)(b.api.System.AddWorkspace("Mine"))
	b.channel = must[domain.Channel](t)(b.Accounts.Connected(t.Context(), domain.WorkspaceID(b.space.ID), "youtube", s.Account()))
	b.publish(api.Content{Text: "The boat leaves at seven.", Media: b.film("boat.mp4", movie())}, api.Variant{
		Channel: string(b.channel.ID), Options: map[string]string{"kids": "not_for_kids"},
	})
	var held []api.Delivery
	for until := time.Now().Add(time.Minute); len(held) == 0 && time.Now().Before(until); {
		if err := b.Publish(t.Context(), true, nil); err != nil {
			t.Fatal(err)
		}
		held = must[[]api.Delivery](t)(b.api.Queue.List(b.space.ID, []string{"published", "held"}))
	}
	if len(held) != 1 || held[0].State != "held" || len(s.Videos()) != 1 || len(s.Posts()) != 0 {
		t.Fatalf("ended as %+v; the channel has %d videos, %d of them visible", held, len(s.Videos()), len(s.Posts()))
	}
	if !strings.Contains(fmt.Sprintf("%+v", held[0]), "audited") {
		t.Errorf("the person reads %+v", held[0])
	}
	if err := app.Close(); err != nil {
		t.Error(err)
	}
}
