package queue

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"

	"postbag/backend/domain"
	"postbag/backend/network"
)

// Errors that end an attempt without a verdict about the network.
var (
	errClaimLost   = errors.New("the delivery was taken back or changed while it was prepared")
	errAlreadyLive = errors.New("it is live already, and this copy of the data folder did not publish it")
	errNoParent    = errors.New("it is not known which post the next part has to answer: its address did not tell")
	errKeyEnded    = errors.New("the earlier request may have been accepted, and it cannot be repeated safely any more")
)

// carrier finds who carries a request.
func (c Carriers) carrier(r network.Request) (network.Carrier, error) {
	u, err := url.Parse(r.URL)
	if err != nil {
		return nil, &network.Error{Kind: network.NotSent, Message: "the address is not one"}
	}
	carrier, ok := c[u.Scheme]
	if !ok {
		return nil, &network.Error{Kind: network.NotSent, Message: fmt.Sprintf("addresses with %q cannot be reached", u.Scheme)}
	}
	return carrier, nil
}

// Read implements network.Calls.
func (a *attempt) Read(ctx context.Context, step string, r network.Request) (network.Reply, error) {
	return a.invisible(ctx, domain.EffectNone, step, r)
}

// Prepare implements network.Calls.
func (a *attempt) Prepare(ctx context.Context, step string, r network.Request) (network.Reply, error) {
	if r.Fresh {
		return a.invisible(ctx, domain.EffectInvisible, step, r)
	}
	if err := a.named(step); err != nil {
		return network.Reply{}, err
	}
	if reply, ok := a.kept(ctx, step, r); ok {
		return reply, nil
	}
	return a.invisible(ctx, domain.EffectInvisible, step, r)
}

// named refuses a step name used twice in one run: the journal could not tell them apart.
func (a *attempt) named(step string) error {
	if a.seen[step] {
		return &network.Error{Kind: network.Rejected, Code: "repeated_step", Message: fmt.Sprintf("step %q was named twice", step)}
	}
	a.seen[step] = true
	return nil
}

func (a *attempt) invisible(ctx context.Context, effect domain.Effect, step string, r network.Request) (network.Reply, error) {
	carrier, err := a.q.Carriers.carrier(r)
	if err != nil {
		return network.Reply{}, err
	}
	kind := network.UsePrepare
	if effect == domain.EffectNone {
		kind = network.UseRead
	}
	use := a.desc.UseOf(step, kind, a.plan)
	if err := a.take(ctx, use, r); err != nil {
		return network.Reply{}, err
	}
	started := time.Now()
	a.tell(r)
	reply, err := carrier.Send(ctx, r, nil)
	a.q.contact(r, err)
	c := a.call(effect, step, r, started)
	c.Container = "" // it makes nothing visible
	c.OutcomeAt, c.Status = time.Now(), reply.Status
	if err == nil || network.KindOf(err) != network.NotSent {
		c.Usage = a.usage(use, network.HostOf(r.URL), reply, err != nil && ctx.Err() == nil)
	}
	switch {
	case err != nil:
		c.Outcome, c.Message = domain.OutcomeAmbiguous, sentence(err)
		if network.KindOf(err) == network.NotSent {
			c.Outcome = domain.OutcomeNotSent
		}
	case reply.OK():
		c.Outcome = domain.OutcomeAccepted
		if effect == domain.EffectInvisible && !r.Fresh {
			a.contain(&c, reply)
			var failed error
			if c.Reply, failed = a.seal(ctx, reply); failed != nil {
				// The answer still serves this attempt; a later one asks again.
				a.q.Log.Error("the answer of a step could not be kept", "step", step, "error", failed)
			}
		}
	case reply.Status == 429:
		c.Outcome = domain.OutcomeThrottled
	case reply.Status == 401:
		c.Outcome = domain.OutcomeReauth
	case reply.Status >= 500:
		c.Outcome = domain.OutcomeAmbiguous
	default:
		c.Outcome = domain.OutcomeRejected
	}
	if noted := a.q.Store.Note(context.WithoutCancel(ctx), c); noted != nil {
		return network.Reply{}, noted
	}
	if c.Container != "" {
		a.segments[c.Segment].Container, a.segments[c.Segment].ContainerUntil = c.Container, c.ContainerUntil
	}
	if c.Outcome == domain.OutcomeAccepted {
		a.share(ctx, r, c)
	}
	return reply, err
}

// tell says that one more of the plan's files is on its way.
func (a *attempt) tell(r network.Request) {
	for _, piece := range r.Body {
		if piece.File.SHA256 == "" {
			continue
		}
		if a.sent == nil {
			a.sent = map[string]bool{}
		}
		a.sent[piece.File.SHA256] = true
		if total := len(media(a.plan)); total > 0 {
			a.q.Progress(a.d.ID, min(len(a.sent), total), total)
		}
	}
}

