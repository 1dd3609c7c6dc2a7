package jpegdec

import (
	"encoding/binary"
	"fmt"
	"image"
)

// Marker codes (T.81, table B.1).
const (
	markSOF0  = 0xc0
	markSOF2  = 0xc2
	markDHT   = 0xc4
	markJPG   = 0xc8
	markDAC   = 0xcc
	markSOF15 = 0xcf
	markRST0  = 0xd0
	markRST7  = 0xd7
	markSOI   = 0xd8
	markEOI   = 0xd9
	markSOS   = 0xda
	markDQT   = 0xdb
	markDRI   = 0xdd
	markDHP   = 0xde
	markEXP   = 0xdf
	markAPP0  = 0xe0
	markAPP14 = 0xee
	markTEM   = 0x01
)

// damaged is an ErrDamaged that says what is wrong.
func damaged(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrDamaged, fmt.Sprintf(format, args...))
}

// unsupported is an ErrUnsupported that says what.
func unsupported(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrUnsupported, fmt.Sprintf(format, args...))
}

// segment returns the next segment, passing over anything else. At the end of the picture the
// marker is markEOI; where the file ends first, or within the segment, it is 0.
func (d *decoder) segment() (marker byte, body []byte) {
	for {
		marker, start := nextMarker(d.data, d.pos)
		d.pos = start
		switch {
		case marker == 0, marker == markEOI:
			return marker, nil
		case marker == markTEM, marker >= markRST0 && marker <= markSOI:
			continue
		}
		if start+2 > len(d.data) {
			return 0, nil
		}
		length := int(binary.BigEndian.Uint16(d.data[start:]))
		if length < 2 || start+length > len(d.data) {
			return 0, nil
		}
		d.pos = start + length
		return marker, d.data[start+2 : d.pos]
	}
}

// header reads up to the first scan.
func (d *decoder) header() (Info, error) {
	if len(d.data) < 4 || d.data[0] != 0xff || d.data[1] != markSOI {
		return Info{}, damaged("no JPEG")
	}
	d.pos = 2
	if err := d.tables(); err != nil {
		return Info{}, err
	}
	if d.parts == nil {
		return Info{}, damaged("pixels before their size")
	}
	if d.sos == nil {
		return Info{}, damaged("it ends before its pixels")
	}
	if len(d.parts) == 3 && d.isRGB() {
		return Info{}, unsupported("RGB")
	}
	return d.info, nil
}

// isRGB reports whether three components are no YCbCr, as libraries agree: by Adobe's marker, or
// by their names where no marker speaks.
func (d *decoder) isRGB() bool {
	if d.jfif {
		return false
	}
	if d.adobe {
		return d.transform == 0
	}
	return d.parts[0].id == 'R' && d.parts[1].id == 'G' && d.parts[2].id == 'B'
}

// tables reads segments up to the next scan, whose header it leaves in d.sos, or to the end.
func (d *decoder) tables() error {
	d.sos = nil
	for {
		marker, body := d.segment()
		var err error
		switch {
		case marker == 0:
			return nil
		case marker == markEOI:
			d.complete = true
			return nil
		case marker == markSOS:
			d.sos = body
			return nil
		case marker == markDHT:
			err = d.huffmanTables(body)
		case marker == markDQT:
			err = d.quantTables(body)
		case marker == markDRI:
			if len(body) < 2 {
				return damaged("restart interval cut short")
			}
			d.interval = int(binary.BigEndian.Uint16(body))
		case marker == markDAC, marker == markDHP, marker == markEXP, marker == markJPG:
			err = unsupported("coding process of marker %#x", marker)
		case marker >= markSOF0 && marker <= markSOF15:
			err = d.frame(marker, body)
		case marker == markAPP0:
			d.jfif = d.jfif || len(body) >= 5 && string(body[:5]) == "JFIF\x00"
		case marker == markAPP14:
			if len(body) >= 12 && string(body[:5]) == "Adobe" {
				d.adobe, d.transform = true, body[11]
			}
		}
		if err != nil {
			return err
		}
	}
}

