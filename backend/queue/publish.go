package queue

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"postbag/backend/domain"
	"postbag/backend/network"
)

// publish takes a planned or waiting delivery as far as it goes today.
func (q *Queue) publish(ctx context.Context, d domain.Delivery) error {
	segments, err := q.Store.Segments(ctx, d.ID)
	if err != nil {
		return err
	}
	doubt, err := q.Store.Doubt(ctx, d.ID)
	doubted := err == nil && doubt.Verdict != domain.VerdictAbsent
	if err != nil && !errors.Is(err, domain.ErrNotFound) {
		return err
	}
	live := anyLive(segments)
	now := time.Now()
	if change, stop := tooLate(d, live, doubted, now); stop {
		return q.Store.Decide(ctx, d.ID, change, domain.Planned, domain.Waiting)
	}
	plan, err := Thaw(d)
	if err != nil {
		return q.Store.Decide(ctx, d.ID, held(domain.HoldPlanChanged, err), domain.Planned, domain.Waiting)
	}
	claim := domain.Claim{Token: domain.NewID(now), By: q.Me, Until: now.Add(leaseTime)}
	ok, err := q.Store.Claim(ctx, d, claim)
	if err != nil || !ok {
		return err
	}
	q.Changed(d.ID)
	a := &attempt{q: q, d: d, plan: plan, token: claim.Token, segments: segments, doubt: doubt, doubted: doubted}
	err = a.run(ctx)
	if a.settled {
		return nil // the settlement said what the delivery became
	}
	if a.stop != nil {
		err = a.stop
	}
	return a.release(ctx, err)
}

// tooLate applies the deadline and the lateness rule. A begun thread has no deadline, but one
// that stood still too long asks. While an earlier call may have been accepted, lateness is
// not the question.
func tooLate(d domain.Delivery, live, doubted bool, now time.Time) (domain.Change, bool) {
	late := now.Sub(d.Due)
	switch {
	case doubted:
		return domain.Change{}, false
	case live:
		if now.Sub(d.UpdatedAt) > threadGap {
			return held(domain.HoldPartialThread, nil), true
		}
		return domain.Change{}, false
	case !d.Deadline.IsZero() && now.After(d.Deadline):
		return domain.Change{State: domain.Missed}, true
	case late <= d.Late.After:
		return domain.Change{}, false
	}
	switch d.Late.Then {
	case domain.LatePublish:
		return domain.Change{}, false
	case domain.LateSkip:
		return domain.Change{State: domain.Missed}, true
	case domain.LateAsk, domain.LateNextSlot:
	}
	return held(domain.HoldLateAsk, nil), true
}

func anyLive(segments []domain.Segment) bool {
	for _, s := range segments {
		if s.State == domain.SegmentPublished {
			return true
		}
	}
	return false
}

// attempt is one claimed run of a delivery.
type attempt struct {
	q        *Queue
	d        domain.Delivery
	plan     network.Plan
	token    string
	segments []domain.Segment
	doubt    domain.Doubt
	doubted  bool // doubt holds a call of the segment that may have been accepted

	network network.Network
	desc    network.Descriptor
	account network.Account
	recon   network.Reconcile
	steps   map[string]domain.Step
	seen    map[string]bool
	renewed bool  // the secret was renewed in this attempt
	settled bool  // a settlement ended the attempt
	stop    error // why the queue itself ended the attempt
}

// run opens the account and lets the network publish; a secret that has run out is renewed once.
func (a *attempt) run(ctx context.Context) error {
	if err := a.open(ctx); err != nil {
		return err
	}
	err := a.once(ctx)
	if err != nil && !a.settled && network.KindOf(err) == network.Reauth && a.canRenew() {
		if err := a.renew(ctx); err != nil {
			return err
		}
		err = a.once(ctx)
	}
	return err
}

