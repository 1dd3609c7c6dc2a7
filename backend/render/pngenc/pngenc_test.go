package pngenc

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

// photo is soft shades, an edge and grain.
func photo(width, height int) *image.NRGBA {
	random := rand.New(rand.NewPCG(uint64(width), uint64(height)))
	m := image.NewNRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			light := func(v float64) uint8 { return uint8(min(max(v+random.NormFloat64()*3, 0), 255)) }
			u, v := float64(x)/float64(width), float64(y)/float64(height)
			m.SetNRGBA(x, y, color.NRGBA{light(120 + 90*math.Sin(9*u)*math.Cos(7*v)), light(100 + 80*math.Sin(4*u+5*v)), light(90 + 120*v), 255})
		}
	}
	return m
}

// drawing is flat areas with soft edges, of more or fewer colours.
func drawing(width, height, colours int) *image.NRGBA {
	m := image.NewNRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			n := (x/24*7 + y/16*3) % max(colours, 1)
			m.SetNRGBA(x, y, color.NRGBA{uint8(n * 37), uint8(n >> 2), uint8(255 - n), 255})
		}
	}
	return m
}

func with(m *image.NRGBA, change func(i int, p []uint8)) *image.NRGBA {
	out := image.NewNRGBA(m.Rect)
	copy(out.Pix, m.Pix)
	for i := 0; i < len(out.Pix); i += 4 {
		change(i/4, out.Pix[i:i+4])
	}
	return out
}

func greyed(_ int, p []uint8) { p[1], p[2] = p[0], p[0] }

func encoded(t testing.TB, m *image.NRGBA, e Effort) []byte {
	t.Helper()
	file, err := Encode(m, e)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// same fails unless every pixel of a file is as it was, those that cannot be seen too.
func same(t testing.TB, file []byte, want *image.NRGBA) {
	t.Helper()
	m, err := png.Decode(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	if m.Bounds().Size() != want.Rect.Size() {
		t.Fatalf("%v instead of %v", m.Bounds(), want.Rect)
	}
	for y := range want.Rect.Dy() {
		for x := range want.Rect.Dx() {
			got := color.NRGBAModel.Convert(m.At(x, y)).(color.NRGBA)
			if n, ok := m.(*image.NRGBA); ok {
				got = n.NRGBAAt(x, y)
			}
			if w := want.NRGBAAt(want.Rect.Min.X+x, want.Rect.Min.Y+y); got != w && (got.A != 0 || w.A != 0) {
				t.Fatalf("%v at %d,%d instead of %v", got, x, y, w)
			}
		}
	}
}

func TestEveryPixelIsKeptInAsFewBytesAsItNeeds(t *testing.T) {
	half := func(i int, p []uint8) { p[3] = uint8(i * 5) }
	for _, c := range []struct {
		name         string
		m            *image.NRGBA
		bits, colour byte
	}{
		{"a photograph", photo(203, 131), 8, rgb},
		{"one pixel", photo(1, 1), 8, rgb},
		{"a line", photo(1, 77), 8, rgb},
		{"a row", photo(301, 1), 8, rgb},
		{"translucent", with(photo(90, 70), half), 8, rgba},
		{"grey", with(photo(90, 70), greyed), 8, palette}, // no more than 256 of them
		{"a grey pixel", with(photo(1, 1), greyed), 8, grey},
		{"translucent grey", with(with(photo(90, 70), greyed), half), 8, greyAlpha},
		{"one colour", drawing(90, 70, 1), 1, palette},
		{"2 colours", drawing(91, 70, 2), 1, palette},
		{"3 colours", drawing(90, 71, 3), 2, palette},
		{"4 colours", drawing(93, 71, 4), 2, palette},
		{"5 colours", drawing(90, 70, 5), 4, palette},
		{"16 colours", drawing(187, 170, 16), 4, palette},
		{"17 colours", drawing(190, 170, 17), 8, palette},
		{"256 colours", drawing(800, 600, 256), 8, palette},
		{"257 colours", drawing(800, 600, 257), 8, rgb},
		{"a stamp", with(drawing(90, 70, 5), func(i int, p []uint8) {
			if i%11 == 0 {
				p[0], p[1], p[2], p[3] = 0, 0, 0, uint8(i%3*100)
			}
		}), 4, palette},
		{"a part of a larger one", photo(90, 70).SubImage(image.Rect(11, 7, 60, 41)).(*image.NRGBA), 8, rgb},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, e := range []Effort{Quick, Small} {
				file := encoded(t, c.m, e)
				same(t, file, c.m)
				if file[24] != c.bits || file[25] != c.colour {
					t.Errorf("%d bits of kind %d, want %d of %d", file[24], file[25], c.bits, c.colour)
				}
				if !bytes.Equal(file, encoded(t, c.m, e)) {
					t.Error("the same pixels made another file")
				}
				chunks(t, file)
			}
		})
	}
}

