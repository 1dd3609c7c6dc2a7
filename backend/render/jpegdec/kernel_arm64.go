//go:build arm64 && !purego

package jpegdec

// inverseFull turns 64 coefficients at b into 8×8 samples at dst.
//
//go:noescape
func inverseFull(dst *uint8, stride int, b *[64]int16, q *[64]int32)

// inverseLow is inverseFull where only the first four coefficients of the first four columns are used.
//
//go:noescape
func inverseLow(dst *uint8, stride int, b *[64]int16, q *[64]int32)

// inverseHalf turns the low 4×4 coefficients of a block into 4×4 samples at dst.
//
//go:noescape
func inverseHalf(dst *uint8, stride int, b *[64]int16, q *[64]int32)
