package jpegdec

import "encoding/binary"

// The inverse DCT (T.81, section A.3.3) is done by columns, then by rows, each with eleven
// multiplications after Loeffler, Ligtenberg and Moschytz ("Practical fast 1-D DCT algorithms with
// 11 multiplications", ICASSP 1989). Both passes leave out the factor 1/√8, together 1/8, which the
// last shift makes good. Constants have 13 bits; between the passes 2 bits of fraction are kept.
const (
	constBits = 13
	passBits  = 2

	fix0298 = 2446  // √2 (-c1 + c3 + c5 - c7), where ck is cos(kπ/16)
	fix0390 = 3196  // √2 (c3 - c5)
	fix0541 = 4433  // √2 c6
	fix0765 = 6270  // √2 (c2 - c6)
	fix0899 = 7373  // √2 (c3 - c7)
	fix1175 = 9633  // √2 c3
	fix1501 = 12299 // √2 (c1 + c3 - c5 - c7)
	fix1847 = 15137 // √2 (c2 + c6)
	fix1961 = 16069 // √2 (c3 + c5)
	fix2053 = 16819 // √2 (c1 + c3 - c5 + c7)
	fix2562 = 20995 // √2 (c1 + c3)
	fix3072 = 25172 // √2 (c1 + c3 + c5 - c7)
)

// plain8 turns a block of quantised coefficients into 8×8 samples at dst. last is the place in the
// order of coding after which all are zero. The values of a bad file may wrap around; what comes out
// is then of no use but within range.
func plain8(dst []uint8, stride int, b *[64]int16, q *[64]int32, last int) {
	if last == 0 {
		v := uint64(sample((int32(b[0])*q[0]+4)>>3)) * lows
		for range 8 {
			binary.LittleEndian.PutUint64(dst, v)
			if len(dst) <= stride {
				return
			}
			dst = dst[stride:]
		}
		return
	}
	var t [64]int32
	if last < 10 { // only the corner of 4×4 is in use
		columnsLow(&t, b, q)
	} else {
		columns(&t, b, q)
	}
	rows(dst, stride, &t)
}

// sample makes a value around zero a sample.
func sample(v int32) uint8 {
	v += 128
	if uint32(v) > 255 {
		v = ^(v >> 31) & 255
	}
	return uint8(v)
}

// columns is the first pass.
func columns(t *[64]int32, b *[64]int16, q *[64]int32) {
	const down = constBits - passBits
	const half = 1 << (down - 1)
	for i := range 8 {
		if b[8+i]|b[16+i]|b[24+i]|b[32+i]|b[40+i]|b[48+i]|b[56+i] == 0 {
			v := (int32(b[i])*q[i]<<constBits + half) >> down
			t[i], t[8+i], t[16+i], t[24+i], t[32+i], t[40+i], t[48+i], t[56+i] = v, v, v, v, v, v, v, v
			continue
		}
		x0, x4 := int32(b[i])*q[i], int32(b[32+i])*q[32+i]
		x2, x6 := int32(b[16+i])*q[16+i], int32(b[48+i])*q[48+i]
		z := (x2 + x6) * fix0541
		e2, e3 := z-x6*fix1847, z+x2*fix0765
		e0, e1 := (x0+x4)<<constBits+half, (x0-x4)<<constBits+half
		a0, a1, a2, a3 := e0+e3, e1+e2, e1-e2, e0-e3

		x1, x3 := int32(b[8+i])*q[8+i], int32(b[24+i])*q[24+i]
		x5, x7 := int32(b[40+i])*q[40+i], int32(b[56+i])*q[56+i]
		o0, o1, o2, o3 := odd(x1, x3, x5, x7)

		t[i], t[56+i] = (a0+o0)>>down, (a0-o0)>>down
		t[8+i], t[48+i] = (a1+o1)>>down, (a1-o1)>>down
		t[16+i], t[40+i] = (a2+o2)>>down, (a2-o2)>>down
		t[24+i], t[32+i] = (a3+o3)>>down, (a3-o3)>>down
	}
}

// columnsLow is the first pass where only the first four coefficients of the first four columns
// are not zero.
func columnsLow(t *[64]int32, b *[64]int16, q *[64]int32) {
	const down = constBits - passBits
	const half = 1 << (down - 1)
	for i := range 4 {
		x0, x2 := int32(b[i])*q[i]<<constBits+half, int32(b[16+i])*q[16+i]
		e2, e3 := x2*fix0541, x2*(fix0541+fix0765)
		a0, a1, a2, a3 := x0+e3, x0+e2, x0-e2, x0-e3
		o0, o1, o2, o3 := odd(int32(b[8+i])*q[8+i], int32(b[24+i])*q[24+i], 0, 0)
		t[i], t[56+i] = (a0+o0)>>down, (a0-o0)>>down
		t[8+i], t[48+i] = (a1+o1)>>down, (a1-o1)>>down
		t[16+i], t[40+i] = (a2+o2)>>down, (a2-o2)>>down
		t[24+i], t[32+i] = (a3+o3)>>down, (a3-o3)>>down
	}
}

// odd is the share of the odd coefficients in the first four outputs; the last four take it with
// the other sign.
func odd(x1, x3, x5, x7 int32) (o0, o1, o2, o3 int32) {
	z1, z2, z3, z4 := (x7+x1)*-fix0899, (x5+x3)*-fix2562, x7+x3, x5+x1
	z5 := (z3 + z4) * fix1175
	z3, z4 = z5-z3*fix1961, z5-z4*fix0390
	return x1*fix1501 + z1 + z4, x3*fix3072 + z2 + z3, x5*fix2053 + z2 + z4, x7*fix0298 + z1 + z3
}

// rows is the second pass.
func rows(dst []uint8, stride int, t *[64]int32) {
	const down = constBits + passBits + 3
	const half = 1<<(down-1) + 128<<down
	for y := range 8 {
		w := t[8*y:][:8:8]
		x0, x1, x2, x3, x4, x5, x6, x7 := w[0], w[1], w[2], w[3], w[4], w[5], w[6], w[7]
		z := (x2 + x6) * fix0541
		e2, e3 := z-x6*fix1847, z+x2*fix0765
		e0, e1 := (x0+x4)<<constBits+half, (x0-x4)<<constBits+half
		a0, a1, a2, a3 := e0+e3, e1+e2, e1-e2, e0-e3
		o0, o1, o2, o3 := odd(x1, x3, x5, x7)
		p0, p7 := (a0+o0)>>down, (a0-o0)>>down
		p1, p6 := (a1+o1)>>down, (a1-o1)>>down
		p2, p5 := (a2+o2)>>down, (a2-o2)>>down
		p3, p4 := (a3+o3)>>down, (a3-o3)>>down
		if uint32(p0|p1|p2|p3|p4|p5|p6|p7) > 255 {
			p0, p1, p2, p3 = clamp(p0), clamp(p1), clamp(p2), clamp(p3)
			p4, p5, p6, p7 = clamp(p4), clamp(p5), clamp(p6), clamp(p7)
		}
		binary.LittleEndian.PutUint64(dst,
			uint64(uint32(p0)|uint32(p1)<<8|uint32(p2)<<16|uint32(p3)<<24)|
				uint64(uint32(p4)|uint32(p5)<<8|uint32(p6)<<16|uint32(p7)<<24)<<32)
		if len(dst) <= stride {
			return
		}
		dst = dst[stride:]
	}
}

// clamp limits a value to a byte.
func clamp(v int32) int32 {
	if uint32(v) > 255 {
		v = ^(v >> 31) & 255
	}
	return v
}
