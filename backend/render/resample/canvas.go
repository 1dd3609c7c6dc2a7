package resample

import (
	"fmt"
	"image"
	"image/color"
)

// OnCanvas returns a canvas of width × height pixels of one colour with m on it at an offset, in
// the subsampling of m. The offset must be on whole colour samples of it, and
// m must lie within the canvas, or it returns ErrWindow. The alpha of the colour is passed over.
//
// A colour sample that m shares with the canvas, at an odd right or lower edge, is the mean of both,
// by the pixels of each.
//
// A grey picture on a colour that is not grey becomes one of 4:4:4.
func (r *Resampler) OnCanvas(m image.Image, width, height int, offset image.Point, background color.Color) (image.Image, error) {
	m = withColours(m, background)
	planes, err := Planes(m)
	if err != nil {
		return nil, err
	}
	if err := checkSize(width, height); err != nil {
		return nil, err
	}
	size := m.Bounds().Size()
	if !(image.Rectangle{Min: offset, Max: offset.Add(size)}).In(image.Rect(0, 0, width, height)) {
		return nil, fmt.Errorf("%w: %v at %v on %d×%d", ErrWindow, size, offset, width, height)
	}
	plain, ok := m.(*image.YCbCr)
	if !ok {
		out := r.newGray(width, height)
		shade := color.GrayModel.Convert(background).(color.Gray).Y
		lay(Plane{Pix: out.Pix, Stride: width, Width: width, Height: height}, planes[0], offset, shade)
		return out, nil
	}
	across, down, err := factors(plain.SubsampleRatio)
	if err != nil {
		return nil, err
	}
	if offset.X%across != 0 || offset.Y%down != 0 {
		return nil, fmt.Errorf("%w: the offset %v is within a colour sample", ErrWindow, offset)
	}
	out, err := r.newImage(width, height, plain.SubsampleRatio)
	if err != nil {
		return nil, err
	}
	targets, err := Planes(out)
	if err != nil {
		return nil, err
	}
	shade := color.YCbCrModel.Convert(opaque(background)).(color.YCbCr)
	lay(targets[0], planes[0], offset, shade.Y)
	end := offset.Add(size)
	for i, c := range []uint8{shade.Cb, shade.Cr} {
		target, at := targets[i+1], image.Pt(offset.X/across, offset.Y/down)
		lay(target, planes[i+1], at, c)
		if own := size.X % across; own != 0 && end.X < width {
			last := at.X + planes[i+1].Width - 1
			for y := at.Y; y < at.Y+planes[i+1].Height; y++ {
				mix(&target.row(y)[last], c, own, across)
			}
		}
		if own := size.Y % down; own != 0 && end.Y < height {
			row := target.row(at.Y + planes[i+1].Height - 1)
			for x := at.X; x < at.X+planes[i+1].Width; x++ {
				mix(&row[x], c, own, down)
			}
		}
	}
	return out, nil
}

// withColours gives a grey picture planes of colour, without any, if the background needs them.
func withColours(m image.Image, background color.Color) image.Image {
	gray, ok := m.(*image.Gray)
	shade := color.YCbCrModel.Convert(opaque(background)).(color.YCbCr)
	if !ok || shade.Cb == 128 && shade.Cr == 128 {
		return m
	}
	none := make([]uint8, gray.Rect.Dx()*gray.Rect.Dy())
	for i := range none {
		none[i] = 128
	}
	return &image.YCbCr{
		Y: gray.Pix, YStride: gray.Stride, Cb: none, Cr: none, CStride: gray.Rect.Dx(),
		SubsampleRatio: image.YCbCrSubsampleRatio444, Rect: image.Rectangle{Max: gray.Rect.Size()},
	}
}

// Subsampled returns a picture of 4:4:4 as one of 4:2:0, whose colour samples are the means of four. It
// returns ErrPlane for any other.
func (r *Resampler) Subsampled(m *image.YCbCr) (image.Image, error) {
	planes, err := Planes(m)
	if err != nil {
		return nil, err
	}
	if m.SubsampleRatio != image.YCbCrSubsampleRatio444 {
		return nil, fmt.Errorf("%w: subsampling %d to be halved", ErrPlane, int(m.SubsampleRatio))
	}
	width, height := m.Rect.Dx(), m.Rect.Dy()
	out, err := r.newImage(width, height, image.YCbCrSubsampleRatio420)
	if err != nil {
		return nil, err
	}
	targets, err := Planes(out)
	if err != nil {
		return nil, err
	}
	planes[0].copyTo(targets[0])
	for i, target := range targets[1:] {
		source := planes[i+1]
		for y := range target.Height {
			// Beyond an odd edge the last one counts again.
			upper, lower := source.row(2*y), source.row(min(2*y+1, height-1))
			for x, row := 0, target.row(y); x < len(row); x++ {
				left, right := 2*x, min(2*x+1, width-1)
				row[x] = uint8((int(upper[left]) + int(upper[right]) + int(lower[left]) + int(lower[right]) + 2) >> 2)
			}
		}
	}
	return out, nil
}

// opaque returns c without its alpha: the colour it has where it is not transparent.
func opaque(c color.Color) color.Color {
	n := color.NRGBAModel.Convert(c).(color.NRGBA)
	n.A = 255
	return n
}

// lay fills dst with one shade and copies src to an offset.
func lay(dst, src Plane, offset image.Point, shade uint8) {
	for y := range dst.Height {
		row := dst.row(y)
		for i := range row {
			row[i] = shade
		}
		if y >= offset.Y && y < offset.Y+src.Height {
			copy(row[offset.X:], src.row(y-offset.Y))
		}
	}
}

// mix lets s keep own parts of all and gives the rest to shade.
func mix(s *uint8, shade uint8, own, all int) {
	*s = uint8((int(*s)*own + int(shade)*(all-own) + all/2) / all)
}
