package queue_test

import (
	"context"
	"testing"
	"time"

	"postbag/backend/domain"
	"postbag/backend/network"
	"postbag/backend/network/httpcall"
	"postbag/backend/queue"
)

// objecting is a guard with one answer.
type objecting queue.Objection

func (o objecting) Ask(context.Context, domain.Delivery, network.Plan) (queue.Objection, error) {
	return queue.Objection(o), nil
}

func TestWhatAGuardObjectsToIsNotClaimed(t *testing.T) {
	later := time.Now().Add(time.Hour).Truncate(time.Millisecond)
	for name, test := range map[string]struct {
		guards []queue.Guard
		state  domain.DeliveryState
		reason domain.HoldReason
		wake   time.Time
	}{
		"none":        {[]queue.Guard{objecting{}}, domain.Published, "", time.Time{}},
		"a person":    {[]queue.Guard{objecting{}, objecting{Hold: domain.HoldClock, Text: "the clock is off"}}, domain.Held, domain.HoldClock, time.Time{}},
		"later":       {[]queue.Guard{objecting{Until: later, Class: "busy"}}, domain.Planned, "", later},
		"first of it": {[]queue.Guard{objecting{Until: later}, objecting{Hold: domain.HoldClock}}, domain.Planned, "", later},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLedger(t)
			a := newApp(t, fake(network.ShapeKey, l.URL(), time.Millisecond), queue.Carriers{"http": httpcall.New(nil)})
			a.queue.Guards = test.guards
			id := a.plan(a.channel("me"), time.Now(), "hello")
			a.run()
			d := a.get(id)
			if d.State != test.state || d.HoldReason != test.reason || d.Attempts > 0 != (test.state == domain.Published) {
				t.Errorf("it is %s (%s) after %d attempts, want %s (%s)", d.State, d.HoldReason, d.Attempts, test.state, test.reason)
			}
			if !test.wake.IsZero() && !d.WakeAt.Equal(test.wake) {
				t.Errorf("it is looked at again at %v, want %v", d.WakeAt, test.wake)
			}
			if live := l.Visible()["hello"]; (live == 1) != (test.state == domain.Published) {
				t.Errorf("visible %d times", live)
			}
		})
	}
}
