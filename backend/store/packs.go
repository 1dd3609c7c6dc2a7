package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
)

// How many changes make a pack, and from how many bytes on it is full: more compress better, and reading
// one of them means reading all.
const (
	packSize  = 2000
	packBytes = 4 << 20
)

const insertPack = `INSERT INTO change_pack (row, first, until_hlc, deliveries, packed) VALUES (?, ?, ?, ?, ?)`

const selectEntries = `SELECT row, hlc, actor, tbl, key, op, cols FROM change_log WHERE row > ? ORDER BY row LIMIT ?`

func scanEntry(s scanner) (e entry, err error) {
	return e, s.Scan(&e.row, &e.hlc, &e.actor, &e.table, &e.key, &e.op, &e.cols)
}

// PackLog packs the oldest of the change log but at least the newest keep changes, and returns how many
// packs it made. Nothing of the log is lost: Changes, Turns and Replay read packs, too.
func (db *DB) PackLog(ctx context.Context, keep int) (packs int, err error) {
	for ; ; packs++ {
		more, err := db.packOldest(ctx, packSize, max(keep, 1)) // the last one gives the next its number
		if err != nil {
			return packs, fmt.Errorf("pack the change log: %w", err)
		}
		if !more {
			return packs, nil
		}
	}
}

// packOldest makes one pack of the oldest size changes. It reports false if fewer than keep would be
// left, or another process packs.
func (db *DB) packOldest(ctx context.Context, size, keep int) (bool, error) {
	var list []entry
	err := db.Read(ctx, func(tx *Tx) error {
		n, err := tx.number("SELECT count(*) FROM (SELECT 1 FROM change_log LIMIT ?)", size+keep)
		if err != nil || n < int64(size+keep) {
			return err
		}
		list, err = tx.oldest(size)
		return err
	})
	if err != nil || len(list) == 0 {
		return false, err
	}
	packed, err := packEntries(list)
	if err != nil {
		return false, err
	}
	again, err := unpackEntries(packed) // proved before the rows go
	if err != nil {
		return false, err
	}
	if !slices.Equal(again, list) {
		return false, fmt.Errorf("%w: a pack is not what was packed", ErrDamaged)
	}
	first, last := list[0], list[len(list)-1]
	done := false
	err = db.Write(ctx, func(tx *Tx) error {
		n, err := tx.number("SELECT count(*) FROM change_log WHERE row <= ?", last.row)
		if err != nil || n != int64(len(list)) {
			return err
		}
		if _, err := tx.exec(insertPack, last.row, first.row, last.hlc, deliveriesIn(list), packed); err != nil {
			return err
		}
		done = true
		_, err = tx.exec("DELETE FROM change_log WHERE row <= ?", last.row)
		return err
	})
	return done && err == nil, err
}

// oldest returns at most size of the oldest changes, and fewer if they are large.
func (t *Tx) oldest(size int) (list []entry, err error) {
	rows, err := t.rows(selectEntries, 0, size)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	for bytes := 0; bytes < packBytes && rows.Next(); {
		e, err := scanEntry(rows)
		if err != nil {
			return nil, err
		}
		list, bytes = append(list, e), bytes+len(e.cols)
	}
	return list, rows.Err()
}

const selectPackAfter = `SELECT packed FROM change_pack WHERE row > ? ORDER BY row LIMIT 1`

// entriesAfter returns at most limit entries of the log that come after a number, packed ones first.
func (t *Tx) entriesAfter(after int64, limit int) ([]entry, error) {
	packs, err := collect(t, scanPack, selectPackAfter, after)
	if err != nil {
		return nil, err
	}
	if len(packs) == 0 {
		return collect(t, scanEntry, selectEntries, after, limit)
	}
	list, err := unpackEntries(packs[0])
	if err != nil {
		return nil, err
	}
	list = slices.DeleteFunc(list, func(e entry) bool { return e.row <= after })
	return list[:min(len(list), limit)], nil
}

func scanPack(s scanner) (b []byte, err error) { return b, s.Scan(&b) }

const selectPackKeys = `SELECT row, deliveries FROM change_pack WHERE until_hlc >= ? ORDER BY row`

type packKeys struct {
	row  int64
	keys []byte
}

func scanPackKeys(s scanner) (p packKeys, err error) { return p, s.Scan(&p.row, &p.keys) }

const selectDeliveryEntries = `
SELECT row, hlc, actor, tbl, key, op, cols FROM change_log WHERE tbl = 'delivery' AND key = ? ORDER BY row`

// entriesOf returns what the log says of one delivery, oldest first. since is the clock before which
// it was not there.
func (t *Tx) entriesOf(delivery, since int64) (list []entry, err error) {
	packs, err := collect(t, scanPackKeys, selectPackKeys, since)
	if err != nil {
		return nil, err
	}
	for _, p := range packs {
		keys, err := readKeys(p.keys)
		if err != nil {
			return nil, err
		}
		if _, told := slices.BinarySearch(keys, delivery); !told {
			continue
		}
		packed, err := one(t, scanPack, "SELECT packed FROM change_pack WHERE row = ?", p.row)
		if err != nil {
			return nil, err
		}
		all, err := unpackEntries(packed)
		if err != nil {
			return nil, err
		}
		for _, e := range all {
			if e.table == "delivery" && e.key == delivery {
				list = append(list, e)
			}
		}
	}
	loose, err := collect(t, scanEntry, selectDeliveryEntries, delivery)
	return append(list, loose...), err
}

// packedDeliveries returns, as a JSON list, the deliveries that packs tell of which end after a
// number of the log: "[]" unless somebody asks for what is long past.
func (t *Tx) packedDeliveries(after int64) (string, error) {
	packs, err := collect(t, scanPackKeys, "SELECT row, deliveries FROM change_pack WHERE row > ? ORDER BY row", after)
	if err != nil {
		return "", err
	}
	all := []int64{}
	for _, p := range packs {
		keys, err := readKeys(p.keys)
		if err != nil {
			return "", err
		}
		all = append(all, keys...)
	}
	slices.Sort(all)
	text, err := json.Marshal(slices.Compact(all))
	return string(text), err
}
