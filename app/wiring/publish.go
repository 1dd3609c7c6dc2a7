package wiring

import (
	"context"
	"errors"

	"postbag/backend/domain"
)

// Publish makes this process the publisher and publishes what is due: until nothing is due and
// nothing is on its way, or until ctx ends. changed, if not nil, is told the id of every delivery
// that changed, by several goroutines. It fails with datadir.ErrLocked while another process
// publishes.
func (a *App) Publish(ctx context.Context, untilIdle bool, changed func(id string)) (err error) {
	if changed == nil {
		changed = func(string) {}
	}
	q, lock, err := a.Publisher(func(id domain.DeliveryID) { changed(string(id)) })
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, lock.Unlock()) }()
	if untilIdle {
		return q.RunUntilIdle(ctx)
	}
	return q.Run(ctx)
}
