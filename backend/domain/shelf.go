package domain

import "time"

// Shelved is what a list of thousands needs of an asset.
type Shelved struct {
	ID          AssetID
	Seq         int64 // rises from each import to the next
	Kind        AssetKind
	Format      string
	Width       int // px, as seen, adjusted
	Height      int
	Adjusted    string // Adjustment.Key; "": not
	Bytes       int64
	DurationMs  int64
	Name        string
	Alt         string
	Camera      string
	Reference   string
	Focused     bool      // somebody chose a focal point
	TakenAt     time.Time // zero if unknown
	ImportedAt  time.Time
	DeletedAt   time.Time // zero unless in the bin
	Batch       string    // the import that brought it, "" for old ones
	Look        *Look     // nil: not looked at yet
	Tags        []string
	Collections []CollectionID // those it was put into by hand
	Posts       []string       // the texts of the posts that use it, the bin's left out
}

// ShelfMark is a moment in the history of everything that a list of assets shows; 0 is the beginning.
type ShelfMark int64

// ShelfChange is what has become of a workspace's assets since a mark.
type ShelfChange struct {
	Mark        ShelfMark // now
	Unknown     bool      // it is too long ago to say: all may be another
	Assets      []Shelved // those that are new or changed, as they are now, the first imported first
	Gone        []int64   // the Seq of those that are no more, or another workspace's; rising
	Collections bool      // their names or queries may be others
}

// Look is what the program sees in a picture.
type Look struct {
	Colour int    // the average as 0xrrggbb; -1 where there is no picture
	Hash   uint64 // near hashes are pictures that look alike
}

// CollectionID identifies a collection.
type CollectionID string

// Collection is a named choice of assets: put in by hand, or found by a query.
type Collection struct {
	ID        CollectionID
	Workspace WorkspaceID
	Name      string
	Query     string // "" for one filled by hand
	CreatedAt time.Time
}

// Crop is a part of a picture as seen, in shares of its width and height.
type Crop struct {
	X      float64 `json:"x"`
	Y      float64 `json:"y"`
	Width  float64 `json:"width"`
	Height float64 `json:"height"`
}

// Inside reports whether the part lies within the picture and is not empty.
func (c Crop) Inside() bool { // written so that a NaN is outside
	return c.X >= 0 && c.Y >= 0 && c.Width > 0 && c.Height > 0 && c.X+c.Width <= 1.000001 && c.Y+c.Height <= 1.000001
}

// Use is one place where a post uses an asset.
type Use struct {
	Post      PostID
	Text      string // of the post
	UpdatedAt time.Time
}

// WatchedID identifies a watched folder.
type WatchedID string

// Watched is a folder whose new pictures come into the library by themselves.
type Watched struct {
	ID        WatchedID
	Workspace WorkspaceID
	Path      string // absolute
	Recursive bool
	Reference bool // the originals stay there; no copy is kept
	AddedAt   time.Time
}
