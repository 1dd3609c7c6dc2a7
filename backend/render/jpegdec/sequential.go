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

// difference reads a DC difference (T.81, section F.2.2.1).
func (r *bitReader) difference(h *huffman) (int32, bool) {
	if r.n < 32 {
		r.refill()
	}
	e := h.fast[r.acc>>(64-fastBits)]
	if e == 0 {
		if e = h.long(r.acc); e == 0 {
			return 0, false
		}
	}
	v, length := int32(e)>>16, uint(e&63)
	if v == 0 {
		if size := uint(e >> 8 & 15); size > 0 {
			v = extend(uint32(r.acc<<(length-size)>>(64-size)), size)
		}
	}
	r.acc <<= length
	r.n -= length
	return v, true
}

// block reads the AC coefficients of a block into b (T.81, section F.2.2.2) and returns the place
// of the last one in the order of coding, or -1 if the data is wrong. Those from keep on are passed over, but
// for one at most.
func (r *bitReader) block(b *[64]int16, h *huffman, keep uint32) int {
	data, pos, acc, n := r.data, r.pos, r.acc, r.n
	last := 0
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
		e := h.fast[acc>>(64-fastBits)]
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
			if e = h.long(acc); e == 0 {
				return -1
			}
			length = uint(e & 63)
		}
		size := uint(e >> 8 & 15)
		if size == 0 {
			acc <<= length
			n -= length
			if e>>8&255 != 0xf0 {
				r.pos, r.acc, r.n = pos, acc, n
				return last // end of block
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
	r.pos, r.acc, r.n = pos, acc, n
	if k > 64 || k < 64 && !r.pass(h, k) {
		return -1
	}
	return last
}

// pass reads the AC coefficients of a block from the one at place k in the order of coding on, without keeping
// them, and reports whether the data is right.
func (r *bitReader) pass(h *huffman, k uint32) bool {
	data, pos, acc, n := r.data, r.pos, r.acc, r.n
	leaps := (*[1 << leapBits]uint16)(h.leaps)
	for k < 64 {
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
		e := h.fast[acc>>(64-fastBits)]
		if e == 0 {
			if e = h.long(acc); e == 0 {
				return false
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
	return k <= 64
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
	}
	i := 0
	for m := range count {
		for u := range s.units {
			part := s.units[u].part
			diff, ok := r.difference(part.dc)
			part.prediction += diff
			switch d.side {
			case 1:
				b.few[i] = int16(part.prediction)
				ok = ok && r.pass(part.ac, 1)
			case 2:
				last := r.block(&few, part.ac, keep)
				*(*[4]int16)(b.few[4*i:]) = [4]int16{int16(part.prediction), few[1], few[8], few[9]}
				few[1], few[8], few[16], few[9] = 0, 0, 0, 0
				few[zigzag[max(last, 0)]&63] = 0
				ok = ok && last >= 0
			default:
				block := &b.blocks[i]
				block[0] = int16(part.prediction)
				last := r.block(block, part.ac, keep)
				b.last[i] = uint8(max(last, 0))
				ok = ok && last >= 0
			}
			if i++; !ok || r.over() {
				b.wipe(m*len(s.units), i, d.side)
				return m
			}
		}
	}
	return count
}
