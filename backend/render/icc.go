package render

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"strings"
	"unicode/utf16"
)

// ProfileKind says what a picture's colour profile is to this program.
type ProfileKind string

// The kinds of profile.
const (
	ProfileNone     ProfileKind = ""         // no profile: sRGB by convention
	ProfileSRGB     ProfileKind = "srgb"     // a profile that says sRGB, or so near that nobody sees it
	ProfileMatrix   ProfileKind = "matrix"   // a matrix or a table; converted to sRGB when rendered
	ProfileUnusable ProfileKind = "unusable" // of another kind of colours, or damaged: taken as sRGB
)

// curveTable maps an 8-bit sample to linear light in 0..1.
type curveTable [256]float64

// profile is a matrix profile: a curve for each channel, then a matrix to XYZ under D50 light.
type profile struct {
	name   string
	curves [3]curveTable
	matrix matrix3
	gray   bool         // the first curve is for all three and the matrix is neutral
	table  *colourTable // instead of curves and matrix, of a profile that has neither
}

// parseProfile reads an ICC profile (ICC.1:2022), by its matrix if it has one and else by its table. The
// returned profile has at least a name, even beside an error.
func parseProfile(b []byte) (*profile, error) {
	p := &profile{}
	if len(b) < 132 || string(b[36:40]) != "acsp" {
		return p, errors.New("no colour profile")
	}
	tags := map[string][]byte{}
	for i, n := 0, min(int(binary.BigEndian.Uint32(b[128:])), 256); i < n; i++ {
		at := 132 + i*12
		if at+12 > len(b) {
			break
		}
		off, size := uint64(binary.BigEndian.Uint32(b[at+4:])), uint64(binary.BigEndian.Uint32(b[at+8:]))
		if off <= uint64(len(b)) && size <= uint64(len(b))-off {
			tags[string(b[at:at+4])] = b[off : off+size]
		}
	}
	p.name = profileName(tags["desc"])
	inputs := map[string]int{"RGB ": 3, "CMYK": 4}[string(b[16:20])]
	space := string(b[20:24])
	if inputs > 0 && tags["A2B0"] != nil && (space == "Lab " || space == "XYZ " && tags["rXYZ"] == nil) {
		table, err := parseTable(tags["A2B0"], inputs, space == "Lab ")
		p.table = table
		return p, err
	}
	if space != "XYZ " {
		return p, errors.New("not a matrix profile")
	}
	switch string(b[16:20]) {
	case "GRAY":
		curve, err := parseCurve(tags["kTRC"])
		if err != nil {
			return p, fmt.Errorf("grey curve: %w", err)
		}
		p.gray, p.curves, p.matrix = true, [3]curveTable{curve, curve, curve}, srgbToXYZ()
		return p, nil
	case "RGB ":
		for i, channel := range []string{"r", "g", "b"} {
			curve, err := parseCurve(tags[channel+"TRC"])
			if err != nil {
				return p, fmt.Errorf("curve of %s: %w", channel, err)
			}
			xyz := tags[channel+"XYZ"]
			if len(xyz) < 20 || string(xyz[:4]) != "XYZ " {
				return p, errors.New("not a matrix profile")
			}
			p.curves[i] = curve
			for row := range 3 {
				p.matrix[row][i] = fixed16(xyz[8+row*4:])
			}
		}
		if _, ok := p.matrix.inverse(); !ok {
			return p, errors.New("colours that lie on a line")
		}
		return p, nil
	}
	return p, errors.New("not a profile of light")
}

func fixed16(b []byte) float64 { return float64(int32(binary.BigEndian.Uint32(b))) / 65536 }

// parseCurve reads a curv or para tag (ICC.1:2022, sections 10.6 and 10.18) into a table.
func parseCurve(b []byte) (curveTable, error) {
	var table curveTable
	if len(b) < 12 {
		return table, errors.New("no curve")
	}
	switch string(b[:4]) {
	case "curv":
		n := int(binary.BigEndian.Uint32(b[8:]))
		if n < 0 || n > (len(b)-12)/2 {
			return table, errors.New("curve cut short")
		}
		switch n {
		case 0:
			return gammaCurve(1), nil
		case 1:
			g := float64(binary.BigEndian.Uint16(b[12:])) / 256
			if g < 0.1 || g > 10 {
				return table, errors.New("impossible gamma")
			}
			return gammaCurve(g), nil
		}
		for i := range table {
			at := float64(i) / 255 * float64(n-1)
			low := min(int(at), n-2)
			a := float64(binary.BigEndian.Uint16(b[12+2*low:]))
			c := float64(binary.BigEndian.Uint16(b[14+2*low:]))
			table[i] = (a + (c-a)*(at-float64(low))) / 65535
		}
		return table, nil
	case "para":
		return parametricCurve(int(binary.BigEndian.Uint16(b[8:])), b[12:])
	}
	return table, errors.New("unknown kind of curve")
}

// parametricCurve makes the table of functions 0 to 4: (ax+b)^g + e from d on, cx + f below.
func parametricCurve(kind int, b []byte) (curveTable, error) {
	var table curveTable
	counts := []int{1, 3, 4, 5, 7}
	if kind >= len(counts) || len(b) < counts[kind]*4 {
		return table, errors.New("unknown curve function")
	}
	var v [7]float64
	for i := range counts[kind] {
		v[i] = fixed16(b[i*4:])
	}
	g, a, bb, c, d, e, f := v[0], v[1], v[2], v[3], v[4], v[5], v[6]
	switch kind {
	case 0:
		a, d = 1, math.Inf(-1)
	case 1, 2:
		if a == 0 {
			return table, errors.New("impossible curve")
		}
		offset := 0.0
		if kind == 2 {
			offset = c
		}
		c, d, e, f = 0, -bb/a, offset, offset
	}
	if g < 0.1 || g > 10 {
		return table, errors.New("impossible gamma")
	}
	for i := range table {
		x := float64(i) / 255
		y := c*x + f
		if x >= d {
			y = math.Pow(max(a*x+bb, 0), g) + e
		}
		table[i] = min(max(y, 0), 1)
		if math.IsNaN(y) {
			return table, errors.New("impossible curve")
		}
	}
	return table, nil
}

// profileName reads the description in either of its forms, cut to something printable.
func profileName(b []byte) string {
	name := ""
	switch {
	case len(b) >= 12 && string(b[:4]) == "desc":
		n := min(int(binary.BigEndian.Uint32(b[8:])), len(b)-12, 80)
		if n > 0 {
			name = string(b[12 : 12+n])
		}
	case len(b) >= 28 && string(b[:4]) == "mluc":
		n, off := int64(binary.BigEndian.Uint32(b[20:])), int64(binary.BigEndian.Uint32(b[24:]))
		n = min(n, 160)
		if off+n <= int64(len(b)) {
			var u []uint16
			for i := off; i+1 < off+n; i += 2 {
				u = append(u, binary.BigEndian.Uint16(b[i:]))
			}
			name = string(utf16.Decode(u))
		}
	}
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return -1
		}
		return r
	}, name))
}
