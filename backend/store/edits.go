package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"postbag/backend/domain"
)

// editLost is how long an edit can be on its way: one that is older has no answer any more.
const editLost = 5 * time.Minute

const selectEdits = `
SELECT e.id, d.id, e.part, e.content_json, e.actor_id, e.at_ms, ifnull(e.outcome, ''), e.network_code, e.detail, e.outcome_at_ms
FROM edit e JOIN delivery d ON d.row = e.delivery WHERE d.id = ? ORDER BY e.row`

func scanEdit(s scanner) (e domain.Edit, err error) {
	var content string
	var begun, ended sql.NullInt64
	err = s.Scan(&e.ID, &e.Delivery, &e.Part, &content, &e.Actor, &begun, &e.Outcome, &e.Code, &e.Message, &ended)
	if err == nil {
		err = json.Unmarshal([]byte(content), &e.Content)
	}
	e.At, e.OutcomeAt = at(begun), at(ended)
	return e, err
}

// Edits returns what was changed of a delivery after it was published, oldest first.
func (db *DB) Edits(ctx context.Context, id domain.DeliveryID) (list []domain.Edit, err error) {
	err = db.ask(ctx, func(tx *Tx) error {
		list, err = collect(tx, scanEdit, selectEdits, id)
		return err
	})
	return list, err
}

const insertEdit = `
INSERT INTO edit (id, delivery, part, content_json, actor_id, at_ms)
SELECT ?2, row, ?3, ?4, ?5, ?6 FROM delivery WHERE id = ?1`

// BeginEdit writes down an edit before anything of it is sent. It fails with domain.ErrConflict while
// another one of the same delivery, or a deletion, is on its way, and with domain.ErrNotAllowed unless that is published.
func (db *DB) BeginEdit(ctx context.Context, e domain.Edit) (domain.Edit, error) {
	content, err := json.Marshal(e.Content)
	if err != nil {
		return e, err
	}
	err = db.change(ctx, fmt.Sprintf("edit delivery %s", e.Delivery), func(tx *Tx) (int64, error) {
		if err := tx.aloneAt(e.Delivery); err != nil {
			return 0, err
		}
		e.ID, e.At = domain.NewID(tx.Now), tx.Now
		return tx.exec(insertEdit, e.Delivery, e.ID, e.Part, string(content), e.Actor, tx.Now.UnixMilli())
	})
	return e, err
}

// EndEdit writes the outcome of an edit, once.
func (db *DB) EndEdit(ctx context.Context, e domain.Edit) error {
	return db.change(ctx, "end an edit", func(tx *Tx) (int64, error) {
		return tx.exec("UPDATE edit SET outcome = ?2, network_code = ?3, detail = ?4, outcome_at_ms = ?5 WHERE id = ?1",
			e.ID, e.Outcome, e.Code, e.Message, tx.Now.UnixMilli())
	})
}
