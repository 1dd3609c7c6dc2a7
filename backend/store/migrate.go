package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"time"
)

//go:embed migrations/*.sql
var migrations embed.FS

// script is one numbered file of migrations/.
type script struct {
	name string
	body string
}

// scripts returns the migrations in order; the number of a script is its place, from 1.
func scripts() ([]script, error) {
	names, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return nil, err
	}
	sort.Strings(names)
	list := make([]script, 0, len(names))
	for i, name := range names {
		base := filepath.Base(name)
		if !strings.HasPrefix(base, fmt.Sprintf("%04d_", i+1)) {
			return nil, fmt.Errorf("migration %s is out of order", base)
		}
		body, err := migrations.ReadFile(name)
		if err != nil {
			return nil, err
		}
		list = append(list, script{base, string(body)})
	}
	return list, nil
}

// migrate brings the file from its version to this program's, each script in one transaction.
func (db *DB) migrate(ctx context.Context, o Options) error {
	list, err := scripts()
	if err != nil {
		return err
	}
	version, err := db.version(ctx)
	if err != nil {
		return err
	}
	switch {
	case version > len(list):
		return fmt.Errorf("%w (schema %d, this program knows %d)", ErrNewer, version, len(list))
	case version == len(list):
		return nil
	}
	if version > 0 {
		if o.BeforeMigrate != nil {
			release, err := o.BeforeMigrate()
			if err != nil {
				return err
			}
			defer release()
		}
		if err := db.keepCopy(ctx, o.Backups, version); err != nil {
			return fmt.Errorf("copy before migration: %w", err)
		}
	}
	return db.apply(ctx, list, version)
}

// apply runs the scripts after version in one immediate transaction, with the change triggers
// made anew at the end. Another process may have been first: then there is nothing to do.
func (db *DB) apply(ctx context.Context, list []script, from int) error {
	tx, err := db.write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	var version int
	if err := tx.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
		return err
	}
	if version != from {
		return nil
	}
	for i := version; i < len(list); i++ {
		if _, err := tx.ExecContext(ctx, list[i].body); err != nil {
			return fmt.Errorf("migration %s: %w", list[i].name, err)
		}
	}
	if err := followChanges(ctx, tx); err != nil {
		return fmt.Errorf("change triggers: %w", err)
	}
	if _, err := tx.ExecContext(ctx, fmt.Sprintf("PRAGMA user_version = %d", len(list))); err != nil {
		return err
	}
	return tx.Commit()
}

func (db *DB) version(ctx context.Context) (int, error) {
	var version int
	err := db.write.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version)
	return version, err
}

// Schema returns the version of the file's schema.
func (db *DB) Schema(ctx context.Context) (int, error) {
	v, err := db.version(ctx)
	return v, known(err)
}

// keepCopy writes a dated copy of the database and proves that it has the same rows.
func (db *DB) keepCopy(ctx context.Context, folder string, version int) error {
	if folder == "" {
		return nil
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	name := fmt.Sprintf("before-schema-%d-%s.db", version+1, time.Now().UTC().Format("20060102T150405.000"))
	path := filepath.Join(folder, name)
	if err := db.CopyTo(ctx, path); err != nil {
		return errors.Join(err, os.Remove(path))
	}
	return nil
}

// CopyTo writes a whole, compact copy of the database to a new file and checks it: SQLite
// finds no damage in it and every table has the same rows.
func (db *DB) CopyTo(ctx context.Context, path string) error {
	if _, err := os.Stat(path); err == nil {
		return fmt.Errorf("%s: %w", filepath.Base(path), fs.ErrExist)
	}
	if _, err := db.write.ExecContext(ctx, "VACUUM INTO ?", path); err != nil {
		return known(err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		return err
	}
	return known(sameRows(ctx, db.write, path))
}

func sameRows(ctx context.Context, original *sql.DB, path string) error {
	copied, err := sql.Open("sqlite", address(path, true))
	if err != nil {
		return err
	}
	defer func() { _ = copied.Close() }()
	if err := check(ctx, copied, "integrity_check"); err != nil {
		return err
	}
	want, err := hashTables(ctx, original)
	if err != nil {
		return err
	}
	got, err := hashTables(ctx, copied)
	if err != nil {
		return err
	}
	for table, hash := range want {
		if got[table] != hash {
			return fmt.Errorf("%w: the copy of table %s differs", ErrDamaged, table)
		}
	}
	return nil
}

// check runs one of SQLite's own checks and fails with ErrDamaged and its first finding.
func check(ctx context.Context, db *sql.DB, pragma string) error {
	var finding string
	if err := db.QueryRowContext(ctx, "PRAGMA "+pragma+"(1)").Scan(&finding); err != nil {
		return err
	}
	if finding != "ok" {
		return fmt.Errorf("%w: %s", ErrDamaged, finding)
	}
	return nil
}

// Check reads the whole file for damage: every page, every index, every reference.
func (db *DB) Check(ctx context.Context) error {
	if err := check(ctx, db.read, "integrity_check"); err != nil {
		return known(err)
	}
	rows, err := db.read.QueryContext(ctx, "PRAGMA foreign_key_check")
	if err != nil {
		return known(err)
	}
	defer func() { _ = rows.Close() }()
	if rows.Next() {
		return fmt.Errorf("%w: a row refers to another that is gone", ErrDamaged)
	}
	return known(rows.Err())
}
