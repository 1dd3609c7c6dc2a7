package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"postbag/backend/domain"
)

// What is left of budgets is decided by domain.BudgetStand; this file remembers what it decides by.

const budgetRow = `
INSERT INTO local_budget (key, per_ms) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET per_ms = excluded.per_ms RETURNING row`

const selectBudget = `
SELECT b.row, b.said_limit, b.said_left, b.since, b.opens_at_ms,
    (SELECT ifnull(sum(r.points), 0) FROM local_reserve r WHERE r.budget = b.row)
FROM local_budget b WHERE b.key = ?`

// stand reads a budget; one that was never used has no row and nothing spent.
func (t *Tx) stand(b domain.Budget) (row int64, s domain.BudgetStand, err error) {
	rows, err := collect(t, func(r scanner) (opens sql.NullInt64, err error) {
		return opens, r.Scan(&row, &s.Limit, &s.Left, &s.Since, &opens, &s.Reserved)
	}, selectBudget, b.Key)
	if err != nil || len(rows) == 0 {
		return 0, s, err
	}
	s.Opens = at(rows[0])
	width := domain.PieceOf(b)
	s.Spent, err = collect(t, func(r scanner) (p domain.SpentAt, err error) {
		var began int64
		err = r.Scan(&began, &p.Points)
		p.At, p.Width = time.UnixMilli(began).UTC(), width
		return p, err
	}, "SELECT at_ms, points FROM local_spend WHERE budget = ? ORDER BY at_ms", row)
	return row, s, err
}

const addReserve = `
INSERT INTO local_reserve (budget, claim_token, points) VALUES (?1, ?2, ?3)
ON CONFLICT (claim_token, budget) DO UPDATE SET points = points + excluded.points`

// reserve promises points to an attempt, of all budgets or of none. A budget that does not give
// them is a *domain.BudgetError, a server with a pause a *domain.PausedError.
func (t *Tx) reserve(token, host string, list []domain.Spend) error {
	if err := t.paused(host); err != nil {
		return err
	}
	var short *domain.BudgetError
	for _, s := range list {
		_, stand, err := t.stand(s.Budget)
		if err != nil {
			return err
		}
		if stand.Fits(s.Budget, s.Points, t.Now) {
			continue
		}
		until := stand.OpensAt(s.Budget, s.Points, t.Now)
		if short == nil || until.After(short.Until) {
			short = &domain.BudgetError{Spend: s, Until: until}
		}
	}
	if short != nil {
		return short
	}
	for _, s := range list {
		row, err := t.number(budgetRow, s.Key, s.Per.Milliseconds())
		if err != nil {
			return err
		}
		if _, err := t.exec(addReserve, row, token, s.Points); err != nil {
			return err
		}
	}
	return nil
}

// Reserve promises more points to an attempt under way. A budget that does not give them is a
// *domain.BudgetError, a server with a pause a *domain.PausedError; then nothing is promised.
func (db *DB) Reserve(ctx context.Context, token, host string, list []domain.Spend) error {
	err := db.Write(ctx, func(tx *Tx) error { return tx.reserve(token, host, list) })
	if err != nil {
		return fmt.Errorf("reserve budget: %w", err)
	}
	return nil
}

const (
	takeReserve = `UPDATE local_reserve SET points = max(points - ?3, 0) WHERE budget = ?1 AND claim_token = ?2`
	addSpend    = `INSERT INTO local_spend (budget, at_ms, points) VALUES (?1, ?2, ?3)
ON CONFLICT (budget, at_ms) DO UPDATE SET points = points + excluded.points`
	forgetSpend = `DELETE FROM local_spend WHERE budget = ?1 AND at_ms < ?2`
	addSince    = `UPDATE local_budget SET since = since + ?2 WHERE row = ?1`
	saySo       = `UPDATE local_budget SET said_limit = ?2, said_left = ?3, since = 0, opens_at_ms = ?4 WHERE row = ?1`
)

// use counts what a finished request took, then what its answer said.
func (t *Tx) use(token string, u domain.Usage) error {
	for _, s := range u.Spends {
		row, err := t.number(budgetRow, s.Key, s.Per.Milliseconds())
		if err != nil {
			return err
		}
		if _, err := t.exec(takeReserve, row, token, s.Points); err != nil {
			return err
		}
		if err := t.spend(row, s); err != nil {
			return err
		}
	}
	for _, l := range u.Left {
		if _, err := t.number(budgetRow, l.Key, l.Per.Milliseconds()); err != nil {
			return err
		}
		row, stand, err := t.stand(l.Budget)
		if err != nil {
			return err
		}
		if !stand.Say(l, t.Now) {
			continue
		}
		if _, err := t.exec(saySo, row, stand.Limit, stand.Left, stand.Opens.UnixMilli()); err != nil {
			return err
		}
	}
	if u.Fault {
		return t.fault(u.Host)
	}
	return nil
}

