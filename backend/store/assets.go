package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"postbag/backend/domain"
)

const insertAsset = `
INSERT INTO asset (id, workspace, sha256, kind, format, bytes, width, height, turn, duration_ms, frames, name, reference, alt,
    focus_x, focus_y, taken_at_ms, camera, latitude, longitude, warning, imported_at_ms)
SELECT ?1, row, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22
FROM workspace WHERE id = ?2
ON CONFLICT (workspace, sha256) DO NOTHING`

const rememberImport = `
INSERT INTO local_import (workspace, path, bytes, mtime_ns, asset)
SELECT w.row, ?2, ?3, ?4, a.row FROM workspace w JOIN asset a ON a.workspace = w.row WHERE w.id = ?1 AND a.id = ?5
ON CONFLICT (workspace, path) DO UPDATE SET bytes = excluded.bytes, mtime_ns = excluded.mtime_ns, asset = excluded.asset`

// AddAsset keeps a new asset, or finds the workspace's asset of the same content and takes it out
// of the bin; added tells which. In the same transaction it remembers the file at path, as it is
// now, for SeenImport. A workspace that does not exist is a domain.ErrNotFound.
func (db *DB) AddAsset(ctx context.Context, a domain.Asset, path string, modified time.Time) (_ domain.Asset, added bool, err error) {
	err = db.Write(ctx, func(tx *Tx) error {
		a.ID = domain.AssetID(domain.NewID(tx.Now))
		x, y := point(a.Focus)
		var latitude, longitude any
		if a.Place != nil {
			latitude, longitude = a.Place.Latitude, a.Place.Longitude
		}
		n, err := tx.exec(insertAsset, a.ID, a.Workspace, a.SHA256, a.Kind, a.Format, a.Bytes, a.Width, a.Height, a.Turn,
			a.DurationMs, a.Frames, a.Name, a.Reference, a.Alt, x, y, ms(a.TakenAt), a.Camera, latitude, longitude, a.Warning, ms(tx.Now))
		if err != nil {
			return err
		}
		tags := a.Tags
		bytes := a.Bytes
		if a, err = tx.assetBySHA(a.Workspace, a.SHA256); err != nil {
			return err
		}
		if added = n == 1; added {
			err = tx.setTags(a.ID, tags)
		} else if !a.DeletedAt.IsZero() {
			_, err = tx.exec("UPDATE asset SET deleted_at_ms = NULL WHERE id = ?", a.ID)
		}
		if err != nil {
			return err
		}
		if _, err := tx.exec(rememberImport, a.Workspace, path, bytes, modified.UnixNano(), a.ID); err != nil {
			return err
		}
		a, err = tx.asset(a.ID)
		return err
	})
	if err != nil {
		return domain.Asset{}, false, fmt.Errorf("add asset: %w", err)
	}
	return a, added, nil
}

// SeenImport returns the asset that the file at path became, if the file still had this size and
// time when it was imported and the asset is not in the bin.
func (db *DB) SeenImport(ctx context.Context, w domain.WorkspaceID, path string, bytes int64, modified time.Time) (a domain.Asset, ok bool, err error) {
	err = db.Read(ctx, func(tx *Tx) error {
		list, err := tx.assets(selectAsset+` JOIN local_import i ON i.asset = a.row
			WHERE w.id = ? AND i.workspace = w.row AND i.path = ? AND i.bytes = ? AND i.mtime_ns = ? AND a.deleted_at_ms IS NULL`,
			w, path, bytes, modified.UnixNano())
		if err == nil && len(list) > 0 {
			a, ok = list[0], true
		}
		return err
	})
	return a, ok, err
}

const selectAsset = `
SELECT a.row, a.id, w.id, a.sha256, a.kind, a.format, a.bytes, a.width, a.height, a.turn, a.duration_ms, a.frames, a.name,
    a.reference, a.alt, a.focus_x, a.focus_y, a.taken_at_ms, a.camera, a.latitude, a.longitude, a.warning, a.imported_at_ms,
    a.deleted_at_ms, a.adjust_json
FROM asset a JOIN workspace w ON w.row = a.workspace`

