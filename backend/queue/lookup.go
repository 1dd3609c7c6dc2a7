package queue

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"postbag/backend/domain"
	"postbag/backend/network"
	"postbag/backend/network/match"
)

// When look-ups are made in a network that can only be searched: the first after two minutes (or
// the network's own quarantine), the second after five times as long.
const (
	firstLook  = 2 * time.Minute
	secondLook = 5 // times the first
	minLooks   = 2
	rivalSlack = time.Hour // requests in doubt so much older can have made the same post, too
)

// sight is what a look-up in a list saw.
type sight struct {
	exact, near []network.Seen // that belong to nobody else yet
	complete    bool           // nothing of the time is missing
	listed      int
}

// askList settles doubt by comparing the account's own posts with what was sent. Exactly one that
// can be nobody else's is adopted. What is not found stays in doubt, unless the network has a
// proved bound after which nothing is accepted any more.
func (a *attempt) askList(ctx context.Context) error {
	var s sight
	var rivals int
	err := a.asking(ctx, func(ctx context.Context) (end string, err error) {
		if s, err = a.listed(ctx); err != nil {
			return "", err
		}
		if rivals, err = a.rivals(ctx); err != nil {
			return "", err
		}
		if len(s.exact) > 0 {
			return wasFound, nil
		}
		return domain.NotThere, nil
	})
	if err != nil {
		return a.unanswered(ctx, err)
	}
	switch {
	case len(s.exact) == 1 && rivals == 0:
		return a.adopt(ctx, s.exact[0].Receipt, "found among the account's posts")
	case len(s.exact) > 1:
		return a.giveUp(ctx, fmt.Sprintf("%d posts there look exactly like it: %s", len(s.exact), links(s.exact)))
	case len(s.exact) == 1:
		return a.giveUp(ctx, "a post there looks exactly like it, and may be that of another delivery with the same text that is in doubt: "+links(s.exact))
	}
	if wait := a.nextLook(); wait > 0 {
		return a.q.Store.Postpone(ctx, a.d.ID, time.Now().Add(wait), a.class(), a.d.ErrorText)
	}
	return a.notFound(ctx, s)
}

// nextLook returns how long until the network is asked once more, zero after the last look.
func (a *attempt) nextLook() time.Duration {
	last := max(secondLook*a.recon.Quarantine, a.recon.Bound+a.recon.Consistency)
	left := a.q.quarantine(a.doubt, last)
	if a.doubt.Absents+1 < minLooks { // this one is not in the doubt that was read before it
		left = max(left, a.recon.Quarantine)
	}
	return left
}

// notFound ends the search.
func (a *attempt) notFound(ctx context.Context, s sight) error {
	seen := fmt.Sprintf("looked %d times, and it is not among the account's %d latest posts", a.doubt.Absents+1, s.listed)
	switch {
	case len(s.near) > 0:
		return a.giveUp(ctx, seen+"; this may be it all the same: "+links(s.near))
	case a.recon.Bound <= 0 || !s.complete || a.doubt.Count >= maxSameKey:
		return a.giveUp(ctx, seen+"; that does not prove that it is not there")
	}
	return a.absent(ctx, fmt.Sprintf("%s; the network accepts nothing %s after it was sent", seen, a.recon.Bound))
}

// listed looks at the account's posts since the first request that is in doubt.
func (a *attempt) listed(ctx context.Context) (s sight, err error) {
	lister, ok := a.network.(network.Lister)
	if !ok {
		return a.found(ctx)
	}
	since := a.doubt.Since
	list, err := lister.List(ctx, reads{a}, a.account, a.plan, since.Add(-match.Slack))
	if err != nil {
		return s, err
	}
	want := match.Of(a.plan, a.doubt.Segment)
	want.Since, want.Until = since, time.Now()
	exact, near := match.Posts(want, list.Posts)
	s.complete, s.listed = list.Complete, len(list.Posts)
	if s.exact, err = a.free(ctx, exact); err != nil {
		return s, err
	}
	s.near, err = a.free(ctx, near)
	return s, err
}

// found asks a network that compares by itself.
func (a *attempt) found(ctx context.Context) (s sight, err error) {
	finder, ok := a.network.(network.Finder)
	if !ok {
		return s, &network.Error{Kind: network.Ambiguous, Message: "this network cannot list its posts"}
	}
	receipt, found, err := finder.Find(ctx, reads{a}, a.account, a.plan)
	s.complete = true // that is what its no means
	if err == nil && found {
		s.exact, err = a.free(ctx, []network.Seen{{Receipt: receipt}})
		if len(s.exact) == 0 {
			s.complete = false // it may have stopped at the other one
		}
	}
	return s, err
}

// free leaves out what is known to be another delivery's post, or another part of this one.
func (a *attempt) free(ctx context.Context, list []network.Seen) (left []network.Seen, err error) {
	for _, s := range list {
		taken, err := a.q.Store.Taken(ctx, a.d.ID, s.Receipt.RemoteID, s.Receipt.URL)
		if err != nil {
			return nil, err
		}
		for _, own := range a.segments {
			taken = taken || own.State == domain.SegmentPublished && own.RemoteID != "" && own.RemoteID == s.Receipt.RemoteID
		}
		if !taken {
			left = append(left, s)
		}
	}
	return left, nil
}

// rivals counts the other requests in doubt whose post cannot be told from this one's.
func (a *attempt) rivals(ctx context.Context) (n int, err error) {
	list, err := a.q.Store.Rivals(ctx, a.d.ID, a.doubt.Since.Add(-rivalSlack))
	if err != nil {
		return 0, err
	}
	mine := match.Of(a.plan, a.doubt.Segment)
	for _, r := range list {
		var p network.Plan
		if err := json.Unmarshal(r.Plan, &p); err != nil {
			return 0, fmt.Errorf("plan of delivery %s: %w", r.Delivery, err)
		}
		if match.Same(mine, match.Of(p, r.Segment)) {
			n++
		}
	}
	return n, nil
}

// links lists where posts can be seen, three at most.
func links(list []network.Seen) string {
	var urls []string
	for _, s := range list[:min(len(list), 3)] {
		link := s.Receipt.URL
		if link == "" {
			link = s.Receipt.RemoteID
		}
		urls = append(urls, network.Printable(link))
	}
	return strings.Join(urls, ", ")
}
