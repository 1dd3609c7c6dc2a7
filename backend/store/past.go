package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"postbag/backend/domain"
)

// What was published long ago needs no journal at hand: its plan, attempts and calls are in the change log,
// packed, and the rows are taken away. Before that, they are made again from the log and compared.

const (
	pastRead  = 500  // deliveries that are looked at together
	pastWrite = 50   // of them, moved in one transaction: the publisher waits that long at most
	pastPacks = 64   // packs that are read for them at most
	pastHoles = 1000 // journals taken away that make it worth to write the file anew
	// pastLong is how long an attempt may have taken whose journal moves: what took longer needs too
	// much of the log to be read, and is rare.
	pastLong = 3 * 24 * time.Hour
	// pastSlack is how far the clock of the log may be ahead of the wall clock.
	pastSlack = time.Hour
)

// past is a delivery whose journal may move to the log.
type past struct {
	row, published int64
	began, ended   int64 // clocks of the log between which its attempts and calls were written
	told           int64 // the clock of its last change
	first, last    int64 // the changes that they begin and end with, once they were found
	plan           int64 // the change that gave it its plan; 0: none was found, and the plan stays
}

const selectPast = `
SELECT d.row, d.published_at_ms, (SELECT min(a.started_at_ms) FROM attempt a WHERE a.delivery = d.row) << 16,
    ((SELECT max(a.ended_at_ms) FROM attempt a WHERE a.delivery = d.row) + ?6) << 16, d.hlc
FROM delivery d
WHERE d.state = 'published' AND d.journal_last IS NULL AND d.published_at_ms < ?1 AND (d.published_at_ms, d.row) > (?2, ?3)
    AND d.hlc < (SELECT max(p.until_hlc) FROM change_pack p)
    AND NOT EXISTS (SELECT 1 FROM resolution r WHERE r.delivery = d.row)
    AND (SELECT max(a.ended_at_ms) - min(a.started_at_ms) FROM attempt a WHERE a.delivery = d.row) <= ?7
    AND NOT EXISTS (SELECT 1 FROM attempt a WHERE a.delivery = d.row AND a.ended_at_ms IS NULL)
    AND NOT EXISTS (SELECT 1 FROM call c LEFT JOIN local_reply r ON r.call = c.row WHERE c.delivery = d.row AND (c.row > ?4
        OR r.row IS NOT NULL OR c.outcome IS NULL OR c.outcome = 'ambiguous' AND c.effect = 'public'))
ORDER BY d.published_at_ms, d.row LIMIT ?5`

func scanPast(s scanner) (p past, err error) {
	return p, s.Scan(&p.row, &p.published, &p.began, &p.ended, &p.told)
}

// PackJournals takes away the attempts and calls, as rows, of what was published before then, and
// returns of how many deliveries. They stay readable: Attempts reads them from the packed change log, and
// whatever returns deliveries reads their plans from there.
// Left as they are: what is not packed yet, what ever was in doubt, and the newest keep calls, by which
// another copy of this database is known (HasCall). It fails with ErrDamaged if the log has other rows
// than the journal; those deliveries keep theirs.
func (db *DB) PackJournals(ctx context.Context, before time.Time, keep int) (moved int, err error) {
	var wrong []error
	for after := (past{}); ; {
		list, proved, err := db.proveJournals(ctx, before, after, keep)
		switch {
		case errors.Is(err, ErrDamaged) && ctx.Err() == nil:
			wrong = append(wrong, err)
		case err != nil:
			return moved, fmt.Errorf("pack journals: %w", err)
		}
		for some := range slices.Chunk(proved, pastWrite) {
			if err := db.Write(ctx, func(tx *Tx) error { return tx.dropJournals(some) }); err != nil {
				return moved, fmt.Errorf("pack journals: %w", err)
			}
			moved += len(some)
		}
		if len(list) == 0 {
			return moved, errors.Join(wrong...)
		}
		after = list[len(list)-1]
	}
}

// proveJournals returns the next deliveries after one, and those of them whose journal is in the log.
func (db *DB) proveJournals(ctx context.Context, before time.Time, after past, keep int) (list, proved []past, err error) {
	err = db.Read(ctx, func(tx *Tx) error {
		newest, err := tx.number("SELECT ifnull(max(row), 0) FROM call WHERE effect = 'public'")
		if err != nil {
			return err
		}
		if list, err = collect(tx, scanPast, selectPast, before.UnixMilli(), after.published, after.row, newest-int64(keep), pastRead,
			pastSlack.Milliseconds(), pastLong.Milliseconds()); err != nil || len(list) == 0 {
			return err
		}
		log, until, more, err := tx.journalIn(list)
		if err != nil {
			return err
		}
		rows, err := tx.journalRows(list)
		if err != nil {
			return err
		}
		var wrong error
		for i, p := range list {
			if more && p.ended >= until && i > 0 {
				list = list[:i] // the next reading begins here
				break
			}
			found := log[p.row]
			switch {
			case found.same(rows[p.row]):
				p.first, p.last = found.first, found.last
				proved = append(proved, p)
			case p.told < until:
				wrong = errors.Join(wrong, fmt.Errorf("%w: the change log tells another story of delivery %d", ErrDamaged, p.row))
			}
		}
		return errors.Join(wrong, tx.findPlans(proved))
	})
	return list, proved, err
}

