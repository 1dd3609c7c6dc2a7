package store

import (
	"context"
	"fmt"
	"time"

	"postbag/backend/domain"
)

// Beat notes that the publisher of this epoch lives. It fails with domain.ErrConflict once another
// process has become the publisher.
func (db *DB) Beat(ctx context.Context, epoch int64) error {
	err := db.Write(ctx, func(tx *Tx) error {
		return must(tx.exec("UPDATE local_publisher SET beat_at_ms = ? WHERE epoch = ?", tx.Now.UnixMilli(), epoch))
	})
	if err != nil {
		return fmt.Errorf("say that the publisher lives: %w", err)
	}
	return nil
}

// Leader returns who publishes or did last.
func (db *DB) Leader(ctx context.Context) (l domain.Leader, err error) {
	err = db.Read(ctx, func(tx *Tx) error {
		var since, beat int64
		err := tx.row("SELECT machine, process, epoch, started_at_ms, beat_at_ms FROM local_publisher").Scan(
			&l.Machine, &l.Process, &l.Epoch, &since, &beat)
		if since > 0 {
			l.Since, l.Beat = time.UnixMilli(since).UTC(), time.UnixMilli(max(since, beat)).UTC()
		}
		return err
	})
	if err != nil {
		return l, fmt.Errorf("who publishes: %w", err)
	}
	return l, nil
}

const changedDeliveries = `
SELECT d.id FROM delivery d WHERE d.row IN (SELECT key FROM change_log WHERE row > ?1 AND row <= ?2 AND tbl = 'delivery'
    UNION SELECT value FROM json_each(?3))
ORDER BY d.row LIMIT 1000`

// ChangedDeliveries returns the deliveries that changed after a position, at most a thousand, and
// the present position. After the zero Position it returns none. A position from so long ago that the
// log after it is packed gives some that changed shortly before it, too.
func (db *DB) ChangedDeliveries(ctx context.Context, after domain.Position) (ids []domain.DeliveryID, now domain.Position, err error) {
	err = db.Read(ctx, func(tx *Tx) error {
		if now.Clock, err = tx.number("SELECT hlc FROM local_clock"); err != nil {
			return err
		}
		if now.Clock == after.Clock {
			now = after
			return nil
		}
		if now.Change, err = tx.number("SELECT ifnull(max(row), 0) FROM change_log"); err != nil || after.Clock == 0 || now.Change == after.Change {
			return err
		}
		packed, err := tx.packedDeliveries(after.Change)
		if err != nil {
			return err
		}
		ids, err = collect(tx, func(s scanner) (id domain.DeliveryID, err error) { return id, s.Scan(&id) },
			changedDeliveries, after.Change, now.Change, packed)
		return err
	})
	if err != nil {
		return nil, after, fmt.Errorf("what changed: %w", err)
	}
	return ids, now, nil
}
