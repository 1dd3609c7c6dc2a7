package wiring

import (
	"context"
	"errors"
	"sync"
	"time"

	"postbag/backend/domain"
)

// shortWait is how soon something must be tried again to count as being on its way: servers ask
// for some seconds while they work on a picture. shortWaits bounds all such waits together.
const (
	shortWait  = 20 * time.Second
	shortWaits = 3 * time.Minute
)

// Publish makes this process the publisher and publishes what is due. With untilIdle it ends when
// nothing is due and nothing is on its way, which includes what it began and a server asked to
// try again in a moment; otherwise when ctx ends. changed, if not nil, is told the id of every
// delivery that changed, by several goroutines. It fails with datadir.ErrLocked while another
// process publishes.
func (a *App) Publish(ctx context.Context, untilIdle bool, changed func(id string)) (err error) {
	var mu sync.Mutex
	begun := map[domain.DeliveryID]bool{}
	q, release, err := a.Publisher(ctx, func(id domain.DeliveryID) {
		mu.Lock()
		begun[id] = true
		mu.Unlock()
		if changed != nil {
			changed(string(id))
		}
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, release()) }()
	defer a.watching(ctx, q, telling{})()
	defer a.expanding(ctx, q)()
	if !untilIdle {
		return q.Run(ctx)
	}
	for end := time.Now().Add(shortWaits); ; {
		if err := q.RunUntilIdle(ctx); err != nil || ctx.Err() != nil {
			return err
		}
		wake, err := a.nextOf(ctx, begun)
		if err != nil || wake.IsZero() || wake.After(end) {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(time.Until(wake)):
		}
	}
}

// nextOf returns when the first of these deliveries is tried again, zero if none is within
// shortWait. Nothing publishes meanwhile.
func (a *App) nextOf(ctx context.Context, begun map[domain.DeliveryID]bool) (next time.Time, err error) {
	for id := range begun {
		d, err := a.DB.Delivery(ctx, id)
		if err != nil {
			return time.Time{}, err
		}
		soon := d.State == domain.Waiting && time.Until(d.WakeAt) < shortWait
		if soon && (next.IsZero() || d.WakeAt.Before(next)) {
			next = d.WakeAt
		}
	}
	return next, nil
}
