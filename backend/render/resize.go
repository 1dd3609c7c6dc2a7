package render

import (
	"image"
	"image/color"
	"math"

	"github.com/disintegration/imaging"

	"postbag/backend/render/resample"
)

// storedRect maps a rectangle of the picture as seen to where it lies in width × height stored pixels.
func storedRect(r image.Rectangle, orientation, width, height int) image.Rectangle {
	x0, y0, x1, y1 := r.Min.X, r.Min.Y, r.Max.X, r.Max.Y
	switch orientation {
	case 2:
		return image.Rect(width-x1, y0, width-x0, y1)
	case 3:
		return image.Rect(width-x1, height-y1, width-x0, height-y0)
	case 4:
		return image.Rect(x0, height-y1, x1, height-y0)
	case 5:
		return image.Rect(y0, x0, y1, x1)
	case 6:
		return image.Rect(y0, height-x1, y1, height-x0)
	case 7:
		return image.Rect(width-y1, height-x1, width-y0, height-x0)
	case 8:
		return image.Rect(width-y1, x0, width-y0, x1)
	}
	return r
}

// turn applies an EXIF orientation (Exif 2.32, tag 0x0112) to a small output, never to a whole photograph.
func turn(m *image.NRGBA, orientation int) *image.NRGBA {
	switch orientation {
	case 2:
		return imaging.FlipH(m)
	case 3:
		return imaging.Rotate180(m)
	case 4:
		return imaging.FlipV(m)
	case 5:
		return imaging.Transpose(m)
	case 6:
		return imaging.Rotate270(m)
	case 7:
		return imaging.Transverse(m)
	case 8:
		return imaging.Rotate90(m)
	}
	return m
}

// support is how many output pixels Lanczos looks beyond an edge.
const support = 3

// edges finds whole source pixels for a part of a scaled line. The line maps n source pixels from
// start on to m; the part is lo to hi. It returns scaled positions a ≤ lo and b ≥ hi whose places in
// the source lie nearly on whole pixels of a level that is 2^k times smaller, and those places.
// So a window can be cut first and resized alone and still meet the pixels of a resize of the whole.
func edges(start, n, m, lo, hi, k, levelSide int) (a, b, from, to int) {
	const search = 512 // a few are enough, except for scales next to one
	place := func(t int) float64 {
		return (float64(start) + float64(t)*float64(n)/float64(m)) / float64(int(1)<<k)
	}
	miss := func(t int) float64 { p := place(t); return math.Abs(p - math.Round(p)) }
	best := func(t, step, end int) int {
		found := t
		for range search {
			if miss(found) < 1.0/64 || t == end {
				break
			}
			t += step
			if miss(t) < miss(found) {
				found = t
			}
		}
		return found
	}
	a = best(max(lo-support, 0), -1, 0)
	b = best(min(hi+support, m), +1, m)
	from = min(max(int(math.Round(place(a))), 0), levelSide-1)
	to = min(max(int(math.Round(place(b))), from+1), levelSide)
	return a, b, from, to
}

// resize makes the part of the layout from the levels, turned as seen, without canvas.
func (l *levels) resize(p layout, orientation int) *image.NRGBA {
	ratio := min(float64(p.source.Dx())/float64(p.scaled.X), float64(p.source.Dy())/float64(p.scaled.Y))
	level, k := l.level(ratio)
	width, height := level.Rect.Dx(), level.Rect.Dy()
	seenWidth, seenHeight := width, height
	if resample.Turned(orientation) {
		seenWidth, seenHeight = height, width
	}
	x0, x1, fromX, toX := edges(p.source.Min.X, p.source.Dx(), p.scaled.X, p.part.Min.X, p.part.Max.X, k, seenWidth)
	y0, y1, fromY, toY := edges(p.source.Min.Y, p.source.Dy(), p.scaled.Y, p.part.Min.Y, p.part.Max.Y, k, seenHeight)

	area := storedRect(image.Rect(fromX, fromY, toX, toY), orientation, width, height)
	cut := level.SubImage(area).(*image.NRGBA)
	w, h := x1-x0, y1-y0
	if resample.Turned(orientation) {
		w, h = h, w
	}
	var out *image.NRGBA
	if w == area.Dx() && h == area.Dy() {
		out = imaging.Clone(cut)
	} else {
		out = imaging.Resize(cut, w, h, imaging.Lanczos)
	}
	out = turn(out, orientation)
	part := p.part.Sub(image.Pt(x0, y0))
	if part == out.Rect {
		return out
	}
	return imaging.Crop(out, part)
}

// onBackground lays m on a canvas of one colour, mixing by alpha. It returns m itself if that changes nothing.
func onBackground(m *image.NRGBA, canvas, offset image.Point, background color.NRGBA, opaque bool) *image.NRGBA {
	if canvas == m.Rect.Size() && (opaque || background.A == 0) {
		return m
	}
	out := image.NewNRGBA(image.Rectangle{Max: canvas})
	if background != (color.NRGBA{}) {
		for i := 0; i < len(out.Pix); i += 4 {
			out.Pix[i], out.Pix[i+1], out.Pix[i+2], out.Pix[i+3] = background.R, background.G, background.B, background.A
		}
	}
	for y := range m.Rect.Dy() {
		s := m.Pix[y*m.Stride:][:m.Rect.Dx()*4]
		d := out.Pix[out.PixOffset(offset.X, offset.Y+y):][:len(s)]
		if opaque {
			copy(d, s)
			continue
		}
		for i := 0; i < len(s); i += 4 {
			over(d[i:i+4:i+4], s[i:i+4:i+4])
		}
	}
	return out
}

// over mixes one straight-alpha pixel over another.
func over(d, s []uint8) {
	switch {
	case s[3] == 255 || d[3] == 0:
		copy(d, s)
	case s[3] != 0:
		sa, da := uint32(s[3])*255, uint32(d[3])*(255-uint32(s[3]))
		sum := sa + da
		for i := range 3 {
			d[i] = uint8((uint32(s[i])*sa + uint32(d[i])*da + sum/2) / sum)
		}
		d[3] = uint8((sum + 127) / 255)
	}
}