func scanAsset(s scanner) (n numbered[domain.Asset], err error) {
	var x, y, latitude, longitude sql.NullFloat64
	var taken, imported, deleted sql.NullInt64
	var adjust string
	a := &n.value
	err = s.Scan(&n.row, &a.ID, &a.Workspace, &a.SHA256, &a.Kind, &a.Format, &a.Bytes, &a.Width, &a.Height, &a.Turn,
		&a.DurationMs, &a.Frames, &a.Name, &a.Reference, &a.Alt, &x, &y, &taken, &a.Camera, &latitude, &longitude,
		&a.Warning, &imported, &deleted, &adjust)
	if err == nil {
		a.Adjust, err = adjustment(adjust)
	}
	a.PlainWidth, a.PlainHeight = a.Width, a.Height
	a.Width, a.Height = a.Adjust.Size(a.Width, a.Height)
	if x.Valid && y.Valid {
		focus := a.Adjust.Seen(domain.Point{X: x.Float64, Y: y.Float64}, a.PlainWidth, a.PlainHeight)
		a.Focus = &focus
	}
	if latitude.Valid && longitude.Valid {
		a.Place = &domain.Place{Latitude: latitude.Float64, Longitude: longitude.Float64}
	}
	if taken.Valid { // a photograph can be from before 1970
		a.TakenAt = time.UnixMilli(taken.Int64).UTC()
	}
	a.ImportedAt, a.DeletedAt, a.Tags = at(imported), at(deleted), []string{}
	return n, err
}

const selectTags = `
SELECT asset, tag FROM asset_tag WHERE asset IN (SELECT value FROM json_each(?)) ORDER BY asset, tag`

// assets runs a query for assets and loads their tags.
func (t *Tx) assets(query string, args ...any) ([]domain.Asset, error) {
	found, err := collect(t, scanAsset, query, args...)
	if err != nil || len(found) == 0 {
		return []domain.Asset{}, err
	}
	rows := make([]int64, len(found))
	for i, n := range found {
		rows[i] = n.row
	}
	keys, err := json.Marshal(rows)
	if err != nil {
		return nil, err
	}
	tags, err := collect(t, func(s scanner) (n numbered[string], err error) {
		return n, s.Scan(&n.row, &n.value)
	}, selectTags, string(keys))
	if err != nil {
		return nil, err
	}
	byRow := map[int64][]string{}
	for _, n := range tags {
		byRow[n.row] = append(byRow[n.row], n.value)
	}
	list := make([]domain.Asset, len(found))
	for i, n := range found {
		list[i] = n.value
		list[i].Tags = append(list[i].Tags, byRow[n.row]...)
	}
	return list, nil
}

func (t *Tx) asset(id domain.AssetID) (domain.Asset, error) {
	return first(t.assets(selectAsset+" WHERE a.id = ?", id))
}

func (t *Tx) assetBySHA(w domain.WorkspaceID, sha256 string) (domain.Asset, error) {
	return first(t.assets(selectAsset+" WHERE w.id = ? AND a.sha256 = ?", w, sha256))
}

func first[T any](list []T, err error) (v T, _ error) {
	if err != nil {
		return v, err
	}
	if len(list) == 0 {
		return v, domain.ErrNotFound
	}
	return list[0], nil
}

// Asset returns an asset, from the bin too, or domain.ErrNotFound.
func (db *DB) Asset(ctx context.Context, id domain.AssetID) (a domain.Asset, err error) {
	err = db.Read(ctx, func(tx *Tx) error {
		a, err = tx.asset(id)
		return err
	})
	return a, err
}

