package render

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"math"
	"slices"
	"testing"

	"github.com/disintegration/imaging"
)

// adjusted renders a picture as a PNG of its own size.
func adjusted(t testing.TB, file []byte, a Adjustment) image.Image {
	t.Helper()
	return open(t, render1(t, file, Recipe{Width: 4000, Height: 4000, Fit: Inside, Formats: []Format{PNG}, Adjust: a}))
}

// patch is a PNG of one colour and what becomes of it.
func patch(t testing.TB, c color.NRGBA, a Adjustment) color.NRGBA {
	t.Helper()
	out := adjusted(t, pngOf(t, fill(c)), a)
	return color.NRGBAModel.Convert(out.At(out.Bounds().Dx()/2, out.Bounds().Dy()/2)).(color.NRGBA)
}

func light(v uint8) float64 { return srgbDecode(float64(v) / 255) }

func TestAnAdjustmentThatChangesNothingIsNoneAtAll(t *testing.T) {
	m := photo(300, 200)
	file := jpegOf(t, m)
	r := Recipe{Width: 4000, Height: 4000, Fit: Inside}
	if out := render1(t, file, r); !out.Passed || !bytes.Equal(out.Data, file) {
		t.Error("an unadjusted original is not passed through")
	}
	if a, b := r.key(), fmt.Sprint(r.Width, r.Height, r.Fit, "", "", r.Background, r.Enlarge, r.Formats, r.Quality, r.MaxBytes, r.MaxPixels); a != b {
		t.Errorf("the key of an unadjusted recipe is %q and was %q", a, b)
	}
	r.Adjust.Exposure = 0.01
	if out := render1(t, file, r); out.Passed {
		t.Error("an adjusted original is passed through")
	}
	keys := map[string]bool{(Recipe{Width: 50, Height: 50, Fit: Cover}).Hash(): true}
	for _, a := range []Adjustment{
		{Exposure: 1}, {Contrast: 1}, {Saturation: 1}, {Warmth: 1}, {Sharpness: 1}, {Straighten: 1}, {Turn: 1}, {FlipH: true}, {FlipV: true}, {Mono: true},
	} {
		keys[(Recipe{Width: 50, Height: 50, Fit: Cover, Adjust: a}).Hash()] = true
	}
	if len(keys) != 11 {
		t.Errorf("11 recipes have %d hashes", len(keys))
	}
}

func TestAnAdjustmentOutOfItsRangeIsAWrongRecipe(t *testing.T) {
	for _, a := range []Adjustment{
		{Exposure: 3.1}, {Contrast: -101}, {Saturation: math.NaN()}, {Warmth: math.Inf(1)}, {Sharpness: -1}, {Straighten: 46}, {Turn: 4}, {Turn: -1},
	} {
		if _, err := (Recipe{Width: 5, Height: 5, Fit: Cover, Adjust: a}).check(); !errors.Is(err, ErrRecipe) {
			t.Errorf("%+v: %v", a, err)
		}
	}
}

func TestTonesDoWhatTheySay(t *testing.T) {
	for _, v := range []uint8{12, 40, 90, 130} {
		for _, stops := range []float64{1, -1} {
			got := patch(t, color.NRGBA{v, v / 2, v / 3, 255}, Adjustment{Exposure: stops})
			for i, pair := range [3][2]uint8{{v, got.R}, {v / 2, got.G}, {v / 3, got.B}} {
				want := srgbEncode(light(pair[0])*math.Exp2(stops)) * 255
				if math.Abs(want-float64(pair[1])) > 1 {
					t.Errorf("%g stops make %d of %d (colour %d), want %.1f", stops, pair[1], pair[0], i, want)
				}
			}
		}
	}
	for _, c := range []color.NRGBA{{200, 40, 90, 255}, {10, 220, 130, 255}, {60, 60, 250, 255}} {
		got := patch(t, c, Adjustment{Mono: true})
		want := srgbEncode(0.2126*light(c.R)+0.7152*light(c.G)+0.0722*light(c.B)) * 255
		if got.R != got.G || got.G != got.B || math.Abs(float64(got.R)-want) > 1 {
			t.Errorf("%v in one colour is %v, want %.1f", c, got, want)
		}
		if less := patch(t, c, Adjustment{Saturation: -100}); less != got {
			t.Errorf("%v without saturation is %v, and %v in one colour", c, less, got)
		}
	}
	more, less := patch(t, color.NRGBA{150, 110, 100, 255}, Adjustment{Saturation: 60}), patch(t, color.NRGBA{150, 110, 100, 255}, Adjustment{Saturation: -60})
	if more.R-more.B <= 50 || less.R-less.B >= 50 {
		t.Errorf("saturation makes %v and %v", more, less)
	}
	for _, v := range []uint8{30, 128, 200} {
		for _, w := range []float64{-100, -30, 30, 100} {
			got := patch(t, color.NRGBA{v, v, v, 255}, Adjustment{Warmth: w})
			if (got.R > v) != (w > 0) || (got.B < v) != (w > 0) {
				t.Errorf("warmth %g makes %v of %d", w, got, v)
			}
			sum := 0.2126*light(got.R) + 0.7152*light(got.G) + 0.0722*light(got.B)
			if was := srgbEncode(sum) * 255; math.Abs(was-float64(v)) > 1 {
				t.Errorf("warmth %g makes a grey of %d as bright as one of %.1f", w, v, was)
			}
		}
	}
	if got := patch(t, color.NRGBA{10, 20, 30, 128}, Adjustment{Exposure: 1}); got.A != 128 || got.R <= 10 {
		t.Errorf("a transparent pixel becomes %v", got)
	}
}

