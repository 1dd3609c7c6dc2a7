// Package storetest makes large databases quickly, for benchmarks.
//
// The rows are what the queue would have left, but they are written by a few statements with the
// triggers taken off for that long: a million deliveries take seconds instead of an hour.
package storetest

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	_ "modernc.org/sqlite" // the driver

	"postbag/backend/store"
)

// Size is how much a database holds.
type Size struct {
	Finished int // published deliveries
	Open     int // planned ones, spread over the sixty days after the present one
	Due      int // of the open ones, due within the last hour
	Channels int
}

// Open makes a database of a size in a folder of its own and opens it.
func Open(tb testing.TB, size Size) *store.DB {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "postbag.db")
	db, err := store.Open(tb.Context(), path, store.Options{})
	if err != nil {
		tb.Fatal(err)
	}
	if err := db.Close(); err != nil {
		tb.Fatal(err)
	}
	if err := fill(tb.Context(), path, size); err != nil {
		tb.Fatal(err)
	}
	if db, err = store.Open(tb.Context(), path, store.Options{}); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = db.Close() })
	return db
}

// ChannelID returns the id of the n-th channel, counted from 1.
func ChannelID(n int) string { return fmt.Sprintf("00000000-0000-7000-8000-%012x", n) }

const uuid = `printf('%08x-%04x-7000-8000-%012x', i >> 16, i & 65535, i)`

// plan is as long as that of a short post.
const plan = `{"delivery":"00000000-0000-7000-8000-000000000000","created_at":"2026-11-22T10:00:00Z","parts":[{"text":"` +
	`A hundred and forty characters are about as much as people write in a short post about bread, the sea and what the week was like so far."}],"language":"en"}`

