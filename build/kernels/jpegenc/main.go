// Command jpegenc writes the vector instructions of backend/render/jpegenc for amd64 with AVX2. Its
// package comment there says what the transform is; here it is done for two blocks at once, one in
// each half of the registers, in words of 16 bits wherever the plain Go version proves that they fit.
package main

import (
	"fmt"
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

func main() {
	ConstraintExpr("amd64,!purego")
	forwardPair()
	quantiseBlocks()
	Generate()
}

// rows are the eight registers of a pair of blocks: of each row the words of one block and of the other.
type rows [8]VecVirtual

// words returns 32 bytes of memory that hold the same pairs of words.
func words(name string, even, odd int) Mem {
	m := GLOBL(name, RODATA|NOPTR)
	for i := range 8 {
		DATA(4*i, U32(uint32(uint16(int16(even)))|uint32(uint16(int16(odd)))<<16))
	}
	return m
}

// longs returns 32 bytes of memory that hold the same number of 32 bits.
func longs(name string, v int32) Mem {
	m := GLOBL(name, RODATA|NOPTR)
	for i := range 8 {
		DATA(4*i, U32(uint32(v)))
	}
	return m
}

// forwardPair writes forwardPair, which transforms two blocks of samples and puts the coefficients in
// the order of coding.
func forwardPair() {
	TEXT("forwardPair", NOSPLIT, "func(out *[128]int16, a *uint8, strideA int, b *uint8, strideB int)")
	Doc("forwardPair transforms the 8×8 samples at a and at b into two blocks of coefficients in zigzag order.")
	out := Load(Param("out"), GP64())
	a, strideA := Load(Param("a"), GP64()), Load(Param("strideA"), GP64())
	b, strideB := Load(Param("b"), GP64()), Load(Param("strideB"), GP64())
	var r rows
	for y := range r {
		r[y] = YMM()
		half := XMM()
		VMOVQ(Mem{Base: a}, half)
		VPINSRQ(U8(1), Mem{Base: b}, half, half)
		VPMOVZXBW(half, r[y])
		if y < 7 {
			ADDQ(strideA, a)
			ADDQ(strideB, b)
		}
	}
	c := constants()
	r = transposed(r)
	r = c.pass(r, true)
	r = transposed(r)
	r = c.pass(r, false)
	zigzag(out, r)
	VZEROUPPER()
	RET()
}

// transposed swaps rows and columns.
func transposed(r rows) rows {
	var t, u, v rows
	for i := range 4 { // words of rows 2i and 2i+1
		t[i], t[4+i] = YMM(), YMM()
		VPUNPCKLWD(r[2*i+1], r[2*i], t[i])
		VPUNPCKHWD(r[2*i+1], r[2*i], t[4+i])
	}
	for i := range 4 { // pairs of words
		u[2*i], u[2*i+1] = YMM(), YMM()
		VPUNPCKLDQ(t[2*i+1], t[2*i], u[2*i])
		VPUNPCKHDQ(t[2*i+1], t[2*i], u[2*i+1])
	}
	for i := range 2 { // u[0], u[1]: columns 0 to 3 of rows 0 to 3; u[2], u[3]: of rows 4 to 7; then columns 4 to 7
		for j := range 2 {
			low, high := u[4*i+j], u[4*i+2+j]
			v[4*i+2*j], v[4*i+2*j+1] = YMM(), YMM()
			VPUNPCKLQDQ(high, low, v[4*i+2*j])
			VPUNPCKHQDQ(high, low, v[4*i+2*j+1])
		}
	}
	return v
}

// table is the constants of the passes.
type table struct {
	two, six         Mem    // for pairs of a2, a3
	low, high        [4]Mem // of outputs 1, 3, 5, 7: for pairs of d0, d1 and of d2, d3
	centre, round    Mem
	halfRow, halfCol Mem
}

const (
	constBits = 13
	passBits  = 2
)

func fix(v float64) int { return int(math.Round(v * (1 << constBits))) }

// constants lays out the multipliers: each output is a sum of products with the inputs of its half, which
// is what the factored form of the plain version comes to.
func constants() table {
	var t table
	c0541, c0765, c1847 := fix(0.541196100), fix(0.765366865), fix(1.847759065)
	t.two = words("two", c0541, c0541+c0765)
	t.six = words("six", c0541-c1847, c0541)
	c1175 := fix(1.175875602)
	z1, z2, z3, z4 := -fix(0.899976223), -fix(2.562915447), c1175-fix(1.961570560), c1175-fix(0.390180644)
	t.low[0], t.high[0] = words("one01", fix(1.501321110)+z1+z4, c1175), words("one23", z4, z1+c1175)
	t.low[1], t.high[1] = words("three01", c1175, fix(3.072711026)+z2+z3), words("three23", z2+c1175, z3)
	t.low[2], t.high[2] = words("five01", z4, z2+c1175), words("five23", fix(2.053119869)+z2+z4, c1175)
	t.low[3], t.high[3] = words("seven01", z1+c1175, z3), words("seven23", c1175, fix(0.298631336)+z1+z3)
	t.centre = words("centre", 8*128, 8*128)
	t.round = words("round", 1<<(passBits-1), 1<<(passBits-1))
	t.halfRow = longs("halfRow", 1<<(constBits-passBits-1))
	t.halfCol = longs("halfCol", 1<<(constBits+passBits-1))
	return t
}

// pass transforms the eight columns that the registers hold across; first is the pass over rows.
func (t table) pass(r rows, first bool) (out rows) {
	half, shift := t.halfCol, uint64(constBits+passBits)
	if first {
		half, shift = t.halfRow, constBits-passBits
	}
	var s, d [4]VecVirtual
	for i := range 4 {
		s[i], d[i] = YMM(), YMM()
		VPADDW(r[7-i], r[i], s[i])
		VPSUBW(r[7-i], r[i], d[i])
	}
	a0, a1, a2, a3 := YMM(), YMM(), YMM(), YMM()
	VPADDW(s[3], s[0], a0)
	VPSUBW(s[3], s[0], a3)
	VPADDW(s[2], s[1], a1)
	VPSUBW(s[2], s[1], a2)
	for i := range out {
		out[i] = YMM()
	}
	VPADDW(a1, a0, out[0])
	VPSUBW(a1, a0, out[4])
	if first { // samples are 128 too large, which shows nowhere else
		VPSUBW(t.centre, out[0], out[0])
		VPSLLW(U8(passBits), out[0], out[0])
		VPSLLW(U8(passBits), out[4], out[4])
	} else {
		for _, o := range []VecVirtual{out[0], out[4]} {
			VPADDW(t.round, o, o)
			VPSRAW(U8(passBits), o, o)
		}
	}
	low, high := YMM(), YMM()
	VPUNPCKLWD(a3, a2, low)
	VPUNPCKHWD(a3, a2, high)
	for i, by := range [2]Mem{t.two, t.six} {
		x, y := YMM(), YMM()
		VPMADDWD(by, low, x)
		VPMADDWD(by, high, y)
		narrow(out[2+4*i], half, shift, x, y)
	}
	low01, high01, low23, high23 := YMM(), YMM(), YMM(), YMM()
	VPUNPCKLWD(d[1], d[0], low01)
	VPUNPCKHWD(d[1], d[0], high01)
	VPUNPCKLWD(d[3], d[2], low23)
	VPUNPCKHWD(d[3], d[2], high23)
	for i := range 4 {
		x, y, z := YMM(), YMM(), YMM()
		VPMADDWD(t.low[i], low01, x)
		VPMADDWD(t.high[i], low23, y)
		VPADDD(y, x, x)
		VPMADDWD(t.low[i], high01, z)
		VPMADDWD(t.high[i], high23, y)
		VPADDD(y, z, z)
		narrow(out[2*i+1], half, shift, x, z)
	}
	return out
}

// narrow rounds two registers of sums and puts them together.
func narrow(out VecVirtual, half Mem, shift uint64, low, high VecVirtual) {
	for _, v := range []VecVirtual{low, high} {
		VPADDD(half, v, v)
		VPSRAD(U8(shift), v, v)
	}
	VPACKSSDW(high, low, out)
}

// zigzag stores the coefficients in the order of coding (T.81, figure A.6): each eight of them are
// picked from the rows they lie in.
func zigzag(out Register, r rows) {
	order := diagonals()
	for i := range 8 {
		var sum VecVirtual
		for y := range r {
			pick, any := [16]byte{}, false
			for k, at := range order[8*i : 8*i+8] {
				pick[2*k], pick[2*k+1] = 0x80, 0x80
				if at/8 == y {
					pick[2*k], pick[2*k+1], any = byte(at%8*2), byte(at%8*2+1), true
				}
			}
			if !any {
				continue
			}
			m := GLOBL(fmt.Sprintf("pick%d%d", i, y), RODATA|NOPTR)
			for at, b := range append(pick[:], pick[:]...) {
				DATA(at, U8(b))
			}
			part := YMM()
			VPSHUFB(m, r[y], part)
			if sum == nil {
				sum = part
			} else {
				VPOR(part, sum, sum)
			}
		}
		VMOVDQU(sum.AsX(), Mem{Base: out, Disp: 16 * i})
		VEXTRACTI128(U8(1), sum, Mem{Base: out, Disp: 128 + 16*i})
	}
}

// diagonals returns the places of the coefficients in a block in the order of coding: up and down the
// diagonals in turns.
func diagonals() (order [64]int) {
	x, y, up := 0, 0, true
	for k := range order {
		order[k] = 8*y + x
		switch {
		case up && x == 7:
			y, up = y+1, false
		case up && y == 0:
			x, up = x+1, false
		case up:
			x, y = x+1, y-1
		case y == 7:
			x, up = x+1, true
		case x == 0:
			y, up = y+1, true
		default:
			x, y = x-1, y+1
		}
	}
	return order
}

// quantiseBlocks writes quantiseBlocks, which divides the coefficients of blocks by their steps.
func quantiseBlocks() {
	TEXT("quantiseBlocks", NOSPLIT, "func(in, out *int16, filled *uint64, n int, by *uint16)")
	Doc("quantiseBlocks divides n blocks at in, n at least 1, and says in filled which AC coefficients are not zero.")
	in, out := Load(Param("in"), GP64()), Load(Param("out"), GP64())
	filled, n := Load(Param("filled"), GP64()), Load(Param("n"), GP64())
	by := Load(Param("by"), GP64())
	zero := YMM()
	VPXOR(zero, zero, zero)
	Label("block")
	masks := [2]GPVirtual{GP64(), GP64()}
	for i, mask := range masks {
		var q [2]VecVirtual
		for j := range q {
			at := 64*i + 32*j
			v := YMM()
			q[j] = YMM()
			VMOVDQU(Mem{Base: in, Disp: at}, v)
			VPABSW(v, q[j])
			VPADDW(Mem{Base: by, Disp: at}, q[j], q[j])
			VPSRLW(U8(3), q[j], q[j])
			VPMULLW(Mem{Base: by, Disp: 128 + at}, q[j], q[j])
			VPMULHUW(Mem{Base: by, Disp: 256 + at}, q[j], q[j])
			VPSRLW(U8(3), q[j], q[j])
			VPSIGNW(v, q[j], q[j])
			VMOVDQU(q[j], Mem{Base: out, Disp: at})
		}
		VPACKSSWB(q[1], q[0], q[0])
		VPERMQ(U8(0b11_01_10_00), q[0], q[0]) // the halves of both were packed apart
		VPCMPEQB(zero, q[0], q[0])
		VPMOVMSKB(q[0], mask.As32())
	}
	SHLQ(U8(32), masks[1])
	ORQ(masks[1], masks[0])
	NOTQ(masks[0])
	ANDQ(I8(-2), masks[0])
	MOVQ(masks[0], Mem{Base: filled})
	ADDQ(U8(128), in)
	ADDQ(U8(128), out)
	ADDQ(U8(8), filled)
	DECQ(n)
	JNZ(LabelRef("block"))
	VZEROUPPER()
	RET()
}
