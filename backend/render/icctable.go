package render

import (
	"encoding/binary"
	"errors"
	"image"
	"math"
	"sync"
)

// colourTable turns 8-bit samples of a profile that no matrix describes into sRGB: the colours at the nodes of a
// grid over all samples, between which the rest is interpolated. Printing colours have four samples, others three.
type colourTable struct {
	inputs, nodes int
	colours       func() [][3]float32 // 0 to 255; the last sample runs fastest. Worked out at the first call
}

// A stage is one step of a profile's table: values from 0 to 1 in, values out.
type stage func([]float64) []float64

// mostBlack is the lightest colour that may become black: L* of 50.
const mostBlack = 0.1842

var errTable = errors.New("unreadable table")

// parseTable reads an A2B0 tag of any of its three kinds (ICC.1:2022, sections 10.10 to 10.12) for colours of so many
// samples. lab says what the connection space is.
func parseTable(b []byte, inputs int, lab bool) (*colourTable, error) {
	if len(b) < 32 || int(b[8]) != inputs || b[9] != 3 {
		return nil, errTable
	}
	var stages []stage
	var err error
	old := false // how Lab was written in sixteen bits before version 4
	switch string(b[:4]) {
	case "mft1", "mft2":
		stages, err = plainStages(b, inputs)
		old = string(b[:4]) == "mft2"
	case "mAB ":
		stages, err = modernStages(b, inputs)
	default:
		err = errTable
	}
	if err != nil {
		return nil, err
	}
	t := &colourTable{inputs: inputs, nodes: 33}
	if inputs == 4 {
		t.nodes = 17
	}
	t.colours = sync.OnceValue(func() [][3]float32 { return t.work(stages, lab, old) })
	return t, nil
}

// work makes the colours at the nodes. The darkest colour, all inks or none of the light, becomes black, and what is
// between that and white moves along: ink on paper is never black, and a screen would show a grey veil (ISO 18619:2015).
func (t *colourTable) work(stages []stage, lab, old bool) [][3]float32 {
	toSRGB, _ := srgbToXYZ().inverse()
	values := make([]float64, t.inputs)
	list := make([][3]float32, int(math.Pow(float64(t.nodes), float64(t.inputs))))
	through := func(v []float64) [3]float64 {
		for _, s := range stages {
			v = s(v)
		}
		return connection([3]float64(v), lab, old)
	}
	darkest := make([]float64, t.inputs)
	for k := range darkest {
		darkest[k] = float64(t.inputs - 3) // 1 of inks, 0 of light
	}
	black := min(max(through(darkest)[1], 0), mostBlack)
	for i := range list {
		for k, rest := t.inputs-1, i; k >= 0; k, rest = k-1, rest/t.nodes {
			values[k] = float64(rest%t.nodes) / float64(t.nodes-1)
		}
		xyz := through(values)
		for k := range xyz {
			xyz[k] = (xyz[k] - d50[k]*black) / (1 - black)
		}
		light := toSRGB.vector(xyz)
		for k := range light {
			list[i][k] = float32(srgbEncode(min(max(light[k], 0), 1)) * 255)
		}
	}
	return list
}

// connection turns coded values of the connection space into XYZ (section 6.3.4).
func connection(v [3]float64, lab, old bool) [3]float64 {
	if !lab {
		for i := range v {
			v[i] *= 65535.0 / 32768
		}
		return v
	}
	if old {
		for i := range v {
			v[i] *= 65535.0 / 65280
		}
	}
	y := (v[0]*100 + 16) / 116
	x, z := y+(v[1]*255-128)/500, y-(v[2]*255-128)/200
	back := func(f float64) float64 {
		if f > 6.0/29 {
			return f * f * f
		}
		return (f - 4.0/29) * 3 * 36 / 841
	}
	return [3]float64{d50[0] * back(x), d50[1] * back(y), d50[2] * back(z)}
}

