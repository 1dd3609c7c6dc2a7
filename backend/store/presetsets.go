package store

import (
	"context"
	"encoding/json"
	"fmt"

	"postbag/backend/domain"
)

const selectPresetSet = `
SELECT s.id, w.id, s.name, s.presets_json, s.current FROM preset_set s JOIN workspace w ON w.row = s.workspace`

func scanPresetSet(s scanner) (p domain.PresetSet, err error) {
	var list string
	if err = s.Scan(&p.ID, &p.Workspace, &p.Name, &list, &p.Current); err == nil {
		err = json.Unmarshal([]byte(list), &p.Presets)
	}
	return p, err
}

// PresetSets returns a workspace's sets of sizes by name.
func (db *DB) PresetSets(ctx context.Context, w domain.WorkspaceID) (list []domain.PresetSet, err error) {
	err = db.Read(ctx, func(tx *Tx) error {
		list, err = collect(tx, scanPresetSet, selectPresetSet+" WHERE w.id = ? ORDER BY s.name COLLATE NOCASE, s.row", w)
		return err
	})
	return list, err
}

const insertPresetSet = `
INSERT INTO preset_set (id, workspace, name, presets_json, current, created_at_ms)
SELECT ?1, row, ?3, ?4, 1, ?5 FROM workspace WHERE id = ?2`

// AddPresetSet makes a set of sizes and works with it from then on. A name that is taken is
// a domain.ErrConflict.
func (db *DB) AddPresetSet(ctx context.Context, p domain.PresetSet) (domain.PresetSet, error) {
	ids, err := json.Marshal(filled(p.Presets))
	if err != nil {
		return p, err
	}
	err = db.Write(ctx, func(tx *Tx) error {
		p.ID, p.Current = domain.PresetSetID(domain.NewID(tx.Now)), true
		if err := tx.leaveSets(p.Workspace); err != nil {
			return err
		}
		if err := found(tx.exec(insertPresetSet, p.ID, p.Workspace, p.Name, string(ids), ms(tx.Now))); err != nil {
			return err
		}
		return tx.setShown(p.Workspace, p.Presets)
	})
	if err != nil {
		return domain.PresetSet{}, fmt.Errorf("add preset set %q: %w", p.Name, err)
	}
	return p, nil
}

// RenamePresetSet gives a set another name. One that is taken is a domain.ErrConflict.
func (db *DB) RenamePresetSet(ctx context.Context, id domain.PresetSetID, name string) error {
	err := db.Write(ctx, func(tx *Tx) error {
		return found(tx.exec("UPDATE preset_set SET name = ? WHERE id = ?", name, id))
	})
	if err != nil {
		return fmt.Errorf("rename preset set to %q: %w", name, err)
	}
	return nil
}

// RemovePresetSet forgets a set; the workspace goes on with the sizes it works with.
func (db *DB) RemovePresetSet(ctx context.Context, id domain.PresetSetID) error {
	return db.Write(ctx, func(tx *Tx) error {
		return found(tx.exec("DELETE FROM preset_set WHERE id = ?", id))
	})
}

// ChoosePresetSet works with a set's sizes from now on.
func (db *DB) ChoosePresetSet(ctx context.Context, id domain.PresetSetID) (p domain.PresetSet, err error) {
	err = db.Write(ctx, func(tx *Tx) error {
		list, err := collect(tx, scanPresetSet, selectPresetSet+" WHERE s.id = ?", id)
		if p, err = first(list, err); err != nil {
			return err
		}
		if err := tx.leaveSets(p.Workspace); err != nil {
			return err
		}
		if _, err := tx.exec("UPDATE preset_set SET current = 1 WHERE id = ?", id); err != nil {
			return err
		}
		p.Current = true
		return tx.setShown(p.Workspace, p.Presets)
	})
	if err != nil {
		return domain.PresetSet{}, fmt.Errorf("choose preset set: %w", err)
	}
	return p, nil
}

func (t *Tx) leaveSets(w domain.WorkspaceID) error {
	_, err := t.exec("UPDATE preset_set SET current = 0 WHERE current = 1 AND workspace = (SELECT row FROM workspace WHERE id = ?)", w)
	return err
}
