// Package slots knows when posts go out.
//
// People think in wall times ("Friday at half past seven, in Oslo"); the queue knows only
// instants. Between the two stands the resolver of this package. A wall time in a zone happens
// once on most days. In the hour that the clocks skip it does not happen: it is moved forward by
// what was skipped. In the hour that they repeat it happens twice: the first counts, unless a
// person says the second. The standard library answers both cases without saying so, and in
// some zones with the earlier and in others with the later instant, so it is never asked.
//
//	wall time + zone ──Resolve──► instant (exact, skipped, first or second)
//	slot set ──Expand──► occurrences of the next days ──free──► next free slots
//	repeat ──Dates──► wall times ──Resolve──► deliveries, one an occurrence
//
// What repeats has an occurrence key, its wall time. The database holds at most one delivery for
// a variant, a channel and a key, so that expanding the same rule again, after a change of the
// rule or of the zone's history, finds what is planned already and moves or cancels it. Nothing
// goes out twice because the clocks changed.
//
// The zone data are the system's; where there are none the program's own are used, which Go's
// time/tzdata brings.
package slots

import (
	"context"
	"sync"
	"time"

	"postbag/backend/domain"
	"postbag/backend/queue"
)

// Horizon is how far ahead repeats are planned and slots are shown, in days.
const Horizon = 60

// Store is what this package keeps.
type Store interface {
	Channel(ctx context.Context, id domain.ChannelID) (domain.Channel, error)
	TimeRule(ctx context.Context, scope domain.TimeScope) (domain.TimeRule, error)
	SetTimeRule(ctx context.Context, scope domain.TimeScope, r domain.TimeRule) ([]domain.DeliveryID, error)

	SlotSets(ctx context.Context, channel domain.ChannelID) ([]domain.SlotSet, error)
	SlotSet(ctx context.Context, id string) (domain.SlotSet, error)
	SaveSlotSet(ctx context.Context, s domain.SlotSet) (domain.SlotSet, error)
	RemoveSlotSet(ctx context.Context, id string) error
	// Occupied returns what a channel's live deliveries occupy from since on.
	Occupied(ctx context.Context, channel domain.ChannelID, since time.Time) ([]domain.Delivery, error)

	Repeat(ctx context.Context, post domain.PostID) (domain.Repeat, error)
	Repeats(ctx context.Context) ([]domain.Repeat, error)
	SaveRepeat(ctx context.Context, r domain.Repeat) (domain.Repeat, error)
	RemoveRepeat(ctx context.Context, post domain.PostID) error
	RepeatTrouble(ctx context.Context, post domain.PostID, why string) error
	DeliveriesOf(ctx context.Context, post domain.PostID) ([]domain.Delivery, error)
	Walled(ctx context.Context, after time.Time) ([]domain.Delivery, error)
	Decide(ctx context.Context, id domain.DeliveryID, c domain.Change, from ...domain.DeliveryState) error
}

// Posts finds posts.
type Posts interface {
	Get(ctx context.Context, id domain.PostID) (domain.Post, error)
}

// Planner freezes and moves deliveries.
type Planner interface {
	PlanTurns(ctx context.Context, post domain.Post, turns []queue.Turn) ([]domain.Delivery, error)
	MoveTo(ctx context.Context, id domain.DeliveryID, w queue.When) error
	Renew(ctx context.Context, post domain.Post, list []domain.Delivery) ([]domain.Delivery, error)
}

// Service finds times and keeps what people chose about them.
type Service struct {
	Store   Store
	Posts   Posts
	Planner Planner
	Zones   *Zones
	// Here is the zone this machine shows, for those who chose none; nil is time.Local.
	Here *time.Location

	mu sync.Mutex // one finds a free slot and plans there at a time
}

// Zone returns the zone that a channel's wall times are meant in: the channel's own, or its
// workspace's, or that of this machine.
func (s *Service) Zone(ctx context.Context, w domain.WorkspaceID, c domain.ChannelID) (*Zone, error) {
	for _, scope := range []domain.TimeScope{{Channel: c}, {Workspace: w}} {
		if scope == (domain.TimeScope{}) {
			continue
		}
		r, err := s.Store.TimeRule(ctx, scope)
		if err != nil {
			return nil, err
		}
		if r.Zone != "" {
			return s.Zones.Load(r.Zone)
		}
	}
	return s.local()
}

func (s *Service) local() (*Zone, error) {
	here := s.Here
	if here == nil {
		here = time.Local
	}
	return s.Zones.Here(here)
}
