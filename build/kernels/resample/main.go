// Command resample writes the vector code of backend/render/resample for amd64 processors with AVX2: the two
// passes of a resize and the average of 2×2 samples. Each makes the same samples as the plain Go beside it.
// `go generate ./backend/render/resample` runs it.
package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Weights have 12 bits, and a sum starts at half a unit.
const weightBits, half = 12, 1 << 11

func main() {
	ConstraintExpr("!purego")
	rounding := GLOBL("rounding", RODATA|NOPTR)
	DATA(0, U32(half))
	two := GLOBL("two", RODATA|NOPTR)
	DATA(0, U16(2))
	for _, taps := range []int{8, 16, 24, 32} {
		across(taps, rounding)
	}
	acrossMany(rounding)
	down(rounding)
	average(two)
	Generate()
}

// acrossOf begins a function that mixes the samples of a row, and returns its arguments.
func acrossOf(name, doc string) (dst, src, starts, weights, n reg.Register) {
	TEXT(name, NOSPLIT, "func(dst *uint8, src *uint8, starts *int32, weights *int16, n int)")
	Doc(doc)
	dst, src = Load(Param("dst"), GP64()), Load(Param("src"), GP64())
	starts, weights = Load(Param("starts"), GP64()), Load(Param("weights"), GP64())
	return dst, src, starts, weights, Load(Param("n"), GP64())
}

// across mixes eight outputs a turn, each of so many neighbours, a multiple of eight.
func across(taps int, rounding Mem) {
	dst, src, starts, weights, n := acrossOf(fmt.Sprintf("across%dAVX2", taps), fmt.Sprintf(
		"across%dAVX2 makes n samples, a multiple of eight, at dst. Sample i is mixed of the %d from src[starts[i]] on.", taps, taps))
	start := YMM()
	VPBROADCASTD(rounding, start)
	Label(fmt.Sprintf("turn%d", taps))
	var sums [8]reg.VecVirtual
	for i := range sums {
		at := GP64()
		MOVLQSX(Mem{Base: starts, Disp: 4 * i}, at)
		sums[i] = YMM()
		for k := 0; k < taps; k += 16 {
			s := YMM()
			w := Mem{Base: weights, Disp: 2 * (i*taps + k)}
			from := Mem{Base: src, Index: at, Scale: 1, Disp: k}
			product := sums[i]
			if k > 0 {
				product = YMM()
			}
			if k+16 <= taps {
				VPMOVZXBW(from, s)
				VPMADDWD(w, s, product)
			} else { // the upper half becomes zero
				VPMOVZXBW(from, s.AsX())
				VPMADDWD(w, s.AsX(), product.AsX())
			}
			if k > 0 {
				VPADDD(product, sums[i], sums[i])
			}
		}
	}
	settleEight(sums, start, dst)
	ADDQ(U32(16*taps), weights)
	next(fmt.Sprintf("turn%d", taps), dst, starts, n)
}

// acrossMany does the same for any multiple of sixteen neighbours.
func acrossMany(rounding Mem) {
	TEXT("acrossManyAVX2", NOSPLIT, "func(dst *uint8, src *uint8, starts *int32, weights *int16, n int, taps int)")
	Doc("acrossManyAVX2 makes n samples, a multiple of eight, at dst. Sample i is mixed of taps, a multiple of sixteen, from src[starts[i]] on.")
	dst, src := Load(Param("dst"), GP64()), Load(Param("src"), GP64())
	starts, weights := Load(Param("starts"), GP64()), Load(Param("weights"), GP64())
	n, taps := Load(Param("n"), GP64()), Load(Param("taps"), GP64())
	start := YMM()
	VPBROADCASTD(rounding, start)
	Label("turn")
	var sums [8]reg.VecVirtual
	for i := range sums {
		at, left := GP64(), GP64()
		MOVLQSX(Mem{Base: starts, Disp: 4 * i}, at)
		ADDQ(src, at)
		MOVQ(taps, left)
		sums[i] = YMM()
		VPXOR(sums[i], sums[i], sums[i])
		label := fmt.Sprintf("sixteen%d", i)
		Label(label)
		s := YMM()
		VPMOVZXBW(Mem{Base: at}, s)
		VPMADDWD(Mem{Base: weights}, s, s)
		VPADDD(s, sums[i], sums[i])
		ADDQ(Imm(16), at)
		ADDQ(Imm(32), weights)
		SUBQ(Imm(16), left)
		JNZ(LabelRef(label))
	}
	settleEight(sums, start, dst)
	next("turn", dst, starts, n)
}

// next goes on with the following eight outputs, or ends the function.
func next(label string, dst, starts, n reg.Register) {
	ADDQ(Imm(8), dst)
	ADDQ(Imm(32), starts)
	SUBQ(Imm(8), n)
	JNZ(LabelRef(label))
	VZEROUPPER()
	RET()
}

// settleEight adds up each of eight vectors, rounds the sums and stores them as eight samples.
func settleEight(sums [8]reg.VecVirtual, start reg.VecVirtual, dst reg.Register) {
	for width := 8; width > 2; width /= 2 {
		for i := 0; i < width; i += 2 {
			VPHADDD(sums[i+1], sums[i], sums[i/2])
		}
	}
	low, high := YMM(), YMM()
	VPERM2I128(Imm(0x20), sums[1], sums[0], low)
	VPERM2I128(Imm(0x31), sums[1], sums[0], high)
	VPADDD(high, low, low)
	VPADDD(start, low, low)
	VPSRAD(Imm(weightBits), low, low)
	upper := XMM()
	VEXTRACTI128(Imm(1), low, upper)
	VPACKSSDW(upper, low.AsX(), upper)
	VPACKUSWB(upper, upper, upper)
	VMOVQ(upper, Mem{Base: dst})
}

