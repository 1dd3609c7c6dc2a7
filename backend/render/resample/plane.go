package resample

import (
	"fmt"
	"image"
)

// Plane is a grid of 8-bit samples: sample x of row y is Pix[y*Stride+x].
type Plane struct {
	Pix           []uint8
	Stride        int
	Width, Height int
}

// NewPlane returns a plane of width × height zero samples, both sides from 1 to MaxSide.
func NewPlane(width, height int) Plane {
	return Plane{Pix: make([]uint8, width*height), Stride: width, Width: width, Height: height}
}

// check returns ErrPlane unless every sample of p lies within its slice.
func (p Plane) check() error {
	if p.Width < 1 || p.Height < 1 || p.Width > MaxSide || p.Height > MaxSide || p.Stride < p.Width {
		return fmt.Errorf("%w: %d×%d samples, %d apart", ErrPlane, p.Width, p.Height, p.Stride)
	}
	if p.Stride > len(p.Pix) || (p.Height-1)*p.Stride+p.Width > len(p.Pix) {
		return fmt.Errorf("%w: %d bytes for %d×%d samples", ErrPlane, len(p.Pix), p.Width, p.Height)
	}
	return nil
}

// checkSize returns ErrPlane for a picture that is not to be made.
func checkSize(width, height int) error {
	if width < 1 || height < 1 || width > MaxSide || height > MaxSide || int64(width)*int64(height) > MaxPixels {
		return fmt.Errorf("%w: a picture of %d×%d is asked for", ErrPlane, width, height)
	}
	return nil
}

// row returns the samples of row y.
func (p Plane) row(y int) []uint8 { return p.Pix[y*p.Stride:][:p.Width:p.Width] }

// copyTo copies p's samples to a plane of the same size.
func (p Plane) copyTo(dst Plane) {
	for y := range p.Height {
		copy(dst.row(y), p.row(y))
	}
}

// factors returns how many pixels share a colour sample across and down.
func factors(ratio image.YCbCrSubsampleRatio) (across, down int, err error) {
	switch ratio {
	case image.YCbCrSubsampleRatio444:
		return 1, 1, nil
	case image.YCbCrSubsampleRatio422:
		return 2, 1, nil
	case image.YCbCrSubsampleRatio420:
		return 2, 2, nil
	case image.YCbCrSubsampleRatio440:
		return 1, 2, nil
	case image.YCbCrSubsampleRatio411:
		return 4, 1, nil
	case image.YCbCrSubsampleRatio410:
		return 4, 2, nil
	}
	return 0, 0, fmt.Errorf("%w: unknown subsampling %d", ErrPlane, int(ratio))
}

// over returns a divided by b, rounded up.
func over(a, b int) int { return (a + b - 1) / b }

// Planes returns the planes of m without copying, one of an *image.Gray and three of an
// *image.YCbCr, checked. A part of a larger picture must start on a whole colour sample.
func Planes(m image.Image) ([]Plane, error) {
	b := m.Bounds()
	switch m := m.(type) {
	case *image.Gray:
		if b.Empty() {
			return nil, fmt.Errorf("%w: an empty picture", ErrPlane)
		}
		p := Plane{Pix: m.Pix, Stride: m.Stride, Width: b.Dx(), Height: b.Dy()}
		return []Plane{p}, p.check()
	case *image.YCbCr:
		across, down, err := factors(m.SubsampleRatio)
		if err != nil {
			return nil, err
		}
		if b.Empty() || b.Min.X%across != 0 || b.Min.Y%down != 0 {
			return nil, fmt.Errorf("%w: the part %v does not start on a colour sample", ErrPlane, b)
		}
		width, height := over(b.Dx(), across), over(b.Dy(), down)
		planes := []Plane{
			{Pix: m.Y, Stride: m.YStride, Width: b.Dx(), Height: b.Dy()},
			{Pix: m.Cb, Stride: m.CStride, Width: width, Height: height},
			{Pix: m.Cr, Stride: m.CStride, Width: width, Height: height},
		}
		for _, p := range planes {
			if err := p.check(); err != nil {
				return nil, err
			}
		}
		return planes, nil
	}
	return nil, fmt.Errorf("%w: a picture of the kind %T", ErrPlane, m)
}
