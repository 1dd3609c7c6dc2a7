package resample

// A word holds three samples, or three sums of weighted samples, in lanes of laneBits. The loops in
// this file are all the work of a resize; they see slices only, so that others can stand in.
const (
	laneBits = 21
	laneTwo  = laneBits
	laneTri  = 2 * laneBits

	// A sum starts at half a unit, for rounding, and so many samples above zero that no undershoot
	// of Lanczos3 makes it negative and no overshoot makes it leave its lane: it may go from -128
	// to 383, where from -73 to 328 is the worst that a test finds.
	biasSamples = 128
	bias        = biasSamples<<weightBits + weightOne/2
	biasWord    = bias | bias<<laneTwo | bias<<laneTri

	// settled is how many values a lane's whole samples can have.
	settled = 1 << (laneBits - weightBits)
)

// settling turns the whole samples of a lane, biased, into a sample from 0 to 255.
type settling [settled]uint8

func newSettling() *settling {
	var t settling
	for i := range t {
		t[i] = uint8(min(max(i-biasSamples, 0), 255))
	}
	return &t
}

func (t *settling) one(s uint64) uint64 { return uint64(t[s>>weightBits%settled]) }
func (t *settling) two(s uint64) uint64 { return uint64(t[s>>(laneTwo+weightBits)%settled]) }
func (t *settling) tri(s uint64) uint64 { return uint64(t[s>>(laneTri+weightBits)%settled]) }

// packRows puts the samples of three rows one above the other into words.
func packRows(dst []uint64, a, b, c []uint8) {
	a, b, c = a[:len(dst)], b[:len(dst)], c[:len(dst)]
	for i := range dst {
		dst[i] = uint64(a[i]) | uint64(b[i])<<laneTwo | uint64(c[i])<<laneTri
	}
}

// packLine puts three neighbours of a row into each word; those beyond its end are zero.
func packLine(dst []uint64, row []uint8) {
	for len(row) >= 3 && len(dst) > 0 {
		dst[0] = uint64(row[0]) | uint64(row[1])<<laneTwo | uint64(row[2])<<laneTri
		dst, row = dst[1:], row[3:]
	}
	if len(dst) > 0 && len(row) > 0 {
		dst[0] = uint64(row[0])
		if len(row) > 1 {
			dst[0] |= uint64(row[1]) << laneTwo
		}
	}
}

// horizontal makes a word of sums for each of starts from words of three rows: src[start-base:]
// times taps weights. A longer dst is left alone beyond.
func horizontal(dst, src []uint64, base int32, starts []int32, weights []int16, taps int) {
	dst = dst[:len(starts)]
	for i, start := range starts {
		s, w := src[start-base:][:taps], weights[:taps]
		weights = weights[taps:]
		sum, more := uint64(biasWord), uint64(0)
		for len(s) >= 8 && len(w) >= 8 {
			sum += s[0] * uint64(int64(w[0]))
			more += s[1] * uint64(int64(w[1]))
			sum += s[2] * uint64(int64(w[2]))
			more += s[3] * uint64(int64(w[3]))
			sum += s[4] * uint64(int64(w[4]))
			more += s[5] * uint64(int64(w[5]))
			sum += s[6] * uint64(int64(w[6]))
			more += s[7] * uint64(int64(w[7]))
			s, w = s[8:], w[8:]
		}
		for len(s) >= 2 && len(w) >= 2 {
			sum += s[0] * uint64(int64(w[0]))
			more += s[1] * uint64(int64(w[1]))
			s, w = s[2:], w[2:]
		}
		if len(s) > 0 && len(w) > 0 {
			sum += s[0] * uint64(int64(w[0]))
		}
		dst[i] = sum + more
	}
}

