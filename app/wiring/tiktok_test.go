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
	"postbag/backend/networks/tiktok"
	"postbag/backend/networks/tiktok/tiktoktest"
	"postbag/backend/secrets"
	"postbag/backend/secrets/secretstest"
)

// hastyTikTok is TikTok whose doubt is looked into at once.
type hastyTikTok struct{ tiktok.Network }

func (h hastyTikTok) Describe() network.Descriptor {
	d := h.Network.Describe()
	d.Reconcile.Quarantine = time.Millisecond
	return d
}

// tiktokBench is a program with one account on TikTok.
func tiktokBench(t *testing.T) (*bench, *tiktoktest.Server) {
	t.Helper()
	app := must[*wiring.App](t)(wiring.Open(t.Context(), wiring.Config{
		Data: t.TempDir(), Program: "test", Version: "test", Keepers: []secrets.Keeper{&pocket{}},
		Networks: network.NewRegistry(hastyTikTok{tiktok.New()}, feed.New()),
	}))
	t.Cleanup(func() { ok(t, app.Close()) })
	s := tiktoktest.New(t)
	b := &bench{App: app, t: t, api: app.Services(t.Context(), api.Events{}), server: mastodontest.New(t)}
	b.space = must[api.Workspace](t)(b.api.System.AddWorkspace("Mine"))
	b.channel = must[domain.Channel](t)(b.Accounts.Connected(t.Context(), domain.WorkspaceID(b.space.ID), "tiktok", s.Account()))
	return b, s
}

// ended publishes until a delivery is published, held or rejected, and returns it.
func (b *bench) ended() api.Delivery {
	b.t.Helper()
	for until := time.Now().Add(time.Minute); time.Now().Before(until); {
		if err := b.Publish(b.t.Context(), true, nil); err != nil {
			b.t.Fatal(err)
		}
		if list := must[[]api.Delivery](b.t)(b.api.Queue.List(b.space.ID, []string{"published", "held", "rejected"})); len(list) == 1 {
			return list[0]
		}
	}
	b.t.Fatal("it does not end")
	return api.Delivery{}
}

// tall is a film that TikTok takes: 360 by 640 pixels.
func tall() []byte {
	film := movie()
	at := bytes.Index(film, []byte("tkhd"))
	copy(film[at+4+76:], []byte{360 >> 8, 360 & 0xff, 0, 0, 640 >> 8, 640 & 0xff, 0, 0})
	return film
}

// A video goes through the whole program, and is published once TikTok says that it is posted: the answer to
// its last part proves nothing. Where that answer is lost, it is asked for as well; what is not there is sent
// again as the same upload. No token, and no address to upload to, is in the clear.
func TestAVideoGoesToTikTokOnce(t *testing.T) {
	for _, failure := range []networktest.Failure{"", networktest.DropAfter, networktest.Garbage, networktest.ServerError} {
		b, s := tiktokBench(t)
		if failure != "" {
			s.Fail(failure)
		}
		b.publish(api.Content{Text: "The boat leaves at seven. #fjord", Media: b.film("boat.mp4", tall())}, api.Variant{
			Channel: string(b.channel.ID), Options: map[string]string{"privacy": "everyone", "comments": "true"},
		})
		done, videos := b.ended(), s.Whole()
		if done.State != "published" || len(videos) != 1 || len(s.Posts()) != 1 || s.Asked("/v2/post/publish/video/init/") != 1 {
			t.Fatalf("%q: ended as %+v; TikTok has %d videos", failure, done, len(videos))
		}
		v := videos[0]
		if v.Privacy != "PUBLIC_TO_EVERYONE" || v.Title != "The boat leaves at seven. #fjord" || !v.Comment || v.Duet || !bytes.Contains(v.Bytes, []byte("pictures and sound")) {
			t.Errorf("%q: arrived as %s %q, %d bytes", failure, v.Privacy, v.Title, len(v.Bytes))
		}
		if done.RemoteID != v.ID || done.RemoteURL != "https://www.tiktok.com/@karibakes/video/"+v.Video {
			t.Errorf("%q: published as %q at %q", failure, done.RemoteID, done.RemoteURL)
		}
		secretstest.Scan(t, b.Dir.Path(), tiktoktest.GoodToken, "Xza123-0f0e0d0c-upload-token")
	}
}

// A video for the inbox is published when it is there.
func TestAVideoGoesToTheInboxOfTikTok(t *testing.T) {
	b, s := tiktokBench(t)
	b.publish(api.Content{Media: b.film("boat.mp4", tall())}, api.Variant{Channel: string(b.channel.ID), Options: map[string]string{"way": "inbox"}})
	done, videos := b.ended(), s.Whole()
	if done.State != "published" || len(videos) != 1 || !videos[0].Inbox || done.RemoteURL != "https://www.tiktok.com/@karibakes" {
		t.Errorf("ended as %+v; TikTok has %d videos", done, len(videos))
	}
}

// What TikTok refuses when it has the whole video is never called published: it comes before a person, with
// the reason, and is not sent again by itself.
func TestAVideoThatTikTokRefusesComesBeforeAPerson(t *testing.T) {
	b, s := tiktokBench(t)
	s.Ruin("frame_rate_check_failed")
	b.publish(api.Content{Text: "The boat", Media: b.film("boat.mp4", tall())}, api.Variant{
		Channel: string(b.channel.ID), Options: map[string]string{"privacy": "self"},
	})
	held := b.ended()
	if held.State != "held" || len(s.Whole()) != 1 || len(s.Posts()) != 0 {
		t.Fatalf("ended as %+v; TikTok has %d videos", held, len(s.Whole()))
	}
	if story := must[api.DeliveryStory](t)(b.api.Queue.Show(held.ID)); !strings.Contains(fmt.Sprintf("%+v", story.Proofs), "23 to 60") {
		t.Errorf("the person reads %+v", story)
	}
}

// An application that TikTok has not audited is refused before anything is sent, and the person learns why.
func TestAnUnauditedApplicationOnTikTokSaysSo(t *testing.T) {
	b, s := tiktokBench(t)
	s.Unaudited()
	b.publish(api.Content{Text: "The boat", Media: b.film("boat.mp4", tall())}, api.Variant{
		Channel: string(b.channel.ID), Options: map[string]string{"privacy": "everyone"},
	})
	if no := b.ended(); no.State != "rejected" || len(s.Whole()) != 0 || !strings.Contains(fmt.Sprintf("%+v", no), "audited") {
		t.Errorf("ended as %+v; TikTok has %d videos", no, len(s.Whole()))
	}
}
