//go:build (!amd64 && !arm64) || purego

package jpegdec

// inverse8 is plain8.
func inverse8(dst []uint8, stride int, b *[64]int16, q *[64]int32, last int) {
	plain8(dst, stride, b, q, last)
}

// inverse4 is plain4.
func inverse4(dst []uint8, stride int, b *[64]int16, q *[64]int32, last int) {
	plain4(dst, stride, b, q, last)
}