// down mixes 32 columns of rows a turn, two rows at once.
func down(rounding Mem) {
	TEXT("downAVX2", NOSPLIT, "func(dst *uint8, base *uint8, rows *int, weights *int16, taps int, n int)")
	Doc("downAVX2 makes n samples at dst, 32 or more. Sample i is mixed of base[rows[k]+i] for each k below taps, an even number.")
	dst, base := Load(Param("dst"), GP64()), Load(Param("base"), GP64())
	rows, weights := Load(Param("rows"), GP64()), Load(Param("weights"), GP64())
	taps, n := Load(Param("taps"), GP64()), Load(Param("n"), GP64())
	start, zero := YMM(), YMM()
	VPBROADCASTD(rounding, start)
	VPXOR(zero, zero, zero)
	x, last := GP64(), GP64() // the column, and the last one at which a turn may begin
	XORQ(x, x)
	MOVQ(n, last)
	SUBQ(Imm(32), last)
	Label("columns")
	var sums [4]reg.VecVirtual
	for i := range sums {
		sums[i] = YMM()
		VMOVDQA(start, sums[i])
	}
	from, k, w := GP64(), GP64(), GP64()
	LEAQ(Mem{Base: base, Index: x, Scale: 1}, from)
	XORQ(k, k)
	Label("pair")
	a, b, row := YMM(), YMM(), GP64()
	MOVQ(Mem{Base: rows, Index: k, Scale: 8}, row)
	VMOVDQU(Mem{Base: from, Index: row, Scale: 1}, a)
	MOVQ(Mem{Base: rows, Index: k, Scale: 8, Disp: 8}, row)
	VMOVDQU(Mem{Base: from, Index: row, Scale: 1}, b)
	pair := YMM()
	LEAQ(Mem{Base: weights, Index: k, Scale: 2}, w)
	VPBROADCASTD(Mem{Base: w}, pair)
	low, high := YMM(), YMM()
	VPUNPCKLBW(b, a, low)
	VPUNPCKHBW(b, a, high)
	for i, both := range []reg.VecVirtual{low, high} {
		p, q := YMM(), YMM()
		VPUNPCKLBW(zero, both, p)
		VPUNPCKHBW(zero, both, q)
		VPMADDWD(pair, p, p)
		VPMADDWD(pair, q, q)
		VPADDD(p, sums[2*i], sums[2*i])
		VPADDD(q, sums[2*i+1], sums[2*i+1])
	}
	ADDQ(Imm(2), k)
	CMPQ(k, taps)
	JLT(LabelRef("pair"))
	for i := range sums {
		VPSRAD(Imm(weightBits), sums[i], sums[i])
	}
	// Each half of a register undoes what the interleaving of its half did.
	VPACKSSDW(sums[1], sums[0], sums[0])
	VPACKSSDW(sums[3], sums[2], sums[2])
	VPACKUSWB(sums[2], sums[0], sums[0])
	VMOVDQU(sums[0], Mem{Base: dst, Index: x, Scale: 1})
	whole(x, last, 32, "columns")
}

// whole goes on with the next columns: the last turn begins earlier, so that it ends with the row.
func whole(x, last reg.Register, step uint64, label string) {
	CMPQ(x, last)
	JGE(LabelRef("end"))
	ADDQ(Imm(step), x)
	CMPQ(x, last)
	CMOVQGT(last, x)
	JMP(LabelRef(label))
	Label("end")
	VZEROUPPER()
	RET()
}

// average makes 32 samples of 2×64 a turn.
func average(two Mem) {
	TEXT("averageAVX2", NOSPLIT, "func(dst *uint8, a *uint8, b *uint8, n int)")
	Doc("averageAVX2 makes n samples at dst, 32 or more, each the mean of two neighbours of a and the two of b below them.")
	dst, a, b := Load(Param("dst"), GP64()), Load(Param("a"), GP64()), Load(Param("b"), GP64())
	n := Load(Param("n"), GP64())
	ones, rest := YMM(), YMM()
	VPCMPEQB(ones, ones, ones)
	VPABSB(ones, ones)
	VPBROADCASTW(two, rest)
	x, last := GP64(), GP64()
	XORQ(x, x)
	MOVQ(n, last)
	SUBQ(Imm(32), last)
	Label("columns")
	var words [2]reg.VecVirtual
	for i := range words {
		words[i] = YMM()
		below := YMM()
		VMOVDQU(Mem{Base: a, Index: x, Scale: 2, Disp: 32 * i}, words[i])
		VMOVDQU(Mem{Base: b, Index: x, Scale: 2, Disp: 32 * i}, below)
		VPMADDUBSW(ones, words[i], words[i])
		VPMADDUBSW(ones, below, below)
		VPADDW(below, words[i], words[i])
		VPADDW(rest, words[i], words[i])
		VPSRLW(Imm(2), words[i], words[i])
	}
	VPACKUSWB(words[1], words[0], words[0])
	VPERMQ(Imm(0xd8), words[0], words[0])
	VMOVDQU(words[0], Mem{Base: dst, Index: x, Scale: 1})
	whole(x, last, 32, "columns")
}
