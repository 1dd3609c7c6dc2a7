package main

import (
	"bytes"
	"encoding/binary"
	"image"
	"math"
)

// wideSpace is a space of colours that a camera may write: its corners as XYZ under D50, a column each, and its
// curve. A gamma of 0 is the curve of sRGB.
type wideSpace struct {
	name    string
	corners [3][3]float64
	gamma   float64
}

// wideSpaces are those of phones and cameras (Display P3, Adobe RGB (1998), ROMM), and sRGB as the first.
func wideSpaces() []wideSpace {
	return []wideSpace{
		{"sRGB", [3][3]float64{{0.43607, 0.38515, 0.14307}, {0.22249, 0.71687, 0.06061}, {0.01392, 0.09708, 0.71410}}, 0},
		{"Display P3", [3][3]float64{{0.51512, 0.29198, 0.15710}, {0.24120, 0.69225, 0.06657}, {-0.00105, 0.04189, 0.78407}}, 0},
		{"Adobe RGB (1998)", [3][3]float64{{0.60974, 0.20528, 0.14919}, {0.31111, 0.62567, 0.06322}, {0.01947, 0.06087, 0.74457}}, 563.0 / 256},
		{"ProPhoto RGB", [3][3]float64{{0.79767, 0.13519, 0.03135}, {0.28804, 0.71187, 0.00009}, {0, 0, 0.82521}}, 461.0 / 256},
	}
}

func (s wideSpace) decode(v float64) float64 {
	switch {
	case s.gamma > 0:
		return math.Pow(v, s.gamma)
	case v <= 0.04045:
		return v / 12.92
	}
	return math.Pow((v+0.055)/1.055, 2.4)
}

func (s wideSpace) encode(v float64) float64 {
	v = min(max(v, 0), 1)
	switch {
	case s.gamma > 0:
		return math.Pow(v, 1/s.gamma)
	case v <= 0.0031308:
		return v * 12.92
	}
	return 1.055*math.Pow(v, 1/2.4) - 0.055
}

// invert returns the inverse of a matrix, by Cramer's rule.
func invert(m [3][3]float64) (out [3][3]float64) {
	minor := func(r, c int) float64 {
		a, b, d, e := (r+1)%3, (r+2)%3, (c+1)%3, (c+2)%3
		return m[a][d]*m[b][e] - m[a][e]*m[b][d]
	}
	det := m[0][0]*minor(0, 0) + m[0][1]*minor(0, 1) + m[0][2]*minor(0, 2)
	for r := range 3 {
		for c := range 3 {
			out[c][r] = minor(r, c) / det
		}
	}
	return out
}

func times(m [3][3]float64, v [3]float64) (out [3]float64) {
	for i := range 3 {
		out[i] = m[i][0]*v[0] + m[i][1]*v[1] + m[i][2]*v[2]
	}
	return out
}

// widen writes sRGB pixels, three bytes each, with the numbers that another space has for the same colours.
func (s wideSpace) widen(rgb []byte, width, height int) *image.RGBA {
	from, back := wideSpaces()[0], invert(s.corners)
	var light [256]float64
	for i := range light {
		light[i] = from.decode(float64(i) / 255)
	}
	m := image.NewRGBA(image.Rect(0, 0, width, height))
	for i := range width * height {
		p := rgb[i*3:][:3]
		v := times(back, times(from.corners, [3]float64{light[p[0]], light[p[1]], light[p[2]]}))
		for c := range 3 {
			m.Pix[i*4+c] = uint8(math.Round(s.encode(v[c]) * 255))
		}
		m.Pix[i*4+3] = 255
	}
	return m
}

