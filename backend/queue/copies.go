package queue

import (
	"context"
	"errors"
	"fmt"
	"time"

	"postbag/backend/domain"
	"postbag/backend/network"
)

// What this data folder never sent can be live all the same: another copy of it, or the one that a
// backup was made of, may have sent it. Two kinds of deliveries are looked for on their network
// before anything of them is sent: those that were due while nobody published here, and those that
// are held because the folder is a copy. What is found is adopted, with the evidence.

const (
	// coldAfter is how long before this process began a delivery was due that counts as due while
	// nobody published: one that was planned for now a moment ago does not.
	coldAfter = time.Minute
	// coldLooks is how many look-ups without a usable answer there are before a person is asked.
	coldLooks = 4
)

// classFromHere marks what a person let go that another copy of the data folder may have published.
// It keeps its plan and its keys, under which the network may know it already, and it is looked for
// once more before it is sent.
const classFromHere = "from_here"

// copied reports whether a delivery is held because of another copy of the data folder.
func copied(d domain.Delivery) bool {
	return d.State == domain.Held && (d.HoldReason == domain.HoldRestoredCopy || d.HoldReason == domain.HoldMovedProfile)
}

// releaseCopy lets go what another copy of the data folder may have published. One that was held
// because this machine is not the one that publishes makes it that one.
func (p *Planner) releaseCopy(ctx context.Context, d domain.Delivery) error {
	if d.HoldReason == domain.HoldMovedProfile && p.PublishHere != nil {
		if err := p.PublishHere(ctx); err != nil {
			return err
		}
	}
	return p.Store.Decide(ctx, d.ID, domain.Change{
		State: domain.Planned, WakeAt: later(d.Due, time.Now()), ErrorClass: classFromHere,
	}, domain.Held, domain.Planned)
}

// searched is what this process knows of its search for one generation of a delivery.
type searched struct {
	absent   bool // looked for, and not there
	unusable int  // look-ups without a usable answer
}

func searchKey(d domain.Delivery) string { return fmt.Sprintf("%s %d", d.ID, d.Generation) }

// cold reports whether a delivery was due while nobody published from here, and nothing of it was
// looked for yet. What was sent from here is not cold: that is doubt, or a begun thread.
func (q *Queue) cold(d domain.Delivery, segments []domain.Segment, doubted bool) bool {
	if doubted || anyLive(segments) {
		return false
	}
	if s, known := q.search.Load(searchKey(d)); known {
		return !s.(searched).absent || d.ErrorClass == classFromHere // also one that a person moved since: it was due then
	}
	if d.ErrorClass == classFromHere {
		return true
	}
	since := q.started
	if q.Home != nil {
		since = later(since, q.Home())
	}
	return d.Due.Add(coldAfter).Before(since)
}

// lookFirst looks for a cold delivery. It reports whether that settled what becomes of it now; if
// not, it is known not to be there, and whether it goes out is decided as always. late is what its
// lateness makes of it: without a usable answer that comes before waiting, as nothing is sent then.
func (q *Queue) lookFirst(ctx context.Context, d domain.Delivery, segments []domain.Segment, late bool) (settled bool, err error) {
	a := &attempt{q: q, d: d, segments: segments}
	if a.plan, err = Thaw(d); err != nil {
		return false, nil //nolint:nilerr // the caller meets it again and says so
	}
	if a.network, a.account, err = q.Accounts.Account(ctx, d.Channel); err == nil {
		a.describe()
		if !a.canLook() {
			return false, nil
		}
		var parts []domain.Segment
		if parts, err = a.search(ctx); len(parts) > 0 {
			return true, q.Store.Adopt(ctx, domain.Adoption{
				Delivery: d.ID, Parts: parts, Evidence: "found on the network; it was due while Postbag did not publish here",
			}, domain.Planned, domain.Waiting)
		}
	}
	switch {
	case ctx.Err() != nil:
		return true, ctx.Err()
	case err == nil:
		q.search.Store(searchKey(d), searched{absent: true})
		return false, nil
	case network.KindOf(err) == network.Reauth:
		if err := q.Accounts.SignedOut(ctx, d.Channel); err != nil {
			return true, err
		}
		return true, q.Store.Decide(ctx, d.ID, held(domain.HoldReauth, err), domain.Planned, domain.Waiting)
	}
	again, usable := a.lookAgain(err)
	if late {
		return false, nil
	}
	if !usable {
		return true, q.Store.Decide(ctx, d.ID, held(domain.HoldLateAsk,
			fmt.Errorf("it was due while Postbag did not publish here, and whether it is there already could not be found out: %s", sentence(err))),
			domain.Planned, domain.Waiting)
	}
	class := string(network.KindOf(err))
	if d.ErrorClass == classFromHere {
		class = classFromHere
	}
	return true, q.Store.Postpone(ctx, d.ID, again, class, sentence(err))
}

