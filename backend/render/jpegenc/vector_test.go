//go:build (amd64 || arm64) && !purego

package jpegenc

import (
	"bytes"
	"encoding/binary"
	"image"
	"math/rand/v2"
	"testing"
)

// plainly runs f without the vector instructions.
func plainly(f func()) {
	has := processor()
	had := *has
	*has = false
	defer func() { *has = had }()
	f()
}

func needVectors(t testing.TB) {
	t.Helper()
	if !vectors() {
		t.Skip("this processor has no vector instructions that are used")
	}
}

// checkPair transforms two blocks with the vector instructions and without.
func checkPair(t *testing.T, a, b samples) (out [128]int16) {
	t.Helper()
	var want [128]int16
	for i := range out {
		out[i] = 12345
	}
	pair(&out, a, b)
	plainPair(&want, a, b)
	if out != want {
		t.Fatalf("transformed to %v, want %v", out, want)
	}
	return out
}

// checkDivide divides blocks with the vector instructions and without, in place and not.
func checkDivide(t *testing.T, s *steps, in []int16) {
	t.Helper()
	n := len(in) / 64
	out, want := make([]int16, len(in)), make([]int16, len(in))
	filled, wantFilled := make([]uint64, n), make([]uint64, n)
	s.plainDivide(in, want, wantFilled)
	s.divide(in, out, filled)
	place := bytes.Clone(asBytes(in))
	for range 2 {
		for i := range want {
			if out[i] != want[i] {
				t.Fatalf("%d by %d is %d, want %d", in[i], s.size[i&63], out[i], want[i])
			}
		}
		for i := range filled {
			if filled[i] != wantFilled[i] {
				t.Fatalf("block %d: filled %064b, want %064b", i, filled[i], wantFilled[i])
			}
		}
		if !bytes.Equal(asBytes(in), place) {
			t.Fatal("the coefficients were written over")
		}
		copy(out, in)
		clear(filled)
		s.divide(out, out, filled)
	}
}

func asBytes(v []int16) []byte {
	out := make([]byte, 0, 2*len(v))
	for _, x := range v {
		out = binary.LittleEndian.AppendUint16(out, uint16(x))
	}
	return out
}

// Blocks of extremes reach the largest values that there are between the two passes.
func TestVectorsTransformAsPlainGo(t *testing.T) {
	needVectors(t)
	luck := rand.New(rand.NewPCG(1, 2))
	pix := make([]uint8, 4096)
	for round := range 20000 {
		for i := range pix[:1200] {
			switch round % 4 {
			case 0:
				pix[i] = uint8(luck.Uint32())
			case 1:
				pix[i] = uint8(luck.Uint32()%2) * 255
			case 2:
				pix[i] = uint8(round) + uint8(luck.Uint32()%8)
			default:
				pix[i] = uint8(i>>(round/4%9)&1) * 255
			}
		}
		strideA, strideB := 8+luck.IntN(60), 8+luck.IntN(60)
		checkPair(t, samples{pix[luck.IntN(600):][:7*strideA+8], strideA}, samples{pix[luck.IntN(600):][:7*strideB+8], strideB})
	}
	for _, v := range []uint8{0, 1, 127, 128, 254, 255} {
		for i := range pix {
			pix[i] = v
		}
		if out := checkPair(t, samples{pix, 8}, samples{pix, 64}); out[0] != 64*(int16(v)-128) || out[64] != out[0] {
			t.Errorf("the mean of %d is %d", v, out[0])
		}
	}
	// Each basis function at its largest.
	for u := range 64 {
		for sign := range 2 {
			for i := range 64 {
				pix[i] = 255 * uint8(sign)
				if basis(i%8, u%8)*basis(i/8, u/8) > 0 {
					pix[i] = 255 * uint8(1-sign)
				}
			}
			checkPair(t, samples{pix[:64], 8}, samples{pix[:64], 8})
		}
	}
}

// basis is which sign a basis function has at a sample (T.81, section A.3.3).
func basis(x, u int) int {
	if turn := (2*x + 1) * u % 32; turn < 8 || turn > 24 {
		return 1
	}
	return -1
}

func TestVectorsDivideAsPlainGo(t *testing.T) {
	needVectors(t)
	in := make([]int16, 64*64)
	for first := 1; first <= 255; first += 16 {
		var s steps
		for k := range 64 {
			s.set(k, min(first+k, 255))
		}
		for from := -mostCoefficient; from < mostCoefficient; from += 64 {
			for i := range in { // every coefficient meets every value
				in[i] = int16(from + (i+i/64)%64)
			}
			checkDivide(t, &s, in)
		}
		checkDivide(t, &s, in[:64])
		checkDivide(t, &s, make([]int16, 192))
		checkDivide(t, &s, nil)
	}
}

func TestVectorsWriteTheSameFile(t *testing.T) {
	needVectors(t)
	for _, size := range []image.Point{{1, 1}, {8, 8}, {9, 7}, {16, 16}, {17, 33}, {40, 8}, {301, 203}, {97, 256}} {
		for _, ratio := range ratios {
			m := scene(size.X, size.Y, ratio)
			for _, picture := range []image.Image{m, grayOf(m)} {
				for _, quality := range []int{1, 30, 85, 100} {
					data, err := new(Encoder).Encode(picture, quality)
					if err != nil {
						t.Fatal(err)
					}
					var want []byte
					plainly(func() { want, err = new(Encoder).Encode(picture, quality) })
					if err != nil || !bytes.Equal(data, want) {
						t.Errorf("%v %v quality %d: %d bytes, want %d: %v", size, ratio, quality, len(data), len(want), err)
					}
				}
			}
		}
	}
}

// Blocks that do not lie in the samples are refused as plain Go refuses them.
func TestVectorsDoNotReadBeyondTheSamples(t *testing.T) {
	needVectors(t)
	good := samples{make([]uint8, 64), 8}
	for _, bad := range []samples{{make([]uint8, 63), 8}, {nil, 8}, {make([]uint8, 64), 9}, {make([]uint8, 64), -1}, {make([]uint8, 64), 1 << 61}} {
		for _, order := range [][2]samples{{good, bad}, {bad, good}} {
			func() {
				defer func() {
					if recover() == nil {
						t.Errorf("%d samples, %d in a row: read", len(bad.pix), bad.stride)
					}
				}()
				pair(&[128]int16{}, order[0], order[1])
			}()
		}
	}
}

func FuzzVectors(f *testing.F) {
	f.Add([]byte{0, 255, 3}, uint8(8), uint8(85))
	f.Add([]byte{1}, uint8(0), uint8(3))
	f.Fuzz(func(t *testing.T, data []byte, stride, quality uint8) {
		needVectors(t)
		pix := make([]uint8, 8*(8+int(stride))+1)
		for i := range pix {
			if len(data) > 0 {
				pix[i] = data[i%len(data)]
			}
		}
		out := checkPair(t, samples{pix, 8 + int(stride)}, samples{pix[1:], 8})
		s := stepsOf(int(quality)%100+1, int(quality)/100&1)
		checkDivide(t, &s, out[:])
	})
}
