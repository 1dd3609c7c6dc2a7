package render

import (
	"fmt"
	"image"
	"math"
	"slices"
	"sync"

	"postbag/backend/render/resample"
)

// Adjustment is what a person changed of how a picture looks. The zero value changes nothing.
//
// First the picture is turned, then mirrored, then straightened; the rest of a Recipe is about the
// picture as it is seen after that. Tones are changed once it has its size, by one table and one
// matrix in linear light (tone.go), and sharpening comes last, on the pixels that are written.
type Adjustment struct {
	Exposure   float64 // in stops, -3 to 3: one more doubles the light
	Contrast   float64 // -100 to 100; middle grey stays
	Saturation float64 // -100, no colour, to 100, twice as much
	Warmth     float64 // -100, bluer, to 100, redder; greys keep their brightness
	Sharpness  float64 // 0 to 100
	Straighten float64 // degrees clockwise, -45 to 45; the corners that come into view are cut off
	Turn       int     // quarter turns clockwise, 0 to 3
	FlipH      bool    // left becomes right
	FlipV      bool    // top becomes bottom
	Mono       bool    // no colour at all
}

// check returns ErrRecipe with the reason if a value is out of its range, or not a number.
func (a Adjustment) check() error {
	for _, v := range []struct {
		name             string
		value, low, high float64
	}{
		{"exposure", a.Exposure, -3, 3},
		{"contrast", a.Contrast, -100, 100},
		{"saturation", a.Saturation, -100, 100},
		{"warmth", a.Warmth, -100, 100},
		{"sharpness", a.Sharpness, 0, 100},
		{"straighten", a.Straighten, -45, 45},
		{"turn", float64(a.Turn), 0, 3},
	} {
		if !(v.value >= v.low && v.value <= v.high) {
			return fmt.Errorf("%w: %s is not from %g to %g", ErrRecipe, v.name, v.low, v.high)
		}
	}
	return nil
}

// key is equal for two adjustments that make the same picture, and "" for one that changes nothing.
func (a Adjustment) key() string {
	if a == (Adjustment{}) {
		return ""
	}
	return fmt.Sprintf(" adjusted %+v", a)
}

// turning is an EXIF orientation as what it does to a step to the right and a step down.
type turning [4]int

// turnings are the orientations 1 to 8 (Exif 2.32, tag 0x0112).
func turnings() [8]turning {
	return [8]turning{
		{1, 0, 0, 1},
		{-1, 0, 0, 1},
		{-1, 0, 0, -1},
		{1, 0, 0, -1},
		{0, 1, 1, 0},
		{0, -1, 1, 0},
		{0, -1, -1, 0},
		{0, 1, -1, 0},
	}
}

// after returns what comes of b and then t.
func (t turning) after(b turning) turning {
	return turning{t[0]*b[0] + t[1]*b[2], t[0]*b[1] + t[1]*b[3], t[2]*b[0] + t[3]*b[2], t[2]*b[1] + t[3]*b[3]}
}

// orientation returns the EXIF orientation that does what o and then a's turn and mirrors do.
func (a Adjustment) orientation(o int) int {
	all := turnings()
	if o < 1 || o > len(all) {
		o = 1
	}
	t := all[o-1]
	for range a.Turn {
		t = all[6-1].after(t)
	}
	if a.FlipH {
		t = all[2-1].after(t)
	}
	if a.FlipV {
		t = all[4-1].after(t)
	}
	return slices.Index(all[:], t) + 1
}

// seen is a picture as it is seen after an Adjustment.
type seen struct {
	width, height int
	orientation   int         // from stored pixels to upright
	upright       image.Point // the size before it was straightened
	angle         float64     // by which it is straightened, radians clockwise
}

func (a Adjustment) seen(info Info) seen {
	s := seen{orientation: a.orientation(info.Orientation), upright: image.Pt(info.Width, info.Height)}
	if a.Turn%2 == 1 {
		s.upright = image.Pt(info.Height, info.Width)
	}
	s.angle = a.Straighten * math.Pi / 180
	s.width, s.height = Straightened(s.upright.X, s.upright.Y, a.Straighten)
	return s
}

// Straightened returns the size of the largest part of the same shape that has no empty corners once a
// picture of width × height is turned by an angle in degrees.
func Straightened(width, height int, degrees float64) (int, int) {
	if degrees == 0 || width < 1 || height < 1 {
		return width, height
	}
	sin, cos := math.Sincos(math.Abs(degrees) * math.Pi / 180)
	w, h := float64(width), float64(height)
	share := min(w/(w*cos+h*sin), h/(w*sin+h*cos))
	return max(1, int(w*share)), max(1, int(h*share))
}

