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

func (s *SlotService) plan(post domain.Post, r ScheduleAt, offsets map[domain.ChannelID]time.Duration) (_ []domain.Delivery, err error) {
	deadline := instant(r.NotAfterMs)
	channels := channelIDs(r.Channels)
	switch {
	case r.Repeats:
		r.Repeat.Post = r.PostID
		if len(r.Repeat.Offsets) == 0 && (len(channels) > 0 || len(offsets) > 0) {
			r.Repeat.Offsets = everyChannel(post, channels, offsets)
		}
		repeat, err := r.Repeat.domain()
		if err != nil {
			return nil, err
		}
		if _, err := s.Slots.SetRepeat(s.ctx, repeat); err != nil {
			return nil, err
		}
		return s.DB.DeliveriesOf(s.ctx, post.ID)
	case r.Slot:
		return s.Slots.InLine(s.ctx, post, channels, offsets, deadline)
	case len(r.Times) > 0:
		turns, err := s.turns(r.Times)
		if err != nil {
			return nil, err
		}
		return s.Slots.Schedule(s.ctx, post, turns, deadline)
	case r.DueMs <= 0:
		return nil, &domain.FieldError{Field: "at", Message: "say when it should go out"}
	}
	var said slots.Turn
	if r.Wall != "" {
		if said, err = s.walled(said, When{AtMs: r.DueMs, Wall: r.Wall, Zone: r.Zone}); err != nil {
			return nil, err
		}
	}
	var turns []slots.Turn
	for _, v := range post.Variants {
		if len(channels) == 0 || slices.Contains(channels, v.Channel) {
			turn := said
			turn.Channel, turn.At = v.Channel, instant(r.DueMs).Add(offsets[v.Channel])
			if turn.Wall.IsZero() {
				turn.Base = turn.At
			}
			turns = append(turns, turn)
		}
	}
	return s.Slots.Schedule(s.ctx, post, turns, deadline)
}

// turns reads the times of a FreeSlot back. A wall time is believed only if it still is that instant.
func (s *SlotService) turns(times []ChannelTime) ([]slots.Turn, error) {
	var turns []slots.Turn
	for _, t := range times {
		at := instant(t.When.AtMs)
		if at.IsZero() {
			return nil, &domain.FieldError{Field: "at", Message: "say when it should go out"}
		}
		turn := slots.Turn{Channel: domain.ChannelID(t.Channel), Own: t.Own, Occurrence: slots.Occurrence{At: at, Base: at}}
		if t.When.Wall != "" && t.Own {
			var err error
			if turn, err = s.walled(turn, t.When); err != nil {
				return nil, err
			}
		}
		turns = append(turns, turn)
	}
	return turns, nil
}

// walled gives a turn the wall time it was said as, if that still is its instant.
func (s *SlotService) walled(turn slots.Turn, said When) (slots.Turn, error) {
	w, err := domain.ParseWall(said.Wall)
	if err != nil {
		return turn, err
	}
	z, err := s.Slots.Zones.Load(said.Zone)
	if err != nil {
		return turn, err
	}
	r := slots.Resolve(w, z, said.Rule == string(slots.Second))
	if off := instant(said.AtMs).Sub(r.At); off.Abs() <= time.Hour {
		turn.Wall, turn.Zone, turn.Rule, turn.Base = w, z.Name, r.Rule, r.At
	}
	return turn, nil
}

// everyChannel names the channels a repeat goes to where only some were chosen.
func everyChannel(post domain.Post, channels []domain.ChannelID, offsets map[domain.ChannelID]time.Duration) []ChannelOffset {
	list := []ChannelOffset{}
	for _, v := range post.Variants {
		if len(channels) == 0 || slices.Contains(channels, v.Channel) {
			list = append(list, ChannelOffset{Channel: string(v.Channel), AfterMs: offsets[v.Channel].Milliseconds()})
		}
	}
	return list
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
