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
	size [64]uint8 // as the file says them, in the order they are written
	// A coefficient is eight times too large and so is divided by 8·size: half of that is added, and the
	// quotient is the upper part of a product, exact for sums below 2^14. By row and column.
	half, whole [64]uint32
	inverse     [64]uint64
	words       words // the same for the vector code
}

const inverseBits = 26

// stepsOf scales the base steps of a table as libjpeg does.
func stepsOf(quality, table int) (s steps) {
	scale := 200 - 2*quality
	if quality < 50 {
		scale = 5000 / quality
	}
	for k, b := range base[table] {
		q := min(max((int(b)*scale+50)/100, 1), 255)
		s.size[k] = uint8(q)
		i := zigzag[k] & 63
		s.whole[i], s.half[i] = uint32(8*q), uint32(4*q)
		s.inverse[i] = 1<<inverseBits/uint64(8*q) + 1
		s.words.set(int(i), q)
	}
	return s
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
		for i, c := range w.components {
			s, n := &w.steps[c.table], &w.counts[c.table]
			for range c.h * c.v {
				in, out := (*[64]int16)(w.coefficients[at*64:]), (*[64]int16)(w.quantised[at*64:])
				filled := divide(s, in, out)
				w.filled[at] = filled
				dc := int32(out[0])
				n.block(dc-before[i], out, filled)
				before[i] = dc
				at++
			}
		}
	}
}

// block quantises one block and returns which of its AC coefficients are not zero, a bit each in the order
// they are written. out may be in itself.
func (s *steps) block(in, out *[64]int16) (filled uint64) {
	for k, i := range zigzag {
		i &= 63
		v := int32(in[i])
		sign := v >> 31
		a := uint32((v^sign)-sign) + s.half[i]
		if a < s.whole[i] {
			out[i] = 0
			continue
		}
		q := int32(uint64(a) * s.inverse[i] >> inverseBits)
		out[i] = int16((q ^ sign) - sign)
		filled |= 1 << k
	}
	return filled &^ 1
}

// bitsOf is how many bits a value takes (T.81, tables F.1 and F.2).
func bitsOf(v int32) int {
	sign := v >> 31
	return bits.Len32(uint32((v ^ sign) - sign))
}
