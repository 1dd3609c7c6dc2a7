package jpegenc

import (
	"encoding/binary"
	"math/bits"
	"slices"
)

// The markers (T.81, table B.1).
const (
	startOfImage = 0xd8
	endOfImage   = 0xd9
	application0 = 0xe0
	defineSteps  = 0xdb
	baseline     = 0xc0
	defineCodes  = 0xc4
	startOfScan  = 0xda
)

// plan makes the codes of the picture, DC and AC of brightness and then of colour, the head of the file
// that says them, and counts the bytes of the bits behind it, but for stuffed zeros.
func (w *work) plan() (codes [][2]code, head []byte, size int64) {
	codes = make([][2]code, w.components[len(w.components)-1].table+1)
	for t := range codes {
		n := &w.counts[t]
		codes[t] = [2]code{codeFor(n.dc[:]), codeFor(n.ac[:])}
		size += n.extra + codes[t][0].cost(n.dc[:]) + codes[t][1].cost(n.ac[:])
	}
	return codes, w.header(codes), (size + 7) / 8
}

// count returns how many bytes the file takes, but for the zeros stuffed behind bytes of 0xFF.
func (w *work) count() int64 {
	const end = 2 // bytes of the last marker
	_, head, size := w.plan()
	return int64(len(head)) + size + end
}

// header returns all of the file that stands before the bits of the picture.
func (w *work) header(codes [][2]code) []byte {
	out := []byte{0xff, startOfImage}
	segment := func(marker byte, body ...byte) {
		out = append(out, 0xff, marker, byte((len(body)+2)>>8), byte(len(body)+2))
		out = append(out, body...)
	}
	// JFIF 1.02, no density, no thumbnail (ITU-T T.871, section 10.1).
	segment(application0, 'J', 'F', 'I', 'F', 0, 1, 2, 0, 0, 1, 0, 1, 0, 0)
	var body []byte
	for t := range codes {
		body = append(append(body, byte(t)), w.steps[t].size[:]...)
	}
	segment(defineSteps, body...)
	body = []byte{8, byte(w.height >> 8), byte(w.height), byte(w.width >> 8), byte(w.width), byte(len(w.components))}
	for i, c := range w.components {
		body = append(body, byte(i+1), byte(c.h<<4|c.v), byte(c.table))
	}
	segment(baseline, body...)
	body = nil
	for t := range codes {
		for class, c := range codes[t] {
			body = append(append(append(body, byte(class<<4|t)), c.lengths[:]...), c.symbols...)
		}
	}
	segment(defineCodes, body...)
	body = []byte{byte(len(w.components))}
	for i, c := range w.components {
		body = append(body, byte(i+1), byte(c.table<<4|c.table))
	}
	segment(startOfScan, append(body, 0, 63, 0)...)
	return out
}

// emit writes the file.
func (w *work) emit() []byte {
	codes, head, size := w.plan()
	o := output{data: append(make([]byte, 0, int64(len(head))+size+size/128+mostBlock), head...)}
	var before [3]int32
	at := 0
	for range w.across * w.down {
		for i, c := range w.components {
			dc, ac := &codes[c.table][0], &codes[c.table][1]
			for range c.h * c.v {
				q := (*[64]int16)(w.quantised[at*64:])
				o.block(dc, ac, int32(q[0])-before[i], q, w.filled[at])
				before[i] = int32(q[0])
				at++
			}
		}
	}
	o.end()
	return append(o.data, 0xff, endOfImage)
}

// output gathers bits, the highest first.
type output struct {
	data []byte
	acc  uint64
	n    uint // bits of acc that are not written yet, in its lower end: at most 31
}

// mostBlock is more than the bytes of a block: 64 values of a code of 16 bits and ten or eleven of their own,
// each byte of which may be 0xFF and so be followed by a zero.
const mostBlock = 512

// block writes a block: the difference of its DC coefficient to that of the one before, and those of its AC
// coefficients that are not zero.
func (o *output) block(dc, ac *code, difference int32, q *[64]int16, filled uint64) {
	o.data = slices.Grow(o.data, mostBlock)
	out := o.data[len(o.data) : len(o.data)+mostBlock]
	acc, n, at := o.acc, o.n, 0
	size := uint(bitsOf(difference))
	acc, n = acc<<(uint(dc.length[size])+size)|uint64(dc.bits[size]<<size|lowest(difference, size)), n+uint(dc.length[size])+size
	last := 0
	for ; filled != 0; filled &= filled - 1 {
		k := bits.TrailingZeros64(filled) & 63
		run := k - last - 1
		last = k
		if n >= 32 {
			n -= 32
			at = store(out, at, uint32(acc>>n))
		}
		for ; run > 15; run -= 16 {
			acc, n = acc<<ac.length[sixteen]|uint64(ac.bits[sixteen]), n+uint(ac.length[sixteen])
			if n >= 32 {
				n -= 32
				at = store(out, at, uint32(acc>>n))
			}
		}
		v := int32(q[zigzag[k]&63])
		size := uint(bitsOf(v))
		symbol := uint8(run<<4 | int(size))
		length := uint(ac.length[symbol]) + size
		acc, n = acc<<length|uint64(ac.bits[symbol]<<size|lowest(v, size)), n+length
	}
	if n >= 32 {
		n -= 32
		at = store(out, at, uint32(acc>>n))
	}
	if last != 63 {
		acc, n = acc<<ac.length[endOfBlock]|uint64(ac.bits[endOfBlock]), n+uint(ac.length[endOfBlock])
		if n >= 32 {
			n -= 32
			at = store(out, at, uint32(acc>>n))
		}
	}
	o.acc, o.n, o.data = acc, n, o.data[:len(o.data)+at]
}

// lowest returns the bits that stand behind the symbol of a value: of a negative one those of the value less one.
func lowest(v int32, size uint) uint32 { return uint32(v+v>>31) & (1<<size - 1) }

// store puts four bytes at a place and returns the place behind them. A byte of 0xFF in the bits of a picture is
// followed by a zero (T.81, section F.1.2.3).
func store(out []byte, at int, word uint32) int {
	// No byte is 0xFF if none of the inverted word's is zero.
	if inv := ^word; (inv-0x01010101)&word&0x80808080 == 0 {
		binary.BigEndian.PutUint32(out[at:], word)
		return at + 4
	}
	for shift := 24; shift >= 0; shift -= 8 {
		b := byte(word >> shift)
		out[at] = b
		if at++; b == 0xff {
			out[at] = 0
			at++
		}
	}
	return at
}

// end fills the last byte with ones.
func (o *output) end() {
	for ; o.n%8 != 0; o.n++ {
		o.acc = o.acc<<1 | 1
	}
	for ; o.n > 0; o.n -= 8 {
		b := byte(o.acc >> (o.n - 8))
		if o.data = append(o.data, b); b == 0xff {
			o.data = append(o.data, 0)
		}
	}
}
