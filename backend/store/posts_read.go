package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"postbag/backend/domain"
)

const selectPost = `
SELECT p.row, p.id, w.id, p.text, p.link, p.language, p.warning, p.visibility, p.poll_json, p.version, p.created_at_ms,
    p.updated_at_ms, p.deleted_at_ms
FROM post p JOIN workspace w ON w.row = p.workspace`

// numbered is a value with its row's number, for joining lists to it.
type numbered[T any] struct {
	row   int64
	value T
}

func scanPost(s scanner) (n numbered[domain.Post], err error) {
	var poll sql.NullString
	var created, updated, deleted sql.NullInt64
	p := &n.value
	if err = s.Scan(&n.row, &p.ID, &p.Workspace, &p.Content.Text, &p.Content.Link, &p.Content.Language, &p.Content.Warning,
		&p.Content.Visibility, &poll, &p.Version, &created, &updated, &deleted); err != nil {
		return n, err
	}
	p.CreatedAt, p.UpdatedAt, p.DeletedAt = at(created), at(updated), at(deleted)
	p.Content.Parts, p.Content.Media, p.Variants = []string{}, []domain.Media{}, []domain.Variant{}
	if poll.Valid {
		err = json.Unmarshal([]byte(poll.String), &p.Content.Poll)
	}
	return n, err
}

const selectVariants = `
SELECT v.row, v.post, v.id, c.id, v.own_text, v.own_link, v.own_language, v.own_warning, v.own_visibility, v.own_parts,
    v.own_media, v.options_json, v.own_poll_json, v.own_only
FROM variant v JOIN channel c ON c.row = v.channel
WHERE v.removed = 0 AND v.post IN (SELECT value FROM json_each(?)) ORDER BY v.row`

const selectParts = `
SELECT post, variant, text FROM post_part WHERE post IN (SELECT value FROM json_each(?)) ORDER BY post, variant, idx`

const selectMedia = `
SELECT m.post, m.variant, a.id, m.alt, m.focus_x, m.focus_y, m.part, m.decorative, m.preset, m.crops_json FROM post_media m JOIN asset a ON a.row = m.asset
WHERE m.post IN (SELECT value FROM json_each(?)) ORDER BY m.post, m.variant, m.idx`

// posts runs a query for posts and loads their lists and variants, in three queries for all.
func (t *Tx) posts(query string, args ...any) ([]domain.Post, error) {
	found, err := collect(t, scanPost, query, args...)
	if err != nil || len(found) == 0 {
		return []domain.Post{}, err
	}
	byRow := make(map[int64]*domain.Post, len(found))
	rows := make([]int64, len(found))
	for i := range found {
		rows[i], byRow[found[i].row] = found[i].row, &found[i].value
	}
	keys, err := json.Marshal(rows)
	if err != nil {
		return nil, err
	}
	variants, err := collect(t, scanVariant, selectVariants, string(keys))
	if err != nil {
		return nil, err
	}
	own := make(map[int64]*domain.Variant, len(variants))
	for i := range variants {
		own[variants[i].row] = &variants[i].value.variant
	}
	if err := t.fillLists(string(keys), byRow, own); err != nil {
		return nil, err
	}
	for _, v := range variants {
		p := byRow[v.value.post]
		p.Variants = append(p.Variants, v.value.variant)
	}
	list := make([]domain.Post, len(found))
	for i := range found {
		list[i] = found[i].value
	}
	return list, nil
}

// fillLists gives posts and variants their parts and media. Lists of variants that were taken off
// a post belong to nobody.
func (t *Tx) fillLists(keys string, byRow map[int64]*domain.Post, own map[int64]*domain.Variant) error {
	parts, err := collect(t, func(s scanner) (p placed[string], err error) {
		return p, s.Scan(&p.post, &p.variant, &p.value)
	}, selectParts, keys)
	if err != nil {
		return err
	}
	for _, p := range parts {
		if !p.variant.Valid {
			c := &byRow[p.post].Content
			c.Parts = append(c.Parts, p.value)
		} else if v := own[p.variant.Int64]; v != nil && v.Own.Parts != nil {
			*v.Own.Parts = append(*v.Own.Parts, p.value)
		}
	}
	media, err := collect(t, scanMedia, selectMedia, keys)
	if err != nil {
		return err
	}
	for _, m := range media {
		if !m.variant.Valid {
			c := &byRow[m.post].Content
			c.Media = append(c.Media, m.value)
		} else if v := own[m.variant.Int64]; v != nil && v.Own.Media != nil {
			*v.Own.Media = append(*v.Own.Media, m.value)
		}
	}
	return nil
}

