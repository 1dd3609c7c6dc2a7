package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"postbag/backend/domain"
)

const selectDelivery = `
SELECT d.id, w.id, p.id, v.id, c.id, d.occurrence_key, d.generation, d.state, ifnull(d.hold_reason, ''), d.due_at_ms,
    d.wake_at_ms, d.deadline_at_ms, d.late_policy, d.late_after_ms, d.plan_json, d.plan_hash,
    CASE WHEN d.journal_last IS NULL THEN ifnull(d.approved_hash, '') ELSE d.plan_hash END,
    d.attempts, d.soft_failures, d.last_error_class, d.last_error_text, ifnull(d.remote_id, ''), ifnull(d.remote_url, ''),
    d.published_at_ms, d.released_at_ms, ifnull(d.claim_token, ''), d.row_version, d.created_at_ms, d.updated_at_ms,
    d.deleted_at_ms, ifnull(d.due_wall, ''), ifnull(d.due_zone, ''), ifnull(d.due_rule, ''), d.due_shift_ms
FROM delivery d JOIN workspace w ON w.row = d.workspace JOIN post p ON p.row = d.post
    JOIN variant v ON v.row = d.variant JOIN channel c ON c.row = d.channel`

func scanDelivery(s scanner) (d domain.Delivery, err error) {
	var plan, wall string
	var due, wake, deadline, published, released, created, updated, closed sql.NullInt64
	var lateAfter, shift int64
	err = s.Scan(&d.ID, &d.Workspace, &d.Post, &d.Variant, &d.Channel, &d.Occurrence, &d.Generation, &d.State,
		&d.HoldReason, &due, &wake, &deadline, &d.Late.Then, &lateAfter, &plan, &d.PlanHash, &d.ApprovedHash,
		&d.Attempts, &d.SoftFailures, &d.ErrorClass, &d.ErrorText, &d.RemoteID, &d.RemoteURL, &published,
		&released, &d.ClaimToken, &d.RowVersion, &created, &updated, &closed, &wall, &d.DueZone, &d.DueRule, &shift)
	if err == nil && wall != "" {
		d.DueWall, err = domain.ParseWall(wall)
	}
	d.Plan = []byte(plan)
	d.Due, d.WakeAt, d.Deadline, d.PublishedAt = at(due), at(wake), at(deadline), at(published)
	d.CreatedAt, d.UpdatedAt, d.ReleasedAt, d.ClosedAt = at(created), at(updated), at(released), at(closed)
	d.Late.After, d.DueShift = time.Duration(lateAfter)*time.Millisecond, time.Duration(shift)*time.Millisecond
	return d, err
}

// Delivery returns one delivery.
func (db *DB) Delivery(ctx context.Context, id domain.DeliveryID) (d domain.Delivery, err error) {
	err = db.ask(ctx, func(tx *Tx) error {
		d, err = one(tx, scanDelivery, selectDelivery+" WHERE d.id = ?", id)
		if err != nil {
			return err
		}
		only := []domain.Delivery{d}
		err = tx.withPlans(only)
		d = only[0]
		return err
	})
	return d, err
}

// Deliveries returns a workspace's deliveries in the given states (all if none), soonest first.
func (db *DB) Deliveries(ctx context.Context, w domain.WorkspaceID, states ...domain.DeliveryState) (list []domain.Delivery, err error) {
	query, args := selectDelivery+" WHERE w.id = ?", []any{w}
	if len(states) > 0 {
		query += " AND d.state IN (?" + strings.Repeat(", ?", len(states)-1) + ")"
		for _, s := range states {
			args = append(args, s)
		}
	}
	err = db.ask(ctx, func(tx *Tx) error {
		list, err = collect(tx, scanDelivery, query+" ORDER BY d.due_at_ms, d.row", args...)
		return errors.Join(err, tx.withMostPlans(list))
	})
	return list, err
}

