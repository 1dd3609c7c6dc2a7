package queue_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"postbag/backend/domain"
	"postbag/backend/queue"
)

func TestADeliveryWaitsForItsHour(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newPractice(t)
		id := a.plan(a.channel("me"), time.Now().Add(72*time.Hour), "hello")
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- a.queue.Run(ctx) }()

		time.Sleep(71 * time.Hour)
		synctest.Wait()
		a.want(id, domain.Planned, "")

		time.Sleep(time.Hour + time.Minute)
		synctest.Wait()
		d := a.want(id, domain.Published, "")
		if d.RemoteID == "" || d.PublishedAt.Before(d.Due) || d.PublishedAt.Sub(d.Due) > 16*time.Second {
			t.Errorf("published at %v as %q, was due %v", d.PublishedAt, d.RemoteID, d.Due)
		}
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

func TestAThreadIsPublishedInOrder(t *testing.T) {
	a := newPractice(t)
	id := a.plan(a.channel("me"), time.Now(), numbered("part %d", 5)...)
	a.run()
	a.want(id, domain.Published, "")
	segments, err := a.db.Segments(t.Context(), id)
	if err != nil || len(segments) != 5 {
		t.Fatalf("%d segments, %v", len(segments), err)
	}
	for _, s := range segments {
		if s.State != domain.SegmentPublished || s.RemoteID != s.ClientKey {
			t.Errorf("segment %d is %s as %q, its key is %q", s.Index, s.State, s.RemoteID, s.ClientKey)
		}
	}
}

func TestALateDeliveryAsksUnlessItMayGoOut(t *testing.T) {
	late := time.Now().Add(-time.Hour)
	for _, test := range []struct {
		then   domain.LateThen
		state  domain.DeliveryState
		reason domain.HoldReason
	}{
		{domain.LateAsk, domain.Held, domain.HoldLateAsk},
		{domain.LateSkip, domain.Missed, ""},
		{domain.LatePublish, domain.Published, ""},
	} {
		t.Run(string(test.then), func(t *testing.T) {
			a := newPractice(t)
			c := a.channel("me")
			list, err := a.planner.Plan(t.Context(), a.post(c, "hello"), queue.When{
				Due: late, Late: domain.LatePolicy{Then: test.then, After: 15 * time.Minute},
			})
			if err != nil {
				t.Fatal(err)
			}
			a.run()
			a.want(list[0].ID, test.state, test.reason)
		})
	}
}

func TestAReleasedLateDeliveryGoesOutNow(t *testing.T) {
	a := newPractice(t)
	id := a.plan(a.channel("me"), time.Now().Add(-time.Hour), "hello")
	a.run()
	a.want(id, domain.Held, domain.HoldLateAsk)
	if err := a.planner.Release(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	a.run()
	a.want(id, domain.Published, "")
}

func TestHoldingEverythingChangesNoDelivery(t *testing.T) {
	a := newPractice(t)
	id := a.plan(a.channel("me"), time.Now(), "hello")
	if err := a.planner.HoldAll(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	a.run()
	a.want(id, domain.Planned, "")
	if err := a.planner.HoldAll(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	a.run()
	a.want(id, domain.Published, "")
}

func TestAPostIsPlannedOnceForAChannel(t *testing.T) {
	a := newPractice(t)
	post := a.post(a.channel("me"), "hello")
	list, err := a.planner.Plan(t.Context(), post, queue.When{Due: time.Now().Add(time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.planner.Plan(t.Context(), post, queue.When{Due: time.Now()}); !errors.Is(err, domain.ErrConflict) {
		t.Fatalf("planning twice: %v", err)
	}
	if err := a.planner.Cancel(t.Context(), list[0].ID); err != nil {
		t.Fatal(err)
	}
	again, err := a.planner.Plan(t.Context(), post, queue.When{Due: time.Now()})
	if err != nil || again[0].Occurrence != "once-2" {
		t.Fatalf("planning a cancelled one again: %v %v", again, err)
	}
	a.run()
	a.want(again[0].ID, domain.Published, "")
	if err := a.planner.Cancel(t.Context(), again[0].ID); err == nil {
		t.Error("a published delivery was cancelled")
	}
}

func TestAPlanThatWasNotApprovedIsHeld(t *testing.T) {
	a := newPractice(t)
	id := a.plan(a.channel("me"), time.Now(), "hello")
	a.exec(`UPDATE delivery SET plan_json = replace(plan_json, 'hello', 'HELLO')`)
	a.run()
	a.want(id, domain.Held, domain.HoldPlanChanged)
}

func TestTextOverTheLimitIsNotPlanned(t *testing.T) {
	a := newPractice(t)
	long := make([]byte, 501)
	for i := range long {
		long[i] = 'a'
	}
	_, err := a.planner.Plan(t.Context(), a.post(a.channel("me"), string(long)), queue.When{Due: time.Now()})
	if _, ok := errors.AsType[*queue.NotReadyError](err); !ok {
		t.Fatalf("got %v", err)
	}
}

func TestAPostInTheBinIsNotPlanned(t *testing.T) {
	a := newPractice(t)
	post := a.post(a.channel("me"), "hello")
	post.DeletedAt = time.Now()
	if _, err := a.planner.Plan(t.Context(), post, queue.When{Due: time.Now()}); !errors.Is(err, domain.ErrNotAllowed) {
		t.Fatalf("got %v", err)
	}
}
