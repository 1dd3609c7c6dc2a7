// Package store keeps everything but the media in one SQLite file.
//
// There is one writer and a few readers. Every write is an immediate transaction with one
// "now" and one clock tick, committed with synchronous=FULL: what Postbag says it saved
// survives a power cut, and the intent to publish is on the disk before the first byte leaves.
// Triggers forbid the queue's impossible transitions and append every change to change_log, of which
// what is old is packed.
//
// Each file of this package holds one group of tables, with its SQL in sight above the
// function that runs it. Use cases declare the small interfaces they need; *DB fulfils them.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"postbag/backend/domain"
)

// Errors of the file itself. Compare with errors.Is.
var (
	ErrNewer   = errors.New("the database was written by a newer Postbag")
	ErrDamaged = errors.New("the database is damaged")
	ErrFull    = errors.New("the disk is full")
	ErrBusy    = errors.New("the database is in use")
)

// Options say how to open the file.
type Options struct {
	// Backups is the folder for the copy made before a migration; "" for none (tests).
	Backups string
	// BeforeMigrate is called when an existing file must be migrated: it takes the locks that
	// keep others out, and returns how to give them back.
	BeforeMigrate func() (release func(), err error)
	// Actor names this machine in change_log.
	Actor string
	// Committed, if set, is called after every commit: there are changes that others may want. It must
	// return at once.
	Committed func()
	// AtCommit, if set, is called before and after every commit: crash tests stop here.
	AtCommit func(after bool)
}

// DB is an open database.
type DB struct {
	path     string
	write    *sql.DB
	read     *sql.DB
	writes   *statements
	reads    *statements
	actor    string
	atCommit func(bool)
	told     func()
}

// Open opens or makes the file at path and brings it to this program's schema. A file of a
// newer program is refused with ErrNewer and left as it is.
func Open(ctx context.Context, path string, o Options) (*DB, error) {
	if o.Actor == "" {
		o.Actor = "local"
	}
	if err := private(path); err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	db := &DB{path: path, actor: o.Actor, atCommit: o.AtCommit, told: o.Committed}
	var err error
	if db.write, err = sql.Open("sqlite", address(path, false)); err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	db.write.SetMaxOpenConns(1)
	if db.read, err = sql.Open("sqlite", address(path, true)); err != nil {
		return nil, errors.Join(fmt.Errorf("open database: %w", err), db.write.Close())
	}
	db.read.SetMaxOpenConns(4)
	db.read.SetMaxIdleConns(4) // the default of two opens and parses the schema again with every burst of reads
	db.writes, db.reads = newStatements(db.write), newStatements(db.read)
	if err := db.migrate(ctx, o); err != nil {
		return nil, errors.Join(fmt.Errorf("open database: %w", known(err)), db.Close())
	}
	return db, nil
}

// private makes sure that the file exists and only its owner can read it, before SQLite opens it.
func private(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600) //nolint:gosec // the path is the data folder's
	if err != nil {
		return err
	}
	return errors.Join(f.Chmod(0o600), f.Close())
}

// address builds the connection string, so that every connection of a pool has every pragma.
func address(path string, readOnly bool) string {
	q := url.Values{}
	add := func(p string) { q.Add("_pragma", p) }
	add("busy_timeout(5000)") // first: the others may have to wait
	add("journal_mode(WAL)")
	add("synchronous(FULL)")
	if runtime.GOOS == "darwin" {
		add("fullfsync(1)")
		add("checkpoint_fullfsync(1)")
	}
	add("foreign_keys(1)")
	add("temp_store(MEMORY)")
	add("journal_size_limit(8388608)")
	add("mmap_size(0)")
	if readOnly {
		add("query_only(1)")
	} else {
		add("cache_size(-8192)") // KiB: what a thousand new deliveries change is written once, at the commit
		q.Set("_txlock", "immediate")
	}
	p := filepath.ToSlash(path)
	if !strings.HasPrefix(p, "/") {
		p = "/" + p
	}
	return (&url.URL{Scheme: "file", Path: p, RawQuery: q.Encode()}).String()
}

// Path returns where the file is.
func (db *DB) Path() string { return db.path }

// Close ends all work and tidies the statistics that SQLite plans with.
func (db *DB) Close() error {
	db.writes.close()
	db.reads.close()
	_, _ = db.write.Exec("PRAGMA optimize") //nolint:noctx // the last thing, whatever happened before
	return errors.Join(db.read.Close(), db.write.Close())
}

// Tx is one transaction with one now.
type Tx struct {
	tx    *sql.Tx // nil: every query is one of its own
	ctx   context.Context
	known *statements
	own   map[string]*ownStatement // compiled for this transaction alone
	Now   time.Time                // UTC, to the millisecond
}

// Write runs fn in an immediate transaction that is durable when Write returns nil.
func (db *DB) Write(ctx context.Context, fn func(*Tx) error) error {
	tx, err := db.write.BeginTx(ctx, nil)
	if err != nil {
		return known(err)
	}
	defer db.writes.compile(ctx)
	defer func() { _ = tx.Rollback() }() // also when fn panics: compile needs the connection
	t := &Tx{tx: tx, ctx: ctx, known: db.writes, Now: time.Now().UTC().Truncate(time.Millisecond)}
	err = t.tick(db.actor)
	if err == nil {
		err = fn(t)
	}
	if err != nil {
		return known(err)
	}
	if db.atCommit != nil {
		db.atCommit(false)
	}
	if err := tx.Commit(); err != nil {
		return known(err)
	}
	if db.atCommit != nil {
		db.atCommit(true)
	}
	if db.told != nil {
		db.told()
	}
	return nil
}

