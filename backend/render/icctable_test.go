package render

import (
	"encoding/binary"
	"image"
	"image/color"
	"math"
	"slices"
	"testing"
)

// labOf is a colour of sRGB as CIE L*a*b* under D50, each as a share of its range in version 4.
func labOf(c color.NRGBA) [3]float64 {
	curve := srgbCurve()
	xyz := srgbToXYZ().vector([3]float64{curve[c.R], curve[c.G], curve[c.B]})
	var f [3]float64
	for i := range f {
		if v := xyz[i] / d50[i]; v > 216.0/24389 {
			f[i] = math.Cbrt(v)
		} else {
			f[i] = (v*24389/27 + 16) / 116
		}
	}
	return [3]float64{(116*f[1] - 16) / 100, (500*(f[0]-f[1]) + 128) / 255, (200*(f[1]-f[2]) + 128) / 255}
}

// tableICC is a profile with a table alone, whose grid has a node at either end of each sample.
func tableICC(kind, space string, colour func(corner int) color.NRGBA) []byte {
	inputs := 3
	if space == "CMYK" {
		inputs = 4
	}
	order := binary.BigEndian
	word := func(v float64) []byte { return order.AppendUint16(nil, uint16(math.Round(min(max(v, 0), 1)*65535))) }
	var grid, wide []byte
	for corner := range 1 << inputs {
		for _, v := range labOf(colour(corner)) {
			grid = append(grid, uint8(math.Round(v*255)))
			if kind == "mft2" {
				v *= 65280.0 / 65535
			}
			wide = append(wide, word(v)...)
		}
	}
	body := append([]byte(kind+"\x00\x00\x00\x00"), byte(inputs), 3, 2, 0)
	switch kind {
	case "mft1":
		body = append(body, make([]byte, 36)...)
		for range inputs {
			for i := range 256 {
				body = append(body, uint8(i))
			}
		}
		body = append(body, grid...)
		for range 3 {
			for i := range 256 {
				body = append(body, uint8(i))
			}
		}
	case "mft2":
		body = append(append(body, make([]byte, 36)...), 0, 2, 0, 2)
		ends := []byte{0, 0, 0xff, 0xff}
		for range inputs {
			body = append(body, ends...)
		}
		body = append(body, wide...)
		for range 3 {
			body = append(body, ends...)
		}
	default: // mAB, of which the matrix and the curves around it are missing
		straight := []byte("curv\x00\x00\x00\x00\x00\x00\x00\x00")
		body = body[:10]
		body = append(body, 0, 0)
		first := 32 + 3*12
		clut := first + inputs*12
		for _, at := range []int{32, 0, 0, clut, first} {
			body = order.AppendUint32(body, uint32(at))
		}
		for range 3 + inputs {
			body = append(body, straight...)
		}
		dims := make([]byte, 20)
		for i := range inputs {
			dims[i] = 2
		}
		dims[16] = 2
		body = append(append(body, dims...), wide...)
	}
	out := make([]byte, 128)
	copy(out[12:], "prtr"+space+"Lab ")
	copy(out[36:], "acsp")
	out = order.AppendUint32(out, 1)
	out = append(out, "A2B0"...)
	out = order.AppendUint32(out, 144)
	out = order.AppendUint32(out, uint32(len(body)))
	return append(out, body...)
}

// inkColour is what the corners of a printer's table look like: not what a plain formula makes of them.
func inkColour(corner int) color.NRGBA {
	c := color.NRGBA{240, 235, 230, 255}
	for i, by := range [][3]uint8{{200, 40, 20}, {20, 190, 60}, {10, 30, 180}, {0, 0, 0}} {
		if corner>>(3-i)&1 == 1 {
			if i == 3 {
				return color.NRGBA{} // all inks are black
			}
			c.R, c.G, c.B = c.R-by[0], c.G-min(by[1], c.G), c.B-min(by[2], c.B)
		}
	}
	return c
}

func TestPrintingColoursLookAsTheirProfileSays(t *testing.T) {
	for _, kind := range []string{"mft1", "mft2", "mAB "} {
		icc := tableICC(kind, "CMYK", inkColour)
		for corner := range 16 {
			planes := make([][]uint8, 4)
			for i := range planes {
				planes[i] = make([]uint8, 32*32)
				if corner>>(3-i)&1 == 1 {
					for k := range planes[i] {
						planes[i][k] = 255
					}
				}
			}
			file := (&oddJPEG{adobe: -1, segments: [][]byte{iccSegment(icc)}}).file(32, 32, planes...)
			o := render1(t, file, Recipe{Width: 8, Height: 8, Fit: Cover, Formats: []Format{PNG}})
			want := inkColour(corner)
			if want.A = 255; corner == 1 {
				want = color.NRGBA{0, 0, 0, 255}
			}
			if got := open(t, o).At(4, 4); !near(got, want, 4) || slices.Contains(o.Warnings, WarnCMYK) || slices.Contains(o.Warnings, WarnProfile) {
				t.Errorf("%s, inks %04b: %v, want %v; %q", kind, corner, got, want, o.Warnings)
			}
		}
		for _, n := range []int{150, 170, 200, 300, len(icc) - 1} { // none of it may be believed
			cut := (&oddJPEG{adobe: -1, segments: [][]byte{iccSegment(icc[:n])}}).file(8, 8, slices.Repeat([][]uint8{make([]uint8, 64)}, 4)...)
			if o := render1(t, cut, Recipe{Width: 8, Height: 8, Fit: Cover}); !slices.Contains(o.Warnings, WarnProfile) || !slices.Contains(o.Warnings, WarnCMYK) {
				t.Errorf("%s of %d bytes: %q", kind, n, o.Warnings)
			}
		}
		photograph := jpegOf(t, fill(color.NRGBA{200, 150, 120, 255}), iccSegment(icc))
		if o := render1(t, photograph, Recipe{Width: 8, Height: 8, Fit: Cover}); !slices.Contains(o.Warnings, WarnProfile) {
			t.Errorf("%s on a photograph: %q", kind, o.Warnings)
		}
	}
}

func TestATableOfThreeColoursIsUsed(t *testing.T) {
	channel := func(on int) uint8 { return uint8(255 * on) }
	upright := func(corner int) color.NRGBA {
		return color.NRGBA{channel(corner >> 2 & 1), channel(corner >> 1 & 1), channel(corner & 1), 255}
	}
	turned := func(corner int) color.NRGBA { // red for green, green for blue, blue for red
		c := upright(corner)
		return color.NRGBA{c.G, c.B, c.R, 255}
	}
	m := image.NewNRGBA(image.Rect(0, 0, 16, 16))
	for i := 0; i < len(m.Pix); i += 4 {
		m.Pix[i], m.Pix[i+3] = 255, 255
	}
	for _, kind := range []string{"mft1", "mft2", "mAB "} {
		for name, file := range map[string][]byte{
			"jpeg": jpegOf(t, m, iccSegment(tableICC(kind, "RGB ", turned))), "png": pngOf(t, m, iccChunk(t, tableICC(kind, "RGB ", turned))),
		} {
			o := render1(t, file, Recipe{Width: 8, Height: 8, Fit: Cover, Formats: []Format{PNG}})
			if got := open(t, o).At(4, 4); !near(got, color.NRGBA{0, 0, 255, 255}, 8) || len(o.Warnings) != 0 {
				t.Errorf("%s in a %s: red is %v; %q", kind, name, got, o.Warnings)
			}
		}
	}
}
