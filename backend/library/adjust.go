package library

import (
	"context"
	"fmt"

	"postbag/backend/domain"
	"postbag/backend/render"
)

// adjustStore remembers how pictures are adjusted.
type adjustStore interface {
	// AdjustAssets says how pictures are adjusted, all or none, and returns how those were that changed.
	AdjustAssets(ctx context.Context, ids []domain.AssetID, to func(domain.Asset) domain.Adjustment) (map[domain.AssetID]domain.Adjustment, error)
	// NamedLooks returns a workspace's named looks by name.
	NamedLooks(ctx context.Context, w domain.WorkspaceID) ([]domain.NamedLook, error)
	NamedLook(ctx context.Context, id domain.NamedLookID) (domain.NamedLook, error)
	AddNamedLook(ctx context.Context, l domain.NamedLook) (domain.NamedLook, error)
	RenameNamedLook(ctx context.Context, id domain.NamedLookID, name string) (domain.NamedLook, error)
	RemoveNamedLook(ctx context.Context, id domain.NamedLookID) error
}

// Adjusted says what became of pictures that were to be adjusted.
type Adjusted struct {
	Before map[domain.AssetID]domain.Adjustment // of those that changed, for Readjust
	Left   int                                  // videos and animations, which stay as they are
}

// Adjust says how pictures look: all of a, or with tones only the part of it that suits any picture, so
// that each keeps its turns, mirrors and straightening. It is one transaction, and the originals stay
// as they are. A value out of its range is a *domain.FieldError, as is a choice without a still picture.
func (s *Service) Adjust(ctx context.Context, ids []domain.AssetID, a domain.Adjustment, tones bool) (Adjusted, error) {
	if err := a.Check(); err != nil {
		return Adjusted{}, err
	}
	return s.adjust(ctx, ids, func(is domain.Adjustment) domain.Adjustment {
		if tones {
			return is.With(a)
		}
		return a
	})
}

func (s *Service) adjust(ctx context.Context, ids []domain.AssetID, to func(is domain.Adjustment) domain.Adjustment) (Adjusted, error) {
	var out Adjusted
	still := 0
	before, err := s.p.Store.AdjustAssets(ctx, ids, func(a domain.Asset) domain.Adjustment {
		if a.Kind == domain.AssetImage {
			still++
		} else {
			out.Left++
		}
		return to(a.Adjust)
	})
	if err != nil {
		return Adjusted{}, err
	}
	if still == 0 {
		return Adjusted{}, &domain.FieldError{Field: "ids", Message: "only still pictures can be adjusted"}
	}
	out.Before = before
	return out, nil
}

// Readjust makes pictures look as they did before: what Adjust and ApplyLook return is what it takes.
func (s *Service) Readjust(ctx context.Context, before map[domain.AssetID]domain.Adjustment) error {
	ids := make([]domain.AssetID, 0, len(before))
	for id, a := range before {
		if err := a.Check(); err != nil {
			return err
		}
		ids = append(ids, id)
	}
	_, err := s.p.Store.AdjustAssets(ctx, ids, func(a domain.Asset) domain.Adjustment { return before[a.ID] })
	return err
}

// Looks returns the named looks of a workspace, by name.
func (s *Service) Looks(ctx context.Context, w domain.WorkspaceID) ([]domain.NamedLook, error) {
	return s.p.Store.NamedLooks(ctx, w)
}

// SaveLook keeps the tones of an adjustment under a name. A name that is taken is a domain.ErrConflict; a
// value out of its range, no name, and tones that change nothing are a *domain.FieldError.
func (s *Service) SaveLook(ctx context.Context, w domain.WorkspaceID, name string, a domain.Adjustment) (domain.NamedLook, error) {
	name, err := plainName("name", name)
	if err != nil {
		return domain.NamedLook{}, err
	}
	if err := a.Check(); err != nil {
		return domain.NamedLook{}, err
	}
	if !a.Tones().Any() {
		return domain.NamedLook{}, &domain.FieldError{Field: "adjust", Message: "a look changes at least one tone; turns and straightening stay with their picture"}
	}
	return s.p.Store.AddNamedLook(ctx, domain.NamedLook{Workspace: w, Name: name, Adjust: a.Tones()})
}

// RenameLook gives a look another name. A name that is taken is a domain.ErrConflict.
func (s *Service) RenameLook(ctx context.Context, id domain.NamedLookID, name string) (domain.NamedLook, error) {
	name, err := plainName("name", name)
	if err != nil {
		return domain.NamedLook{}, err
	}
	return s.p.Store.RenameNamedLook(ctx, id, name)
}

// RemoveLook forgets a look. Pictures that were adjusted with it stay as they are.
func (s *Service) RemoveLook(ctx context.Context, id domain.NamedLookID) error {
	return s.p.Store.RemoveNamedLook(ctx, id)
}

// ApplyLook gives pictures the tones of a look, all in one transaction; each keeps its turns, mirrors and
// straightening.
func (s *Service) ApplyLook(ctx context.Context, ids []domain.AssetID, id domain.NamedLookID) (Adjusted, error) {
	look, err := s.p.Store.NamedLook(ctx, id)
	if err != nil {
		return Adjusted{}, fmt.Errorf("look %.40q: %w", id, err)
	}
	return s.adjust(ctx, ids, func(is domain.Adjustment) domain.Adjustment { return is.With(look.Adjust) })
}

// adjustedPath is where a full-size JPEG of an adjusted picture is.
func (s *Service) adjustedPath(ctx context.Context, a domain.Asset) (string, error) {
	if s.p.Path == nil {
		return "", fmt.Errorf("open %q: %w", a.Name, ErrMissing)
	}
	recipe := render.Recipe{
		Width: 16383, Height: 16383, Fit: render.Inside, Formats: []render.Format{render.JPEG}, Quality: 95, Adjust: render.Adjustment(a.Adjust),
	}
	key := sumOf(fmt.Appendf(nil, "%d file %s", pipeline, recipe.Hash()))
	r, ok, err := s.recall(ctx, a, key)
	if err == nil && !ok {
		r, err = s.renderFor(ctx, a, recipe, key, madeFor{})
	}
	if err != nil {
		return "", err
	}
	return s.p.Path(r.SHA256)
}
