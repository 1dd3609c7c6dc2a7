package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"

	"postbag/backend/domain"
)

const insertWorkspace = `
INSERT INTO workspace (id, name, created_at_ms) VALUES (?, ?, ?)`

// AddWorkspace makes a workspace. A name that is taken is a domain.ErrConflict.
func (db *DB) AddWorkspace(ctx context.Context, name string) (w domain.Workspace, err error) {
	name = strings.TrimSpace(name)
	if name == "" {
		return w, &domain.FieldError{Field: "name", Message: "a workspace needs a name"}
	}
	err = db.Write(ctx, func(tx *Tx) error {
		w = domain.Workspace{ID: domain.WorkspaceID(domain.NewID(tx.Now)), Name: name, CreatedAt: tx.Now}
		_, err := tx.exec(insertWorkspace, w.ID, w.Name, ms(w.CreatedAt))
		return err
	})
	if err != nil {
		return w, fmt.Errorf("add workspace %q: %w", name, err)
	}
	return w, nil
}

// Workspaces returns every workspace that was not removed, oldest first.
func (db *DB) Workspaces(ctx context.Context) (list []domain.Workspace, err error) {
	err = db.Read(ctx, func(tx *Tx) error {
		list, err = collect(tx, scanWorkspace, selectWorkspace+" WHERE removed_at_ms IS NULL ORDER BY row")
		return err
	})
	return list, err
}

const selectWorkspace = "SELECT id, name, demo, created_at_ms, removed_at_ms FROM workspace"

func scanWorkspace(s scanner) (w domain.Workspace, err error) {
	var created, removed sql.NullInt64
	err = s.Scan(&w.ID, &w.Name, &w.Demo, &created, &removed)
	w.CreatedAt, w.RemovedAt = at(created), at(removed)
	return w, err
}

const insertChannel = `
INSERT INTO channel (id, workspace, network, remote_id, handle, name, server, state, options_json,
    limits_json, limits_at_ms, created_at_ms, updated_at_ms)
VALUES (?1, (SELECT row FROM workspace WHERE id = ?2), ?3, ?4, ?5, ?6, ?7, 'ready', ?8, ?9, ?10, ?10, ?10)
ON CONFLICT (network, server, remote_id) DO UPDATE SET handle = excluded.handle, name = excluded.name,
    state = 'ready', options_json = excluded.options_json, limits_json = excluded.limits_json,
    limits_at_ms = excluded.limits_at_ms, updated_at_ms = excluded.updated_at_ms
WHERE channel.workspace = excluded.workspace`

// Secret is a sealed token of a channel, with the version that is part of its seal.
type Secret struct {
	Kind      string
	Version   int
	Sealed    []byte
	ExpiresMs int64 // 0: never
}

// SaveChannel adds a channel, or signs an existing one (same network, server and account) in
// again, and seals its secret in the same transaction. Deliveries that were held for signing in
// are planned again. seal is called with the channel's final id. A channel that belongs to
// another workspace is a domain.ErrConflict.
func (db *DB) SaveChannel(ctx context.Context, c domain.Channel, kind string, expiresMs int64,
	seal func(id domain.ChannelID, version int) ([]byte, error),
) (_ domain.Channel, err error) {
	err = db.Write(ctx, func(tx *Tx) error {
		options, err := json.Marshal(orEmpty(c.Options))
		if err != nil {
			return err
		}
		n, err := tx.exec(insertChannel, domain.NewID(tx.Now), c.Workspace, c.Network, c.RemoteID, c.Handle,
			c.Name, c.Server, string(options), text(string(c.Limits)), tx.Now.UnixMilli())
		if err != nil {
			return err
		}
		if n == 0 {
			return fmt.Errorf("this account is a channel of another workspace: %w", domain.ErrConflict)
		}
		c, err = one(tx, scanChannel, selectChannel+" WHERE c.network = ? AND c.server = ? AND c.remote_id = ?",
			c.Network, c.Server, c.RemoteID)
		if err != nil {
			return err
		}
		if err := tx.releaseReauth(c.ID); err != nil {
			return err
		}
		if seal == nil {
			return nil
		}
		return tx.putSecret(c.ID, kind, expiresMs, seal)
	})
	if err != nil {
		return c, fmt.Errorf("save channel: %w", err)
	}
	return c, nil
}

