package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"postbag/backend/domain"
)

// Home returns the machine that publishes from this data folder; the zero Home if none did yet.
func (db *DB) Home(ctx context.Context) (h domain.Home, err error) {
	err = db.Read(ctx, func(tx *Tx) error {
		var since int64
		err := tx.row("SELECT machine, name, since_ms FROM local_home").Scan(&h.Machine, &h.Name, &since)
		h.Since = time.UnixMilli(since).UTC()
		return err
	})
	if errors.Is(err, domain.ErrNotFound) {
		return domain.Home{}, nil
	}
	return h, err
}

const setHome = `
INSERT INTO local_home (row, machine, name, since_ms) VALUES (1, ?1, ?2, ?3)
ON CONFLICT (row) DO UPDATE SET machine = ?1, name = ?2, since_ms = ?3`

const letHome = `
UPDATE delivery SET state = 'planned', hold_reason = NULL, wake_at_ms = max(due_at_ms, ?1), released_at_ms = ?1,
    soft_failures = 0, last_error_class = '', last_error_text = '', row_version = row_version + 1, updated_at_ms = ?1,
    hlc = (SELECT hlc FROM local_clock), actor_id = (SELECT actor FROM local_clock)
WHERE id = ?2 AND state = 'held' AND hold_reason = 'moved_profile'`