// plainStages are those of a lut8Type or lut16Type: curves, a grid, curves.
func plainStages(b []byte, inputs int) ([]stage, error) {
	width, at, before, after := 1, 48, 256, 256
	if string(b[:4]) == "mft2" {
		if len(b) < 52 {
			return nil, errTable
		}
		width, at = 2, 52
		before, after = int(binary.BigEndian.Uint16(b[48:])), int(binary.BigEndian.Uint16(b[50:]))
	}
	nodes := int(b[10])
	size := 3 * int(math.Pow(float64(nodes), float64(inputs)))
	if before < 2 || after < 2 || nodes < 2 || (before*inputs+size+after*3)*width > len(b)-min(at, len(b)) {
		return nil, errTable
	}
	next := func(n int) []float64 {
		list := fractions(b[at:], n, width)
		at += n * width
		return list
	}
	tables := func(count, n int) stage {
		var list [][]float64
		for range count {
			list = append(list, next(n))
		}
		return curvesOf(list)
	}
	first := tables(inputs, before)
	dims := make([]int, inputs)
	for i := range dims {
		dims[i] = nodes
	}
	return []stage{first, gridOf(next(size), dims), tables(3, after)}, nil
}

// modernStages are those of a lutAToBType: curves, a grid, curves, a matrix, curves, of which most may be missing.
func modernStages(b []byte, inputs int) (list []stage, err error) {
	offset := func(i int) int { return int(binary.BigEndian.Uint32(b[12+4*i:])) }
	curves := func(at, n int) {
		if at == 0 || err != nil {
			return
		}
		var tables [][]float64
		for range n {
			if at < 32 || at+12 > len(b) {
				err = errTable
				return
			}
			c, broken := parseCurve(b[at:])
			if broken != nil {
				err = broken
				return
			}
			tables = append(tables, c[:])
			at += curveLength(b[at:])
		}
		list = append(list, curvesOf(tables))
	}
	first, matrix, middle, grid, last := offset(0), offset(1), offset(2), offset(3), offset(4)
	curves(last, inputs)
	switch {
	case grid == 0 && inputs != 3:
		return nil, errTable
	case grid != 0:
		if grid < 32 || grid+20 > len(b) || b[grid+16] < 1 || b[grid+16] > 2 {
			return nil, errTable
		}
		dims, size := make([]int, inputs), 3
		for i := range dims {
			if dims[i] = int(b[grid+i]); dims[i] < 2 || size > 1<<24 {
				return nil, errTable
			}
			size *= dims[i]
		}
		width := int(b[grid+16])
		if size*width > len(b)-grid-20 {
			return nil, errTable
		}
		list = append(list, gridOf(fractions(b[grid+20:], size, width), dims))
	}
	curves(middle, 3)
	if matrix != 0 {
		if matrix < 32 || matrix+48 > len(b) {
			return nil, errTable
		}
		var m [12]float64
		for i := range m {
			m[i] = fixed16(b[matrix+4*i:])
		}
		list = append(list, func(v []float64) []float64 {
			out := make([]float64, 3)
			for i := range out {
				out[i] = m[3*i]*v[0] + m[3*i+1]*v[1] + m[3*i+2]*v[2] + m[9+i]
			}
			return out
		})
	}
	curves(first, 3)
	if len(list) == 0 {
		return nil, errTable
	}
	return list, err
}

// curveLength is how many bytes a curve takes, up to the next one, which begins at a whole word.
func curveLength(b []byte) int {
	n := 12 + 2*int(binary.BigEndian.Uint32(b[8:]))
	if string(b[:4]) == "para" {
		n = 12 + 4*[]int{1, 3, 4, 5, 7}[min(binary.BigEndian.Uint16(b[8:]), 4)]
	}
	return (n + 3) &^ 3
}

// fractions reads n whole numbers of one or two bytes as shares of the largest.
func fractions(b []byte, n, width int) []float64 {
	list := make([]float64, n)
	for i := range list {
		if width == 1 {
			list[i] = float64(b[i]) / 255
		} else {
			list[i] = float64(binary.BigEndian.Uint16(b[2*i:])) / 65535
		}
	}
	return list
}

