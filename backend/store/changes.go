package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"hash"
	"strings"
)

// followed reports whether change_log follows a table: all do but this machine's own.
func followed(table string) bool {
	return !strings.HasPrefix(table, "local_") && !strings.HasPrefix(table, "sqlite_") && table != "change_log" && table != "change_pack"
}

// followChanges makes the triggers that append every change of the followed tables to
// change_log: all columns of a new row, the changed ones of an update.
func followChanges(ctx context.Context, tx *sql.Tx) error {
	tables, err := names(ctx, tx, "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
	if err != nil {
		return err
	}
	for _, table := range tables {
		if !followed(table) {
			continue
		}
		columns, err := names(ctx, tx, "SELECT name FROM pragma_table_info(?) ORDER BY cid", table)
		if err != nil {
			return err
		}
		for _, statement := range changeTriggers(table, columns) {
			if _, err := tx.ExecContext(ctx, statement); err != nil {
				return fmt.Errorf("table %s: %w", table, err)
			}
		}
	}
	return nil
}

func changeTriggers(table string, columns []string) []string {
	var all, changed []string
	for _, c := range columns {
		all = append(all, fmt.Sprintf("'%s', NEW.%s", c, c))
		if c != "row" {
			changed = append(changed, fmt.Sprintf("SELECT '%s' k, NEW.%s v WHERE NEW.%s IS NOT OLD.%s", c, c, c, c))
		}
	}
	const log = "INSERT INTO change_log (hlc, actor, tbl, key, op, cols) SELECT hlc, actor, '%s', %s.row, '%s', %s FROM local_clock;"
	trigger := func(op, event, row, cols string) []string {
		name := "log_" + table + "_" + op
		return []string{
			"DROP TRIGGER IF EXISTS " + name,
			"CREATE TRIGGER " + name + " AFTER " + event + " ON " + table + " BEGIN " +
				fmt.Sprintf(log, table, row, op, cols) + " END",
		}
	}
	list := trigger("i", "INSERT", "NEW", "json_object("+strings.Join(all, ", ")+")")
	list = append(list, trigger("u", "UPDATE", "NEW",
		"(SELECT json_group_object(k, v) FROM ("+strings.Join(changed, " UNION ALL ")+"))")...)
	return append(list, trigger("d", "DELETE", "OLD", "'{}'")...)
}

type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

func names(ctx context.Context, q querier, query string, args ...any) ([]string, error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var list []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		list = append(list, name)
	}
	return list, rows.Err()
}

// Hashes returns a SHA-256 of every table's rows, in row order: equal hashes are equal content.
func (db *DB) Hashes(ctx context.Context) (map[string]string, error) {
	h, err := hashTables(ctx, db.read)
	return h, known(err)
}

func hashTables(ctx context.Context, db *sql.DB) (map[string]string, error) {
	tables, err := names(ctx, db, "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name")
	if err != nil {
		return nil, err
	}
	hashes := make(map[string]string, len(tables))
	for _, table := range tables {
		h := sha256.New()
		if err := hashRows(ctx, db, h, `SELECT * FROM "`+table+`" ORDER BY row`); err != nil {
			return nil, fmt.Errorf("table %s: %w", table, err)
		}
		hashes[table] = hex.EncodeToString(h.Sum(nil))
	}
	return hashes, nil
}

func hashRows(ctx context.Context, db *sql.DB, h hash.Hash, query string) error {
	rows, err := db.QueryContext(ctx, query)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	columns, err := rows.Columns()
	if err != nil {
		return err
	}
	values := make([]any, len(columns))
	places := make([]any, len(columns))
	for i := range values {
		places[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(places...); err != nil {
			return err
		}
		for i, v := range values {
			if b, ok := v.([]byte); ok {
				v = hex.EncodeToString(b)
			}
			fmt.Fprintf(h, "%s=%T:%v\x00", columns[i], v, v)
		}
		_, _ = h.Write([]byte{'\n'})
	}
	return rows.Err()
}
