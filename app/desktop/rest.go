package desktop

import (
	"context"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// restAfter is how long nothing may have asked for memory before what is free is given back.
const restAfter = 8 * time.Second

// giveBack returns memory to the system when the program has come to rest, until ctx ends: a window stays
// open for days, and what looking through a library took is needed no more. Go's own runtime would keep
// it for much longer.
func giveBack(ctx context.Context) {
	tick := time.NewTicker(restAfter)
	defer tick.Stop()
	seen, resting := cycles(), false
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		now := cycles()
		switch {
		case now != seen:
			resting = false
		case !resting:
			debug.FreeOSMemory()
			now, resting = cycles(), true // it collects, too
		}
		seen = now
	}
}

// cycles counts the collections of memory there were: where there is none, nothing is asked for.
func cycles() uint64 {
	sample := []metrics.Sample{{Name: "/gc/cycles/total:gc-cycles"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}
