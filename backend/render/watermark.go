package render

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"slices"

	"github.com/disintegration/imaging"
)

// Bounds of a Mark: what a file of presets may carry.
const (
	MarkBytes = 128 << 10
	MarkSide  = 1024 // px
)

// Mark is a small decoded picture that is drawn on others. It does not change once made.
type Mark struct {
	pixels *image.NRGBA
	sum    string // of the file
}

// NewMark decodes a PNG of at most MarkBytes and MarkSide pixels a side. Its errors are those of Probe
// and Render.
func NewMark(file []byte) (_ *Mark, err error) {
	defer recovered(&err, "decode watermark")
	limits := Limits{Pixels: MarkSide * MarkSide, AnimationPixels: MarkSide * MarkSide, FileBytes: MarkBytes}
	if err := limits.Check(Info{Bytes: int64(len(file))}); err != nil {
		return nil, err
	}
	info, err := Probe(bytes.NewReader(file), int64(len(file)))
	switch {
	case err != nil:
		return nil, err
	case info.Format != PNG:
		return nil, fmt.Errorf("%w: a watermark is a PNG, not %s", ErrUnsupported, info.Format)
	case max(info.StoredWidth, info.StoredHeight) > MarkSide:
		return nil, fmt.Errorf("%w: %d×%d, a watermark has at most %d a side", ErrTooManyPixels, info.StoredWidth, info.StoredHeight, MarkSide)
	}
	raw, err := png.Decode(bytes.NewReader(file))
	if err != nil {
		return nil, fmt.Errorf("decode watermark: %w", decodeError(info, file, err))
	}
	pixels, _ := normalise(raw)
	if info.colour != nil {
		info.colour.converter().apply(pixels)
	}
	sum := sha256.Sum256(file)
	return &Mark{pixels: turn(pixels, info.Orientation), sum: hex.EncodeToString(sum[:])}, nil
}

// Place is where on a picture something lies: "top-left", "top", "top-right", "left", "centre", "right",
// "bottom-left", "bottom" or "bottom-right".
type Place string

// Places are all of them, row by row.
func Places() []Place {
	return []Place{"top-left", "top", "top-right", "left", "centre", "right", "bottom-left", "bottom", "bottom-right"}
}

// Watermark draws a mark on everything a recipe makes, after scaling, so that it is as sharp as it can be.
type Watermark struct {
	Mark  *Mark
	Place Place
	// Size is how long the mark's longer side is, Margin how far it stays from the edges: shares of the
	// shorter side of what is made, above 0 to 1 and 0 to 0.5.
	Size, Margin float64
	Opacity      float64 // above 0 to 1
}

// check returns ErrRecipe with the reason if w makes no sense. None makes sense.
func (w *Watermark) check() error {
	switch {
	case w == nil:
	case w.Mark == nil:
		return fmt.Errorf("%w: the watermark has no picture", ErrRecipe)
	case !slices.Contains(Places(), w.Place):
		return fmt.Errorf("%w: there is no place called %q", ErrRecipe, string(w.Place))
	case !(w.Size > 0 && w.Size <= 1 && w.Margin >= 0 && w.Margin <= 0.5 && w.Opacity > 0 && w.Opacity <= 1):
		return fmt.Errorf("%w: the watermark's size, margin or opacity is out of bounds", ErrRecipe)
	}
	return nil
}

// key is empty without a watermark, so that recipes without one keep their hash.
func (w *Watermark) key() string {
	if w == nil || w.Mark == nil {
		return ""
	}
	return fmt.Sprint(" watermark ", w.Mark.sum, " ", w.Place, " ", w.Size, w.Margin, w.Opacity)
}

// box is where the mark lies on a canvas: whole, and within the margins unless these leave nothing.
func (w *Watermark) box(canvas image.Point) image.Rectangle {
	shorter := float64(min(canvas.X, canvas.Y))
	margin := int(math.Round(w.Margin * shorter))
	if min(canvas.X, canvas.Y) <= 2*margin {
		margin = 0
	}
	room := image.Pt(canvas.X-2*margin, canvas.Y-2*margin)
	mw, mh := float64(w.Mark.pixels.Rect.Dx()), float64(w.Mark.pixels.Rect.Dy())
	scale := min(w.Size*shorter/max(mw, mh), float64(room.X)/mw, float64(room.Y)/mh)
	size := image.Pt(min(max(int(math.Round(mw*scale)), 1), room.X), min(max(int(math.Round(mh*scale)), 1), room.Y))
	at := image.Pt(margin+(room.X-size.X)/2, margin+(room.Y-size.Y)/2)
	switch w.Place {
	case "top-left", "left", "bottom-left":
		at.X = margin
	case "top-right", "right", "bottom-right":
		at.X = canvas.X - margin - size.X
	}
	switch w.Place {
	case "top-left", "top", "top-right":
		at.Y = margin
	case "bottom-left", "bottom", "bottom-right":
		at.Y = canvas.Y - margin - size.Y
	}
	return image.Rectangle{Min: at, Max: at.Add(size)}
}

