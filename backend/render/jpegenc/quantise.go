package jpegenc

import "math/bits"

// zigzag lists where the coefficients lie in a block in the order they are written (T.81, figure A.6).
var zigzag = [64]uint8{
	0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28,
	35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
}

// base are the steps of quality 50 for brightness and colour, in zigzag order (T.81, tables K.1 and K.2).
var base = [2][64]uint8{
	{
		16, 11, 12, 14, 12, 10, 16, 14, 13, 14, 18, 17, 16, 19, 24, 40, 26, 24, 22, 22, 24, 49, 35, 37, 29, 40, 58, 51, 61, 60, 57, 51,
		56, 55, 64, 72, 92, 78, 64, 68, 87, 69, 55, 56, 80, 109, 81, 87, 95, 98, 103, 104, 103, 62, 77, 113, 121, 112, 100, 120, 92, 101, 103, 99,
	},
	{
		17, 18, 18, 24, 21, 24, 47, 26, 26, 47, 99, 66, 56, 66, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
		99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
	},
}

// steps are what coefficients are divided by.
type steps struct {
	size [64]uint8 // as the file says them
	// A coefficient is eight times too large and so is divided by 8·size: half of that is added, and the
	// quotient is the upper part of a product, exact for sums below 2^14.
	half, whole [64]uint32
	inverse     [64]uint64
	by          divisors
}

const inverseBits = 26

// divisors are the steps as vectors use them, in words of 16 bits: half is added, the lowest three bits are
// left out, and the rest, below 2^11, is divided by size, which is to multiply it by 2^19/size and shift.
// That factor may have 20 bits and so is made of two, scale and inverse; of the product with the second only
// the upper half is needed. inverse is rounded up, by less than one, which comes to less than the rest times
// scale: it would show from 2^19/size on.
type divisors struct {
	half, scale, inverse [64]uint16
}

// stepsOf scales the base steps of a table as libjpeg does.
func stepsOf(quality, table int) (s steps) {
	scale := 200 - 2*quality
	if quality < 50 {
		scale = 5000 / quality
	}
	for k, b := range base[table] {
		q := min(max((int(b)*scale+50)/100, 1), 255)
		s.set(k, q)
	}
	return s
}

// set makes the step of a coefficient one of 1 to 255.
func (s *steps) set(k, size int) {
	s.size[k], s.whole[k], s.half[k] = uint8(size), uint32(8*size), uint32(4*size)
	s.inverse[k] = 1<<inverseBits/uint64(8*size) + 1
	scale := 1
	for 1<<19/(scale*size) >= 1<<16 {
		scale *= 2
	}
	s.by.half[k], s.by.scale[k] = uint16(4*size), uint16(scale)
	s.by.inverse[k] = uint16((1<<19 + scale*size - 1) / (scale * size))
}

// quantise divides the coefficients by the steps of a quality and counts the symbols that come out.
func (w *work) quantise(quality int) {
	if w.quality == quality {
		return
	}
	w.quality = quality
	for t := range w.steps {
		w.steps[t] = stepsOf(quality, t)
		w.counts[t] = counts{}
	}
	var before [3]int32 // DC of each component's last block
	at := 0
	for range w.across * w.down {
		for i := range w.components {
			c := &w.components[i]
			s, n := &w.steps[c.table], &w.counts[c.table]
			end := at + c.h*c.v
			s.divide(w.coefficients[at*64:end*64], w.quantised[at*64:end*64], w.filled[at:end])
			for ; at < end; at++ {
				q := (*[64]int16)(w.quantised[at*64:])
				dc := int32(q[0])
				n.block(dc-before[i], q, w.filled[at])
				before[i] = dc
			}
		}
	}
}

// plainDivide quantises blocks, as many as filled has room for, and says in filled which of their AC
// coefficients are not zero. out may be in itself.
func (s *steps) plainDivide(in, out []int16, filled []uint64) {
	for i := range filled {
		filled[i] = s.block((*[64]int16)(in[i*64:]), (*[64]int16)(out[i*64:]))
	}
}

// block quantises one block and returns which of its AC coefficients are not zero. out may be in itself.
func (s *steps) block(in, out *[64]int16) (filled uint64) {
	for k := range 64 {
		v := int32(in[k])
		sign := v >> 31
		a := uint32((v^sign)-sign) + s.half[k]
		if a < s.whole[k] {
			out[k] = 0
			continue
		}
		q := int32(uint64(a) * s.inverse[k] >> inverseBits)
		out[k] = int16((q ^ sign) - sign)
		filled |= 1 << k
	}
	return filled &^ 1
}

// bitsOf is how many bits a value takes (T.81, tables F.1 and F.2).
func bitsOf(v int32) int {
	sign := v >> 31
	return bits.Len32(uint32((v ^ sign) - sign))
}
