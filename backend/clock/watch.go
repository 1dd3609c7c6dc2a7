package clock

import (
	"context"
	"sync"
	"time"
)

// Tolerance is how far two clocks may go apart between two looks before it means something.
const Tolerance = 10 * time.Second

// Event is what happened between two looks. The zero Event is nothing.
type Event struct {
	Slept   time.Duration // the machine, or this process, stood still so long
	Stepped time.Duration // somebody set the wall clock by so much; negative: back
	At      Reading
}

// Happened reports whether anything did.
func (e Event) Happened() bool { return e.Slept > 0 || e.Stepped != 0 }

// Between compares two looks. asked is how long the second one was meant to come after the first,
// 0 if that is not known.
//
// The wall clock ran ahead of Go's monotonic clock: either the machine slept, which the boot clock
// has counted, or the wall clock was set, which it has not. A process that was stopped has slept
// as well, and is told by having come too late.
func Between(before, after Reading, asked time.Duration) Event {
	e := Event{At: after}
	boot := after.Boot - before.Boot
	if still := boot - (after.Ran - before.Ran); still > Tolerance {
		e.Slept = still
	} else if late := boot - asked; asked > 0 && late > Tolerance {
		e.Slept = late
	}
	if step := after.Wall.Sub(before.Wall) - boot; step.Abs() > Tolerance {
		e.Stepped = step
	}
	return e
}

// Watcher notices sleep and a wall clock that is set. It may be used by many goroutines.
type Watcher struct {
	source Source
	tell   func(Event)

	mu   sync.Mutex
	last Reading
}

// NewWatcher looks at the clocks once. tell is called with what happens, by the goroutine that
// noticed it; it must return at once and may be nil.
func NewWatcher(source Source, tell func(Event)) *Watcher {
	if tell == nil {
		tell = func(Event) {}
	}
	return &Watcher{source: source, tell: tell, last: source()}
}

// Look compares the clocks with the last look and tells what happened. Whoever is about to do
// something that a sleep would spoil looks first.
func (w *Watcher) Look() Event { return w.look(0) }

func (w *Watcher) look(asked time.Duration) Event {
	now := w.source()
	w.mu.Lock()
	if back := w.last.Boot - now.Boot; back > 0 { // somebody looked later and was quicker
		if back > time.Minute { // or the whole machine was put back to an earlier state
			w.last = now
		}
		w.mu.Unlock()
		return Event{}
	}
	e := Between(w.last, now, asked)
	w.last = now
	w.mu.Unlock()
	if e.Happened() {
		w.tell(e)
	}
	return e
}

// Run looks every so often until ctx ends.
func (w *Watcher) Run(ctx context.Context, every time.Duration) {
	tick := time.NewTimer(every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		w.look(every)
		tick.Reset(every)
	}
}
