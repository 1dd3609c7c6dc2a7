package api

import (
	"context"
	"errors"
	"io"
	"maps"
	"strings"
	"sync"

	"postbag/backend/batch"
	"postbag/backend/domain"
	"postbag/backend/library"
	"postbag/backend/presets"
	"postbag/backend/render"
)

// RenderRequest names pictures and the sizes to make of them.
type RenderRequest struct {
	Files     []string `json:"files"`
	Assets    []string `json:"assets"`
	All       bool     `json:"all"`                 // every built-in size for pictures
	Presets   []string `json:"presets"`             // ids of sizes
	Own       string   `json:"own"`                 // sizes of one's own, as a JSON list
	Out       string   `json:"out"`                 // the folder; "" where Zip is set
	Jobs      int      `json:"jobs"`                // pictures at once; 0: the number of processors
	Quality   int      `json:"quality"`             // of JPEG; 0: each size's own
	Damaged   bool     `json:"damaged,omitempty"`   // make what there is of a damaged photograph, too
	Resume    bool     `json:"resume"`              // go on from what the same left in the folder, by a list that is kept there; a zip always
	Credit    string   `json:"credit,omitempty"`    // who made the pictures, written into JPEG files
	Copyright string   `json:"copyright,omitempty"` // whose they are, likewise
	Pattern   string   `json:"pattern"`             // of names, with tokens such as {name}; "": picture and size
	Zip       string   `json:"zip"`                 // one file for all of it instead of a folder; "": a folder
	Sheet     *Sheet   `json:"sheet"`               // a page with all pictures beside them; null: none
	Task      string   `json:"task"`                // a name of the caller's own, to stop it by; "": it cannot be stopped
}

// Sheet says how a contact sheet speaks. What is empty is English.
type Sheet struct {
	Language string            `json:"language"`
	Title    string            `json:"title"`
	Pictures string            `json:"pictures"` // the words before a number of pictures, files and bytes
	Files    string            `json:"files"`
	Size     string            `json:"size"`
	Names    map[string]string `json:"names"` // of sizes, by id; a size without one is called by its id
}

// Rendered says what was made.
type Rendered struct {
	Files   []RenderedFile  `json:"files"` // that are there now
	Failed  []RenderFailure `json:"failed"`
	Skipped int             `json:"skipped"` // how many of the files were there already and were not touched
	Bytes   int64           `json:"bytes"`   // of what was written
	Sheet   string          `json:"sheet"`   // the contact sheet, in a zip its name in it; "" for none
	Zip     string          `json:"zip"`     // "" for a folder
	Stopped bool            `json:"stopped"` // by a person; what was made is kept, and the same again goes on from there
}

// RenderedFile is one file that is there now.
type RenderedFile struct {
	Source  string `json:"source"`
	Preset  string `json:"preset"`
	Path    string `json:"path"` // in a zip, the name in it
	Width   int    `json:"width"`
	Height  int    `json:"height"`
	Bytes   int64  `json:"bytes"`
	Quality int    `json:"quality"`
	Smaller bool   `json:"smaller"` // the picture was too small for the size asked for
	Passed  bool   `json:"passed"`  // the original itself
	There   bool   `json:"there"`   // it was there already, and was not touched
	Damaged bool   `json:"damaged"` // only a part of the picture could be read
}

// RenderFailure says why a picture, or one size of it, was not made.
type RenderFailure struct {
	Source  string `json:"source"`
	Preset  string `json:"preset"`
	Code    string `json:"code"`
	Message string `json:"message"`
}

// TaskRender is the task name of a rendering's progress; a colon and RenderRequest.Task follow where
// that is set.
const TaskRender = "render"

// Render makes every picture in every size. A bad picture is in Failed and the rest goes on. With Resume,
// the same again makes only what is missing or out of date.
func (s *PresetService) Render(r RenderRequest) (_ Rendered, err error) {
	defer s.done(&err)
	options, err := optionsOf(r)
	if err != nil {
		return Rendered{}, err
	}
	sizes, err := s.sizesOf(r)
	if err != nil {
		return Rendered{}, err
	}
	if r.Sheet != nil {
		if options.Sheet, err = s.sheetOf(*r.Sheet, sizes); err != nil {
			return Rendered{}, err
		}
	}
	ctx, end, err := s.renders.begin(s.ctx, r.Task)
	if err != nil {
		return Rendered{}, err
	}
	defer end()
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
	for i, p := range sizes {
		if sizes[i], err = s.whole(p); err != nil {
			return Rendered{}, err
		}
	}
	task := TaskRender
	if r.Task != "" {
		task += ":" + r.Task
	}
	result, err := batch.Run(ctx, s.base.Render, sources, sizes, options,
		func(done, total int) { s.Events.Progress(task, int64(done), int64(total)) })
	out := renderedOf(result)
	if ctx.Err() != nil && s.ctx.Err() == nil {
		out.Stopped, err = true, nil
	}
	return out, err
}

// StopRender ends a rendering by its RenderRequest.Task. What it made is kept.
func (s *PresetService) StopRender(task string) (err error) {
	defer s.done(&err)
	return s.renders.stop(task)
}

