package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"postbag/backend/domain"
)

const selectLinkCard = `
SELECT l.url, l.title, l.text, l.site, l.picture_sha256, l.picture_type, l.picture_bytes, l.picture_width, l.picture_height, l.fetched_at_ms
FROM link_card l JOIN post p ON p.row = l.post WHERE p.id = ? AND l.url = ?`

// LinkCard returns the card of a link as a post keeps it; false if there is none.
func (db *DB) LinkCard(ctx context.Context, post domain.PostID, url string) (c domain.LinkCard, ok bool, err error) {
	err = db.Read(ctx, func(tx *Tx) error {
		var sum, kind sql.NullString
		var bytes, width, height, fetched sql.NullInt64
		err := tx.row(selectLinkCard, post, url).Scan(&c.URL, &c.Title, &c.Text, &c.Site, &sum, &kind, &bytes, &width, &height, &fetched)
		if errors.Is(err, sql.ErrNoRows) || errors.Is(err, domain.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		ok, c.FetchedAt = true, at(fetched)
		if sum.Valid {
			c.Picture = &domain.CardPicture{
				SHA256: sum.String, Type: kind.String, Bytes: bytes.Int64, Width: int(width.Int64), Height: int(height.Int64),
			}
		}
		return nil
	})
	if err != nil {
		return c, false, fmt.Errorf("link card: %w", err)
	}
	return c, ok, nil
}

const putLinkCard = `
INSERT INTO link_card (id, post, url, title, text, site, picture_sha256, picture_type, picture_bytes, picture_width, picture_height, fetched_at_ms)
SELECT ?1, row, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12 FROM post WHERE id = ?2
ON CONFLICT (post, url) DO UPDATE SET title = excluded.title, text = excluded.text, site = excluded.site,
    picture_sha256 = excluded.picture_sha256, picture_type = excluded.picture_type, picture_bytes = excluded.picture_bytes,
    picture_width = excluded.picture_width, picture_height = excluded.picture_height, fetched_at_ms = excluded.fetched_at_ms`

// PutLinkCard keeps the card of a link with a post, instead of an older one.
func (db *DB) PutLinkCard(ctx context.Context, post domain.PostID, c domain.LinkCard) error {
	err := db.Write(ctx, func(tx *Tx) error {
		args := []any{domain.NewID(tx.Now), post, c.URL, c.Title, c.Text, c.Site, nil, nil, nil, nil, nil, ms(c.FetchedAt)}
		if p := c.Picture; p != nil {
			copy(args[6:], []any{p.SHA256, p.Type, p.Bytes, p.Width, p.Height})
		}
		return found(tx.exec(putLinkCard, args...))
	})
	if err != nil {
		return fmt.Errorf("keep link card: %w", err)
	}
	return nil
}
