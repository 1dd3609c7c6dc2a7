package wiring_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"postbag/app/api"
	"postbag/app/wiring"
	"postbag/backend/domain"
	"postbag/backend/network"
)

// open opens the program in a folder; it is closed at the end of the test.
func open(t *testing.T, folder string) (*wiring.App, *api.Services) {
	t.Helper()
	a, err := wiring.Open(t.Context(), wiring.Config{Data: folder, Program: "test", Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	return a, a.Services(t.Context(), api.Events{})
}

func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func TestTheDemoIsFilledAndTakesNoRealChannel(t *testing.T) {
	a, s := open(t, t.TempDir())
	w := must[api.Workspace](t)(s.System.AddDemo(api.DemoRequest{Name: "Demo", Words: map[string]string{"post_quick": "Torsdag er vi sent oppe."}}))
	if !w.Demo {
		t.Fatal("the workspace is not marked")
	}
	page := must[api.PostPage](t)(s.Posts.List(api.ListPosts{Workspace: w.ID}))
	states, own := map[string]int{}, false
	for _, p := range page.Posts {
		states[p.State]++
		own = own || p.Content.Text == "Torsdag er vi sent oppe."
	}
	if states["draft"] < 3 || states["planned"]+states["scheduled"] < 3 || states["held"] < 1 || !own {
		t.Errorf("states %v, words of the page used: %v", states, own)
	}
	for _, c := range must[[]api.Channel](t)(s.Channels.List(w.ID)) {
		n, _ := a.Networks.Get(c.Network)
		if d := n.Describe(); !d.Local && !d.Rehearsal {
			t.Errorf("channel %s reaches people", c.Name)
		}
	}
	for _, n := range a.Networks.All() {
		d := n.Describe()
		_, err := a.Accounts.Connected(t.Context(), domain.WorkspaceID(w.ID), d.ID, network.Account{RemoteID: "x", Handle: "x", Name: "x"})
		if harmless := d.Rehearsal || d.Local && !d.ByHand; (err == nil) != harmless || !harmless && !errors.Is(err, domain.ErrNotAllowed) {
			t.Errorf("network %s: %v", d.ID, err)
		}
	}
}

func TestARemovedDemoPublishesNothingAndComesBack(t *testing.T) {
	a, s := open(t, t.TempDir())
	mine := must[api.Workspace](t)(s.System.AddWorkspace("Mine"))
	w := must[api.Workspace](t)(s.System.AddDemo(api.DemoRequest{Name: "Demo"}))
	if err := s.System.RemoveWorkspace(w.ID); err != nil {
		t.Fatal(err)
	}
	if list := must[[]api.Workspace](t)(s.System.Workspaces()); len(list) != 1 || list[0].ID != mine.ID {
		t.Errorf("left: %+v", list)
	}
	if err := a.Publish(t.Context(), true, nil); err != nil {
		t.Fatal(err)
	}
	count := func(state domain.DeliveryState) int {
		return len(must[[]domain.Delivery](t)(a.DB.Deliveries(t.Context(), domain.WorkspaceID(w.ID), state)))
	}
	if n := count(domain.Published); n != 0 {
		t.Errorf("%d posts of a removed workspace went out", n)
	}
	again := must[api.Workspace](t)(s.System.AddDemo(api.DemoRequest{Name: "Demo"})) // the name is free
	if err := s.System.RemoveWorkspace(again.ID); err != nil {
		t.Fatal(err)
	}
	if back := must[api.Workspace](t)(s.System.RestoreWorkspace(w.ID)); back.Name != "Demo" {
		t.Errorf("it came back as %q", back.Name)
	}
	if err := a.Publish(t.Context(), true, nil); err != nil {
		t.Fatal(err)
	}
	if n := count(domain.Published); n != 2 {
		t.Errorf("%d posts went out after it came back, want 2", n)
	}
}

func TestAWorkspaceWithWorkInItAndTheLastOneStay(t *testing.T) {
	_, s := open(t, t.TempDir())
	only := must[api.Workspace](t)(s.System.AddWorkspace("Only"))
	if err := s.System.RemoveWorkspace(only.ID); code(err) != api.CodeNotAllowed {
		t.Errorf("the last one: %v", err)
	}
	full := must[api.Workspace](t)(s.System.AddWorkspace("Full"))
	must[api.Post](t)(s.Posts.Create(api.CreatePost{Workspace: full.ID, Content: api.Content{Text: "words"}}))
	if err := s.System.RemoveWorkspace(full.ID); code(err) != api.CodeNotAllowed {
		t.Errorf("one with a post: %v", err)
	}
	if _, err := s.System.RenameWorkspace(full.ID, "Only"); code(err) != api.CodeConflict {
		t.Errorf("a taken name: %v", err)
	}
}

func code(err error) api.Code {
	var e *api.Error
	errors.As(err, &e)
	if e == nil {
		return ""
	}
	return e.Code
}

func TestAPausedChannelWaitsAndItsPostsGoAfterwards(t *testing.T) {
	a, s := open(t, t.TempDir())
	w := must[api.Workspace](t)(s.System.AddWorkspace("Mine"))
	c := must[[]api.Channel](t)(s.Channels.List(w.ID))[0]
	p := must[api.Post](t)(s.Posts.Create(api.CreatePost{Workspace: w.ID, Content: api.Content{Text: "hello"}, Channels: []string{c.ID}}))
	must[[]api.Delivery](t)(s.Queue.Schedule(api.ScheduleRequest{PostID: p.ID, DueMs: time.Now().UnixMilli()}))
	if got := must[api.Channel](t)(s.Channels.Pause(c.ID)); got.PausedMs == 0 {
		t.Error("it is not paused")
	}
	state := func() string {
		t.Helper()
		if err := a.Publish(t.Context(), true, nil); err != nil {
			t.Fatal(err)
		}
		return must[[]api.Delivery](t)(s.Queue.OfPost(p.ID))[0].State
	}
	if got := state(); got != "planned" {
		t.Errorf("while paused: %s", got)
	}
	must[api.Channel](t)(s.Channels.Resume(c.ID))
	if got := state(); got != "published" {
		t.Errorf("afterwards: %s", got)
	}
	page := must[api.ChannelPage](t)(s.Channels.Page(c.ID))
	if page.Published != 1 || page.Planned != 0 || page.SignIn || page.LastMs == 0 {
		t.Errorf("page: %+v", page)
	}
}

func TestAChannelsDefaultsHoldWhereNothingElseWasChosen(t *testing.T) {
	a, s := open(t, t.TempDir())
	w := must[api.Workspace](t)(s.System.AddWorkspace("Mine"))
	c := must[[]api.Channel](t)(s.Channels.List(w.ID))[0]
	must[api.Channel](t)(s.Channels.SetDefaults(c.ID, api.ChannelDefaults{Language: "nb"}))
	if _, err := s.Channels.SetDefaults(c.ID, api.ChannelDefaults{Visibility: "secret"}); code(err) != api.CodeInvalid {
		t.Errorf("a visibility that is not offered: %v", err)
	}
	plans := map[string]string{"": "nb", "fr": "fr"}
	for chosen, want := range plans {
		p := must[api.Post](t)(s.Posts.Create(api.CreatePost{Workspace: w.ID, Content: api.Content{Text: "hei", Language: chosen}, Channels: []string{c.ID}}))
		d := must[[]api.Delivery](t)(s.Queue.Schedule(api.ScheduleRequest{PostID: p.ID, DueMs: time.Now().Add(time.Hour).UnixMilli()}))[0]
		frozen := must[domain.Delivery](t)(a.DB.Delivery(t.Context(), domain.DeliveryID(d.ID)))
		if !strings.Contains(string(frozen.Plan), `"`+want+`"`) {
			t.Errorf("chosen %q: the plan is %s, want language %s", chosen, frozen.Plan, want)
		}
	}
	must[api.Channel](t)(s.Channels.Rename(c.ID, "Front page"))
	if got := must[[]api.Channel](t)(s.Channels.List(w.ID))[0].Name; got != "Front page" {
		t.Errorf("it is called %q", got)
	}
}

func TestEverythingIsExportedUnderItsOwnName(t *testing.T) {
	_, s := open(t, t.TempDir())
	must[api.Workspace](t)(s.System.AddDemo(api.DemoRequest{Name: "Demo"}))
	e := must[api.Exported](t)(s.System.Export(t.TempDir()))
	if e.Posts != 10 || e.Files != 6 || len(e.Missing) != 0 {
		t.Errorf("exported %+v", e)
	}
	for _, name := range []string{"posts.json", "history.json", "originals.json", "workspace.json", "originals/dusk.jpg"} {
		if _, err := os.Stat(filepath.Join(e.Folder, "Demo", name)); err != nil {
			t.Error(err)
		}
	}
	report := must[string](t)(s.System.Diagnostics())
	if strings.Contains(report, "lake") || strings.Contains(report, "Studio") || !strings.Contains(report, "10 posts, 6 assets") {
		t.Errorf("diagnostics:\n%s", report)
	}
}

func TestARestoreWaitsForTheNextStart(t *testing.T) {
	parent := t.TempDir()
	folder, file := filepath.Join(parent, "data"), filepath.Join(parent, "kept.tar")
	a, err := wiring.Open(context.Background(), wiring.Config{Data: folder, Program: "test", Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	s := a.Services(context.Background(), api.Events{})
	must[api.Workspace](t)(s.System.AddWorkspace("Before"))
	must[api.Backup](t)(s.System.Backup(file, false))
	must[api.Workspace](t)(s.System.AddWorkspace("After"))
	if b := must[api.Backup](t)(s.System.ReadBackup(file)); b.Rows == 0 {
		t.Error("the backup is empty")
	}
	if err := s.System.RestoreAtStart(file); err != nil {
		t.Fatal(err)
	}
	if d := must[api.Data](t)(s.System.Data()); d.NextRestore != file || d.BackupPath != file || d.Bytes < d.Database || d.Database == 0 {
		t.Errorf("data: %+v", d)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}

	_, s = open(t, folder)
	if list := must[[]api.Workspace](t)(s.System.Workspaces()); len(list) != 1 || list[0].Name != "Before" {
		t.Errorf("workspaces after the restore: %+v", list)
	}
	r := must[api.RestoreReport](t)(s.System.RestoreReport())
	if !r.Done || r.Aside == "" || r.Backup != file {
		t.Errorf("report: %+v", r)
	}
	if d := must[api.Data](t)(s.System.Data()); d.NextRestore != "" {
		t.Error("it would be restored again")
	}
}

func TestABrokenBackupChangesNothing(t *testing.T) {
	parent := t.TempDir()
	folder, file := filepath.Join(parent, "data"), filepath.Join(parent, "broken.tar")
	if err := os.WriteFile(file, []byte("no backup"), 0o600); err != nil {
		t.Fatal(err)
	}
	a, err := wiring.Open(context.Background(), wiring.Config{Data: folder, Program: "test", Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	s := a.Services(context.Background(), api.Events{})
	must[api.Workspace](t)(s.System.AddWorkspace("Mine"))
	if _, err := s.System.ReadBackup(file); code(err) != api.CodeInvalid {
		t.Errorf("reading it: %v", err)
	}
	if err := s.System.RestoreAtStart(file); err != nil {
		t.Fatal(err)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	_, s = open(t, folder)
	r := must[api.RestoreReport](t)(s.System.RestoreReport())
	if list := must[[]api.Workspace](t)(s.System.Workspaces()); len(list) != 1 || r.Done || r.Message == "" {
		t.Errorf("workspaces %+v, report %+v", list, r)
	}
}
