package queue_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"postbag/backend/domain"
	"postbag/backend/queue"
)

// wish is what an import says of a post.
func wish(p domain.Post, due time.Time) queue.Wish {
	turns := make([]queue.Turn, 0, len(p.Variants))
	for _, v := range p.Variants {
		turns = append(turns, queue.Turn{Channel: v.Channel, When: queue.When{Due: due}})
	}
	return queue.Wish{Post: p, Turns: turns}
}

// Statements take 64, 8 or one row, and a transaction a thousand: so many posts need all of them.
func TestManyPostsArePlannedAsIfOneByOne(t *testing.T) {
	a := newPractice(t)
	c := a.channel("me")
	posts, _ := a.imported(c, 2*1000+64+8+3)
	due := time.Now().Add(time.Hour).Truncate(time.Millisecond)
	var wishes []queue.Wish
	for i := range len(posts) {
		p := posts[importedID(1, i)]
		if i%500 == 0 {
			p.Content.Parts = []string{"and more"}
		}
		wishes = append(wishes, wish(p, due.Add(time.Duration(i)*time.Second)))
	}
	planned, err := a.planner.PlanMany(t.Context(), wishes)
	if err != nil || len(planned) != len(posts) {
		t.Fatalf("%d of %d planned: %v", len(planned), len(posts), err)
	}
	for i, d := range planned {
		p := posts[importedID(1, i)]
		if d.Post != p.ID || !d.Due.Equal(due.Add(time.Duration(i)*time.Second)) || d.Occurrence != "once-1" {
			t.Fatalf("%d is planned as %+v", i, d)
		}
		if i%250 != 0 {
			continue
		}
		kept := a.want(d.ID, domain.Planned, "")
		segments, err := a.db.Segments(t.Context(), d.ID)
		if err != nil || !kept.Due.Equal(d.Due) || kept.PlanHash != d.PlanHash || kept.Late != d.Late || kept.Variant != d.Variant ||
			!strings.Contains(string(kept.Plan), p.Content.Text) {
			t.Fatalf("%d is stored as %+v, %v", i, kept, err)
		}
		keys := queue.Keys(d.ID, 1, 1+(500-i%500)/500)
		for n, key := range keys {
			if len(segments) != len(keys) || segments[n].ClientKey != key {
				t.Fatalf("%d has the segments %+v, want the keys %v", i, segments, keys)
			}
		}
	}
	if again, err := a.planner.PlanMany(t.Context(), wishes[:1]); !errors.Is(err, domain.ErrConflict) || len(again) != 0 {
		t.Errorf("planned once more: %v, %v", again, err)
	}
}

func TestWhatCannotBePlannedEndsAnImport(t *testing.T) {
	a := newPractice(t)
	c := a.channel("me")
	posts, _ := a.imported(c, 5)
	list := func(change func(i int, p *domain.Post)) (wishes []queue.Wish) {
		for i := range len(posts) {
			p := posts[importedID(1, i)]
			change(i, &p)
			wishes = append(wishes, wish(p, time.Now().Add(time.Hour)))
		}
		return wishes
	}
	for _, o := range []struct {
		name    string
		change  func(i int, p *domain.Post)
		err     error
		planned int
	}{
		{"a variant that nobody knows", func(i int, p *domain.Post) {
			if i == 3 {
				p.Variants = []domain.Variant{{ID: "nobody", Channel: c}}
			}
		}, domain.ErrNotFound, 0}, // all of a transaction, or none
		{"a post twice", func(i int, p *domain.Post) {
			if i == 4 {
				*p = posts[importedID(1, 0)]
			}
		}, domain.ErrConflict, 0},
		{"a post in the bin", func(i int, p *domain.Post) {
			if i == 2 {
				p.DeletedAt = time.Now()
			}
		}, domain.ErrNotAllowed, 2},
	} {
		planned, err := a.planner.PlanMany(t.Context(), list(o.change))
		if !errors.Is(err, o.err) || len(planned) != o.planned || a.count(domain.Planned) != o.planned {
			t.Errorf("%s: %d planned, %d stored, %v", o.name, len(planned), a.count(domain.Planned), err)
		}
		if o.planned > 0 && !strings.Contains(fmt.Sprint(err), importedID(1, o.planned)) {
			t.Errorf("%s: which one does not stand in %v", o.name, err)
		}
	}
}
