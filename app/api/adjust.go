package api

import (
	"postbag/backend/domain"
	"postbag/backend/library"
)

// Adjustment is how a picture is changed in how it looks. All zero is not at all. It is turned first, then
// mirrored, then straightened.
type Adjustment struct {
	Exposure   float64 `json:"exposure"`   // in stops, -3 to 3
	Contrast   float64 `json:"contrast"`   // -100 to 100
	Saturation float64 `json:"saturation"` // -100 to 100
	Warmth     float64 `json:"warmth"`     // -100, bluer, to 100, redder
	Sharpness  float64 `json:"sharpness"`  // 0 to 100
	Straighten float64 `json:"straighten"` // degrees clockwise, -45 to 45
	Turn       int     `json:"turn"`       // quarter turns clockwise, 0 to 3
	FlipH      bool    `json:"flipH"`      // left becomes right
	FlipV      bool    `json:"flipV"`      // top becomes bottom
	Mono       bool    `json:"mono"`       // no colour at all
}

// AdjustAssets says how pictures are to look.
type AdjustAssets struct {
	IDs    []string   `json:"ids"`
	Adjust Adjustment `json:"adjust"`
	Tones  bool       `json:"tones"` // each keeps its turns, mirrors and straightening
}

// AdjustedAssets says what became of pictures that were to be adjusted.
type AdjustedAssets struct {
	Before []AdjustedAsset `json:"before"` // how those were that changed, for Readjust
	Left   int             `json:"left"`   // videos and animations, which stay as they are
}

// AdjustedAsset is how one picture is adjusted.
type AdjustedAsset struct {
	ID     string     `json:"id"`
	Adjust Adjustment `json:"adjust"`
}

// NamedLook is an adjustment with a name: tones alone, to be used again.
type NamedLook struct {
	ID     string     `json:"id"`
	Name   string     `json:"name"`
	Adjust Adjustment `json:"adjust"`
}

// Adjust says how pictures look, all at once. The originals never change, nor does what is planned already.
func (s *LibraryService) Adjust(r AdjustAssets) (_ AdjustedAssets, err error) {
	defer s.done(&err)
	done, err := s.Library.Adjust(s.ctx, assetIDs(r.IDs), domain.Adjustment(r.Adjust), r.Tones)
	return s.adjusted(done, err)
}

// ApplyLook gives pictures the tones of a look.
func (s *LibraryService) ApplyLook(ids []string, look string) (_ AdjustedAssets, err error) {
	defer s.done(&err)
	done, err := s.Library.ApplyLook(s.ctx, assetIDs(ids), domain.NamedLookID(look))
	return s.adjusted(done, err)
}

func (s *LibraryService) adjusted(done library.Adjusted, err error) (AdjustedAssets, error) {
	out := AdjustedAssets{Before: []AdjustedAsset{}, Left: done.Left}
	if err != nil {
		return out, err
	}
	changed := []string{}
	for id, a := range done.Before {
		out.Before = append(out.Before, AdjustedAsset{ID: string(id), Adjust: Adjustment(a)})
		changed = append(changed, string(id))
	}
	if len(changed) > 0 {
		s.Events.Changed(TopicLibrary, changed)
	}
	return out, nil
}

// Readjust makes pictures look as they did before Adjust or ApplyLook.
func (s *LibraryService) Readjust(before []AdjustedAsset) (err error) {
	defer s.done(&err)
	list, ids := make(map[domain.AssetID]domain.Adjustment, len(before)), make([]string, 0, len(before))
	for _, b := range before {
		list[domain.AssetID(b.ID)] = domain.Adjustment(b.Adjust)
		ids = append(ids, b.ID)
	}
	if err := s.Library.Readjust(s.ctx, list); err != nil {
		return err
	}
	s.Events.Changed(TopicLibrary, ids)
	return nil
}

// Looks returns the named looks of a workspace, by name.
func (s *LibraryService) Looks(workspace string) (_ []NamedLook, err error) {
	defer s.done(&err)
	list, err := s.Library.Looks(s.ctx, domain.WorkspaceID(workspace))
	out := []NamedLook{}
	for _, l := range list {
		out = append(out, lookOf(l))
	}
	return out, err
}

// SaveLook says how a look is kept.
type SaveLook struct {
	Workspace string     `json:"workspace"`
	Name      string     `json:"name"`
	Adjust    Adjustment `json:"adjust"` // its tones are kept
}

// SaveLook keeps tones under a name.
func (s *LibraryService) SaveLook(r SaveLook) (_ NamedLook, err error) {
	defer s.done(&err)
	l, err := s.Library.SaveLook(s.ctx, domain.WorkspaceID(r.Workspace), r.Name, domain.Adjustment(r.Adjust))
	return s.lookChanged(l, err)
}

// RenameLook gives a look another name.
func (s *LibraryService) RenameLook(id, name string) (_ NamedLook, err error) {
	defer s.done(&err)
	l, err := s.Library.RenameLook(s.ctx, domain.NamedLookID(id), name)
	return s.lookChanged(l, err)
}

// RemoveLook forgets a look. Pictures that were adjusted with it stay as they are.
func (s *LibraryService) RemoveLook(id string) (err error) {
	defer s.done(&err)
	if err := s.Library.RemoveLook(s.ctx, domain.NamedLookID(id)); err != nil {
		return err
	}
	s.Events.Changed(TopicLibrary, []string{})
	return nil
}

func (s *LibraryService) lookChanged(l domain.NamedLook, err error) (NamedLook, error) {
	if err != nil {
		return NamedLook{}, err
	}
	s.Events.Changed(TopicLibrary, []string{})
	return lookOf(l), nil
}

func lookOf(l domain.NamedLook) NamedLook {
	return NamedLook{ID: string(l.ID), Name: l.Name, Adjust: Adjustment(l.Adjust)}
}
