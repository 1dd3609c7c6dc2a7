// Command jpegenc writes the vector code of backend/render/jpegenc for amd64 processors with AVX2: the forward
// transform of two blocks at once, and the division of a block by its steps. Both make the same numbers as the
// plain Go beside them. `go generate ./backend/render/jpegenc` runs it.
package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// The constants of the transform, as in fdct.go: cos(kπ/16)·√2 and their sums, times 2^13.
const (
	fix0298, fix0390, fix0541, fix0765 = 2446, 3196, 4433, 6270
	fix0899, fix1175, fix1501, fix1847 = 7373, 9633, 12299, 15137
	fix1961, fix2053, fix2562, fix3072 = 16069, 16819, 20995, 25172
)

func main() {
	ConstraintExpr("!purego")
	forward()
	quantise()
	Generate()
}

// words is a constant of sixteen words in memory, the two given ones over and over.
func words(name string, a, b int) Mem {
	m := GLOBL(name, RODATA|NOPTR)
	for i := range 8 {
		DATA(4*i, U32(uint32(uint16(a))|uint32(uint16(b))<<16))
	}
	return m
}

// longs is a constant of eight numbers of 32 bits, all the same.
func longs(name string, n uint32) Mem {
	m := GLOBL(name, RODATA|NOPTR)
	for i := range 8 {
		DATA(4*i, U32(n))
	}
	return m
}

// factors are the constants of the transform, each for the sum of two products.
type factors struct{ even2, even6, z3, z4, odd7, odd1, odd5, odd3 Mem }

// Each half of a register is of one block; a register is a row, or a column, of both.
type eight [8]reg.VecVirtual

func forward() {
	f := factors{
		even2: words("even2", fix0541, fix0541+fix0765),
		even6: words("even6", fix0541-fix1847, fix0541),
		z3:    words("z3", fix1175-fix1961, fix1175),
		z4:    words("z4", fix1175, fix1175-fix0390),
		odd7:  words("odd7", fix0298-fix0899, -fix0899),
		odd1:  words("odd1", -fix0899, fix1501-fix0899),
		odd5:  words("odd5", fix2053-fix2562, -fix2562),
		odd3:  words("odd3", -fix2562, fix3072-fix2562),
	}
	level := words("level", 4*8*128, 4*8*128)
	two := words("two", 2, 2)
	half1, half2 := longs("half1", 1<<10), longs("half2", 1<<14)

	TEXT("forwardAVX2", NOSPLIT, "func(out *int16, a *uint8, aStride int, b *uint8, bStride int)")
	Doc("forwardAVX2 transforms the 8×8 samples at a and at b, and puts the coefficients of both at out, row by row.")
	out := Load(Param("out"), GP64())
	a, aStride := Load(Param("a"), GP64()), Load(Param("aStride"), GP64())
	b, bStride := Load(Param("b"), GP64()), Load(Param("bStride"), GP64())
	var r eight
	for i := range r {
		r[i] = YMM()
		x := r[i].AsX()
		VMOVQ(Mem{Base: a}, x)
		VPINSRQ(Imm(1), Mem{Base: b}, x, x)
		VPMOVZXBW(x, r[i])
		if i < 7 {
			ADDQ(aStride, a)
			ADDQ(bStride, b)
		}
	}
	r = pass(transpose(r), f, half1, 11, func(sum, difference reg.VecVirtual) {
		VPSLLW(Imm(2), sum, sum)
		VPSLLW(Imm(2), difference, difference)
		VPSUBW(level, sum, sum) // samples count from -128; all but the mean is the same
	})
	r = pass(transpose(r), f, half2, 15, func(sum, difference reg.VecVirtual) {
		VPADDW(two, sum, sum)
		VPADDW(two, difference, difference)
		VPSRAW(Imm(2), sum, sum)
		VPSRAW(Imm(2), difference, difference)
	})
	for i, v := range r {
		VMOVDQU(v.AsX(), Mem{Base: out, Disp: 16 * i})
		VEXTRACTI128(Imm(1), v, Mem{Base: out, Disp: 128 + 16*i})
	}
	VZEROUPPER()
	RET()
}

// transpose turns eight rows of eight words into columns, in both halves. Each of three rounds moves the highest
// bit of a row's number behind the lowest of a column's.
func transpose(r eight) eight {
	for range 3 {
		var s eight
		for i := range 4 {
			s[2*i], s[2*i+1] = YMM(), YMM()
			VPUNPCKLWD(r[i+4], r[i], s[2*i])
			VPUNPCKHWD(r[i+4], r[i], s[2*i+1])
		}
		r = s
	}
	return r
}

// pass is the transform in one direction, as forward in fdct.go does it: the even coefficients of sums, the odd
// ones of differences. mean finishes the first and the fifth.
func pass(r eight, f factors, half Mem, shift uint64, mean func(sum, difference reg.VecVirtual)) (out eight) {
	var s, d [4]reg.VecVirtual
	for i := range s {
		s[i], d[i] = YMM(), YMM()
		VPADDW(r[7-i], r[i], s[i])
		VPSUBW(r[7-i], r[i], d[i])
	}
	a0, a1, a2, a3 := YMM(), YMM(), YMM(), YMM()
	VPADDW(s[3], s[0], a0)
	VPSUBW(s[3], s[0], a3)
	VPADDW(s[2], s[1], a1)
	VPSUBW(s[2], s[1], a2)
	out[0], out[4] = YMM(), YMM()
	VPADDW(a1, a0, out[0])
	VPSUBW(a1, a0, out[4])
	mean(out[0], out[4])

	e := pair(a2, a3)
	out[2] = e.times(f.even2).plus(half).down(shift)
	out[6] = e.times(f.even6).plus(half).down(shift)

	z3, z4 := YMM(), YMM()
	VPADDW(d[1], d[3], z3)
	VPADDW(d[0], d[2], z4)
	z := pair(z3, z4)
	sum3, sum4 := z.times(f.z3).plus(half), z.times(f.z4).plus(half)
	outer, inner := pair(d[3], d[0]), pair(d[2], d[1])
	out[7] = outer.times(f.odd7).add(sum3).down(shift)
	out[1] = outer.times(f.odd1).add(sum4).down(shift)
	out[5] = inner.times(f.odd5).add(sum4).down(shift)
	out[3] = inner.times(f.odd3).add(sum3).down(shift)
	return out
}

