package api

import (
	"postbag/backend/batch"
	"postbag/backend/domain"
	"postbag/backend/render"
)

// cropsOf gives a source what people chose about its picture, and how they adjusted it.
func (s *PresetService) cropsOf(source *batch.Source, a domain.Asset) error {
	source.Adjust = render.Adjustment(a.Adjust)
	if a.Focus != nil {
		source.Focus = &render.Point{X: a.Focus.X, Y: a.Focus.Y}
	}
	crops, err := s.Library.Crops(s.ctx, a.ID)
	if err != nil || len(crops) == 0 {
		return err
	}
	source.Crops = make(map[string]render.Rect, len(crops))
	for id, c := range crops {
		source.Crops[id] = render.Rect(c)
	}
	return nil
}
