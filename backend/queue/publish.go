package queue

import (
	"context"
	"errors"
	"runtime/debug"
	"time"

	"postbag/backend/budget"
	"postbag/backend/domain"
	"postbag/backend/network"
)

// publish takes a planned or waiting delivery as far as it goes today.
func (q *Queue) publish(ctx context.Context, d domain.Delivery) error {
	segments, err := q.Store.Segments(ctx, d.ID)
	if err != nil {
		return err
	}
	var doubt domain.Doubt
	doubted := false
	if d.Attempts > 0 { // nothing was ever sent before the first
		doubt, err = q.Store.Doubt(ctx, d.ID)
		doubted = err == nil && stands(doubt, segments)
		if err != nil && !errors.Is(err, domain.ErrNotFound) {
			return err
		}
	}
	now := time.Now()
	if d.Due.After(now) { // the clock went back since it was woken
		return q.Store.Postpone(ctx, d.ID, d.Due, d.ErrorClass, d.ErrorText)
	}
	if stopped, err := q.objects(ctx, q.Grounds, d, network.Plan{}); stopped || err != nil {
		return err
	}
	change, late := tooLate(d, segments, doubted, now)
	if q.cold(d, segments, doubted) {
		if settled, err := q.lookFirst(ctx, d, segments, late); settled || err != nil {
			return err
		}
	}
	if late {
		if moved, err := q.toSlot(ctx, d, change); moved || err != nil {
			return err
		}
		return q.Store.Decide(ctx, d.ID, change, domain.Planned, domain.Waiting)
	}
	plan, err := Thaw(d)
	if err != nil {
		return q.Store.Decide(ctx, d.ID, held(domain.HoldPlanChanged, err), domain.Planned, domain.Waiting)
	}
	if stopped, err := q.objects(ctx, q.Guards, d, plan); stopped || err != nil {
		return err
	}
	terms, err := q.terms(ctx, d.Channel)
	if err != nil {
		return err
	}
	needs, err := q.needs(ctx, d, terms, plan, segments)
	if err != nil {
		return err
	}
	claim := domain.Claim{Token: domain.NewID(now), By: q.Me, Until: now.Add(leaseTime), Reserve: needs, Host: terms.Host}
	ok, err := q.Store.Claim(ctx, d, claim)
	if off, failed := q.putOff(ctx, d, terms, anyLive(segments) || doubted, err); off {
		return failed
	}
	if err != nil || !ok {
		return err
	}
	q.Changed(d.ID)
	a := &attempt{q: q, d: d, plan: plan, token: claim.Token, segments: segments, doubt: doubt, doubted: doubted}
	a.promise(claim.Reserve)
	err = a.run(ctx)
	if a.open { // an intent without an outcome: recovery makes it doubt
		q.stuck.Store(true)
		return nil
	}
	if a.settled {
		return nil // the settlement said what the delivery became
	}
	if a.stop != nil {
		err = a.stop
	}
	return a.release(ctx, err)
}

// stands reports whether a doubt is still open: its call may have been accepted, and its
// segment is not proved live.
func stands(b domain.Doubt, segments []domain.Segment) bool {
	return b.Verdict != domain.VerdictAbsent && b.Verdict != domain.VerdictLive &&
		(b.Segment >= len(segments) || segments[b.Segment].State != domain.SegmentPublished)
}

