package queue

import (
	"context"
	"time"

	"postbag/backend/domain"
	"postbag/backend/network"
)

// Guard is asked before a due delivery is claimed: is this the right moment to make something
// public? A guard knows one reason against it (a clock that lies, a data folder that was
// copied, the same words a minute ago, a server that is down) and nothing of the others.
//
// A guard must be quick and must not write: it is asked again at every look.
type Guard interface {
	Ask(ctx context.Context, d domain.Delivery, p network.Plan) (Objection, error)
}

// Objection says why a delivery is not claimed now. The zero Objection objects to nothing.
type Objection struct {
	// Hold puts the delivery before a person for this reason. Where that is another copy of the data
	// folder, it is looked for on its network at Until.
	Hold domain.HoldReason
	// Until puts the delivery off without a person, and leaves its state as it is.
	Until time.Time
	// Class and Text say to a person what stands in the way, in the network's or our own words.
	Class, Text string
}

// objects asks guards in turn and acts on the first objection.
func (q *Queue) objects(ctx context.Context, guards []Guard, d domain.Delivery, p network.Plan) (stopped bool, err error) {
	for _, g := range guards {
		o, err := g.Ask(ctx, d, p)
		switch {
		case err != nil:
			return true, err
		case o.Hold != "":
			return true, q.Store.Decide(ctx, d.ID, domain.Change{
				State: domain.Held, Reason: o.Hold, WakeAt: o.Until, ErrorClass: o.Class, ErrorText: o.Text,
			}, domain.Planned, domain.Waiting)
		case !o.Until.IsZero():
			return true, q.Store.Postpone(ctx, d.ID, o.Until, o.Class, o.Text)
		}
	}
	return false, nil
}

// Content returns the hash of what a plan says, whenever and under whichever id it goes out: a
// person who allowed it is not asked again when it only gets another time.
func Content(p network.Plan) (string, error) {
	p.Delivery, p.CreatedAt = "", time.Time{}
	_, hash, err := Freeze(p)
	return hash, err
}
