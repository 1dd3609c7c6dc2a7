package store

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"postbag/backend/domain"
)

const insertPost = `
INSERT INTO post (id, workspace, text, link, language, warning, visibility, poll_json, version, created_at_ms, updated_at_ms)
SELECT ?1, row, ?3, ?4, ?5, ?6, ?7, ?8, 1, ?9, ?9 FROM workspace WHERE id = ?2`

// AddPost keeps a new post with its variants as version 1 and returns it with its ids. A workspace
// that does not exist is a domain.ErrNotFound; a channel or an asset that the workspace does not
// have is a *domain.FieldError.
func (db *DB) AddPost(ctx context.Context, p domain.Post) (_ domain.Post, err error) {
	err = db.Write(ctx, func(tx *Tx) error {
		p.ID = domain.PostID(domain.NewID(tx.Now))
		poll, err := pollJSON(p.Content.Poll)
		if err != nil {
			return err
		}
		c := p.Content
		n, err := tx.exec(insertPost, p.ID, p.Workspace, c.Text, c.Link, c.Language, c.Warning, c.Visibility, poll, ms(tx.Now))
		if err != nil {
			return err
		}
		if n == 0 {
			return fmt.Errorf("workspace %.40q: %w", p.Workspace, domain.ErrNotFound)
		}
		p, err = tx.putPost(domain.Post{ID: p.ID, Workspace: p.Workspace}, p)
		return err
	})
	if err != nil {
		return domain.Post{}, fmt.Errorf("add post: %w", err)
	}
	return p, nil
}

const updatePost = `
UPDATE post SET text = ?2, link = ?3, language = ?4, warning = ?5, visibility = ?6, poll_json = ?7, version = version + 1,
    updated_at_ms = ?8
WHERE id = ?1`

// SavePost replaces a post's content and variants if the stored version is still p.Version, as the
// next version. If nothing differs it writes nothing and returns what is stored. If the stored
// version is another one it returns what is stored, with domain.ErrConflict. A post in the bin,
// and a channel taken off the post while a delivery to it is open, are a domain.ErrNotAllowed.
func (db *DB) SavePost(ctx context.Context, p domain.Post) (domain.Post, error) {
	return db.savePost(ctx, p, func(*Tx, domain.Post, domain.Post) error { return nil })
}

// savePost is SavePost with more to write in the same transaction; then is given what was stored and
// what is stored now, and is not called if nothing changed.
func (db *DB) savePost(ctx context.Context, p domain.Post, then func(tx *Tx, old, saved domain.Post) error) (saved domain.Post, err error) {
	same := false
	// Most autosaves change nothing; those must not wait for the writer or wake the disk.
	if saved, err = db.Post(ctx, p.ID); err != nil {
		return saved, fmt.Errorf("save post %s: %w", p.ID, err)
	}
	if saved.Version == p.Version && saved.DeletedAt.IsZero() {
		if same, err = samePost(saved, p); err != nil || same {
			return saved, err
		}
	}
	err = db.Write(ctx, func(tx *Tx) error {
		if saved, err = tx.post(p.ID); err != nil {
			return err
		}
		switch {
		case saved.Version != p.Version:
			return fmt.Errorf("version %d is stored, the change was made from %d: %w", saved.Version, p.Version, domain.ErrConflict)
		case !saved.DeletedAt.IsZero():
			return fmt.Errorf("the post is in the bin: %w", domain.ErrNotAllowed)
		}
		poll, err := pollJSON(p.Content.Poll)
		if err != nil {
			return err
		}
		c := p.Content
		if _, err := tx.exec(updatePost, p.ID, c.Text, c.Link, c.Language, c.Warning, c.Visibility, poll, ms(tx.Now)); err != nil {
			return err
		}
		old := saved
		if saved, err = tx.putPost(old, p); err != nil {
			return err
		}
		return then(tx, old, saved)
	})
	if err != nil && !errors.Is(err, domain.ErrConflict) {
		saved = domain.Post{}
	}
	if err != nil {
		return saved, fmt.Errorf("save post %s: %w", p.ID, err)
	}
	return saved, nil
}

const insertVersion = `
INSERT INTO post_version (post, number, saved_at_ms, body_json) SELECT row, version, ?2, ?3 FROM post WHERE id = ?1`

