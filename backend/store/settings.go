package store

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"postbag/backend/domain"
)

// AddDemo makes a workspace that only takes channels which reach nobody.
func (db *DB) AddDemo(ctx context.Context, name string) (w domain.Workspace, err error) {
	err = db.Write(ctx, func(tx *Tx) error {
		w = domain.Workspace{ID: domain.WorkspaceID(domain.NewID(tx.Now)), Name: strings.TrimSpace(name), Demo: true, CreatedAt: tx.Now}
		_, err := tx.exec("INSERT INTO workspace (id, name, demo, created_at_ms) VALUES (?, ?, 1, ?)", w.ID, w.Name, ms(w.CreatedAt))
		return err
	})
	if err != nil {
		return w, fmt.Errorf("add workspace %q: %w", name, err)
	}
	return w, nil
}

// Workspace returns one workspace, a removed one too.
func (db *DB) Workspace(ctx context.Context, id domain.WorkspaceID) (w domain.Workspace, err error) {
	err = db.Read(ctx, func(tx *Tx) error {
		w, err = one(tx, scanWorkspace, selectWorkspace+" WHERE id = ?", id)
		return err
	})
	if err != nil {
		return w, fmt.Errorf("workspace %.40q: %w", id, err)
	}
	return w, nil
}

// AllWorkspaces returns every workspace, removed ones too, oldest first.
func (db *DB) AllWorkspaces(ctx context.Context) (list []domain.Workspace, err error) {
	err = db.Read(ctx, func(tx *Tx) error {
		list, err = collect(tx, scanWorkspace, selectWorkspace+" ORDER BY row")
		return err
	})
	return list, err
}

// RenameWorkspace gives a workspace another name. One that is taken is a domain.ErrConflict.
func (db *DB) RenameWorkspace(ctx context.Context, id domain.WorkspaceID, name string) error {
	return db.touch(ctx, "rename workspace", "UPDATE workspace SET name = ? WHERE id = ? AND removed_at_ms IS NULL", name, id)
}

const inUse = `
SELECT (SELECT count(*) FROM post p JOIN workspace w ON w.row = p.workspace WHERE w.id = ?1 AND w.demo = 0)
    + (SELECT count(*) FROM asset a JOIN workspace w ON w.row = a.workspace WHERE w.id = ?1 AND w.demo = 0)`

// A removed workspace gives its name free; its own id, which nobody would choose, keeps the two apart.
const removeWorkspace = `
UPDATE workspace SET removed_at_ms = ?2, name = name || ' ' || id WHERE id = ?1 AND removed_at_ms IS NULL`

// RemoveWorkspace hides a demo, or a workspace without posts and pictures, and keeps what is
// planned in it from going out. It fails with domain.ErrNotAllowed for any other and for the
// last one, unless that is the demo.
func (db *DB) RemoveWorkspace(ctx context.Context, id domain.WorkspaceID) error {
	return db.change(ctx, "remove workspace", func(tx *Tx) (int64, error) {
		n, err := tx.number(inUse, id)
		if err != nil {
			return 0, err
		}
		if n > 0 {
			return 0, fmt.Errorf("it has %d posts and pictures: %w", n, domain.ErrNotAllowed)
		}
		left, err := tx.number("SELECT count(*) FROM workspace WHERE removed_at_ms IS NULL AND (id <> ?1 OR demo = 1)", id)
		if err != nil {
			return 0, err
		}
		if left == 0 {
			return 0, fmt.Errorf("it is the only one: %w", domain.ErrNotAllowed)
		}
		return tx.exec(removeWorkspace, id, tx.Now.UnixMilli())
	})
}

const unremoveWorkspace = `
UPDATE workspace SET removed_at_ms = NULL, name = CASE
    WHEN EXISTS (SELECT 1 FROM workspace o WHERE o.name = substr(workspace.name, 1, length(workspace.name) - length(workspace.id) - 1))
    THEN name ELSE substr(name, 1, length(name) - length(id) - 1) END
WHERE id = ? AND removed_at_ms IS NOT NULL`

// UnremoveWorkspace brings a removed workspace back, under its name if that is still free.
func (db *DB) UnremoveWorkspace(ctx context.Context, id domain.WorkspaceID) error {
	return db.touch(ctx, "bring workspace back", unremoveWorkspace, id)
}

// WorkspaceSettings returns the settings of a workspace as the JSON object they were stored as.
func (db *DB) WorkspaceSettings(ctx context.Context, id domain.WorkspaceID) (body string, err error) {
	err = db.Read(ctx, func(tx *Tx) error {
		return tx.row("SELECT settings_json FROM workspace WHERE id = ?", id).Scan(&body)
	})
	if err != nil {
		return "", fmt.Errorf("settings of workspace %.40q: %w", id, err)
	}
	return body, nil
}

