package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"postbag/backend/domain"
)

// shown leaves out what a person put away, and what was refused or missed and then planned again.
const shown = `d.deleted_at_ms IS NULL AND (d.state NOT IN ('rejected', 'missed') OR NOT EXISTS (
    SELECT 1 FROM delivery n WHERE n.variant = d.variant AND n.row > d.row AND n.occurrence_key LIKE 'once-%'))`

// inQueue is what the queue is about: everything that has not ended well or been taken back.
const inQueue = `d.state IN ('planned', 'preparing', 'waiting', 'sending', 'unknown', 'held', 'rejected', 'missed')`

const selectBoard = selectDelivery + `
WHERE d.state <> 'cancelled' AND ` + shown + ` AND d.post IN (SELECT x.post FROM (
    SELECT d.post, min(d.due_at_ms) AS first FROM delivery d JOIN workspace ow ON ow.row = d.workspace
    WHERE ow.id = ?1 AND ` + inQueue + ` AND ` + shown + ` GROUP BY d.post ORDER BY first, d.post LIMIT ?2) x)
ORDER BY d.due_at_ms, d.row`

// Board returns every delivery that counts of the workspace's first posts (at most limit) that are
// in the queue, soonest first: also those that are live already.
func (db *DB) Board(ctx context.Context, w domain.WorkspaceID, limit int) (list []domain.Delivery, err error) {
	err = db.Read(ctx, func(tx *Tx) error {
		list, err = collect(tx, scanDelivery, selectBoard, w, limit)
		return errors.Join(err, tx.withMostPlans(list))
	})
	return list, err
}

// A post stands where its latest delivery does: the others of it are passed over.
const selectHistory = `
SELECT (SELECT p.id FROM post p WHERE p.row = d.post), ifnull(d.published_at_ms, d.due_at_ms), d.post
FROM delivery d INDEXED BY delivery_past
WHERE d.workspace = (SELECT row FROM workspace WHERE id = ?1)
    AND (d.state = 'published' OR d.deleted_at_ms IS NOT NULL AND d.state <> 'cancelled')
    AND ifnull(d.published_at_ms, d.due_at_ms) <= ?2 AND (ifnull(d.published_at_ms, d.due_at_ms), d.post) < (?2, ?3)
    AND NOT EXISTS (SELECT 1 FROM delivery n WHERE n.post = d.post
        AND (n.state = 'published' OR n.deleted_at_ms IS NOT NULL AND n.state <> 'cancelled')
        AND (ifnull(n.published_at_ms, n.due_at_ms), n.row) > (ifnull(d.published_at_ms, d.due_at_ms), d.row))
ORDER BY ifnull(d.published_at_ms, d.due_at_ms) DESC, d.post DESC LIMIT ?4`

// Past is a post that is live or was put away, with when that was.
type Past struct {
	Post   domain.PostID
	At     time.Time
	Number int64 // orders posts of one time
}

// History returns at most limit posts of a workspace of which something was published or put
// away, latest first, after the given one (the zero Past: from the start).
func (db *DB) History(ctx context.Context, w domain.WorkspaceID, after Past, limit int) (list []Past, err error) {
	last, number := int64(1<<62), int64(0)
	if !after.At.IsZero() {
		last, number = after.At.UnixMilli(), after.Number
	}
	err = db.Read(ctx, func(tx *Tx) error {
		list, err = collect(tx, func(s scanner) (p Past, err error) {
			var at int64
			err = s.Scan(&p.Post, &at, &p.Number)
			p.At = time.UnixMilli(at).UTC()
			return p, err
		}, selectHistory, w, last, number, limit)
		return err
	})
	return list, err
}

// Matches reports whether a text has every word of query, whatever their case and accents.
func Matches(text, query string) bool { return hasAll(text, strings.Fields(fold(query))) }

// DeliveryFacts are facts of a delivery that its own row does not.
type DeliveryFacts struct {
	Parts   int    // segments of the present generation
	Live    int    // of them, proved live
	Touched bool   // something of it is or may be public
	Doubt   bool   // a call may have been accepted, and nothing settled that
	LiveURL string // of the first live segment, "" if none is known
	Deleted int    // parts that a person had deleted at the network
}