// putPost writes the lists and variants of p, of which old is stored, and the version they make.
func (t *Tx) putPost(old, p domain.Post) (domain.Post, error) {
	row, err := t.number("SELECT row FROM post WHERE id = ?", p.ID)
	if err != nil {
		return old, err
	}
	if err := t.putLists(row, nil, p, old.Content.Parts, p.Content.Parts, old.Content.Media, p.Content.Media); err != nil {
		return old, err
	}
	for _, v := range old.Variants {
		if _, stays := p.Variant(v.Channel); !stays {
			if err := t.takeOff(v.ID); err != nil {
				return old, err
			}
		}
	}
	for _, v := range p.Variants {
		had, ok := old.Variant(v.Channel)
		v.ID = had.ID
		if ok {
			same, err := sameJSON(bodyOfVariant(had), bodyOfVariant(v))
			if err != nil {
				return old, err
			}
			if same {
				continue
			}
		} else {
			v.ID = domain.VariantID(domain.NewID(t.Now)) // one that comes back keeps the id it has in its row
		}
		if err := t.putVariant(row, p, v); err != nil {
			return old, err
		}
	}
	stored, err := t.post(p.ID)
	if err != nil {
		return old, err
	}
	body, err := json.Marshal(bodyOfPost(stored))
	if err != nil {
		return old, err
	}
	_, err = t.exec(insertVersion, p.ID, ms(t.Now), string(body))
	return stored, err
}

const takeOffVariant = `
DELETE FROM variant WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM delivery d WHERE d.variant = variant.row)`

const openOfVariant = `
SELECT count(*) FROM delivery d JOIN variant v ON v.row = d.variant
WHERE v.id = ? AND d.state NOT IN ('published', 'rejected', 'missed', 'cancelled')`

// takeOff deletes a variant, or only marks it as removed if it has deliveries to stay for.
func (t *Tx) takeOff(id domain.VariantID) error {
	open, err := t.number(openOfVariant, id)
	if err != nil {
		return err
	}
	if open > 0 {
		return fmt.Errorf("the post is still in the queue for this channel; take it out of the queue first: %w", domain.ErrNotAllowed)
	}
	n, err := t.exec(takeOffVariant, id)
	if err == nil && n == 0 {
		_, err = t.exec("UPDATE variant SET removed = 1 WHERE id = ?", id)
	}
	return err
}

const putVariant = `
INSERT INTO variant (id, post, channel, own_text, own_link, own_language, own_warning, own_visibility, own_parts, own_media,
    options_json, own_poll_json, own_only)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
ON CONFLICT (post, channel) DO UPDATE SET own_text = excluded.own_text, own_link = excluded.own_link,
    own_language = excluded.own_language, own_warning = excluded.own_warning, own_visibility = excluded.own_visibility,
    own_parts = excluded.own_parts, own_media = excluded.own_media, options_json = excluded.options_json,
    own_poll_json = excluded.own_poll_json, own_only = excluded.own_only, removed = 0
RETURNING row`

const channelForPost = `
SELECT c.row FROM channel c JOIN workspace w ON w.row = c.workspace
WHERE c.id = ?1 AND w.id = ?2 AND (c.state <> 'removed' OR EXISTS (
    SELECT 1 FROM variant v WHERE v.post = ?3 AND v.channel = c.row AND v.removed = 0))`

func (t *Tx) putVariant(post int64, p domain.Post, v domain.Variant) error {
	channel, err := t.number(channelForPost, v.Channel, p.Workspace, post)
	if errors.Is(err, sql.ErrNoRows) {
		return &domain.FieldError{Field: "channels", Message: fmt.Sprintf("this workspace has no channel %.40q", v.Channel)}
	}
	if err != nil {
		return err
	}
	options, err := json.Marshal(orEmpty(v.Options))
	if err != nil {
		return err
	}
	poll, err := pollJSON(v.Own.Poll)
	if err != nil {
		return err
	}
	row, err := t.number(putVariant, v.ID, post, channel, own(v.Own.Text), own(v.Own.Link), own(v.Own.Language),
		own(v.Own.Warning), own(v.Own.Visibility), v.Own.Parts != nil, v.Own.Media != nil, string(options), poll, own(v.Own.Only))
	if err != nil {
		return err
	}
	// What a variant that comes back had is read only here: clear both lists and write them whole.
	for _, table := range []string{"post_part", "post_media"} {
		if _, err := t.exec("DELETE FROM "+table+" WHERE variant = ?", row); err != nil {
			return err
		}
	}
	var parts []string
	var media []domain.Media
	if v.Own.Parts != nil {
		parts = *v.Own.Parts
	}
	if v.Own.Media != nil {
		media = *v.Own.Media
	}
	return t.putLists(post, row, p, nil, parts, nil, media)
}

// own stores a field of a variant; nil, which follows the shared content, is NULL.
func own[T any](s *T) any {
	if s == nil {
		return nil
	}
	return *s
}

