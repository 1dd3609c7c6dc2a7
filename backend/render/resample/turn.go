package resample

import (
	"fmt"
	"slices"
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
		transpose(dst, src, across, down)
		return nil
	}
	for y := range dst.Height {
		from := y
		if down {
			from = src.Height - 1 - y
		}
		row := dst.row(y)
		copy(row, src.row(from))
		if across {
			slices.Reverse(row)
		}
	}
	return nil
}

// transpose makes rows of columns. across and down say which sides of src are gone through from
// their far end. It goes by squares whose rows fit the processor's nearest memory together.
func transpose(dst, src Plane, across, down bool) {
	const side = 32
	for top := 0; top < src.Height; top += side {
		bottom := min(top+side, src.Height)
		for left := 0; left < src.Width; left += side {
			right := min(left+side, src.Width)
			for y := top; y < bottom; y++ {
				to, column := y, src.row(y)
				if down {
					to = src.Height - 1 - y
				}
				for x := left; x < right; x++ {
					row := x
					if across {
						row = src.Width - 1 - x
					}
					dst.Pix[row*dst.Stride+to] = column[x]
				}
			}
		}
	}
}
