package render

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"
)

// plain is a picture of one colour.
func plain(width, height int, c color.NRGBA) *image.NRGBA {
	m := image.NewNRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			m.SetNRGBA(x, y, c)
		}
	}
	return m
}

func markOf(t testing.TB, m image.Image) *Mark {
	t.Helper()
	mark, err := NewMark(pngOf(t, m))
	if err != nil {
		t.Fatal(err)
	}
	return mark
}

// made renders one recipe and decodes it.
func made(t *testing.T, file []byte, r Recipe) (Output, image.Image) {
	t.Helper()
	var out Output
	if _, err := New(Options{}).RenderBytes(context.Background(), file, []Recipe{r}, func(o Output) error { out = o; return o.Err }); err != nil {
		t.Fatal(err)
	}
	decode := map[Format]func([]byte) (image.Image, error){
		JPEG: func(b []byte) (image.Image, error) { return jpeg.Decode(bytes.NewReader(b)) },
		PNG:  func(b []byte) (image.Image, error) { return png.Decode(bytes.NewReader(b)) },
	}[out.Format]
	m, err := decode(out.Data)
	if err != nil {
		t.Fatal(err)
	}
	return out, m
}

func pixelAt(m image.Image, x, y int, want color.NRGBA, off int) error {
	c := color.NRGBAModel.Convert(m.At(x, y)).(color.NRGBA)
	for _, d := range []int{int(c.R) - int(want.R), int(c.G) - int(want.G), int(c.B) - int(want.B), int(c.A) - int(want.A)} {
		if d > off || -d > off {
			return fmt.Errorf("at %d,%d there is %v, want %v", x, y, c, want)
		}
	}
	return nil
}

var (
	sea   = color.NRGBA{R: 40, G: 90, B: 160, A: 255}
	stamp = color.NRGBA{R: 250, G: 240, B: 20, A: 255}
)

// TestAWatermarkLiesExactlyWhereItIsPut looks just inside and just outside each of its corners, on the
// fast path, on the general one, and on a photograph that lies on its side in the file.
func TestAWatermarkLiesExactlyWhereItIsPut(t *testing.T) {
	mark := markOf(t, plain(60, 30, stamp))
	corners := map[Place]image.Point{ // of 80×40 on 400×300, 20 from the edges
		"top-left": {20, 20}, "top": {160, 20}, "top-right": {300, 20},
		"left": {20, 130}, "centre": {160, 130}, "right": {300, 130},
		"bottom-left": {20, 240}, "bottom": {160, 240}, "bottom-right": {300, 240},
	}
	files := map[string][]byte{
		"photograph": jpegOf(t, plain(800, 600, sea)), "turned": jpegOf(t, plain(600, 800, sea), exifSegment(6)), "general": pngOf(t, plain(800, 600, sea)),
	}
	for name, file := range files {
		for _, place := range Places() {
			r := Recipe{Width: 400, Height: 300, Fit: Cover, Formats: []Format{JPEG}, Quality: 100}
			if name == "general" {
				r.Formats = []Format{PNG}
			}
			r.Watermark = &Watermark{Mark: mark, Place: place, Size: 80.0 / 300, Margin: 20.0 / 300, Opacity: 1}
			_, m := made(t, file, r)
			at := corners[place]
			for _, p := range []struct {
				x, y int
				want color.NRGBA
			}{
				{at.X + 2, at.Y + 2, stamp},
				{at.X + 77, at.Y + 37, stamp},
				{at.X - 9, at.Y + 9, sea}, // a JPEG rings within its blocks of eight
				{at.X + 9, at.Y - 9, sea},
				{at.X + 89, at.Y + 9, sea},
				{at.X + 9, at.Y + 49, sea},
			} {
				if err := pixelAt(m, p.x, p.y, p.want, 12); err != nil {
					t.Errorf("%s, %s: %v", name, place, err)
				}
			}
			if name != "general" {
				continue
			}
			for _, p := range []struct {
				x, y int
				want color.NRGBA
			}{{at.X, at.Y, stamp}, {at.X + 79, at.Y + 39, stamp}, {at.X - 1, at.Y, sea}, {at.X, at.Y - 1, sea}, {at.X + 80, at.Y, sea}, {at.X, at.Y + 40, sea}} {
				if err := pixelAt(m, p.x, p.y, p.want, 0); err != nil {
					t.Errorf("%s, %s: %v", name, place, err)
				}
			}
		}
	}
}