const insertPart = `
INSERT INTO post_part (post, variant, idx, text) VALUES (?, ?, ?, ?)`

const insertMedia = `
INSERT INTO post_media (post, variant, idx, asset, alt, focus_x, focus_y, part, decorative, preset, crops_json)
SELECT ?1, ?2, ?3, a.row, ?5, ?6, ?7, ?8, ?10, ?11, ?12 FROM asset a JOIN workspace w ON w.row = a.workspace WHERE a.id = ?4 AND w.id = ?9`

// putLists writes the parts and media of a post (variant nil) or a variant where they differ from
// the old ones.
func (t *Tx) putLists(post int64, variant any, p domain.Post, oldParts, parts []string, oldMedia, media []domain.Media) error {
	if !slices.Equal(oldParts, parts) {
		if _, err := t.exec("DELETE FROM post_part WHERE post = ? AND variant IS ?", post, variant); err != nil {
			return err
		}
		for i, s := range parts {
			if _, err := t.exec(insertPart, post, variant, i, s); err != nil {
				return err
			}
		}
	}
	if slices.EqualFunc(oldMedia, media, sameMedia) {
		return nil
	}
	if _, err := t.exec("DELETE FROM post_media WHERE post = ? AND variant IS ?", post, variant); err != nil {
		return err
	}
	for i, m := range media {
		x, y := point(m.Focus)
		crops, err := json.Marshal(orEmpty(m.Crops))
		if err != nil {
			return err
		}
		n, err := t.exec(insertMedia, post, variant, i, m.Asset, m.Alt, x, y, m.Part, p.Workspace, m.Decorative, m.Preset, string(crops))
		if err != nil {
			return err
		}
		if n == 0 {
			return &domain.FieldError{Field: fmt.Sprintf("media[%d]", i), Message: fmt.Sprintf("this workspace has no asset %.40q", m.Asset)}
		}
	}
	return nil
}

func sameMedia(a, b domain.Media) bool {
	if (a.Focus == nil) != (b.Focus == nil) || a.Focus != nil && *a.Focus != *b.Focus {
		return false
	}
	return a.Asset == b.Asset && a.Alt == b.Alt && a.Part == b.Part && a.Decorative == b.Decorative &&
		a.Preset == b.Preset && maps.Equal(a.Crops, b.Crops)
}

// point stores a place in a picture; nil is NULL twice.
func point(p *domain.Point) (x, y any) {
	if p == nil {
		return nil, nil
	}
	return p.X, p.Y
}

func pollJSON(p *domain.Poll) (any, error) {
	if p == nil {
		return nil, nil
	}
	b, err := json.Marshal(p)
	return string(b), err
}

// postBody and variantBody are how a version is stored.
type postBody struct {
	Content  domain.Content `json:"content"`
	Variants []variantBody  `json:"variants"`
}

type variantBody struct {
	ID      domain.VariantID  `json:"id"`
	Channel domain.ChannelID  `json:"channel"`
	Own     domain.Override   `json:"own"`
	Options map[string]string `json:"options"`
}

func bodyOfPost(p domain.Post) postBody {
	b := postBody{Content: p.Content, Variants: []variantBody{}}
	b.Content.Parts, b.Content.Media = filled(b.Content.Parts), filled(b.Content.Media)
	for _, v := range p.Variants {
		b.Variants = append(b.Variants, bodyOfVariant(v))
	}
	return b
}

func bodyOfVariant(v domain.Variant) variantBody {
	b := variantBody{ID: v.ID, Channel: v.Channel, Own: v.Own, Options: orEmpty(v.Options)}
	if v.Own.Parts != nil {
		parts := filled(*v.Own.Parts)
		b.Own.Parts = &parts
	}
	if v.Own.Media != nil {
		media := filled(*v.Own.Media)
		b.Own.Media = &media
	}
	return b
}

// filled makes a nil list an empty one: both are the same content.
func filled[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// samePost reports whether two posts have the same content and variants, in whatever order.
func samePost(a, b domain.Post) (bool, error) {
	x, y := bodyOfPost(a), bodyOfPost(b)
	for _, body := range []*postBody{&x, &y} {
		slices.SortFunc(body.Variants, func(v, w variantBody) int { return bytes.Compare([]byte(v.Channel), []byte(w.Channel)) })
		for i := range body.Variants {
			body.Variants[i].ID = ""
		}
	}
	return sameJSON(x, y)
}

func sameJSON(a, b any) (bool, error) {
	x, err := json.Marshal(a)
	if err != nil {
		return false, err
	}
	y, err := json.Marshal(b)
	return bytes.Equal(x, y), err
}