// examine looks for a delivery that is held because the data folder is a copy. What is not there
// stays held: the other copy may be about to publish it, and only a person knows.
func (q *Queue) examine(ctx context.Context, d domain.Delivery) error {
	again, text, err := q.lookForCopy(ctx, d)
	if errors.Is(err, domain.ErrConflict) || err == nil && text == "" {
		return nil // adopted, or a person was first
	}
	if err != nil {
		q.Log.Error("could not look for a delivery of a copy", "id", d.ID, "error", err)
		again, text = time.Now().Add(backoff(d.ID, offLineLooks)), d.ErrorText
	}
	return q.Store.Looked(context.WithoutCancel(ctx), d.ID, again, text)
}

// lookForCopy adopts what it finds, and otherwise returns what to say and when to look again.
func (q *Queue) lookForCopy(ctx context.Context, d domain.Delivery) (again time.Time, text string, err error) {
	a := &attempt{q: q, d: d}
	if a.plan, err = Thaw(d); err != nil {
		return again, err.Error(), nil //nolint:nilerr // a plan that cannot be read is said to a person; looking again would not mend it
	}
	if a.segments, err = q.Store.Segments(ctx, d.ID); err != nil {
		return again, "", err
	}
	var parts []domain.Segment
	if a.network, a.account, err = q.Accounts.Account(ctx, d.Channel); err == nil {
		a.describe()
		if !a.canLook() {
			return again, "This network cannot be asked whether it is there.", nil
		}
		parts, err = a.search(ctx)
	}
	switch {
	case len(parts) > 0:
		failed := q.Store.Adopt(ctx, domain.Adoption{
			Delivery: d.ID, Parts: parts, Evidence: "found on the network; another copy of this data folder published it",
		})
		if errors.Is(failed, domain.ErrNotAllowed) { // this one may have sent it, too
			return again, d.ErrorText, nil
		}
		return again, "", failed
	case err == nil:
		return again, "Looked for it " + time.Now().UTC().Format("2006-01-02 15:04 UTC") + ": it was not there.", nil
	case network.KindOf(err) == network.Reauth:
		return again, sentence(err), q.Accounts.SignedOut(ctx, d.Channel)
	}
	again, usable := a.lookAgain(err)
	if !usable {
		again = time.Time{}
	}
	return again, "It could not be found out whether it is there: " + sentence(err), nil
}

// lookAgain says when a look-up that failed is made once more. It reports false if there were enough.
func (a *attempt) lookAgain(err error) (at time.Time, more bool) {
	now := time.Now()
	s := searched{}
	if known, ok := a.q.search.Load(searchKey(a.d)); ok {
		s = known.(searched)
	}
	defer func() { a.q.search.Store(searchKey(a.d), s) }()
	if w, wait := a.terms.WaitFor(err, now); wait {
		return w.Until, true
	}
	if network.KindOf(err) == network.NotSent {
		return now.Add(backoff(a.d.ID, s.unusable)), true
	}
	s.unusable++
	return now.Add(max(backoff(a.d.ID, s.unusable), network.WaitOf(err))), s.unusable < coldLooks
}

func (a *attempt) canLook() bool {
	_, finder := a.network.(network.Finder)
	_, lister := a.network.(network.Lister)
	return finder || lister
}

// search looks for every part that is not known to be live, in order, up to the first that is not
// there. It returns those that are.
func (a *attempt) search(ctx context.Context) (parts []domain.Segment, err error) {
	for i := range a.segments {
		if a.segments[i].State == domain.SegmentPublished {
			continue
		}
		receipt, found, err := a.searchPart(ctx, i)
		if err != nil || !found {
			return parts, err
		}
		s := &a.segments[i]
		s.State, s.RemoteID, s.RemoteURL, s.RemoteRef = domain.SegmentPublished, receipt.RemoteID, receipt.URL, receipt.Ref
		parts = append(parts, *s)
	}
	return parts, nil
}

// searchPart asks the network for one part: by what makes it findable, or among the account's
// posts. What only looks like it proves nothing.
func (a *attempt) searchPart(ctx context.Context, i int) (receipt network.Receipt, found bool, err error) {
	a.doubt = domain.Doubt{Segment: i, Since: a.d.CreatedAt}
	a.plan.Keys, a.plan.Done = nil, nil
	a.place()
	if _, ok := a.network.(network.Finder); ok {
		return a.find(ctx)
	}
	var s sight
	err = a.asking(ctx, func(ctx context.Context) (end string, err error) {
		if s, err = a.listed(ctx); err != nil {
			return "", err
		}
		rivals, err := a.rivals(ctx)
		switch {
		case err != nil:
			return "", err
		case len(s.exact) == 1 && rivals == 0:
			return wasFound, nil
		case len(s.exact) > 0 || len(s.near) > 0:
			return "", &network.Error{Kind: network.Ambiguous, Message: "posts there look like it: " + links(append(s.exact, s.near...))}
		case !s.complete:
			return "", &network.Error{Kind: network.Ambiguous, Message: "the network does not list all posts of that time"}
		}
		return domain.NotThere, nil
	})
	if err != nil || len(s.exact) != 1 {
		return receipt, false, err
	}
	return s.exact[0].Receipt, true, nil
}
