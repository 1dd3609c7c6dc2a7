//go:build (amd64 || arm64) && !purego

package resample

import (
	"image"
	"math/rand/v2"
	"testing"
)

// bothWays resizes without and with vectors, in one order of the passes. It reports whether there
// were vectors for it, and fails the test where samples differ or others are written.
func bothWays(t testing.TB, src Plane, width, height int, w Window, acrossFirst bool) bool {
	t.Helper()
	across, down := span{w.X, w.Width, src.Width, width}, span{w.Y, w.Height, src.Height, height}
	if across.check() != nil || down.check() != nil {
		return false
	}
	const margin = 9
	canvas := func() Plane { return noise(width+margin, height+2, 77) }
	inner := func(p Plane) Plane {
		return Plane{Pix: p.Pix[p.Stride+margin/2:], Stride: p.Stride, Width: width, Height: height}
	}
	want, got, r := canvas(), canvas(), New()
	p := passes{src: src, dst: inner(want), across: weigh(across), down: weigh(down)}
	p.plain(r, acrossFirst)
	p.dst = inner(got)
	if !p.vector(r, acrossFirst) {
		return false
	}
	for i, s := range got.Pix {
		if s != want.Pix[i] {
			t.Fatalf("%d×%d to %d×%d from %+v, across first %v: at %d,%d %d instead of %d", src.Width, src.Height,
				width, height, w, acrossFirst, i%got.Stride-margin/2, i/got.Stride-1, s, want.Pix[i])
		}
	}
	return true
}

func needVectors(t testing.TB) {
	if !hasVectors() {
		t.Skip("this processor has no vectors for it")
	}
}

// extremes has no samples but the darkest and the lightest.
func extremes(width, height int, seed uint64) Plane {
	p := noise(width, height, seed)
	for i, s := range p.Pix {
		p.Pix[i] = -(s & 1)
	}
	return p
}

func TestVectorsMakeTheSameSamples(t *testing.T) {
	needVectors(t)
	for _, c := range []struct{ from, to image.Point }{
		{image.Pt(300, 200), image.Pt(216, 144)},
		{image.Pt(301, 203), image.Pt(109, 77)},
		{image.Pt(257, 131), image.Pt(64, 33)},
		{image.Pt(97, 61), image.Pt(251, 170)},
		{image.Pt(640, 48), image.Pt(639, 47)},
		{image.Pt(150, 600), image.Pt(149, 40)},
		{image.Pt(700, 90), image.Pt(200, 80)},
		{image.Pt(90, 90), image.Pt(32, 1)},
		{image.Pt(90, 92), image.Pt(33, 2)},
		{image.Pt(140, 92), image.Pt(39, 3)},
		{image.Pt(33, 33), image.Pt(32, 32)},
		{image.Pt(64, 900), image.Pt(63, 9)},
	} {
		for _, acrossFirst := range []bool{true, false} {
			for seed := range uint64(3) {
				for _, p := range []Plane{noise(c.from.X, c.from.Y, seed), extremes(c.from.X, c.from.Y, seed)} {
					if !bothWays(t, p, c.to.X, c.to.Y, whole(c.from.X, c.from.Y), acrossFirst) {
						t.Errorf("%v to %v: no vectors, across first %v", c.from, c.to, acrossFirst)
					}
				}
			}
		}
	}
}

// Windows of every place and phase, of any reduction.
func TestVectorsMakeTheSameSamplesOfWindows(t *testing.T) {
	needVectors(t)
	rng := rand.New(rand.NewPCG(3, 4))
	used, tries := 0, 1500
	if testing.Short() {
		tries = 300
	}
	for range tries {
		src := noise(32+rng.IntN(300), 8+rng.IntN(200), rng.Uint64())
		if rng.IntN(3) == 0 {
			src = extremes(src.Width, src.Height, rng.Uint64())
		}
		src.Width -= rng.IntN(8) // the rest of a row belongs to others
		w := Window{Width: float64(src.Width) * rng.Float64(), Height: float64(src.Height) * rng.Float64()}
		w.X, w.Y = (float64(src.Width)-w.Width)*rng.Float64(), (float64(src.Height)-w.Height)*rng.Float64()
		switch rng.IntN(4) {
		case 0:
			w.X, w.Y = 0, 0
		case 1:
			w.X, w.Y = float64(src.Width)-w.Width, float64(src.Height)-w.Height
		}
		if bothWays(t, src, 1+rng.IntN(150), 1+rng.IntN(90), w, rng.IntN(2) == 0) {
			used++
		}
	}
	t.Logf("vectors for %d of %d windows", used, tries)
	if used < tries/3 {
		t.Errorf("vectors for only %d of %d windows", used, tries)
	}
}

