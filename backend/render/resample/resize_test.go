package resample

import (
	"errors"
	"image"
	"math"
	"sync"
	"testing"
)

func TestAResizeIsTheOneOfTheOracle(t *testing.T) {
	source := detailed(1003, 755, 1)
	for _, c := range []struct {
		to    image.Point
		least float64 // dB
		worst int     // difference
	}{
		{image.Pt(540, 406), 60, 3},
		{image.Pt(1002, 754), 60, 3},
		{image.Pt(300, 700), 60, 3},
		{image.Pt(333, 251), 60, 3},
		{image.Pt(101, 755), 60, 3},
		{image.Pt(1003, 99), 60, 3},
		{image.Pt(64, 48), 55, 2},
		{image.Pt(7, 5), 50, 2},
		{image.Pt(1, 1), 48, 1},
		{image.Pt(2, 1), 48, 1},
		{image.Pt(1, 2), 48, 1},
		{image.Pt(3, 700), 55, 2},
		{image.Pt(1400, 1100), 60, 3},
		{image.Pt(2006, 1510), 60, 3},
		{image.Pt(1003, 1510), 60, 3},
		{image.Pt(1003, 755), 100, 0},
		// Down first, since that is cheaper: samples are clipped in another order.
		{image.Pt(700, 300), 50, 16},
		{image.Pt(2000, 300), 50, 20},
	} {
		got := resized(t, source, c.to.X, c.to.Y, whole(source.Width, source.Height))
		psnr, worst := compare(t, got, oracle(source, c.to.X, c.to.Y))
		t.Logf("%v: %.1f dB, worst difference %d", c.to, psnr, worst)
		if psnr < c.least || worst > c.worst {
			t.Errorf("%v: %.1f dB, worst difference %d", c.to, psnr, worst)
		}
	}
}

func TestThePhotographOfAPhoneIsResizedAsByTheOracle(t *testing.T) {
	source := detailed(4000, 3000, 2)
	scaled, keep := image.Pt(1440, 1080), image.Rect(180, 0, 1260, 1080)
	w := Part(image.Rect(0, 0, 4000, 3000), scaled, keep)
	want := part(oracle(source, scaled.X, scaled.Y), keep)
	psnr, worst := compare(t, resized(t, source, 1080, 1080, w), want)
	t.Logf("%.1f dB, worst difference %d", psnr, worst)
	if psnr < 60 || worst > 3 {
		t.Errorf("%.1f dB, worst difference %d", psnr, worst)
	}
}

func TestAWindowIsAPartOfTheWhole(t *testing.T) {
	for _, c := range []struct{ size, scaled image.Point }{
		{image.Pt(640, 481), image.Pt(301, 227)},
		{image.Pt(97, 61), image.Pt(251, 170)},
		{image.Pt(640, 481), image.Pt(639, 480)},
	} {
		source := detailed(c.size.X, c.size.Y, 3)
		whole := oracle(source, c.scaled.X, c.scaled.Y)
		x, y := c.scaled.X, c.scaled.Y
		for _, r := range []image.Rectangle{
			image.Rect(0, 0, 40, 30),
			image.Rect(x-40, y-30, x, y),
			image.Rect(x-1, 0, x, 1),
			image.Rect(0, y-1, 1, y),
			image.Rect(0, 50, x, 53),
			image.Rect(50, 0, 51, y),
			image.Rect(33, 41, 134, 92),
		} {
			got := resized(t, source, r.Dx(), r.Dy(), Part(image.Rect(0, 0, c.size.X, c.size.Y), c.scaled, r))
			if psnr, worst := compare(t, got, part(whole, r)); worst > 3 || psnr < 50 {
				t.Errorf("%v of %v: %.1f dB, worst difference %d", r, c.scaled, psnr, worst)
			}
		}
	}
}

