package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"postbag/backend/domain"
)

// OwnPresets returns a person's own sizes as JSON, oldest first.
func (db *DB) OwnPresets(ctx context.Context) (list []string, err error) {
	err = db.Read(ctx, func(tx *Tx) error {
		list, err = collect(tx, func(s scanner) (v string, err error) { return v, s.Scan(&v) }, "SELECT body_json FROM preset ORDER BY row")
		return err
	})
	return list, err
}

const putPreset = `
INSERT INTO preset (id, body_json, created_at_ms) VALUES (?, ?, ?)
ON CONFLICT (id) DO UPDATE SET body_json = excluded.body_json`

// PutPreset keeps an own size, as JSON, under its id.
func (db *DB) PutPreset(ctx context.Context, id, body string) error {
	return db.PutPresets(ctx, []KeptPreset{{ID: id, Body: body}})
}

// KeptPreset is an own size as JSON.
type KeptPreset struct{ ID, Body string }

// PutPresets keeps own sizes, all or none. What was made for one that was another is stale.
func (db *DB) PutPresets(ctx context.Context, list []KeptPreset) error {
	err := db.Write(ctx, func(tx *Tx) error {
		for _, p := range list {
			if _, err := tx.exec(`UPDATE local_rendition SET stale_at_ms = ?3 WHERE preset = ?1 AND stale_at_ms IS NULL
				AND NOT EXISTS (SELECT 1 FROM preset WHERE id = ?1 AND body_json = ?2)`, p.ID, p.Body, ms(tx.Now)); err != nil {
				return err
			}
			if _, err := tx.exec(putPreset, p.ID, p.Body, ms(tx.Now)); err != nil {
				return fmt.Errorf("%q: %w", p.ID, err)
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("keep presets: %w", err)
	}
	return nil
}

const putPicture = `
INSERT INTO preset_picture (sha256, data, created_at_ms) VALUES (?, ?, ?) ON CONFLICT (sha256) DO NOTHING`

// PutPresetPicture keeps the picture of a watermark under the hash that own sizes name it by. Those that no
// size has named for a day are forgotten: until then a removal can be undone.
func (db *DB) PutPresetPicture(ctx context.Context, sha256, data string) error {
	err := db.Write(ctx, func(tx *Tx) error {
		_, err := tx.exec(`DELETE FROM preset_picture WHERE created_at_ms < ?
			AND NOT EXISTS (SELECT 1 FROM preset WHERE instr(body_json, preset_picture.sha256) > 0)`, ms(tx.Now.Add(-24*time.Hour)))
		if err == nil {
			_, err = tx.exec(putPicture, sha256, data, ms(tx.Now))
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("keep the picture of a preset: %w", err)
	}
	return nil
}

// PresetPicture returns the picture of a watermark, or a domain.ErrNotFound.
func (db *DB) PresetPicture(ctx context.Context, sha256 string) (data string, err error) {
	err = db.Read(ctx, func(tx *Tx) error {
		return tx.row("SELECT data FROM preset_picture WHERE sha256 = ?", sha256).Scan(&data)
	})
	return data, err
}

// RemovePreset forgets an own size, and with it the crops made for it.
func (db *DB) RemovePreset(ctx context.Context, id string) error {
	return db.Write(ctx, func(tx *Tx) error {
		if err := found(tx.exec("DELETE FROM preset WHERE id = ?", id)); err != nil {
			return err
		}
		for _, query := range []string{"DELETE FROM asset_crop WHERE preset = ?", "DELETE FROM shown_preset WHERE preset = ?"} {
			if _, err := tx.exec(query, id); err != nil {
				return err
			}
		}
		return tx.outdate("preset = ?", id)
	})
}

// ShownPresets returns the sizes a workspace works with, in their order; none: the usual ones.
func (db *DB) ShownPresets(ctx context.Context, w domain.WorkspaceID) (list []string, err error) {
	err = db.Read(ctx, func(tx *Tx) error {
		list, err = collect(tx, func(s scanner) (v string, err error) { return v, s.Scan(&v) },
			"SELECT preset FROM shown_preset WHERE workspace = (SELECT row FROM workspace WHERE id = ?) ORDER BY idx", w)
		return err
	})
	return list, err
}

// SetShownPresets says which sizes a workspace works with, and so what is in its current set.
func (db *DB) SetShownPresets(ctx context.Context, w domain.WorkspaceID, ids []string) error {
	return db.Write(ctx, func(tx *Tx) error {
		if err := tx.setShown(w, ids); err != nil {
			return err
		}
		list, err := json.Marshal(filled(ids))
		if err != nil {
			return err
		}
		_, err = tx.exec(`UPDATE preset_set SET presets_json = ?2 WHERE current = 1 AND workspace = (SELECT row FROM workspace WHERE id = ?1)`, w, string(list))
		return err
	})
}

func (t *Tx) setShown(w domain.WorkspaceID, ids []string) error {
	if _, err := t.exec("DELETE FROM shown_preset WHERE workspace = (SELECT row FROM workspace WHERE id = ?)", w); err != nil {
		return err
	}
	for i, id := range ids {
		if err := found(t.exec(`INSERT INTO shown_preset (workspace, idx, preset) SELECT row, ?2, ?3 FROM workspace WHERE id = ?1`, w, i, id)); err != nil {
			return err
		}
	}
	return nil
}
