package render

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/gif"
	"testing"
	"time"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"
)

func probe(t testing.TB, file []byte) Info {
	t.Helper()
	info, err := Probe(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatalf("probe: %v", err)
	}
	return info
}

func TestAFormatIsKnownByItsContent(t *testing.T) {
	m := photo(40, 30)
	var gifFile, tiffFile, bmpFile bytes.Buffer
	if err := gif.Encode(&gifFile, m, nil); err != nil {
		t.Fatal(err)
	}
	if err := tiff.Encode(&tiffFile, m, nil); err != nil {
		t.Fatal(err)
	}
	if err := bmp.Encode(&bmpFile, m); err != nil {
		t.Fatal(err)
	}
	files := map[Format][]byte{
		JPEG: jpegOf(t, m), PNG: pngOf(t, m), GIF: gifFile.Bytes(), WebP: webpOf(t, m),
		TIFF: tiffFile.Bytes(), BMP: bmpFile.Bytes(),
	}
	for want, file := range files {
		info := probe(t, file)
		if info.Format != want || info.Width != 40 || info.Height != 30 || info.Frames != 1 || info.Animated {
			t.Errorf("%s: got %+v", want, info)
		}
		o := render1(t, file, Recipe{Width: 20, Height: 15, Fit: Cover})
		open(t, o)
	}
}

func TestAVideoIsNamedAndNotRendered(t *testing.T) {
	files := map[Format]string{
		MP4:  "\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isommp42",
		MOV:  "\x00\x00\x00\x14ftypqt  \x00\x00\x00\x00qt  ",
		WebM: "\x1a\x45\xdf\xa3\x01\x00\x00\x00",
	}
	for want, file := range files {
		if info := probe(t, []byte(file)); info.Format != want || !info.Format.IsVideo() {
			t.Errorf("got %q, want %q", info.Format, want)
		}
		_, err := New(Options{}).RenderBytes(t.Context(), []byte(file), []Recipe{{Width: 1, Height: 1, Fit: Cover}}, nil)
		if !errors.Is(err, ErrUnsupported) {
			t.Errorf("%s: %v", want, err)
		}
	}
}

func TestOrientationIsReadFromEveryPlaceItIsWritten(t *testing.T) {
	m := photo(40, 30)
	webp := webpOf(t, m)
	head := make([]byte, 10)
	head[0] = 0x08
	putUint24(head[4:], 39)
	putUint24(head[7:], 29)
	extended := []byte("RIFF\x00\x00\x00\x00WEBP")
	extended = appendChunk(extended, "VP8X", head)
	for _, c := range webpChunks(webp) {
		if c.kind == "VP8L" {
			extended = appendChunk(extended, c.kind, c.body)
		}
	}
	withEXIF := func(block []byte) []byte {
		return closeRIFF(appendChunk(bytes.Clone(extended), "EXIF", block))
	}
	files := map[string][]byte{
		"first APP1":      jpegOf(t, m, exifSegment(6)),
		"APP1 after XMP":  jpegOf(t, m, xmpSegment(), exifSegment(6)),
		"PNG eXIf":        pngOf(t, m, pngChunk("eXIf", exifBlock(6))),
		"WebP EXIF":       withEXIF(exifBlock(6)),
		"WebP with Exif0": withEXIF(append(bytes.Clone(exifHead), exifBlock(6)...)),
	}
	for name, file := range files {
		info := probe(t, file)
		if info.Orientation != 6 || info.Width != 30 || info.Height != 40 || info.StoredWidth != 40 || !info.Private {
			t.Errorf("%s: got %+v", name, info)
		}
		if o := render1(t, file, Recipe{Width: 30, Height: 40, Fit: Inside}); o.Width != 30 || o.Height != 40 || o.Passed {
			t.Errorf("%s: rendered %d×%d passed=%v", name, o.Width, o.Height, o.Passed)
		}
	}
}

func TestTheFactsOfAPhotographAreRead(t *testing.T) {
	info := probe(t, jpegOf(t, photo(40, 30), exifSegment(1)))
	m := info.Meta
	want := time.Date(2026, 5, 1, 16, 30, 0, 0, time.UTC)
	if !m.Taken.Equal(want) || !m.ZoneKnown {
		t.Errorf("taken %v, zone known %v", m.Taken, m.ZoneKnown)
	}
	if m.Make != "Postbag" || m.Model != "Postbag sample" || m.Lens != "50mm f/1.8" {
		t.Errorf("camera %q %q %q", m.Make, m.Model, m.Lens)
	}
	if !m.HasPlace || m.Latitude < 38.70 || m.Latitude > 38.72 || m.Longitude > -9.13 || m.Longitude < -9.15 {
		t.Errorf("place %v %v %v", m.HasPlace, m.Latitude, m.Longitude)
	}
}

func TestAnAnimationIsRecognised(t *testing.T) {
	frame := func(c color.Color) *image.Paletted {
		m := image.NewPaletted(image.Rect(0, 0, 8, 6), color.Palette{c, color.White})
		return m
	}
	var b bytes.Buffer
	err := gif.EncodeAll(&b, &gif.GIF{Image: []*image.Paletted{frame(color.Black), frame(color.White), frame(color.Black)}, Delay: []int{5, 5, 5}})
	if err != nil {
		t.Fatal(err)
	}
	if info := probe(t, b.Bytes()); info.Frames != 3 || !info.Animated {
		t.Errorf("gif: %d frames", info.Frames)
	}
	if info := probe(t, animatedWebP(t)); info.Frames != 2 || !info.Animated || info.Width != 20 || info.Height != 16 {
		t.Errorf("webp: %+v", info)
	}
	apng := pngOf(t, photo(8, 8), pngChunk("acTL", []byte{0, 0, 0, 4, 0, 0, 0, 0}))
	if info := probe(t, apng); info.Frames != 4 || !info.Animated {
		t.Errorf("png: %d frames", info.Frames)
	}
}