// placed is an entry of a list with whom it belongs to.
type placed[T any] struct {
	post    int64
	variant sql.NullInt64
	value   T
}

func scanMedia(s scanner) (m placed[domain.Media], err error) {
	var x, y sql.NullFloat64
	var crops string
	if err = s.Scan(&m.post, &m.variant, &m.value.Asset, &m.value.Alt, &x, &y, &m.value.Part,
		&m.value.Decorative, &m.value.Preset, &crops); err != nil {
		return m, err
	}
	if crops != "{}" {
		err = json.Unmarshal([]byte(crops), &m.value.Crops)
	}
	if x.Valid && y.Valid {
		m.value.Focus = &domain.Point{X: x.Float64, Y: y.Float64}
	}
	return m, err
}

type variantOf struct {
	post    int64
	variant domain.Variant
}

func scanVariant(s scanner) (n numbered[variantOf], err error) {
	var text, link, language, warning, visibility, poll sql.NullString
	var only sql.NullInt64
	var parts, media bool
	var options string
	v := &n.value.variant
	if err = s.Scan(&n.row, &n.value.post, &v.ID, &v.Channel, &text, &link, &language, &warning, &visibility,
		&parts, &media, &options, &poll, &only); err != nil {
		return n, err
	}
	v.Own = domain.Override{
		Text: field(text), Link: field(link), Language: field(language), Warning: field(warning), Visibility: field(visibility),
	}
	if poll.Valid {
		if err := json.Unmarshal([]byte(poll.String), &v.Own.Poll); err != nil {
			return n, err
		}
	}
	if only.Valid {
		part := int(only.Int64)
		v.Own.Only = &part
	}
	if parts {
		v.Own.Parts = &[]string{}
	}
	if media {
		v.Own.Media = &[]domain.Media{}
	}
	return n, json.Unmarshal([]byte(options), &v.Options)
}

func field(s sql.NullString) *string {
	if !s.Valid {
		return nil
	}
	return &s.String
}

func (t *Tx) post(id domain.PostID) (domain.Post, error) {
	list, err := t.posts(selectPost+" WHERE p.id = ?", id)
	if err == nil && len(list) == 0 {
		err = domain.ErrNotFound
	}
	if err != nil {
		return domain.Post{}, err
	}
	return list[0], nil
}

// Post returns a post, from the bin too, or domain.ErrNotFound.
func (db *DB) Post(ctx context.Context, id domain.PostID) (p domain.Post, err error) {
	err = db.Read(ctx, func(tx *Tx) error {
		p, err = tx.post(id)
		return err
	})
	return p, err
}

const textsOfPosts = `
SELECT p.row, p.text || ' ' || p.link || ' ' || p.warning
    || ' ' || ifnull((SELECT group_concat(text, ' ') FROM post_part WHERE post = p.row), '')
    || ' ' || ifnull((SELECT group_concat(ifnull(own_text, '') || ' ' || ifnull(own_link, ''), ' ')
        FROM variant WHERE post = p.row AND removed = 0), '')
FROM post p JOIN workspace w ON w.row = p.workspace
WHERE w.id = ?1 AND (p.deleted_at_ms IS NOT NULL) = ?2 AND (?3 = '' OR p.row < (SELECT row FROM post WHERE id = ?3))
ORDER BY p.row DESC`

// Posts returns at most limit posts of a workspace, newest first, that come after the post named
// by after ("" to begin) and have every word of query in their texts, whatever its case and
// accents. With bin it returns only what is in the bin, else only what is not.
func (db *DB) Posts(ctx context.Context, w domain.WorkspaceID, bin bool, query string, after domain.PostID, limit int) (list []domain.Post, err error) {
	err = db.Read(ctx, func(tx *Tx) error {
		rows, err := tx.matching(query, limit, textsOfPosts, w, bin, after)
		if err != nil {
			return err
		}
		list, err = tx.posts(selectPost+" WHERE p.row IN (SELECT value FROM json_each(?)) ORDER BY p.row DESC", rows)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list posts: %w", err)
	}
	return list, nil
}

// matching runs a query for (row, text) and returns the first limit rows whose text has every
// word, as a JSON list. It stops reading when it has enough.
func (t *Tx) matching(words string, limit int, query string, args ...any) (_ string, err error) {
	wanted := strings.Fields(fold(words))
	found := []int64{}
	rows, err := t.tx.QueryContext(t.ctx, query, args...)
	if err != nil {
		return "", err
	}
	defer func() { _ = rows.Close() }()
	for len(found) < limit && rows.Next() {
		var row int64
		var text string
		if err := rows.Scan(&row, &text); err != nil {
			return "", err
		}
		if hasAll(text, wanted) {
			found = append(found, row)
		}
	}
	if err := rows.Err(); err != nil {
		return "", err
	}
	list, err := json.Marshal(found)
	return string(list), err
}

func hasAll(text string, words []string) bool {
	if len(words) == 0 {
		return true
	}
	text = fold(text)
	for _, w := range words {
		if !strings.Contains(text, w) {
			return false
		}
	}
	return true
}

// fold makes texts comparable for search: lower case, compatibility forms undone, accents dropped.
func fold(s string) string {
	return strings.ToLower(strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, norm.NFKD.String(s)))
}