// quantTables reads DQT (section B.2.4.1). Tables are kept row by row.
func (d *decoder) quantTables(body []byte) error {
	for len(body) > 0 {
		wide, id := body[0]>>4, body[0]&15
		size := 64 * (1 + int(wide))
		if wide > 1 || id > 3 || len(body) < 1+size {
			return damaged("quantisation table")
		}
		table := new([64]int32)
		for k := range 64 {
			if wide == 1 {
				table[zigzag[k]] = int32(binary.BigEndian.Uint16(body[1+2*k:]))
			} else {
				table[zigzag[k]] = int32(body[1+k])
			}
		}
		d.quant[id] = table
		body = body[1+size:]
	}
	return nil
}

// huffmanTables reads DHT (section B.2.4.2).
func (d *decoder) huffmanTables(body []byte) error {
	for len(body) > 0 {
		class, id := body[0]>>4, body[0]&15
		if class > 1 || id > 3 || len(body) < 17 {
			return damaged("Huffman table")
		}
		counts, count := body[1:17], 0
		for _, n := range counts {
			count += int(n)
		}
		if count > 256 || len(body) < 17+count {
			return damaged("Huffman table")
		}
		symbols := body[17:][:count]
		h := &d.ac[id]
		if class == 0 {
			h = &d.dc[id]
			for _, s := range symbols {
				if s > 15 {
					return damaged("Huffman table with a DC value of %d bits", s)
				}
			}
		}
		if *h == nil {
			*h = new(huffman)
		}
		if !(*h).build(counts, symbols) {
			return damaged("Huffman table that is no code")
		}
		if class == 1 && d.side < 8 {
			(*h).leap()
		}
		body = body[17+count:]
	}
	return nil
}

// frame reads the frame header (section B.2.2).
func (d *decoder) frame(marker byte, body []byte) error {
	if marker > markSOF2 {
		return unsupported("coding process of marker %#x", marker)
	}
	if d.parts != nil {
		return damaged("two frames")
	}
	if len(body) < 6 {
		return damaged("frame header cut short")
	}
	height, width := int(binary.BigEndian.Uint16(body[1:])), int(binary.BigEndian.Uint16(body[3:]))
	count := int(body[5])
	switch {
	case body[0] != 8:
		return unsupported("%d bits", body[0])
	case count != 1 && count != 3:
		return unsupported("%d components", count)
	case len(body) < 6+3*count:
		return damaged("frame header cut short")
	case width == 0:
		return damaged("no width")
	case height == 0:
		return unsupported("the height comes after the pixels")
	}
	var parts []*component
	for i := range count {
		b := body[6+3*i:][:3]
		c := &component{id: b[0], h: int(b[1] >> 4), v: int(b[1] & 15), table: b[2]}
		if c.h < 1 || c.h > 4 || c.v < 1 || c.v > 4 || c.table > 3 {
			return damaged("component %d", i)
		}
		for _, other := range parts {
			if other.id == c.id {
				return damaged("two components %d", c.id)
			}
		}
		parts = append(parts, c)
	}
	return d.layout(marker == markSOF2, width, height, parts)
}

// layout works out the planes of a picture.
func (d *decoder) layout(progressive bool, width, height int, parts []*component) error {
	info := Info{Width: width, Height: height, Gray: len(parts) == 1, Progressive: progressive}
	luma := parts[0]
	if info.Gray {
		luma.h, luma.v = 1, 1 // of one component, blocks come row by row in any case
	} else {
		cb, cr := parts[1], parts[2]
		across, down := luma.h/cb.h, luma.v/cb.v
		if luma.h > 2 || luma.v > 2 || cb.h != cr.h || cb.v != cr.v || across < 1 || down < 1 {
			return unsupported("sampling %d×%d, %d×%d, %d×%d", luma.h, luma.v, cb.h, cb.v, cr.h, cr.v)
		}
		info.Ratio = [2][2]image.YCbCrSubsampleRatio{
			{image.YCbCrSubsampleRatio444, image.YCbCrSubsampleRatio440},
			{image.YCbCrSubsampleRatio422, image.YCbCrSubsampleRatio420},
		}[across-1][down-1]
		info.chroma = 2 * cb.h * cb.v
	}
	info.lumaH, info.lumaV = luma.h, luma.v
	d.cols, d.rows = info.mcus()
	for _, c := range parts {
		c.width, c.height = over(width*c.h, luma.h), over(height*c.v, luma.v)
		c.cols, c.rows = d.cols*c.h, d.rows*c.v
		for k := range c.known {
			c.known[k] = 255
		}
	}
	d.info, d.parts, d.progressive = info, parts, progressive
	return nil
}
