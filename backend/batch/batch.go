// Package batch makes many pictures in many sizes: every source in every preset, into one folder or
// one zip.
//
// A source that cannot be read, and a size that cannot be made, is reported and the rest goes on.
// Each file appears whole or not at all, names are the same for the same call, and a source is never
// written over. With Options.Resume nothing is written over that was not made here: the output takes
// another name. A list in the folder (BookName) then says what each file was made of, so that the same
// export again makes only what is missing or out of date, also after it was stopped or killed. The package joins presets, which say
// what is wanted, to render, which makes it; it knows neither the library nor a network.
package batch

import (
	"context"
	"errors"
	"fmt"
	"image/color"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"postbag/backend/presets"
	"postbag/backend/render"
)

// Source is one picture.
type Source struct {
	Name  string // what it is called in results; outputs are named after its last part
	Path  string // where it is, so that it is not written over; "" if it is not a file of a person's
	Focus *render.Point
	Crops map[string]render.Rect // the part of the picture for a preset's id, instead of around Focus
	// Adjust changes how the picture looks; Focus and Crops are places in what comes of it.
	Adjust render.Adjustment
	Open   func(ctx context.Context) (io.ReadSeekCloser, int64, error)

	ID     string    // tells it from others of the same name over many exports; "" is its Path
	SHA256 string    // of its bytes; "" has it counted
	Date   time.Time // when it was taken, or came; zero if unknown
	Tag    string    // its first
}

// File returns the source for a file on disk.
func File(path string) Source {
	return Source{Name: path, Path: path, Open: func(context.Context) (io.ReadSeekCloser, int64, error) {
		f, err := os.Open(path)
		if err != nil {
			return nil, 0, err
		}
		info, err := f.Stat()
		if err == nil && !info.Mode().IsRegular() {
			err = ErrNotAFile
		}
		if err != nil {
			return nil, 0, errors.Join(err, f.Close())
		}
		return f, info.Size(), nil
	}}
}

// Recipe is what makes a preset, by its id, of this source: of what people chose about the picture.
func (s Source) Recipe(r render.Recipe, preset string) render.Recipe {
	r.Focus, r.Adjust = s.Focus, s.Adjust
	if crop, ok := s.Crops[preset]; ok {
		r.Crop, r.Focus = &crop, nil
	}
	return r
}

// Errors of one source or size. Compare with errors.Is.
var (
	ErrNotAFile  = errors.New("it is not a file")
	ErrOverwrite = errors.New("it would write over one of the pictures it is made from")
)

// Options say how to make the files.
type Options struct {
	Out     string // the folder, made if it is not there; unused where Zip is set
	Zip     string // the path of one file for all of it, "" for a folder
	Jobs    int    // pictures at once; 0 is the number of processors
	Quality int    // of JPEG, 1 to 100; 0 is each preset's own
	Pattern presets.Pattern
	Sheet   *Sheet // a page with all pictures beside them; nil for none
	Damaged bool   // make what there is of a damaged photograph, too
	// Resume goes on from what an earlier export into the folder left, by a list that is kept there, and
	// writes over nothing else. Without it, outputs replace what has their names, and nothing else is
	// left in the folder. A zip is always resumed.
	Resume bool

	Credit, Copyright string // written into JPEG files; "" is nothing
}

// Made is one file that is there now.
type Made struct {
	Source, Preset string
	Path           string // of a zip, the name in it
	Width, Height  int
	Bytes          int64
	Quality        int  // of a JPEG made here, 0 otherwise
	Smaller        bool // the picture is smaller than the size asked for
	Passed         bool // the original itself, its metadata taken away
	There          bool // it was there already, and was left as it is
	Damaged        bool // only a part of the picture could be read
}

// Failed says why a source, or one size of it, was not made.
type Failed struct {
	Source string
	Preset string // "" if nothing could be made of the source
	Err    error
}

// Result is everything that was made and what was not, by source and preset.
type Result struct {
	Files  []Made
	Failed []Failed
	Sheet  string // the path of the contact sheet, as in Made; "" for none
	Zip    string // the path of the zip, "" if none was made
}

// Run makes every source in every size. Its error means that it stopped early, because ctx ended
// or the folder cannot be written; the result then says what was made until there, which stays for
// the next run. progress may be nil; it is told after every source, by one goroutine at a time.
func Run(ctx context.Context, engine *render.Engine, sources []Source, sizes []presets.Preset, o Options, progress func(done, total int)) (Result, error) {
	if o.Quality < 0 || o.Quality > 100 {
		return Result{}, fmt.Errorf("%w: quality %d is not between 1 and 100", presets.ErrInvalid, o.Quality)
	}
	recipes := make([]render.Recipe, len(sizes))
	for i, p := range sizes {
		var err error
		if recipes[i], err = Recipe(p, o.Quality); err != nil {
			return Result{}, fmt.Errorf("preset %q: %w", p.ID, err)
		}
		recipes[i].Credit, recipes[i].Copyright = o.Credit, o.Copyright
	}
	if o.Damaged {
		engine = engine.Partial()
	}
	w := work{engine: engine, sizes: sizes, recipes: recipes, sources: map[string]bool{}}
	for _, s := range sources {
		if s.Path != "" {
			w.sources[truePath(s.Path)] = true
		}
	}
	if o.Zip != "" {
		return w.zipped(ctx, sources, o, progress)
	}
	return w.filed(ctx, sources, o, progress)
}

