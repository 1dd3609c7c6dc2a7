package wiring_test

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"postbag/app/api"
	"postbag/backend/domain"
	"postbag/backend/network"
)

// TestALivePostIsChangedInItsPlace publishes, changes what is live, and finds the change in the story,
// in the change log, and nowhere else.
func TestALivePostIsChangedInItsPlace(t *testing.T) {
	a, s := open(t, t.TempDir())
	w := must[api.Workspace](t)(s.System.AddDemo(api.DemoRequest{Name: "Demo", Words: map[string]string{}}))
	channel, err := a.Accounts.Connected(t.Context(), domain.WorkspaceID(w.ID), "practice", network.Account{RemoteID: "me", Handle: "me", Name: "me"})
	if err != nil {
		t.Fatal(err)
	}
	post := must[api.Post](t)(s.Posts.Create(api.CreatePost{
		Workspace: w.ID, Channels: []string{string(channel.ID)}, Content: api.Content{Text: "The shop opens at nine", Parts: []string{"Second"}},
	}))
	d := must[[]api.Delivery](t)(s.Queue.Schedule(api.ScheduleRequest{PostID: post.ID, DueMs: time.Now().UnixMilli()}))[0]
	if _, err := s.Queue.Live(d.ID); err == nil {
		t.Error("what is planned is said to be live")
	}
	ok(t, a.Publish(t.Context(), true, nil))
	live := must[api.LivePost](t)(s.Queue.Live(d.ID))
	if len(live.Parts) != 2 || !live.Parts[0].Words || live.Parts[0].Limit != 500 || live.Parts[0].Bar != "" {
		t.Fatalf("live is %+v", live)
	}
	if check := must[api.EditCheck](t)(s.Queue.CheckEdit(api.EditRequest{ID: d.ID, Text: "The shop opens at nine"})); !check.Same || check.Remaining != 478 {
		t.Errorf("the same words: %+v", check)
	}
	done := must[api.Edit](t)(s.Queue.EditLive(api.EditRequest{ID: d.ID, Text: "The shop opens at ten\r\n"}))
	if done.Outcome != "accepted" || done.Text != "The shop opens at ten\n" || done.Part != 1 {
		t.Errorf("the change: %+v", done)
	}
	if _, err := s.Queue.EditLive(api.EditRequest{ID: d.ID, Part: 9, Text: "x"}); err == nil {
		t.Error("a part that is not there was changed")
	}
	story := must[api.DeliveryStory](t)(s.Queue.Show(d.ID))
	last := story.Timeline[len(story.Timeline)-1]
	if len(story.Edits) != 1 || last.Code != "edited" || story.Delivery.Text != "The shop opens at nine" || story.Delivery.State != "published" {
		t.Errorf("the story: %+v, ending with %+v", story.Edits, last)
	}
	if kept := must[api.Post](t)(s.Posts.Get(post.ID)); kept.Content.Text != "The shop opens at nine" {
		t.Errorf("the post now reads %q", kept.Content.Text)
	}
	if live = must[api.LivePost](t)(s.Queue.Live(d.ID)); live.Parts[0].Text != "The shop opens at ten\n" || live.Parts[1].Text != "Second" {
		t.Errorf("live is %+v", live.Parts)
	}
	if err := a.DB.Replay(t.Context(), filepath.Join(t.TempDir(), "again.db")); err != nil {
		t.Error(err)
	}
}

// TestWhatWasPublishedLongAgoIsShownAndChanged packs a delivery's plan and journal into the change log; its
// story is the same, and what is live can still be changed.
func TestWhatWasPublishedLongAgoIsShownAndChanged(t *testing.T) {
	b := newBench(t)
	b.publish(api.Content{Text: "The shop opens at nine"})
	d := must[[]api.Delivery](t)(b.api.Queue.List(b.space.ID, []string{"published"}))[0]
	before := must[api.DeliveryStory](t)(b.api.Queue.Show(d.ID))

	must[api.Workspace](t)(b.api.System.AddWorkspace("Later")) // the clock of the log goes on
	raw, err := sql.Open("sqlite", b.Dir.Database()+"?_pragma=busy_timeout(5000)")
	ok(t, err)
	defer raw.Close()
	tx := must[*sql.Tx](t)(raw.Begin())
	for i := range 4000 { // as much as a month brings
		_, err := tx.Exec("UPDATE workspace SET name = ? WHERE name <> 'Later'", fmt.Sprint("Month of work ", i))
		ok(t, err)
	}
	ok(t, tx.Commit())
	if packs := must[int](t)(b.DB.PackLog(t.Context(), 1)); packs == 0 {
		t.Fatal("the change log was not packed")
	}
	if moved := must[int](t)(b.DB.PackJournals(t.Context(), time.Now().Add(time.Hour), 0)); moved != 1 {
		t.Fatalf("%d journals moved", moved)
	}
	var plan string
	ok(t, raw.QueryRow("SELECT plan_json FROM delivery WHERE plan_from IS NOT NULL").Scan(&plan))
	if plan != "{}" {
		t.Errorf("the plan is %q in its row, too", plan)
	}

	if after := must[api.DeliveryStory](t)(b.api.Queue.Show(d.ID)); !reflect.DeepEqual(before, after) {
		t.Errorf("the story is\n%+v\nand was\n%+v", after, before)
	}
	if list := must[[]api.Delivery](t)(b.api.Queue.List(b.space.ID, []string{"published"})); list[0].Text != "The shop opens at nine" {
		t.Errorf("listed is %+v", list[0])
	}
	done := must[api.Edit](t)(b.api.Queue.EditLive(api.EditRequest{ID: d.ID, Text: "The shop opens at ten"}))
	if statuses := b.server.Statuses(); done.Outcome != "accepted" || len(statuses) != 1 || statuses[0].Text != "The shop opens at ten" {
		t.Errorf("the change ended %+v; live is %+v", done, statuses)
	}
}