const beginPast = `UPDATE delivery SET journal_first = ?2, journal_last = ?3 WHERE row = ?1 AND journal_last IS NULL`

// dropJournals takes the rows away, and what else of them the log has.
func (t *Tx) dropJournals(list []past) error {
	for _, p := range list {
		if err := must(t.exec(beginPast, p.row, p.first, p.last)); err != nil {
			return err
		}
		for _, q := range []string{"DELETE FROM call WHERE delivery = ?", "DELETE FROM attempt WHERE delivery = ?"} {
			if _, err := t.exec(q, p.row); err != nil {
				return err
			}
		}
		if err := t.dropPlan(p); err != nil {
			return err
		}
	}
	return must(t.exec("UPDATE local_packed SET since = since + ?", len(list)))
}

// Compact writes the file anew without the holes that packed journals left, if there are enough of
// them and the file has at most so many bytes. Nobody else writes meanwhile: about a second for a
// hundred megabytes. It reports whether it did.
func (db *DB) Compact(ctx context.Context, most int64) (done bool, err error) {
	var holes, size int64
	err = db.Read(ctx, func(tx *Tx) error {
		if holes, err = tx.number("SELECT since FROM local_packed"); err != nil {
			return err
		}
		size, err = tx.number("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")
		return err
	})
	if err != nil || holes < pastHoles || size > most {
		return false, err
	}
	if _, err := db.write.ExecContext(ctx, "VACUUM"); err != nil {
		return false, fmt.Errorf("compact the database: %w", known(err))
	}
	return true, db.Write(ctx, func(tx *Tx) error { return must(tx.exec("UPDATE local_packed SET since = 0")) })
}

// journal is what is known of a delivery's attempts and calls.
type journal struct {
	rows        map[string]map[string]any // by table and number
	first, last int64                     // the changes it was read from
}

// same reports whether two journals have the same rows. A column that one does not know was added
// after it was written, and is NULL.
func (j *journal) same(other *journal) bool {
	if j == nil || other == nil || len(j.rows) == 0 {
		return false
	}
	covers := func(a, b map[string]any) bool {
		for name, v := range a {
			if b[name] != v {
				return false
			}
		}
		return true
	}
	return maps.EqualFunc(j.rows, other.rows, func(a, b map[string]any) bool { return covers(a, b) && covers(b, a) })
}

// journalIn reads the journals of deliveries from the packs. It says until which clock it has read all,
// and whether there is more that it has not read.
func (t *Tx) journalIn(list []past) (all map[int64]*journal, until int64, more bool, err error) {
	began, ended := list[0].began, list[0].ended
	for _, p := range list {
		began, ended = min(began, p.began), max(ended, p.ended, p.told)
	}
	packs, err := collect(t, func(s scanner) (p numberedPack, err error) { return p, s.Scan(&p.until, &p.packed) },
		"SELECT until_hlc, packed FROM change_pack WHERE until_hlc >= ? ORDER BY row LIMIT ?", began, pastPacks)
	if err != nil {
		return nil, 0, false, err
	}
	all = map[int64]*journal{}
	of := map[string]int64{} // whose a row is
	for _, p := range packs {
		entries, err := unpackEntries(p.packed)
		if err != nil {
			return nil, 0, false, err
		}
		for _, e := range entries {
			if err := read(e, all, of); err != nil {
				return nil, 0, false, err
			}
		}
		if until = p.until; until > ended {
			return all, until, false, nil
		}
	}
	return all, until, len(packs) == pastPacks, nil
}

type numberedPack struct {
	until  int64
	packed []byte
}

// read adds what an entry says of an attempt or a call.
func read(e entry, all map[int64]*journal, of map[string]int64) error {
	if e.table != "attempt" && e.table != "call" {
		return nil
	}
	c, err := e.change()
	if err != nil {
		return err
	}
	name := fmt.Sprint(e.table, " ", e.key)
	if e.op == "i" {
		n, ok := c.Columns["delivery"].(json.Number)
		if !ok {
			return fmt.Errorf("%w: change %d names no delivery", ErrDamaged, e.row)
		}
		if of[name], err = n.Int64(); err != nil {
			return err
		}
	}
	delivery, known := of[name]
	if !known {
		return nil // it began before what is read: it is nobody's who is asked for
	}
	j := all[delivery]
	if j == nil {
		j = &journal{rows: map[string]map[string]any{}, first: e.row}
		all[delivery] = j
	}
	j.last = e.row
	if j.rows[name] == nil {
		j.rows[name] = map[string]any{}
	}
	maps.Copy(j.rows[name], c.Columns)
	return nil
}

