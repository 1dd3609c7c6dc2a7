package jpegenc

// The forward transform is the one of Loeffler, Ligtenberg and Moschytz ("Practical fast 1-D DCT algorithms
// with 11 multiplications", ICASSP 1989): rows, then columns, in whole numbers with constants of 13 bits.
// After the rows two bits of fraction are kept; what comes out is eight times the coefficient of T.81, A.3.3.

const (
	constBits = 13
	passBits  = 2
)

// The constants are cos(kπ/16)·√2 and their sums, times 2^13.
const (
	fix0298631336 = 2446
	fix0390180644 = 3196
	fix0541196100 = 4433
	fix0765366865 = 6270
	fix0899976223 = 7373
	fix1175875602 = 9633
	fix1501321110 = 12299
	fix1847759065 = 15137
	fix1961570560 = 16069
	fix2053119869 = 16819
	fix2562915447 = 20995
	fix3072711026 = 25172
)

// block is 8×8 samples or coefficients, row by row.
type block [64]int32

// forward transforms samples that were shifted to -128..127.
func forward(b *block) {
	for y := 0; y < 64; y += 8 {
		r := b[y : y+8 : y+8]
		s0, s1, s2, s3 := r[0]+r[7], r[1]+r[6], r[2]+r[5], r[3]+r[4]
		d0, d1, d2, d3 := r[0]-r[7], r[1]-r[6], r[2]-r[5], r[3]-r[4]
		a0, a1, a2, a3 := s0+s3, s1+s2, s1-s2, s0-s3
		r[0] = (a0 + a1) << passBits
		r[4] = (a0 - a1) << passBits
		const shift = constBits - passBits
		const half = 1 << (shift - 1)
		z := (a2+a3)*fix0541196100 + half
		r[2] = (z + a3*fix0765366865) >> shift
		r[6] = (z - a2*fix1847759065) >> shift
		z1, z2, z3, z4 := d3+d0, d2+d1, d3+d1, d2+d0
		z5 := (z3+z4)*fix1175875602 + half
		z1, z2 = -z1*fix0899976223, -z2*fix2562915447
		z3, z4 = z5-z3*fix1961570560, z5-z4*fix0390180644
		r[7] = (d3*fix0298631336 + z1 + z3) >> shift
		r[5] = (d2*fix2053119869 + z2 + z4) >> shift
		r[3] = (d1*fix3072711026 + z2 + z3) >> shift
		r[1] = (d0*fix1501321110 + z1 + z4) >> shift
	}
	for x := range 8 {
		c := b[x : x+57 : x+57]
		s0, s1, s2, s3 := c[0]+c[56], c[8]+c[48], c[16]+c[40], c[24]+c[32]
		d0, d1, d2, d3 := c[0]-c[56], c[8]-c[48], c[16]-c[40], c[24]-c[32]
		a0, a1, a2, a3 := s0+s3, s1+s2, s1-s2, s0-s3
		const round = 1 << (passBits - 1)
		c[0] = (a0 + a1 + round) >> passBits
		c[32] = (a0 - a1 + round) >> passBits
		const shift = constBits + passBits
		const half = 1 << (shift - 1)
		z := (a2+a3)*fix0541196100 + half
		c[16] = (z + a3*fix0765366865) >> shift
		c[48] = (z - a2*fix1847759065) >> shift
		z1, z2, z3, z4 := d3+d0, d2+d1, d3+d1, d2+d0
		z5 := (z3+z4)*fix1175875602 + half
		z1, z2 = -z1*fix0899976223, -z2*fix2562915447
		z3, z4 = z5-z3*fix1961570560, z5-z4*fix0390180644
		c[56] = (d3*fix0298631336 + z1 + z3) >> shift
		c[40] = (d2*fix2053119869 + z2 + z4) >> shift
		c[24] = (d1*fix3072711026 + z2 + z3) >> shift
		c[8] = (d0*fix1501321110 + z1 + z4) >> shift
	}
}

// samples is a block of 8×8 samples that lie in a plane.
type samples struct {
	pix    []uint8
	stride int
}

// at returns the block at (x, y) of a plane; beyond its edges the last samples are repeated, in edge.
func (p *plane) at(x, y int, edge *[64]uint8) samples {
	if x+8 <= p.width && y+8 <= p.height {
		return samples{p.pix[y*p.stride+x:], p.stride}
	}
	for row := range 8 {
		s := p.pix[min(y+row, p.height-1)*p.stride:]
		for column := range 8 {
			edge[row*8+column] = s[min(x+column, p.width-1)]
		}
	}
	return samples{edge[:], 8}
}

// plainBlock transforms one block and puts the coefficients in the order of coding.
func plainBlock(out *[64]int16, s samples) {
	var b block
	for row := range 8 {
		s := s.pix[row*s.stride:][:8:8]
		d := b[row*8 : row*8+8 : row*8+8]
		d[0], d[1], d[2], d[3] = int32(s[0])-128, int32(s[1])-128, int32(s[2])-128, int32(s[3])-128
		d[4], d[5], d[6], d[7] = int32(s[4])-128, int32(s[5])-128, int32(s[6])-128, int32(s[7])-128
	}
	forward(&b)
	for k, from := range zigzag {
		out[k] = int16(b[from&63])
	}
}

// plainPair transforms two blocks.
func plainPair(out *[128]int16, a, b samples) {
	plainBlock((*[64]int16)(out[:64]), a)
	plainBlock((*[64]int16)(out[64:]), b)
}
