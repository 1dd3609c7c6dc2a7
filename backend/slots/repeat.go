package slots

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"postbag/backend/domain"
	"postbag/backend/queue"
)

// ruleChanged marks a delivery that was taken out of the queue because its repeat no longer has
// it. Only such an occurrence is planned again when the rule has it once more; one that a person
// took out stays out.
const ruleChanged = "rule_changed"

// SetRepeat keeps how a post repeats and plans its next days. What was planned by an earlier
// rule and is no longer in this one leaves the queue.
func (s *Service) SetRepeat(ctx context.Context, r domain.Repeat) (domain.Repeat, error) {
	if err := s.CheckRepeat(r); err != nil {
		return r, err
	}
	post, err := s.Posts.Get(ctx, r.Post)
	if err != nil {
		return r, err
	}
	for _, o := range r.Offsets {
		if !slices.ContainsFunc(post.Variants, func(v domain.Variant) bool { return v.Channel == o.Channel }) {
			return r, &domain.FieldError{Field: "channels", Message: "this post does not go to that channel"}
		}
	}
	if r, err = s.Store.SaveRepeat(ctx, r); err != nil {
		return r, err
	}
	return r, s.expandOne(ctx, r)
}

// CheckRepeat refuses a repeat that makes no sense, with a domain.FieldError.
func (s *Service) CheckRepeat(r domain.Repeat) error {
	if _, err := s.Zones.Load(r.Zone); err != nil {
		return err
	}
	bad := func(field, format string, args ...any) error {
		return &domain.FieldError{Field: field, Message: fmt.Sprintf(format, args...)}
	}
	switch {
	case !r.First.Valid():
		return bad("first", "the first day does not exist")
	case r.Minute < 0 || r.Minute >= 24*60:
		return bad("minute", "the time is not one of a day")
	case r.Unit != domain.RepeatDay && r.Unit != domain.RepeatWeek && r.Unit != domain.RepeatMonth:
		return bad("unit", "it repeats by day, week or month")
	case r.Every < 1 || r.Every > 366:
		return bad("every", "it repeats every 1 to 366 days, weeks or months")
	case !r.Last.IsZero() && (!r.Last.Valid() || r.Last.Before(r.First)):
		return bad("last", "the last day is before the first")
	case r.Times < 0 || r.Times > 10000:
		return bad("times", "it goes out from 1 to 10,000 times, or without end")
	case r.Spread < 0 || r.Spread > time.Hour:
		return bad("spread", "it may be up to an hour early or late")
	}
	for _, day := range r.Weekdays {
		if day < 1 || day > 7 {
			return bad("weekdays", "weekdays are numbers from 1 for Monday to 7 for Sunday")
		}
	}
	for _, o := range r.Offsets {
		if o.After < 0 || o.After > 14*24*time.Hour {
			return bad("offsets", "a channel may follow up to 14 days later")
		}
	}
	return nil
}

// RemoveRepeat ends a post's repeat and takes its planned deliveries out of the queue.
func (s *Service) RemoveRepeat(ctx context.Context, post domain.PostID) error {
	if err := s.Store.RemoveRepeat(ctx, post); err != nil {
		return err
	}
	existing, err := s.Store.DeliveriesOf(ctx, post)
	if err != nil {
		return err
	}
	for _, d := range existing {
		if err := s.withdraw(ctx, d); err != nil {
			return err
		}
	}
	return nil
}

// Expand plans the next days of every repeat, and gives what was planned by a wall time the
// instant that this wall time is now: a zone's law, or its data, may have changed. It does what
// can be done and returns what could not, joined.
func (s *Service) Expand(ctx context.Context) error {
	repeats, err := s.Store.Repeats(ctx)
	if err != nil {
		return err
	}
	var failed []error
	for _, r := range repeats {
		err := s.expandOne(ctx, r)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			failed = append(failed, fmt.Errorf("repeat of post %s: %w", r.Post, err))
		}
		if why := troubleOf(err); why != r.Trouble {
			failed = append(failed, s.Store.RepeatTrouble(ctx, r.Post, why))
		}
	}
	return errors.Join(append(failed, s.realign(ctx))...)
}

