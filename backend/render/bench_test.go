package render

import (
	"bytes"
	"image/jpeg"
	"testing"

	"github.com/disintegration/imaging"

	"postbag/backend/render/jpegenc"
)

// The sizes of common placements, for a realistic mix of shapes.
var placements = [][2]int{
	{1080, 1350},
	{1080, 1440},
	{1080, 1080},
	{1080, 566},
	{1080, 1920},
	{320, 320},
	{1200, 630},
	{1702, 630},
	{1920, 1005},
	{1640, 856},
	{1440, 1920},
	{1440, 810},
	{1600, 900},
	{1500, 500},
	{400, 400},
	{1200, 627},
	{1512, 256},
	{1000, 1500},
	{1000, 1000},
	{1280, 720},
	{2560, 1440},
	{800, 800},
	{1200, 675},
	{2000, 2000},
	{1500, 1500},
	{3000, 1000},
	{1024, 576},
	{600, 900},
	{512, 512},
	{256, 256},
}

func bigPhoto(b *testing.B) []byte {
	b.Helper()
	var out bytes.Buffer
	m, err := jpeg.Decode(bytes.NewReader(jpegOf(b, photo(4000, 3000))))
	if err != nil {
		b.Fatal(err)
	}
	if err := jpeg.Encode(&out, m, &jpeg.Options{Quality: 85}); err != nil {
		b.Fatal(err)
	}
	return out.Bytes()
}

// BenchmarkFloorDecode is the standard library alone: what no pipeline on it can beat.
func BenchmarkFloorDecode(b *testing.B) {
	file := bigPhoto(b)
	b.SetBytes(int64(len(file)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := jpeg.Decode(bytes.NewReader(file)); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecode(b *testing.B) {
	file := bigPhoto(b)
	info := probe(b, file)
	e := New(Options{})
	b.SetBytes(int64(len(file)))
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := e.decode(b.Context(), info, file); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkColour(b *testing.B) {
	m := photo(2000, 1500)
	c := displayP3().converter()
	b.ReportAllocs()
	for b.Loop() {
		c.apply(m)
	}
}

func BenchmarkResize(b *testing.B) {
	m := photo(4000, 3000)
	l := Recipe{Width: 1080, Height: 1080, Fit: Cover}.layout(4000, 3000)
	b.Run("imaging", func(b *testing.B) {
		for b.Loop() {
			imaging.Fill(m, 1080, 1080, imaging.Center, imaging.Lanczos)
		}
	})
	b.Run("from level", func(b *testing.B) {
		levels := newLevels(m, true)
		b.ReportAllocs()
		for b.Loop() {
			levels.resize(l, 1)
		}
	})
}

func BenchmarkEncode(b *testing.B) {
	m := photo(1080, 1080)
	encoder := &jpegenc.Encoder{}
	for b.Loop() {
		if _, err := encoder.Encode(toPlanes(m), 85); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkThirtyPresets(b *testing.B) {
	file := bigPhoto(b)
	var recipes []Recipe
	for _, p := range placements {
		recipes = append(recipes, Recipe{Width: p[0], Height: p[1], Fit: Cover})
	}
	for name, o := range map[string]Options{"planes": {}, "imaging": {General: true}} {
		b.Run(name, func(b *testing.B) {
			e := New(o)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := e.RenderBytes(b.Context(), file, recipes, func(o Output) error { return o.Err }); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkThumbnails(b *testing.B) {
	file := bigPhoto(b)
	e := New(Options{})
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := e.Thumbnails(b.Context(), bytes.NewReader(file), int64(len(file))); err != nil {
			b.Fatal(err)
		}
	}
}
