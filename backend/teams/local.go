package teams

import (
	"context"
	"sync"
	"time"

	"postbag/backend/domain"
)

// LeaseStore keeps the lease.
type LeaseStore interface {
	Beat(ctx context.Context, epoch int64) error
	Leader(ctx context.Context) (domain.Leader, error)
	Home(ctx context.Context) (domain.Home, error)
}

// Machine is the Coordinator of a machine by itself.
type Machine struct {
	Store LeaseStore
	ID    string // of the machine, "" if it is not known
	// Lock takes the publisher's lock and returns how to give it back. It fails at once while another
	// process has it.
	Lock func(ctx context.Context) (release func() error, err error)
}

// Lead implements Coordinator.
func (m *Machine) Lead(ctx context.Context) (Lease, error) {
	release, err := m.Lock(ctx)
	if err != nil {
		return nil, err
	}
	return &lease{store: m.Store, release: release}, nil
}

// Home implements Coordinator. A data folder that nobody published from yet is at home anywhere.
func (m *Machine) Home(ctx context.Context) (domain.Home, bool, error) {
	home, err := m.Store.Home(ctx)
	return home, err == nil && (home.Machine == "" || m.ID == "" || home.Machine == m.ID), err
}

// Leader implements Coordinator.
func (m *Machine) Leader(ctx context.Context) (domain.Leader, error) { return m.Store.Leader(ctx) }

type lease struct {
	store   LeaseStore
	release func() error
}

func (l *lease) Beat(ctx context.Context, me domain.Publisher) error {
	return l.store.Beat(ctx, me.Epoch)
}

func (l *lease) End() error { return l.release() }

// Log is what the change log is read from.
type Log interface {
	// ChangedDeliveries returns the deliveries that changed after a position, and the present position.
	// After the zero Position it returns none: it only says where the present is.
	ChangedDeliveries(ctx context.Context, after domain.Position) (ids []domain.DeliveryID, now domain.Position, err error)
}

// Tail is the Replicator of a machine by itself: every change is in the log already, and whoever
// shows the data reads on from there. It sees what other processes wrote as well.
type Tail struct {
	Log Log

	mu      sync.Mutex
	readers map[chan struct{}]bool
}

// Committed implements Replicator.
func (t *Tail) Committed() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for wake := range t.readers {
		select {
		case wake <- struct{}{}:
		default:
		}
	}
}

// Follow tells of every change after the present one until ctx ends: at once for those of this
// process, after at most every for those of others. ids are the deliveries that changed; there may
// be none of them. What cannot be read now is read later.
func (t *Tail) Follow(ctx context.Context, every time.Duration, told func(ids []domain.DeliveryID)) error {
	wake := make(chan struct{}, 1)
	t.mu.Lock()
	if t.readers == nil {
		t.readers = map[chan struct{}]bool{}
	}
	t.readers[wake] = true
	t.mu.Unlock()
	defer func() {
		t.mu.Lock()
		delete(t.readers, wake)
		t.mu.Unlock()
	}()
	_, last, err := t.Log.ChangedDeliveries(ctx, domain.Position{})
	if err != nil {
		return err
	}
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-wake:
		case <-tick.C:
		}
		ids, now, err := t.Log.ChangedDeliveries(ctx, last)
		if err != nil || now == last {
			continue
		}
		last = now
		told(ids)
	}
}
