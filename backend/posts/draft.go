package posts

import (
	"fmt"
	"maps"

	"postbag/backend/domain"
	"postbag/backend/network"
)

// MediaUse says which asset stands at one place of a plan made by Draft.
type MediaUse struct {
	Part  int // index in Plan.Parts
	Index int // index in the part's Media
	Asset domain.Asset
	Focus *domain.Point // the use's own, else the asset's; nil for the middle
}

// Draft resolves a variant of a post into a plan: every part with its media in order, link, poll,
// language, warning, visibility and options. The media are the originals (their bytes, size and
// type, the description falling back to the asset's own); a freezer replaces each by the rendition
// the network gets, at the place its MediaUse names. Delivery and CreatedAt are left zero.
//
// Media of a part that the variant does not have go with its last part. Media whose asset is not
// in assets is a domain.ErrNotFound: a plan never silently loses a picture.
func Draft(post domain.Post, v domain.Variant, assets map[domain.AssetID]domain.Asset) (network.Plan, []MediaUse, error) {
	c := v.Resolve(post.Content)
	plan := network.Plan{
		Parts:      make([]network.Part, 1+len(c.Parts)),
		Language:   c.Language,
		Warning:    c.Warning,
		Visibility: c.Visibility,
		Options:    maps.Clone(v.Options),
	}
	plan.Parts[0].Text = c.Text
	for i, text := range c.Parts {
		plan.Parts[i+1].Text = text
	}
	if c.Link != "" {
		plan.Link = &network.Link{URL: c.Link}
	}
	if c.Poll != nil {
		plan.Poll = &network.Poll{
			Options: append([]string(nil), c.Poll.Options...), DurationS: c.Poll.DurationS, Multiple: c.Poll.Multiple,
		}
	}
	uses := make([]MediaUse, 0, len(c.Media))
	for _, m := range c.Media {
		asset, ok := assets[m.Asset]
		if !ok {
			return network.Plan{}, nil, fmt.Errorf("media %s: %w", m.Asset, domain.ErrNotFound)
		}
		n := min(max(m.Part, 0), len(c.Parts))
		medium := Medium(asset)
		if m.Alt != "" {
			medium.Alt = m.Alt
		}
		focus := asset.Focus
		if m.Focus != nil {
			focus = m.Focus
		}
		if focus != nil {
			medium.Focus = &network.Point{X: focus.X, Y: focus.Y}
		}
		uses = append(uses, MediaUse{Part: n, Index: len(plan.Parts[n].Media), Asset: asset, Focus: focus})
		plan.Parts[n].Media = append(plan.Parts[n].Media, medium)
	}
	return plan, uses, nil
}

// Medium describes an asset's original as a network sees it.
func Medium(a domain.Asset) network.Media {
	m := network.Media{
		Kind: network.Image, Type: mediaType(a.Format), SHA256: a.SHA256, Bytes: a.Bytes,
		Width: a.Width, Height: a.Height, DurationMs: a.DurationMs, Alt: a.Alt, Name: a.Name,
	}
	switch a.Kind {
	case domain.AssetImage:
	case domain.AssetAnimation:
		m.Kind = network.Animation
	case domain.AssetVideo:
		m.Kind = network.Video
	}
	return m
}

// mediaType returns the registered media type of an asset's format (IANA media types registry, 2026).
func mediaType(format string) string {
	switch format {
	case "jpeg", "png", "gif", "webp", "tiff", "bmp", "heic", "avif":
		return "image/" + format
	case "mp4", "webm":
		return "video/" + format
	case "mov":
		return "video/quicktime"
	}
	return "application/octet-stream"
}
