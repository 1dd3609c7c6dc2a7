package queue_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"postbag/backend/domain"
	"postbag/backend/queue"
)

func (a *app) carry(do queue.Action, due time.Time, gaps bool, ids ...domain.DeliveryID) queue.Carried {
	a.t.Helper()
	c, err := a.planner.Carry(a.t.Context(), ids, queue.Order{Do: do, Due: due, Gaps: gaps})
	if err != nil {
		a.t.Fatal(err)
	}
	return c
}

func (a *app) revert(c queue.Carried) {
	a.t.Helper()
	if err := a.planner.Revert(a.t.Context(), c.Before); err != nil {
		a.t.Fatal(err)
	}
}

func TestPublishNowCanBeTakenBackForFiveSeconds(t *testing.T) {
	for _, test := range []struct {
		name string
		undo time.Duration // 0: not
		want domain.DeliveryState
	}{
		{"left alone", 0, domain.Published},
		{"taken back in the last second", queue.Grace - time.Second, domain.Planned},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a := newPractice(t)
				id := a.plan(a.channel("me"), time.Now().Add(72*time.Hour), "hello")
				was := a.get(id)
				ctx, stop := context.WithCancel(t.Context())
				done := make(chan error)
				go func() { done <- a.queue.Run(ctx) }()
				c, err := a.planner.Carry(t.Context(), []domain.DeliveryID{id}, queue.Order{Do: queue.ActionPublishNow})
				if err != nil || len(c.Before) != 1 {
					t.Fatalf("carried %+v, %v", c, err)
				}
				a.queue.Wake()
				time.Sleep(queue.Grace - time.Second)
				synctest.Wait()
				a.want(id, domain.Planned, "")
				if test.undo > 0 {
					if err := a.planner.Revert(t.Context(), c.Before); err != nil {
						t.Fatal(err)
					}
				}
				time.Sleep(time.Minute)
				synctest.Wait()
				d := a.want(id, test.want, "")
				if test.undo > 0 && !d.Due.Equal(was.Due) {
					t.Errorf("due %s, was %s", d.Due, was.Due)
				}
				stop()
				if err := <-done; err != nil {
					t.Error(err)
				}
			})
		})
	}
}

func TestEveryChangeCanBeTakenBack(t *testing.T) {
	soon := time.Now().Add(time.Hour)
	for _, test := range []struct {
		do     queue.Action
		held   bool // by a person before
		due    time.Time
		state  domain.DeliveryState // after the change
		reason domain.HoldReason
	}{
		{queue.ActionHold, false, time.Time{}, domain.Held, domain.HoldByPerson},
		{queue.ActionRelease, true, time.Time{}, domain.Planned, ""},
		{queue.ActionMove, false, soon.Add(time.Hour), domain.Planned, ""},
		{queue.ActionMove, true, soon.Add(time.Hour), domain.Planned, ""},
		{queue.ActionPublishNow, true, time.Time{}, domain.Planned, ""},
	} {
		t.Run(string(test.do), func(t *testing.T) {
			a := newPractice(t)
			id := a.plan(a.channel("me"), soon, "hello")
			if test.held {
				a.carry(queue.ActionHold, time.Time{}, false, id)
			}
			before := a.get(id)
			c := a.carry(test.do, test.due, false, id)
			if len(c.Refused) > 0 {
				t.Fatal(c.Refused)
			}
			a.want(id, test.state, test.reason)
			a.revert(c)
			after := a.want(id, before.State, before.HoldReason)
			if !after.Due.Equal(before.Due) || after.PlanHash != before.PlanHash {
				t.Errorf("due %s as %s, was %s as %s", after.Due, after.PlanHash, before.Due, before.PlanHash)
			}
		})
	}
}

func TestWhatWasTakenOutIsPlannedBackUnderKeysOfItsOwn(t *testing.T) {
	for _, held := range []bool{false, true} {
		a := newPractice(t)
		id := a.plan(a.channel("me"), time.Now().Add(time.Hour), "hello")
		if held {
			a.carry(queue.ActionHold, time.Time{}, false, id)
		}
		before := a.get(id)
		c := a.carry(queue.ActionCancel, time.Time{}, false, id)
		a.want(id, domain.Cancelled, "")
		a.revert(c)
		list, err := a.db.DeliveriesOf(t.Context(), before.Post)
		if err != nil || len(list) != 2 {
			t.Fatalf("%d deliveries, %v", len(list), err)
		}
		back := list[1]
		if back.State != before.State || back.HoldReason != before.HoldReason || !back.Due.Equal(before.Due) {
			t.Errorf("back as %s %s due %s", back.State, back.HoldReason, back.Due)
		}
		plan, err := queue.Thaw(back)
		if err != nil || plan.Parts[0].Text != "hello" || plan.Delivery != string(back.ID) {
			t.Errorf("plan %+v, %v", plan, err)
		}
		old, _ := a.db.Segments(t.Context(), id)
		fresh, err := a.db.Segments(t.Context(), back.ID)
		if err != nil || len(fresh) != len(old) || fresh[0].ClientKey == old[0].ClientKey {
			t.Errorf("segments %+v after %+v, %v", fresh, old, err)
		}
	}
}

