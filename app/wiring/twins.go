package wiring

import (
	"context"
	"time"

	"postbag/backend/domain"
	"postbag/backend/network"
	"postbag/backend/queue"
	"postbag/backend/settings"
	"postbag/backend/twins"
)

// newTwins joins the guard against sending the same twice to what each workspace chose about it.
func (a *App) newTwins() *twins.Finder {
	chosen := &settings.Service{Store: a.DB}
	return twins.New(a.DB, func(ctx context.Context, w domain.WorkspaceID) (twins.Rules, error) {
		s, err := chosen.Workspace(ctx, w)
		return twins.Rules{Window: time.Duration(s.TwinDays) * 24 * time.Hour, Pictures: s.TwinPictures}, err
	})
}

// looking is a composer that sees to it that the looks of a post's pictures are known when the
// guard asks for them: it has no time to work them out.
type looking struct {
	queue.Composer
	app *App
}

// Compose implements queue.Composer.
func (l looking) Compose(ctx context.Context, p domain.Post, v domain.Variant, c domain.Channel) (network.Plan, network.Descriptor, network.Limits, error) {
	plan, d, limits, err := l.Composer.Compose(ctx, p, v, c)
	if err != nil {
		return plan, d, limits, err
	}
	if err := l.look(ctx, v.Resolve(p.Content).Media); err != nil {
		l.app.Log.Error("the looks of a post's pictures are not known", "post", p.ID, "error", err)
	}
	return plan, d, limits, nil
}

func (l looking) look(ctx context.Context, media []domain.Media) error {
	if len(media) == 0 {
		return nil
	}
	ids := make([]domain.AssetID, len(media))
	for i, m := range media {
		ids[i] = m.Asset
	}
	assets, err := l.app.DB.AssetsByID(ctx, ids)
	if err != nil {
		return err
	}
	var shas []string
	for _, asset := range assets {
		shas = append(shas, asset.SHA256)
	}
	known, err := l.app.DB.Looks(ctx, shas)
	if err != nil {
		return err
	}
	var strange []domain.AssetID
	for _, asset := range assets {
		if _, ok := known[asset.SHA256]; !ok {
			strange = append(strange, asset.ID)
		}
	}
	return l.app.Library.Remember(ctx, strange)
}
