//go:build (amd64 || arm64) && !purego

package jpegdec

//go:generate go run -C ../../../build/kernels ./jpegdec -pkg jpegdec -out ../../backend/render/jpegdec/kernel_amd64.s -stubs ../../backend/render/jpegdec/kernel_amd64.go
//go:generate go run -C ../../../build/kernels ./jpegdec/arm64 -out ../../backend/render/jpegdec/kernel_arm64.s

// inverse8 is plain8.
func inverse8(dst []uint8, stride int, b *[64]int16, q *[64]int32, last int) {
	switch {
	case last == 0 || !vectors() || !holds(dst, stride, 8):
		plain8(dst, stride, b, q, last)
	case last < 10:
		inverseLow(&dst[0], stride, b, q)
	default:
		inverseFull(&dst[0], stride, b, q)
	}
}

// inverse4 is plain4.
func inverse4(dst []uint8, stride int, b *[64]int16, q *[64]int32, last int) {
	if last == 0 || !vectors() || !holds(dst, stride, 4) {
		plain4(dst, stride, b, q, last)
		return
	}
	inverseHalf(&dst[0], stride, b, q)
}

// holds reports whether there is room for a block of a side.
func holds(dst []uint8, stride, side int) bool {
	return stride >= 0 && stride <= len(dst) && (side-1)*stride+side <= len(dst)
}