// AssetsByID returns those of the assets that exist, the binned ones too.
func (db *DB) AssetsByID(ctx context.Context, ids []domain.AssetID) (map[domain.AssetID]domain.Asset, error) {
	found := make(map[domain.AssetID]domain.Asset, len(ids))
	keys, err := json.Marshal(filled(ids))
	if err != nil {
		return nil, err
	}
	err = db.Read(ctx, func(tx *Tx) error {
		list, err := tx.assets(selectAsset+" WHERE a.id IN (SELECT value FROM json_each(?))", string(keys))
		for _, a := range list {
			found[a.ID] = a
		}
		return err
	})
	return found, err
}

// AssetsBySHA returns those of the assets, by the SHA-256 of their content, that a workspace has
// and that are not in the bin.
func (db *DB) AssetsBySHA(ctx context.Context, w domain.WorkspaceID, sha256s []string) (map[string]domain.Asset, error) {
	found := make(map[string]domain.Asset, len(sha256s))
	keys, err := json.Marshal(filled(sha256s))
	if err != nil {
		return nil, err
	}
	err = db.Read(ctx, func(tx *Tx) error {
		list, err := tx.assets(selectAsset+` WHERE w.id = ? AND a.deleted_at_ms IS NULL
			AND a.sha256 IN (SELECT value FROM json_each(?))`, w, string(keys))
		for _, a := range list {
			found[a.SHA256] = a
		}
		return err
	})
	return found, err
}

const textsOfAssets = `
SELECT a.row, a.name || ' ' || a.alt || ' ' || a.camera
    || ' ' || ifnull((SELECT group_concat(tag, ' ') FROM asset_tag WHERE asset = a.row), '')
FROM asset a JOIN workspace w ON w.row = a.workspace
WHERE w.id = ?1 AND (a.deleted_at_ms IS NOT NULL) = ?2 AND (?3 = '' OR a.row < (SELECT row FROM asset WHERE id = ?3))
ORDER BY a.row DESC`

