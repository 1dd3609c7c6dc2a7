package api

import (
	"strings"

	"postbag/backend/domain"
	"postbag/backend/library"
)

// LibraryService keeps the originals that posts use.
type LibraryService struct {
	*base
	jobs       *imports
	background *unhurried
}

// Asset is an original.
type Asset struct {
	ID         string   `json:"id"`
	SHA256     string   `json:"sha256"`
	Kind       string   `json:"kind"` // "image", "animation" or "video"
	Format     string   `json:"format"`
	Bytes      int64    `json:"bytes"`
	Width      int      `json:"width"`  // px, as seen
	Height     int      `json:"height"` // px, as seen
	DurationMs int64    `json:"durationMs"`
	Frames     int      `json:"frames"`
	Name       string   `json:"name"`
	Reference  string   `json:"reference"` // where the original is if no copy is kept; "" otherwise
	Alt        string   `json:"alt"`
	Focus      *Point   `json:"focus"` // null: the middle
	Tags       []string `json:"tags"`
	TakenMs    int64    `json:"takenMs"` // 0: not known
	Camera     string   `json:"camera"`
	Place      *Place   `json:"place"` // null: not known; never published
	Warning    string   `json:"warning"`
	// How it is changed in how it looks, and a short name of that, "" for not at all: the address of its picture
	// has it, as its v.
	Adjust   Adjustment `json:"adjust"`
	Adjusted string     `json:"adjusted"`

	ImportedMs int64    `json:"importedMs"`
	DeletedMs  int64    `json:"deletedMs"` // 0 unless in the bin
	UsedBy     []string `json:"usedBy"`    // posts; filled in by Show alone
	// Filled in by Show alone: what uses it, the last changed first, the collections it was put into,
	// and the path of the file that holds it.
	Uses        []AssetUse `json:"uses"`
	Collections []string   `json:"collections"`
	Path        string     `json:"path"`
	Away        bool       `json:"away"` // the original is not where it was; filled in by Show alone
}

// AssetUse is a post that uses an asset.
type AssetUse struct {
	Post      string `json:"post"`
	Title     string `json:"title"` // the beginning of its text
	UpdatedMs int64  `json:"updatedMs"`
}

// Place is where a picture was taken, in degrees (WGS 84).
type Place struct {
	Latitude  float64 `json:"latitude"`
	Longitude float64 `json:"longitude"`
}

// ImportAssets names files and folders to import.
type ImportAssets struct {
	Workspace string   `json:"workspace"`
	Paths     []string `json:"paths"`
	Recursive bool     `json:"recursive"` // folders in folders too
	Reference bool     `json:"reference"` // keep no copy
}

// ImportedAssets says what became of every file.
type ImportedAssets struct {
	Imported   int             `json:"imported"`
	Duplicates int             `json:"duplicates"`
	Failed     []FileFailure   `json:"failed"`
	Assets     []ImportedAsset `json:"assets"` // in the order of the files, duplicates included
}

// ImportedAsset is a file that is in the library now.
type ImportedAsset struct {
	Asset     Asset  `json:"asset"`
	Path      string `json:"path"`
	Duplicate bool   `json:"duplicate"`
}

// FileFailure says why a file could not be used.
type FileFailure struct {
	Path    string `json:"path"`
	Code    string `json:"code"`
	Message string `json:"message"`
}

// TaskImport is the task name of an import's progress.
const TaskImport = "import"

// Import brings files and folders into the library. A bad file is in Failed and the rest goes on.
func (s *LibraryService) Import(r ImportAssets) (_ ImportedAssets, err error) {
	defer s.done(&err)
	result, err := s.Library.Import(s.ctx, domain.WorkspaceID(r.Workspace), r.Paths,
		library.Options{Recursive: r.Recursive, Reference: r.Reference},
		func(p library.Progress) { s.Events.Progress(TaskImport, int64(p.Done), int64(p.Total)) })
	out := ImportedAssets{Imported: result.Imported, Duplicates: result.Duplicates, Failed: []FileFailure{}, Assets: []ImportedAsset{}}
	for _, f := range result.Failed {
		out.Failed = append(out.Failed, FileFailure{Path: f.Path, Code: f.Code, Message: sentence(f.Message)})
	}
	for _, a := range result.Assets {
		out.Assets = append(out.Assets, ImportedAsset{Asset: assetOf(a.Asset), Path: a.Path, Duplicate: a.Duplicate})
	}
	if out.Imported > 0 {
		s.Events.Changed(TopicLibrary, []string{})
	}
	return out, err
}

// ListAssets asks for a page of assets.
type ListAssets struct {
	Workspace string `json:"workspace"`
	Query     string `json:"query"`
	Bin       bool   `json:"bin"`
	After     string `json:"after"`
	Limit     int    `json:"limit"` // 0: 100
}

// AssetPage is one page of a list.
type AssetPage struct {
	Assets []Asset `json:"assets"`
	Next   string  `json:"next"` // for After; "" at the end
}

// List returns a workspace's assets, the last imported first.
func (s *LibraryService) List(r ListAssets) (_ AssetPage, err error) {
	defer s.done(&err)
	page, err := s.Library.List(s.ctx, domain.WorkspaceID(r.Workspace),
		library.Query{Text: r.Query, Bin: r.Bin, After: domain.AssetID(r.After), Limit: r.Limit})
	if err != nil {
		return AssetPage{}, err
	}
	out := AssetPage{Assets: make([]Asset, len(page.Assets)), Next: string(page.Next)}
	for i, a := range page.Assets {
		out.Assets[i] = assetOf(a)
	}
	return out, nil
}

