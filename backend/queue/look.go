package queue

import (
	"context"
	"errors"
	"fmt"
	"time"

	"postbag/backend/domain"
	"postbag/backend/network"
)

// How look-ups end besides domain.NoAnswer and domain.NotThere.
const (
	wasFound  = "found"
	wasNoSend = "not sent"
)

// asking makes one look-up: it is an attempt of its own in the journal, within its budget, and
// with a secret that is renewed once if it has run out. ask names how it ended; its reads go
// through reads{a}. A panic in it is an error nobody classified.
func (a *attempt) asking(ctx context.Context, ask func(ctx context.Context) (end string, err error)) error {
	ctx, cancel := context.WithTimeout(ctx, lookUpTimeout)
	defer cancel()
	look := a.terms.Spends(a.desc.UseOf("look", network.UseRead, a.plan))
	claim := domain.Claim{Token: domain.NewID(time.Now()), By: a.q.Me, Reserve: look, Host: a.terms.Host}
	if err := a.q.Store.BeginLookUp(ctx, a.d.ID, claim); err != nil {
		return err
	}
	a.promise(look)
	a.token, a.seen, a.steps = claim.Token, map[string]bool{}, map[string]domain.Step{}
	end, err := a.guarded(ctx, ask)
	if err != nil && network.KindOf(err) == network.Reauth && a.canRenew() {
		if err = a.renew(ctx); err == nil {
			a.seen = map[string]bool{}
			end, err = a.guarded(ctx, ask)
		}
	}
	if a.stop != nil { // whatever the network made of it
		err = a.stop
	}
	if err != nil {
		end = unusable(err)
	}
	if ended := a.q.Store.EndLookUp(context.WithoutCancel(ctx), a.token, end); ended != nil {
		return ended
	}
	return err
}

func (a *attempt) guarded(ctx context.Context, ask func(ctx context.Context) (string, error)) (end string, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("looking panicked: %v", p)
		}
	}()
	return ask(ctx)
}

// unusable names the end of a look-up that failed. Doubt counts those with domain.NoAnswer.
func unusable(err error) string {
	if network.KindOf(err) == network.NotSent || isWait(err) {
		return wasNoSend
	}
	return domain.NoAnswer
}

// noted journals a look-up that could not even begin.
func (a *attempt) noted(ctx context.Context, why error) error {
	claim := domain.Claim{Token: domain.NewID(time.Now()), By: a.q.Me}
	if err := a.q.Store.BeginLookUp(ctx, a.d.ID, claim); err != nil {
		return err
	}
	if err := a.q.Store.EndLookUp(ctx, claim.Token, unusable(why)); err != nil {
		return err
	}
	return a.unanswered(ctx, why)
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

// errNoWord is what a look-up ends with whose answer is certain and says nothing yet.
var errNoWord = errors.New("the network does not say yet what became of it")
