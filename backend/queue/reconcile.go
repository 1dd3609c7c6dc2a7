package queue

import (
	"context"
	"errors"
	"fmt"
	"time"

	"postbag/backend/domain"
	"postbag/backend/network"
)

// reconcile looks for the truth about a delivery that may be live, in the way that its network's
// shape allows. What cannot be proved is put before a person; nothing is guessed.
func (q *Queue) reconcile(ctx context.Context, d domain.Delivery) error {
	doubt, err := q.Store.Doubt(ctx, d.ID)
	if err != nil {
		return err
	}
	a := &attempt{q: q, d: d, doubt: doubt}
	if a.plan, err = Thaw(d); err != nil {
		return a.giveUp(ctx, err.Error())
	}
	a.network, a.account, err = q.Accounts.Account(ctx, d.Channel)
	if a.network != nil {
		a.describe()
	}
	if a.desc.ByHand {
		return a.yourTurn(ctx)
	}
	if a.recon.Shape == network.ShapeNone { // asking is no use, and so is waiting for it
		return a.giveUp(ctx, "this network cannot be asked whether it is there")
	}
	if err != nil {
		return a.noted(ctx, err)
	}
	if left := q.quarantine(doubt, a.recon.Quarantine); left > 0 {
		return q.Store.Postpone(ctx, d.ID, time.Now().Add(left), a.class(), d.ErrorText)
	}
	if a.segments, err = q.Store.Segments(ctx, d.ID); err != nil {
		return err
	}
	a.place()
	switch a.recon.Shape {
	case network.ShapeKey:
		return a.askByKey(ctx)
	case network.ShapeRecord:
		return a.askRecord(ctx)
	case network.ShapePhase:
		return a.askContainer(ctx)
	case network.ShapeLookUp:
		return a.askList(ctx)
	case network.ShapeNone:
	}
	return a.giveUp(ctx, fmt.Sprintf("this Postbag does not know how to settle doubt by %q", a.recon.Shape))
}

// place fills in which segment is in doubt: what is live before it, and every key.
func (a *attempt) place() {
	for _, s := range a.segments {
		a.plan.Keys = append(a.plan.Keys, s.ClientKey)
		if s.Index < a.doubt.Segment {
			a.plan.Done = append(a.plan.Done, network.Receipt{RemoteID: s.RemoteID, URL: s.RemoteURL, Ref: s.RemoteRef})
		}
	}
}

// askByKey settles doubt where the same key is the same post: what is found is adopted, and
// what is not is sent again under its key for as long as that is safe.
func (a *attempt) askByKey(ctx context.Context) error {
	receipt, found, err := a.find(ctx)
	repeatable := a.doubt.Count < maxSameKey && a.keyLives(time.Now())
	switch {
	case err != nil && repeatable && network.KindOf(err) == network.Ambiguous && !isWait(err) &&
		a.doubt.Looks+1 >= looksBeforeKey && ctx.Err() == nil:
		return a.repeat(ctx, "the look-up was inconclusive")
	case err != nil:
		return a.unanswered(ctx, err)
	case found:
		return a.adopt(ctx, receipt, "found on the network")
	case repeatable:
		return a.repeat(ctx, "not found")
	}
	return a.giveUp(ctx, "the network's key is no longer safe to repeat")
}

// askRecord settles doubt by reading the one address that the post has or has not.
func (a *attempt) askRecord(ctx context.Context) error {
	if _, ok := a.network.(network.Finder); !ok {
		return a.giveUp(ctx, "this network cannot read its own address")
	}
	receipt, found, err := a.find(ctx)
	switch {
	case err != nil:
		return a.unanswered(ctx, err)
	case found:
		return a.adopt(ctx, receipt, "found at its own address")
	}
	return a.absent(ctx, "its own address is empty")
}

// find asks a network that can look whether the segment in doubt is there. One that cannot
// reports not found; only a key then makes repeating safe.
func (a *attempt) find(ctx context.Context) (receipt network.Receipt, found bool, err error) {
	finder, ok := a.network.(network.Finder)
	if !ok {
		return receipt, false, nil
	}
	err = a.asking(ctx, func(ctx context.Context) (string, error) {
		receipt, found, err = finder.Find(ctx, reads{a}, a.account, a.plan)
		if err == nil && found {
			found, err = a.mine(ctx, receipt)
		}
		if found {
			return wasFound, err
		}
		return domain.NotThere, err
	})
	return receipt, found && err == nil, err
}

// mine refuses what proves nothing: two posts with the same words look alike, so what proves
// another delivery, or may be the post of another request in doubt, is not this one.
func (a *attempt) mine(ctx context.Context, receipt network.Receipt) (bool, error) {
	if receipt.RemoteID == "" {
		return false, errors.New("found without an id")
	}
	taken, err := a.q.Store.Taken(ctx, a.d.ID, receipt.RemoteID, receipt.URL)
	if err != nil || a.recon.Shape == network.ShapeRecord && !taken {
		return !taken, err
	}
	if taken && a.recon.Shape != network.ShapeKey {
		return false, errors.New("what was found belongs to another post")
	}
	if !taken {
		rivals, err := a.rivals(ctx)
		return rivals == 0, err
	}
	return false, nil
}

