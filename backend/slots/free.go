package slots

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"postbag/backend/domain"
	"postbag/backend/queue"
)

// Free is one way to put a post in line: a time for each of its channels.
type Free struct {
	At    time.Time // the earliest of them
	Turns []Turn    // one a channel, in the order asked
}

// Turn is when a post would go out to one channel.
type Turn struct {
	Channel domain.ChannelID
	Occurrence
	Own bool // the channel has a slot then; without, it goes with the others

	alone bool // nothing else may be put into the slot
}

// free returns a channel's occurrences after from, of all its slot sets, without those that are
// taken.
func (s *Service) free(ctx context.Context, channel domain.ChannelID, from time.Time, days int) ([]Occurrence, error) {
	all, err := s.Preview(ctx, channel, from, days)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	taken, err := s.Store.Occupied(ctx, channel, from.Add(-2*time.Hour))
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(all, func(o Occurrence) bool { return slices.ContainsFunc(taken, o.holds) }), nil
}

// holds reports whether a delivery sits in this occurrence: planned there by its wall time, or at
// its very instant.
func (o Occurrence) holds(d domain.Delivery) bool {
	sits := d.DueWall == o.Wall && d.DueZone == o.Zone && d.DueShift.Abs() <= time.Hour
	return sits || d.Due.Equal(o.At) || d.Due.Equal(o.Base)
}

// Preview returns the occurrences of a channel's slot sets in the days after from, in order;
// those of two sets at one instant once.
func (s *Service) Preview(ctx context.Context, channel domain.ChannelID, from time.Time, days int) ([]Occurrence, error) {
	sets, err := s.Store.SlotSets(ctx, channel)
	if err != nil {
		return nil, err
	}
	all := []Occurrence{}
	for _, set := range sets {
		z, err := s.Zones.Load(set.Zone)
		if err != nil {
			return nil, fmt.Errorf("slots %q: %w", set.Name, err)
		}
		all = append(all, Expand(set, z, from, days)...)
	}
	slices.SortStableFunc(all, func(a, b Occurrence) int { return a.At.Compare(b.At) })
	return slices.CompactFunc(all, func(a, b Occurrence) bool { return a.Base.Equal(b.Base) }), nil
}

// TakenIn returns what sits in a channel's occurrence, "" if it is free.
func (s *Service) TakenIn(ctx context.Context, channel domain.ChannelID, from time.Time, list []Occurrence) ([]domain.PostID, error) {
	taken, err := s.Store.Occupied(ctx, channel, from.Add(-2*time.Hour))
	if err != nil {
		return nil, err
	}
	posts := make([]domain.PostID, len(list))
	for i, o := range list {
		if at := slices.IndexFunc(taken, o.holds); at >= 0 {
			posts[i] = taken[at].Post
		}
	}
	return posts, nil
}

// NextFree returns the next ways, at most count, to put a post in line for channels after from.
// Each channel gets the first free slot of its own that is not before the way's beginning, so
// one post's times stay together; a channel without slots goes at the beginning. offsets, where
// given, come on top. There are none if no channel has slots.
func (s *Service) NextFree(ctx context.Context, channels []domain.ChannelID, offsets map[domain.ChannelID]time.Duration, from time.Time, count int) ([]Free, error) {
	of := map[domain.ChannelID][]Occurrence{}
	var starts []Occurrence
	for _, c := range channels {
		list, err := s.free(ctx, c, from, Horizon)
		if err != nil {
			return nil, err
		}
		of[c] = list
		starts = append(starts, list...)
	}
	slices.SortStableFunc(starts, func(a, b Occurrence) int { return a.At.Compare(b.At) })
	ways := []Free{}
	for _, start := range starts {
		way, ok := oneWay(channels, of, offsets, start)
		if !ok || slices.ContainsFunc(ways, way.shares) {
			continue
		}
		if ways = append(ways, way); len(ways) == count {
			break
		}
	}
	return ways, nil
}

