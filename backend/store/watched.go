package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"postbag/backend/domain"
)

const selectWatched = `
SELECT f.id, w.id, f.path, f.recursive, f.reference, f.added_at_ms FROM local_watched f JOIN workspace w ON w.row = f.workspace
WHERE w.removed_at_ms IS NULL AND (?1 = '' OR w.id = ?1) ORDER BY f.row`

// Watched returns the folders this machine watches for a workspace, or for all if w is "".
func (db *DB) Watched(ctx context.Context, w domain.WorkspaceID) (list []domain.Watched, err error) {
	err = db.Read(ctx, func(tx *Tx) error {
		list, err = collect(tx, func(s scanner) (f domain.Watched, err error) {
			var added sql.NullInt64
			err = s.Scan(&f.ID, &f.Workspace, &f.Path, &f.Recursive, &f.Reference, &added)
			f.AddedAt = at(added)
			return f, err
		}, selectWatched, w)
		return err
	})
	return list, err
}

const insertWatched = `
INSERT INTO local_watched (id, workspace, path, recursive, reference, added_at_ms)
SELECT ?1, row, ?3, ?4, ?5, ?6 FROM workspace WHERE id = ?2`

// Watch remembers a folder to watch. One that is watched already is a domain.ErrConflict.
func (db *DB) Watch(ctx context.Context, f domain.Watched) (domain.Watched, error) {
	err := db.Write(ctx, func(tx *Tx) error {
		f.ID, f.AddedAt = domain.WatchedID(domain.NewID(tx.Now)), tx.Now
		return found(tx.exec(insertWatched, f.ID, f.Workspace, f.Path, f.Recursive, f.Reference, ms(f.AddedAt)))
	})
	if err != nil {
		return domain.Watched{}, fmt.Errorf("watch %q: %w", f.Path, err)
	}
	return f, nil
}

// Unwatch forgets a watched folder; its pictures stay in the library.
func (db *DB) Unwatch(ctx context.Context, id domain.WatchedID) error {
	return db.Write(ctx, func(tx *Tx) error {
		return found(tx.exec("DELETE FROM local_watched WHERE id = ?", id))
	})
}

// BinnedBefore returns the assets that have been in the bin since before a time and that no post
// uses.
func (db *DB) BinnedBefore(ctx context.Context, w domain.WorkspaceID, before time.Time) (list []domain.AssetID, err error) {
	err = db.Read(ctx, func(tx *Tx) error {
		list, err = collect(tx, func(s scanner) (v domain.AssetID, err error) { return v, s.Scan(&v) },
			`SELECT a.id FROM asset a JOIN workspace w ON w.row = a.workspace WHERE (?1 = '' OR w.id = ?1) AND a.deleted_at_ms < ?2
			AND NOT EXISTS (SELECT 1 FROM post_media m WHERE m.asset = a.row) ORDER BY a.row`, w, ms(before))
		return err
	})
	return list, err
}

const wasImported = `
SELECT EXISTS (SELECT 1 FROM local_import i JOIN workspace w ON w.row = i.workspace
        WHERE w.id = ?1 AND i.path = ?2 AND i.bytes = ?3 AND i.mtime_ns = ?4)
    OR EXISTS (SELECT 1 FROM local_gone g JOIN workspace w ON w.row = g.workspace
        WHERE w.id = ?1 AND g.path = ?2 AND g.bytes = ?3 AND g.mtime_ns = ?4)`

// Imported reports whether the file at path was imported with this size and time, also if what it
// became was deleted since.
func (db *DB) Imported(ctx context.Context, w domain.WorkspaceID, path string, bytes int64, modified time.Time) (is bool, err error) {
	err = db.Read(ctx, func(tx *Tx) error {
		return tx.row(wasImported, w, path, bytes, modified.UnixNano()).Scan(&is)
	})
	return is, err
}
