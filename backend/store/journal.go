package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"postbag/backend/domain"
)

const insertCall = `
INSERT INTO call (id, attempt, delivery, generation, segment_idx, seq, step, effect, claim_token, owner_epoch, client_key,
    key_until_ms, request_hash, intent_at_ms, intent_boot_ms, boot_id, outcome, http_status, network_code, remote_id, detail,
    outcome_at_ms, container_id)
SELECT ?1, a.row, d.row, d.generation, ?3, 1 + (SELECT count(*) FROM call k WHERE k.attempt = a.row), ?4, ?5, ?2,
    d.owner_epoch, ?6, ?7, ?8, ?9, ?16, a.boot_id, ?10, ?11, ?12, ?13, ?14, ?15, ?17
FROM attempt a JOIN delivery d ON d.row = a.delivery WHERE a.claim_token = ?2`

func (t *Tx) addCall(c domain.Call, keyUntil time.Time) (int64, error) {
	until := int64(0)
	if !keyUntil.IsZero() {
		until = keyUntil.UnixMilli()
	}
	return t.insertOne(insertCall, c.ID, c.ClaimToken, c.Segment, c.Step, c.Effect, c.ClientKey, until, c.RequestHash,
		c.IntentAt.UnixMilli(), text(string(c.Outcome)), c.Status, c.Code, text(c.RemoteID), c.Message, ms(c.OutcomeAt),
		c.IntentBoot.Milliseconds(), text(c.Container))
}

// Note journals a finished call that made nothing public, with its sealed answer if the step
// is finished for good.
func (db *DB) Note(ctx context.Context, c domain.Call) error {
	err := db.Write(ctx, func(tx *Tx) error {
		row, err := tx.addCall(c, time.Time{})
		if err != nil {
			return err
		}
		if err := tx.use(c.ClaimToken, c.Usage); err != nil {
			return err
		}
		if c.Container != "" {
			if err := must(tx.exec(segmentContained, c.Delivery, c.Segment, c.Container, ms(c.ContainerUntil))); err != nil {
				return err
			}
		}
		if c.Reply == nil {
			return nil
		}
		return tx.keepReply(row, c.Reply)
	})
	if err != nil {
		return fmt.Errorf("journal step %q: %w", c.Step, err)
	}
	return nil
}

const segmentContained = `
UPDATE segment SET container_id = ?3, container_expires_ms = ?4 WHERE idx = ?2 AND (delivery, generation) =
    (SELECT d.row, d.generation FROM delivery d WHERE d.id = ?1)`

func (t *Tx) keepReply(call int64, sealed []byte) error {
	_, err := t.exec("INSERT INTO local_reply (call, sealed) VALUES (?, ?)", call, sealed)
	return err
}

const segmentSending = `
UPDATE segment SET state = 'sending' WHERE idx = ?2 AND (delivery, generation) =
    (SELECT d.row, d.generation FROM delivery d WHERE d.id = ?1)`

const intended = `
AND state = 'preparing' AND claim_token = ?9 AND (SELECT hold_all FROM local_publisher) = 0`

// Intend commits the intent to make a segment public. Not one byte may leave before it returns
// nil; when it does, the delivery is sending and only an outcome ends that. domain.ErrConflict: the
// claim was lost, or everything is held. A server that gets a pause is a *domain.PausedError.
func (db *DB) Intend(ctx context.Context, c domain.Call, keyUntil time.Time) error {
	err := db.Write(ctx, func(tx *Tx) error {
		if err := tx.paused(c.Usage.Host); err != nil {
			return err
		}
		if _, err := tx.addCall(c, keyUntil); err != nil {
			return err
		}
		if err := must(tx.exec(segmentSending, c.Delivery, c.Segment)); err != nil {
			return err
		}
		return must(tx.become(c.Delivery, domain.Change{State: domain.Sending}, intended, c.ClaimToken))
	})
	if err != nil {
		return fmt.Errorf("commit intent of %q: %w", c.Step, err)
	}
	return nil
}

