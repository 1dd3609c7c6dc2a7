package jpegdec

import (
	"encoding/binary"
	"image"
	"math"
	"math/rand/v2"
)

// writer makes JPEG files of kinds that image/jpeg does not write: any sampling, restart markers,
// one scan a component, progressive. It aims at variety, not at small files.
type writer struct {
	out         []byte
	acc         uint64
	n           int
	interval    int
	separate    bool
	progressive bool
	quality     int // what coefficients are divided by, at most 255
	planes      []*testPlane
	mcuCols     int
	mcuRows     int
	hmax, vmax  int
	eobs        int
	bitsLater   []int // correction bits behind the next code
	codes       [256]struct{ code, length int }
}

type testPlane struct {
	h, v, width, height int
	cols, rows          int // blocks, up to whole MCUs
	blocks              [][64]int
}

// photoPlane is a plane with soft shades, edges and noise, as photographs have.
func photoPlane(width, height int, seed uint64) []uint8 {
	random := rand.New(rand.NewPCG(seed, 7))
	pix := make([]uint8, width*height)
	for y := range height {
		for x := range width {
			v := 128 + 60*math.Sin(float64(x)/23+float64(seed)) + 40*math.Cos(float64(y)/17)
			if (x/37+y/29)%5 == 0 {
				v += 50
			}
			pix[y*width+x] = uint8(min(max(v+random.NormFloat64()*6, 0), 255))
		}
	}
	return pix
}

// newWriter makes coefficients for a picture whose components have the factors hv, such as
// 22, 11, 11.
func newWriter(width, height int, hv ...int) *writer {
	w := &writer{quality: 6, hmax: hv[0] / 10, vmax: hv[0] % 10}
	w.mcuCols, w.mcuRows = over(width, 8*w.hmax), over(height, 8*w.vmax)
	for i, f := range hv {
		p := &testPlane{h: f / 10, v: f % 10}
		p.width, p.height = over(width*p.h, w.hmax), over(height*p.v, w.vmax)
		p.cols, p.rows = w.mcuCols*p.h, w.mcuRows*p.v
		pix := photoPlane(p.width, p.height, uint64(i))
		for by := range p.rows {
			for bx := range p.cols {
				var samples [64]float64
				for y := range 8 {
					for x := range 8 {
						samples[8*y+x] = float64(pix[min(8*by+y, p.height-1)*p.width+min(8*bx+x, p.width-1)]) - 128
					}
				}
				var b [64]int
				for k, c := range forward(&samples) {
					b[k] = int(math.Round(c / float64(w.step(k))))
				}
				p.blocks = append(p.blocks, b)
			}
		}
		w.planes = append(w.planes, p)
	}
	return w
}

// step is the quantiser of a coefficient.
func (w *writer) step(k int) int { return w.quality + (k/8+k%8)*w.quality/4 }

// forward is the DCT as T.81, section A.3.3 defines it.
func forward(s *[64]float64) (out [64]float64) {
	var t [64]float64
	for y := range 8 {
		for u := range 8 {
			for x := range 8 {
				t[8*y+u] += s[8*y+x] * math.Cos(float64(2*x+1)*float64(u)*math.Pi/16)
			}
		}
	}
	for v := range 8 {
		for u := range 8 {
			sum := 0.0
			for y := range 8 {
				sum += t[8*y+u] * math.Cos(float64(2*y+1)*float64(v)*math.Pi/16)
			}
			for _, f := range []int{u, v} {
				if f == 0 {
					sum /= math.Sqrt2
				}
			}
			out[8*v+u] = sum / 4
		}
	}
	return out
}

func (w *writer) segment(marker byte, body []byte) {
	w.out = append(w.out, 0xff, marker)
	w.out = binary.BigEndian.AppendUint16(w.out, uint16(len(body)+2))
	w.out = append(w.out, body...)
}

