package wiring

import (
	"context"
	"time"

	"postbag/app/api"
	"postbag/backend/batch"
	"postbag/backend/domain"
	"postbag/backend/library"
	"postbag/backend/render"
)

// sizeRecipe is how a size, built-in or a person's own, is made of an asset: of the part that was chosen
// for it, if one was.
func (a *App) sizeRecipe(ctx context.Context, asset domain.Asset, id string) (render.Recipe, error) {
	set, err := api.AllPresets(ctx, a.DB)
	if err != nil {
		return render.Recipe{}, err
	}
	found, err := set.Find(id)
	if err != nil {
		return render.Recipe{}, err
	}
	whole, err := api.WithPicture(ctx, a.DB, found[0])
	if err != nil {
		return render.Recipe{}, err
	}
	recipe, err := batch.Recipe(whole, 0)
	if err != nil {
		return recipe, err
	}
	crops, err := a.Library.Crops(ctx, asset.ID)
	if crop, ok := crops[found[0].ID]; ok {
		part := render.Rect(crop)
		recipe.Crop = &part
	}
	return recipe, err
}

// keepStale is how long a rendition is kept that would be another now: long after whatever was being planned
// with it is written down.
const keepStale = 24 * time.Hour

// KeepShelves looks after the library until ctx ends: what appears in watched folders is imported,
// what was in the bin for a month is deleted, and so are renditions that nothing sends any more.
func (a *App) KeepShelves(ctx context.Context, events api.Events) {
	if _, err := a.Library.EmptyBin(ctx, "", library.KeepBinned); err != nil && ctx.Err() == nil {
		a.Log.Warn("the bin could not be emptied", "error", err)
	}
	if _, err := a.DB.SweepRenditions(ctx, time.Now().Add(-keepStale), a.Dir.Media().Remove); err != nil && ctx.Err() == nil {
		a.Log.Warn("old renditions could not be removed", "error", err)
	}
	for ctx.Err() == nil {
		err := a.Library.KeepWatching(ctx, library.Watching{
			Log:     a.Log,
			Changed: func(domain.WorkspaceID, int) { events.Changed(api.TopicLibrary, []string{}) },
		})
		if err != nil {
			a.Log.Warn("folders cannot be watched", "error", err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(time.Minute): // the system may have room for it then
		}
	}
}
