package library

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"testing"
	"time"
)

// BenchmarkImportOfManySmallFiles imports 100,000 photographs of a few kilobytes. It reports how much more memory the
// process holds at the end than after the first quarter, and how long a file takes.
func BenchmarkImportOfManySmallFiles(b *testing.B) {
	for b.Loop() {
		folder := b.TempDir()
		for i := range many {
			dir := filepath.Join(folder, fmt.Sprint(i/1000))
			if i%1000 == 0 {
				if err := os.Mkdir(dir, 0o700); err != nil {
					b.Fatal(err)
				}
			}
			if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%06d.jpg", i)), smallPhoto(b, i), 0o600); err != nil {
				b.Fatal(err)
			}
		}
		s, db, data, space, err := openShelf(b.Context(), filepath.Join(b.TempDir(), "data"))
		if err != nil {
			b.Fatal(err)
		}
		var quarter uint64
		began := time.Now()
		r, err := s.Import(b.Context(), space, []string{folder}, Options{Recursive: true, Each: func(Imported) {}}, func(p Progress) {
			if p.Done == p.Total/4 {
				quarter = held(b)
			}
		})
		took, end := time.Since(began), held(b)
		if err != nil || r.Imported != many || len(r.Failed) > 0 {
			b.Fatalf("%d imported, %d failed, %v", r.Imported, len(r.Failed), err)
		}
		const mb = 1 << 20
		b.ReportMetric((float64(end)-float64(quarter))/mb, "growth-MB")
		b.ReportMetric(float64(end)/mb, "held-MB")
		b.ReportMetric(float64(took.Microseconds())/many/1000, "ms/file")
		if err := db.Close(); err != nil {
			b.Fatal(err)
		}
		if err := data.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

// held is the memory that the process holds once what it does not need is given back.
func held(b *testing.B) uint64 {
	debug.FreeOSMemory()
	if text, err := os.ReadFile("/proc/self/statm"); err == nil {
		var size, resident uint64
		if _, err := fmt.Sscan(string(text), &size, &resident); err != nil {
			b.Fatal(err)
		}
		return resident * uint64(os.Getpagesize()) //nolint:gosec // a page has more than no bytes
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.Sys - m.HeapReleased
}

// smallPhoto is a photograph that no other number has.
func smallPhoto(b *testing.B, n int) []byte {
	m := image.NewYCbCr(image.Rect(0, 0, 160, 120), image.YCbCrSubsampleRatio420)
	for i := range m.Y {
		x, y := i%m.YStride, i/m.YStride
		m.Y[i] = uint8(x*(n%13+1)/8 + y*(n%7+1)/4 + n*y/997) //nolint:gosec // wraps as it likes
	}
	tint := color.YCbCr{Cb: uint8(n), Cr: uint8(n >> 8)} //nolint:gosec // the same
	for i := range m.Cb {
		m.Cb[i], m.Cr[i] = tint.Cb, tint.Cr
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, m, nil); err != nil {
		b.Fatal(err)
	}
	return fmt.Append(out.Bytes(), n) // after the end of the picture
}
