package wiring

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"postbag/backend/domain"
	"postbag/backend/network"
	"postbag/backend/posts"
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
	plan, uses, err := posts.Draft(p, v, assets)
	if err != nil {
		return plan, d, limits, err
	}
	for _, use := range uses {
		fitted, err := c.app.Library.Fit(ctx, use.Asset, limits.Media)
		if err != nil {
			return plan, d, limits, err
		}
		draft := &plan.Parts[use.Part].Media[use.Index]
		fitted.Media.Alt, fitted.Media.Focus = draft.Alt, draft.Focus
		*draft = fitted.Media
	}
	if err := c.card(ctx, p, &plan); err != nil {
		return plan, d, limits, err
	}
	return plan, d, limits, nil
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
