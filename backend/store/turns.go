package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"postbag/backend/domain"
)

// Turn is one change of a delivery's standing, read from the change log.
type Turn struct {
	At         time.Time
	State      domain.DeliveryState
	Was        domain.DeliveryState // "" for the first
	Reason     domain.HoldReason
	Due        time.Time
	Wake       time.Time // zero: nothing looks at it by itself
	Moved      bool      // Due is another than before
	Class      string    // of the last error
	Text       string
	RemoteURL  string
	Generation int
}

// Turns returns how a delivery stood, oldest first: every change of its state, its time, or what
// keeps it.
func (db *DB) Turns(ctx context.Context, id domain.DeliveryID) ([]Turn, error) {
	var list []Turn
	err := db.Read(ctx, func(tx *Tx) error {
		var row, created int64
		if err := tx.row("SELECT row, created_at_ms FROM delivery WHERE id = ?", id).Scan(&row, &created); err != nil {
			return err
		}
		entries, err := tx.entriesOf(row, created<<16)
		if err != nil {
			return err
		}
		now := Turn{Generation: 1}
		for _, e := range entries {
			next, err := now.with(e.hlc, e.cols)
			if err != nil {
				return err
			}
			if next.news(now) {
				list = append(list, next)
			}
			now = next
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("the turns of delivery %s: %w", id, err)
	}
	return list, nil
}

// with is the turn that follows when these columns change.
func (t Turn) with(hlc int64, cols string) (Turn, error) {
	var c struct {
		State      *domain.DeliveryState `json:"state"`
		Reason     *domain.HoldReason    `json:"hold_reason"`
		Due        *int64                `json:"due_at_ms"`
		Wake       *int64                `json:"wake_at_ms"`
		Class      *string               `json:"last_error_class"`
		Text       *string               `json:"last_error_text"`
		URL        *string               `json:"remote_url"`
		Generation *int                  `json:"generation"`
	}
	if err := json.Unmarshal([]byte(cols), &c); err != nil {
		return t, err
	}
	next := t
	next.At, next.Was, next.Moved = time.UnixMilli(hlc>>16).UTC(), t.State, false
	if c.State != nil {
		next.State, next.Reason = *c.State, ""
	}
	if c.Reason != nil {
		next.Reason = *c.Reason
	}
	if c.Due != nil {
		next.Due = time.UnixMilli(*c.Due).UTC()
		next.Moved = t.State != "" && !next.Due.Equal(t.Due)
	}
	if c.Wake != nil {
		next.Wake = time.UnixMilli(*c.Wake).UTC()
	}
	for to, from := range map[*string]*string{&next.Class: c.Class, &next.Text: c.Text, &next.RemoteURL: c.URL} {
		if from != nil {
			*to = *from
		}
	}
	if c.Generation != nil {
		next.Generation = *c.Generation
	}
	return next, nil
}

// news reports whether a turn is worth telling after was.
func (t Turn) news(was Turn) bool {
	return t.State != was.State || t.Reason != was.Reason || t.Moved || t.Generation != was.Generation || t.Text != "" && t.Text != was.Text
}
