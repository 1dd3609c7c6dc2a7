package render

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"io"
	"slices"
	"testing"

	"github.com/disintegration/imaging"
	"golang.org/x/image/tiff"
)

// storedAs is how a camera stores an upright picture for a value of the EXIF tag.
func storedAs(m image.Image, orientation int) *image.NRGBA {
	switch orientation {
	case 2:
		return imaging.FlipH(m)
	case 3:
		return imaging.Rotate180(m)
	case 4:
		return imaging.FlipV(m)
	case 5:
		return imaging.Transpose(m)
	case 6:
		return imaging.Rotate90(m)
	case 7:
		return imaging.Transverse(m)
	case 8:
		return imaging.Rotate270(m)
	}
	return imaging.Clone(m)
}

// webpTurned is a WebP file with an EXIF block.
func webpTurned(t *testing.T, m *image.NRGBA, orientation int) []byte {
	t.Helper()
	head := make([]byte, 10)
	head[0] = 0x08
	putUint24(head[4:], m.Rect.Dx()-1)
	putUint24(head[7:], m.Rect.Dy()-1)
	out := appendChunk([]byte("RIFF\x00\x00\x00\x00WEBP"), "VP8X", head)
	for _, c := range webpChunks(webpOf(t, m)) {
		if c.kind == "VP8L" {
			out = appendChunk(out, c.kind, c.body)
		}
	}
	return closeRIFF(appendChunk(out, "EXIF", exifBlock(orientation)))
}

func tiffTurned(m *image.NRGBA, orientation int) []byte {
	f := oddTIFF{width: m.Rect.Dx(), height: m.Rect.Dy(), photometric: 2, bits: 8, samples: 3, more: map[uint16]uint16{274: uint16(orientation)}}
	for i := 0; i < len(m.Pix); i += 4 {
		f.pixels = append(f.pixels, m.Pix[i:i+3]...)
	}
	return f.file()
}

func orientations(t *testing.T) {
	upright := photo(96, 70)
	for y := range 35 {
		for x := range 48 {
			upright.SetNRGBA(x, y, color.NRGBA{230, 20, 20, 255}) // which corner is which
		}
	}
	recipes := []Recipe{
		{Width: 96, Height: 70, Fit: Inside, Formats: []Format{PNG}},
		{Width: 40, Height: 60, Fit: Cover, Focus: &Point{0.9, 0.2}, Formats: []Format{PNG}},
		{Width: 30, Height: 20, Fit: Cover, Crop: &Rect{0.4, 0.4, 0.5, 0.5}, Formats: []Format{PNG}},
		{Width: 70, Height: 70, Fit: Contain, Formats: []Format{PNG}},
	}
	fast, general := New(Options{}), New(Options{General: true})
	for o := 1; o <= 8; o++ {
		m := storedAs(upright, o)
		for name, file := range map[string][]byte{
			"jpeg":        jpegOf(t, m, exifSegment(o)),
			"jpeg, 4:4:4": (&oddJPEG{adobe: -1, segments: [][]byte{xmpSegment(), exifSegment(o)}}).file(m.Rect.Dx(), m.Rect.Dy(), samplesOf(m, ycc)...),
			"progressive": (&oddJPEG{adobe: -1, progressive: true, segments: [][]byte{exifSegment(o)}}).file(m.Rect.Dx(), m.Rect.Dy(), samplesOf(m, ycc)...),
			"png":         pngOf(t, m, pngChunk("eXIf", exifBlock(o))),
			"webp":        webpTurned(t, m, o),
			"tiff":        tiffTurned(m, o),
		} {
			a, err := tryRender(t, fast, file, recipes...)
			if err != nil {
				t.Fatalf("%s %d: %v", name, o, err)
			}
			b, err := tryRender(t, general, file, recipes...)
			if err != nil {
				t.Fatalf("%s %d: %v", name, o, err)
			}
			least := 26.0 // JPEG has half of the colour samples here
			if name == "png" || name == "webp" || name == "tiff" {
				least = 99
			}
			if p := psnr(t, open(t, a[0]), upright); p < least {
				t.Errorf("%s %d: %.1f dB from upright", name, o, p)
			}
			for i := range recipes {
				x, y := open(t, a[i]), open(t, b[i])
				if p := lumaPSNR(t, x, y); p < 40 {
					t.Errorf("%s %d, recipe %d: the two ways differ: %.1f dB", name, o, i, p)
				}
			}
		}
	}
}

