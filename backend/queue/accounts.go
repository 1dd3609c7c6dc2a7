package queue

import (
	"context"
	"fmt"

	"postbag/backend/domain"
	"postbag/backend/network"
)

// Accounts gives the queue the identity behind a channel for one attempt.
type Accounts interface {
	// Account opens a channel's secret. A channel that must be signed in again, or has no secret
	// where its network needs one, is an error with kind network.Reauth.
	Account(ctx context.Context, id domain.ChannelID) (network.Network, network.Account, error)
	// Renewing waits until nobody else renews the channel's secret, in any process of this data
	// folder, and keeps others waiting until done is called.
	Renewing(ctx context.Context, id domain.ChannelID) (done func(), err error)
	// Renewed stores an account's renewed secret before it is used.
	Renewed(ctx context.Context, id domain.ChannelID, a network.Account) error
	// SignedOut notes that a channel must be signed in again.
	SignedOut(ctx context.Context, id domain.ChannelID) error
}

// Renew gets a channel a new secret and stores it before anybody uses it. In all processes of a data
// folder one renews at a time, and who comes second gets what the first one got: many servers end
// the old secret with its first use. A wish to stop does not tear it, or the account would be lost
// with the answer. insist, if set, repeats the storing.
func Renew(ctx context.Context, accounts Accounts, carriers Carriers, id domain.ChannelID, used network.Account,
	insist func(what string, write func() error) error,
) (network.Account, error) {
	keep := context.WithoutCancel(ctx)
	done, err := accounts.Renewing(ctx, id)
	if err != nil {
		return used, err
	}
	defer done()
	n, now, err := accounts.Account(keep, id)
	if err != nil {
		return used, err
	}
	if now.Secret != used.Secret {
		return now, nil
	}
	refresher, ok := n.(network.Refresher)
	if !ok {
		return used, fmt.Errorf("channel %s: its network renews no secrets", id)
	}
	fresh, err := refresher.Refresh(keep, Direct{Carriers: carriers}, now)
	if network.KindOf(err) == network.Reauth {
		// A person may have signed in meanwhile, which ended the one used here.
		if _, other, failed := accounts.Account(keep, id); failed == nil && other.Secret != used.Secret {
			return other, nil
		}
	}
	if err != nil {
		return used, fmt.Errorf("renew the sign-in: %w", err)
	}
	store := func() error { return accounts.Renewed(keep, id, fresh) }
	if insist == nil {
		return fresh, store()
	}
	return fresh, insist("a renewed sign-in", store)
}
