//go:build amd64 && !purego

package resample

// The vector code mixes bytes where the plain code mixes words of three lanes. Both round to 8 bits between
// the passes, in the same order, and so make the same samples.

const (
	fewest = 32 // samples of a row, below which the plain code does it
	stride = 8  // outputs that the vector code makes at once across a row
)

// wide are the weights of an axis as the vector code takes them: a multiple of eight for each output, up to
// 32, and a multiple of sixteen beyond. starts count from first, and all that is looked at lies below reach.
type wide struct {
	starts       []int32
	weights      []int16
	taps         int
	first, reach int
}

// widen returns the weights of an axis over so many source samples in this form, nil if there are too few.
func (a *axis) widen(source int) *wide {
	const step, most = 8, 32
	taps := over(a.taps, step) * step
	if taps > most {
		taps = over(a.taps, 2*step) * 2 * step
	}
	if !vectors() || source < max(taps, fewest) || len(a.starts) < fewest {
		return nil
	}
	w := &wide{starts: make([]int32, len(a.starts)), weights: make([]int16, len(a.starts)*taps), taps: taps}
	w.first = min(int(a.starts[0]), source-taps)
	for i, start := range a.starts {
		from := min(int(start), source-taps)
		w.starts[i] = int32(from - w.first)
		w.reach = max(w.reach, from-w.first+taps)
		copy(w.weights[i*taps+int(start)-from:][:a.taps], a.weights[i*a.taps:])
	}
	return w
}

// bytes returns how much memory the weights take.
func (w *wide) bytes() int {
	if w == nil {
		return 0
	}
	return 2*len(w.weights) + 4*len(w.starts)
}

// fast makes the whole output with vectors. It reports false if that is not possible.
func (p *passes) fast(r *Resampler, acrossFirst bool) bool {
	w := p.across.wide
	if w == nil || p.down.taps%2 != 0 {
		return false
	}
	rows := make([]int, p.down.taps)
	if acrossFirst {
		p.fastAcrossThenDown(r, w, rows)
	} else {
		p.fastDownThenAcross(r, w, rows)
	}
	return true
}

// fastAcrossThenDown mixes source rows, keeps the last of them, and makes output rows from those.
func (p *passes) fastAcrossThenDown(r *Resampler, w *wide, rows []int) {
	line, kept, taps := p.dst.Width, p.down.taps, p.down.taps
	memory := r.bytes.get(line * kept)
	defer r.bytes.put(memory)
	next := 0 // the first source row not mixed yet
	for y := range p.dst.Height {
		start := int(p.down.starts[y])
		for next = max(next, start); next < start+taps; next++ {
			across(memory[next%kept*line:][:line], p.src.row(next)[w.first:], w)
		}
		for k := range rows {
			rows[k] = (start + k) % kept * line
		}
		down(p.dst.row(y), memory, rows, p.down.weights[y*taps:])
	}
}

// fastDownThenAcross mixes each output row from source rows, and then its samples.
func (p *passes) fastDownThenAcross(r *Resampler, w *wide, rows []int) {
	taps := p.down.taps
	line := r.bytes.get(max(w.reach, fewest))
	defer r.bytes.put(line)
	first := min(w.first, p.src.Width-len(line)) // of a source that is as narrow as it may be
	for y := range p.dst.Height {
		start := int(p.down.starts[y])
		for k := range rows {
			rows[k] = (start + k) * p.src.Stride
		}
		down(line, p.src.Pix[first:], rows, p.down.weights[y*taps:])
		across(p.dst.row(y), line[w.first-first:], w)
	}
}

// halveFast averages the first samples of a row with vectors, and returns how many.
func halveFast(dst, a, b []uint8) int {
	n := min(len(dst), len(a)/2, len(b)/2)
	if n < fewest || !vectors() {
		return 0
	}
	average(dst[:n], a, b)
	return n
}
