package api

import (
	"postbag/backend/presets"
	"postbag/backend/render"
)

// PresetService knows sizes and makes pictures in them.
type PresetService struct {
	*base
	renders *renders
}

// Preset is one size.
type Preset struct {
	ID         string        `json:"id"`
	Network    string        `json:"network"` // "" for a size of one's own
	Label      string        `json:"label"`   // what people call the network, "" for a size of one's own
	Title      string        `json:"title"`
	Usual      bool          `json:"usual"` // one of the few that most people need
	Kind       string        `json:"kind"`  // "image" or "video"
	Width      int           `json:"width"`
	Height     int           `json:"height"`
	Fit        string        `json:"fit"`      // "cover", "contain" or "inside"
	Formats    []string      `json:"formats"`  // accepted, the best first
	MaxBytes   int64         `json:"maxBytes"` // 0: no known limit
	Shape      string        `json:"shape"`
	Confidence string        `json:"confidence"`
	Sources    []string      `json:"sources"`
	Date       string        `json:"date"`
	Note       string        `json:"note"`
	Safe       *Margins      `json:"safe"`    // null: nothing is known to be covered
	Quality    int           `json:"quality"` // of JPEG; 0: the usual
	Background string        `json:"background"`
	Enlarge    bool          `json:"enlarge"`
	Watermark  *OwnWatermark `json:"watermark"` // null: none
}

// Margins are px at the edges of a size that must stay free of what matters.
type Margins struct {
	Top    int `json:"top"`
	Right  int `json:"right"`
	Bottom int `json:"bottom"`
	Left   int `json:"left"`
}

// List returns the built-in sizes, and after them one's own.
func (s *PresetService) List() (_ []Preset, err error) {
	defer s.done(&err)
	set, err := s.set()
	if err != nil {
		return nil, err
	}
	out := []Preset{}
	for _, p := range set.All() {
		out = append(out, presetOf(p, set.Label(p.Network)))
	}
	return out, nil
}

func presetOf(p presets.Preset, label string) Preset {
	dto := Preset{
		ID: p.ID, Network: p.Network, Label: label, Title: p.Title, Usual: p.Usual, Kind: p.Kind, Width: p.Width, Height: p.Height,
		Fit: p.Fit, Formats: append([]string{}, p.Formats...), MaxBytes: p.MaxBytes, Shape: p.Shape, Confidence: p.Confidence,
		Sources: append([]string{}, p.Sources...), Date: p.Date, Note: p.Note,
	}
	dto.Quality, dto.Background, dto.Enlarge = p.Quality, p.Background, p.Enlarge
	if w := p.Watermark; w != nil {
		dto.Watermark = &OwnWatermark{Picture: w.Picture, Place: w.Place, Size: w.Size, Margin: w.Margin, Opacity: w.Opacity}
	}
	if p.SafeArea != nil {
		dto.Safe = &Margins{Top: p.SafeArea.Top, Right: p.SafeArea.Right, Bottom: p.SafeArea.Bottom, Left: p.SafeArea.Left}
	}
	if len(dto.Formats) == 0 {
		dto.Formats = []string{string(render.JPEG), string(render.PNG)}
	}
	return dto
}