// animatedWebP has two frames on a canvas of 20×16; the first is red, 8×6 at 4,2.
func animatedWebP(t testing.TB) []byte {
	t.Helper()
	head := make([]byte, 10)
	head[0] = 0x02 | 0x10
	putUint24(head[4:], 19)
	putUint24(head[7:], 15)
	out := []byte("RIFF\x00\x00\x00\x00WEBP")
	out = appendChunk(out, "VP8X", head)
	out = appendChunk(out, "ANIM", make([]byte, 6))
	for range 2 {
		m := image.NewNRGBA(image.Rect(0, 0, 8, 6))
		for i := 0; i < len(m.Pix); i += 4 {
			m.Pix[i], m.Pix[i+3] = 255, 255
		}
		body := make([]byte, 16)
		putUint24(body, 2)
		putUint24(body[3:], 1)
		putUint24(body[6:], 7)
		putUint24(body[9:], 5)
		for _, c := range webpChunks(webpOf(t, m)) {
			if c.kind == "VP8L" {
				body = appendChunk(body, c.kind, c.body)
			}
		}
		out = appendChunk(out, "ANMF", body)
	}
	return closeRIFF(out)
}

// heifBoxes builds the head of a HEIC or AVIF file without pixels.
func heifBoxes(brand string, width, height uint32, rotate bool, colr []byte) []byte {
	box := func(kind string, body ...[]byte) []byte {
		all := bytes.Join(body, nil)
		n := uint32(len(all) + 8)
		return append([]byte{byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n), kind[0], kind[1], kind[2], kind[3]}, all...)
	}
	u32 := func(v uint32) []byte { return []byte{byte(v >> 24), byte(v >> 16), byte(v >> 8), byte(v)} }
	zero := make([]byte, 4)
	properties := [][]byte{box("ispe", zero, u32(width), u32(height)), box("colr", colr)}
	links := []byte{1, 2}
	if rotate {
		properties = append(properties, box("irot", []byte{1}))
		links = append(links, 3)
	}
	return bytes.Join([][]byte{
		box("ftyp", []byte("mif1"), zero, []byte("mif1"+brand)),
		box("meta", zero,
			box("pitm", zero, []byte{0, 1}),
			box("iprp", box("ipco", properties...),
				box("ipma", zero, u32(1), []byte{0, 1, byte(len(links))}, links))),
	}, nil)
}

func TestAHEICHeaderGivesTheSizeAsSeenAndTheColours(t *testing.T) {
	info := probe(t, heifBoxes("heic", 4032, 3024, true, []byte("nclx\x00\x0c\x00\x0d\x00\x06\x80")))
	if info.Format != HEIC || info.Width != 3024 || info.Height != 4032 || info.Orientation != 1 {
		t.Errorf("got %+v", info)
	}
	if info.Profile != ProfileMatrix {
		t.Errorf("primaries 12 are Display P3, got %q", info.Profile)
	}
	info = probe(t, heifBoxes("heic", 64, 48, false, append([]byte("prof"), iccOf("Display P3", p3, true)...)))
	if info.Profile != ProfileMatrix || info.ProfileName != "Display P3" {
		t.Errorf("got %q %q", info.Profile, info.ProfileName)
	}
}

func TestAnAVIFIsKnownAndCannotBeRenderedYet(t *testing.T) {
	file := heifBoxes("avif", 640, 480, false, []byte("nclx\x00\x01\x00\x0d\x00\x06\x80"))
	info, err := Probe(bytes.NewReader(file), int64(len(file)))
	if !errors.Is(err, ErrUnsupported) || info.Format != AVIF || info.Width != 640 {
		t.Errorf("got %v, %+v", err, info)
	}
}

func TestAProfileIsNamedAndWeighed(t *testing.T) {
	m := photo(16, 16)
	for _, c := range []struct {
		icc  []byte
		kind ProfileKind
		name string
	}{
		{iccOf("Display P3", p3, true), ProfileMatrix, "Display P3"},
		{iccOf("Adobe RGB (1998)", adobeRGB, false), ProfileMatrix, "Adobe RGB (1998)"},
		{iccOf("sRGB IEC61966-2.1", bt709, true), ProfileSRGB, "sRGB IEC61966-2.1"},
		{[]byte("no profile at all"), ProfileUnusable, ""},
	} {
		info := probe(t, jpegOf(t, m, iccSegment(c.icc)))
		if info.Profile != c.kind || info.ProfileName != c.name {
			t.Errorf("%s: got %q %q", c.name, info.Profile, info.ProfileName)
		}
	}
}

func BenchmarkProbe(b *testing.B) {
	file := jpegOf(b, photo(1200, 800), xmpSegment(), exifSegment(6), iccSegment(iccOf("Display P3", p3, true)))
	r := bytes.NewReader(file)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Probe(r, int64(len(file))); err != nil {
			b.Fatal(err)
		}
	}
}
