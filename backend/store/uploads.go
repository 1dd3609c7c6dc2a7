package store

import (
	"context"
	"fmt"
	"time"

	"postbag/backend/domain"
)

const selectRivals = `
SELECT o.id, b.segment_idx, o.plan_json
FROM doubt b JOIN call c ON c.row = b.call JOIN delivery o ON o.row = b.delivery
WHERE o.channel = (SELECT channel FROM delivery WHERE id = ?1) AND c.intent_at_ms >= ?2
    AND (b.verdict IS NULL OR b.verdict NOT IN ('live', 'absent'))
    AND NOT EXISTS (SELECT 1 FROM segment s WHERE s.delivery = b.delivery AND s.generation = b.generation
        AND s.idx = b.segment_idx AND s.state = 'published')
    AND (o.id <> ?1 OR b.generation <> o.generation)
GROUP BY b.delivery, b.generation, b.segment_idx`

// Rivals returns the requests of a delivery's channel, made since then, whose end is not known
// either: other deliveries' ones, and those of the delivery's own earlier generations. A post
// that looks like the delivery's may be theirs.
func (db *DB) Rivals(ctx context.Context, id domain.DeliveryID, since time.Time) (list []domain.Rival, err error) {
	err = db.Read(ctx, func(tx *Tx) error {
		list, err = collect(tx, func(s scanner) (r domain.Rival, err error) {
			return r, s.Scan(&r.Delivery, &r.Segment, &r.Plan)
		}, selectRivals, id, since.UnixMilli())
		return err
	})
	return list, err
}

const forgetReplies = `
DELETE FROM local_reply WHERE call IN (SELECT c.row FROM call c JOIN delivery d ON d.row = c.delivery
    WHERE d.id = ? AND c.generation = d.generation AND c.effect = 'invisible')`

const forgetUpload = `
DELETE FROM local_upload WHERE request_hash = ?2 AND channel = (SELECT channel FROM delivery WHERE id = ?1)`

const forgetContainers = `
UPDATE segment SET container_id = NULL, container_expires_ms = NULL
WHERE container_id IS NOT NULL AND state = 'pending' AND (delivery, generation) =
    (SELECT d.row, d.generation FROM delivery d WHERE d.id = ?1)
    AND NOT EXISTS (SELECT 1 FROM doubt b WHERE b.delivery = segment.delivery AND b.generation = segment.generation
        AND b.segment_idx = segment.idx AND (b.verdict IS NULL OR b.verdict <> 'absent'))`

// Forget drops what was prepared for a delivery, and the shared uploads made by these requests, so
// that everything is prepared anew. The journal keeps that it was done. What is in doubt keeps
// its container.
func (db *DB) Forget(ctx context.Context, id domain.DeliveryID, uploads []string) error {
	err := db.Write(ctx, func(tx *Tx) error {
		if _, err := tx.exec(forgetReplies, id); err != nil {
			return err
		}
		for _, hash := range uploads {
			if _, err := tx.exec(forgetUpload, id, hash); err != nil {
				return err
			}
		}
		_, err := tx.exec(forgetContainers, id)
		return err
	})
	if err != nil {
		return fmt.Errorf("forget what was prepared for delivery %s: %w", id, err)
	}
	return nil
}

const selectUpload = `
SELECT sealed FROM local_upload WHERE request_hash = ?2 AND expires_at_ms > ?3
    AND channel = (SELECT channel FROM delivery WHERE id = ?1)`

// Upload returns the sealed answer to an upload that a delivery's channel made by the same request
// for another post, or domain.ErrNotFound if there is none that is good at now.
func (db *DB) Upload(ctx context.Context, id domain.DeliveryID, hash string, now time.Time) (sealed []byte, err error) {
	err = db.Read(ctx, func(tx *Tx) error { return tx.row(selectUpload, id, hash, now.UnixMilli()).Scan(&sealed) })
	return sealed, err
}

const keepUpload = `
INSERT INTO local_upload (channel, sha256, request_hash, sealed, expires_at_ms)
SELECT channel, ?2, ?3, ?4, ?5 FROM delivery WHERE id = ?1
ON CONFLICT (channel, request_hash) DO UPDATE SET sealed = excluded.sealed, expires_at_ms = excluded.expires_at_ms`

// KeepUpload remembers the sealed answer to an upload for other posts of a delivery's channel.
// What is over is dropped with it.
func (db *DB) KeepUpload(ctx context.Context, id domain.DeliveryID, u domain.Upload) error {
	err := db.Write(ctx, func(tx *Tx) error {
		if _, err := tx.exec("DELETE FROM local_upload WHERE expires_at_ms <= ?", tx.Now.UnixMilli()); err != nil {
			return err
		}
		return must(tx.exec(keepUpload, id, u.SHA256, u.RequestHash, u.Sealed, u.Until.UnixMilli()))
	})
	if err != nil {
		return fmt.Errorf("keep an upload: %w", err)
	}
	return nil
}
