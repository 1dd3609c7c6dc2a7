package queue_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"postbag/backend/domain"
	"postbag/backend/network"
	"postbag/backend/queue/queuetest"
	"postbag/backend/store"
)

// guessing is a store that takes "not seen" for "not there".
type guessing struct{ *store.DB }

func (g guessing) Resolve(ctx context.Context, r domain.Resolution, from domain.DeliveryState) error {
	if !r.ByPerson && r.Verdict != domain.VerdictLive {
		r.Verdict, r.Change = domain.VerdictAbsent, domain.Change{State: domain.Waiting, WakeAt: time.Now()}
	}
	return g.DB.Resolve(ctx, r, from)
}

// Q7: a queue that guesses is caught in every shape where a guess can be wrong.
func TestTheHarnessCatchesAQueueThatGuesses(t *testing.T) {
	t.Parallel()
	for _, shape := range []network.Shape{network.ShapePhase, network.ShapeLookUp, network.ShapeNone} {
		for _, guesses := range []bool{false, true} {
			h := newShaped(t, shape, network.Reconcile{Quarantine: time.Hour})
			if guesses {
				h.queue.Store = guessing{h.db}
			}
			h.plan(h.channel("me"), time.Now(), "hello")
			h.ledger.Do(func() {
				h.ledger.Gate, h.ledger.Lag = make(chan struct{}), time.Hour // what is there is not seen yet
				h.ledger.Next = queuetest.Once(queuetest.Ghost)
			})
			h.run()
			h.age(6 * time.Hour)
			h.rest()
			close(h.ledger.Gate)
			want := 1
			if guesses {
				want = 2
			}
			if n := h.ledger.Visible()["hello"]; n != want {
				t.Errorf("%s, guessing %t: visible %d times, want %d", shape, guesses, n, want)
			} else if guesses {
				t.Logf("figure: Q7 guessing, %s caught: %d doubled", shape, n-1)
			}
		}
	}
}

// A container is exchanged in doubt: what the engine and the database forbid would be seen.
func TestTheHarnessCatchesASecondContainer(t *testing.T) {
	h := newShaped(t, network.ShapePhase, network.Reconcile{Quarantine: time.Hour})
	h.plan(h.channel("me"), time.Now(), "hello")
	h.ledger.Do(func() {
		h.ledger.Gate = make(chan struct{})
		h.ledger.Next = queuetest.Once(queuetest.Ghost)
	})
	h.run()
	h.lawless(func() {
		h.exec("UPDATE segment SET container_id = NULL, state = 'pending'")
		h.exec("UPDATE delivery SET state = 'planned', wake_at_ms = 1")
		h.exec("DELETE FROM local_reply")
		h.exec("DELETE FROM call WHERE effect = 'public'")
	})
	h.rest()
	close(h.ledger.Gate)
	if n := h.ledger.Visible()["hello"]; n != 2 {
		t.Errorf("visible %d times: the second container was not caught", n)
	}
}

// ousted is a store whose publisher is replaced by another process between a look-up and its record.
type ousted struct{ *store.DB }

func (o ousted) Resolve(ctx context.Context, r domain.Resolution, from domain.DeliveryState) error {
	if _, _, err := o.Recover(ctx, domain.Publisher{Machine: "there", Process: "second"}); err != nil {
		return err
	}
	return o.DB.Resolve(ctx, r, from)
}

// What a publisher saw before another took over may be older than the doubt it would settle: in every
// shape it records nothing and sends nothing more.
func TestAnOvertakenPublisherSettlesNoDoubt(t *testing.T) {
	t.Parallel()
	for _, shape := range queuetest.Shapes() {
		t.Run(string(shape), func(t *testing.T) {
			h := newShaped(t, shape, network.Reconcile{Quarantine: time.Hour})
			h.queue.Store = ousted{h.db}
			id := h.plan(h.channel("me"), time.Now(), "hello")
			h.ledger.Do(func() { h.ledger.Next = queuetest.Once(queuetest.Ghost) })
			var err error
			for range 10 { // some looks say nothing yet, and are asked again
				if err = h.queue.RunUntilIdle(t.Context()); err != nil {
					break
				}
				h.age(6 * time.Hour)
				h.exec("UPDATE delivery SET wake_at_ms = 1 WHERE state = 'unknown'")
			}
			if !errors.Is(err, domain.ErrOvertaken) {
				t.Errorf("it ended with %v", err)
			}
			h.want(id, domain.Unknown, "")
			var settled int
			if err := h.raw.QueryRow("SELECT count(*) FROM resolution").Scan(&settled); err != nil || settled != 0 {
				t.Errorf("%d conclusions are recorded (%v)", settled, err)
			}
		})
	}
}