// curvesOf passes each value through a table of its own.
func curvesOf(tables [][]float64) stage {
	return func(v []float64) []float64 {
		out := make([]float64, len(tables))
		for i, t := range tables {
			place := min(max(v[i], 0), 1) * float64(len(t)-1)
			low := min(int(place), len(t)-2)
			out[i] = t[low] + (t[low+1]-t[low])*(place-float64(low))
		}
		return out
	}
}

// gridOf interpolates between the corners around a place, each of three values.
func gridOf(nodes []float64, dims []int) stage {
	return func(v []float64) []float64 {
		out := make([]float64, 3)
		for corner := range 1 << len(dims) {
			weight, at := 1.0, 0
			for k, n := range dims {
				place := min(max(v[k], 0), 1) * float64(n-1)
				low := min(int(place), n-2)
				share := place - float64(low)
				if corner>>k&1 == 1 {
					low++
				} else {
					share = 1 - share
				}
				weight, at = weight*share, at*n+low
			}
			if weight == 0 {
				continue
			}
			for i := range out {
				out[i] += weight * nodes[3*at+i]
			}
		}
		return out
	}
}

// pixel writes the colour of one pixel's samples, given t.colours.
func (t *colourTable) pixel(colours [][3]float32, in, out []uint8) {
	var low [4]int
	var share [4]float32
	for k, v := range in[:t.inputs] {
		place := float32(int(v)*(t.nodes-1)) / 255
		low[k] = min(int(place), t.nodes-2)
		share[k] = place - float32(low[k])
	}
	var sum [3]float32
	for corner := range 1 << t.inputs {
		weight, at := float32(1), 0
		for k := range t.inputs {
			if corner>>k&1 == 1 {
				weight, at = weight*share[k], at*t.nodes+low[k]+1
			} else {
				weight, at = weight*(1-share[k]), at*t.nodes+low[k]
			}
		}
		c := &colours[at]
		sum[0], sum[1], sum[2] = sum[0]+weight*c[0], sum[1]+weight*c[1], sum[2]+weight*c[2]
	}
	for i, v := range sum {
		out[i] = uint8(v + 0.5)
	}
}

// isSRGB is profile.isSRGB of a table.
func (t *colourTable) isSRGB() bool {
	if t.inputs != 3 {
		return false
	}
	colours := t.colours()
	for i := range 6 * 6 * 6 {
		was := [3]uint8{uint8(i / 36 * 51), uint8(i / 6 % 6 * 51), uint8(i % 6 * 51)}
		now := was
		t.pixel(colours, was[:], now[:])
		for k := range was {
			if math.Abs(float64(now[k])-float64(was[k])) > 3 {
				return false
			}
		}
	}
	return true
}

// apply converts three samples a pixel in place.
func (t *colourTable) apply(m *image.NRGBA) {
	colours := t.colours()
	strips(m.Rect.Dy(), func(from, to int) {
		for y := from; y < to; y++ {
			row := m.Pix[y*m.Stride:][:m.Rect.Dx()*4]
			for ; len(row) >= 4; row = row[4:] {
				t.pixel(colours, row[:3], row[:3])
			}
		}
	})
}

// print returns a picture in printing colours as it looks.
func (t *colourTable) print(m *image.CMYK) *image.NRGBA {
	out, colours := image.NewNRGBA(image.Rectangle{Max: m.Rect.Size()}), t.colours()
	strips(out.Rect.Dy(), func(from, to int) {
		for y := from; y < to; y++ {
			row, ink := out.Pix[y*out.Stride:][:out.Rect.Dx()*4], m.Pix[y*m.Stride:]
			for i := 0; i < len(row); i += 4 {
				t.pixel(colours, ink[i:i+4], row[i:i+3])
				row[i+3] = 255
			}
		}
	})
	return out
}
