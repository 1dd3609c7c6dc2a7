package render

import (
	"bytes"
	"image"
	"image/color"
	"image/gif"
	"testing"
)

// secrets must not be found in any output, wherever they stood in the input.
var secrets = [][]byte{
	[]byte("Exif"), []byte("http://ns.adobe.com"), []byte("xmpmeta"), []byte("ICC_PROFILE"), []byte("iCCP"), []byte("ICCP"),
	[]byte("eXIf"), []byte("EXIF"), []byte("GPS"), []byte("Postbag sample"), []byte("2026:05:01"), []byte("secret"), []byte("Photoshop"),
}

func wantClean(t *testing.T, name string, data []byte) {
	t.Helper()
	for _, s := range secrets {
		if bytes.Contains(data, s) {
			t.Errorf("%s: %q is in the output", name, s)
		}
	}
	// The place itself, as the rationals of exifBlock write it.
	if bytes.Contains(data, []byte{0, 0, 0, 38, 0, 0, 0, 1, 0, 0, 0, 42}) {
		t.Errorf("%s: the latitude is in the output", name)
	}
}

func TestAnOriginalThatFitsIsPassedThroughUntouched(t *testing.T) {
	var gifFile bytes.Buffer
	if err := gif.Encode(&gifFile, quarters(40, 30), nil); err != nil {
		t.Fatal(err)
	}
	m := photo(40, 30)
	for f, file := range map[Format][]byte{JPEG: jpegOf(t, m), PNG: pngOf(t, m), WebP: webpOf(t, m), GIF: gifFile.Bytes()} {
		for _, fit := range []Fit{Cover, Contain, Inside} {
			o := render1(t, file, Recipe{Width: 40, Height: 30, Fit: fit, Formats: []Format{f, PNG}})
			if !o.Passed || o.Format != f || !bytes.Equal(o.Data, file) {
				t.Errorf("%s %s: passed=%v, %d bytes of %d", f, fit, o.Passed, len(o.Data), len(file))
			}
		}
	}
}

func TestMetadataIsTakenAwayWithoutTouchingAPixel(t *testing.T) {
	m := photo(40, 30)
	bare := jpegOf(t, m)
	jfifPreview := segment(markAPP0, append([]byte("JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x01\x01"), 1, 2, 3))
	dirty := jpegOf(t, m, jfifPreview, exifSegment(1), xmpSegment(), iccSegment(iccOf("sRGB", bt709, true)),
		segment(0xed, []byte("Photoshop 3.0\x00secret")), segment(markCOM, []byte("secret")), segment(markAPP2, []byte("MPF\x00secret")))
	dirty = append(append(dirty, bare...), "secret video"...)
	o := render1(t, dirty, Recipe{Width: 40, Height: 30, Fit: Cover})
	if !o.Passed {
		t.Fatal("not passed through")
	}
	wantClean(t, "jpeg", o.Data)
	if p := psnr(t, open(t, o), open(t, Output{Data: bare, Format: JPEG, Width: 40, Height: 30})); p != 100 {
		t.Errorf("pixels changed: PSNR %.1f", p)
	}

	dirtyPNG := pngOf(t, m, iccChunk(t, iccOf("sRGB", bt709, true)), pngChunk("eXIf", exifBlock(1)),
		pngChunk("tEXt", []byte("Comment\x00secret")), pngChunk("tIME", []byte{7, 234, 5, 1, 1, 1, 1}), pngChunk("prVW", []byte("secret")))
	o = render1(t, append(dirtyPNG, "secret"...), Recipe{Width: 40, Height: 30, Fit: Inside})
	if !o.Passed || !bytes.Equal(o.Data, pngOf(t, m)) {
		t.Errorf("png: passed=%v, %d bytes", o.Passed, len(o.Data))
	}

	webp := webpOf(t, m)
	head := make([]byte, 10)
	head[0] = 0x20 | 0x08 | 0x04
	putUint24(head[4:], 39)
	putUint24(head[7:], 29)
	dirtyWebP := appendChunk([]byte("RIFF\x00\x00\x00\x00WEBP"), "VP8X", head)
	dirtyWebP = appendChunk(dirtyWebP, "ICCP", iccOf("sRGB", bt709, true))
	for _, c := range webpChunks(webp) {
		dirtyWebP = appendChunk(dirtyWebP, c.kind, c.body)
	}
	dirtyWebP = appendChunk(dirtyWebP, "EXIF", exifBlock(1))
	dirtyWebP = closeRIFF(appendChunk(dirtyWebP, "XMP ", []byte("<x:xmpmeta>secret</x:xmpmeta>")))
	o = render1(t, dirtyWebP, Recipe{Width: 40, Height: 30, Fit: Cover, Formats: []Format{WebP}})
	if !o.Passed || psnr(t, open(t, o), m) != 100 {
		t.Errorf("webp: passed=%v", o.Passed)
	}
	wantClean(t, "webp", o.Data)

	var gifFile bytes.Buffer
	if err := gif.Encode(&gifFile, quarters(40, 30), nil); err != nil {
		t.Fatal(err)
	}
	clean := gifFile.Bytes()
	end := len(clean) - 1
	dirtyGIF := append(bytes.Clone(clean[:end]), "\x21\xfe\x06secret\x00\x21\xff\x0bXMP DataXMP\x06secret\x00;secret"...)
	o = render1(t, dirtyGIF, Recipe{Width: 40, Height: 30, Fit: Cover, Formats: []Format{GIF, PNG}})
	if !o.Passed || !bytes.Equal(o.Data, clean) {
		t.Errorf("gif: passed=%v, %d bytes of %d", o.Passed, len(o.Data), len(clean))
	}
}

