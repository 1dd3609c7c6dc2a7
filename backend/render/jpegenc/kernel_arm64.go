//go:build arm64 && !purego

package jpegenc

// forwardPair transforms the 8×8 samples at a and at b into two blocks of coefficients in zigzag order.
func forwardPair(out *[128]int16, a *uint8, strideA int, b *uint8, strideB int)

// quantiseBlocks divides n blocks at in, n at least 1, and says in filled which AC coefficients are not zero.
func quantiseBlocks(in *int16, out *int16, filled *uint64, n int, by *uint16)
