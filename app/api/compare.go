package api

import (
	"fmt"
	"net/url"

	"postbag/backend/batch"
	"postbag/backend/domain"
	"postbag/backend/library"
	"postbag/backend/presets"
	"postbag/backend/render"
)

// CompareSize names a picture and a size of it.
type CompareSize struct {
	Asset  string `json:"asset"`
	Preset string `json:"preset"`
}

// Comparison is a picture before and after it was made in a size, as an export and a post make it.
type Comparison struct {
	Preset   string       `json:"preset"`
	Label    string       `json:"label"` // of the network it is for, "" for one's own
	Title    string       `json:"title"`
	Width    int          `json:"width"` // what the size asks for, px; 0: no limit
	Height   int          `json:"height"`
	Before   ComparedFile `json:"before"`
	After    ComparedFile `json:"after"`
	Part     Rect         `json:"part"`     // what of the original is in it
	Passed   bool         `json:"passed"`   // the original fits and is left as it is, without its metadata
	Smaller  bool         `json:"smaller"`  // the original has too few pixels: the largest of that shape was made
	Reduced  bool         `json:"reduced"`  // made smaller than asked to stay within the limit of bytes
	Enlarged float64      `json:"enlarged"` // by how much the part was made larger; 1: not at all
	Scale    float64      `json:"scale"`    // of the two pictures: 1, or less for a size too large to show
}

// ComparedFile is one side of a Comparison.
type ComparedFile struct {
	Bytes   int64  `json:"bytes"`
	Width   int    `json:"width"`
	Height  int    `json:"height"`
	Format  string `json:"format"`
	Quality int    `json:"quality"` // of a JPEG made here, 0 otherwise
	Picture string `json:"picture"` // its address: both cover the same part in the same pixels
}

// shownSide is the longest side in pixels at which the two pictures are compared.
const shownSide = 4096

// Compare makes a picture in a size, with the recipe of exports and posts, and keeps nothing.
func (s *PresetService) Compare(r CompareSize) (_ Comparison, err error) {
	defer s.done(&err)
	a, err := s.Library.Get(s.ctx, domain.AssetID(r.Asset))
	if err != nil {
		return Comparison{}, err
	}
	set, err := s.set()
	if err != nil {
		return Comparison{}, err
	}
	found, err := set.Find(r.Preset)
	if err != nil {
		return Comparison{}, err
	}
	p, err := s.whole(found[0])
	if err != nil {
		return Comparison{}, err
	}
	source, err := s.source(a.ID)
	if err != nil {
		return Comparison{}, err
	}
	base, err := batch.Recipe(p, 0)
	if err != nil {
		return Comparison{}, err
	}
	recipe := source.Recipe(base, p.ID)
	made, err := s.make(a, source, recipe)
	if err != nil {
		return Comparison{}, err
	}
	c := Comparison{
		Preset: p.ID, Label: set.Label(p.Network), Title: p.Title, Width: p.Width, Height: p.Height,
		Before: ComparedFile{Bytes: a.Bytes, Width: a.Width, Height: a.Height, Format: a.Format},
		After:  ComparedFile{Bytes: int64(len(made.Data)), Width: made.Width, Height: made.Height, Format: string(made.Format), Quality: made.Quality},
		Passed: made.Passed, Smaller: made.Smaller, Reduced: made.Reduced, Scale: 1,
	}
	crops, err := s.Library.Crops(s.ctx, a.ID)
	if err != nil {
		return c, err
	}
	c.Part = sizeOf(a, p, crops, set).Crop
	c.Enlarged = enlargedBy(a, p, c.Part)
	query := url.Values{"v": {recipe.Hash()[:16]}}
	if longer := max(made.Width, made.Height); longer > shownSide {
		c.Scale = float64(shownSide) / float64(longer)
		query.Set("max", fmt.Sprint(shownSide))
	}
	address := "/media/" + string(a.ID) + "/" + p.ID + "?"
	c.After.Picture = address + query.Encode()
	query.Set("plain", "1")
	c.Before.Picture = address + query.Encode()
	return c, nil
}

// make makes one recipe of a source.
func (s *PresetService) make(a domain.Asset, source batch.Source, recipe render.Recipe) (out render.Output, err error) {
	if a.Kind == domain.AssetVideo {
		return out, fmt.Errorf("compare %q: %w", a.Name, library.ErrNoPicture)
	}
	f, size, err := source.Open(s.ctx)
	if err != nil {
		return out, err
	}
	defer func() { _ = f.Close() }()
	_, err = s.base.Render.Render(s.ctx, f, size, []render.Recipe{recipe}, func(o render.Output) error {
		out = o
		return o.Err
	})
	if err != nil {
		return out, fmt.Errorf("compare %q: %w", a.Name, err)
	}
	return out, nil
}

// enlargedBy is by how much a size that may enlarge does so with a part of a picture.
func enlargedBy(a domain.Asset, p presets.Preset, part Rect) float64 {
	across, down := float64(p.Width)/(part.Width*float64(a.Width)), float64(p.Height)/(part.Height*float64(a.Height))
	scale := min(across, down)
	switch {
	case p.Fit == presets.Cover:
		scale = max(across, down)
	case p.Width == 0:
		scale = down
	case p.Height == 0:
		scale = across
	}
	if !p.Enlarge {
		return 1
	}
	return max(scale, 1)
}
