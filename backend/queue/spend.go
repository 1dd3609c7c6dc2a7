package queue

import (
	"context"
	"errors"
	"time"

	"postbag/backend/budget"
	"postbag/backend/domain"
	"postbag/backend/network"
)

// terms returns what a channel may take of its network before its account is opened.
func (q *Queue) terms(ctx context.Context, id domain.ChannelID) (budget.Terms, error) {
	if q.Budgets == nil {
		return budget.Terms{}, nil
	}
	return q.Budgets(ctx, id)
}

// needs returns what an attempt at a delivery may take: all that its plan needs, less what the journal
// answers and what is live.
func (q *Queue) needs(ctx context.Context, d domain.Delivery, t budget.Terms, p network.Plan, segments []domain.Segment) ([]domain.Spend, error) {
	done := map[network.UseKind]int{}
	for _, s := range segments {
		if s.State == domain.SegmentPublished {
			done[network.UsePublish]++
		}
	}
	if d.Attempts > 0 {
		steps, err := q.Store.Steps(ctx, d.ID)
		if err != nil {
			return nil, err
		}
		for _, s := range steps {
			if s.Effect == domain.EffectInvisible {
				done[network.UsePrepare]++
			}
		}
	}
	return t.Plan(p, done), nil
}

// putOff acts on a claim that a budget or a server's pause did not allow: the delivery waits, or a
// person is asked if that would be too late. It reports false if err is about something else.
func (q *Queue) putOff(ctx context.Context, d domain.Delivery, t budget.Terms, begun bool, err error) (bool, error) {
	now := time.Now()
	w, ok := t.WaitFor(err, now)
	if !ok {
		return false, nil
	}
	if !begun && tooLong(d, w.Until) {
		return true, q.Store.Decide(ctx, d.ID, domain.Change{
			State: domain.Held, Reason: domain.HoldBudget, ErrorClass: w.Class, ErrorText: w.Text,
		}, domain.Planned, domain.Waiting)
	}
	return true, q.Store.Postpone(ctx, d.ID, w.Until, w.Class, w.Text)
}

// tooLong reports whether a delivery may not go out any more then: its deadline, or the time at
// which its rule discards it, comes first.
func tooLong(d domain.Delivery, until time.Time) bool {
	if d.Late.Then == domain.LateSkip && until.After(d.Due.Add(d.Late.After)) {
		return true
	}
	return !d.Deadline.IsZero() && until.After(d.Deadline)
}

// told reports whether a delivery waited for a budget, as long as it was told. That is no lateness a
// person has to be asked about: it goes out as soon as the network allows it.
func told(d domain.Delivery) bool { return d.ErrorClass == budget.ClassBudget }

// promise takes note of what was promised to the attempt in its claim.
func (a *attempt) promise(list []domain.Spend) {
	a.promised = map[string]int{}
	for _, s := range list {
		a.promised[s.Key] += s.Points
	}
}

// take asks for what a request takes of the budgets, unless the claim was promised it already. If
// there is not enough, the attempt ends and the delivery waits.
func (a *attempt) take(ctx context.Context, u network.Use, r network.Request) error {
	host := network.HostOf(r.URL)
	if !a.terms.Mine(host) {
		return nil
	}
	if a.promised == nil {
		a.promise(nil)
	}
	var more []domain.Spend
	for _, s := range a.terms.Spends(u) {
		have := min(a.promised[s.Key], s.Points)
		a.promised[s.Key] -= have
		if s.Points -= have; s.Points > 0 {
			more = append(more, s)
		}
	}
	if len(more) == 0 {
		return nil
	}
	err := a.q.Store.Reserve(ctx, a.token, host, more)
	if _, wait := a.terms.WaitFor(err, time.Now()); wait {
		return a.end(err)
	}
	return err
}

// usage says what a finished request took and what its answer said of it.
func (a *attempt) usage(u network.Use, host string, reply network.Reply, fault bool) domain.Usage {
	return a.terms.Usage(u, host, reply, (fault || reply.Status >= 500) && !a.q.NoPauses)
}

// notNow returns what a delivery becomes whose attempt was stopped by a budget or a server's pause.
func (a *attempt) notNow(err error) (domain.Change, bool) {
	w, ok := a.terms.WaitFor(err, time.Now())
	if !ok {
		return domain.Change{}, false
	}
	c := domain.Change{State: domain.Waiting, WakeAt: w.Until, ErrorClass: w.Class, ErrorText: w.Text}
	if tooLong(a.d, w.Until) && !anyLive(a.segments) && !a.doubted {
		c = domain.Change{State: domain.Held, Reason: domain.HoldBudget, ErrorClass: w.Class, ErrorText: w.Text}
	}
	return c, true
}

// isWait reports whether an error only says that a budget or a server asks to wait.
func isWait(err error) bool {
	_, short := errors.AsType[*domain.BudgetError](err)
	_, paused := errors.AsType[*domain.PausedError](err)
	return short || paused
}