func TestContrastAndSharpeningAreThoseOfImaging(t *testing.T) {
	m := photo(200, 150)
	for _, c := range []float64{-80, -10, 5, 50, 100} {
		got, want := adjusted(t, pngOf(t, m), Adjustment{Contrast: c}), imaging.AdjustSigmoid(m, 0.5, c/100*mostContrast)
		if p := psnr(t, got, want); p < 48 {
			t.Errorf("contrast %g: PSNR %.1f", c, p)
		}
	}
	gray := imaging.Grayscale(m)
	got := adjusted(t, pngOf(t, gray), Adjustment{Sharpness: 100 / mostSharpening})
	if p := psnr(t, got, imaging.Sharpen(gray, 1)); p < 45 {
		t.Errorf("sharpening: PSNR %.1f", p)
	}
	if p := psnr(t, gray, imaging.Sharpen(gray, 1)); p > 35 {
		t.Errorf("the test cannot tell: PSNR %.1f without sharpening", p)
	}
}

func TestTurnsAndMirrorsAreThoseOfImaging(t *testing.T) {
	stored := photo(203, 151)
	for o := 1; o <= 8; o++ {
		file := jpegOf(t, stored, exifSegment(o))
		raw, err := jpeg.Decode(bytes.NewReader(file))
		if err != nil {
			t.Fatal(err)
		}
		upright, _ := normalise(raw)
		upright = turn(imaging.Clone(upright), o)
		for k := range 4 {
			for _, flips := range [][2]bool{{}, {true, false}, {false, true}, {true, true}} {
				want := upright
				for range k {
					want = imaging.Rotate270(want) // counts the other way round
				}
				if flips[0] {
					want = imaging.FlipH(want)
				}
				if flips[1] {
					want = imaging.FlipV(want)
				}
				a := Adjustment{Turn: k, FlipH: flips[0], FlipV: flips[1]}
				if p := lumaPSNR(t, adjusted(t, file, a), want); p < 50 { // colour samples start at another corner
					t.Errorf("orientation %d, %+v: PSNR %.1f", o, a, p)
				}
			}
		}
	}
}

func TestAStraightenedPictureHasNoEmptyCornersAndKeepsItsShape(t *testing.T) {
	m := photo(600, 400)
	for _, degrees := range []float64{-45, -7.5, 0.4, 3, 20} {
		w, h := Straightened(600, 400, degrees)
		want := imaging.CropCenter(imaging.Rotate(m, -degrees, color.NRGBA{255, 0, 255, 255}), w, h)
		// imaging mixes four pixels and this sixteen, so noise differs, and half a pixel of the centre.
		soft := func(m image.Image) image.Image { return imaging.Blur(m, 2.5) }
		for name, file := range map[string][]byte{"planes": jpegOf(t, m), "pixels": pngOf(t, m)} {
			got := adjusted(t, file, Adjustment{Straighten: degrees})
			if got.Bounds().Dx() != w || got.Bounds().Dy() != h || math.Abs(float64(w)/float64(h)-1.5) > 0.02 {
				t.Fatalf("%s, %g°: %v, want %d×%d", name, degrees, got.Bounds(), w, h)
			}
			if p := psnr(t, soft(got), soft(want)); p < 30 {
				t.Errorf("%s, %g°: PSNR %.1f", name, degrees, p)
			}
		}
	}
	// White stays white to the last corner.
	blank := pngOf(t, fill(color.NRGBA{250, 250, 250, 255}))
	for _, degrees := range []float64{-45, 1, 13, 45} {
		got := adjusted(t, blank, Adjustment{Straighten: degrees, Turn: 1})
		b := got.Bounds()
		for _, p := range []image.Point{b.Min, {b.Max.X - 1, 0}, {0, b.Max.Y - 1}, {b.Max.X - 1, b.Max.Y - 1}} {
			if !near(got.At(p.X, p.Y), color.NRGBA{250, 250, 250, 255}, 1) {
				t.Errorf("%g°: a corner is %v", degrees, got.At(p.X, p.Y))
			}
		}
	}
}