func orEmpty[T any](m map[string]T) map[string]T {
	if m == nil {
		return map[string]T{}
	}
	return m
}

const selectChannel = `
SELECT c.id, w.id, c.network, c.remote_id, c.handle, c.name, c.title, c.server, c.state, c.paused_at_ms, c.defaults_json,
    c.options_json, c.limits_json, c.limits_at_ms, c.created_at_ms
FROM channel c JOIN workspace w ON w.row = c.workspace`

func scanChannel(s scanner) (c domain.Channel, err error) {
	var options, defaults string
	var limits sql.NullString
	var paused, limitsAt, created sql.NullInt64
	if err = s.Scan(&c.ID, &c.Workspace, &c.Network, &c.RemoteID, &c.Handle, &c.Name, &c.Title, &c.Server, &c.State,
		&paused, &defaults, &options, &limits, &limitsAt, &created); err != nil {
		return c, err
	}
	c.PausedAt, c.LimitsAt, c.CreatedAt = at(paused), at(limitsAt), at(created)
	if err := json.Unmarshal([]byte(defaults), &c.Defaults); err != nil {
		return c, fmt.Errorf("defaults of channel %s: %w", c.ID, err)
	}
	if limits.Valid {
		c.Limits = []byte(limits.String)
	}
	return c, json.Unmarshal([]byte(options), &c.Options)
}

// one runs a query for a single row.
func one[T any](t *Tx, scan func(scanner) (T, error), query string, args ...any) (T, error) {
	return scan(t.row(query, args...))
}

// Channel returns one channel.
func (db *DB) Channel(ctx context.Context, id domain.ChannelID) (c domain.Channel, err error) {
	err = db.ask(ctx, func(tx *Tx) error {
		c, err = one(tx, scanChannel, selectChannel+" WHERE c.id = ?", id)
		return err
	})
	return c, err
}

// Channels returns a workspace's channels that were not removed, oldest first.
func (db *DB) Channels(ctx context.Context, w domain.WorkspaceID) (list []domain.Channel, err error) {
	err = db.Read(ctx, func(tx *Tx) error {
		list, err = collect(tx, scanChannel, selectChannel+" WHERE w.id = ? AND c.state <> 'removed' ORDER BY c.row", w)
		return err
	})
	return list, err
}

const openOfChannel = `
SELECT count(*) FROM delivery d JOIN channel c ON c.row = d.channel
WHERE c.id = ? AND d.state IN ('preparing', 'sending', 'unknown')`

const cancelOfChannel = `
UPDATE delivery SET state = 'cancelled', hold_reason = NULL, wake_at_ms = NULL, claim_token = NULL,
    row_version = row_version + 1, updated_at_ms = ?2, hlc = (SELECT hlc FROM local_clock)
WHERE channel = (SELECT row FROM channel WHERE id = ?1) AND state IN ('planned', 'waiting')
    AND NOT EXISTS (SELECT 1 FROM segment s WHERE s.delivery = delivery.row AND s.state = 'published')`

