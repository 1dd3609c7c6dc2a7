package render

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"runtime"
	"sync"

	"postbag/backend/render/jpegdec"
	"postbag/backend/render/jpegenc"
	"postbag/backend/render/resample"
)

// HEICDecoder turns a whole HEIC file into its main picture, turned as it is to be seen, in the
// colours the file stores. ChildDecoder is the one to use.
type HEICDecoder interface {
	DecodeHEIC(ctx context.Context, info Info, file []byte) (image.Image, error)
}

// Options of an Engine; the zero value is the usual choice, without HEIC.
type Options struct {
	Limits  Limits
	HEIC    HEICDecoder // nil: HEIC files are ErrUnsupported
	Memory  int64       // bytes of pixels in flight over all calls; default 1 GiB. A larger picture goes alone
	Workers int         // recipes rendered at once in a call; default is the number of processors
	// General sends every picture through the imaging library, photographs too, to compare with.
	General bool
}

// Engine renders pictures. It may be used by many goroutines; they share its memory budget.
type Engine struct {
	limits    Limits
	heic      HEICDecoder
	budget    *budget
	workers   int
	general   bool
	partial   bool
	jpeg      *jpegdec.Decoder
	encoder   *jpegenc.Encoder
	resampler *resample.Resampler
	tones     *tones
}

// New returns an Engine.
func New(o Options) *Engine {
	if o.Memory <= 0 {
		o.Memory = 1 << 30
	}
	if o.Workers <= 0 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
	return &Engine{
		limits: o.Limits.withDefaults(), heic: o.HEIC, budget: newBudget(o.Memory), workers: o.Workers,
		general: o.General, tones: &tones{}, jpeg: jpegdec.New(nil), encoder: &jpegenc.Encoder{}, resampler: resample.New(),
	}
}

// Partial returns the engine in another mood: of a damaged or cut photograph from a JPEG file it makes what
// there is, with WarnDamaged, instead of giving an error. It is for a person who asked for that.
func (e *Engine) Partial() *Engine {
	other := *e
	other.partial = true
	return &other
}

// Output is one recipe's file, or why there is none.
type Output struct {
	Recipe        int // which recipe of the call
	Data          []byte
	Format        Format
	Width, Height int
	Quality       int  // of a JPEG made here; 0 for lossless files and originals
	Smaller       bool // the picture was too small: the largest of that shape was made instead
	Reduced       bool // made smaller than asked to stay within MaxBytes or MaxPixels
	Passed        bool // the original itself, at most with its metadata taken away
	Warnings      []Warning
	// Err is set when this recipe failed and others may have worked: ErrRecipe or ErrDoesNotFit.
	Err error
}

// Probe is the package's Probe with the engine's Limits applied.
func (e *Engine) Probe(r io.ReadSeeker, size int64) (Info, error) {
	if size > e.limits.FileBytes {
		return Info{Bytes: size}, e.limits.Check(Info{Bytes: size})
	}
	info, err := Probe(r, size)
	if limit := e.limits.Check(info); limit != nil && (err == nil || errors.Is(err, ErrUnsupported) || errors.Is(err, ErrTruncated)) {
		return info, limit
	}
	return info, err
}

// Render decodes the size bytes at r once and makes every recipe of it. out is called once for
// each recipe, in the order they are done and never twice at the same time; an error from it stops
// the rest and is returned. Data shared by identical recipes must not be changed. The error of a
// file that cannot be rendered at all is one of this package's, and out was not called.
func (e *Engine) Render(ctx context.Context, r io.ReadSeeker, size int64, recipes []Recipe, out func(Output) error) (Info, error) {
	info, err := e.Probe(r, size)
	if err != nil {
		return info, err
	}
	if info.Format.IsVideo() {
		return info, fmt.Errorf("%w: a video has no picture to render", ErrUnsupported)
	}
	release, err := e.budget.take(ctx, e.cost(info)+straightening(info, recipes))
	if err != nil {
		return info, err
	}
	defer release()

	file, err := readFile(r, size)
	if err != nil {
		return info, err
	}
	// The file may be another by now. What was read is what counts, and it must not need more than was taken.
	needed := e.cost(info)
	if info, err = e.Probe(bytes.NewReader(file), size); err != nil {
		return info, err
	}
	if info.Format.IsVideo() || e.cost(info) > needed {
		return info, fmt.Errorf("%w: the file changed while it was read", ErrDamaged)
	}
	s, err := e.source(ctx, info, file, recipes)
	if err != nil {
		return info, err
	}
	defer s.picture.close()
	return info, e.renderAll(ctx, s, file, recipes, out)
}

// source decodes a file as well as the recipes need it.
func (e *Engine) source(ctx context.Context, info Info, file []byte, recipes []Recipe) (_ *source, err error) {
	defer recovered(&err, fmt.Sprintf("read the %s", info.Format))
	if e.fast(info) {
		p, err := e.photograph(ctx, info, file, recipes)
		if p != nil || err != nil {
			if p != nil {
				info = p.info
			}
			return &source{info: info, picture: p, warnings: info.warnings, tones: e.tones}, err
		}
	}
	raw, warnings, err := e.decode(ctx, info, file)
	if err != nil {
		return nil, err
	}
	pixels, more := info.inSRGB(raw)
	warnings = append(warnings, more...)
	opaque := pixels.Opaque()
	return &source{info: info, picture: &raster{info: info, levels: newLevels(pixels, opaque), opaque: opaque, encoder: e.encoder}, warnings: warnings, tones: e.tones}, nil
}

