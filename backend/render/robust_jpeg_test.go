package render

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"slices"
	"strings"
	"testing"
)

// ycc takes a picture apart as a JPEG file has it.
func ycc(r, g, b uint8) []uint8 {
	y, cb, cr := color.RGBToYCbCr(r, g, b)
	return []uint8{y, cb, cr}
}

func awkwardEXIF(t *testing.T) {
	m := quarters(40, 30)
	padded := append([]byte{0xff, 0xff, 0xff}, exifSegment(6)...)
	broken := exifBlock(6)
	broken[8], broken[9] = 0xff, 0xff // more entries than there are
	for name, c := range map[string]struct {
		segments [][]byte
		want     int
		warned   bool
	}{
		"after XMP":                 {[][]byte{xmpSegment(), exifSegment(6)}, 6, false},
		"after JFIF and a profile":  {[][]byte{segment(markAPP0, []byte("JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00")), iccSegment(iccOf("sRGB", bt709, true)), exifSegment(8)}, 8, false},
		"after padding":             {[][]byte{padded}, 6, false},
		"of no orientation":         {[][]byte{exifSegment(0)}, 1, false},
		"of an orientation above 8": {[][]byte{exifSegment(9)}, 1, false},
		"of rubbish":                {[][]byte{segment(markAPP1, exifHead, []byte("no block"))}, 1, true},
		"with too many entries":     {[][]byte{segment(markAPP1, exifHead, broken)}, 6, false},
		"twice":                     {[][]byte{exifSegment(6), exifSegment(3)}, 3, false},
	} {
		file := jpegOf(t, m, c.segments...)
		info := probe(t, file)
		if info.Orientation != c.want || slices.Contains(info.warnings, WarnExif) != c.warned || !info.Private {
			t.Errorf("EXIF %s: %+v", name, info)
		}
		o := render1(t, file, Recipe{Width: 40, Height: 40, Fit: Inside})
		if open(t, o); o.Width != info.Width || o.Height != info.Height {
			t.Errorf("EXIF %s: %d×%d", name, o.Width, o.Height)
		}
		wantClean(t, name, o.Data)
	}
}

func printingColours(t *testing.T) {
	m := photo(64, 48)
	// No black at all, so that what comes out is what went in.
	ink := func(r, g, b uint8) []uint8 { return []uint8{255 - r, 255 - g, 255 - b, 0} }
	upside := func(r, g, b uint8) []uint8 { return []uint8{r, g, b, 255} }
	ycck := func(r, g, b uint8) []uint8 { return append(ycc(255-r, 255-g, 255-b), 255) }
	for name, c := range map[string]struct {
		writer oddJPEG
		set    func(r, g, b uint8) []uint8
	}{
		"plain":               {oddJPEG{adobe: -1}, ink},
		"plain, progressive":  {oddJPEG{adobe: -1, progressive: true}, ink},
		"Adobe, upside down":  {oddJPEG{adobe: 0}, upside},
		"Adobe, progressive":  {oddJPEG{adobe: 0, progressive: true}, upside},
		"Adobe, YCCK":         {oddJPEG{adobe: 2}, ycck},
		"plain with metadata": {oddJPEG{adobe: -1, segments: [][]byte{exifSegment(1), xmpSegment()}}, ink},
	} {
		file := c.writer.file(64, 48, samplesOf(m, c.set)...)
		o := render1(t, file, Recipe{Width: 64, Height: 48, Fit: Cover, Formats: []Format{PNG}})
		if p := psnr(t, open(t, o), m); p < 38 || !slices.Contains(o.Warnings, WarnCMYK) {
			t.Errorf("%s: PSNR %.1f, %q", name, p, o.Warnings)
		}
		if o = render1(t, file, Recipe{Width: 64, Height: 48, Fit: Cover}); o.Passed || o.Format != JPEG {
			t.Errorf("%s: passed=%v as %s: a network would show printing colours in its own way", name, o.Passed, o.Format)
		}
		wantClean(t, name, o.Data)
	}
}

func progressivePhotographs(t *testing.T) {
	m := photo(203, 131)
	planes := samplesOf(m, ycc)
	slow := (&oddJPEG{adobe: -1, progressive: true, segments: [][]byte{exifSegment(6)}}).file(203, 131, planes...)
	plain := (&oddJPEG{adobe: -1, segments: [][]byte{exifSegment(6)}}).file(203, 131, planes...)
	if info := probe(t, slow); !info.progressive {
		t.Fatal("the fixture is not progressive")
	}
	for _, r := range []Recipe{{Width: 131, Height: 203, Fit: Cover}, {Width: 60, Height: 60, Fit: Cover}, {Width: 16, Height: 16, Fit: Inside}} {
		r.Formats = []Format{PNG}
		a, b := open(t, render1(t, slow, r)), open(t, render1(t, plain, r))
		if p := psnr(t, a, b); p < 60 {
			t.Errorf("%d×%d: %.1f dB from the same picture in one scan", r.Width, r.Height, p)
		}
	}
}

