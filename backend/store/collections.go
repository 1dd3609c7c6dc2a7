package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"postbag/backend/domain"
)

const selectCollection = `
SELECT c.id, w.id, c.name, c.query, c.created_at_ms FROM collection c JOIN workspace w ON w.row = c.workspace`

func scanCollection(s scanner) (c domain.Collection, err error) {
	var created sql.NullInt64
	err = s.Scan(&c.ID, &c.Workspace, &c.Name, &c.Query, &created)
	c.CreatedAt = at(created)
	return c, err
}

// Collections returns a workspace's collections by name.
func (db *DB) Collections(ctx context.Context, w domain.WorkspaceID) (list []domain.Collection, err error) {
	err = db.Read(ctx, func(tx *Tx) error {
		list, err = collect(tx, scanCollection, selectCollection+" WHERE w.id = ? ORDER BY c.name COLLATE NOCASE, c.row", w)
		return err
	})
	return list, err
}

const insertCollection = `
INSERT INTO collection (id, workspace, name, query, created_at_ms) SELECT ?1, row, ?3, ?4, ?5 FROM workspace WHERE id = ?2`

// AddCollection makes a collection. A name that is taken is a domain.ErrConflict.
func (db *DB) AddCollection(ctx context.Context, c domain.Collection) (domain.Collection, error) {
	err := db.Write(ctx, func(tx *Tx) error {
		c.ID, c.CreatedAt = domain.CollectionID(domain.NewID(tx.Now)), tx.Now
		return found(tx.exec(insertCollection, c.ID, c.Workspace, c.Name, c.Query, ms(c.CreatedAt)))
	})
	if err != nil {
		return domain.Collection{}, fmt.Errorf("add collection %q: %w", c.Name, err)
	}
	return c, nil
}

// ChangeCollection gives a collection another name and query. A name that is taken is
// a domain.ErrConflict.
func (db *DB) ChangeCollection(ctx context.Context, id domain.CollectionID, name, query string) (c domain.Collection, err error) {
	err = db.Write(ctx, func(tx *Tx) error {
		if err := found(tx.exec("UPDATE collection SET name = ?, query = ? WHERE id = ?", name, query, id)); err != nil {
			return err
		}
		list, err := collect(tx, scanCollection, selectCollection+" WHERE c.id = ?", id)
		c, err = first(list, err)
		return err
	})
	if err != nil {
		return c, fmt.Errorf("change collection %q: %w", name, err)
	}
	return c, nil
}

// RemoveCollection forgets a collection; what was in it stays in the library.
func (db *DB) RemoveCollection(ctx context.Context, id domain.CollectionID) error {
	return db.Write(ctx, func(tx *Tx) error {
		return found(tx.exec("DELETE FROM collection WHERE id = ?", id))
	})
}

const putCollected = `
INSERT INTO collection_asset (collection, asset, added_at_ms)
SELECT c.row, a.row, ?3 FROM collection c JOIN asset a ON a.workspace = c.workspace
WHERE c.id = ?1 AND a.id IN (SELECT value FROM json_each(?2))
ON CONFLICT (collection, asset) DO NOTHING`

// Collect puts assets of the same workspace into a collection. Those that are in it already are no
// error.
func (db *DB) Collect(ctx context.Context, id domain.CollectionID, assets []domain.AssetID) error {
	return db.changeCollected(ctx, id, assets, func(tx *Tx, keys string) error {
		_, err := tx.exec(putCollected, id, keys, ms(tx.Now))
		return err
	})
}

// Uncollect takes assets out of a collection. Those that are not in it are no error.
func (db *DB) Uncollect(ctx context.Context, id domain.CollectionID, assets []domain.AssetID) error {
	return db.changeCollected(ctx, id, assets, func(tx *Tx, keys string) error {
		_, err := tx.exec(`DELETE FROM collection_asset WHERE collection = (SELECT row FROM collection WHERE id = ?)
			AND asset IN (SELECT row FROM asset WHERE id IN (SELECT value FROM json_each(?)))`, id, keys)
		return err
	})
}

func (db *DB) changeCollected(ctx context.Context, id domain.CollectionID, assets []domain.AssetID, change func(*Tx, string) error) error {
	keys, err := json.Marshal(filled(assets))
	if err != nil {
		return err
	}
	err = db.Write(ctx, func(tx *Tx) error {
		var query string
		if err := tx.row("SELECT query FROM collection WHERE id = ?", id).Scan(&query); err != nil {
			return err
		}
		if query != "" {
			return fmt.Errorf("a saved search finds its pictures by itself: %w", domain.ErrNotAllowed)
		}
		return change(tx, string(keys))
	})
	if err != nil {
		return fmt.Errorf("collection %.40q: %w", id, err)
	}
	return nil
}

