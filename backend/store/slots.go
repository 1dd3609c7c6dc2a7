package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"postbag/backend/domain"
)

const selectSlotSet = `
SELECT s.id, c.id, s.name, s.zone, s.spread_ms, s.paused FROM slot_set s JOIN channel c ON c.row = s.channel`

func scanSlotSet(s scanner) (set domain.SlotSet, err error) {
	var spread int64
	err = s.Scan(&set.ID, &set.Channel, &set.Name, &set.Zone, &spread, &set.Paused)
	set.Spread = time.Duration(spread) * time.Millisecond
	return set, err
}

const selectSlots = `
SELECT x.weekday, x.minute FROM slot x JOIN slot_set s ON s.row = x.slot_set WHERE s.id = ? ORDER BY x.weekday, x.minute`

func (t *Tx) withSlots(set domain.SlotSet) (domain.SlotSet, error) {
	var err error
	set.Slots, err = collect(t, func(s scanner) (slot domain.Slot, err error) {
		return slot, s.Scan(&slot.Weekday, &slot.Minute)
	}, selectSlots, set.ID)
	return set, err
}

// SlotSets returns a channel's slot sets, oldest first.
func (db *DB) SlotSets(ctx context.Context, channel domain.ChannelID) (list []domain.SlotSet, err error) {
	err = db.Read(ctx, func(tx *Tx) error {
		if list, err = collect(tx, scanSlotSet, selectSlotSet+" WHERE c.id = ? ORDER BY s.row", channel); err != nil {
			return err
		}
		for i := range list {
			if list[i], err = tx.withSlots(list[i]); err != nil {
				return err
			}
		}
		return nil
	})
	return list, err
}

// SlotSet returns one slot set.
func (db *DB) SlotSet(ctx context.Context, id string) (set domain.SlotSet, err error) {
	err = db.Read(ctx, func(tx *Tx) error {
		if set, err = one(tx, scanSlotSet, selectSlotSet+" WHERE s.id = ?", id); err != nil {
			return err
		}
		set, err = tx.withSlots(set)
		return err
	})
	return set, err
}

const insertSlotSet = `
INSERT INTO slot_set (id, channel, name, zone, spread_ms, paused, created_at_ms, updated_at_ms)
SELECT ?1, c.row, ?3, ?4, ?5, ?6, ?7, ?7 FROM channel c WHERE c.id = ?2`

const updateSlotSet = `
UPDATE slot_set SET name = ?2, zone = ?3, spread_ms = ?4, paused = ?5, updated_at_ms = ?6 WHERE id = ?1`

const insertSlot = `
INSERT INTO slot (id, slot_set, weekday, minute) SELECT ?1, s.row, ?3, ?4 FROM slot_set s WHERE s.id = ?2`

// SaveSlotSet keeps a slot set with all its slots; one without an id, or with an id that is gone,
// is new. A name that the channel has already is a domain.ErrConflict.
func (db *DB) SaveSlotSet(ctx context.Context, set domain.SlotSet) (domain.SlotSet, error) {
	err := db.Write(ctx, func(tx *Tx) error {
		if set.ID == "" {
			set.ID = domain.NewID(tx.Now)
		}
		n, err := tx.exec(updateSlotSet, set.ID, set.Name, set.Zone, set.Spread.Milliseconds(), set.Paused, tx.Now.UnixMilli())
		if err != nil {
			return err
		}
		if n == 0 {
			if _, err := tx.insertOne(insertSlotSet, set.ID, set.Channel, set.Name, set.Zone, set.Spread.Milliseconds(),
				set.Paused, tx.Now.UnixMilli()); err != nil {
				return err
			}
		}
		if _, err := tx.exec("DELETE FROM slot WHERE slot_set = (SELECT row FROM slot_set WHERE id = ?)", set.ID); err != nil {
			return err
		}
		for _, slot := range set.Slots {
			if _, err := tx.exec(insertSlot, domain.NewID(tx.Now), set.ID, slot.Weekday, slot.Minute); err != nil {
				return err
			}
		}
		if set, err = one(tx, scanSlotSet, selectSlotSet+" WHERE s.id = ?", set.ID); err != nil {
			return err
		}
		set, err = tx.withSlots(set)
		return err
	})
	if err != nil {
		return set, fmt.Errorf("save slots %q: %w", set.Name, err)
	}
	return set, nil
}