func TestAWatermarkIsAsOpaqueAsAsked(t *testing.T) {
	half := plain(10, 10, stamp)
	for y := range 10 {
		for x := range 5 {
			half.SetNRGBA(x, y, color.NRGBA{R: stamp.R, G: stamp.G, B: stamp.B, A: 128}) // its left half lets half through
		}
	}
	r := Recipe{Width: 100, Height: 100, Fit: Cover, Formats: []Format{PNG}}
	r.Watermark = &Watermark{Mark: markOf(t, half), Place: "centre", Size: 0.1, Opacity: 0.4}
	mixed := func(alpha float64) color.NRGBA {
		mix := func(over, under uint8) uint8 { return uint8(float64(over)*alpha + float64(under)*(1-alpha) + 0.5) }
		return color.NRGBA{R: mix(stamp.R, sea.R), G: mix(stamp.G, sea.G), B: mix(stamp.B, sea.B), A: 255}
	}
	_, m := made(t, pngOf(t, plain(100, 100, sea)), r)
	for _, err := range []error{pixelAt(m, 47, 50, mixed(0.2), 1), pixelAt(m, 53, 50, mixed(0.4), 1)} {
		if err != nil {
			t.Error(err)
		}
	}
	r.Formats, r.Quality, r.Watermark.Size = []Format{JPEG}, 100, 0.8
	_, m = made(t, jpegOf(t, plain(100, 100, sea)), r)
	for _, err := range []error{pixelAt(m, 25, 50, mixed(0.2), 4), pixelAt(m, 75, 50, mixed(0.4), 4), pixelAt(m, 3, 3, sea, 3)} {
		if err != nil {
			t.Error(err)
		}
	}
}

func TestAWatermarkOnNothingIsTransparentStill(t *testing.T) {
	r := Recipe{Width: 100, Height: 100, Fit: Cover, Formats: []Format{PNG}}
	r.Watermark = &Watermark{Mark: markOf(t, plain(20, 20, stamp)), Place: "top-left", Size: 0.2, Opacity: 0.5}
	_, m := made(t, pngOf(t, plain(100, 100, color.NRGBA{})), r)
	for _, err := range []error{
		pixelAt(m, 5, 5, color.NRGBA{R: stamp.R, G: stamp.G, B: stamp.B, A: 128}, 1), pixelAt(m, 50, 50, color.NRGBA{}, 0),
	} {
		if err != nil {
			t.Error(err)
		}
	}
	r.Background = color.NRGBA{R: 255, A: 255}
	_, m = made(t, pngOf(t, plain(100, 100, color.NRGBA{})), r)
	if err := pixelAt(m, 50, 50, color.NRGBA{R: 255, A: 255}, 0); err != nil {
		t.Error(err)
	}
}

// TestAWatermarkFitsWhateverIsMade makes outputs of a few pixels, odd ones, grey ones, and marks that are
// larger than what they are drawn on.
func TestAWatermarkFitsWhateverIsMade(t *testing.T) {
	gray := image.NewGray(image.Rect(0, 0, 33, 17))
	for i := range gray.Pix {
		gray.Pix[i] = 90
	}
	for name, mark := range map[string]*Mark{
		"tiny": markOf(t, plain(1, 1, stamp)), "large": markOf(t, plain(1024, 300, stamp)), "tall": markOf(t, plain(3, 900, stamp)),
	} {
		for _, file := range [][]byte{jpegOf(t, plain(33, 17, sea)), jpegOf(t, gray), pngOf(t, plain(1, 1, sea)), pngOf(t, plain(1, 40, sea))} {
			for _, place := range Places() {
				for _, size := range []float64{0.001, 0.3, 1} {
					for _, format := range []Format{JPEG, PNG} {
						r := Recipe{Width: 64, Height: 64, Fit: Inside, Formats: []Format{format}}
						r.Watermark = &Watermark{Mark: mark, Place: place, Size: size, Margin: 0.5, Opacity: 1}
						o, m := made(t, file, r)
						if m.Bounds().Size() != image.Pt(o.Width, o.Height) || o.Passed {
							t.Errorf("%s mark, %s, %v: %v, %+v", name, place, size, m.Bounds(), o.Passed)
						}
					}
				}
			}
		}
	}
	w := &Watermark{Mark: markOf(t, plain(1024, 1024, stamp)), Place: "bottom-right", Size: 1, Margin: 0, Opacity: 1}
	if got := w.box(image.Pt(40, 30)); got != image.Rect(10, 0, 40, 30) {
		t.Errorf("the box is %v", got)
	}
}