// DeliveriesOf returns a post's deliveries, oldest first.
func (db *DB) DeliveriesOf(ctx context.Context, id domain.PostID) (list []domain.Delivery, err error) {
	err = db.ask(ctx, func(tx *Tx) error {
		list, err = collect(tx, scanDelivery, selectDelivery+" WHERE p.id = ? ORDER BY d.row", id)
		return errors.Join(err, tx.withMostPlans(list))
	})
	return list, err
}

// mayGo leaves out what waits because its channel is paused or its workspace was removed. Doubt
// is settled all the same.
const mayGo = `(d.state = 'unknown' OR NOT EXISTS (SELECT 1 FROM channel o JOIN workspace s ON s.row = o.workspace
    WHERE o.row = d.channel AND (o.paused_at_ms IS NOT NULL OR s.removed_at_ms IS NOT NULL)))`

// toLookAt finds what the publisher has to look at in the index alone, also where many rows of a busy
// or paused channel come first: everything it asks about is in the index.
const toLookAt = `FROM delivery d INDEXED BY delivery_wake WHERE d.state IN ('planned', 'waiting', 'unknown')
    AND (d.state = 'unknown' OR d.channel NOT IN (SELECT o.row FROM channel o JOIN workspace s ON s.row = o.workspace
        WHERE o.paused_at_ms IS NOT NULL OR s.removed_at_ms IS NOT NULL))`

const selectDue = `SELECT d.row ` + toLookAt + ` AND d.wake_at_ms <= ?1`

// Opening a list costs as much as the rest: most looks have neither.
const (
	dueBut  = ` AND d.channel NOT IN (SELECT c.row FROM channel c WHERE c.id IN (SELECT value FROM json_each(?2)))`
	dueOnly = ` AND d.state IN (SELECT value FROM json_each(?3))`
	dueSoon = ` ORDER BY d.wake_at_ms, d.channel, d.state, d.row LIMIT ?4`
)

// Due returns at most limit deliveries whose time to look at has come, longest overdue first (those of
// one time in the order of the index, and of one channel in the order they were planned),
// and none of the channels in skip. If states are given, only deliveries in them.
func (db *DB) Due(ctx context.Context, now time.Time, limit int, skip []domain.ChannelID, states ...domain.DeliveryState) (list []domain.Delivery, err error) {
	but, err := json.Marshal(append([]domain.ChannelID{}, skip...))
	if err != nil {
		return nil, fmt.Errorf("due deliveries: %w", err)
	}
	only, err := json.Marshal(append([]domain.DeliveryState{}, states...))
	if err != nil {
		return nil, fmt.Errorf("due deliveries: %w", err)
	}
	due := selectDue
	if len(skip) > 0 {
		due += dueBut
	}
	if len(states) > 0 {
		due += dueOnly
	}
	var rows []int64
	err = db.ask(ctx, func(tx *Tx) error {
		rows, err = collect(tx, func(s scanner) (row int64, err error) { return row, s.Scan(&row) },
			due+dueSoon, now.UnixMilli(), string(but), string(only), limit)
		return err
	})
	for _, row := range rows {
		var d domain.Delivery
		if err := db.ask(ctx, func(tx *Tx) error {
			d, err = one(tx, scanDelivery, selectDelivery+" WHERE d.row = ?", row)
			return err
		}); err != nil {
			return nil, err
		}
		open := d.State == domain.Planned || d.State == domain.Waiting || d.State == domain.Unknown
		if open && !d.WakeAt.After(now) { // somebody may have changed it in between
			list = append(list, d)
		}
	}
	return list, err
}

const selectNextWake = `SELECT d.wake_at_ms ` + toLookAt + ` ORDER BY d.wake_at_ms LIMIT 1`

// NextWake returns when the publisher has something to look at next, zero for never.
func (db *DB) NextWake(ctx context.Context) (next time.Time, err error) {
	err = db.ask(ctx, func(tx *Tx) error {
		list, err := collect(tx, func(s scanner) (wake sql.NullInt64, err error) { return wake, s.Scan(&wake) }, selectNextWake)
		if len(list) > 0 {
			next = at(list[0])
		}
		return err
	})
	return next, err
}

