package slots

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"postbag/backend/domain"
)

// Bounds on what a person may save.
const (
	maxSets  = 20  // of a channel
	maxSlots = 200 // of a set
	maxName  = 60  // letters
)

// SaveSet keeps a slot set with all its slots, in the order of the week and each once. One
// without a zone gets its channel's.
func (s *Service) SaveSet(ctx context.Context, set domain.SlotSet) (domain.SlotSet, error) {
	bad := func(field, format string, args ...any) (domain.SlotSet, error) {
		return set, &domain.FieldError{Field: field, Message: fmt.Sprintf(format, args...)}
	}
	channel, err := s.Store.Channel(ctx, set.Channel)
	if err != nil {
		return set, fmt.Errorf("channel of the slots: %w", err)
	}
	set.Name = strings.TrimSpace(set.Name)
	switch n := utf8.RuneCountInString(set.Name); {
	case n == 0:
		return bad("name", "give the slots a name")
	case n > maxName:
		return bad("name", "the name has %d letters; there is room for %d", n, maxName)
	}
	if set.Zone == "" {
		z, err := s.Zone(ctx, channel.Workspace, channel.ID)
		if err != nil {
			return set, err
		}
		set.Zone = z.Name
	} else if _, err := s.Zones.Load(set.Zone); err != nil {
		return set, err
	}
	if set.Spread < 0 || set.Spread > time.Hour {
		return bad("spread", "a slot may go out up to an hour early or late")
	}
	for _, slot := range set.Slots {
		if slot.Weekday < 1 || slot.Weekday > 7 || slot.Minute < 0 || slot.Minute >= 24*60 {
			return bad("slots", "a slot is a weekday from 1 for Monday to 7 for Sunday, and a minute of the day")
		}
	}
	set.Slots = slices.Clone(set.Slots)
	slices.SortFunc(set.Slots, func(a, b domain.Slot) int { return (a.Weekday-b.Weekday)*10000 + a.Minute - b.Minute })
	if set.Slots = slices.Compact(set.Slots); len(set.Slots) > maxSlots {
		return bad("slots", "%d slots are too many; there is room for %d", len(set.Slots), maxSlots)
	}
	others, err := s.Store.SlotSets(ctx, set.Channel)
	if err != nil {
		return set, err
	}
	for _, o := range others {
		if o.ID != set.ID && strings.EqualFold(o.Name, set.Name) {
			return bad("name", "this channel has slots called %q already", o.Name)
		}
	}
	isNew := !slices.ContainsFunc(others, func(o domain.SlotSet) bool { return o.ID == set.ID })
	if isNew && len(others) >= maxSets {
		return bad("name", "a channel has room for %d sets of slots", maxSets)
	}
	return s.Store.SaveSlotSet(ctx, set)
}

// CopySets gives a channel the slot sets of another: those of the same name are replaced, the
// others stay.
func (s *Service) CopySets(ctx context.Context, from, to domain.ChannelID) ([]domain.SlotSet, error) {
	source, err := s.Store.SlotSets(ctx, from)
	if err != nil {
		return nil, err
	}
	have, err := s.Store.SlotSets(ctx, to)
	if err != nil {
		return nil, err
	}
	for _, set := range source {
		set.ID, set.Channel = "", to
		if at := slices.IndexFunc(have, func(o domain.SlotSet) bool { return strings.EqualFold(o.Name, set.Name) }); at >= 0 {
			set.ID = have[at].ID
		}
		if _, err := s.SaveSet(ctx, set); err != nil {
			return nil, err
		}
	}
	return s.Store.SlotSets(ctx, to)
}

// Rules are what a person chose about time somewhere, and what counts there.
type Rules struct {
	Own      domain.TimeRule // chosen right there
	Zone     *Zone           // counts
	Late     domain.LateRule // counts
	LateFrom string          // who chose Late: "post", "channel", "workspace" or "default"
}

// RulesOf returns the rules about time of a workspace, a channel or a post. For a post, channel
// rules differ by channel, so only those of the post and its workspace are looked at.
func (s *Service) RulesOf(ctx context.Context, scope domain.TimeScope) (r Rules, err error) {
	if r.Own, err = s.Store.TimeRule(ctx, scope); err != nil {
		return r, err
	}
	workspace := scope.Workspace
	from := "workspace"
	switch {
	case scope.Channel != "":
		c, err := s.Store.Channel(ctx, scope.Channel)
		if err != nil {
			return r, err
		}
		workspace, from = c.Workspace, "channel"
	case scope.Post != "":
		p, err := s.Posts.Get(ctx, scope.Post)
		if err != nil {
			return r, err
		}
		workspace, from = p.Workspace, "post"
	}
	above, err := s.Store.TimeRule(ctx, domain.TimeScope{Workspace: workspace})
	if err != nil {
		return r, err
	}
	r.Late = domain.ChooseLate(r.Own.Late, above.Late)
	switch {
	case r.Own.Late != nil:
		r.LateFrom = from
	case above.Late != nil:
		r.LateFrom = "workspace"
	default:
		r.LateFrom = "default"
	}
	if r.Own.Zone != "" {
		r.Zone, err = s.Zones.Load(r.Own.Zone)
		return r, err
	}
	r.Zone, err = s.Zone(ctx, workspace, scope.Channel)
	return r, err
}

// SetRules keeps what a person chose about time, and returns the deliveries whose lateness
// changed by it.
func (s *Service) SetRules(ctx context.Context, scope domain.TimeScope, r domain.TimeRule) ([]domain.DeliveryID, error) {
	if r.Zone != "" {
		if _, err := s.Zones.Load(r.Zone); err != nil {
			return nil, err
		}
	}
	if r.Late != nil && (!r.Late.Valid() || r.Late.GiveUp < 0 || r.Late.GiveUp > 366*24*time.Hour) {
		return nil, &domain.FieldError{Field: "late", Message: "say what happens to a late post (publish, next_slot, ask or skip), and from when on, within a year"}
	}
	if r.Late != nil && r.Late.GiveUp > 0 && r.Late.GiveUp < r.Late.After {
		return nil, &domain.FieldError{Field: "late", Message: "the last time is before the time up to which it goes out late"}
	}
	if !r.NotAfter.IsZero() && scope.Post == "" {
		return nil, &domain.FieldError{Field: "notAfter", Message: "only a post has a last time"}
	}
	changed, err := s.Store.SetTimeRule(ctx, scope, r)
	if errors.Is(err, domain.ErrNotFound) {
		return nil, fmt.Errorf("that workspace, channel or post: %w", err)
	}
	return changed, err
}
