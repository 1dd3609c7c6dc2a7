package api

import (
	"encoding/json"
	"fmt"
	"sync"

	"postbag/backend/domain"
	"postbag/backend/network"
	"postbag/backend/queue"
)

// ChannelService connects accounts, tests them and lets them go.
type ChannelService struct {
	*base
	mu    sync.Mutex
	talks map[string]*talk
}

// Channel is one account on one network.
type Channel struct {
	ID      string `json:"id"`
	Network string `json:"network"`
	Handle  string `json:"handle"`
	Name    string `json:"name"`
	Server  string `json:"server"`
	State   string `json:"state"` // "ready", "paused", "reauth"
	Local   bool   `json:"local"` // publishes on this machine alone

	Workspace   string `json:"workspace"`
	NetworkName string `json:"networkName"`
	Title       string `json:"title"`    // a person's own name for it; "" follows the network's. Name is what to show
	PausedMs    int64  `json:"pausedMs"` // since when its posts wait; 0: not paused
}

// List returns a workspace's channels, oldest first.
func (s *ChannelService) List(workspace string) (_ []Channel, err error) {
	defer s.done(&err)
	list, err := s.DB.Channels(s.ctx, domain.WorkspaceID(workspace))
	if err != nil {
		return nil, err
	}
	out := make([]Channel, len(list))
	for i, c := range list {
		out[i] = s.channelOf(c)
	}
	return out, nil
}

func (s *ChannelService) channelOf(c domain.Channel) Channel {
	out := Channel{
		ID: string(c.ID), Network: c.Network, Handle: c.Handle, Name: c.Label(), Server: c.Server, State: string(c.State),
		Workspace: string(c.Workspace), NetworkName: c.Network, Title: c.Title, PausedMs: millis(c.PausedAt),
	}
	if c.State == domain.ChannelReady && !c.PausedAt.IsZero() {
		out.State = "paused"
	}
	if n, ok := s.Networks.Get(c.Network); ok {
		d := n.Describe()
		out.Local, out.NetworkName = d.Local, d.Name
	}
	return out
}

// Test asks the network whether a channel still works, and keeps what its server now says of its
// limits. A channel that must be signed in again is returned with that state, not as an error.
func (s *ChannelService) Test(id string) (_ Channel, err error) {
	defer s.done(&err)
	channel := domain.ChannelID(id)
	state, err := s.verify(channel)
	if err != nil {
		return Channel{}, err
	}
	if err := s.DB.SetChannelState(s.ctx, channel, state); err != nil {
		return Channel{}, err
	}
	c, err := s.DB.Channel(s.ctx, channel)
	if err != nil {
		return Channel{}, err
	}
	s.Events.Changed(TopicChannels, []string{id})
	return s.channelOf(c), nil
}

func (s *ChannelService) verify(id domain.ChannelID) (domain.ChannelState, error) {
	n, a, err := s.Accounts.Account(s.ctx, id)
	if err != nil {
		return signedOut(err)
	}
	calls := queue.Direct{Carriers: s.Carriers}
	if verifier, ok := n.(network.Verifier); ok {
		_, err = verifier.Verify(s.ctx, calls, a)
		if _, can := n.(network.Refresher); can && err != nil && network.KindOf(err) == network.Reauth {
			if a, err = queue.Renew(s.ctx, s.Accounts, s.Carriers, id, a, nil); err == nil {
				_, err = verifier.Verify(s.ctx, calls, a)
			}
		}
		if err != nil {
			return signedOut(err)
		}
	}
	limiter, ok := n.(network.Limiter)
	if !ok {
		return domain.ChannelReady, nil
	}
	limits, err := limiter.Limits(s.ctx, calls, a)
	if err != nil {
		return "", err
	}
	body, err := json.Marshal(limits)
	if err != nil {
		return "", fmt.Errorf("limits of channel %s: %w", id, err)
	}
	return domain.ChannelReady, s.DB.SaveLimits(s.ctx, id, body)
}

// signedOut tells "sign in again" from all other failures.
func signedOut(err error) (domain.ChannelState, error) {
	if network.KindOf(err) == network.Reauth {
		return domain.ChannelReauth, nil
	}
	return "", err
}

// Remove forgets a channel's sign-in and takes its planned posts out of the queue. What was
// published stays in the history.
func (s *ChannelService) Remove(id string) (err error) {
	defer s.done(&err)
	if err := s.DB.RemoveChannel(s.ctx, domain.ChannelID(id)); err != nil {
		return err
	}
	s.Events.Changed(TopicChannels, []string{id})
	return nil
}
