package jpegdec

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	"testing"
	"time"
)

// twelveMP is a file as a phone writes it: 4000×3000, 4:2:0, about 2 bits a pixel.
func twelveMP(b *testing.B, progressive bool) []byte {
	b.Helper()
	const width, height = 4000, 3000
	if progressive {
		w := newWriter(width, height, 22, 11, 11)
		w.progressive, w.quality = true, 8
		return w.file(width, height)
	}
	m := image.NewYCbCr(image.Rect(0, 0, width, height), image.YCbCrSubsampleRatio420)
	copy(m.Y, photoPlane(width, height, 1))
	copy(m.Cb, photoPlane(width/2, height/2, 2))
	copy(m.Cr, photoPlane(width/2, height/2, 3))
	var file bytes.Buffer
	if err := jpeg.Encode(&file, m, &jpeg.Options{Quality: 85}); err != nil {
		b.Fatal(err)
	}
	return file.Bytes()
}

// BenchmarkDecode decodes each file once with image/jpeg and once here, in turns, so that what
// else the machine does falls on both. "x-std" is how many times faster this package is.
func BenchmarkDecode(b *testing.B) {
	for _, progressive := range []bool{false, true} {
		file := twelveMP(b, progressive)
		d := New(nil)
		for _, pipelined := range []bool{false, true} {
			for _, scale := range []int{1, 2, 4, 8} {
				b.Run(fmt.Sprintf("progressive=%v/pipelined=%v/scale=%d", progressive, pipelined, scale), func(b *testing.B) {
					var ours, std time.Duration
					for b.Loop() {
						start := time.Now()
						if _, err := jpeg.Decode(bytes.NewReader(file)); err != nil {
							b.Fatal(err)
						}
						between := time.Now()
						p, err := d.Decode(b.Context(), file, Options{Scale: scale, Pipelined: pipelined})
						if err != nil || p.Damaged {
							b.Fatal(err)
						}
						p.Release()
						std += between.Sub(start)
						ours += time.Since(between)
					}
					b.ReportMetric(float64(std)/float64(ours), "x-std")
					b.ReportMetric(float64(ours.Microseconds())/1000/float64(b.N), "ms-ours")
					b.ReportMetric(float64(len(file)), "file-bytes")
				})
			}
		}
	}
}
