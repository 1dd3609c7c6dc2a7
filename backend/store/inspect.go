package store

import (
	"context"
	"database/sql"
	"fmt"
	"runtime"
	"slices"
	"strings"
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
