package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
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

// What a Shelf is made of, but for the looks, which are in no log.
const shelfMark = `
SELECT max(ifnull((SELECT max(row) FROM change_log), 0), ifnull((SELECT max(row) FROM change_pack), 0)),
    ifnull((SELECT max(row) FROM local_look), 0), ifnull((SELECT max(row) FROM change_pack), 0) > ?1 OR EXISTS (
    SELECT 1 FROM change_log WHERE row > ?1
        AND tbl IN ('asset', 'asset_tag', 'collection', 'collection_asset', 'post', 'post_media', 'workspace'))`

// ShelfMark returns a mark of now, and whether a Shelf may be another one than at an earlier mark. Most writes, those
// of the queue above all, change none. The zero mark is before everything.
func (db *DB) ShelfMark(ctx context.Context, since domain.ShelfMark) (now domain.ShelfMark, changed bool, err error) {
	err = db.Read(ctx, func(tx *Tx) error {
		return tx.row(shelfMark, since.Log).Scan(&now.Log, &now.Looks, &changed)
	})
	return now, changed || now.Looks != since.Looks || since == domain.ShelfMark{}, err
}

// selectShelf reads a stretch of assets as one text: ten thousand rows cost the driver far more than
// they cost SQLite.
func selectShelf() string {
	return "SELECT group_concat(" + packing(
		[]string{"row", "width", "height", "bytes", "duration_ms", "focused", "taken_at_ms", "imported_at_ms", "deleted_at_ms", "colour", "hash"},
		"id", "kind", "format", "name", "alt", "camera", "reference", "batch",
	) + `, ''), min(row) FROM (
    SELECT a.row, a.id, a.kind, a.format, a.width, a.height, a.bytes, a.duration_ms, a.name, a.alt, a.camera, a.reference,
        a.focus_x IS NOT NULL AS focused, a.taken_at_ms, a.imported_at_ms, a.deleted_at_ms, a.batch, l.colour, l.hash
    FROM asset a NOT INDEXED LEFT JOIN local_look l ON l.asset = a.row -- by row, or each stretch would be sorted anew
    WHERE a.workspace = (SELECT row FROM workspace WHERE id = ?1) AND a.row < ?2 ORDER BY a.row DESC LIMIT ?3)`
}

// shelfStretch is how many assets are read at a time: about a megabyte.
const shelfStretch = 4000

// What stands beside the assets: flat queries, since one for all is far quicker than one for each.
const (
	shelfTags = `
SELECT t.asset, t.tag AS text FROM asset_tag t JOIN asset a ON a.row = t.asset
WHERE a.workspace = (SELECT row FROM workspace WHERE id = ?)`
	shelfCollections = `
SELECT m.asset, c.id AS text FROM collection_asset m JOIN collection c ON c.row = m.collection
WHERE c.workspace = (SELECT row FROM workspace WHERE id = ?)`
	shelfPosts = `
SELECT DISTINCT m.asset, p.text, p.row FROM post_media m JOIN post p ON p.row = m.post
WHERE p.workspace = (SELECT row FROM workspace WHERE id = ?) AND p.deleted_at_ms IS NULL`
)

// packing is the SQL that writes a row's values one behind the other: numbers with a comma after each,
// then texts, each with its length in bytes before it, so that no text needs escaping.
func packing(numbers []string, texts ...string) string {
	parts := make([]string, 0, len(numbers)+len(texts))
	for _, c := range numbers {
		parts = append(parts, c+", ','")
	}
	for _, c := range texts {
		parts = append(parts, "octet_length("+c+"), ',', "+c)
	}
	return "concat(" + strings.Join(parts, ", ") + ")" // to which NULL is ""
}

// packed is what packing wrote. After a value that cannot be read it is bad and gives nothing more.
type packed struct {
	rest string
	bad  bool
}

func (p *packed) more() bool { return p.rest != "" && !p.bad }