func TestWeightsSumToOneAndStayInTheirLanes(t *testing.T) {
	var spans []span
	for _, source := range []int{1, 2, 3, 4, 5, 7, 16, 61, 640, 4000, 65535} {
		for _, dest := range []int{1, 2, 3, 5, 8, 64, 333, 1080, 3000} {
			full := float64(source)
			spans = append(spans,
				span{0, full, source, dest},
				span{full * 0.3, full * 0.37, source, dest},
				span{0, full / 2, source, dest},
				span{full * 0.61, full * 0.39, source, dest},
				span{-full / float64(dest) / 2, full, source, dest}, // the first middle on the edge
				span{full / float64(dest) / 2, full, source, dest},  // the last one
			)
		}
	}
	lowest, highest := 0, 0
	for _, s := range spans {
		var c weightCache
		a, err := c.axis(s)
		if err != nil {
			t.Fatalf("%+v: %v", s, err)
		}
		if a.taps < 1 || a.taps > s.source || len(a.starts) != s.dest || len(a.weights) != s.dest*a.taps {
			t.Fatalf("%+v: %d taps, %d starts, %d weights", s, a.taps, len(a.starts), len(a.weights))
		}
		before := int32(0)
		for i, start := range a.starts {
			if start < before || int(start)+a.taps > s.source {
				t.Fatalf("%+v: output %d starts at %d, the one before at %d", s, i, start, before)
			}
			before = start
			sum, down, up := 0, 0, 0
			for _, w := range a.weights[i*a.taps:][:a.taps] {
				sum += int(w)
				down, up = down+min(int(w), 0), up+max(int(w), 0)
			}
			if sum != weightOne {
				t.Fatalf("%+v: the weights of output %d sum to %d", s, i, sum)
			}
			lowest, highest = min(lowest, down), max(highest, up)
			if down*255+bias < 0 || up*255+bias >= 1<<laneBits {
				t.Fatalf("%+v: output %d goes from %d to %d times a sample of 1/4096", s, i, down, up)
			}
		}
	}
	t.Logf("from %.1f to %.1f of 255", float64(lowest)*255/weightOne, float64(highest)*255/weightOne)
	if lowest*255 < -73*weightOne || highest*255 > 328*weightOne {
		t.Errorf("samples go from %d to %d, other than documented", lowest*255/weightOne, highest*255/weightOne)
	}
}

func TestAFlatPlaneStaysFlat(t *testing.T) {
	for _, shade := range []uint8{0, 1, 127, 254, 255} {
		for _, c := range []struct{ from, to image.Point }{
			{image.Pt(1, 1), image.Pt(1, 1)},
			{image.Pt(1, 1), image.Pt(40, 31)},
			{image.Pt(1, 300), image.Pt(5, 70)},
			{image.Pt(300, 1), image.Pt(70, 5)},
			{image.Pt(311, 211), image.Pt(100, 90)},
			{image.Pt(40, 31), image.Pt(311, 211)},
			{image.Pt(500, 20), image.Pt(20, 500)},
			{image.Pt(20, 500), image.Pt(500, 20)},
		} {
			p := NewPlane(c.from.X, c.from.Y)
			for i := range p.Pix {
				p.Pix[i] = shade
			}
			for _, s := range resized(t, p, c.to.X, c.to.Y, whole(p.Width, p.Height)).Pix {
				if s != shade {
					t.Fatalf("%v to %v: %d became %d", c.from, c.to, shade, s)
				}
			}
		}
	}
}

// The long kernel of a picture that becomes a few rows needs more than one tile.
func TestTilesMeet(t *testing.T) {
	for _, c := range []struct{ from, to image.Point }{
		{image.Pt(700, 3000), image.Pt(690, 2)},
		{image.Pt(3000, 2000), image.Pt(3, 4)},
		{image.Pt(2500, 1500), image.Pt(2400, 3)},
	} {
		source := noise(c.from.X, c.from.Y, 5)
		got := resized(t, source, c.to.X, c.to.Y, whole(c.from.X, c.from.Y))
		if psnr, worst := compare(t, got, oracle(source, c.to.X, c.to.Y)); worst > 2 {
			t.Errorf("%v to %v: %.1f dB, worst difference %d", c.from, c.to, psnr, worst)
		}
	}
	p := passes{src: NewPlane(700, 3000), dst: NewPlane(690, 2)}
	p.across, p.down = weigh(span{0, 700, 700, 690}), weigh(span{0, 3000, 3000, 2})
	if to := p.tile(0, true); to >= 690 || to < 3 {
		t.Errorf("the first tile ends at %d of 690", to)
	}
}

func TestOnlyTheSamplesOfAPlaneAreTouched(t *testing.T) {
	big := noise(90, 70, 1)
	inner := Plane{Pix: big.Pix[5*big.Stride+7:], Stride: big.Stride, Width: 61, Height: 43}
	want := resized(t, part(big, image.Rect(7, 5, 68, 48)), 50, 37, whole(61, 43))
	canvas := noise(80, 60, 2)
	before := noise(80, 60, 2)
	dst := Plane{Pix: canvas.Pix[3*80+9:], Stride: 80, Width: 50, Height: 37}
	if err := New().Resize(dst, inner, whole(61, 43)); err != nil {
		t.Fatal(err)
	}
	if _, worst := compare(t, dst, want); worst != 0 {
		t.Errorf("a part of a plane gives another result, by %d", worst)
	}
	for y := range 60 {
		for x := range 80 {
			if !image.Pt(x, y).In(image.Rect(9, 3, 59, 40)) && canvas.row(y)[x] != before.row(y)[x] {
				t.Fatalf("the sample at %d,%d beside the plane changed", x, y)
			}
		}
	}
}

