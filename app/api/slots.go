package api

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"postbag/backend/domain"
	"postbag/backend/slots"
	"postbag/backend/slots/typed"
)

// SlotService knows when posts go out: slots, repeats, zones, lateness, and what people type as
// a time.
type SlotService struct {
	*base
	reader *typed.Reader
}

// SlotSet is a named week of a channel.
type SlotSet struct {
	ID       string `json:"id"` // "" for a new one
	Channel  string `json:"channel"`
	Name     string `json:"name"`
	Zone     string `json:"zone"`     // IANA name; "" when saving: the channel's
	SpreadMs int64  `json:"spreadMs"` // each goes out up to so much before or after
	Paused   bool   `json:"paused"`
	Slots    []Slot `json:"slots"`
}

// Slot is one wall time of the week.
type Slot struct {
	Weekday int `json:"weekday"` // 1 is Monday, 7 is Sunday
	Minute  int `json:"minute"`  // of the day
}

// When is an instant with the wall time it was made of.
type When struct {
	AtMs    int64  `json:"atMs"`
	Wall    string `json:"wall"`    // "2026-06-12T07:30", as it was said
	Zone    string `json:"zone"`    // the wall time is meant there
	Rule    string `json:"rule"`    // "exact", "skipped", "first" or "second"
	OtherMs int64  `json:"otherMs"` // of first and second: the instant not taken; else 0
	ShiftMs int64  `json:"shiftMs"` // of skipped: how far forward it was moved; else 0
}

// SlotTime is a time at which a slot comes round.
type SlotTime struct {
	Channel string `json:"channel"`
	When    When   `json:"when"`
	Set     string `json:"set"`  // the slot set's id
	Name    string `json:"name"` // the slot set's name
	Post    string `json:"post"` // what sits in it, "" if it is free
}

// ChannelTime is when a post goes out to one channel.
type ChannelTime struct {
	Channel string `json:"channel"`
	When    When   `json:"when"`
	Own     bool   `json:"own"` // in a slot of the channel
}

// FreeSlot is one way to put a post in line.
type FreeSlot struct {
	AtMs  int64         `json:"atMs"` // the earliest of the times
	Times []ChannelTime `json:"times"`
}

// ChannelOffset lets a channel follow the others later.
type ChannelOffset struct {
	Channel string `json:"channel"`
	AfterMs int64  `json:"afterMs"`
}

// Sets returns a channel's slot sets, oldest first.
func (s *SlotService) Sets(channel string) (_ []SlotSet, err error) {
	defer s.done(&err)
	list, err := s.DB.SlotSets(s.ctx, domain.ChannelID(channel))
	return slotSetsOf(list), err
}

// SaveSet keeps a slot set with all its slots. Saving one that was removed brings it back.
func (s *SlotService) SaveSet(set SlotSet) (_ SlotSet, err error) {
	defer s.done(&err)
	list := make([]domain.Slot, len(set.Slots))
	for i, slot := range set.Slots {
		list[i] = domain.Slot(slot)
	}
	saved, err := s.Slots.SaveSet(s.ctx, domain.SlotSet{
		ID: set.ID, Channel: domain.ChannelID(set.Channel), Name: set.Name, Zone: set.Zone, Spread: span(set.SpreadMs),
		Paused: set.Paused, Slots: list,
	})
	if err != nil {
		return SlotSet{}, err
	}
	s.Events.Changed(TopicSlots, []string{string(saved.Channel)})
	return slotSetOf(saved), nil
}

// RemoveSet removes a slot set. What is planned in its slots stays planned.
func (s *SlotService) RemoveSet(id string) (err error) {
	defer s.done(&err)
	set, err := s.DB.SlotSet(s.ctx, id)
	if err != nil {
		return fmt.Errorf("slots %q: %w", id, err)
	}
	if err := s.DB.RemoveSlotSet(s.ctx, id); err != nil {
		return err
	}
	s.Events.Changed(TopicSlots, []string{string(set.Channel)})
	return nil
}

