package store

import (
	"context"
	"fmt"
	"strconv"

	"postbag/backend/domain"
)

// remindSetting begins the name of the setting that keeps a reminder: the post's id follows. Its
// value is when it was asked for. A reminder is this computer's, as what a person was told is.
const remindSetting = "online.remind."

const remind = `
INSERT INTO local_setting (name, value) SELECT ?1 || id, ?3 FROM post WHERE id = ?2 AND deleted_at_ms IS NULL
ON CONFLICT (name) DO NOTHING`

// Remind notes that a person wants to hear of a post when there is a way to the servers again, or
// takes that back.
func (db *DB) Remind(ctx context.Context, id domain.PostID, on bool) error {
	err := db.Write(ctx, func(tx *Tx) error {
		if !on {
			_, err := tx.exec("DELETE FROM local_setting WHERE name = ?", remindSetting+string(id))
			return err
		}
		_, err := tx.exec(remind, remindSetting, id, strconv.FormatInt(tx.Now.UnixMilli(), 10))
		return err
	})
	if err != nil {
		return fmt.Errorf("remind of post %.40q: %w", id, err)
	}
	return nil
}

const reminders = `
SELECT p.id FROM local_setting s JOIN post p ON p.id = substr(s.name, length(?1) + 1)
WHERE s.name > ?1 AND s.name < ?1 || '~' AND p.deleted_at_ms IS NULL ORDER BY p.row`

// Reminders returns the posts a person wants to hear of, the oldest first.
// One in the bin is not among them.
func (db *DB) Reminders(ctx context.Context) (list []domain.PostID, err error) {
	err = db.Read(ctx, func(tx *Tx) error {
		list, err = tx.reminders()
		return err
	})
	return list, err
}

// TakeReminders returns the posts a person wants to hear of, and forgets that: of several processes
// that ask, one gets them.
func (db *DB) TakeReminders(ctx context.Context) (list []domain.PostID, err error) {
	err = db.Write(ctx, func(tx *Tx) error {
		if list, err = tx.reminders(); err != nil {
			return err
		}
		_, err := tx.exec("DELETE FROM local_setting WHERE name > ?1 AND name < ?1 || '~'", remindSetting)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("reminders: %w", err)
	}
	return list, nil
}

func (t *Tx) reminders() ([]domain.PostID, error) {
	return collect(t, func(s scanner) (id domain.PostID, err error) {
		err = s.Scan(&id)
		return id, err
	}, reminders, remindSetting)
}
