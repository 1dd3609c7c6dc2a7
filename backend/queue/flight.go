package queue

import (
	"sync"

	"postbag/backend/domain"
)

// flight knows which accounts have a delivery under way: never two for one.
type flight struct {
	mu     sync.Mutex
	busy   map[domain.ChannelID]bool
	wg     sync.WaitGroup
	landed chan struct{}
}

func newFlight() *flight {
	return &flight{busy: map[domain.ChannelID]bool{}, landed: make(chan struct{}, 1)}
}

func (f *flight) start(c domain.ChannelID, work func()) {
	f.mu.Lock()
	f.busy[c] = true
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

func (f *flight) channels() []domain.ChannelID {
	f.mu.Lock()
	defer f.mu.Unlock()
	list := make([]domain.ChannelID, 0, len(f.busy))
	for c := range f.busy {
		list = append(list, c)
	}
	return list
}

func (f *flight) wait() { f.wg.Wait() }