// PostVersions returns a post's versions without their content, newest first.
func (db *DB) PostVersions(ctx context.Context, id domain.PostID) (list []domain.Version, err error) {
	err = db.Read(ctx, func(tx *Tx) error {
		list, err = collect(tx, func(s scanner) (v domain.Version, err error) {
			var saved sql.NullInt64
			err = s.Scan(&v.Number, &saved, &v.Name, &v.Reason)
			v.SavedAt = at(saved)
			return v, err
		}, `SELECT v.number, v.saved_at_ms, v.name, v.reason FROM post_version v JOIN post p ON p.row = v.post WHERE p.id = ? ORDER BY v.number DESC`, id)
		if err == nil && len(list) == 0 { // a post has at least one
			err = domain.ErrNotFound
		}
		return err
	})
	return list, err
}

// PostVersion returns one version of a post, or domain.ErrNotFound.
func (db *DB) PostVersion(ctx context.Context, id domain.PostID, number int) (v domain.Version, err error) {
	err = db.Read(ctx, func(tx *Tx) error {
		var saved sql.NullInt64
		var text string
		if err := tx.row(`SELECT v.number, v.saved_at_ms, v.name, v.reason, v.body_json FROM post_version v JOIN post p ON p.row = v.post
			WHERE p.id = ? AND v.number = ?`, id, number).Scan(&v.Number, &saved, &v.Name, &v.Reason, &text); err != nil {
			return err
		}
		var body postBody
		if err := json.Unmarshal([]byte(text), &body); err != nil {
			return fmt.Errorf("stored version: %w", err)
		}
		v.SavedAt, v.Content, v.Variants = at(saved), body.Content, []domain.Variant{}
		for _, b := range body.Variants {
			v.Variants = append(v.Variants, domain.Variant(b))
		}
		return nil
	})
	return v, err
}

const selectStandings = `
SELECT d.id, w.id, p.id, v.id, c.id, d.occurrence_key, d.generation, d.state, ifnull(d.hold_reason, ''), d.due_at_ms,
    ifnull(d.remote_url, ''), d.published_at_ms
FROM delivery d JOIN workspace w ON w.row = d.workspace JOIN post p ON p.row = d.post
    JOIN variant v ON v.row = d.variant JOIN channel c ON c.row = d.channel
WHERE p.id IN (SELECT value FROM json_each(?)) ORDER BY d.row`

// DeliveriesOfPosts returns the deliveries of posts, oldest first, with what a list shows of them:
// no plans and no attempts.
func (db *DB) DeliveriesOfPosts(ctx context.Context, ids []domain.PostID) (map[domain.PostID][]domain.Delivery, error) {
	byPost := map[domain.PostID][]domain.Delivery{}
	if len(ids) == 0 {
		return byPost, nil
	}
	keys, err := json.Marshal(ids)
	if err != nil {
		return nil, err
	}
	err = db.Read(ctx, func(tx *Tx) error {
		list, err := collect(tx, func(s scanner) (d domain.Delivery, err error) {
			var due, published sql.NullInt64
			err = s.Scan(&d.ID, &d.Workspace, &d.Post, &d.Variant, &d.Channel, &d.Occurrence, &d.Generation, &d.State,
				&d.HoldReason, &due, &d.RemoteURL, &published)
			d.Due, d.PublishedAt = at(due), at(published)
			return d, err
		}, selectStandings, string(keys))
		for _, d := range list {
			byPost[d.Post] = append(byPost[d.Post], d)
		}
		return err
	})
	return byPost, err
}
