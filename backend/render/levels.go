package render

import (
	"image"
	"sync"

	"postbag/backend/render/resample"
)

// levels holds a picture at full size and, once asked for, at a half, a quarter and so on, so that
// a small output does not have to look at every stored pixel again.
type levels struct {
	mu     sync.Mutex
	at     []*image.NRGBA
	opaque bool
}

func newLevels(full *image.NRGBA, opaque bool) *levels {
	return &levels{at: []*image.NRGBA{full}, opaque: opaque}
}

// level returns the coarsest level that leaves enough to Lanczos of a reduction by ratio, and its number.
func (l *levels) level(ratio float64) (*image.NRGBA, int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	k := 0
	for range resample.Level(ratio, resample.RestDefault) {
		last := l.at[k]
		if last.Rect.Dx() < 2 || last.Rect.Dy() < 2 {
			break
		}
		if k+1 == len(l.at) {
			l.at = append(l.at, halve(last, l.opaque))
		}
		k++
	}
	return l.at[k], k
}

// halve averages 2×2 pixels into one. An odd last row or column counts twice.
func halve(m *image.NRGBA, opaque bool) *image.NRGBA {
	w, h := m.Rect.Dx(), m.Rect.Dy()
	out := image.NewNRGBA(image.Rect(0, 0, (w+1)/2, (h+1)/2))
	strips(out.Rect.Dy(), func(from, to int) {
		for y := from; y < to; y++ {
			a := m.Pix[2*y*m.Stride:][:w*4]
			b := a
			if 2*y+1 < h {
				b = m.Pix[(2*y+1)*m.Stride:][:w*4]
			}
			d := out.Pix[y*out.Stride:][:out.Rect.Dx()*4]
			if opaque {
				halveOpaque(d, a, b)
			} else {
				halveAlpha(d, a, b)
			}
		}
	})
	return out
}

func halveOpaque(d, a, b []uint8) {
	for len(a) >= 8 && len(b) >= 8 && len(d) >= 4 {
		d[0] = uint8((uint32(a[0]) + uint32(a[4]) + uint32(b[0]) + uint32(b[4]) + 2) >> 2)
		d[1] = uint8((uint32(a[1]) + uint32(a[5]) + uint32(b[1]) + uint32(b[5]) + 2) >> 2)
		d[2] = uint8((uint32(a[2]) + uint32(a[6]) + uint32(b[2]) + uint32(b[6]) + 2) >> 2)
		d[3] = 255
		a, b, d = a[8:], b[8:], d[4:]
	}
	if len(a) >= 4 && len(b) >= 4 && len(d) >= 4 {
		for i := range 3 {
			d[i] = uint8((uint32(a[i]) + uint32(b[i]) + 1) >> 1)
		}
		d[3] = 255
	}
}

// halveAlpha weighs colours by their alpha, so that what is invisible lends no colour.
func halveAlpha(d, a, b []uint8) {
	for i := 0; i < len(d); i += 4 {
		j := min(2*i+4, len(a)-4)
		four := [4][]uint8{a[2*i:], a[j:], b[2*i:], b[j:]}
		var alpha, red, green, blue uint32
		for _, p := range four {
			w := uint32(p[3])
			alpha += w
			red, green, blue = red+uint32(p[0])*w, green+uint32(p[1])*w, blue+uint32(p[2])*w
		}
		if alpha > 0 {
			half := alpha / 2
			d[i], d[i+1], d[i+2] = uint8((red+half)/alpha), uint8((green+half)/alpha), uint8((blue+half)/alpha)
		}
		d[i+3] = uint8((alpha + 2) >> 2)
	}
}
