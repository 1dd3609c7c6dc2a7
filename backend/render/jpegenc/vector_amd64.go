//go:build !purego

package jpegenc

import (
	"math/bits"

	"golang.org/x/sys/cpu"
)

//go:generate go run -C ../../../build/kernels ./jpegenc -out ../../backend/render/jpegenc/kernels_amd64.s -stubs ../../backend/render/jpegenc/kernels_amd64.go -pkg jpegenc

// vectors reports whether this processor has what the vector code needs.
func vectors() bool { return cpu.X86.HasAVX2 }

// transformer transforms blocks two by two, in the order they come in. end takes care of the last one.
type transformer struct {
	waiting square // has no samples if there is none
	out     []int16
	edges   [2][64]uint8 // blocks of which a part lies beyond their plane
}

// square is 8×8 samples, stride apart.
type square struct {
	pix    []uint8
	stride int
}

func (t *transformer) add(p *plane, x, y int, out []int16) {
	if !vectors() {
		plainly(p, x, y, out)
		return
	}
	if t.waiting.pix == nil {
		t.waiting, t.out = squareOf(p, x, y, &t.edges[0]), out
		return
	}
	both := t.out[:128] // blocks follow each other
	two(both, t.waiting, squareOf(p, x, y, &t.edges[1]))
	t.waiting.pix = nil
}

func (t *transformer) end() {
	if t.waiting.pix == nil {
		return
	}
	var both [128]int16
	two(both[:], t.waiting, t.waiting)
	copy(t.out[:64], both[:64])
}

// squareOf returns the block at (x, y) of a plane: where it lies, or copied to edge with the last samples
// repeated.
func squareOf(p *plane, x, y int, edge *[64]uint8) square {
	if x+8 <= p.width && y+8 <= p.height {
		return square{p.pix[y*p.stride+x:], p.stride}
	}
	for row := range 8 {
		s := p.pix[min(y+row, p.height-1)*p.stride:]
		for column := range 8 {
			edge[row*8+column] = s[min(x+column, p.width-1)]
		}
	}
	return square{edge[:], 8}
}

// two transforms two blocks.
func two(out []int16, a, b square) {
	out = out[:128]
	_, _ = a.pix[:7*a.stride+8], b.pix[:7*b.stride+8]
	forwardAVX2(&out[0], &a.pix[0], a.stride, &b.pix[0], b.stride)
}

// words are steps as the vector code takes them: with a = |v| + half, the quotient is a·factor >> 16 >> bits,
// where shift is 2^(16-bits). It is exact for a below 2^15, as factor is 2^(16+bits)/(8·step) rounded up and so
// by less than a 2^15th too large.
type words struct{ half, factor, shift [64]uint16 }

func (w *words) set(i, step int) {
	down := bits.Len(uint(8*step-1)) - 1
	w.half[i] = uint16(4 * step)
	w.factor[i] = uint16(1<<(16+down)/(8*step) + 1)
	w.shift[i] = uint16(1 << (16 - down))
}

// divide is s.block, with vectors where there are some.
func divide(s *steps, in, out *[64]int16) uint64 {
	if !vectors() {
		return s.block(in, out)
	}
	w := &s.words
	return quantiseAVX2(&out[0], &in[0], &w.half[0], &w.factor[0], &w.shift[0]) &^ 1
}