const endCall = `
UPDATE call SET outcome = ?2, http_status = ?3, network_code = ?4, detail = ?5, retry_after_ms = ?6, remote_id = ?7,
    outcome_at_ms = ?8
WHERE id = ?1 AND outcome IS NULL RETURNING row, segment_idx`

const segmentBecomes = `
UPDATE segment SET state = ?3, remote_id = ?4, remote_url = ?5, remote_ref = ?6,
    published_at_ms = CASE WHEN ?3 = 'published' THEN (SELECT now_ms FROM local_clock) END
WHERE idx = ?2 AND (delivery, generation) =
    (SELECT d.row, d.generation FROM delivery d WHERE d.id = ?1)`

// Settle writes the outcome of an intent, what it says of its segment, and what the delivery
// becomes. Nothing may happen between an acceptance and this call.
func (db *DB) Settle(ctx context.Context, s domain.Settlement) error {
	err := db.Write(ctx, func(tx *Tx) error {
		var call int64
		var segment int
		err := tx.row(endCall, s.CallID, s.Outcome, s.Status, s.Code, s.Message, s.RetryAfter.Milliseconds(),
			text(cmp.Or(s.RemoteID, s.Given)), tx.Now.UnixMilli()).Scan(&call, &segment)
		if err != nil {
			return err
		}
		if s.Reply != nil {
			if err := tx.keepReply(call, s.Reply); err != nil {
				return err
			}
		}
		if err := tx.use(s.ClaimToken, s.Usage); err != nil {
			return err
		}
		state := domain.SegmentPending
		switch s.Outcome {
		case domain.OutcomeAccepted:
			state = domain.SegmentPublished
		case domain.OutcomeAmbiguous, domain.OutcomeOpen:
			state = domain.SegmentUnknown
		case domain.OutcomeNotSent, domain.OutcomeRejected, domain.OutcomeThrottled, domain.OutcomeReauth:
		}
		if err := must(tx.exec(segmentBecomes, s.Delivery, segment, state, text(s.RemoteID), text(s.RemoteURL), text(s.RemoteRef))); err != nil {
			return err
		}
		return tx.settleDelivery(s.Delivery, s.ClaimToken, s.Change)
	})
	if err != nil {
		return fmt.Errorf("settle delivery %s: %w", s.Delivery, err)
	}
	return nil
}

func (t *Tx) settleDelivery(id domain.DeliveryID, token string, c domain.Change) error {
	if err := must(t.become(id, c, " AND state = 'sending' AND claim_token = ?9", token)); err != nil {
		return err
	}
	if c.State == domain.Preparing {
		return nil // the next segment belongs to the same attempt
	}
	if c.State == domain.Published { // no attempt follows that would ask the journal
		if _, err := t.exec(repliesDone, id); err != nil {
			return err
		}
	}
	return t.endAttempt(token, string(c.State))
}

const repliesDone = `
DELETE FROM local_reply WHERE call IN (SELECT c.row FROM call c JOIN delivery d ON d.row = c.delivery WHERE d.id = ?)`

const finishedSteps = `
SELECT c.step, c.effect, c.request_hash, c.outcome_at_ms, r.sealed, c.id
FROM call c JOIN local_reply r ON r.call = c.row JOIN delivery d ON d.row = c.delivery AND d.generation = c.generation
WHERE d.id = ? ORDER BY c.row`

// Steps returns the finished steps of a delivery's present generation, oldest first.
func (db *DB) Steps(ctx context.Context, id domain.DeliveryID) (list []domain.Step, err error) {
	err = db.ask(ctx, func(tx *Tx) error {
		list, err = collect(tx, func(s scanner) (p domain.Step, err error) {
			var done sql.NullInt64
			err = s.Scan(&p.Name, &p.Effect, &p.RequestHash, &done, &p.Sealed, &p.Call)
			p.At = at(done)
			return p, err
		}, finishedSteps, id)
		return err
	})
	return list, err
}

const recoverCalls = `
UPDATE call SET outcome = 'ambiguous', detail = 'Postbag stopped before the answer came', outcome_at_ms = ?1
WHERE effect = 'public' AND outcome IS NULL`

