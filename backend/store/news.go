package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"postbag/backend/domain"
)

// toldSetting is the stamp up to which a person was told of what happened.
const toldSetting = "queue.told"

const told = `
SELECT d.state || ifnull(' ' || d.hold_reason, '') || ' ' || d.generation, ifnull(t.what, '')
FROM delivery d LEFT JOIN local_told t ON t.delivery = d.row WHERE d.id = ?`

const tell = `
INSERT INTO local_told (delivery, what) SELECT row, ?2 FROM delivery WHERE id = ?1
ON CONFLICT (delivery) DO UPDATE SET what = excluded.what`

// TakeNews returns what a person was not told of yet, and notes that it is told now: of several
// processes that ask, one gets it. What is held, in doubt or refused is told once as long as it stands so,
// however often something else about it is written.
func (db *DB) TakeNews(ctx context.Context) ([]News, error) {
	list, err := db.untold(ctx)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	err = db.Write(ctx, func(tx *Tx) error {
		stamp, err := tx.stamp() // another process may have been first
		if err != nil {
			return err
		}
		// What stands no longer may come again, and is news then.
		if _, err := tx.exec(`DELETE FROM local_told WHERE delivery IN (SELECT t.delivery FROM local_told t JOIN delivery d ON d.row = t.delivery
			WHERE d.state NOT IN ('held', 'unknown', 'rejected'))`); err != nil {
			return err
		}
		list = slices.DeleteFunc(list, func(n News) bool { return n.Stamp <= stamp })
		if len(list) == 0 {
			return nil
		}
		last := list[len(list)-1].Stamp
		fresh := list[:0]
		for _, n := range list {
			isNew, err := tx.tell(n)
			if err != nil {
				return err
			}
			if isNew {
				fresh = append(fresh, n)
			}
		}
		list = fresh
		_, err = tx.exec("INSERT INTO local_setting (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
			toldSetting, strconv.FormatInt(last, 10))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("what a person was not told: %w", err)
	}
	return list, nil
}

func (db *DB) untold(ctx context.Context) ([]News, error) {
	var stamp int64
	err := db.Read(ctx, func(tx *Tx) (err error) {
		stamp, err = tx.stamp()
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("what a person was told: %w", err)
	}
	return db.News(ctx, stamp)
}

func (t *Tx) stamp() (int64, error) {
	var value string
	err := t.row("SELECT value FROM local_setting WHERE name = ?", toldSetting).Scan(&value)
	if errors.Is(known(err), domain.ErrNotFound) {
		return 0, nil
	}
	n, _ := strconv.ParseInt(value, 10, 64) // what no program wrote counts as nothing
	return n, err
}

// tell notes that a person is told of n, and reports false if that was so.
func (t *Tx) tell(n News) (bool, error) {
	if n.Kind == NewsPublished {
		return true, nil // it stays so, and its stamp tells
	}
	var now, before string
	if err := t.row(told, n.Delivery).Scan(&now, &before); err != nil || now == before {
		return false, err
	}
	_, err := t.exec(tell, n.Delivery, now)
	return true, err
}
