package wiring_test

import (
	"bytes"
	"encoding/binary"
	"testing"
	"time"

	"postbag/app/api"
	"postbag/app/wiring"
	"postbag/backend/domain"
	"postbag/backend/network"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/feed"
	"postbag/backend/networks/instagram"
	"postbag/backend/networks/instagram/instagramtest"
	"postbag/backend/networks/mastodon/mastodontest"
	"postbag/backend/secrets"
	"postbag/backend/secrets/secretstest"
)

// hastyInstagram is the stand-in as Instagram, whose doubt is looked into at once.
type hastyInstagram struct{ instagram.Network }

func (h hastyInstagram) Describe() network.Descriptor {
	d := h.Network.Describe()
	d.Reconcile.Quarantine = time.Millisecond
	return d
}

// instagramBench is a program with one account on Instagram, connected through the conversation, whose files
// stand on a shelf in memory.
func instagramBench(t *testing.T) (*bench, *instagramtest.Server) {
	t.Helper()
	s := instagramtest.New(t)
	app := must[*wiring.App](t)(wiring.Open(t.Context(), wiring.Config{
		Data: t.TempDir(), Program: "test", Version: "test", Keepers: []secrets.Keeper{&pocket{}},
		Networks: network.NewRegistry(hastyInstagram{instagram.At(s.URL)}, feed.New()),
	}))
	t.Cleanup(func() { ok(t, app.Close()) })
	s.UseFiles(app.Dir.Media())
	app.Carriers["shelf"] = s.Shelf
	b := &bench{App: app, t: t, api: app.Services(t.Context(), api.Events{}), server: mastodontest.New(t)}
	b.space = must[api.Workspace](t)(b.api.System.AddWorkspace("Mine"))
	b.haveShelf()
	channels := b.api.Channels
	step := must[api.ConnectStep](t)(channels.Connect(api.ConnectRequest{Workspace: b.space.ID, Network: "instagram"}))
	if len(step.Ask) != 4 || step.Ask[0].Key != "token" || !step.Ask[0].Secret {
		t.Fatalf("it asks for %+v", step)
	}
	step = must[api.ConnectStep](t)(channels.Answer(api.AnswerRequest{Conversation: step.Conversation, Answers: s.Answers()}))
	if !step.Done || step.Channel.Handle != instagramtest.Handle {
		t.Fatalf("it ends as %+v", step)
	}
	b.channel = domain.Channel{ID: domain.ChannelID(step.Channel.ID)}
	return b, s
}

// seconds is a film that is so long.
func seconds(n uint32) []byte {
	film := movie()
	at := bytes.Index(film, []byte("mvhd"))
	binary.BigEndian.PutUint32(film[at+4+16:], n*1000)
	return film
}

// A post goes through the whole program to Instagram, which fetches its picture from the person's storage.
// Where the answer is lost the container is asked: a post that is there is adopted with its own address, one
// that is not is published as the same container. No token is in the clear.
func TestAPostGoesToInstagramOnce(t *testing.T) {
	for _, failure := range []networktest.Failure{"", networktest.DropAfter, networktest.Garbage, networktest.ServerError} {
		b, s := instagramBench(t)
		if failure != "" {
			s.Fail(failure)
		}
		picture := b.asset("window.jpg")
		b.publish(api.Content{Text: "We open at seven. #geraniums", Media: []api.Media{
			{Asset: string(picture.ID), Alt: "A window with geraniums", Preset: "instagram/feed-portrait-4-5"},
		}})
		done := b.ended()
		posts := s.Posts()
		if done.State != "published" || len(posts) != 1 || done.RemoteID != posts[0].ID {
			t.Fatalf("%q: ended as %+v; there are %d posts", failure, done, len(posts))
		}
		p := posts[0]
		if p.Text != "We open at seven. #geraniums" || len(p.Images) != 1 || !bytes.HasPrefix(p.Images[0], []byte("\xff\xd8")) || p.Alts[0] != "A window with geraniums" {
			t.Errorf("%q: arrived as %q with %d pictures", failure, p.Text, len(p.Images))
		}
		want := "https://www.instagram.com/" + instagramtest.Handle + "/"
		if failure == networktest.DropAfter || failure == networktest.Garbage {
			want = instagramtest.Link(p.ID)
		}
		if done.RemoteURL != want || s.Addresses() != 1 || len(s.Containers()) != 1 {
			t.Errorf("%q: published at %q, of %d files and %d containers", failure, done.RemoteURL, s.Addresses(), len(s.Containers()))
		}
		secretstest.Scan(t, b.Dir.Path(), instagramtest.GoodToken)
	}
}

// A picture and a film become a carousel; Instagram works on them for a while, and refuses another post.
func TestACarouselWaitsForInstagramAndARefusalIsTold(t *testing.T) {
	b, s := instagramBench(t)
	picture := b.asset("meadow.jpg")
	media := append([]api.Media{{Asset: string(picture.ID), Alt: "A meadow"}}, b.film("boat.mp4", seconds(5))...)
	b.publish(api.Content{Text: "Two of them", Media: media})
	done := b.ended()
	list := s.Containers()
	if done.State != "published" || len(list) != 3 || list[2].Form.Get("media_type") != "CAROUSEL" || len(list[2].Media) != 2 {
		t.Fatalf("ended as %+v; %d containers", done, len(list))
	}
	s.Ruin("Error: Media upload has failed with error code 2207026")
	b.publish(api.Content{Text: "A reel", Media: b.film("other.mp4", seconds(6))})
	refused := must[[]api.Delivery](t)(b.api.Queue.List(b.space.ID, []string{"rejected"}))
	if len(refused) != 1 || len(s.Posts()) != 1 {
		t.Errorf("refused are %+v; there are %d posts", refused, len(s.Posts()))
	}
}

// A first comment goes out under the post. Where its answer is lost a person is asked, and neither is sent again.
func TestAFirstCommentStandsUnderAPostOnInstagram(t *testing.T) {
	for _, c := range []struct {
		failure  networktest.Failure // of the comment
		state    string
		comments int
	}{{"", "published", 1}, {networktest.DropAfter, "held", 1}, {networktest.ServerError, "held", 0}} {
		b, s := instagramBench(t)
		if c.failure != "" {
			s.FailComment(c.failure)
		}
		picture := b.asset("window.jpg")
		b.publish(api.Content{Text: "We open at seven.", Media: []api.Media{
			{Asset: string(picture.ID), Alt: "A window with geraniums", Preset: "instagram/feed-portrait-4-5"},
		}}, b.set(map[string]string{"first_comment": "#bread #oven"}))
		done, list := b.ended(), s.Comments()
		if done.State != c.state || len(list) != c.comments || len(s.Containers()) != 1 {
			t.Fatalf("%q: ended as %+v; %d comments, %d containers", c.failure, done, len(list), len(s.Containers()))
		}
		if len(list) == 1 && (list[0].Text != "#bread #oven" || list[0].Post != s.Posts()[0].ID || done.Parts != 2) {
			t.Errorf("%q: the comment is %+v", c.failure, list[0])
		}
	}
}
