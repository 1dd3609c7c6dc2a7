package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"postbag/backend/domain"
)

const doubtfulCalls = `
SELECT b.call FROM doubt b JOIN delivery d ON d.row = b.delivery AND d.generation = b.generation
WHERE d.id = ? AND b.segment_idx = ? AND (b.verdict IS NULL OR b.verdict IN ('undecided', 'same_key')) ORDER BY b.call DESC`

const insertResolution = `
INSERT INTO resolution (id, delivery, generation, segment_idx, call, verdict, source, actor_id, evidence, remote_id,
    remote_url, at_ms)
SELECT ?1, d.row, d.generation, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11 FROM delivery d WHERE d.id = ?2`

// Resolve records what was found out, or decided, about a segment in doubt, and what the
// delivery becomes, in one transaction. from is the state it must be in: otherwise somebody was
// first and it fails with domain.ErrConflict. What a publisher found out counts only while it is
// the publisher: it fails with domain.ErrOvertaken once another process has recovered the queue.
func (db *DB) Resolve(ctx context.Context, r domain.Resolution, from domain.DeliveryState) error {
	err := db.Write(ctx, func(tx *Tx) error {
		if !r.ByPerson {
			if err := tx.publishes(r.Epoch); err != nil {
				return err
			}
		}
		if err := tx.resolve(r); err != nil {
			return err
		}
		return must(tx.become(r.Delivery, r.Change, " AND state = ?9", from))
	})
	if err != nil {
		return fmt.Errorf("resolve delivery %s: %w", r.Delivery, err)
	}
	return nil
}

func (t *Tx) resolve(r domain.Resolution) error {
	source := "proof"
	if r.ByPerson {
		source = "person"
	}
	calls, err := collect(t, func(s scanner) (n int64, err error) { return n, s.Scan(&n) }, doubtfulCalls, r.Delivery, r.Segment)
	if err != nil {
		return err
	}
	if len(calls) == 0 {
		return fmt.Errorf("nothing is in doubt: %w", domain.ErrNotAllowed)
	}
	for i, call := range calls {
		if i > 0 && (r.Verdict == domain.VerdictLive || r.Verdict == domain.VerdictSameKey || r.Verdict == domain.VerdictUndecided) {
			break // one call was accepted; the others keep what is known of them
		}
		_, err := t.exec(insertResolution, domain.NewID(t.Now), r.Delivery, r.Segment, call, r.Verdict, source, r.Actor,
			r.Evidence, text(r.RemoteID), text(r.RemoteURL), t.Now.UnixMilli())
		if err != nil {
			return err
		}
	}
	if r.Verdict == domain.VerdictAbsent { // its invisible object is of no more use
		if _, err := t.exec(segmentContained, r.Delivery, r.Segment, nil, nil); err != nil {
			return err
		}
	}
	state := domain.SegmentPending
	switch r.Verdict {
	case domain.VerdictLive:
		state = domain.SegmentPublished
	case domain.VerdictUndecided, domain.VerdictSendAgain:
		state = domain.SegmentUnknown
	case domain.VerdictAbsent, domain.VerdictSameKey:
	}
	return must(t.exec(segmentBecomes, r.Delivery, r.Segment, state, text(r.RemoteID), text(r.RemoteURL), text(r.RemoteRef)))
}

const nextGeneration = `
UPDATE delivery SET generation = generation + 1, state = 'planned', hold_reason = NULL, wake_at_ms = ?2, due_at_ms = ?2,
    plan_json = ?3, plan_hash = ?4, approved_hash = ?4, last_error_class = '', last_error_text = '', soft_failures = 0,
    row_version = row_version + 1, updated_at_ms = ?2, hlc = (SELECT hlc FROM local_clock)
WHERE id = ?1 AND state = 'held'`

