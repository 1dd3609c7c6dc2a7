package queue_test

import (
	"fmt"
	"testing"
	"time"

	"postbag/backend/domain"
	"postbag/backend/queue"
	"postbag/backend/store"
)

// Read page by page, every post comes once, where its latest delivery stands.
func TestHistoryHasEveryPostOnceLatestFirst(t *testing.T) {
	virtual(t, func(t *testing.T) {
		a := newPractice(t)
		c := a.channel("me")
		var want []domain.PostID // latest first
		again := a.post(c, "comes again")
		for i := range 7 {
			p := a.post(c, fmt.Sprint("post ", i))
			for _, post := range []domain.Post{p, again} {
				w := queue.When{Due: time.Now()}
				if post.ID == again.ID {
					w.Occurrence = fmt.Sprintf("2026-01-%02dT08:00", i+1)
				}
				if _, err := a.planner.Plan(t.Context(), post, w); err != nil {
					t.Fatal(err)
				}
				a.run()
				time.Sleep(time.Minute)
			}
			want = append([]domain.PostID{p.ID}, want...)
		}
		want = append([]domain.PostID{again.ID}, want...)
		a.plan(c, time.Now().Add(time.Hour), "not yet")
		spaces, err := a.db.Workspaces(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var got []domain.PostID
		for after := (store.Past{}); ; {
			page, err := a.db.History(t.Context(), spaces[0].ID, after, 3)
			if err != nil {
				t.Fatal(err)
			}
			if len(page) == 0 {
				break
			}
			for _, p := range page {
				got = append(got, p.Post)
			}
			after = page[len(page)-1]
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("got %v, want %v", got, want)
		}
	})
}
