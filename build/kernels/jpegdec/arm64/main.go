// Command arm64 writes the vector instructions of backend/render/jpegdec for arm64: the inverse
// transforms in numbers of 32 bits, four beside each other, step by step those of the plain Go version.
package main

import (
	"math"

	"postbag/build/kernels/neon"
)

const (
	constBits = 13
	passBits  = 2
	downFirst = constBits - passBits
	downLast  = constBits + passBits + 3
)

// The general registers of the arguments.
const (
	dst    = 0
	stride = 1
	block  = 2
	steps  = 3
	other  = 4 // for addresses
)

func main() {
	f := &neon.File{}
	inverse8(f, "inverseFull", 8)
	inverse8(f, "inverseLow", 4)
	inverse4(f)
	f.Write()
}

// kernel is a function under way with its constants.
type kernel struct {
	*neon.Func
	numbers []neon.V
	at      map[int]int // of each constant, in lanes
	half    [2]neon.V   // of the two passes
	rowwise neon.V
}

func begin(file *neon.File, name string, constants ...int) *kernel {
	k := &kernel{Func: file.Func(name+"(dst *uint8, stride int, b *[64]int16, q *[64]int32)", name+"(SB), NOSPLIT, $0-32"), at: map[int]int{}}
	k.Line("MOVD dst+0(FP), R0")
	k.Line("MOVD stride+8(FP), R1")
	k.Line("MOVD b+16(FP), R2")
	k.Line("MOVD q+24(FP), R3")
	for i, v := range constants {
		k.at[v] = i
	}
	for len(constants)%4 != 0 {
		constants = append(constants, 0)
	}
	for pass, down := range []int{downFirst, downLast} {
		half := 1 << (down - 1)
		if pass == 1 {
			half += 128 << down
		}
		constants = append(constants, half, half, half, half)
	}
	var turn []byte
	for i := range 16 {
		turn = append(turn, byte(i%4*4+i/4))
	}
	values := append(neon.Longs(constants...), turn...)
	k.Line("MOVD " + file.Data(name+"Numbers", values) + ", R4")
	load := func(i int) neon.V {
		v := k.New()
		k.LoadQ(v, other, 16*i)
		return v
	}
	n := len(constants)/4 - 2
	for i := range n {
		k.numbers = append(k.numbers, load(i))
	}
	k.half = [2]neon.V{load(n), load(n + 1)}
	k.rowwise = load(n + 2)
	return k
}

func (k *kernel) plus(a, b neon.V) neon.V {
	d := k.New()
	k.Add(neon.S4, d, a, b)
	return d
}

func (k *kernel) minus(a, b neon.V) neon.V {
	d := k.New()
	k.Sub(neon.S4, d, a, b)
	return d
}

func (k *kernel) times(a neon.V, by int) neon.V {
	at, ok := k.at[by]
	if !ok {
		panic("a constant that was not laid out")
	}
	d := k.New()
	k.MulBy(neon.S4, d, a, k.numbers[at/4], at%4)
	return d
}

// row loads four coefficients of a row from a column on and multiplies them by their steps.
func (k *kernel) row(y, column int) neon.V {
	c, q, d := k.New(), k.New(), k.New()
	k.LoadD(c, block, 16*y+2*column)
	k.LoadQ(q, steps, 32*y+4*column)
	k.Sxtl(neon.H4, d, c)
	k.Mul(neon.S4, d, d, q)
	return d
}

// The constants of the transforms; those of the low one are sums, of each input.
var (
	c0298, c0390, c0541, c0765 = neon.Fixed13(0.298631336), neon.Fixed13(0.390180644), neon.Fixed13(0.541196100), neon.Fixed13(0.765366865)
	c0899, c1175, c1501, c1847 = -neon.Fixed13(0.899976223), neon.Fixed13(1.175875602), neon.Fixed13(1.501321110), neon.Fixed13(1.847759065)
	c1961, c2053, c2562, c3072 = neon.Fixed13(1.961570560), neon.Fixed13(2.053119869), -neon.Fixed13(2.562915447), neon.Fixed13(3.072711026)
	c1306                      = neon.Fixed13(math.Sqrt2 * math.Cos(math.Pi/8))
	low                        = [4][2]int{
		{c1501 + c0899 + c1175 - c0390, c1175},
		{c1175, c3072 + c2562 + c1175 - c1961},
		{c1175 - c0390, c2562 + c1175},
		{c0899 + c1175, c1175 - c1961},
	}
)

// inverse8 writes a transform to 8×8 samples of which the first used rows and columns are not zero.
func inverse8(file *neon.File, name string, used int) {
	var k *kernel
	if used == 4 {
		k = begin(file, name, c0541, c0541+c0765, low[0][0], c1175, low[1][1], low[2][0], low[2][1], low[3][0], low[3][1])
	} else {
		k = begin(file, name, c0298, c0390, c0541, c0765, c0899, c1175, c1501, c1847, c1961, c2053, c2562, c3072)
	}
	var columns [2][]neon.V // of the upper four rows, then of the lower four
	for column := 0; column < used; column += 4 {
		var x []neon.V
		for y := range used {
			x = append(x, k.row(y, column))
		}
		t := k.pass(x, k.half[0], downFirst)
		for i := range columns {
			columns[i] = append(columns[i], k.turned(t[4*i:4*i+4])...)
		}
	}
	for _, x := range columns {
		p := k.pass(x, k.half[1], downLast)
		left, right := k.bytes(p[:4]), k.bytes(p[4:])
		for _, zip := range []func(neon.Shape, neon.V, neon.V, neon.V){k.Zip1, k.Zip2} {
			rows := k.New()
			zip(neon.S4, rows, left, right)
			k.StoreD(rows, 0, dst, stride)
			k.StoreD(rows, 1, dst, stride)
		}
	}
	k.End()
}

