package resample

import (
	"errors"
	"image"
	"image/color"
	"testing"
)

func TestAPartOfAScaledPictureIsAWindowOfIt(t *testing.T) {
	w := Part(image.Rect(100, 50, 300, 150), image.Pt(100, 40), image.Rect(10, 4, 60, 24))
	if want := (Window{X: 120, Y: 60, Width: 100, Height: 50}); w != want {
		t.Errorf("the window is %+v instead of %+v", w, want)
	}
}

func TestAStoredWindowIsWhereItsPixelsAre(t *testing.T) {
	for _, size := range []image.Point{{7, 5}, {1, 1}, {8, 8}, {16, 16}, {17, 9}, {9, 40}, {70, 133}, {129, 64}} {
		for orientation := -1; orientation <= 10; orientation++ {
			testStored(t, noise(size.X, size.Y, 8), orientation)
		}
	}
}

func testStored(t *testing.T, stored Plane, orientation int) {
	t.Helper()
	width, height := stored.Width, stored.Height
	if Turned(orientation) {
		width, height = height, width
	}
	const stride, before = 150, 3 // samples of another picture beside those of this one
	canvas := noise(stride, height+2, 9)
	seen := Plane{Pix: canvas.Pix[stride+before:], Stride: stride, Width: width, Height: height}
	if err := Turn(seen, stored, orientation); err != nil {
		t.Fatal(err)
	}
	for i, other := range noise(stride, height+2, 9).Pix {
		x, y := i%stride-before, i/stride-1
		want := other
		if image.Pt(x, y).In(image.Rect(0, 0, width, height)) {
			w := Stored(Window{X: float64(x), Y: float64(y), Width: 1, Height: 1}, orientation, stored.Width, stored.Height)
			if w.Width != 1 || w.Height != 1 {
				t.Fatalf("orientation %d: %d,%d maps to %+v", orientation, x, y, w)
			}
			want = stored.row(int(w.Y))[int(w.X)]
		}
		if canvas.Pix[i] != want {
			t.Fatalf("orientation %d of %d×%d: %d at %d,%d instead of %d", orientation, stored.Width, stored.Height, canvas.Pix[i], x, y, want)
		}
	}
	if err := Turn(NewPlane(width+1, height), stored, orientation); !errors.Is(err, ErrPlane) {
		t.Errorf("orientation %d to a plane of another size: %v", orientation, err)
	}
}

func TestACanvasHasItsColourAroundThePicture(t *testing.T) {
	back := color.NRGBA{R: 200, G: 30, B: 90, A: 128}
	y, cb, cr := color.RGBToYCbCr(200, 30, 90)
	r := New()
	for _, ratio := range []image.YCbCrSubsampleRatio{
		image.YCbCrSubsampleRatio444, image.YCbCrSubsampleRatio422, image.YCbCrSubsampleRatio420, image.YCbCrSubsampleRatio440,
	} {
		across, down, _ := factors(ratio)
		m := photo(31, 17, ratio, 2)
		at := image.Pt(8, 12)
		got, err := r.OnCanvas(m, 50, 41, at, back)
		if err != nil {
			t.Fatal(err)
		}
		out := got.(*image.YCbCr)
		inner := image.Rectangle{Min: at, Max: at.Add(image.Pt(31, 17))}
		for py := range 41 {
			for px := range 50 {
				p := image.Pt(px, py)
				c := out.YCbCrAt(px, py)
				block := image.Rect(px/across*across, py/down*down, px/across*across+across, py/down*down+down)
				switch from := p.Sub(at); {
				case p.In(inner) && c.Y != m.YCbCrAt(from.X, from.Y).Y, !p.In(inner) && c.Y != y:
					t.Fatalf("%v: brightness %d at %v", ratio, c.Y, p)
				case block.In(inner) && (c.Cb != m.YCbCrAt(from.X, from.Y).Cb || c.Cr != m.YCbCrAt(from.X, from.Y).Cr),
					!block.Overlaps(inner) && (c.Cb != cb || c.Cr != cr):
					t.Fatalf("%v: colour %v at %v", ratio, c, p)
				case block.Overlaps(inner) && !block.In(inner):
					share := block.Intersect(inner)
					n := share.Dx() * share.Dy()
					own := m.YCbCrAt(share.Min.X-at.X, share.Min.Y-at.Y)
					want := (int(own.Cb)*n + int(cb)*(across*down-n)) / (across * down)
					if d := int(c.Cb) - want; d < -1 || d > 1 {
						t.Fatalf("%v: shared colour %d at %v instead of %d", ratio, c.Cb, p, want)
					}
				}
			}
		}
	}
}

func TestAGrayCanvasIsGray(t *testing.T) {
	r := New()
	m := gray(noise(5, 4, 1))
	got, err := r.OnCanvas(m, 9, 8, image.Pt(3, 1), color.White)
	if err != nil {
		t.Fatal(err)
	}
	out := got.(*image.Gray)
	for y := range 8 {
		for x := range 9 {
			want := uint8(255)
			if p := image.Pt(x-3, y-1); p.In(m.Rect) {
				want = m.GrayAt(p.X, p.Y).Y
			}
			if out.GrayAt(x, y).Y != want {
				t.Fatalf("%d at %d,%d instead of %d", out.GrayAt(x, y).Y, x, y, want)
			}
		}
	}
}

func TestWhatDoesNotLieOnTheCanvasIsAnError(t *testing.T) {
	r := New()
	m := photo(20, 10, image.YCbCrSubsampleRatio420, 1)
	for i, c := range []struct {
		m             image.Image
		width, height int
		at            image.Point
		want          error
	}{
		{m, 40, 40, image.Pt(1, 0), ErrWindow},
		{m, 40, 40, image.Pt(0, 3), ErrWindow},
		{m, 40, 40, image.Pt(22, 0), ErrWindow},
		{m, 40, 40, image.Pt(-2, 0), ErrWindow},
		{m, 18, 40, image.Pt(0, 0), ErrWindow},
		{m, 0, 40, image.Pt(0, 0), ErrPlane},
		{m, MaxSide + 1, 40, image.Pt(0, 0), ErrPlane},
		{image.NewRGBA(m.Rect), 40, 40, image.Pt(0, 0), ErrPlane},
	} {
		if _, err := r.OnCanvas(c.m, c.width, c.height, c.at, color.Black); !errors.Is(err, c.want) {
			t.Errorf("canvas %d: %v", i, err)
		}
	}
}