const selectSegments = `
SELECT s.idx, s.generation, s.state, s.client_key, ifnull(s.remote_id, ''), ifnull(s.remote_url, ''), ifnull(s.remote_ref, ''),
    s.published_at_ms, ifnull(s.container_id, ''), s.container_expires_ms
FROM segment s JOIN delivery d ON d.row = s.delivery AND d.generation = s.generation
WHERE d.id = ? ORDER BY s.idx`

// Segments returns the segments of a delivery's present generation, in order.
func (db *DB) Segments(ctx context.Context, id domain.DeliveryID) (list []domain.Segment, err error) {
	err = db.ask(ctx, func(tx *Tx) error {
		list, err = tx.segments(id)
		return err
	})
	return list, err
}

func (t *Tx) segments(id domain.DeliveryID) ([]domain.Segment, error) {
	return collect(t, func(s scanner) (domain.Segment, error) { return scanSegment(s, id) }, selectSegments, id)
}

func scanSegment(s scanner, id domain.DeliveryID) (g domain.Segment, err error) {
	var published, until sql.NullInt64
	var generation int
	err = s.Scan(&g.Index, &generation, &g.State, &g.ClientKey, &g.RemoteID, &g.RemoteURL, &g.RemoteRef, &published, &g.Container, &until)
	g.PublishedAt, g.ContainerUntil = at(published), at(until)
	if g.ClientKey == "" { // it is what it follows from: dropPlan saw to that
		g.ClientKey = domain.ClientKey(id, generation, g.Index)
	}
	return g, err
}

// becomes sets a delivery's new state with the fields that go with it. The claim ends unless
// the state keeps it.
const becomes = `
    state = ?2, hold_reason = ?3, wake_at_ms = ?4, last_error_class = ?5, last_error_text = ?6,
    soft_failures = CASE WHEN state = 'held' AND ?2 = 'planned' THEN 0 ELSE soft_failures + ?7 END,
    released_at_ms = CASE WHEN state = 'held' AND ?2 = 'planned' THEN ?8 ELSE released_at_ms END,
    claim_token = CASE WHEN ?2 IN ('preparing', 'sending') THEN claim_token END,
    claim_owner = CASE WHEN ?2 IN ('preparing', 'sending') THEN claim_owner END,
    claim_boot = CASE WHEN ?2 IN ('preparing', 'sending') THEN claim_boot END,
    claim_until_ms = CASE WHEN ?2 IN ('preparing', 'sending') THEN claim_until_ms END,
    row_version = row_version + 1, updated_at_ms = ?8, hlc = (SELECT hlc FROM local_clock),
    actor_id = (SELECT actor FROM local_clock)
WHERE id = ?1`

// becomesLive is what is set when a delivery is published: where its first part is.
const becomesLive = `
    published_at_ms = ?8, (remote_id, remote_url) = (SELECT s.remote_id, s.remote_url FROM segment s
        WHERE s.delivery = delivery.row AND s.generation = delivery.generation ORDER BY s.idx LIMIT 1),`

func (t *Tx) become(id domain.DeliveryID, c domain.Change, condition string, args ...any) (int64, error) {
	soft := 0
	if c.Soft {
		soft = 1
	}
	all := []any{id, c.State, text(string(c.Reason)), ms(c.WakeAt), c.ErrorClass, c.ErrorText, soft, t.Now.UnixMilli()}
	live := ""
	if c.State == domain.Published {
		live = becomesLive
	}
	return t.exec("UPDATE delivery SET"+live+becomes+condition, append(all, args...)...)
}

// must turns "no row matched" into domain.ErrConflict: another process or a person was first.
func must(n int64, err error) error {
	if err == nil && n == 0 {
		return domain.ErrConflict
	}
	return err
}

const claimDelivery = `
UPDATE delivery SET state = 'preparing', hold_reason = NULL, wake_at_ms = NULL, attempts = attempts + 1,
    owner_epoch = ?2, claim_owner = ?3, claim_token = ?4, claim_boot = ?5, claim_until_ms = ?6,
    row_version = row_version + 1, updated_at_ms = ?7, hlc = (SELECT hlc FROM local_clock)
WHERE id = ?1 AND state IN ('planned', 'waiting') AND due_at_ms <= ?7 AND approved_hash = plan_hash
    AND row_version = ?8 AND (SELECT hold_all FROM local_publisher) = 0 AND (SELECT epoch FROM local_publisher) = ?2`

