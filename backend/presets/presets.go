// Package presets knows which sizes networks show pictures in, and reads sizes of a person's own.
//
// The built-in ones are data, in presets.json: placements of networks with their pixels, how a
// picture meets them, accepted formats, the byte limit, and the margins that a network's interface
// covers. Every entry names its sources with their dates, and how sure it is: "high" is an official
// page that a second source agrees with, "medium" one good source or slightly different ones, "low"
// common practice. Networks change these figures often; they are defaults, and what a server says
// about itself is always right.
//
// A preset says what is wanted and renders nothing; turning it into a recipe is for the program
// that joins the two.
package presets

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

//go:embed presets.json
var builtIn []byte

// Fits a preset may ask for.
const (
	Cover   = "cover"   // exactly the size; what overhangs is cut off around the focal point
	Contain = "contain" // exactly the size; what is missing is filled up with the background
	Inside  = "inside"  // whole, within the size, never enlarged
)

// Kinds of media a preset is for.
const (
	Image = "image"
	Video = "video"
)

// ErrUnknown is a preset id that does not exist.
var ErrUnknown = errors.New("no such preset")

// ErrInvalid is a preset, or a file of presets, that makes no sense.
var ErrInvalid = errors.New("invalid preset")

// Preset is one size to make.
type Preset struct {
	ID      string `json:"id"`                // unique, such as "web/og-image"
	Network string `json:"network,omitempty"` // the label of a built-in preset's target; empty for own ones
	Title   string `json:"title,omitempty"`
	Usual   bool   `json:"usual,omitempty"` // one of the few that most people need
	Kind    string `json:"kind,omitempty"`  // Image or Video
	Width   int    `json:"width"`           // px; for Inside one of the two may be zero
	Height  int    `json:"height"`
	Fit     string `json:"fit"`
	// Formats are the accepted file formats ("jpeg", "png", "webp", "gif", "pdf", "mp4", "mov" …), preferred first. Empty
	// means JPEG and PNG.
	Formats  []string  `json:"formats,omitempty"`
	MaxBytes int64     `json:"max_bytes,omitempty"` // zero: no known limit
	Shape    string    `json:"shape,omitempty"`     // "circle" or "rounded" where the network cuts the corners
	SafeArea *SafeArea `json:"safe_area,omitempty"`

	MinWidth   int `json:"min_width,omitempty"` // px
	MinHeight  int `json:"min_height,omitempty"`
	MinSeconds int `json:"min_seconds,omitempty"` // of a video
	MaxSeconds int `json:"max_seconds,omitempty"`

	Sources    []string `json:"sources,omitempty"`    // names; Set.Source has the whole of them
	Date       string   `json:"date,omitempty"`       // of the newest source, such as "2026-09"
	Confidence string   `json:"confidence,omitempty"` // "high", "medium" or "low"
	Note       string   `json:"note,omitempty"`

	// The rest is for own presets.
	Quality    int        `json:"quality,omitempty"`    // of JPEG, 1 to 100; zero is the usual
	Background string     `json:"background,omitempty"` // "#rrggbb"; empty is transparent or white
	Enlarge    bool       `json:"enlarge,omitempty"`    // allow pixels to be invented
	Watermark  *Watermark `json:"watermark,omitempty"`  // nil: none
}

// SafeArea are the margins in pixels that a network's interface may cover or crop.
type SafeArea struct {
	Top    int    `json:"top"`
	Right  int    `json:"right"`
	Bottom int    `json:"bottom"`
	Left   int    `json:"left"`
	Note   string `json:"note,omitempty"`
}

// Source is where figures come from and when that was read.
type Source struct {
	Name string `json:"name"`
	Date string `json:"date"`
}

// Set is a list of presets with unique ids. It does not change once made.
type Set struct {
	list    []Preset
	sources map[string]Source
	labels  map[string]string
	checked string
}

// BuiltIn returns the presets that come with the program.
func BuiltIn() (*Set, error) {
	var file struct {
		Checked string            `json:"checked"`
		Sources map[string]Source `json:"sources"`
		Labels  map[string]string `json:"labels"`
		Presets []Preset          `json:"presets"`
	}
	decoder := json.NewDecoder(bytes.NewReader(builtIn))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&file); err != nil {
		return nil, fmt.Errorf("read built-in presets: %w", err)
	}
	set := &Set{sources: file.Sources, labels: file.Labels, checked: file.Checked}
	return set.With(file.Presets)
}

// With returns s and more presets; it fails with ErrInvalid if one makes no sense or an id is taken.
func (s *Set) With(more []Preset) (*Set, error) {
	out := &Set{list: slices.Clone(s.list), sources: s.sources, labels: s.labels, checked: s.checked}
	seen := map[string]bool{}
	for _, p := range out.list {
		seen[strings.ToLower(p.ID)] = true
	}
	for i, p := range more {
		if err := p.Check(); err != nil {
			return nil, fmt.Errorf("preset %d (%q): %w", i+1, clip(p.ID), err)
		}
		key := strings.ToLower(p.ID)
		if seen[key] {
			return nil, fmt.Errorf("preset %d (%q): %w: the id is taken", i+1, p.ID, ErrInvalid)
		}
		seen[key] = true
		out.list = append(out.list, p)
	}
	return out, nil
}

// All returns every preset, in the order of the file.
func (s *Set) All() []Preset { return slices.Clone(s.list) }

// Pictures returns the presets that a picture can be made for.
func (s *Set) Pictures() []Preset {
	return slices.DeleteFunc(s.All(), func(p Preset) bool { return p.Kind != Image })
}

// Checked is the day the built-in figures were last compared with their sources.
func (s *Set) Checked() string { return s.checked }

// Source returns where a preset's figures come from, by one of the names in its Sources.
func (s *Set) Source(name string) (Source, bool) {
	source, ok := s.sources[name]
	return source, ok
}

// Label returns what people call the target of a built-in preset, "" for an own one's.
func (s *Set) Label(network string) string { return s.labels[network] }

// Find returns the presets with these ids, in this order, each once. An id that does not exist is
// ErrUnknown, with the nearest ones that do.
func (s *Set) Find(ids ...string) ([]Preset, error) {
	var out []Preset
	taken := map[string]bool{}
	for _, id := range ids {
		id = strings.TrimSpace(id)
		at := slices.IndexFunc(s.list, func(p Preset) bool { return strings.EqualFold(p.ID, id) })
		if at < 0 {
			return nil, fmt.Errorf("%w: %q%s", ErrUnknown, clip(id), s.suggest(id))
		}
		if p := s.list[at]; !taken[p.ID] {
			taken[p.ID] = true
			out = append(out, p)
		}
	}
	return out, nil
}

// suggest names up to five presets whose id shares a part with id.
func (s *Set) suggest(id string) string {
	network, placement, _ := strings.Cut(strings.ToLower(id), "/")
	var near []string
	for _, p := range s.list {
		has := func(part string) bool { return len(part) > 2 && strings.Contains(p.ID, part) }
		if has(placement) || has(network) {
			near = append(near, p.ID)
		}
	}
	if len(near) == 0 {
		return ""
	}
	return "; did you mean " + strings.Join(near[:min(len(near), 5)], ", ") + "?"
}