// NamesLike returns what files of the first few pictures and sizes are called by a pattern in an empty
// folder, with ".jpg" for an ending, which is known only when they are made.
func (s *PresetService) NamesLike(r RenderRequest) (_ []string, err error) {
	defer s.done(&err)
	pattern, err := patternOf(r.Pattern)
	if err != nil {
		return nil, err
	}
	sizes, err := s.sizesOf(r)
	if err != nil {
		return nil, err
	}
	sources := []batch.Source{}
	for _, id := range r.Assets[:min(len(r.Assets), mostExamples)] {
		source, err := s.source(domain.AssetID(id))
		if err != nil {
			return nil, err
		}
		sources = append(sources, source)
	}
	names := batch.NamesLike(sources, sizes[:min(len(sizes), mostExamples)], pattern)
	for i := range names {
		names[i] += ".jpg"
	}
	return names, nil
}

// mostExamples bounds the pictures, and the sizes, of NamesLike.
const mostExamples = 3

func optionsOf(r RenderRequest) (batch.Options, error) {
	o := batch.Options{Out: r.Out, Zip: r.Zip, Jobs: r.Jobs, Quality: r.Quality, Damaged: r.Damaged, Resume: r.Resume, Credit: r.Credit, Copyright: r.Copyright}
	switch {
	case r.Out == "" && r.Zip == "":
		return o, &domain.FieldError{Field: "out", Message: "say which folder, or which zip, to write to"}
	case r.Out != "" && r.Zip != "":
		return o, &domain.FieldError{Field: "zip", Message: "it goes into a folder or into a zip, not into both"}
	}
	var err error
	o.Pattern, err = patternOf(r.Pattern)
	return o, err
}

// sheetOf gives the built-in sizes their own names where the caller has none.
func (s *PresetService) sheetOf(r Sheet, sizes []presets.Preset) (*batch.Sheet, error) {
	set, err := s.set()
	if err != nil {
		return nil, err
	}
	sheet := batch.Sheet(r)
	sheet.Names = map[string]string{}
	for _, p := range sizes {
		if p.Network != "" && p.Title != "" {
			sheet.Names[p.ID] = set.Label(p.Network) + ", " + p.Title
		}
	}
	maps.Copy(sheet.Names, r.Names)
	return &sheet, nil
}

func patternOf(text string) (presets.Pattern, error) {
	p, err := presets.ParsePattern(text)
	if err != nil {
		return p, &domain.FieldError{Field: "pattern", Message: err.Error()}
	}
	return p, nil
}

func renderedOf(result batch.Result) Rendered {
	out := Rendered{Files: []RenderedFile{}, Failed: []RenderFailure{}, Sheet: result.Sheet, Zip: result.Zip}
	for _, f := range result.Files {
		out.Files = append(out.Files, RenderedFile(f))
		if f.There {
			out.Skipped++
		} else {
			out.Bytes += f.Bytes
		}
	}
	for _, f := range result.Failed {
		out.Failed = append(out.Failed, RenderFailure{
			Source: f.Source, Preset: f.Preset, Code: renderCode(f.Err), Message: sentence(f.Err.Error()),
		})
	}
	return out
}

// renders are the renderings of this process that can be stopped.
type renders struct {
	mu    sync.Mutex
	stops map[string]context.CancelFunc
}

// begin returns the context of a rendering, and what to call at its end.
func (r *renders) begin(ctx context.Context, task string) (context.Context, func(), error) {
	if task == "" {
		return ctx, func() {}, nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.stops[task] != nil {
		return nil, nil, domain.ErrConflict
	}
	ctx, stop := context.WithCancel(ctx)
	r.stops[task] = stop
	return ctx, func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		delete(r.stops, task)
		stop()
	}, nil
}

func (r *renders) stop(task string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	stop := r.stops[task]
	if stop == nil {
		return domain.ErrNotFound
	}
	stop()
	return nil
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

// whole is a size with the picture of its watermark.
func (s *PresetService) whole(p presets.Preset) (presets.Preset, error) {
	if s.DB == nil {
		return p, nil
	}
	return WithPicture(s.ctx, s.DB, p)
}

func (s *PresetService) source(id domain.AssetID) (batch.Source, error) {
	a, err := s.Library.Get(s.ctx, id)
	if err != nil {
		return batch.Source{}, err
	}
	date := a.TakenAt
	if date.IsZero() {
		date = a.ImportedAt.Local()
	}
	source := batch.Source{Name: a.Name, Path: a.Reference, ID: string(a.ID), SHA256: a.SHA256, Date: date, Open: func(ctx context.Context) (io.ReadSeekCloser, int64, error) {
		f, err := s.Library.Open(ctx, a)
		return f, a.Bytes, err
	}}
	if len(a.Tags) > 0 {
		source.Tag = a.Tags[0]
	}
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
		{batch.ErrTaken, "taken"},
		{library.ErrMissing, library.CodeNotFound},
	} {
		if errors.Is(err, known.is) {
			return known.code
		}
	}
	return string(ErrorOf(err).Code)
}
