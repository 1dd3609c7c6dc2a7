package queue

import (
	"context"
	"errors"
	"fmt"
	"time"

	"postbag/backend/domain"
)

// Lease is a publisher's right to publish, beside the lock that decides. It is kept by saying now
// and then that the publisher lives.
type Lease interface {
	// Beat says that the publisher lives. It fails with domain.ErrConflict once another process has
	// published.
	Beat(ctx context.Context, me domain.Publisher) error
}

// beatEvery is how often a publisher says that it lives.
const beatEvery = time.Minute

// beat says that this publisher lives. It fails once another process took over, which the lock
// should have kept it from: nothing is begun any more then. That it could not be said now (a full
// disk) ends nothing; every claim asks the database anyway.
func (q *Queue) beat(ctx context.Context) error {
	if q.Lease == nil || time.Since(q.beaten) < beatEvery {
		return nil
	}
	q.beaten = time.Now()
	err := q.Lease.Beat(ctx, q.Me)
	if errors.Is(err, domain.ErrConflict) {
		return fmt.Errorf("another process publishes from this data folder: %w", err)
	}
	if err != nil && ctx.Err() == nil {
		q.Log.Error("it could not be said that this publisher lives", "error", err)
	}
	return nil
}
