package queue

import (
	"context"
	"errors"
	"fmt"
	"time"

	"postbag/backend/domain"
	"postbag/backend/network"
)

// Hold keeps one delivery from going out until it is let go.
func (p *Planner) Hold(ctx context.Context, id domain.DeliveryID) error {
	return p.Store.Decide(ctx, id, domain.Change{State: domain.Held, Reason: domain.HoldByPerson},
		domain.Planned, domain.Waiting, domain.Preparing)
}

// Release lets a held delivery go. One that is late goes out now: the person said so, and its
// plan gets the new time. One in doubt needs Resolve first (domain.ErrNotAllowed).
func (p *Planner) Release(ctx context.Context, id domain.DeliveryID) error {
	d, err := p.Store.Delivery(ctx, id)
	if err != nil {
		return err
	}
	if d.State != domain.Held {
		return fmt.Errorf("release delivery %s: it is %s, not held: %w", id, d.State, domain.ErrNotAllowed)
	}
	if err := p.anyway(ctx, d); err != nil {
		return err
	}
	if copied(d) {
		return p.releaseCopy(ctx, d)
	}
	now := time.Now()
	segments, err := p.Store.Segments(ctx, id)
	if err != nil {
		return err
	}
	if now.After(d.Due) && !anyLive(segments) {
		return p.Move(ctx, id, now)
	}
	return p.Store.Decide(ctx, id, domain.Change{State: domain.Planned, WakeAt: later(d.Due, now)}, domain.Held)
}

