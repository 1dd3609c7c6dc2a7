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

const selectRendition = `
SELECT a.id, r.recipe, r.sha256, r.format, r.width, r.height, r.bytes, r.quality, r.passed, r.created_at_ms, r.preset, r.basis
FROM local_rendition r JOIN asset a ON a.row = r.asset WHERE a.id = ? AND r.recipe = ? AND r.stale_at_ms IS NULL`

// Rendition returns what a recipe made of an asset, or domain.ErrNotFound, also if it is stale.
func (db *DB) Rendition(ctx context.Context, id domain.AssetID, recipe string) (r domain.Rendition, err error) {
	err = db.Read(ctx, func(tx *Tx) error {
		var created sql.NullInt64
		err := tx.row(selectRendition, id, recipe).Scan(&r.Asset, &r.Recipe, &r.SHA256, &r.Format, &r.Width, &r.Height,
			&r.Bytes, &r.Quality, &r.Passed, &created, &r.Preset, &r.Basis)
		r.CreatedAt = at(created)
		return err
	})
	return r, err
}

const putRendition = `
INSERT INTO local_rendition (asset, recipe, sha256, format, width, height, bytes, quality, passed, created_at_ms, preset, basis)
SELECT row, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12 FROM asset WHERE id = ?1
ON CONFLICT (asset, recipe) DO UPDATE SET sha256 = excluded.sha256, format = excluded.format, width = excluded.width,
    height = excluded.height, bytes = excluded.bytes, quality = excluded.quality, passed = excluded.passed,
    created_at_ms = excluded.created_at_ms, preset = excluded.preset, basis = excluded.basis, stale_at_ms = NULL`

// PutRendition remembers what a recipe made of an asset.
func (db *DB) PutRendition(ctx context.Context, r domain.Rendition) error {
	err := db.Write(ctx, func(tx *Tx) error {
		return found(tx.exec(putRendition, r.Asset, r.Recipe, r.SHA256, r.Format, r.Width, r.Height, r.Bytes,
			r.Quality, r.Passed, ms(tx.Now), r.Preset, r.Basis))
	})
	if err != nil {
		return fmt.Errorf("remember rendition: %w", err)
	}
	return nil
}

// outdate notes that renditions are not what would be made now, from this moment if they were until now.
func (t *Tx) outdate(where string, args ...any) error {
	_, err := t.exec("UPDATE local_rendition SET stale_at_ms = ? WHERE stale_at_ms IS NULL AND "+where, append([]any{ms(t.Now)}, args...)...)
	return err
}

// staleRenditions leaves out those of assets of which a plan was put away with others of its year: nobody
// looks into these again only to tidy up.
const staleRenditions = `
SELECT r.row, r.sha256 FROM local_rendition r WHERE r.stale_at_ms < ?
AND NOT EXISTS (SELECT 1 FROM delivery d JOIN post_media m ON m.post = d.post WHERE m.asset = r.asset AND d.plan_from IS NOT NULL)
ORDER BY r.row`

const frozenAmong = `
SELECT DISTINCT j.value FROM delivery d, json_tree(d.plan_json) j
WHERE j.key = 'sha256' AND j.value IN (SELECT value FROM json_each(?))`

const neededElsewhere = `
SELECT EXISTS (SELECT 1 FROM local_rendition WHERE sha256 = ?1) OR EXISTS (SELECT 1 FROM asset WHERE sha256 = ?1)
    OR EXISTS (SELECT 1 FROM link_card WHERE picture_sha256 = ?1)`

// SweepRenditions forgets renditions that have been stale since before a time and that are in no plan,
// published ones' included, and calls remove for each content that nothing else needs then. No plan can
// freeze a stale rendition; before must be long enough ago that none which did is still being written.
// remove runs while nothing else writes, so that no rendition becomes that content meanwhile. It returns
// how many were forgotten.
func (db *DB) SweepRenditions(ctx context.Context, before time.Time, remove func(sha256 string) error) (n int, err error) {
	type stale struct {
		row    int64
		sha256 string
	}
	var list []stale
	frozen := map[string]bool{}
	err = db.Read(ctx, func(tx *Tx) error {
		list, err = collect(tx, func(s scanner) (r stale, err error) { return r, s.Scan(&r.row, &r.sha256) }, staleRenditions, ms(before))
		if err != nil || len(list) == 0 {
			return err
		}
		var sums []string
		for _, r := range list {
			sums = append(sums, r.sha256)
		}
		keys, err := json.Marshal(sums)
		if err != nil {
			return err
		}
		used, err := collect(tx, func(s scanner) (v string, err error) { return v, s.Scan(&v) }, frozenAmong, string(keys))
		for _, sum := range used {
			frozen[sum] = true
		}
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("find stale renditions: %w", err)
	}
	list = slices.DeleteFunc(list, func(r stale) bool { return frozen[r.sha256] })
	for some := range slices.Chunk(list, 100) { // others write in between
		err := db.Write(ctx, func(tx *Tx) error {
			for _, r := range some {
				gone, err := tx.exec("DELETE FROM local_rendition WHERE row = ? AND stale_at_ms < ?", r.row, ms(before))
				if err != nil {
					return err
				}
				if gone == 0 {
					continue // it was made again
				}
				n++
				var needed bool
				if err := tx.row(neededElsewhere, r.sha256).Scan(&needed); err != nil {
					return err
				}
				if needed {
					continue
				}
				if err := remove(r.sha256); err != nil {
					return fmt.Errorf("remove %s: %w", r.sha256[:12], err)
				}
			}
			return nil
		})
		if err != nil {
			return n, fmt.Errorf("forget stale renditions: %w", err)
		}
	}
	return n, nil
}

const outdatedPlanned = `
SELECT DISTINCT r.preset, r.basis, d.id FROM local_rendition r
JOIN delivery d ON d.state IN ('planned', 'preparing', 'waiting', 'held')
JOIN json_tree(d.plan_json) j ON j.key = 'sha256' AND j.value = r.sha256
WHERE r.asset = (SELECT row FROM asset WHERE id = ?) AND r.stale_at_ms IS NOT NULL
AND NOT EXISTS (SELECT 1 FROM local_rendition n WHERE n.asset = r.asset AND n.sha256 = r.sha256 AND n.stale_at_ms IS NULL)`

// Frozen is a stale rendition in the plan of a delivery that is still to go out.
type Frozen struct {
	Preset, Basis string
	Delivery      domain.DeliveryID
}

// OutdatedPlanned returns what of an asset deliveries that are still to go out have frozen that may be
// another now: what its basis makes today tells.
func (db *DB) OutdatedPlanned(ctx context.Context, id domain.AssetID) (list []Frozen, err error) {
	err = db.Read(ctx, func(tx *Tx) error {
		list, err = collect(tx, func(s scanner) (f Frozen, err error) { return f, s.Scan(&f.Preset, &f.Basis, &f.Delivery) }, outdatedPlanned, id)
		return err
	})
	return list, err
}