// cutFiles are pictures of every format that can be decoded here, large enough that a hundredth of them is some bytes.
func cutFiles(t *testing.T) map[string][]byte {
	t.Helper()
	m := photo(160, 120)
	files := seeds(t)
	delete(files, "avif")
	delete(files, "heic")
	planes := samplesOf(m, ycc)
	files["jpeg"] = jpegOf(t, m, exifSegment(6), xmpSegment())
	files["progressive"] = (&oddJPEG{adobe: -1, progressive: true}).file(160, 120, planes...)
	files["png"] = pngOf(t, m, iccChunk(t, iccOf("Display P3", p3, true)))
	files["webp"] = webpOf(t, m)
	return files
}

func cutEverywhere(t *testing.T) {
	e := New(Options{})
	recipes := []Recipe{{Width: 20, Height: 15, Fit: Cover}, {Width: 160, Height: 160, Fit: Inside, Formats: []Format{JPEG, PNG, GIF, WebP}}}
	for name, file := range cutFiles(t) {
		bad := 0
		for percent := range 100 {
			for _, engine := range []*Engine{e, e.Partial()} {
				outputs, err := tryRender(t, engine, file[:len(file)*percent/100], recipes...)
				if err != nil && !isNamed(err) {
					t.Errorf("%s at %d %%: %v", name, percent, err)
				}
				for _, o := range outputs {
					if err == nil {
						open(t, o)
					}
				}
				if err != nil && engine == e {
					bad++
				}
			}
		}
		// An animation's later frames, and what stands behind the pixels, may be missing.
		if least := 95; bad < least && name != "webp-animated" {
			t.Errorf("%s: only %d of 100 cuts were noticed", name, bad)
		}
	}
}

func partOfJPEG(t *testing.T) {
	m := photo(320, 240)
	planes := samplesOf(m, ycc)
	for name, file := range map[string][]byte{
		"baseline":    jpegOf(t, m),
		"4:4:4":       (&oddJPEG{adobe: -1}).file(320, 240, planes...),
		"progressive": (&oddJPEG{adobe: -1, progressive: true}).file(320, 240, planes...),
		"grey":        jpegOf(t, grey(m)),
	} {
		e := New(Options{})
		r := Recipe{Width: 320, Height: 320, Fit: Inside, Formats: []Format{JPEG, PNG}}
		whole, err := tryRender(t, e.Partial(), file, r)
		if err != nil || !whole[0].Passed || slices.Contains(whole[0].Warnings, WarnDamaged) {
			t.Errorf("%s: a whole one is not passed through: %v", name, err)
		}
		cut := file[:len(file)*6/10]
		if _, err := tryRender(t, e, cut, r); !errors.Is(err, ErrTruncated) {
			t.Errorf("%s: unasked: %v", name, err)
		}
		part, err := tryRender(t, e.Partial(), cut, r)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		o := part[0]
		if o.Passed || !slices.Contains(o.Warnings, WarnDamaged) || o.Width != 320 || o.Height != 240 {
			t.Errorf("%s: passed=%v %d×%d, %q", name, o.Passed, o.Width, o.Height, o.Warnings)
		}
		// The upper third is there. A progressive one is there in outline everywhere.
		got, want := openPart(t, o, 80), openPart(t, whole[0], 80)
		if p := psnr(t, got, want); p < 30 && name != "progressive" || p < 18 {
			t.Errorf("%s: %.1f dB in the part there is", name, p)
		}
		// Rubbish in the middle, as a failing card writes it.
		rubbish := bytes.Clone(file)
		copy(rubbish[len(file)*7/10:], bytes.Repeat([]byte{0xff, 0x05}, 100))
		if part, err = tryRender(t, e.Partial(), rubbish, r); err != nil || !slices.Contains(part[0].Warnings, WarnDamaged) || part[0].Passed {
			t.Errorf("%s, rubbish: %v", name, err)
		}
	}
	// Of pixels that are all missing there is nothing to show.
	file := jpegOf(t, m)
	head := file[:bytes.Index(file, []byte{0xff, markSOS})+16]
	if _, err := tryRender(t, New(Options{}).Partial(), head); !errors.Is(err, ErrTruncated) {
		t.Errorf("no pixels: %v", err)
	}
}

func openPart(t *testing.T, o Output, rows int) image.Image {
	t.Helper()
	m, _ := normalise(open(t, o))
	return m.SubImage(image.Rect(0, 0, o.Width, rows))
}

func grey(m *image.NRGBA) *image.Gray {
	out := image.NewGray(m.Rect)
	for y := range m.Rect.Dy() {
		for x := range m.Rect.Dx() {
			out.Set(x, y, m.At(x, y))
		}
	}
	return out
}

