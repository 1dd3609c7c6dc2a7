package wiring

import (
	"context"
	"sync"
	"time"

	"postbag/backend/domain"
	"postbag/backend/links"
	"postbag/backend/network"
	"postbag/backend/network/shelfcall"
	"postbag/backend/secrets"
	"postbag/backend/shelf"
	"postbag/backend/shelves"
	"postbag/backend/store"
)

const (
	// kindShelf names what is sealed of a public shelf, as part of the seal.
	kindShelf = "shelf"
	// tidyAgain is how soon what could not be removed from a shelf is tried again.
	tidyAgain = 15 * time.Minute
	// tidyEnd is how long the publisher waits at its end for what is still to be removed: the next one
	// removes what is left.
	tidyEnd = 5 * time.Second
)

var (
	_ shelves.Store     = (*store.DB)(nil)
	_ shelfcall.Shelves = (*shelves.Service)(nil)
)

// newShelves joins the public shelves: where they are kept, and what they are reached with.
func (a *App) newShelves(web network.Carrier) *shelves.Service {
	reach := shelf.Reach{Agent: "Postbag/" + a.Config.Version, Public: links.Public}
	if a.Config.AnyAddress {
		reach.Public = nil
	}
	return &shelves.Service{
		Store: a.DB, Sealer: shelfSealer{a.Vault}, Parts: shelf.Parts{Web: web, Files: a.blobs()}, Reachable: reach.Fetch,
		Rest: a.shelfRest,
	}
}

// shelfRest is how long after its acceptance a network may still fetch the files of a post.
func (a *App) shelfRest(id string) time.Duration {
	n, ok := a.Networks.Get(id)
	if !ok {
		return 0
	}
	return n.Describe().ShelfRest
}

// shelfSealer keeps the secrets of shelves unreadable, as those of channels are.
type shelfSealer struct{ *secrets.Vault }

func shelfAAD(id domain.ShelfID, version int) secrets.AAD {
	return secrets.AAD{Account: string(id), Kind: kindShelf, Version: int64(version)}
}

// SealShelf implements shelves.Sealer.
func (s shelfSealer) SealShelf(ctx context.Context, id domain.ShelfID, version int, plain []byte) ([]byte, error) {
	return s.Seal(ctx, shelfAAD(id, version), plain)
}

// OpenShelf implements shelves.Sealer.
func (s shelfSealer) OpenShelf(ctx context.Context, id domain.ShelfID, version int, sealed []byte) ([]byte, error) {
	return s.Open(ctx, shelfAAD(id, version), sealed)
}

// tidying removes from public shelves what deliveries needed that have ended: at once, after every
// change of a delivery, and a last time at its end. after is to be told of every change, and tells
// changed, which may be nil.
func (a *App) tidying(ctx context.Context, changed func(domain.DeliveryID)) (after func(domain.DeliveryID), end func()) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	poke, stop, done := make(chan struct{}, 1), make(chan struct{}), make(chan struct{})
	poke <- struct{}{}
	go func() {
		defer close(done)
		var again <-chan time.Time
		for {
			last := false
			select {
			case <-stop:
				last = true
			case <-poke:
			case <-again:
			}
			again = nil
			if left := a.tidy(ctx); left > 0 && !last {
				again = time.After(tidyAgain)
			}
			if last {
				return
			}
		}
	}()
	after = func(id domain.DeliveryID) {
		select {
		case poke <- struct{}{}:
		default: // it will look anyway
		}
		if changed != nil {
			changed(id)
		}
	}
	return after, sync.OnceFunc(func() {
		late := time.AfterFunc(tidyEnd, cancel)
		close(stop)
		<-done
		late.Stop()
		cancel()
	})
}

func (a *App) tidy(ctx context.Context) (left int) {
	left, err := a.Shelves.Tidy(ctx)
	if err != nil && ctx.Err() == nil {
		a.Log.Warn("not everything could be removed from public storage", "files", left, "error", err)
	}
	return left
}
