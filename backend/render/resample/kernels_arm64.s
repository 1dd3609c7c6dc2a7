//go:build !purego

#include "textflag.h"

// The assembler has no names for these, so here are their words, from the Arm Architecture
// Reference Manual for A-profile (DDI 0487), section C7.2.

// SMLAL adds products of the lower four words of 16 bits to four of 32 bits, SMLAL2 of the upper.
#define SMLAL(vm, vn, vd) WORD $(0x0e608000 | (vm)<<16 | (vn)<<5 | (vd))
#define SMLAL2(vm, vn, vd) WORD $(0x4e608000 | (vm)<<16 | (vn)<<5 | (vd))

// ADDP adds neighbours of 32 bits: those of vn, then those of vm.
#define ADDP(vm, vn, vd) WORD $(0x4ea0bc00 | (vm)<<16 | (vn)<<5 | (vd))

// SQRSHRUN divides by 4096, rounds, and narrows 32 to 16 bits without a sign; UQXTN narrows 16 to 8.
// Both saturate, which clamps to 0 to 255.
#define SQRSHRUN(vn, vd) WORD $(0x2f148c00 | (vn)<<5 | (vd))
#define SQRSHRUN2(vn, vd) WORD $(0x6f148c00 | (vn)<<5 | (vd))
#define UQXTN(vn, vd) WORD $(0x2e214800 | (vn)<<5 | (vd))
#define UQXTN2(vn, vd) WORD $(0x6e214800 | (vn)<<5 | (vd))

// UADDLP adds neighbours of 8 bits into 16, UADALP adds them to what is there, and RSHRN divides by
// four, rounds, and narrows.
#define UADDLP(vn, vd) WORD $(0x6e202800 | (vn)<<5 | (vd))
#define UADALP(vn, vd) WORD $(0x6e206800 | (vn)<<5 | (vd))
#define RSHRN(vn, vd) WORD $(0x0f0e8c00 | (vn)<<5 | (vd))
#define RSHRN2(vn, vd) WORD $(0x4f0e8c00 | (vn)<<5 | (vd))

// PAIR adds to the sums at v, of four outputs as eight products, the next pair of neighbours of each.
#define PAIR(from, gather, weights, v) \
	VLD1.P (from)(R15), [V24.B16]              \
	VTBL   gather, [V24.B16], V24.B16          \
	SMLAL(weights, 24, v)                      \
	SMLAL2(weights, 24, v+1)

// STORE settles the sums at v of eight outputs.
#define STORE(v, to) \
	ADDP(v+1, v, v)          \
	ADDP(v+3, v+2, v+2)      \
	SQRSHRUN(v, 25)          \
	SQRSHRUN2(v+2, 25)       \
	UQXTN(25, 25)            \
	VST1.P [V25.B8], 8(to)

// func acrossVector(dst *[4]*uint8, src *[4]*uint8, starts *int32, first int, table *int16, groups int, pairs int)
TEXT ·acrossVector(SB), NOSPLIT, $0-56
	MOVD dst+0(FP), R20
	MOVD src+8(FP), R21
	MOVD starts+16(FP), R8
	MOVD first+24(FP), R9
	MOVD table+32(FP), R10
	MOVD groups+40(FP), R11
	MOVD pairs+48(FP), R12
	LDP  0(R21), (R0, R1)
	LDP  16(R21), (R2, R3)
	LDP  0(R20), (R4, R5)
	LDP  16(R20), (R6, R7)
	MOVD $2, R15

	// Columns count from first on.
	SUB R9, R0
	SUB R9, R1
	SUB R9, R2
	SUB R9, R3

group:
	MOVW.P 4(R8), R13
	MOVW.P 4(R8), R14
	ADD    R13, R0, R16
	ADD    R14, R0, R17
	ADD    R13, R1, R19
	ADD    R14, R1, R20
	ADD    R13, R2, R21
	ADD    R14, R2, R22
	ADD    R13, R3, R23
	ADD    R14, R3, R24
	VLD1.P 32(R10), [V16.B16, V17.B16]
	MOVD   R12, R25
	VEOR   V0.B16, V0.B16, V0.B16
	VEOR   V1.B16, V1.B16, V1.B16
	VEOR   V2.B16, V2.B16, V2.B16
	VEOR   V3.B16, V3.B16, V3.B16
	VEOR   V4.B16, V4.B16, V4.B16
	VEOR   V5.B16, V5.B16, V5.B16
	VEOR   V6.B16, V6.B16, V6.B16
	VEOR   V7.B16, V7.B16, V7.B16
	VEOR   V8.B16, V8.B16, V8.B16
	VEOR   V9.B16, V9.B16, V9.B16
	VEOR   V10.B16, V10.B16, V10.B16
	VEOR   V11.B16, V11.B16, V11.B16
	VEOR   V12.B16, V12.B16, V12.B16
	VEOR   V13.B16, V13.B16, V13.B16
	VEOR   V14.B16, V14.B16, V14.B16
	VEOR   V15.B16, V15.B16, V15.B16