func (p *packed) number() int64 { return p.optional().Int64 }

func (p *packed) optional() sql.NullInt64 {
	digits, rest, ok := strings.Cut(p.rest, ",")
	p.rest = rest
	if digits == "" && ok {
		return sql.NullInt64{}
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	p.bad = p.bad || err != nil || !ok
	return sql.NullInt64{Int64: n, Valid: true}
}

func (p *packed) text() string {
	n := int(p.number())
	if p.bad || n < 0 || n > len(p.rest) {
		p.bad, p.rest = true, ""
		return ""
	}
	s := p.rest[:n]
	p.rest = p.rest[n:]
	return s
}

// errPacked says that the database gave a text that it cannot have written.
var errPacked = errors.New("a packed row cannot be read")

// Shelf returns all assets of a workspace, the bin's too, the last imported first.
func (db *DB) Shelf(ctx context.Context, w domain.WorkspaceID) (list []domain.Shelved, err error) {
	err = db.Read(ctx, func(tx *Tx) error {
		query, rows := selectShelf(), []int64{}
		list = []domain.Shelved{}
		for last := int64(math.MaxInt64); ; {
			var text sql.NullString
			var least sql.NullInt64
			if err := tx.row(query, w, last, shelfStretch).Scan(&text, &least); err != nil {
				return err
			}
			if !text.Valid {
				break
			}
			p, before := packed{rest: text.String}, len(list)
			list = slices.Grow(list, shelfStretch)
			for p.more() {
				rows = append(rows, p.number())
				list = append(list, unpackShelved(&p))
			}
			if p.bad {
				return errPacked
			}
			if last = least.Int64; len(list)-before < shelfStretch {
				break
			}
		}
		at := make(map[int64]*domain.Shelved, len(rows))
		for i, row := range rows {
			at[row] = &list[i]
		}
		return tx.fillShelf(w, at)
	})
	if err != nil {
		return nil, fmt.Errorf("read the library: %w", err)
	}
	return list, nil
}

func unpackShelved(p *packed) (a domain.Shelved) {
	a.Width, a.Height, a.Bytes, a.DurationMs = int(p.number()), int(p.number()), p.number(), p.number()
	a.Focused = p.number() != 0
	if taken := p.optional(); taken.Valid {
		a.TakenAt = time.UnixMilli(taken.Int64).UTC()
	}
	a.ImportedAt, a.DeletedAt = at(p.optional()), at(p.optional())
	colour, hash := p.optional(), p.number()
	if colour.Valid {
		a.Look = &domain.Look{Colour: int(colour.Int64), Hash: uint64(hash)} //nolint:gosec // the same 64 bits
	}
	a.ID, a.Kind, a.Format = domain.AssetID(p.text()), domain.AssetKind(p.text()), p.text()
	a.Name, a.Alt, a.Camera, a.Reference, a.Batch = p.text(), p.text(), p.text(), p.text(), p.text()
	return a
}

func (t *Tx) fillShelf(w domain.WorkspaceID, at map[int64]*domain.Shelved) error {
	for query, add := range map[string]func(*domain.Shelved, string){
		shelfTags:        func(a *domain.Shelved, s string) { a.Tags = append(a.Tags, s) },
		shelfCollections: func(a *domain.Shelved, s string) { a.Collections = append(a.Collections, domain.CollectionID(s)) },
		shelfPosts:       func(a *domain.Shelved, s string) { a.Posts = append(a.Posts, s) },
	} {
		var text sql.NullString
		if err := t.row("SELECT group_concat("+packing([]string{"asset"}, "text")+", '') FROM ("+query+")", w).Scan(&text); err != nil {
			return err
		}
		p := packed{rest: text.String}
		for p.more() {
			row, value := p.number(), p.text()
			if a := at[row]; a != nil {
				add(a, value)
			}
		}
		if p.bad {
			return errPacked
		}
	}
	for _, a := range at {
		slices.Sort(a.Tags)
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