// cost estimates the bytes a decode holds at its peak: the file, the decoder's own picture, ours,
// and the smaller levels.
func (e *Engine) cost(info Info) int64 {
	pixels := int64(info.StoredWidth) * int64(info.StoredHeight)
	if e.fast(info) {
		planes := int64(3)
		if info.progressive {
			planes += 3 * 2 // every coefficient as an int16
		}
		return info.Bytes + pixels*planes*4/3
	}
	own := int64(4)
	switch {
	case info.progressive:
		own = 3 + 4*3 // every coefficient as an int32
	case info.Format == JPEG:
		own = 3
	case info.Depth > 8:
		own = 8
	}
	return info.Bytes + pixels*own + pixels*4*4/3
}

// straightening estimates what recipes that straighten the picture hold besides.
func straightening(info Info, recipes []Recipe) int64 {
	for _, r := range recipes {
		if r.Adjust.Straighten != 0 {
			return int64(info.StoredWidth) * int64(info.StoredHeight) * 11 // planes and pixels to turn, and what comes of it
		}
	}
	return 0
}

func readFile(r io.ReadSeeker, size int64) ([]byte, error) {
	if c, ok := r.(interface{ Content() []byte }); ok && int64(len(c.Content())) == size {
		return c.Content(), nil // it was read before, and nobody changes it
	}
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return nil, fmt.Errorf("read picture: %w", err)
	}
	file := make([]byte, size)
	if _, err := io.ReadFull(r, file); err != nil {
		return nil, fmt.Errorf("read picture: %w", truncated(err))
	}
	return file, nil
}

// renderAll makes every distinct recipe once, on a few workers, and hands the outputs on.
func (e *Engine) renderAll(ctx context.Context, s *source, file []byte, recipes []Recipe, out func(Output) error) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var mu sync.Mutex // around out
	deliver := func(o Output, indices []int) {
		mu.Lock()
		defer mu.Unlock()
		for _, i := range indices {
			if ctx.Err() != nil {
				return
			}
			o.Recipe = i
			if err := out(o); err != nil {
				stop(err)
			}
		}
	}

	groups := map[string][]int{}
	var order []string
	for i, r := range recipes {
		k := r.Hash()
		if groups[k] == nil {
			order = append(order, k)
		}
		groups[k] = append(groups[k], i)
	}
	work := make(chan []int)
	var wg sync.WaitGroup
	for range min(e.workers, len(order)) {
		wg.Go(func() {
			for indices := range work {
				o, err := s.one(ctx, file, recipes[indices[0]])
				if err != nil {
					if ctx.Err() != nil {
						continue
					}
					o = Output{Err: err}
				}
				deliver(o, indices)
			}
		})
	}
feed:
	for _, k := range order {
		select {
		case work <- groups[k]:
		case <-ctx.Done():
			break feed
		}
	}
	close(work)
	wg.Wait()
	return context.Cause(ctx)
}

// one makes one recipe: the original itself if it will do, else a rendition.
func (s *source) one(ctx context.Context, file []byte, r Recipe) (Output, error) {
	r, err := r.check()
	if err != nil {
		return Output{}, err
	}
	if l := s.plan(r); passable(s.info, r, l) {
		// A file too odd to strip is rendered like any other.
		clean, err := strip(s.info.Format, file)
		if clean = r.credited(s.info.Format, clean); err == nil && (r.MaxBytes == 0 || int64(len(clean)) <= r.MaxBytes) {
			return Output{
				Data: clean, Format: s.info.Format, Width: s.info.Width, Height: s.info.Height,
				Smaller: l.smaller, Passed: true,
			}, nil
		}
	}
	return s.make(ctx, r)
}

// ThumbnailSides are the longest sides of thumbnails in pixels.
func ThumbnailSides() []int { return []int{256, 512} }

// Thumbnails renders one output a side of ThumbnailSides, in that order: JPEG of quality 80, or PNG
// where there is transparency or a flat drawing. Smaller pictures keep their size.
func (e *Engine) Thumbnails(ctx context.Context, r io.ReadSeeker, size int64) (Info, []Output, error) {
	return e.AdjustedThumbnails(ctx, r, size, Adjustment{})
}

// AdjustedThumbnails is Thumbnails for a picture that is adjusted.
func (e *Engine) AdjustedThumbnails(ctx context.Context, r io.ReadSeeker, size int64, a Adjustment) (Info, []Output, error) {
	var recipes []Recipe
	for _, side := range ThumbnailSides() {
		recipes = append(recipes, Recipe{Width: side, Height: side, Fit: Inside, Quality: 80, Adjust: a})
	}
	outputs := make([]Output, len(recipes))
	info, err := e.Render(ctx, r, size, recipes, func(o Output) error {
		outputs[o.Recipe] = o
		return o.Err
	})
	if err != nil {
		return info, nil, err
	}
	return info, outputs, nil
}

// RenderBytes is Render for a file in memory.
func (e *Engine) RenderBytes(ctx context.Context, file []byte, recipes []Recipe, out func(Output) error) (Info, error) {
	return e.Render(ctx, bytes.NewReader(file), int64(len(file)), recipes, out)
}