func (t *Tx) spend(row int64, s domain.Spend) error {
	piece := domain.PieceOf(s.Budget)
	if _, err := t.exec(addSpend, row, t.Now.Truncate(piece).UnixMilli(), s.Points); err != nil {
		return err
	}
	if _, err := t.exec(addSince, row, s.Points); err != nil {
		return err
	}
	_, err := t.exec(forgetSpend, row, t.Now.Add(-s.Per-2*piece).UnixMilli())
	return err
}

// giveBack ends the promises made to an attempt.
func (t *Tx) giveBack(token string) error {
	_, err := t.exec("DELETE FROM local_reserve WHERE claim_token = ?", token)
	return err
}

// spendPromised counts as spent what was promised to attempts that nobody works on any more: their
// requests may have been made.
func (t *Tx) spendPromised() error {
	type promise struct {
		row, per int64
		points   int
	}
	list, err := collect(t, func(s scanner) (p promise, err error) { return p, s.Scan(&p.row, &p.per, &p.points) },
		"SELECT b.row, b.per_ms, r.points FROM local_reserve r JOIN local_budget b ON b.row = r.budget WHERE r.points > 0")
	if err != nil {
		return err
	}
	for _, p := range list {
		b := domain.Budget{Per: time.Duration(p.per) * time.Millisecond}
		if err := t.spend(p.row, domain.Spend{Budget: b, Points: p.points}); err != nil {
			return err
		}
	}
	_, err = t.exec("DELETE FROM local_reserve")
	return err
}

// pausedUntil leaves out a pause longer than any: the clock was set back since.
const pausedUntil = `SELECT host, until_ms FROM local_breaker WHERE until_ms > ?1 AND until_ms <= ?2`

// paused fails with a *domain.PausedError while a server gets a pause.
func (t *Tx) paused(host string) error {
	if host == "" {
		return nil
	}
	list, err := collect(t, scanPause, pausedUntil+" AND host = ?3", t.Now.UnixMilli(),
		t.Now.Add(domain.BreakerPause).UnixMilli(), host)
	if err != nil || len(list) == 0 {
		return err
	}
	return &domain.PausedError{Host: host, Until: list[0].Until}
}

func scanPause(s scanner) (p domain.HostPause, err error) {
	var until int64
	err = s.Scan(&p.Host, &until)
	p.Until = time.UnixMilli(until).UTC()
	return p, err
}

const openBreaker = `
INSERT INTO local_breaker (host, until_ms) VALUES (?1, ?2) ON CONFLICT (host) DO UPDATE SET until_ms = excluded.until_ms`

// fault counts a server's failure; one too many within a while begins a pause, and the count anew.
func (t *Tx) fault(host string) error {
	if host == "" {
		return nil
	}
	now := t.Now.UnixMilli()
	if _, err := t.exec("DELETE FROM local_fault WHERE host = ?1 AND (at_ms <= ?2 OR at_ms > ?3)", host,
		t.Now.Add(-domain.BreakerWithin).UnixMilli(), now); err != nil {
		return err
	}
	if _, err := t.exec("INSERT INTO local_fault (host, at_ms) VALUES (?, ?)", host, now); err != nil {
		return err
	}
	n, err := t.number("SELECT count(*) FROM local_fault WHERE host = ?", host)
	if err != nil || n < domain.BreakerFaults {
		return err
	}
	if _, err := t.exec(openBreaker, host, t.Now.Add(domain.BreakerPause).UnixMilli()); err != nil {
		return err
	}
	_, err = t.exec("DELETE FROM local_fault WHERE host = ?", host)
	return err
}

// Pauses lists the servers that get a pause now, the one that ends last first.
func (db *DB) Pauses(ctx context.Context, now time.Time) (list []domain.HostPause, err error) {
	err = db.Read(ctx, func(tx *Tx) error {
		list, err = collect(tx, scanPause, pausedUntil+" ORDER BY until_ms DESC", now.UnixMilli(), now.Add(domain.BreakerPause).UnixMilli())
		return err
	})
	return list, err
}

const selectDueBy = `
SELECT count(DISTINCT d.post) FROM delivery d JOIN channel c ON c.row = d.channel
WHERE c.id IN (SELECT value FROM json_each(?1)) AND d.state IN ('planned', 'waiting') AND d.due_at_ms <= ?2 AND d.deleted_at_ms IS NULL`

// DueBy counts the posts that wait for channels and are due by a time.
func (db *DB) DueBy(ctx context.Context, channels []domain.ChannelID, until time.Time) (n int, err error) {
	keys, err := json.Marshal(channels)
	if err != nil {
		return 0, fmt.Errorf("due by %s: %w", until, err)
	}
	err = db.Read(ctx, func(tx *Tx) error { return tx.row(selectDueBy, string(keys), until.UnixMilli()).Scan(&n) })
	return n, err
}

// BudgetStand returns what is known of a budget; of one that was never used, nothing.
func (db *DB) BudgetStand(ctx context.Context, b domain.Budget) (s domain.BudgetStand, err error) {
	err = db.Read(ctx, func(tx *Tx) error {
		_, s, err = tx.stand(b)
		return err
	})
	if err != nil {
		return s, fmt.Errorf("budget %q: %w", b.Key, err)
	}
	return s, nil
}
