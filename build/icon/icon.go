// Package icon paints the mark of Postbag: a bag with its flap and clasp on petrol. One description
// makes the PNGs of every size, the Windows icon file and the SVG, so that they cannot differ.
//
// It is painted from distances: how far a point is from a shape says how much of a pixel the
// shape covers. So every size is sharp, and no drawing program is needed.
package icon

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"strings"
)

// The drawing, in units of a square of 96.
const (
	side   = 96.0
	stroke = 5.0
)

var (
	petrol = color.NRGBA{R: 0x0f, G: 0x64, B: 0x80, A: 0xff}
	deep   = color.NRGBA{R: 0x0b, G: 0x50, B: 0x69, A: 0xff}
	paper  = color.NRGBA{R: 0xff, G: 0xff, B: 0xff, A: 0xff}
	flap   = color.NRGBA{R: 0xe3, G: 0xef, B: 0xf3, A: 0xff}
)

type point struct{ x, y float64 }

// box is a rectangle with round corners.
type box struct{ x, y, w, h, r float64 }

var (
	ground = box{4, 4, 88, 88, 21}
	body   = box{21, 38, 54, 36, 7}
	clasp  = point{48, 61}
	claspR = 5.5
	handle = point{48, 38} // the middle of its arc
	reach  = 14.0          // its radius
	corner = []point{{21, 47}, {32, 61}, {40, 63}, {48, 63}, {56, 63}, {64, 61}, {75, 47}}
)

// distance is how far p is outside the box, negative inside.
func (b box) distance(p point) float64 {
	dx := math.Abs(p.x-b.x-b.w/2) - b.w/2 + b.r
	dy := math.Abs(p.y-b.y-b.h/2) - b.h/2 + b.r
	return math.Hypot(math.Max(dx, 0), math.Max(dy, 0)) + math.Min(math.Max(dx, dy), 0) - b.r
}

// curve is the lower edge of the flap: two cubic curves through corner.
func curve() []point {
	var line []point
	for i := 0; i+3 < len(corner); i += 3 {
		a, b, c, d := corner[i], corner[i+1], corner[i+2], corner[i+3]
		for s := 0; s <= 24; s++ {
			t := float64(s) / 24
			u := 1 - t
			line = append(line, point{
				u*u*u*a.x + 3*u*u*t*b.x + 3*u*t*t*c.x + t*t*t*d.x,
				u*u*u*a.y + 3*u*u*t*b.y + 3*u*t*t*c.y + t*t*t*d.y,
			})
		}
	}
	return line
}

var flapEdge = curve()

func toLine(p point, line []point) float64 {
	best := math.Inf(1)
	for i := 1; i < len(line); i++ {
		a, b := line[i-1], line[i]
		dx, dy := b.x-a.x, b.y-a.y
		length := dx*dx + dy*dy
		t := 0.0
		if length > 0 {
			t = math.Max(0, math.Min(1, ((p.x-a.x)*dx+(p.y-a.y)*dy)/length))
		}
		best = math.Min(best, math.Hypot(p.x-a.x-t*dx, p.y-a.y-t*dy))
	}
	return best
}

// aboveFlap reports whether p is on the flap's side of its edge.
func aboveFlap(p point) bool {
	for i := 1; i < len(flapEdge); i++ {
		a, b := flapEdge[i-1], flapEdge[i]
		if p.x >= a.x && p.x <= b.x && b.x > a.x {
			return p.y < a.y+(b.y-a.y)*(p.x-a.x)/(b.x-a.x)
		}
	}
	return false
}

// layers paints one point, from the back to the front.
func layers(pixel float64, p point, over func(c color.NRGBA, cover float64)) {
	cover := func(distance float64) float64 { return math.Max(0, math.Min(1, 0.5-distance/pixel)) }
	over(petrol, cover(ground.distance(p)))
	if p.y < handle.y {
		ring := math.Abs(math.Hypot(p.x-handle.x, p.y-handle.y)-reach) - stroke/2
		over(paper, cover(ring))
	}
	inBody := cover(body.distance(p))
	over(paper, inBody)
	if aboveFlap(p) {
		over(flap, inBody)
	}
	over(petrol, math.Min(inBody, cover(toLine(p, flapEdge)-stroke/4)))
	circle := math.Hypot(p.x-clasp.x, p.y-clasp.y) - claspR
	over(deep, cover(circle))
	over(paper, cover(circle+stroke/2))
}

