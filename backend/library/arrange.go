package library

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"postbag/backend/domain"
)

// KeepBinned is how long the bin keeps what nobody uses.
const KeepBinned = 30 * 24 * time.Hour

// maxNameBytes bounds the name of a collection.
const maxNameBytes = 200

// plainName makes a name of one line without blanks around it.
func plainName(field, s string) (string, error) {
	s = strings.Join(strings.Fields(s), " ")
	if s == "" || len(s) > maxNameBytes || !utf8.ValidString(s) || strings.ContainsFunc(s, unicode.IsControl) {
		return "", &domain.FieldError{Field: field, Message: fmt.Sprintf("a name has 1 to %d bytes of text", maxNameBytes)}
	}
	return s, nil
}

// Collections returns a workspace's collections by name.
func (s *Service) Collections(ctx context.Context, w domain.WorkspaceID) ([]domain.Collection, error) {
	return s.p.Store.Collections(ctx, w)
}

// AddCollection makes a collection: an empty one, or with a query one that finds its pictures by
// itself. A name that is taken is a domain.ErrConflict.
func (s *Service) AddCollection(ctx context.Context, w domain.WorkspaceID, name, query string) (domain.Collection, error) {
	name, err := plainName("name", name)
	if err != nil {
		return domain.Collection{}, err
	}
	return s.p.Store.AddCollection(ctx, domain.Collection{Workspace: w, Name: name, Query: strings.TrimSpace(query)})
}

// ChangeCollection gives a collection another name and query.
func (s *Service) ChangeCollection(ctx context.Context, id domain.CollectionID, name, query string) (domain.Collection, error) {
	name, err := plainName("name", name)
	if err != nil {
		return domain.Collection{}, err
	}
	return s.p.Store.ChangeCollection(ctx, id, name, strings.TrimSpace(query))
}

// RemoveCollection forgets a collection; its pictures stay.
func (s *Service) RemoveCollection(ctx context.Context, id domain.CollectionID) error {
	return s.p.Store.RemoveCollection(ctx, id)
}

// Collect puts assets into a collection, or takes them out. A saved search is a domain.ErrNotAllowed.
func (s *Service) Collect(ctx context.Context, id domain.CollectionID, assets []domain.AssetID, in bool) error {
	if in {
		return s.p.Store.Collect(ctx, id, assets)
	}
	return s.p.Store.Uncollect(ctx, id, assets)
}

// TagAll adds and takes off tags of many assets at once.
func (s *Service) TagAll(ctx context.Context, ids []domain.AssetID, add, remove []string) error {
	add, err := cleanTags(add)
	if err != nil {
		return err
	}
	return s.p.Store.TagAssets(ctx, ids, add, remove)
}

// RenameTag gives a tag another name; onto one that is there the two become one, and with to ""
// the tag goes.
func (s *Service) RenameTag(ctx context.Context, w domain.WorkspaceID, from, to string) error {
	if strings.TrimSpace(to) != "" {
		clean, err := cleanTags([]string{to})
		if err != nil {
			return err
		}
		to = clean[0]
	} else {
		to = ""
	}
	return s.p.Store.RenameTag(ctx, w, from, to)
}

// BinAll moves assets to the bin, or takes them out of it.
func (s *Service) BinAll(ctx context.Context, ids []domain.AssetID, bin bool) error {
	return s.p.Store.BinAssets(ctx, ids, bin)
}

// EmptyBin forgets for ever what has been in a workspace's bin for longer than keep and no post uses,
// and returns how many that were. With w "" it does so in all workspaces.
func (s *Service) EmptyBin(ctx context.Context, w domain.WorkspaceID, keep time.Duration) (int, error) {
	// A moment more, so that with keep 0 what was binned in this millisecond goes too.
	list, err := s.p.Store.BinnedBefore(ctx, w, time.Now().Add(time.Second-keep))
	if err != nil {
		return 0, err
	}
	for i, id := range list {
		if err := s.Purge(ctx, id); err != nil {
			return i, err
		}
	}
	return len(list), nil
}

// Uses returns the posts that use an asset, the last changed first.
func (s *Service) Uses(ctx context.Context, id domain.AssetID) ([]domain.Use, error) {
	return s.p.Store.Uses(ctx, id)
}

// Crops returns the parts of a picture that a person chose, by preset.
func (s *Service) Crops(ctx context.Context, id domain.AssetID) (map[string]domain.Crop, error) {
	return s.p.Store.Crops(ctx, id)
}

// SetCrop keeps the part of a picture that a person chose for a preset; nil forgets it, and the part
// around the focal point is taken again. A part outside of the picture is a *domain.FieldError.
func (s *Service) SetCrop(ctx context.Context, id domain.AssetID, preset string, c *domain.Crop) error {
	if c != nil && !c.Inside() {
		return &domain.FieldError{Field: "crop", Message: "the part lies outside of the picture"}
	}
	return s.p.Store.SetCrop(ctx, id, preset, c)
}

// Window returns the largest part of a picture of width × height pixels that has the shape of
// wantWidth × wantHeight, as near to the focal point as the picture's edges allow; nil is the middle.
func Window(width, height, wantWidth, wantHeight int, focus *domain.Point) domain.Crop {
	if min(width, height, wantWidth, wantHeight) <= 0 {
		return domain.Crop{Width: 1, Height: 1}
	}
	x, y := 0.5, 0.5
	if focus != nil {
		x, y = focus.X, focus.Y
	}
	share := float64(wantWidth) * float64(height) / (float64(wantHeight) * float64(width))
	c := domain.Crop{Width: min(1, share), Height: min(1, 1/share)}
	c.X = min(max(x-c.Width/2, 0), 1-c.Width)
	c.Y = min(max(y-c.Height/2, 0), 1-c.Height)
	return c
}

// CollectionsOf returns the collections an asset was put into by hand.
func (s *Service) CollectionsOf(ctx context.Context, id domain.AssetID) ([]domain.CollectionID, error) {
	return s.p.Store.CollectionsOf(ctx, id)
}

// Away reports whether the original of an asset that stays where it is does not answer there.
func (s *Service) Away(ctx context.Context, a domain.Asset) bool {
	return a.Reference != "" && (!Reachable(ctx, FolderOf(a.Reference)) || !s.there(a))
}
