package library

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"postbag/backend/domain"
	"postbag/backend/network"
	"postbag/backend/render"
)

// Fitted is what a network gets of an asset.
type Fitted struct {
	Media    network.Media
	Warnings []string // what was lost on the way, for people
}

// pipeline is part of every recipe's hash: a change of what render makes of the same recipe
// raises it, and renditions are made anew.
const pipeline = 1

// Fit makes what a network gets of an asset, puts it in the content store, and remembers it, so that
// the next call is free. An original that fits passes through without its metadata; another picture
// becomes the best rendition of an accepted type within the limits. An animation whose type is not
// accepted, or that is too large, becomes a still with a warning. A video passes or is an
// ErrDoesNotFit, as is whatever nothing can be made of. An original that is gone is an ErrMissing.
//
// Alt and Focus are the asset's own; a post's use of it may say otherwise.
func (s *Service) Fit(ctx context.Context, a domain.Asset, l network.MediaLimit) (Fitted, error) {
	fit := s.fitPicture
	if a.Kind == domain.AssetVideo {
		fit = s.fitVideo
	}
	out, err := fit(ctx, a, l)
	if err != nil {
		return Fitted{}, fmt.Errorf("fit %q: %w", a.Name, err)
	}
	m := &out.Media
	m.Alt = a.Alt
	if a.Focus != nil {
		m.Focus = &network.Point{X: a.Focus.X, Y: a.Focus.Y}
	}
	return out, nil
}

// named builds the media for a rendition.
func named(a domain.Asset, r domain.Rendition) network.Media {
	f := render.Format(r.Format)
	return network.Media{
		Kind: network.Image, Type: f.MIME(), SHA256: r.SHA256, Bytes: r.Bytes, Width: r.Width, Height: r.Height,
		Name: strings.TrimSuffix(a.Name, path.Ext(a.Name)) + f.Ext(),
	}
}

func doesNotFit(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrDoesNotFit, fmt.Sprintf(format, args...))
}

// recall returns a remembered rendition whose content is still there.
func (s *Service) recall(ctx context.Context, a domain.Asset, recipe string) (domain.Rendition, bool, error) {
	r, err := s.p.Store.Rendition(ctx, a.ID, recipe)
	if errors.Is(err, domain.ErrNotFound) {
		return r, false, nil
	}
	if err != nil {
		return r, false, err
	}
	n, err := s.p.Files.Size(r.SHA256)
	return r, err == nil && n == r.Bytes, nil
}

func (s *Service) fitVideo(ctx context.Context, a domain.Asset, l network.MediaLimit) (Fitted, error) {
	mime := render.Format(a.Format).MIME()
	switch {
	case !slices.Contains(l.Types, mime):
		return Fitted{}, doesNotFit("it takes no %s", mime)
	case l.VideoBytes > 0 && a.Bytes > l.VideoBytes:
		return Fitted{}, doesNotFit("the video has %d bytes, it takes %d", a.Bytes, l.VideoBytes)
	case l.VideoMs > 0 && a.DurationMs > l.VideoMs:
		return Fitted{}, doesNotFit("the video is %d s long, it takes %d s", a.DurationMs/1000, l.VideoMs/1000)
	}
	recipe := sumOf(fmt.Appendf(nil, "%d video", pipeline))
	r, ok, err := s.recall(ctx, a, recipe)
	if err == nil && !ok {
		r, err = s.passVideo(ctx, a, recipe)
	}
	if err != nil {
		return Fitted{}, err
	}
	m := named(a, r)
	m.Kind, m.DurationMs = network.Video, a.DurationMs
	return Fitted{Media: m}, nil
}