func fill(ctx context.Context, path string, s Size) (err error) {
	db, err := sql.Open("sqlite", "file:"+filepath.ToSlash(path)+"?_pragma=journal_mode(OFF)&_pragma=synchronous(OFF)&_pragma=cache_size(-200000)")
	if err != nil {
		return fmt.Errorf("seed: %w", err)
	}
	db.SetMaxOpenConns(1)
	defer func() { _ = db.Close() }()
	triggers, err := triggersOf(ctx, db)
	if err != nil {
		return fmt.Errorf("seed: %w", err)
	}
	all := s.Finished + s.Open
	posts := all/10 + 1
	now := time.Now().UnixMilli()
	const day = 86_400_000
	count := func(n int, insert string) string {
		return fmt.Sprintf("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d) ", n) + "INSERT INTO " + insert
	}
	list := append([]string{"BEGIN"}, triggers.drop...)
	list = append(list,
		`INSERT INTO workspace (row, id, name, created_at_ms) VALUES (1, '00000000-0000-7000-8000-00000000aaaa', 'Seed', 0)`,
	)
	insert := func(n int, text string, args ...any) { list = append(list, count(n, fmt.Sprintf(text, args...))) }
	insert(s.Channels, `channel (row, id, workspace, network, remote_id, handle, name, server, state, options_json, limits_at_ms, created_at_ms, updated_at_ms)
		SELECT i, printf('00000000-0000-7000-8000-%%012x', i), 1, 'practice', 'me ' || i, 'me ' || i, '', '', 'ready', '{}', 0, 0, 0 FROM n`)
	insert(posts, `post (row, id, workspace, text, link, language, warning, visibility, version, created_at_ms, updated_at_ms)
		SELECT i, `+strings.ReplaceAll(uuid, "%", "%%")+`, 1, 'post ' || i, '', '', '', '', 1, %d, %d FROM n`, now, now)
	insert(posts, `variant (row, id, post, channel, own_parts, own_media, options_json)
		SELECT i, `+strings.ReplaceAll(uuid, "%", "%%")+`, i, 1 + i %% %d, 0, 0, '{}' FROM n`, s.Channels)
	// The finished ones come first; a delivery's number says what it is.
	insert(all, `delivery (row, id, workspace, post, variant, channel, occurrence_key, state, due_at_ms, late_policy, late_after_ms,
			wake_at_ms, plan_json, plan_hash, approved_hash, approved_by, home_machine, attempts, remote_id, remote_url, published_at_ms,
			hlc, actor_id, created_at_ms, updated_at_ms)
		SELECT i, `+strings.ReplaceAll(uuid, "%", "%%")+`, 1, 1 + i %% %[1]d, 1 + i %% %[1]d, 1 + (1 + i %% %[1]d) %% %[2]d, 'once-' || (1 + i / %[1]d),
			CASE WHEN i <= %[3]d THEN 'published' ELSE 'planned' END,
			CASE WHEN i <= %[3]d THEN %[4]d - (%[3]d - i) * 60000 WHEN i <= %[3]d + %[5]d THEN %[4]d - 3600000 + (i * 7919) %% 3000000
				ELSE %[4]d + %[6]d + (i * 7919) %% (60 * %[6]d) END, 'publish', 900000,
			CASE WHEN i <= %[3]d THEN NULL WHEN i <= %[3]d + %[5]d THEN %[4]d - 3600000 + (i * 7919) %% 3000000 ELSE %[4]d + %[6]d + (i * 7919) %% (60 * %[6]d) END,
			'%[7]s', 'hash', 'hash', 'local', 'local', i <= %[3]d, CASE WHEN i <= %[3]d THEN 'remote ' || i END,
			CASE WHEN i <= %[3]d THEN 'https://social.example/@me/' || i END, CASE WHEN i <= %[3]d THEN %[4]d - (%[3]d - i) * 60000 END,
			i, 'local', %[4]d, %[4]d FROM n`, posts, s.Channels, s.Finished, now, s.Due, day, plan)
	insert(all, `segment (row, delivery, generation, idx, plan_hash, state, client_key, remote_id, remote_url, published_at_ms)
		SELECT i, i, 1, 0, 'hash', CASE WHEN i <= %[1]d THEN 'published' ELSE 'pending' END, printf('%%032x', i),
			CASE WHEN i <= %[1]d THEN 'remote ' || i END, CASE WHEN i <= %[1]d THEN 'https://social.example/@me/' || i END,
			CASE WHEN i <= %[1]d THEN %[2]d END FROM n`, s.Finished, now)
	if s.Finished > 0 {
		insert(s.Finished, `attempt (row, delivery, no, claim_token, machine, process, app_version, boot_id, started_at_ms, ended_at_ms, end_class)
			SELECT i, i, 1, `+strings.ReplaceAll(uuid, "%", "%%")+`, 'here', '1', '1', 'boot', %[1]d, %[1]d, 'published' FROM n`, now)
		insert(s.Finished, `call (row, id, attempt, delivery, generation, segment_idx, seq, step, effect, claim_token, owner_epoch, client_key,
				key_until_ms, request_hash, intent_at_ms, intent_boot_ms, boot_id, outcome, http_status, remote_id, outcome_at_ms)
			SELECT i, `+strings.ReplaceAll(uuid, "%", "%%")+`, i, i, 1, 0, 1, 'post 1', 'public', `+strings.ReplaceAll(uuid, "%", "%%")+`, 1, printf('%%032x', i),
				0, 'hash', %[1]d, 0, 'boot', 'accepted', 200, 'remote ' || i, %[1]d FROM n`, now)
	}
	list = append(append(list, triggers.create...), "COMMIT", "ANALYZE")
	for _, statement := range list {
		if _, err := db.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("seed: %.60s: %w", statement, err)
		}
	}
	return nil
}

// triggers are the statements that take all triggers off, and put them back.
type triggers struct{ drop, create []string }

func triggersOf(ctx context.Context, db *sql.DB) (t triggers, err error) {
	rows, err := db.QueryContext(ctx, "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' ORDER BY rowid")
	if err != nil {
		return t, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var name, text string
		if err := rows.Scan(&name, &text); err != nil {
			return t, err
		}
		t.drop = append(t.drop, `DROP TRIGGER "`+name+`"`)
		t.create = append(t.create, text)
	}
	return t, rows.Err()
}
