package api

import (
	"context"
	"time"
)

// Ground is what the services know of the machine they run on.
type Ground interface {
	// ClockOff returns how far the true time is from this computer's clock, 0 while the clock is
	// believed.
	ClockOff() time.Duration
	// Portal reports whether the network seems to want a sign-in on a page of its own.
	Portal() bool
	// Home says which computer publishes from the data folder.
	Home(ctx context.Context) (Home, error)
	// PublishHere makes this computer the one that publishes.
	PublishHere(ctx context.Context) error
}

// Home says which computer publishes from the data folder.
type Home struct {
	Here    bool   `json:"here"`    // this one does, or none did yet
	Name    string `json:"name"`    // of the one that does, "" if none did yet
	Machine string `json:"machine"` // the name of this computer
	SinceMs int64  `json:"sinceMs"` // since when it does; 0: none did yet
}

// nowhere is a machine of which nothing is known.
type nowhere struct{}

func (nowhere) ClockOff() time.Duration            { return 0 }
func (nowhere) Portal() bool                       { return false }
func (nowhere) Home(context.Context) (Home, error) { return Home{Here: true}, nil }
func (nowhere) PublishHere(context.Context) error  { return nil }

func groundOf(g Ground) Ground {
	if g == nil {
		return nowhere{}
	}
	return g
}

func (s *QueueService) ground() Ground { return groundOf(s.Ground) }

// Home says which computer publishes from this data folder. A copy of the folder on another
// computer publishes nothing until a person says PublishHere.
func (s *QueueService) Home() (_ Home, err error) {
	defer s.done(&err)
	return s.ground().Home(s.ctx)
}

// PublishHere makes this computer the one that publishes from this data folder, and lets go what
// was held because another one did. The other computer does not know: a person has to stop it.
func (s *QueueService) PublishHere() (_ Home, err error) {
	defer s.done(&err)
	if err := s.ground().PublishHere(s.ctx); err != nil {
		return Home{}, err
	}
	s.changed()
	return s.ground().Home(s.ctx)
}
