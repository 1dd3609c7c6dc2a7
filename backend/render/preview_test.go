package render

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"image/jpeg"
	"os"
	"path/filepath"
	"testing"
)

// exifWithThumb is an EXIF block whose second directory has a picture.
func exifWithThumb(orientation int, thumb []byte) []byte {
	b := []byte("MM\x00*\x00\x00\x00\x08")
	b = append(b, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, byte(orientation), 0, 0)
	second := len(b) + 4
	b = binary.BigEndian.AppendUint32(b, uint32(second))
	at := second + 2 + 2*12 + 4
	b = append(b, 0, 2, 0x02, 0x01, 0, 4, 0, 0, 0, 1)
	b = binary.BigEndian.AppendUint32(b, uint32(at))
	b = append(b, 0x02, 0x02, 0, 4, 0, 0, 0, 1)
	b = binary.BigEndian.AppendUint32(b, uint32(len(thumb)))
	return append(append(b, 0, 0, 0, 0), thumb...)
}

// mpfSegment says that a large thumbnail lies so many bytes after the index.
func mpfSegment(offset, size uint32) []byte {
	b := []byte("MPF\x00II*\x00\x08\x00\x00\x00\x01\x00\x02\xb0\x07\x00\x20\x00\x00\x00\x1a\x00\x00\x00\x00\x00\x00\x00")
	for _, n := range []uint32{0x030000, 0, 0, 0, 0x010001, size, offset, 0} {
		b = binary.LittleEndian.AppendUint32(b, n)
	}
	return segment(markAPP2, b)
}

func TestThePreviewOfACameraIsThereUpright(t *testing.T) {
	thumb := jpegOf(t, photo(160, 120), exifSegment(3), xmpSegment())
	for orientation := 1; orientation <= 8; orientation++ {
		file := jpegOf(t, photo(800, 600), xmpSegment(), segment(markAPP1, exifHead, exifWithThumb(orientation, thumb)))
		got := previewOf(t, file)
		info, err := Probe(bytes.NewReader(got), int64(len(got)))
		if err != nil || info.StoredWidth != 160 || info.StoredHeight != 120 || max(info.Meta.Orientation, 1) != orientation {
			t.Errorf("orientation %d gives %+v, %v", orientation, info, err)
		}
		if bytes.Contains(got, []byte("http://ns.adobe.com")) {
			t.Error("more than the picture was taken")
		}
		if m, err := jpeg.Decode(bytes.NewReader(got)); err != nil || m.Bounds() != image.Rect(0, 0, 160, 120) {
			t.Errorf("it cannot be shown: %v", err)
		}
	}
}

func TestALargerPreviewIsTakenFromTheEndOfTheFile(t *testing.T) {
	thumb, large := jpegOf(t, photo(160, 120)), jpegOf(t, photo(640, 480))
	build := func(offset, size uint32) []byte {
		return jpegOf(t, photo(800, 600), segment(markAPP1, exifHead, exifWithThumb(6, thumb)), mpfSegment(offset, size))
	}
	file := build(0, 0)
	index := bytes.Index(file, []byte("MPF\x00")) + 4
	file = append(build(uint32(len(file)-index), uint32(len(large))), large...)
	if info, err := Probe(bytes.NewReader(previewOf(t, file)), int64(len(previewOf(t, file)))); err != nil || info.StoredWidth != 640 || info.Meta.Orientation != 6 {
		t.Errorf("it is %+v, %v", info, err)
	}
	for name, bad := range map[string][]byte{
		"behind the end":      build(1<<30, 100_000),
		"of no length":        build(100, 0),
		"of the wrong place":  append(build(uint32(len(file)), uint32(len(large))), large...),
		"of half the picture": append(build(uint32(len(file)-index-len(large)), uint32(len(large)/300)), large...),
	} {
		got := previewOf(t, bad)
		if info, err := Probe(bytes.NewReader(got), int64(len(got))); err != nil || info.StoredWidth != 160 {
			t.Errorf("a large one %s: %+v, %v", name, info, err)
		}
	}
}

func TestWhatIsNoPreviewIsNotShown(t *testing.T) {
	thumb := jpegOf(t, photo(160, 120))
	lie := exifWithThumb(1, thumb)
	binary.BigEndian.PutUint32(lie[len(lie)-len(thumb)-8:], 1<<31)
	endless := exifWithThumb(1, thumb)
	binary.BigEndian.PutUint32(endless[22:], 8) // its second directory is its first
	for name, file := range map[string][]byte{
		"none":                jpegOf(t, photo(80, 60)),
		"a page":              jpegOf(t, photo(80, 60), segment(markAPP1, exifHead, exifWithThumb(1, []byte("<script>alert(1)</script>")))),
		"a picture too large": jpegOf(t, photo(80, 60), segment(markAPP1, exifHead, exifWithThumb(1, jpegOf(t, image.NewNRGBA(image.Rect(0, 0, 2100, 8)))))),
		"longer than it is":   jpegOf(t, photo(80, 60), segment(markAPP1, exifHead, lie)),
		"in a circle":         jpegOf(t, photo(80, 60), segment(markAPP1, exifHead, endless)),
		"in a PNG":            pngOf(t, photo(80, 60)),
	} {
		if got, err := Preview(bytes.NewReader(file), int64(len(file))); !errors.Is(err, ErrUnsupported) {
			t.Errorf("%s: %d bytes, %v", name, len(got), err)
		}
	}
}

func previewOf(t *testing.T, file []byte) []byte {
	t.Helper()
	got, err := Preview(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func FuzzPreview(f *testing.F) {
	thumb := jpegOf(f, photo(16, 12))
	f.Add(jpegOf(f, photo(40, 30), segment(markAPP1, exifHead, exifWithThumb(6, thumb)), mpfSegment(600, 100)))
	f.Fuzz(func(t *testing.T, file []byte) {
		got, err := Preview(bytes.NewReader(file), int64(len(file)))
		if err != nil {
			return
		}
		if info, err := Probe(bytes.NewReader(got), int64(len(got))); err != nil || info.Format != JPEG || max(info.StoredWidth, info.StoredHeight) > previewSide {
			t.Errorf("a preview is %+v, %v", info, err)
		}
	})
}

// BenchmarkPreview takes the preview of a photograph of 12 megapixels from the disk.
func BenchmarkPreview(b *testing.B) {
	file := bigPhoto(b)
	file = bytes.Join([][]byte{file[:2], segment(markAPP1, exifHead, exifWithThumb(6, jpegOf(b, photo(160, 120)))), file[2:]}, nil)
	path := filepath.Join(b.TempDir(), "photo.jpg")
	if err := os.WriteFile(path, file, 0o600); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		f, err := os.Open(path)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := Preview(f, int64(len(file))); err != nil {
			b.Fatal(err)
		}
		if err := f.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
