package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"postbag/backend/domain"
)

// wall stores the zero wall time as NULL.
func wall(w domain.Wall) any {
	if w.IsZero() {
		return nil
	}
	return w.String()
}

const selectTimeRule = `
SELECT ifnull(t.zone, ''), t.late_policy, t.late_after_ms, t.give_up_ms, t.not_after_ms FROM time_rule t
WHERE t.workspace = (SELECT row FROM workspace WHERE id = ?1) OR t.channel = (SELECT row FROM channel WHERE id = ?2)
    OR t.post = (SELECT row FROM post WHERE id = ?3)`

func scanTimeRule(s scanner) (r domain.TimeRule, err error) {
	var then sql.NullString
	var after, giveUp, notAfter sql.NullInt64
	err = s.Scan(&r.Zone, &then, &after, &giveUp, &notAfter)
	r.NotAfter = at(notAfter)
	if then.Valid {
		r.Late = &domain.LateRule{
			LatePolicy: domain.LatePolicy{Then: domain.LateThen(then.String), After: time.Duration(after.Int64) * time.Millisecond},
			GiveUp:     time.Duration(giveUp.Int64) * time.Millisecond,
		}
	}
	return r, err
}

func (t *Tx) timeRule(scope domain.TimeScope) (domain.TimeRule, error) {
	r, err := one(t, scanTimeRule, selectTimeRule, scope.Workspace, scope.Channel, scope.Post)
	if errors.Is(err, sql.ErrNoRows) {
		return domain.TimeRule{}, nil
	}
	return r, err
}

// TimeRule returns what a person chose about time there; what nobody chose is zero.
func (db *DB) TimeRule(ctx context.Context, scope domain.TimeScope) (r domain.TimeRule, err error) {
	err = db.Read(ctx, func(tx *Tx) error {
		r, err = tx.timeRule(scope)
		return err
	})
	return r, err
}

const insertTimeRule = `
INSERT INTO time_rule (id, workspace, channel, post, updated_at_ms)
SELECT ?1, (SELECT row FROM workspace WHERE id = ?2), (SELECT row FROM channel WHERE id = ?3),
    (SELECT row FROM post WHERE id = ?4), ?5
WHERE NOT EXISTS (SELECT 1 FROM time_rule t WHERE t.workspace = (SELECT row FROM workspace WHERE id = ?2)
    OR t.channel = (SELECT row FROM channel WHERE id = ?3) OR t.post = (SELECT row FROM post WHERE id = ?4))`

const updateTimeRule = `
UPDATE time_rule SET zone = ?4, late_policy = ?5, late_after_ms = ?6, give_up_ms = ?7, not_after_ms = ?8, updated_at_ms = ?9
WHERE workspace = (SELECT row FROM workspace WHERE id = ?1) OR channel = (SELECT row FROM channel WHERE id = ?2)
    OR post = (SELECT row FROM post WHERE id = ?3)`

const waitingIn = `
SELECT d.id FROM delivery d JOIN workspace w ON w.row = d.workspace JOIN channel c ON c.row = d.channel
    JOIN post p ON p.row = d.post
WHERE d.state IN ('planned', 'waiting') AND (w.id = ?1 OR c.id = ?2 OR p.id = ?3)`

const relate = `
UPDATE delivery SET late_policy = ?2, late_after_ms = ?3, deadline_at_ms = ?4, row_version = row_version + 1,
    updated_at_ms = ?5, hlc = (SELECT hlc FROM local_clock), actor_id = (SELECT actor FROM local_clock)
WHERE id = ?1 AND (late_policy <> ?2 OR late_after_ms <> ?3 OR deadline_at_ms IS NOT ?4)`

// SetTimeRule keeps what a person chose about time there. Its lateness counts from now on for
// everything that waits there and has no more specific rule; it returns what changed. An unknown
// workspace, channel or post is a domain.ErrNotFound.
func (db *DB) SetTimeRule(ctx context.Context, scope domain.TimeScope, r domain.TimeRule) (changed []domain.DeliveryID, err error) {
	err = db.Write(ctx, func(tx *Tx) error {
		changed = []domain.DeliveryID{}
		if err := tx.putTimeRule(scope, r); err != nil {
			return err
		}
		waiting, err := collect(tx, scanID[domain.DeliveryID], waitingIn, scope.Workspace, scope.Channel, scope.Post)
		if err != nil {
			return err
		}
		for _, id := range waiting {
			d, err := one(tx, scanDelivery, selectDelivery+" WHERE d.id = ?", id)
			if err != nil {
				return err
			}
			if err := tx.chooseLate(&d); err != nil {
				return err
			}
			n, err := tx.exec(relate, id, d.Late.Then, d.Late.After.Milliseconds(), ms(d.Deadline), tx.Now.UnixMilli())
			if err != nil {
				return err
			}
			if n > 0 {
				changed = append(changed, id)
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("keep a rule about time: %w", err)
	}
	return changed, nil
}

func (t *Tx) putTimeRule(scope domain.TimeScope, r domain.TimeRule) error {
	known, err := t.number(`SELECT (SELECT count(*) FROM workspace WHERE id = ?1) + (SELECT count(*) FROM channel WHERE id = ?2)
		+ (SELECT count(*) FROM post WHERE id = ?3)`, scope.Workspace, scope.Channel, scope.Post)
	if err != nil {
		return err
	}
	if known != 1 {
		return domain.ErrNotFound
	}
	if _, err := t.exec(insertTimeRule, domain.NewID(t.Now), scope.Workspace, scope.Channel, scope.Post, t.Now.UnixMilli()); err != nil {
		return err
	}
	var then, after, giveUp any
	if r.Late != nil {
		then, after, giveUp = string(r.Late.Then), r.Late.After.Milliseconds(), r.Late.GiveUp.Milliseconds()
	}
	_, err = t.exec(updateTimeRule, scope.Workspace, scope.Channel, scope.Post, text(r.Zone), then, after, giveUp,
		ms(r.NotAfter), t.Now.UnixMilli())
	return err
}

// chooseLate gives a delivery the lateness rule that counts for it: of its post, its channel or
// its workspace, the most specific one.
func (t *Tx) chooseLate(d *domain.Delivery) error { return chooseLate(d, t.timeRule) }

func chooseLate(d *domain.Delivery, rule func(domain.TimeScope) (domain.TimeRule, error)) error {
	var rules []*domain.LateRule
	var notAfter time.Time
	for _, scope := range []domain.TimeScope{{Post: d.Post}, {Channel: d.Channel}, {Workspace: d.Workspace}} {
		r, err := rule(scope)
		if err != nil {
			return err
		}
		rules = append(rules, r.Late)
		if !r.NotAfter.IsZero() && d.Due.Before(r.NotAfter) {
			notAfter = r.NotAfter
		}
	}
	late := domain.ChooseLate(rules...)
	d.Late, d.Deadline = late.LatePolicy, late.Deadline(d.Due, notAfter)
	return nil
}

// endWithRule gives a delivery with a new time the deadline of the rule that it follows. One with
// a rule of its own keeps what it has.
func (t *Tx) endWithRule(d *domain.Delivery) error {
	following := *d
	if err := t.chooseLate(&following); err != nil {
		return err
	}
	if following.Late == d.Late && !following.Deadline.IsZero() {
		d.Deadline = following.Deadline
	}
	return nil
}

func scanID[T ~string](s scanner) (id T, err error) { return id, s.Scan(&id) }
