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
// of the last one in the order of coding, or -1 if the data is wrong.
func (r *bitReader) block(b *[64]int16, h *huffman) int {
	data, pos, acc, n := r.data, r.pos, r.acc, r.n
	last := 0
	k := uint32(1)
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
				break // end of block
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
	if k > 64 {
		return -1
	}
	return last
}

// pass reads the AC coefficients of a block without keeping them.
func (r *bitReader) pass(h *huffman) bool {
	data, pos, acc, n := r.data, r.pos, r.acc, r.n
	k := uint32(1)
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
	i := 0
	for m := range count {
		for u := range s.units {
			part := s.units[u].part
			diff, ok := r.difference(part.dc)
			part.prediction += diff
			if d.side == 1 {
				b.dc[i] = int16(part.prediction)
				ok = ok && r.pass(part.ac)
			} else {
				block := &b.blocks[i]
				block[0] = int16(part.prediction)
				last := r.block(block, part.ac)
				b.last[i] = uint8(max(last, 0))
				ok = ok && last >= 0
			}
			if i++; !ok || r.over() {
				b.wipe(m*len(s.units), i)
				return m
			}
		}
	}
	return count
}
