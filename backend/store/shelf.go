package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"postbag/backend/domain"
)

// Change returns a number that grows with every write to the database, by any process.
func (db *DB) Change(ctx context.Context) (n int64, err error) {
	err = db.Read(ctx, func(tx *Tx) error {
		n, err = tx.number("SELECT hlc FROM local_clock")
		return err
	})
	return n, err
}

const selectShelf = `
SELECT a.row, a.id, a.kind, a.format, a.width, a.height, a.bytes, a.duration_ms, a.name, a.alt, a.camera, a.reference,
    a.focus_x IS NOT NULL, a.taken_at_ms, a.imported_at_ms, a.deleted_at_ms, a.batch, l.colour, l.hash
FROM asset a LEFT JOIN local_look l ON l.asset = a.row
WHERE a.workspace = (SELECT row FROM workspace WHERE id = ?) ORDER BY a.row DESC`

// The lists beside the assets are flat queries: one for all is far quicker than one for each.
const (
	shelfTags = `
SELECT t.asset, t.tag FROM asset_tag t JOIN asset a ON a.row = t.asset
WHERE a.workspace = (SELECT row FROM workspace WHERE id = ?) ORDER BY t.asset, t.tag`
	shelfCollections = `
SELECT m.asset, c.id FROM collection_asset m JOIN collection c ON c.row = m.collection
WHERE c.workspace = (SELECT row FROM workspace WHERE id = ?) ORDER BY m.asset, c.row`
	shelfPosts = `
SELECT DISTINCT m.asset, p.text, p.row FROM post_media m JOIN post p ON p.row = m.post
WHERE p.workspace = (SELECT row FROM workspace WHERE id = ?) AND p.deleted_at_ms IS NULL ORDER BY m.asset, p.row`
)

// Shelf returns all assets of a workspace, the bin's too, the last imported first.
func (db *DB) Shelf(ctx context.Context, w domain.WorkspaceID) (list []domain.Shelved, err error) {
	err = db.Read(ctx, func(tx *Tx) error {
		found, err := collect(tx, scanShelved, selectShelf, w)
		if err != nil {
			return err
		}
		list = make([]domain.Shelved, len(found))
		at := make(map[int64]*domain.Shelved, len(found))
		for i := range found {
			list[i] = found[i].value
			at[found[i].row] = &list[i]
		}
		return tx.fillShelf(w, at)
	})
	if err != nil {
		return nil, fmt.Errorf("read the library: %w", err)
	}
	return list, nil
}

func scanShelved(s scanner) (n numbered[domain.Shelved], err error) {
	var taken, imported, deleted, colour, hash sql.NullInt64
	a := &n.value
	err = s.Scan(&n.row, &a.ID, &a.Kind, &a.Format, &a.Width, &a.Height, &a.Bytes, &a.DurationMs, &a.Name, &a.Alt, &a.Camera,
		&a.Reference, &a.Focused, &taken, &imported, &deleted, &a.Batch, &colour, &hash)
	if taken.Valid {
		a.TakenAt = time.UnixMilli(taken.Int64).UTC()
	}
	a.ImportedAt, a.DeletedAt = at(imported), at(deleted)
	if colour.Valid {
		a.Look = &domain.Look{Colour: int(colour.Int64), Hash: uint64(hash.Int64)} //nolint:gosec // the same 64 bits
	}
	return n, err
}

func (t *Tx) fillShelf(w domain.WorkspaceID, at map[int64]*domain.Shelved) error {
	for query, add := range map[string]func(*domain.Shelved, string){
		shelfTags:        func(a *domain.Shelved, s string) { a.Tags = append(a.Tags, s) },
		shelfCollections: func(a *domain.Shelved, s string) { a.Collections = append(a.Collections, domain.CollectionID(s)) },
		shelfPosts:       func(a *domain.Shelved, s string) { a.Posts = append(a.Posts, s) },
	} {
		pairs, err := collect(t, func(s scanner) (n numbered[string], err error) {
			var more int64
			if query == shelfPosts {
				return n, s.Scan(&n.row, &n.value, &more)
			}
			return n, s.Scan(&n.row, &n.value)
		}, query, w)
		if err != nil {
			return err
		}
		for _, p := range pairs {
			if a := at[p.row]; a != nil {
				add(a, p.value)
			}
		}
	}
	return nil
}

