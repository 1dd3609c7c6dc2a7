// Package library keeps the originals people publish: photographs, drawings, animations, videos.
//
// Import reads files and folders. Each file is judged by its content, hashed, decoded once for its
// thumbnails (which proves that it can be), copied into the content store, and only then entered in
// the database; so an import may be killed anywhere and repeated, and never leaves half an asset. A
// bad file is reported with a code and the rest goes on. The same content is one asset, whatever
// its name. An original can also stay where it is (a reference); then Open proves that it is still
// the file that was imported.
//
// Fit makes what a network gets: the original when it fits, without its metadata, else the best
// rendition within the network's limits. Where a picture was taken is read and shown, never sent.
package library

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"postbag/backend/domain"
	"postbag/backend/render"
)

// Errors about an original. Compare with errors.Is.
var (
	// ErrMissing says that an original is not where it was, or is no longer the file that was imported.
	ErrMissing = errors.New("the original is missing or was changed")
	// ErrNoPicture says that there is nothing to show: a video, or a kind of picture not readable here.
	ErrNoPicture = errors.New("there is no picture to show")
	// ErrDoesNotFit says that a network does not take a medium and nothing can be made of it.
	ErrDoesNotFit = errors.New("the network does not take this")
)

// Store is what this package needs of the database. Every method is one transaction.
type Store interface {
	// AddAsset keeps a new asset or finds the workspace's asset of the same content, and remembers
	// the file at path.
	AddAsset(ctx context.Context, a domain.Asset, path string, modified time.Time) (_ domain.Asset, added bool, err error)
	// SeenImport returns what the file at path became if its size and time are still the same.
	SeenImport(ctx context.Context, w domain.WorkspaceID, path string, bytes int64, modified time.Time) (domain.Asset, bool, error)
	// Asset returns an asset, from the bin too, or domain.ErrNotFound.
	Asset(ctx context.Context, id domain.AssetID) (domain.Asset, error)
	// AssetsBySHA returns the assets of these contents that a workspace has outside of the bin.
	AssetsBySHA(ctx context.Context, w domain.WorkspaceID, sha256s []string) (map[string]domain.Asset, error)
	// Assets returns a page of a workspace's assets, the last imported first.
	Assets(ctx context.Context, w domain.WorkspaceID, bin bool, query string, after domain.AssetID, limit int) ([]domain.Asset, error)
	// PostsOf returns the posts that use an asset.
	PostsOf(ctx context.Context, id domain.AssetID) ([]domain.PostID, error)
	SetAlt(ctx context.Context, id domain.AssetID, alt string) (domain.Asset, error)
	SetFocus(ctx context.Context, id domain.AssetID, focus *domain.Point) (domain.Asset, error)
	SetTags(ctx context.Context, id domain.AssetID, add, remove []string) (domain.Asset, error)
	SetReference(ctx context.Context, id domain.AssetID, path string) (domain.Asset, error)
	BinAsset(ctx context.Context, id domain.AssetID) error
	UnbinAsset(ctx context.Context, id domain.AssetID) error
	// PurgeAsset forgets a binned asset; domain.ErrNotAllowed if a post uses it.
	PurgeAsset(ctx context.Context, id domain.AssetID) error
	// Rendition returns what a recipe made of an asset, or domain.ErrNotFound.
	Rendition(ctx context.Context, id domain.AssetID, recipe string) (domain.Rendition, error)
	// PutRendition remembers it.
	PutRendition(ctx context.Context, r domain.Rendition) error
	shelfStore
	watchStore
}