// chunks walks a file as the specification has it (section 5), and fails for anything that it does not need.
func chunks(t *testing.T, file []byte) {
	t.Helper()
	var kinds string
	for b := file[8:]; len(b) > 0; {
		n := binary.BigEndian.Uint32(b)
		if int(n)+12 > len(b) || crc32.ChecksumIEEE(b[4:8+n]) != binary.BigEndian.Uint32(b[8+n:]) {
			t.Fatal("a chunk is broken")
		}
		kinds += string(b[4:8]) + " "
		b = b[12+n:]
	}
	switch kinds {
	case "IHDR IDAT IEND ", "IHDR PLTE IDAT IEND ", "IHDR PLTE tRNS IDAT IEND ":
	default:
		t.Errorf("chunks %s", kinds)
	}
}

func TestWhatIsNoPictureIsRefused(t *testing.T) {
	for _, m := range []*image.NRGBA{
		{},
		{Rect: image.Rect(0, 0, 4, 4), Stride: 16, Pix: make([]uint8, 63)},
		{Rect: image.Rect(0, 0, 4, 4), Stride: 15, Pix: make([]uint8, 640)},
		{Rect: image.Rect(0, 0, 0, 4), Stride: 16, Pix: make([]uint8, 64)},
	} {
		if _, err := Encode(m, Quick); !errors.Is(err, ErrPicture) {
			t.Errorf("%v: %v", m.Rect, err)
		}
	}
}

// allowed is what a file may be larger by where both are tiny, in bytes.
const allowed = 8 << 10

// No file may be much larger than what the standard library makes of the same, whatever is in the picture.
func TestFilesAreNotLargerThanTheStandardLibrarys(t *testing.T) {
	mixed := photo(400, 300)
	draw.Draw(mixed, image.Rect(0, 0, 400, 180), drawing(400, 180, 300), image.Point{}, draw.Src)
	for name, m := range map[string]*image.NRGBA{
		"photograph": photo(400, 300), "drawing": drawing(400, 300, 60), "many colours": drawing(800, 600, 3000), "half and half": mixed,
		"translucent": with(photo(400, 300), func(i int, p []uint8) { p[3] = uint8(i / 400) }),
	} {
		for e, level := range map[Effort]png.CompressionLevel{Quick: png.BestSpeed, Small: png.DefaultCompression} {
			var std bytes.Buffer
			if err := (&png.Encoder{CompressionLevel: level}).Encode(&std, m); err != nil {
				t.Fatal(err)
			}
			if got, most := len(encoded(t, m, e)), std.Len()*102/100+allowed; got > most {
				t.Errorf("%s, effort %d: %d bytes, the standard library %d", name, e, got, std.Len())
			}
		}
	}
}

func FuzzEncode(f *testing.F) {
	f.Add(uint8(3), uint8(2), []byte{1, 2, 3, 255, 9, 9, 9, 255, 9, 9, 9, 0})
	f.Add(uint8(40), uint8(9), []byte{0, 0, 0, 255})
	f.Add(uint8(17), uint8(200), []byte{7, 7, 7, 20, 1, 2, 3})
	f.Fuzz(func(t *testing.T, width, height uint8, bytes []byte) {
		m := image.NewNRGBA(image.Rect(0, 0, int(width)+1, int(height)+1))
		for i := range m.Pix {
			if len(bytes) > 0 {
				m.Pix[i] = bytes[i%len(bytes)]
			}
		}
		same(t, encoded(t, m, Effort(int(width)&1)), m)
	})
}

// BenchmarkPNG compares with the standard library, in turn, on what a network takes.
func BenchmarkPNG(b *testing.B) {
	for name, m := range map[string]*image.NRGBA{"photograph": photo(1080, 1080), "drawing": drawing(1080, 1080, 3000)} {
		for effort, level := range map[Effort]png.CompressionLevel{Quick: png.BestSpeed, Small: png.DefaultCompression} {
			b.Run(name+map[Effort]string{Quick: "/quick", Small: "/small"}[effort], func(b *testing.B) {
				var ours, theirs time.Duration
				var n int
				var std bytes.Buffer
				for b.Loop() {
					began := time.Now()
					n = len(encoded(b, m, effort))
					ours += time.Since(began)
					b.StopTimer()
					began = time.Now()
					std.Reset()
					if err := (&png.Encoder{CompressionLevel: level}).Encode(&std, m); err != nil {
						b.Fatal(err)
					}
					theirs += time.Since(began)
					b.StartTimer()
				}
				b.ReportMetric(ours.Seconds()/theirs.Seconds(), "time/std")
				b.ReportMetric(float64(n)/float64(std.Len()), "bytes/std")
			})
		}
	}
}
