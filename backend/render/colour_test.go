package render

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"slices"
	"testing"
)

// fill is a picture of one colour.
func fill(c color.NRGBA) *image.NRGBA {
	m := image.NewNRGBA(image.Rect(0, 0, 32, 32))
	for i := 0; i < len(m.Pix); i += 4 {
		m.Pix[i], m.Pix[i+1], m.Pix[i+2], m.Pix[i+3] = c.R, c.G, c.B, c.A
	}
	return m
}

func iccChunk(t testing.TB, icc []byte) []byte {
	t.Helper()
	return pngChunk("iCCP", append([]byte("profile\x00\x00"), deflate(t, icc)...))
}

// The wanted values were computed from the published primaries and curves with 64-bit arithmetic.
func TestWideColoursBecomeSRGB(t *testing.T) {
	for _, c := range []struct {
		name     string
		icc      []byte
		in, want color.NRGBA
	}{
		{"Display P3 skin", iccOf("Display P3", p3, true), color.NRGBA{200, 150, 120, 255}, color.NRGBA{209, 148, 116, 255}},
		{"Display P3 red goes out of gamut", iccOf("Display P3", p3, true), color.NRGBA{255, 0, 0, 255}, color.NRGBA{255, 0, 0, 255}},
		{"Display P3 grey", iccOf("Display P3", p3, true), color.NRGBA{128, 128, 128, 255}, color.NRGBA{128, 128, 128, 255}},
		{"Adobe RGB green", iccOf("Adobe RGB (1998)", adobeRGB, false), color.NRGBA{100, 180, 100, 255}, color.NRGBA{0, 181, 96, 255}},
		{"sRGB", iccOf("sRGB", bt709, true), color.NRGBA{200, 150, 120, 255}, color.NRGBA{200, 150, 120, 255}},
	} {
		file := pngOf(t, fill(c.in), iccChunk(t, c.icc))
		got := open(t, render1(t, file, Recipe{Width: 8, Height: 8, Fit: Cover, Formats: []Format{PNG}})).At(4, 4)
		if !near(got, c.want, 2) {
			t.Errorf("%s: %v became %v, want %v", c.name, c.in, got, c.want)
		}
	}
}

func TestAJPEGProfileInPiecesIsJoined(t *testing.T) {
	icc := iccOf("Display P3", p3, true)
	file := jpegOf(t, fill(color.NRGBA{200, 150, 120, 255}),
		segment(markAPP2, iccHead, []byte{2, 2}, icc[300:]), segment(markAPP2, iccHead, []byte{1, 2}, icc[:300]))
	got := open(t, render1(t, file, Recipe{Width: 8, Height: 8, Fit: Cover, Formats: []Format{PNG}})).At(4, 4)
	if !near(got, color.NRGBA{209, 148, 116, 255}, 3) {
		t.Errorf("got %v", got)
	}
}

func TestAnUnusableProfileIsSRGBWithAWarning(t *testing.T) {
	icc := iccOf("LUT", p3, true)
	copy(icc[20:], "Lab ")
	file := pngOf(t, fill(color.NRGBA{200, 150, 120, 255}), iccChunk(t, icc))
	o := render1(t, file, Recipe{Width: 32, Height: 32, Fit: Cover, Formats: []Format{PNG}})
	if got := open(t, o).At(4, 4); !near(got, color.NRGBA{200, 150, 120, 255}, 0) || !slices.Contains(o.Warnings, WarnProfile) {
		t.Errorf("got %v, warnings %q", got, o.Warnings)
	}
}

func TestPNGChromaticitiesCountAsAProfile(t *testing.T) {
	var chroma, gamma []byte
	for _, v := range []uint32{31270, 32900, 68000, 32000, 26500, 69000, 15000, 6000} {
		chroma = append(chroma, byte(v>>24), byte(v>>16), byte(v>>8), byte(v))
	}
	gamma = []byte{0, 0, 0xb1, 0x8f} // 45455
	file := pngOf(t, fill(color.NRGBA{200, 150, 120, 255}), pngChunk("gAMA", gamma), pngChunk("cHRM", chroma))
	got := open(t, render1(t, file, Recipe{Width: 8, Height: 8, Fit: Cover, Formats: []Format{PNG}})).At(4, 4)
	if !near(got, color.NRGBA{209, 148, 116, 255}, 2) {
		t.Errorf("got %v", got)
	}
}

