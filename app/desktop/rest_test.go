package desktop

import (
	"context"
	"runtime"
	"runtime/debug"
	"testing"
	"testing/synctest"
	"time"
)

func TestMemoryIsGivenBackOnceAfterEachBusyTime(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(-1)) // nothing but what is looked at here collects
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		before := cycles()
		done := make(chan struct{})
		go func() { giveBack(ctx); close(done) }()
		after := func(d time.Duration) uint64 {
			time.Sleep(d)
			synctest.Wait()
			return cycles() - before
		}
		if n := after(2 * restAfter); n != 1 {
			t.Errorf("%d collections when it came to rest", n)
		}
		if n := after(20 * restAfter); n != 1 {
			t.Errorf("%d while nothing happened", n)
		}
		runtime.GC() // work
		if n := after(restAfter); n != 2 {
			t.Errorf("%d right after work", n)
		}
		if n := after(20 * restAfter); n != 3 {
			t.Errorf("%d after the second rest", n)
		}
		stop()
		<-done
	})
}
