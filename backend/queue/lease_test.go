package queue_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"postbag/backend/domain"
	"postbag/backend/network/nonecall"
	"postbag/backend/networks/practice"
	"postbag/backend/queue"
)

// lease is the lease in the database.
type lease struct{ *app }

func (l lease) Beat(ctx context.Context, me domain.Publisher) error { return l.db.Beat(ctx, me.Epoch) }

func TestAPublisherThatAnotherReplacedBeginsNothingMore(t *testing.T) {
	folder := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		a := openApp(t, folder+"/postbag.db", practice.New(), queue.Carriers{nonecall.Scheme: nonecall.New()})
		a.queue.Lease = lease{a}
		ended := make(chan error, 1)
		go func() { ended <- a.queue.Run(t.Context()) }()
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		l, err := a.db.Leader(t.Context())
		if err != nil || time.Since(l.Beat) > time.Minute+15*time.Second || time.Since(l.Since) < 9*time.Minute {
			t.Errorf("after ten minutes the leader is %+v, %v", l, err)
		}
		// A lock that does not hold (a network drive, a file removed by hand) lets a second one in.
		if _, _, err := a.db.Recover(t.Context(), domain.Publisher{Machine: "there", Process: "second"}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Minute)
		select {
		case err := <-ended:
			if !errors.Is(err, domain.ErrConflict) {
				t.Errorf("it ended with %v", err)
			}
		default:
			t.Error("it goes on")
		}
	})
}
