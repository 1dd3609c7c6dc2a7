//go:build (amd64 || arm64) && !purego

package resample

// What follows is all that calls a kernel. A kernel is told by pointers and numbers what to do and
// checks nothing, so these prove before that all it touches lies within the slices.

// mixAcross makes the outputs of g in four rows. A row of src starts with sample first of a line,
// which is not beyond g.low, and reaches to g.high.
func mixAcross(dst, src *[4][]uint8, first int, g *groups) {
	full := g.outputs / groupSize
	var to, from [4]*uint8
	for i := range src {
		_ = src[i][g.high-first-1]
		_ = dst[i][g.outputs-1]
		from[i], to[i] = &src[i][0], &dst[i][0]
	}
	acrossVector(&to, &from, &g.starts[0], first, &g.table[0], full, g.pairs)
	if rest := g.at(full); full*groupSize < g.outputs {
		for i := range to {
			to[i] = &dst[i][rest]
		}
		block := 2 * groupSize * (1 + g.pairs)
		acrossVector(&to, &from, &g.starts[2*full], first, &g.table[full*block], 1, g.pairs)
	}
}

// mixDown makes a row of stripe samples or more from rows of src at the offsets, one weight each.
// The number of rows is even.
func mixDown(dst, src []uint8, offsets []int, weights []int16) {
	for _, o := range offsets {
		_ = src[o:][:len(dst)]
	}
	weights = weights[:len(offsets)]
	downVector(&dst[0], &src[0], &offsets[0], &weights[0], len(offsets)/2, len(dst)/stripe)
	if len(dst)%stripe != 0 {
		rest := len(dst) - stripe
		downVector(&dst[rest], &src[rest], &offsets[0], &weights[0], len(offsets)/2, 1)
	}
}

// halveStart does the work of halveRow for as many outputs as it returns.
func halveStart(dst, a, b []uint8) int {
	n := min(len(dst), len(a)/2, len(b)/2)
	if n < stripe || !hasVectors() {
		return 0
	}
	meanVector(&dst[0], &a[0], &b[0], n/stripe)
	if n%stripe != 0 {
		rest := n - stripe
		meanVector(&dst[rest], &a[2*rest], &b[2*rest], 1)
	}
	return n
}
