package networktest_test

import (
	"bytes"
	"image"
	_ "image/gif"
	_ "image/jpeg"
	_ "image/png"
	"testing"

	_ "golang.org/x/image/webp"

	"postbag/backend/network/networktest"
)

func TestMadePicturesDecodeAndDiffer(t *testing.T) {
	files := networktest.NewFiles()
	for _, mime := range []string{"image/jpeg", "image/png", "image/gif", "image/webp"} {
		seen := map[string]bool{}
		for n := range 5 {
			m := files.Picture(mime, n, 0)
			img, format, err := image.Decode(bytes.NewReader(files.Bytes(m)))
			if err != nil || "image/"+format != mime {
				t.Fatalf("%s %d decodes as %q: %v", mime, n, format, err)
			}
			if img.Bounds().Dx() != m.Width || img.Bounds().Dy() != m.Height {
				t.Errorf("%s is %v, promised %d by %d", mime, img.Bounds(), m.Width, m.Height)
			}
			if seen[m.SHA256] {
				t.Errorf("%s %d is like another", mime, n)
			}
			seen[m.SHA256] = true
		}
	}
}

func TestAStretchedPictureStillDecodes(t *testing.T) {
	files := networktest.NewFiles()
	for _, mime := range []string{"image/jpeg", "image/png", "image/gif", "image/webp"} {
		m := files.Picture(mime, 1, 100_000)
		if m.Bytes != 100_000 {
			t.Errorf("%s has %d bytes", mime, m.Bytes)
		}
		if _, _, err := image.Decode(bytes.NewReader(files.Bytes(m))); err != nil {
			t.Errorf("%s: %v", mime, err)
		}
	}
}
