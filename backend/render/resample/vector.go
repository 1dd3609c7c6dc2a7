//go:build (amd64 || arm64) && !purego

package resample

const (
	// stripe is how many columns a vector kernel makes of rows at a time.
	stripe = 32
	// batch is how many rows a vector kernel mixes across at a time.
	batch = 4
	// keptBytes bounds the rows held at once; what needs more has a very long kernel, and is rare.
	keptBytes = 2 << 20
)

// vector does the work of plain, to the same samples, with vectors of the processor. It returns
// false, and does nothing, where there are none and for sizes they do not fit: a few columns, and
// reductions to less than about a quarter that no level of a photograph was taken for.
func (p *passes) vector(r *Resampler, acrossFirst bool) bool {
	if !hasVectors() {
		return false
	}
	g := p.across.groups()
	if g == nil || p.down.taps%2 != 0 {
		return false
	}
	s := stripes{passes: p, groups: g, offsets: make([]int, p.down.taps)}
	if !acrossFirst {
		return s.downThenAcross(r)
	}
	return s.acrossThenDown(r)
}

// stripes is a resize on samples as they are, without words.
type stripes struct {
	*passes
	groups  *groups
	offsets []int // memory of mixDown
}

// weights returns the weights of output row y.
func (s *stripes) weights(y int) []int16 { return s.down.weights[y*s.down.taps:][:s.down.taps] }

// acrossThenDown mixes source rows, of which it keeps those that outputs still look at: row y at y
// modulo their number.
func (s *stripes) acrossThenDown(r *Resampler) bool {
	width, taps := s.dst.Width, s.down.taps
	kept := taps + batch - 1
	if width < stripe || kept*width > keptBytes {
		return false
	}
	rows := r.bytes.get(kept * width)
	defer r.bytes.put(rows)
	next := 0 // the first row not made yet
	for y := range s.dst.Height {
		start := int(s.down.starts[y])
		for next = max(next, start); next < start+taps; next += batch {
			var from, to [batch][]uint8
			for i := range batch {
				from[i] = s.src.row(min(next+i, s.src.Height-1))
				to[i] = rows[(next+i)%kept*width:][:width]
			}
			mixAcross(&to, &from, 0, s.groups)
		}
		for k := range s.offsets {
			s.offsets[k] = (start + k) % kept * width
		}
		mixDown(s.dst.row(y), rows, s.offsets, s.weights(y))
	}
	return true
}

// downThenAcross mixes a few output rows from source rows, and then their samples.
func (s *stripes) downThenAcross(r *Resampler) bool {
	// Columns that are looked at, or a stripe of them where there are fewer.
	low, high := s.groups.low, s.groups.high
	high = max(high, min(low+stripe, s.src.Width))
	low = min(low, high-stripe)
	if low < 0 {
		return false
	}
	width := high - low
	rows := r.bytes.get(batch * width)
	defer r.bytes.put(rows)
	for y := 0; y < s.dst.Height; y += batch {
		var from, to [batch][]uint8
		for i := range batch {
			row := min(y+i, s.dst.Height-1)
			start := int(s.down.starts[row])
			for k := range s.offsets {
				s.offsets[k] = (start + k) * s.src.Stride
			}
			from[i], to[i] = rows[i*width:][:width], s.dst.row(row)
			mixDown(from[i], s.src.Pix[low:], s.offsets, s.weights(row))
		}
		mixAcross(&to, &from, low, s.groups)
	}
	return true
}
