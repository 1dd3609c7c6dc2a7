//go:build (!amd64 && !arm64) || purego

package jpegenc

// pair transforms two blocks of samples and puts their coefficients in the order of coding.
func pair(out *[128]int16, a, b samples) { plainPair(out, a, b) }

// divide is plainDivide.
func (s *steps) divide(in, out []int16, filled []uint64) { s.plainDivide(in, out, filled) }
