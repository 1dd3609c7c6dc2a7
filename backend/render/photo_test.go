package render

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"math"
	"testing"

	"github.com/disintegration/imaging"
)

// lumaPSNR compares brightness, of which both ways keep every sample.
func lumaPSNR(t testing.TB, a, b image.Image) float64 {
	t.Helper()
	if a.Bounds().Size() != b.Bounds().Size() {
		t.Fatalf("%v against %v", a.Bounds(), b.Bounds())
	}
	p, _ := normalise(a)
	q, _ := normalise(b)
	sum := 0.0
	for i := 0; i < len(p.Pix); i += 4 {
		d := 0.299*(float64(p.Pix[i])-float64(q.Pix[i])) + 0.587*(float64(p.Pix[i+1])-float64(q.Pix[i+1])) +
			0.114*(float64(p.Pix[i+2])-float64(q.Pix[i+2]))
		sum += d * d
	}
	size := a.Bounds().Size()
	if sum == 0 {
		return 99
	}
	return 10 * math.Log10(255*255*float64(size.X*size.Y)/sum)
}

// oracle makes a rendition of a photograph with the imaging library alone: all of the picture, turned and
// in sRGB, is resized from full size and cut afterwards.
func oracle(t testing.TB, file []byte, r Recipe) image.Image {
	t.Helper()
	info, err := Probe(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	raw, err := jpeg.Decode(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	m, _ := normalise(raw)
	if info.colour != nil {
		info.colour.converter().apply(m)
	}
	l := r.layout(info.Width, info.Height)
	m = imaging.Crop(turn(m, info.Orientation), l.source)
	m = imaging.Crop(imaging.Resize(m, l.scaled.X, l.scaled.Y, imaging.Lanczos), l.part)
	return compose(m, l, r, JPEG, true)
}

// The imaging library is the oracle: what is made of a photograph differs from its Lanczos by less
// than anybody sees, whichever way up, cut or filled up.
func TestPhotographsLookAsImagingMakesThem(t *testing.T) {
	m := photo(901, 603)
	gray := image.NewGray(m.Rect)
	for y := range m.Rect.Dy() {
		for x := range m.Rect.Dx() {
			gray.Set(x, y, m.At(x, y))
		}
	}
	files := map[string][]byte{
		"as it is": jpegOf(t, m),
		"gray":     jpegOf(t, gray),
		"wide":     jpegOf(t, m, iccSegment(iccOf("Display P3", p3, true))),
	}
	for o := 2; o <= 8; o++ {
		files[fmt.Sprint("orientation ", o)] = jpegOf(t, m, exifSegment(o))
	}
	direct, levelled := 99.0, 99.0
	for kind, file := range files {
		for name, r := range map[string]Recipe{
			"full size":    {Width: 901, Height: 901, Fit: Inside},
			"two thirds":   {Width: 600, Height: 600, Fit: Inside},
			"a square":     {Width: 420, Height: 420, Fit: Cover},
			"a small one":  {Width: 90, Height: 70, Fit: Cover},
			"a tiny one":   {Width: 32, Height: 32, Fit: Cover, Focus: &Point{0.9, 0.1}},
			"a part":       {Width: 150, Height: 225, Fit: Cover, Crop: &Rect{0.3, 0.2, 0.4, 0.6}},
			"filled up":    {Width: 300, Height: 300, Fit: Contain, Background: color.NRGBA{10, 90, 200, 255}},
			"enlarged":     {Width: 1000, Height: 1000, Fit: Cover, Enlarge: true},
			"a long strip": {Width: 600, Height: 20, Fit: Cover},
		} {
			want := oracle(t, file, r)
			o := render1(t, file, Recipe{
				Width: r.Width, Height: r.Height, Fit: r.Fit, Focus: r.Focus, Crop: r.Crop,
				Background: r.Background, Enlarge: r.Enlarge, Formats: []Format{PNG},
			})
			got, least := lumaPSNR(t, open(t, o), want), 50.0
			if name == "a small one" || name == "a tiny one" || name == "filled up" { // from a level
				if least = 45; kind == "wide" {
					least = 44 // converted with half the colour samples
				}
				levelled = min(levelled, got)
			} else {
				direct = min(direct, got)
			}
			if got < least {
				t.Errorf("%s, %s: PSNR %.1f dB of brightness", kind, name, got)
			}
			if got := psnr(t, open(t, o), want); got < 24 { // colour has half the samples
				t.Errorf("%s, %s: PSNR %.1f dB in colour", kind, name, got)
			}
		}
	}
	t.Logf("figure: photographs against imaging's Lanczos: worst %.1f dB from full size, %.1f dB from a level", direct, levelled)
}

// A decoder may make the picture smaller only as far as every recipe can bear.
func TestTheDecodersScaleServesTheMostDemandingRecipe(t *testing.T) {
	info := Info{Format: JPEG, StoredWidth: 4000, StoredHeight: 3000, Width: 3000, Height: 4000, Orientation: 6}
	small, middle, large := Recipe{Width: 300, Height: 300, Fit: Cover}, Recipe{Width: 900, Height: 900, Fit: Inside}, Recipe{Width: 2500, Fit: Inside}
	for _, test := range []struct {
		recipes []Recipe
		want    int
	}{
		{[]Recipe{small}, 4},
		{[]Recipe{{Width: 150, Height: 150, Fit: Cover}}, 8}, // 20 times smaller
		{[]Recipe{small, middle}, 2},
		{[]Recipe{small, large, middle}, 1},
		{[]Recipe{small, {Width: 0, Height: 0, Fit: Cover}}, 4}, // one that makes no sense asks for nothing
	} {
		if got := scaleFor(info, test.recipes); got != test.want {
			t.Errorf("%v: %d, want %d", test.recipes, got, test.want)
		}
	}
	// The original itself would do; but if it is too odd to have its metadata taken away it is drawn.
	upright := Info{Format: JPEG, StoredWidth: 4000, StoredHeight: 3000, Width: 4000, Height: 3000, Orientation: 1}
	asItIs := Recipe{Width: 4000, Height: 4000, Fit: Inside, Formats: []Format{JPEG}}
	if got := scaleFor(upright, []Recipe{small, asItIs}); got != 1 {
		t.Errorf("with the original: %d, want 1", got)
	}
}

// Nothing of the file but its picture is in what is made of it.
func TestAPhotographsRenditionsCarryNothing(t *testing.T) {
	file := jpegOf(t, photo(640, 480), exifSegment(6), xmpSegment(), iccSegment(iccOf("Display P3", p3, true)))
	for _, r := range []Recipe{{Width: 300, Height: 300, Fit: Cover}, {Width: 300, Height: 400, Fit: Contain, MaxBytes: 9000}} {
		o := render1(t, file, r)
		for _, trace := range []string{"Exif", "http://ns.adobe.com", "ICC_PROFILE", "Photoshop"} {
			if bytes.Contains(o.Data, []byte(trace)) {
				t.Errorf("%v: the file says %q", r, trace)
			}
		}
		if m, err := jpeg.Decode(bytes.NewReader(o.Data)); err != nil || m.Bounds().Dx() != o.Width {
			t.Errorf("%v: %v", r, err)
		}
		if r.MaxBytes > 0 && int64(len(o.Data)) > r.MaxBytes {
			t.Errorf("%d bytes of %d", len(o.Data), r.MaxBytes)
		}
	}
}
