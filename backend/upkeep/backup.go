// Package upkeep looks after a data folder as a whole: a backup in one file, its way back, and
// an examination that finds what is broken before a person misses it.
//
// It joins three parts that do not know each other: the folder with its files (datadir), the
// database (store) and the key (secrets). A backup is proved by reading it back; a restore is
// proved by the hash of every row and of every file before anything is put in place.
//
// A backup is older than the moment it is restored at. What was planned in it may have been
// published since, so a restored folder publishes nothing of it by itself: every delivery that
// was open is held until a person lets it go.
package upkeep

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"postbag/backend/datadir"
	"postbag/backend/store"
)

// Backup writes the whole data folder to the one file dst. It fails as datadir.Dir.Backup does.
func Backup(ctx context.Context, dir *datadir.Dir, db *store.DB, dst string, o datadir.BackupOptions) (datadir.Summary, error) {
	return dir.Backup(ctx, dst, func(ctx context.Context, path string) (datadir.Database, error) {
		if err := db.CopyTo(ctx, path); err != nil {
			return datadir.Database{}, err
		}
		facts, err := store.Inspect(ctx, path)
		return describe(facts), err
	}, o)
}

func describe(f store.Facts) datadir.Database {
	d := datadir.Database{Schema: f.Schema, Tables: make([]datadir.Table, len(f.Tables))}
	for i, t := range f.Tables {
		d.Tables[i] = datadir.Table{Name: t.Name, Rows: t.Rows, Hash: t.Hash}
	}
	return d
}

// Restored is what a restore brought back.
type Restored struct {
	datadir.Summary
	Held       int    // deliveries that were open in the backup and now wait for a person
	LastIntent string // the last request to publish that its journal knows, "" if none
}

// Restore brings the backup src back as the data folder at path ("" for the system's), which
// nobody may be using. It fails as datadir.Restore does, and then path is as it was.
func Restore(ctx context.Context, src, path string, o datadir.RestoreOptions) (Restored, error) {
	var out Restored
	o.Check = func(ctx context.Context, database string, want datadir.Database) error {
		facts, err := store.Inspect(ctx, database)
		if err != nil {
			return err
		}
		if err := compare(describe(facts), want); err != nil {
			return err
		}
		out.Held, out.LastIntent, err = holdOpen(ctx, database)
		return err
	}
	summary, err := datadir.Restore(ctx, src, path, o)
	if err != nil {
		return Restored{}, err
	}
	out.Summary = summary
	return out, nil
}

func compare(got, want datadir.Database) error {
	if got.Schema != want.Schema || len(got.Tables) != len(want.Tables) {
		return fmt.Errorf("%w: it has schema %d with %d tables, and was written with schema %d and %d tables",
			store.ErrDamaged, got.Schema, len(got.Tables), want.Schema, len(want.Tables))
	}
	for _, t := range want.Tables {
		if !slices.Contains(got.Tables, t) {
			return fmt.Errorf("%w: table %.40q does not have the rows it was written with", store.ErrDamaged, t.Name)
		}
	}
	return nil
}

// holdOpen keeps everything that a proved, restored database had still to publish. What is in
// doubt stays so: it is looked up before anything is sent.
func holdOpen(ctx context.Context, database string) (held int, last string, err error) {
	db, err := store.Open(ctx, database, store.Options{Actor: "restore"})
	if err != nil {
		return 0, "", err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	n, err := db.HoldCopy(ctx, "This came back from a backup and may have been published since. Look, then let it go or cancel it.")
	if err != nil {
		return 0, "", err
	}
	last, err = db.LastIntent(ctx)
	return int(n), last, err
}
