package render

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/gif"
	"runtime"
	"testing"
	"time"

	"github.com/disintegration/imaging"
)

func TestEveryOrientationIsTurnedUpright(t *testing.T) {
	upright := quarters(64, 48)
	// How the camera stored the upright picture, for each value of the tag.
	stored := map[int]image.Image{
		1: upright, 2: imaging.FlipH(upright), 3: imaging.Rotate180(upright), 4: imaging.FlipV(upright),
		5: imaging.Transpose(upright), 6: imaging.Rotate90(upright), 7: imaging.Transverse(upright), 8: imaging.Rotate270(upright),
	}
	for orientation, m := range stored {
		file := jpegOf(t, m, exifSegment(orientation))
		whole := open(t, render1(t, file, Recipe{Width: 64, Height: 48, Fit: Cover, Formats: []Format{PNG}}))
		if got := psnr(t, whole, upright); got < 30 {
			t.Errorf("orientation %d: PSNR %.1f", orientation, got)
		}
		// The lower right quarter alone: the window must be mapped back into the stored picture.
		r := Recipe{Width: 16, Height: 12, Fit: Cover, Crop: &Rect{0.6, 0.6, 0.3, 0.3}, Formats: []Format{PNG}}
		part := open(t, render1(t, file, r))
		if c := part.At(8, 6); !near(c, color.NRGBA{220, 220, 220, 255}, 6) {
			t.Errorf("orientation %d: the lower right quarter is %v", orientation, c)
		}
	}
}

func TestCoverKeepsTheFocusInView(t *testing.T) {
	m := image.NewNRGBA(image.Rect(0, 0, 900, 300))
	draw.Draw(m, m.Rect, image.NewUniform(color.NRGBA{20, 20, 20, 255}), image.Point{}, draw.Src)
	draw.Draw(m, image.Rect(780, 100, 840, 200), image.NewUniform(color.NRGBA{240, 20, 20, 255}), image.Point{}, draw.Src)
	file := pngOf(t, m)
	red := func(f *Point) int {
		out := open(t, render1(t, file, Recipe{Width: 150, Height: 150, Fit: Cover, Focus: f, Formats: []Format{PNG}}))
		n := 0
		for y := range 150 {
			for x := range 150 {
				if near(out.At(x, y), color.NRGBA{240, 20, 20, 255}, 30) {
					n++
				}
			}
		}
		return n
	}
	if n := red(nil); n != 0 {
		t.Errorf("the centre shows %d red pixels", n)
	}
	if n := red(&Point{0.9, 0.5}); n < 30*50*9/10 {
		t.Errorf("the focus shows %d red pixels", n)
	}
}

func TestNothingIsEnlargedUnlessAsked(t *testing.T) {
	file := jpegOf(t, photo(300, 200))
	for _, c := range []struct {
		r             Recipe
		width, height int
		smaller       bool
	}{
		{Recipe{Width: 1080, Height: 1080, Fit: Cover}, 200, 200, true},
		{Recipe{Width: 1080, Height: 1920, Fit: Cover}, 113, 200, true},
		{Recipe{Width: 1600, Height: 900, Fit: Cover}, 300, 169, true},
		{Recipe{Width: 250, Height: 400, Fit: Cover}, 125, 200, true},
		{Recipe{Width: 1080, Height: 1080, Fit: Inside}, 300, 200, false},
		{Recipe{Width: 400, Height: 400, Fit: Contain}, 400, 400, false},
		{Recipe{Width: 1080, Height: 1080, Fit: Cover, Enlarge: true}, 1080, 1080, false},
		{Recipe{Width: 150, Fit: Inside}, 150, 100, false},
		{Recipe{Height: 50, Fit: Inside}, 75, 50, false},
		{Recipe{Width: 100, Height: 100, Fit: Cover}, 100, 100, false},
	} {
		o := render1(t, file, c.r)
		open(t, o)
		if o.Width != c.width || o.Height != c.height || o.Smaller != c.smaller {
			t.Errorf("%s %d×%d: got %d×%d smaller=%v", c.r.Fit, c.r.Width, c.r.Height, o.Width, o.Height, o.Smaller)
		}
	}
}