// CopySets gives a channel the slot sets of another; those of the same name are replaced.
func (s *SlotService) CopySets(from, to string) (_ []SlotSet, err error) {
	defer s.done(&err)
	list, err := s.Slots.CopySets(s.ctx, domain.ChannelID(from), domain.ChannelID(to))
	if err != nil {
		return nil, err
	}
	s.Events.Changed(TopicSlots, []string{to})
	return slotSetsOf(list), nil
}

// PreviewSlots asks for the times of channels' slots.
type PreviewSlots struct {
	Channels []string `json:"channels"`
	FromMs   int64    `json:"fromMs"` // 0: now
	Days     int      `json:"days"`   // 0: 60, the most
}

// Preview returns when channels' slots come round, free or taken, in order.
func (s *SlotService) Preview(r PreviewSlots) (_ []SlotTime, err error) {
	defer s.done(&err)
	from, days := s.from(r.FromMs), r.Days
	if days <= 0 || days > slots.Horizon {
		days = slots.Horizon
	}
	out := []SlotTime{}
	for _, id := range r.Channels {
		channel := domain.ChannelID(id)
		list, err := s.Slots.Preview(s.ctx, channel, from, days)
		if err != nil {
			return nil, err
		}
		posts, err := s.Slots.TakenIn(s.ctx, channel, from, list)
		if err != nil {
			return nil, err
		}
		for i, o := range list {
			out = append(out, SlotTime{Channel: id, When: whenOfOccurrence(o), Set: o.Set, Name: o.Name, Post: string(posts[i])})
		}
	}
	slices.SortStableFunc(out, func(a, b SlotTime) int { return cmp.Compare(a.When.AtMs, b.When.AtMs) })
	return out, nil
}

// FindFree asks for the next free slots of a post's channels.
type FindFree struct {
	Channels []string        `json:"channels"`
	Offsets  []ChannelOffset `json:"offsets"`
	AfterMs  int64           `json:"afterMs"` // 0: now
	Count    int             `json:"count"`   // 0: three
}

// NextFree returns the next ways to put a post in line; none if no channel has a free slot.
func (s *SlotService) NextFree(r FindFree) (_ []FreeSlot, err error) {
	defer s.done(&err)
	count := r.Count
	if count <= 0 || count > 50 {
		count = 3
	}
	offsets, err := offsetsOf(r.Offsets)
	if err != nil {
		return nil, err
	}
	list, err := s.Slots.NextFree(s.ctx, channelIDs(r.Channels), offsets, s.from(r.AfterMs), count)
	if err != nil {
		return nil, err
	}
	out := []FreeSlot{}
	for _, f := range list {
		free := FreeSlot{AtMs: f.At.UnixMilli(), Times: []ChannelTime{}}
		for _, t := range f.Turns {
			free.Times = append(free.Times, ChannelTime{Channel: string(t.Channel), When: whenOfOccurrence(t.Occurrence), Own: t.Own})
		}
		out = append(out, free)
	}
	return out, nil
}

// ScheduleAt plans a post: at one instant, in the next free slots, or again and again.
type ScheduleAt struct {
	PostID     string          `json:"postId"`
	Channels   []string        `json:"channels"` // none: all of the post's
	DueMs      int64           `json:"dueMs"`    // 0 with Slot or Times
	Wall       string          `json:"wall"`     // DueMs is this wall time in Zone, and moves with its rules; "": DueMs counts
	Zone       string          `json:"zone"`
	Slot       bool            `json:"slot"`       // in the next free slots
	Offsets    []ChannelOffset `json:"offsets"`    // channels that follow later than DueMs or their slot
	Times      []ChannelTime   `json:"times"`      // of NextFree: each channel's own; then nothing else says when
	NotAfterMs int64           `json:"notAfterMs"` // after it nothing goes out; 0: no last time
	LateChosen bool            `json:"lateChosen"` // Late counts for this post
	Late       LateChoice      `json:"late"`
	Repeats    bool            `json:"repeats"` // Repeat says when
	Repeat     Repeat          `json:"repeat"`
}

