//go:build (amd64 || arm64) && !purego

package jpegenc

//go:generate go run -C ../../../build/kernels ./jpegenc -pkg jpegenc -out ../../backend/render/jpegenc/kernel_amd64.s -stubs ../../backend/render/jpegenc/kernel_amd64.go
//go:generate go run -C ../../../build/kernels ./jpegenc/arm64 -out ../../backend/render/jpegenc/kernel_arm64.s

// pair transforms two blocks of samples and puts their coefficients in the order of coding.
func pair(out *[128]int16, a, b samples) {
	if !vectors() || !a.whole() || !b.whole() {
		plainPair(out, a, b)
		return
	}
	forwardPair(out, &a.pix[0], a.stride, &b.pix[0], b.stride)
}

// whole reports whether all of the block lies in the samples.
func (s samples) whole() bool {
	return s.stride >= 0 && s.stride <= len(s.pix) && 7*s.stride+8 <= len(s.pix)
}

// divide is plainDivide.
func (s *steps) divide(in, out []int16, filled []uint64) {
	n := len(filled)
	if !vectors() || n == 0 || len(in) < n*64 || len(out) < n*64 {
		s.plainDivide(in, out, filled)
		return
	}
	quantiseBlocks(&in[0], &out[0], &filled[0], n, &s.by.half[0])
}