// passVideo stores a video without what it says about where and by whom it was made.
func (s *Service) passVideo(ctx context.Context, a domain.Asset, recipe string) (domain.Rendition, error) {
	f, err := s.Open(ctx, a)
	if err != nil {
		return domain.Rendition{}, err
	}
	defer func() { _ = f.Close() }()
	clean := &scrubbed{r: f}
	if clean.spans, err = private(seekReader{f}, a.Bytes, render.Format(a.Format)); err != nil {
		return domain.Rendition{}, doesNotFit("the video is damaged: %s", err.Error())
	}
	if _, err := f.Seek(0, 0); err != nil {
		return domain.Rendition{}, err
	}
	sum, n, err := s.p.Files.Put(ctx, clean)
	if err != nil {
		return domain.Rendition{}, err
	}
	r := domain.Rendition{
		Asset: a.ID, Recipe: recipe, SHA256: sum, Format: a.Format, Width: a.Width, Height: a.Height, Bytes: n, Passed: true,
	}
	return r, s.p.Store.PutRendition(ctx, r)
}

// formats are the accepted types as formats, best first.
func formats(l network.MediaLimit) []render.Format {
	var list []render.Format
	for _, f := range []render.Format{render.JPEG, render.PNG, render.WebP, render.GIF} {
		if slices.Contains(l.Types, f.MIME()) {
			list = append(list, f)
		}
	}
	slices.SortStableFunc(list, func(x, y render.Format) int {
		return slices.Index(l.Types, x.MIME()) - slices.Index(l.Types, y.MIME())
	})
	return list
}

// recipeFor says what a network wants of a picture that is as wide or as high as one of the given size.
func recipeFor(l network.MediaLimit, width, height int) (render.Recipe, error) {
	r := render.Recipe{
		Fit: render.Inside, Width: 16383, Height: 16383, // as far as renditions go
		Formats: formats(l), MaxBytes: l.ImageBytes, MaxPixels: l.ImagePixels,
	}
	if !slices.ContainsFunc(r.Formats, render.Format.CanWrite) {
		return r, doesNotFit("it takes %s, and none of these can be made here", strings.Join(l.Types, ", "))
	}
	if w, h := l.Room(width, height); w > 0 {
		r.Width, r.Height = min(r.Width, w), min(r.Height, h)
	}
	return r, nil
}

// FitSize is Fit for a picture that goes out in a size: cut as the recipe says, in the formats and
// within the limits that recipe and network share. Formats of the recipe that the network does not
// take give way to those it takes. An animation becomes a still picture with a warning. preset is the
// size's id if the recipe is what size and asset say, "" if one post says otherwise: when either
// changes, what was made of it is stale.
func (s *Service) FitSize(ctx context.Context, a domain.Asset, preset string, recipe render.Recipe, l network.MediaLimit) (Fitted, error) {
	out, err := s.fitSize(ctx, a, preset, recipe, l)
	if err != nil {
		return Fitted{}, fmt.Errorf("fit %q: %w", a.Name, err)
	}
	out.Media.Alt = a.Alt
	return out, nil
}

func (s *Service) fitSize(ctx context.Context, a domain.Asset, preset string, recipe render.Recipe, l network.MediaLimit) (Fitted, error) {
	if a.Kind == domain.AssetVideo {
		return Fitted{}, doesNotFit("a video goes out whole")
	}
	most, err := recipeFor(l, recipe.Width, recipe.Height)
	if err != nil {
		return Fitted{}, err
	}
	made := madeFor{preset: preset}
	if preset != "" {
		made.basis = recipe.Hash()
	}
	wanted := recipe.Formats
	if len(wanted) == 0 {
		wanted = []render.Format{render.JPEG, render.PNG}
	}
	recipe.Formats = slices.DeleteFunc(slices.Clone(wanted), func(f render.Format) bool { return !slices.Contains(most.Formats, f) })
	if !slices.ContainsFunc(recipe.Formats, render.Format.CanWrite) {
		recipe.Formats = most.Formats
	}
	if recipe.MaxBytes == 0 || most.MaxBytes > 0 && most.MaxBytes < recipe.MaxBytes {
		recipe.MaxBytes = most.MaxBytes
	}
	if recipe.MaxPixels == 0 || most.MaxPixels > 0 && most.MaxPixels < recipe.MaxPixels {
		recipe.MaxPixels = most.MaxPixels
	}
	if w := recipe.Width; w > most.Width {
		recipe.Width, recipe.Height = most.Width, max(1, recipe.Height*most.Width/w)
	}
	if h := recipe.Height; h > most.Height {
		recipe.Width, recipe.Height = max(1, recipe.Width*most.Height/h), most.Height
	}
	recipe.Adjust = render.Adjustment(a.Adjust)
	key := sumOf(fmt.Appendf(nil, "%d size %s", pipeline, recipe.Hash()))
	r, ok, err := s.recall(ctx, a, key)
	if err == nil && !ok {
		r, err = s.renderFor(ctx, a, recipe, key, made)
	}
	if err != nil {
		return Fitted{}, err
	}
	out := Fitted{Media: named(a, r)}
	if a.Kind == domain.AssetAnimation {
		out.Warnings = append(out.Warnings, string(render.WarnAnimation))
	}
	return out, nil
}

