package store

import (
	"context"
	"database/sql"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"time"
)

// Facts are what a database file holds, for proving that a copy of it is whole.
type Facts struct {
	Schema int
	Tables []TableFacts // by name
}

// TableFacts are about one table; Hash is that of Hashes.
type TableFacts struct {
	Name string
	Rows int64
	Hash string
}

// Inspect reads the file at path, which nothing else has open, without changing it: SQLite's own
// check, the schema's version, and every row. It fails with ErrDamaged or ErrNewer.
func Inspect(ctx context.Context, path string) (Facts, error) {
	facts, err := inspect(ctx, path)
	if err != nil {
		return Facts{}, fmt.Errorf("read database: %w", known(err))
	}
	return facts, nil
}

func inspect(ctx context.Context, path string) (f Facts, err error) {
	db, err := sql.Open("sqlite", unchanging(path))
	if err != nil {
		return f, err
	}
	defer func() { _ = db.Close() }()
	if err := check(ctx, db, "integrity_check"); err != nil {
		return f, err
	}
	if err := db.QueryRowContext(ctx, "PRAGMA user_version").Scan(&f.Schema); err != nil {
		return f, err
	}
	list, err := scripts()
	if err != nil {
		return f, err
	}
	if f.Schema > len(list) {
		return f, fmt.Errorf("%w (schema %d, this program knows %d)", ErrNewer, f.Schema, len(list))
	}
	hashes, err := hashTables(ctx, db)
	if err != nil {
		return f, err
	}
	for name, hash := range hashes {
		t := TableFacts{Name: name, Hash: hash}
		if err := db.QueryRowContext(ctx, `SELECT count(*) FROM "`+name+`"`).Scan(&t.Rows); err != nil {
			return f, err
		}
		f.Tables = append(f.Tables, t)
	}
	slices.SortFunc(f.Tables, func(a, b TableFacts) int { return strings.Compare(a.Name, b.Name) })
	return f, nil
}

// unchanging is the address of a file that is only read: without a journal beside it.
func unchanging(path string) string {
	if runtime.GOOS == "windows" {
		path = "/" + strings.ReplaceAll(path, `\`, "/")
	}
	return "file:" + strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23").Replace(path) + "?mode=ro&immutable=1"
}

const neededContents = `
SELECT sha256 FROM asset WHERE reference = ''
UNION
SELECT j.value FROM delivery, json_tree(delivery.plan_json) j
WHERE j.key = 'sha256' AND j.type = 'text'
  AND delivery.state NOT IN ('published', 'rejected', 'missed', 'cancelled')`

// NeededContents returns the SHA-256 of every content that something of a person's needs:
// originals of which a copy is kept, and what open deliveries have frozen.
func (db *DB) NeededContents(ctx context.Context) (list []string, err error) {
	list, err = names(ctx, db.read, neededContents)
	if err != nil {
		return nil, fmt.Errorf("list needed contents: %w", known(err))
	}
	return list, nil
}

// LastWrite is this machine's time at the last write, zero if there was none.
func (db *DB) LastWrite(ctx context.Context) (time.Time, error) {
	var ms int64
	if err := db.read.QueryRowContext(ctx, "SELECT now_ms FROM local_clock").Scan(&ms); err != nil {
		return time.Time{}, fmt.Errorf("read the time of the last write: %w", known(err))
	}
	if ms == 0 {
		return time.Time{}, nil
	}
	return time.UnixMilli(ms).UTC(), nil
}

// Engine returns the version of SQLite that this program carries.
func Engine(ctx context.Context) (string, error) {
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		return "", fmt.Errorf("open sqlite: %w", err)
	}
	defer func() { _ = db.Close() }()
	var version string
	if err := db.QueryRowContext(ctx, "SELECT sqlite_version()").Scan(&version); err != nil {
		return "", fmt.Errorf("ask sqlite for its version: %w", err)
	}
	return version, nil
}
