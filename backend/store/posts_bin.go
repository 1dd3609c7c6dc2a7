package store

import (
	"context"
	"fmt"

	"postbag/backend/domain"
)

const openOfPost = `
SELECT count(*) FROM delivery d JOIN post p ON p.row = d.post
WHERE p.id = ? AND d.state NOT IN ('published', 'rejected', 'missed', 'cancelled')`

// BinPost moves a post to the bin. It fails with domain.ErrNotAllowed while a delivery of it is
// planned, held or on its way.
func (db *DB) BinPost(ctx context.Context, id domain.PostID) error {
	return db.Write(ctx, func(tx *Tx) error {
		open, err := tx.number(openOfPost, id)
		if err != nil {
			return err
		}
		if open > 0 {
			return fmt.Errorf("it is still in the queue for %d channels; take it out of the queue first: %w", open, domain.ErrNotAllowed)
		}
		return found(tx.exec("UPDATE post SET deleted_at_ms = ifnull(deleted_at_ms, ?) WHERE id = ?", ms(tx.Now), id))
	})
}

// UnbinPost takes a post out of the bin.
func (db *DB) UnbinPost(ctx context.Context, id domain.PostID) error {
	return db.Write(ctx, func(tx *Tx) error {
		return found(tx.exec("UPDATE post SET deleted_at_ms = NULL WHERE id = ?", id))
	})
}

// found turns "no row matched" into domain.ErrNotFound.
func found(n int64, err error) error {
	if err == nil && n == 0 {
		return domain.ErrNotFound
	}
	return err
}

// PurgePost deletes a post in the bin with its whole history. A post that is not in the bin, or
// ever had a delivery, is a domain.ErrNotAllowed.
func (db *DB) PurgePost(ctx context.Context, id domain.PostID) error {
	return db.Write(ctx, func(tx *Tx) error {
		var binned bool
		var deliveries int
		if err := tx.row(`SELECT deleted_at_ms IS NOT NULL, (SELECT count(*) FROM delivery WHERE post = p.row)
			FROM post p WHERE id = ?`, id).Scan(&binned, &deliveries); err != nil {
			return err
		}
		switch {
		case !binned:
			return fmt.Errorf("it is not in the bin: %w", domain.ErrNotAllowed)
		case deliveries > 0:
			return fmt.Errorf("it is the record of %d deliveries: %w", deliveries, domain.ErrNotAllowed)
		}
		_, err := tx.exec("DELETE FROM post WHERE id = ?", id)
		return err
	})
}
