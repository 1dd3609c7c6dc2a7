package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// values are what a column of a type may hold that is easily lost on the way.
var values = map[string][]any{
	"INTEGER": {int64(0), int64(-1), int64(1)<<62 + 3, int64(9007199254740993)},
	"REAL":    {0.30000000000000004, 59.913868799999996, -1e-300, 1e22, 3.0},
	"TEXT":    {"", "a \"quoted\" \\ line\nand\ttab \u2028 é 新店 🎉", "null", "12"},
}

// TestReplayRebuildsEveryTable fills every column of every followed table with values that are
// easily lost, changes and deletes some, and builds the same from the log.
func TestReplayRebuildsEveryTable(t *testing.T) {
	ctx := t.Context()
	db, err := Open(ctx, filepath.Join(t.TempDir(), "a.db"), Options{Actor: "here"})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	conn, err := db.write.Conn(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	exec := func(query string, args ...any) {
		t.Helper()
		if _, err := conn.ExecContext(ctx, query, args...); err != nil {
			t.Fatalf("%s: %v", query, err)
		}
	}
	exec("PRAGMA foreign_keys = 0")
	exec("PRAGMA ignore_check_constraints = 1")
	rules, err := names(ctx, conn, "SELECT name FROM sqlite_schema WHERE type = 'trigger' AND name NOT LIKE 'log_%'")
	if err != nil {
		t.Fatal(err)
	}
	for _, rule := range rules {
		exec("DROP TRIGGER " + rule)
	}
	tables, err := names(ctx, conn, "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
	if err != nil {
		t.Fatal(err)
	}
	filled := 0
	for _, table := range tables {
		if !followed(table) {
			continue
		}
		filled++
		columns := columnsOf(t, conn, table)
		for row := 1; row <= 5; row++ {
			var list []string
			var args []any
			for i, c := range columns {
				list, args = append(list, c.name), append(args, c.value(table, row, i))
			}
			exec(fmt.Sprintf("INSERT INTO %s (row, %s) VALUES (%d%s)", table, strings.Join(list, ", "), row, strings.Repeat(", ?", len(list))), args...)
		}
		for i, c := range columns {
			exec(fmt.Sprintf("UPDATE %s SET %s = ? WHERE row = 2", table, c.name), c.value(table, 7+i, i))
		}
		exec(fmt.Sprintf("DELETE FROM %s WHERE row = 3", table))
	}
	if filled < 20 {
		t.Fatalf("only %d tables are followed", filled)
	}
	if err := db.Replay(ctx, filepath.Join(t.TempDir(), "b.db")); err != nil {
		t.Fatal(err)
	}
	if err := conn.Close(); err != nil { // packing needs it
		t.Fatal(err)
	}
	if packs := packAll(t, db, 32, 5); packs < 10 {
		t.Fatalf("only %d packs were made", packs)
	}
	if err := db.Replay(ctx, filepath.Join(t.TempDir(), "c.db")); err != nil {
		t.Fatal("packed: ", err)
	}
}

type column struct{ name, kind string }

func columnsOf(t *testing.T, q querier, table string) (list []column) {
	t.Helper()
	rows, err := q.QueryContext(t.Context(), "SELECT name, type FROM pragma_table_info(?) WHERE name <> 'row' ORDER BY cid", table)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var c column
		if err := rows.Scan(&c.name, &c.kind); err != nil {
			t.Fatal(err)
		}
		list = append(list, c)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return list
}

// value returns a value for a column, another one for each row.
func (c column) value(table string, row, place int) any {
	list := values[c.kind]
	v := list[(row+place)%len(list)]
	switch x := v.(type) {
	case string:
		return fmt.Sprintf("%s %s %d %d", x, table, row, place)
	case int64:
		return x + int64(row*100+place)
	case float64:
		return x * float64(row)
	}
	return v
}

func TestReplayFindsWhatTheLogDoesNotKnow(t *testing.T) {
	db, err := Open(t.Context(), filepath.Join(t.TempDir(), "a.db"), Options{Actor: "here"})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if _, err := db.AddWorkspace(t.Context(), "One"); err != nil {
		t.Fatal(err)
	}
	copyTo := filepath.Join(t.TempDir(), "b.db")
	if err := db.Replay(t.Context(), copyTo); err != nil {
		t.Fatal(err)
	}
	if err := db.Replay(t.Context(), copyTo); !errors.Is(err, os.ErrExist) {
		t.Errorf("a file that is there: %v", err)
	}
	if _, err := db.write.ExecContext(t.Context(), "DROP TRIGGER log_workspace_u"); err != nil {
		t.Fatal(err)
	}
	if _, err := db.write.ExecContext(t.Context(), "UPDATE workspace SET name = 'Two'"); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "c.db")
	if err := db.Replay(t.Context(), path); !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), "workspace") {
		t.Errorf("a silent change: %v", err)
	}
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("what could not be proved was left: %v", err)
	}
}
