package library

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"postbag/backend/domain"
)

// What an asset may carry.
const (
	MaxAltBytes = 64 << 10
	MaxTags     = 200
	maxTagBytes = 200
)

// Query says which assets to list.
type Query struct {
	Text  string         // every word must be in name, tags, description or camera; case and accents do not matter
	Bin   bool           // only what is in the bin, instead of only what is not
	After domain.AssetID // the last asset of the page before, "" to begin
	Limit int            // of one page; 0 is 100, at most 1,000
}

// Page is one page of a list.
type Page struct {
	Assets []domain.Asset
	Next   domain.AssetID // what to give as After for the next page, "" at the end
}

// List returns a workspace's assets, the last imported first.
func (s *Service) List(ctx context.Context, w domain.WorkspaceID, q Query) (Page, error) {
	if q.Limit <= 0 {
		q.Limit = 100
	}
	q.Limit = min(q.Limit, 1000)
	// One more than asked tells whether there is a next page.
	list, err := s.p.Store.Assets(ctx, w, q.Bin, q.Text, q.After, q.Limit+1)
	if err != nil {
		return Page{}, fmt.Errorf("list assets: %w", err)
	}
	page := Page{Assets: list}
	if len(list) > q.Limit {
		page.Assets = list[:q.Limit]
		page.Next = page.Assets[q.Limit-1].ID
	}
	return page, nil
}

// SetAlt describes an asset for people who cannot see it; "" takes the description away. Text that
// is none, or longer than MaxAltBytes, is a *domain.FieldError.
func (s *Service) SetAlt(ctx context.Context, id domain.AssetID, alt string) (domain.Asset, error) {
	switch {
	case len(alt) > MaxAltBytes:
		return domain.Asset{}, &domain.FieldError{Field: "alt", Message: fmt.Sprintf("a description may have %d bytes, this has %d", MaxAltBytes, len(alt))}
	case !utf8.ValidString(alt) || strings.ContainsRune(alt, 0):
		return domain.Asset{}, &domain.FieldError{Field: "alt", Message: "the description has bytes that are not text"}
	}
	return s.p.Store.SetAlt(ctx, id, strings.TrimSpace(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(alt)))
}

// SetFocus says what of a picture must stay in view; nil is the middle. A point outside of the
// picture is a *domain.FieldError.
func (s *Service) SetFocus(ctx context.Context, id domain.AssetID, focus *domain.Point) (domain.Asset, error) {
	// Written so that a NaN is refused too.
	if focus != nil && (!(focus.X >= 0 && focus.X <= 1) || !(focus.Y >= 0 && focus.Y <= 1)) {
		return domain.Asset{}, &domain.FieldError{Field: "focus", Message: "x and y lie between 0 (left, top) and 1 (right, bottom)"}
	}
	return s.p.Store.SetFocus(ctx, id, focus)
}

// Tag adds and takes off tags. Blanks around a tag go, and a tag that is empty, too long or not
// text is a *domain.FieldError.
func (s *Service) Tag(ctx context.Context, id domain.AssetID, add, remove []string) (domain.Asset, error) {
	add, err := cleanTags(add)
	if err != nil {
		return domain.Asset{}, err
	}
	if remove, err = cleanTags(remove); err != nil {
		return domain.Asset{}, err
	}
	a, err := s.Get(ctx, id)
	if err != nil {
		return a, err
	}
	if n := len(a.Tags) + len(add); n > MaxTags {
		return a, &domain.FieldError{Field: "tag", Message: fmt.Sprintf("an asset may have %d tags, this would have %d", MaxTags, n)}
	}
	return s.p.Store.SetTags(ctx, id, add, remove)
}

// cleanTags takes the blanks around tags away.
func cleanTags(tags []string) ([]string, error) {
	tags = slices.Clone(tags)
	for i, tag := range tags {
		tag = strings.Join(strings.Fields(tag), " ")
		if tag == "" || len(tag) > maxTagBytes || !utf8.ValidString(tag) || strings.ContainsFunc(tag, unicode.IsControl) {
			return nil, &domain.FieldError{Field: "tag", Message: fmt.Sprintf("%.40q is not a tag: 1 to %d bytes of text", tag, maxTagBytes)}
		}
		tags[i] = tag
	}
	return tags, nil
}

// Remove moves an asset to the bin. Posts that use it keep it.
func (s *Service) Remove(ctx context.Context, id domain.AssetID) error {
	if err := s.p.Store.BinAsset(ctx, id); err != nil {
		return fmt.Errorf("remove asset %.40q: %w", id, err)
	}
	return nil
}

// Unbin takes an asset out of the bin.
func (s *Service) Unbin(ctx context.Context, id domain.AssetID) error {
	if err := s.p.Store.UnbinAsset(ctx, id); err != nil {
		return fmt.Errorf("take asset %.40q out of the bin: %w", id, err)
	}
	return nil
}

// Purge forgets a binned asset for ever; domain.ErrNotAllowed if a post uses it. Its content stays
// in the content store, where other workspaces and frozen posts may need it.
func (s *Service) Purge(ctx context.Context, id domain.AssetID) error {
	if err := s.p.Store.PurgeAsset(ctx, id); err != nil {
		return fmt.Errorf("delete asset %.40q: %w", id, err)
	}
	return nil
}
