package render

import (
	"context"
	"fmt"
	"image"
	"image/color"
	"math"
	"slices"

	"postbag/backend/render/jpegenc"
)

var white = color.NRGBA{R: 255, G: 255, B: 255, A: 255}

// source is one decoded picture and what is known of it.
type source struct {
	info     Info
	picture  decoded
	tones    *tones // of the engine
	warnings []Warning
}

// decoded are the pixels of a picture, ready to be drawn from any number of times, by several goroutines.
type decoded interface {
	// draw makes what a layout shows.
	draw(l layout) (drawing, error)
	// close ends the use of it.
	close()
}

// drawing is what a layout shows of a picture: pixels that are not a file yet.
type drawing interface {
	// traits says whether all pixels are opaque, and whether it is no photograph but flat: a drawing, a
	// screenshot, text.
	traits() (opaque, flat bool)
	// encode writes it as f, within the recipe's limit of bytes if that can be. merge allows shades to be
	// merged for that.
	encode(ctx context.Context, f Format, r Recipe, merge bool) (trial, error)
	// close gives its memory back.
	close()
}

// make renders one checked recipe, searching for the best file within its limit of bytes: first a
// lower JPEG quality down to the floor, then JPEG for a photograph that was to be lossless, then
// fewer shades for what must stay lossless, then a smaller picture.
func (s *source) make(ctx context.Context, r Recipe) (o Output, err error) {
	defer recovered(&err, "render")
	l := s.plan(r)
	first := l
	o.Reduced, o.Smaller = l.reduced, l.smaller
	o.Warnings = slices.Clone(s.warnings)
	const rounds = 8
	for range rounds {
		if err := ctx.Err(); err != nil {
			return Output{}, err
		}
		t, f, err := s.attempt(ctx, l, r)
		if err != nil {
			return Output{}, err
		}
		if t.fits {
			o.Data, o.Format, o.Quality = t.data, f, t.quality
			o.Width, o.Height = l.canvas.X, l.canvas.Y
			if t.merged {
				o.Warnings = append(o.Warnings, WarnColours)
			}
			return o, nil
		}
		// Bytes go with the area; a little less than that, so that one step is mostly enough.
		factor := min(math.Sqrt(float64(r.MaxBytes)/float64(t.bytes))*0.97, 0.95)
		next := r.shrunk(l, factor)
		if next.Width < 16 || next.Height < 16 {
			break
		}
		l = next.layoutOnce(first.seen.width, first.seen.height)
		l.seen, l.tone, l.sharpen = first.seen, first.tone, first.sharpen
		o.Reduced = true
	}
	return Output{}, fmt.Errorf("%w: %d×%d in %d bytes", ErrDoesNotFit, first.canvas.X, first.canvas.Y, r.MaxBytes)
}

// attempt draws a layout and writes it in the first format that fits, or else in the smallest.
func (s *source) attempt(ctx context.Context, l layout, r Recipe) (best trial, as Format, err error) {
	d, err := s.picture.draw(l)
	if err != nil {
		return trial{}, "", err
	}
	defer d.close()
	opaque, flat := d.traits()
	formats := formatsFor(r.Formats, opaque, flat, r.MaxBytes > 0)
	// Shades are merged only where there is no JPEG to fall back on.
	merge := formats[len(formats)-1].lossless()
	for i, f := range formats {
		t, err := d.encode(ctx, f, r, merge)
		if err != nil || t.fits {
			return t, f, err
		}
		if i == 0 || t.bytes < best.bytes {
			best, as = t, f
		}
	}
	return best, as, nil
}

// formatsFor lists what to try, the best first; more than one only where bytes are limited.
func formatsFor(accepted []Format, opaque, flat, limited bool) []Format {
	var lossless []Format
	lossy := Format("")
	for _, f := range accepted {
		if f.lossless() {
			lossless = append(lossless, f)
		} else if f.CanWrite() && lossy == "" {
			lossy = f
		}
	}
	switch {
	case len(lossless) == 0:
		return []Format{lossy}
	case opaque && !flat && lossy != "":
		return []Format{lossy}
	case !limited:
		return lossless[:1]
	case opaque && lossy != "":
		return append(lossless, lossy)
	}
	return lossless
}

// raster is a picture of the general path: pixels of red, green, blue and alpha.
type raster struct {
	info    Info
	levels  *levels
	opaque  bool
	encoder *jpegenc.Encoder
}

func (p *raster) draw(l layout) (drawing, error) {
	mid := l
	if l.seen.angle != 0 {
		mid = l.upright()
	}
	part := p.levels.resize(mid, l.seen.orientation)
	if l.seen.angle != 0 {
		part = l.straighten(mid, part)
	}
	l.finish(part)
	return pixels{part, l, p.opaque || part.Opaque(), p.info.Lossless && isFlat(part), p.encoder}, nil
}

func (*raster) close() {}

// pixels is a drawing of a raster, without its canvas yet: that depends on the format.
type pixels struct {
	part         *image.NRGBA
	layout       layout
	opaque, flat bool
	encoder      *jpegenc.Encoder
}

