package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"postbag/backend/domain"
)

// stillPut is how long after it was written down a file may still be on its way to its shelf, where what
// it is for can end meanwhile.
const stillPut = time.Hour

const selectPublicShelf = `
SELECT s.id, w.id, s.place_json, s.left_at_ms IS NOT NULL FROM shelf s JOIN workspace w ON w.row = s.workspace`

func scanShelf(s scanner) (p domain.PublicShelf, err error) {
	var place string
	err = s.Scan(&p.ID, &p.Workspace, &place, &p.Left)
	p.Place = []byte(place)
	return p, err
}

// PublicShelf returns the shelf of a workspace, or domain.ErrNotFound.
func (db *DB) PublicShelf(ctx context.Context, w domain.WorkspaceID) (p domain.PublicShelf, err error) {
	err = db.ask(ctx, func(tx *Tx) error {
		p, err = one(tx, scanShelf, selectPublicShelf+" WHERE w.id = ? AND s.left_at_ms IS NULL", w)
		return err
	})
	return p, err
}

// PublicShelfByID returns a shelf, one that was left too, or domain.ErrNotFound.
func (db *DB) PublicShelfByID(ctx context.Context, id domain.ShelfID) (p domain.PublicShelf, err error) {
	err = db.ask(ctx, func(tx *Tx) error {
		p, err = one(tx, scanShelf, selectPublicShelf+" WHERE s.id = ?", id)
		return err
	})
	return p, err
}

const leaveShelf = `
UPDATE shelf SET left_at_ms = ?2, updated_at_ms = ?2
WHERE workspace = (SELECT row FROM workspace WHERE id = ?1) AND left_at_ms IS NULL AND id <> ?3`

const insertShelf = `
INSERT INTO shelf (id, workspace, place_json, created_at_ms, updated_at_ms)
SELECT ?1, row, ?3, ?4, ?4 FROM workspace WHERE id = ?2 AND removed_at_ms IS NULL`

const putShelfSecret = `
INSERT INTO local_shelf_secret (shelf, version, sealed, updated_at_ms) VALUES ((SELECT row FROM shelf WHERE id = ?1), ?2, ?3, ?4)
ON CONFLICT (shelf) DO UPDATE SET version = excluded.version, sealed = excluded.sealed, updated_at_ms = excluded.updated_at_ms`

// SavePublicShelf makes p the shelf of its workspace. One without an id is a new one, and the one before
// it is left. seal is asked for the secret that goes with it.
func (db *DB) SavePublicShelf(ctx context.Context, p domain.PublicShelf, seal func(id domain.ShelfID, version int) ([]byte, error)) (domain.PublicShelf, error) {
	err := db.Write(ctx, func(tx *Tx) error {
		now := tx.Now.UnixMilli()
		fresh := p.ID == ""
		if fresh {
			p.ID = domain.ShelfID(domain.NewID(tx.Now))
		}
		if _, err := tx.exec(leaveShelf, p.Workspace, now, p.ID); err != nil {
			return err
		}
		statement, args := "UPDATE shelf SET place_json = ?2, updated_at_ms = ?3 WHERE id = ?1 AND left_at_ms IS NULL", []any{p.ID, string(p.Place), now}
		if fresh {
			statement, args = insertShelf, []any{p.ID, p.Workspace, string(p.Place), now}
		}
		n, err := tx.exec(statement, args...)
		if err == nil && n == 0 {
			err = domain.ErrNotFound
		}
		if err != nil {
			return err
		}
		version, err := tx.number("SELECT ifnull(max(x.version), 0) FROM local_shelf_secret x JOIN shelf s ON s.row = x.shelf WHERE s.id = ?", p.ID)
		if err != nil {
			return err
		}
		sealed, err := seal(p.ID, int(version)+1)
		if err != nil {
			return err
		}
		_, err = tx.exec(putShelfSecret, p.ID, version+1, sealed, now)
		return err
	})
	if err != nil {
		return p, fmt.Errorf("save the public storage of workspace %.40q: %w", p.Workspace, err)
	}
	return p, nil
}

// LeavePublicShelf takes the shelf from a workspace. What stands there stays written down. It fails with
// domain.ErrNotFound if there is none.
func (db *DB) LeavePublicShelf(ctx context.Context, w domain.WorkspaceID) error {
	return db.change(ctx, "remove the public storage", func(tx *Tx) (int64, error) { return tx.exec(leaveShelf, w, tx.Now.UnixMilli(), "") })
}