func TestContainFillsUpWithTheBackground(t *testing.T) {
	m := image.NewNRGBA(image.Rect(0, 0, 400, 200))
	draw.Draw(m, m.Rect, image.NewUniform(color.NRGBA{200, 30, 30, 255}), image.Point{}, draw.Src)
	file := jpegOf(t, m)
	blue := color.NRGBA{10, 20, 200, 255}
	out := open(t, render1(t, file, Recipe{Width: 100, Height: 100, Fit: Contain, Background: blue}))
	if !near(out.At(50, 5), blue, 8) || !near(out.At(50, 95), blue, 8) || !near(out.At(50, 50), color.NRGBA{200, 30, 30, 255}, 8) {
		t.Errorf("got %v %v %v", out.At(50, 5), out.At(50, 50), out.At(50, 95))
	}
	out = open(t, render1(t, file, Recipe{Width: 100, Height: 100, Fit: Contain}))
	if !near(out.At(50, 5), color.White, 4) {
		t.Errorf("without a colour a JPEG is filled with %v", out.At(50, 5))
	}
}

func TestTransparencyIsFlattenedOnlyWhereTheFormatNeedsIt(t *testing.T) {
	m := image.NewNRGBA(image.Rect(0, 0, 200, 200))
	for y := range 200 {
		for x := range 200 {
			c := color.NRGBA{0, 160, 0, 255}
			if x < 100 {
				c = color.NRGBA{0, 160, 0, 0}
			}
			m.SetNRGBA(x, y, c)
		}
	}
	file := pngOf(t, m)
	o := render1(t, file, Recipe{Width: 100, Height: 100, Fit: Cover})
	if out := open(t, o); o.Format != PNG || !near(out.At(10, 50), color.NRGBA{}, 0) || !near(out.At(90, 50), color.NRGBA{0, 160, 0, 255}, 2) {
		t.Errorf("%s: got %v %v", o.Format, out.At(10, 50), out.At(90, 50))
	}
	yellow := color.NRGBA{250, 240, 20, 255}
	o = render1(t, file, Recipe{Width: 100, Height: 100, Fit: Cover, Formats: []Format{JPEG}, Background: yellow})
	if out := open(t, o); !near(out.At(10, 50), yellow, 10) || !near(out.At(90, 50), color.NRGBA{0, 160, 0, 255}, 10) {
		t.Errorf("flattened: got %v %v", out.At(10, 50), out.At(90, 50))
	}
}

func TestAJPEGIsWrittenForAPhotographAndAPNGForADrawing(t *testing.T) {
	r := Recipe{Width: 100, Height: 75, Fit: Cover}
	if o := render1(t, pngOf(t, photo(400, 300)), r); o.Format != JPEG || o.Quality != 85 {
		t.Errorf("photograph: %s, quality %d", o.Format, o.Quality)
	}
	if o := render1(t, pngOf(t, quarters(400, 300)), r); o.Format != PNG {
		t.Errorf("drawing: %s", o.Format)
	}
	if o := render1(t, jpegOf(t, quarters(400, 300)), r); o.Format != JPEG {
		t.Errorf("a JPEG stays one: %s", o.Format)
	}
}

