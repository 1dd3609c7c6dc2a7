package library

import (
	"context"
	"errors"

	"postbag/backend/domain"
	"postbag/backend/render"
)

// Remember works out the looks of these assets, whether they were known or not, and keeps them. A
// picture out of reach has none.
func (s *Service) Remember(ctx context.Context, ids []domain.AssetID) error {
	looks := map[domain.AssetID]domain.Look{}
	for _, id := range ids {
		a, err := s.Get(ctx, id)
		if err == nil && a.Kind == domain.AssetVideo {
			looks[id] = noLook()
			continue
		}
		data, _, err := s.Thumb(ctx, id, render.ThumbnailSides()[0])
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.Is(err, ErrNoPicture):
			looks[id] = noLook()
		case err == nil:
			looks[id] = lookOf(data)
		}
	}
	if len(looks) == 0 {
		return nil
	}
	return s.p.Store.PutLooks(ctx, looks)
}
