package render

import (
	"bytes"
	"errors"
	"image"
	"image/gif"
	"testing"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"
)

// seeds are small files of every format with everything a header can carry.
func seeds(t testing.TB) map[string][]byte {
	t.Helper()
	m := photo(12, 9)
	icc := iccOf("Display P3", p3, true)
	var gifFile, tiffFile, bmpFile bytes.Buffer
	for _, err := range []error{
		gif.Encode(&gifFile, quarters(12, 9), nil), tiff.Encode(&tiffFile, m, nil), bmp.Encode(&bmpFile, m),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return map[string][]byte{
		"jpeg": jpegOf(t, m), "jpeg-metadata": jpegOf(t, m, xmpSegment(), exifSegment(6), iccSegment(icc)), "jpeg-cmyk": cmykJPEG(),
		"png": pngOf(t, m), "png-metadata": pngOf(t, m, iccChunk(t, icc), pngChunk("eXIf", exifBlock(5))),
		"gif": gifFile.Bytes(), "webp": webpOf(t, m), "webp-animated": animatedWebP(t), "tiff": tiffFile.Bytes(), "bmp": bmpFile.Bytes(),
		"heic": heifBoxes("heic", 64, 48, true, append([]byte("prof"), icc...)), "avif": heifBoxes("avif", 64, 48, false, nil),
	}
}

// FuzzDecode renders anything at all. Whatever comes, the answer is a picture of the promised size
// or one of the named errors.
func FuzzDecode(f *testing.F) {
	for _, file := range seeds(f) {
		f.Add(file)
	}
	named := []error{ErrEmpty, ErrFormat, ErrUnsupported, ErrDamaged, ErrTooManyPixels, ErrTooLarge, ErrDoesNotFit}
	e := New(Options{Limits: Limits{Pixels: 1 << 16, AnimationPixels: 1 << 20, FileBytes: 1 << 20}, Workers: 1})
	recipes := []Recipe{
		{Width: 16, Height: 10, Fit: Cover, Focus: &Point{0.9, 0.1}, Formats: []Format{JPEG}},
		{Width: 16, Height: 16, Fit: Inside, Formats: []Format{PNG, JPEG, GIF, WebP}, MaxBytes: 4000},
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		is := func(err error) bool {
			for _, n := range named {
				if errors.Is(err, n) {
					return true
				}
			}
			return false
		}
		_, err := e.RenderBytes(t.Context(), file, recipes, func(o Output) error {
			if o.Err != nil {
				if !is(o.Err) {
					t.Errorf("recipe %d: an error without a name: %v", o.Recipe, o.Err)
				}
				return nil
			}
			if o.Passed {
				return nil
			}
			c, _, err := image.DecodeConfig(bytes.NewReader(o.Data))
			if err != nil || c.Width != o.Width || c.Height != o.Height {
				t.Errorf("recipe %d: %v, %d×%d instead of %d×%d", o.Recipe, err, c.Width, c.Height, o.Width, o.Height)
			}
			return nil
		})
		if err != nil && !is(err) {
			t.Errorf("an error without a name: %v", err)
		}
	})
}
