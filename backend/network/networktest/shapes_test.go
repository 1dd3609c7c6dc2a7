package networktest

import (
	"testing"

	"postbag/backend/network"
	"postbag/backend/queue/queuetest"
)

// shaped is a ledger as this suite's stand-in.
type shaped struct{ *queuetest.Ledger }

func (shaped) Account() network.Account { return network.Account{RemoteID: "me"} }

func (s shaped) Fail(f Failure) {
	s.Once(map[Failure]queuetest.Fault{DropAfter: queuetest.ResetAfter, Garbage: queuetest.Garbage}[f])
}

func (s shaped) Posts() (list []Post) {
	for _, e := range s.Ledger.Posts() {
		list = append(list, Post{ID: e.ID, Text: e.Text, Parent: e.Parent})
	}
	return list
}

func TestTheQueuesOwnNetworksKeepThePromisesOfTheirShapes(t *testing.T) {
	for _, shape := range queuetest.Shapes() {
		t.Run(string(shape), func(t *testing.T) {
			ledger := queuetest.NewLedger(t) // one for all: the network knows its address
			n := queuetest.Network{Server: ledger.URL(), Shape: shape}.Looking()
			s := suite{n: n, d: n.Describe(), newServer: func(t *testing.T) Server {
				t.Helper()
				ledger.Clear()
				return shaped{ledger}
			}}
			checkReconcile(t, n, s.d)
			s.shapes(t)
			s.linked(t)
			t.Run("a restart after any call repeats no finished step", s.restarts)
		})
	}
}

func TestAShapeNeedsWhatTheQueueAsks(t *testing.T) {
	for name, change := range map[string]func(*network.Descriptor) network.Network{
		"a phase that cannot be asked": func(d *network.Descriptor) network.Network {
			d.Reconcile = network.Reconcile{Shape: network.ShapePhase}
			return queuetest.Network{}
		},
		"a phase whose container cannot be read": func(d *network.Descriptor) network.Network {
			d.Reconcile = network.Reconcile{Shape: network.ShapePhase}
			return queuetest.Phase{}
		},
		"a look-up that cannot look": func(d *network.Descriptor) network.Network {
			d.Reconcile = network.Reconcile{Shape: network.ShapeLookUp}
			return queuetest.Network{}
		},
		"a bound without a look-up": func(d *network.Descriptor) network.Network {
			d.Reconcile = network.Reconcile{Shape: network.ShapeNone, Bound: 1}
			return queuetest.Network{}
		},
		"a proof of containers without any": func(d *network.Descriptor) network.Network {
			d.Reconcile = network.Reconcile{Shape: network.ShapeNone, ExpiredAbsent: true}
			return queuetest.Network{}
		},
	} {
		d := queuetest.Network{Shape: network.ShapeNone}.Describe()
		n := change(&d)
		if len(wrongReconcile(n, d.Reconcile, d)) == 0 {
			t.Errorf("%s is let through", name)
		}
	}
}