// tooLate applies the deadline and the lateness rule. A begun thread has no deadline, but one
// that stood still too long since its last part, or since a person let it go, asks. While an
// earlier call may have been accepted, lateness is not the question.
func tooLate(d domain.Delivery, segments []domain.Segment, doubted bool, now time.Time) (domain.Change, bool) {
	late := now.Sub(d.Due)
	if d.ErrorClass == classFromHere { // a person knows
		late = 0
	}
	if told(d) && d.Late.Then != domain.LateSkip { // it was ready, and waited as it was told
		late = now.Sub(later(d.Due, d.WakeAt))
	}
	switch {
	case doubted:
		return domain.Change{}, false
	case anyLive(segments):
		last := d.ReleasedAt
		for _, s := range segments {
			last = later(last, s.PublishedAt)
		}
		if now.Sub(last) > threadGap {
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

// toSlot moves a delivery that would ask to its channel's next free slot, if that is its rule and
// there is one.
func (q *Queue) toSlot(ctx context.Context, d domain.Delivery, c domain.Change) (moved bool, err error) {
	if c.Reason != domain.HoldLateAsk || d.Late.Then != domain.LateNextSlot || q.Slots == nil {
		return false, nil
	}
	w, ok, err := q.Slots(ctx, d)
	if err != nil || !ok {
		return false, err
	}
	if d, err = retimed(d, w); err != nil {
		return false, err
	}
	return true, q.Store.Replan(ctx, d)
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
	terms   budget.Terms
	steps   map[string]domain.Step
	seen    map[string]bool
	sent    map[string]bool // files under way or sent, by their hash

	promised map[string]int // points of budgets that were promised and not yet used, by key
	renewed  bool           // the secret was renewed in this attempt
	open     bool           // an intent is committed and its outcome is not written
	settled  bool           // a settlement ended the attempt
	stop     error          // why the queue itself ended the attempt
	reused   []string       // hashes of the uploads that other posts can use, too
}

// run opens the account and lets the network publish; a secret that has run out is renewed once.
// A panic in it is an error nobody classified.
func (a *attempt) run(ctx context.Context) (err error) {
	defer func() {
		if p := recover(); p != nil {
			a.q.Log.Error("a network panicked", "network", a.desc.ID, "panic", p, "stack", string(debug.Stack()))
			err = &network.Error{Kind: network.Ambiguous, Message: "Postbag made a mistake while preparing this post."}
		}
	}()
	if err := a.begin(ctx); err != nil {
		return err
	}
	err = a.once(ctx)
	if err != nil && !a.settled && network.KindOf(err) == network.Reauth && a.canRenew() {
		if err := a.renew(ctx); err != nil {
			return err
		}
		err = a.once(ctx)
	}
	return err
}

// begin gets the account, with a secret that is still good for a while, and sees that every file
// is there.
func (a *attempt) begin(ctx context.Context) (err error) {
	if a.network, a.account, err = a.q.Accounts.Account(ctx, a.d.Channel); err != nil {
		return err
	}
	a.describe()
	for _, m := range media(a.plan) {
		if a.q.Files != nil && !a.q.Files.Has(m.SHA256) {
			return &network.Error{Kind: network.NotSent, Message: "A picture or video of this post is no longer where it was.", Err: network.ErrMediaChanged}
		}
	}
	if doc := a.plan.Document; doc != nil && a.q.Files != nil && !a.q.Files.Has(doc.SHA256) {
		return &network.Error{Kind: network.NotSent, Message: "The document of this post is no longer where it was.", Err: network.ErrMediaChanged}
	}
	ending := !a.account.Expires.IsZero() && time.Until(a.account.Expires) < refreshAhead
	if (ending || a.d.ErrorClass == string(network.Reauth)) && a.canRenew() {
		return a.renew(ctx)
	}
	return nil
}

func media(p network.Plan) (list []network.Media) {
	for _, part := range p.Parts {
		list = append(list, part.Media...)
	}
	if p.Link != nil && p.Link.Thumb != nil {
		list = append(list, *p.Link.Thumb)
	}
	return list
}

// load gets what is done already: the parts that are live, and the finished steps. The first time the
// parts are known: the claim proved that the delivery is as it was when they were read.
func (a *attempt) load(ctx context.Context) (err error) {
	again := a.seen != nil
	if again {
		if a.segments, err = a.q.Store.Segments(ctx, a.d.ID); err != nil {
			return err
		}
	}
	a.plan.Keys, a.plan.Done = nil, nil
	for _, s := range a.segments {
		a.plan.Keys = append(a.plan.Keys, s.ClientKey)
		if s.State == domain.SegmentPublished {
			a.plan.Done = append(a.plan.Done, network.Receipt{RemoteID: s.RemoteID, URL: s.RemoteURL, Ref: s.RemoteRef})
		}
	}
	if n := len(a.plan.Done); n > 0 && n < len(a.segments) && a.plan.Done[n-1].RemoteID == "" {
		return a.end(errNoParent)
	}
	var steps []domain.Step
	if again || a.d.Attempts > 0 {
		if steps, err = a.q.Store.Steps(ctx, a.d.ID); err != nil {
			return err
		}
	}
	a.seen, a.steps = map[string]bool{}, make(map[string]domain.Step, len(steps))
	for _, s := range steps {
		a.steps[string(s.Effect)+" "+s.Name] = s // the latest counts
	}
	return nil
}

func (a *attempt) describe() {
	a.desc = a.network.Describe()
	a.terms = budget.Of(a.desc, a.d.Channel, a.account)
	a.recon = a.desc.Reconcile
	if own := a.desc.LimitsFor(a.account).Reconcile; own.Shape != "" {
		a.recon = own
	}
	switch {
	case a.recon.Shape == network.ShapeNone:
		a.recon.Quarantine = 0 // nothing is ever asked
	case a.recon.Quarantine > 0:
	case a.recon.Shape == network.ShapeLookUp:
		a.recon.Quarantine = firstLook
	default:
		a.recon.Quarantine = defaultWait
	}
}

func (a *attempt) canRenew() bool {
	_, ok := a.network.(network.Refresher)
	return ok && !a.renewed
}

// renew gets a new secret, once an attempt.
func (a *attempt) renew(ctx context.Context) error {
	a.renewed = true
	fresh, err := Renew(ctx, a.q.Accounts, a.q.Carriers, a.d.Channel, a.account, a.q.insist)
	a.account = fresh
	return err
}

// once calls the network's Publish on what the journal says now.
func (a *attempt) once(ctx context.Context) error {
	if err := a.load(ctx); err != nil {
		return err
	}
	_, err := a.network.Publish(ctx, a, a.account, a.plan)
	if err == nil && !a.settled {
		return errAlreadyLive
	}
	return err
}

// release ends an attempt in which nothing is left open.
func (a *attempt) release(ctx context.Context, err error) error {
	keep := context.WithoutCancel(ctx)
	if network.IsStale(err) {
		a.forget(keep)
	}
	change := a.after(ctx, err)
	if change.Reason == domain.HoldReauth {
		if err := a.q.Accounts.SignedOut(keep, a.d.Channel); err != nil {
			a.q.Log.Error("could not note that a channel is signed out", "error", err)
		}
	}
	write := func() error { return a.q.Store.Release(keep, a.d.ID, a.token, change) }
	failed := a.q.insist("the end of an attempt", write)
	if errors.Is(failed, domain.ErrNotAllowed) {
		a.q.Log.Error("the database refused the end of an attempt", "delivery", a.d.ID, "error", failed)
		change = a.soft(failed)
		failed = a.q.insist("the end of an attempt", write)
	}
	if errors.Is(failed, domain.ErrConflict) { // taken back by a person meanwhile
		return a.q.Store.EndLookUp(keep, a.token, "taken back")
	}
	if failed != nil {
		a.q.stuck.Store(true)
	}
	return failed
}

// after says what a delivery becomes whose attempt left nothing open.
func (a *attempt) after(ctx context.Context, err error) domain.Change {
	planned := domain.Change{State: domain.Planned, WakeAt: a.d.Due}
	switch {
	case ctx.Err() != nil:
		return planned
	case errors.Is(err, network.ErrMediaChanged):
		return held(domain.HoldMediaMissing, err)
	case errors.Is(err, errClaimLost):
		if on, failed := a.q.Store.HeldAll(ctx); failed == nil && on {
			return planned
		}
		return a.soft(err)
	case isWait(err):
		change, _ := a.notNow(err)
		return change
	case errors.Is(err, errAlreadyLive):
		return held(domain.HoldRestoredCopy, err)
	case errors.Is(err, errNoParent):
		return held(domain.HoldPartialThread, err)
	case errors.Is(err, errKeyEnded):
		return held(domain.HoldAmbiguous, err)
	}
	return before(err, a.standing(a.doubt.Segment), time.Now())
}

// soft is an unexplained failure.
func (a *attempt) soft(err error) domain.Change {
	return before(errors.New(sentence(err)), a.standing(a.doubt.Segment), time.Now())
}

func (a *attempt) standing(segment int) standing {
	return standing{
		live:      anyLive(a.segments),
		last:      segment == len(a.segments)-1,
		doubted:   a.doubted && a.doubt.Segment == segment,
		renewable: a.canRenew() && a.d.ErrorClass != string(network.Reauth),
		soft:      a.d.SoftFailures,
		tries:     a.d.Attempts,
		id:        a.d.ID,
	}
}