// What is invisible lends no colour where a picture is turned between its pixels.
func TestAStraightenedEdgeOfATransparentPictureIsNotStained(t *testing.T) {
	m := image.NewNRGBA(image.Rect(0, 0, 120, 90))
	for y := 30; y < 60; y++ {
		for x := 20; x < 100; x++ {
			m.SetNRGBA(x, y, color.NRGBA{R: 240, G: 200, B: 40, A: 255})
		}
	}
	out := adjusted(t, pngOf(t, m), Adjustment{Straighten: 9})
	edges := 0
	for y := range out.Bounds().Dy() {
		for x := range out.Bounds().Dx() {
			c := color.NRGBAModel.Convert(out.At(x, y)).(color.NRGBA)
			if c.A > 8 && c.A < 248 {
				edges++
			}
			if c.A > 8 && !near(color.NRGBA{c.R, c.G, c.B, 255}, color.NRGBA{240, 200, 40, 255}, 3) {
				t.Fatalf("%d,%d is %v", x, y, c)
			}
		}
	}
	if edges < 50 {
		t.Errorf("%d pixels of an edge", edges)
	}
}

// A photograph keeps its planes and everything else becomes pixels, and nobody sees which.
func TestBothWaysAdjustAlike(t *testing.T) {
	m := photo(601, 403)
	files := map[string][]byte{"colour": jpegOf(t, m), "turned": jpegOf(t, m, exifSegment(6))}
	gray := image.NewGray(m.Rect)
	for y := range m.Rect.Dy() {
		for x := range m.Rect.Dx() {
			gray.Set(x, y, m.At(x, y))
		}
	}
	files["gray"] = jpegOf(t, gray)
	worst := 99.0
	engines := []*Engine{New(Options{}), New(Options{General: true})}
	for kind, file := range files {
		for _, a := range []Adjustment{
			{Exposure: 0.7},
			{Exposure: -1.5},
			{Contrast: 60},
			{Contrast: -60},
			{Saturation: 40},
			{Saturation: -70},
			{Warmth: 80},
			{Warmth: -80},
			{Mono: true},
			{Sharpness: 60},
			{Straighten: 4, Warmth: 20},
			{Turn: 1, FlipH: true, Contrast: 20},
			{Exposure: 0.3, Contrast: 20, Saturation: 15, Warmth: 10, Sharpness: 30},
		} {
			for _, r := range []Recipe{{Width: 420, Height: 420, Fit: Cover}, {Width: 300, Height: 500, Fit: Contain, Crop: &Rect{0.1, 0.2, 0.7, 0.6}}} {
				r.Formats, r.Adjust = []Format{PNG}, a
				var both []image.Image
				for _, e := range engines {
					if _, err := e.RenderBytes(t.Context(), file, []Recipe{r}, func(o Output) error {
						both = append(both, open(t, o))
						return o.Err
					}); err != nil {
						t.Fatal(err)
					}
				}
				got := lumaPSNR(t, both[0], both[1])
				worst = min(worst, got)
				if got < 35 {
					t.Errorf("%s, %+v: PSNR %.1f", kind, a, got)
				}
			}
		}
	}
	t.Logf("figure: planes against pixels, adjusted alike: worst %.1f dB", worst)
}

func TestAFocusIsAPlaceInTheAdjustedPicture(t *testing.T) {
	// Red is at the upper left of it, and at the upper right once it is turned clockwise.
	out := render1(t, pngOf(t, quarters(400, 200)), Recipe{
		Width: 40, Height: 40, Fit: Cover, Crop: &Rect{0.5, 0, 0.5, 0.5}, Formats: []Format{PNG}, Adjust: Adjustment{Turn: 1},
	})
	if m := open(t, out); !near(m.At(20, 20), color.NRGBA{220, 0, 0, 255}, 3) {
		t.Errorf("the upper right is %v", m.At(20, 20))
	}
}

func TestTheLastTonesAreKept(t *testing.T) {
	e := New(Options{})
	first := e.tones.of(Adjustment{Exposure: 1})
	for i := range keptTones - 1 {
		e.tones.of(Adjustment{Exposure: float64(i) / 10, Mono: true})
		if e.tones.of(Adjustment{Exposure: 1, Turn: 2, Sharpness: 5}) != first {
			t.Fatal("the same tones are made again")
		}
	}
	for i := range keptTones {
		e.tones.of(Adjustment{Contrast: float64(i + 1)})
	}
	if slices.Contains(e.tones.list, first) || len(e.tones.list) != keptTones {
		t.Errorf("%d are kept", len(e.tones.list))
	}
	if e.tones.of(Adjustment{Sharpness: 5, FlipH: true}) != nil {
		t.Error("tones that stay have a table")
	}
}

// BenchmarkAdjust makes a feed picture of twelve megapixels, plain and adjusted.
func BenchmarkAdjust(b *testing.B) {
	file := bigPhoto(b)
	for _, c := range []struct {
		name string
		a    Adjustment
	}{
		{"none", Adjustment{}},
		{"tones", Adjustment{Exposure: 0.3, Contrast: 20, Warmth: 10}},
		{"tones and sharpening", Adjustment{Exposure: 0.3, Contrast: 20, Warmth: 10, Sharpness: 30}},
		{"turned", Adjustment{Turn: 1}},
		{"straightened", Adjustment{Straighten: 2}},
	} {
		b.Run(c.name, func(b *testing.B) {
			e := New(Options{})
			r := []Recipe{{Width: 1080, Height: 1350, Fit: Cover, Adjust: c.a}}
			for b.Loop() {
				if _, err := e.RenderBytes(b.Context(), file, r, func(o Output) error { return o.Err }); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