// contact tells whether a request over the network reached its server.
func (q *Queue) contact(r network.Request, err error) {
	if u, bad := url.Parse(r.URL); bad == nil && u.Host != "" {
		q.Contact(u.Host, err == nil || network.KindOf(err) != network.NotSent)
	}
}

func (a *attempt) call(effect domain.Effect, step string, r network.Request, now time.Time) domain.Call {
	return domain.Call{
		ID: domain.NewID(now), Delivery: a.d.ID, Segment: r.Segment, Step: step, Effect: effect, ClaimToken: a.token,
		ClientKey: a.plan.Key(r.Segment), RequestHash: r.Hash(), IntentAt: now, IntentBoot: a.q.Boot(),
		Container: r.Container,
	}
}

// Publish implements network.Calls: commit the intent, send once, settle.
func (a *attempt) Publish(ctx context.Context, step string, r network.Request) (network.Reply, error) {
	if err := a.named(step); err != nil {
		return network.Reply{}, err
	}
	if a.settled || a.open {
		return network.Reply{}, a.end(errClaimLost) // a network that goes on after the end
	}
	if r.Segment < 0 || r.Segment >= len(a.segments) {
		return network.Reply{}, network.Reject("segment", fmt.Sprintf("step %q publishes part %d of %d", step, r.Segment+1, len(a.segments)))
	}
	if a.segments[r.Segment].State == domain.SegmentPublished {
		if done, ok := a.steps["public "+step]; ok {
			return a.replay(ctx, done)
		}
		return network.Reply{}, &network.Error{Kind: network.Ambiguous, Message: "this part is live, and how the network answered is not known"}
	}
	if r.Container != "" && a.segments[r.Segment].Container != r.Container {
		// While another one may be visible, this one never is.
		if a.inDoubt(r.Segment) {
			return network.Reply{}, a.end(errKeyEnded)
		}
		return network.Reply{}, network.Reject("container", fmt.Sprintf("step %q makes an object visible that was not written down", step))
	}
	if !a.mayRepeat(r) {
		return network.Reply{}, a.end(errKeyEnded)
	}
	return a.send(ctx, step, r)
}

// end stops the attempt for a reason of the queue's own, whatever the network makes of the error.
func (a *attempt) end(why error) error {
	a.stop = why
	return why
}

// mayRepeat refuses what could double a segment in doubt. The database refuses it as well.
func (a *attempt) mayRepeat(r network.Request) bool {
	if !a.doubted || a.doubt.Segment != r.Segment {
		return true
	}
	return a.doubt.Verdict == domain.VerdictSameKey && a.doubt.RequestHash == r.Hash() && a.doubt.Container == r.Container &&
		a.doubt.ClientKey == a.plan.Key(r.Segment) && a.keyLives(time.Now())
}

// keyLives reports whether the key of the doubt still makes no second post. A clock that was
// set back since would lengthen its life, so this process also counts for itself.
func (a *attempt) keyLives(now time.Time) bool {
	if first, ok := a.q.first.Load(a.doubt.ClientKey); ok && time.Since(first.(time.Time))+a.margin() >= a.keyLife() {
		return false
	}
	if past, ok := a.q.since(a.doubt); ok && past+a.margin() >= a.doubt.KeyUntil.Sub(a.doubt.IntentAt) {
		return false
	}
	return !now.Before(a.doubt.IntentAt) && now.Add(a.margin()).Before(a.doubt.KeyUntil)
}

// keyLife is how long a repeated request is the same post, counted from the first intent: for as
// long as its key is remembered, or its container is.
func (a *attempt) keyLife() time.Duration {
	switch {
	case a.recon.Shape == network.ShapeKey:
		return a.recon.KeyLife
	case a.recon.Shape == network.ShapePhase && a.recon.ContainerLife > 0:
		return a.recon.ContainerLife
	case a.recon.Shape == network.ShapePhase:
		return flipLife
	}
	return 0
}

// margin keeps a repetition away from the end of what makes it safe.
func (a *attempt) margin() time.Duration {
	if a.recon.Shape == network.ShapeKey {
		return keyMargin
	}
	return min(keyMargin, a.keyLife()/10)
}

