//go:build !purego

package resample

import "golang.org/x/sys/cpu"

//go:generate go run -C ../../../build/kernels ./resample -out ../../backend/render/resample/kernels_amd64.s -stubs ../../backend/render/resample/kernels_amd64.go -pkg resample

// vectors reports whether this processor has what the vector code needs.
func vectors() bool { return cpu.X86.HasAVX2 }

// across mixes each sample of dst, at least fewest, from its neighbours in src, which has w.reach samples.
func across(dst, src []uint8, w *wide) {
	src = src[:w.reach]
	whole := len(dst) &^ (stride - 1)
	acrossEights(dst[:whole], src, w, 0)
	if whole < len(dst) { // the last eight once more
		acrossEights(dst[len(dst)-stride:], src, w, len(dst)-stride)
	}
}

// acrossEights mixes the outputs from one on, a multiple of eight.
func acrossEights(dst, src []uint8, w *wide, from int) {
	starts, weights, n := w.starts[from:][:len(dst)], w.weights[from*w.taps:][:len(dst)*w.taps], len(dst)
	switch w.taps {
	case 8:
		across8AVX2(&dst[0], &src[0], &starts[0], &weights[0], n)
	case 16:
		across16AVX2(&dst[0], &src[0], &starts[0], &weights[0], n)
	case 24:
		across24AVX2(&dst[0], &src[0], &starts[0], &weights[0], n)
	case 32:
		across32AVX2(&dst[0], &src[0], &starts[0], &weights[0], n)
	default:
		acrossManyAVX2(&dst[0], &src[0], &starts[0], &weights[0], n, w.taps)
	}
}

// down mixes each sample of dst, at least fewest, from those above each other in rows that begin at places of
// base, an even number of them.
func down(dst, base []uint8, rows []int, weights []int16) {
	weights = weights[:len(rows)]
	for _, row := range rows {
		_ = base[row:][:len(dst)]
	}
	downAVX2(&dst[0], &base[0], &rows[0], &weights[0], len(rows), len(dst))
}

// average makes dst, at least fewest samples, of two times as many in two rows.
func average(dst, a, b []uint8) {
	a, b = a[:2*len(dst)], b[:2*len(dst)]
	averageAVX2(&dst[0], &a[0], &b[0], len(dst))
}