// TagAssets adds and takes off tags of many assets at once.
func (db *DB) TagAssets(ctx context.Context, ids []domain.AssetID, add, remove []string) error {
	keys, err := json.Marshal(filled(ids))
	if err != nil {
		return err
	}
	err = db.Write(ctx, func(tx *Tx) error {
		for _, tag := range remove {
			if _, err := tx.exec(`DELETE FROM asset_tag WHERE tag = ?1
				AND asset IN (SELECT row FROM asset WHERE id IN (SELECT value FROM json_each(?2)))`, tag, string(keys)); err != nil {
				return err
			}
		}
		for _, tag := range add {
			if _, err := tx.exec(`INSERT INTO asset_tag (asset, tag)
				SELECT row, ?1 FROM asset WHERE id IN (SELECT value FROM json_each(?2))
				ON CONFLICT (asset, tag) DO NOTHING`, tag, string(keys)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("tag assets: %w", err)
	}
	return nil
}

const renameTag = `
UPDATE OR IGNORE asset_tag SET tag = ?3 WHERE tag = ?2
AND asset IN (SELECT a.row FROM asset a JOIN workspace w ON w.row = a.workspace WHERE w.id = ?1)`

const dropTag = `
DELETE FROM asset_tag WHERE tag = ?2
AND asset IN (SELECT a.row FROM asset a JOIN workspace w ON w.row = a.workspace WHERE w.id = ?1)`

// RenameTag gives a tag another name in a workspace; onto a tag that is there, the two become one.
// With to "" the tag goes. A tag nobody has is a domain.ErrNotFound.
func (db *DB) RenameTag(ctx context.Context, w domain.WorkspaceID, from, to string) error {
	err := db.Write(ctx, func(tx *Tx) error {
		renamed := int64(0)
		if to != "" && to != from {
			n, err := tx.exec(renameTag, w, from, to)
			if err != nil {
				return err
			}
			renamed = n
		}
		// What is left under the old name has the new one already.
		dropped := int64(0)
		if to != from {
			n, err := tx.exec(dropTag, w, from)
			if err != nil {
				return err
			}
			dropped = n
		}
		if to != from && renamed+dropped == 0 {
			return domain.ErrNotFound
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("rename tag %q: %w", from, err)
	}
	return nil
}

// MergeAssets makes one of assets that look alike: posts that use others use keep, which gets their
// tags, their collections and, if it has none, their description; the others go to the bin.
func (db *DB) MergeAssets(ctx context.Context, keep domain.AssetID, others []domain.AssetID) (a domain.Asset, err error) {
	keys, err := json.Marshal(filled(others))
	if err != nil {
		return a, err
	}
	err = db.Write(ctx, func(tx *Tx) error {
		if a, err = tx.asset(keep); err != nil {
			return err
		}
		var same int
		if err := tx.row(`SELECT count(*) FROM asset o JOIN asset k ON k.id = ?1 AND k.workspace = o.workspace AND k.row <> o.row
			WHERE o.id IN (SELECT value FROM json_each(?2))`, keep, string(keys)).Scan(&same); err != nil {
			return err
		}
		if same != len(others) {
			return domain.ErrNotFound
		}
		for _, query := range []string{
			`UPDATE post_media SET asset = (SELECT row FROM asset WHERE id = ?1) WHERE asset IN (SELECT row FROM asset WHERE id IN (SELECT value FROM json_each(?2)))`,
			`INSERT INTO asset_tag (asset, tag) SELECT DISTINCT (SELECT row FROM asset WHERE id = ?1), tag FROM asset_tag
				WHERE asset IN (SELECT row FROM asset WHERE id IN (SELECT value FROM json_each(?2))) ON CONFLICT (asset, tag) DO NOTHING`,
			`INSERT INTO collection_asset (collection, asset, added_at_ms)
				SELECT collection, (SELECT row FROM asset WHERE id = ?1), min(added_at_ms) FROM collection_asset
				WHERE asset IN (SELECT row FROM asset WHERE id IN (SELECT value FROM json_each(?2))) GROUP BY collection
				ON CONFLICT (collection, asset) DO NOTHING`,
			`UPDATE asset SET alt = ifnull((SELECT alt FROM asset WHERE alt <> '' AND id IN (SELECT value FROM json_each(?2)) ORDER BY row LIMIT 1), '')
				WHERE id = ?1 AND alt = ''`,
		} {
			if _, err := tx.exec(query, keep, string(keys)); err != nil {
				return err
			}
		}
		if _, err := tx.exec(`UPDATE asset SET deleted_at_ms = ?1 WHERE deleted_at_ms IS NULL
			AND id IN (SELECT value FROM json_each(?2))`, ms(tx.Now), string(keys)); err != nil {
			return err
		}
		a, err = tx.asset(keep)
		return err
	})
	if err != nil {
		return domain.Asset{}, fmt.Errorf("merge into asset %.40q: %w", keep, err)
	}
	return a, nil
}

// BinAssets moves assets to the bin, or takes them out of it.
func (db *DB) BinAssets(ctx context.Context, ids []domain.AssetID, bin bool) error {
	keys, err := json.Marshal(filled(ids))
	if err != nil {
		return err
	}
	return db.Write(ctx, func(tx *Tx) error {
		if !bin {
			_, err := tx.exec("UPDATE asset SET deleted_at_ms = NULL WHERE id IN (SELECT value FROM json_each(?))", string(keys))
			return err
		}
		_, err := tx.exec(`UPDATE asset SET deleted_at_ms = ifnull(deleted_at_ms, ?)
			WHERE id IN (SELECT value FROM json_each(?))`, ms(tx.Now), string(keys))
		return err
	})
}

// CollectionsOf returns the collections an asset was put into.
func (db *DB) CollectionsOf(ctx context.Context, id domain.AssetID) (list []domain.CollectionID, err error) {
	err = db.Read(ctx, func(tx *Tx) error {
		list, err = collect(tx, func(s scanner) (c domain.CollectionID, err error) { return c, s.Scan(&c) },
			`SELECT c.id FROM collection_asset m JOIN collection c ON c.row = m.collection JOIN asset a ON a.row = m.asset
			WHERE a.id = ? ORDER BY c.row`, id)
		return err
	})
	return list, err
}
