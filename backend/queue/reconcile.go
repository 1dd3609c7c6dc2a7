package queue

import (
	"context"
	"errors"
	"fmt"
	"time"

	"postbag/backend/domain"
	"postbag/backend/network"
)

// reconcile looks for the truth about a delivery that may be live. What cannot be proved is
// put before a person; nothing is guessed.
func (q *Queue) reconcile(ctx context.Context, d domain.Delivery) error {
	doubt, err := q.Store.Doubt(ctx, d.ID)
	if err != nil {
		return err
	}
	plan, err := Thaw(d)
	if err != nil {
		return q.giveUp(ctx, d, doubt, err.Error())
	}
	a := &attempt{q: q, d: d, plan: plan, doubt: doubt}
	if a.network, a.account, err = q.Accounts.Account(ctx, d.Channel); err != nil {
		return a.noted(ctx, err)
	}
	a.describe()
	now := time.Now()
	if left := q.quarantine(doubt, a.recon.Quarantine); left > 0 {
		return q.Store.Postpone(ctx, d.ID, now.Add(left), string(network.Ambiguous), d.ErrorText)
	}
	if a.segments, err = q.Store.Segments(ctx, d.ID); err != nil {
		return err
	}
	switch a.recon.Shape {
	case network.ShapeRecord:
		if _, ok := a.network.(network.Finder); !ok {
			return q.giveUp(ctx, d, doubt, "this network cannot read its own address")
		}
	case network.ShapeKey:
	case network.ShapePhase, network.ShapeLookUp, network.ShapeNone:
		return q.giveUp(ctx, d, doubt, "this network offers no proof that Postbag accepts")
	}
	receipt, found, err := a.find(ctx)
	if w, wait := a.terms.WaitFor(err, now); wait { // look-ups count like everything else
		return q.Store.Postpone(ctx, d.ID, w.Until, string(network.Ambiguous), w.Text)
	}
	repeatable := a.recon.Shape == network.ShapeKey && doubt.Count < maxSameKey && a.keyLives(now)
	switch {
	case err != nil && repeatable && network.KindOf(err) == network.Ambiguous && doubt.Looks+1 >= looksBeforeKey && ctx.Err() == nil:
		return q.repeat(ctx, doubt, d.ID, "the look-up was inconclusive")
	case err != nil:
		return q.lookLater(ctx, d, doubt, err)
	case found:
		return q.proved(ctx, a, receipt)
	case a.recon.Shape == network.ShapeRecord:
		return q.Store.Resolve(ctx, domain.Resolution{
			Delivery: d.ID, Segment: doubt.Segment, Verdict: domain.VerdictAbsent, Evidence: "its own address is empty",
			Change: domain.Change{State: domain.Waiting, WakeAt: now},
		}, domain.Unknown)
	case repeatable:
		return q.repeat(ctx, doubt, d.ID, "not found")
	}
	return q.giveUp(ctx, d, doubt, "the network's key is no longer safe to repeat")
}

// repeat lets the same request go again under the same key: while the key lives, the network
// answers it with the post that is there, or makes the one that is not.
func (q *Queue) repeat(ctx context.Context, b domain.Doubt, id domain.DeliveryID, found string) error {
	return q.Store.Resolve(ctx, domain.Resolution{
		Delivery: id, Segment: b.Segment, Verdict: domain.VerdictSameKey,
		Evidence: found + "; the same request under the same key makes no second post until " + b.KeyUntil.Format(time.RFC3339),
		Change:   domain.Change{State: domain.Waiting, WakeAt: time.Now()},
	}, domain.Unknown)
}

// find asks the network whether the segment in doubt is there. A network that cannot look
// reports not found; only a key then makes repeating safe.
func (a *attempt) find(ctx context.Context) (network.Receipt, bool, error) {
	finder, ok := a.network.(network.Finder)
	if !ok {
		return network.Receipt{}, false, nil
	}
	for _, s := range a.segments {
		a.plan.Keys = append(a.plan.Keys, s.ClientKey)
		if s.Index < a.doubt.Segment {
			a.plan.Done = append(a.plan.Done, network.Receipt{RemoteID: s.RemoteID, URL: s.RemoteURL, Ref: s.RemoteRef})
		}
	}
	ctx, cancel := context.WithTimeout(ctx, lookUpTimeout)
	defer cancel()
	look := a.terms.Spends(a.desc.UseOf("look", network.UseRead, a.plan))
	claim := domain.Claim{Token: domain.NewID(time.Now()), By: a.q.Me, Reserve: look, Host: a.terms.Host}
	if err := a.q.Store.BeginLookUp(ctx, a.d.ID, claim); err != nil {
		return network.Receipt{}, false, err
	}
	a.promise(look)
	a.token, a.seen, a.steps = claim.Token, map[string]bool{}, map[string]domain.Step{}
	receipt, found, err := a.look(ctx, finder)
	if err != nil && network.KindOf(err) == network.Reauth && a.canRenew() {
		if err = a.renew(ctx); err == nil {
			a.seen = map[string]bool{}
			receipt, found, err = a.look(ctx, finder)
		}
	}
	if a.stop != nil { // whatever the network made of it
		found, err = false, a.stop
	}
	if err == nil && found {
		found, err = a.mine(ctx, receipt)
	}
	if ended := a.q.Store.EndLookUp(context.WithoutCancel(ctx), a.token, looked(found, err)); ended != nil {
		return receipt, false, ended
	}
	return receipt, found && err == nil, err
}

