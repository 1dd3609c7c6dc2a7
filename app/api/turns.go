package api

import (
	"slices"
	"time"

	"postbag/backend/domain"
	"postbag/backend/slots"
)

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
