package queue_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"postbag/backend/domain"
	"postbag/backend/network"
	"postbag/backend/network/httpcall"
	"postbag/backend/queue"
)

// blurred is a keyed network whose look-ups never say anything certain.
type blurred struct{ fakeNetwork }

func (blurred) Find(context.Context, network.Calls, network.Account, network.Plan) (network.Receipt, bool, error) {
	return network.Receipt{}, false, errors.New("there are too many posts to look through")
}

func TestALivingKeySettlesWhatLookUpsCannot(t *testing.T) {
	for _, lost := range []fault{faultResetBefore, faultResetAfter} {
		l := newLedger(t)
		n := blurred{fakeNetwork{Server: l.URL(), Shape: network.ShapeKey, Reconcile: network.Reconcile{Quarantine: time.Nanosecond}}}
		h := &haunted{app: newApp(t, n, queue.Carriers{"http": httpcall.New(nil)}), ledger: l}
		id := h.plan(h.channel("me"), time.Now(), "hello")
		l.Once(lost)
		h.rest()
		h.want(id, domain.Published, "")
		if seen := l.Visible()["hello"]; seen != 1 {
			t.Errorf("after %s it is visible %d times", lost, seen)
		}
	}
}