// Read runs fn on one consistent state of the database.
func (db *DB) Read(ctx context.Context, fn func(*Tx) error) error {
	tx, err := db.read.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return known(err)
	}
	defer db.reads.compile(ctx)
	defer func() { _ = tx.Rollback() }()
	return known(fn(&Tx{tx: tx, ctx: ctx, known: db.reads, Now: time.Now().UTC().Truncate(time.Millisecond)}))
}

// ask is Read for one query, which sees one state of the database by itself: beginning a transaction
// for it and ending it would cost as much again.
func (db *DB) ask(ctx context.Context, fn func(*Tx) error) error {
	defer db.reads.compile(ctx)
	return known(fn(&Tx{ctx: ctx, known: db.reads, Now: time.Now().UTC().Truncate(time.Millisecond)}))
}

const tickClock = `
UPDATE local_clock SET hlc = max(hlc + 1, ? << 16), now_ms = ?, actor = ?`

// tick moves the hybrid clock; the change triggers read it.
func (t *Tx) tick(actor string) error {
	ms := t.Now.UnixMilli()
	_, err := t.exec(tickClock, ms, ms, actor)
	return err
}

func (t *Tx) exec(query string, args ...any) (int64, error) {
	r, err := t.result(query, args...)
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

// insertOne runs an INSERT … SELECT and returns the new row's number. It fails with
// domain.ErrNotFound if none was made: SQLite would name the row of an earlier insert.
func (t *Tx) insertOne(query string, args ...any) (int64, error) {
	r, err := t.result(query, args...)
	if err != nil {
		return 0, err
	}
	if n, err := r.RowsAffected(); err != nil || n == 0 {
		return 0, errors.Join(domain.ErrNotFound, err)
	}
	return r.LastInsertId()
}

func (t *Tx) result(query string, args ...any) (sql.Result, error) {
	stmt, err := t.statement(query) //nolint:sqlclosecheck // it ends with the transaction
	if err != nil {
		return nil, err
	}
	if stmt != nil {
		return stmt.ExecContext(t.ctx, args...)
	}
	return t.tx.ExecContext(t.ctx, query, args...)
}

func (t *Tx) row(query string, args ...any) *sql.Row {
	if stmt, err := t.statement(query); err == nil && stmt != nil { //nolint:sqlclosecheck // it ends with the transaction
		return stmt.QueryRowContext(t.ctx, args...)
	}
	if t.tx == nil {
		return t.known.db.QueryRowContext(t.ctx, query, args...)
	}
	return t.tx.QueryRowContext(t.ctx, query, args...)
}

func (t *Tx) rows(query string, args ...any) (*sql.Rows, error) {
	stmt, err := t.statement(query) //nolint:sqlclosecheck // it ends with the transaction
	if err != nil {
		return nil, err
	}
	if stmt != nil {
		return stmt.QueryContext(t.ctx, args...)
	}
	if t.tx == nil {
		return t.known.db.QueryContext(t.ctx, query, args...)
	}
	return t.tx.QueryContext(t.ctx, query, args...)
}

// number reads one integer, or domain.ErrNotFound.
func (t *Tx) number(query string, args ...any) (int64, error) {
	var n int64
	if err := t.row(query, args...).Scan(&n); err != nil {
		return 0, err
	}
	return n, nil
}

type scanner interface{ Scan(...any) error }

// collect runs a query and scans every row. The result is never nil.
func collect[T any](t *Tx, scan func(scanner) (T, error), query string, args ...any) ([]T, error) {
	rows, err := t.rows(query, args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	list := []T{}
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	return list, rows.Err()
}

// known turns the driver's errors into this package's, by their numbers.
func known(err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, sql.ErrNoRows) {
		return domain.ErrNotFound
	}
	var e *sqlite.Error
	if !errors.As(err, &e) {
		if errors.Is(err, fs.ErrPermission) {
			return fmt.Errorf("%w: %w", fs.ErrPermission, err)
		}
		return err
	}
	switch e.Code() & 0xff {
	case sqlite3.SQLITE_FULL:
		return fmt.Errorf("%w: %w", ErrFull, err)
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return fmt.Errorf("%w: %w", ErrBusy, err)
	case sqlite3.SQLITE_CONSTRAINT:
		switch e.Code() {
		case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY:
			return fmt.Errorf("%w: %w", domain.ErrConflict, err)
		case sqlite3.SQLITE_CONSTRAINT_TRIGGER:
			return fmt.Errorf("%w: %w", domain.ErrNotAllowed, err)
		}
		return fmt.Errorf("%w: %w", domain.ErrInvalid, err)
	}
	return err
}

// ms is how a time is stored; the zero time is NULL.
func ms(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixMilli()
}

// at reads a stored time; NULL and 0 are the zero time.
func at(n sql.NullInt64) time.Time {
	if !n.Valid || n.Int64 == 0 {
		return time.Time{}
	}
	return time.UnixMilli(n.Int64).UTC()
}

// text stores "" as NULL.
func text(s string) any {
	if s == "" {
		return nil
	}
	return s
}