func (p pixels) traits() (opaque, flat bool) { return p.opaque, p.flat }

func (p pixels) encode(ctx context.Context, f Format, r Recipe, merge bool) (trial, error) {
	canvas := r.Watermark.on(compose(p.part, p.layout, r, f, p.opaque))
	if !f.lossless() {
		return lossy(ctx, p.encoder, toPlanes(canvas), f, r)
	}
	return withoutLoss(ctx, canvas, f, r, p.flat, merge)
}

func (pixels) close() {}

// compose lays the part on the recipe's canvas. What is transparent is mixed with the background
// after resizing, which equals doing it before, since imaging weighs colours by their alpha.
func compose(part *image.NRGBA, l layout, r Recipe, f Format, opaque bool) *image.NRGBA {
	background := r.Background
	if f == JPEG || f == PDF {
		if background == (color.NRGBA{}) {
			background = white
		}
		background.A = 255
	}
	return onBackground(part, l.canvas, l.offset, background, opaque)
}

// trial is one way of writing a picture; without fits, bytes is the least that it took.
type trial struct {
	data    []byte
	bytes   int
	quality int
	merged  bool
	fits    bool
}

// lossy writes planes as JPEG, or as a page with one.
func lossy(ctx context.Context, encoder *jpegenc.Encoder, m image.Image, f Format, r Recipe) (trial, error) {
	limit, more := r.MaxBytes, len(r.creditSegment())
	if f == PDF {
		more = pdfOverhead
	}
	if limit > 0 {
		limit = max(limit-int64(more), 1)
	}
	file, err := encoder.Fit(ctx, m, r.Quality, min(r.Quality, floorQuality), limit)
	if err != nil {
		return trial{}, fmt.Errorf("encode jpeg: %w", err)
	}
	t := trial{data: file.Data, bytes: int(file.Bytes), quality: file.Quality, fits: file.Data != nil}
	if t.fits {
		if t.data = r.credited(f, t.data); f == PDF {
			t.data = pdfPage(t.data, m.Bounds().Dx(), m.Bounds().Dy())
		}
		t.bytes = len(t.data)
	}
	return t, nil
}

// withoutLoss writes m as WebP or PNG.
func withoutLoss(ctx context.Context, m *image.NRGBA, f Format, r Recipe, flat, merge bool) (trial, error) {
	limit := r.limit()
	if f == WebP {
		return searchLossless(ctx, m, limit, merge, func(m *image.NRGBA) ([]byte, error) { return encodeWebP(m) })
	}
	if !flat {
		data, err := encodePNG(m, false)
		if err != nil || int64(len(data)) <= limit {
			return trial{data: data, bytes: len(data), fits: true}, err
		}
	}
	return searchLossless(ctx, m, limit, merge, func(m *image.NRGBA) ([]byte, error) { return encodePNG(m, true) })
}

// searchLossless writes m as it is, and if that is too large and merge is set, with fewer shades, a
// bit at a time, until it fits.
func searchLossless(ctx context.Context, m *image.NRGBA, limit int64, merge bool, encode func(*image.NRGBA) ([]byte, error)) (trial, error) {
	data, err := encode(m)
	if err != nil || int64(len(data)) <= limit {
		return trial{data: data, bytes: len(data), fits: true}, err
	}
	for bits := 6; merge && bits >= 4; bits-- {
		if err := ctx.Err(); err != nil {
			return trial{}, err
		}
		if data, err = encode(mergeShades(m, bits)); err != nil {
			return trial{}, err
		}
		if int64(len(data)) <= limit {
			return trial{data: data, bytes: len(data), merged: true, fits: true}, nil
		}
	}
	return trial{bytes: len(data)}, nil
}

// mergeShades keeps the upper bits of each colour, spread over the whole range again.
func mergeShades(m *image.NRGBA, bits int) *image.NRGBA {
	var table [256]uint8
	most := float64(int(1)<<bits - 1)
	for i := range table {
		table[i] = uint8(math.Round(math.Round(float64(i)/255*most) / most * 255))
	}
	out := image.NewNRGBA(m.Rect)
	for i := range m.Pix {
		out.Pix[i] = table[m.Pix[i]]
	}
	for i := 0; i < len(out.Pix); i += 4 {
		if out.Pix[i+3] == 0 {
			out.Pix[i], out.Pix[i+1], out.Pix[i+2] = 0, 0, 0 // invisible colours cost bytes
		}
	}
	return out
}

// isFlat reports whether a picture is a drawing, a screenshot or text rather than a photograph:
// more than half of its pixels equal their neighbour.
func isFlat(m *image.NRGBA) bool {
	same, all := 0, 0
	step := max(1, m.Rect.Dy()/256)
	for y := 0; y < m.Rect.Dy(); y += step {
		row := m.Pix[y*m.Stride:][:m.Rect.Dx()*4]
		for i := 4; i+4 <= len(row); i += 4 {
			all++
			if [4]uint8(row[i:i+4]) == [4]uint8(row[i-4:i]) {
				same++
			}
		}
	}
	return same*2 > all
}
