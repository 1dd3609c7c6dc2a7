package wiring

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"postbag/backend/domain"
	"postbag/backend/network"
	"postbag/backend/secrets"
	"postbag/backend/store"
)

// kindAccount and kindReply name what is sealed, as part of the seal.
const (
	kindAccount = "account"
	kindReply   = "reply"
)

// Accounts gives networks the identity and secret behind a channel, and keeps what they renew.
type Accounts struct {
	db       *store.DB
	vault    *secrets.Vault
	networks *network.Registry
}

// Account opens a channel for one attempt. A channel that was removed, or whose secret cannot be
// opened any more, is an error of kind network.Reauth; a keychain that does not answer is not.
func (s *Accounts) Account(ctx context.Context, id domain.ChannelID) (network.Network, network.Account, error) {
	c, err := s.db.Channel(ctx, id)
	if err != nil {
		return nil, network.Account{}, fmt.Errorf("channel %s: %w", id, err)
	}
	n, ok := s.networks.Get(c.Network)
	if !ok {
		return nil, network.Account{}, fmt.Errorf("this Postbag does not know the network %q", c.Network)
	}
	a := network.Account{
		RemoteID: c.RemoteID, Handle: c.Handle, Name: c.Name, Server: c.Server, Folder: string(c.ID), Options: c.Options,
	}
	if c.Limits != nil {
		a.Limits = &network.Limits{}
		if err := json.Unmarshal(c.Limits, a.Limits); err != nil {
			return nil, a, fmt.Errorf("limits of channel %s: %w", id, err)
		}
	}
	if c.State == domain.ChannelRemoved {
		return n, a, &network.Error{Kind: network.Reauth, Message: "This channel was removed."}
	}
	sealed, err := s.db.Secret(ctx, id, kindAccount)
	if errors.Is(err, domain.ErrNotFound) {
		return n, a, nil // networks without a sign-in
	}
	if err != nil {
		return nil, a, err
	}
	plain, err := s.vault.Open(ctx, secrets.AAD{Account: string(id), Kind: kindAccount, Version: int64(sealed.Version)}, sealed.Sealed)
	switch {
	case errors.Is(err, secrets.ErrKeyLost), errors.Is(err, secrets.ErrSealBroken):
		return n, a, &network.Error{Kind: network.Reauth, Message: "The key of this sign-in is gone. Sign in again.", Err: err}
	case err != nil:
		return nil, a, err
	}
	a.Secret, a.Expires = network.NewSecret(string(plain)), timeOf(sealed.ExpiresMs)
	clear(plain)
	return n, a, nil
}

// Connected stores what a connect conversation ended with as a channel of a workspace. A demo
// takes only networks that reach nobody, whoever asks: this is the one place where channels begin.
func (s *Accounts) Connected(ctx context.Context, w domain.WorkspaceID, networkID string, a network.Account) (domain.Channel, error) {
	space, err := s.db.Workspace(ctx, w)
	if err != nil {
		return domain.Channel{}, err
	}
	if space.Demo && !s.reachesNobody(networkID) {
		return domain.Channel{}, fmt.Errorf("the demo takes no real channel, make a workspace of your own: %w", domain.ErrNotAllowed)
	}
	c := domain.Channel{
		Workspace: w, Network: networkID, RemoteID: a.RemoteID, Handle: a.Handle, Name: a.Name, Server: a.Server, Options: a.Options,
	}
	if a.Limits != nil {
		limits, err := json.Marshal(a.Limits)
		if err != nil {
			return c, fmt.Errorf("limits of %s: %w", a.Handle, err)
		}
		c.Limits = limits
	}
	if a.Secret.IsZero() {
		return s.db.SaveChannel(ctx, c, "", 0, nil)
	}
	// A keychain may ask a person; the transaction must not wait for that.
	if err := s.vault.Unlock(ctx); err != nil {
		return c, err
	}
	return s.db.SaveChannel(ctx, c, kindAccount, msOf(a), s.seal(ctx, a))
}

func (s *Accounts) reachesNobody(networkID string) bool {
	n, ok := s.networks.Get(networkID)
	if !ok {
		return false
	}
	d := n.Describe()
	return d.Rehearsal || d.Local && !d.ByHand
}

// Expires returns when a channel's sign-in ends, zero if that is not known.
func (s *Accounts) Expires(ctx context.Context, id domain.ChannelID) (time.Time, error) {
	ms, err := s.db.SecretExpiry(ctx, id, kindAccount)
	return timeOf(ms), err
}

func (s *Accounts) seal(ctx context.Context, a network.Account) func(domain.ChannelID, int) ([]byte, error) {
	return func(id domain.ChannelID, version int) ([]byte, error) {
		return s.vault.Seal(ctx, secrets.AAD{Account: string(id), Kind: kindAccount, Version: int64(version)}, []byte(a.Secret.Reveal()))
	}
}

// How long one renewal keeps others waiting: a renewal is one short request, and who died over one
// must not keep an account from publishing for long.
const (
	renewalLife  = 2 * time.Minute
	renewalWait  = 30 * time.Second
	renewalAgain = 50 * time.Millisecond
)

// Renewing waits until this process alone renews the channel's secret. One that waited in vain fails
// with network.NotSent: later will do.
func (s *Accounts) Renewing(ctx context.Context, id domain.ChannelID) (done func(), err error) {
	token := domain.NewID(time.Now())
	for begun := time.Now(); ; {
		ours, err := s.db.BeginRenewal(ctx, id, token, renewalLife)
		if err != nil {
			return nil, fmt.Errorf("renew channel %s: %w", id, err)
		}
		if ours {
			return func() { _ = s.db.EndRenewal(context.WithoutCancel(ctx), token) }, nil // or its life ends it
		}
		if time.Since(begun) > renewalWait {
			return nil, &network.Error{Kind: network.NotSent, Message: "Another Postbag on this data folder is renewing this sign-in."}
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(renewalAgain):
		}
	}
}

// Renewed stores a renewed secret before it is used.
func (s *Accounts) Renewed(ctx context.Context, id domain.ChannelID, a network.Account) error {
	if err := s.vault.Unlock(ctx); err != nil {
		return err
	}
	return s.db.PutSecret(ctx, id, kindAccount, msOf(a), s.seal(ctx, a))
}

// SignedOut notes that a channel must be signed in again.
func (s *Accounts) SignedOut(ctx context.Context, id domain.ChannelID) error {
	return s.db.SetChannelState(ctx, id, domain.ChannelReauth)
}

// SealReply keeps an answer of a finished step unreadable.
func (s *Accounts) SealReply(ctx context.Context, id domain.ChannelID, plain []byte) ([]byte, error) {
	return s.vault.Seal(ctx, secrets.AAD{Account: string(id), Kind: kindReply}, plain)
}

// OpenReply gives a kept answer back.
func (s *Accounts) OpenReply(ctx context.Context, id domain.ChannelID, sealed []byte) ([]byte, error) {
	return s.vault.Open(ctx, secrets.AAD{Account: string(id), Kind: kindReply}, sealed)
}

// linked returns the receipt of the post of a channel at an address, without its id where the
// channel's network cannot tell one from an address.
func (s *Accounts) linked(ctx context.Context, id domain.ChannelID, link string) (network.Receipt, bool, error) {
	n, account, err := s.Account(ctx, id)
	if n == nil {
		return network.Receipt{}, false, err
	}
	linker, ok := n.(network.Linker)
	if !ok {
		return network.Receipt{URL: link}, true, nil
	}
	receipt, ok := linker.Linked(account, link)
	return receipt, ok, nil
}
