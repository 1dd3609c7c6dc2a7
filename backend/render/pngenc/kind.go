package pngenc

import (
	"encoding/binary"
	"image"
	"image/color"
	"slices"
)

// Colour types (section 11.2.1).
const (
	grey      = 0
	rgb       = 2
	palette   = 3
	greyAlpha = 4
	rgba      = 6
)

// kind says how pixels are written.
type kind struct {
	colour  int
	bits    int // of a sample: 8, or less of a palette
	palette []color.NRGBA
	index   map[uint32]uint8 // by the four bytes of a pixel
}

func (k kind) channels() int {
	switch k.colour {
	case rgb:
		return 3
	case greyAlpha:
		return 2
	case rgba:
		return 4
	}
	return 1
}

// kindOf looks at all pixels for the fewest bytes that hold them. It stops counting colours when there are
// too many for a palette, which in a photograph is after some pixels.
func kindOf(m *image.NRGBA) kind {
	width, height := m.Rect.Dx(), m.Rect.Dy()
	index := map[uint32]uint8{}
	var colours []uint32
	few, opaque, greys := true, true, true
	for y := range height {
		row := m.Pix[y*m.Stride:][:width*4]
		var last uint32
		for i := 0; i < len(row); i += 4 {
			p := row[i : i+4 : i+4]
			opaque = opaque && p[3] == 255
			greys = greys && p[0] == p[1] && p[1] == p[2]
			if !few {
				continue
			}
			c := binary.BigEndian.Uint32(p)
			if i > 0 && c == last {
				continue
			}
			last = c
			if _, known := index[c]; !known {
				if few = len(colours) < 256; few {
					index[c] = 0
					colours = append(colours, c)
				}
			}
		}
		if !few && !opaque && !greys {
			break
		}
	}
	switch {
	case few && width*height > 2*len(colours): // else a palette costs more than it saves
		return newPalette(colours, index)
	case greys && opaque:
		return kind{colour: grey, bits: 8}
	case greys:
		return kind{colour: greyAlpha, bits: 8}
	case opaque:
		return kind{colour: rgb, bits: 8}
	}
	return kind{colour: rgba, bits: 8}
}

// newPalette puts what is not opaque first, since the list of alphas may end with the last of those, and
// keeps the order in which colours appear, so that neighbours have near numbers.
func newPalette(colours []uint32, index map[uint32]uint8) kind {
	slices.SortStableFunc(colours, func(a, b uint32) int {
		return class(a) - class(b)
	})
	k := kind{colour: palette, bits: 8, index: index}
	for i, c := range colours {
		index[c] = uint8(i)
		k.palette = append(k.palette, color.NRGBA{R: uint8(c >> 24), G: uint8(c >> 16), B: uint8(c >> 8), A: uint8(c)})
	}
	switch n := len(colours); {
	case n <= 2:
		k.bits = 1
	case n <= 4:
		k.bits = 2
	case n <= 16:
		k.bits = 4
	}
	return k
}

// class is 1 of an opaque colour and 0 of any other.
func class(c uint32) int {
	if c&255 == 255 {
		return 1
	}
	return 0
}

// row writes pixels as the bytes of a row.
func (k kind) row(out, pix []uint8) {
	switch k.colour {
	case rgba:
		copy(out, pix)
	case rgb:
		for len(pix) >= 4 && len(out) >= 3 {
			out[0], out[1], out[2] = pix[0], pix[1], pix[2]
			pix, out = pix[4:], out[3:]
		}
	case greyAlpha:
		for len(pix) >= 4 && len(out) >= 2 {
			out[0], out[1] = pix[0], pix[3]
			pix, out = pix[4:], out[2:]
		}
	case grey:
		for i := range out {
			out[i] = pix[i*4]
		}
	case palette:
		k.indices(out, pix)
	}
}

// indices writes numbers of the palette, the first pixel in the highest bits of a byte (section 7.2).
func (k kind) indices(out, pix []uint8) {
	clear(out)
	var last uint32
	var number uint8
	for i := 0; i < len(pix); i += 4 {
		if c := binary.BigEndian.Uint32(pix[i:]); i == 0 || c != last {
			last, number = c, k.index[c]
		}
		at := i / 4 * k.bits
		out[at/8] |= number << (8 - k.bits - at%8)
	}
}