// profile returns the bytes of an ICC profile: of version 2 with curves as tables, or of version 4 with curves as
// functions and the word about the white (ICC.1:2022, sections 7 to 10).
func (s wideSpace) profile(four bool) []byte {
	order := binary.BigEndian
	fixed := func(v float64) []byte { return order.AppendUint32(nil, uint32(int32(math.Round(v*65536)))) }
	type tag struct {
		name string
		body []byte
	}
	var tags []tag
	if four {
		text := []byte{}
		for _, r := range s.name {
			text = order.AppendUint16(text, uint16(r))
		}
		head := order.AppendUint32([]byte("mluc\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x0cenUS"), uint32(len(text)))
		tags = append(tags, tag{"desc", append(order.AppendUint32(head, 28), text...)})
		white := []byte("sf32\x00\x00\x00\x00")
		for _, v := range []float64{1.04788, 0.02292, -0.05022, 0.02959, 0.99048, -0.01707, -0.00925, 0.01508, 0.75168} {
			white = append(white, fixed(v)...)
		}
		tags = append(tags, tag{"chad", white})
	} else {
		desc := order.AppendUint32([]byte("desc\x00\x00\x00\x00"), uint32(len(s.name)+1))
		tags = append(tags, tag{"desc", append(append(desc, s.name...), make([]byte, 79)...)})
	}
	for i, name := range []string{"rXYZ", "gXYZ", "bXYZ"} {
		body := []byte("XYZ \x00\x00\x00\x00")
		for row := range 3 {
			body = append(body, fixed(s.corners[row][i])...)
		}
		tags = append(tags, tag{name, body})
	}
	tags = append(tags, tag{"wtpt", append([]byte("XYZ \x00\x00\x00\x00"), bytes.Join([][]byte{fixed(0.9642), fixed(1), fixed(0.8249)}, nil)...)})
	for _, name := range []string{"rTRC", "gTRC", "bTRC"} {
		tags = append(tags, tag{name, s.curve(four)})
	}
	head := make([]byte, 128)
	head[8] = 2
	if four {
		head[8] = 4
	}
	copy(head[12:], "mntrRGB XYZ ")
	copy(head[36:], "acsp")
	copy(head[68:], bytes.Join([][]byte{fixed(0.9642), fixed(1), fixed(0.8249)}, nil))
	list := order.AppendUint32(nil, uint32(len(tags)))
	var data []byte
	for _, t := range tags {
		list = append(list, t.name...)
		list = order.AppendUint32(list, uint32(128+4+12*len(tags)+len(data)))
		list = order.AppendUint32(list, uint32(len(t.body)))
		data = append(data, t.body...)
		data = append(data, make([]byte, -len(data)&3)...)
	}
	out := append(append(head, list...), data...)
	order.PutUint32(out, uint32(len(out)))
	return out
}

func (s wideSpace) curve(four bool) []byte {
	order := binary.BigEndian
	if !four && s.gamma > 0 {
		return append(order.AppendUint16([]byte("curv\x00\x00\x00\x00\x00\x00\x00\x01"), uint16(math.Round(s.gamma*256))), 0, 0)
	}
	if !four {
		const n = 1024
		body := order.AppendUint32([]byte("curv\x00\x00\x00\x00"), n)
		for i := range n {
			body = order.AppendUint16(body, uint16(math.Round(s.decode(float64(i)/(n-1))*65535)))
		}
		return body
	}
	body, values := []byte("para\x00\x00\x00\x00\x00\x00\x00\x00"), []float64{s.gamma}
	if s.gamma == 0 {
		body[9], values = 3, []float64{2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045}
	}
	for _, v := range values {
		body = order.AppendUint32(body, uint32(math.Round(v*65536)))
	}
	return body
}

// profiled puts an ICC profile behind the first marker of a JPEG file, in so many pieces (section B.4).
func profiled(file, icc []byte, pieces int) []byte {
	out := append([]byte{}, file[:2]...)
	for i := range pieces {
		part := icc[len(icc)*i/pieces : len(icc)*(i+1)/pieces]
		n := 2 + 12 + 2 + len(part)
		out = append(out, 0xff, 0xe2, byte(n>>8), byte(n))
		out = append(append(append(out, "ICC_PROFILE\x00"...), byte(i+1), byte(pieces)), part...)
	}
	return append(out, file[2:]...)
}
