package render

import (
	"encoding/binary"
	"image"
	"math"
)

// oddJPEG writes JPEG files of kinds that image/jpeg does not write: any number of components at full size,
// progressive or not, with or without Adobe's word. It aims at variety, not at small files.
type oddJPEG struct {
	progressive bool
	adobe       int // the transform in Adobe's word; below 0 there is none
	segments    [][]byte

	acc  uint64
	bits int
	out  []byte
}

// acSymbols are all pairs of a run and a size, the end of a block and sixteen zeros.
func acSymbols() []byte {
	list := []byte{0x00, 0xf0}
	for run := range 16 {
		for size := 1; size <= 10; size++ {
			list = append(list, byte(run<<4|size))
		}
	}
	return list
}

// file codes planes of width × height samples each.
func (w *oddJPEG) file(width, height int, planes ...[]uint8) []byte {
	w.out = []byte{0xff, markSOI}
	if w.adobe >= 0 {
		w.out = append(w.out, segment(markAPP14, []byte("Adobe\x00\x64\x00\x00\x00\x00"), []byte{byte(w.adobe)})...)
	}
	for _, s := range w.segments {
		w.out = append(w.out, s...)
	}
	quant := make([]byte, 65)
	for i := 1; i < 65; i++ {
		quant[i] = 2
	}
	w.out = append(w.out, segment(markDQT, quant)...)
	frame := byte(markSOF0)
	if w.progressive {
		frame = markSOF2
	}
	head := []byte{8}
	head = binary.BigEndian.AppendUint16(head, uint16(height))
	head = binary.BigEndian.AppendUint16(head, uint16(width))
	head = append(head, byte(len(planes)))
	for i := range planes {
		head = append(head, byte(i+1), 0x11, 0)
	}
	w.out = append(w.out, segment(frame, head)...)
	counts := func(at, n int) []byte {
		b := make([]byte, 16)
		b[at-1] = byte(n)
		return b
	}
	w.out = append(w.out, segment(markDHT, []byte{0x00}, counts(4, 12), []byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11})...)
	w.out = append(w.out, segment(markDHT, []byte{0x10}, counts(8, 162), acSymbols())...)

	across, down := (width+7)/8, (height+7)/8
	blocks := make([][][64]int, len(planes))
	for i, p := range planes {
		for b := range across * down {
			blocks[i] = append(blocks[i], coefficients(p, width, height, b%across*8, b/across*8))
		}
	}
	all := make([]int, len(planes))
	for i := range all {
		all[i] = i
	}
	if !w.progressive {
		w.scan(blocks, all, 0, 63)
	} else {
		w.scan(blocks, all, 0, 0)
		for i := range planes {
			w.scan(blocks, []int{i}, 1, 5)
		}
		for i := range planes {
			w.scan(blocks, []int{i}, 6, 63)
		}
	}
	return append(w.out, 0xff, markEOI)
}

// scan writes the coefficients from first to last of some components, a block of each in turn.
func (w *oddJPEG) scan(blocks [][][64]int, parts []int, first, last int) {
	head := []byte{byte(len(parts))}
	for _, p := range parts {
		head = append(head, byte(p+1), 0)
	}
	w.out = append(w.out, segment(markSOS, append(head, byte(first), byte(last), 0))...)
	codes := map[byte]int{}
	for i, s := range acSymbols() {
		codes[s] = i
	}
	before := make([]int, len(blocks))
	for b := range blocks[parts[0]] {
		for _, p := range parts {
			k := first
			if k == 0 {
				diff := blocks[p][b][0] - before[p]
				before[p] = blocks[p][b][0]
				w.value(func(size int) { w.put(size, 4) }, diff)
				k = 1
			}
			run := 0
			for ; k <= last; k++ {
				v := blocks[p][b][zigzag(k)]
				if v == 0 {
					run++
					continue
				}
				for ; run > 15; run -= 16 {
					w.put(codes[0xf0], 8)
				}
				w.value(func(size int) { w.put(codes[byte(run<<4|size)], 8) }, v)
				run = 0
			}
			if run > 0 {
				w.put(codes[0x00], 8)
			}
		}
	}
	if w.bits > 0 {
		w.put(1<<(8-w.bits)-1, 8-w.bits)
	}
}

// value writes the code for a size and the bits of v.
func (w *oddJPEG) value(code func(size int), v int) {
	size, n := 0, v
	if n < 0 {
		n, v = -n, v-1
	}
	for ; n > 0; n >>= 1 {
		size++
	}
	code(size)
	w.put(v&(1<<size-1), size)
}

func (w *oddJPEG) put(v, n int) {
	w.acc = w.acc<<n | uint64(v)
	for w.bits += n; w.bits >= 8; w.bits -= 8 {
		b := byte(w.acc >> (w.bits - 8))
		if w.out = append(w.out, b); b == 0xff {
			w.out = append(w.out, 0)
		}
	}
}

// zigzag is where coefficient k of the file lies in a block of rows (T.81, figure 5).
func zigzag(k int) int {
	x, y := 0, 0
	for range k {
		switch {
		case (x+y)%2 == 0 && x == 7, (x+y)%2 == 1 && y < 7 && x == 0:
			y++
		case (x+y)%2 == 0 && y == 0, (x+y)%2 == 1 && y == 7:
			x++
		case (x+y)%2 == 0:
			x, y = x+1, y-1
		default:
			x, y = x-1, y+1
		}
	}
	return y*8 + x
}

// coefficients is the DCT of the block at x0, y0 (T.81, section A.3.3), divided by two.
func coefficients(plane []uint8, width, height, x0, y0 int) (out [64]int) {
	var rows [64]float64
	for y := range 8 {
		for u := range 8 {
			for x := range 8 {
				s := float64(plane[min(y0+y, height-1)*width+min(x0+x, width-1)]) - 128
				rows[y*8+u] += s * math.Cos(float64(2*x+1)*float64(u)*math.Pi/16)
			}
		}
	}
	for v := range 8 {
		for u := range 8 {
			sum := 0.0
			for y := range 8 {
				sum += rows[y*8+u] * math.Cos(float64(2*y+1)*float64(v)*math.Pi/16)
			}
			for _, f := range []int{u, v} {
				if f == 0 {
					sum /= math.Sqrt2
				}
			}
			out[v*8+u] = int(math.Round(sum / 4 / 2))
		}
	}
	return out
}

// samplesOf takes a picture's samples apart as set says.
func samplesOf(m *image.NRGBA, set func(r, g, b uint8) []uint8) [][]uint8 {
	var planes [][]uint8
	for i := 0; i < len(m.Pix); i += 4 {
		for k, v := range set(m.Pix[i], m.Pix[i+1], m.Pix[i+2]) {
			if k == len(planes) {
				planes = append(planes, nil)
			}
			planes[k] = append(planes[k], v)
		}
	}
	return planes
}
