package store

import (
	"errors"
	"testing"
	"time"

	"postbag/backend/domain"
)

func TestVideosAreWorkedOnOneAtATime(t *testing.T) {
	db := open(t)
	ctx := t.Context()
	w := mustSpace(t, db)
	add := func(key string) domain.VideoTask {
		t.Helper()
		task, err := db.AddVideoTask(ctx, domain.VideoTask{Workspace: w, Name: "a.mp4", Wanted: []byte(`{}`), Key: key})
		if err != nil {
			t.Fatal(err)
		}
		return task
	}
	first, second := add("1"), add("2")
	if first.State != domain.VideoWaiting || first.CreatedAt.IsZero() {
		t.Fatalf("%+v", first)
	}
	got, err := db.TakeVideoTask(ctx, "me", time.Minute)
	if err != nil || got.ID != first.ID || got.State != domain.VideoRunning {
		t.Fatalf("%+v, %v", got, err)
	}
	if _, err := db.TakeVideoTask(ctx, "you", time.Minute); !errors.Is(err, domain.ErrNotFound) {
		t.Errorf("two at a time: %v", err)
	}
	if err := db.BeatVideoTask(ctx, first.ID, "me"); err != nil {
		t.Error(err)
	}
	if err := db.DismissVideoTask(ctx, first.ID); !errors.Is(err, domain.ErrNotAllowed) {
		t.Errorf("a running one was dismissed: %v", err)
	}
	// A runner that is gone loses its task, and what it says later counts for nothing.
	if got, err = db.TakeVideoTask(ctx, "you", 0); err != nil || got.ID != first.ID {
		t.Fatalf("%+v, %v", got, err)
	}
	if err := db.EndVideoTask(ctx, got, "me"); !errors.Is(err, domain.ErrConflict) {
		t.Errorf("the first runner ended it: %v", err)
	}
	got.State, got.Code, got.Detail = domain.VideoFailed, "failed", "it did not work"
	if err := db.EndVideoTask(ctx, got, "you"); err != nil {
		t.Fatal(err)
	}
	if got, err = db.TakeVideoTask(ctx, "you", time.Minute); err != nil || got.ID != second.ID {
		t.Fatalf("%+v, %v", got, err)
	}
	if err := db.StopVideoTask(ctx, second.ID); err != nil {
		t.Fatal(err)
	}
	if err := db.BeatVideoTask(ctx, second.ID, "you"); !errors.Is(err, domain.ErrConflict) {
		t.Errorf("a stopped one goes on: %v", err)
	}
	list, err := db.VideoTasks(ctx, w)
	if err != nil || len(list) != 2 || list[0].Code != "failed" || list[0].EndedAt.IsZero() || list[1].State != domain.VideoStopped {
		t.Fatalf("%+v, %v", list, err)
	}
	if err := db.DismissVideoTask(ctx, first.ID); err != nil {
		t.Error(err)
	}
	if list, err = db.VideoTasks(ctx, ""); err != nil || len(list) != 1 {
		t.Errorf("%+v, %v", list, err)
	}
	for _, err := range []error{db.StopVideoTask(ctx, "x"), db.DismissVideoTask(ctx, "x")} {
		if !errors.Is(err, domain.ErrNotFound) {
			t.Errorf("an unknown one: %v", err)
		}
	}
	if _, err := db.AddVideoTask(ctx, domain.VideoTask{Workspace: "x", Wanted: []byte(`{}`)}); !errors.Is(err, domain.ErrNotFound) {
		t.Errorf("an unknown workspace: %v", err)
	}
}

func TestTheSameVideoIsNotMadeTwice(t *testing.T) {
	db := open(t)
	ctx := t.Context()
	w := mustSpace(t, db)
	a, _, err := db.AddAsset(ctx, newAsset(w, "a"), "/a.mp4", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	want := domain.VideoTask{Workspace: w, Name: "b.mp4", Wanted: []byte(`{}`), Key: "k"}
	if _, err := db.AddVideoTask(ctx, want); err != nil {
		t.Fatal(err)
	}
	task, err := db.TakeVideoTask(ctx, "me", time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := db.AddVideoTask(ctx, want); err != nil || again.ID != task.ID || again.State != domain.VideoRunning {
		t.Errorf("while it runs: %+v, %v", again, err)
	}
	task.State, task.Result = domain.VideoDone, a.ID
	if err := db.EndVideoTask(ctx, task, "me"); err != nil {
		t.Fatal(err)
	}
	if err := db.DismissVideoTask(ctx, task.ID); err != nil {
		t.Fatal(err)
	}
	if again, err := db.AddVideoTask(ctx, want); err != nil || again.State != domain.VideoDone || again.Result != a.ID {
		t.Errorf("%+v, %v", again, err)
	}
	if err := db.BinAsset(ctx, a.ID); err != nil {
		t.Fatal(err)
	}
	if again, err := db.AddVideoTask(ctx, want); err != nil || again.State != domain.VideoWaiting || again.Result != "" {
		t.Errorf("%+v, %v", again, err)
	}
}

func mustSpace(t *testing.T, db *DB) domain.WorkspaceID {
	t.Helper()
	w, err := db.AddWorkspace(t.Context(), "Bakery")
	if err != nil {
		t.Fatal(err)
	}
	return w.ID
}