// open gets the account and the journal of earlier attempts.
func (a *attempt) open(ctx context.Context) (err error) {
	if a.network, a.account, err = a.q.Accounts.Account(ctx, a.d.Channel); err != nil {
		return err
	}
	a.describe()
	if a.q.Files != nil {
		for _, part := range a.plan.Parts {
			for _, m := range part.Media {
				if !a.q.Files.Has(m.SHA256) {
					return &network.Error{Kind: network.NotSent, Message: "A picture or video of this post is no longer where it was.", Err: network.ErrMediaChanged}
				}
			}
		}
	}
	for _, s := range a.segments {
		a.plan.Keys = append(a.plan.Keys, s.ClientKey)
		if s.State == domain.SegmentPublished {
			a.plan.Done = append(a.plan.Done, network.Receipt{RemoteID: s.RemoteID, URL: s.RemoteURL, Ref: s.RemoteRef})
		}
	}
	steps, err := a.q.Store.Steps(ctx, a.d.ID)
	if err != nil {
		return err
	}
	a.steps = make(map[string]domain.Step, len(steps))
	for _, s := range steps {
		a.steps[string(s.Effect)+" "+s.Name] = s // the latest counts
	}
	if !a.account.Expires.IsZero() && time.Until(a.account.Expires) < refreshAhead || a.d.ErrorClass == string(network.Reauth) {
		if a.canRenew() {
			return a.renew(ctx)
		}
	}
	return nil
}

func (a *attempt) describe() {
	a.desc = a.network.Describe()
	a.recon = a.desc.Reconcile
	if own := a.desc.LimitsFor(a.account).Reconcile; own.Shape != "" {
		a.recon = own
	}
	if a.recon.Quarantine == 0 {
		a.recon.Quarantine = defaultWait
	}
}

func (a *attempt) canRenew() bool {
	_, ok := a.network.(network.Refresher)
	return ok && !a.renewed
}

func (a *attempt) renew(ctx context.Context) error {
	a.renewed = true
	fresh, err := a.network.(network.Refresher).Refresh(ctx, Direct{Carriers: a.q.Carriers}, a.account)
	if err != nil {
		return fmt.Errorf("renew the sign-in: %w", err)
	}
	if err := a.q.Accounts.Renewed(ctx, a.d.Channel, fresh); err != nil {
		return err
	}
	a.account = fresh
	return nil
}

// once calls the network's Publish. A panic in it is an error nobody classified.
func (a *attempt) once(ctx context.Context) (err error) {
	defer func() {
		if p := recover(); p != nil {
			a.q.Log.Error("a network panicked", "network", a.desc.ID, "panic", p, "stack", string(debug.Stack()))
			err = &network.Error{Kind: network.Ambiguous, Message: "Postbag made a mistake while preparing this post."}
		}
	}()
	a.seen = map[string]bool{}
	_, err = a.network.Publish(ctx, a, a.account, a.plan)
	if err == nil && !a.settled {
		return errAlreadyLive
	}
	return err
}

// release ends an attempt in which nothing is left open.
func (a *attempt) release(ctx context.Context, err error) error {
	keep := context.WithoutCancel(ctx)
	change := before(err, a.standing(0), a.d.ID, time.Now())
	switch {
	case ctx.Err() != nil:
		change = domain.Change{State: domain.Planned, WakeAt: a.d.Due}
	case errors.Is(err, network.ErrMediaChanged):
		change = held(domain.HoldMediaMissing, err)
	case errors.Is(err, errClaimLost):
		return nil // a person or another publisher decided meanwhile
	case errors.Is(err, errAlreadyLive):
		change = held(domain.HoldRestoredCopy, err)
	case errors.Is(err, errKeyEnded):
		change = held(domain.HoldAmbiguous, err)
	}
	if change.Reason == domain.HoldReauth {
		if err := a.q.Accounts.SignedOut(keep, a.d.Channel); err != nil {
			a.q.Log.Error("could not note that a channel is signed out", "error", err)
		}
	}
	err = a.q.Store.Release(keep, a.d.ID, a.token, change)
	if errors.Is(err, domain.ErrConflict) {
		return nil // taken back by a person meanwhile
	}
	if err != nil {
		a.q.stuck.Store(true)
	}
	return err
}

func (a *attempt) standing(segment int) standing {
	return standing{
		live:      anyLive(a.segments),
		last:      segment == len(a.segments)-1,
		doubted:   a.doubted && a.doubt.Segment == segment,
		renewable: a.canRenew() && a.d.ErrorClass != string(network.Reauth),
		soft:      a.d.SoftFailures,
	}
}