func TestWhatHasGoneOutIsNotTakenBack(t *testing.T) {
	a := newPractice(t)
	id := a.plan(a.channel("me"), time.Now().Add(time.Hour), "hello")
	before := a.get(id)
	if err := a.planner.Move(t.Context(), id, time.Now()); err != nil {
		t.Fatal(err)
	}
	a.run()
	err := a.planner.Revert(t.Context(), []domain.Delivery{before})
	if !errors.Is(err, domain.ErrNotAllowed) {
		t.Errorf("revert: %v", err)
	}
	a.want(id, domain.Published, "")
}

func TestSeveralMoveTogether(t *testing.T) {
	for _, gaps := range []bool{false, true} {
		a := newPractice(t)
		c := a.channel("me")
		start, to := time.Now().Add(time.Hour).Truncate(time.Second), time.Now().Add(48*time.Hour).Truncate(time.Second)
		var ids []domain.DeliveryID
		for _, after := range []time.Duration{40 * time.Minute, 0, 10 * time.Minute} {
			ids = append(ids, a.plan(c, start.Add(after), "hello"))
		}
		if refused := a.carry(queue.ActionMove, to, gaps, ids...).Refused; len(refused) > 0 {
			t.Fatal(refused)
		}
		for i, after := range []time.Duration{40 * time.Minute, 0, 10 * time.Minute} {
			want := to
			if gaps {
				want = to.Add(after)
			}
			if d := a.get(ids[i]); !d.Due.Equal(want) {
				t.Errorf("gaps %v: number %d is due %s, want %s", gaps, i, d.Due, want)
			}
		}
	}
}

func TestOneThatCannotChangeKeepsNoOtherFromIt(t *testing.T) {
	a := newPractice(t)
	c := a.channel("me")
	live, waits := a.plan(c, time.Now(), "hello"), a.plan(c, time.Now().Add(time.Hour), "hello again")
	a.run()
	done := a.carry(queue.ActionHold, time.Time{}, false, live, waits)
	if len(done.Before) != 1 || done.Before[0].ID != waits || !errors.Is(done.Refused[live], domain.ErrConflict) {
		t.Errorf("carried %+v", done)
	}
	a.want(live, domain.Published, "")
	a.want(waits, domain.Held, domain.HoldByPerson)
}

func TestWhatIsOfferedCanBeDone(t *testing.T) {
	t.Parallel()
	orders := []queue.Action{
		queue.ActionPublishNow, queue.ActionTryNow, queue.ActionCheck, queue.ActionRelease, queue.ActionHold, queue.ActionMove,
		queue.ActionCancel, queue.ActionPutAway,
	}
	for name, arrange := range map[string]func(*app) domain.DeliveryID{
		"planned": func(a *app) domain.DeliveryID { return a.plan(a.channel("me"), time.Now().Add(time.Hour), "hello") },
		"held": func(a *app) domain.DeliveryID {
			id := a.plan(a.channel("me"), time.Now().Add(time.Hour), "hello")
			a.carry(queue.ActionHold, time.Time{}, false, id)
			return id
		},
		"late": func(a *app) domain.DeliveryID {
			id := a.plan(a.channel("me"), time.Now().Add(-time.Hour), "hello")
			a.run()
			return id
		},
		"published": func(a *app) domain.DeliveryID {
			id := a.plan(a.channel("me"), time.Now(), "hello")
			a.run()
			return id
		},
		"missed": func(a *app) domain.DeliveryID {
			list, err := a.planner.Plan(a.t.Context(), a.post(a.channel("me"), "hello"), queue.When{
				Due: time.Now().Add(-time.Hour), Late: domain.LatePolicy{Then: domain.LateSkip},
			})
			if err != nil {
				a.t.Fatal(err)
			}
			a.run()
			return list[0].ID
		},
	} {
		for _, do := range orders {
			t.Run(name+" "+string(do), func(t *testing.T) {
				a := newPractice(t)
				id := arrange(a)
				facts, err := a.db.DeliveryFacts(t.Context(), []domain.DeliveryID{id})
				if err != nil {
					t.Fatal(err)
				}
				f := facts[id]
				offered := slices.Contains(queue.Actions(a.get(id), queue.Footing{Touched: f.Touched, Doubt: f.Doubt, Live: f.Live}), do)
				c := a.carry(do, time.Now().Add(2*time.Hour), false, id)
				if done := len(c.Before) == 1; offered && !done {
					t.Errorf("offered and refused: %v", c.Refused[id])
				}
			})
		}
	}
}

