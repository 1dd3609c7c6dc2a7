package render

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"slices"
	"testing"
)

func TestTheBestQualityUnderTheLimitIsFound(t *testing.T) {
	file := jpegOf(t, photo(1200, 900))
	free := render1(t, file, Recipe{Width: 600, Height: 450, Fit: Cover, Quality: 90})
	limit := int64(len(free.Data)) * 7 / 10
	o := render1(t, file, Recipe{Width: 600, Height: 450, Fit: Cover, Quality: 90, MaxBytes: limit})
	if int64(len(o.Data)) > limit || o.Quality < floorQuality || o.Quality >= 90 || o.Reduced || o.Width != 600 {
		t.Fatalf("%d bytes of %d, quality %d, %d wide, reduced %v", len(o.Data), limit, o.Quality, o.Width, o.Reduced)
	}
	better := render1(t, file, Recipe{Width: 600, Height: 450, Fit: Cover, Quality: o.Quality + 1})
	if int64(len(better.Data)) <= limit {
		t.Errorf("quality %d would have had %d bytes of %d", o.Quality+1, len(better.Data), limit)
	}
}

func TestBelowTheFloorThePictureShrinksAndSaysSo(t *testing.T) {
	file := jpegOf(t, photo(1200, 900))
	floor := render1(t, file, Recipe{Width: 600, Height: 450, Fit: Cover, Quality: floorQuality})
	limit := int64(len(floor.Data)) / 3
	o := render1(t, file, Recipe{Width: 600, Height: 450, Fit: Cover, MaxBytes: limit})
	open(t, o)
	if int64(len(o.Data)) > limit || !o.Reduced || o.Quality < floorQuality || o.Width >= 600 || o.Width < 250 {
		t.Errorf("%d bytes of %d, quality %d, %d wide, reduced %v", len(o.Data), limit, o.Quality, o.Width, o.Reduced)
	}
	if ratio := float64(o.Width) / float64(o.Height); ratio < 1.3 || ratio > 1.37 {
		t.Errorf("the shape changed to %d×%d", o.Width, o.Height)
	}
}

func TestAnImpossibleLimitIsAnError(t *testing.T) {
	_, err := New(Options{}).RenderBytes(t.Context(), jpegOf(t, photo(300, 200)), []Recipe{{Width: 200, Height: 200, Fit: Cover, MaxBytes: 100}}, func(o Output) error {
		return o.Err
	})
	if !errors.Is(err, ErrDoesNotFit) {
		t.Errorf("got %v", err)
	}
}

func TestALosslessFileMergesShadesBeforeItShrinks(t *testing.T) {
	m := photo(256, 256)
	for i := 3; i < len(m.Pix); i += 4 * 7 {
		m.Pix[i] = 100
	}
	file := pngOf(t, m)
	free := render1(t, file, Recipe{Width: 128, Height: 128, Fit: Cover})
	if free.Format != PNG {
		t.Fatalf("transparency became %s", free.Format)
	}
	o := render1(t, file, Recipe{Width: 128, Height: 128, Fit: Cover, MaxBytes: int64(len(free.Data)) * 6 / 10})
	if o.Format != PNG || o.Width != 128 || !slices.Contains(o.Warnings, WarnColours) {
		t.Errorf("%s %d wide, warnings %q", o.Format, o.Width, o.Warnings)
	}
	if p := psnr(t, open(t, o), open(t, free)); p < 22 {
		t.Errorf("merging shades left PSNR %.1f", p)
	}
}

func TestADrawingTooLargeAsPNGBecomesJPEG(t *testing.T) {
	m := image.NewNRGBA(image.Rect(0, 0, 400, 400))
	rng := photo(400, 400)
	for y := range 400 {
		for x := range 400 {
			c := color.NRGBA{250, 250, 250, 255}
			if y < 150 { // less than half is a photograph
				c = rng.NRGBAAt(x, y)
			}
			m.SetNRGBA(x, y, c)
		}
	}
	file := pngOf(t, m)
	r := Recipe{Width: 400, Height: 300, Fit: Cover}
	if free := render1(t, file, r); free.Format != PNG {
		t.Fatalf("a drawing became %s", free.Format)
	}
	r.MaxBytes = 40_000
	if o := render1(t, file, r); o.Format != JPEG || o.Reduced || o.Width != 400 {
		t.Errorf("%s, %d wide, reduced %v", o.Format, o.Width, o.Reduced)
	}
}

func TestAPixelLimitReducesTheSize(t *testing.T) {
	o := render1(t, jpegOf(t, photo(400, 300)), Recipe{Width: 400, Height: 400, Fit: Inside, MaxPixels: 30_000})
	if o.Width*o.Height > 30_000 || o.Width < 195 || !o.Reduced {
		t.Errorf("%d×%d reduced=%v", o.Width, o.Height, o.Reduced)
	}
}

func TestWebPAndPDFAreWritten(t *testing.T) {
	file := jpegOf(t, photo(600, 600))
	o := render1(t, file, Recipe{Width: 128, Height: 128, Fit: Cover, Formats: []Format{WebP}, MaxBytes: 20_000})
	open(t, o)
	if o.Format != WebP || len(o.Data) > 20_000 {
		t.Errorf("%s of %d bytes", o.Format, len(o.Data))
	}
	o = render1(t, file, Recipe{Width: 300, Height: 200, Fit: Cover, Formats: []Format{PDF}, MaxBytes: 30_000})
	at := bytes.Index(o.Data, []byte{0xff, markSOI, 0xff})
	if o.Format != PDF || !bytes.HasPrefix(o.Data, []byte("%PDF-1.4")) || at < 0 || len(o.Data) > 30_000 {
		t.Fatalf("%s of %d bytes", o.Format, len(o.Data))
	}
	if m, _, err := image.Decode(bytes.NewReader(o.Data[at:])); err != nil || m.Bounds().Dx() != 300 {
		t.Errorf("the page's picture: %v", err)
	}
	// Every entry of the table must point at its object.
	table := bytes.Index(o.Data, []byte("\nxref\n")) + 1
	for i := range 5 {
		var off int
		line := o.Data[table+len("xref\n0 6\n")+20*(i+1):]
		for _, c := range line[:10] {
			off = off*10 + int(c-'0')
		}
		if want := []byte{byte('1' + i), ' ', '0', ' ', 'o', 'b', 'j'}; !bytes.HasPrefix(o.Data[off:], want) {
			t.Errorf("object %d is not at %d", i+1, off)
		}
	}
}