// ShelfSecret returns the sealed secret of a shelf, or domain.ErrNotFound.
func (db *DB) ShelfSecret(ctx context.Context, id domain.ShelfID) (version int, sealed []byte, err error) {
	err = db.ask(ctx, func(tx *Tx) error {
		return tx.row("SELECT x.version, x.sealed FROM local_shelf_secret x JOIN shelf s ON s.row = x.shelf WHERE s.id = ?", id).Scan(&version, &sealed)
	})
	return version, sealed, err
}

const needShelfFile = `
INSERT INTO local_shelved (shelf, delivery, name, at_ms)
SELECT s.row, d.row, ?4, ?5 FROM shelf s, delivery d JOIN channel c ON c.row = d.channel
WHERE s.id = ?1 AND s.left_at_ms IS NULL AND s.workspace = c.workspace AND c.id = ?2 AND d.id = ?3
    AND d.state NOT IN ('published', 'rejected', 'missed', 'cancelled')`

// NeedShelfFile writes down that a delivery of a channel needs a file on the shelf of its workspace. It
// fails with domain.ErrNotFound if there is no such delivery any more, or the shelf was left.
func (db *DB) NeedShelfFile(ctx context.Context, id domain.ShelfID, c domain.ChannelID, d domain.DeliveryID, name string) error {
	return db.change(ctx, "write down a file in public storage", func(tx *Tx) (int64, error) {
		return tx.exec(needShelfFile, id, c, d, name, tx.Now.UnixMilli())
	})
}

// TryShelfFile writes down that a trial puts a file on a shelf.
func (db *DB) TryShelfFile(ctx context.Context, id domain.ShelfID, name string) error {
	return db.change(ctx, "write down a file in public storage", func(tx *Tx) (int64, error) {
		return tx.exec("INSERT INTO local_shelved (shelf, name, at_ms) SELECT row, ?2, ?3 FROM shelf WHERE id = ?1", id, name, tx.Now.UnixMilli())
	})
}

const forgetShelfSecrets = `
DELETE FROM local_shelf_secret WHERE shelf IN (SELECT s.row FROM shelf s
    WHERE s.left_at_ms IS NOT NULL AND NOT EXISTS (SELECT 1 FROM local_shelved f WHERE f.shelf = s.row))`

// ShelfFileGone writes down that a file is not there any more.
func (db *DB) ShelfFileGone(ctx context.Context, name string) error {
	return db.Write(ctx, func(tx *Tx) error {
		if _, err := tx.exec("DELETE FROM local_shelved WHERE name = ?", name); err != nil {
			return err
		}
		_, err := tx.exec(forgetShelfSecrets)
		return err
	})
}

// ForgetShelfSecrets forgets the secrets of shelves that were left and have no files any more.
func (db *DB) ForgetShelfSecrets(ctx context.Context) error {
	return db.Write(ctx, func(tx *Tx) error {
		_, err := tx.exec(forgetShelfSecrets)
		return err
	})
}

const selectShelfFile = `
SELECT s.id, f.name, f.at_ms, d.state, d.state IS NOT 'cancelled' AND d.state IS NOT NULL OR f.at_ms < ?1,
    ifnull(c.network, ''), d.published_at_ms
FROM local_shelved f JOIN shelf s ON s.row = f.shelf LEFT JOIN delivery d ON d.row = f.delivery LEFT JOIN channel c ON c.row = d.channel`

func scanShelfFile(s scanner) (f domain.ShelfFile, err error) {
	var state sql.NullString
	var put int64
	var published sql.NullInt64
	err = s.Scan(&f.Shelf, &f.Name, &put, &state, &f.Settled, &f.Network, &published)
	f.At, f.State, f.Published = time.UnixMilli(put).UTC(), domain.DeliveryState(state.String), at(published)
	return f, err
}

// ShelfFilesOver returns the files that nothing needs any more, those of one shelf together.
func (db *DB) ShelfFilesOver(ctx context.Context) (list []domain.ShelfFile, err error) {
	err = db.ask(ctx, func(tx *Tx) error {
		list, err = collect(tx, scanShelfFile, selectShelfFile+`
			WHERE d.state IN ('published', 'rejected', 'missed', 'cancelled') OR f.delivery IS NULL AND f.at_ms < ?1
			ORDER BY f.shelf, f.row`, tx.Now.Add(-stillPut).UnixMilli())
		return err
	})
	return list, err
}

// CountShelfFiles counts what stands on a shelf.
func (db *DB) CountShelfFiles(ctx context.Context, id domain.ShelfID) (n int64, err error) {
	err = db.ask(ctx, func(tx *Tx) error {
		n, err = tx.number("SELECT count(*) FROM local_shelved f JOIN shelf s ON s.row = f.shelf WHERE s.id = ?", id)
		return err
	})
	return n, err
}
