package wiring_test

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"postbag/app/api"
	"postbag/backend/domain"
	"postbag/backend/network"
)

// TestTheChangeLogRebuildsARealHistory works through a day with everything a person does, and
// builds the same data from the change log.
func TestTheChangeLogRebuildsARealHistory(t *testing.T) {
	a, s := open(t, t.TempDir())
	w := must[api.Workspace](t)(s.System.AddDemo(api.DemoRequest{Name: "Demo", Words: map[string]string{}}))
	channel, err := a.Accounts.Connected(t.Context(), domain.WorkspaceID(w.ID), "practice", network.Account{RemoteID: "me", Handle: "me", Name: "me"})
	if err != nil {
		t.Fatal(err)
	}
	to := []string{string(channel.ID)}
	write := func(text string) api.Post {
		return must[api.Post](t)(s.Posts.Create(api.CreatePost{Workspace: w.ID, Channels: to, Content: api.Content{Text: text, Parts: []string{}}}))
	}
	now := time.Now()
	first, twin, later, edited, gone := write("The shop opens at nine on Saturday"), write("The shop opens at nine on Saturday"), write("Later"), write("Slip"), write("Gone")
	for _, p := range []api.Post{first, twin} {
		must[[]api.Delivery](t)(s.Queue.Schedule(api.ScheduleRequest{PostID: p.ID, DueMs: now.UnixMilli()}))
	}
	planned := must[[]api.Delivery](t)(s.Queue.Schedule(api.ScheduleRequest{PostID: later.ID, DueMs: now.Add(time.Hour).UnixMilli()}))
	moved := must[api.ChangeResult](t)(s.Queue.Change(api.ChangeRequest{IDs: []string{planned[0].ID}, Do: "move", DueMs: now.Add(3 * time.Hour).UnixMilli()}))
	ok(t, s.Queue.Undo(moved.Undo))
	must[api.Delivery](t)(s.Queue.Hold(planned[0].ID))
	ok(t, a.Publish(t.Context(), true, nil))
	held := must[[]api.Delivery](t)(s.Queue.OfPost(twin.ID))
	if held[0].HoldReason != "duplicate_suspect" || held[0].Twin.AtMs == 0 || held[0].Twin.Post != first.ID {
		t.Fatalf("the twin is %s %s, like %+v", held[0].State, held[0].HoldReason, held[0].Twin)
	}
	must[api.Delivery](t)(s.Queue.Release(held[0].ID))
	ok(t, a.Publish(t.Context(), true, nil))

	edited.Content.Text = "Slip, mended, with \"quotes\" and 新店 🎉"
	must[api.Post](t)(s.Posts.Save(api.SavePost{ID: edited.ID, Content: edited.Content, Variants: edited.Variants, Version: edited.Version}))
	must[api.Written](t)(s.Posts.Write(api.WriteDraft{ID: edited.ID, Content: api.Content{Text: "typed", Parts: []string{}}, Variants: edited.Variants, Kind: "typing"}))
	must[api.Written](t)(s.Posts.Undo(edited.ID))
	ok(t, s.Posts.Remove(gone.ID))
	must[api.SlotSet](t)(s.Slots.SaveSet(api.SlotSet{Channel: to[0], Name: "Times", Zone: "Europe/Oslo", Slots: []api.Slot{{Weekday: 1, Minute: 540}, {Weekday: 5, Minute: 450}}}))
	must[[]api.Delivery](t)(s.Slots.Schedule(api.ScheduleAt{PostID: write("In line").ID, Slot: true}))
	must[[]api.Delivery](t)(s.Slots.Schedule(api.ScheduleAt{PostID: write("Each day").ID, Repeats: true, Repeat: api.Repeat{
		Zone: "Europe/Oslo", First: now.Add(24*time.Hour).Format("2006-01-02") + "T07:30", Unit: "day", Every: 1,
	}}))
	assets := must[api.AssetPage](t)(s.Library.List(api.ListAssets{Workspace: w.ID, Limit: 3}))
	ids := []string{assets.Assets[0].ID, assets.Assets[1].ID}
	must[api.Asset](t)(s.Library.SetFocus(api.SetFocus{ID: ids[0], Focus: &api.Point{X: 0.30000000000000004, Y: 1.0 / 3}}))
	must[api.Asset](t)(s.Library.SetAlt(ids[0], "Fog"))
	must[api.Asset](t)(s.Library.Tag(api.TagAsset{ID: ids[0], Add: []string{"harbour"}}))
	collection := must[api.Collection](t)(s.Library.SaveCollection(api.SaveCollection{Workspace: w.ID, Name: "Best"}))
	ok(t, s.Library.Collect(api.CollectAssets{Collection: collection.ID, Assets: ids}))
	ok(t, s.Library.RemoveCollection(collection.ID))
	ok(t, s.Library.Remove(ids[1]))
	campaign := "autumn"
	must[api.WorkspaceSettings](t)(s.Settings.ChangeWorkspace(w.ID, api.WorkspaceChange{Campaign: &campaign}))
	must[api.Channel](t)(s.Channels.Pause(to[0]))
	must[api.Channel](t)(s.Channels.Rename(to[0], "Mine"))

	path := filepath.Join(t.TempDir(), "again.db")
	if err := a.DB.Replay(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	// A tail of it reads on where it stopped.
	last, err := a.DB.LastChange(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	must[api.Channel](t)(s.Channels.Resume(to[0]))
	news, err := a.DB.Changes(t.Context(), last, 100)
	if err != nil || len(news) != 1 || news[0].Table != "channel" || news[0].Op != "u" {
		t.Errorf("what came after change %d is %+v, %v", last, news, err)
	}
	for name, value := range news[0].Columns {
		if !strings.HasSuffix(name, "_ms") {
			t.Errorf("resuming a channel changed %s to %v", name, value)
		}
	}
}

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
