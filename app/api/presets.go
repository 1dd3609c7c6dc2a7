package api

import (
	"context"
	"errors"
	"io"
	"strings"

	"postbag/backend/batch"
	"postbag/backend/domain"
	"postbag/backend/library"
	"postbag/backend/presets"
	"postbag/backend/render"
)

// PresetService knows sizes and makes pictures in them.
type PresetService struct{ *base }

// Preset is one size.
type Preset struct {
	ID         string   `json:"id"`
	Network    string   `json:"network"` // "" for a size of one's own
	Label      string   `json:"label"`   // what people call the network, "" for a size of one's own
	Title      string   `json:"title"`
	Usual      bool     `json:"usual"` // one of the few that most people need
	Kind       string   `json:"kind"`  // "image" or "video"
	Width      int      `json:"width"`
	Height     int      `json:"height"`
	Fit        string   `json:"fit"`      // "cover", "contain" or "inside"
	Formats    []string `json:"formats"`  // accepted, the best first
	MaxBytes   int64    `json:"maxBytes"` // 0: no known limit
	Shape      string   `json:"shape"`
	Confidence string   `json:"confidence"`
	Sources    []string `json:"sources"`
	Date       string   `json:"date"`
	Note       string   `json:"note"`
	Safe       *Margins `json:"safe"` // null: nothing is known to be covered
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
	if p.SafeArea != nil {
		dto.Safe = &Margins{Top: p.SafeArea.Top, Right: p.SafeArea.Right, Bottom: p.SafeArea.Bottom, Left: p.SafeArea.Left}
	}
	if len(dto.Formats) == 0 {
		dto.Formats = []string{string(render.JPEG), string(render.PNG)}
	}
	return dto
}

// RenderRequest names pictures and the sizes to make of them.
type RenderRequest struct {
	Files   []string `json:"files"`
	Assets  []string `json:"assets"`
	All     bool     `json:"all"`     // every built-in size for pictures
	Presets []string `json:"presets"` // ids of sizes
	Own     string   `json:"own"`     // sizes of one's own, as a JSON list
	Out     string   `json:"out"`     // the folder
	Jobs    int      `json:"jobs"`    // pictures at once; 0: the number of processors
	Quality int      `json:"quality"` // of JPEG; 0: each size's own
}

// Rendered says what was made.
type Rendered struct {
	Files  []RenderedFile  `json:"files"`
	Failed []RenderFailure `json:"failed"`
}

// RenderedFile is one file that was written.
type RenderedFile struct {
	Source  string `json:"source"`
	Preset  string `json:"preset"`
	Path    string `json:"path"`
	Width   int    `json:"width"`
	Height  int    `json:"height"`
	Bytes   int64  `json:"bytes"`
	Quality int    `json:"quality"`
	Smaller bool   `json:"smaller"` // the picture was too small for the size asked for
	Passed  bool   `json:"passed"`  // the original itself
}

// RenderFailure says why a picture, or one size of it, was not made.
type RenderFailure struct {
	Source  string `json:"source"`
	Preset  string `json:"preset"`
	Code    string `json:"code"`
	Message string `json:"message"`
}

// TaskRender is the task name of a rendering's progress.
const TaskRender = "render"

// Render makes every picture in every size. A bad picture is in Failed and the rest goes on.
func (s *PresetService) Render(r RenderRequest) (_ Rendered, err error) {
	defer s.done(&err)
	sizes, err := s.sizesOf(r)
	if err != nil {
		return Rendered{}, err
	}
	sources := make([]batch.Source, 0, len(r.Files)+len(r.Assets))
	for _, path := range r.Files {
		sources = append(sources, batch.File(path))
	}
	for _, id := range r.Assets {
		source, err := s.source(domain.AssetID(id))
		if err != nil {
			return Rendered{}, err
		}
		sources = append(sources, source)
	}
	result, err := batch.Run(s.ctx, s.base.Render, sources, sizes, batch.Options{Out: r.Out, Jobs: r.Jobs, Quality: r.Quality},
		func(done, total int) { s.Events.Progress(TaskRender, int64(done), int64(total)) })
	out := Rendered{Files: []RenderedFile{}, Failed: []RenderFailure{}}
	for _, f := range result.Files {
		out.Files = append(out.Files, RenderedFile(f))
	}
	for _, f := range result.Failed {
		out.Failed = append(out.Failed, RenderFailure{
			Source: f.Source, Preset: f.Preset, Code: renderCode(f.Err), Message: sentence(f.Err.Error()),
		})
	}
	return out, err
}

func (s *PresetService) sizesOf(r RenderRequest) ([]presets.Preset, error) {
	switch {
	case r.Own != "":
		return presets.Parse(strings.NewReader(r.Own))
	case r.All || len(r.Presets) > 0:
		set, err := s.set()
		if err != nil {
			return nil, err
		}
		if r.All {
			return set.Pictures(), nil
		}
		return set.Find(r.Presets...)
	}
	return nil, &domain.FieldError{Field: "presets", Message: "say which sizes to make"}
}

func (s *PresetService) source(id domain.AssetID) (batch.Source, error) {
	a, err := s.Library.Get(s.ctx, id)
	if err != nil {
		return batch.Source{}, err
	}
	source := batch.Source{Name: a.Name, Path: a.Reference, Open: func(ctx context.Context) (io.ReadSeekCloser, int64, error) {
		f, err := s.Library.Open(ctx, a)
		return f, a.Bytes, err
	}}
	return source, s.cropsOf(&source, a)
}

// renderCode is the stable word for why a picture was not made: the library's own where it has one.
func renderCode(err error) string {
	for _, known := range []struct {
		is   error
		code string
	}{
		{render.ErrEmpty, library.CodeEmpty},
		{render.ErrFormat, library.CodeUnknownFormat},
		{render.ErrUnsupported, library.CodeUnsupported},
		{render.ErrDamaged, library.CodeDamaged},
		{render.ErrTooManyPixels, library.CodeTooManyPixels},
		{render.ErrTooLarge, library.CodeTooLarge},
		{render.ErrDoesNotFit, "does_not_fit"},
		{batch.ErrNotAFile, library.CodeNotAFile},
		{batch.ErrOverwrite, "would_overwrite"},
		{library.ErrMissing, library.CodeNotFound},
	} {
		if errors.Is(err, known.is) {
			return known.code
		}
	}
	return string(ErrorOf(err).Code)
}