// Assets returns at most limit assets of a workspace, the last imported first, that come after the
// asset named by after ("" to begin) and have every word of query in name, alt, camera or tags,
// whatever its case and accents. With bin it returns only what is in the bin, else only what is not.
func (db *DB) Assets(ctx context.Context, w domain.WorkspaceID, bin bool, query string, after domain.AssetID, limit int) (list []domain.Asset, err error) {
	err = db.Read(ctx, func(tx *Tx) error {
		rows, err := tx.matching(query, limit, textsOfAssets, w, bin, after)
		if err != nil {
			return err
		}
		list, err = tx.assets(selectAsset+" WHERE a.row IN (SELECT value FROM json_each(?)) ORDER BY a.row DESC", rows)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list assets: %w", err)
	}
	return list, nil
}

// SetAlt replaces an asset's description.
func (db *DB) SetAlt(ctx context.Context, id domain.AssetID, alt string) (domain.Asset, error) {
	return db.changeAsset(ctx, id, "alt", func(tx *Tx) error {
		return found(tx.exec("UPDATE asset SET alt = ? WHERE id = ?", alt, id))
	})
}

// SetTags adds and takes off tags of an asset. A tag that is there already, or not, is no error.
func (db *DB) SetTags(ctx context.Context, id domain.AssetID, add, remove []string) (domain.Asset, error) {
	return db.changeAsset(ctx, id, "tags", func(tx *Tx) error {
		a, err := tx.asset(id)
		if err != nil {
			return err
		}
		tags := slices.Concat(a.Tags, add)
		tags = slices.DeleteFunc(tags, func(tag string) bool { return slices.Contains(remove, tag) })
		return tx.setTags(id, tags)
	})
}

// SetReference says where the original of an asset is now; "" for a kept copy.
func (db *DB) SetReference(ctx context.Context, id domain.AssetID, path string) (domain.Asset, error) {
	return db.changeAsset(ctx, id, "reference", func(tx *Tx) error {
		return found(tx.exec("UPDATE asset SET reference = ? WHERE id = ?", path, id))
	})
}

func (db *DB) changeAsset(ctx context.Context, id domain.AssetID, what string, change func(*Tx) error) (a domain.Asset, err error) {
	err = db.Write(ctx, func(tx *Tx) error {
		if err := change(tx); err != nil {
			return err
		}
		a, err = tx.asset(id)
		return err
	})
	if err != nil {
		return domain.Asset{}, fmt.Errorf("change %s of asset %.40q: %w", what, id, err)
	}
	return a, nil
}

func (t *Tx) setTags(id domain.AssetID, tags []string) error {
	a, err := t.asset(id)
	if err != nil {
		return err
	}
	for _, tag := range a.Tags {
		if !slices.Contains(tags, tag) {
			if _, err := t.exec("DELETE FROM asset_tag WHERE asset = (SELECT row FROM asset WHERE id = ?) AND tag = ?", id, tag); err != nil {
				return err
			}
		}
	}
	for _, tag := range tags {
		if slices.Contains(a.Tags, tag) {
			continue
		}
		if _, err := t.exec(`INSERT INTO asset_tag (asset, tag) SELECT row, ? FROM asset WHERE id = ?
			ON CONFLICT (asset, tag) DO NOTHING`, tag, id); err != nil {
			return err
		}
	}
	return nil
}

const postsOfAsset = `
SELECT DISTINCT p.id FROM post_media m JOIN asset a ON a.row = m.asset JOIN post p ON p.row = m.post
WHERE a.id = ? ORDER BY p.row`

// PostsOf returns the posts that use an asset, in the bin or not, oldest first.
func (db *DB) PostsOf(ctx context.Context, id domain.AssetID) (list []domain.PostID, err error) {
	err = db.Read(ctx, func(tx *Tx) error {
		list, err = collect(tx, func(s scanner) (p domain.PostID, err error) { return p, s.Scan(&p) }, postsOfAsset, id)
		return err
	})
	return list, err
}

// BinAsset moves an asset to the bin. Posts that use it keep it.
func (db *DB) BinAsset(ctx context.Context, id domain.AssetID) error {
	return db.Write(ctx, func(tx *Tx) error {
		return found(tx.exec("UPDATE asset SET deleted_at_ms = ifnull(deleted_at_ms, ?) WHERE id = ?", ms(tx.Now), id))
	})
}

// UnbinAsset takes an asset out of the bin.
func (db *DB) UnbinAsset(ctx context.Context, id domain.AssetID) error {
	return db.Write(ctx, func(tx *Tx) error {
		return found(tx.exec("UPDATE asset SET deleted_at_ms = NULL WHERE id = ?", id))
	})
}

const rememberGone = `
INSERT INTO local_gone (workspace, path, bytes, mtime_ns)
SELECT workspace, path, bytes, mtime_ns FROM local_import WHERE asset = (SELECT row FROM asset WHERE id = ?)
ON CONFLICT (workspace, path) DO UPDATE SET bytes = excluded.bytes, mtime_ns = excluded.mtime_ns`

// PurgeAsset forgets an asset in the bin for ever. One that is not in the bin, or that a post uses,
// is a domain.ErrNotAllowed.
func (db *DB) PurgeAsset(ctx context.Context, id domain.AssetID) error {
	return db.Write(ctx, func(tx *Tx) error {
		var binned bool
		var posts int
		if err := tx.row(`SELECT deleted_at_ms IS NOT NULL, (SELECT count(DISTINCT post) FROM post_media WHERE asset = a.row)
			FROM asset a WHERE id = ?`, id).Scan(&binned, &posts); err != nil {
			return err
		}
		switch {
		case !binned:
			return fmt.Errorf("it is not in the bin: %w", domain.ErrNotAllowed)
		case posts > 0:
			return fmt.Errorf("%d posts use it: %w", posts, domain.ErrNotAllowed)
		}
		if _, err := tx.exec(rememberGone, id); err != nil {
			return err
		}
		_, err := tx.exec("DELETE FROM asset WHERE id = ?", id)
		return err
	})
}
