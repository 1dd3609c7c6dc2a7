package store

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Change is one row of the change log: what one write did to one row of one table.
type Change struct {
	Row   int64 // its number in the log; numbers rise
	HLC   int64
	Actor string
	Table string
	Key   int64  // the number of the row that changed
	Op    string // "i" for a new row, "u" for a changed one, "d" for one that is gone
	// Columns are all of a new row, the changed ones of a changed row: nil, string or json.Number.
	Columns map[string]any
}

// Changes returns at most limit changes that come after a number of the log, oldest first. There may
// be more although it returns fewer; it returns none if there are none.
func (db *DB) Changes(ctx context.Context, after int64, limit int) ([]Change, error) {
	list := []Change{}
	err := db.Read(ctx, func(tx *Tx) error {
		entries, err := tx.entriesAfter(after, limit)
		for _, e := range entries {
			c, err := e.change()
			if err != nil {
				return err
			}
			list = append(list, c)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the change log: %w", err)
	}
	return list, nil
}

// LastChange returns the number of the last change, 0 if there is none.
func (db *DB) LastChange(ctx context.Context) (n int64, err error) {
	err = db.Read(ctx, func(tx *Tx) error {
		return tx.row("SELECT ifnull(max(row), 0) FROM change_log").Scan(&n)
	})
	return n, err
}

func (e entry) change() (Change, error) {
	c := Change{Row: e.row, HLC: e.hlc, Actor: e.actor, Table: e.table, Key: e.key, Op: e.op}
	d := json.NewDecoder(strings.NewReader(e.cols))
	d.UseNumber() // an integer keeps all of its 64 bits
	return c, d.Decode(&c.Columns)
}

// Replay builds a new database at path from the change log alone and proves that every table that
// is followed has the same rows as here. It fails with ErrDamaged if one has not: then something
// was written that the log does not know, or the log lost something. The new file is closed when
// Replay returns, and removed if it failed.
func (db *DB) Replay(ctx context.Context, path string) error {
	if _, err := os.Stat(path); err == nil {
		return fmt.Errorf("%s: %w", filepath.Base(path), fs.ErrExist)
	}
	err := db.replay(ctx, path)
	if err != nil {
		for _, end := range []string{"", "-wal", "-shm"} {
			_ = os.Remove(path + end)
		}
		return fmt.Errorf("replay the change log: %w", known(err))
	}
	return nil
}

func (db *DB) replay(ctx context.Context, path string) (err error) {
	fresh, err := Open(ctx, path, Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, fresh.Close()) }()
	conn, err := fresh.write.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	// What was allowed once is not asked again, and rows come before what they refer to.
	if _, err := conn.ExecContext(ctx, "PRAGMA foreign_keys = 0; PRAGMA ignore_check_constraints = 1"); err != nil {
		return err
	}
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	triggers, err := withoutTriggers(ctx, tx)
	if err != nil {
		return err
	}
	last := int64(0)
	for {
		list, err := db.Changes(ctx, last, 1000)
		if err != nil {
			return err
		}
		for _, c := range list {
			if err := applyChange(ctx, tx, c); err != nil {
				return fmt.Errorf("change %d of table %s: %w", c.Row, c.Table, err)
			}
			last = c.Row
		}
		if len(list) == 0 {
			break
		}
	}
	for _, sql := range triggers {
		if _, err := tx.ExecContext(ctx, sql); err != nil {
			return err
		}
	}
	if err := tx.Commit(); err != nil {
		return err
	}
	return db.sameFollowed(ctx, fresh)
}

// withoutTriggers drops every trigger and returns how they are made.
func withoutTriggers(ctx context.Context, tx *sql.Tx) ([]string, error) {
	list, err := names(ctx, tx, "SELECT name FROM sqlite_schema WHERE type = 'trigger' ORDER BY rowid")
	if err != nil {
		return nil, err
	}
	made, err := names(ctx, tx, "SELECT sql FROM sqlite_schema WHERE type = 'trigger' ORDER BY rowid")
	if err != nil {
		return nil, err
	}
	for _, name := range list {
		if _, err := tx.ExecContext(ctx, `DROP TRIGGER "`+name+`"`); err != nil {
			return nil, err
		}
	}
	return made, nil
}

// applyChange does again what a change did.
func applyChange(ctx context.Context, tx *sql.Tx, c Change) error {
	if !followed(c.Table) {
		return fmt.Errorf("%w: the table is not one that is followed", ErrDamaged)
	}
	columns := slices.Sorted(maps.Keys(c.Columns))
	args := make([]any, 0, len(columns)+1)
	for _, name := range columns {
		v, err := valueOf(c.Columns[name])
		if err != nil {
			return err
		}
		args = append(args, v)
	}
	var query bytes.Buffer
	switch c.Op {
	case "i":
		fmt.Fprintf(&query, `INSERT INTO "%s" ("%s") VALUES (?%s)`, c.Table, strings.Join(columns, `", "`), strings.Repeat(", ?", len(columns)-1))
	case "u":
		if len(columns) == 0 {
			return nil // it was written as it was
		}
		fmt.Fprintf(&query, `UPDATE "%s" SET "%s" = ? WHERE row = ?`, c.Table, strings.Join(columns, `" = ?, "`))
		args = append(args, c.Key)
	case "d":
		fmt.Fprintf(&query, `DELETE FROM "%s" WHERE row = ?`, c.Table)
		args = []any{c.Key}
	}
	result, err := tx.ExecContext(ctx, query.String(), args...)
	if err != nil {
		return err
	}
	if n, err := result.RowsAffected(); err != nil || n != 1 {
		return errors.Join(fmt.Errorf("%w: it changes %d rows", ErrDamaged, n), err)
	}
	return nil
}

// valueOf is a column's value as it is bound.
func valueOf(v any) (any, error) {
	n, ok := v.(json.Number)
	if !ok {
		return v, nil
	}
	if whole, err := n.Int64(); err == nil {
		return whole, nil
	}
	return n.Float64()
}

// sameFollowed fails unless every followed table has the same rows in both databases.
func (db *DB) sameFollowed(ctx context.Context, other *DB) error {
	want, err := hashTables(ctx, db.read)
	if err != nil {
		return err
	}
	got, err := hashTables(ctx, other.read)
	if err != nil {
		return err
	}
	for _, table := range slices.Sorted(maps.Keys(want)) {
		if followed(table) && got[table] != want[table] {
			return fmt.Errorf("%w: table %s has other rows", ErrDamaged, table)
		}
	}
	return nil
}
