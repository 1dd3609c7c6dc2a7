package resample

import (
	"errors"
	"image"
	"math"
	"testing"

	"github.com/disintegration/imaging"
)

func open(t testing.TB, m image.Image) *Photo {
	t.Helper()
	p, err := New().NewPhoto(m, m.Bounds().Dx(), m.Bounds().Dy(), 1)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func render(t testing.TB, p *Photo, v View) image.Image {
	t.Helper()
	m, err := p.Render(v)
	if err != nil {
		t.Fatalf("%+v: %v", v, err)
	}
	return m
}

func TestALevelLooksLikeTheFullSize(t *testing.T) {
	type bar struct{ rest, like, psnr float64 } // structural similarity, dB
	for name, c := range map[string]struct {
		plane func(int, int, uint64) Plane
		bars  []bar
	}{
		"photograph": {natural, []bar{{RestDefault, 0.99, 45}, {RestBest, 0.995, 48}}},
		// Lines up to one sample fine, which no lens leaves: the worst there is.
		"drawing": {detailed, []bar{{RestBest, 0.98, 42}}},
	} {
		m := pictureOf(c.plane, 1600, 1200, image.YCbCrSubsampleRatio420, 1)
		p := open(t, m)
		from := planesOf(t, m)
		// The hardest widths are those a little under a third, a sixth, a twelfth.
		for _, width := range []int{1000, 720, 532, 531, 428, 400, 340, 264, 200, 132, 88} {
			views := make([][]Plane, len(c.bars))
			v := View{Window: whole(1600, 1200), Width: width, Height: width * 3 / 4, Ratio: m.SubsampleRatio}
			for i, b := range c.bars {
				v.Rest = b.rest
				views[i] = planesOf(t, render(t, p, v))
			}
			for i, plane := range views[0] {
				if i > 0 && (plane.Width*2 != v.Width || plane.Height*2 != v.Height) {
					continue // an odd side has no such oracle
				}
				want := oracle(from[i], plane.Width, plane.Height)
				for k, b := range c.bars {
					like := ssim(views[k][i], want)
					psnr, _ := compare(t, views[k][i], want)
					t.Logf("%s, rest %g, %d wide, plane %d: %.1f dB, %.4f", name, b.rest, width, i, psnr, like)
					direct := Level(v.Reduction(), b.rest) == 0
					if like < b.like || psnr < b.psnr || direct && psnr < 50 {
						t.Errorf("%s, rest %g, %d wide, plane %d: %.1f dB, %.4f", name, b.rest, width, i, psnr, like)
					}
				}
			}
		}
	}
}

// ramp is a picture whose samples grow by slope a pixel to the right and half of that downwards,
// colour samples as much as the middle of their pixels.
func ramp(width, height int, ratio image.YCbCrSubsampleRatio, slope float64) *image.YCbCr {
	m := image.NewYCbCr(image.Rect(0, 0, width, height), ratio)
	planes, _ := Planes(m)
	across, down, _ := factors(ratio)
	for i, p := range planes {
		fx, fy := 1.0, 1.0
		if i > 0 {
			fx, fy = float64(across), float64(down)
		}
		for y := range p.Height {
			for x := range p.Width {
				p.row(y)[x] = uint8(math.Round(20 + slope*((float64(x)+0.5)*fx+(float64(y)+0.5)*fy/2)))
			}
		}
	}
	return m
}

// Wherever a colour sample is put, it has the colour of that place, in every combination of
// subsamplings, orientations and odd sizes.
func TestColourStaysInItsPlace(t *testing.T) {
	ratios := []image.YCbCrSubsampleRatio{
		image.YCbCrSubsampleRatio444, image.YCbCrSubsampleRatio422, image.YCbCrSubsampleRatio420, image.YCbCrSubsampleRatio440,
	}
	const width, height, slope = 181, 133, 0.713
	for _, from := range append(ratios, image.YCbCrSubsampleRatio411, image.YCbCrSubsampleRatio410) {
		p := open(t, ramp(width, height, from, slope))
		for _, to := range ratios {
			across, down, _ := factors(to)
			for orientation := 1; orientation <= 8; orientation++ {
				seenWidth, seenHeight := width, height
				if Turned(orientation) {
					seenWidth, seenHeight = height, width
				}
				w := Window{X: 40.3, Y: 37.1, Width: float64(seenWidth) - 81.6, Height: float64(seenHeight) - 74.4}
				for _, size := range []image.Point{{37, 33}, {32, 40}, {39, 29}} {
					v := View{Window: w, Width: size.X, Height: size.Y, Orientation: orientation, Ratio: to}
					for i, plane := range planesOf(t, render(t, p, v)) {
						fx, fy := 1.0, 1.0
						if i > 0 {
							fx, fy = float64(across), float64(down)
						}
						mean, worst := 0.0, 0.0
						for y := range plane.Height {
							for x := range plane.Width {
								seen := Window{
									X: w.X + (float64(x)+0.5)*fx*w.Width/float64(size.X),
									Y: w.Y + (float64(y)+0.5)*fy*w.Height/float64(size.Y),
								}
								stored := Stored(seen, orientation, width, height)
								want := 20 + slope*(stored.X+stored.Y/2)
								off := float64(plane.row(y)[x]) - want
								mean += off / float64(plane.Width*plane.Height)
								worst = max(worst, math.Abs(off))
							}
						}
						// Roundings cancel in the mean. A shift by half a colour sample of the
						// output would move it by half a shade or more.
						if math.Abs(mean) > 0.3 || worst > 2 {
							t.Errorf("%v to %v %v in orientation %d: plane %d is off by %.2f, at most %.2f",
								from, to, size, orientation, i, mean, worst)
						}
					}
				}
			}
		}
	}
}

func TestTheOutputIsTurnedInsteadOfThePhotograph(t *testing.T) {
	turns := map[int]func(image.Image) *image.NRGBA{
		1: imaging.Clone, 2: imaging.FlipH, 3: imaging.Rotate180, 4: imaging.FlipV,
		5: imaging.Transpose, 6: imaging.Rotate270, 7: imaging.Transverse, 8: imaging.Rotate90,
	}
	for _, size := range []image.Point{{120, 90}, {121, 87}} {
		stored := detailed(size.X, size.Y, 1)
		p := open(t, gray(stored))
		for orientation, turn := range turns {
			m := turn(gray(stored))
			seen := NewPlane(m.Rect.Dx(), m.Rect.Dy())
			for i := range seen.Pix {
				seen.Pix[i] = m.Pix[i*4]
			}
			direct := NewPlane(seen.Width, seen.Height)
			if err := Turn(direct, stored, orientation); err != nil {
				t.Fatal(err)
			}
			if _, worst := compare(t, direct, seen); worst != 0 {
				t.Errorf("orientation %d: the plane is turned otherwise", orientation)
			}
			w := Window{X: 3, Y: 7, Width: float64(seen.Width) - 14, Height: float64(seen.Height) - 9}
			got := render(t, p, View{Window: w, Width: 41, Height: 35, Orientation: orientation, Rest: math.Inf(1)})
			if psnr, worst := compare(t, planesOf(t, got)[0], resized(t, seen, 41, 35, w)); psnr < 50 || worst > 4 {
				t.Errorf("orientation %d of %v: %.1f dB, worst difference %d", orientation, size, psnr, worst)
			}
		}
	}
}

func TestADecodersScaleIsALevel(t *testing.T) {
	m := photo(803, 601, image.YCbCrSubsampleRatio420, 7)
	full := open(t, m)
	for _, scale := range []int{2, 4, 8} {
		small := image.NewYCbCr(image.Rect(0, 0, over(803, scale), over(601, scale)), m.SubsampleRatio)
		level := map[int]int{2: 1, 4: 2, 8: 3}[scale]
		for i, p := range planesOf(t, small) {
			from, _ := full.plane(i, level)
			from.copyTo(p)
		}
		r := New()
		scaled, err := r.NewPhoto(small, 803, 601, scale)
		if err != nil {
			t.Fatal(err)
		}
		v := View{Window: Window{X: 50, Y: 100, Width: 480, Height: 600}, Width: 36, Height: 45, Ratio: m.SubsampleRatio, Orientation: 6}
		want, got := planesOf(t, render(t, full, v)), planesOf(t, render(t, scaled, v))
		for i := range want {
			if _, worst := compare(t, want[i], got[i]); worst != 0 {
				t.Errorf("at one to %d plane %d differs by %d", scale, i, worst)
			}
		}
	}
}

func TestAConvertedLevelIsTheLargest(t *testing.T) {
	s := spaces()["Display P3"]
	c := NewColours(s.curves, s.matrix)
	for _, m := range []image.Image{pictureOf(natural, 403, 301, image.YCbCrSubsampleRatio420, 1), gray(detailed(403, 301, 1))} {
		before := m.Bounds()
		r := New()
		p, err := r.NewPhoto(m, 403, 301, 1)
		if err != nil {
			t.Fatal(err)
		}
		v := View{Window: whole(403, 301), Width: 100, Height: 75, Ratio: image.YCbCrSubsampleRatio420}
		plain := planesOf(t, render(t, p, v))
		level := Level(v.Reduction(), RestDefault)
		parts := 0
		p.Convert(c, level, func(rows int, work func(from, to int)) {
			for _, part := range [][2]int{{0, rows / 3}, {rows / 3, rows}} {
				work(part[0], part[1])
				parts++
			}
		})
		if got, at := p.plane(0, 0); at != level || got.Width != over(403, 1<<level) || parts != 2 {
			t.Errorf("the largest level is %d with %d columns, made in %d parts", at, got.Width, parts)
		}
		// Converted after it was made small it looks nearly the same.
		late, err := r.NewPhoto(m, 403, 301, 1)
		if err != nil {
			t.Fatal(err)
		}
		want := render(t, late, v)
		if w, ok := want.(*image.YCbCr); ok {
			err = c.Convert(w, w)
		} else {
			err = c.Gray(planesOf(t, want)[0], planesOf(t, want)[0])
		}
		if err != nil {
			t.Fatal(err)
		}
		for i, got := range planesOf(t, render(t, p, v)) {
			if psnr, _ := compare(t, got, planesOf(t, want)[i]); psnr < 40 {
				t.Errorf("%T: plane %d: %.1f dB", m, i, psnr)
			}
			if psnr, _ := compare(t, got, plain[i]); psnr > 60 && len(plain) > 1 {
				t.Errorf("plane %d was not converted", i)
			}
		}
		p.Convert(c, 0, nil) // a second time, in place
		p.Close()
		if m.Bounds() != before {
			t.Errorf("the decoded picture changed")
		}
	}
}

func TestWhatIsNoPhotoIsAnError(t *testing.T) {
	r := New()
	good := photo(40, 30, image.YCbCrSubsampleRatio420, 1)
	for i, c := range []struct {
		m                    image.Image
		width, height, scale int
	}{
		{good, 41, 30, 1},
		{good, 40, 30, 2},
		{good, 40, 30, 3},
		{good, 40, 30, 0},
		{image.NewNRGBA(good.Rect), 40, 30, 1},
		{&image.YCbCr{}, 0, 0, 1},
		{&image.Gray{Rect: good.Rect}, 40, 30, 1},
		{&image.YCbCr{SubsampleRatio: 77, Rect: good.Rect}, 40, 30, 1},
	} {
		if _, err := r.NewPhoto(c.m, c.width, c.height, c.scale); !errors.Is(err, ErrPlane) {
			t.Errorf("photo %d: %v", i, err)
		}
	}
	p := open(t, good)
	view := View{Window: whole(40, 30), Width: 20, Height: 15, Ratio: image.YCbCrSubsampleRatio420}
	for name, c := range map[string]struct {
		change func(*View)
		want   error
	}{
		"no size":             {func(v *View) { v.Width = 0 }, ErrPlane},
		"a huge size":         {func(v *View) { v.Height = MaxSide + 1 }, ErrPlane},
		"too many pixels":     {func(v *View) { v.Width, v.Height = 60000, 60000 }, ErrPlane},
		"colour of four":      {func(v *View) { v.Ratio = image.YCbCrSubsampleRatio411 }, ErrPlane},
		"unknown colour":      {func(v *View) { v.Ratio = -1 }, ErrPlane},
		"turned colour":       {func(v *View) { v.Ratio, v.Orientation = image.YCbCrSubsampleRatio410, 6 }, ErrPlane},
		"beyond the edge":     {func(v *View) { v.Window.X = 0.1 }, ErrWindow},
		"beyond when turned":  {func(v *View) { v.Orientation = 5 }, ErrWindow},
		"not a number":        {func(v *View) { v.Window.Y = math.NaN() }, ErrWindow},
		"nothing of the side": {func(v *View) { v.Window.Width = 0 }, ErrWindow},
	} {
		v := view
		c.change(&v)
		if _, err := p.Render(v); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestMemoryIsUsedAgain(t *testing.T) {
	for _, n := range []int{1, 64, 65, 80, 81, 1000, 1 << 20, 1<<20 + 1, 12_000_000, 18_000_000} {
		class, size := classOf(n)
		again, same := classOf(size)
		if size < n || again != class || same != size || n > 64 && float64(size) > 1.26*float64(n) {
			t.Errorf("%d goes into %d bytes of class %d; that size is of class %d", n, size, class, again)
		}
	}
	r := New()
	p := open(t, photo(400, 300, image.YCbCrSubsampleRatio420, 1))
	p.r = r
	v := View{Window: whole(300, 400), Width: 150, Height: 200, Orientation: 6, Ratio: image.YCbCrSubsampleRatio420}
	r.Release(render(t, p, v))
	spent := testing.AllocsPerRun(20, func() { r.Release(render(t, p, v)) })
	t.Logf("%.0f allocations a view", spent)
	if spent > 100 {
		t.Errorf("%.0f allocations a view", spent)
	}
}
