package jpegenc

import "math/bits"

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
	o := output{data: append(make([]byte, 0, int64(len(head))+size+size/128+64), head...)}
	var before [3]int32
	at := 0
	for range w.across * w.down {
		for i, c := range w.components {
			dc, ac := &codes[c.table][0], &codes[c.table][1]
			for range c.h * c.v {
				q := (*[64]int16)(w.quantised[at*64:])
				o.dc(dc, int32(q[0])-before[i])
				o.ac(ac, q, w.filled[at])
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
	n    uint // bits of acc that are not written yet, in its lower end
}

// put writes up to 32 bits.
func (o *output) put(v uint32, n uint) {
	o.acc, o.n = o.acc<<n|uint64(v), o.n+n
	if o.n >= 32 {
		o.word()
	}
}

// word writes 32 bits. A byte of 0xFF in the bits of a picture is followed by a zero (T.81, section F.1.2.3).
func (o *output) word() {
	o.n -= 32
	word := uint32(o.acc >> o.n)
	b3, b2, b1, b0 := byte(word>>24), byte(word>>16), byte(word>>8), byte(word)
	// No byte is 0xFF if none of the inverted word's is zero.
	if inv := ^word; (inv-0x01010101)&word&0x80808080 == 0 {
		o.data = append(o.data, b3, b2, b1, b0)
		return
	}
	for _, b := range [4]byte{b3, b2, b1, b0} {
		if o.data = append(o.data, b); b == 0xff {
			o.data = append(o.data, 0)
		}
	}
}

// end fills the last byte with ones.
func (o *output) end() {
	for o.n%8 != 0 {
		o.put(1, 1)
	}
	for ; o.n > 0; o.n -= 8 {
		b := byte(o.acc >> (o.n - 8))
		if o.data = append(o.data, b); b == 0xff {
			o.data = append(o.data, 0)
		}
	}
}

// value puts a symbol and the bits of a value behind it: of a negative one those of the value less one.
func (o *output) value(c *code, symbol uint8, v int32, size int) {
	low := uint32(v+v>>31) & (1<<size - 1)
	o.put(c.bits[symbol]<<size|low, uint(c.length[symbol])+uint(size))
}

func (o *output) dc(c *code, difference int32) {
	size := bitsOf(difference)
	o.value(c, uint8(size), difference, size)
}

func (o *output) ac(c *code, q *[64]int16, filled uint64) {
	last := 0
	for rest := filled; rest != 0; rest &= rest - 1 {
		k := bits.TrailingZeros64(rest)
		run := k - last - 1
		for ; run > 15; run -= 16 {
			o.put(c.bits[sixteen], uint(c.length[sixteen]))
		}
		v := int32(q[zigzag[k&63]&63])
		size := bitsOf(v)
		o.value(c, uint8(run<<4|size), v, size)
		last = k
	}
	if last != 63 {
		o.put(c.bits[endOfBlock], uint(c.length[endOfBlock]))
	}
}
