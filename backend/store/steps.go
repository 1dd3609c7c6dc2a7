package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"postbag/backend/domain"
)

// The journal of undo: what a post was after each step, as numbers of versions. Content is kept once,
// in post_version.
const (
	mostSteps = 100
	stepRuns  = 5 * time.Second // saves of one kind within it are one step
)

// SaveStep is SavePost that also writes the step into the post's journal, in one transaction: after
// the place where the post stands, with what lay ahead forgotten. Saves of the same kind within five
// seconds are one step; the empty kind is never joined.
func (db *DB) SaveStep(ctx context.Context, p domain.Post, kind string) (domain.Post, error) {
	return db.savePost(ctx, p, func(tx *Tx, old, saved domain.Post) error {
		return tx.putStep(saved.ID, old.Version, saved.Version, kind)
	})
}

type stepRow struct {
	idx, version int
	kind         string
	at           int64
}

const selectStep = `
SELECT u.idx, u.version, u.step, u.at_ms FROM local_undo u JOIN post p ON p.row = u.post
    JOIN local_undo_place c ON c.post = u.post AND c.idx = u.idx
WHERE p.id = ?`

const insertStep = `
INSERT INTO local_undo (post, idx, version, step, at_ms) SELECT row, ?2, ?3, ?4, ?5 FROM post WHERE id = ?1`

const putPlace = `
INSERT INTO local_undo_place (post, idx) SELECT row, ?2 FROM post WHERE id = ?1
ON CONFLICT (post) DO UPDATE SET idx = excluded.idx`

// placeOf returns the step where a post stands; false if it has none.
func (t *Tx) placeOf(id domain.PostID) (s stepRow, ok bool, err error) {
	err = t.row(selectStep, id).Scan(&s.idx, &s.version, &s.kind, &s.at)
	if errors.Is(err, sql.ErrNoRows) || errors.Is(err, domain.ErrNotFound) {
		return s, false, nil
	}
	return s, err == nil, err
}

func (t *Tx) putStep(id domain.PostID, before, after int, kind string) error {
	now := t.Now.UnixMilli()
	here, ok, err := t.placeOf(id)
	if err != nil {
		return err
	}
	if _, err := t.exec("DELETE FROM local_undo WHERE idx > ?2 AND post = (SELECT row FROM post WHERE id = ?1)", id, here.idx); err != nil {
		return err
	}
	if !ok || here.version != before { // the first step, or somebody else saved in between
		here = stepRow{idx: here.idx + 1, version: before}
		if _, err := t.exec(insertStep, id, here.idx, before, "", now); err != nil {
			return err
		}
	}
	if kind != "" && kind == here.kind && now-here.at < stepRuns.Milliseconds() {
		_, err = t.exec("UPDATE local_undo SET version = ?3 WHERE idx = ?2 AND post = (SELECT row FROM post WHERE id = ?1)", id, here.idx, after)
	} else {
		here.idx++
		_, err = t.exec(insertStep, id, here.idx, after, kind, now)
	}
	if err != nil {
		return err
	}
	if _, err := t.exec(putPlace, id, here.idx); err != nil {
		return err
	}
	_, err = t.exec("DELETE FROM local_undo WHERE idx < ?2 AND post = (SELECT row FROM post WHERE id = ?1)", id, here.idx-mostSteps)
	return err
}

const selectSteps = `
SELECT u.idx, u.version FROM local_undo u JOIN post p ON p.row = u.post WHERE p.id = ? ORDER BY u.idx`

// UndoSteps returns the versions of a post's journal in order, and the index among them where the post
// stands; -1 if the journal is empty, or the post was changed since by somebody who keeps none.
func (db *DB) UndoSteps(ctx context.Context, id domain.PostID) (versions []int, place int, err error) {
	place = -1
	err = db.Read(ctx, func(tx *Tx) error {
		here, ok, err := tx.placeOf(id)
		if err != nil {
			return err
		}
		list, err := collect(tx, scanStep, selectSteps, id)
		for i, r := range list {
			versions = append(versions, r.version)
			if ok && r.idx == here.idx {
				place = i
			}
		}
		return err
	})
	if err != nil {
		return nil, -1, fmt.Errorf("steps of post %.40q: %w", id, err)
	}
	return versions, place, nil
}

// MoveStep is SavePost for a step back or forth: p is what the step at index to (as in UndoSteps) was, and
// the post stands there afterwards. Nothing of the journal is forgotten.
func (db *DB) MoveStep(ctx context.Context, p domain.Post, to int) (domain.Post, error) {
	moved := false
	saved, err := db.savePost(ctx, p, func(tx *Tx, _, saved domain.Post) error {
		moved = true
		return tx.moveStep(saved, to)
	})
	if err == nil && !moved { // nothing of the content differs
		err = db.Write(ctx, func(tx *Tx) error { return tx.moveStep(saved, to) })
	}
	if err != nil {
		return saved, fmt.Errorf("go to a step of post %s: %w", p.ID, err)
	}
	return saved, nil
}

const standAtStep = `
UPDATE local_undo SET version = ?3, step = '' WHERE idx = ?2 AND post = (SELECT row FROM post WHERE id = ?1)`

// moveStep makes a post stand at a step. The version stored now has the step's content, so it takes
// the place of the step's own: the next change is made from it.
func (t *Tx) moveStep(p domain.Post, to int) error {
	list, err := collect(t, scanStep, selectSteps, p.ID)
	if err != nil {
		return err
	}
	if to < 0 || to >= len(list) {
		return fmt.Errorf("step %d: %w", to, domain.ErrNotFound)
	}
	if _, err := t.exec(standAtStep, p.ID, list[to].idx, p.Version); err != nil {
		return err
	}
	_, err = t.exec(putPlace, p.ID, list[to].idx)
	return err
}

func scanStep(s scanner) (r stepRow, err error) { return r, s.Scan(&r.idx, &r.version) }

// NameVersion gives a version a person's own name; "" takes it away.
func (db *DB) NameVersion(ctx context.Context, id domain.PostID, number int, name string) error {
	return db.markVersion(ctx, "UPDATE post_version SET name = ?3 WHERE number = ?2 AND post = (SELECT row FROM post WHERE id = ?1)", id, number, name)
}

// KeepVersion says what came after a version, so that lists show it.
func (db *DB) KeepVersion(ctx context.Context, id domain.PostID, number int, reason string) error {
	return db.markVersion(ctx, "UPDATE post_version SET reason = ?3 WHERE number = ?2 AND post = (SELECT row FROM post WHERE id = ?1)", id, number, reason)
}

func (db *DB) markVersion(ctx context.Context, query string, id domain.PostID, number int, value string) error {
	err := db.Write(ctx, func(tx *Tx) error { return found(tx.exec(query, id, number, value)) })
	if err != nil {
		return fmt.Errorf("version %d of post %.40q: %w", number, id, err)
	}
	return nil
}
