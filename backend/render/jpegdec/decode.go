package jpegdec

import (
	"context"
	"image"
)

// maxScans bounds the time that a progressive file can take: each scan may be a few bytes that lead
// over every block. Encoders use about ten.
const maxScans = 100

// decoder is the decoding of one file.
type decoder struct {
	data      []byte
	pos       int
	memory    *Decoder
	scale     int
	side      int // samples of a block across: 8 / scale
	pipelined bool

	info        Info
	progressive bool
	parts       []*component
	cols, rows  int // MCUs
	quant       [4]*[64]int32
	dc, ac      [4]*huffman
	interval    int // MCUs between restart markers, or 0
	jfif, adobe bool
	transform   byte // of Adobe's marker

	sos      []byte // header of the scan to be read, or nil
	complete bool   // EOI was seen
}

// decode reads the scans after the header.
func (d *decoder) decode(ctx context.Context) (_ *Picture, err error) {
	p := d.allocate()
	defer func() {
		d.free()
		if err != nil {
			p.Release()
		}
	}()
	if d.progressive {
		err = d.readProgressive(ctx, p)
		if err == nil {
			err = d.finish(ctx)
		}
	} else {
		out := d.newOutput()
		err = d.readSequential(ctx, p, out)
		if broken := out.close(); err == nil {
			err = broken
		}
	}
	if err != nil {
		return nil, err
	}
	return p, nil
}

// readSequential reads one scan after the other until every component was in one.
func (d *decoder) readSequential(ctx context.Context, p *Picture, out *output) error {
	for begun := false; ; begun = true {
		s, err := d.scan()
		if err != nil && !begun {
			return err
		}
		if err != nil {
			break
		}
		whole, err := d.run(ctx, s, out)
		if err != nil {
			return err
		}
		if whole < s.rows {
			p.Damaged = true
			p.Rows = min(p.Rows, s.framed(whole))
		}
		d.pos = max(d.pos, s.bits.pos)
		if d.allSeen() || d.tables() != nil || d.sos == nil {
			break
		}
	}
	for _, c := range d.parts {
		if !c.seen {
			p.Damaged, p.Rows = true, 0
			for i := range c.pix {
				c.pix[i] = 128
			}
		}
	}
	return nil
}

func (d *decoder) allSeen() bool {
	for _, c := range d.parts {
		if !c.seen {
			return false
		}
	}
	return true
}

// readProgressive reads all scans into coefficients; at 1/8 only those of DC coefficients.
func (d *decoder) readProgressive(ctx context.Context, p *Picture) error {
	for count := 0; ; count++ {
		s, err := d.scan()
		if err != nil && count == 0 {
			return err
		}
		if err != nil || count == maxScans {
			p.Damaged = true
			break
		}
		if d.side > 1 || s.first == 0 {
			whole, err := d.run(ctx, s, nil)
			if err != nil {
				return err
			}
			if whole < s.rows {
				p.Damaged = true
				if s.first == 0 && s.high == 0 {
					p.Rows = min(p.Rows, s.framed(whole))
				}
			}
			d.pos = max(d.pos, s.bits.pos)
			for _, c := range s.parts {
				for k := s.first; k <= s.final; k++ {
					c.known[k] = uint8(s.low)
				}
			}
		}
		if d.side == 1 && d.sent(1) {
			break
		}
		if err := d.tables(); err != nil {
			p.Damaged = true
			break
		}
		if d.sos == nil {
			if !d.complete && !d.sent(64) {
				p.Damaged = true
			}
			break
		}
	}
	for _, c := range d.parts {
		if c.known[0] == 255 {
			p.Damaged, p.Rows = true, 0
		}
	}
	return nil
}

// sent reports whether every bit of the first count coefficients of all components was sent.
func (d *decoder) sent(count int) bool {
	for _, c := range d.parts {
		for _, low := range c.known[:count] {
			if low != 0 {
				return false
			}
		}
	}
	return true
}

