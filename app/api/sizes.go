package api

import (
	"slices"

	"postbag/backend/batch"
	"postbag/backend/domain"
	"postbag/backend/library"
	"postbag/backend/presets"
)

// Rect is a part of a picture, in shares of its width and height.
type Rect struct {
	X      float64 `json:"x"`
	Y      float64 `json:"y"`
	Width  float64 `json:"width"`
	Height float64 `json:"height"`
}

// Size is a preset as one picture meets it.
type Size struct {
	Preset  string `json:"preset"`
	Label   string `json:"label"` // of the network it is for, "" for one's own
	Title   string `json:"title"`
	Width   int    `json:"width"`
	Height  int    `json:"height"`
	Fit     string `json:"fit"`
	Crop    Rect   `json:"crop"`  // the part that is shown
	Own     bool   `json:"own"`   // a person chose the part; else it lies around the focal point
	State   string `json:"state"` // SizeReady, SizeLook or SizeSmall
	Missing int    `json:"missing"`
	Safe    Rect   `json:"safe"`    // the part of the size that no interface covers; all of it where nothing is known
	Enlarge bool   `json:"enlarge"` // what is missing is made up
	Earlier int    `json:"earlier"` // deliveries still to go out that have frozen it as it was before a change
}

// States of a size.
const (
	SizeReady = "ready"
	SizeLook  = "look"  // much is cut off and nobody chose what must stay in view
	SizeSmall = "small" // the picture has too few pixels: Missing more are needed on one side
)

// cutMuch is the share of a picture from which on a person should look at what is cut off.
const cutMuch = 0.4

// Sizes returns how a picture looks in the sizes its workspace works with.
func (s *PresetService) Sizes(asset string) (_ []Size, err error) {
	defer s.done(&err)
	a, err := s.Library.Get(s.ctx, domain.AssetID(asset))
	if err != nil {
		return nil, err
	}
	set, err := s.set()
	if err != nil {
		return nil, err
	}
	shown, err := s.shown(a.Workspace, set)
	if err != nil {
		return nil, err
	}
	crops, err := s.Library.Crops(s.ctx, a.ID)
	out := []Size{}
	if err != nil {
		return nil, err
	}
	earlier, err := s.earlier(a, set)
	for _, p := range shown {
		size := sizeOf(a, p, crops, set)
		size.Earlier = earlier[p.ID]
		out = append(out, size)
	}
	return out, err
}

// earlier counts by size the deliveries still to go out that have frozen a picture as it was before its
// focal point, the part or the size itself was changed.
func (s *PresetService) earlier(a domain.Asset, set *presets.Set) (map[string]int, error) {
	frozen, err := s.DB.OutdatedPlanned(s.ctx, a.ID)
	if err != nil || len(frozen) == 0 {
		return nil, err
	}
	source, err := s.source(a.ID)
	if err != nil {
		return nil, err
	}
	count := map[string]int{}
	for _, f := range frozen {
		now := "" // the size is gone
		if found, err := set.Find(f.Preset); err == nil {
			whole, err := s.whole(found[0])
			if err != nil {
				return nil, err
			}
			recipe, err := batch.Recipe(whole, 0)
			if err != nil {
				return nil, err
			}
			now = source.Recipe(recipe, found[0].ID).Hash()
		}
		if f.Basis != now {
			count[f.Preset]++
		}
	}
	return count, nil
}

func sizeOf(a domain.Asset, p presets.Preset, crops map[string]domain.Crop, set *presets.Set) Size {
	size := Size{
		Preset: p.ID, Label: set.Label(p.Network), Title: p.Title, Width: p.Width, Height: p.Height, Fit: p.Fit,
		Crop: Rect{Width: 1, Height: 1}, State: SizeReady, Safe: safeOf(p), Enlarge: p.Enlarge,
	}
	crop, own := crops[p.ID]
	if !own && p.Fit == presets.Cover {
		crop = library.Window(a.Width, a.Height, p.Width, p.Height, a.Focus)
	}
	if own || p.Fit == presets.Cover {
		size.Crop, size.Own = Rect(crop), own
	}
	if p.Fit == presets.Cover {
		across := p.Width - int(size.Crop.Width*float64(a.Width)+0.5)
		down := p.Height - int(size.Crop.Height*float64(a.Height)+0.5)
		size.Missing = max(across, down, 0)
	}
	switch {
	case size.Missing > 0 && !p.Enlarge:
		size.State = SizeSmall
	case !own && a.Focus == nil && size.Crop.Width*size.Crop.Height < 1-cutMuch:
		size.State = SizeLook
	}
	return size
}

func safeOf(p presets.Preset) Rect {
	if p.SafeArea == nil || p.Width == 0 || p.Height == 0 {
		return Rect{Width: 1, Height: 1}
	}
	w, h, safe := float64(p.Width), float64(p.Height), p.SafeArea
	return Rect{
		X: float64(safe.Left) / w, Y: float64(safe.Top) / h,
		Width: float64(p.Width-safe.Left-safe.Right) / w, Height: float64(p.Height-safe.Top-safe.Bottom) / h,
	}
}

// SetCrop says which part of a picture a size shows.
type SetCrop struct {
	Asset  string `json:"asset"`
	Preset string `json:"preset"`
	Crop   *Rect  `json:"crop"` // null: around the focal point
}

// SetCrop keeps which part of a picture a size shows. The original never changes.
func (s *PresetService) SetCrop(r SetCrop) (err error) {
	defer s.done(&err)
	set, err := s.set()
	if err != nil {
		return err
	}
	if _, err := set.Find(r.Preset); err != nil {
		return err
	}
	var crop *domain.Crop
	if r.Crop != nil {
		c := domain.Crop(*r.Crop)
		crop = &c
	}
	if err := s.Library.SetCrop(s.ctx, domain.AssetID(r.Asset), r.Preset, crop); err != nil {
		return err
	}
	s.Events.Changed(TopicLibrary, []string{r.Asset})
	return nil
}

// ShowPresets says which sizes a workspace works with.
type ShowPresets struct {
	Workspace string   `json:"workspace"`
	Presets   []string `json:"presets"` // none: the usual ones
}

// Show says which sizes a workspace works with.
func (s *PresetService) Show(r ShowPresets) (err error) {
	defer s.done(&err)
	set, err := s.set()
	if err != nil {
		return err
	}
	if len(r.Presets) > 0 {
		if _, err := set.Find(r.Presets...); err != nil {
			return err
		}
	}
	if err := s.DB.SetShownPresets(s.ctx, domain.WorkspaceID(r.Workspace), r.Presets); err != nil {
		return err
	}
	s.Events.Changed(TopicLibrary, []string{})
	return nil
}

// Shown returns the ids of the sizes that a workspace works with: those that were chosen, or else
// the usual ones and one's own.
func (s *PresetService) Shown(workspace string) (_ []string, err error) {
	defer s.done(&err)
	set, err := s.set()
	if err != nil {
		return nil, err
	}
	list, err := s.shown(domain.WorkspaceID(workspace), set)
	ids := []string{}
	for _, p := range list {
		ids = append(ids, p.ID)
	}
	return ids, err
}

func (b *base) shown(w domain.WorkspaceID, set *presets.Set) ([]presets.Preset, error) {
	ids, err := b.DB.ShownPresets(b.ctx, w)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(set.Pictures(), func(p presets.Preset) bool {
		if len(ids) > 0 {
			return !slices.Contains(ids, p.ID)
		}
		return !p.Usual && p.Network != ""
	}), nil
}
