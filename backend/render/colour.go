package render

import (
	"image"
	"math"
	"runtime"
	"sync"
)

type matrix3 [3][3]float64

func (m matrix3) times(n matrix3) (out matrix3) {
	for i := range 3 {
		for j := range 3 {
			for k := range 3 {
				out[i][j] += m[i][k] * n[k][j]
			}
		}
	}
	return out
}

func (m matrix3) vector(v [3]float64) (out [3]float64) {
	for i := range 3 {
		out[i] = m[i][0]*v[0] + m[i][1]*v[1] + m[i][2]*v[2]
	}
	return out
}

func (m matrix3) inverse() (matrix3, bool) {
	cof := func(r, c int) float64 {
		a, b := (r+1)%3, (r+2)%3
		d, e := (c+1)%3, (c+2)%3
		return m[a][d]*m[b][e] - m[a][e]*m[b][d]
	}
	det := m[0][0]*cof(0, 0) + m[0][1]*cof(0, 1) + m[0][2]*cof(0, 2)
	if math.Abs(det) < 1e-6 || math.IsNaN(det) || math.IsInf(det, 0) {
		return matrix3{}, false
	}
	var out matrix3
	for r := range 3 {
		for c := range 3 {
			out[c][r] = cof(r, c) / det
		}
	}
	return out, true
}

// primaries are the corners of a colour space as CIE xy.
type primaries struct{ red, green, blue, white [2]float64 }

var (
	// d65 and d50 are daylight as CIE xy (CIE 15:2018).
	d65 = [2]float64{0.3127, 0.3290}
	d50 = [3]float64{0.9642, 1, 0.8249} // as XYZ, the connection space of ICC.1:2022

	bt709  = primaries{red: [2]float64{0.64, 0.33}, green: [2]float64{0.30, 0.60}, blue: [2]float64{0.15, 0.06}, white: d65}
	p3     = primaries{red: [2]float64{0.68, 0.32}, green: [2]float64{0.265, 0.69}, blue: [2]float64{0.15, 0.06}, white: d65}
	bt2020 = primaries{red: [2]float64{0.708, 0.292}, green: [2]float64{0.17, 0.797}, blue: [2]float64{0.131, 0.046}, white: d65}

	// bradford is the cone response of the Bradford adaptation (ICC.1:2022, annex E).
	bradford = matrix3{{0.8951, 0.2664, -0.1614}, {-0.7502, 1.7135, 0.0367}, {0.0389, -0.0685, 1.0296}}
)

// toXYZ returns the matrix from linear light in these primaries to XYZ under D50.
func (p primaries) toXYZ() (matrix3, bool) {
	xyz := func(c [2]float64) [3]float64 {
		if c[1] <= 0 {
			return [3]float64{}
		}
		return [3]float64{c[0] / c[1], 1, (1 - c[0] - c[1]) / c[1]}
	}
	var m matrix3
	for i, c := range [][2]float64{p.red, p.green, p.blue} {
		v := xyz(c)
		for row := range 3 {
			m[row][i] = v[row]
		}
	}
	inv, ok := m.inverse()
	if !ok || p.white[1] <= 0 {
		return matrix3{}, false
	}
	white := xyz(p.white)
	scale := inv.vector(white)
	for row := range 3 {
		for i := range 3 {
			m[row][i] *= scale[i]
		}
	}
	back, _ := bradford.inverse()
	from, to := bradford.vector(white), bradford.vector(d50)
	var adapt matrix3
	for i := range 3 {
		if from[i] == 0 {
			return matrix3{}, false
		}
		adapt[i][i] = to[i] / from[i]
	}
	return back.times(adapt).times(bradford).times(m), true
}

func srgbToXYZ() matrix3 {
	m, _ := bt709.toXYZ()
	return m
}

// displayP3 is the space of Apple's screens and phones: the primaries of SMPTE RP 431-2 under D65
// with the curve of sRGB.
func displayP3() *profile {
	m, _ := p3.toXYZ()
	c := srgbCurve()
	return &profile{name: "Display P3", matrix: m, curves: [3]curveTable{c, c, c}}
}

func gammaCurve(g float64) (t curveTable) {
	for i := range t {
		t[i] = math.Pow(float64(i)/255, g)
	}
	return t
}

// srgbCurve is the transfer function of IEC 61966-2-1:1999, decoding.
func srgbCurve() (t curveTable) {
	for i := range t {
		x := float64(i) / 255
		if x <= 0.04045 {
			t[i] = x / 12.92
		} else {
			t[i] = math.Pow((x+0.055)/1.055, 2.4)
		}
	}
	return t
}

