package render

import (
	"context"
	"fmt"
	"image"
	"image/color"
	"math"
	"slices"
)

var white = color.NRGBA{R: 255, G: 255, B: 255, A: 255}

// source is one decoded picture, ready to be rendered any number of times.
type source struct {
	info     Info
	levels   *levels
	opaque   bool
	warnings []Warning
}

// make renders one checked recipe, searching for the best file within its limit of bytes: first a
// lower JPEG quality down to the floor, then JPEG for a photograph that was to be lossless, then
// fewer shades for what must stay lossless, then a smaller picture.
func (s *source) make(ctx context.Context, r Recipe) (o Output, err error) {
	defer recovered(&err, "render")
	l := r.layout(s.info.Width, s.info.Height)
	first := l
	o.Reduced, o.Smaller = l.reduced, l.smaller
	o.Warnings = slices.Clone(s.warnings)
	const rounds = 8
	for range rounds {
		if err := ctx.Err(); err != nil {
			return Output{}, err
		}
		part := s.levels.resize(l, s.info.Orientation)
		opaque := s.opaque || part.Opaque()
		flat := s.info.Lossless && isFlat(part)
		best := math.MaxInt
		formats := formatsFor(r.Formats, opaque, flat, r.MaxBytes > 0)
		for _, f := range formats {
			canvas := compose(part, l, r, f, opaque)
			// Shades are merged only where there is no JPEG to fall back on.
			merge := formats[len(formats)-1].lossless()
			t, err := encodeWithin(ctx, canvas, f, r, flat, merge)
			if err != nil {
				return Output{}, err
			}
			if t.fits {
				o.Data, o.Format, o.Quality = t.data, f, t.quality
				o.Width, o.Height = canvas.Rect.Dx(), canvas.Rect.Dy()
				if t.merged {
					o.Warnings = append(o.Warnings, WarnColours)
				}
				return o, nil
			}
			best = min(best, len(t.data))
		}
		// Bytes go with the area; a little less than that, so that one step is mostly enough.
		factor := min(math.Sqrt(float64(r.MaxBytes)/float64(best))*0.97, 0.95)
		next := r.shrunk(l, factor)
		if next.Width < 16 || next.Height < 16 {
			break
		}
		l = next.layoutOnce(s.info.Width, s.info.Height)
		o.Reduced = true
	}
	return Output{}, fmt.Errorf("%w: %d×%d in %d bytes", ErrDoesNotFit, first.canvas.X, first.canvas.Y, r.MaxBytes)
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

// trial is one way of writing a picture; without fits, data is the smallest that came out.
type trial struct {
	data    []byte
	quality int
	merged  bool
	fits    bool
}

func encodeWithin(ctx context.Context, m *image.NRGBA, f Format, r Recipe, flat, merge bool) (trial, error) {
	limit := r.MaxBytes
	if limit == 0 {
		limit = math.MaxInt64
	}
	if f == PDF {
		t, err := searchJPEG(ctx, m, r.Quality, limit-pdfOverhead)
		if err == nil {
			t.data = pdfPage(t.data, m.Rect.Dx(), m.Rect.Dy())
		}
		return t, err
	}
	if f == JPEG {
		return searchJPEG(ctx, m, r.Quality, limit)
	}
	if f == WebP {
		return searchLossless(ctx, m, limit, merge, func(m *image.NRGBA) ([]byte, error) { return encodeWebP(m) })
	}
	if !flat {
		data, err := encodePNG(m, false)
		if err != nil || int64(len(data)) <= limit {
			return trial{data: data, fits: true}, err
		}
	}
	return searchLossless(ctx, m, limit, merge, func(m *image.NRGBA) ([]byte, error) { return encodePNG(m, true) })
}

// searchJPEG returns the file of the best quality up to quality that has at most limit bytes.
func searchJPEG(ctx context.Context, m *image.NRGBA, quality int, limit int64) (trial, error) {
	over, err := encodeJPEG(m, quality)
	if err != nil || int64(len(over)) <= limit {
		return trial{data: over, quality: quality, fits: true}, err
	}
	low, high := min(quality, floorQuality), quality
	under := over
	if low < high {
		if under, err = encodeJPEG(m, low); err != nil {
			return trial{}, err
		}
	}
	if int64(len(under)) > limit {
		return trial{data: under, quality: low}, nil
	}
	best := trial{data: under, quality: low, fits: true}
	below, above := len(under), len(over)
	for step := 0; high-low > 1; step++ {
		if err := ctx.Err(); err != nil {
			return trial{}, err
		}
		middle := (low + high) / 2
		if step < 3 && above > below {
			// The size goes with quality nearly as an exponential: guess before halving.
			share := math.Log(float64(limit)/float64(below)) / math.Log(float64(above)/float64(below))
			middle = min(max(low+int(share*float64(high-low)), low+1), high-1)
		}
		data, err := encodeJPEG(m, middle)
		if err != nil {
			return trial{}, err
		}
		if int64(len(data)) <= limit {
			low, below = middle, len(data)
			best.data, best.quality = data, middle
		} else {
			high, above = middle, len(data)
		}
	}
	return best, nil
}

// searchLossless writes m as it is, and if that is too large and merge is set, with fewer shades, a
// bit at a time, until it fits.
func searchLossless(ctx context.Context, m *image.NRGBA, limit int64, merge bool, encode func(*image.NRGBA) ([]byte, error)) (trial, error) {
	data, err := encode(m)
	if err != nil || int64(len(data)) <= limit {
		return trial{data: data, fits: true}, err
	}
	for bits := 6; merge && bits >= 4; bits-- {
		if err := ctx.Err(); err != nil {
			return trial{}, err
		}
		if data, err = encode(mergeShades(m, bits)); err != nil {
			return trial{}, err
		}
		if int64(len(data)) <= limit {
			return trial{data: data, merged: true, fits: true}, nil
		}
	}
	return trial{data: data}, nil
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