const selectBoardFacts = `
SELECT d.id, count(*), sum(s.state = 'published'), ifnull(max(CASE WHEN s.state = 'published' THEN s.remote_url END), ''),
    d.state = 'published' OR EXISTS (SELECT 1 FROM call c WHERE c.delivery = d.row AND c.generation = d.generation AND c.effect = 'public'
        AND (c.outcome = 'accepted' OR c.outcome IS NULL OR c.outcome = 'ambiguous' AND NOT EXISTS (
            SELECT 1 FROM resolution r WHERE r.call = c.row AND r.verdict = 'absent'))),
    EXISTS (SELECT 1 FROM doubt b WHERE b.delivery = d.row AND b.generation = d.generation
        AND (b.verdict IS NULL OR b.verdict IN ('undecided', 'same_key'))),
    (SELECT count(*) FROM deletion x WHERE x.delivery = d.row AND x.outcome = 'accepted')
FROM delivery d JOIN segment s ON s.delivery = d.row AND s.generation = d.generation
WHERE d.id IN (SELECT value FROM json_each(?)) GROUP BY d.row`

// DeliveryFacts returns what is known of deliveries beside their own rows.
func (db *DB) DeliveryFacts(ctx context.Context, ids []domain.DeliveryID) (map[domain.DeliveryID]DeliveryFacts, error) {
	keys, err := json.Marshal(ids)
	if err != nil {
		return nil, fmt.Errorf("stand of deliveries: %w", err)
	}
	all := make(map[domain.DeliveryID]DeliveryFacts, len(ids))
	err = db.Read(ctx, func(tx *Tx) error {
		_, err := collect(tx, func(s scanner) (f DeliveryFacts, err error) {
			var id domain.DeliveryID
			err = s.Scan(&id, &f.Parts, &f.Live, &f.LiveURL, &f.Touched, &f.Doubt, &f.Deleted)
			all[id] = f
			return f, err
		}, selectBoardFacts, string(keys))
		return err
	})
	return all, err
}

const selectFirstMedia = `
SELECT p.id, (SELECT a.id FROM post_media m JOIN asset a ON a.row = m.asset WHERE m.post = p.row
    ORDER BY m.variant IS NOT NULL, m.part, m.idx LIMIT 1)
FROM post p WHERE p.id IN (SELECT value FROM json_each(?))`

// FirstMedia returns the first picture or video of each post that has one.
func (db *DB) FirstMedia(ctx context.Context, posts []domain.PostID) (map[domain.PostID]domain.AssetID, error) {
	keys, err := json.Marshal(posts)
	if err != nil {
		return nil, fmt.Errorf("first media: %w", err)
	}
	all := map[domain.PostID]domain.AssetID{}
	err = db.Read(ctx, func(tx *Tx) error {
		_, err := collect(tx, func(s scanner) (asset sql.NullString, err error) {
			var post domain.PostID
			err = s.Scan(&post, &asset)
			if asset.Valid {
				all[post] = domain.AssetID(asset.String)
			}
			return asset, err
		}, selectFirstMedia, string(keys))
		return err
	})
	return all, err
}

const selectResolutions = `
SELECT r.verdict, r.source = 'person', r.actor_id, r.evidence, r.segment_idx, ifnull(r.remote_url, ''), r.at_ms
FROM resolution r JOIN delivery d ON d.row = r.delivery WHERE d.id = ? ORDER BY r.row`

// Finding is what was found out, or decided by a person, about a delivery in doubt.
type Finding struct {
	domain.Resolution
	At time.Time
}

// Findings returns what was found out about a delivery, oldest first.
func (db *DB) Findings(ctx context.Context, id domain.DeliveryID) (list []Finding, err error) {
	err = db.Read(ctx, func(tx *Tx) error {
		list, err = collect(tx, func(s scanner) (f Finding, err error) {
			var at int64
			err = s.Scan(&f.Verdict, &f.ByPerson, &f.Actor, &f.Evidence, &f.Segment, &f.RemoteURL, &at)
			f.At = time.UnixMilli(at).UTC()
			return f, err
		}, selectResolutions, id)
		return err
	})
	return list, err
}

// Tally counts posts by where they stand in the queue.
type Tally struct {
	Upcoming   int // not ended, whatever they wait for
	Publishing int // on their way now
	Waiting    int // tried again by themselves, or late
	Unsure     int // Postbag is making sure
	NeedsYou   int
	Held       int // a pause: nothing is broken
	Late       int // held since their time passed
	Soon       int // planned, and due within a day
	Next       time.Time
	Channels   int       // how many channels the next one goes to
	LastSoon   time.Time // when the last of Soon is due
}