// Samples that agree with the signs of one output's weights push it as far as it goes, both ways.
func TestVectorsClampTheLargestOvershoot(t *testing.T) {
	needVectors(t)
	const side = 160
	for _, to := range []int{50, 80, 111, 159, 300} {
		a := weigh(span{0, side, side, to})
		for _, output := range []int{0, 1, to / 2, to - 2, to - 1} {
			signs := make([]bool, side)
			for i, w := range a.weights[output*a.taps:][:a.taps] {
				signs[int(a.starts[output])+i] = w > 0
			}
			for kind := range 4 {
				p := NewPlane(side, side)
				for y := range side {
					for x := range side {
						if signs[x] == (kind&1 == 0) && (kind&2 == 0 || signs[y]) {
							p.row(y)[x] = 255
						}
					}
				}
				for _, acrossFirst := range []bool{true, false} {
					if !bothWays(t, p, to, to, whole(side, side), acrossFirst) {
						t.Errorf("%d to %d: no vectors", side, to)
					}
				}
			}
		}
	}
}

// What a kernel looks at lies within the line, and the shuffles and weights are those of the axis.
func TestGroupsAreTheAxisInAnotherOrder(t *testing.T) {
	grouped := 0
	for _, source := range []int{16, 20, 31, 64, 333, 4000} {
		for _, dest := range []int{1, 7, 8, 9, 15, 64, 333, 1080} {
			for _, part := range []float64{1, 0.61, 0.25} {
				length := float64(source) * part
				a := weigh(span{float64(source) - length, length, source, dest})
				g := a.groups()
				if g == nil {
					continue
				}
				grouped++
				again := make([]int16, len(a.weights))
				for i := range dest {
					group := i / groupSize
					at := i - g.at(group)
					start := int(g.starts[2*group+at/4])
					block := g.table[group*16*(1+g.pairs):][:16*(1+g.pairs)]
					if start < g.low || start+a.taps+14 > g.high || g.low < 0 || g.high > source {
						t.Fatalf("%d to %d: output %d looks at %d of %d to %d", source, dest, i, start, g.low, g.high)
					}
					if low, high := int(uint8(block[2*at])), int(uint8(block[2*at+1])); start+low != int(a.starts[i]) || high != low+1 || high > 15 {
						t.Fatalf("%d to %d: output %d takes %d and %d from %d on, not %d", source, dest, i, low, high, start, a.starts[i])
					}
					for k := range a.taps {
						again[i*a.taps+k] = block[16*(1+k/2)+2*at+k%2]
					}
				}
				for i, w := range again {
					if w != a.weights[i] {
						t.Fatalf("%d to %d: weight %d of output %d", source, dest, i%a.taps, i/a.taps)
					}
				}
			}
		}
	}
	if grouped < 50 {
		t.Errorf("only %d axes were grouped", grouped)
	}
}

func FuzzVectors(f *testing.F) {
	f.Add(uint16(40), uint16(30), uint16(33), uint16(9), 0.0, 0.0, 40.0, 30.0, uint64(1), true)
	f.Add(uint16(300), uint16(200), uint16(108), uint16(81), 10.25, 0.5, 200.5, 120.5, uint64(2), false)
	f.Add(uint16(64), uint16(3), uint16(64), uint16(64), 0.5, 0.25, 20.5, 2.5, uint64(3), true)
	f.Add(uint16(255), uint16(250), uint16(70), uint16(3), 0.0, 0.0, 255.0, 250.0, uint64(4), false)
	f.Fuzz(func(t *testing.T, width, height, toWidth, toHeight uint16, x, y, w, h float64, seed uint64, acrossFirst bool) {
		needVectors(t)
		const most = 320
		src := noise(int(width%most)+1, int(height%most)+1, seed)
		if seed%4 == 0 {
			src = extremes(src.Width, src.Height, seed)
		}
		bothWays(t, src, int(toWidth%most)+1, int(toHeight%most)+1, Window{x, y, w, h}, acrossFirst)
	})
}
