//go:build (amd64 || arm64) && !purego

package jpegdec

import (
	"bytes"
	"encoding/binary"
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

// checkInverse draws a block with the vector instructions and without, at every scale that has them.
func checkInverse(t *testing.T, b *[64]int16, q *[64]int32, last, stride int) {
	t.Helper()
	for side, both := range map[int][2]func([]uint8, int, *[64]int16, *[64]int32, int){8: {inverse8, plain8}, 4: {inverse4, plain4}} {
		// Room for one byte less than a block behind the first row is refused, so a guard stands on both sides.
		got := bytes.Repeat([]byte{77}, 16+(side-1)*stride+side+16)
		want := bytes.Clone(got)
		end := len(got) - 16
		both[0](got[16:end:end], stride, b, q, last)
		both[1](want[16:end:end], stride, b, q, last)
		if !bytes.Equal(got, want) {
			t.Fatalf("%d×%d, last %d, stride %d: %v with %v gave\n%v, want\n%v", side, side, last, stride, b, q, got, want)
		}
	}
}

// lastOf is the place of the last coefficient that is not zero.
func lastOf(b *[64]int16) int {
	for k := 63; k > 0; k-- {
		if b[zigzag[k]] != 0 {
			return k
		}
	}
	return 0
}

// What the coefficients are does not matter: those of photographs, the largest there are, and those of
// bad files, with which the sums wrap around.
func TestVectorsDrawAsPlainGo(t *testing.T) {
	needVectors(t)
	luck := rand.New(rand.NewPCG(3, 4))
	for round := range 60000 {
		var b [64]int16
		var q [64]int32
		for k := range 64 {
			at := zigzag[k]
			switch round % 5 {
			case 0: // a photograph
				q[at] = int32(1 + k/2)
				b[at] = int16(luck.NormFloat64() * 200 / float64(1+k*k/4))
			case 1: // large
				q[at] = 1 + luck.Int32N(255)
				b[at] = int16(luck.IntN(2048/int(q[at])+1) - luck.IntN(2048/int(q[at])+1))
			case 2: // extreme
				q[at] = 255
				b[at] = int16(luck.IntN(3)-1) * 1023
			case 3: // bad
				q[at] = luck.Int32N(65536)
				b[at] = int16(luck.Uint32())
			default: // worse
				q[at] = 65535
				b[at] = int16(luck.IntN(2)*65535 - 32768)
			}
		}
		end := luck.IntN(65)
		if round%3 == 0 {
			end = luck.IntN(12)
		}
		for k := max(end, 1); k < 64; k++ {
			b[zigzag[k]] = 0
		}
		if round%7 == 0 {
			for range 40 { // columns of zeros
				b[luck.IntN(64)] = 0
			}
		}
		checkInverse(t, &b, &q, lastOf(&b), 8+luck.IntN(100))
	}
}

func TestVectorsDecodeTheSamePicture(t *testing.T) {
	needVectors(t)
	check := func(name string, file []byte) {
		for _, scale := range []int{1, 2, 4, 8} {
			for _, pipelined := range []bool{false, true} {
				got, err := New(nil).Decode(t.Context(), file, Options{Scale: scale, Pipelined: pipelined})
				plainly(func() {
					want, wantErr := New(nil).Decode(t.Context(), file, Options{Scale: scale, Pipelined: pipelined})
					if (err == nil) != (wantErr == nil) {
						t.Errorf("%s at 1/%d: %v, want %v", name, scale, err, wantErr)
					} else if err == nil && (farthest(t, got.Image, want.Image) != 0 || got.Rows != want.Rows) {
						t.Errorf("%s at 1/%d: another picture", name, scale)
					}
				})
			}
		}
	}
	for _, k := range kinds() {
		check(k.name, k.file())
	}
	luck := rand.New(rand.NewPCG(5, 6))
	good := sample420(func(*writer) {})
	for range 60 { // bits turned over somewhere
		bad := bytes.Clone(good)
		for range 1 + luck.IntN(4) {
			bad[luck.IntN(len(bad))] ^= 1 << luck.IntN(8)
		}
		check("a bad file", bad)
	}
}

// A block for which there is no room is drawn as far as plain Go draws it.
func TestVectorsDoNotWriteBeyondTheSamples(t *testing.T) {
	needVectors(t)
	var b [64]int16
	var q [64]int32
	b[0], b[63], q[0], q[63] = 100, 3, 5, 7
	for room := 64; room < 7*40+8; room++ {
		whole := bytes.Repeat([]byte{77}, 400)
		want := bytes.Clone(whole)
		try := func(draw func([]uint8, int, *[64]int16, *[64]int32, int), pix []uint8) (panicked bool) {
			defer func() { panicked = recover() != nil }()
			draw(pix[:room:room], 40, &b, &q, 63)
			return false
		}
		if try(inverse8, whole) != try(plain8, want) || !bytes.Equal(whole, want) {
			t.Fatalf("room for %d: %v, want %v", room, whole, want)
		}
	}
	for _, stride := range []int{-1, 1 << 60, 1 << 61, -1 << 63} {
		if holds(make([]uint8, 64), stride, 8) || holds(nil, stride, 4) {
			t.Errorf("64 samples hold rows of %d", stride)
		}
	}
}

func FuzzVectors(f *testing.F) {
	f.Add([]byte{1, 0, 255, 255, 3, 0}, []byte{16, 11, 10}, uint8(9), uint8(63))
	f.Add([]byte{0, 128}, []byte{255}, uint8(0), uint8(9))
	f.Fuzz(func(t *testing.T, coefficients, steps []byte, stride, last uint8) {
		needVectors(t)
		var b [64]int16
		var q [64]int32
		for k := range int(last)%64 + 1 {
			if len(coefficients) > 1 {
				b[zigzag[k]] = int16(binary.LittleEndian.Uint16(coefficients[2*k%(len(coefficients)-1):]))
			}
			if len(steps) > 1 {
				q[zigzag[k]] = int32(binary.LittleEndian.Uint16(steps[2*k%(len(steps)-1):]))
			}
		}
		checkInverse(t, &b, &q, lastOf(&b), 8+int(stride))
	})
}