// scan reads the scan header in d.sos (section B.2.3).
func (d *decoder) scan() (*scan, error) {
	b := d.sos
	if len(b) < 1 || b[0] < 1 || int(b[0]) > len(d.parts) || len(b) < 4+2*int(b[0]) {
		return nil, damaged("scan header")
	}
	count := int(b[0])
	tail := b[1+2*count:]
	s := &scan{first: int(tail[0]), final: int(tail[1]), high: int(tail[2] >> 4), low: int(tail[2] & 15)}
	s.bits = bitReader{data: d.data, pos: d.pos}
	needDC, needAC := true, true
	if d.progressive {
		needDC, needAC = s.first == 0 && s.high == 0, s.first > 0
		if s.first > s.final || s.final > 63 || s.first == 0 && s.final > 0 || s.first > 0 && count > 1 ||
			s.low > 13 || s.high > 13 {
			return nil, damaged("scan of coefficients %d to %d", s.first, s.final)
		}
	}
	for i := range count {
		id, dc, ac := b[1+2*i], b[2+2*i]>>4, b[2+2*i]&15
		var c *component
		for _, other := range d.parts {
			if other.id == id {
				c = other
			}
		}
		if c == nil || dc > 3 || ac > 3 || c.seen && !d.progressive {
			return nil, damaged("scan of component %d", id)
		}
		for _, other := range s.parts {
			if other.component == c {
				return nil, damaged("scan of component %d twice", id)
			}
		}
		p := &part{component: c, dc: d.dc[dc], ac: d.ac[ac]}
		if needDC && (p.dc == nil || !p.dc.ready) || needAC && (p.ac == nil || !p.ac.ready) {
			return nil, damaged("scan without its Huffman table")
		}
		s.parts = append(s.parts, p)
	}
	for _, p := range s.parts {
		if !p.seen {
			q := d.quant[p.table]
			if q == nil {
				return nil, damaged("scan without its quantisation table")
			}
			p.quant, p.seen = *q, true
		}
	}
	s.arrange(d.cols, d.rows)
	return s, nil
}

// allocate makes the picture in one piece of memory, and room for coefficients.
func (d *decoder) allocate() *Picture {
	total := 0
	for _, c := range d.parts {
		total += c.cols * c.rows * d.side * d.side
	}
	p := &Picture{Rows: d.rows, AllRows: d.rows, pool: d.memory.pool, pix: d.memory.pool.Get(total)}
	rest := p.pix
	for _, c := range d.parts {
		size := c.cols * c.rows * d.side * d.side
		c.pix, c.stride = rest[:size:size], c.cols*d.side
		rest = rest[size:]
		switch {
		case d.progressive && d.side == 1:
			c.dc = d.memory.words.zeroed(c.cols * c.rows)
		case d.progressive:
			c.blocks = d.memory.blocks.zeroed(c.cols * c.rows)
			c.last = d.memory.marks.zeroed(c.cols * c.rows)
		}
	}
	width, height := d.info.Size(d.scale)
	bounds := image.Rect(0, 0, width, height)
	if d.info.Gray {
		p.Image = &image.Gray{Pix: d.parts[0].pix, Stride: d.parts[0].stride, Rect: bounds}
	} else {
		y, cb, cr := d.parts[0], d.parts[1], d.parts[2]
		p.Image = &image.YCbCr{
			Y: y.pix, Cb: cb.pix, Cr: cr.pix, YStride: y.stride, CStride: cb.stride,
			SubsampleRatio: d.info.Ratio, Rect: bounds,
		}
	}
	return p
}

// free gives back the coefficients.
func (d *decoder) free() {
	for _, c := range d.parts {
		d.memory.blocks.put(c.blocks)
		d.memory.marks.put(c.last)
		d.memory.words.put(c.dc)
		c.blocks, c.last, c.dc = nil, nil, nil
	}
}
