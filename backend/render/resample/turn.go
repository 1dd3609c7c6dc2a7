package resample

import (
	"encoding/binary"
	"fmt"
	"math/bits"
)

// Turn fills dst with src as an EXIF orientation from 1 to 8 shows it; any other counts as 1. The
// planes must not share memory. It returns ErrPlane if dst has not the size that src then has.
func Turn(dst, src Plane, orientation int) error {
	if err := checkBoth(dst, src); err != nil {
		return err
	}
	width, height := src.Width, src.Height
	if Turned(orientation) {
		width, height = height, width
	}
	if dst.Width != width || dst.Height != height {
		return fmt.Errorf("%w: %d×%d does not hold %d×%d in orientation %d", ErrPlane,
			dst.Width, dst.Height, src.Width, src.Height, orientation)
	}
	across, down := flipped(orientation)
	if Turned(orientation) {
		t := turn{dst: dst, src: src, across: across, down: down}
		t.all()
		return nil
	}
	for y := range dst.Height {
		from := y
		if down {
			from = src.Height - 1 - y
		}
		if across {
			mirror(dst.row(y), src.row(from))
		} else {
			copy(dst.row(y), src.row(from))
		}
	}
	return nil
}

// mirror fills dst with the samples of src, as many, from its end on.
func mirror(dst, src []uint8) {
	for len(dst) >= 8 && len(src) >= 8 {
		rest := len(src) - 8
		binary.LittleEndian.PutUint64(dst, bits.ReverseBytes64(binary.LittleEndian.Uint64(src[rest:])))
		dst, src = dst[8:], src[:rest]
	}
	for i := range dst {
		dst[i] = src[len(src)-1-i]
	}
}

// turn makes rows of columns. across and down say which sides of src are gone through from their
// far end.
type turn struct {
	dst, src     Plane
	across, down bool
}

// column returns where row y of src goes in every row of dst.
func (t *turn) column(y int) int {
	if t.down {
		return t.src.Height - 1 - y
	}
	return y
}

// row returns the row of dst that column x of src goes to.
func (t *turn) row(x int) []uint8 {
	if t.across {
		x = t.src.Width - 1 - x
	}
	return t.dst.row(x)
}

// all goes by squares whose rows fit the processor's nearest memory together, and in them by
// squares of which a row is one word.
func (t *turn) all() {
	const side, small = 64, 8
	for top := 0; top < t.src.Height; top += side {
		bottom := min(top+side, t.src.Height)
		for left := 0; left < t.src.Width; left += side {
			right := min(left+side, t.src.Width)
			y := top
			for ; y+small <= bottom; y += small {
				x := left
				for ; x+small <= right; x += small {
					t.square(x, y)
				}
				t.samples(x, right, y, y+small)
			}
			t.samples(left, right, y, bottom)
		}
	}
}

// samples turns the samples of columns left to right in rows top to bottom.
func (t *turn) samples(left, right, top, bottom int) {
	for x := left; x < right; x++ {
		row := t.row(x)
		for y := top; y < bottom; y++ {
			row[t.column(y)] = t.src.Pix[y*t.src.Stride+x]
		}
	}
}

// square turns 8×8 samples.
func (t *turn) square(x, y int) {
	const last = 7
	from, step, to := t.src.Pix[y*t.src.Stride+x:], t.src.Stride, t.column(y)
	line := func(i int) uint64 { return binary.LittleEndian.Uint64(from[i*step:]) }
	a, b, c, d, e, f, g, h := line(0), line(1), line(2), line(3), line(4), line(5), line(6), line(7)
	if t.down { // the last row is the first sample of the output
		a, b, c, d, e, f, g, h = h, g, f, e, d, c, b, a
		to -= last
	}
	// Halves, quarters and eighths change places across the diagonal.
	const half, quarter, eighth = 0x00000000ffffffff, 0x0000ffff0000ffff, 0x00ff00ff00ff00ff
	a, e = swap(a, e, 32, half)
	b, f = swap(b, f, 32, half)
	c, g = swap(c, g, 32, half)
	d, h = swap(d, h, 32, half)
	a, c = swap(a, c, 16, quarter)
	b, d = swap(b, d, 16, quarter)
	e, g = swap(e, g, 16, quarter)
	f, h = swap(f, h, 16, quarter)
	a, b = swap(a, b, 8, eighth)
	c, d = swap(c, d, 8, eighth)
	e, f = swap(e, f, 8, eighth)
	g, h = swap(g, h, 8, eighth)
	first, stride := x, t.dst.Stride
	if t.across {
		first = t.src.Width - 1 - x - last
		a, b, c, d, e, f, g, h = h, g, f, e, d, c, b, a
	}
	out := t.dst.Pix[first*stride+to:]
	put := func(i int, s uint64) { binary.LittleEndian.PutUint64(out[i*stride:], s) }
	put(0, a)
	put(1, b)
	put(2, c)
	put(3, d)
	put(4, e)
	put(5, f)
	put(6, g)
	put(7, h)
}

// swap exchanges the upper parts of a with the lower parts of b, shift bits each.
func swap(a, b uint64, shift uint, lower uint64) (uint64, uint64) {
	d := (a>>shift ^ b) & lower
	return a ^ d<<shift, b ^ d
}