func TestSixteenBitsAreRoundedOnce(t *testing.T) {
	m := image.NewNRGBA64(image.Rect(0, 0, 16, 16))
	for y := range 16 {
		for x := range 16 {
			m.SetNRGBA64(x, y, color.NRGBA64{0x80bf, 0x8140, 0xffff, 0xffff})
		}
	}
	got := open(t, render1(t, pngOf(t, m), Recipe{Width: 16, Height: 16, Fit: Cover, Formats: []Format{PNG}})).At(3, 3)
	// 0x80bf / 257 = 128.24 and 0x8140 / 257 = 128.75.
	if !near(got, color.NRGBA{128, 129, 255, 255}, 0) {
		t.Errorf("got %v", got)
	}
}

func TestPrintingColoursAreApproximated(t *testing.T) {
	cmyk := image.NewCMYK(image.Rect(0, 0, 16, 16))
	for i := 0; i < len(cmyk.Pix); i += 4 {
		cmyk.Pix[i], cmyk.Pix[i+1], cmyk.Pix[i+2], cmyk.Pix[i+3] = 0, 255, 255, 0
	}
	m, _ := normalise(cmyk)
	if !near(m.At(3, 3), color.NRGBA{255, 0, 0, 255}, 0) {
		t.Errorf("magenta and yellow are %v", m.At(3, 3))
	}
	o := render1(t, cmykJPEG(), Recipe{Width: 8, Height: 8, Fit: Cover})
	if !slices.Contains(o.Warnings, WarnCMYK) || o.Passed {
		t.Errorf("passed=%v, warnings %q", o.Passed, o.Warnings)
	}
	if m, err := jpeg.Decode(bytes.NewReader(o.Data)); err != nil || m.ColorModel() != color.YCbCrModel {
		t.Errorf("%v", err)
	}
}

// cmykJPEG is an 8×8 JPEG of four components, all blocks zero, with tables of one code each.
func cmykJPEG() []byte {
	quant := make([]byte, 65)
	for i := 1; i < 65; i++ {
		quant[i] = 1
	}
	table := func(class byte) []byte {
		b := make([]byte, 17, 18)
		b[0], b[1] = class<<4, 1
		return append(b, 0) // one code of one bit: no difference, or the end of the block
	}
	out := []byte{0xff, markSOI}
	out = append(out, segment(markAPP14, []byte("Adobe\x00\x64\x00\x00\x00\x00\x00"))...)
	out = append(out, segment(markDQT, quant)...)
	out = append(out, segment(markSOF0, []byte{8, 0, 8, 0, 8, 4, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0, 4, 0x11, 0})...)
	out = append(out, segment(markDHT, table(0))...)
	out = append(out, segment(markDHT, table(1))...)
	out = append(out, segment(markSOS, []byte{4, 1, 0, 2, 0, 3, 0, 4, 0, 0, 63, 0})...)
	return append(out, 0x00, 0xff, markEOI)
}

func TestAPaletteIndexBeyondThePaletteIsBlackAndSaid(t *testing.T) {
	m := image.NewPaletted(image.Rect(0, 0, 4, 4), color.Palette{color.White})
	m.Pix[5] = 200
	got, warnings := normalise(m)
	if !near(got.At(1, 1), color.Black, 0) || !near(got.At(0, 0), color.White, 0) || !slices.Equal(warnings, []Warning{WarnPalette}) {
		t.Errorf("got %v, warnings %q", got.At(1, 1), warnings)
	}
}

func TestOddDecoderPicturesBecomePlain(t *testing.T) {
	want := color.NRGBA{200, 100, 50, 255}
	half := color.NRGBA{200, 100, 50, 128}
	rgba := image.NewRGBA(image.Rect(5, 7, 9, 11))
	rgba64 := image.NewRGBA64(image.Rect(0, 0, 4, 4))
	sub := fill(want).SubImage(image.Rect(3, 3, 7, 7)).(*image.NRGBA)
	for y := range 4 {
		for x := range 4 {
			rgba.Set(5+x, 7+y, half)
			rgba64.Set(x, y, half)
		}
	}
	for name, c := range map[string]struct {
		m    image.Image
		want color.NRGBA
	}{"offset rgba": {rgba, half}, "rgba64": {rgba64, half}, "part of a larger": {sub, want}} {
		got, _ := normalise(c.m)
		if got.Rect != image.Rect(0, 0, 4, 4) || got.Stride != 16 || len(got.Pix) != 64 {
			t.Fatalf("%s: %v stride %d", name, got.Rect, got.Stride)
		}
		if p := got.NRGBAAt(2, 2); max(p.R, c.want.R)-min(p.R, c.want.R) > 1 || p.A != c.want.A {
			t.Errorf("%s: %v", name, p)
		}
	}
}
