package posts

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"postbag/backend/domain"
)

// Versions returns the version history without content, newest first.
func (s *Service) Versions(ctx context.Context, id domain.PostID) ([]domain.Version, error) {
	list, err := s.store.PostVersions(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("versions of post %.40q: %w", id, err)
	}
	return list, nil
}

// Version returns one version with its content, or domain.ErrNotFound.
func (s *Service) Version(ctx context.Context, id domain.PostID, number int) (domain.Version, error) {
	v, err := s.store.PostVersion(ctx, id, number)
	if err != nil {
		return v, fmt.Errorf("version %d of post %.40q: %w", number, id, err)
	}
	return v, nil
}

// Restored is a post with an older version's content. What that version named and no longer
// exists could not come back.
type Restored struct {
	Post     domain.Post
	Assets   []domain.AssetID   // deleted for ever since
	Channels []domain.ChannelID // removed since
}

// RestoreVersion makes an older version the newest one. Nothing of the history is lost.
func (s *Service) RestoreVersion(ctx context.Context, id domain.PostID, number, expected int) (Restored, error) {
	return s.restore(ctx, id, number, expected, func(ctx context.Context, p domain.Post) (domain.Post, error) {
		return s.store.SaveStep(ctx, p, "")
	})
}

func (s *Service) restore(ctx context.Context, id domain.PostID, number, expected int, save saver) (Restored, error) {
	old, err := s.Version(ctx, id, number)
	if err != nil {
		return Restored{}, err
	}
	var r Restored
	have, err := s.assets(ctx, old.Content, old.Variants)
	if err != nil {
		return r, fmt.Errorf("restore version %d: %w", number, err)
	}
	keep := func(list []domain.Media) []domain.Media {
		return slices.DeleteFunc(slices.Clone(list), func(m domain.Media) bool {
			_, ok := have[m.Asset]
			if !ok && !slices.Contains(r.Assets, m.Asset) {
				r.Assets = append(r.Assets, m.Asset)
			}
			return !ok
		})
	}
	old.Content.Media = keep(old.Content.Media)
	for i, v := range old.Variants {
		if v.Own.Media != nil {
			media := keep(*v.Own.Media)
			old.Variants[i].Own.Media = &media
		}
	}
	r.Post, err = s.editWith(ctx, id, expected, func(p *domain.Post) error {
		r.Channels = nil
		channels, err := s.store.Channels(ctx, p.Workspace)
		if err != nil {
			return err
		}
		p.Content, p.Variants = old.Content, nil
		for _, v := range old.Variants {
			if slices.ContainsFunc(channels, func(c domain.Channel) bool { return c.ID == v.Channel }) {
				p.Variants = append(p.Variants, v)
			} else {
				r.Channels = append(r.Channels, v.Channel)
			}
		}
		return nil
	}, save)
	return r, err
}

// How a post's history is shown: everything a person or the program marked, and the last save of
// every ten minutes of work.
const historyEvery = 10 * time.Minute

// History returns the versions of a post that are worth looking at, newest first: the newest, named
// and kept ones, and the last of every ten minutes. The others stay in Versions.
func (s *Service) History(ctx context.Context, id domain.PostID) ([]domain.Version, error) {
	all, err := s.Versions(ctx, id)
	if err != nil {
		return nil, err
	}
	list := make([]domain.Version, 0, len(all))
	bucket := time.Time{}
	for _, v := range all {
		mine := v.SavedAt.Truncate(historyEvery)
		if v.Name != "" || v.Reason != "" || !mine.Equal(bucket) {
			list = append(list, v)
		}
		bucket = mine
	}
	return list, nil
}

// maxVersionName is how many code points a version's name may have.
const maxVersionName = 80

// NameVersion gives a version of a post a name; "" takes it away. A name is one line of up to 80
// characters.
func (s *Service) NameVersion(ctx context.Context, id domain.PostID, number int, name string) error {
	name = strings.Join(strings.Fields(name), " ")
	if !utf8.ValidString(name) || strings.ContainsRune(name, 0) || utf8.RuneCountInString(name) > maxVersionName {
		return &domain.FieldError{Field: "name", Message: fmt.Sprintf("a name of a version has up to %d characters", maxVersionName)}
	}
	return s.store.NameVersion(ctx, id, number, name)
}
