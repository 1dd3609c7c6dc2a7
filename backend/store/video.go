package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"postbag/backend/domain"
)

const selectVideoTask = `
SELECT t.id, w.id, t.name, t.wanted_json, t.key, t.state, ifnull(a.id, ''), t.code, t.detail, t.created_at_ms, t.ended_at_ms
FROM local_video_task t JOIN workspace w ON w.row = t.workspace LEFT JOIN asset a ON a.row = t.result`

func scanVideoTask(s scanner) (t domain.VideoTask, err error) {
	var wanted string
	var created, ended sql.NullInt64
	err = s.Scan(&t.ID, &t.Workspace, &t.Name, &wanted, &t.Key, &t.State, &t.Result, &t.Code, &t.Detail, &created, &ended)
	t.Wanted, t.CreatedAt, t.EndedAt = []byte(wanted), at(created), at(ended)
	return t, err
}

// What was made before and is not in the bin is made.
const insertVideoTask = `
INSERT INTO local_video_task (id, workspace, name, wanted_json, key, state, result, created_at_ms, ended_at_ms)
SELECT ?1, w.row, ?3, ?4, ?5, iif(x.result IS NULL, 'waiting', 'done'), x.result, ?6, iif(x.result IS NULL, NULL, ?6)
FROM workspace w LEFT JOIN (SELECT t.result, t.workspace FROM local_video_task t JOIN asset a ON a.row = t.result
    WHERE t.key = ?5 AND t.state = 'done' AND a.deleted_at_ms IS NULL ORDER BY t.row DESC LIMIT 1) x ON x.workspace = w.row
WHERE w.id = ?2 AND w.removed_at_ms IS NULL`

// AddVideoTask writes down work on videos. Where the same was done before and what came out is still
// there, the task is done from the beginning; where the same waits or runs, it is that one. An unknown
// workspace is a domain.ErrNotFound.
func (db *DB) AddVideoTask(ctx context.Context, t domain.VideoTask) (domain.VideoTask, error) {
	err := db.Write(ctx, func(tx *Tx) error {
		same, err := collect(tx, scanVideoTask, selectVideoTask+" WHERE t.key = ? AND w.id = ? AND t.state IN ('waiting', 'running')", t.Key, t.Workspace)
		if err != nil || len(same) > 0 {
			t = append(same, t)[0]
			return err
		}
		t.ID = domain.NewID(tx.Now)
		if err := found(tx.exec(insertVideoTask, t.ID, t.Workspace, t.Name, string(t.Wanted), t.Key, tx.Now.UnixMilli())); err != nil {
			return err
		}
		t, err = one(tx, scanVideoTask, selectVideoTask+" WHERE t.id = ?", t.ID)
		return err
	})
	if err != nil {
		return domain.VideoTask{}, fmt.Errorf("write down work on a video: %w", err)
	}
	return t, nil
}

// VideoTasks returns the tasks of a workspace, or of all if w is "", that nobody dismissed, oldest first.
func (db *DB) VideoTasks(ctx context.Context, w domain.WorkspaceID) (list []domain.VideoTask, err error) {
	err = db.Read(ctx, func(tx *Tx) error {
		list, err = collect(tx, scanVideoTask, selectVideoTask+" WHERE t.dismissed = 0 AND (?1 = '' OR w.id = ?1) ORDER BY t.row", w)
		return err
	})
	return list, err
}

// TakeVideoTask gives the oldest waiting task to who has this token, or one whose runner said nothing for
// as long as silent. There is none (domain.ErrNotFound) while another runs one.
func (db *DB) TakeVideoTask(ctx context.Context, token string, silent time.Duration) (t domain.VideoTask, err error) {
	err = db.Write(ctx, func(tx *Tx) error {
		now := tx.Now.UnixMilli()
		// A clock that was set back must not keep a dead runner alive.
		if _, err := tx.exec(`UPDATE local_video_task SET state = 'waiting', claim_token = NULL, beat_at_ms = NULL
			WHERE state = 'running' AND (beat_at_ms <= ?1 OR beat_at_ms > ?2)`, now-silent.Milliseconds(), now+silent.Milliseconds()); err != nil {
			return err
		}
		err := found(tx.exec(`UPDATE local_video_task SET state = 'running', claim_token = ?1, beat_at_ms = ?2
			WHERE row = (SELECT min(row) FROM local_video_task WHERE state = 'waiting')
				AND NOT EXISTS (SELECT 1 FROM local_video_task WHERE state = 'running')`, token, now))
		if err != nil {
			return err
		}
		t, err = one(tx, scanVideoTask, selectVideoTask+" WHERE t.claim_token = ?", token)
		return err
	})
	return t, err
}

// BeatVideoTask says that a task is being worked on. It fails with domain.ErrConflict if it was stopped,
// or taken by another.
func (db *DB) BeatVideoTask(ctx context.Context, id, token string) error {
	return db.Write(ctx, func(tx *Tx) error {
		return must(tx.exec("UPDATE local_video_task SET beat_at_ms = ?3 WHERE id = ?1 AND claim_token = ?2", id, token, tx.Now.UnixMilli()))
	})
}

const endVideoTask = `
UPDATE local_video_task SET state = ?3, result = (SELECT row FROM asset WHERE id = ?4), code = ?5, detail = ?6,
    claim_token = NULL, beat_at_ms = NULL, ended_at_ms = iif(?3 = 'waiting', NULL, ?7)
WHERE id = ?1 AND claim_token = ?2`

// EndVideoTask writes down what became of a task: its state, result, code and detail. One that goes back
// to waiting is begun anew. It fails with domain.ErrConflict if it was stopped, or taken by another.
func (db *DB) EndVideoTask(ctx context.Context, t domain.VideoTask, token string) error {
	return db.Write(ctx, func(tx *Tx) error {
		return must(tx.exec(endVideoTask, t.ID, token, t.State, t.Result, t.Code, t.Detail, tx.Now.UnixMilli()))
	})
}

// StopVideoTask ends a task that waits or runs; its runner learns it from its next beat. One that has
// ended is left as it is.
func (db *DB) StopVideoTask(ctx context.Context, id string) error {
	return db.Write(ctx, func(tx *Tx) error {
		n, err := tx.number("SELECT count(*) FROM local_video_task WHERE id = ?", id)
		if err == nil && n == 0 {
			err = domain.ErrNotFound
		}
		if err != nil {
			return err
		}
		_, err = tx.exec(`UPDATE local_video_task SET state = 'stopped', claim_token = NULL, beat_at_ms = NULL, ended_at_ms = ?2
			WHERE id = ?1 AND state IN ('waiting', 'running')`, id, tx.Now.UnixMilli())
		return err
	})
}

// DismissVideoTask leaves a task that has ended out of the list. What was made stays, and is known. One
// that has not ended is a domain.ErrNotAllowed.
func (db *DB) DismissVideoTask(ctx context.Context, id string) error {
	return db.Write(ctx, func(tx *Tx) error {
		state, err := one(tx, func(s scanner) (v domain.VideoState, err error) { return v, s.Scan(&v) }, "SELECT state FROM local_video_task WHERE id = ?", id)
		if err != nil {
			return err
		}
		if state == domain.VideoWaiting || state == domain.VideoRunning {
			return domain.ErrNotAllowed
		}
		_, err = tx.exec("UPDATE local_video_task SET dismissed = 1 WHERE id = ?", id)
		return err
	})
}