// Image paints the mark, size pixels wide and high.
func Image(size int) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, size, size))
	pixel := side / float64(size)
	for y := range size {
		for x := range size {
			p := point{(float64(x) + 0.5) * pixel, (float64(y) + 0.5) * pixel}
			var r, g, b, a float64
			layers(pixel, p, func(c color.NRGBA, cover float64) {
				r += (float64(c.R) - r) * cover
				g += (float64(c.G) - g) * cover
				b += (float64(c.B) - b) * cover
				if a == 0 && cover > 0 { // the first layer's colour is whole, whatever it covers
					r, g, b = float64(c.R), float64(c.G), float64(c.B)
				}
				a += (1 - a) * cover
			})
			img.SetNRGBA(x, y, color.NRGBA{R: uint8(r + 0.5), G: uint8(g + 0.5), B: uint8(b + 0.5), A: uint8(a*255 + 0.5)})
		}
	}
	return img
}

// PNG returns the mark as a PNG.
func PNG(size int) ([]byte, error) {
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&b, Image(size)); err != nil {
		return nil, fmt.Errorf("icon of %d: %w", size, err)
	}
	return b.Bytes(), nil
}

// ICO returns the mark as a Windows icon with the sizes Windows asks for.
func ICO() ([]byte, error) {
	sizes := []int{16, 24, 32, 48, 64, 128, 256}
	var directory, pictures bytes.Buffer
	header := []uint16{0, 1, uint16(len(sizes))}
	if err := binary.Write(&directory, binary.LittleEndian, header); err != nil {
		return nil, err
	}
	at := 6 + 16*len(sizes)
	for _, size := range sizes {
		picture, err := PNG(size)
		if err != nil {
			return nil, err
		}
		edge := byte(size) // 256 is written as 0
		entry := struct {
			Width, Height, Colours, Reserved byte
			Planes, Bits                     uint16
			Bytes, Offset                    uint32
		}{edge, edge, 0, 0, 1, 32, uint32(len(picture)), uint32(at)}
		if err := binary.Write(&directory, binary.LittleEndian, entry); err != nil {
			return nil, err
		}
		pictures.Write(picture)
		at += len(picture)
	}
	return append(directory.Bytes(), pictures.Bytes()...), nil
}

// ICNS returns the mark as a macOS icon (types ic07 to ic10, which hold PNGs).
func ICNS() ([]byte, error) {
	var body bytes.Buffer
	for _, one := range []struct {
		kind string
		size int
	}{{"ic07", 128}, {"ic08", 256}, {"ic09", 512}, {"ic10", 1024}} {
		picture, err := PNG(one.size)
		if err != nil {
			return nil, err
		}
		body.WriteString(one.kind)
		if err := binary.Write(&body, binary.BigEndian, uint32(len(picture)+8)); err != nil {
			return nil, err
		}
		body.Write(picture)
	}
	head := append([]byte("icns"), binary.BigEndian.AppendUint32(nil, uint32(body.Len()+8))...)
	return append(head, body.Bytes()...), nil
}

// SVG returns the mark as a drawing.
func SVG() []byte {
	hex := func(c color.NRGBA) string { return fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B) }
	rect := func(b box, fill string) string {
		return fmt.Sprintf(`<rect x="%g" y="%g" width="%g" height="%g" rx="%g" fill="%s"/>`, b.x, b.y, b.w, b.h, b.r, fill)
	}
	c := corner
	edge := fmt.Sprintf("M%g %gC%g %g %g %g %g %gS%g %g %g %g", c[0].x, c[0].y, c[1].x, c[1].y, c[2].x, c[2].y, c[3].x, c[3].y, c[5].x, c[5].y, c[6].x, c[6].y)
	var s strings.Builder
	fmt.Fprintf(&s, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %g %g">`+"\n", side, side)
	fmt.Fprintf(&s, "\t%s\n", rect(ground, hex(petrol)))
	fmt.Fprintf(&s, "\t"+`<path d="M%g %ga%g %g 0 0 1 %g 0" fill="none" stroke="%s" stroke-width="%g"/>`+"\n", handle.x-reach, handle.y, reach, reach, 2*reach, hex(paper), stroke)
	fmt.Fprintf(&s, "\t%s\n", rect(body, hex(paper)))
	top := fmt.Sprintf("V%ga%g %g 0 0 0 -%g -%gH%ga%g %g 0 0 0 -%g %gZ", body.y+body.r, body.r, body.r, body.r, body.r, body.x+body.r, body.r, body.r, body.r, body.r)
	fmt.Fprintf(&s, "\t"+`<path d="%s%s" fill="%s"/>`+"\n", edge, top, hex(flap))
	fmt.Fprintf(&s, "\t"+`<path d="%s" fill="none" stroke="%s" stroke-width="%g"/>`+"\n", edge, hex(petrol), stroke/2)
	fmt.Fprintf(&s, "\t"+`<circle cx="%g" cy="%g" r="%g" fill="%s" stroke="%s" stroke-width="%g"/>`+"\n", clasp.x, clasp.y, claspR-stroke/4, hex(paper), hex(deep), stroke/2)
	s.WriteString("</svg>\n")
	return []byte(s.String())
}
