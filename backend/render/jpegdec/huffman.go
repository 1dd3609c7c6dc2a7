package jpegdec

// fastBits is how many bits one look-up sees. Ten make a table of 4 kB: four of them, as a file
// with colours has, stay in the first cache.
const fastBits = 10

// huffman is a table of codes (T.81, annex C).
//
// An entry is a 32 bit word: bits 0 to 7 the length of the code and of the value behind it,
// bits 8 to 15 the symbol (run of zeros and size of the value), bits 16 to 31 the value itself
// if code and value lie within the look-up. A value is never zero, so zero says that it must be
// read apart. An entry of zero is a code that is longer than the look-up, or none.
type huffman struct {
	fast   [1 << fastBits]uint32
	leaps  []uint16  // see leap; nil until that is called
	most   [17]int32 // the largest code of each length, or -1
	offset [17]int32 // what to add to a code for its place in symbols
	symbol [256]uint8
	ready  bool
}

// build makes the table from the number of codes of each length and their symbols, and reports
// whether that is a code at all.
func (h *huffman) build(counts []byte, symbols []byte) bool {
	h.ready = false
	clear(h.fast[:])
	copy(h.symbol[:], symbols)
	code, at := int32(0), int32(0)
	for length := 1; length <= 16; length++ {
		count := int32(counts[length-1])
		h.offset[length] = at - code
		h.most[length] = code + count - 1
		if count == 0 {
			h.most[length] = -1
		}
		if code+count > 1<<length || int(at+count) > len(symbols) {
			return false
		}
		for range count {
			if length <= fastBits {
				h.spread(code, length, symbols[at])
			}
			code++
			at++
		}
		code <<= 1
	}
	h.ready = at > 0
	return h.ready
}

// spread enters a short code at every place that begins with it.
func (h *huffman) spread(code int32, length int, symbol byte) {
	size := int(symbol & 15)
	rest := fastBits - length
	for tail := range 1 << rest {
		entry := uint32(symbol)<<8 | uint32(length+size)
		if size > 0 && size <= rest {
			entry |= uint32(uint16(extend(uint32(tail>>(rest-size)), uint(size)))) << 16
		}
		h.fast[int(code)<<rest|tail] = entry
	}
}

// leapBits is how many bits one look-up sees that only passes over coefficients.
const leapBits = 12

// A leap is as many symbols as begin with their whole code within a look-up: bits 0 to 5 the length of their
// codes and values, bits 6 to 12 the coefficients passed over, bit 15 whether the last one ends the block. Zero is
// a code that is longer.
const (
	leapLength = 0x3f
	leapPlaces = 6
	leapMost   = 0x7f
	leapEnd    = 1 << 15
)

// leap makes the table of an AC code with which coefficients that nobody needs are passed over, several at a time.
func (h *huffman) leap() {
	h.leaps = make([]uint16, 1<<leapBits)
	for w := range h.leaps {
		length, places := uint(0), uint32(0)
		for length < leapBits {
			e := h.fast[uint32(w)<<length&(1<<leapBits-1)>>(leapBits-fastBits)]
			symbol := e >> 8 & 255
			code := uint(e&63) - uint(symbol&15)
			if e == 0 || length+code > leapBits {
				break // it does not lie within the look-up
			}
			if symbol == 0 || symbol&15 == 0 && symbol != 0xf0 {
				length += code
				h.leaps[w] = leapEnd
				break
			}
			step := symbol>>4 + 1
			if places+step > 63 {
				break
			}
			length, places = length+uint(e&63), places+step
		}
		h.leaps[w] |= uint16(places)<<leapPlaces | uint16(length)
	}
}

// long returns the entry for a code over fastBits at the top of acc, or zero if there is none.
func (h *huffman) long(acc uint64) uint32 {
	top := int32(acc >> 48)
	for length := fastBits + 1; length <= 16; length++ {
		code := top >> (16 - length)
		if code <= h.most[length] {
			symbol := h.symbol[uint8(code+h.offset[length])]
			return uint32(symbol)<<8 | uint32(length) + uint32(symbol&15)
		}
	}
	return 0
}

// extend gives a value of size bits its sign (T.81, figure F.12): a leading zero means negative.
func extend(v uint32, size uint) int32 {
	if size == 0 {
		return 0
	}
	x := int32(v)
	if x>>(size-1) == 0 {
		x += 1 - int32(1)<<size
	}
	return x
}
