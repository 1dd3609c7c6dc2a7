package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"postbag/backend/domain"
)

const sentColumns = `
SELECT d.id, (SELECT p.id FROM post p WHERE p.row = d.post), d.occurrence_key, d.plan_json, ifnull(d.remote_url, ''),
    EXISTS (SELECT 1 FROM send_anyway a WHERE a.delivery = d.row), `

const selectSent = sentColumns + `d.published_at_ms, 0 FROM delivery d
WHERE d.channel = (SELECT row FROM channel WHERE id = ?1) AND d.state = 'published' AND d.published_at_ms >= ?2
ORDER BY d.published_at_ms, d.row`

// SentTo returns what a channel published since then, oldest first.
func (db *DB) SentTo(ctx context.Context, channel domain.ChannelID, since time.Time) ([]domain.Sent, error) {
	return db.sent(ctx, selectSent, channel, since)
}

// touched is a public call of the present generation that was accepted, or whose end nobody knows.
const touched = `
FROM call c WHERE c.delivery = d.row AND c.generation = d.generation AND c.effect = 'public' AND (c.outcome IS NULL
    OR c.outcome = 'accepted' OR c.outcome = 'ambiguous' AND NOT EXISTS (
        SELECT 1 FROM resolution r WHERE r.call = c.row AND r.verdict = 'absent'))`

const selectMaybeSent = `SELECT * FROM (` + sentColumns + `(SELECT max(c.intent_at_ms) ` + touched + `) AS at_ms, 1
FROM delivery d WHERE d.channel = (SELECT row FROM channel WHERE id = ?1)
    AND d.state IN ('planned', 'preparing', 'waiting', 'sending', 'unknown', 'held') AND d.attempts > 0)
WHERE at_ms >= ?2 ORDER BY at_ms`

// MaybeSentTo returns what a channel may have published since then, in whole or in part, without
// being published: begun threads, and requests of which nobody knows the end.
func (db *DB) MaybeSentTo(ctx context.Context, channel domain.ChannelID, since time.Time) ([]domain.Sent, error) {
	return db.sent(ctx, selectMaybeSent, channel, since)
}

func (db *DB) sent(ctx context.Context, query string, channel domain.ChannelID, since time.Time) (list []domain.Sent, err error) {
	err = db.Read(ctx, func(tx *Tx) error {
		list, err = collect(tx, func(s scanner) (x domain.Sent, err error) {
			var plan string
			var when sql.NullInt64
			err = s.Scan(&x.ID, &x.Post, &x.Occurrence, &plan, &x.URL, &x.Anyway, &when, &x.Doubt)
			x.Plan, x.At = []byte(plan), at(when)
			return x, err
		}, query, channel, since.UnixMilli())
		if err != nil {
			return err
		}
		return tx.withSentPlans(list)
	})
	if err != nil {
		return nil, fmt.Errorf("what channel %s sent: %w", channel, err)
	}
	return list, nil
}

// withSentPlans gives what was sent long ago the plans that moved to the log.
func (t *Tx) withSentPlans(list []domain.Sent) error {
	var without []domain.DeliveryID
	for _, x := range list {
		if string(x.Plan) == movedPlan {
			without = append(without, x.ID)
		}
	}
	plans, err := t.plansFor(without)
	for i, x := range list {
		if p, ok := plans[x.ID]; ok {
			list[i].Plan = []byte(p.plan)
		}
	}
	return err
}

// Begun reports whether a request that could publish something of a delivery's present generation
// ever left.
func (db *DB) Begun(ctx context.Context, id domain.DeliveryID) (yes bool, err error) {
	err = db.Read(ctx, func(tx *Tx) error {
		return tx.row(`SELECT EXISTS (SELECT 1 FROM delivery d WHERE d.id = ? AND (d.journal_last IS NOT NULL OR EXISTS (
			SELECT 1 FROM call c WHERE c.delivery = d.row AND c.generation = d.generation AND c.effect = 'public')))`, id).Scan(&yes)
	})
	return yes, err
}

// SendsAnyway reports whether a person let this content of a delivery go although something like
// it had gone out.
func (db *DB) SendsAnyway(ctx context.Context, id domain.DeliveryID, content string) (yes bool, err error) {
	err = db.Read(ctx, func(tx *Tx) error {
		return tx.row(`SELECT EXISTS (SELECT 1 FROM send_anyway a JOIN delivery d ON d.row = a.delivery
			WHERE d.id = ? AND a.content_hash = ?)`, id, content).Scan(&yes)
	})
	return yes, err
}

// SendAnyway keeps a person's word that this content of a delivery goes out although something
// like it did. Saying it again changes nothing.
func (db *DB) SendAnyway(ctx context.Context, id domain.DeliveryID, content string) error {
	err := db.Write(ctx, func(tx *Tx) error {
		_, err := tx.exec(`INSERT INTO send_anyway (id, delivery, content_hash, actor_id, at_ms)
			SELECT ?1, d.row, ?3, k.actor, k.now_ms FROM delivery d, local_clock k WHERE d.id = ?2
			ON CONFLICT (delivery, content_hash) DO NOTHING`, domain.NewID(tx.Now), id, content)
		return err
	})
	if err != nil {
		return fmt.Errorf("let delivery %s go anyway: %w", id, err)
	}
	return nil
}

const selectLooks = `
SELECT a.sha256, l.colour, l.hash FROM asset a JOIN local_look l ON l.asset = a.row
WHERE a.sha256 IN (SELECT value FROM json_each(?1))
UNION
SELECT r.sha256, l.colour, l.hash FROM local_rendition r JOIN local_look l ON l.asset = r.asset
WHERE r.sha256 IN (SELECT value FROM json_each(?1))`

// Looks returns what is known of the looks of pictures, by the hash of an asset or of a rendition
// of it.
func (db *DB) Looks(ctx context.Context, sha256 []string) (map[string]domain.Look, error) {
	keys, err := json.Marshal(filled(sha256))
	if err != nil {
		return nil, err
	}
	looks := map[string]domain.Look{}
	err = db.Read(ctx, func(tx *Tx) error {
		type seen struct {
			sha  string
			look domain.Look
		}
		list, err := collect(tx, func(s scanner) (x seen, err error) {
			var hash int64
			err = s.Scan(&x.sha, &x.look.Colour, &hash)
			x.look.Hash = uint64(hash) //nolint:gosec // the same 64 bits
			return x, err
		}, selectLooks, string(keys))
		for _, x := range list {
			looks[x.sha] = x.look
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("looks of pictures: %w", err)
	}
	return looks, nil
}