// SetHome is a person's word that this machine publishes from the data folder. What was held
// because another one did is planned again; its own lateness rule decides about what is late. It
// returns those deliveries.
func (db *DB) SetHome(ctx context.Context, machine, name string) (let []domain.DeliveryID, err error) {
	err = db.Write(ctx, func(tx *Tx) error {
		let = nil
		if _, err := tx.exec(setHome, machine, name, tx.Now.UnixMilli()); err != nil {
			return err
		}
		held, err := collect(tx, func(s scanner) (d domain.DeliveryID, err error) { return d, s.Scan(&d) },
			"SELECT id FROM delivery WHERE state = 'held' AND hold_reason = 'moved_profile' AND deleted_at_ms IS NULL")
		if err != nil {
			return err
		}
		for _, id := range held {
			switch n, err := tx.exec(letHome, tx.Now.UnixMilli(), id); {
			case errors.Is(known(err), domain.ErrNotAllowed): // what is in doubt stays before a person
			case err != nil:
				return err
			case n > 0:
				let = append(let, id)
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("name the machine that publishes: %w", err)
	}
	return let, nil
}

// ClaimHome makes a machine the one that publishes if none is yet, and returns the one that does.
func (db *DB) ClaimHome(ctx context.Context, machine, name string) (domain.Home, error) {
	h, err := db.Home(ctx)
	if err != nil || h.Machine != "" {
		return h, err
	}
	err = db.Write(ctx, func(tx *Tx) error {
		_, err := tx.exec("INSERT OR IGNORE INTO local_home (row, machine, name, since_ms) VALUES (1, ?, ?, ?)", machine, name, tx.Now.UnixMilli())
		return err
	})
	if err != nil {
		return h, fmt.Errorf("note the machine that publishes: %w", err)
	}
	return db.Home(ctx)
}

// LastIntent returns the id of the latest public call that was ever meant to leave, "" if there
// is none.
func (db *DB) LastIntent(ctx context.Context) (id string, err error) {
	err = db.Read(ctx, func(tx *Tx) error {
		return tx.row("SELECT id FROM call WHERE effect = 'public' ORDER BY row DESC LIMIT 1").Scan(&id)
	})
	if errors.Is(err, domain.ErrNotFound) {
		return "", nil
	}
	return id, err
}

// HasCall reports whether the journal knows a call.
func (db *DB) HasCall(ctx context.Context, id string) (has bool, err error) {
	err = db.Read(ctx, func(tx *Tx) error {
		return tx.row("SELECT EXISTS (SELECT 1 FROM call WHERE id = ?)", id).Scan(&has)
	})
	return has, err
}

// copyGrace is how long after its time a held delivery of a copy is looked for: the other copy
// needs a moment to publish it.
const copyGrace = time.Minute

const holdCopy = `
UPDATE delivery SET state = 'held', hold_reason = 'restored_copy', claim_token = NULL, wake_at_ms = max(?1, due_at_ms + ?2),
    last_error_class = 'restored_copy', last_error_text = ?3, row_version = row_version + 1, updated_at_ms = ?1,
    hlc = (SELECT hlc FROM local_clock), actor_id = (SELECT actor FROM local_clock)
WHERE state IN ('planned', 'waiting', 'preparing')`

// HoldCopy holds everything that is still to be published, because this database is an older or
// another copy of one that has published since, and returns how many that were. Each is looked for
// on its network once its time has passed.
func (db *DB) HoldCopy(ctx context.Context, why string) (held int64, err error) {
	err = db.Write(ctx, func(tx *Tx) error {
		now := tx.Now.UnixMilli()
		if held, err = tx.exec(holdCopy, now, copyGrace.Milliseconds(), why); err != nil {
			return err
		}
		_, err = tx.exec("UPDATE attempt SET ended_at_ms = ?, end_class = 'died' WHERE ended_at_ms IS NULL", now)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("hold what another copy may have published: %w", err)
	}
	return held, nil
}

const selectCopies = selectDelivery + ` WHERE d.row IN (SELECT x.row FROM delivery x INDEXED BY delivery_copy
    WHERE x.state = 'held' AND x.hold_reason IN ('restored_copy', 'moved_profile') AND x.wake_at_ms <= ?`

// Copies returns at most limit deliveries that are held because of another copy and whose turn it
// is to be looked for, and none of the channels in skip.
func (db *DB) Copies(ctx context.Context, now time.Time, limit int, skip []domain.ChannelID) (list []domain.Delivery, err error) {
	query, args := selectCopies, []any{now.UnixMilli()}
	for _, id := range skip {
		query += " AND x.channel <> (SELECT row FROM channel WHERE id = ?)"
		args = append(args, id)
	}
	err = db.ask(ctx, func(tx *Tx) error {
		list, err = collect(tx, scanDelivery, query+" ORDER BY x.wake_at_ms, x.row LIMIT ?) ORDER BY d.wake_at_ms, d.row", append(args, limit)...)
		return err
	})
	return list, err
}

// Looked notes that a delivery held because of another copy was looked for, what was found out,
// and when to look again, zero for never by itself.
func (db *DB) Looked(ctx context.Context, id domain.DeliveryID, again time.Time, text string) error {
	err := db.Write(ctx, func(tx *Tx) error {
		_, err := tx.exec(`UPDATE delivery SET wake_at_ms = ?2, last_error_text = ?3, row_version = row_version + 1,
			updated_at_ms = ?4, hlc = (SELECT hlc FROM local_clock)
			WHERE id = ?1 AND state = 'held' AND hold_reason IN ('restored_copy', 'moved_profile')`, id, ms(again), text, tx.Now.UnixMilli())
		return err
	})
	if err != nil {
		return fmt.Errorf("note a look for delivery %s: %w", id, err)
	}
	return nil
}

const adoptResolution = `
INSERT INTO resolution (id, delivery, generation, segment_idx, call, verdict, source, actor_id, evidence, remote_id,
    remote_url, at_ms)
SELECT ?1, d.row, d.generation, ?3, NULL, 'live', 'proof', ?4, ?5, ?6, ?7, ?8 FROM delivery d WHERE d.id = ?2`

// Adopt records that parts of a delivery are live although this database never sent them: another
// copy of it did. With all of its parts it is published; otherwise a person decides about the
// rest. from lists the states it may be in: otherwise somebody was first and it is a
// domain.ErrConflict. What this database may have sent itself is a domain.ErrNotAllowed.
func (db *DB) Adopt(ctx context.Context, a domain.Adoption, from ...domain.DeliveryState) error {
	err := db.Write(ctx, func(tx *Tx) error {
		d, err := one(tx, scanDelivery, selectDelivery+" WHERE d.id = ?", a.Delivery)
		if err != nil {
			return err
		}
		change := domain.Change{State: domain.Held, Reason: domain.HoldRestoredCopy, ErrorText: a.Evidence}
		if d.State != domain.Held {
			for _, state := range from {
				if state == d.State {
					if err := must(tx.become(a.Delivery, change, " AND state = ?9 AND row_version = ?10", state, d.RowVersion)); err != nil {
						return err
					}
					d.State = domain.Held
				}
			}
		}
		if d.State != domain.Held {
			return domain.ErrConflict
		}
		for _, p := range a.Parts {
			if _, err := tx.exec(adoptResolution, domain.NewID(tx.Now), a.Delivery, p.Index, domain.ActorPublisher, a.Evidence, p.RemoteID,
				text(p.RemoteURL), tx.Now.UnixMilli()); err != nil {
				return err
			}
			if err := must(tx.exec(segmentBecomes, a.Delivery, p.Index, domain.SegmentPublished, p.RemoteID, text(p.RemoteURL), text(p.RemoteRef))); err != nil {
				return err
			}
		}
		left, err := tx.number(`SELECT count(*) FROM segment s JOIN delivery d ON d.row = s.delivery AND d.generation = s.generation
			WHERE d.id = ? AND s.state <> 'published'`, a.Delivery)
		if err != nil {
			return err
		}
		if left > 0 {
			change.Reason = domain.HoldPartialThread
			return must(tx.become(a.Delivery, change, ""))
		}
		return must(tx.become(a.Delivery, domain.Change{State: domain.Published}, ""))
	})
	if err != nil {
		return fmt.Errorf("adopt delivery %s: %w", a.Delivery, err)
	}
	return nil
}

const wakeOffline = `
UPDATE delivery SET wake_at_ms = ?1, row_version = row_version + 1, updated_at_ms = ?2, hlc = (SELECT hlc FROM local_clock)
WHERE wake_at_ms > ?1 AND (state = 'waiting' AND last_error_class = 'not_sent' OR state = 'unknown' AND EXISTS (
    SELECT 1 FROM attempt a WHERE a.delivery = delivery.row AND a.end_class = 'not sent'
        AND a.row = (SELECT max(l.row) FROM attempt l WHERE l.delivery = delivery.row)))`

// WakeOffline has everything that waits for a connection tried at the given time instead of later,
// and returns how many that are.
func (db *DB) WakeOffline(ctx context.Context, at time.Time) (n int64, err error) {
	err = db.Write(ctx, func(tx *Tx) error {
		n, err = tx.exec(wakeOffline, at.UnixMilli(), tx.Now.UnixMilli())
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("wake what waits for a connection: %w", err)
	}
	return n, nil
}

const rightClock = `
UPDATE delivery SET wake_at_ms = CASE state WHEN 'planned' THEN max(due_at_ms, ?1) ELSE ?1 END, updated_at_ms = ?1,
    row_version = row_version + 1, hlc = (SELECT hlc FROM local_clock)
WHERE state IN ('planned', 'waiting', 'unknown') AND wake_at_ms > ?1 AND updated_at_ms > ?1 + ?2
    AND (state <> 'planned' OR wake_at_ms > due_at_ms)`

// RightClock has everything looked at anew that was put off by a clock which was ahead: its hour was
// written by that clock, and would come late by as much. It returns how many that are.
func (db *DB) RightClock(ctx context.Context, tolerance time.Duration) (n int64, err error) {
	err = db.Write(ctx, func(tx *Tx) error {
		n, err = tx.exec(rightClock, tx.Now.UnixMilli(), tolerance.Milliseconds())
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("look anew at what a wrong clock put off: %w", err)
	}
	return n, nil
}

// keepMarks is how long what was learnt about the clock is kept.
const keepMarks = 90 * 24 * time.Hour

// AddClockMark keeps what was learnt about this machine's clock.
func (db *DB) AddClockMark(ctx context.Context, m domain.ClockMark) error {
	err := db.Write(ctx, func(tx *Tx) error {
		if _, err := tx.exec("DELETE FROM clock_mark WHERE at_ms < ?", tx.Now.Add(-keepMarks).UnixMilli()); err != nil {
			return err
		}
		_, err := tx.exec(`INSERT INTO clock_mark (id, kind, host, offset_ms, at_ms, boot_ms, boot_id, machine)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?)`, domain.NewID(tx.Now), m.Kind, m.Host, m.Offset.Milliseconds(), m.At.UnixMilli(),
			m.Boot.Milliseconds(), m.BootID, m.Machine)
		return err
	})
	if err != nil {
		return fmt.Errorf("note what was learnt about the clock: %w", err)
	}
	return nil
}

// ClockMarks returns what was learnt in one boot of one machine, oldest first, at most the latest
// thousand.
func (db *DB) ClockMarks(ctx context.Context, machine, bootID string) (list []domain.ClockMark, err error) {
	err = db.Read(ctx, func(tx *Tx) error {
		list, err = collect(tx, func(s scanner) (m domain.ClockMark, err error) {
			var off, at, boot int64
			err = s.Scan(&m.Kind, &m.Host, &off, &at, &boot, &m.BootID, &m.Machine)
			m.Offset, m.Boot = time.Duration(off)*time.Millisecond, time.Duration(boot)*time.Millisecond
			m.At = time.UnixMilli(at).UTC()
			return m, err
		}, `SELECT kind, host, offset_ms, at_ms, boot_ms, boot_id, machine FROM (SELECT * FROM clock_mark
			WHERE machine = ? AND boot_id = ? ORDER BY row DESC LIMIT 1000) ORDER BY row`, machine, bootID)
		return err
	})
	return list, err
}
