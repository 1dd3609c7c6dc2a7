package queue

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"postbag/backend/domain"
	"postbag/backend/network"
)

// Grace is how long "publish now" can be taken back.
const Grace = 5 * time.Second

// Order is one wish for several deliveries.
type Order struct {
	Do   Action    // publish_now, try_now, check, release, hold, move, cancel or put_away
	Due  time.Time // for move: when the first of them goes out
	Gaps bool      // for move: the others follow as far apart as they were; else all at Due
}

// Carried is what became of an order.
type Carried struct {
	Before  []domain.Delivery // those it was carried out for, as they were
	Refused map[domain.DeliveryID]error
}

// Carry carries out an order for each delivery that allows it; one that does not keeps no other
// from it. It fails only if the order makes no sense.
func (p *Planner) Carry(ctx context.Context, ids []domain.DeliveryID, o Order) (Carried, error) {
	c := Carried{Refused: map[domain.DeliveryID]error{}}
	if o.Do == ActionMove && o.Due.IsZero() {
		return c, &domain.FieldError{Field: "dueMs", Message: "say when it should go out"}
	}
	list := make([]domain.Delivery, 0, len(ids))
	for _, id := range ids {
		d, err := p.Store.Delivery(ctx, id)
		if err != nil {
			return c, err
		}
		list = append(list, d)
	}
	slices.SortStableFunc(list, func(a, b domain.Delivery) int { return a.Due.Compare(b.Due) })
	for _, d := range list {
		due := o.Due
		if o.Gaps {
			due = due.Add(d.Due.Sub(list[0].Due))
		}
		if err := p.carry(ctx, d, o.Do, due); err != nil {
			c.Refused[d.ID] = err
		} else {
			c.Before = append(c.Before, d)
		}
	}
	return c, nil
}

func (p *Planner) carry(ctx context.Context, d domain.Delivery, do Action, due time.Time) error {
	now := time.Now()
	switch do {
	case ActionPublishNow:
		if err := p.anyway(ctx, d); err != nil {
			return err
		}
		return p.Move(ctx, d.ID, now.Add(Grace))
	case ActionMove:
		return p.Move(ctx, d.ID, due)
	case ActionHold:
		return p.Hold(ctx, d.ID)
	case ActionRelease:
		return p.Release(ctx, d.ID)
	case ActionCancel:
		return p.Cancel(ctx, d.ID)
	case ActionPutAway:
		return p.Store.PutAway(ctx, d.ID, true, "")
	case ActionTryNow:
		if d.State != domain.Waiting || d.ErrorClass == string(network.Throttled) {
			return fmt.Errorf("it is not waiting for another try: %w", domain.ErrNotAllowed)
		}
		return p.Store.Postpone(ctx, d.ID, now, d.ErrorClass, d.ErrorText)
	case ActionCheck:
		return p.check(ctx, d, now)
	case ActionHand, ActionLook, ActionLive, ActionAbsent, ActionSendAgain, ActionSignIn, ActionEdit, ActionPlanAgain, ActionOpen, ActionEditLive,
		ActionDeleteLive, ActionDuplicate:
	}
	return &domain.FieldError{Field: "do", Message: fmt.Sprintf("%q is not done with several at once", do)}
}

// check has the network asked again about a delivery in doubt.
func (p *Planner) check(ctx context.Context, d domain.Delivery, now time.Time) error {
	if d.State == domain.Unknown {
		return p.Store.Postpone(ctx, d.ID, now, d.ErrorClass, d.ErrorText)
	}
	if _, err := p.Store.Doubt(ctx, d.ID); errors.Is(err, domain.ErrNotFound) {
		return fmt.Errorf("nothing is in doubt: %w", domain.ErrNotAllowed)
	} else if err != nil {
		return err
	}
	return p.Store.Decide(ctx, d.ID, domain.Change{
		State: domain.Unknown, WakeAt: now, ErrorClass: d.ErrorClass, ErrorText: d.ErrorText,
	}, domain.Held)
}

// Revert makes deliveries what they were before an order, as far as nothing of them has gone out
// since. What cannot be taken back any more is a domain.ErrNotAllowed or domain.ErrConflict; the
// others are reverted all the same.
func (p *Planner) Revert(ctx context.Context, before []domain.Delivery) error {
	var errs []error
	for _, d := range before {
		errs = append(errs, p.revert(ctx, d))
	}
	return errors.Join(errs...)
}

