package jpegenc

import (
	"encoding/binary"
	"math/bits"
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
		size += codes[t][0].cost(n.dc[:]) + codes[t][1].cost(n.ac[:])
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
	o := output{data: append(make([]byte, 0, int64(len(head))+size+size/128+64), head...)}
	var before [3]int32
	at := 0
	for range w.across * w.down {
		for i := range w.components {
			c := &w.components[i]
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
	n    uint // bits of acc that are not written yet, in its lower end, at most 64
}

const (
	lows  = 0x0101010101010101
	highs = 0x8080808080808080
)

// stuffed appends 64 bits of which a byte may be 0xFF, and so be followed by a zero (T.81, section F.1.2.3).
func stuffed(data []byte, word uint64) []byte {
	for shift := 56; shift >= 0; shift -= 8 {
		b := byte(word >> shift)
		if data = append(data, b); b == 0xff {
			data = append(data, 0)
		}
	}
	return data
}

// end writes what there is, filled up to a byte with ones.
func (o *output) end() {
	o.whole()
	o.acc, o.n = o.acc<<7|1<<7-1, o.n+7
	o.whole()
}

// whole writes whole bytes.
func (o *output) whole() {
	for ; o.n >= 8; o.n -= 8 {
		b := byte(o.acc >> (o.n - 8))
		if o.data = append(o.data, b); b == 0xff {
			o.data = append(o.data, 0)
		}
	}
}

// block writes a block: for the difference to the DC coefficient before and for each other coefficient
// that is not zero a symbol and the bits of the value behind it, which are those of the value less one
// if it is negative.
func (o *output) block(dc, ac *code, difference int32, q *[64]int16, filled uint64) {
	data, acc, n := o.data, o.acc, o.n
	size := bitsOf(difference)
	e := dc.entry[uint8(size)]
	v := e>>entryBits | uint32(difference+difference>>31)&(1<<(size&31)-1)
	last := 0 // the coefficient that v is of
	for {
		length := uint(e) & (1<<entryBits - 1)
		if n += length; n <= 64 {
			acc = acc<<length | uint64(v)
		} else {
			n -= 64
			word := acc<<((length-n)&63) | uint64(v)>>(n&63)
			if (^word-lows)&word&highs == 0 { // no byte is 0xFF
				data = binary.BigEndian.AppendUint64(data, word)
			} else {
				data = stuffed(data, word)
			}
			acc = uint64(v) // what was written of it is shifted out in time
		}
		if filled == 0 {
			if last == 63 {
				break
			}
			e = ac.entry[endOfBlock]
			v, last = e>>entryBits, 63
			continue
		}
		k := bits.TrailingZeros64(filled)
		run := k - last - 1
		if run > 15 {
			e = ac.entry[sixteen]
			v = e >> entryBits
			last += 16
			continue
		}
		filled &= filled - 1
		last = k
		value := int32(q[k&63])
		sign := value >> 31
		size := bits.Len32(uint32((value ^ sign) - sign))
		e = ac.entry[uint8(run<<4|size)]
		v = e>>entryBits | uint32(value+sign)&(1<<(size&31)-1)
	}
	o.data, o.acc, o.n = data, acc, n
}
