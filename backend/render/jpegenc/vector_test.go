//go:build amd64 && !purego

package jpegenc

import (
	"math/rand/v2"
	"testing"
)

// TestVectorsTransformTheSame compares both transforms on blocks of noise, of black and white, of single samples
// and of waves, which reach every extreme, at every place of a plane whose sides are no multiple of eight.
func TestVectorsTransformTheSame(t *testing.T) {
	if !vectors() {
		t.Skip("this processor has no vectors")
	}
	random := rand.New(rand.NewPCG(1, 2))
	for i := range 400 {
		p := plane{width: 1 + random.IntN(70), height: 1 + random.IntN(40)}
		p.stride = p.width + random.IntN(9)
		p.pix = make([]uint8, (p.height-1)*p.stride+p.width) // and not one byte more
		for k := range p.pix {
			x, y := k%p.stride, k/p.stride
			switch i % 5 {
			case 0:
				p.pix[k] = uint8(random.IntN(256))
			case 1:
				p.pix[k] = uint8(random.IntN(2)) * 255
			case 2:
				p.pix[k] = uint8(255 * (x & y & 1))
			case 3:
				p.pix[k] = uint8(255 * (x >> (i % 4) & 1))
			case 4:
				p.pix[k] = uint8(255 * (i / 5 & 1))
			}
		}
		sameTransform(t, p)
	}
}

func sameTransform(t *testing.T, p plane) {
	t.Helper()
	w := work{shape: shape{components: []component{{p, 1, 1, 0}}, across: (p.width + 7) / 8, down: (p.height + 7) / 8, perMCU: 1}}
	w.coefficients = make([]int16, w.across*w.down*64)
	if err := w.transform(t.Context()); err != nil {
		t.Fatal(err)
	}
	at := 0
	var want [64]int16
	_ = w.blocks(t.Context(), func(p *plane, x, y int, _ []int16) {
		plainly(p, x, y, want[:])
		if got := [64]int16(w.coefficients[at:]); got != want {
			t.Fatalf("%d×%d, the block at %d, %d is\n%v with vectors and\n%v without", p.width, p.height, x, y, got, want)
		}
		at += 64
	})
}

// TestVectorsDivideTheSame compares both divisions for every step and every coefficient that can come.
func TestVectorsDivideTheSame(t *testing.T) {
	if !vectors() {
		t.Skip("this processor has no vectors")
	}
	const most = 1<<14 - 1<<10 // an amount and half of the largest step stay below 2^14
	for quality := 1; quality <= 100; quality++ {
		for table := range 2 {
			s := stepsOf(quality, table)
			for from := -most; from <= most; from += 64 * 13 {
				var in, got, want [64]int16
				for k := range in {
					in[k] = int16(min(from+k*13+quality, most))
				}
				sameDivision(t, &s, &in, &got, &want)
			}
		}
	}
	for step := 1; step <= 255; step++ { // every dividend, at every step
		var s steps
		for i := range 64 {
			s.whole[i], s.half[i], s.inverse[i] = uint32(8*step), uint32(4*step), 1<<inverseBits/uint64(8*step)+1
			s.words.set(i, step)
		}
		for from := 0; from <= most; from += 64 {
			var in, got, want [64]int16
			for k := range in {
				in[k] = int16(from+k) * int16(1-2*(k&1))
			}
			sameDivision(t, &s, &in, &got, &want)
		}
	}
}

func sameDivision(t *testing.T, s *steps, in, got, want *[64]int16) {
	t.Helper()
	if a, b := divide(s, in, got), s.block(in, want); a != b || *got != *want {
		t.Fatalf("of %v come\n%v, %064b with vectors and\n%v, %064b without", in, got, a, want, b)
	}
}

func FuzzVectorsTransformTheSame(f *testing.F) {
	f.Add(uint8(16), []byte("the samples of some blocks, which follow each other in rows"))
	f.Add(uint8(9), []byte{0, 255, 0, 255, 255, 0, 0, 0, 0, 0, 255})
	f.Fuzz(func(t *testing.T, width uint8, content []byte) {
		w := int(width)%64 + 1
		if len(content) < w {
			return
		}
		sameTransform(t, plane{pix: content, stride: w, width: w, height: min(len(content)/w, 64)})
	})
}