// RemoveSlotSet removes a slot set. What is planned in its slots stays planned.
func (db *DB) RemoveSlotSet(ctx context.Context, id string) error {
	err := db.Write(ctx, func(tx *Tx) error {
		n, err := tx.exec("DELETE FROM slot_set WHERE id = ?", id)
		if err == nil && n == 0 {
			return domain.ErrNotFound
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("remove slots: %w", err)
	}
	return nil
}

// Occupied returns the deliveries of a channel that are due since then and did not fail to go out.
func (db *DB) Occupied(ctx context.Context, channel domain.ChannelID, since time.Time) (list []domain.Delivery, err error) {
	err = db.Read(ctx, func(tx *Tx) error {
		list, err = collect(tx, scanDelivery, selectDelivery+` WHERE d.channel = (SELECT row FROM channel WHERE id = ?)
			AND d.due_at_ms >= ? AND d.state NOT IN ('rejected', 'missed', 'cancelled') ORDER BY d.due_at_ms`, channel, since.UnixMilli())
		return err
	})
	return list, err
}

// Walled returns what waits for a wall time after then.
func (db *DB) Walled(ctx context.Context, after time.Time) (list []domain.Delivery, err error) {
	err = db.Read(ctx, func(tx *Tx) error {
		list, err = collect(tx, scanDelivery, selectDelivery+` WHERE d.due_wall IS NOT NULL AND d.state IN ('planned', 'waiting')
			AND d.due_at_ms > ? ORDER BY d.due_at_ms`, after.UnixMilli())
		return err
	})
	return list, err
}

const selectRepeat = `
SELECT r.id, p.id, r.zone, r.first_date, r.minute, r.unit, r.every, r.weekdays, ifnull(r.last_date, ''), r.times, r.spread_ms,
    r.offsets_json, r.trouble
FROM repeat r JOIN post p ON p.row = r.post`

func scanRepeat(s scanner) (r domain.Repeat, err error) {
	var first, last, offsets string
	var weekdays int
	var spread int64
	if err = s.Scan(&r.ID, &r.Post, &r.Zone, &first, &r.Minute, &r.Unit, &r.Every, &weekdays, &last, &r.Times, &spread,
		&offsets, &r.Trouble); err != nil {
		return r, err
	}
	for day := 1; day <= 7; day++ {
		if weekdays&(1<<(day-1)) != 0 {
			r.Weekdays = append(r.Weekdays, day)
		}
	}
	r.Spread = time.Duration(spread) * time.Millisecond
	if r.First, err = domain.ParseDate(first); err != nil {
		return r, err
	}
	if last != "" {
		if r.Last, err = domain.ParseDate(last); err != nil {
			return r, err
		}
	}
	var list []offset
	if err = json.Unmarshal([]byte(offsets), &list); err != nil {
		return r, err
	}
	for _, o := range list {
		r.Offsets = append(r.Offsets, domain.Offset{Channel: o.Channel, After: time.Duration(o.AfterMs) * time.Millisecond})
	}
	return r, nil
}

type offset struct {
	Channel domain.ChannelID `json:"channel"`
	AfterMs int64            `json:"afterMs"`
}

// Repeat returns how a post repeats, or domain.ErrNotFound.
func (db *DB) Repeat(ctx context.Context, post domain.PostID) (r domain.Repeat, err error) {
	err = db.Read(ctx, func(tx *Tx) error {
		r, err = one(tx, scanRepeat, selectRepeat+" WHERE p.id = ?", post)
		return err
	})
	return r, err
}

// Repeats returns the repeats of all posts that are not in the bin.
func (db *DB) Repeats(ctx context.Context) (list []domain.Repeat, err error) {
	err = db.Read(ctx, func(tx *Tx) error {
		list, err = collect(tx, scanRepeat, selectRepeat+" WHERE p.deleted_at_ms IS NULL ORDER BY r.row")
		return err
	})
	return list, err
}

const insertRepeat = `
INSERT INTO repeat (id, post, zone, first_date, minute, unit, every, weekdays, last_date, times, spread_ms, offsets_json,
    trouble, created_at_ms, updated_at_ms)
SELECT ?1, p.row, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, '', ?13, ?13 FROM post p WHERE p.id = ?2`

const updateRepeat = `
UPDATE repeat SET zone = ?2, first_date = ?3, minute = ?4, unit = ?5, every = ?6, weekdays = ?7, last_date = ?8, times = ?9,
    spread_ms = ?10, offsets_json = ?11, trouble = '', updated_at_ms = ?12
WHERE post = (SELECT row FROM post WHERE id = ?1)`

// SaveRepeat keeps how a post repeats, in place of what it did before.
func (db *DB) SaveRepeat(ctx context.Context, r domain.Repeat) (domain.Repeat, error) {
	err := db.Write(ctx, func(tx *Tx) error {
		weekdays := 0
		for _, day := range r.Weekdays {
			weekdays |= 1 << (day - 1)
		}
		list := []offset{}
		for _, o := range r.Offsets {
			list = append(list, offset{o.Channel, o.After.Milliseconds()})
		}
		offsets, err := json.Marshal(list)
		if err != nil {
			return err
		}
		var last any
		if !r.Last.IsZero() {
			last = r.Last.String()
		}
		args := []any{
			r.Post, r.Zone, r.First.String(), r.Minute, r.Unit, r.Every, weekdays, last, r.Times, r.Spread.Milliseconds(),
			string(offsets), tx.Now.UnixMilli(),
		}
		n, err := tx.exec(updateRepeat, args...)
		if err == nil && n == 0 {
			_, err = tx.insertOne(insertRepeat, append([]any{domain.NewID(tx.Now)}, args...)...)
		}
		if err != nil {
			return err
		}
		r, err = one(tx, scanRepeat, selectRepeat+" WHERE p.id = ?", r.Post)
		return err
	})
	if err != nil {
		return r, fmt.Errorf("save a repeat: %w", err)
	}
	return r, nil
}

// RemoveRepeat ends a post's repeat; domain.ErrNotFound if it has none.
func (db *DB) RemoveRepeat(ctx context.Context, post domain.PostID) error {
	err := db.Write(ctx, func(tx *Tx) error {
		n, err := tx.exec("DELETE FROM repeat WHERE post = (SELECT row FROM post WHERE id = ?)", post)
		if err == nil && n == 0 {
			return domain.ErrNotFound
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("remove a repeat: %w", err)
	}
	return nil
}

// RepeatTrouble notes why a post's next days could not be planned, "" for no trouble.
func (db *DB) RepeatTrouble(ctx context.Context, post domain.PostID, why string) error {
	err := db.Write(ctx, func(tx *Tx) error {
		_, err := tx.exec("UPDATE repeat SET trouble = ?2 WHERE post = (SELECT row FROM post WHERE id = ?1) AND trouble <> ?2", post, why)
		return err
	})
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("note a repeat's trouble: %w", err)
	}
	return nil
}