// Claim takes a due, approved delivery for one attempt and begins it, with what it may need of
// budgets. It reports false if it changed meanwhile, is not due, or everything is held. A budget that
// does not give enough is a *domain.BudgetError, a server that gets a pause a *domain.PausedError. It
// fails with domain.ErrOvertaken if another process has recovered the queue since this one did.
func (db *DB) Claim(ctx context.Context, d domain.Delivery, c domain.Claim) (bool, error) {
	err := db.Write(ctx, func(tx *Tx) error {
		n, err := tx.exec(claimDelivery, d.ID, c.By.Epoch, c.By.Process, c.Token, c.By.BootID, c.Until.UnixMilli(),
			tx.Now.UnixMilli(), d.RowVersion)
		if err := must(n, err); err != nil {
			if overtaken := tx.publishes(c.By.Epoch); overtaken != nil {
				return overtaken
			}
			return err
		}
		if err := tx.reserve(c.Token, c.Host, c.Reserve); err != nil {
			return err
		}
		return tx.beginAttempt(d.ID, c)
	})
	if errors.Is(err, domain.ErrConflict) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("claim delivery %s: %w", d.ID, err)
	}
	return true, nil
}

// publishes fails with domain.ErrOvertaken unless the publisher of this epoch was the last to
// recover the queue.
func (t *Tx) publishes(epoch int64) error {
	now, err := t.number("SELECT epoch FROM local_publisher")
	if err == nil && now != epoch {
		err = domain.ErrOvertaken
	}
	return err
}

const insertAttempt = `
INSERT INTO attempt (delivery, no, claim_token, machine, process, app_version, boot_id, started_at_ms)
SELECT d.row, 1 + (SELECT count(*) FROM attempt a WHERE a.delivery = d.row), ?2, ?3, ?4, ?5, ?6, ?7
FROM delivery d WHERE d.id = ?1`

func (t *Tx) beginAttempt(id domain.DeliveryID, c domain.Claim) error {
	_, err := t.exec(insertAttempt, id, c.Token, c.By.Machine, c.By.Process, c.By.Version, c.By.BootID, t.Now.UnixMilli())
	return err
}

func (t *Tx) endAttempt(token, class string) error {
	if _, err := t.exec("UPDATE attempt SET ended_at_ms = ?, end_class = ? WHERE claim_token = ? AND ended_at_ms IS NULL",
		t.Now.UnixMilli(), class, token); err != nil {
		return err
	}
	return t.giveBack(token)
}

// BeginLookUp begins an attempt that only looks: the delivery stays unknown. Its errors about budgets
// are those of Claim.
func (db *DB) BeginLookUp(ctx context.Context, id domain.DeliveryID, c domain.Claim) error {
	return db.Write(ctx, func(tx *Tx) error {
		if err := tx.reserve(c.Token, c.Host, c.Reserve); err != nil {
			return err
		}
		return tx.beginAttempt(id, c)
	})
}

// EndLookUp ends an attempt that only looked.
func (db *DB) EndLookUp(ctx context.Context, token, class string) error {
	return db.Write(ctx, func(tx *Tx) error { return tx.endAttempt(token, class) })
}

// Release ends an attempt that sent nothing public since its last settlement: the delivery
// becomes what the change says. domain.ErrConflict: the claim was lost.
func (db *DB) Release(ctx context.Context, id domain.DeliveryID, token string, c domain.Change) error {
	err := db.Write(ctx, func(tx *Tx) error {
		if err := must(tx.become(id, c, " AND state = 'preparing' AND claim_token = ?9", token)); err != nil {
			return err
		}
		return tx.endAttempt(token, string(c.State))
	})
	if err != nil {
		return fmt.Errorf("release delivery %s: %w", id, err)
	}
	return nil
}
