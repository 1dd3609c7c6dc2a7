package wiring

import (
	"context"

	"postbag/app/media"
	"postbag/backend/domain"
	"postbag/backend/library"
)

// Media returns what shows the library's pictures and videos to a page, below /media/. coming returns where the
// nth file of a running import is; nil: there are none.
func (a *App) Media(coming func(job string, n int) (path string, ok bool)) (*media.Handler, error) {
	return media.New(media.Options{
		Library: a.Library, Renderer: a.Render, Recipes: a.sizeRecipe, Log: a.Log,
		Path:  func(asset domain.Asset) (string, error) { return a.Dir.Media().Path(asset.SHA256) },
		Strip: a.strip,
		Coming: func(ctx context.Context, job string, n int) ([]byte, error) {
			if coming == nil {
				return nil, library.ErrNoPicture
			}
			path, ok := coming(job, n)
			if !ok {
				return nil, library.ErrNoPicture
			}
			return library.Preview(ctx, path)
		},
	}), nil
}