const selectTally = `
SELECT count(DISTINCT CASE WHEN d.state NOT IN ('rejected', 'missed') THEN d.post END),
    count(DISTINCT CASE WHEN d.state IN ('preparing', 'sending') THEN d.post END),
    count(DISTINCT CASE WHEN d.state = 'waiting' OR d.state = 'planned' AND d.due_at_ms < ?2 - 60000 THEN d.post END),
    count(DISTINCT CASE WHEN d.state = 'unknown' THEN d.post END),
    count(DISTINCT CASE WHEN d.state = 'rejected' OR d.state = 'held' AND d.hold_reason IN ('ambiguous', 'partial_thread',
        'reauth', 'media_missing', 'duplicate_suspect', 'plan_changed', 'network_changed') THEN d.post END),
    count(DISTINCT CASE WHEN d.state = 'held' AND d.hold_reason NOT IN ('ambiguous', 'partial_thread',
        'reauth', 'media_missing', 'duplicate_suspect', 'plan_changed', 'network_changed') THEN d.post END),
    count(DISTINCT CASE WHEN d.state = 'held' AND d.hold_reason = 'late_ask' THEN d.post END),
    count(DISTINCT CASE WHEN d.state IN ('planned', 'waiting') AND d.due_at_ms < ?2 + 86400000 THEN d.post END),
    max(CASE WHEN d.state IN ('planned', 'waiting') AND d.due_at_ms < ?2 + 86400000 THEN d.due_at_ms END)
FROM delivery d JOIN workspace w ON w.row = d.workspace
WHERE (?1 = '' OR w.id = ?1) AND w.removed_at_ms IS NULL AND ` + inQueue + ` AND ` + shown

const selectNext = `
SELECT d.due_at_ms, count(DISTINCT d.channel) FROM delivery d JOIN workspace w ON w.row = d.workspace
WHERE (?1 = '' OR w.id = ?1) AND d.state = 'planned' AND d.due_at_ms >= ?2 AND ` + mayGo + `
GROUP BY d.due_at_ms ORDER BY d.due_at_ms LIMIT 1`

// Tally counts a workspace's posts in the queue, those of all workspaces if w is "".
func (db *DB) Tally(ctx context.Context, w domain.WorkspaceID, now time.Time) (c Tally, err error) {
	err = db.Read(ctx, func(tx *Tx) error {
		var last sql.NullInt64
		if err := tx.row(selectTally, w, now.UnixMilli()).Scan(&c.Upcoming, &c.Publishing, &c.Waiting, &c.Unsure, &c.NeedsYou,
			&c.Held, &c.Late, &c.Soon, &last); err != nil {
			return err
		}
		c.LastSoon = at(last)
		next, err := collect(tx, func(s scanner) (due int64, err error) { return due, s.Scan(&due, &c.Channels) },
			selectNext, w, now.UnixMilli())
		if len(next) > 0 {
			c.Next = time.UnixMilli(next[0]).UTC()
		}
		return err
	})
	return c, err
}

// NewsKind says what happened to a delivery.
type NewsKind string

// Every kind of news.
const (
	NewsNeeds     NewsKind = "needs"     // a person must decide about it or repair it
	NewsLate      NewsKind = "late"      // its time passed, and a person is asked
	NewsPublished NewsKind = "published" // it is live
	NewsUnsure    NewsKind = "unsure"    // it may be live; Postbag is making sure
	NewsTurn      NewsKind = "turn"      // it lies ready for a person, who posts it themselves
)

// News is a delivery that a person may want to hear of.
type News struct {
	Delivery domain.DeliveryID
	Post     domain.PostID
	Kind     NewsKind
	Stamp    int64 // rises with every write of this data folder
}

// News returns the deliveries that came to need a person, came into doubt or went live after stamp,
// in that order.
func (db *DB) News(ctx context.Context, after int64) (list []News, err error) {
	err = db.Read(ctx, func(tx *Tx) error {
		list, err = collect(tx, func(s scanner) (n News, err error) {
			return n, s.Scan(&n.Delivery, &n.Post, &n.Kind, &n.Stamp)
		}, `SELECT d.id, p.id, CASE WHEN d.state = 'published' THEN 'published' WHEN d.hold_reason = 'late_ask' THEN 'late' WHEN d.state = 'unknown' THEN 'unsure'
			WHEN d.state = 'held' AND d.hold_reason = 'ambiguous' AND d.last_error_class = '`+domain.ClassByHand+`' THEN 'turn' ELSE 'needs' END, d.hlc FROM delivery d JOIN post p ON p.row = d.post
			WHERE d.hlc > ? AND `+shown+` AND (d.state IN ('rejected', 'published') OR d.state = 'unknown' AND d.last_error_class NOT IN ('`+domain.ClassTaken+`', '`+domain.ClassByHand+`') OR d.state = 'held' AND d.hold_reason IN (
			'ambiguous', 'partial_thread', 'reauth', 'late_ask', 'clock', 'duplicate_suspect', 'restored_copy', 'moved_profile',
			'media_missing', 'plan_changed', 'network_changed', 'budget')) ORDER BY d.hlc`, after)
		return err
	})
	return list, err
}
