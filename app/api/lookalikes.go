package api

import "postbag/backend/domain"

// Alike is a group of pictures that look alike.
type Alike struct {
	Assets  []AlikeAsset `json:"assets"`  // the one to keep first
	Reasons []string     `json:"reasons"` // why: "used", "larger", "described", "older"; the strongest first
}

// AlikeAsset is one picture of a group.
type AlikeAsset struct {
	ID         string `json:"id"`
	Name       string `json:"name"`
	Width      int    `json:"width"`
	Height     int    `json:"height"`
	Bytes      int64  `json:"bytes"`
	ImportedMs int64  `json:"importedMs"`
	Described  bool   `json:"described"`
	Posts      int    `json:"posts"` // that use it
	Adjusted   string `json:"adjusted"`
}

// LookAlikes returns the groups of a workspace's pictures that look alike, those with the newest
// picture first.
func (s *LibraryService) LookAlikes(workspace string) (_ []Alike, err error) {
	defer s.done(&err)
	groups, err := s.Library.Alike(s.ctx, domain.WorkspaceID(workspace))
	out := []Alike{}
	for _, g := range groups {
		dto := Alike{Assets: []AlikeAsset{}, Reasons: []string{}}
		for _, a := range g.Assets {
			dto.Assets = append(dto.Assets, AlikeAsset{
				ID: string(a.ID), Name: a.Name, Width: a.Width, Height: a.Height, Bytes: a.Bytes, Adjusted: a.Adjusted, ImportedMs: millis(a.ImportedAt),
				Described: a.Alt != "", Posts: len(a.Posts),
			})
		}
		for _, r := range g.Reasons {
			dto.Reasons = append(dto.Reasons, string(r))
		}
		out = append(out, dto)
	}
	return out, err
}

// MergeAssets makes one of assets that look alike.
type MergeAssets struct {
	Keep   string   `json:"keep"`
	Others []string `json:"others"`
}

// Merge makes one of assets that look alike: posts that use the others use the one that is kept, which
// gets their tags, their collections and, if it has none, their description. The others go to the
// bin. Posts that are in the queue already stay as they are.
func (s *LibraryService) Merge(r MergeAssets) (_ Asset, err error) {
	defer s.done(&err)
	a, err := s.Library.Merge(s.ctx, domain.AssetID(r.Keep), assetIDs(r.Others))
	if err != nil {
		return Asset{}, err
	}
	s.Events.Changed(TopicPosts, []string{})
	s.Events.Changed(TopicLibrary, []string{})
	return assetOf(a), nil
}