// oneWay gives each channel its first slot from start on. It fails if a channel that has slots
// has none left.
func oneWay(channels []domain.ChannelID, of map[domain.ChannelID][]Occurrence, offsets map[domain.ChannelID]time.Duration, start Occurrence) (Free, bool) {
	var way Free
	for _, c := range channels {
		turn := Turn{Channel: c, Occurrence: start}
		if len(of[c]) > 0 {
			at := slices.IndexFunc(of[c], func(o Occurrence) bool { return !o.At.Before(start.At) })
			if at < 0 {
				return way, false
			}
			turn.Occurrence, turn.Own = of[c][at], true
		}
		if after := offsets[c]; after != 0 {
			turn.Occurrence = Occurrence{At: turn.At.Add(after), Base: turn.At.Add(after), Rule: Exact}
			turn.Own = false
		}
		if way.At.IsZero() || turn.At.Before(way.At) {
			way.At = turn.At
		}
		way.Turns = append(way.Turns, turn)
	}
	return way, true
}

// shares reports whether two ways use the same slot of a channel: then they are hardly a choice.
func (f Free) shares(o Free) bool {
	for i, t := range f.Turns {
		if t.Own && o.Turns[i].Own && t.Base.Equal(o.Turns[i].Base) {
			return true
		}
	}
	return f.At.Equal(o.At)
}

// Schedule plans a post for its turns, all or none.
func (s *Service) Schedule(ctx context.Context, post domain.Post, turns []Turn, deadline time.Time) ([]domain.Delivery, error) {
	planned := make([]queue.Turn, len(turns))
	for i, t := range turns {
		if !deadline.IsZero() && t.At.After(deadline) {
			return nil, &domain.FieldError{Field: "notAfter", Message: "it would go out after the last time you allow"}
		}
		planned[i] = queue.Turn{Channel: t.Channel, When: t.when(deadline)}
		if t.alone {
			planned[i].Slot = t.Base
		}
	}
	return s.Planner.PlanTurns(ctx, post, planned)
}

func (o Occurrence) when(deadline time.Time) queue.When {
	w := queue.When{Due: o.At, Deadline: deadline}
	if !o.Wall.IsZero() {
		w.Wall, w.Zone, w.Rule, w.Shift = o.Wall, o.Zone, string(o.Rule), o.At.Sub(o.Base)
	}
	return w
}

// InLine plans a post in its channels' next free slots, all or none. Channels are all of the
// post's if none are given. Without any slot it is a domain.ErrNotAllowed. A slot is taken in the
// transaction that plans the post: where another process was first, the next one is tried.
func (s *Service) InLine(ctx context.Context, post domain.Post, channels []domain.ChannelID, offsets map[domain.ChannelID]time.Duration, deadline time.Time) ([]domain.Delivery, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(channels) == 0 {
		for _, v := range post.Variants {
			channels = append(channels, v.Channel)
		}
	}
	for try := 1; ; try++ {
		ways, err := s.NextFree(ctx, channels, offsets, time.Now(), 1)
		if err != nil {
			return nil, err
		}
		if len(ways) == 0 {
			return nil, fmt.Errorf("no channel of this post has a free slot in the next %d days: %w", Horizon, domain.ErrNotAllowed)
		}
		planned, err := s.Schedule(ctx, post, alone(ways[0].Turns), deadline)
		if !errors.Is(err, domain.ErrSlotTaken) || try == mostTries {
			return planned, err
		}
	}
}

// mostTries is how often a slot is looked for while other processes take them away.
const mostTries = 100

// alone keeps the slots of turns from everybody else.
func alone(turns []Turn) []Turn {
	out := slices.Clone(turns)
	for i := range out {
		out[i].alone = out[i].Own
	}
	return out
}

// LateSlot returns when a late delivery whose rule moves it goes out: in its channel's first free
// slot from now on. It reports false if there is none.
func (s *Service) LateSlot(ctx context.Context, d domain.Delivery) (queue.When, bool, error) {
	list, err := s.free(ctx, d.Channel, time.Now(), Horizon)
	if err != nil || len(list) == 0 {
		return queue.When{}, false, err
	}
	w := list[0].when(time.Time{})
	w.Slot = list[0].Base
	return w, true, nil
}
