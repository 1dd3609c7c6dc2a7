package store

import (
	"context"
	"time"

	"postbag/backend/domain"
)

const takeRenewal = `
INSERT INTO local_renewal (channel, token, until_ms)
SELECT row, ?2, ?3 FROM channel WHERE id = ?1
ON CONFLICT (channel) DO UPDATE SET token = excluded.token, until_ms = excluded.until_ms WHERE until_ms <= ?4`

// BeginRenewal reports whether token may renew a channel's secret now: nobody else may until
// EndRenewal, or until life has passed, for whoever died over it.
func (db *DB) BeginRenewal(ctx context.Context, id domain.ChannelID, token string, life time.Duration) (ours bool, err error) {
	err = db.Write(ctx, func(tx *Tx) error {
		now := tx.Now.UnixMilli()
		n, err := tx.exec(takeRenewal, id, token, now+life.Milliseconds(), now)
		ours = n == 1
		return err
	})
	return ours, err
}

// EndRenewal lets others renew again; one that is not token's own any more is left alone.
func (db *DB) EndRenewal(ctx context.Context, token string) error {
	return db.Write(ctx, func(tx *Tx) error {
		_, err := tx.exec("DELETE FROM local_renewal WHERE token = ?", token)
		return err
	})
}
