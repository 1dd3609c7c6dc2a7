package wiring

import (
	"context"
	"errors"
	"sync"
	"time"

	"postbag/app/api"
	"postbag/backend/datadir"
	"postbag/backend/domain"
	"postbag/backend/online"
	"postbag/backend/queue"
)

// How often the publisher's lock is tried for while another process has it, and how often what
// that process does is looked at.
const (
	lockTries = 3 * time.Second
	lookAgain = time.Second
)

// engine is what the services know of the publisher of this process. Its zero value publishes
// nothing.
type engine struct {
	lines *online.State // what is known of the way to the servers
	probe func() bool   // whether another process publishes

	mu        sync.Mutex
	keeping   bool         // KeepPublishing runs
	queue     *queue.Queue // while this process publishes
	elsewhere bool         // another process has the lock, as far as was seen last
}

// Wake implements api.Publisher.
func (e *engine) Wake() {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.queue != nil {
		e.queue.Wake()
	}
}

// Who implements api.Publisher.
func (e *engine) Who() string {
	e.mu.Lock()
	here, keeping, elsewhere := e.queue != nil, e.keeping, e.elsewhere
	e.mu.Unlock()
	switch {
	case here:
		return "here"
	case keeping && elsewhere, !keeping && e.probe != nil && e.probe():
		return "elsewhere"
	}
	return "nobody"
}

// OfflineSince implements api.Publisher.
func (e *engine) OfflineSince() time.Time {
	if e.lines == nil {
		return time.Time{}
	}
	return e.lines.OfflineSince()
}

func (e *engine) set(q *queue.Queue, elsewhere bool) (changed bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	changed = (e.queue == nil) != (q == nil) || e.elsewhere != elsewhere
	e.queue, e.elsewhere = q, elsewhere
	return changed
}

// KeepPublishing publishes what is due until ctx ends, as soon and as long as no other process
// does, and tells events what changes. It returns when what was on its way is finished. Run it
// once for a program that stays open.
func (a *App) KeepPublishing(ctx context.Context, events api.Events) {
	a.engine.mu.Lock()
	a.engine.keeping = true
	a.engine.mu.Unlock()
	defer func() {
		a.engine.mu.Lock()
		a.engine.keeping = false
		a.engine.mu.Unlock()
	}()
	k := &keeper{app: a, events: events}
	defer k.follow(ctx)()
	for ctx.Err() == nil {
		if err := k.publish(ctx); err != nil && ctx.Err() == nil {
			a.Log.Error("publishing stopped; trying again", "error", err)
		}
		if a.engine.set(nil, a.publishedElsewhere()) {
			k.changed()
		}
		select {
		case <-ctx.Done():
		case <-time.After(lockTries):
		}
	}
}

// publishedElsewhere reports whether another process has the publisher's lock.
func (a *App) publishedElsewhere() bool {
	lock, mark, err := a.lockPublisher()
	if err == nil {
		_ = lock.Unlock()
	}
	if mark != nil {
		_ = mark.Close()
	}
	return errors.Is(err, datadir.ErrLocked)
}

// keeper is one run of KeepPublishing.
type keeper struct {
	app    *App
	events api.Events
	held   bool // everything was held when that was looked at last
}

// publish takes the lock and publishes until ctx ends or the queue fails. It returns nil at once
// while another process has the lock.
func (k *keeper) publish(ctx context.Context) error {
	q, release, err := k.app.Publisher(ctx, func(id domain.DeliveryID) {
		k.changed(string(id)) // also when nothing is written: it began, or it was put off
		k.tell(ctx)
	})
	if errors.Is(err, datadir.ErrLocked) {
		return nil
	}
	if err != nil {
		return err
	}
	q.Progress = func(id domain.DeliveryID, done, total int) {
		if k.events.Progress != nil {
			k.events.Progress(api.TaskDelivery+string(id), int64(done), int64(total))
		}
	}
	q.Contact = func(host string, reached bool) {
		if k.app.ground.lines.Reached(host, reached, time.Now().UTC()) {
			k.changed()
		}
	}
	if k.app.engine.set(q, false) {
		k.changed()
	}
	k.tell(ctx)
	stop := k.app.expanding(ctx, q)
	told := telling{changed: func() { k.changed() }, clock: k.clock}
	if k.events.Notice != nil {
		told.online = k.online
	}
	rest := k.app.watching(ctx, q, told)
	err = q.Run(ctx)
	stop()
	rest()
	k.app.engine.set(nil, false)
	return errors.Join(err, release())
}

// follow tells what changes in the queue, whichever process of the data folder changes it, until
// the function it returns is called.
func (k *keeper) follow(ctx context.Context) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	var work sync.WaitGroup
	work.Go(func() {
		err := k.app.Changes.Follow(ctx, lookAgain, func(list []domain.DeliveryID) {
			if on, err := k.app.DB.HeldAll(ctx); err == nil && on != k.held {
				k.held = on
				k.app.engine.Wake()
				k.changed()
			}
			if len(list) == 0 {
				return
			}
			ids := make([]string, len(list))
			for i, id := range list {
				ids[i] = string(id)
			}
			k.app.engine.Wake() // another process may have planned it for now
			k.changed(ids...)
			k.tell(ctx)
		})
		if err != nil && ctx.Err() == nil {
			k.app.Log.Error("what other processes change is not seen", "error", err)
		}
	})
	return func() { cancel(); work.Wait() }
}

// Who returns who publishes: "here", "elsewhere" or "nobody".
func (a *App) Who() string { return a.engine.Who() }

func (k *keeper) changed(ids ...string) {
	if k.events.Changed == nil {
		return
	}
	if ids == nil {
		ids = []string{}
	}
	k.events.Changed(api.TopicQueue, ids)
}

// tell says once what happened, also what another process left so, whichever of them says it.
func (k *keeper) tell(ctx context.Context) {
	news, err := k.app.DB.TakeNews(ctx)
	if err != nil && ctx.Err() == nil {
		k.app.Log.Error("what happened could not be told", "error", err)
	}
	if k.events.Notice == nil {
		return
	}
	for _, n := range api.NoticesOf(news) {
		k.events.Notice(n)
	}
}
