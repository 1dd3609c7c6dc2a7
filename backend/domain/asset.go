package domain

import "time"

// Asset is an original in the library.
type Asset struct {
	ID         AssetID
	Workspace  WorkspaceID
	SHA256     string // of the file as it was imported
	Kind       AssetKind
	Format     string // by content: "jpeg", "png", "gif", "webp", "tiff", "bmp", "heic", "avif", "mp4", "mov", "webm"
	Bytes      int64
	Width      int // px, as seen (orientation applied, adjusted)
	Height     int
	Turn       int   // EXIF orientation 1 to 8 of the stored picture
	DurationMs int64 // of video and animations, 0 if unknown
	Frames     int
	Name       string // the file's name when it was imported, made safe
	Reference  string // absolute path of the original if it stays where it is, "" if a copy is kept
	Alt        string
	Focus      *Point     // a place in the adjusted picture
	Adjust     Adjustment // how a person changed its look; the original stays as it is
	// PlainWidth and PlainHeight are what Width and Height were without Adjust; zero of an asset that the
	// database does not know.
	PlainWidth, PlainHeight int

	Tags       []string
	TakenAt    time.Time // when the picture was taken, zero if unknown
	Camera     string
	Place      *Place // where it was taken, as the file says; never published
	Warning    string // what an importer noticed ("damaged", "colours are approximate")
	ImportedAt time.Time
	DeletedAt  time.Time // zero unless in the bin
}

// AssetKind says how an asset is used.
type AssetKind string

// Every kind of asset.
const (
	AssetImage     AssetKind = "image"
	AssetAnimation AssetKind = "animation"
	AssetVideo     AssetKind = "video"
)

// Place is a position in degrees (WGS 84).
type Place struct {
	Latitude  float64
	Longitude float64
}

// Rendition is a picture made from an asset. It can always be made again.
type Rendition struct {
	Asset     AssetID
	Recipe    string // hash of what was asked: size, fit, focus, format, limits, version of the pipeline
	SHA256    string
	Format    string
	Width     int
	Height    int
	Bytes     int64
	Quality   int    // of JPEG, 0 if the original passed through
	Passed    bool   // the original's own pixels, only its metadata removed
	Preset    string // the size it was made for, as the asset says how; "" for the whole picture or a part that only one post shows
	Basis     string // hash of the size's recipe before a network's limits, "" without Preset
	CreatedAt time.Time
}
