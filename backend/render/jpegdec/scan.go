package jpegdec

import "context"

// component is one plane of a picture.
type component struct {
	id            uint8
	h, v          int // blocks in an MCU
	table         uint8
	width, height int // samples at full size
	cols, rows    int // blocks, up to whole MCUs
	quant         [64]int32
	seen          bool // quant is set: a scan has begun

	pix    []uint8 // the plane at its scale
	stride int

	// Of a progressive picture:
	blocks [][64]int16
	last   []uint8   // the last coefficient of a block that is not zero
	dc     []int16   // instead of blocks at 1/8
	known  [64]uint8 // lowest bit that was sent, 255 for none
}

// part is a component's share in a scan.
type part struct {
	*component
	dc, ac     *huffman
	prediction int32
}

// unit is one block of an MCU.
type unit struct {
	part         *part
	x, y         int // its place in the MCU, in blocks
	stepX, stepY int // blocks from one MCU to the next
}

func (u unit) place(row, m int) int {
	return (row*u.stepY+u.y)*u.part.cols + m*u.stepX + u.x
}

func (u unit) setDC(row, m int, v int16) {
	if at := u.place(row, m); u.part.component.dc != nil {
		u.part.component.dc[at] = v
	} else {
		u.part.blocks[at][0] = v
	}
}

func (u unit) orDC(row, m int, v int16) {
	if at := u.place(row, m); u.part.component.dc != nil {
		u.part.component.dc[at] |= v
	} else {
		u.part.blocks[at][0] |= v
	}
}

// scan is one pass over some components (T.81, section B.2.3).
type scan struct {
	units        []unit
	parts        []*part
	cols, rows   int // MCUs
	first, final int // band of coefficients
	high, low    int // bits: sent before, sent up to now
	ended        int // blocks whose band ended with an earlier one
	bits         bitReader
}

// arrange lays out the MCUs: interleaved over several components, or block by block over one
// (section A.2).
func (s *scan) arrange(cols, rows int) {
	if len(s.parts) == 1 {
		p := s.parts[0]
		s.units = []unit{{part: p, stepX: 1, stepY: 1}}
		s.cols, s.rows = over(p.width, 8), over(p.height, 8)
		return
	}
	s.cols, s.rows = cols, rows
	for _, p := range s.parts {
		for y := range p.v {
			for x := range p.h {
				s.units = append(s.units, unit{part: p, x: x, y: y, stepX: p.h, stepY: p.v})
			}
		}
	}
}

// framed returns how many rows of the picture's MCUs lie within rows of this scan.
func (s *scan) framed(rows int) int { return rows / (s.parts[0].v / s.units[0].stepY) }

// run reads the entropy-coded data of a scan. Where it is wrong, what follows is left out up to
// the next restart marker, or to the end. It returns the first row of MCUs that is not whole, and
// an error only from ctx.
func (d *decoder) run(ctx context.Context, s *scan, out *output) (whole int, err error) {
	total := s.cols * s.rows
	whole = s.rows
	next, checked := total, -1
	if d.interval > 0 {
		next = d.interval
	}
	for at := 0; at < total; {
		row := at / s.cols
		if row != checked {
			if err := ctx.Err(); err != nil {
				return 0, err
			}
			checked = row
		}
		if at == next {
			resume := d.restart(s, at, total)
			next = min(resume+d.interval, total)
			if resume > at {
				whole = min(whole, row)
				if err := out.leave(ctx, s, at, resume); err != nil {
					return 0, err
				}
				at = resume
				continue
			}
		}
		count := min((row+1)*s.cols, next, at+out.most(s)) - at
		done := 0
		if d.progressive {
			done = d.progress(s, row, at-row*s.cols, count)
		} else {
			b := out.batch
			done = d.sequence(s, b, count)
			out.send(s, row, at-row*s.cols, done)
		}
		at += done
		if done < count {
			whole = min(whole, row)
			resume := total
			if d.interval > 0 && next < total {
				resume = d.restart(s, next, total)
				next = min(resume+d.interval, total)
			}
			if err := out.leave(ctx, s, at, resume); err != nil {
				return 0, err
			}
			at = resume
		}
	}
	return whole, nil
}

// restart finds the marker before MCU at (section E.2.4) and returns where the data goes on:
// further along if whole intervals are lost, at total if no marker follows.
func (d *decoder) restart(s *scan, at, total int) int {
	expected := (at/d.interval - 1) & 7
	pos := s.bits.pos
	for {
		marker, start := nextMarker(d.data, pos)
		if marker < markRST0 || marker > markRST7 {
			s.bits.restart(min(max(start-2, 0), len(d.data)))
			return total
		}
		lost := (int(marker-markRST0) - expected) & 7
		if lost > 4 { // one that was passed already, or none of ours
			pos = start
			continue
		}
		s.bits.restart(start)
		s.ended = 0
		for _, p := range s.parts {
			p.prediction = 0
		}
		return min(at+lost*d.interval, total)
	}
}

// nextMarker returns the first marker at or after pos and where its segment begins, or 0 and the
// end of the data.
func nextMarker(data []byte, pos int) (marker byte, start int) {
	for pos = max(pos, 0); pos+1 < len(data); pos++ {
		if data[pos] == 0xff && data[pos+1] != 0 && data[pos+1] != 0xff {
			return data[pos+1], pos + 2
		}
	}
	return 0, len(data)
}
