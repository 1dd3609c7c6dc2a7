package queue

import (
	"errors"
	"sync"
	"time"

	"postbag/backend/domain"
)

// flight knows which accounts have a delivery under way: never two for one.
type flight struct {
	mu      sync.Mutex
	busy    map[domain.ChannelID]bool
	served  map[domain.ChannelID]bool // had their turn in this round
	resting map[domain.ChannelID]pauseOf
	wg      sync.WaitGroup
	landed  chan struct{}
}

// pauseOf says until when an account rests, and why.
type pauseOf struct {
	until time.Time
	why   error
}

func newFlight() *flight {
	return &flight{
		busy: map[domain.ChannelID]bool{}, served: map[domain.ChannelID]bool{},
		resting: map[domain.ChannelID]pauseOf{}, landed: make(chan struct{}, 1),
	}
}

func (f *flight) start(c domain.ChannelID, work func()) {
	f.mu.Lock()
	f.busy[c], f.served[c] = true, true
	f.mu.Unlock()
	f.wg.Go(func() {
		defer func() {
			f.mu.Lock()
			delete(f.busy, c)
			f.mu.Unlock()
			select {
			case f.landed <- struct{}{}:
			default:
			}
		}()
		work()
	})
}

func (f *flight) count() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.busy)
}

// rest keeps an account from being started before until.
func (f *flight) rest(c domain.ChannelID, until time.Time, why error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.resting[c] = pauseOf{until, why}
}

// trouble returns why accounts rest, nil if none does.
func (f *flight) trouble() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	list := make([]error, 0, len(f.resting))
	for _, r := range f.resting {
		list = append(list, r.why)
	}
	return errors.Join(list...)
}

// skip lists the accounts that may not be started now: busy, resting, or just served.
func (f *flight) skip(now time.Time) []domain.ChannelID {
	f.mu.Lock()
	defer f.mu.Unlock()
	list := make([]domain.ChannelID, 0, len(f.busy)+len(f.served)+len(f.resting))
	for c := range f.busy {
		list = append(list, c)
	}
	for c := range f.served {
		if !f.busy[c] {
			list = append(list, c)
		}
	}
	for c, r := range f.resting {
		if !now.Before(r.until) {
			delete(f.resting, c)
		} else if !f.busy[c] && !f.served[c] {
			list = append(list, c)
		}
	}
	return list
}

// newRound gives every account its turn again. It reports false if none was waiting for that.
func (f *flight) newRound() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	again := false
	for c := range f.served {
		again = again || !f.busy[c]
	}
	clear(f.served)
	for c := range f.busy {
		f.served[c] = true // they had theirs
	}
	return again
}

func (f *flight) wait() { f.wg.Wait() }
