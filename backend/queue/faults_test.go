package queue_test

import (
	"fmt"
	"testing"
	"time"

	"postbag/backend/domain"
	"postbag/backend/network"
	"postbag/backend/network/httpcall"
	"postbag/backend/queue"
	"postbag/backend/queue/queuetest"
)

// ends returns what becomes of a delivery whose answer a fault took, when everything is settled.
func ends(shape network.Shape, f fault) domain.DeliveryState {
	switch shape {
	case network.ShapeKey, network.ShapeRecord, network.ShapePhase:
		return domain.Published // proved, or sent again and safe
	case network.ShapeLookUp:
		if f.Saved() || f == queuetest.Ghost {
			return domain.Published // found
		}
	case network.ShapeNone:
	}
	return domain.Held // a person looks
}

func TestEveryLostAnswerIsSettledInEveryShape(t *testing.T) {
	lost := append(queuetest.Lost(), queuetest.SlowLoris)
	if testing.Short() {
		lost = []fault{queuetest.Ghost, queuetest.GatewayLate, queuetest.Torn, queuetest.Captive, queuetest.Redirect, queuetest.Moved, queuetest.SlowLoris}
	}
	for _, shape := range queuetest.Shapes() {
		for _, f := range lost {
			t.Run(fmt.Sprintf("%s, %s", shape, f), func(t *testing.T) {
				t.Parallel()
				l := newLedger(t)
				l.GhostDelay, l.Gate = time.Millisecond, nil
				carrier := httpcall.New(nil, httpcall.Patience(500*time.Millisecond))
				if f != queuetest.SlowLoris {
					carrier = httpcall.New(nil)
				}
				n := queuetest.Network{Server: l.URL(), Shape: shape, Reconcile: network.Reconcile{Quarantine: time.Hour}}
				h := &haunted{app: newApp(t, n.Looking(), queue.Carriers{"http": carrier}), ledger: l}
				id := h.plan(h.channel("me"), time.Now(), "hello")
				l.Once(f)
				h.run()
				first := domain.Unknown
				if shape == network.ShapeNone {
					first = domain.Held
				}
				if d := h.get(id); d.State != first {
					t.Fatalf("after the fault it is %s (%s), want %s", d.State, d.ErrorText, first)
				}
				l.Settle()
				h.age(6 * time.Hour)
				h.rest()
				if d := h.get(id); d.State != ends(shape, f) || d.State == domain.Held && d.HoldReason != domain.HoldAmbiguous {
					_, text := h.evidence(id)
					t.Errorf("in the end it is %s %s, want %s (%s)", d.State, d.HoldReason, ends(shape, f), text)
				}
				visible := l.Visible()["hello"]
				if want := ends(shape, f) == domain.Published || f.Saved() || f == queuetest.Ghost; visible > 1 || (visible == 1) != want {
					t.Errorf("it is visible %d times", visible)
				}
			})
		}
	}
}

func TestWhatFailsBeforeTheFirstByteIsTriedAgain(t *testing.T) {
	for _, shape := range queuetest.Shapes() {
		for _, f := range queuetest.Before() {
			t.Run(fmt.Sprintf("%s, %s", shape, f), func(t *testing.T) {
				t.Parallel()
				l := newLedger(t)
				calls := 0 // in the third shape the post is the third connection
				dial := queuetest.Dialer(func() fault {
					if calls++; calls == 1 || calls == 3 || calls == 6 {
						return f
					}
					return queuetest.None
				})
				n := queuetest.Network{Server: l.URL(), Shape: shape}
				h := &haunted{app: newApp(t, n.Looking(), queue.Carriers{"http": httpcall.New(nil, httpcall.Dial(dial))}), ledger: l}
				id := h.plan(h.channel("me"), time.Now(), "hello")
				h.run()
				if d := h.want(id, domain.Waiting, ""); d.SoftFailures != 0 || d.ErrorClass != string(network.NotSent) {
					t.Errorf("%d soft failures, %s: being off line is none", d.SoftFailures, d.ErrorClass)
				}
				h.rest()
				h.want(id, domain.Published, "")
				if n := l.Visible()["hello"]; n != 1 {
					t.Errorf("visible %d times", n)
				}
				var doubts int
				if err := h.raw.QueryRow("SELECT count(*) FROM call WHERE outcome = 'ambiguous'").Scan(&doubts); err != nil || doubts != 0 {
					t.Errorf("%d calls are in doubt (%v)", doubts, err)
				}
			})
		}
	}
}

func TestAStormEndsInTheStateThatItProves(t *testing.T) {
	for _, test := range []struct {
		shape  network.Shape
		fault  fault
		length int
		state  domain.DeliveryState
	}{
		{network.ShapeKey, queuetest.Throttled, 8, domain.Published},
		{network.ShapeNone, queuetest.Throttled, 8, domain.Published},
		{network.ShapeKey, queuetest.Unavailable, 3, domain.Published},
		{network.ShapeKey, queuetest.Unavailable, 50, domain.Held},
		{network.ShapePhase, queuetest.GatewayLate, 50, domain.Published}, // the container says so
		{network.ShapePhase, queuetest.Unavailable, 50, domain.Held},
		{network.ShapeRecord, queuetest.Captive, 5, domain.Published},
	} {
		t.Run(fmt.Sprintf("%s, %d times %s", test.shape, test.length, test.fault), func(t *testing.T) {
			t.Parallel() // mostly waits
			h := newShaped(t, test.shape, network.Reconcile{Quarantine: time.Nanosecond})
			id := h.plan(h.channel("me"), time.Now(), "hello")
			h.ledger.Next = queuetest.Storm(test.fault, test.length)
			h.rest()
			if d := h.get(id); d.State != test.state {
				t.Errorf("it is %s %s (%s), want %s", d.State, d.HoldReason, d.ErrorText, test.state)
			}
			if n := h.ledger.Visible()["hello"]; n > 1 || test.state == domain.Published && n != 1 {
				t.Errorf("visible %d times", n)
			}
		})
	}
}

// The key is forgotten before its time, or was never looked at: what is promised is not kept, and
// only the quarantine and the look-up stand between that and a second post.
func TestAServerThatForgetsKeysIsAskedFirst(t *testing.T) {
	h := newShaped(t, network.ShapeKey, network.Reconcile{Quarantine: time.Hour})
	h.network = keyedFinder{queueNetwork(h)}
	h.ledger.Do(func() { h.ledger.KeyLife = time.Nanosecond })
	id := h.plan(h.channel("me"), time.Now(), "hello")
	h.ledger.Once(faultResetAfter)
	h.run()
	h.age(2 * time.Hour)
	h.rest()
	h.want(id, domain.Published, "")
	if n := h.ledger.Visible()["hello"]; n != 1 {
		t.Errorf("visible %d times", n)
	}
}
