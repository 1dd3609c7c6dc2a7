package store

import (
	"context"
	"database/sql"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"postbag/backend/domain"
)

var update = flag.Bool("update", false, "write the golden files anew")

func open(t *testing.T) *DB {
	t.Helper()
	db, err := Open(t.Context(), filepath.Join(t.TempDir(), "postbag.db"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func TestTheSchemaIsTheGoldenOne(t *testing.T) {
	db := open(t)
	list, err := names(t.Context(), db.read, `SELECT sql || ';' FROM sqlite_schema WHERE sql IS NOT NULL
		ORDER BY CASE type WHEN 'table' THEN 1 WHEN 'view' THEN 2 WHEN 'index' THEN 3 ELSE 4 END, name`)
	if err != nil {
		t.Fatal(err)
	}
	got := strings.Join(list, "\n\n") + "\n"
	const golden = "testdata/schema.golden.sql"
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Error("the migrations no longer make testdata/schema.golden.sql; if that is meant, run go test ./backend/store -update")
	}
}

func TestEveryConnectionHasEveryPragma(t *testing.T) {
	db := open(t)
	for pool, want := range map[*sql.DB]map[string]string{
		db.write: {"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "busy_timeout": "5000", "query_only": "0", "mmap_size": "0"},
		db.read:  {"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "busy_timeout": "5000", "query_only": "1"},
	} {
		for range 3 {
			conn, err := pool.Conn(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for pragma, value := range want {
				var got string
				if err := conn.QueryRowContext(t.Context(), "PRAGMA "+pragma).Scan(&got); err != nil {
					t.Fatal(pragma, err)
				}
				if got != value {
					t.Errorf("%s is %s, want %s", pragma, got, value)
				}
			}
			if pool == db.read { // hold it, so that the next is another connection
				defer func() { _ = conn.Close() }()
			} else {
				_ = conn.Close()
			}
		}
	}
}

func TestANewerFileIsRefusedAndLeftAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "postbag.db")
	db, err := Open(t.Context(), path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.write.Exec("PRAGMA user_version = 999"); err != nil {
		t.Fatal(err)
	}
	_ = db.Close()
	before, _ := os.ReadFile(path)
	if _, err := Open(t.Context(), path, Options{}); !errors.Is(err, ErrNewer) {
		t.Fatalf("opened a newer file: %v", err)
	}
	after, _ := os.ReadFile(path)
	if string(before) != string(after) {
		t.Error("the refused file was changed")
	}
}

func TestAFileThatIsNoDatabaseIsNamed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "postbag.db")
	if err := os.WriteFile(path, []byte(strings.Repeat("not a database at all ", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), path, Options{}); !errors.Is(err, ErrDamaged) {
		t.Fatalf("got %v", err)
	}
}

func TestAMigrationKeepsAVerifiedCopyAndTakesTheLocks(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "postbag.db")
	// A file of schema 1, with a row in it.
	list, err := scripts()
	if err != nil {
		t.Fatal(err)
	}
	old, err := sql.Open("sqlite", address(path, false))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := old.Exec(list[0].body + "; PRAGMA user_version = 1"); err != nil {
		t.Fatal(err)
	}
	if _, err := old.Exec("INSERT INTO workspace (id, name, created_at_ms) VALUES ('w', 'Kept', 1)"); err != nil {
		t.Fatal(err)
	}
	_ = old.Close()

	locked, released := 0, 0
	busy := errors.New("somebody publishes")
	o := Options{Backups: filepath.Join(dir, "backups"), BeforeMigrate: func() (func(), error) { return nil, busy }}
	if _, err := Open(t.Context(), path, o); !errors.Is(err, busy) {
		t.Fatalf("migrated without the lock: %v", err)
	}
	o.BeforeMigrate = func() (func(), error) { locked++; return func() { released++ }, nil }
	db, err := Open(t.Context(), path, o)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if locked != 1 || released != 1 {
		t.Errorf("locked %d times, released %d", locked, released)
	}
	spaces, err := db.Workspaces(t.Context())
	if err != nil || len(spaces) != 1 || spaces[0].Name != "Kept" {
		t.Fatalf("after the migration: %v, %v", spaces, err)
	}
	copies, _ := filepath.Glob(filepath.Join(dir, "backups", "before-schema-2-*.db"))
	if len(copies) != 1 {
		t.Fatalf("copies: %q", copies)
	}
	kept, err := sql.Open("sqlite", address(copies[0], true))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = kept.Close() }()
	var name string
	if err := kept.QueryRow("SELECT name FROM workspace").Scan(&name); err != nil || name != "Kept" {
		t.Errorf("the copy has %q, %v", name, err)
	}
}

func TestTheChangeLogRebuildsTheSameRows(t *testing.T) {
	db := open(t)
	ctx := t.Context()
	w, err := db.AddWorkspace(ctx, "One")
	if err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		_, err := db.SaveChannel(ctx, domain.Channel{Workspace: w.ID, Network: "n", RemoteID: fmt.Sprint(i), Handle: "h"}, "", 0, nil)
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := db.SetChannelState(ctx, mustChannel(t, db, w.ID), domain.ChannelReauth); err != nil {
		t.Fatal(err)
	}
	copyDB := open(t)
	replay(t, db, copyDB)
	want, err := db.Hashes(ctx)
	if err != nil {
		t.Fatal(err)
	}
	got, err := copyDB.Hashes(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for table, hash := range want {
		if followed(table) && got[table] != hash {
			t.Errorf("table %s differs after the replay", table)
		}
	}
}

func mustChannel(t *testing.T, db *DB, w domain.WorkspaceID) domain.ChannelID {
	t.Helper()
	list, err := db.Channels(t.Context(), w)
	if err != nil || len(list) == 0 {
		t.Fatal(list, err)
	}
	return list[0].ID
}

// replay applies a change log to an empty database, with its rules switched off.
func replay(t *testing.T, from, to *DB) {
	t.Helper()
	triggers, err := names(t.Context(), to.write, "SELECT name FROM sqlite_schema WHERE type = 'trigger'")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range triggers {
		if _, err := to.write.Exec("DROP TRIGGER " + name); err != nil {
			t.Fatal(err)
		}
	}
	rows, err := from.read.Query("SELECT tbl, key, op, cols FROM change_log ORDER BY row")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var table, op, cols string
		var key int64
		if err := rows.Scan(&table, &key, &op, &cols); err != nil {
			t.Fatal(err)
		}
		columns, err := names(t.Context(), from.read, "SELECT key FROM json_each(?)", cols)
		if err != nil {
			t.Fatal(err)
		}
		var list, values, sets []string
		for _, c := range columns {
			list = append(list, c)
			values = append(values, "?1 ->> '$."+c+"'")
			sets = append(sets, c+" = ?1 ->> '$."+c+"'")
		}
		statement := map[string]string{
			"i": "INSERT INTO " + table + " (" + strings.Join(list, ", ") + ") VALUES (" + strings.Join(values, ", ") + ")",
			"u": "UPDATE " + table + " SET " + strings.Join(sets, ", ") + " WHERE row = ?2",
			"d": "DELETE FROM " + table + " WHERE row = ?2 AND ?1 IS NOT NULL",
		}[op]
		if op == "u" && len(sets) == 0 {
			continue
		}
		if _, err := to.write.Exec(statement, cols, key); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
}

func TestACopyHasTheSameRowsAndIsNotOverwritten(t *testing.T) {
	db := open(t)
	if _, err := db.AddWorkspace(t.Context(), "One"); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "copy.db")
	if err := db.CopyTo(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	if err := db.CopyTo(t.Context(), path); !errors.Is(err, os.ErrExist) {
		t.Errorf("copying over a file: %v", err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the copy's mode is %v, %v", info.Mode(), err)
	}
}

func TestDamageIsFound(t *testing.T) {
	path := filepath.Join(t.TempDir(), "postbag.db")
	db, err := Open(t.Context(), path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 200 {
		if _, err := db.AddWorkspace(t.Context(), fmt.Sprintf("workspace %03d %s", i, strings.Repeat("x", 200))); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Check(t.Context()); err != nil {
		t.Fatalf("a whole file: %v", err)
	}
	if _, err := db.write.Exec("PRAGMA wal_checkpoint(TRUNCATE)"); err != nil {
		t.Fatal(err)
	}
	_ = db.Close()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := len(b) / 2; i < len(b)/2+8192; i++ {
		b[i] ^= 0x55
	}
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	db, err = Open(context.WithoutCancel(t.Context()), path, Options{})
	if err == nil {
		defer func() { _ = db.Close() }()
		err = db.Check(t.Context())
	}
	if !errors.Is(err, ErrDamaged) {
		t.Errorf("damage went unseen: %v", err)
	}
}
