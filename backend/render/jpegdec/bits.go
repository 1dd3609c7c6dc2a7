package jpegdec

import "encoding/binary"

// bitReader takes bits from entropy-coded data (T.81, section F.2.2.5). The next bit is the
// highest of acc. Bits of acc below n are zero, or those of data[pos], which comes next.
type bitReader struct {
	data  []byte
	pos   int
	acc   uint64
	n     uint // bits there are
	pad   uint // bits added since the data ended
	ended bool // at a marker, or at the end of the file
}

const (
	lows  = 0x0101010101010101
	highs = 0x8080808080808080
)

// refill must be called with fewer than 32 bits; there are at least 56 afterwards.
func (r *bitReader) refill() {
	if pos := r.pos; pos >= 0 && pos+8 <= len(r.data) {
		w := binary.BigEndian.Uint64(r.data[pos:])
		if (^w-lows)&w&highs == 0 { // no byte is 0xFF
			r.acc |= w >> (r.n & 63)
			took := (63 - r.n) >> 3
			r.pos += int(took)
			r.n += took * 8
			return
		}
	}
	r.slowly()
}

// slowly refills byte by byte: 0xFF 0x00 is the byte 0xFF, any other follower is a marker, and
// from there on zeros come.
func (r *bitReader) slowly() {
	for r.n <= 56 && !r.ended {
		if r.pos >= len(r.data) {
			r.ended = true
			break
		}
		b := r.data[r.pos]
		if b == 0xff {
			p := r.pos + 1
			for p < len(r.data) && r.data[p] == 0xff { // fill bytes
				p++
			}
			if p >= len(r.data) || r.data[p] != 0 {
				r.ended = true
				break
			}
			r.pos = p
		}
		r.pos++
		r.acc |= uint64(b) << (56 - r.n)
		r.n += 8
	}
	if r.ended && r.n < 64 {
		r.pad += 64 - r.n
		r.n = 64
	}
}

// over reports whether more bits were taken than there were.
func (r *bitReader) over() bool { return r.n < r.pad }

// restart forgets what is left of a byte and goes on at pos.
func (r *bitReader) restart(pos int) {
	*r = bitReader{data: r.data, pos: pos}
}

// take returns the next size bits, at most 16.
func (r *bitReader) take(size uint) uint32 {
	if r.n < 32 {
		r.refill()
	}
	v := uint32(r.acc >> 1 >> (63 - size))
	r.acc <<= size
	r.n -= size
	return v
}

// code returns the next symbol, or -1 if no code begins so.
func (r *bitReader) code(h *huffman) int {
	if r.n < 32 {
		r.refill()
	}
	e := h.fast[r.acc>>(64-fastBits)]
	if e == 0 {
		if e = h.long(r.acc); e == 0 {
			return -1
		}
	}
	symbol := e >> 8 & 255
	length := uint(e&255 - symbol&15)
	r.acc <<= length
	r.n -= length
	return int(symbol)
}