func (p *Planner) revert(ctx context.Context, before domain.Delivery) error {
	now, err := p.Store.Delivery(ctx, before.ID)
	if err != nil {
		return err
	}
	switch {
	case !now.ClosedAt.IsZero():
		return p.Store.PutAway(ctx, now.ID, false, "")
	case now.State == domain.Cancelled:
		return p.planBack(ctx, before)
	case now.State == domain.Held && before.State != domain.Held:
		return p.Store.Decide(ctx, now.ID, domain.Change{State: domain.Planned, WakeAt: later(before.Due, time.Now())}, domain.Held)
	case now.State != domain.Planned && now.State != domain.Waiting:
		return fmt.Errorf("it is on its way already: %w", domain.ErrNotAllowed)
	}
	before.RowVersion = now.RowVersion
	return p.Store.PutBack(ctx, before)
}

// planBack plans again what was taken out: the same frozen plan, under an id and keys of its own.
func (p *Planner) planBack(ctx context.Context, d domain.Delivery) error {
	plan, err := Thaw(d)
	if err != nil {
		return err
	}
	segments, err := p.Store.Segments(ctx, d.ID)
	if err != nil {
		return err
	}
	d.ID = domain.DeliveryID(domain.NewID(time.Now()))
	d.Occurrence = another(d.Occurrence)
	plan.Delivery = string(d.ID)
	if d.Plan, d.PlanHash, err = Freeze(plan); err != nil {
		return err
	}
	d.ApprovedHash = d.PlanHash
	_, err = p.Store.Exchange(ctx, nil, []domain.Delivery{d}, func(d domain.Delivery) []string {
		return Keys(d.ID, d.Generation, len(segments))
	})
	return err
}

// Renew freezes a post anew for its deliveries that have not begun: they keep their times, their
// lateness rules and what a person held, and go out with what the post says now. Those of which
// anything is or may be public keep what was approved. All or none; a variant that breaks its
// channel's rules is a *NotReadyError, and the old plans stay.
func (p *Planner) Renew(ctx context.Context, post domain.Post, list []domain.Delivery) ([]domain.Delivery, error) {
	var out []domain.DeliveryID
	var in []domain.Delivery
	f := p.freezing()
	for _, old := range list {
		v, ok := post.Variant(old.Channel)
		begun, err := p.begun(ctx, old)
		if err != nil {
			return nil, err
		}
		if !ok || begun {
			continue
		}
		d, n, err := f.one(ctx, post, v, When{
			Due: old.Due, Deadline: old.Deadline, Late: old.Late, Wall: old.DueWall, Zone: old.DueZone, Rule: old.DueRule, Shift: old.DueShift,
			Occurrence: another(old.Occurrence),
		})
		if err != nil {
			return nil, err
		}
		if old.State == domain.Held && old.HoldReason != domain.HoldPlanChanged && old.HoldReason != domain.HoldMediaMissing &&
			old.HoldReason != domain.HoldDuplicateSuspect { // what was wrong with them may be mended
			d.HoldReason = old.HoldReason
		}
		f.segments[d.ID] = n
		out, in = append(out, old.ID), append(in, d)
	}
	if len(in) == 0 {
		return nil, fmt.Errorf("nothing of this post is waiting to go out: %w", domain.ErrNotAllowed)
	}
	return p.Store.Exchange(ctx, out, in, func(d domain.Delivery) []string { return Keys(d.ID, d.Generation, f.segments[d.ID]) })
}

// another names the same turn of a post once more: the store counts those of a post that goes out
// once; of a repeated one the date and time stay in front.
func another(occurrence string) string {
	if strings.HasPrefix(occurrence, "once-") {
		return ""
	}
	date, count, _ := strings.Cut(occurrence, "/")
	n, err := strconv.Atoi(count)
	if err != nil {
		n = 1
	}
	return fmt.Sprintf("%s/%d", date, n+1)
}

// begun reports whether a delivery has ended, is on its way, or has something that is or may be
// public.
func (p *Planner) begun(ctx context.Context, d domain.Delivery) (bool, error) {
	if d.State != domain.Planned && d.State != domain.Waiting && d.State != domain.Held {
		return true, nil
	}
	segments, err := p.Store.Segments(ctx, d.ID)
	if err != nil || anyLive(segments) {
		return true, err
	}
	doubt, err := p.Store.Doubt(ctx, d.ID)
	if errors.Is(err, domain.ErrNotFound) {
		return false, nil
	}
	return stands(doubt, segments), err
}
