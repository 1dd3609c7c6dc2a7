package wiring

import (
	"postbag/app/media"
	"postbag/backend/domain"
)

// Media returns what shows the library's pictures and videos to a page, below /media/.
func (a *App) Media() (*media.Handler, error) {
	return media.New(media.Options{
		Library: a.Library, Renderer: a.Render, Recipes: a.sizeRecipe, Log: a.Log,
		Path:  func(asset domain.Asset) (string, error) { return a.Dir.Media().Path(asset.SHA256) },
		Strip: a.strip,
	}), nil
}
