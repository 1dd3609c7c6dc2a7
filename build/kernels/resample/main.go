// Command resample writes the assembly of backend/render/resample for processors of amd64 with
// AVX2. That package's kernels.go says what each kernel has to do, and its go:generate line runs
// this.
package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// Weights have 12 bits below one; half of one rounds.
const (
	weightBits = 12
	half       = 1 << (weightBits - 1)
)

func main() {
	ConstraintExpr("amd64,!purego")
	across()
	down()
	mean()
	Generate()
}

// sumOf adds to a sum of 8×32 bits what 8 pairs of samples are times their weights.
func sumOf(sum, samples VecVirtual, weights Op) {
	VPMADDWD(weights, samples, samples)
	VPADDD(samples, sum, sum)
}

// whole loads a constant into all 8 lanes of 32 bits.
func whole(v uint32) VecVirtual {
	small, wide := XMM(), YMM()
	r := GP32()
	MOVL(U32(v), r)
	VMOVD(r, small)
	VPBROADCASTD(small, wide)
	return wide
}

// across mixes 8 outputs of 4 rows at a time. Four outputs start within so few samples of each
// other that one shuffle of 16 bytes gathers a pair of neighbours for each, as words; the next pair
// of all of them is the same shuffle two bytes on.
func across() {
	const rows = 4
	TEXT("acrossVector", NOSPLIT, "func(dst, src *[4]*uint8, starts *int32, first int, table *int16, groups, pairs int)")
	Pragma("noescape")
	Doc("acrossVector mixes 8 outputs a group of four rows; see groups and mixAcross.")
	dst := Load(Param("dst"), GP64())
	src := Load(Param("src"), GP64())
	starts := Load(Param("starts"), GP64())
	table := Load(Param("table"), GP64())
	groups := Load(Param("groups"), GP64())
	var from [rows]Register
	for i := 1; i < rows; i++ {
		from[i] = GP64()
		MOVQ(Mem{Base: src, Disp: 8 * i}, from[i])
	}
	from[0] = src
	MOVQ(Mem{Base: src}, src)
	rounding := whole(half)
	// After packing, lanes of 32 bits are the left and the right four outputs of rows 0 to 3 in
	// turn: the order that puts both halves of a row side by side.
	order := YMM()
	VMOVDQU(rowOrder(), order)

	at := GP64()
	XORQ(at, at)
	Label("across_group")
	left, right, first, count := GP64(), GP64(), GP64(), GP64()
	MOVLQSX(Mem{Base: starts}, left)
	MOVLQSX(Mem{Base: starts, Disp: 4}, right)
	Load(Param("first"), first)
	SUBQ(first, left)
	SUBQ(first, right)
	gather := YMM()
	VMOVDQU(Mem{Base: table}, gather)
	ADDQ(U8(32), table)
	var sums [rows]VecVirtual
	for i := range sums {
		sums[i] = YMM()
		VMOVDQA(rounding, sums[i])
	}
	Load(Param("pairs"), count)
	Label("across_pair")
	weights := YMM()
	VMOVDQU(Mem{Base: table}, weights)
	for i := range rows {
		samples := YMM()
		VMOVDQU(Mem{Base: from[i], Index: left, Scale: 1}, samples.AsX())
		VINSERTI128(U8(1), Mem{Base: from[i], Index: right, Scale: 1}, samples, samples)
		VPSHUFB(gather, samples, samples)
		sumOf(sums[i], samples, weights)
	}
	ADDQ(U8(2), left)
	ADDQ(U8(2), right)
	ADDQ(U8(32), table)
	DECQ(count)
	JNZ(LabelRef("across_pair"))

	packed := settle(sums)
	VPERMD(packed, order, packed)
	low, high := packed.AsX(), XMM()
	VEXTRACTI128(U8(1), packed, high)
	for i := range rows {
		to := GP64()
		MOVQ(Mem{Base: dst, Disp: 8 * i}, to)
		half := low
		if i >= 2 {
			half = high
		}
		if i%2 == 0 {
			VMOVQ(half, Mem{Base: to, Index: at, Scale: 1})
		} else {
			VMOVHPS(half, Mem{Base: to, Index: at, Scale: 1})
		}
	}
	ADDQ(U8(8), at)
	ADDQ(U8(8), starts)
	DECQ(groups)
	JNZ(LabelRef("across_group"))
	VZEROUPPER()
	RET()
}