// file returns the whole file.
func (w *writer) file(width, height int) []byte {
	w.out = []byte{0xff, markSOI}
	dqt := []byte{0}
	for k := range 64 {
		dqt = append(dqt, byte(w.step(int(zigzag[k]))))
	}
	w.segment(markDQT, dqt)
	sof := []byte{8}
	sof = binary.BigEndian.AppendUint16(sof, uint16(height))
	sof = binary.BigEndian.AppendUint16(sof, uint16(width))
	sof = append(sof, byte(len(w.planes)))
	for i, p := range w.planes {
		sof = append(sof, byte(i+1), byte(p.h<<4|p.v), 0)
	}
	marker := byte(markSOF0)
	if w.progressive {
		marker = markSOF2
	}
	w.segment(marker, sof)
	w.tables()
	if w.interval > 0 {
		w.segment(markDRI, []byte{byte(w.interval >> 8), byte(w.interval)})
	}
	all := make([]int, len(w.planes))
	for i := range all {
		all[i] = i
	}
	switch {
	case w.progressive:
		w.scan(all, 0, 0, 0, 1)
		for i := range all {
			w.scan(all[i:i+1], 1, 5, 0, 2)
			w.scan(all[i:i+1], 6, 63, 0, 2)
			w.scan(all[i:i+1], 1, 63, 2, 1)
		}
		w.scan(all, 0, 0, 1, 0)
		for i := range all {
			w.scan(all[i:i+1], 1, 63, 1, 0)
		}
	case w.separate:
		for i := range all {
			w.scan(all[i:i+1], 0, 63, 0, 0)
		}
	default:
		w.scan(all, 0, 63, 0, 0)
	}
	return append(w.out, 0xff, markEOI)
}

// tables writes one code for everything: a few short codes, then all others with 13 bits, longer
// than a look-up.
func (w *writer) tables() {
	short := []byte{0x00, 0x01, 0x02, 0x03, 0x11, 0x04, 0x05}
	counts := [16]byte{2: 7}
	symbols := append([]byte{}, short...)
	for s := range 255 {
		known := false
		for _, t := range short {
			known = known || int(t) == s
		}
		if !known {
			symbols = append(symbols, byte(s))
		}
	}
	counts[12] = byte(len(symbols) - len(short))
	for i, s := range symbols {
		if i < len(short) {
			w.codes[s].code, w.codes[s].length = i, 3
		} else {
			w.codes[s].code, w.codes[s].length = 7<<10+i-len(short), 13
		}
	}
	w.segment(markDHT, append(append([]byte{0x10}, counts[:]...), symbols...))
	// The size of a DC difference is its own code of four bits.
	dcSymbols := []byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}
	counts = [16]byte{3: 12}
	w.segment(markDHT, append(append([]byte{0}, counts[:]...), dcSymbols...))
}

func (w *writer) bits(v, n int) {
	for i := n - 1; i >= 0; i-- {
		w.acc = w.acc<<1 | uint64(v>>i&1)
		if w.n++; w.n == 8 {
			w.out = append(w.out, byte(w.acc))
			if byte(w.acc) == 0xff {
				w.out = append(w.out, 0)
			}
			w.acc, w.n = 0, 0
		}
	}
}

func (w *writer) flush() {
	for w.n != 0 {
		w.bits(1, 1)
	}
}

func (w *writer) symbol(s int) { w.bits(w.codes[s].code, w.codes[s].length) }

func sizeOf(v int) int {
	n := 0
	for v = max(v, -v); v > 0; v >>= 1 {
		n++
	}
	return n
}

func (w *writer) value(v, size int) {
	if v < 0 {
		v += 1<<size - 1
	}
	w.bits(v, size)
}

// scan writes one scan of some planes.
func (w *writer) scan(which []int, first, final, high, low int) {
	sos := []byte{byte(len(which))}
	for _, i := range which {
		sos = append(sos, byte(i+1), 0)
	}
	w.segment(markSOS, append(sos, byte(first), byte(final), byte(high<<4|low)))
	cols, rows, one := w.mcuCols, w.mcuRows, len(which) == 1
	if one {
		p := w.planes[which[0]]
		cols, rows = over(p.width, 8), over(p.height, 8)
	}
	prediction := make([]int, len(w.planes))
	for m := range cols * rows {
		if w.interval > 0 && m > 0 && m%w.interval == 0 {
			w.endBands()
			w.flush()
			w.out = append(w.out, 0xff, byte(markRST0+(m/w.interval-1)%8))
			clear(prediction)
		}
		for _, i := range which {
			p := w.planes[i]
			h, v := p.h, p.v
			if one {
				h, v = 1, 1
			}
			for y := range v {
				for x := range h {
					b := &p.blocks[(m/cols*v+y)*p.cols+m%cols*h+x]
					w.block(b, &prediction[i], first, final, high, low)
				}
			}
		}
	}
	w.endBands()
	w.flush()
}