// pass is one transform of eight outputs from four or eight inputs, four of them beside each other.
func (k *kernel) pass(x []neon.V, half neon.V, down int) []neon.V {
	var odd, even [4]neon.V
	if len(x) == 4 {
		for i, by := range low {
			odd[i] = k.plus(k.times(x[1], by[0]), k.times(x[3], by[1]))
		}
		e2, e3 := k.times(x[2], c0541), k.times(x[2], c0541+c0765)
		e0 := k.New()
		k.Shl(neon.S4, e0, x[0], constBits)
		k.Add(neon.S4, e0, e0, half)
		even = [4]neon.V{k.plus(e0, e3), k.plus(e0, e2), k.minus(e0, e2), k.minus(e0, e3)}
	} else {
		odd = k.odd(x[1], x[3], x[5], x[7])
		z := k.times(k.plus(x[2], x[6]), c0541)
		e2, e3 := k.minus(z, k.times(x[6], c1847)), k.plus(z, k.times(x[2], c0765))
		e0, e1 := k.plus(x[0], x[4]), k.minus(x[0], x[4])
		for _, e := range []neon.V{e0, e1} {
			k.Shl(neon.S4, e, e, constBits)
			k.Add(neon.S4, e, e, half)
		}
		even = [4]neon.V{k.plus(e0, e3), k.plus(e1, e2), k.minus(e1, e2), k.minus(e0, e3)}
	}
	out := make([]neon.V, 8)
	for i := range 4 {
		out[i], out[7-i] = k.plus(even[i], odd[i]), k.minus(even[i], odd[i])
		k.Sshr(neon.S4, out[i], out[i], down)
		k.Sshr(neon.S4, out[7-i], out[7-i], down)
	}
	return out
}

// odd is the share of the odd inputs.
func (k *kernel) odd(x1, x3, x5, x7 neon.V) [4]neon.V {
	z1, z2 := k.times(k.plus(x7, x1), c0899), k.times(k.plus(x5, x3), c2562)
	z3, z4 := k.plus(x7, x3), k.plus(x5, x1)
	z5 := k.times(k.plus(z3, z4), c1175)
	z3, z4 = k.minus(z5, k.times(z3, c1961)), k.minus(z5, k.times(z4, c0390))
	return [4]neon.V{
		k.plus(k.plus(k.times(x1, c1501), z1), z4),
		k.plus(k.plus(k.times(x3, c3072), z2), z3),
		k.plus(k.plus(k.times(x5, c2053), z2), z4),
		k.plus(k.plus(k.times(x7, c0298), z1), z3),
	}
}

// turned swaps rows and columns of 4×4 numbers.
func (k *kernel) turned(r []neon.V) []neon.V {
	var t, out [4]neon.V
	for i := range 4 {
		t[i], out[i] = k.New(), k.New()
	}
	k.Zip1(neon.S4, t[0], r[0], r[1])
	k.Zip2(neon.S4, t[1], r[0], r[1])
	k.Zip1(neon.S4, t[2], r[2], r[3])
	k.Zip2(neon.S4, t[3], r[2], r[3])
	for i := range 2 {
		k.Zip1D(out[2*i], t[i], t[2+i])
		k.Zip2D(out[2*i+1], t[i], t[2+i])
	}
	return out[:]
}

// bytes returns the samples of four rows from four columns.
func (k *kernel) bytes(columns []neon.V) neon.V {
	var words [2]neon.V
	for i := range words {
		words[i] = k.New()
		k.Sqxtn(neon.H4, words[i], columns[2*i])
		k.Sqxtn(neon.H8, words[i], columns[2*i+1])
	}
	d := k.New()
	k.Sqxtun(neon.B8, d, words[0])
	k.Sqxtun(neon.B16, d, words[1])
	k.Tbl(d, d, k.rowwise)
	return d
}

// inverse4 writes the transform of the low 4×4 coefficients to 4×4 samples.
func inverse4(file *neon.File) {
	k := begin(file, "inverseHalf", c1306, c0541)
	var x []neon.V
	for y := range 4 {
		x = append(x, k.row(y, 0))
	}
	x = k.turned(k.pass4(x, k.half[0], downFirst))
	rows := k.bytes(k.pass4(x, k.half[1], downLast))
	for y := range 4 {
		k.StoreS(rows, y, dst, stride)
	}
	k.End()
}

// pass4 is one transform of four outputs.
func (k *kernel) pass4(x []neon.V, half neon.V, down int) []neon.V {
	a0, a1 := k.plus(x[0], x[2]), k.minus(x[0], x[2])
	for _, v := range []neon.V{a0, a1} {
		k.Shl(neon.S4, v, v, constBits)
		k.Add(neon.S4, v, v, half)
	}
	o0 := k.plus(k.times(x[1], c1306), k.times(x[3], c0541))
	o1 := k.minus(k.times(x[1], c0541), k.times(x[3], c1306))
	out := []neon.V{k.plus(a0, o0), k.plus(a1, o1), k.minus(a1, o1), k.minus(a0, o0)}
	for _, v := range out {
		k.Sshr(neon.S4, v, v, down)
	}
	return out
}