func troubleOf(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// realign moves what waits for a wall time that has become another instant.
func (s *Service) realign(ctx context.Context) error {
	list, err := s.Store.Walled(ctx, time.Now())
	if err != nil {
		return err
	}
	var failed []error
	for _, d := range list {
		z, err := s.Zones.Load(d.DueZone)
		if err != nil {
			failed = append(failed, err)
			continue
		}
		r := Resolve(d.DueWall, z, d.DueRule == string(Second))
		if due := r.At.Add(d.DueShift); !due.Equal(d.Due) {
			failed = append(failed, s.move(ctx, d, r, due))
		}
	}
	return errors.Join(failed...)
}

// move gives a delivery its wall time's instant. One that went on its way meanwhile stays as it is.
func (s *Service) move(ctx context.Context, d domain.Delivery, r Resolution, due time.Time) error {
	err := s.Planner.MoveTo(ctx, d.ID, queue.When{Due: due, Wall: d.DueWall, Zone: d.DueZone, Rule: string(r.Rule), Shift: due.Sub(r.At)})
	if errors.Is(err, domain.ErrConflict) || errors.Is(err, domain.ErrNotAllowed) {
		return nil
	}
	return err
}

// expandOne makes a repeat's deliveries of the next days what its rule says: missing ones are
// planned, all or none; what the rule no longer has leaves the queue.
func (s *Service) expandOne(ctx context.Context, r domain.Repeat) error {
	post, err := s.Posts.Get(ctx, r.Post)
	if err != nil {
		return err
	}
	if !post.DeletedAt.IsZero() {
		return nil
	}
	z, err := s.Zones.Load(r.Zone)
	if err != nil {
		return err
	}
	rule, err := s.Store.TimeRule(ctx, domain.TimeScope{Post: r.Post})
	if err != nil {
		return err
	}
	existing, err := s.Store.DeliveriesOf(ctx, r.Post)
	if err != nil {
		return err
	}
	now := time.Now()
	have := occurrencesOf(existing)
	var turns []queue.Turn
	for channel, after := range channelsOf(r, post) {
		for _, w := range wallsOf(r, z, now, after) {
			o := occurrence(r.ID, w, z, r.Spread)
			due := o.At.Add(after)
			key := place{channel, o.Key}
			planned, n := have[key].live(), len(have[key])
			delete(have, key) // what is left over is no longer in the rule
			if planned != nil {
				if planned.DueWall == w && (planned.DueZone != r.Zone || !planned.Due.Equal(due)) && waits(planned.State) {
					d := *planned
					d.DueZone = r.Zone
					if err := s.move(ctx, d, Resolution{At: o.Base, Rule: o.Rule}, due); err != nil {
						return err
					}
				}
				continue
			}
			if !due.After(now) || !rule.NotAfter.IsZero() && due.After(rule.NotAfter) {
				continue
			}
			when := queue.When{Due: due, Wall: w, Zone: r.Zone, Rule: string(o.Rule), Shift: due.Sub(o.Base), Occurrence: o.Key}
			if n > 0 {
				when.Occurrence += again + strconv.Itoa(n+1)
			}
			turns = append(turns, queue.Turn{Channel: channel, When: when})
		}
	}
	for key := range have {
		if d := have[key].live(); d != nil && d.Due.After(now) {
			if err := s.withdraw(ctx, *d); err != nil {
				return err
			}
		}
	}
	if len(turns) == 0 {
		return nil
	}
	slices.SortStableFunc(turns, func(a, b queue.Turn) int { return a.Due.Compare(b.Due) })
	_, err = s.Planner.PlanTurns(ctx, post, turns)
	return err
}

// again stands between an occurrence's wall time and how often it was planned.
const again = "/"

// place is an occurrence of a repeat on a channel.
type place struct {
	channel domain.ChannelID
	key     string
}

// history is what was planned for one place, oldest first.
type history []domain.Delivery

// live returns the delivery that stands for the occurrence: one that is in the queue or went out,
// else one that a person took out. It is nil if the rule took all of them back.
func (h history) live() *domain.Delivery {
	var out *domain.Delivery
	for i := range h {
		switch {
		case h[i].State != domain.Cancelled:
			return &h[i]
		case h[i].ErrorClass != ruleChanged && h[i].ErrorClass != domain.Replaced:
			out = &h[i]
		}
	}
	return out
}

// occurrencesOf sorts a post's repeated deliveries by their place.
func occurrencesOf(list []domain.Delivery) map[place]history {
	have := map[place]history{}
	for _, d := range list {
		if repeated(d) {
			key, _, _ := strings.Cut(d.Occurrence, again)
			have[place{d.Channel, key}] = append(have[place{d.Channel, key}], d)
		}
	}
	return have
}

// repeated reports whether a delivery is an occurrence: its key is a wall time.
func repeated(d domain.Delivery) bool {
	key, _, _ := strings.Cut(d.Occurrence, again)
	_, err := domain.ParseWall(key)
	return err == nil
}

// channelsOf returns where a repeat goes, with how much later than its time.
func channelsOf(r domain.Repeat, post domain.Post) map[domain.ChannelID]time.Duration {
	list := map[domain.ChannelID]time.Duration{}
	for _, v := range post.Variants {
		at := slices.IndexFunc(r.Offsets, func(o domain.Offset) bool { return o.Channel == v.Channel })
		switch {
		case at >= 0:
			list[v.Channel] = r.Offsets[at].After
		case len(r.Offsets) == 0:
			list[v.Channel] = 0
		}
	}
	return list
}

// wallsOf returns the wall times whose instants, moved by after, may be within the horizon.
func wallsOf(r domain.Repeat, z *Zone, now time.Time, after time.Duration) []domain.Wall {
	from := domain.DateOf(now.Add(-after).In(z.loc)).Add(-1)
	return Dates(r, from, domain.DateOf(now.In(z.loc)).Add(Horizon))
}

func waits(s domain.DeliveryState) bool { return s == domain.Planned || s == domain.Waiting }

// withdraw takes a repeated delivery out of the queue if nothing of it is or may be public.
func (s *Service) withdraw(ctx context.Context, d domain.Delivery) error {
	if !repeated(d) || !waits(d.State) && d.State != domain.Held {
		return nil
	}
	err := s.Store.Decide(ctx, d.ID, domain.Change{
		State: domain.Cancelled, ErrorClass: ruleChanged, ErrorText: "Its repeat no longer has this time.",
	}, d.State)
	if errors.Is(err, domain.ErrConflict) || errors.Is(err, domain.ErrNotAllowed) {
		return nil // it went on its way meanwhile, or a part may be live: the queue's own rules say what follows
	}
	return err
}

// Refresh plans a repeated post's next days anew, with what the post says now: all of them, or, if
// the post breaks a channel's rules, none, and the old plans stay. A post that does not repeat is a
// domain.ErrNotFound.
func (s *Service) Refresh(ctx context.Context, id domain.PostID) error {
	r, err := s.Store.Repeat(ctx, id)
	if err != nil {
		return err
	}
	post, err := s.Posts.Get(ctx, id)
	if err != nil {
		return err
	}
	list, err := s.Store.DeliveriesOf(ctx, id)
	if err != nil {
		return err
	}
	list = slices.DeleteFunc(list, func(d domain.Delivery) bool { return !repeated(d) || d.State.Terminal() })
	_, err = s.Planner.Renew(ctx, post, list)
	if err != nil && !errors.Is(err, domain.ErrNotAllowed) { // nothing of it was waiting
		return err
	}
	return s.expandOne(ctx, r)
}
