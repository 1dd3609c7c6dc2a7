package wiring

import (
	"context"
	"sync"
	"time"

	"postbag/backend/queue"
)

// expandEvery is how often the next days of what repeats are planned. They are planned 60 days
// ahead, so that this is seldom needed, but a zone's rules may change under a running program.
const expandEvery = time.Hour

const (
	// looseChanges are the newest of the change log, which others may be reading: they are not packed.
	looseChanges = 2000
	// journalRest is how long the attempts and calls of a published delivery stay rows of their own.
	journalRest = 30 * 24 * time.Hour
	// looseCalls are the newest public calls, which stay rows: a copy of the database is known by them.
	looseCalls = 1000
	// compactBelow is the size in bytes up to which the database is written anew while others wait: two seconds.
	compactBelow = 256 << 20
)

// expanding plans the next days of what repeats, and packs what is old of the change log and the journal: at once, then
// again and again until the function it returns is called.
func (a *App) expanding(ctx context.Context, q *queue.Queue) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	expand := func() {
		if err := a.Slots.Expand(ctx); err != nil && ctx.Err() == nil {
			a.Log.Error("not everything that repeats could be planned", "error", err)
		}
		q.Wake()
	}
	pack := func() {
		if _, err := a.DB.PackLog(ctx, looseChanges); err != nil && ctx.Err() == nil {
			a.Log.Error("the change log could not be packed", "error", err)
		}
		if _, err := a.DB.PackJournals(ctx, time.Now().Add(-journalRest), looseCalls); err != nil && ctx.Err() == nil {
			a.Log.Error("what was published long ago could not be packed", "error", err)
		}
		if _, err := a.DB.Compact(ctx, compactBelow); err != nil && ctx.Err() == nil {
			a.Log.Error("the database could not be compacted", "error", err)
		}
	}
	expand()
	var work sync.WaitGroup
	work.Go(func() {
		pack() // not before the first look: there may be years of it
		tick := time.NewTicker(expandEvery)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				expand()
				pack()
			}
		}
	})
	return func() { cancel(); work.Wait() }
}