const recoverSegments = `
UPDATE segment SET state = 'unknown' WHERE state = 'sending' AND delivery IN
    (SELECT row FROM delivery WHERE state = 'sending')`

const recoverSending = `
UPDATE delivery SET state = 'unknown', claim_token = NULL, claim_owner = NULL, claim_boot = NULL, claim_until_ms = NULL,
    wake_at_ms = ?1, last_error_class = 'ambiguous',
    last_error_text = 'Postbag stopped before the answer came', row_version = row_version + 1, updated_at_ms = ?1,
    hlc = (SELECT hlc FROM local_clock)
WHERE state = 'sending'`

const recoverPreparing = `
UPDATE delivery SET state = 'planned', claim_token = NULL, claim_owner = NULL, claim_boot = NULL, claim_until_ms = NULL,
    wake_at_ms = due_at_ms, row_version = row_version + 1,
    updated_at_ms = ?1, hlc = (SELECT hlc FROM local_clock)
WHERE state = 'preparing'`

const beginEpoch = `
UPDATE local_publisher SET epoch = epoch + 1, machine = ?, process = ?, boot_id = ?, started_at_ms = ? RETURNING epoch`

// Recover begins a publisher's work: every intent an earlier process left open becomes
// ambiguous and its delivery unknown, without exception; what was only being prepared is
// planned again. It returns the publisher with its epoch and how many were in doubt. Only the
// holder of the publisher lock may call it.
func (db *DB) Recover(ctx context.Context, p domain.Publisher) (_ domain.Publisher, doubts int64, err error) {
	err = db.Write(ctx, func(tx *Tx) error {
		now := tx.Now.UnixMilli()
		if p.Epoch, err = tx.number(beginEpoch, p.Machine, p.Process, p.BootID, now); err != nil {
			return err
		}
		if _, err := tx.exec(recoverCalls, now); err != nil {
			return err
		}
		if _, err := tx.exec(recoverSegments); err != nil {
			return err
		}
		if doubts, err = tx.exec(recoverSending, now); err != nil {
			return err
		}
		if _, err := tx.exec(recoverPreparing, now); err != nil {
			return err
		}
		if _, err := tx.exec("UPDATE attempt SET ended_at_ms = ?, end_class = 'died' WHERE ended_at_ms IS NULL", now); err != nil {
			return err
		}
		return tx.spendPromised()
	})
	if err != nil {
		return p, 0, fmt.Errorf("recover the queue: %w", err)
	}
	return p, doubts, nil
}

// sameDoubt are the calls of the segment of a call c that may have been accepted, it among them.
const sameDoubt = `FROM call k WHERE k.delivery = c.delivery AND k.generation = c.generation AND k.segment_idx = c.segment_idx
    AND k.effect = 'public' AND k.outcome = 'ambiguous'`

const selectDoubt = `
SELECT c.segment_idx, c.client_key, c.request_hash, c.intent_at_ms, c.intent_boot_ms, c.boot_id, a.machine, c.key_until_ms,
    ifnull(b.verdict, ''), ifnull(c.container_id, ''), ifnull(c.remote_id, ''), ifnull(c.detail, ''), (SELECT min(k.intent_at_ms) ` + sameDoubt + `), (SELECT count(*) ` + sameDoubt + `),
    (SELECT count(*) FROM attempt l WHERE l.delivery = d.row AND l.row > c.attempt AND l.end_class = 'no answer'),
    (SELECT count(*) FROM attempt l WHERE l.delivery = d.row AND l.row > c.attempt AND l.end_class = 'absent')
FROM doubt b JOIN call c ON c.row = b.call JOIN delivery d ON d.row = c.delivery AND d.generation = c.generation
    JOIN attempt a ON a.row = c.attempt
WHERE d.id = ? ORDER BY c.row DESC LIMIT 1`

