package wiring_test

import (
	"path/filepath"
	"slices"
	"testing"

	"postbag/app/api"
	"postbag/backend/domain"
	"postbag/backend/networks/bluesky/blueskytest"
)

// TestWhatIsLiveIsDeletedAtItsNetworkAndStaysInPostbag deletes a thread on Mastodon. The story keeps what was
// published, nothing is published again by itself, and the same words may go out once more.
func TestWhatIsLiveIsDeletedAtItsNetworkAndStaysInPostbag(t *testing.T) {
	b := newBench(t)
	b.publish(api.Content{Text: "The market opens at nine on Saturday, with bread and cheese.", Parts: []string{"Bring a bag."}})
	d := must[[]api.Delivery](t)(b.api.Queue.List(b.space.ID, []string{"published"}))[0]
	if !slices.Contains(d.Actions, "delete_live") {
		t.Fatalf("with what is live a person may %v", d.Actions)
	}
	b.publish(api.Content{Text: "Another one, after which the first is known to the guard against duplicates."})
	asked := must[[]api.Deletion](t)(b.api.Queue.DeleteLive(d.ID))
	if len(asked) != 2 || asked[0].Part != 2 || asked[0].Outcome != "accepted" || asked[1].Outcome != "accepted" {
		t.Fatalf("asked was %+v", asked)
	}
	if statuses := b.server.Statuses(); len(statuses) != 1 {
		t.Errorf("still live are %+v", statuses)
	}
	story := must[api.DeliveryStory](t)(b.api.Queue.Show(d.ID))
	last := story.Timeline[len(story.Timeline)-1]
	if story.Delivery.State != "published" || story.Delivery.Deleted != 2 || last.Code != "deleted" || len(story.Deletions) != 2 || len(story.Attempts) == 0 {
		t.Errorf("the story is %+v, ending with %+v", story.Delivery, last)
	}
	if slices.Contains(story.Delivery.Actions, "delete_live") || slices.Contains(story.Delivery.Actions, "open") {
		t.Errorf("with what is gone a person may %v", story.Delivery.Actions)
	}
	if live := must[api.LivePost](t)(b.api.Queue.Live(d.ID)); live.Parts[0].Bar != "gone" {
		t.Errorf("live is %+v", live)
	}
	if _, err := b.api.Queue.DeleteLive(d.ID); err == nil {
		t.Error("what is gone was deleted again")
	}
	if kept := must[api.Post](t)(b.api.Posts.Get(d.Post)); kept.Content.Text == "" {
		t.Error("the post in Postbag is gone, too")
	}
	ok(t, b.Publish(t.Context(), true, nil))
	if statuses := b.server.Statuses(); len(statuses) != 1 {
		t.Errorf("it was published again: %+v", statuses)
	}
	ok(t, b.DB.Replay(t.Context(), filepath.Join(t.TempDir(), "again.db")))

	// It is no duplicate of what is gone.
	if statuses := b.publish(api.Content{Text: "The market opens at nine on Saturday, with bread and cheese."}); len(statuses) != 2 {
		t.Errorf("live are %+v; held are %+v", statuses, must[[]api.Delivery](t)(b.api.Queue.List(b.space.ID, []string{"held"})))
	}
}

// TestAPostOnBlueskyIsDeleted deletes what went out with a sign-in of the browser, whose proof every request needs.
func TestAPostOnBlueskyIsDeleted(t *testing.T) {
	b := newBench(t)
	s := blueskytest.New(t)
	b.channel.ID = domain.ChannelID(b.blueskyInBrowser(s).ID)
	b.publish(api.Content{Text: "The boat leaves at seven.", Parts: []string{"And comes back at four."}})
	d := must[[]api.Delivery](t)(b.api.Queue.List(b.space.ID, []string{"published"}))[0]
	s.ExpireAccess()
	if asked := must[[]api.Deletion](t)(b.api.Queue.DeleteLive(d.ID)); len(asked) == 0 || asked[len(asked)-1].Outcome != "accepted" {
		t.Errorf("asked was %+v", asked)
	}
	if n := len(s.Posts()); n != 0 {
		t.Errorf("%d posts are still live", n)
	}
}
