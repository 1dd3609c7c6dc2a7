package wiring

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"postbag/app/api"
	"postbag/backend/domain"
	"postbag/backend/library"
	"postbag/backend/network"
	"postbag/backend/posts"
	"postbag/backend/presets"
	"postbag/backend/render"
	"postbag/backend/settings"
)

// composer turns a post into what one channel gets: the draft that was checked, with every
// medium replaced by the rendition the network takes, kept by its hash.
type composer struct{ app *App }

// Compose implements queue.Composer.
func (c composer) Compose(ctx context.Context, p domain.Post, v domain.Variant, channel domain.Channel) (network.Plan, network.Descriptor, network.Limits, error) {
	n, ok := c.app.Networks.Get(channel.Network)
	if !ok {
		return network.Plan{}, network.Descriptor{}, network.Limits{}, fmt.Errorf("this Postbag does not know the network %q", channel.Network)
	}
	d := n.Describe()
	limits := d.Limits
	if channel.Limits != nil {
		limits = network.Limits{}
		if err := json.Unmarshal(channel.Limits, &limits); err != nil {
			return network.Plan{}, d, limits, fmt.Errorf("limits of channel %s: %w", channel.Handle, err)
		}
	}
	v = channel.WithDefaults(p.Content, v)
	ids := []domain.AssetID{}
	for _, m := range v.Resolve(p.Content).Media {
		ids = append(ids, m.Asset)
	}
	assets, err := c.app.DB.AssetsByID(ctx, ids)
	if err != nil {
		return network.Plan{}, d, limits, err
	}
	if limits.Alt.Required, err = c.app.altRequired(ctx); err != nil {
		return network.Plan{}, d, limits, err
	}
	has, err := c.app.Shelves.Has(ctx, channel.Workspace)
	if err != nil {
		return network.Plan{}, d, limits, err
	}
	limits.Media.NoShelf = !has
	frame, err := c.app.Posts.Frame(ctx, p, channel, limits.Parts)
	if err != nil {
		return network.Plan{}, d, limits, err
	}
	frame.Comment = d.Thread == network.ThreadComment
	plan, uses, err := posts.Draft(p, v, assets, frame)
	if err != nil {
		return plan, d, limits, err
	}
	fits := limits.Media
	title, bound := binds(n, plan)
	if bound {
		fits.Types = []string{render.JPEG.MIME()} // what a page can show
	}
	for _, use := range uses {
		fitted, err := c.fit(ctx, use, fits)
		if err != nil {
			return plan, d, limits, err
		}
		draft := &plan.Parts[use.Part].Media[use.Index]
		fitted.Media.Alt, fitted.Media.Decorative, fitted.Media.Focus = draft.Alt, draft.Decorative, draft.Focus
		if use.Preset != "" {
			fitted.Media.Focus = nil // it was said of the whole picture; this is cut around it
		}
		*draft = fitted.Media
	}
	if bound {
		if plan.Document, err = c.bind(ctx, title, plan.Parts[0].Media); err != nil {
			return plan, d, limits, err
		}
	}
	if err := c.card(ctx, p, v.Resolve(p.Content).Link, &plan); err != nil {
		return plan, d, limits, err
	}
	return plan, d, limits, nil
}

// fit makes what a network gets of one use of an asset: the whole of it, or the size that was chosen,
// of the part that was chosen.
func (c composer) fit(ctx context.Context, use posts.MediaUse, l network.MediaLimit) (library.Fitted, error) {
	if use.Preset == "" {
		return c.app.Library.Fit(ctx, use.Asset, l)
	}
	if _, ok, err := c.app.sizeToSend(ctx, use.Preset); err != nil || !ok {
		return library.Fitted{}, cmp.Or(err, error(&domain.FieldError{
			Field: "media", Message: fmt.Sprintf("the size %.80q is not there any more; choose another one", use.Preset),
		}))
	}
	recipe, err := c.app.sizeRecipe(ctx, use.Asset, use.Preset)
	if err != nil {
		return library.Fitted{}, err
	}
	if recipe.Crop == nil && use.Focus != nil {
		recipe.Focus = &render.Point{X: use.Focus.X, Y: use.Focus.Y}
	}
	if use.OwnFocus != nil {
		recipe.Crop, recipe.Focus = nil, &render.Point{X: use.OwnFocus.X, Y: use.OwnFocus.Y}
	}
	if use.Crop != nil {
		part := render.Rect(*use.Crop)
		recipe.Crop, recipe.Focus = &part, nil
	}
	follows := use.Preset
	if use.OwnFocus != nil || use.Crop != nil {
		follows = "" // this post says what it shows
	}
	return c.app.Library.FitSize(ctx, use.Asset, follows, recipe, l)
}

// house tells posts what it asks of the rest of the program.
func (a *App) house() posts.House {
	return posts.House{Size: a.sizeToSend, AltRequired: a.altRequired, Tags: a.campaign, People: a.people, Shelf: a.Shelves.Has}
}

// sizeToSend returns how large a preset is that a picture of a post can be cut to.
func (a *App) sizeToSend(ctx context.Context, id string) (posts.Size, bool, error) {
	set, err := api.AllPresets(ctx, a.DB)
	if err != nil {
		return posts.Size{}, false, err
	}
	found, err := set.Find(id)
	if errors.Is(err, presets.ErrUnknown) {
		return posts.Size{}, false, nil
	}
	if err != nil || found[0].Fit != presets.Cover || found[0].Kind == presets.Video {
		return posts.Size{}, false, err
	}
	return posts.Size{Width: found[0].Width, Height: found[0].Height}, true, nil
}

// altRequired says whether the person wants nothing planned with a picture without a description.
func (a *App) altRequired(ctx context.Context) (bool, error) {
	chosen, err := (&settings.Service{Store: a.DB}).App(ctx)
	return chosen.AltText == "required", err
}

// campaign returns what a workspace puts on the links of its posts.
func (a *App) campaign(ctx context.Context, w domain.WorkspaceID) (posts.Tags, error) {
	chosen, err := (&settings.Service{Store: a.DB}).Workspace(ctx, w)
	if errors.Is(err, domain.ErrNotFound) { // a draft of no workspace
		return posts.Tags{}, nil
	}
	return posts.Tags{Campaign: chosen.Campaign, Source: chosen.Source, Medium: chosen.Medium}, err
}

func timeOf(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

func msOf(a network.Account) int64 {
	if a.Expires.IsZero() {
		return 0
	}
	return a.Expires.UnixMilli()
}

// people returns whom a workspace mentions.
func (a *App) people(ctx context.Context, w domain.WorkspaceID) ([]posts.Person, error) {
	chosen, err := (&settings.Service{Store: a.DB}).Workspace(ctx, w)
	if errors.Is(err, domain.ErrNotFound) { // a draft of no workspace
		return nil, nil
	}
	list := make([]posts.Person, 0, len(chosen.People))
	for mark, p := range chosen.People {
		list = append(list, posts.Person{Mark: mark, Name: p.Name, Handles: p.Handles})
	}
	return list, err
}
