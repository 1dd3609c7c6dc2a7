package store

import (
	"fmt"
	"reflect"
	"testing"
	"testing/synctest"
	"time"

	"postbag/backend/domain"
)

// steps opens a database in a bubble, where the saves of one kind are as far apart as the test says.
func steps(t *testing.T, fn func(t *testing.T, db *DB, p domain.Post)) {
	path := t.TempDir() + "/postbag.db"
	synctest.Test(t, func(t *testing.T) {
		db, err := Open(t.Context(), path, Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = db.Close() }()
		w, err := db.AddWorkspace(t.Context(), "Bakery")
		if err != nil {
			t.Fatal(err)
		}
		p, err := db.AddPost(t.Context(), domain.Post{Workspace: w.ID, Content: domain.Content{Text: "0"}})
		if err != nil {
			t.Fatal(err)
		}
		fn(t, db, p)
	})
}

func save(t *testing.T, db *DB, p domain.Post, text, kind string) domain.Post {
	t.Helper()
	p.Content.Text = text
	saved, err := db.SaveStep(t.Context(), p, kind)
	if err != nil {
		t.Fatal(err)
	}
	return saved
}

func wantSteps(t *testing.T, db *DB, p domain.Post, versions []int, place int) {
	t.Helper()
	got, at, err := db.UndoSteps(t.Context(), p.ID)
	if err != nil || !reflect.DeepEqual(got, versions) || at != place {
		t.Fatalf("steps %v at %d, %v; want %v at %d", got, at, err, versions, place)
	}
}

func TestSavesOfOneKindWithinSecondsAreOneStep(t *testing.T) {
	steps(t, func(t *testing.T, db *DB, p domain.Post) {
		wantSteps(t, db, p, nil, -1)
		p = save(t, db, p, "a", "text")
		p = save(t, db, p, "ab", "text")
		p = save(t, db, p, "abc", "media")
		wantSteps(t, db, p, []int{1, 3, 4}, 2)
		time.Sleep(6 * time.Second)
		p = save(t, db, p, "abcd", "media")
		p = save(t, db, p, "abcde", "")
		p = save(t, db, p, "abcdef", "")
		wantSteps(t, db, p, []int{1, 3, 4, 5, 6, 7}, 5)
	})
}

func TestAChangeAfterAStepBackForgetsWhatLayAhead(t *testing.T) {
	steps(t, func(t *testing.T, db *DB, p domain.Post) {
		for i := 1; i <= 3; i++ {
			p = save(t, db, p, fmt.Sprint(i), "")
		}
		wantSteps(t, db, p, []int{1, 2, 3, 4}, 3)
		p.Content.Text = "1"
		p, err := db.MoveStep(t.Context(), p, 1)
		if err != nil {
			t.Fatal(err)
		}
		wantSteps(t, db, p, []int{1, 5, 3, 4}, 1)
		if _, err := db.MoveStep(t.Context(), p, 4); err == nil {
			t.Error("moved to a step that is not there")
		}
		p = save(t, db, p, "other", "")
		wantSteps(t, db, p, []int{1, 5, 6}, 2)
	})
}

func TestAHundredStepsAreKept(t *testing.T) {
	steps(t, func(t *testing.T, db *DB, p domain.Post) {
		for i := range 130 {
			p = save(t, db, p, fmt.Sprint("text ", i), "")
		}
		got, at, err := db.UndoSteps(t.Context(), p.ID)
		if err != nil || len(got) != 101 || at != 100 || got[100] != 131 {
			t.Fatalf("%d steps at %d, %v", len(got), at, err)
		}
	})
}

func TestWhatSomebodyElseSavedIsAStepToo(t *testing.T) {
	steps(t, func(t *testing.T, db *DB, p domain.Post) {
		p = save(t, db, p, "mine", "")
		p.Content.Text = "theirs"
		p, err := db.SavePost(t.Context(), p)
		if err != nil {
			t.Fatal(err)
		}
		p = save(t, db, p, "mine again", "")
		wantSteps(t, db, p, []int{1, 2, 3, 4}, 3)
	})
}

func TestAVersionCanBeNamedAndKept(t *testing.T) {
	steps(t, func(t *testing.T, db *DB, p domain.Post) {
		if err := db.NameVersion(t.Context(), p.ID, 1, "first"); err != nil {
			t.Fatal(err)
		}
		if err := db.KeepVersion(t.Context(), p.ID, 1, "split"); err != nil {
			t.Fatal(err)
		}
		v, err := db.PostVersion(t.Context(), p.ID, 1)
		if err != nil || v.Name != "first" || v.Reason != "split" {
			t.Fatalf("%+v, %v", v, err)
		}
		if err := db.NameVersion(t.Context(), p.ID, 9, "x"); err == nil {
			t.Error("named a version that is not there")
		}
	})
}

func TestALinkCardIsKeptWithItsPost(t *testing.T) {
	steps(t, func(t *testing.T, db *DB, p domain.Post) {
		if _, ok, err := db.LinkCard(t.Context(), p.ID, "https://e.org"); ok || err != nil {
			t.Fatalf("found %v, %v", ok, err)
		}
		at := time.Now().UTC().Truncate(time.Millisecond)
		first := domain.LinkCard{URL: "https://e.org", Title: "old", FetchedAt: at}
		second := domain.LinkCard{
			URL: "https://e.org", Title: "new", Text: "t", Site: "s", FetchedAt: at,
			Picture: &domain.CardPicture{SHA256: "aa", Type: "image/jpeg", Bytes: 9, Width: 4, Height: 3},
		}
		for _, c := range []domain.LinkCard{first, second} {
			if err := db.PutLinkCard(t.Context(), p.ID, c); err != nil {
				t.Fatal(err)
			}
			got, ok, err := db.LinkCard(t.Context(), p.ID, c.URL)
			if err != nil || !ok || !reflect.DeepEqual(got, c) {
				t.Fatalf("got %+v, want %+v, %v", got, c, err)
			}
		}
		if err := db.PutLinkCard(t.Context(), "nobody", first); err == nil {
			t.Error("kept a card of a post that is not there")
		}
	})
}