// SendAgain is a person's decision to publish what may be live already: a new generation with
// keys of its own, planned for now. Segments that are proved live are not sent again.
func (db *DB) SendAgain(ctx context.Context, d domain.Delivery, r domain.Resolution, keys []string) error {
	err := db.Write(ctx, func(tx *Tx) error {
		if err := tx.resolve(r); err != nil {
			return err
		}
		live, err := tx.liveSegments(d.ID)
		if err != nil {
			return err
		}
		if err := must(tx.exec(nextGeneration, d.ID, tx.Now.UnixMilli(), string(d.Plan), d.PlanHash)); err != nil {
			return err
		}
		d.Generation++
		for i, key := range keys {
			if g, ok := live[i]; ok {
				_, err = tx.exec(`INSERT INTO segment (delivery, generation, idx, plan_hash, state, client_key, remote_id, remote_url, remote_ref, published_at_ms)
					VALUES ((SELECT row FROM delivery WHERE id = ?), ?, ?, ?, 'published', ?, ?, ?, ?, ?)`,
					d.ID, d.Generation, i, d.PlanHash, key, text(g.RemoteID), text(g.RemoteURL), text(g.RemoteRef), tx.Now.UnixMilli())
			} else {
				_, err = tx.execAll(insertSegments, [][]any{{d.ID, d.Generation, i, d.PlanHash, key}})
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("send delivery %s again: %w", d.ID, err)
	}
	return nil
}

func (t *Tx) liveSegments(id domain.DeliveryID) (map[int]domain.Segment, error) {
	list, err := t.segments(id)
	if err != nil {
		return nil, err
	}
	live := map[int]domain.Segment{}
	for _, g := range list {
		if g.State == domain.SegmentPublished {
			live[g.Index] = g
		}
	}
	return live, nil
}

const replan = `
UPDATE delivery SET state = 'planned', hold_reason = NULL, due_at_ms = ?2, wake_at_ms = ?2, plan_json = ?3, plan_hash = ?4,
    approved_hash = ?4, deadline_at_ms = ?5, due_wall = ?8, due_zone = ?9, due_rule = ?10,
    due_shift_ms = ?11, slot_at_ms = NULL, last_error_class = '', last_error_text = '',
    soft_failures = 0,
    row_version = row_version + 1, updated_at_ms = ?6, hlc = (SELECT hlc FROM local_clock)
WHERE id = ?1 AND state IN ('planned', 'waiting', 'held') AND row_version = ?7`

const anyIntentLeft = `
SELECT count(*) FROM call c JOIN delivery d ON d.row = c.delivery AND d.generation = c.generation
WHERE d.id = ? AND c.effect = 'public' AND (c.outcome IN ('accepted') OR c.outcome IS NULL OR c.outcome = 'ambiguous'
    AND NOT EXISTS (SELECT 1 FROM resolution r WHERE r.call = c.row AND r.verdict = 'absent'))`

// Replan gives a delivery a new time and the plan that goes with it, approved by the person who
// did it. It fails with domain.ErrNotAllowed once anything of it is or may be public.
func (db *DB) Replan(ctx context.Context, d domain.Delivery) error {
	err := db.Write(ctx, func(tx *Tx) error { return tx.replan(d) })
	if err != nil {
		return fmt.Errorf("plan delivery %s anew: %w", d.ID, err)
	}
	return nil
}

func (t *Tx) replan(d domain.Delivery) error {
	n, err := t.number(anyIntentLeft, d.ID)
	if err != nil {
		return err
	}
	if n > 0 {
		return fmt.Errorf("a part of it is or may be live: %w", domain.ErrNotAllowed)
	}
	if err := t.endWithRule(&d); err != nil {
		return err
	}
	if err := must(t.exec(replan, d.ID, d.Due.UnixMilli(), string(d.Plan), d.PlanHash, ms(d.Deadline),
		t.Now.UnixMilli(), d.RowVersion, wall(d.DueWall), text(d.DueZone), text(d.DueRule), d.DueShift.Milliseconds())); err != nil {
		return err
	}
	if err := t.takeSlot(d); err != nil {
		return err
	}
	_, err = t.exec(`UPDATE segment SET plan_hash = ?2 WHERE (delivery, generation) =
		(SELECT x.row, x.generation FROM delivery x WHERE x.id = ?1)`, d.ID, d.PlanHash)
	return err
}

// Decide changes a delivery's state by a person's wish. It fails with domain.ErrConflict unless
// the delivery is in one of the states from, and with domain.ErrNotAllowed where the queue's rules forbid it.
func (db *DB) Decide(ctx context.Context, id domain.DeliveryID, c domain.Change, from ...domain.DeliveryState) error {
	err := db.Write(ctx, func(tx *Tx) error {
		for _, state := range from {
			n, err := tx.become(id, c, " AND state = ?9", state)
			if err != nil {
				return err
			}
			if n > 0 {
				return nil
			}
		}
		if _, err := tx.number("SELECT row FROM delivery WHERE id = ?", id); err != nil {
			return err
		}
		return domain.ErrConflict
	})
	if err != nil {
		return fmt.Errorf("decide about delivery %s: %w", id, err)
	}
	return nil
}

// Postpone moves when the publisher looks at a planned or waiting delivery next.
func (db *DB) Postpone(ctx context.Context, id domain.DeliveryID, until time.Time, class, why string) error {
	err := db.Write(ctx, func(tx *Tx) error {
		_, err := tx.exec(`UPDATE delivery SET wake_at_ms = ?2, last_error_class = ?3, last_error_text = ?4,
			row_version = row_version + 1, updated_at_ms = ?5, hlc = (SELECT hlc FROM local_clock)
			WHERE id = ?1 AND state IN ('planned', 'waiting', 'unknown')`,
			id, until.UnixMilli(), class, why, tx.Now.UnixMilli())
		return err
	})
	if err != nil {
		return fmt.Errorf("postpone delivery %s: %w", id, err)
	}
	return nil
}

// HoldAll sets the switch that stops every claim; it changes no delivery.
func (db *DB) HoldAll(ctx context.Context, on bool) error {
	return db.Write(ctx, func(tx *Tx) error {
		_, err := tx.exec("UPDATE local_publisher SET hold_all = ?", on)
		return err
	})
}

// HeldAll reports whether everything is held.
func (db *DB) HeldAll(ctx context.Context) (on bool, err error) {
	err = db.ask(ctx, func(tx *Tx) error { return tx.row("SELECT hold_all FROM local_publisher").Scan(&on) })
	return on, err
}

const reauthDone = `
UPDATE delivery SET state = 'planned', hold_reason = NULL, wake_at_ms = max(due_at_ms, ?2), released_at_ms = ?2,
    soft_failures = 0, last_error_class = '',
    last_error_text = '', row_version = row_version + 1, updated_at_ms = ?2, hlc = (SELECT hlc FROM local_clock)
WHERE id = ?1 AND state = 'held' AND hold_reason = 'reauth'`

// releaseReauth plans again what was held until the channel is signed in again.
func (t *Tx) releaseReauth(id domain.ChannelID) error {
	held, err := collect(t, func(s scanner) (d domain.DeliveryID, err error) { return d, s.Scan(&d) },
		`SELECT d.id FROM delivery d JOIN channel c ON c.row = d.channel
		WHERE c.id = ? AND d.state = 'held' AND d.hold_reason = 'reauth'`, id)
	if err != nil {
		return err
	}
	for _, d := range held {
		_, err := t.exec(reauthDone, d, t.Now.UnixMilli())
		if err != nil && !errors.Is(known(err), domain.ErrNotAllowed) {
			return err
		}
	}
	return nil
}

// SetChannelState notes whether a channel can publish.
func (db *DB) SetChannelState(ctx context.Context, id domain.ChannelID, state domain.ChannelState) error {
	return db.Write(ctx, func(tx *Tx) error {
		_, err := tx.exec("UPDATE channel SET state = ?, updated_at_ms = ? WHERE id = ? AND state <> 'removed'",
			state, tx.Now.UnixMilli(), id)
		return err
	})
}