// journalRows reads the journals of deliveries from their rows.
func (t *Tx) journalRows(list []past) (map[int64]*journal, error) {
	keys := make([]int64, 0, len(list))
	for _, p := range list {
		keys = append(keys, p.row)
	}
	in, err := json.Marshal(keys)
	if err != nil {
		return nil, err
	}
	all := map[int64]*journal{}
	for _, table := range []string{"attempt", "call"} {
		columns, err := names(t.ctx, t.tx, "SELECT name FROM pragma_table_info(?) ORDER BY cid", table)
		if err != nil {
			return nil, err
		}
		pairs := make([]string, 0, len(columns))
		for _, c := range columns {
			pairs = append(pairs, fmt.Sprintf("'%s', x.%s", c, c))
		}
		entries, err := collect(t, func(s scanner) (e entry, err error) {
			e.table, e.op = table, "i"
			return e, s.Scan(&e.key, &e.cols)
		}, fmt.Sprintf("SELECT x.row, json_object(%s) FROM %s x WHERE x.delivery IN (SELECT value FROM json_each(?))",
			strings.Join(pairs, ", "), table), string(in))
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			if err := read(e, all, map[string]int64{}); err != nil {
				return nil, err
			}
		}
	}
	return all, nil
}

const selectPastPacks = `SELECT packed FROM change_pack WHERE row >= ? AND first <= ? ORDER BY row`

// loggedAttempt and loggedCall are the columns of the log that a story is told from.
type loggedAttempt struct {
	Delivery int64   `json:"delivery"`
	No       int     `json:"no"`
	Version  string  `json:"app_version"`
	Started  int64   `json:"started_at_ms"`
	Ended    int64   `json:"ended_at_ms"`
	EndClass *string `json:"end_class"`
}

type loggedCall struct {
	Delivery   int64          `json:"delivery"`
	ID         string         `json:"id"`
	Attempt    int64          `json:"attempt"`
	Generation int            `json:"generation"`
	Segment    int            `json:"segment_idx"`
	Seq        int            `json:"seq"`
	Step       string         `json:"step"`
	Effect     domain.Effect  `json:"effect"`
	Intent     int64          `json:"intent_at_ms"`
	Outcome    domain.Outcome `json:"outcome"`
	Status     int            `json:"http_status"`
	Code       string         `json:"network_code"`
	Detail     string         `json:"detail"`
	RemoteID   string         `json:"remote_id"`
	OutcomeAt  int64          `json:"outcome_at_ms"`
}

// pastAttempts tells a delivery's story from its changes first to last of the log.
func (t *Tx) pastAttempts(delivery, first, last int64) ([]domain.Attempt, error) {
	packs, err := collect(t, scanPack, selectPastPacks, first, last)
	if err != nil {
		return nil, err
	}
	attempts, calls := map[int64]*loggedAttempt{}, map[int64]*loggedCall{}
	for _, p := range packs {
		entries, err := unpackEntries(p)
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			switch {
			case e.row < first || e.row > last:
			case e.table == "attempt":
				err = overlay(attempts, e)
			case e.table == "call":
				err = overlay(calls, e)
			}
			if err != nil {
				return nil, err
			}
		}
	}
	list, place := []domain.Attempt{}, map[int64]int{}
	for _, key := range slices.Sorted(maps.Keys(attempts)) {
		a := attempts[key]
		if a.Delivery != delivery {
			continue
		}
		place[key] = len(list)
		end := ""
		if a.EndClass != nil {
			end = *a.EndClass
		}
		list = append(list, domain.Attempt{No: a.No, Version: a.Version, StartedAt: instant(a.Started), EndedAt: instant(a.Ended), EndClass: end, Calls: []domain.Call{}})
	}
	for _, key := range slices.Sorted(maps.Keys(calls)) {
		c := calls[key]
		at, ok := place[c.Attempt]
		if c.Delivery != delivery || !ok {
			continue
		}
		list[at].Calls = append(list[at].Calls, domain.Call{
			ID: c.ID, Attempt: list[at].No, Generation: c.Generation, Segment: c.Segment, Seq: c.Seq, Step: c.Step, Effect: c.Effect,
			IntentAt: instant(c.Intent), Outcome: c.Outcome, Status: c.Status, Code: c.Code, Message: c.Detail, RemoteID: c.RemoteID,
			OutcomeAt: instant(c.OutcomeAt),
		})
	}
	return list, nil
}

// overlay lays what an entry says over what is known of its row.
func overlay[T any](rows map[int64]*T, e entry) error {
	if rows[e.key] == nil {
		if e.op != "i" {
			return nil // it began before: it is another delivery's
		}
		rows[e.key] = new(T)
	}
	return json.Unmarshal([]byte(e.cols), rows[e.key])
}

func instant(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}