pair:
	VLD1.P 32(R10), [V18.B16, V19.B16]
	PAIR(R16, V16.B16, 18, 0)
	PAIR(R17, V17.B16, 19, 2)
	PAIR(R19, V16.B16, 18, 4)
	PAIR(R20, V17.B16, 19, 6)
	PAIR(R21, V16.B16, 18, 8)
	PAIR(R22, V17.B16, 19, 10)
	PAIR(R23, V16.B16, 18, 12)
	PAIR(R24, V17.B16, 19, 14)
	SUBS   $1, R25, R25
	BNE    pair
	STORE(0, R4)
	STORE(4, R5)
	STORE(8, R6)
	STORE(12, R7)
	SUBS   $1, R11, R11
	BNE    group
	RET

// ROW adds 16 samples of a row, times its weight, to the sums at v.
#define ROW(samples, v) \
	VUXTL  samples.B8, V26.H8   \
	VUXTL2 samples.B16, V27.H8  \
	SMLAL(25, 26, v)            \
	SMLAL2(25, 26, v+1)         \
	SMLAL(25, 27, v+2)          \
	SMLAL2(25, 27, v+3)

// func downVector(dst *uint8, src *uint8, offsets *int, weights *int16, pairs int, blocks int)
TEXT ·downVector(SB), NOSPLIT, $0-48
	MOVD dst+0(FP), R0
	MOVD src+8(FP), R1
	MOVD blocks+40(FP), R2

block:
	MOVD offsets+16(FP), R3
	MOVD weights+24(FP), R4
	MOVD pairs+32(FP), R5
	LSL  $1, R5
	VEOR V0.B16, V0.B16, V0.B16
	VEOR V1.B16, V1.B16, V1.B16
	VEOR V2.B16, V2.B16, V2.B16
	VEOR V3.B16, V3.B16, V3.B16
	VEOR V4.B16, V4.B16, V4.B16
	VEOR V5.B16, V5.B16, V5.B16
	VEOR V6.B16, V6.B16, V6.B16
	VEOR V7.B16, V7.B16, V7.B16

row:
	MOVD.P  8(R3), R6
	ADD     R1, R6, R6
	VLD1R.P 2(R4), [V25.H8]
	VLD1    (R6), [V16.B16, V17.B16]
	ROW(V16, 0)
	ROW(V17, 4)
	SUBS    $1, R5, R5
	BNE     row

	SQRSHRUN(0, 16)
	SQRSHRUN2(1, 16)
	SQRSHRUN(2, 17)
	SQRSHRUN2(3, 17)
	SQRSHRUN(4, 18)
	SQRSHRUN2(5, 18)
	SQRSHRUN(6, 19)
	SQRSHRUN2(7, 19)
	UQXTN(16, 20)
	UQXTN2(17, 20)
	UQXTN(18, 21)
	UQXTN2(19, 21)
	VST1.P [V20.B16, V21.B16], 32(R0)
	ADD    $32, R1
	SUBS   $1, R2, R2
	BNE    block
	RET

// func meanVector(dst *uint8, a *uint8, b *uint8, blocks int)
TEXT ·meanVector(SB), NOSPLIT, $0-32
	MOVD dst+0(FP), R0
	MOVD a+8(FP), R1
	MOVD b+16(FP), R2
	MOVD blocks+24(FP), R3

mean:
	VLD1.P 64(R1), [V0.B16, V1.B16, V2.B16, V3.B16]
	VLD1.P 64(R2), [V4.B16, V5.B16, V6.B16, V7.B16]
	UADDLP(0, 0)
	UADDLP(1, 1)
	UADDLP(2, 2)
	UADDLP(3, 3)
	UADALP(4, 0)
	UADALP(5, 1)
	UADALP(6, 2)
	UADALP(7, 3)
	RSHRN(0, 16)
	RSHRN2(1, 16)
	RSHRN(2, 17)
	RSHRN2(3, 17)
	VST1.P [V16.B16, V17.B16], 32(R0)
	SUBS   $1, R3, R3
	BNE    mean
	RET