func TestAnAnimationGivesItsFirstComposedFrame(t *testing.T) {
	small := image.NewPaletted(image.Rect(4, 2, 12, 8), color.Palette{color.NRGBA{255, 0, 0, 255}})
	var b bytes.Buffer
	err := gif.EncodeAll(&b, &gif.GIF{
		Image: []*image.Paletted{small, small}, Delay: []int{1, 1},
		Config: image.Config{Width: 20, Height: 16, ColorModel: small.Palette},
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, file := range map[string][]byte{"gif": b.Bytes(), "webp": animatedWebP(t)} {
		o := render1(t, file, Recipe{Width: 20, Height: 16, Fit: Cover, Formats: []Format{PNG}})
		out := open(t, o)
		if !near(out.At(1, 1), color.NRGBA{}, 0) || !near(out.At(6, 4), color.NRGBA{255, 0, 0, 255}, 0) || !near(out.At(14, 12), color.NRGBA{}, 0) {
			t.Errorf("%s: got %v %v", name, out.At(1, 1), out.At(6, 4))
		}
		if len(o.Warnings) == 0 || o.Warnings[0] != WarnAnimation {
			t.Errorf("%s: warnings %q", name, o.Warnings)
		}
	}
	if o := render1(t, b.Bytes(), Recipe{Width: 20, Height: 16, Fit: Cover, Formats: []Format{GIF, PNG}}); !o.Passed || !bytes.Equal(o.Data, b.Bytes()) {
		t.Errorf("where GIF is taken the animation must stay whole: %s passed=%v", o.Format, o.Passed)
	}
}

func TestIdenticalRecipesShareOneFile(t *testing.T) {
	a, b := Recipe{Width: 50, Height: 50, Fit: Cover}, Recipe{Width: 50, Height: 50, Fit: Cover, Focus: &Point{0.2, 0.5}}
	same := Recipe{Width: 50, Height: 50, Fit: Cover, Focus: &Point{0.2, 0.5}}
	got := map[int]Output{}
	_, err := New(Options{}).RenderBytes(t.Context(), jpegOf(t, photo(300, 200)), []Recipe{a, b, same, a}, func(o Output) error {
		got[o.Recipe] = o
		return o.Err
	})
	if err != nil || len(got) != 4 {
		t.Fatalf("%v, %d outputs", err, len(got))
	}
	if &got[0].Data[0] != &got[3].Data[0] || &got[1].Data[0] != &got[2].Data[0] {
		t.Error("identical recipes were rendered twice")
	}
	if bytes.Equal(got[0].Data, got[1].Data) {
		t.Error("another focus made the same picture")
	}
}

func TestAHashNamesWhatWouldBeMade(t *testing.T) {
	a := Recipe{Width: 50, Height: 50, Fit: Cover}
	full := Recipe{Width: 50, Height: 50, Fit: Cover, Quality: 85, Formats: []Format{JPEG, PNG}}
	if a.Hash() != full.Hash() || len(a.Hash()) != 64 {
		t.Error("defaults written out make another hash")
	}
	other := a
	other.Background = color.NRGBA{1, 2, 3, 255}
	if a.Hash() == other.Hash() {
		t.Error("another background makes the same hash")
	}
}

func TestAWrongRecipeFailsAlone(t *testing.T) {
	recipes := []Recipe{
		{Width: 10, Height: 10, Fit: Cover},
		{Width: 10, Fit: Cover},
		{Width: 10, Height: 10, Fit: "stretch"},
		{Width: 20000, Height: 10, Fit: Cover},
		{Width: 5, Height: 5, Fit: Inside, Formats: []Format{GIF}},
		{Width: 5, Height: 5, Fit: Cover, Focus: &Point{2, 0}},
		{Width: 5, Height: 5, Fit: Cover, Crop: &Rect{0.5, 0, 0.6, 1}},
		{Width: 5, Height: 5, Fit: Cover, Quality: 101},
	}
	_, err := New(Options{}).RenderBytes(t.Context(), jpegOf(t, photo(30, 20)), recipes, func(o Output) error {
		if (o.Recipe == 0) != (o.Err == nil) || (o.Err != nil && !errors.Is(o.Err, ErrRecipe)) {
			t.Errorf("recipe %d: %v", o.Recipe, o.Err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestRenderingStopsWhenAsked(t *testing.T) {
	file := jpegOf(t, photo(1200, 900))
	var recipes []Recipe
	for i := range 60 {
		recipes = append(recipes, Recipe{Width: 600 + i, Height: 500, Fit: Cover})
	}
	before := runtime.NumGoroutine()
	e := New(Options{})

	ctx, cancel := context.WithCancel(t.Context())
	done := 0
	_, err := e.RenderBytes(ctx, file, recipes, func(Output) error {
		done++
		cancel()
		return nil
	})
	if !errors.Is(err, context.Canceled) || done > 3 {
		t.Errorf("cancelled: %v after %d outputs", err, done)
	}
	full := errors.New("the disk is full")
	done = 0
	_, err = e.RenderBytes(t.Context(), file, recipes, func(Output) error {
		done++
		return full
	})
	if !errors.Is(err, full) || done != 1 {
		t.Errorf("stopped by the caller: %v after %d outputs", err, done)
	}
	if e.budget.free != e.budget.size {
		t.Errorf("%d bytes of the memory budget were not given back", e.budget.size-e.budget.free)
	}
	for range 200 {
		if runtime.NumGoroutine() <= before {
			return
		}
		runtime.Gosched()
		runtime.GC()
	}
	t.Errorf("%d goroutines before, %d after", before, runtime.NumGoroutine())
}

func TestThumbnailsKeepTheWholePicture(t *testing.T) {
	info, thumbs, err := New(Options{}).Thumbnails(t.Context(), bytes.NewReader(jpegOf(t, photo(900, 600), exifSegment(6))), int64(len(jpegOf(t, photo(900, 600), exifSegment(6)))))
	if err != nil {
		t.Fatal(err)
	}
	if info.Width != 600 || len(thumbs) != 2 {
		t.Fatalf("%+v, %d thumbnails", info, len(thumbs))
	}
	for i, want := range []image.Point{{171, 256}, {341, 512}} {
		open(t, thumbs[i])
		if o := thumbs[i]; o.Width != want.X || o.Height != want.Y || o.Format != JPEG || o.Quality != 80 {
			t.Errorf("%d: %s %d×%d quality %d", i, o.Format, o.Width, o.Height, o.Quality)
		}
	}
}

// The oracle: what comes out must be what imaging makes of the whole picture, cropped the same way.
func TestRenderingEqualsImagingOfTheWholePicture(t *testing.T) {
	m := photo(1203, 897)
	file := pngOf(t, m)
	for _, c := range []struct {
		r    Recipe
		want float64 // dB; lower where a half-size level stands in between
	}{
		{Recipe{Width: 900, Height: 900, Fit: Cover, Enlarge: true}, 50},
		{Recipe{Width: 700, Height: 300, Fit: Cover}, 50},
		{Recipe{Width: 333, Height: 700, Fit: Cover, Focus: &Point{0.31, 0.5}}, 50},
		{Recipe{Width: 640, Height: 640, Fit: Inside}, 50},
		{Recipe{Width: 300, Height: 300, Fit: Cover}, 38},
		{Recipe{Width: 200, Height: 90, Fit: Cover, Focus: &Point{0.5, 0.9}}, 38},
		{Recipe{Width: 100, Height: 100, Fit: Inside}, 38},
	} {
		c.r.Formats = []Format{PNG}
		l := c.r.layout(1203, 897)
		want := imaging.Crop(imaging.Resize(m, l.scaled.X, l.scaled.Y, imaging.Lanczos), l.part)
		got := open(t, render1(t, file, c.r))
		if p := psnr(t, got, want); p < c.want {
			t.Errorf("%s %d×%d: PSNR %.1f, want %.0f", c.r.Fit, c.r.Width, c.r.Height, p, c.want)
		}
	}
}

func TestTheBudgetServesInTurnAndForgetsWhoLeft(t *testing.T) {
	b := newBudget(100)
	all, err := b.take(t.Context(), 1000) // larger than everything: goes alone
	if err != nil || b.free != 0 {
		t.Fatalf("%v, %d free", err, b.free)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if _, err := b.take(ctx, 60); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("waited out: %v", err)
	}
	got := make(chan func())
	go func() {
		release, err := b.take(t.Context(), 30)
		if err != nil {
			panic(fmt.Sprint("second taker: ", err))
		}
		got <- release
	}()
	all()
	all() // giving back twice must not make memory out of nothing
	(<-got)()
	if b.free != 100 || len(b.waiting) != 0 {
		t.Errorf("%d free, %d waiting", b.free, len(b.waiting))
	}
}