// faded is the mark as large as asked, its opacity in its alpha.
func (w *Watermark) faded(size image.Point) *image.NRGBA {
	m := imaging.Clone(w.Mark.pixels)
	if size != m.Rect.Size() {
		m = imaging.Resize(m, size.X, size.Y, imaging.Lanczos)
	}
	var alpha [256]uint8
	for i := range alpha {
		alpha[i] = uint8(math.Round(float64(i) * w.Opacity))
	}
	for i := 3; i < len(m.Pix); i += 4 {
		m.Pix[i] = alpha[m.Pix[i]]
	}
	return m
}

// on returns m with the watermark; m itself does not change, and is returned where there is none.
func (w *Watermark) on(m *image.NRGBA) *image.NRGBA {
	if w == nil {
		return m
	}
	box := w.box(m.Rect.Size())
	mark, out := w.faded(box.Size()), imaging.Clone(m)
	for y := range box.Dy() {
		s := mark.Pix[y*mark.Stride:][:box.Dx()*4]
		d := out.Pix[out.PixOffset(box.Min.X, box.Min.Y+y):][:len(s)]
		for i := 0; i < len(s); i += 4 {
			over(d[i:i+4:i+4], s[i:i+4:i+4])
		}
	}
	return out
}

// onPlanes is on for the fast path's planes. Mixing brightness and colour differences equals mixing
// red, green and blue, so the photograph stays untouched beside the mark.
func (w *Watermark) onPlanes(m image.Image) image.Image {
	if w == nil {
		return m
	}
	b := m.Bounds()
	box := w.box(b.Size())
	mark := w.faded(box.Size())
	out := planesOf(m)
	if out == nil {
		part, _ := normalise(m)
		return toPlanes(w.on(part))
	}
	for y := box.Min.Y; y < box.Max.Y; y++ {
		for x := box.Min.X; x < box.Max.X; x++ {
			luma, _, _, alpha := sample(mark, x-box.Min.X, y-box.Min.Y)
			at := out.YOffset(x, y)
			out.Y[at] = mix(int(out.Y[at]), 255-alpha, luma*alpha, 255)
		}
	}
	for y := box.Min.Y &^ 1; y < box.Max.Y; y += 2 {
		for x := box.Min.X &^ 1; x < box.Max.X; x += 2 {
			var n, cb, cr, covered int
			for k := range 4 {
				p := image.Pt(x+k&1, y+k>>1)
				if !p.In(out.Rect) {
					continue
				}
				n++
				if p.In(box) {
					_, b, r, alpha := sample(mark, p.X-box.Min.X, p.Y-box.Min.Y)
					cb, cr, covered = cb+b*alpha, cr+r*alpha, covered+alpha
				}
			}
			at, whole := out.COffset(x, y), n*255
			out.Cb[at] = mix(int(out.Cb[at]), whole-covered, cb, whole)
			out.Cr[at] = mix(int(out.Cr[at]), whole-covered, cr, whole)
		}
	}
	return out
}

// sample is a pixel of a mark as brightness, colour differences and alpha.
func sample(m *image.NRGBA, x, y int) (luma, cb, cr, alpha int) {
	p := m.Pix[m.PixOffset(x, y):][:4:4]
	l, b, r := color.RGBToYCbCr(p[0], p[1], p[2])
	return int(l), int(b), int(r), int(p[3])
}

// mix returns what is there, weighed, and what is added, over the whole of the weights.
func mix(there, weight, added, whole int) uint8 {
	return uint8((there*weight + added + whole/2) / whole) //nolint:gosec // a mean of bytes
}

// planesOf returns a copy of m as planes of which four pixels share a colour sample, or nil for other planes.
func planesOf(m image.Image) *image.YCbCr {
	b := m.Bounds()
	out := image.NewYCbCr(image.Rect(0, 0, b.Dx(), b.Dy()), image.YCbCrSubsampleRatio420)
	rows := func(to []uint8, stride int, from []uint8, fromStride, width, height int) {
		for y := range height {
			copy(to[y*stride:][:width], from[y*fromStride:][:width])
		}
	}
	switch p := m.(type) {
	case *image.Gray:
		rows(out.Y, out.YStride, p.Pix[p.PixOffset(b.Min.X, b.Min.Y):], p.Stride, b.Dx(), b.Dy())
		for i := range out.Cb {
			out.Cb[i], out.Cr[i] = 128, 128
		}
	case *image.YCbCr:
		if p.SubsampleRatio != image.YCbCrSubsampleRatio420 || b.Min.X&1|b.Min.Y&1 != 0 {
			return nil
		}
		across, down := (b.Dx()+1)/2, (b.Dy()+1)/2
		rows(out.Y, out.YStride, p.Y[p.YOffset(b.Min.X, b.Min.Y):], p.YStride, b.Dx(), b.Dy())
		rows(out.Cb, out.CStride, p.Cb[p.COffset(b.Min.X, b.Min.Y):], p.CStride, across, down)
		rows(out.Cr, out.CStride, p.Cr[p.COffset(b.Min.X, b.Min.Y):], p.CStride, across, down)
	default:
		return nil
	}
	return out
}
