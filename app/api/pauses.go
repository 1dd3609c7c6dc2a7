package api

import (
	"cmp"
	"slices"
	"time"

	"postbag/backend/budget"
	"postbag/backend/domain"
)

// Pause is why nothing goes out to some channels of a workspace until a time. It ends by itself.
type Pause struct {
	Reason   string         `json:"reason"`  // "server": it failed too often and is left alone; "limit": the network takes no more for now
	Host     string         `json:"host"`    // the server, "" where the network has none that is known
	Network  string         `json:"network"` // its name, for people
	Channels []PauseChannel `json:"channels"`
	UntilMs  int64          `json:"untilMs"`
	Waiting  int            `json:"waiting"` // posts that are due there before it ends
}

// PauseChannel is a channel that waits.
type PauseChannel struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Every reason of a pause.
const (
	pauseServer = "server"
	pauseLimit  = "limit"
)

// Pauses says which channels of a workspace nothing goes out to for a while, since a server failed
// too often or a network's limit is reached, and what waits for them. What ends first is first.
func (s *QueueService) Pauses(workspace string) (_ []Pause, err error) {
	defer s.done(&err)
	now := time.Now()
	channels, err := s.DB.Channels(s.ctx, domain.WorkspaceID(workspace))
	if err != nil {
		return nil, err
	}
	resting, err := s.DB.Pauses(s.ctx, now)
	if err != nil {
		return nil, err
	}
	book := budget.Book{Channels: s.DB, Networks: s.Networks}
	list := []Pause{}
	add := func(p Pause, c domain.Channel) {
		i := slices.IndexFunc(list, func(o Pause) bool {
			return o.Reason == p.Reason && o.Host == p.Host && o.Network == p.Network && o.UntilMs == p.UntilMs
		})
		if i < 0 {
			i, list = len(list), append(list, p)
		}
		list[i].Channels = append(list[i].Channels, PauseChannel{ID: string(c.ID), Name: c.Label()})
	}
	for _, c := range channels {
		if _, known := s.Networks.Get(c.Network); !known {
			continue // a newer Postbag made it
		}
		terms, err := book.Terms(s.ctx, c.ID)
		if err != nil {
			return nil, err
		}
		for _, r := range resting {
			if terms.Host == r.Host {
				add(Pause{Reason: pauseServer, Host: r.Host, Network: terms.Name, UntilMs: millis(r.Until)}, c)
			}
		}
		until, reached, err := terms.Reached(s.ctx, s.DB, now)
		if err != nil {
			return nil, err
		}
		if reached {
			add(Pause{Reason: pauseLimit, Host: terms.Host, Network: terms.Name, UntilMs: millis(until)}, c)
		}
	}
	for i, p := range list {
		ids := make([]domain.ChannelID, len(p.Channels))
		for j, c := range p.Channels {
			ids[j] = domain.ChannelID(c.ID)
		}
		if list[i].Waiting, err = s.DB.DueBy(s.ctx, ids, time.UnixMilli(p.UntilMs)); err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(list, func(a, b Pause) int { return cmp.Compare(a.UntilMs, b.UntilMs) })
	return list, nil
}
