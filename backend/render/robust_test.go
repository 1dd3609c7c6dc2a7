package render

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/gif"
	"runtime"
	"slices"
	"strings"
	"testing"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"
	"golang.org/x/image/webp"
)

// Every kind of awkward file that is known to trouble picture programs, a row each, on files made here. A
// further one belongs in this table.
func TestAwkwardFiles(t *testing.T) {
	for _, row := range []struct {
		name string
		test func(t *testing.T)
	}{
		{"palettes with an index beyond them", palettesBeyond},
		{"TIFF: strips outside, CMYK, CIELab, half of a header", awkwardTIFF},
		{"WebP: animated, cut, of two sizes", awkwardWebP},
		{"EXIF orientation in every format, on both paths", orientations},
		{"EXIF after XMP, after padding, damaged, twice", awkwardEXIF},
		{"ICC: wide, grey, in pieces, a bomb, of another model", awkwardProfiles},
		{"CMYK JPEG, upside down and not", printingColours},
		{"progressive JPEG", progressivePhotographs},
		{"sixteen bits in PNG and TIFF", sixteenBits},
		{"bombs: pixels, frames, metadata, compression", bombs},
		{"files cut at every hundredth", cutEverywhere},
		{"a cut or damaged JPEG gives the part there is", partOfJPEG},
		{"arithmetic, lossless, hierarchical and 12-bit JPEG", otherJPEG},
		{"alpha to JPEG on the background", alphaToJPEG},
		{"animated GIF: the first frame as it is shown", firstFrame},
		{"gain map: the base picture, and a word", gainMaps},
		{"grey JPEG", greyPhotographs},
		{"a name that says another format", wrongNames},
		{"no bytes at all", noBytes},
		{"a file that changes or shrinks while it is read", changingFiles},
	} {
		t.Run(row.name, row.test)
	}
}

// tryRender renders a file and returns the first error, of the file or of a recipe.
func tryRender(t *testing.T, e *Engine, file []byte, recipes ...Recipe) (list []Output, err error) {
	t.Helper()
	if len(recipes) == 0 {
		recipes = []Recipe{{Width: 20, Height: 15, Fit: Cover}}
	}
	list = make([]Output, len(recipes))
	_, err = e.RenderBytes(t.Context(), file, recipes, func(o Output) error {
		list[o.Recipe] = o
		return o.Err
	})
	return list, err
}

func isNamed(err error) bool {
	return slices.ContainsFunc([]error{ErrEmpty, ErrFormat, ErrUnsupported, ErrDamaged, ErrTooManyPixels, ErrTooLarge},
		func(known error) bool { return errors.Is(err, known) })
}

// everyFit asks for a picture in every way that there is.
func everyFit() []Recipe {
	var list []Recipe
	for _, f := range [][]Format{{JPEG}, {PNG}, {WebP}} {
		for _, fit := range []Fit{Cover, Contain, Inside} {
			list = append(list, Recipe{Width: 9, Height: 5, Fit: fit, Formats: f}, Recipe{Width: 40, Height: 30, Fit: fit, Formats: f},
				Recipe{Width: 50, Height: 70, Fit: fit, Formats: f, Enlarge: true})
		}
	}
	return list
}

