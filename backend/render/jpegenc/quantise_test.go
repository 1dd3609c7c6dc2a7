package jpegenc

import "testing"

// mostCoefficient is above what a transform gives: 64 times the largest sample, and what rounding adds.
const mostCoefficient = 8192 + 64

// A quotient is that of an exact division, rounded to the nearest, a half away from zero.
func TestDivisionIsExact(t *testing.T) {
	for size := 1; size <= 255; size++ {
		var s steps
		for k := range 64 {
			s.set(k, size)
		}
		for v := range mostCoefficient + 1 {
			var in, out [64]int16
			in[5], in[9] = int16(v), int16(-v)
			filled := s.block(&in, &out)
			want := (v + 4*size) / (8 * size)
			if int(out[5]) != want || int(out[9]) != -want {
				t.Fatalf("%d by 8·%d is %d and %d, want %d", v, size, out[5], out[9], want)
			}
			if (filled != 0) != (want != 0) || filled&^(1<<5|1<<9) != 0 {
				t.Fatalf("%d by 8·%d: filled %b", v, size, filled)
			}
		}
	}
}
