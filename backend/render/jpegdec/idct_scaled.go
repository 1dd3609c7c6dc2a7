package jpegdec

// The N×N low coefficients of a block, divided by 8/N, are the DCT of its N×N picture. In the
// scale of plain8 (both passes leave out 1/√8) the first basis function is 1 and the others are
// √2 cos((2n+1)uπ/2N), whatever N is.
const (
	fix1306 = 10703 // √2 cos(π/8), 13 bits
)

// plain4 turns the low 4×4 coefficients of a block into 4×4 samples at dst.
func plain4(dst []uint8, stride int, b *[64]int16, q *[64]int32, last int) {
	if last == 0 {
		v := sample((int32(b[0])*q[0] + 4) >> 3)
		for range 4 {
			d := dst[:4:4]
			d[0], d[1], d[2], d[3] = v, v, v, v
			if len(dst) <= stride {
				return
			}
			dst = dst[stride:]
		}
		return
	}
	const down = constBits - passBits
	const half = 1 << (down - 1)
	var t [16]int32
	for i := range 4 {
		x0, x1 := int32(b[i])*q[i], int32(b[8+i])*q[8+i]
		x2, x3 := int32(b[16+i])*q[16+i], int32(b[24+i])*q[24+i]
		a0, a1 := (x0+x2)<<constBits+half, (x0-x2)<<constBits+half
		o0, o1 := x1*fix1306+x3*fix0541, x1*fix0541-x3*fix1306
		t[i], t[12+i] = (a0+o0)>>down, (a0-o0)>>down
		t[4+i], t[8+i] = (a1+o1)>>down, (a1-o1)>>down
	}
	const down2 = constBits + passBits + 3
	const half2 = 1<<(down2-1) + 128<<down2
	for y := range 4 {
		x0, x1, x2, x3 := t[4*y], t[4*y+1], t[4*y+2], t[4*y+3]
		a0, a1 := (x0+x2)<<constBits+half2, (x0-x2)<<constBits+half2
		o0, o1 := x1*fix1306+x3*fix0541, x1*fix0541-x3*fix1306
		d := dst[:4:4]
		d[0], d[1] = uint8(clamp((a0+o0)>>down2)), uint8(clamp((a1+o1)>>down2))
		d[2], d[3] = uint8(clamp((a1-o1)>>down2)), uint8(clamp((a0-o0)>>down2))
		if len(dst) <= stride {
			return
		}
		dst = dst[stride:]
	}
}

// inverse2 turns the low 2×2 coefficients of a block into 2×2 samples at dst.
func inverse2(dst []uint8, stride int, b *[64]int16, q *[64]int32, _ int) {
	inverseFew(dst, stride, &[4]int16{b[0], b[1], b[8], b[9]}, q)
}

// inverseFew is inverse2 for those coefficients alone, row by row.
func inverseFew(dst []uint8, stride int, b *[4]int16, q *[64]int32) {
	x0, x1 := int32(b[0])*q[0]+4, int32(b[1])*q[1]
	x8, x9 := int32(b[2])*q[8], int32(b[3])*q[9]
	d := dst[:2:2]
	d[0], d[1] = sample((x0+x1+x8+x9)>>3), sample((x0-x1+x8-x9)>>3)
	d = dst[stride:][:2:2]
	d[0], d[1] = sample((x0+x1-x8-x9)>>3), sample((x0-x1-x8+x9)>>3)
}

// inverse1 turns a DC coefficient into the one sample that is its block's mean.
func inverse1(dc int16, q *[64]int32) uint8 { return sample((int32(dc)*q[0] + 4) >> 3) }
