package teams_test

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"postbag/backend/domain"
	"postbag/backend/teams"
)

// log is a change log in memory.
type log struct {
	mu  sync.Mutex
	all []domain.DeliveryID
	bad bool // it cannot be read now
}

func (l *log) write(id domain.DeliveryID) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all = append(l.all, id)
}

func (l *log) ChangedDeliveries(_ context.Context, after domain.Position) ([]domain.DeliveryID, domain.Position, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := domain.Position{Change: int64(len(l.all)), Clock: int64(len(l.all)) + 1}
	switch {
	case l.bad:
		return nil, after, errors.New("the disk is busy")
	case after == domain.Position{}:
		return nil, now, nil
	}
	return slices.Clone(l.all[after.Change:]), now, nil
}

func TestATailTellsEveryChangeOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &log{}
		l.write("before")
		tail := teams.Tail{Log: l}
		var got []domain.DeliveryID
		ctx, stop := context.WithCancel(t.Context())
		var work sync.WaitGroup
		work.Go(func() {
			if err := tail.Follow(ctx, time.Second, func(ids []domain.DeliveryID) { got = append(got, ids...) }); err != nil {
				t.Error(err)
			}
		})
		synctest.Wait()
		l.write("ours")
		tail.Committed()
		synctest.Wait()
		if !slices.Equal(got, []domain.DeliveryID{"ours"}) {
			t.Errorf("right after it was committed: %q", got)
		}
		l.write("theirs") // nobody here is told
		time.Sleep(time.Second)
		synctest.Wait()
		l.mu.Lock()
		l.bad = true
		l.mu.Unlock()
		l.write("later")
		time.Sleep(3 * time.Second)
		synctest.Wait()
		l.mu.Lock()
		l.bad = false
		l.mu.Unlock()
		time.Sleep(time.Second)
		synctest.Wait()
		if !slices.Equal(got, []domain.DeliveryID{"ours", "theirs", "later"}) {
			t.Errorf("%q", got)
		}
		stop()
		work.Wait()
		tail.Committed() // nobody reads any more
	})
}

// store is a lease in memory.
type store struct {
	leader domain.Leader
	home   domain.Home
}

func (s *store) Beat(_ context.Context, epoch int64) error {
	if epoch != s.leader.Epoch {
		return domain.ErrConflict
	}
	return nil
}
func (s *store) Leader(context.Context) (domain.Leader, error) { return s.leader, nil }
func (s *store) Home(context.Context) (domain.Home, error)     { return s.home, nil }

func TestTheLockDecidesAndTheLeaseIsSecond(t *testing.T) {
	s := &store{leader: domain.Leader{Machine: "me", Epoch: 7}}
	taken, errTaken := filepath.Join("some", "lock"), errors.New("another process publishes")
	locked := ""
	m := &teams.Machine{Store: s, ID: "me", Lock: func(context.Context) (func() error, error) {
		if locked != "" {
			return nil, errTaken
		}
		locked = taken
		return func() error { locked = ""; return nil }, nil
	}}
	lease, err := m.Lead(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := m.Lead(t.Context()); !errors.Is(err, errTaken) {
		t.Errorf("a second one leads: %v", err)
	}
	if err := lease.Beat(t.Context(), domain.Publisher{Epoch: 7}); err != nil {
		t.Error(err)
	}
	s.leader.Epoch = 8
	if err := lease.Beat(t.Context(), domain.Publisher{Epoch: 7}); !errors.Is(err, domain.ErrConflict) {
		t.Errorf("one that was replaced goes on: %v", err)
	}
	if err := lease.End(); err != nil || locked != "" {
		t.Errorf("the lock is not given back: %v", err)
	}
	for name, test := range map[string]struct {
		id, home string
		here     bool
	}{
		"nobody yet": {"me", "", true}, "this one": {"me", "me", true}, "another": {"me", "you", false}, "not known": {"", "you", true},
	} {
		m.ID, s.home = test.id, domain.Home{Machine: test.home}
		if _, here, err := m.Home(t.Context()); err != nil || here != test.here {
			t.Errorf("%s: here is %v, %v", name, here, err)
		}
	}
}