func TestAWatermarkedPictureIsNeverPassedThroughAndHasAHashOfItsOwn(t *testing.T) {
	file := jpegOf(t, photo(200, 100))
	plainRecipe := Recipe{Width: 200, Height: 100, Fit: Cover, Formats: []Format{JPEG}}
	if o, _ := made(t, file, plainRecipe); !o.Passed {
		t.Error("without a watermark the original would do")
	}
	// What recipes without a watermark were called before stays what they are called.
	const before = "784407b3f7b07500c7d85e3aa42d0632d4252e19702a05fba3a6c725a3fb4c68"
	if got := (Recipe{Width: 1, Height: 2, Fit: Cover}).Hash(); got != before {
		t.Errorf("the hash is now %s", got)
	}
	mark := markOf(t, plain(10, 10, stamp))
	hashes := map[string]bool{plainRecipe.Hash(): true}
	for _, w := range []Watermark{
		{Mark: mark, Place: "top", Size: 0.2, Opacity: 1},
		{Mark: mark, Place: "left", Size: 0.2, Opacity: 1},
		{Mark: mark, Place: "top", Size: 0.3, Opacity: 1},
		{Mark: mark, Place: "top", Size: 0.2, Opacity: 0.9},
		{Mark: mark, Place: "top", Size: 0.2, Margin: 0.1, Opacity: 1},
		{Mark: markOf(t, plain(10, 10, sea)), Place: "top", Size: 0.2, Opacity: 1},
	} {
		r := plainRecipe
		r.Watermark = &w
		if o, _ := made(t, file, r); o.Passed {
			t.Error("the original was passed through without its watermark")
		}
		if hashes[r.Hash()] {
			t.Errorf("%+v has the hash of another", w)
		}
		hashes[r.Hash()] = true
	}
}

func TestABadWatermarkIsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		file []byte
		err  error
	}{
		"empty": {nil, ErrEmpty}, "text": {[]byte(strings.Repeat("<svg/>", 30)), ErrFormat}, "jpeg": {jpegOf(t, photo(20, 20)), ErrUnsupported},
		"wide": {pngOf(t, plain(1025, 1, sea)), ErrTooManyPixels}, "heavy": {make([]byte, MarkBytes+1), ErrTooLarge},
		"cut": {pngOf(t, photo(40, 40))[:900], ErrDamaged},
	} {
		if _, err := NewMark(c.file); !errors.Is(err, c.err) {
			t.Errorf("%s: %v", name, err)
		}
	}
	mark := markOf(t, plain(4, 4, stamp))
	for _, w := range []Watermark{
		{Place: "top", Size: 0.1, Opacity: 1},
		{Mark: mark, Place: "middle", Size: 0.1, Opacity: 1},
		{Mark: mark, Place: "top", Opacity: 1},
		{Mark: mark, Place: "top", Size: 0.1},
		{Mark: mark, Place: "top", Size: 1.1, Opacity: 1},
		{Mark: mark, Place: "top", Size: 0.1, Margin: 0.6, Opacity: 1},
	} {
		r := Recipe{Width: 10, Height: 10, Fit: Cover, Watermark: &w}
		if _, err := r.check(); !errors.Is(err, ErrRecipe) {
			t.Errorf("%+v: %v", w, err)
		}
	}
}