func TestWhatCannotBeResizedIsAnError(t *testing.T) {
	r := New()
	good := NewPlane(20, 10)
	for name, w := range map[string]Window{
		"not a number":   {math.NaN(), 0, 20, 10},
		"without end":    {0, 0, math.Inf(1), 10},
		"empty":          {0, 0, 0, 10},
		"backwards":      {20, 0, -20, 10},
		"to the left":    {-2, 0, 20, 10},
		"beyond":         {0, 0, 20, 14},
		"far":            {1e300, 0, 20, 10},
		"no number wide": {0, 0, math.NaN(), 10},
	} {
		if err := r.Resize(NewPlane(7, 5), good, w); !errors.Is(err, ErrWindow) {
			t.Errorf("a window %s: %v", name, err)
		}
	}
	for name, p := range map[string]Plane{
		"nothing":     {},
		"too short":   {Pix: make([]uint8, 199), Stride: 20, Width: 20, Height: 10},
		"overlapping": {Pix: make([]uint8, 200), Stride: 19, Width: 20, Height: 10},
		"negative":    {Pix: make([]uint8, 200), Stride: 20, Width: -20, Height: 10},
		"too long":    {Pix: make([]uint8, 200), Stride: 1 << 62, Width: 1, Height: 2},
		"too wide":    {Pix: make([]uint8, MaxSide+1), Stride: MaxSide + 1, Width: MaxSide + 1, Height: 1},
	} {
		if err := r.Resize(good, p, whole(20, 10)); !errors.Is(err, ErrPlane) {
			t.Errorf("from a plane %s: %v", name, err)
		}
		if err := r.Resize(p, good, whole(20, 10)); !errors.Is(err, ErrPlane) {
			t.Errorf("to a plane %s: %v", name, err)
		}
	}
}

func TestManyMayResizeAtOnce(t *testing.T) {
	r := New()
	source := detailed(200, 150, 9)
	want := resized(t, source, 71, 53, whole(200, 150))
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for range 20 {
				out := r.NewPlane(71, 53)
				if err := r.Resize(out, source, whole(200, 150)); err != nil {
					t.Error(err)
				}
				if _, worst := compare(t, out, want); worst != 0 {
					t.Errorf("goroutine %d: another result, by %d", i, worst)
					return
				}
				r.bytes.put(out.Pix)
			}
		})
	}
	wg.Wait()
}

func TestHalfIsTheMeanOfFour(t *testing.T) {
	for _, size := range []image.Point{{1, 1}, {2, 2}, {3, 5}, {16, 16}, {17, 9}, {31, 8}, {40, 33}, {64, 4}, {65, 3}, {127, 2}, {128, 9}, {131, 5}, {191, 4}, {1, 140}} {
		p := noise(size.X, size.Y, 4)
		got := NewPlane(over(size.X, 2), over(size.Y, 2))
		halve(got, p)
		for y := range got.Height {
			for x := range got.Width {
				sum := 2
				for i := range 4 {
					sum += int(p.row(min(2*y+i/2, size.Y-1))[min(2*x+i%2, size.X-1)])
				}
				if int(got.row(y)[x]) != sum/4 {
					t.Fatalf("%v at %d,%d: %d instead of %d", size, x, y, got.row(y)[x], sum/4)
				}
			}
		}
	}
}

func TestTheLevelLeavesTheRest(t *testing.T) {
	for _, c := range []struct {
		ratio, rest float64
		want        int
	}{
		{0.5, 1.5, 0},
		{2.78, 1.5, 0},
		{2.9999999999, 1.5, 1},
		{3, 1.5, 1},
		{5.99, 1.5, 1},
		{6, 1.5, 2},
		{6, 2, 1},
		{8, 2, 2},
		{math.NaN(), 1.5, 0},
		{math.Inf(1), 1.5, 16},
		{8, math.Inf(1), 0},
		{8, -1, 0},
	} {
		if got := Level(c.ratio, c.rest); got != c.want {
			t.Errorf("Level(%g, %g) is %d instead of %d", c.ratio, c.rest, got, c.want)
		}
	}
}