// vertical makes words of sums from rows of words, one weight a row.
func vertical(dst []uint64, rows [][]uint64, weights []int16) {
	for i := range dst {
		dst[i] = biasWord
	}
	weights = weights[:len(rows)]
	k := 0
	for ; k+4 <= len(rows); k += 4 {
		a, b, c, d := rows[k][:len(dst)], rows[k+1][:len(dst)], rows[k+2][:len(dst)], rows[k+3][:len(dst)]
		wa, wb := uint64(int64(weights[k])), uint64(int64(weights[k+1]))
		wc, wd := uint64(int64(weights[k+2])), uint64(int64(weights[k+3]))
		for i := range dst {
			dst[i] += a[i]*wa + b[i]*wb + c[i]*wc + d[i]*wd
		}
	}
	for ; k < len(rows); k++ {
		a, wa := rows[k][:len(dst)], uint64(int64(weights[k]))
		for i := range dst {
			dst[i] += a[i] * wa
		}
	}
}

// linesFromRows settles sums of three rows and turns them into three lines of neighbours. The
// lines have a third of the words, rounded up; what lies beyond the last sum is of no meaning.
func linesFromRows(t *settling, a, b, c, sums []uint64) {
	i := 0
	for ; len(sums) >= 3 && i < len(a) && i < len(b) && i < len(c); i++ {
		x, y, z := sums[0], sums[1], sums[2]
		a[i] = t.one(x) | t.one(y)<<laneTwo | t.one(z)<<laneTri
		b[i] = t.two(x) | t.two(y)<<laneTwo | t.two(z)<<laneTri
		c[i] = t.tri(x) | t.tri(y)<<laneTwo | t.tri(z)<<laneTri
		sums = sums[3:]
	}
	if len(sums) > 0 {
		x, y := sums[0], sums[len(sums)-1]
		a[i] = t.one(x) | t.one(y)<<laneTwo
		b[i] = t.two(x) | t.two(y)<<laneTwo
		c[i] = t.tri(x) | t.tri(y)<<laneTwo
	}
}

// rowsFromLines settles sums of neighbours in three lines and turns them into words of three rows.
func rowsFromLines(t *settling, dst, a, b, c []uint64) {
	i := 0
	for ; len(dst) >= 3 && i < len(a) && i < len(b) && i < len(c); i++ {
		x, y, z := a[i], b[i], c[i]
		dst[0] = t.one(x) | t.one(y)<<laneTwo | t.one(z)<<laneTri
		dst[1] = t.two(x) | t.two(y)<<laneTwo | t.two(z)<<laneTri
		dst[2] = t.tri(x) | t.tri(y)<<laneTwo | t.tri(z)<<laneTri
		dst = dst[3:]
	}
	if len(dst) > 0 {
		x, y, z := a[i], b[i], c[i]
		dst[0] = t.one(x) | t.one(y)<<laneTwo | t.one(z)<<laneTri
		if len(dst) > 1 {
			dst[1] = t.two(x) | t.two(y)<<laneTwo | t.two(z)<<laneTri
		}
	}
}

// unpackRows settles sums of three rows into three rows of samples.
func unpackRows(t *settling, a, b, c []uint8, sums []uint64) {
	a, b, c = a[:len(sums)], b[:len(sums)], c[:len(sums)]
	for i, s := range sums {
		a[i], b[i], c[i] = uint8(t.one(s)), uint8(t.two(s)), uint8(t.tri(s))
	}
}

// unpackLine settles sums of neighbours into a row of samples.
func unpackLine(t *settling, row []uint8, sums []uint64) {
	for len(row) >= 3 && len(sums) > 0 {
		s := sums[0]
		row[0], row[1], row[2] = uint8(t.one(s)), uint8(t.two(s)), uint8(t.tri(s))
		row, sums = row[3:], sums[1:]
	}
	if len(row) > 0 && len(sums) > 0 {
		row[0] = uint8(t.one(sums[0]))
		if len(row) > 1 {
			row[1] = uint8(t.two(sums[0]))
		}
	}
}
