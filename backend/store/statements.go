package store

import (
	"context"
	"database/sql"
	"sync"
)

// statements keeps compiled queries of one pool. Compiling a write with its triggers takes
// SQLite far longer than running it. A query is compiled after the transaction that first used
// it, since inside one the only writing connection is taken.
type statements struct {
	db     *sql.DB
	mu     sync.Mutex
	ready  map[string]*sql.Stmt
	wanted map[string]bool
}

// maxStatements bounds the cache; queries with lists of varying length are few.
const maxStatements = 500

func newStatements(db *sql.DB) *statements {
	return &statements{db: db, ready: map[string]*sql.Stmt{}, wanted: map[string]bool{}}
}

// find returns a compiled query, or nil and remembers that it is wanted.
func (s *statements) find(query string) *sql.Stmt {
	s.mu.Lock()
	defer s.mu.Unlock()
	stmt := s.ready[query]
	if stmt == nil && len(s.ready)+len(s.wanted) < maxStatements {
		s.wanted[query] = true
	}
	return stmt
}

// compile makes what was wanted ready. A query that does not compile fails where it is used.
func (s *statements) compile(ctx context.Context) {
	s.mu.Lock()
	wanted := s.wanted
	s.wanted = map[string]bool{}
	s.mu.Unlock()
	for query := range wanted {
		stmt, err := s.db.PrepareContext(context.WithoutCancel(ctx), query)
		if err != nil {
			continue
		}
		s.keep(query, stmt)
	}
}

// keep adds a compiled query, unless another goroutine was first.
func (s *statements) keep(query string, stmt *sql.Stmt) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ready[query] != nil {
		defer func() { _ = stmt.Close() }()
		return
	}
	s.ready[query] = stmt
}

func (s *statements) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, stmt := range s.ready {
		_ = stmt.Close()
	}
	clear(s.ready)
}

// ownStatement is a query that one transaction makes several times. A long transaction would
// otherwise compile it each time, since it is kept for all only when that transaction has ended; and
// binding a kept one to the transaction costs more than running it, so that is done once.
type ownStatement struct {
	uses int
	stmt *sql.Stmt
}

// fewUses is how often a transaction may make the same query before it is worth a statement of its own.
const fewUses = 2

// statement returns a compiled query for this transaction, or nil if it is not worth one yet. It ends
// with the transaction.
func (t *Tx) statement(query string) (*sql.Stmt, error) {
	if t.tx == nil {
		return t.known.find(query), nil
	}
	o := t.own[query]
	if o == nil {
		if t.own == nil {
			t.own = map[string]*ownStatement{}
		}
		o = &ownStatement{}
		t.own[query] = o
	}
	if o.stmt != nil {
		return o.stmt, nil
	}
	o.uses++
	kept := t.known.find(query)
	switch {
	case kept != nil:
		o.stmt = t.tx.StmtContext(t.ctx, kept)
	case o.uses > fewUses:
		stmt, err := t.tx.PrepareContext(t.ctx, query)
		if err != nil {
			return nil, err
		}
		o.stmt = stmt
	}
	return o.stmt, nil
}