func (a *attempt) send(ctx context.Context, step string, r network.Request) (network.Reply, error) {
	carrier, err := a.q.Carriers.carrier(r)
	if err != nil {
		return network.Reply{}, err
	}
	if err := ctx.Err(); err != nil {
		return network.Reply{}, &network.Error{Kind: network.NotSent, Message: "Postbag is stopping", Err: err}
	}
	if err := a.take(ctx, a.desc.UseOf(step, network.UsePublish, a.plan), r); err != nil {
		return network.Reply{}, err
	}
	// From here on the person's wish to stop must not tear the request from its answer.
	keep := context.WithoutCancel(ctx)
	var lost error
	var c domain.Call
	reply, err := carrier.Send(keep, r, func() error {
		c = a.call(domain.EffectPublic, step, r, time.Now())
		c.Usage.Host = network.HostOf(r.URL)
		lost = a.q.Store.Intend(keep, c, a.keyUntil(r, c.IntentAt))
		if a.open = lost == nil; a.open {
			a.q.first.LoadOrStore(c.ClientKey, c.IntentAt)
			if a.q.Marked != nil {
				a.q.Marked(c.ID, c.IntentAt)
			}
		}
		return lost
	})
	if lost == nil {
		a.q.contact(r, err)
	}
	if !a.open {
		if errors.Is(lost, domain.ErrConflict) || errors.Is(lost, domain.ErrNotAllowed) {
			return network.Reply{}, a.end(errClaimLost)
		}
		if isWait(lost) {
			return network.Reply{}, a.end(lost)
		}
		if err == nil {
			err = &network.Error{Kind: network.Ambiguous, Message: "the carrier sent without asking"}
		}
		return network.Reply{}, err
	}
	receipt := network.Receipt{}
	if err == nil {
		receipt, err = a.judge(step, reply)
	} else {
		err = &network.Error{Kind: network.Ambiguous, Message: sentence(err), Err: cause(err)}
	}
	return reply, a.settle(keep, c, reply, receipt, err)
}

// judge asks the network what a reply means, and trusts an acceptance only with an id.
func (a *attempt) judge(step string, reply network.Reply) (receipt network.Receipt, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = &network.Error{Kind: network.Ambiguous, Message: "the answer could not be read"}
		}
	}()
	receipt, err = a.desc.Classify(step, reply)
	switch {
	case err == nil && receipt.RemoteID == "":
		err = &network.Error{Kind: network.Ambiguous, Message: "the answer has no id"}
	case network.IsTaken(err):
		receipt = network.Receipt{RemoteID: receipt.RemoteID} // what it will be is not known yet
	case err != nil:
		receipt = network.Receipt{}
	}
	return receipt, err
}

// keyUntil says until when a repeated request with the same key is the same post: counted from
// the first intent of the segment.
func (a *attempt) keyUntil(r network.Request, now time.Time) time.Time {
	if a.keyLife() == 0 || a.recon.Shape == network.ShapePhase && r.Container == "" {
		return time.Time{}
	}
	if a.inDoubt(r.Segment) && !a.doubt.KeyUntil.IsZero() {
		return a.doubt.KeyUntil
	}
	if until := a.segments[r.Segment].ContainerUntil; r.Container != "" && !until.IsZero() {
		return until
	}
	return now.Add(a.keyLife())
}

// settle writes the outcome, insisting: one that cannot be written leaves an open intent, which
// is safe, but may end before a person.
func (a *attempt) settle(ctx context.Context, c domain.Call, reply network.Reply, receipt network.Receipt, err error) error {
	now := time.Now()
	result, change := outcome(err, a.standing(c.Segment), now, a.recon.Quarantine)
	s := domain.Settlement{
		Delivery: a.d.ID, ClaimToken: a.token, CallID: c.ID, Outcome: result, Status: reply.Status, Change: change,
		RemoteURL: receipt.URL, RemoteRef: receipt.Ref, RetryAfter: network.WaitOf(err),
		Usage: a.usage(a.desc.UseOf(c.Step, network.UsePublish, a.plan), c.Usage.Host, reply, result == domain.OutcomeAmbiguous && !network.IsTaken(err) && !network.IsByHand(err)),
	}
	if e, ok := errors.AsType[*network.Error](err); ok {
		s.Code, s.Message = network.Printable(e.Code), detail(e)
	}
	if network.IsTaken(err) {
		s.Given = receipt.RemoteID
	} else {
		s.RemoteID = receipt.RemoteID
	}
	if err == nil {
		// If sealing fails the acceptance still counts; a later part then asks a person.
		s.Reply, _ = a.seal(ctx, reply)
	}
	if failed := a.q.insist("an outcome", func() error { return a.q.Store.Settle(ctx, s) }); failed != nil {
		a.q.Log.Error("an outcome could not be written: it will be doubt", "delivery", a.d.ID, "error", failed)
		return failed // the intent stays open until the queue recovers
	}
	a.open = false
	if result == domain.OutcomeThrottled && network.IsStale(err) {
		a.forget(ctx)
	}
	if result != domain.OutcomeAmbiguous {
		a.q.first.Delete(c.ClientKey)
	}
	a.settled = change.State != domain.Preparing
	if err == nil {
		a.segments[c.Segment].State = domain.SegmentPublished
	}
	if change.Reason == domain.HoldReauth {
		if failed := a.q.Accounts.SignedOut(ctx, a.d.Channel); failed != nil {
			a.q.Log.Error("could not note that a channel is signed out", "error", failed)
		}
	}
	return err
}