// mine refuses what proves nothing: two posts with the same words look alike, and what proves
// another delivery is not this one.
func (a *attempt) mine(ctx context.Context, receipt network.Receipt) (bool, error) {
	if receipt.RemoteID == "" {
		return false, errors.New("found without an id")
	}
	taken, err := a.q.Store.Taken(ctx, a.d.ID, receipt.RemoteID)
	if taken && a.recon.Shape != network.ShapeKey {
		err = errors.New("what was found belongs to another post")
	}
	return !taken, err
}

// looked names the end of a look-up. Doubt counts those with domain.NoAnswer.
func looked(found bool, err error) string {
	switch {
	case err != nil && (network.KindOf(err) == network.NotSent || isWait(err)):
		return "not sent"
	case err != nil:
		return domain.NoAnswer
	case found:
		return "found"
	}
	return "absent"
}

// noted journals a look-up that could not even begin.
func (a *attempt) noted(ctx context.Context, why error) error {
	claim := domain.Claim{Token: domain.NewID(time.Now()), By: a.q.Me}
	if err := a.q.Store.BeginLookUp(ctx, a.d.ID, claim); err != nil {
		return err
	}
	if err := a.q.Store.EndLookUp(ctx, claim.Token, looked(false, why)); err != nil {
		return err
	}
	return a.q.lookLater(ctx, a.d, a.doubt, why)
}

func (a *attempt) look(ctx context.Context, finder network.Finder) (receipt network.Receipt, found bool, err error) {
	defer func() {
		if p := recover(); p != nil {
			found, err = false, fmt.Errorf("looking panicked: %v", p)
		}
	}()
	return finder.Find(ctx, reads{a}, a.account, a.plan)
}

// reads lets a look-up read and nothing else.
type reads struct{ a *attempt }

func (r reads) Read(ctx context.Context, step string, q network.Request) (network.Reply, error) {
	return r.a.Read(ctx, step, q)
}

func (r reads) Prepare(ctx context.Context, step string, q network.Request) (network.Reply, error) {
	return r.a.invisible(ctx, domain.EffectNone, step, q)
}

func (r reads) Publish(context.Context, string, network.Request) (network.Reply, error) {
	return network.Reply{}, &network.Error{Kind: network.NotSent, Message: "a look-up publishes nothing"}
}

// proved adopts what was found.
func (q *Queue) proved(ctx context.Context, a *attempt, receipt network.Receipt) error {
	change := domain.Change{State: domain.Published}
	for _, s := range a.segments {
		if s.Index != a.doubt.Segment && s.State != domain.SegmentPublished {
			change = domain.Change{State: domain.Waiting, WakeAt: time.Now()} // the rest of the thread
		}
	}
	return q.Store.Resolve(ctx, domain.Resolution{
		Delivery: a.d.ID, Segment: a.doubt.Segment, Verdict: domain.VerdictLive, Evidence: "found on the network",
		RemoteID: receipt.RemoteID, RemoteURL: receipt.URL, RemoteRef: receipt.Ref, Change: change,
	}, domain.Unknown)
}

// lookLater postpones a look-up that gave no answer; after some, a person is asked. Being off
// line is not counted.
func (q *Queue) lookLater(ctx context.Context, d domain.Delivery, b domain.Doubt, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if network.KindOf(err) == network.Reauth {
		if err := q.Accounts.SignedOut(ctx, d.Channel); err != nil {
			return err
		}
	}
	if b.Looks+1 >= maxLooks && network.KindOf(err) != network.NotSent {
		return q.giveUp(ctx, d, b, "the network was asked and gave no usable answer: "+sentence(err))
	}
	q.Log.Info("could not make sure yet", "delivery", d.ID, "segment", b.Segment, "error", err)
	wait := max(backoff(d.ID, b.Looks), pause(network.WaitOf(err)))
	if network.KindOf(err) == network.NotSent {
		wait = backoff(d.ID, offLineLooks) // each look leaves a row, and a journey has many hours
	}
	return q.Store.Postpone(ctx, d.ID, time.Now().Add(wait), string(network.Ambiguous), sentence(err))
}

// giveUp puts a delivery in doubt before a person.
func (q *Queue) giveUp(ctx context.Context, d domain.Delivery, b domain.Doubt, evidence string) error {
	return q.Store.Resolve(ctx, domain.Resolution{
		Delivery: d.ID, Segment: b.Segment, Verdict: domain.VerdictUndecided, Evidence: evidence,
		Change: domain.Change{
			State: domain.Held, Reason: domain.HoldAmbiguous,
			ErrorClass: string(network.Ambiguous), ErrorText: d.ErrorText,
		},
	}, domain.Unknown)
}