func otherJPEG(t *testing.T) {
	good := jpegOf(t, photo(60, 40))
	at := bytes.Index(good, []byte{0xff, markSOF0})
	with := func(offset int, b byte) []byte {
		file := bytes.Clone(good)
		file[at+offset] = b
		return file
	}
	conditioned := append(append(bytes.Clone(good[:at]), segment(markDAC, []byte{0, 0})...), good[at:]...)
	for _, c := range []struct {
		file []byte
		says string
	}{
		{with(1, 0xc3), "lossless"},
		{with(1, 0xc5), "hierarchical"},
		{with(1, 0xc9), "arithmetic"},
		{with(1, 0xca), "arithmetic"},
		{conditioned, "arithmetic"},
		{with(4, 12), "12 bits"},
		{with(4, 16), "16 bits"},
		{with(9, 2), "2 colour components"},
	} {
		for _, e := range []*Engine{New(Options{}), New(Options{General: true}), New(Options{}).Partial()} {
			if _, err := tryRender(t, e, c.file); !errors.Is(err, ErrUnsupported) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%s: %v", c.says, err)
			}
		}
	}
}

func gainMaps(t *testing.T) {
	m := photo(64, 48)
	bare := jpegOf(t, m)
	xmp := segment(markAPP1, []byte("http://ns.adobe.com/xap/1.0/\x00<x:xmpmeta><rdf:Description xmlns:hdrgm=\"http://ns.adobe.com/hdr-gain-map/1.0/\" hdrgm:Version=\"1.0\"/></x:xmpmeta>"))
	iso := segment(markAPP2, []byte("urn:iso:std:iso:ts:21496:-1\x00\x00\x00\x00\x00"))
	mpf := segment(markAPP2, []byte("MPF\x00MM\x00*\x00\x00\x00\x08"))
	second := jpegOf(t, grey(photo(16, 12)))
	for name, file := range map[string][]byte{
		"Android": append(jpegOf(t, m, exifSegment(1), xmp, mpf), second...),
		"ISO":     append(jpegOf(t, m, iso, mpf), second...),
		"both":    append(jpegOf(t, m, xmp, iso, mpf), second...),
	} {
		info := probe(t, file)
		said := 0
		for _, w := range info.warnings {
			if w == WarnGainMap {
				said++
			}
		}
		if said != 1 || info.Width != 64 {
			t.Errorf("%s: said %d times, %d wide", name, said, info.Width)
		}
		o := render1(t, file, Recipe{Width: 64, Height: 48, Fit: Cover})
		if !o.Passed || bytes.Contains(o.Data, second[:4]) && bytes.Count(o.Data, []byte{0xff, markSOI}) != 1 {
			t.Errorf("%s: passed=%v with %d starts", name, o.Passed, bytes.Count(o.Data, []byte{0xff, markSOI}))
		}
		wantClean(t, name, o.Data)
		if p := psnr(t, open(t, o), open(t, Output{Data: bare, Format: JPEG, Width: 64, Height: 48})); p != 100 {
			t.Errorf("%s: the base picture changed: %.1f dB", name, p)
		}
		if o = render1(t, file, Recipe{Width: 32, Height: 24, Fit: Cover}); !slices.Contains(o.Warnings, WarnGainMap) {
			t.Errorf("%s: nothing was said: %q", name, o.Warnings)
		}
	}
	if info := probe(t, jpegOf(t, m, xmpSegment(), mpf)); slices.Contains(info.warnings, WarnGainMap) {
		t.Error("a second picture alone is no gain map")
	}
}

func greyPhotographs(t *testing.T) {
	m := photo(120, 90)
	for name, file := range map[string][]byte{
		"baseline":    jpegOf(t, grey(m)),
		"progressive": (&oddJPEG{adobe: -1, progressive: true}).file(120, 90, grey(m).Pix),
		"wide":        jpegOf(t, grey(m), iccSegment(iccOf("Display P3", p3, true))),
	} {
		o := render1(t, file, Recipe{Width: 60, Height: 45, Fit: Cover})
		out, err := jpeg.Decode(bytes.NewReader(o.Data))
		if err != nil {
			t.Fatal(err)
		}
		for y := range 45 {
			for x := range 60 {
				r, g, b, _ := out.At(x, y).RGBA()
				if r != g || g != b {
					t.Fatalf("%s: %v at %d,%d", name, out.At(x, y), x, y)
				}
			}
		}
		want := open(t, render1(t, file, Recipe{Width: 60, Height: 45, Fit: Cover, Formats: []Format{PNG}}))
		if p := lumaPSNR(t, out, want); p < 30 {
			t.Errorf("%s: %.1f dB", name, p)
		}
		blue := color.NRGBA{20, 40, 220, 255}
		o = render1(t, file, Recipe{Width: 60, Height: 60, Fit: Contain, Background: blue})
		if out := open(t, o); !near(out.At(30, 2), blue, 12) {
			t.Errorf("%s: on blue: %v", name, out.At(30, 2))
		}
	}
}
