package wiring_test

import (
	"testing"
	"time"

	"postbag/app/api"
	"postbag/backend/domain"
	"postbag/backend/network"
)

func TestEachWorkspaceIsAskedAboutTheSameAsItChose(t *testing.T) {
	a, s := open(t, t.TempDir())
	// says publishes the words once and then again, and returns what became of the second.
	says := func(w api.Workspace, text string) api.Delivery {
		t.Helper()
		channels := must[[]api.Channel](t)(s.Channels.List(w.ID))
		var last api.Post
		for range 2 {
			last = must[api.Post](t)(s.Posts.Create(api.CreatePost{
				Workspace: w.ID, Channels: []string{channels[0].ID}, Content: api.Content{Text: text, Parts: []string{}},
			}))
			must[[]api.Delivery](t)(s.Queue.Schedule(api.ScheduleRequest{PostID: last.ID, DueMs: time.Now().UnixMilli()}))
			ok(t, a.Publish(t.Context(), true, nil))
		}
		return must[[]api.Delivery](t)(s.Queue.OfPost(last.ID))[0]
	}
	workspace := func(name string, c api.WorkspaceChange) api.Workspace {
		t.Helper()
		w := must[api.Workspace](t)(s.System.AddWorkspace(name))
		list := must[[]api.Channel](t)(s.Channels.List(w.ID))
		ok(t, s.Channels.Remove(list[0].ID)) // the feed: what is sent twice is quicker on the practice network
		must[domain.Channel](t)(a.Accounts.Connected(t.Context(), domain.WorkspaceID(w.ID), "practice", network.Account{RemoteID: name, Handle: name, Name: name}))
		must[api.WorkspaceSettings](t)(s.Settings.ChangeWorkspace(w.ID, c))
		return w
	}
	const text = "The shop opens at nine on Saturday, and there will be coffee"
	asked, free := workspace("Asked", api.WorkspaceChange{}), workspace("Free", api.WorkspaceChange{TwinDays: new(0)})
	if d := says(asked, text); d.State != "held" || d.HoldReason != "duplicate_suspect" {
		t.Errorf("who is asked has it %s %s", d.State, d.HoldReason)
	}
	if d := says(free, text); d.State != "published" {
		t.Errorf("who is never asked has it %s %s", d.State, d.HoldReason)
	}
	must[api.WorkspaceSettings](t)(s.Settings.ChangeWorkspace(free.ID, api.WorkspaceChange{TwinDays: new(1)}))
	if d := says(free, text); d.State != "held" {
		t.Errorf("who wants to be asked now has it %s", d.State)
	}
}

func TestTheSamePictureIsAskedAboutWhereThatWasChosen(t *testing.T) {
	b := newBench(t)
	c := api.Content{Text: "The window in spring", Parts: []string{}, Media: []api.Media{{Asset: string(b.picture.ID), Alt: "A window"}}}
	if saved := b.publish(c); len(saved) != 1 {
		t.Fatalf("the server has %+v", saved)
	}
	c.Text = "Altogether other words about it"
	if saved := b.publish(c); len(saved) != 1 {
		t.Errorf("the same picture went out without a question: %+v", saved)
	}
	must[api.WorkspaceSettings](t)(b.api.Settings.ChangeWorkspace(b.space.ID, api.WorkspaceChange{TwinPictures: new(false)}))
	c.Text = "Nobody minds this one now"
	if saved := b.publish(c); len(saved) != 2 || saved[1].Text != c.Text {
		t.Errorf("the server has %+v", saved)
	}
}
