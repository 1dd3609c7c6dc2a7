package store

import (
	"cmp"
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

// selectShelf reads assets of a workspace as one text, the first imported first: ten thousand rows cost the driver far
// more than they cost SQLite. They are read by their rows: by an index each stretch would be sorted anew.
func selectShelf(where string) string {
	return "SELECT group_concat(" + packing(
		[]string{"row", "width", "height", "bytes", "duration_ms", "focused", "taken_at_ms", "imported_at_ms", "deleted_at_ms", "colour", "hash"},
		"id", "kind", "format", "name", "alt", "camera", "reference", "batch", "adjust_json",
	) + `, ''), max(row) FROM (
    SELECT a.row, a.id, a.kind, a.format, a.width, a.height, a.bytes, a.duration_ms, a.name, a.alt, a.camera, a.reference,
        a.focus_x IS NOT NULL AS focused, a.taken_at_ms, a.imported_at_ms, a.deleted_at_ms, a.batch, a.adjust_json, l.colour, l.hash
    FROM asset a NOT INDEXED LEFT JOIN local_look l ON l.asset = a.row
    WHERE a.workspace = (SELECT row FROM workspace WHERE id = ?1) AND ` + where + " ORDER BY a.row LIMIT ?3)"
}

// What selectShelf reads: a stretch of all, or what was touched since a mark.
const (
	shelfAll     = "a.row > ?2"
	shelfTouched = "a.row IN (" + touchedSince + ")"
	touchedSince = "SELECT asset FROM local_touched WHERE row > ?2"
)

// shelfStretch is how many assets are read at a time: about a megabyte.
const shelfStretch = 4000

// beside is what stands beside assets: flat queries, since one for all is far quicker than one for each.
type beside struct {
	all     string // of a workspace
	touched string // of what was touched since a mark
	add     func(*domain.Shelved, string)
}

func besides() []beside {
	const (
		tags        = "SELECT t.asset, t.tag AS text FROM asset_tag t"
		collections = "SELECT m.asset, c.id AS text FROM collection_asset m JOIN collection c ON c.row = m.collection"
		posts       = "SELECT DISTINCT m.asset, p.text, p.row FROM post_media m JOIN post p ON p.row = m.post AND p.deleted_at_ms IS NULL"
		space       = "(SELECT row FROM workspace WHERE id = ?1)"
	)
	return []beside{
		{
			tags + " JOIN asset a ON a.row = t.asset WHERE a.workspace = " + space, tags + " WHERE t.asset IN (" + touchedSince + ")",
			func(a *domain.Shelved, s string) { a.Tags = append(a.Tags, s) },
		},
		{
			collections + " WHERE c.workspace = " + space, collections + " WHERE m.asset IN (" + touchedSince + ")",
			func(a *domain.Shelved, s string) { a.Collections = append(a.Collections, domain.CollectionID(s)) },
		},
		{
			posts + " WHERE p.workspace = " + space, posts + " WHERE m.asset IN (" + touchedSince + ")",
			func(a *domain.Shelved, s string) { a.Posts = append(a.Posts, s) },
		},
	}
}

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

// Shelf returns all assets of a workspace, the bin's too, the first imported first, and the mark from which on
// ShelfChange tells what has become of them.
func (db *DB) Shelf(ctx context.Context, w domain.WorkspaceID) (list []domain.Shelved, mark domain.ShelfMark, err error) {
	err = db.Read(ctx, func(tx *Tx) error {
		list = []domain.Shelved{}
		for last := int64(0); ; {
			before := len(list)
			if list, last, err = tx.shelved(list, selectShelf(shelfAll), w, last, shelfStretch); err != nil {
				return err
			}
			if len(list)-before < shelfStretch {
				break
			}
		}
		if err := tx.fillShelf(list, func(b beside) string { return b.all }, w); err != nil {
			return err
		}
		return tx.row("SELECT ifnull(max(row), 0) FROM local_touched").Scan(&mark)
	})
	if err != nil {
		return nil, 0, fmt.Errorf("read the library: %w", err)
	}
	return list, mark, nil
}

// ShelfChange returns what has become of a workspace's assets since a mark. Most writes, those of the queue above all,
// touch none.
func (db *DB) ShelfChange(ctx context.Context, w domain.WorkspaceID, since domain.ShelfMark) (c domain.ShelfChange, err error) {
	err = db.Read(ctx, func(tx *Tx) error {
		var first int64
		if err := tx.row("SELECT ifnull((SELECT min(row) FROM local_touched), 0), ifnull((SELECT max(row) FROM local_touched), 0)").Scan(&first, &c.Mark); err != nil {
			return err
		}
		if c.Mark == since {
			return nil
		}
		if c.Unknown = int64(since)+1 < first || since > c.Mark; c.Unknown {
			return nil
		}
		touched, err := collect(tx, func(s scanner) (n int64, err error) { return n, s.Scan(&n) },
			"SELECT DISTINCT asset FROM local_touched WHERE row > ? ORDER BY asset", since)
		if err != nil {
			return err
		}
		if c.Assets, _, err = tx.shelved(nil, selectShelf(shelfTouched), w, int64(since), math.MaxInt64); err != nil {
			return err
		}
		for _, seq := range touched {
			c.Collections = c.Collections || seq == 0
			if _, here := slices.BinarySearchFunc(c.Assets, seq, func(a domain.Shelved, n int64) int { return cmp.Compare(a.Seq, n) }); !here && seq != 0 {
				c.Gone = append(c.Gone, seq)
			}
		}
		return tx.fillShelf(c.Assets, func(b beside) string { return b.touched }, w, since)
	})
	if err != nil {
		return c, fmt.Errorf("read what changed in the library: %w", err)
	}
	return c, nil
}

// shelved appends what one selectShelf finds to a list, and returns the last row of it.
func (t *Tx) shelved(list []domain.Shelved, query string, w domain.WorkspaceID, after, limit int64) ([]domain.Shelved, int64, error) {
	var text sql.NullString
	var last sql.NullInt64
	if err := t.row(query, w, after, limit).Scan(&text, &last); err != nil {
		return nil, 0, err
	}
	p := packed{rest: text.String}
	if p.more() {
		list = slices.Grow(list, int(min(limit, int64(len(p.rest)/50))))
	}
	for p.more() {
		list = append(list, unpackShelved(&p))
	}
	if p.bad {
		return nil, 0, errPacked
	}
	return list, last.Int64, nil
}

func unpackShelved(p *packed) (a domain.Shelved) {
	a.Seq, a.Width, a.Height, a.Bytes, a.DurationMs = p.number(), int(p.number()), int(p.number()), p.number(), p.number()
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
	adjust, err := adjustment(p.text())
	p.bad = p.bad || err != nil
	a.Width, a.Height = adjust.Size(a.Width, a.Height)
	a.Adjusted = adjust.Key()
	return a
}

// fillShelf adds to assets, which are in the order of their rows, what stands beside them.
func (t *Tx) fillShelf(list []domain.Shelved, query func(beside) string, args ...any) error {
	for _, side := range besides() {
		var text sql.NullString
		whole := "SELECT group_concat(" + packing([]string{"asset"}, "text") + ", '') FROM (" + query(side) + " ORDER BY asset, text)"
		if err := t.row(whole, args...).Scan(&text); err != nil {
			return err
		}
		p, i := packed{rest: text.String}, 0
		for p.more() {
			seq, value := p.number(), p.text()
			for i < len(list) && list[i].Seq < seq {
				i++
			}
			if i < len(list) && list[i].Seq == seq {
				side.add(&list[i], value)
			}
		}
		if p.bad {
			return errPacked
		}
	}
	for i := range list {
		slices.Sort(list[i].Tags)
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