func awkwardProfiles(t *testing.T) {
	skin, want := color.NRGBA{200, 150, 120, 255}, color.NRGBA{209, 148, 116, 255}
	wide := iccOf("Display P3", p3, true)
	many := [][]byte{}
	for i := range 9 { // out of order
		part := (i*4)%9 + 1
		from, to := len(wide)*(part-1)/9, len(wide)*part/9
		many = append(many, segment(markAPP2, iccHead, []byte{byte(part), 9}, wide[from:to]))
	}
	printing := bytes.Clone(wide)
	copy(printing[16:], "CMYKLab ")
	bomb := pngChunk("iCCP", append([]byte("bomb\x00\x00"), deflate(t, make([]byte, 64<<20))...))
	short := bytes.Clone(wide[:200])
	for _, c := range []struct {
		name   string
		file   []byte
		want   color.NRGBA
		warned bool
	}{
		{"wide", jpegOf(t, fill(skin), iccSegment(wide)), want, false},
		{"wide in nine pieces, out of order", jpegOf(t, fill(skin), many...), want, false},
		{"wide, a piece missing", jpegOf(t, fill(skin), many[1:]...), skin, true},
		{"wide, cut short", jpegOf(t, fill(skin), iccSegment(short)), skin, true},
		{"for printing", jpegOf(t, fill(skin), iccSegment(printing)), skin, true},
		{"of greys, on colours", jpegOf(t, fill(skin), iccSegment(greyICC(1.0))), skin, true},
		{"a bomb of 64 MB", pngOf(t, fill(skin), bomb), skin, true},
	} {
		inMemory(t, c.name, 100<<20, func() {
			o := render1(t, c.file, Recipe{Width: 8, Height: 8, Fit: Cover, Formats: []Format{PNG}})
			if got := open(t, o).At(4, 4); !near(got, c.want, 3) || slices.Contains(o.Warnings, WarnProfile) != c.warned {
				t.Errorf("%s: %v, want %v; %q", c.name, got, c.want, o.Warnings)
			}
		})
	}
	// A profile of greys on a grey picture: half of the light is 188 in sRGB.
	m := image.NewGray(image.Rect(0, 0, 32, 32))
	for i := range m.Pix {
		m.Pix[i] = 128
	}
	for name, file := range map[string][]byte{"jpeg": jpegOf(t, m, iccSegment(greyICC(1.0))), "png": pngOf(t, m, iccChunk(t, greyICC(1.0)))} {
		o := render1(t, file, Recipe{Width: 8, Height: 8, Fit: Cover, Formats: []Format{PNG}})
		if got := open(t, o).At(4, 4); !near(got, color.NRGBA{188, 188, 188, 255}, 1) {
			t.Errorf("grey %s: %v, %q", name, got, o.Warnings)
		}
	}
}

// greyICC is a profile of greys alone, with a gamma.
func greyICC(gamma float64) []byte {
	curve := binary.BigEndian.AppendUint16([]byte("curv\x00\x00\x00\x00\x00\x00\x00\x01"), uint16(gamma*256))
	out := make([]byte, 128, 160)
	copy(out[12:], "mntrGRAYXYZ ")
	copy(out[36:], "acsp")
	out = binary.BigEndian.AppendUint32(out, 1)
	out = append(out, "kTRC"...)
	out = binary.BigEndian.AppendUint32(out, 144)
	out = binary.BigEndian.AppendUint32(out, uint32(len(curve)))
	return append(out, curve...)
}

