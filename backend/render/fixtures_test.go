package render

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/HugoSmits86/nativewebp"
)

// TestMain lets the test binary be its own HEIC child.
func TestMain(m *testing.M) {
	switch os.Getenv("POSTBAG_TEST_CHILD") {
	case "heic":
		os.Exit(RunHEICChild(Limits{}))
	case "hang":
		select {}
	case "greedy":
		stop := make(chan struct{})
		go watchMemory(64<<20, stop)
		var hold [][]byte
		for {
			b := make([]byte, 8<<20)
			for i := range b {
				b[i] = 1
			}
			hold = append(hold, b)
			_ = hold
		}
	case "liar":
		os.Stdout.WriteString(childMagic + "\x00\x01\x00\x00\x00\x01\x00\x00")
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// photo is a synthetic photograph: soft gradients, hard edges and grain.
func photo(width, height int) *image.NRGBA {
	rng := rand.New(rand.NewPCG(1, uint64(width*height)))
	m := image.NewNRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			u, v := float64(x)/float64(width), float64(y)/float64(height)
			r := 120 + 90*math.Sin(u*9)*math.Cos(v*7)
			g := 100 + 80*math.Sin(u*4+v*5)
			b := 90 + 120*v
			if math.Hypot(u-0.7, v-0.4) < 0.15 {
				r, g, b = 230, 190, 60
			}
			if (x/37+y/23)%9 == 0 {
				r, g, b = r*0.6, g*0.6, b*0.6
			}
			n := rng.Float64()*14 - 7
			set := func(c float64) uint8 { return uint8(min(max(c+n, 0), 255)) }
			m.SetNRGBA(x, y, color.NRGBA{set(r), set(g), set(b), 255})
		}
	}
	return m
}

// quarters is a picture whose four corners differ, to see which way up it is.
func quarters(width, height int) *image.NRGBA {
	m := image.NewNRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			c := color.NRGBA{A: 255}
			switch {
			case x < width/2 && y < height/2:
				c.R = 220
			case y < height/2:
				c.G = 220
			case x < width/2:
				c.B = 220
			default:
				c.R, c.G, c.B = 220, 220, 220
			}
			m.SetNRGBA(x, y, c)
		}
	}
	return m
}

func jpegOf(t testing.TB, m image.Image, segments ...[]byte) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: 90}); err != nil {
		t.Fatal(err)
	}
	out := append([]byte{}, b.Bytes()[:2]...)
	for _, s := range segments {
		out = append(out, s...)
	}
	return append(out, b.Bytes()[2:]...)
}

func pngOf(t testing.TB, m image.Image, chunks ...[]byte) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	const afterHeader = 8 + 25
	out := append([]byte{}, b.Bytes()[:afterHeader]...)
	for _, c := range chunks {
		out = append(out, c...)
	}
	return append(out, b.Bytes()[afterHeader:]...)
}