// anyway keeps the person's word that a delivery goes out although something like it did; the
// guard against that asks nobody again about the same content.
func (p *Planner) anyway(ctx context.Context, d domain.Delivery) error {
	if d.State != domain.Held || d.HoldReason != domain.HoldDuplicateSuspect {
		return nil
	}
	plan, err := Thaw(d)
	if err != nil {
		return err
	}
	content, err := Content(plan)
	if err != nil {
		return err
	}
	return p.Store.SendAnyway(ctx, d.ID, content)
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// Cancel takes a delivery out of the queue. It fails with domain.ErrNotAllowed once anything
// of it is or may be public.
func (p *Planner) Cancel(ctx context.Context, id domain.DeliveryID) error {
	return p.Store.Decide(ctx, id, domain.Change{State: domain.Cancelled},
		domain.Planned, domain.Waiting, domain.Preparing, domain.Held)
}

// Move gives a delivery another time; its frozen plan says that time and is approved anew.
func (p *Planner) Move(ctx context.Context, id domain.DeliveryID, due time.Time) error {
	return p.MoveTo(ctx, id, When{Due: due})
}

// MoveTo is Move to a wall time: Due, Wall, Zone and Rule of w count.
func (p *Planner) MoveTo(ctx context.Context, id domain.DeliveryID, w When) error {
	d, err := p.Store.Delivery(ctx, id)
	if err != nil {
		return err
	}
	if d, err = retimed(d, w); err != nil {
		return err
	}
	return p.Store.Replan(ctx, d)
}

// retimed returns d due at another time, with the frozen plan that says so.
func retimed(d domain.Delivery, w When) (domain.Delivery, error) {
	plan, err := Thaw(d)
	if err != nil {
		return d, err
	}
	plan.CreatedAt = stamp(w.Due)
	d.Slot = w.Slot
	d.Due, d.DueWall, d.DueZone, d.DueRule, d.DueShift = stamp(w.Due), w.Wall, w.Zone, w.Rule, w.Shift
	if d.Plan, d.PlanHash, err = Freeze(plan); err != nil {
		return d, err
	}
	if !d.Deadline.IsZero() && d.Deadline.Before(w.Due) {
		d.Deadline = time.Time{} // the old deadline belonged to the old time
	}
	return d, nil
}

// Answer is a person's word about a delivery in doubt.
type Answer struct {
	Live      string // the address where it can be seen
	Absent    bool   // it is not there: nothing more happens until it is released or cancelled
	SendAgain bool   // publish it again, whatever may be there
}

// Resolve carries out a person's answer. The delivery must be held in doubt.
func (p *Planner) Resolve(ctx context.Context, id domain.DeliveryID, a Answer) error {
	d, err := p.Store.Delivery(ctx, id)
	if err != nil {
		return err
	}
	if d.State != domain.Held {
		return fmt.Errorf("resolve delivery %s: it is %s, not held: %w", id, d.State, domain.ErrNotAllowed)
	}
	doubt, err := p.Store.Doubt(ctx, id)
	if errors.Is(err, domain.ErrNotFound) && copied(d) && a.Live != "" {
		// Another copy of the data folder published it: this one has no call to settle.
		return p.Store.PutAway(ctx, id, true, a.Live)
	}
	if errors.Is(err, domain.ErrNotFound) {
		return fmt.Errorf("resolve delivery %s: nothing is in doubt: %w", id, domain.ErrNotAllowed)
	}
	if err != nil {
		return err
	}
	segments, err := p.Store.Segments(ctx, id)
	if err != nil {
		return err
	}
	r := domain.Resolution{Delivery: id, Segment: doubt.Segment, ByPerson: true, Actor: "person"}
	switch {
	case a.Live != "":
		receipt, err := p.linked(ctx, d, a.Live)
		if err != nil {
			return err
		}
		r.Verdict, r.Evidence = domain.VerdictLive, "a person saw it there"
		r.RemoteID, r.RemoteURL, r.RemoteRef = receipt.RemoteID, receipt.URL, receipt.Ref
		r.Change = domain.Change{State: domain.Published}
		for _, s := range segments {
			if s.Index != doubt.Segment && s.State != domain.SegmentPublished {
				r.Change = domain.Change{State: domain.Held, Reason: domain.HoldPartialThread}
			}
		}
		return p.Store.Resolve(ctx, r, domain.Held)
	case a.Absent:
		r.Verdict, r.Evidence = domain.VerdictAbsent, "a person looked and it was not there"
		r.Change = domain.Change{State: domain.Held, Reason: domain.HoldByPerson}
		return p.Store.Resolve(ctx, r, domain.Held)
	case a.SendAgain:
		return p.sendAgain(ctx, d, r, len(segments))
	}
	return &domain.FieldError{Field: "answer", Message: "say whether it is live, absent, or to be sent again"}
}

// linked reads an address that a person pasted. What the address does not tell stays unknown; what
// proves another delivery does not prove this one, too.
func (p *Planner) linked(ctx context.Context, d domain.Delivery, link string) (receipt network.Receipt, err error) {
	receipt, ok := network.Receipt{URL: link}, true
	if p.Linked != nil {
		if receipt, ok, err = p.Linked(ctx, d.Channel, link); err != nil {
			return receipt, err
		}
	}
	if !ok {
		return receipt, &domain.FieldError{Field: "liveUrl", Message: "there is no post of this channel at that address"}
	}
	if receipt.URL == "" {
		receipt.URL = link
	}
	taken, err := p.Store.Taken(ctx, d.ID, receipt.RemoteID, receipt.URL)
	if err == nil && taken {
		err = &domain.FieldError{Field: "liveUrl", Message: "that post is another delivery's"}
	}
	return receipt, err
}

// sendAgain begins the next generation, with a plan of this hour and keys of its own.
func (p *Planner) sendAgain(ctx context.Context, d domain.Delivery, r domain.Resolution, segments int) error {
	plan, err := Thaw(d)
	if err != nil {
		return err
	}
	plan.CreatedAt = stamp(time.Now())
	if d.Plan, d.PlanHash, err = Freeze(plan); err != nil {
		return err
	}
	r.Verdict, r.Evidence = domain.VerdictSendAgain, "a person wants it published again"
	return p.Store.SendAgain(ctx, d, r, Keys(d.ID, d.Generation+1, segments))
}

// HoldAll stops everything from going out, or lets it go again. No delivery changes.
func (p *Planner) HoldAll(ctx context.Context, on bool) error { return p.Store.HoldAll(ctx, on) }