// RemoveChannel forgets a channel's secret and takes its planned deliveries out of the queue. What
// was published stays in the history. It fails with domain.ErrNotAllowed while one is on its way
// or in doubt.
func (db *DB) RemoveChannel(ctx context.Context, id domain.ChannelID) error {
	err := db.Write(ctx, func(tx *Tx) error {
		n, err := tx.number(openOfChannel, id)
		if err != nil {
			return err
		}
		if n > 0 {
			return fmt.Errorf("%d posts of this channel are on their way or in doubt: %w", n, domain.ErrNotAllowed)
		}
		if _, err := tx.exec(cancelOfChannel, id, tx.Now.UnixMilli()); err != nil {
			return err
		}
		if _, err := tx.exec("DELETE FROM local_secret WHERE channel = (SELECT row FROM channel WHERE id = ?)", id); err != nil {
			return err
		}
		done, err := tx.exec("UPDATE channel SET state = 'removed', updated_at_ms = ? WHERE id = ? AND state <> 'removed'",
			tx.Now.UnixMilli(), id)
		if err == nil && done == 0 {
			return domain.ErrNotFound
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("remove channel: %w", err)
	}
	return nil
}

// SaveLimits keeps what a channel's server last said of itself.
func (db *DB) SaveLimits(ctx context.Context, id domain.ChannelID, limits []byte) error {
	return db.Write(ctx, func(tx *Tx) error {
		_, err := tx.exec("UPDATE channel SET limits_json = ?, limits_at_ms = ?, updated_at_ms = ? WHERE id = ?",
			string(limits), tx.Now.UnixMilli(), tx.Now.UnixMilli(), id)
		return err
	})
}

const putSecret = `
INSERT INTO local_secret (channel, kind, version, sealed, expires_at_ms, updated_at_ms)
VALUES ((SELECT row FROM channel WHERE id = ?1), ?2, ?3, ?4, ?5, ?6)
ON CONFLICT (channel, kind) DO UPDATE SET version = excluded.version, sealed = excluded.sealed,
    expires_at_ms = excluded.expires_at_ms, updated_at_ms = excluded.updated_at_ms`

const secretVersion = `
SELECT ifnull(max(s.version), 0) FROM local_secret s JOIN channel c ON c.row = s.channel WHERE c.id = ? AND s.kind = ?`

func (t *Tx) putSecret(id domain.ChannelID, kind string, expiresMs int64,
	seal func(domain.ChannelID, int) ([]byte, error),
) error {
	version, err := t.number(secretVersion, id, kind)
	if err != nil {
		return err
	}
	sealed, err := seal(id, int(version)+1)
	if err != nil {
		return err
	}
	_, err = t.exec(putSecret, id, kind, version+1, sealed, expiresMs, t.Now.UnixMilli())
	return err
}

// PutSecret replaces a channel's secret with its next version; a channel that asked to be signed
// in again is ready with it.
func (db *DB) PutSecret(ctx context.Context, id domain.ChannelID, kind string, expiresMs int64,
	seal func(id domain.ChannelID, version int) ([]byte, error),
) error {
	return db.Write(ctx, func(tx *Tx) error {
		if err := tx.putSecret(id, kind, expiresMs, seal); err != nil {
			return err
		}
		_, err := tx.exec("UPDATE channel SET state = 'ready', updated_at_ms = ? WHERE id = ? AND state = 'reauth'", tx.Now.UnixMilli(), id)
		return err
	})
}

// Secret returns a channel's sealed secret, or domain.ErrNotFound.
func (db *DB) Secret(ctx context.Context, id domain.ChannelID, kind string) (s Secret, err error) {
	err = db.Read(ctx, func(tx *Tx) error {
		s.Kind = kind
		return tx.row(`SELECT s.version, s.sealed, s.expires_at_ms FROM local_secret s JOIN channel c ON c.row = s.channel
			WHERE c.id = ? AND s.kind = ?`, id, kind).Scan(&s.Version, &s.Sealed, &s.ExpiresMs)
	})
	return s, err
}

// HasSecrets reports whether anything is sealed with the key: then a missing key is a loss.
func (db *DB) HasSecrets(ctx context.Context) (has bool, err error) {
	err = db.Read(ctx, func(tx *Tx) error {
		return tx.row("SELECT EXISTS (SELECT 1 FROM local_secret) OR EXISTS (SELECT 1 FROM local_shelf_secret) OR EXISTS (SELECT 1 FROM local_reply WHERE substr(sealed, 1, 1) = CAST('s' AS BLOB))").Scan(&has)
	})
	return has, err
}

// Setting returns a stored setting, "" if there is none.
func (db *DB) Setting(ctx context.Context, name string) (value string, err error) {
	err = db.Read(ctx, func(tx *Tx) error {
		return tx.row("SELECT ifnull(max(value), '') FROM local_setting WHERE name = ?", name).Scan(&value)
	})
	return value, err
}

// SetSetting stores a setting.
func (db *DB) SetSetting(ctx context.Context, name, value string) error {
	return db.Write(ctx, func(tx *Tx) error {
		_, err := tx.exec(`INSERT INTO local_setting (name, value) VALUES (?, ?)
			ON CONFLICT (name) DO UPDATE SET value = excluded.value`, name, value)
		return err
	})
}
