package pngenc

// The filters of a row (section 9.2), by their numbers.
const (
	none = iota
	sub
	up
	average
	paeth
	filters
)

// filtering is how rows are filtered.
type filtering int

const (
	plain    filtering = iota // not at all
	simple                    // by the best of four: the fifth takes as long as these together, for a hundredth of the bytes
	thorough                  // by the best of all
)

// filter turns rows into differences.
type filter struct {
	how      filtering
	step     int // bytes of a pixel
	row, old []uint8
	tries    [filters][]uint8 // each begins with its number
}

func newFilter(length, step int, how filtering) *filter {
	f := &filter{how: how, step: step, row: make([]uint8, length), old: make([]uint8, length)}
	for i := range f.tries {
		f.tries[i] = make([]uint8, length+1)
		f.tries[i][0] = uint8(i)
	}
	return f
}

// next returns where the next row is to be written.
func (f *filter) next() []uint8 {
	f.row, f.old = f.old, f.row
	return f.row
}

// filtered returns the row as it goes into the file.
func (f *filter) filtered() []uint8 {
	best, least := none, f.none()
	if f.how == plain || least == 0 {
		return f.tries[none]
	}
	tries := []func() int{up: f.up, sub: f.sub, average: f.average, paeth: f.paeth}
	for _, i := range []int{up, sub, average, paeth} {
		if i == paeth && f.how != thorough || least == 0 {
			break
		}
		if sum := tries[i](); sum < least {
			best, least = i, sum
		}
	}
	return f.tries[best]
}

// size is how far a difference is from zero, either way round.
func size(d uint8) int {
	s := int8(d) >> 7
	return int(uint8((int8(d) ^ s) - s))
}

func (f *filter) none() (sum int) {
	copy(f.tries[none][1:], f.row)
	if f.how == plain {
		return 0
	}
	for _, v := range f.row {
		sum += size(v)
	}
	return sum
}

func (f *filter) sub() (sum int) {
	out := f.tries[sub][1:]
	n := copy(out, f.row[:min(f.step, len(f.row))])
	for _, v := range out[:n] {
		sum += size(v)
	}
	row, left := f.row[n:], f.row[:len(f.row)-n]
	out = out[n:][:len(row)]
	left = left[:len(row)]
	for i, v := range row {
		d := v - left[i]
		out[i] = d
		sum += size(d)
	}
	return sum
}

func (f *filter) up() (sum int) {
	row, above := f.row, f.old[:len(f.row)]
	out := f.tries[up][1:][:len(row)]
	for i, v := range row {
		d := v - above[i]
		out[i] = d
		sum += size(d)
	}
	return sum
}

func (f *filter) average() (sum int) {
	n := min(f.step, len(f.row))
	out := f.tries[average][1:]
	for i, v := range f.row[:n] {
		d := v - f.old[i]/2
		out[i] = d
		sum += size(d)
	}
	row, left, above := f.row[n:], f.row[:len(f.row)-n], f.old[n:]
	out, left, above = out[n:][:len(row)], left[:len(row)], above[:len(row)]
	for i, v := range row {
		d := v - uint8((uint(left[i])+uint(above[i]))/2)
		out[i] = d
		sum += size(d)
	}
	return sum
}

func (f *filter) paeth() (sum int) {
	n := min(f.step, len(f.row))
	out := f.tries[paeth][1:]
	for i, v := range f.row[:n] {
		d := v - f.old[i]
		out[i] = d
		sum += size(d)
	}
	row, left, above, corner := f.row[n:], f.row[:len(f.row)-n], f.old[n:], f.old[:len(f.row)-n]
	out, left, above, corner = out[n:][:len(row)], left[:len(row)], above[:len(row)], corner[:len(row)]
	for i, v := range row {
		d := v - nearest(int(left[i]), int(above[i]), int(corner[i]))
		out[i] = d
		sum += size(d)
	}
	return sum
}

// nearest is of the three the one nearest to left + above − corner.
func nearest(left, above, corner int) uint8 {
	toLeft, toAbove := above-corner, left-corner
	toCorner := abs(toLeft + toAbove)
	toLeft, toAbove = abs(toLeft), abs(toAbove)
	switch {
	case toLeft <= toAbove && toLeft <= toCorner:
		return uint8(left)
	case toAbove <= toCorner:
		return uint8(above)
	}
	return uint8(corner)
}

func abs(v int) int {
	s := v >> 63
	return (v ^ s) - s
}
