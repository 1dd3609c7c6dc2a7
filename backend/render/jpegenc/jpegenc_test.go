package jpegenc

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"math"
	"math/rand/v2"
	"testing"
)

var ratios = []image.YCbCrSubsampleRatio{
	image.YCbCrSubsampleRatio444, image.YCbCrSubsampleRatio422, image.YCbCrSubsampleRatio440, image.YCbCrSubsampleRatio420,
}

// scene is a synthetic photograph in planes: gradients, edges and grain.
func scene(width, height int, ratio image.YCbCrSubsampleRatio) *image.YCbCr {
	m := image.NewYCbCr(image.Rect(0, 0, width, height), ratio)
	luck := rand.New(rand.NewPCG(uint64(width), uint64(height)))
	fill := func(pix []uint8, stride, w, h int, base, swing float64) {
		for y := range h {
			for x := range w {
				v := base + swing*math.Sin(float64(x)/17)*math.Cos(float64(y)/23) + luck.Float64()*12
				if (x/19+y/31)%7 == 0 {
					v -= 60
				}
				pix[y*stride+x] = uint8(min(max(v, 0), 255))
			}
		}
	}
	c := image.Pt(m.CStride, len(m.Cb)/m.CStride)
	fill(m.Y, m.YStride, width, height, 120, 90)
	fill(m.Cb, m.CStride, c.X, c.Y, 110, 40)
	fill(m.Cr, m.CStride, c.X, c.Y, 140, 30)
	return m
}

func grayOf(m *image.YCbCr) *image.Gray {
	return &image.Gray{Pix: m.Y, Stride: m.YStride, Rect: m.Rect}
}

// errorOf is the mean square error of brightness.
func errorOf(a, b image.Image) float64 {
	sum, n := 0.0, 0
	for y := range a.Bounds().Dy() {
		for x := range a.Bounds().Dx() {
			p := color.GrayModel.Convert(a.At(x, y)).(color.Gray).Y
			q := color.GrayModel.Convert(b.At(x, y)).(color.Gray).Y
			sum += (float64(p) - float64(q)) * (float64(p) - float64(q))
			n++
		}
	}
	return sum / float64(n)
}