func palettesBeyond(t *testing.T) {
	m := image.NewPaletted(image.Rect(0, 0, 40, 30), color.Palette{color.White, color.NRGBA{200, 30, 30, 255}, color.Black, color.Black})
	for i := range m.Pix {
		m.Pix[i] = uint8(i % 4)
	}
	pngFile := pngOf(t, m)
	at := bytes.Index(pngFile, []byte("PLTE")) - 4
	short := append(bytes.Clone(pngFile[:at]), pngChunk("PLTE", []byte{255, 255, 255})...)
	short = append(short, pngFile[at+12+4*3:]...)
	none := append(bytes.Clone(pngFile[:at]), pngFile[at+12+4*3:]...)
	var gifFile, bmpFile, tiffFile bytes.Buffer
	for _, err := range []error{gif.Encode(&gifFile, m, nil), bmp.Encode(&bmpFile, m), tiff.Encode(&tiffFile, m, nil)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	gifCrafted := gifFile.Bytes()
	gifCrafted[10] &^= 7 // a global palette of two instead of four
	gifCrafted = append(gifCrafted[:13+6:13+6], gifCrafted[13+12:]...)
	bmpCrafted := bmpFile.Bytes()
	bmpCrafted[46], bmpCrafted[47] = 1, 0 // one colour of 256
	for name, file := range map[string][]byte{
		"png, one of four": short, "png, none": none, "gif, two of four": gifCrafted, "bmp, one of 256": bmpCrafted, "tiff": tiffFile.Bytes(),
		"gif, short": bytes.Clone(gifCrafted)[:len(gifCrafted)-30],
	} {
		outputs, err := tryRender(t, New(Options{}), file, everyFit()...)
		if err != nil && !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrUnsupported) {
			t.Errorf("%s: %v", name, err)
		}
		for _, o := range outputs {
			if err == nil {
				open(t, o)
			}
		}
	}
}