// filed makes everything into the folder o.Out.
func (w work) filed(ctx context.Context, sources []Source, o Options, progress func(done, total int)) (r Result, err error) {
	if w.book, err = openBook(o.Out, o.Resume || o.Zip != ""); err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, w.book.close()) }()
	if o.Zip != "" { // the list marks the folder as ours from the first moment on
		if w.book.begin(); w.book.broken != nil {
			return r, w.book.broken
		}
	}
	outputs := w.book.plan(sources, w.sizes, o.Pattern)
	if o.Sheet != nil {
		if err := w.thumbs(sources, outputs); err != nil {
			return r, err
		}
	}
	w.book.clear(outputs)
	results := make([]Result, len(sources))
	err = each(ctx, len(sources), o.Jobs, func(ctx context.Context, i int) error {
		var err error
		results[i], err = w.one(ctx, sources[i], outputs[i])
		return err
	}, progress)
	shown := w.takeThumbs(results)
	for _, one := range results {
		r.Files = append(r.Files, one.Files...)
		r.Failed = append(r.Failed, one.Failed...)
	}
	if err == nil && o.Sheet != nil && len(r.Files) > 0 {
		r.Sheet, err = w.sheet(ctx, *o.Sheet, results, shown)
	}
	return r, err
}

// each calls fn for every index on a few workers, until one fails.
func each(ctx context.Context, n, workers int, fn func(ctx context.Context, i int) error, progress func(done, total int)) error {
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var mu sync.Mutex
	done := 0
	next := make(chan int)
	var group sync.WaitGroup
	for range min(workers, n) {
		group.Go(func() {
			for i := range next {
				if err := fn(ctx, i); err != nil {
					stop(err)
					continue
				}
				mu.Lock()
				done++
				if progress != nil {
					progress(done, n)
				}
				mu.Unlock()
			}
		})
	}
feed:
	for i := range n {
		select {
		case next <- i:
		case <-ctx.Done():
			break feed
		}
	}
	close(next)
	group.Wait()
	return context.Cause(ctx)
}

type work struct {
	engine  *render.Engine
	sizes   []presets.Preset
	recipes []render.Recipe
	sources map[string]bool // where sources are
	book    *book
}

// one makes all sizes of one source. Its error stops everything.
func (w work) one(ctx context.Context, s Source, outputs []*output) (Result, error) {
	var r Result
	f, size, err := s.Open(ctx)
	if err != nil {
		if ctx.Err() != nil {
			return r, ctx.Err()
		}
		return Result{Failed: []Failed{{Source: s.Name, Err: err}}}, nil
	}
	defer func() { _ = f.Close() }()
	recipes := append([]render.Recipe(nil), w.recipes...)
	for i := range recipes {
		recipes[i] = s.Recipe(recipes[i], w.sizes[i].ID)
	}
	made := make([]Made, len(recipes))
	failed := make([]error, len(recipes))
	missing, content, err := w.missing(s, f, recipes, outputs, made)
	if err != nil {
		return Result{Failed: []Failed{{Source: s.Name, Err: err}}}, nil
	}
	var broken error // of the folder, not of the picture
	if len(missing) > 0 {
		_, err = w.engine.Render(ctx, f, size, pick(recipes, missing), func(o render.Output) error {
			i := missing[o.Recipe]
			if failed[i] = o.Err; o.Err != nil {
				return nil //nolint:nilerr // this size failed; the others go on
			}
			file, err := w.keep(s, outputs[i], o, content, recipes[i].Hash())
			if errors.Is(err, ErrOverwrite) || errors.Is(err, ErrTaken) {
				failed[i] = err
				return nil
			}
			made[i], broken = file, err
			return broken
		})
	}
	for i := range recipes {
		switch {
		case failed[i] != nil:
			r.Failed = append(r.Failed, Failed{Source: s.Name, Preset: w.sizes[i].ID, Err: failed[i]})
		case made[i].Path != "":
			r.Files = append(r.Files, made[i])
		}
	}
	switch {
	case broken != nil:
		return r, broken
	case ctx.Err() != nil:
		return r, ctx.Err()
	case err != nil:
		r.Failed = append(r.Failed, Failed{Source: s.Name, Err: err})
	}
	return r, nil
}

func watermark(w *presets.Watermark) (*render.Watermark, error) {
	if w == nil {
		return nil, nil
	}
	file, err := w.PNG()
	if err != nil {
		return nil, err
	}
	mark, err := render.NewMark(file)
	if err != nil {
		return nil, &presets.FieldError{Field: "watermark.picture", Reason: "the watermark's picture: " + err.Error()}
	}
	return &render.Watermark{Mark: mark, Place: render.Place(w.Place), Size: w.Size, Margin: w.Margin, Opacity: w.Opacity}, nil
}

// Recipe is what makes a preset; quality, of JPEG, 0 is the preset's own.
func Recipe(p presets.Preset, quality int) (render.Recipe, error) {
	red, green, blue, err := p.BackgroundColour()
	if err != nil {
		return render.Recipe{}, err
	}
	r := render.Recipe{
		Width: p.Width, Height: p.Height, Fit: render.Fit(p.Fit), Enlarge: p.Enlarge, Quality: p.Quality, MaxBytes: p.MaxBytes,
	}
	if p.Background != "" {
		r.Background = color.NRGBA{R: red, G: green, B: blue, A: 255}
	}
	if quality > 0 {
		r.Quality = quality
	}
	for _, f := range p.Formats {
		r.Formats = append(r.Formats, render.Format(f))
	}
	if r.Watermark, err = watermark(p.Watermark); err != nil {
		return render.Recipe{}, err
	}
	return r, nil
}

// truePath is a path without links, as far as it exists, to compare with others.
func truePath(path string) string {
	abs, err := filepath.Abs(path)
	if err != nil {
		return path
	}
	if resolved, err := filepath.EvalSymlinks(abs); err == nil {
		return resolved
	}
	if dir, err := filepath.EvalSymlinks(filepath.Dir(abs)); err == nil {
		return filepath.Join(dir, filepath.Base(abs))
	}
	return abs
}