// decoded reads a file with the standard library, which also says how its planes are sampled.
func decoded(t testing.TB, data []byte) image.Image {
	t.Helper()
	m, err := jpeg.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// At the same quality a file shows the picture as well as the standard library's, in fewer bytes.
func TestAFileIsAsGoodAsTheStandardLibrarysAndSmaller(t *testing.T) {
	for _, quality := range []int{1, 25, 50, 75, 85, 95, 100} {
		m := scene(301, 203, image.YCbCrSubsampleRatio420)
		var std bytes.Buffer
		if err := jpeg.Encode(&std, m, &jpeg.Options{Quality: quality}); err != nil {
			t.Fatal(err)
		}
		ours, err := new(Encoder).Encode(m, quality)
		if err != nil {
			t.Fatal(err)
		}
		if len(ours) > std.Len() {
			t.Errorf("quality %d: %d bytes against %d", quality, len(ours), std.Len())
		}
		a, b := errorOf(m, decoded(t, ours)), errorOf(m, decoded(t, std.Bytes()))
		if worse := 10 * math.Log10(a/b); worse > 0.05 && quality < 100 || worse > 0.1 { // at 100 the standard library keeps more bits
			t.Errorf("quality %d: %.3f dB worse", quality, worse)
		}
		t.Logf("quality %d: %.3f of the bytes", quality, float64(len(ours))/float64(std.Len()))
	}
}

func TestEverySamplingAndSizeIsWritten(t *testing.T) {
	sizes := []image.Point{{1, 1}, {1, 40}, {40, 1}, {64, 48}, {100, 7}}
	for i := 2; i <= 17; i++ {
		sizes = append(sizes, image.Pt(i, 19-i))
	}
	for _, size := range sizes {
		for _, ratio := range ratios {
			m := scene(size.X, size.Y, ratio)
			data, err := new(Encoder).Encode(m, 95)
			if err != nil {
				t.Fatal(err)
			}
			back, ok := decoded(t, data).(*image.YCbCr)
			if !ok || back.Rect != m.Rect || back.SubsampleRatio != ratio {
				t.Fatalf("%v %v: %T %v", size, ratio, back, back)
			}
			if e := errorOf(m, back); e > 40 {
				t.Errorf("%v %v: error %.1f", size, ratio, e)
			}
		}
		gray := grayOf(scene(size.X, size.Y, image.YCbCrSubsampleRatio444))
		data, err := new(Encoder).Encode(gray, 95)
		if err != nil {
			t.Fatal(err)
		}
		if back, ok := decoded(t, data).(*image.Gray); !ok || errorOf(gray, back) > 40 {
			t.Errorf("%v: gray is %T", size, back)
		}
	}
}

// A part of a picture is written as a picture of its own.
func TestAPartIsWrittenAlone(t *testing.T) {
	m := scene(120, 90, image.YCbCrSubsampleRatio420)
	part := m.SubImage(image.Rect(32, 16, 97, 71)).(*image.YCbCr)
	data, err := new(Encoder).Encode(part, 95)
	if err != nil {
		t.Fatal(err)
	}
	back := decoded(t, data)
	for y := range 55 {
		for x := range 65 {
			a, b := m.YCbCrAt(32+x, 16+y).Y, back.(*image.YCbCr).YCbCrAt(x, y).Y
			if d := int(a) - int(b); d > 40 || d < -40 {
				t.Fatalf("at %d, %d: %d and %d", x, y, a, b)
			}
		}
	}
	if _, err := new(Encoder).Encode(m.SubImage(image.Rect(31, 16, 97, 71)), 95); !errors.Is(err, ErrPicture) {
		t.Errorf("a part that begins inside a colour sample: %v", err)
	}
}

// What is counted is what is written, but for the stuffed zeros.
func TestTheCountIsTheSize(t *testing.T) {
	for _, m := range []image.Image{
		scene(211, 147, image.YCbCrSubsampleRatio420), scene(64, 64, image.YCbCrSubsampleRatio444),
		grayOf(scene(97, 33, image.YCbCrSubsampleRatio444)), image.NewGray(image.Rect(0, 0, 500, 3)),
	} {
		p, err := shapeOf(m)
		if err != nil {
			t.Fatal(err)
		}
		w := &work{}
		w.begin(p, true)
		if err := w.transform(t.Context()); err != nil {
			t.Fatal(err)
		}
		for quality := 1; quality <= 100; quality++ {
			w.quantise(quality)
			data := w.emit()
			scan := bytes.Index(data, []byte{0xff, startOfScan})
			stuffed := bytes.Count(data[scan:], []byte{0xff, 0})
			if want := int64(len(data) - stuffed); w.count() != want {
				t.Fatalf("%T quality %d: counted %d, written %d", m, quality, w.count(), want)
			}
			if quality%9 == 1 {
				decoded(t, data)
			}
		}
	}
}

func TestALimitIsMetWithTheBestQualityThatFits(t *testing.T) {
	m := scene(301, 203, image.YCbCrSubsampleRatio420)
	size := map[int]int64{}
	for q := 1; q <= 100; q++ {
		data, err := new(Encoder).Encode(m, q)
		if err != nil {
			t.Fatal(err)
		}
		size[q] = int64(len(data))
	}
	for _, limit := range []int64{1, 500, size[40] - 1, size[60] - 1, size[60], size[60] + 1, size[71], size[84], size[85] - 1, size[85], 1 << 30} {
		want := 0
		for q := 60; q <= 85; q++ {
			if size[q] <= limit {
				want = q
			}
		}
		f, err := new(Encoder).Fit(t.Context(), m, 85, 60, limit)
		if err != nil {
			t.Fatal(err)
		}
		if want == 0 {
			if f.Data != nil || f.Quality != 60 || f.Bytes <= limit || f.Bytes > size[60] {
				t.Errorf("%d bytes: %d of quality %d, %d", limit, len(f.Data), f.Quality, f.Bytes)
			}
			continue
		}
		if f.Quality != want || int64(len(f.Data)) != size[want] || f.Bytes != size[want] {
			t.Errorf("%d bytes: quality %d in %d bytes, want %d in %d", limit, f.Quality, len(f.Data), want, size[want])
		}
	}
}

func TestWhatCannotBeWrittenIsRefused(t *testing.T) {
	m := scene(16, 16, image.YCbCrSubsampleRatio420)
	var none *image.Gray
	narrow := *m
	narrow.YStride = -16
	short := *m
	short.Cr = short.Cr[:3]
	for name, bad := range map[string]image.Image{
		"red, green and blue": image.NewNRGBA(image.Rect(0, 0, 4, 4)), "nothing": image.NewGray(image.Rectangle{}), "short": &short,
		"none": none, "not even that": nil, "narrow": &narrow,
		"too wide": image.NewGray(image.Rect(0, 0, 65536, 1)), "strange sampling": image.NewYCbCr(image.Rect(0, 0, 8, 8), image.YCbCrSubsampleRatio411),
	} {
		if _, err := new(Encoder).Encode(bad, 85); !errors.Is(err, ErrPicture) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, q := range [][2]int{{0, 0}, {101, 60}, {50, 60}, {85, 0}} {
		if _, err := new(Encoder).Fit(t.Context(), m, q[0], q[1], 0); !errors.Is(err, ErrQuality) {
			t.Errorf("quality %v: %v", q, err)
		}
	}
}

// Whatever the samples are, the file can be read and is within its limit.
func FuzzEncode(f *testing.F) {
	f.Add([]byte{1, 2, 3}, uint8(5), uint8(7), uint8(85), uint16(0))
	f.Add([]byte{0, 255}, uint8(33), uint8(16), uint8(100), uint16(300))
	f.Add([]byte{}, uint8(1), uint8(1), uint8(1), uint16(9))
	f.Fuzz(func(t *testing.T, samples []byte, width, height, quality uint8, limit uint16) {
		m := image.NewYCbCr(image.Rect(0, 0, int(width)%64+1, int(height)%64+1), ratios[int(quality)%4])
		if len(samples) > 0 {
			for _, pix := range [][]uint8{m.Y, m.Cb, m.Cr} {
				for i := range pix {
					pix[i] = samples[i%len(samples)]
				}
			}
		}
		q := int(quality)%100 + 1
		file, err := new(Encoder).Fit(t.Context(), m, q, min(q, 60), int64(limit))
		if err != nil {
			t.Fatal(err)
		}
		if file.Data == nil {
			if limit == 0 || file.Bytes <= int64(limit) {
				t.Fatalf("nothing was written in %d bytes, %d are said", limit, file.Bytes)
			}
			return
		}
		if limit > 0 && len(file.Data) > int(limit) {
			t.Fatalf("%d bytes of %d", len(file.Data), limit)
		}
		if decoded(t, file.Data).Bounds() != m.Rect {
			t.Fatal("another size")
		}
	})
}

func BenchmarkEncode(b *testing.B) {
	e := &Encoder{}
	for _, size := range []image.Point{{1080, 1080}, {2032, 1500}} {
		m := scene(size.X, size.Y, image.YCbCrSubsampleRatio420)
		b.Run(fmt.Sprintf("%dx%d/ours", size.X, size.Y), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := e.Encode(m, 85); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(fmt.Sprintf("%dx%d/std", size.X, size.Y), func(b *testing.B) {
			for b.Loop() {
				var out bytes.Buffer
				if err := jpeg.Encode(&out, m, &jpeg.Options{Quality: 85}); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(fmt.Sprintf("%dx%d/limited", size.X, size.Y), func(b *testing.B) {
			data, err := e.Encode(m, 73)
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				if f, err := e.Fit(b.Context(), m, 85, 60, int64(len(data))); err != nil || f.Data == nil {
					b.Fatal(f.Bytes, err)
				}
			}
		})
	}
}
