package queue

import (
	"context"
	"errors"
	"fmt"
	"time"

	"postbag/backend/domain"
	"postbag/backend/network"
)

// How long a change of what is live may take, and how long after a lost answer it is asked for once more.
const (
	askTimeout = 2 * time.Minute
	askAgain   = 2 * time.Second
)

// asker asks a network for a change of what is live that makes nothing twice, however often it is asked for.
type asker struct {
	accounts Accounts
	carriers Carriers
}

// wish is one request for such a change.
type wish func(ctx context.Context, c network.Calls, a network.Account) error

// ask asks the network, with a secret that is renewed where it has run out, and once more after a
// lost answer. What then proves a refusal proves nothing of the first request: that stays in doubt. The
// calls that it gets cannot publish, and end after two minutes.
func (q asker) ask(ctx context.Context, channel domain.ChannelID, n network.Network, a network.Account, ask wish) error {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	_, renews := n.(network.Refresher)
	if renews && !a.Expires.IsZero() && time.Until(a.Expires) < refreshAhead {
		if fresh, err := Renew(ctx, q.accounts, q.carriers, channel, a, nil); err == nil {
			a = fresh
		}
	}
	err := q.once(ctx, a, ask)
	if network.KindOf(err) == network.Reauth && renews {
		fresh, failed := Renew(ctx, q.accounts, q.carriers, channel, a, nil)
		if failed == nil {
			a = fresh
			err = q.once(ctx, a, ask)
		}
	}
	switch network.KindOf(err) {
	case network.Reauth:
		if failed := q.accounts.SignedOut(context.WithoutCancel(ctx), channel); failed != nil {
			return errors.Join(err, failed)
		}
	case network.Ambiguous:
		select {
		case <-ctx.Done():
			return err
		case <-time.After(askAgain):
		}
		if q.once(ctx, a, ask) == nil {
			return nil
		}
	case network.NotSent, network.Rejected, network.Throttled, "":
	}
	return err
}

// once asks once. A panic is an error nobody classified.
func (q asker) once(ctx context.Context, a network.Account, ask wish) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("changing what is live panicked: %v", r)
		}
	}()
	return ask(ctx, Direct{Carriers: q.carriers}, a)
}

// outcomeOf says what an error of a change means, with the network's own code and its words.
func outcomeOf(err error) (outcome domain.Outcome, code, message string) {
	switch network.KindOf(err) {
	case "":
		outcome = domain.OutcomeAccepted
	case network.NotSent:
		outcome = domain.OutcomeNotSent
	case network.Rejected:
		outcome = domain.OutcomeRejected
	case network.Throttled:
		outcome = domain.OutcomeThrottled
	case network.Reauth:
		outcome = domain.OutcomeReauth
	case network.Ambiguous:
		outcome = domain.OutcomeAmbiguous
	}
	if e, ok := errors.AsType[*network.Error](err); ok {
		return outcome, network.Printable(e.Code), network.Printable(e.Message)
	}
	if err != nil {
		message = network.Printable(sentence(err))
	}
	return outcome, "", message
}