// Show returns an asset and where it is used.
func (s *LibraryService) Show(id string) (_ Asset, err error) {
	defer s.done(&err)
	shown, err := s.Library.Show(s.ctx, domain.AssetID(id))
	if err != nil {
		return Asset{}, err
	}
	out := assetOf(shown.Asset)
	for _, p := range shown.UsedBy {
		out.UsedBy = append(out.UsedBy, string(p))
	}
	return out, s.surroundings(&out, shown.Asset)
}

// surroundings fills in what an asset alone does not say.
func (s *LibraryService) surroundings(out *Asset, a domain.Asset) error {
	uses, err := s.Library.Uses(s.ctx, a.ID)
	if err != nil {
		return err
	}
	for _, u := range uses {
		out.Uses = append(out.Uses, AssetUse{Post: string(u.Post), Title: beginning(u.Text), UpdatedMs: millis(u.UpdatedAt)})
	}
	held, err := s.Library.CollectionsOf(s.ctx, a.ID)
	if err != nil {
		return err
	}
	for _, id := range held {
		out.Collections = append(out.Collections, string(id))
	}
	out.Path, out.Away = a.Reference, a.Reference != "" && s.Library.Away(s.ctx, a)
	if a.Reference == "" && s.Dir != nil {
		if out.Path, err = s.Dir.Media().Path(a.SHA256); err != nil {
			out.Path, out.Away = "", true
		}
	}
	return nil
}

// beginning is the first line of a post's text that says anything, cut to a title.
func beginning(text string) string {
	for line := range strings.Lines(text) {
		if line = strings.Join(strings.Fields(line), " "); line != "" {
			if runes := []rune(line); len(runes) > 80 {
				return string(runes[:79]) + "…"
			}
			return line
		}
	}
	return ""
}

// TagAsset says which tags to add and to take off.
type TagAsset struct {
	ID     string   `json:"id"`
	Add    []string `json:"add"`
	Remove []string `json:"remove"`
}

// Tag adds and takes off tags.
func (s *LibraryService) Tag(r TagAsset) (_ Asset, err error) {
	defer s.done(&err)
	a, err := s.Library.Tag(s.ctx, domain.AssetID(r.ID), r.Add, r.Remove)
	return s.changed(a, err)
}

// SetAlt describes an asset for people who cannot see it.
func (s *LibraryService) SetAlt(id, alt string) (_ Asset, err error) {
	defer s.done(&err)
	a, err := s.Library.SetAlt(s.ctx, domain.AssetID(id), alt)
	return s.changed(a, err)
}

// SetFocus says what of a picture must stay in view.
type SetFocus struct {
	ID    string `json:"id"`
	Focus *Point `json:"focus"` // null: the middle
}

// SetFocus says what of a picture must stay in view.
func (s *LibraryService) SetFocus(r SetFocus) (_ Asset, err error) {
	defer s.done(&err)
	var focus *domain.Point
	if r.Focus != nil {
		focus = &domain.Point{X: r.Focus.X, Y: r.Focus.Y}
	}
	a, err := s.Library.SetFocus(s.ctx, domain.AssetID(r.ID), focus)
	return s.changed(a, err)
}

// Locate says where the original of a referenced asset is now.
func (s *LibraryService) Locate(id, path string) (_ Asset, err error) {
	defer s.done(&err)
	a, err := s.Library.Locate(s.ctx, domain.AssetID(id), path)
	return s.changed(a, err)
}

// Remove moves an asset to the bin. Posts that use it keep it.
func (s *LibraryService) Remove(id string) (err error) {
	defer s.done(&err)
	if err := s.Library.Remove(s.ctx, domain.AssetID(id)); err != nil {
		return err
	}
	s.Events.Changed(TopicLibrary, []string{id})
	return nil
}

// Unbin takes an asset out of the bin.
func (s *LibraryService) Unbin(id string) (_ Asset, err error) {
	defer s.done(&err)
	if err := s.Library.Unbin(s.ctx, domain.AssetID(id)); err != nil {
		return Asset{}, err
	}
	a, err := s.Library.Get(s.ctx, domain.AssetID(id))
	return s.changed(a, err)
}

func (s *LibraryService) changed(a domain.Asset, err error) (Asset, error) {
	if err != nil {
		return Asset{}, err
	}
	s.Events.Changed(TopicLibrary, []string{string(a.ID)})
	return assetOf(a), nil
}

func assetOf(a domain.Asset) Asset {
	out := Asset{
		ID: string(a.ID), SHA256: a.SHA256, Kind: string(a.Kind), Format: a.Format, Bytes: a.Bytes, Width: a.Width, Height: a.Height,
		DurationMs: a.DurationMs, Frames: a.Frames, Name: a.Name, Reference: a.Reference, Alt: a.Alt, Focus: pointOf(a.Focus),
		Tags: append([]string{}, a.Tags...), TakenMs: millis(a.TakenAt), Camera: a.Camera, Warning: a.Warning,
		ImportedMs: millis(a.ImportedAt), DeletedMs: millis(a.DeletedAt), UsedBy: []string{},
		Uses: []AssetUse{}, Collections: []string{}, Adjust: Adjustment(a.Adjust), Adjusted: a.Adjust.Key(),
	}
	if a.Place != nil {
		out.Place = &Place{Latitude: a.Place.Latitude, Longitude: a.Place.Longitude}
	}
	return out
}
