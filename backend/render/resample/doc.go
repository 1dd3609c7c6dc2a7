// Package resample makes small planes of samples out of large ones, fast.
//
// A photograph stays in the planes its JPEG file stores: brightness (Y) at full size, and two
// planes of colour (Cb, Cr) that mostly have half the width and height. Most renditions store
// colour at half size as well, so a photograph that is never turned into red, green and blue
// carries 1.5 samples a pixel through the pipeline instead of four. Everything here works on one
// Plane of 8-bit samples at a time:
//
//	box.go       averages of 2×2 samples, the levels a small output starts from
//	weights.go   the Lanczos3 kernel as 12-bit whole numbers, kept for the next plane alike
//	lanes.go     the hot loops in plain Go: three samples in one 64-bit word
//	resize.go    the two passes over a window in real numbers
//	groups.go    the weights in the order that vectors take them
//	vector.go    the same two passes on vectors of the processor, kernel by kernel in kernels.go
//	photo.go     a photograph's planes and levels, and a view of it in any size and orientation
//	geometry.go  windows, crops, offsets, EXIF orientations
//	turn.go      mirrored and turned planes
//	canvas.go    a picture on a coloured canvas
//	colour.go    other colour spaces to sRGB, from planes to planes
//	pool.go      memory that is used again
//
// # Coordinates
//
// A plane of width w covers the stretch from 0 to w; sample i covers i to i+1 and its middle lies
// at i+½. A window is a part of that stretch in real numbers. In these coordinates a level of half
// the size, a decoder's output at one eighth, and a plane of subsampled colour are all the same
// thing: the window divided by a factor. That is exact for colour because JFIF (ITU-T T.871,
// section 10.2) puts a colour sample in the middle of the pixels it belongs to. A side that does
// not divide evenly rounds up, and the last sample covers the edge pixel repeated.
//
// # Three samples in one multiplication
//
// A sample of 8 bits times a weight of 12 bits needs 20 bits, and a sum of such products, whose
// weights sum to one, little more. So a 64-bit word holds three sums in lanes of 21 bits, and one
// multiplication of a word of three samples by a weight serves three. Lanczos has negative
// weights; the borrows they take from a neighbouring lane are paid back once the sum is complete,
// since arithmetic modulo 2^64 does not mind the order. It only matters that each lane's own sum
// ends between 0 and 2^21: a bias of 128 samples keeps it there, as overshoot of Lanczos3 is below
// a third (a test holds this for every phase). The weights of one output sum to exactly 4096, or
// a flat sky would change its shade from column to column.
//
// # Vectors
//
// On amd64 with AVX2 and on arm64 the passes run on bytes instead (vector.go), to exactly the same
// samples: weights, order and rounding are the same, and sums of whole numbers have no error. With
// AVX2 it is about eight times as fast. Down, the bytes of two rows are interleaved, so that one
// instruction multiplies and adds a pair of rows. Across, one shuffle gathers a pair of neighbours for
// each of four outputs (groups.go). The tag purego leaves the kernels out, as do other processors.
// The assembly of amd64 is made by build/kernels, that of arm64 is written by hand.
//
// # Choices
//
// The edge is treated as the imaging library does it, which is the oracle of the tests: weights
// that fall outside the picture are left out and the rest scaled up. Between the passes samples are rounded to 8 bits,
// as there. An output that is much smaller than the photograph starts from the coarsest level that
// leaves Lanczos a reduction of 1.5 to do; measured against Lanczos from full size the worst
// structural similarity is then 0.993, and with 2.0 it is 0.997.
//
// Functions start no goroutines. A Resampler and a Photo may be used by many at once.
package resample

import "errors"

var (
	// ErrPlane is the error of samples that do not fill the size they are said to have, of sizes
	// over MaxSide, and of pictures that are neither image.YCbCr nor image.Gray.
	ErrPlane = errors.New("impossible plane")
	// ErrWindow is the error of a window that is not within its plane, or not a number.
	ErrWindow = errors.New("impossible window")
)

const (
	// MaxSide is the longest side of a plane in samples, that of ITU-T T.81, section B.2.2.
	MaxSide = 65535
	// MaxPixels is the largest picture that is made here.
	MaxPixels = 1 << 28
)
