package resample

import "image"

// Part returns the window of a picture that becomes a part of it once source, whole pixels of the
// picture, is scaled to scaled whole pixels. part lies within them.
func Part(source image.Rectangle, scaled image.Point, part image.Rectangle) Window {
	across := float64(source.Dx()) / float64(scaled.X)
	down := float64(source.Dy()) / float64(scaled.Y)
	return Window{
		X: float64(source.Min.X) + float64(part.Min.X)*across, Width: float64(part.Dx()) * across,
		Y: float64(source.Min.Y) + float64(part.Min.Y)*down, Height: float64(part.Dy()) * down,
	}
}

// Turned reports whether an EXIF orientation exchanges width and height.
func Turned(orientation int) bool { return orientation >= 5 && orientation <= 8 }

// flipped reports which sides of the stored picture an orientation shows from their far end.
func flipped(orientation int) (across, down bool) {
	switch orientation {
	case 2, 8:
		return true, false
	case 3, 7:
		return true, true
	case 4, 6:
		return false, true
	}
	return false, false
}

// Stored maps a window of a picture as it is seen to where it lies in its width × height stored
// pixels (Exif 2.32, tag 0x0112). What is no orientation counts as 1.
func Stored(w Window, orientation, width, height int) Window {
	if Turned(orientation) {
		w.X, w.Y, w.Width, w.Height = w.Y, w.X, w.Height, w.Width
	}
	across, down := flipped(orientation)
	if across {
		w.X = float64(width) - w.X - w.Width
	}
	if down {
		w.Y = float64(height) - w.Y - w.Height
	}
	return w
}

// turnedRatio returns the subsampling of a picture whose rows become columns, and false if there
// is none.
func turnedRatio(ratio image.YCbCrSubsampleRatio) (image.YCbCrSubsampleRatio, bool) {
	switch ratio {
	case image.YCbCrSubsampleRatio444, image.YCbCrSubsampleRatio420:
		return ratio, true
	case image.YCbCrSubsampleRatio422:
		return image.YCbCrSubsampleRatio440, true
	case image.YCbCrSubsampleRatio440:
		return image.YCbCrSubsampleRatio422, true
	case image.YCbCrSubsampleRatio411, image.YCbCrSubsampleRatio410:
	}
	return ratio, false
}
