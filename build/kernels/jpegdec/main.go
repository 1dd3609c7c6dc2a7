// Command jpegdec writes the vector instructions of backend/render/jpegdec for amd64 with AVX2: the
// inverse transforms in numbers of 32 bits, eight or four beside each other, step by step those of the
// plain Go version. So they agree with it even where the values of a bad file wrap around.
package main

import (
	"fmt"
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

const (
	constBits = 13
	passBits  = 2
	downFirst = constBits - passBits
	downLast  = constBits + passBits + 3
)

func main() {
	ConstraintExpr("amd64,!purego")
	k := &constants{known: map[int32]Mem{}, rowwise: GLOBL("rowwise", RODATA|NOPTR)}
	for i := range 32 {
		DATA(i, U8(i%4*4+i/4%4))
	}
	k.inverse8("inverseFull", 8, "inverseFull turns 64 coefficients at b into 8×8 samples at dst.")
	k.inverse8("inverseLow", 4, "inverseLow is inverseFull where only the first four coefficients of the first four columns are used.")
	k.inverse4()
	Generate()
}

// constants are numbers in memory, eight times each, and how bytes by columns are put into rows.
type constants struct {
	known   map[int32]Mem
	rowwise Mem
}

func (k *constants) of(v int32) Mem {
	if m, ok := k.known[v]; ok {
		return m
	}
	m := GLOBL(fmt.Sprintf("number%d", len(k.known)), RODATA|NOPTR)
	for i := range 8 {
		DATA(4*i, U32(uint32(v)))
	}
	k.known[v] = m
	return m
}

// fix is a factor in constBits bits, with the sign of v.
func (k *constants) fix(v float64) Mem { return k.of(int32(fixed(v))) }

func fixed(v float64) int { return int(math.Round(v * (1 << constBits))) }

// times returns x·by in a register of its own.
func times(x VecVirtual, by Mem) VecVirtual {
	out := like(x)
	VPMULLD(by, x, out)
	return out
}

// plus returns a + b, minus a - b.
func plus(a, b VecVirtual) VecVirtual {
	out := like(a)
	VPADDD(b, a, out)
	return out
}

func minus(a, b VecVirtual) VecVirtual {
	out := like(a)
	VPSUBD(b, a, out)
	return out
}

// like returns a register as wide as another.
func like(x VecVirtual) VecVirtual {
	if x.Size() == 16 {
		return XMM()
	}
	return YMM()
}

// arguments are what each transform is given.
type arguments struct{ dst, stride, b, q Register }

func begin(name, doc string) arguments {
	TEXT(name, NOSPLIT, "func(dst *uint8, stride int, b *[64]int16, q *[64]int32)")
	Pragma("noescape")
	Doc(doc)
	return arguments{
		Load(Param("dst"), GP64()), Load(Param("stride"), GP64()),
		Load(Param("b"), GP64()), Load(Param("q"), GP64()),
	}
}

// row loads a row of coefficients and multiplies it by its steps.
func (a arguments) row(y int, out VecVirtual) VecVirtual {
	VPMOVSXWD(Mem{Base: a.b, Disp: 16 * y}, out)
	VPMULLD(Mem{Base: a.q, Disp: 32 * y}, out, out)
	return out
}

// inverse8 writes a transform to 8×8 samples of which the first used rows and columns are not zero.
func (k *constants) inverse8(name string, used int, doc string) {
	a := begin(name, doc)
	var x []VecVirtual
	for y := range used {
		x = append(x, a.row(y, YMM()))
	}
	t := k.pass(x, k.of(1<<(downFirst-1)), downFirst)
	if used == 4 {
		x = turnedLow(t)
	} else {
		x = turned(t)
	}
	p := k.pass(x, k.of(1<<(downLast-1)+128<<downLast), downLast)
	k.store(a, p)
	VZEROUPPER()
	RET()
}

// pass is one transform of eight outputs from four or eight inputs, eight of them beside each other.
func (k *constants) pass(x []VecVirtual, half Mem, down uint64) [8]VecVirtual {
	var odd, even [4]VecVirtual
	c0541, c0765 := fixed(0.541196100), fixed(0.765366865)
	if len(x) == 4 {
		odd = k.oddLow(x[1], x[3])
		e2, e3 := times(x[2], k.of(int32(c0541))), times(x[2], k.of(int32(c0541+c0765)))
		e0 := like(x[0])
		VPSLLD(U8(constBits), x[0], e0)
		VPADDD(half, e0, e0)
		even = [4]VecVirtual{plus(e0, e3), plus(e0, e2), minus(e0, e2), minus(e0, e3)}
	} else {
		odd = k.odd(x[1], x[3], x[5], x[7])
		z := times(plus(x[2], x[6]), k.of(int32(c0541)))
		e2 := minus(z, times(x[6], k.fix(1.847759065)))
		e3 := plus(z, times(x[2], k.of(int32(c0765))))
		e0, e1 := plus(x[0], x[4]), minus(x[0], x[4])
		for _, e := range []VecVirtual{e0, e1} {
			VPSLLD(U8(constBits), e, e)
			VPADDD(half, e, e)
		}
		even = [4]VecVirtual{plus(e0, e3), plus(e1, e2), minus(e1, e2), minus(e0, e3)}
	}
	var out [8]VecVirtual
	for i := range 4 {
		out[i], out[7-i] = plus(even[i], odd[i]), minus(even[i], odd[i])
		VPSRAD(U8(down), out[i], out[i])
		VPSRAD(U8(down), out[7-i], out[7-i])
	}
	return out
}

// odd is the share of the odd inputs.
func (k *constants) odd(x1, x3, x5, x7 VecVirtual) [4]VecVirtual {
	z1 := times(plus(x7, x1), k.fix(-0.899976223))
	z2 := times(plus(x5, x3), k.fix(-2.562915447))
	z3, z4 := plus(x7, x3), plus(x5, x1)
	z5 := times(plus(z3, z4), k.fix(1.175875602))
	z3 = minus(z5, times(z3, k.fix(1.961570560)))
	z4 = minus(z5, times(z4, k.fix(0.390180644)))
	return [4]VecVirtual{
		plus(plus(times(x1, k.fix(1.501321110)), z1), z4),
		plus(plus(times(x3, k.fix(3.072711026)), z2), z3),
		plus(plus(times(x5, k.fix(2.053119869)), z2), z4),
		plus(plus(times(x7, k.fix(0.298631336)), z1), z3),
	}
}

// oddLow is odd where the last two inputs are zero, with the factors of each input added up.
func (k *constants) oddLow(x1, x3 VecVirtual) (out [4]VecVirtual) {
	c1175 := fixed(1.175875602)
	z1, z2, z3, z4 := -fixed(0.899976223), -fixed(2.562915447), c1175-fixed(1.961570560), c1175-fixed(0.390180644)
	for i, by := range [4][2]int{
		{fixed(1.501321110) + z1 + z4, c1175},
		{c1175, fixed(3.072711026) + z2 + z3},
		{z4, z2 + c1175},
		{z1 + c1175, z3},
	} {
		out[i] = plus(times(x1, k.of(int32(by[0]))), times(x3, k.of(int32(by[1]))))
	}
	return out
}

// turned swaps rows and columns.
func turned(r [8]VecVirtual) []VecVirtual {
	var t, u [8]VecVirtual
	for i := range 4 {
		t[2*i], t[2*i+1] = interleaved(r[2*i], r[2*i+1])
	}
	for i := range 2 { // u[4i+c]: columns c and 4+c of rows 4i to 4i+3, each in one half
		u[4*i], u[4*i+1] = pairs(t[4*i], t[4*i+2])
		u[4*i+2], u[4*i+3] = pairs(t[4*i+1], t[4*i+3])
	}
	out := make([]VecVirtual, 8)
	for c := range 4 {
		out[c], out[4+c] = YMM(), YMM()
		VINSERTI128(U8(1), u[4+c].AsX(), u[c], out[c])
		VPERM2I128(U8(0x31), u[4+c], u[c], out[4+c])
	}
	return out
}

// turnedLow is turned for the first four columns alone.
func turnedLow(r [8]VecVirtual) []VecVirtual {
	var t [4]VecVirtual
	for i := range t { // rows i and 4+i
		t[i] = YMM()
		VINSERTI128(U8(1), r[4+i].AsX(), r[i], t[i])
	}
	return turned4(t)
}

// turned4 swaps rows and columns of 4×4 numbers in each half.
func turned4(r [4]VecVirtual) []VecVirtual {
	a, b := interleaved(r[0], r[1])
	c, d := interleaved(r[2], r[3])
	out := make([]VecVirtual, 4)
	out[0], out[1] = pairs(a, c)
	out[2], out[3] = pairs(b, d)
	return out
}

func interleaved(a, b VecVirtual) (low, high VecVirtual) {
	low, high = like(a), like(a)
	VPUNPCKLDQ(b, a, low)
	VPUNPCKHDQ(b, a, high)
	return low, high
}

func pairs(a, b VecVirtual) (low, high VecVirtual) {
	low, high = like(a), like(a)
	VPUNPCKLQDQ(b, a, low)
	VPUNPCKHQDQ(b, a, high)
	return low, high
}

// bytes4 returns, in each half, the bytes of four rows from numbers of four columns.
func (k *constants) bytes4(columns []VecVirtual) VecVirtual {
	VPACKSSDW(columns[1], columns[0], columns[0])
	VPACKSSDW(columns[3], columns[2], columns[2])
	VPACKUSWB(columns[2], columns[0], columns[0])
	VPSHUFB(k.rowwise, columns[0], columns[0])
	return columns[0]
}

// store writes eight columns of samples.
func (k *constants) store(a arguments, p [8]VecVirtual) {
	left, right := k.bytes4(p[:4]), k.bytes4(p[4:])
	first, second := interleaved(left, right) // rows 0 and 1, and 4 and 5 in the other half; rows 2, 3, 6, 7
	at := a.dst
	for i, rows := range []VecVirtual{first, second, first, second} {
		if i == 2 {
			VEXTRACTI128(U8(1), first, first.AsX())
			VEXTRACTI128(U8(1), second, second.AsX())
		}
		VMOVQ(rows.AsX(), Mem{Base: at})
		VMOVHPS(rows.AsX(), Mem{Base: at, Index: a.stride, Scale: 1})
		if i < 3 {
			LEAQ(Mem{Base: at, Index: a.stride, Scale: 2}, at)
		}
	}
}

// inverse4 writes the transform of the low 4×4 coefficients to 4×4 samples.
func (k *constants) inverse4() {
	a := begin("inverseHalf", "inverseHalf turns the low 4×4 coefficients of a block into 4×4 samples at dst.")
	var x []VecVirtual
	for y := range 4 {
		x = append(x, a.row(y, XMM()))
	}
	t := k.pass4(x, k.of(1<<(downFirst-1)), downFirst)
	p := k.pass4(turned4(t), k.of(1<<(downLast-1)+128<<downLast), downLast)
	rows := k.bytes4(p[:])
	at := a.dst
	VMOVD(rows, Mem{Base: at})
	VPEXTRD(U8(1), rows, Mem{Base: at, Index: a.stride, Scale: 1})
	LEAQ(Mem{Base: at, Index: a.stride, Scale: 2}, at)
	VPEXTRD(U8(2), rows, Mem{Base: at})
	VPEXTRD(U8(3), rows, Mem{Base: at, Index: a.stride, Scale: 1})
	RET()
}

// pass4 is one transform of four outputs.
func (k *constants) pass4(x []VecVirtual, half Mem, down uint64) (out [4]VecVirtual) {
	large, small := k.fix(math.Sqrt2*math.Cos(math.Pi/8)), k.fix(0.541196100)
	a0, a1 := plus(x[0], x[2]), minus(x[0], x[2])
	for _, v := range []VecVirtual{a0, a1} {
		VPSLLD(U8(constBits), v, v)
		VPADDD(half, v, v)
	}
	o0 := plus(times(x[1], large), times(x[3], small))
	o1 := minus(times(x[1], small), times(x[3], large))
	out = [4]VecVirtual{plus(a0, o0), plus(a1, o1), minus(a1, o1), minus(a0, o0)}
	for _, v := range out {
		VPSRAD(U8(down), v, v)
	}
	return out
}