// srgbEncode is the same transfer function, encoding.
func srgbEncode(x float64) float64 {
	if x <= 0.0031308 {
		return x * 12.92
	}
	return 1.055*math.Pow(x, 1/2.4) - 0.055
}

const (
	linearBits = 14
	linearMax  = 1<<linearBits - 1
	weightBits = 12
)

// converter turns 8-bit samples of a profile into 8-bit sRGB: a table in, a matrix, a table out.
type converter struct {
	in     [3][256]int32
	matrix [3][3]int32
	out    [linearMax + 1]uint8
}

func (p *profile) converter() *converter {
	toSRGB, _ := srgbToXYZ().inverse()
	m := toSRGB.times(p.matrix)
	c := &converter{}
	for i := range 3 {
		for j := range 256 {
			c.in[i][j] = int32(math.Round(p.curves[i][j] * linearMax))
		}
		for j := range 3 {
			// A weight beyond eight would overflow below; no real profile has one above three.
			c.matrix[i][j] = int32(math.Round(min(max(m[i][j], -8), 8) * (1 << weightBits)))
		}
	}
	for i := range c.out {
		c.out[i] = uint8(math.Round(srgbEncode(float64(i)/linearMax) * 255))
	}
	return c
}

func (c *converter) pixel(r, g, b uint8) (uint8, uint8, uint8) {
	x, y, z := c.in[0][r], c.in[1][g], c.in[2][b]
	row := func(m *[3]int32) uint8 {
		v := (m[0]*x + m[1]*y + m[2]*z + 1<<(weightBits-1)) >> weightBits
		return c.out[min(max(v, 0), linearMax)]
	}
	return row(&c.matrix[0]), row(&c.matrix[1]), row(&c.matrix[2])
}

// isSRGB reports whether converting would change no colour of a coarse grid by more than three
// levels: the many profiles that all mean sRGB differ by that much.
func (p *profile) isSRGB() bool {
	if p.table != nil {
		return p.table.isSRGB()
	}
	toSRGB, _ := srgbToXYZ().inverse()
	m := toSRGB.times(p.matrix)
	for r := 0; r < 256; r += 51 {
		for g := 0; g < 256; g += 51 {
			for b := 0; b < 256; b += 51 {
				if p.gray && (r != g || g != b) {
					continue
				}
				light := m.vector([3]float64{p.curves[0][r], p.curves[1][g], p.curves[2][b]})
				for i, was := range [3]int{r, g, b} {
					now := srgbEncode(min(max(light[i], 0), 1)) * 255
					if math.Abs(now-float64(was)) > 3 {
						return false
					}
				}
			}
		}
	}
	return true
}

// apply converts m in place, in as many strips as there are processors.
func (c *converter) apply(m *image.NRGBA) {
	strips(m.Rect.Dy(), func(from, to int) {
		for y := from; y < to; y++ {
			row := m.Pix[y*m.Stride:][:m.Rect.Dx()*4]
			for ; len(row) >= 4; row = row[4:] {
				row[0], row[1], row[2] = c.pixel(row[0], row[1], row[2])
			}
		}
	})
}

// strips cuts rows into contiguous parts, one a processor, and waits for all of them. work must
// not panic: nobody could catch it.
func strips(rows int, work func(from, to int)) {
	n := min(runtime.GOMAXPROCS(0), max(rows/64, 1))
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { work(rows*i/n, rows*(i+1)/n) })
	}
	wg.Wait()
}

// nclx is the coding-independent description of colour in HEIC and AVIF (ITU-T H.273, 2024-07).
type nclx struct {
	primaries, transfer, matrix int
	fullRange                   bool
}

// profile returns how n's colours differ from sRGB, or nil if they do not or are not known.
func (n nclx) profile() *profile {
	corners := bt709
	switch n.primaries {
	case 9:
		corners = bt2020
	case 11, 12:
		corners = p3
	case 1, 2:
	default:
		return nil
	}
	m, ok := corners.toXYZ()
	if !ok {
		return nil
	}
	curve := srgbCurve()
	switch n.transfer {
	case 4:
		curve = gammaCurve(2.2)
	case 8:
		curve = gammaCurve(1)
	}
	return &profile{name: "nclx", matrix: m, curves: [3]curveTable{curve, curve, curve}}
}