// wide is sixteen numbers of 32 bits.
type wide struct{ low, high reg.VecVirtual }

// pair puts the words of two registers beside each other.
func pair(a, b reg.VecVirtual) wide {
	w := wide{YMM(), YMM()}
	VPUNPCKLWD(b, a, w.low)
	VPUNPCKHWD(b, a, w.high)
	return w
}

// times multiplies both words of each pair and adds the products.
func (w wide) times(m Mem) wide {
	p := wide{YMM(), YMM()}
	VPMADDWD(m, w.low, p.low)
	VPMADDWD(m, w.high, p.high)
	return p
}

func (w wide) plus(m Mem) wide {
	VPADDD(m, w.low, w.low)
	VPADDD(m, w.high, w.high)
	return w
}

func (w wide) add(v wide) wide {
	VPADDD(v.low, w.low, w.low)
	VPADDD(v.high, w.high, w.high)
	return w
}

// down divides by a power of two and makes words.
func (w wide) down(shift uint64) reg.VecVirtual {
	VPSRAD(Imm(shift), w.low, w.low)
	VPSRAD(Imm(shift), w.high, w.high)
	VPACKSSDW(w.high, w.low, w.low)
	return w.low
}

// zigzag lists where the coefficients lie in a block in the order they are written (T.81, figure A.6).
func zigzag() (order [64]int) {
	x, y := 0, 0
	for k := range order {
		order[k] = 8*y + x
		switch up := (x+y)%2 == 0; {
		case up && x == 7:
			y++
		case up && y == 0:
			x++
		case up:
			x, y = x+1, y-1
		case y == 7:
			x++
		case x == 0:
			y++
		default:
			x, y = x-1, y+1
		}
	}
	return order
}

// quantise divides sixteen coefficients at a time: half the step is added to the amount, and the quotient is the
// upper half of a product, taken down once more. Then it finds which are not zero, in the order they are written.
func quantise() {
	// Which byte of each quarter of a block goes where: two registers of 32 bytes for each quarter.
	order := zigzag()
	var controls [4][2]Mem
	for quarter := range controls {
		for part := range controls[quarter] {
			controls[quarter][part] = GLOBL("zigzag"+string(rune('0'+quarter))+string(rune('0'+part)), RODATA|NOPTR)
			for i := range 32 {
				from := order[32*part+i]
				b := byte(0x80) // makes a zero
				if from/16 == quarter {
					b = byte(from % 16)
				}
				DATA(i, U8(b))
			}
		}
	}
	TEXT("quantiseAVX2", NOSPLIT, "func(out *int16, in *int16, half *uint16, factor *uint16, shift *uint16) uint64")
	Doc("quantiseAVX2 divides a block of coefficients and returns which quotients are not zero, a bit each in the order they are written.")
	out, in := Load(Param("out"), GP64()), Load(Param("in"), GP64())
	half, factor, shift := Load(Param("half"), GP64()), Load(Param("factor"), GP64()), Load(Param("shift"), GP64())
	zero := YMM()
	VPXOR(zero, zero, zero)
	var q [4]reg.VecVirtual
	for i := range q {
		v := YMM()
		q[i] = YMM()
		VMOVDQU(Mem{Base: in, Disp: 32 * i}, v)
		VPABSW(v, q[i])
		VPADDW(Mem{Base: half, Disp: 32 * i}, q[i], q[i])
		VPMULHUW(Mem{Base: factor, Disp: 32 * i}, q[i], q[i])
		VPMULHUW(Mem{Base: shift, Disp: 32 * i}, q[i], q[i])
		VPSIGNW(v, q[i], q[i])
		VMOVDQU(q[i], Mem{Base: out, Disp: 32 * i})
		VPCMPEQW(zero, q[i], q[i])
	}
	low, high := YMM(), YMM()
	for i := range 2 {
		// Words of all ones become bytes of all ones, row by row.
		VPACKSSWB(q[2*i+1], q[2*i], q[2*i])
		VPERMQ(Imm(0xd8), q[2*i], q[2*i])
		for j := range 2 {
			part := YMM()
			if j == 0 {
				VPERM2I128(Imm(0x00), q[2*i], q[2*i], part)
			} else {
				VPERM2I128(Imm(0x11), q[2*i], q[2*i], part)
			}
			c := controls[2*i+j]
			if i == 0 && j == 0 {
				VPSHUFB(c[0], part, low)
				VPSHUFB(c[1], part, high)
				continue
			}
			a, b := YMM(), YMM()
			VPSHUFB(c[0], part, a)
			VPSHUFB(c[1], part, b)
			VPOR(a, low, low)
			VPOR(b, high, high)
		}
	}
	first, second := GP32(), GP32()
	VPMOVMSKB(low, first)
	VPMOVMSKB(high, second)
	filled := second.As64()
	SHLQ(Imm(32), filled)
	ORQ(first.As64(), filled)
	NOTQ(filled)
	Store(filled, ReturnIndex(0))
	VZEROUPPER()
	RET()
}
