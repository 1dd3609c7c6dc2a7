package wiring

import (
	"context"
	"errors"

	"postbag/backend/datadir"
	"postbag/backend/machine"
	"postbag/backend/teams"
)

// What one machine by itself answers to the questions of package teams.
var (
	_ teams.Coordinator = (*teams.Machine)(nil)
	_ teams.Replicator  = (*teams.Tail)(nil)
	_ teams.BlobStore   = (*datadir.Media)(nil)
)

// blobs is where frozen media come from.
func (a *App) blobs() teams.BlobStore { return a.Dir.Media() }

// coordinator says who publishes from the data folder. Its Lock is for who wants to lead.
func (a *App) coordinator() *teams.Machine {
	return &teams.Machine{Store: a.DB, ID: a.ground.machine.ID}
}

// takeLock takes the publisher's lock, makes this machine the home of the data folder if it has
// none, and holds what another copy of it may have published.
func (a *App) takeLock(ctx context.Context) (release func() error, mark *machine.Mark, err error) {
	lock, mark, err := a.lockPublisher()
	if err != nil {
		return nil, nil, err
	}
	release = func() error {
		if mark != nil {
			return errors.Join(mark.Close(), lock.Unlock())
		}
		return lock.Unlock()
	}
	if err := a.settleHome(ctx, mark); err != nil {
		return nil, nil, errors.Join(err, release())
	}
	return release, mark, nil
}