func awkwardTIFF(t *testing.T) {
	lab := oddTIFF{width: 8, height: 6, photometric: 8, bits: 8, samples: 3, pixels: make([]byte, 8*6*3)}
	cmyk := oddTIFF{width: 8, height: 6, photometric: 5, bits: 8, samples: 4, pixels: make([]byte, 8*6*4)}
	whole := oddTIFF{width: 8, height: 6, photometric: 2, bits: 8, samples: 3, pixels: bytes.Repeat([]byte{200, 100, 50}, 48)}
	if out := open(t, render1(t, whole.file(), Recipe{Width: 8, Height: 6, Fit: Cover, Formats: []Format{PNG}})); !near(out.At(3, 3), color.NRGBA{200, 100, 50, 255}, 0) {
		t.Errorf("what the fixtures are changed from is itself no picture: %v", out.At(3, 3))
	}
	huge := whole
	huge.width, huge.height = 10_000, 10_000
	for _, c := range []struct {
		name string
		file []byte
		want error
		says string
	}{
		{"a strip outside", craftedTIFF(t, 273, 0xfffffff0), ErrDamaged, ""},
		{"a strip just over the end", craftedTIFF(t, 273, 40*30*4), ErrDamaged, ""},
		{"a strip of four gigabytes", craftedTIFF(t, 279, 0xffffffff), ErrDamaged, ""},
		{"CMYK", cmyk.file(), ErrUnsupported, "RGB"},
		{"CIELab", lab.file(), ErrUnsupported, "RGB"},
		{"100 megapixels in some bytes", huge.file(), ErrTruncated, ""},
		{"BigTIFF", []byte("II+\x00\x08\x00\x00\x00\x10\x00\x00\x00\x00\x00\x00\x00"), ErrFormat, "BigTIFF"},
		{"a directory that points at itself", []byte("MM\x00*\x00\x00\x00\x08\x00\x01\x87\x69\x00\x04\x00\x00\x00\x01\x00\x00\x00\x08\x00\x00\x00\x08"), ErrDamaged, ""},
	} {
		_, err := tryRender(t, New(Options{}), c.file)
		if !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func awkwardWebP(t *testing.T) {
	o := render1(t, animatedWebP(t), Recipe{Width: 20, Height: 16, Fit: Cover, Formats: []Format{PNG}})
	if out := open(t, o); !near(out.At(6, 4), color.NRGBA{255, 0, 0, 255}, 0) || !near(out.At(1, 1), color.NRGBA{}, 0) || !slices.Contains(o.Warnings, WarnAnimation) {
		t.Errorf("animated: %v %v, %q", out.At(6, 4), out.At(1, 1), o.Warnings)
	}
	// Nothing but zeros is a lossy picture without a pattern. Its brightness is meant in the range of television.
	vp8 := append([]byte{0x10, 0x10, 0, 0x9d, 0x01, 0x2a, 32, 0, 32, 0}, make([]byte, 2000)...)
	lossy := closeRIFF(appendChunk([]byte("RIFF\x00\x00\x00\x00WEBP"), "VP8 ", vp8))
	alpha := appendChunk([]byte("RIFF\x00\x00\x00\x00WEBP"), "VP8X", []byte{0x10, 0, 0, 0, 31, 0, 0, 31, 0, 0})
	alpha = appendChunk(alpha, "ALPH", append([]byte{0}, bytes.Repeat([]byte{200}, 32*32)...))
	alpha = closeRIFF(appendChunk(alpha, "VP8 ", vp8))
	for name, file := range map[string][]byte{"lossy": lossy, "lossy with alpha": alpha} {
		raw, err := webp.Decode(bytes.NewReader(file))
		if err != nil {
			t.Fatal(err)
		}
		light, alpha := uint8(0), uint8(255)
		switch m := raw.(type) {
		case *image.YCbCr:
			light = m.Y[m.YOffset(16, 16)]
		case *image.NYCbCrA:
			light, alpha = m.Y[m.YOffset(16, 16)], 200
		}
		light = uint8((float64(light)-16)*255/219 + 0.5)
		out := open(t, render1(t, file, Recipe{Width: 16, Height: 16, Fit: Cover, Formats: []Format{PNG}}))
		if got := color.NRGBAModel.Convert(out.At(8, 8)).(color.NRGBA); !near(got, color.NRGBA{light, light, light, alpha}, 1) || light < 130 {
			t.Errorf("%s: %v, want %d", name, got, light)
		}
	}
	outside := animatedWebP(t)
	at := bytes.Index(outside, []byte("ANMF"))
	putUint24(outside[at+8:], 1<<20) // the frame lies beyond the canvas
	still := webpOf(t, photo(40, 30))
	two := appendChunk([]byte("RIFF\x00\x00\x00\x00WEBP"), "VP8X", []byte{0, 0, 0, 0, 99, 0, 0, 99, 0, 0})
	for _, c := range webpChunks(still) {
		if c.kind == "VP8L" {
			two = appendChunk(two, c.kind, c.body)
		}
	}
	for name, file := range map[string][]byte{
		"a frame outside": outside, "two sizes": closeRIFF(two), "half": still[:len(still)/2], "no chunk": []byte("RIFF\x04\x00\x00\x00WEBP"),
		"a chunk of four gigabytes": append(bytes.Clone(still[:16]), 0xff, 0xff, 0xff, 0xff, 0x2f, 0, 0, 0, 0, 0),
	} {
		if _, err := tryRender(t, New(Options{}), file); !errors.Is(err, ErrDamaged) && (name != "a frame outside" || err != nil) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func wrongNames(t *testing.T) {
	// No name comes this far: the engine is given bytes alone. What counts is that every pair of formats is told apart.
	for name, file := range seeds(t) {
		want, _, _ := strings.Cut(name, "-")
		info, err := Probe(bytes.NewReader(file), int64(len(file)))
		if err != nil && !errors.Is(err, ErrUnsupported) || string(info.Format) != want {
			t.Errorf("%s is taken for %q, %v", name, info.Format, err)
		}
	}
	for _, file := range []string{"<html><body>404</body></html>", "PK\x03\x04 an office document", "%PDF-1.7 a document", "\x7fELF a program"} {
		if _, err := tryRender(t, New(Options{}), []byte(file)); !errors.Is(err, ErrFormat) || err.Error() == ErrFormat.Error() {
			t.Errorf("%.6q: %v", file, err)
		}
	}
}

func noBytes(t *testing.T) {
	if _, err := tryRender(t, New(Options{}), nil); !errors.Is(err, ErrEmpty) {
		t.Errorf("got %v", err)
	}
}

// inMemory runs f and fails if it takes more than most bytes.
func inMemory(t *testing.T, name string, most uint64, f func()) {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; used > most {
		t.Errorf("%s: took %d MB", name, used>>20)
	}
}
