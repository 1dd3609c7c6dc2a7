package store

import (
	"context"
	"fmt"
	"slices"

	"postbag/backend/domain"
)

// PutBack gives a delivery the time and plan in d and then the state that d says, in one
// transaction: undoing "let it go" must not leave a moment in which it could go out. It fails
// with domain.ErrConflict if it changed since d.RowVersion, and with domain.ErrNotAllowed once
// anything of it is or may be public.
func (db *DB) PutBack(ctx context.Context, d domain.Delivery) error {
	err := db.Write(ctx, func(tx *Tx) error {
		if err := tx.replan(d); err != nil || d.State != domain.Held {
			return err
		}
		return must(tx.become(d.ID, domain.Change{
			State: domain.Held, Reason: d.HoldReason, ErrorClass: d.ErrorClass, ErrorText: d.ErrorText,
		}, " AND state = 'planned'"))
	})
	if err != nil {
		return fmt.Errorf("put delivery %s back: %w", d.ID, err)
	}
	return nil
}

// Exchange takes deliveries out of the queue and plans others in their place, all or none. Those
// taken out must certainly not be public.
func (db *DB) Exchange(ctx context.Context, out []domain.DeliveryID, in []domain.Delivery, keys func(domain.Delivery) []string) ([]domain.Delivery, error) {
	added := slices.Clone(in)
	err := db.Write(ctx, func(tx *Tx) error {
		for _, id := range out {
			err := must(tx.become(id, domain.Change{State: domain.Cancelled, ErrorClass: domain.Replaced}, " AND state IN ('planned', 'waiting', 'held')"))
			if err != nil {
				return err
			}
		}
		if err := tx.addDeliveries(added, keys); err != nil {
			return err
		}
		for i, d := range added {
			if d.HoldReason == "" {
				continue
			}
			if _, err := tx.become(d.ID, domain.Change{State: domain.Held, Reason: d.HoldReason}, ""); err != nil {
				return err
			}
			added[i].State = domain.Held
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("exchange deliveries: %w", err)
	}
	return added, nil
}

const putAway = `
UPDATE delivery SET deleted_at_ms = ?2, remote_url = ifnull(?3, remote_url), row_version = row_version + 1,
    hlc = (SELECT hlc FROM local_clock)
WHERE id = ?1 AND (state IN ('rejected', 'missed') OR state = 'held' AND hold_reason IN
    ('ambiguous', 'partial_thread', 'restored_copy', 'moved_profile'))`

// PutAway hides a delivery from the queue that a person is done with, or shows it again: it stays
// what it is, nothing of it goes out by itself, and the history keeps it. link, if not "", is
// where the person saw it. Only ended and doubtful ones can be put away; others are a
// domain.ErrNotAllowed.
func (db *DB) PutAway(ctx context.Context, id domain.DeliveryID, away bool, link string) error {
	err := db.Write(ctx, func(tx *Tx) error {
		var at any
		if away {
			at = tx.Now.UnixMilli()
		}
		n, err := tx.exec(putAway, id, at, text(link))
		if err == nil && n == 0 {
			return domain.ErrNotAllowed
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("put delivery %s away: %w", id, err)
	}
	return nil
}
