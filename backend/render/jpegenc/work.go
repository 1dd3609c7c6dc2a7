package jpegenc

import (
	"context"
	"fmt"
	"image"
)

// plane is the samples of one component.
type plane struct {
	pix                   []uint8
	stride, width, height int
}

// component is a plane and how many blocks of it an MCU has across and down (T.81, section A.2.3).
type component struct {
	plane
	h, v  int
	table int // 0 for brightness, 1 for colour
}

// shape is a picture taken apart.
type shape struct {
	width, height int
	components    []component
	across, down  int // MCUs
	perMCU        int // blocks
}

func shapeOf(m image.Image) (shape, error) {
	switch m := m.(type) {
	case *image.Gray:
		if m == nil {
			return shape{}, fmt.Errorf("%w: none", ErrPicture)
		}
	case *image.YCbCr:
		if m == nil {
			return shape{}, fmt.Errorf("%w: none", ErrPicture)
		}
	default:
		return shape{}, fmt.Errorf("%w: a %T", ErrPicture, m)
	}
	size := m.Bounds().Size()
	s := shape{width: size.X, height: size.Y}
	if size.X < 1 || size.Y < 1 || size.X > mostSide || size.Y > mostSide {
		return s, fmt.Errorf("%w: %v pixels", ErrPicture, size)
	}
	switch m := m.(type) {
	case *image.Gray:
		s.components = []component{{plane{m.Pix[m.PixOffset(m.Rect.Min.X, m.Rect.Min.Y):], m.Stride, size.X, size.Y}, 1, 1, 0}}
	case *image.YCbCr:
		h, v := 0, 0
		switch m.SubsampleRatio {
		case image.YCbCrSubsampleRatio444:
			h, v = 1, 1
		case image.YCbCrSubsampleRatio422:
			h, v = 2, 1
		case image.YCbCrSubsampleRatio440:
			h, v = 1, 2
		case image.YCbCrSubsampleRatio420:
			h, v = 2, 2
		case image.YCbCrSubsampleRatio411, image.YCbCrSubsampleRatio410: // more than a decoder must know
			fallthrough
		default:
			return s, fmt.Errorf("%w: subsampling %v", ErrPicture, m.SubsampleRatio)
		}
		if m.Rect.Min.X%h != 0 || m.Rect.Min.Y%v != 0 {
			return s, fmt.Errorf("%w: it begins inside a colour sample", ErrPicture)
		}
		at := m.COffset(m.Rect.Min.X, m.Rect.Min.Y)
		w, d := (size.X+h-1)/h, (size.Y+v-1)/v
		s.components = []component{
			{plane{m.Y[m.YOffset(m.Rect.Min.X, m.Rect.Min.Y):], m.YStride, size.X, size.Y}, h, v, 0},
			{plane{m.Cb[at:], m.CStride, w, d}, 1, 1, 1},
			{plane{m.Cr[at:], m.CStride, w, d}, 1, 1, 1},
		}
	}
	for _, c := range s.components {
		if c.stride < c.width || len(c.pix) < (c.height-1)*c.stride+c.width {
			return s, fmt.Errorf("%w: a plane is too short", ErrPicture)
		}
		s.perMCU += c.h * c.v
	}
	h, v := s.components[0].h, s.components[0].v
	s.across, s.down = (size.X+8*h-1)/(8*h), (size.Y+8*v-1)/(8*v)
	return s, nil
}

// work is a picture on its way to a file.
type work struct {
	shape
	coefficients []int16 // eight times those of T.81, block by block in the order they are written, in zigzag order
	quantised    []int16 // the same, divided; coefficients itself if that is done once
	spare        []int16
	filled       []uint64 // which of a block's quantised coefficients are not zero, a bit each
	quality      int      // of quantised; 0: none yet
	steps        [2]steps
	counts       [2]counts
}

// begin takes a picture, with the memory of the one before if that is enough. again says that it will be
// quantised more than once, so that its coefficients must stay.
func (w *work) begin(s shape, again bool) {
	n := s.across * s.down * s.perMCU
	w.shape, w.quality = s, 0
	w.coefficients, w.filled = room(w.coefficients, n*64), room(w.filled, n)
	if w.quantised = w.coefficients; again {
		w.spare = room(w.spare, n*64)
		w.quantised = w.spare
	}
}

// mostKept is how large the memory of a picture may be to be kept for the next one, in coefficients: a
// picture of eight megapixels.
const mostKept = 12 << 20

// kept reports whether the memory is worth keeping.
func (w *work) kept() bool { return cap(w.coefficients) <= mostKept }

// room returns n elements of any content.
func room[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}

// transform fills in the coefficients, those of two blocks at a time.
func (w *work) transform(ctx context.Context) error {
	var edges [2][64]uint8
	var first samples
	n := 0 // blocks that there were
	for y := range w.down {
		if err := ctx.Err(); err != nil {
			return err
		}
		for x := range w.across {
			for i := range w.components {
				c := &w.components[i]
				for i := range c.v {
					for j := range c.h {
						s := c.at((x*c.h+j)*8, (y*c.v+i)*8, &edges[n&1])
						if n++; n&1 != 0 {
							first = s
							continue
						}
						pair((*[128]int16)(w.coefficients[(n-2)*64:]), first, s)
					}
				}
			}
		}
	}
	if n&1 != 0 {
		plainBlock((*[64]int16)(w.coefficients[(n-1)*64:]), first)
	}
	return nil
}
