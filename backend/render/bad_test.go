package render

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"io"
	"runtime"
	"testing"

	"golang.org/x/image/tiff"
)

func deflate(t testing.TB, b []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zlib.NewWriter(&out)
	if _, err := w.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// pngClaiming is a small PNG whose header says width × height.
func pngClaiming(t testing.TB, width, height uint32) []byte {
	file := pngOf(t, photo(20, 20))
	binary.BigEndian.PutUint32(file[16:], width)
	binary.BigEndian.PutUint32(file[20:], height)
	head := pngChunk("IHDR", file[16:29])
	copy(file[8:], head)
	return file
}

// jpegClaiming is a small JPEG whose frame says width × height.
func jpegClaiming(t testing.TB, width, height uint16) []byte {
	file := jpegOf(t, photo(20, 20))
	at := bytes.Index(file, []byte{0xff, markSOF0})
	binary.BigEndian.PutUint16(file[at+5:], height)
	binary.BigEndian.PutUint16(file[at+7:], width)
	return file
}

// craftedTIFF points its strip far outside of the file.
func craftedTIFF(t testing.TB, tag uint16, value uint32) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := tiff.Encode(&b, photo(40, 30), nil); err != nil {
		t.Fatal(err)
	}
	file := b.Bytes()
	at := int(binary.LittleEndian.Uint32(file[4:]))
	for i := range int(binary.LittleEndian.Uint16(file[at:])) {
		e := file[at+2+i*12:]
		if binary.LittleEndian.Uint16(e) == tag {
			binary.LittleEndian.PutUint16(e[2:], 4)
			binary.LittleEndian.PutUint32(e[8:], value)
			return file
		}
	}
	t.Fatalf("no tag %d", tag)
	return nil
}

func TestBadFilesGiveANamedErrorInBoundedMemory(t *testing.T) {
	good := jpegOf(t, photo(400, 300))
	goodPNG := pngOf(t, photo(400, 300))
	zip := append([]byte("PK\x03\x04\x14\x00\x00\x00"), make([]byte, 400)...)
	arithmetic := bytes.Clone(good)
	arithmetic[bytes.Index(arithmetic, []byte{0xff, markSOF0})+1] = 0xc9
	twelve := bytes.Clone(good)
	twelve[bytes.Index(twelve, []byte{0xff, markSOF0})+4] = 12
	bomb := append(append([]byte(pngHead), pngChunk("IHDR", []byte{0, 0, 0x2e, 0xe0, 0, 0, 0x2e, 0xe0, 8, 6, 0, 0, 0})...),
		append(pngChunk("IDAT", deflate(t, make([]byte, 1<<20))), pngChunk("IEND", nil)...)...)

	for _, c := range []struct {
		name string
		file []byte
		want error
	}{
		{"empty", nil, ErrEmpty},
		{"zip named jpg", zip, ErrFormat},
		{"text", []byte("hello, this is no picture at all"), ErrFormat},
		{"one byte", []byte{0xff}, ErrFormat},
		{"jpeg cut in its head", good[:30], ErrTruncated},
		{"jpeg cut in its pixels", good[:len(good)/2], ErrTruncated},
		{"jpeg with rubbish pixels", append(bytes.Clone(good[:700]), bytes.Repeat([]byte{0xff, 0x01}, 4000)...), ErrDamaged},
		{"png cut in its pixels", goodPNG[:len(goodPNG)/2], ErrTruncated},
		{"png of 50,000×50,000", pngClaiming(t, 50_000, 50_000), ErrTooManyPixels},
		{"png of 2^31 wide", pngClaiming(t, 1<<31-1, 1<<31-1), ErrTooManyPixels},
		{"png of no pixels", pngClaiming(t, 0, 10), ErrDamaged},
		{"jpeg of 200 megapixels in a kilobyte", jpegClaiming(t, 20_000, 10_000), ErrTooManyPixels},
		{"jpeg of 100 megapixels in a kilobyte", jpegClaiming(t, 10_000, 10_000), ErrTruncated},
		{"png of 100 megapixels in a kilobyte", pngClaiming(t, 10_000, 10_000), ErrTruncated},
		{"png of 144 megapixels that inflate", bomb, ErrTooManyPixels},
		{"arithmetic jpeg", arithmetic, ErrUnsupported},
		{"jpeg of 12 bits", twelve, ErrUnsupported},
		{"tiff with a strip outside", craftedTIFF(t, 273, 0xfffffff0), ErrDamaged},
		{"tiff with a strip of 4 GB", craftedTIFF(t, 279, 0xffffffff), ErrDamaged},
		{"tiff of 4 billion wide", craftedTIFF(t, 256, 0xffffffff), ErrTooManyPixels},
		{"tiff in CMYK", craftedTIFF(t, 262, 5), ErrUnsupported},
		{"tiff of only a head", []byte("II*\x00\xff\xff\xff\x7f"), ErrDamaged},
		{"webp of only a head", []byte("RIFF\x10\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00"), ErrTruncated},
		{"gif of 65,535×65,535", []byte("GIF89a\xff\xff\xff\xff\x00\x00\x00"), ErrTooManyPixels},
		{"gif of only a head", []byte("GIF89a\x10\x00\x10\x00\x00\x00\x00"), ErrTruncated},
		{"bmp of a gigabyte", append([]byte("BM\x00\x00\x00\x00\x00\x00\x00\x00\x36\x00\x00\x00\x28\x00\x00\x00\x10\x27\x00\x00\x10\x27\x00\x00\x01\x00\x18\x00"), make([]byte, 24)...), ErrTruncated},
		{"heic without a decoder", heifBoxes("heic", 64, 48, false, []byte("nclx\x00\x01\x00\x0d\x00\x06\x80")), ErrUnsupported},
		{"heic of 10 gigapixels", heifBoxes("heic", 100_000, 100_000, false, []byte("nclx\x00\x01\x00\x0d\x00\x06\x80")), ErrTooManyPixels},
		{"heic cut", heifBoxes("heic", 64, 48, false, nil)[:60], ErrTruncated},
	} {
		t.Run(c.name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := New(Options{}).RenderBytes(t.Context(), c.file, []Recipe{{Width: 20, Height: 20, Fit: Cover}}, func(o Output) error {
				return o.Err
			})
			runtime.ReadMemStats(&after)
			if !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
			if used := after.TotalAlloc - before.TotalAlloc; used > 8<<20 {
				t.Errorf("%d bytes of file took %d MB", len(c.file), used>>20)
			}
		})
	}
}

