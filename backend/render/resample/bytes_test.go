//go:build amd64 && !purego

package resample

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// both resizes with vectors and without, in both orders of the passes, and reports whether vectors were used.
func both(t *testing.T, src Plane, width, height int, w Window) bool {
	t.Helper()
	r := New()
	h, err := r.weights.axis(span{offset: w.X, length: w.Width, source: src.Width, dest: width})
	if err != nil {
		t.Fatal(err)
	}
	v, err := r.weights.axis(span{offset: w.Y, length: w.Height, source: src.Height, dest: height})
	if err != nil {
		t.Fatal(err)
	}
	used := false
	for _, acrossFirst := range []bool{true, false} {
		p := passes{src: src, dst: NewPlane(width, height), across: h, down: v, table: newSettling()}
		if !p.fast(r, acrossFirst) {
			continue
		}
		used = true
		fast := p.dst
		p.dst = NewPlane(width, height)
		p.plain(r, acrossFirst)
		if i := slices.IndexFunc(indices(p.dst.Pix), func(i int) bool { return p.dst.Pix[i] != fast.Pix[i] }); i >= 0 {
			t.Fatalf("%d×%d to %d×%d, window %+v, across first %v, %d and %d taps: sample %d of row %d is %d with vectors, %d without",
				src.Width, src.Height, width, height, w, acrossFirst, h.taps, v.taps, i%width, i/width, fast.Pix[i], p.dst.Pix[i])
		}
	}
	return used
}

func indices(s []uint8) []int {
	list := make([]int, len(s))
	for i := range list {
		list[i] = i
	}
	return list
}

// harsh has only black and white samples, which make every overshoot as large as it can be.
func harsh(width, height int, random *rand.Rand) Plane {
	p := NewPlane(width, height)
	for i := range p.Pix {
		p.Pix[i] = uint8(random.IntN(2)) * 255
	}
	return p
}

func TestVectorsMakeTheSameSamples(t *testing.T) {
	if !vectors() {
		t.Skip("this processor has no vectors")
	}
	random := rand.New(rand.NewPCG(1, 2))
	used, taps := 0, map[int]bool{}
	for i := range 600 {
		width, height := 1+random.IntN(400), 1+random.IntN(200)
		src := noise(width, height, uint64(i))
		if i%3 == 0 {
			src = harsh(width, height, random)
		}
		w := Window{Width: 1 + random.Float64()*float64(width-1), Height: 1 + random.Float64()*float64(height-1)}
		w.X, w.Y = random.Float64()*(float64(width)-w.Width), random.Float64()*(float64(height)-w.Height)
		toWidth, toHeight := 1+random.IntN(150), 1+random.IntN(100)
		if both(t, src, toWidth, toHeight, w) {
			used++
			a := weigh(span{offset: w.X, length: w.Width, source: width, dest: toWidth})
			taps[a.widen(width).taps] = true
		}
	}
	for _, n := range []int{8, 16, 24, 32, 48} {
		if !taps[n] {
			t.Errorf("no output was mixed of %d samples: %v", n, taps)
		}
	}
	if used < 300 {
		t.Errorf("only %d of 600 used vectors", used)
	}
}

// A plane that is part of a larger one, at the very end of its memory, is neither overrun nor mixed with what
// lies beside it.
func TestVectorsStayWithinThePlane(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for i := range 50 {
		width, height := fewest+random.IntN(60), 2+random.IntN(40)
		big := harsh(width+7, height, random)
		part := Plane{Pix: big.Pix[7:len(big.Pix):len(big.Pix)], Stride: big.Stride, Width: width, Height: height}
		alone := NewPlane(width, height)
		part.copyTo(alone)
		w := Window{Width: float64(width), Height: float64(height)}
		a, b := NewPlane(fewest+i%9, 1+i%30), NewPlane(fewest+i%9, 1+i%30)
		r := New()
		if err := r.Resize(a, part, w); err != nil {
			t.Fatal(err)
		}
		if err := r.Resize(b, alone, w); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(a.Pix, b.Pix) {
			t.Fatalf("%d×%d: what lies beside the plane matters", width, height)
		}
	}
}

func TestVectorsAverageTheSame(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	for n := 1; n < 300; n++ {
		src := noise(n, 2, uint64(n))
		if n%2 == 0 {
			src = harsh(n, 2, random)
		}
		got := make([]uint8, over(n, 2))
		halveRow(got, src.row(0), src.row(1))
		for i := range got {
			left, right := 2*i, min(2*i+1, n-1)
			a, b := src.row(0), src.row(1)
			if want := uint8((int(a[left]) + int(a[right]) + int(b[left]) + int(b[right]) + 2) / 4); got[i] != want {
				t.Fatalf("sample %d of %d is %d, want %d", i, len(got), got[i], want)
			}
		}
	}
}

func FuzzVectorsMakeTheSameSamples(f *testing.F) {
	f.Add(uint16(300), uint8(90), uint16(70), uint8(40), uint16(0), uint16(0), uint16(65535), uint16(65535), []byte("a picture"))
	f.Add(uint16(64), uint8(3), uint16(200), uint8(9), uint16(9000), uint16(70), uint16(300), uint16(40000), []byte{0, 255})
	f.Add(uint16(2000), uint8(200), uint16(33), uint8(1), uint16(1), uint16(1), uint16(60000), uint16(60000), []byte{255, 0, 0})
	f.Fuzz(func(t *testing.T, width uint16, height uint8, toWidth uint16, toHeight uint8, x, y, across, down uint16, content []byte) {
		const most = 1 << 16
		cols, rows := int(width)%2100+1, int(height)+1
		src := NewPlane(cols, rows)
		for i := range src.Pix {
			if len(content) > 0 {
				src.Pix[i] = content[i%len(content)]
			}
		}
		w := Window{
			Width:  1 + float64(across)/most*float64(cols-1),
			Height: 1 + float64(down)/most*float64(rows-1),
		}
		w.X, w.Y = float64(x)/most*(float64(cols)-w.Width), float64(y)/most*(float64(rows)-w.Height)
		both(t, src, int(toWidth)%300+1, int(toHeight)+1, w)
	})
}
