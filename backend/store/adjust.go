package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"postbag/backend/domain"
)

// adjustment reads how a picture is adjusted; "" is not at all.
func adjustment(text string) (a domain.Adjustment, err error) {
	if text == "" {
		return a, nil
	}
	return a, json.Unmarshal([]byte(text), &a)
}

// adjustText is the way back of adjustment.
func adjustText(a domain.Adjustment) string {
	if !a.Any() {
		return ""
	}
	return string(a.JSON())
}

// AdjustAssets says how pictures are adjusted, all in one transaction, and forgets what the program saw in
// them before. What cannot be adjusted, because it moves, stays as it is. before is how those were that
// are another way now; an asset that does not exist is a domain.ErrNotFound and nothing changes.
func (db *DB) AdjustAssets(ctx context.Context, ids []domain.AssetID, to func(domain.Asset) domain.Adjustment) (before map[domain.AssetID]domain.Adjustment, err error) {
	err = db.Write(ctx, func(tx *Tx) error {
		before = map[domain.AssetID]domain.Adjustment{}
		for _, id := range ids {
			a, err := tx.asset(id)
			if err != nil {
				return fmt.Errorf("asset %.40q: %w", id, err)
			}
			adjust := to(a)
			if _, twice := before[id]; twice || a.Kind != domain.AssetImage || adjust == a.Adjust {
				continue
			}
			before[id] = a.Adjust
			if _, err := tx.exec("UPDATE asset SET adjust_json = ? WHERE id = ?", adjustText(adjust), id); err != nil {
				return err
			}
			if err := tx.outdate("asset = (SELECT row FROM asset WHERE id = ?)", id); err != nil {
				return err
			}
			if _, err := tx.exec("DELETE FROM local_look WHERE asset = (SELECT row FROM asset WHERE id = ?)", id); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("adjust pictures: %w", err)
	}
	return before, nil
}

// SetFocus replaces an asset's focal point, a place in the adjusted picture; nil is the middle.
func (db *DB) SetFocus(ctx context.Context, id domain.AssetID, focus *domain.Point) (domain.Asset, error) {
	return db.changeAsset(ctx, id, "focus", func(tx *Tx) error {
		if focus != nil {
			a, err := tx.asset(id)
			if err != nil {
				return err
			}
			plain := a.Adjust.Unseen(*focus, a.PlainWidth, a.PlainHeight)
			focus = &plain
		}
		x, y := point(focus)
		if err := found(tx.exec("UPDATE asset SET focus_x = ?, focus_y = ? WHERE id = ?", x, y, id)); err != nil {
			return err
		}
		return tx.outdate("preset <> '' AND asset = (SELECT row FROM asset WHERE id = ?)", id)
	})
}

// Crops returns the parts of a picture that a person chose, by preset, as places in the adjusted picture.
// Those chosen in it on its side are left out while it is upright, and the other way round: they have
// another shape, and come back with the turn.
func (db *DB) Crops(ctx context.Context, id domain.AssetID) (crops map[string]domain.Crop, err error) {
	type chosen struct {
		preset string
		crop   domain.Crop
		turned bool
	}
	crops = map[string]domain.Crop{}
	err = db.Read(ctx, func(tx *Tx) error {
		list, err := collect(tx, func(s scanner) (c chosen, err error) {
			return c, s.Scan(&c.preset, &c.crop.X, &c.crop.Y, &c.crop.Width, &c.crop.Height, &c.turned)
		}, "SELECT preset, x, y, width, height, turned FROM asset_crop WHERE asset = (SELECT row FROM asset WHERE id = ?)", id)
		if err != nil || len(list) == 0 {
			return err
		}
		a, err := tx.asset(id)
		for _, c := range list {
			if c.turned == (a.Adjust.Turn%2 == 1) {
				crops[c.preset] = a.Adjust.SeenCrop(c.crop, a.PlainWidth, a.PlainHeight)
			}
		}
		return err
	})
	return crops, err
}

const putCrop = `
INSERT INTO asset_crop (asset, preset, x, y, width, height, turned) SELECT row, ?2, ?3, ?4, ?5, ?6, ?7 FROM asset WHERE id = ?1
ON CONFLICT (asset, preset) DO UPDATE SET x = excluded.x, y = excluded.y, width = excluded.width, height = excluded.height,
    turned = excluded.turned`

// SetCrop keeps the part of a picture that a person chose for a preset, a place in the adjusted picture;
// nil forgets it.
func (db *DB) SetCrop(ctx context.Context, id domain.AssetID, preset string, c *domain.Crop) error {
	err := db.Write(ctx, func(tx *Tx) error {
		if err := tx.outdate("preset = ? AND asset = (SELECT row FROM asset WHERE id = ?)", preset, id); err != nil {
			return err
		}
		if c == nil {
			_, err := tx.exec("DELETE FROM asset_crop WHERE asset = (SELECT row FROM asset WHERE id = ?) AND preset = ?", id, preset)
			return err
		}
		a, err := tx.asset(id)
		if err != nil {
			return err
		}
		plain := a.Adjust.UnseenCrop(*c, a.PlainWidth, a.PlainHeight)
		return found(tx.exec(putCrop, id, preset, plain.X, plain.Y, plain.Width, plain.Height, a.Adjust.Turn%2))
	})
	if err != nil {
		return fmt.Errorf("crop asset %.40q: %w", id, err)
	}
	return nil
}

const selectNamedLook = `
SELECT l.id, w.id, l.name, l.adjust_json, l.created_at_ms FROM named_look l JOIN workspace w ON w.row = l.workspace`

func scanNamedLook(s scanner) (l domain.NamedLook, err error) {
	var adjust string
	var created sql.NullInt64
	if err = s.Scan(&l.ID, &l.Workspace, &l.Name, &adjust, &created); err == nil {
		l.Adjust, err = adjustment(adjust)
	}
	l.CreatedAt = at(created)
	return l, err
}

func (t *Tx) namedLook(id domain.NamedLookID) (domain.NamedLook, error) {
	return first(collect(t, scanNamedLook, selectNamedLook+" WHERE l.id = ?", id))
}

// NamedLooks returns a workspace's named looks by name.
func (db *DB) NamedLooks(ctx context.Context, w domain.WorkspaceID) (list []domain.NamedLook, err error) {
	err = db.Read(ctx, func(tx *Tx) error {
		list, err = collect(tx, scanNamedLook, selectNamedLook+" WHERE w.id = ? ORDER BY l.name COLLATE NOCASE, l.row", w)
		return err
	})
	return list, err
}

// NamedLook returns a named look, or domain.ErrNotFound.
func (db *DB) NamedLook(ctx context.Context, id domain.NamedLookID) (l domain.NamedLook, err error) {
	err = db.Read(ctx, func(tx *Tx) error {
		l, err = tx.namedLook(id)
		return err
	})
	return l, err
}

const insertNamedLook = `
INSERT INTO named_look (id, workspace, name, adjust_json, created_at_ms) SELECT ?1, row, ?3, ?4, ?5 FROM workspace WHERE id = ?2`

// AddNamedLook keeps a look with a name. A name that is taken is a domain.ErrConflict.
func (db *DB) AddNamedLook(ctx context.Context, l domain.NamedLook) (domain.NamedLook, error) {
	err := db.Write(ctx, func(tx *Tx) error {
		l.ID, l.CreatedAt = domain.NamedLookID(domain.NewID(tx.Now)), tx.Now
		return found(tx.exec(insertNamedLook, l.ID, l.Workspace, l.Name, string(l.Adjust.JSON()), ms(l.CreatedAt)))
	})
	if err != nil {
		return domain.NamedLook{}, fmt.Errorf("save look %q: %w", l.Name, err)
	}
	return l, nil
}

// RenameNamedLook gives a look another name. A name that is taken is a domain.ErrConflict.
func (db *DB) RenameNamedLook(ctx context.Context, id domain.NamedLookID, name string) (l domain.NamedLook, err error) {
	err = db.Write(ctx, func(tx *Tx) error {
		if err := found(tx.exec("UPDATE named_look SET name = ? WHERE id = ?", name, id)); err != nil {
			return err
		}
		l, err = tx.namedLook(id)
		return err
	})
	if err != nil {
		return l, fmt.Errorf("rename look %q: %w", name, err)
	}
	return l, nil
}

// RemoveNamedLook forgets a look. Pictures that were adjusted with it stay as they are.
func (db *DB) RemoveNamedLook(ctx context.Context, id domain.NamedLookID) error {
	return db.Write(ctx, func(tx *Tx) error {
		return found(tx.exec("DELETE FROM named_look WHERE id = ?", id))
	})
}