func (s *Service) fitPicture(ctx context.Context, a domain.Asset, l network.MediaLimit) (Fitted, error) {
	recipe, err := recipeFor(l, a.Width, a.Height)
	if err != nil {
		return Fitted{}, err
	}
	recipe.Adjust = render.Adjustment(a.Adjust)
	asked := fmt.Appendf(nil, "%d %d %d %v %d %d", pipeline, recipe.Width, recipe.Height, recipe.Formats, recipe.MaxBytes, recipe.MaxPixels)
	if a.Adjust.Any() {
		asked = append(asked, a.Adjust.JSON()...)
	}
	key := sumOf(asked)
	r, ok, err := s.recall(ctx, a, key)
	if err == nil && !ok {
		r, err = s.renderFor(ctx, a, recipe, key, madeFor{})
	}
	if err != nil {
		return Fitted{}, err
	}
	out := Fitted{Media: named(a, r)}
	if a.Kind == domain.AssetAnimation {
		if r.Passed {
			out.Media.Kind, out.Media.DurationMs = network.Animation, a.DurationMs
		} else {
			out.Warnings = append(out.Warnings, string(render.WarnAnimation))
		}
	}
	return out, nil
}

// madeFor says what a rendition of a size follows.
type madeFor struct{ preset, basis string }

func (s *Service) renderFor(ctx context.Context, a domain.Asset, recipe render.Recipe, key string, made madeFor) (domain.Rendition, error) {
	none := domain.Rendition{}
	f, err := s.Open(ctx, a)
	if err != nil {
		return none, err
	}
	defer func() { _ = f.Close() }()
	var out render.Output
	_, err = s.p.Engine.Render(ctx, f, a.Bytes, []render.Recipe{recipe}, func(o render.Output) error {
		out = o
		return o.Err
	})
	switch {
	case errors.Is(err, render.ErrDoesNotFit), errors.Is(err, render.ErrUnsupported), errors.Is(err, render.ErrRecipe):
		return none, doesNotFit("%s", err.Error())
	case errors.Is(err, render.ErrDamaged):
		return none, fmt.Errorf("%w: %w", ErrMissing, err)
	case err != nil:
		return none, err
	}
	sum, n, err := s.p.Files.Put(ctx, bytes.NewReader(out.Data))
	if err != nil {
		return none, err
	}
	r := domain.Rendition{
		Asset: a.ID, Recipe: key, SHA256: sum, Format: string(out.Format), Width: out.Width, Height: out.Height,
		Bytes: n, Quality: out.Quality, Passed: out.Passed, Preset: made.preset, Basis: made.basis,
	}
	if err := s.p.Store.PutRendition(ctx, r); err != nil {
		return none, err
	}
	// A sweep may have taken the same content away just before it was remembered; from now on none does.
	if have, err := s.p.Files.Size(sum); err != nil || have != n {
		_, _, err = s.p.Files.Put(ctx, bytes.NewReader(out.Data))
		return r, err
	}
	return r, nil
}