// rowOrder is the order of lanes that across stores in.
func rowOrder() Mem {
	m := GLOBL("rowOrder", RODATA|NOPTR)
	for i, lane := range []uint32{0, 4, 1, 5, 2, 6, 3, 7} {
		DATA(4*i, U32(lane))
	}
	return m
}

// settle turns four vectors of sums into bytes: a, b, c and d of each half in turn.
func settle(sums [4]VecVirtual) VecVirtual {
	for _, s := range sums {
		VPSRAD(U8(weightBits), s, s)
	}
	// Both packings saturate, which clamps to 0 to 255.
	VPACKSSDW(sums[1], sums[0], sums[0])
	VPACKSSDW(sums[3], sums[2], sums[2])
	VPACKUSWB(sums[2], sums[0], sums[0])
	return sums[0]
}

// down mixes 32 columns of a pair of rows at a time: bytes of two rows interleaved, and widened to
// words by zeros in between.
func down() {
	TEXT("downVector", NOSPLIT, "func(dst, src *uint8, offsets *int, weights *int16, pairs, blocks int)")
	Pragma("noescape")
	Doc("downVector mixes 32 columns a block; see mixDown.")
	dst := Load(Param("dst"), GP64())
	src := Load(Param("src"), GP64())
	blocks := Load(Param("blocks"), GP64())
	rounding := whole(half)
	zero := YMM()
	VPXOR(zero, zero, zero)

	Label("down_block")
	offsets, weights, count := GP64(), GP64(), GP64()
	Load(Param("offsets"), offsets)
	Load(Param("weights"), weights)
	Load(Param("pairs"), count)
	var sums [4]VecVirtual
	for i := range sums {
		sums[i] = YMM()
		VMOVDQA(rounding, sums[i])
	}
	Label("down_pair")
	a, b := GP64(), GP64()
	MOVQ(Mem{Base: offsets}, a)
	MOVQ(Mem{Base: offsets, Disp: 8}, b)
	pair := YMM()
	VPBROADCASTD(Mem{Base: weights}, pair)
	upper, lower := YMM(), YMM()
	VMOVDQU(Mem{Base: src, Index: a, Scale: 1}, upper)
	VMOVDQU(Mem{Base: src, Index: b, Scale: 1}, lower)
	both := [2]VecVirtual{YMM(), YMM()}
	VPUNPCKLBW(lower, upper, both[0])
	VPUNPCKHBW(lower, upper, both[1])
	for i, s := range both {
		left, right := YMM(), YMM()
		VPUNPCKLBW(zero, s, left)
		VPUNPCKHBW(zero, s, right)
		sumOf(sums[2*i], left, pair)
		sumOf(sums[2*i+1], right, pair)
	}
	ADDQ(U8(16), offsets)
	ADDQ(U8(4), weights)
	DECQ(count)
	JNZ(LabelRef("down_pair"))

	VMOVDQU(settle(sums), Mem{Base: dst})
	ADDQ(U8(32), dst)
	ADDQ(U8(32), src)
	DECQ(blocks)
	JNZ(LabelRef("down_block"))
	VZEROUPPER()
	RET()
}

// mean averages 2×2 samples, 64 of each of two rows at a time.
func mean() {
	TEXT("meanVector", NOSPLIT, "func(dst, a, b *uint8, blocks int)")
	Pragma("noescape")
	Doc("meanVector averages 2×2 samples into 32 a block; see halveRow.")
	dst := Load(Param("dst"), GP64())
	upper := Load(Param("a"), GP64())
	lower := Load(Param("b"), GP64())
	blocks := Load(Param("blocks"), GP64())
	ones, twos := whole(0x01010101), whole(0x00020002)
	Label("mean_block")
	var sums [2]VecVirtual
	for i := range sums {
		a, b := YMM(), YMM()
		VMOVDQU(Mem{Base: upper, Disp: 32 * i}, a)
		VMOVDQU(Mem{Base: lower, Disp: 32 * i}, b)
		VPMADDUBSW(ones, a, a)
		VPMADDUBSW(ones, b, b)
		VPADDW(b, a, a)
		VPADDW(twos, a, a)
		VPSRLW(U8(2), a, a)
		sums[i] = a
	}
	VPACKUSWB(sums[1], sums[0], sums[0])
	VPERMQ(U8(0b11011000), sums[0], sums[0])
	VMOVDQU(sums[0], Mem{Base: dst})
	ADDQ(U8(32), dst)
	ADDQ(U8(64), upper)
	ADDQ(U8(64), lower)
	DECQ(blocks)
	JNZ(LabelRef("mean_block"))
	VZEROUPPER()
	RET()
}
