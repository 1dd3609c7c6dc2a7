package api

import (
	"context"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"postbag/backend/domain"
	"postbag/backend/network"
	"postbag/backend/queue"
)

// MentionSearch asks for accounts that a text could name.
type MentionSearch struct {
	Prefix   string   `json:"prefix"` // what was typed after "@"
	Channels []string `json:"channels"`
}

// Mention is an account on the network of a channel.
type Mention struct {
	Channel string `json:"channel"`
	Handle  string `json:"handle"` // as it is written after "@"
	Name    string `json:"name"`   // "" if it has none
}

// mentionTime is how long a server may take: after it, the person has typed on.
const mentionTime = 4 * time.Second

// leastMention is how many characters a search needs; fewer would find anybody.
const leastMention = 2

// Mentions asks the servers of channels for accounts, all at once. A channel whose network cannot be
// asked, whose sign-in has run out or whose server does not answer gives none: what is known without
// it is offered all the same. No sign-in is renewed for this; only publishing does that.
func (s *PostService) Mentions(r MentionSearch) (_ []Mention, err error) {
	defer s.done(&err)
	prefix := strings.TrimLeft(strings.TrimSpace(r.Prefix), "@")
	if n := utf8.RuneCountInString(prefix); n < leastMention || n > 100 {
		return []Mention{}, nil
	}
	ctx, cancel := context.WithTimeout(s.ctx, mentionTime)
	defer cancel()
	found := make([][]Mention, len(r.Channels))
	var all sync.WaitGroup
	for i, id := range r.Channels {
		all.Go(func() { found[i] = s.mentions(ctx, domain.ChannelID(id), prefix) })
	}
	all.Wait()
	out := []Mention{}
	for _, list := range found {
		out = append(out, list...)
	}
	return out, nil
}

func (s *PostService) mentions(ctx context.Context, id domain.ChannelID, prefix string) []Mention {
	n, a, err := s.Accounts.Account(ctx, id)
	if err != nil {
		return nil
	}
	m, ok := n.(network.Mentioner)
	if !ok || !a.Expires.IsZero() && time.Now().After(a.Expires) {
		return nil
	}
	found, err := m.Mentions(ctx, queue.Direct{Carriers: s.Carriers}, a, prefix)
	if err != nil {
		return nil
	}
	out := make([]Mention, len(found))
	for i, one := range found {
		out[i] = Mention{Channel: string(id), Handle: one.Handle, Name: one.Name}
	}
	return out
}