// SetWorkspaceSettings stores the settings of a workspace, a JSON object.
func (db *DB) SetWorkspaceSettings(ctx context.Context, id domain.WorkspaceID, body string) error {
	return db.touch(ctx, "settings of workspace", "UPDATE workspace SET settings_json = ? WHERE id = ?", body, id)
}

// TitleChannel gives a channel a name of a person's own, "" for the network's.
func (db *DB) TitleChannel(ctx context.Context, id domain.ChannelID, title string) error {
	return db.changeChannel(ctx, "rename channel", "title = ?", id, title)
}

// PauseChannel keeps a channel's deliveries waiting, or lets them go again.
func (db *DB) PauseChannel(ctx context.Context, id domain.ChannelID, pause bool) error {
	if pause {
		return db.changeChannel(ctx, "pause channel", "paused_at_ms = ifnull(paused_at_ms, (SELECT now_ms FROM local_clock))", id)
	}
	return db.changeChannel(ctx, "resume channel", "paused_at_ms = NULL", id)
}

// SetChannelDefaults stores what posts for a channel get where nothing else was chosen.
func (db *DB) SetChannelDefaults(ctx context.Context, id domain.ChannelID, d domain.ChannelDefaults) error {
	body, err := json.Marshal(d)
	if err != nil {
		return fmt.Errorf("defaults of channel: %w", err)
	}
	return db.changeChannel(ctx, "defaults of channel", "defaults_json = ?", id, string(body))
}

const countOfChannel = `
SELECT count(*) FILTER (WHERE d.state IN ('planned', 'waiting')), count(*) FILTER (WHERE d.state = 'held'),
    count(*) FILTER (WHERE d.state IN ('preparing', 'sending', 'unknown')), count(*) FILTER (WHERE d.state = 'published'),
    ifnull(min(d.due_at_ms) FILTER (WHERE d.state = 'planned'), 0), ifnull(max(d.published_at_ms), 0)
FROM delivery d JOIN channel c ON c.row = d.channel WHERE c.id = ?`

// Traffic counts what a channel has to do and has done.
type Traffic struct {
	Planned, Held, Open, Published int64 // Open is on its way or in doubt
	NextMs, LastMs                 int64 // the next planned time and the last published one; 0: none
}

// TrafficOf counts the deliveries of a channel.
func (db *DB) TrafficOf(ctx context.Context, id domain.ChannelID) (t Traffic, err error) {
	err = db.Read(ctx, func(tx *Tx) error {
		return tx.row(countOfChannel, id).Scan(&t.Planned, &t.Held, &t.Open, &t.Published, &t.NextMs, &t.LastMs)
	})
	return t, err
}

// SecretExpiry returns when a channel's secret of a kind ends (UTC milliseconds), 0 if it does not or there is none.
func (db *DB) SecretExpiry(ctx context.Context, id domain.ChannelID, kind string) (atMs int64, err error) {
	err = db.Read(ctx, func(tx *Tx) error {
		atMs, err = tx.number(`SELECT ifnull(max(s.expires_at_ms), 0) FROM local_secret s JOIN channel c ON c.row = s.channel
			WHERE c.id = ? AND s.kind = ?`, id, kind)
		return err
	})
	return atMs, err
}

func (db *DB) changeChannel(ctx context.Context, what, set string, id domain.ChannelID, args ...any) error {
	return db.touch(ctx, what, "UPDATE channel SET "+set+", updated_at_ms = (SELECT now_ms FROM local_clock) WHERE id = ? AND state <> 'removed'",
		append(args, id)...)
}

// touch runs an update that must find its row.
func (db *DB) touch(ctx context.Context, what, statement string, args ...any) error {
	return db.change(ctx, what, func(tx *Tx) (int64, error) { return tx.exec(statement, args...) })
}

func (db *DB) change(ctx context.Context, what string, fn func(*Tx) (int64, error)) error {
	err := db.Write(ctx, func(tx *Tx) error {
		n, err := fn(tx)
		if err == nil && n == 0 {
			return domain.ErrNotFound
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// Holdings counts the posts and assets of all workspaces, those in the bin too.
func (db *DB) Holdings(ctx context.Context) (posts, assets int, err error) {
	err = db.Read(ctx, func(tx *Tx) error {
		return tx.row("SELECT (SELECT count(*) FROM post), (SELECT count(*) FROM asset)").Scan(&posts, &assets)
	})
	return posts, assets, err
}

// CountStates counts all deliveries by state.
func (db *DB) CountStates(ctx context.Context) (map[domain.DeliveryState]int, error) {
	out := map[domain.DeliveryState]int{}
	err := db.Read(ctx, func(tx *Tx) error {
		_, err := collect(tx, func(s scanner) (n int, err error) {
			var state domain.DeliveryState
			err = s.Scan(&state, &n)
			out[state] = n
			return n, err
		}, "SELECT state, count(*) FROM delivery GROUP BY state")
		return err
	})
	return out, err
}