// conclude records what a look-up found out about the segment in doubt. It fails with
// domain.ErrOvertaken if another process has taken over since: then the answer may be older than
// the doubt it would settle.
func (a *attempt) conclude(ctx context.Context, r domain.Resolution) error {
	r.Delivery, r.Segment, r.Epoch = a.d.ID, a.doubt.Segment, a.q.Me.Epoch
	return a.q.Store.Resolve(ctx, r, domain.Unknown)
}

// repeat lets the same request go again under the same key: while the key lives, the network
// answers it with the post that is there, or makes the one that is not.
func (a *attempt) repeat(ctx context.Context, found string) error {
	return a.conclude(ctx, domain.Resolution{
		Verdict:  domain.VerdictSameKey,
		Evidence: found + "; the same request under the same key makes no second post until " + a.doubt.KeyUntil.Format(time.RFC3339),
		Change:   domain.Change{State: domain.Waiting, WakeAt: time.Now()},
	})
}

// absent records the proof that a segment is not there and cannot appear: it is sent again.
func (a *attempt) absent(ctx context.Context, evidence string) error {
	return a.conclude(ctx, domain.Resolution{
		Verdict: domain.VerdictAbsent, Evidence: evidence,
		Change: domain.Change{State: domain.Waiting, WakeAt: time.Now()},
	})
}

// adopt takes what was found for what was sent.
func (a *attempt) adopt(ctx context.Context, receipt network.Receipt, evidence string) error {
	change := domain.Change{State: domain.Published}
	for _, s := range a.segments {
		if s.Index != a.doubt.Segment && s.State != domain.SegmentPublished {
			change = domain.Change{State: domain.Waiting, WakeAt: time.Now()} // the rest of the thread
		}
	}
	return a.conclude(ctx, domain.Resolution{
		Verdict: domain.VerdictLive, Evidence: evidence,
		RemoteID: receipt.RemoteID, RemoteURL: receipt.URL, RemoteRef: receipt.Ref, Change: change,
	})
}

// unanswered postpones a look-up that gave no answer; after some, a person is asked. Being off
// line, and waiting for a budget, are not counted.
func (a *attempt) unanswered(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if w, wait := a.terms.WaitFor(err, time.Now()); wait { // look-ups count like everything else
		return a.q.Store.Postpone(ctx, a.d.ID, w.Until, a.class(), w.Text)
	}
	if network.KindOf(err) == network.Reauth {
		if err := a.q.Accounts.SignedOut(ctx, a.d.Channel); err != nil {
			return err
		}
	}
	if a.doubt.Looks+1 >= maxLooks && network.KindOf(err) != network.NotSent {
		return a.giveUp(ctx, "the network was asked and gave no usable answer: "+sentence(err))
	}
	a.q.Log.Info("could not make sure yet", "delivery", a.d.ID, "segment", a.doubt.Segment, "error", err)
	wait := max(backoff(a.d.ID, a.doubt.Looks), pause(network.WaitOf(err)))
	if network.KindOf(err) == network.NotSent {
		wait = backoff(a.d.ID, offLineLooks) // each look leaves a row, and a journey has many hours
	}
	return a.q.Store.Postpone(ctx, a.d.ID, time.Now().Add(wait), a.class(), sentence(err))
}

// class is that of a delivery whose doubt is not settled yet.
func (a *attempt) class() string {
	if a.d.ErrorClass == domain.ClassTaken {
		return domain.ClassTaken
	}
	return string(network.Ambiguous)
}

// yourTurn puts a delivery before the person who posts it themselves. It is the same after a crash in the
// middle of the hand-over: everything was laid out before that, and nothing went public by itself.
func (a *attempt) yourTurn(ctx context.Context) error {
	return a.conclude(ctx, domain.Resolution{
		Verdict:  domain.VerdictUndecided,
		Evidence: "laid out " + a.doubt.IntentAt.UTC().Format("2006-01-02 15:04:05 UTC") + "; only the person who posts it knows whether it is public",
		Change:   domain.Change{State: domain.Held, Reason: domain.HoldAmbiguous, ErrorClass: domain.ClassByHand},
	})
}

// giveUp puts a delivery in doubt before a person, with what is known: when it was sent, how
// far it got, and why that settles nothing.
func (a *attempt) giveUp(ctx context.Context, why string) error {
	got := a.doubt.Detail
	if got == "" {
		got = a.d.ErrorText
	}
	evidence := fmt.Sprintf("sent %s; %s; %s", a.doubt.IntentAt.UTC().Format("2006-01-02 15:04:05 UTC"), got, why)
	return a.conclude(ctx, domain.Resolution{
		Verdict: domain.VerdictUndecided, Evidence: evidence,
		Change: domain.Change{
			State: domain.Held, Reason: domain.HoldAmbiguous,
			ErrorClass: string(network.Ambiguous), ErrorText: a.d.ErrorText,
		},
	})
}