func TestAnOriginalThatDoesNotFitIsRendered(t *testing.T) {
	m := photo(40, 30)
	good := Recipe{Width: 40, Height: 30, Fit: Cover}
	with := func(change func(*Recipe)) Recipe {
		r := good
		change(&r)
		return r
	}
	half := image.NewNRGBA(image.Rect(0, 0, 40, 30))
	half.Set(1, 1, color.White)
	for _, c := range []struct {
		name string
		file []byte
		r    Recipe
	}{
		{"turned", jpegOf(t, m, exifSegment(3)), good},
		{"another profile", jpegOf(t, m, iccSegment(iccOf("Display P3", p3, true))), good},
		{"another format", jpegOf(t, m), with(func(r *Recipe) { r.Formats = []Format{PNG} })},
		{"too many bytes", jpegOf(t, m), with(func(r *Recipe) { r.MaxBytes = int64(len(jpegOf(t, m)) - 1) })},
		{"another size", jpegOf(t, m), with(func(r *Recipe) { r.Width = 30 })},
		{"cropped", jpegOf(t, m), with(func(r *Recipe) { r.Crop = &Rect{0, 0, 0.5, 0.5} })},
		{"transparent on a colour", pngOf(t, half), with(func(r *Recipe) { r.Background = color.NRGBA{1, 2, 3, 255} })},
		{"printing colours", cmykJPEG(), Recipe{Width: 8, Height: 8, Fit: Cover}},
	} {
		if o := render1(t, c.file, c.r); o.Passed {
			t.Errorf("%s: was passed through", c.name)
		} else {
			wantClean(t, c.name, o.Data)
		}
	}
}

func TestARenditionCarriesNoMetadata(t *testing.T) {
	file := jpegOf(t, photo(80, 60), exifSegment(6), xmpSegment(), iccSegment(iccOf("Display P3", p3, true)), segment(markCOM, []byte("secret")))
	for _, f := range []Format{JPEG, PNG, WebP, PDF} {
		o := render1(t, file, Recipe{Width: 30, Height: 30, Fit: Cover, Formats: []Format{f}})
		wantClean(t, string(f), o.Data)
	}
}
