package wiring_test

import (
	"fmt"
	"strings"
	"testing"

	"postbag/app/api"
	"postbag/backend/domain"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/tiktok/tiktoktest"
	"postbag/backend/secrets/secretstest"
)

// photoBench is a program with one account on TikTok and a shelf in memory.
func photoBench(t *testing.T) (*bench, *tiktoktest.Server) {
	t.Helper()
	b, s := tiktokBench(t)
	s.UseFiles(b.Dir.Media())
	b.Carriers["shelf"] = s.Shelf
	b.haveShelf()
	return b, s
}

// Pictures go through the whole program: TikTok fetches them from the person's storage, and they are published
// once it says that they are posted. A picture that is larger than it takes was made smaller before.
func TestPicturesGoToTikTokOnce(t *testing.T) {
	b, s := photoBench(t)
	media := []api.Media{{Asset: string(b.asset("meadow.jpg").ID)}, {Asset: string(b.asset("window.jpg").ID)}}
	b.publish(api.Content{Text: "A meadow and a window. #spring", Media: media}, api.Variant{
		Channel: string(b.channel.ID), Options: map[string]string{"privacy": "everyone", "title": "Spring", "cover": "2"},
	})
	done, posts := b.ended(), s.Whole()
	if done.State != "published" || len(posts) != 1 || done.RemoteID != posts[0].ID || s.Asked("/v2/post/publish/content/init/") != 1 {
		t.Fatalf("ended as %+v; TikTok has %+v", done, posts)
	}
	p := posts[0]
	if p.Text != "A meadow and a window. #spring" || p.Title != "Spring" || p.Cover != 1 || len(p.Pictures) != 2 || p.Privacy != "PUBLIC_TO_EVERYONE" {
		t.Errorf("arrived as %q, %q with %d pictures", p.Title, p.Text, len(p.Pictures))
	}
	if done.RemoteURL != "https://www.tiktok.com/@karibakes/photo/"+p.Video {
		t.Errorf("published at %q", done.RemoteURL)
	}
	secretstest.Scan(t, b.Dir.Path(), tiktoktest.GoodToken)
}

// Only the answer names the post. Where it is lost, nothing can be asked and nothing is sent again: a person
// looks, and says what is true.
func TestPicturesWhoseAnswerIsLostComeBeforeAPerson(t *testing.T) {
	for _, failure := range []networktest.Failure{networktest.DropAfter, networktest.Garbage, networktest.ServerError} {
		b, s := photoBench(t)
		s.Fail(failure)
		b.publish(api.Content{Text: "A meadow", Media: []api.Media{{Asset: string(b.asset("meadow.jpg").ID)}}}, api.Variant{
			Channel: string(b.channel.ID), Options: map[string]string{"privacy": "self"},
		})
		held := b.ended()
		if held.State != "held" || s.Asked("/v2/post/publish/content/init/") != 1 || held.HoldReason != string(domain.HoldAmbiguous) {
			t.Errorf("%q: ended as %+v after %d requests", failure, held, s.Asked("/v2/post/publish/content/init/"))
		}
	}
}

// What TikTok cannot fetch is never called published, and an address that is not known to be the person's is
// refused with the way to verify it.
func TestPicturesThatTikTokDoesNotTakeSayWhy(t *testing.T) {
	b, s := photoBench(t)
	s.Ruin("photo_pull_failed")
	meadow := []api.Media{{Asset: string(b.asset("meadow.jpg").ID)}}
	b.publish(api.Content{Text: "A meadow", Media: meadow}, api.Variant{Channel: string(b.channel.ID), Options: map[string]string{"privacy": "self"}})
	held := b.ended()
	if held.State != "held" || !strings.Contains(fmt.Sprintf("%+v", must[api.DeliveryStory](t)(b.api.Queue.Show(held.ID)).Proofs), "public storage") {
		t.Errorf("ended as %+v", held)
	}
	b, s = photoBench(t)
	s.Stranger()
	meadow = []api.Media{{Asset: string(b.asset("meadow.jpg").ID)}}
	b.publish(api.Content{Text: "A meadow", Media: meadow}, api.Variant{Channel: string(b.channel.ID), Options: map[string]string{"privacy": "self"}})
	if no := b.ended(); no.State != "rejected" || len(s.Whole()) != 0 || !strings.Contains(fmt.Sprintf("%+v", no), "URL properties") {
		t.Errorf("ended as %+v", no)
	}
}