func TestATruncatedPictureIsAlsoADamagedOne(t *testing.T) {
	if !errors.Is(ErrTruncated, ErrDamaged) {
		t.Error("a caller that knows ErrDamaged must know ErrTruncated")
	}
}

func TestAFileOverTheByteLimitIsNotOpened(t *testing.T) {
	_, err := New(Options{}).Probe(failing{}, 200_000_001)
	if !errors.Is(err, ErrTooLarge) {
		t.Errorf("got %v", err)
	}
	_, err = Probe(failing{}, 100)
	if err == nil || errors.Is(err, ErrDamaged) {
		t.Errorf("a disk that fails is no damaged picture: %v", err)
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error)       { return 0, errors.New("the disk is gone") }
func (failing) Seek(int64, int) (int64, error) { return 0, nil }

func TestAFileThatShrankIsTruncated(t *testing.T) {
	file := jpegOf(t, photo(40, 30))
	_, err := New(Options{}).Render(t.Context(), bytes.NewReader(file), int64(len(file))+100,
		[]Recipe{{Width: 4, Height: 4, Fit: Cover}}, func(Output) error { return nil })
	if !errors.Is(err, ErrTruncated) {
		t.Errorf("got %v", err)
	}
}

func TestThePixelLimitMayBeRaisedAndLowered(t *testing.T) {
	file := jpegOf(t, photo(40, 30))
	read := func(l Limits) error {
		_, err := New(Options{Limits: l}).Probe(bytes.NewReader(file), int64(len(file)))
		return err
	}
	if err := read(Limits{Pixels: 1199}); !errors.Is(err, ErrTooManyPixels) {
		t.Errorf("1,199 pixels: %v", err)
	}
	if err := read(Limits{Pixels: 1200}); err != nil {
		t.Errorf("1,200 pixels: %v", err)
	}
	if got := (Limits{Pixels: 1 << 60}).withDefaults().Pixels; got != mostPixels {
		t.Errorf("the limit can be raised to %d", got)
	}
	many := Info{Format: GIF, StoredWidth: 4000, StoredHeight: 4000, Frames: 100}
	if err := (Limits{}).Check(many); !errors.Is(err, ErrTooManyPixels) {
		t.Errorf("100 frames of 16 megapixels: %v", err)
	}
}

var _ io.ReadSeeker = failing{}