const putLook = `
INSERT INTO local_look (asset, colour, hash) SELECT row, ?2, ?3 FROM asset WHERE id = ?1
ON CONFLICT (asset) DO UPDATE SET colour = excluded.colour, hash = excluded.hash`

// PutLooks remembers what the program sees in pictures. An asset that is gone is left out.
func (db *DB) PutLooks(ctx context.Context, looks map[domain.AssetID]domain.Look) error {
	err := db.Write(ctx, func(tx *Tx) error {
		for id, l := range looks {
			if _, err := tx.exec(putLook, id, l.Colour, int64(l.Hash)); err != nil { //nolint:gosec // the same 64 bits
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("remember looks: %w", err)
	}
	return nil
}

// Batch says that assets came by one import.
func (db *DB) Batch(ctx context.Context, ids []domain.AssetID, batch string) error {
	keys, err := json.Marshal(filled(ids))
	if err != nil {
		return err
	}
	return db.Write(ctx, func(tx *Tx) error {
		_, err := tx.exec("UPDATE asset SET batch = ? WHERE id IN (SELECT value FROM json_each(?))", batch, string(keys))
		return err
	})
}

// Crops returns the parts of a picture that a person chose, by preset.
func (db *DB) Crops(ctx context.Context, id domain.AssetID) (crops map[string]domain.Crop, err error) {
	type chosen struct {
		preset string
		crop   domain.Crop
	}
	crops = map[string]domain.Crop{}
	err = db.Read(ctx, func(tx *Tx) error {
		list, err := collect(tx, func(s scanner) (c chosen, err error) {
			return c, s.Scan(&c.preset, &c.crop.X, &c.crop.Y, &c.crop.Width, &c.crop.Height)
		}, "SELECT preset, x, y, width, height FROM asset_crop WHERE asset = (SELECT row FROM asset WHERE id = ?)", id)
		for _, c := range list {
			crops[c.preset] = c.crop
		}
		return err
	})
	return crops, err
}

const putCrop = `
INSERT INTO asset_crop (asset, preset, x, y, width, height) SELECT row, ?2, ?3, ?4, ?5, ?6 FROM asset WHERE id = ?1
ON CONFLICT (asset, preset) DO UPDATE SET x = excluded.x, y = excluded.y, width = excluded.width, height = excluded.height`

// SetCrop keeps the part of a picture that a person chose for a preset; nil forgets it.
func (db *DB) SetCrop(ctx context.Context, id domain.AssetID, preset string, c *domain.Crop) error {
	err := db.Write(ctx, func(tx *Tx) error {
		if c == nil {
			_, err := tx.exec("DELETE FROM asset_crop WHERE asset = (SELECT row FROM asset WHERE id = ?) AND preset = ?", id, preset)
			return err
		}
		return found(tx.exec(putCrop, id, preset, c.X, c.Y, c.Width, c.Height))
	})
	if err != nil {
		return fmt.Errorf("crop asset %.40q: %w", id, err)
	}
	return nil
}

const usesOfAsset = `
SELECT DISTINCT p.id, p.text, p.updated_at_ms, p.row FROM post_media m JOIN asset a ON a.row = m.asset JOIN post p ON p.row = m.post
WHERE a.id = ? AND p.deleted_at_ms IS NULL ORDER BY p.updated_at_ms DESC, p.row DESC`

// Uses returns the posts that use an asset, the bin's left out, the last changed first.
func (db *DB) Uses(ctx context.Context, id domain.AssetID) (list []domain.Use, err error) {
	err = db.Read(ctx, func(tx *Tx) error {
		list, err = collect(tx, func(s scanner) (u domain.Use, err error) {
			var updated sql.NullInt64
			var row int64
			err = s.Scan(&u.Post, &u.Text, &updated, &row)
			u.UpdatedAt = at(updated)
			return u, err
		}, usesOfAsset, id)
		return err
	})
	return list, err
}