func TestALatePostGoesToTheNextFreeSlotOrAsks(t *testing.T) {
	slot := time.Now().Add(3 * time.Hour).UTC().Truncate(time.Millisecond)
	for _, free := range []bool{true, false} {
		a := newPractice(t)
		a.queue.Slots = func(context.Context, domain.Delivery) (queue.When, bool, error) {
			return queue.When{Due: slot}, free, nil
		}
		list, err := a.planner.Plan(t.Context(), a.post(a.channel("me"), "hello"), queue.When{
			Due: time.Now().Add(-time.Hour), Late: domain.LatePolicy{Then: domain.LateNextSlot, After: time.Minute},
		})
		if err != nil {
			t.Fatal(err)
		}
		a.run()
		if !free {
			a.want(list[0].ID, domain.Held, domain.HoldLateAsk)
			continue
		}
		d := a.want(list[0].ID, domain.Planned, "")
		if plan, err := queue.Thaw(d); err != nil || !d.Due.Equal(slot) || !plan.CreatedAt.Equal(slot) {
			t.Errorf("due %s, plan of %s, want %s: %v", d.Due, plan.CreatedAt, slot, err)
		}
	}
}

func TestLatePostsOfAnAccountAreKeptApart(t *testing.T) {
	now := time.Now()
	var list []domain.Delivery
	for i := range 5 {
		list = append(list, domain.Delivery{
			ID: domain.DeliveryID(string(rune('a' + i))), Channel: "one", State: domain.Held, HoldReason: domain.HoldLateAsk,
			Due: now.Add(time.Duration(i-10) * time.Hour),
		})
	}
	list = append(list,
		domain.Delivery{ID: "other", Channel: "two", State: domain.Waiting, Due: now.Add(-time.Hour), Late: domain.LatePolicy{Then: domain.LatePublish}},
		domain.Delivery{ID: "coming", Channel: "two", State: domain.Planned, Due: now.Add(time.Hour)},
		domain.Delivery{ID: "doubt", Channel: "two", State: domain.Held, HoldReason: domain.HoldAmbiguous, Due: now.Add(-time.Hour)},
	)
	late := queue.LateOf(list, now)
	want := []time.Duration{0, 10 * time.Minute, 20 * time.Minute, time.Hour, time.Hour + 10*time.Minute, 0}
	if len(late) != len(want) {
		t.Fatalf("%d are late, want %d", len(late), len(want))
	}
	for i, l := range late {
		if l.Due.Sub(now) != want[i] {
			t.Errorf("%s goes out after %s, want %s", l.Delivery.ID, l.Due.Sub(now), want[i])
		}
	}
	if late[0].Rule != domain.LateToAsk || late[5].Rule != domain.LateGo {
		t.Errorf("rules %s and %s", late[0].Rule, late[5].Rule)
	}
}

func TestAPlannedPostTakesItsNewText(t *testing.T) {
	a := newPractice(t)
	c := a.channel("me")
	post := a.post(c, "old")
	due := time.Now().Add(time.Hour)
	list, err := a.planner.Plan(t.Context(), post, queue.When{Due: due})
	if err != nil {
		t.Fatal(err)
	}
	a.carry(queue.ActionHold, time.Time{}, false, list[0].ID)
	post.Content.Text = "new"
	fresh, err := a.planner.Renew(t.Context(), post, []domain.Delivery{a.get(list[0].ID)})
	if err != nil || len(fresh) != 1 {
		t.Fatalf("%+v, %v", fresh, err)
	}
	a.want(list[0].ID, domain.Cancelled, "")
	d := a.want(fresh[0].ID, domain.Held, domain.HoldByPerson)
	if plan, err := queue.Thaw(d); err != nil || plan.Parts[0].Text != "new" || !d.Due.Equal(due.UTC().Truncate(time.Millisecond)) {
		t.Errorf("says %q at %s, %v", plan.Parts[0].Text, d.Due, err)
	}

	post.Content.Text = "" // the practice network wants a text
	_, err = a.planner.Renew(t.Context(), post, []domain.Delivery{d})
	if !errors.Is(err, domain.ErrInvalid) {
		t.Errorf("renew with nothing: %v", err)
	}
	a.want(fresh[0].ID, domain.Held, domain.HoldByPerson)
}
