package store

import (
	"context"
	"database/sql"
	"fmt"

	"postbag/backend/domain"
)

const selectDeletions = `
SELECT e.id, d.id, e.segment_idx, e.actor_id, e.at_ms, ifnull(e.outcome, ''), e.network_code, e.detail, e.outcome_at_ms
FROM deletion e JOIN delivery d ON d.row = e.delivery WHERE d.id = ? ORDER BY e.row`

func scanDeletion(s scanner) (e domain.Deletion, err error) {
	var begun, ended sql.NullInt64
	err = s.Scan(&e.ID, &e.Delivery, &e.Segment, &e.Actor, &begun, &e.Outcome, &e.Code, &e.Message, &ended)
	e.At, e.OutcomeAt = at(begun), at(ended)
	return e, err
}

// Deletions returns what was asked to be deleted of a delivery at its network, oldest first.
func (db *DB) Deletions(ctx context.Context, id domain.DeliveryID) (list []domain.Deletion, err error) {
	err = db.ask(ctx, func(tx *Tx) error {
		list, err = collect(tx, scanDeletion, selectDeletions, id)
		return err
	})
	return list, err
}

const selectDeleted = `
SELECT d.id FROM deletion x JOIN delivery d ON d.row = x.delivery
WHERE x.outcome = 'accepted' AND d.channel = (SELECT row FROM channel WHERE id = ?)
GROUP BY d.row HAVING count(*) >= (SELECT count(*) FROM segment s WHERE s.delivery = d.row AND s.generation = d.generation)`

// Deleted returns the deliveries of a channel of which nothing is left at the network, because a person had it
// deleted.
func (db *DB) Deleted(ctx context.Context, channel domain.ChannelID) (list []domain.DeliveryID, err error) {
	err = db.ask(ctx, func(tx *Tx) error {
		list, err = collect(tx, func(s scanner) (id domain.DeliveryID, err error) { return id, s.Scan(&id) }, selectDeleted, channel)
		return err
	})
	return list, err
}

const insertDeletion = `
INSERT INTO deletion (id, delivery, segment_idx, actor_id, at_ms)
SELECT ?2, row, ?3, ?4, ?5 FROM delivery WHERE id = ?1`

// BeginDeletion writes down a deletion before it is asked for. It fails with domain.ErrConflict while
// another one of the same delivery, or an edit, is on its way, and with domain.ErrNotAllowed unless that
// segment is published.
func (db *DB) BeginDeletion(ctx context.Context, e domain.Deletion) (domain.Deletion, error) {
	err := db.change(ctx, fmt.Sprintf("delete what is live of delivery %s", e.Delivery), func(tx *Tx) (int64, error) {
		if err := tx.aloneAt(e.Delivery); err != nil {
			return 0, err
		}
		e.ID, e.At = domain.NewID(tx.Now), tx.Now
		return tx.exec(insertDeletion, e.Delivery, e.ID, e.Segment, e.Actor, tx.Now.UnixMilli())
	})
	return e, err
}

// EndDeletion writes the outcome of a deletion, once.
func (db *DB) EndDeletion(ctx context.Context, e domain.Deletion) error {
	return db.change(ctx, "end a deletion", func(tx *Tx) (int64, error) {
		return tx.exec("UPDATE deletion SET outcome = ?2, network_code = ?3, detail = ?4, outcome_at_ms = ?5 WHERE id = ?1",
			e.ID, e.Outcome, e.Code, e.Message, tx.Now.UnixMilli())
	})
}

// What a program left behind has no answer any more.
const (
	loseChanges = ` SET outcome = 'ambiguous', detail = 'the program ended before the answer came', outcome_at_ms = ?2
WHERE delivery = (SELECT row FROM delivery WHERE id = ?1) AND outcome IS NULL AND at_ms <= ?3`
	anyOpenChange = `SELECT (SELECT count(*) FROM edit e WHERE e.delivery = d.row AND e.outcome IS NULL)
    + (SELECT count(*) FROM deletion e WHERE e.delivery = d.row AND e.outcome IS NULL) FROM delivery d WHERE d.id = ?`
)

// aloneAt fails with domain.ErrConflict while a change of what is live of a delivery is on its way.
func (t *Tx) aloneAt(id domain.DeliveryID) error {
	for _, table := range []string{"edit", "deletion"} {
		if _, err := t.exec("UPDATE "+table+loseChanges, id, t.Now.UnixMilli(), t.Now.Add(-editLost).UnixMilli()); err != nil {
			return err
		}
	}
	open, err := collect(t, func(s scanner) (n int64, err error) { return n, s.Scan(&n) }, anyOpenChange, id)
	if err != nil {
		return err
	}
	if len(open) > 0 && open[0] > 0 {
		return fmt.Errorf("another change of it is on its way: %w", domain.ErrConflict)
	}
	return nil
}