// Schedule freezes the post and plans its deliveries, all or none.
func (s *SlotService) Schedule(r ScheduleAt) (_ []Delivery, err error) {
	defer s.done(&err)
	post, err := s.Posts.Get(s.ctx, domain.PostID(r.PostID))
	if err != nil {
		return nil, err
	}
	offsets, err := offsetsOf(r.Offsets)
	if err != nil {
		return nil, err
	}
	rule := domain.TimeRule{NotAfter: instant(r.NotAfterMs)}
	if r.LateChosen {
		rule.Late = r.Late.rule()
	}
	scope := domain.TimeScope{Post: post.ID}
	before, err := s.DB.TimeRule(s.ctx, scope)
	if err != nil {
		return nil, err
	}
	rule.Zone = before.Zone
	chosen := rule != before
	if chosen {
		if _, err := s.Slots.SetRules(s.ctx, scope, rule); err != nil {
			return nil, err
		}
	}
	planned, err := s.plan(post, r, offsets)
	if err != nil {
		if chosen {
			_, undone := s.Slots.SetRules(s.ctx, scope, before)
			err = errors.Join(err, undone)
		}
		return nil, err
	}
	s.changedQueue(planned)
	return (&QueueService{base: s.base}).deliveries(planned)
}

func (s *SlotService) changedQueue(list []domain.Delivery) {
	(&QueueService{base: s.base}).changed(list...)
	s.Events.Changed(TopicSlots, []string{})
}

// from is an instant as requests carry it; 0 is now.
func (s *SlotService) from(ms int64) time.Time {
	if ms <= 0 {
		return time.Now()
	}
	return instant(ms)
}

// instant is a time as DTOs carry it; 0 is the zero time.
func instant(ms int64) time.Time {
	if ms <= 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// span is a length as DTOs carry it. What no length can be is left to the rules to refuse.
func span(ms int64) time.Duration {
	const most = int64(1<<63-1) / int64(time.Millisecond)
	return time.Duration(min(max(ms, -most), most)) * time.Millisecond
}

func channelIDs(list []string) []domain.ChannelID {
	out := make([]domain.ChannelID, len(list))
	for i, id := range list {
		out[i] = domain.ChannelID(id)
	}
	return out
}

func offsetsOf(list []ChannelOffset) (map[domain.ChannelID]time.Duration, error) {
	out := map[domain.ChannelID]time.Duration{}
	for _, o := range list {
		after := span(o.AfterMs)
		if after < 0 || after > 14*24*time.Hour {
			return nil, &domain.FieldError{Field: "offsets", Message: "a channel may follow up to 14 days later"}
		}
		out[domain.ChannelID(o.Channel)] = after
	}
	return out, nil
}

func slotSetOf(set domain.SlotSet) SlotSet {
	out := SlotSet{
		ID: set.ID, Channel: string(set.Channel), Name: set.Name, Zone: set.Zone, SpreadMs: set.Spread.Milliseconds(),
		Paused: set.Paused, Slots: make([]Slot, len(set.Slots)),
	}
	for i, slot := range set.Slots {
		out.Slots[i] = Slot(slot)
	}
	return out
}

func slotSetsOf(list []domain.SlotSet) []SlotSet {
	out := make([]SlotSet, len(list))
	for i, set := range list {
		out[i] = slotSetOf(set)
	}
	return out
}

func whenOfOccurrence(o slots.Occurrence) When {
	m := When{AtMs: o.At.UnixMilli(), Zone: o.Zone, Rule: string(o.Rule)}
	if !o.Wall.IsZero() {
		m.Wall = o.Wall.String()
	}
	return m
}