func webpOf(t testing.TB, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := nativewebp.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// segment is one JPEG segment.
func segment(marker byte, body ...[]byte) []byte {
	all := bytes.Join(body, nil)
	out := []byte{0xff, marker}
	out = binary.BigEndian.AppendUint16(out, uint16(len(all)+2))
	return append(out, all...)
}

func pngChunk(kind string, body []byte) []byte {
	out := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	out = append(out, kind...)
	out = append(out, body...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(out[4:]))
}

// exifBlock is a whole EXIF block: orientation, camera, time with offset and a place in Lisbon.
func exifBlock(orientation int) []byte {
	var data []byte
	const base = 8
	order := binary.BigEndian
	dir := func(entries ...[]byte) []byte {
		out := order.AppendUint16(nil, uint16(len(entries)))
		for _, e := range entries {
			out = append(out, e...)
		}
		return order.AppendUint32(out, 0)
	}
	// Three directories of known sizes come first, the values after them.
	const firstLen, exifLen, gpsLen = 2 + 5*12 + 4, 2 + 3*12 + 4, 2 + 4*12 + 4
	values := base + firstLen + exifLen + gpsLen
	entry := func(tag, kind, count int, value []byte) []byte {
		out := order.AppendUint16(nil, uint16(tag))
		out = order.AppendUint16(out, uint16(kind))
		out = order.AppendUint32(out, uint32(count))
		if len(value) <= 4 {
			return append(out, append(bytes.Clone(value), make([]byte, 4-len(value))...)...)
		}
		out = order.AppendUint32(out, uint32(values+len(data)))
		data = append(data, value...)
		return out
	}
	text := func(tag int, s string) []byte { return entry(tag, 2, len(s)+1, append([]byte(s), 0)) }
	rationals := func(tag int, v ...uint32) []byte {
		var b []byte
		for _, n := range v {
			b = order.AppendUint32(b, n)
			b = order.AppendUint32(b, 1)
		}
		return entry(tag, 5, len(v), b)
	}
	first := dir(
		text(0x010f, "Postbag"), text(0x0110, "Postbag sample"),
		entry(0x0112, 3, 1, order.AppendUint16(nil, uint16(orientation))),
		entry(0x8769, 4, 1, order.AppendUint32(nil, base+firstLen)),
		entry(0x8825, 4, 1, order.AppendUint32(nil, base+firstLen+exifLen)),
	)
	sub := dir(text(0x9003, "2026:05:01 18:30:00"), text(0x9011, "+02:00"), text(0xa434, "50mm f/1.8"))
	gps := dir(text(1, "N"), rationals(2, 38, 42, 36), text(3, "W"), rationals(4, 9, 8, 24))
	out := append([]byte("MM\x00*"), 0, 0, 0, 8)
	return append(append(append(append(out, first...), sub...), gps...), data...)
}

func exifSegment(orientation int) []byte { return segment(markAPP1, exifHead, exifBlock(orientation)) }

func xmpSegment() []byte {
	return segment(markAPP1, []byte("http://ns.adobe.com/xap/1.0/\x00<x:xmpmeta>secret</x:xmpmeta>"))
}

// iccOf is a small ICC profile (version 2) of the given primaries.
func iccOf(name string, p primaries, para bool) []byte {
	m, _ := p.toXYZ()
	type tag struct {
		name string
		body []byte
	}
	xyz := func(column int) []byte {
		b := []byte("XYZ \x00\x00\x00\x00")
		for row := range 3 {
			b = binary.BigEndian.AppendUint32(b, uint32(int32(math.Round(m[row][column]*65536))))
		}
		return b
	}
	var curve []byte
	if para {
		curve = []byte("para\x00\x00\x00\x00\x00\x03\x00\x00")
		for _, v := range []float64{2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045} {
			curve = binary.BigEndian.AppendUint32(curve, uint32(math.Round(v*65536)))
		}
	} else {
		curve = []byte("curv\x00\x00\x00\x00\x00\x00\x00\x01\x02\x33\x00\x00") // gamma 2.2
	}
	desc := append([]byte("desc\x00\x00\x00\x00"), binary.BigEndian.AppendUint32(nil, uint32(len(name)+1))...)
	desc = append(append(desc, name...), 0)
	for len(desc)%4 != 0 {
		desc = append(desc, 0)
	}
	tags := []tag{{"desc", desc}, {"rXYZ", xyz(0)}, {"gXYZ", xyz(1)}, {"bXYZ", xyz(2)}, {"rTRC", curve}, {"gTRC", curve}, {"bTRC", curve}}
	head := make([]byte, 128)
	copy(head[12:], "mntrRGB XYZ ")
	copy(head[36:], "acsp")
	body := binary.BigEndian.AppendUint32(nil, uint32(len(tags)))
	at := 128 + 4 + len(tags)*12
	var data []byte
	for _, t := range tags {
		body = append(body, t.name...)
		body = binary.BigEndian.AppendUint32(body, uint32(at+len(data)))
		body = binary.BigEndian.AppendUint32(body, uint32(len(t.body)))
		data = append(data, t.body...)
	}
	out := append(append(head, body...), data...)
	binary.BigEndian.PutUint32(out, uint32(len(out)))
	return out
}

func iccSegment(icc []byte) []byte { return segment(markAPP2, iccHead, []byte{1, 1}, icc) }

var adobeRGB = primaries{red: [2]float64{0.64, 0.33}, green: [2]float64{0.21, 0.71}, blue: [2]float64{0.15, 0.06}, white: d65}

// psnr compares two pictures of one size.
func psnr(t testing.TB, a, b image.Image) float64 {
	t.Helper()
	if a.Bounds().Size() != b.Bounds().Size() {
		t.Fatalf("sizes differ: %v and %v", a.Bounds().Size(), b.Bounds().Size())
	}
	var sum float64
	size := a.Bounds().Size()
	for y := range size.Y {
		for x := range size.X {
			r1, g1, b1, _ := a.At(a.Bounds().Min.X+x, a.Bounds().Min.Y+y).RGBA()
			r2, g2, b2, _ := b.At(b.Bounds().Min.X+x, b.Bounds().Min.Y+y).RGBA()
			for _, d := range []float64{float64(r1) - float64(r2), float64(g1) - float64(g2), float64(b1) - float64(b2)} {
				sum += d / 257 * d / 257
			}
		}
	}
	if sum == 0 {
		return 100
	}
	return 10 * math.Log10(255*255/(sum/float64(3*size.X*size.Y)))
}

// render1 renders one recipe of a file and fails the test on any error.
func render1(t testing.TB, file []byte, r Recipe) Output {
	t.Helper()
	var got Output
	calls := 0
	_, err := New(Options{}).RenderBytes(t.Context(), file, []Recipe{r}, func(o Output) error {
		got = o
		calls++
		return nil
	})
	if err != nil {
		t.Fatalf("render: %v", err)
	}
	if got.Err != nil {
		t.Fatalf("recipe: %v", got.Err)
	}
	if calls != 1 {
		t.Fatalf("out was called %d times", calls)
	}
	return got
}

func open(t testing.TB, o Output) image.Image {
	t.Helper()
	m, format, err := image.Decode(bytes.NewReader(o.Data))
	if err != nil {
		t.Fatalf("open the output: %v", err)
	}
	if format != string(o.Format) || m.Bounds().Dx() != o.Width || m.Bounds().Dy() != o.Height {
		t.Fatalf("the output says %s %d×%d and is %s %v", o.Format, o.Width, o.Height, format, m.Bounds().Size())
	}
	return m
}

func near(a, b color.Color, by int) bool {
	r1, g1, b1, a1 := a.RGBA()
	r2, g2, b2, a2 := b.RGBA()
	d := func(x, y uint32) bool { return int(max(x, y)-min(x, y)) <= by*257 }
	return d(r1, r2) && d(g1, g2) && d(b1, b2) && d(a1, a2)
}