func (w *writer) block(b *[64]int, prediction *int, first, final, high, low int) {
	if first == 0 {
		if high > 0 {
			w.bits(b[0]>>low&1, 1)
			return
		}
		diff := b[0]>>low - *prediction
		*prediction = b[0] >> low
		size := sizeOf(diff)
		w.bits(size, 4) // the DC code
		w.value(diff, size)
		first = 1
	}
	if final == 0 {
		return
	}
	if high > 0 {
		w.refine(b, first, final, low)
		return
	}
	run := 0
	for k := first; k <= final; k++ {
		v := b[zigzag[k]]
		if v = (max(v, -v) >> low); v == 0 {
			run++
			continue
		}
		if b[zigzag[k]] < 0 {
			v = -v
		}
		w.endBands()
		for ; run > 15; run -= 16 {
			w.symbol(0xf0)
		}
		size := sizeOf(v)
		w.symbol(run<<4 | size)
		w.value(v, size)
		run = 0
	}
	if run > 0 {
		if !w.progressive {
			w.symbol(0)
		} else if w.eobs++; w.eobs == 0x7fff {
			w.endBands()
		}
	}
}

// refine writes one more bit of a band (T.81, section G.1.2.3).
func (w *writer) refine(b *[64]int, first, final, low int) {
	lastNew := first - 1
	for k := first; k <= final; k++ {
		if v := b[zigzag[k]]; max(v, -v)>>low == 1 {
			lastNew = k
		}
	}
	run := 0
	var pending []int
	for k := first; k <= final; k++ {
		v := b[zigzag[k]]
		a := max(v, -v) >> low
		if a == 0 {
			run++
			continue
		}
		for run > 15 && k <= lastNew {
			w.endBands()
			w.symbol(0xf0)
			w.list(pending)
			pending, run = nil, run-16
		}
		if a > 1 {
			pending = append(pending, a&1)
			continue
		}
		w.endBands()
		w.symbol(run<<4 | 1)
		w.bits(map[bool]int{true: 1}[v > 0], 1)
		w.list(pending)
		pending, run = nil, 0
	}
	if run > 0 || len(pending) > 0 {
		w.eobs++
		w.bitsLater = append(w.bitsLater, pending...)
		if w.eobs == 0x7fff || len(w.bitsLater) > 900 {
			w.endBands()
		}
	}
}

func (w *writer) list(bits []int) {
	for _, b := range bits {
		w.bits(b, 1)
	}
}

// endBands writes how many blocks ended without a code of their own.
func (w *writer) endBands() {
	if w.eobs == 0 {
		return
	}
	size := sizeOf(w.eobs) - 1
	w.symbol(size << 4)
	w.bits(w.eobs-1<<size, size)
	w.list(w.bitsLater)
	w.eobs, w.bitsLater = 0, nil
}

// planesOf returns the samples, widths and heights of a decoded picture's planes.
func planesOf(m image.Image) (pix [][]uint8, size []image.Point) {
	cut := func(p []uint8, stride, width, height int) {
		var out []uint8
		for y := range height {
			out = append(out, p[y*stride:][:width]...)
		}
		pix, size = append(pix, out), append(size, image.Pt(width, height))
	}
	b := m.Bounds()
	switch m := m.(type) {
	case *image.Gray:
		cut(m.Pix, m.Stride, b.Dx(), b.Dy())
	case *image.YCbCr:
		cut(m.Y, m.YStride, b.Dx(), b.Dy())
		across, down := 1, 1
		if m.SubsampleRatio == image.YCbCrSubsampleRatio420 || m.SubsampleRatio == image.YCbCrSubsampleRatio422 {
			across = 2
		}
		if m.SubsampleRatio == image.YCbCrSubsampleRatio420 || m.SubsampleRatio == image.YCbCrSubsampleRatio440 {
			down = 2
		}
		cut(m.Cb, m.CStride, over(b.Dx(), across), over(b.Dy(), down))
		cut(m.Cr, m.CStride, over(b.Dx(), across), over(b.Dy(), down))
	}
	return pix, size
}
