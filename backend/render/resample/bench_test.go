package resample

import (
	"image"
	"math"
	"testing"

	"github.com/disintegration/imaging"
)

// The centre of a photograph of 12 megapixels as 1080×1080, the commonest of all renditions.
const benchWidth, benchHeight, benchSide = 4000, 3000, 1080

func BenchmarkResize(b *testing.B) {
	m := pictureOf(natural, benchWidth, benchHeight, image.YCbCrSubsampleRatio420, 1)
	r := New()
	p, err := r.NewPhoto(m, benchWidth, benchHeight, 1)
	if err != nil {
		b.Fatal(err)
	}
	side := Window{X: 500, Width: benchHeight, Height: benchHeight}
	// The imaging library takes four channels, and so has to have them first.
	rgb := imaging.Crop(m, image.Rect(500, 0, 3500, 3000))
	half := imaging.Resize(rgb, 1500, 1500, imaging.Box)
	from := func(name string, plane int, level int) {
		src, _ := p.plane(plane, level)
		scale := math.Ldexp(1, level)
		w, size := side.by(scale, scale), benchSide
		if plane > 0 {
			w, size = w.by(2, 2), benchSide/2
		}
		dst := NewPlane(size, size)
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := r.Resize(dst, src, w); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("imaging from full size", func(b *testing.B) {
		for b.Loop() {
			imaging.Resize(rgb, benchSide, benchSide, imaging.Lanczos)
		}
	})
	from("luma from full size", 0, 0)
	from("one colour plane from full size", 1, 0)
	b.Run("imaging from half size", func(b *testing.B) {
		for b.Loop() {
			imaging.Resize(half, benchSide, benchSide, imaging.Lanczos)
		}
	})
	from("luma from half size", 0, 1)
	from("one colour plane from half size", 1, 1)
	for name, orientation := range map[string]int{"view": 1, "view turned": 6} {
		b.Run(name, func(b *testing.B) {
			v := View{
				Window: side, Width: benchSide, Height: benchSide,
				Orientation: orientation, Ratio: image.YCbCrSubsampleRatio420, Rest: 1.3,
			}
			if Turned(orientation) {
				v.Window.X, v.Window.Y = v.Window.Y, v.Window.X
			}
			b.ReportAllocs()
			for b.Loop() {
				out, err := p.Render(v)
				if err != nil {
					b.Fatal(err)
				}
				r.Release(out)
			}
		})
	}
}

func BenchmarkHalve(b *testing.B) {
	p := noise(benchWidth, benchHeight, 1)
	out := NewPlane(benchWidth/2, benchHeight/2)
	b.SetBytes(int64(len(p.Pix)))
	for b.Loop() {
		halve(out, p)
	}
}

func BenchmarkTurn(b *testing.B) {
	p := noise(benchSide, benchSide, 1)
	out := NewPlane(benchSide, benchSide)
	for name, orientation := range map[string]int{"a quarter left": 8, "a quarter right": 6, "by half": 3} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if err := Turn(out, p, orientation); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkWeights(b *testing.B) {
	for b.Loop() {
		weigh(span{offset: 500, length: benchHeight, source: benchWidth, dest: benchSide})
	}
}

// BenchmarkColours converts the level of 3 megapixels that most renditions of a photograph of 12
// come from.
func BenchmarkColours(b *testing.B) {
	s := spaces()["Display P3"]
	c := NewColours(s.curves, s.matrix)
	for name, ratio := range map[string]image.YCbCrSubsampleRatio{
		"4:2:0": image.YCbCrSubsampleRatio420,
		"4:4:4": image.YCbCrSubsampleRatio444,
	} {
		b.Run(name, func(b *testing.B) {
			m := pictureOf(natural, benchWidth/2, benchHeight/2, ratio, 1)
			out := pictureOf(natural, benchWidth/2, benchHeight/2, ratio, 2)
			for b.Loop() {
				if err := c.Convert(out, m); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("tables", func(b *testing.B) {
		for b.Loop() {
			NewColours(s.curves, s.matrix)
		}
	})
}

// BenchmarkWorstSimilarity renders photographs in ten widths from 2000 to 320 and compares brightness with Lanczos
// from full size: it reports how far the worst structural similarity is from one.
func BenchmarkWorstSimilarity(b *testing.B) {
	worst := 1.0
	for b.Loop() {
		for seed := range uint64(2) {
			m := pictureOf(natural, benchWidth, benchHeight, image.YCbCrSubsampleRatio420, seed+1)
			p, err := New().NewPhoto(m, benchWidth, benchHeight, 1)
			if err != nil {
				b.Fatal(err)
			}
			luma := planesOf(b, m)[0]
			for _, width := range []int{2000, 1600, 1332, 1080, 1000, 800, 664, 500, 400, 320} {
				v := View{Window: whole(benchWidth, benchHeight), Width: width, Height: width * 3 / 4, Ratio: m.SubsampleRatio, Rest: RestDefault}
				worst = min(worst, ssim(planesOf(b, render(b, p, v))[0], oracle(luma, v.Width, v.Height)))
			}
		}
	}
	b.ReportMetric(1-worst, "worst-difference")
}