// shelfStore is what keeping thousands in order needs.
type shelfStore interface {
	// Change grows with every write, by any process.
	Change(ctx context.Context) (int64, error)
	// Shelf returns all assets of a workspace, the bin's too, the first imported first, and the mark of now.
	Shelf(ctx context.Context, w domain.WorkspaceID) ([]domain.Shelved, domain.ShelfMark, error)
	// ShelfChange returns what has become of them since a mark.
	ShelfChange(ctx context.Context, w domain.WorkspaceID, since domain.ShelfMark) (domain.ShelfChange, error)
	PutLooks(ctx context.Context, looks map[domain.AssetID]domain.Look) error
	// Batch says that assets came by one import.
	Batch(ctx context.Context, ids []domain.AssetID, batch string) error
	// Uses returns the posts that use an asset, the last changed first.
	Uses(ctx context.Context, id domain.AssetID) ([]domain.Use, error)
	// CollectionsOf returns the collections an asset was put into.
	CollectionsOf(ctx context.Context, id domain.AssetID) ([]domain.CollectionID, error)
	Crops(ctx context.Context, id domain.AssetID) (map[string]domain.Crop, error)
	SetCrop(ctx context.Context, id domain.AssetID, preset string, c *domain.Crop) error
	adjustStore
	Collections(ctx context.Context, w domain.WorkspaceID) ([]domain.Collection, error)
	AddCollection(ctx context.Context, c domain.Collection) (domain.Collection, error)
	ChangeCollection(ctx context.Context, id domain.CollectionID, name, query string) (domain.Collection, error)
	RemoveCollection(ctx context.Context, id domain.CollectionID) error
	Collect(ctx context.Context, id domain.CollectionID, assets []domain.AssetID) error
	Uncollect(ctx context.Context, id domain.CollectionID, assets []domain.AssetID) error
	TagAssets(ctx context.Context, ids []domain.AssetID, add, remove []string) error
	RenameTag(ctx context.Context, w domain.WorkspaceID, from, to string) error
	MergeAssets(ctx context.Context, keep domain.AssetID, others []domain.AssetID) (domain.Asset, error)
	BinAssets(ctx context.Context, ids []domain.AssetID, bin bool) error
	// BinnedBefore returns what has been in the bin since before a time and no post uses.
	BinnedBefore(ctx context.Context, w domain.WorkspaceID, before time.Time) ([]domain.AssetID, error)
}

// watchStore remembers the folders of this machine that are watched.
type watchStore interface {
	// Imported reports whether the file at path was imported with this size and time, whatever
	// became of it.
	Imported(ctx context.Context, w domain.WorkspaceID, path string, bytes int64, modified time.Time) (bool, error)
	// Watched returns those of a workspace, or all if w is "".
	Watched(ctx context.Context, w domain.WorkspaceID) ([]domain.Watched, error)
	Watch(ctx context.Context, f domain.Watched) (domain.Watched, error)
	Unwatch(ctx context.Context, id domain.WatchedID) error
}

// Files keeps contents by their SHA-256 (lower-case hex). A content appears whole or not at all.
type Files interface {
	// Put stores everything r gives, once.
	Put(ctx context.Context, r io.Reader) (sha256 string, bytes int64, err error)
	// Open fails with fs.ErrNotExist; reading to the end fails if the content was altered.
	Open(sha256 string) (io.ReadSeekCloser, error)
	// Size fails with fs.ErrNotExist.
	Size(sha256 string) (int64, error)
}

// Folder keeps small files by relative names with slashes. A write is whole or not at all.
type Folder interface {
	ReadFile(name string) ([]byte, error)
	WriteFile(name string, data []byte) error
}

// Frames shows what a video looks like.
type Frames interface {
	// There reports whether Poster can work here at all.
	There(ctx context.Context) bool
	// Poster returns a JPEG of a moment of the video of a format at path, at most side pixels on a side.
	Poster(ctx context.Context, path string, f render.Format, length time.Duration, side int) ([]byte, error)
}

// Parts are what a Service is made of. All but the last three are needed.
type Parts struct {
	Store  Store
	Files  Files
	Folder Folder // thumbnails live under "thumbs/" in it
	Engine *render.Engine
	// SafeName makes any text a harmless file name.
	SafeName func(string) string
	// FFprobe is the program that knows about videos, "" where there is none.
	FFprobe string
	// Frames makes the thumbnails of videos; nil: they have none.
	Frames Frames
	// Path returns where Files keeps a content; nil: nowhere in particular.
	Path func(sha256 string) (string, error)
}

// Service is what people do with the library.
type Service struct {
	p       Parts
	shelves shelves
	dark    dark
}

// New returns a service.
func New(p Parts) *Service {
	return &Service{p: p, shelves: shelves{kept: map[domain.WorkspaceID]*stock{}}}
}

// Get returns an asset, from the bin too, or domain.ErrNotFound.
func (s *Service) Get(ctx context.Context, id domain.AssetID) (domain.Asset, error) {
	a, err := s.p.Store.Asset(ctx, id)
	if err != nil {
		return a, fmt.Errorf("asset %.40q: %w", id, err)
	}
	return a, nil
}

// Shown is an asset with the posts that use it.
type Shown struct {
	domain.Asset
	UsedBy []domain.PostID
}

// Show returns an asset and where it is used.
func (s *Service) Show(ctx context.Context, id domain.AssetID) (Shown, error) {
	a, err := s.Get(ctx, id)
	if err != nil {
		return Shown{}, err
	}
	posts, err := s.p.Store.PostsOf(ctx, id)
	if err != nil {
		return Shown{}, fmt.Errorf("asset %.40q: %w", id, err)
	}
	return Shown{Asset: a, UsedBy: posts}, nil
}
