package wiring

import (
	"context"
	"math/rand/v2"
	"strconv"
	"sync"
	"time"

	"postbag/app/api"
	"postbag/backend/clock"
	"postbag/backend/domain"
	"postbag/backend/queue"
)

const (
	// lookEvery is how often the clocks and the addresses are looked at.
	lookEvery = 10 * time.Second
	// After a sleep, or when the network is back, nothing is begun for so long, so that it has time
	// to come back and not everybody's deliveries go out in the same second.
	leastSettle = 2 * time.Second
	mostSettle  = 8 * time.Second
)

func settleTime() time.Duration { return leastSettle + rand.N(mostSettle-leastSettle) }

// settling returns how long nothing new is begun, because the machine woke a moment ago.
func (g *ground) settling() time.Duration {
	now := g.source()
	g.mu.Lock()
	defer g.mu.Unlock()
	return max(g.woke-now.Boot, 0)
}

// happened is told by the watcher, by whoever looked: it must be quick.
func (g *ground) happened(e clock.Event) {
	if e.Slept > 0 {
		g.mu.Lock()
		g.woke = e.At.Boot + settleTime()
		for cancel := range g.calls {
			(*cancel)(errSlept)
		}
		g.mu.Unlock()
	}
	select {
	case g.events <- e:
	default: // what has to be done is under way
	}
}

// watching keeps an eye on the clocks and on the way to the servers while this process publishes,
// until the function it returns is called.
func (a *App) watching(ctx context.Context, q *queue.Queue, tell telling) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	a.recall(ctx)
	if tell.changed == nil {
		tell.changed = func() {}
	}
	if tell.clock == nil {
		tell.clock = func(clock.Mark) {}
	}
	w := watch{App: a, queue: q, telling: tell}
	var work sync.WaitGroup
	work.Go(func() { a.ground.watcher.Run(ctx, lookEvery) })
	work.Go(func() { w.run(ctx) })
	return func() { cancel(); work.Wait() }
}

// telling is who is told what, nil: nobody.
type telling struct {
	changed func()           // what people see of the publisher changed
	clock   func(clock.Mark) // the clock came to be distrusted, or trusted again
	// There is a way to the servers, and a person wanted to hear of these posts then; nil: ask
	// another process.
	online func([]domain.PostID)
}

type watch struct {
	*App
	telling
	queue   *queue.Queue
	portal  bool
	offline bool
	awaited bool      // a person wants to hear of the way back
	knocked time.Time // when a server was asked last whether it can be reached
	knocks  int
}

func (w *watch) run(ctx context.Context) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case m := <-w.ground.marks:
			w.keep(ctx, m)
		case e := <-w.ground.events:
			w.act(ctx, e)
		case <-tick.C:
			w.ground.clock.Now() // says so if that changed
			if w.ground.address.Returned() {
				w.ground.lines.Forget()
				w.again(ctx, settleTime())
			}
			w.remind(ctx)
			w.seek(ctx)
			portal, offline := w.ground.lines.Portal(), !w.ground.lines.OfflineSince().IsZero()
			if w.portal && !portal {
				w.again(ctx, settleTime())
			}
			if portal != w.portal || offline != w.offline {
				w.portal, w.offline = portal, offline
				w.changed()
			}
		}
	}
}

// act does what a sleep, or a clock that was set, asks for.
func (w *watch) act(ctx context.Context, e clock.Event) {
	mark := clock.Mark{Kind: clock.MarkStep, Offset: e.Stepped, At: e.At.Wall, Boot: e.At.Boot}
	if e.Stepped != 0 {
		w.Log.Info("the clock of this computer was set", "by", e.Stepped.Round(time.Second))
		w.keep(ctx, mark)
		if _, err := w.DB.RightClock(ctx, clock.Tolerance); err != nil {
			w.Log.Error("what a wrong clock put off", "error", err)
		}
		w.ground.clock.Now()
		w.queue.Wake()
	}
	if e.Slept > 0 {
		w.Log.Info("this computer slept", "for", e.Slept.Round(time.Second))
		mark.Kind, mark.Offset = clock.MarkSleep, e.Slept
		w.keep(ctx, mark)
		w.ground.address.Returned() // what came meanwhile is no news
		w.ground.lines.Forget()
		w.again(ctx, w.ground.settling())
	}
}

// again has what waits for a connection tried when the network had time to come back.
func (w *watch) again(ctx context.Context, settle time.Duration) {
	if _, err := w.DB.WakeOffline(ctx, time.Now().Add(settle)); err != nil && ctx.Err() == nil {
		w.Log.Error("what waits for a connection was not woken", "error", err)
	}
	w.changed()
	w.queue.Wake()
}

// keep writes down what was learnt about the clock.
func (w *watch) keep(ctx context.Context, m clock.Mark) {
	err := w.DB.AddClockMark(ctx, domain.ClockMark{
		Kind: string(m.Kind), Host: m.Host, Offset: m.Offset, At: m.At, Boot: m.Boot,
		BootID: w.ground.boot.ID(), Machine: w.ground.machine.ID,
	})
	if err != nil && ctx.Err() == nil {
		w.Log.Error("what was learnt about the clock", "error", err)
	}
	if m.Kind == clock.MarkSuspect || m.Kind == clock.MarkTrusted {
		w.Log.Warn("the clock of this computer", "is", m.Kind, "off", m.Offset.Round(time.Second), "by", m.Host)
		w.clock(m)
		w.changed()
		w.queue.Wake()
	}
}

// recall believes again what was learnt in this boot.
func (a *App) recall(ctx context.Context) {
	list, err := a.DB.ClockMarks(ctx, a.ground.machine.ID, a.ground.boot.ID())
	if err != nil {
		a.Log.Error("what was learnt about the clock cannot be read", "error", err)
		return
	}
	for _, m := range list {
		a.ground.clock.Recall(clock.Mark{Kind: clock.MarkKind(m.Kind), Host: m.Host, Offset: m.Offset, At: m.At, Boot: m.Boot})
	}
}

// clock tells a person once that the clock is not believed any more.
func (k *keeper) clock(m clock.Mark) {
	if m.Kind != clock.MarkSuspect || k.events.Notice == nil {
		return
	}
	minutes := int((m.Offset.Abs() + time.Minute/2) / time.Minute)
	k.events.Notice(api.Notice{
		Code: api.NoticeClock, Values: map[string]string{"minutes": strconv.Itoa(minutes)}, Route: "#/queue",
	})
}
