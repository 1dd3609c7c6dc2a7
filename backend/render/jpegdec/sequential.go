package jpegdec

import "encoding/binary"

// zigzag maps a place in the order of coding to one in the block, row by row (T.81, figure A.6).
// A run of zeros in a bad file may lead up to sixteen places too far.
var zigzag = [128]uint8{
	0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5,
	12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28,
	35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51,
	58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
	63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63,
}

// block reads a block (T.81, section F.2.2): the difference of its DC coefficient to that of the block before, and
// its AC coefficients into b. It returns the place of the last one in the order of coding, or -1 if the data is
// wrong. Coefficients from keep on are passed over, but for one at most.
//
// It is one function, refills and all, as its few variables then stay in the processor.
func (r *bitReader) block(b *[64]int16, dc, ac *huffman, keep uint32) (difference int32, last int) {
	data, pos, acc, n := r.data, r.pos, r.acc, r.n
	{
		if n < 32 {
			if pos >= 0 && pos+8 <= len(data) {
				w := binary.BigEndian.Uint64(data[pos:])
				if (^w-lows)&w&highs == 0 {
					acc |= w >> n
					took := (63 - n) >> 3
					pos += int(took)
					n += took * 8
					goto first
				}
			}
			r.pos, r.acc, r.n = pos, acc, n
			r.slowly()
			pos, acc, n = r.pos, r.acc, r.n
		}
	first:
		e := dc.fast[acc>>(64-fastBits)]
		if e == 0 {
			if e = dc.long(acc); e == 0 {
				return 0, -1
			}
		}
		length := uint(e & 63)
		if difference = int32(e) >> 16; difference == 0 {
			if size := uint(e >> 8 & 15); size > 0 {
				difference = extend(uint32(acc<<((length-size)&63)>>((64-size)&63)), size)
			}
		}
		acc <<= length
		n -= length
	}
	k := uint32(1)
	for k < keep {
		if n < 32 {
			if pos >= 0 && pos+8 <= len(data) {
				w := binary.BigEndian.Uint64(data[pos:])
				if (^w-lows)&w&highs == 0 {
					acc |= w >> n
					took := (63 - n) >> 3
					pos += int(took)
					n += took * 8
					goto filled
				}
			}
			r.pos, r.acc, r.n = pos, acc, n
			r.slowly()
			pos, acc, n = r.pos, r.acc, r.n
		}
	filled:
		e := ac.fast[acc>>(64-fastBits)]
		length := uint(e & 63)
		if v := int16(e >> 16); v != 0 {
			acc <<= length
			n -= length
			k += e >> 8 & 255 >> 4
			b[zigzag[k&127]&63] = v
			last = int(k)
			k++
			continue
		}
		if e == 0 {
			if e = ac.long(acc); e == 0 {
				return 0, -1
			}
			length = uint(e & 63)
		}
		size := uint(e >> 8 & 15)
		if size == 0 {
			acc <<= length
			n -= length
			if e>>8&255 != 0xf0 {
				r.pos, r.acc, r.n = pos, acc, n
				return difference, last // end of block
			}
			k += 16
			continue
		}
		k += e >> 12 & 15
		b[zigzag[k&127]&63] = int16(extend(uint32(acc<<((length-size)&63)>>((64-size)&63)), size))
		acc <<= length
		n -= length
		last = int(k)
		k++
	}
	if k >= 64 {
		r.pos, r.acc, r.n = pos, acc, n
		if k > 64 {
			last = -1
		}
		return difference, last
	}
	leaps := (*[1 << leapBits]uint16)(ac.leaps)
	for k < 64 {
		if n < 32 {
			if pos >= 0 && pos+8 <= len(data) {
				w := binary.BigEndian.Uint64(data[pos:])
				if (^w-lows)&w&highs == 0 {
					acc |= w >> n
					took := (63 - n) >> 3
					pos += int(took)
					n += took * 8
					goto full
				}
			}
			r.pos, r.acc, r.n = pos, acc, n
			r.slowly()
			pos, acc, n = r.pos, r.acc, r.n
		}
	full:
		leap := uint32(leaps[acc>>(64-leapBits)])
		if places := leap >> leapPlaces & leapMost; leap != 0 && k+places < 64 {
			length := uint(leap & leapLength)
			acc <<= length
			n -= length
			if k += places; leap&leapEnd != 0 {
				break
			}
			continue
		}
		e := ac.fast[acc>>(64-fastBits)]
		if e == 0 {
			if e = ac.long(acc); e == 0 {
				return 0, -1
			}
		}
		length := uint(e & 63)
		acc <<= length
		n -= length
		if e&0xf00 == 0 && e>>8&255 != 0xf0 {
			break
		}
		k += e>>12&15 + 1
	}
	r.pos, r.acc, r.n = pos, acc, n
	if k > 64 {
		last = -1
	}
	return difference, last
}

// sequence reads count MCUs of a sequential scan into the batch and returns how many are whole.
func (d *decoder) sequence(s *scan, b *batch, count int) int {
	r := &s.bits
	var few [64]int16
	keep := uint32(64)
	switch d.side { // what lies behind the last of the low coefficients is not needed
	case 4:
		keep = 25
	case 2:
		keep = 5
	case 1:
		keep = 1
	}
	i := 0
	for m := range count {
		for u := range s.units {
			part := s.units[u].part
			block := &few
			if d.side > 2 {
				block = &b.blocks[i]
			}
			difference, last := r.block(block, part.dc, part.ac, keep)
			part.prediction += difference
			switch d.side {
			case 1:
				b.few[i] = int16(part.prediction)
			case 2:
				*(*[4]int16)(b.few[4*i:]) = [4]int16{int16(part.prediction), few[1], few[8], few[9]}
				few[1], few[8], few[16], few[9] = 0, 0, 0, 0
				few[zigzag[max(last, 0)]&63] = 0
			default:
				block[0] = int16(part.prediction)
				b.last[i] = uint8(max(last, 0))
			}
			if i++; last < 0 || r.over() {
				b.wipe(m*len(s.units), i, d.side)
				return m
			}
		}
	}
	return count
}