// plan is the layout of a checked recipe with everything that its Adjustment asks of a drawing.
func (s *source) plan(r Recipe) layout {
	seen := r.Adjust.seen(s.info)
	l := r.layout(seen.width, seen.height)
	l.seen, l.tone, l.sharpen = seen, s.tones.of(r.Adjust), r.Adjust.Sharpness/100*mostSharpening
	return l
}

// tones keeps the last few tables of tones: many pictures often get the same ones.
type tones struct {
	mu   sync.Mutex
	list []*tone // the last used at the end
}

// keptTones bounds them; one has half a megabyte.
const keptTones = 4

// of returns what changes the tones, or nil if they stay.
func (t *tones) of(a Adjustment) *tone {
	a = Adjustment{Exposure: a.Exposure, Contrast: a.Contrast, Saturation: a.Saturation, Warmth: a.Warmth, Mono: a.Mono}
	if a == (Adjustment{}) {
		return nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	at := slices.IndexFunc(t.list, func(x *tone) bool { return x.of == a })
	found := (*tone)(nil)
	if at >= 0 {
		found = t.list[at]
		t.list = slices.Delete(t.list, at, at+1)
	} else {
		found = newTone(a)
	}
	if t.list = append(t.list, found); len(t.list) > keptTones {
		t.list = slices.Delete(t.list, 0, 1)
	}
	return found
}

// upright is the layout of the part of the upright picture that a straightened layout looks at, no
// larger than it is, and that part.
func (l layout) upright() layout {
	mid := layout{source: image.Rectangle{Max: l.seen.upright}, seen: l.seen}
	mid.seen.angle = 0
	scaled := func(full, source, scaled int) int {
		return max(1, int(math.Round(float64(full)*min(1, float64(scaled)/float64(source)))))
	}
	mid.scaled = image.Pt(scaled(l.seen.upright.X, l.source.Dx(), l.scaled.X), scaled(l.seen.upright.Y, l.source.Dy(), l.scaled.Y))
	at := l.straightening(mid)
	x0, y0, x1, y1 := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for _, p := range [4]image.Point{{}, {X: l.part.Dx()}, {Y: l.part.Dy()}, l.part.Size()} {
		x, y := at(float64(p.X), float64(p.Y))
		x0, y0, x1, y1 = min(x0, x), min(y0, y), max(x1, x), max(y1, y)
	}
	const around = 2 // what a cubic curve looks at beside
	mid.part = image.Rect(int(math.Floor(x0))-around, int(math.Floor(y0))-around, int(math.Ceil(x1))+around, int(math.Ceil(y1))+around).
		Intersect(image.Rectangle{Max: mid.scaled})
	mid.canvas = mid.part.Size()
	return mid
}

// straightening returns what finds the place in the scaled picture of mid that is seen at a place of the part of l.
func (l layout) straightening(mid layout) func(x, y float64) (float64, float64) {
	sin, cos := math.Sincos(l.seen.angle)
	across, down := float64(l.source.Dx())/float64(l.scaled.X), float64(l.source.Dy())/float64(l.scaled.Y)
	width, height := float64(l.seen.upright.X), float64(l.seen.upright.Y)
	toX, toY := float64(mid.scaled.X)/width, float64(mid.scaled.Y)/height
	return func(x, y float64) (float64, float64) {
		dx := float64(l.source.Min.X) + (float64(l.part.Min.X)+x)*across - float64(l.seen.width)/2
		dy := float64(l.source.Min.Y) + (float64(l.part.Min.Y)+y)*down - float64(l.seen.height)/2
		return (dx*cos + dy*sin + width/2) * toX, (dy*cos - dx*sin + height/2) * toY
	}
}

// straighten makes the part of l out of the part of mid, by cubic curves (Catmull-Rom).
func (l layout) straighten(mid layout, m *image.NRGBA) *image.NRGBA {
	out := image.NewNRGBA(image.Rectangle{Max: l.part.Size()})
	at, opaque, between := l.straightening(mid), m.Opaque(), newCurves()
	strips(out.Rect.Dy(), func(from, to int) {
		for y := from; y < to; y++ {
			row := out.Pix[y*out.Stride:][:out.Rect.Dx()*4]
			for x := range out.Rect.Dx() {
				px, py := at(float64(x)+0.5, float64(y)+0.5)
				between.at(row[4*x:4*x+4:4*x+4], m, opaque, px-0.5-float64(mid.part.Min.X), py-0.5-float64(mid.part.Min.Y))
			}
		}
	})
	return out
}

// curves are the shares of four neighbours (Catmull-Rom) for places between the middle two, in 1024ths.
type curves [curveSteps][4]int32

const (
	curveShift = 8
	curveSteps = 1 << curveShift
	curveBits  = 10
)

func newCurves() *curves {
	c := &curves{}
	for i := range c {
		t := float64(i) / curveSteps
		w := &c[i]
		for k, share := range [4]float64{((2-t)*t - 1) * t / 2, ((3*t-5)*t*t + 2) / 2, ((4-3*t)*t + 1) * t / 2, (t - 1) * t * t / 2} {
			w[k] = int32(math.Round(share * (1 << curveBits)))
		}
		w[1] += 1<<curveBits - w[0] - w[1] - w[2] - w[3] // a flat sky stays flat
	}
	return c
}

// at sets d to what m is between its pixels at x, y. Colours are weighed by their alpha.
func (c *curves) at(d []uint8, m *image.NRGBA, opaque bool, x, y float64) {
	const half, bits = 1 << (2*curveBits - 1), 2 * curveBits
	px, py := int(math.Floor(x*curveSteps+0.5)), int(math.Floor(y*curveSteps+0.5))
	across, down := &c[px&(curveSteps-1)], &c[py&(curveSteps-1)]
	left, top := px>>curveShift-1, py>>curveShift-1
	if opaque && left >= 0 && top >= 0 && left+4 <= m.Rect.Dx() && top+4 <= m.Rect.Dy() {
		var r, g, b int32 = half, half, half
		for j, v := range down {
			p := m.Pix[(top+j)*m.Stride+left*4:][:16:16]
			r += v * (across[0]*int32(p[0]) + across[1]*int32(p[4]) + across[2]*int32(p[8]) + across[3]*int32(p[12]))
			g += v * (across[0]*int32(p[1]) + across[1]*int32(p[5]) + across[2]*int32(p[9]) + across[3]*int32(p[13]))
			b += v * (across[0]*int32(p[2]) + across[1]*int32(p[6]) + across[2]*int32(p[10]) + across[3]*int32(p[14]))
		}
		d[0], d[1], d[2], d[3] = uint8(min(max(r>>bits, 0), 255)), uint8(min(max(g>>bits, 0), 255)), uint8(min(max(b>>bits, 0), 255)), 255
		return
	}
	var r, g, b, a int64
	for j, v := range down {
		row := m.Pix[min(max(top+j, 0), m.Rect.Dy()-1)*m.Stride:]
		for i, u := range across {
			p := row[min(max(left+i, 0), m.Rect.Dx()-1)*4:][:4:4]
			w := int64(u) * int64(v) * int64(p[3])
			r, g, b, a = r+w*int64(p[0]), g+w*int64(p[1]), b+w*int64(p[2]), a+w
		}
	}
	if a < half {
		d[0], d[1], d[2], d[3] = 0, 0, 0, 0
		return
	}
	share := func(sum int64) uint8 { return uint8(min(max((sum+a/2)/a, 0), 255)) }
	d[0], d[1], d[2], d[3] = share(r), share(g), share(b), uint8(min((a+half)>>bits, 255))
}

// finish changes the tones of pixels that are nobody else's and sharpens them.
func (l layout) finish(m *image.NRGBA) {
	if l.tone != nil {
		l.tone.colours.Pixels(m, strips)
	}
	if l.sharpen > 0 {
		sharpenPixels(m, l.sharpen)
	}
}

// finishPlanes is finish for the planes of a photograph. A gray one must not be tinted.
func (l layout) finishPlanes(m image.Image) error {
	if l.tone != nil {
		switch m := m.(type) {
		case *image.YCbCr:
			if err := l.tone.colours.Convert(m, m); err != nil {
				return fmt.Errorf("tones: %w", err)
			}
		case *image.Gray:
			p := resample.Plane{Pix: m.Pix, Stride: m.Stride, Width: m.Rect.Dx(), Height: m.Rect.Dy()}
			if err := l.tone.colours.Gray(p, p); err != nil {
				return fmt.Errorf("tones: %w", err)
			}
		}
	}
	if l.sharpen > 0 {
		switch m := m.(type) {
		case *image.YCbCr:
			sharpen(m.Y, m.YStride, m.Rect.Dx(), m.Rect.Dy(), l.sharpen)
		case *image.Gray:
			sharpen(m.Pix, m.Stride, m.Rect.Dx(), m.Rect.Dy(), l.sharpen)
		}
	}
	return nil
}
