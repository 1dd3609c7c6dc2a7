package jpegdec

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"math"
	"testing"
)

func decoded(t testing.TB, file []byte, o Options) *Picture {
	t.Helper()
	p, err := New(nil).Decode(t.Context(), file, o)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// farthest returns the largest difference between two pictures' samples.
func farthest(t testing.TB, a, b image.Image) int {
	t.Helper()
	pa, sa := planesOf(a)
	pb, sb := planesOf(b)
	if fmt.Sprint(sa) != fmt.Sprint(sb) || len(sa) == 0 {
		t.Fatalf("planes of %v instead of %v", sa, sb)
	}
	most := 0
	for i := range pa {
		for k := range pa[i] {
			d := int(pa[i][k]) - int(pb[i][k])
			most = max(most, d, -d)
		}
	}
	return most
}

type kind struct {
	name   string
	hv     []int
	change func(*writer)
	w, h   int
}

func kinds() []kind {
	var all []kind
	for _, s := range []struct {
		name string
		hv   []int
	}{
		{"gray", []int{11}},
		{"gray 2x2", []int{22}},
		{"444", []int{11, 11, 11}},
		{"422", []int{21, 11, 11}},
		{"420", []int{22, 11, 11}},
		{"440", []int{12, 11, 11}},
		{"444 of 2x2", []int{22, 22, 22}},
		{"422 of 2x2", []int{22, 12, 12}},
		{"440 of 2x2", []int{22, 21, 21}},
	} {
		for _, v := range []struct {
			name   string
			change func(*writer)
		}{
			{"plain", func(*writer) {}},
			{"separate", func(w *writer) { w.separate = true }},
			{"restart", func(w *writer) { w.interval = 3 }},
			{"separate restart", func(w *writer) { w.separate, w.interval = true, 7 }},
			{"progressive", func(w *writer) { w.progressive = true }},
			{"progressive restart", func(w *writer) { w.progressive, w.interval = true, 5 }},
		} {
			all = append(all, kind{s.name + " " + v.name, s.hv, v.change, 117, 83})
		}
	}
	for _, size := range [][2]int{{1, 1}, {1, 40}, {40, 1}, {7, 9}, {8, 8}, {16, 16}, {17, 33}, {300, 15}} {
		for _, progressive := range []bool{false, true} {
			all = append(all, kind{
				fmt.Sprintf("420 %v progressive %v", size, progressive),
				[]int{22, 11, 11},
				func(w *writer) { w.progressive = progressive }, size[0], size[1],
			})
		}
	}
	return all
}

func (k kind) file() []byte {
	w := newWriter(k.w, k.h, k.hv...)
	k.change(w)
	return w.file(k.w, k.h)
}

// reference is the same picture in a form that image/jpeg reads: it counts restart intervals of a
// scan of one component in whole MCUs (T.81, section A.2.2 says blocks), and refuses over ten
// blocks in an MCU.
func (k kind) reference() []byte {
	w := newWriter(k.w, k.h, k.hv...)
	k.change(w)
	large := len(k.hv) == 3 && k.hv[1] == 22
	if w.interval > 0 || large {
		w.interval, w.progressive, w.separate = 0, false, large
	}
	return w.file(k.w, k.h)
}

func TestEveryKindIsAsTheStandardLibrarySees(t *testing.T) {
	for _, k := range kinds() {
		file := k.file()
		want, err := jpeg.Decode(bytes.NewReader(k.reference()))
		if err != nil {
			t.Errorf("%s: the file of the test is wrong: %v", k.name, err)
			continue
		}
		for _, pipelined := range []bool{false, true} {
			p := decoded(t, file, Options{Pipelined: pipelined})
			if p.Damaged || p.Rows != p.AllRows {
				t.Errorf("%s: damaged, %d of %d rows", k.name, p.Rows, p.AllRows)
			}
			if d := farthest(t, p.Image, want); d > 1 {
				t.Errorf("%s: a sample differs by %d", k.name, d)
			}
		}
	}
}

func TestFilesOfTheStandardEncoderAreAsItSees(t *testing.T) {
	for _, quality := range []int{5, 30, 75, 90, 100} {
		m := image.NewYCbCr(image.Rect(0, 0, 203, 150), image.YCbCrSubsampleRatio420)
		copy(m.Y, photoPlane(m.YStride, 150, 1))
		copy(m.Cb, photoPlane(m.CStride, 75, 2))
		copy(m.Cr, photoPlane(m.CStride, 75, 3))
		var file bytes.Buffer
		if err := jpeg.Encode(&file, m, &jpeg.Options{Quality: quality}); err != nil {
			t.Fatal(err)
		}
		want, err := jpeg.Decode(bytes.NewReader(file.Bytes()))
		if err != nil {
			t.Fatal(err)
		}
		if d := farthest(t, decoded(t, file.Bytes(), Options{}).Image, want); d > 1 {
			t.Errorf("quality %d: a sample differs by %d", quality, d)
		}
	}
}

// psnr compares a scaled plane with the means of the full one, edges left out.
func psnr(full []uint8, fullSize image.Point, small []uint8, size image.Point, scale int) float64 {
	sum, count := 0.0, 0
	for y := range fullSize.Y / scale {
		for x := range fullSize.X / scale {
			mean := 0.0
			for dy := range scale {
				for dx := range scale {
					mean += float64(full[(y*scale+dy)*fullSize.X+x*scale+dx])
				}
			}
			d := mean/float64(scale*scale) - float64(small[y*size.X+x])
			sum += d * d
			count++
		}
	}
	return 10 * math.Log10(255*255*float64(count)/max(sum, 1e-9))
}

func TestASmallerDecodeIsTheAverageOfTheFullOne(t *testing.T) {
	for _, k := range kinds() {
		if k.w < 100 || k.h < 50 {
			continue
		}
		file := k.file()
		full, fullSize := planesOf(decoded(t, file, Options{}).Image)
		for _, c := range []struct {
			scale int
			least float64
		}{{2, 36}, {4, 36}, {8, 54}} {
			for _, pipelined := range []bool{false, true} {
				p := decoded(t, file, Options{Scale: c.scale, Pipelined: pipelined})
				if got, want := p.Image.Bounds().Size(), image.Pt(over(k.w, c.scale), over(k.h, c.scale)); got != want || p.Damaged {
					t.Fatalf("%s at 1/%d: %v instead of %v, damaged: %v", k.name, c.scale, got, want, p.Damaged)
				}
				pix, size := planesOf(p.Image)
				for i := range pix {
					if got := psnr(full[i], fullSize[i], pix[i], size[i], c.scale); got < c.least {
						t.Errorf("%s at 1/%d, plane %d: %.1f dB, want %.0f", k.name, c.scale, i, got, c.least)
					}
				}
			}
		}
	}
}

func TestOddSidesRoundUpInEveryPlane(t *testing.T) {
	for _, k := range kinds() {
		file := k.file()
		for _, scale := range []int{1, 2, 4, 8} {
			pix, size := planesOf(decoded(t, file, Options{Scale: scale}).Image) // slices every row
			if len(pix) != len(k.hv) || size[0] != image.Pt(over(k.w, scale), over(k.h, scale)) {
				t.Errorf("%s at 1/%d: planes of %v", k.name, scale, size)
			}
		}
	}
}

func TestACancelledDecodeStops(t *testing.T) {
	for _, k := range kinds() {
		for _, pipelined := range []bool{false, true} {
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			if _, err := New(nil).Decode(ctx, k.file(), Options{Pipelined: pipelined}); !errors.Is(err, context.Canceled) {
				t.Errorf("%s: %v", k.name, err)
			}
		}
	}
}