// Doubt returns the latest public call of a delivery whose outcome was ambiguous, or domain.ErrNotFound.
func (db *DB) Doubt(ctx context.Context, id domain.DeliveryID) (b domain.Doubt, err error) {
	err = db.ask(ctx, func(tx *Tx) error {
		var intent, until, first sql.NullInt64
		var boot int64
		err := tx.row(selectDoubt, id).Scan(&b.Segment, &b.ClientKey, &b.RequestHash, &intent, &boot, &b.BootID, &b.Machine, &until,
			&b.Verdict, &b.Container, &b.Given, &b.Detail, &first, &b.Count, &b.Looks, &b.Absents)
		b.Since = at(first)
		b.IntentAt, b.KeyUntil, b.IntentBoot = at(intent), at(until), time.Duration(boot)*time.Millisecond
		return err
	})
	return b, err
}

const remoteTaken = `
WITH found AS (
    SELECT delivery FROM segment WHERE remote_id = ?2
    UNION ALL SELECT delivery FROM segment WHERE remote_url = ?3 AND remote_id IS NULL AND remote_url IS NOT NULL)
SELECT EXISTS (SELECT 1 FROM found f JOIN delivery o ON o.row = f.delivery
    WHERE o.id <> ?1 AND o.channel = (SELECT channel FROM delivery WHERE id = ?1))`

// Taken reports whether another delivery of the same channel is already proved live by a remote id,
// or by an address.
func (db *DB) Taken(ctx context.Context, id domain.DeliveryID, remoteID, remoteURL string) (taken bool, err error) {
	err = db.ask(ctx, func(tx *Tx) error { return tx.row(remoteTaken, id, text(remoteID), text(remoteURL)).Scan(&taken) })
	return taken, err
}

const selectAttempts = `
SELECT no, app_version, started_at_ms, ended_at_ms, ifnull(end_class, '')
FROM attempt WHERE delivery = (SELECT row FROM delivery WHERE id = ?) ORDER BY no`

const selectCalls = `
SELECT c.id, a.no, c.generation, c.segment_idx, c.seq, c.step, c.effect, c.intent_at_ms, ifnull(c.outcome, ''),
    ifnull(c.http_status, 0), ifnull(c.network_code, ''), ifnull(c.detail, ''), ifnull(c.remote_id, ''), c.outcome_at_ms,
    ifnull((SELECT r.verdict FROM resolution r WHERE r.call = c.row ORDER BY r.row DESC LIMIT 1), '')
FROM call c JOIN attempt a ON a.row = c.attempt
WHERE c.delivery = (SELECT row FROM delivery WHERE id = ?) ORDER BY a.no, c.seq`

// Attempts returns a delivery's whole story, oldest first.
func (db *DB) Attempts(ctx context.Context, id domain.DeliveryID) (list []domain.Attempt, err error) {
	err = db.Read(ctx, func(tx *Tx) error {
		var row, first, last int64
		err := tx.row("SELECT row, ifnull(journal_first, 0), ifnull(journal_last, 0) FROM delivery WHERE id = ?", id).Scan(&row, &first, &last)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			list = []domain.Attempt{}
			return nil
		case err != nil:
			return err
		case last > 0:
			list, err = tx.pastAttempts(row, first, last)
			return err
		}
		if list, err = collect(tx, scanAttempt, selectAttempts, id); err != nil {
			return err
		}
		calls, err := collect(tx, scanCall, selectCalls, id)
		for _, c := range calls {
			list[c.Attempt-1].Calls = append(list[c.Attempt-1].Calls, c)
		}
		return err
	})
	return list, err
}

func scanAttempt(s scanner) (a domain.Attempt, err error) {
	var started, ended sql.NullInt64
	err = s.Scan(&a.No, &a.Version, &started, &ended, &a.EndClass)
	a.StartedAt, a.EndedAt, a.Calls = at(started), at(ended), []domain.Call{}
	return a, err
}

func scanCall(s scanner) (c domain.Call, err error) {
	var intent, outcome sql.NullInt64
	err = s.Scan(&c.ID, &c.Attempt, &c.Generation, &c.Segment, &c.Seq, &c.Step, &c.Effect, &intent, &c.Outcome, &c.Status,
		&c.Code, &c.Message, &c.RemoteID, &outcome, &c.Verdict)
	c.IntentAt, c.OutcomeAt = at(intent), at(outcome)
	return c, err
}
