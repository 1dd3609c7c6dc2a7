package resample

import "fmt"

// Window is a part of a plane or picture in real numbers of its samples, from its top left corner.
type Window struct{ X, Y, Width, Height float64 }

// by returns w in the samples of a plane that has one where w has across × down.
func (w Window) by(across, down float64) Window {
	return Window{X: w.X / across, Y: w.Y / down, Width: w.Width / across, Height: w.Height / down}
}

// tileWords bounds the words of rows held at once (2 MiB). Only outputs of a very long kernel need
// more than one tile.
const tileWords = 1 << 18

// Resize fills dst with the part of src within w by Lanczos3. Samples of src around the window are
// looked at, as they are in a resize of the whole plane. The planes must not share memory. It
// returns ErrPlane, or ErrWindow if the middle of an output sample lies outside src.
func (r *Resampler) Resize(dst, src Plane, w Window) error {
	if err := checkBoth(dst, src); err != nil {
		return err
	}
	across := span{offset: w.X, length: w.Width, source: src.Width, dest: dst.Width}
	down := span{offset: w.Y, length: w.Height, source: src.Height, dest: dst.Height}
	if x, ok := across.whole(); ok {
		if y, ok := down.whole(); ok {
			Plane{Pix: src.Pix[y*src.Stride+x:], Stride: src.Stride, Width: dst.Width, Height: dst.Height}.copyTo(dst)
			return nil
		}
	}
	h, err := r.weights.axis(across)
	if err != nil {
		return fmt.Errorf("across: %w", err)
	}
	v, err := r.weights.axis(down)
	if err != nil {
		return fmt.Errorf("down: %w", err)
	}
	p := passes{src: src, dst: dst, across: h, down: v}
	// What the first pass makes is what the second has to read. The order of the oracle is kept
	// where it costs little more: samples clipped between the passes are not the same ones.
	acrossFirst := 4*int64(dst.Width)*int64(src.Height) <= 5*int64(dst.Height)*int64(src.Width)
	if !p.vector(r, acrossFirst) {
		p.plain(r, acrossFirst)
	}
	return nil
}

// passes is one resize. It goes down the source once and keeps only the few rows that outputs
// still look at, which stay in the processor's nearest memory.
type passes struct {
	src, dst     Plane
	across, down *axis
	table        *settling
}

// plain makes the output without vectors of the processor.
func (p *passes) plain(r *Resampler, acrossFirst bool) {
	p.table = newSettling()
	for from := 0; from < p.dst.Width; {
		to := p.tile(from, acrossFirst)
		p.run(r, from, to, acrossFirst)
		from = to
	}
}

// columns returns the source columns that output columns from to to look at.
func (p *passes) columns(from, to int) (int, int) {
	return int(p.across.starts[from]), int(p.across.starts[to-1]) + p.across.taps
}

// tile returns the end of the output columns that are made together with from.
func (p *passes) tile(from int, acrossFirst bool) int {
	to := p.dst.Width
	for {
		width := to - from
		if !acrossFirst {
			first, last := p.columns(from, to)
			width = last - first
		}
		if to-from <= 3 || over(width, 3)*(p.down.taps+2) <= tileWords {
			return to
		}
		to = from + max((to-from)/2, 3)
	}
}

// run makes the output columns from to to.
func (p *passes) run(r *Resampler, from, to int, acrossFirst bool) {
	first, last := p.columns(from, to)
	columns, width := last-first, to-from
	line := over(width, 3) // words of a row of neighbours between the passes
	if !acrossFirst {
		line = over(columns, 3)
	}
	kept := p.down.taps + 2
	// One piece of memory for rows, three sums of lines, packed rows and sums of rows.
	memory := r.words.get(line*(kept+3) + columns + width)
	defer r.words.put(memory)
	cut := func(n int) []uint64 {
		s := memory[:n:n]
		memory = memory[n:]
		return s
	}
	t := tiled{passes: p, first: first, from: from, to: to}
	t.rows = rows{words: cut(line * kept), line: line, kept: kept, seen: make([][]uint64, p.down.taps)}
	for i := range t.sums {
		t.sums[i] = cut(line)
	}
	t.packed, t.mixed = cut(columns), cut(width)
	if acrossFirst {
		t.acrossThenDown()
	} else {
		t.downThenAcross()
	}
}

// rows keeps the last kept rows of words, row y at y modulo kept.
type rows struct {
	words []uint64
	line  int
	kept  int
	next  int        // the first row not made yet
	seen  [][]uint64 // memory of window
}

func (r *rows) at(y int) []uint64 { return r.words[y%r.kept*r.line:][:r.line] }

// window returns the rows from y on that one output looks at, valid until the next call.
func (r *rows) window(y int) [][]uint64 {
	for k := range r.seen {
		r.seen[k] = r.at(y + k)
	}
	return r.seen
}

// tiled is a resize of a range of output columns.
type tiled struct {
	*passes
	first    int // first source column
	from, to int // output columns
	rows     rows
	sums     [3][]uint64
	packed   []uint64 // source columns, three rows a word
	mixed    []uint64 // output columns, three rows a word
}

// source returns the source samples of row y, or of the last row.
func (t *tiled) source(y int) []uint8 {
	return t.src.row(min(y, t.src.Height-1))[t.first:][:len(t.packed)]
}

// out returns the output samples of row y, or of the last row.
func (t *tiled) out(y int) []uint8 { return t.dst.row(min(y, t.dst.Height-1))[t.from:t.to] }

func (t *tiled) horizontal() {
	a := t.across
	horizontal(t.mixed, t.packed, int32(t.first), a.starts[t.from:t.to], a.weights[t.from*a.taps:], a.taps)
}

// acrossThenDown mixes source rows by three, and output rows from what that makes.
func (t *tiled) acrossThenDown() {
	r, taps := &t.rows, t.down.taps
	for y := range t.dst.Height {
		start := int(t.down.starts[y])
		for r.next = max(r.next, start); r.next < start+taps; r.next += 3 {
			n := r.next
			packRows(t.packed, t.source(n), t.source(n+1), t.source(n+2))
			t.horizontal()
			linesFromRows(t.table, r.at(n), r.at(n+1), r.at(n+2), t.mixed)
		}
		vertical(t.sums[0], r.window(start), t.down.weights[y*taps:][:taps])
		unpackLine(t.table, t.out(y), t.sums[0])
	}
}

// downThenAcross mixes three output rows from source rows, and then their samples.
func (t *tiled) downThenAcross() {
	r, taps := &t.rows, t.down.taps
	for y := 0; y < t.dst.Height; y += 3 {
		for i, sums := range t.sums {
			row := min(y+i, t.dst.Height-1)
			start := int(t.down.starts[row])
			for r.next = max(r.next, start); r.next < start+taps; r.next++ {
				packLine(r.at(r.next), t.source(r.next))
			}
			vertical(sums, r.window(start), t.down.weights[row*taps:][:taps])
		}
		rowsFromLines(t.table, t.packed, t.sums[0], t.sums[1], t.sums[2])
		t.horizontal()
		unpackRows(t.table, t.out(y), t.out(y+1), t.out(y+2), t.mixed)
	}
}