func sixteenBits(t *testing.T) {
	wide, deep := image.NewNRGBA64(image.Rect(0, 0, 16, 16)), image.NewGray16(image.Rect(0, 0, 16, 16))
	for y := range 16 {
		for x := range 16 {
			wide.SetNRGBA64(x, y, color.NRGBA64{0x80bf, 0x8140, 0x0101, 0xffff})
			deep.SetGray16(x, y, color.Gray16{0x8140})
		}
	}
	tiffOf := func(m image.Image) []byte {
		var b bytes.Buffer
		if err := tiff.Encode(&b, m, &tiff.Options{Compression: tiff.Deflate}); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	for name, c := range map[string]struct {
		file []byte
		want color.NRGBA
	}{
		"png": {pngOf(t, wide), color.NRGBA{128, 129, 1, 255}}, "png, grey": {pngOf(t, deep), color.NRGBA{129, 129, 129, 255}},
		"tiff": {tiffOf(wide), color.NRGBA{128, 129, 1, 255}}, "tiff, grey": {tiffOf(deep), color.NRGBA{129, 129, 129, 255}},
	} {
		info := probe(t, c.file)
		o := render1(t, c.file, Recipe{Width: 16, Height: 16, Fit: Cover, Formats: []Format{PNG}})
		if got := open(t, o).At(3, 3); info.Depth != 16 || o.Passed || !near(got, c.want, 0) {
			t.Errorf("%s: depth %d, passed=%v, %v instead of %v", name, info.Depth, o.Passed, got, c.want)
		}
	}
}

// manyFrames is a GIF of one-pixel frames on a large canvas.
func manyFrames(frames int, side uint16) []byte {
	out := []byte("GIF89a")
	out = binary.LittleEndian.AppendUint16(out, side)
	out = binary.LittleEndian.AppendUint16(out, side)
	out = append(out, 0x80, 0, 0, 0, 0, 0, 255, 255, 255)
	for range frames {
		out = append(out, 0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0)
	}
	return append(out, 0x3b)
}

func bombs(t *testing.T) {
	zeros := make([]byte, 17<<20)
	webpEXIF := closeRIFF(appendChunk(appendChunk([]byte("RIFF\x00\x00\x00\x00WEBP"), "VP8X", []byte{8, 0, 0, 0, 9, 0, 0, 9, 0, 0}), "EXIF", zeros))
	chunks := pngOf(t, photo(8, 8))
	for range 1000 {
		chunks = append(chunks[:33:33], append(bytes.Repeat(pngChunk("tEXt", []byte("a\x00b")), 101), chunks[33:]...)...)
		if len(chunks) > 2<<20 {
			break
		}
	}
	var segments [][]byte
	for range 5000 {
		segments = append(segments, segment(markCOM, []byte("x")))
	}
	var profiles [][]byte
	for i := range 255 {
		profiles = append(profiles, segment(markAPP2, iccHead, []byte{byte(i + 1), 255}, make([]byte, 60_000)))
	}
	apng := pngOf(t, photo(64, 64), pngChunk("acTL", []byte{0, 0x0f, 0xff, 0xff, 0, 0, 0, 0}))
	for _, c := range []struct {
		name string
		file []byte
		want error // nil: it is a picture after all
	}{
		{"png of 65,536×65,536", pngClaiming(t, 65536, 65536), ErrTooManyPixels},
		{"png of 2^31−1 a side", pngClaiming(t, 1<<31-1, 1<<31-1), ErrTooManyPixels},
		{"png of 10,000×10,000 in a kilobyte", pngClaiming(t, 10_000, 10_000), ErrTruncated},
		{"jpeg of 65,535×65,535", jpegClaiming(t, 65535, 65535), ErrTooManyPixels},
		{"gif of 300 frames of four megapixels", manyFrames(300, 2000), ErrTooManyPixels},
		{"gif of 200,000 tiny frames", manyFrames(200_000, 4), nil},
		{"apng of a million frames", apng, ErrTooManyPixels},
		{"png with 17 MB of EXIF", pngOf(t, photo(8, 8), pngChunk("eXIf", zeros)), ErrTooLarge},
		{"webp with 17 MB of EXIF", webpEXIF, ErrTooLarge},
		{"png with 100,000 chunks", chunks, ErrDamaged},
		{"jpeg with 5,000 comments", jpegOf(t, photo(8, 8), segments...), ErrDamaged},
		{"jpeg with a profile of 15 MB", jpegOf(t, photo(8, 8), profiles...), nil},
	} {
		// Nothing may cost more than some copies of the file and a little.
		inMemory(t, c.name, 8<<20+8*uint64(len(c.file)), func() {
			if _, err := tryRender(t, New(Options{}), c.file); !errors.Is(err, c.want) {
				t.Errorf("%s: %v, want %v", c.name, err, c.want)
			}
		})
	}
}

func alphaToJPEG(t *testing.T) {
	m := image.NewNRGBA(image.Rect(0, 0, 64, 64))
	for i := 0; i < len(m.Pix); i += 4 {
		m.Pix[i+1], m.Pix[i+3] = 200, uint8(i/4%64*4) // green that fades in from the left
	}
	yellow := color.NRGBA{250, 240, 20, 255}
	for name, file := range map[string][]byte{"png": pngOf(t, m), "webp": webpOf(t, m)} {
		for _, fit := range []Fit{Cover, Contain, Inside} {
			o := render1(t, file, Recipe{Width: 32, Height: 32, Fit: fit, Formats: []Format{JPEG}, Background: yellow})
			if out := open(t, o); !near(out.At(0, 16), yellow, 16) || !near(out.At(31, 16), color.NRGBA{4, 201, 0, 255}, 16) {
				t.Errorf("%s %s: %v to %v", name, fit, out.At(0, 16), out.At(31, 16))
			}
			o = render1(t, file, Recipe{Width: 32, Height: 32, Fit: fit, Formats: []Format{JPEG}})
			if out := open(t, o); !near(out.At(0, 16), color.White, 16) {
				t.Errorf("%s %s: without a colour %v, not white", name, fit, out.At(0, 16))
			}
		}
	}
}

func firstFrame(t *testing.T) {
	red, blue := color.NRGBA{255, 0, 0, 255}, color.NRGBA{0, 0, 255, 255}
	frame := func(r image.Rectangle, c color.Color) *image.Paletted {
		m := image.NewPaletted(r, color.Palette{color.Transparent, c})
		for i := range m.Pix {
			m.Pix[i] = 1
		}
		m.Pix[0] = 0
		return m
	}
	for _, disposal := range []byte{gif.DisposalNone, gif.DisposalBackground, gif.DisposalPrevious} {
		var b bytes.Buffer
		err := gif.EncodeAll(&b, &gif.GIF{
			Image: []*image.Paletted{frame(image.Rect(4, 2, 12, 8), red), frame(image.Rect(0, 0, 20, 16), blue)},
			Delay: []int{1, 1}, Disposal: []byte{disposal, disposal}, Config: image.Config{Width: 20, Height: 16},
		})
		if err != nil {
			t.Fatal(err)
		}
		o := render1(t, b.Bytes(), Recipe{Width: 20, Height: 16, Fit: Cover, Formats: []Format{PNG}})
		out := open(t, o)
		for at, want := range map[image.Point]color.NRGBA{{6, 4}: red, {4, 2}: {}, {1, 1}: {}, {14, 12}: {}} {
			if !near(out.At(at.X, at.Y), want, 0) {
				t.Errorf("disposal %d: %v at %v", disposal, out.At(at.X, at.Y), at)
			}
		}
		o = render1(t, b.Bytes(), Recipe{Width: 20, Height: 16, Fit: Cover, Formats: []Format{JPEG}})
		if out := open(t, o); !near(out.At(17, 1), color.White, 12) || !slices.Contains(o.Warnings, WarnAnimation) {
			t.Errorf("disposal %d as JPEG: %v, %q", disposal, out.At(17, 1), o.Warnings)
		}
	}
}

// changing is another file from the second time on that it is read from its start.
type changing struct {
	*bytes.Reader
	next  []byte
	begun int
}

func (c *changing) Seek(off int64, whence int) (int64, error) {
	if off == 0 && whence == io.SeekStart {
		if c.begun++; c.begun == 2 {
			c.Reader = bytes.NewReader(c.next)
		}
	}
	return c.Reader.Seek(off, whence)
}

func changingFiles(t *testing.T) {
	first := jpegOf(t, photo(64, 48))
	pad := func(file []byte) []byte {
		return append(bytes.Clone(file), make([]byte, max(len(first)-len(file), 0))...)[:len(first)]
	}
	bigger := pngClaiming(t, 9000, 9000)
	for name, c := range map[string]struct {
		next []byte
		want error // nil: what was read is a picture, and it is rendered
	}{
		"shrinks":              {first[:len(first)/2], ErrTruncated},
		"shrinks to nothing":   {nil, ErrTruncated},
		"becomes text":         {pad([]byte("this was a photograph")), ErrFormat},
		"becomes another size": {jpegOf(t, photo(64, 48), segment(markCOM, []byte("x")))[:len(first)], ErrTruncated},
		"becomes a bomb":       {pad(bigger), ErrDamaged},
		"becomes an animation": {pad(manyFrames(900, 3000)), ErrTooManyPixels},
	} {
		r := &changing{Reader: bytes.NewReader(first), next: c.next}
		inMemory(t, name, 8<<20, func() {
			_, err := New(Options{}).Render(t.Context(), r, int64(len(first)), []Recipe{{Width: 20, Height: 15, Fit: Cover}}, func(o Output) error { return o.Err })
			if !errors.Is(err, c.want) {
				t.Errorf("%s: %v", name, err)
			}
		})
		if r.begun < 2 {
			t.Errorf("%s: the file was not read again, so this tests nothing", name)
		}
	}
	// Another photograph of the same length and size is simply that one.
	other := fmt.Appendf(nil, "%s", first)
	r := &changing{Reader: bytes.NewReader(first), next: other}
	if _, err := New(Options{}).Render(t.Context(), r, int64(len(first)), []Recipe{{Width: 20, Height: 15, Fit: Cover}}, func(o Output) error { return o.Err }); err != nil {
		t.Error(err)
	}
}
