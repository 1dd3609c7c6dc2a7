// Command samples paints the sample photographs of app/samples.
//
// They are made by formulas, so that Postbag can carry pictures that belong to nobody else. Each one
// brings something a camera file brings: another shape, a turned sensor, a wide colour profile, a place and
// a camera, transparency. The same program always paints the same pictures:
//
//	go run ./build/samples DIR
package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"sync"
)

// scene says the light that arrives at a place of the picture: u from 0 to the picture's aspect, v
// from 0 at the top to 1. Light is linear; alpha is 1 where the scene is opaque.
type scene func(u, v float64) (light vec, alpha float64)

// sample is one file to paint.
type sample struct {
	name          string
	width, height int // as seen
	scene         scene
	samples       int     // rays a pixel
	grain         float64 // of the sensor, in levels
	quality       int
	orientation   int  // how the sensor was held; 0 writes none
	wide          bool // Display P3
	place         bool // with camera, time and place
}

func samples() []sample {
	return []sample{
		{name: "dusk.jpg", width: 4000, height: 3000, scene: dusk(4000.0 / 3000), samples: 2, grain: 2.6, quality: 86, orientation: 1, place: true},
		{name: "sea.jpg", width: 3600, height: 2400, scene: sea(3600.0 / 2400), samples: 2, grain: 2.4, quality: 85},
		{name: "window.jpg", width: 2160, height: 2880, scene: facade(2160.0 / 2880), samples: 3, grain: 3, quality: 85, orientation: 6},
		{name: "meadow.jpg", width: 2700, height: 1800, scene: meadow(2700.0 / 1800), samples: 3, grain: 2.4, quality: 86, wide: true},
		{name: "fruit.jpg", width: 2304, height: 1728, scene: fruit(2304.0 / 1728), samples: 3, grain: 2.6, quality: 86},
		{name: "stamp.png", width: 900, height: 1100, scene: stamp(900.0 / 1100), samples: 4},
	}
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "samples:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) < 1 {
		return errors.New("usage: samples DIR [NAME]")
	}
	for _, s := range samples() {
		if len(args) > 1 && args[1] != s.name {
			continue
		}
		file, err := s.encode(s.paint())
		if err != nil {
			return fmt.Errorf("paint %s: %w", s.name, err)
		}
		if err := os.WriteFile(filepath.Join(args[0], s.name), file, 0o644); err != nil {
			return fmt.Errorf("paint %s: %w", s.name, err)
		}
		fmt.Fprintf(os.Stderr, "%s: %d×%d, %d kB\n", s.name, s.width, s.height, len(file)/1000)
	}
	return nil
}

// paint renders the scene as seen, a strip a processor.
func (s sample) paint() *image.NRGBA {
	m := image.NewNRGBA(image.Rect(0, 0, s.width, s.height))
	var wg sync.WaitGroup
	rows := make(chan int)
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for y := range rows {
				for x := range s.width {
					s.pixel(m, x, y)
				}
			}
		})
	}
	for y := range s.height {
		rows <- y
	}
	close(rows)
	wg.Wait()
	return m
}

func (s sample) pixel(m *image.NRGBA, x, y int) {
	var sum vec
	var alpha float64
	for i := range s.samples {
		// A rotated grid, so that edges are smooth in both directions.
		jx := math.Mod(float64(i)*0.7548776662+0.5, 1)
		jy := math.Mod(float64(i)*0.5698402910+0.5, 1)
		light, a := s.scene((float64(x)+jx)/float64(s.height), (float64(y)+jy)/float64(s.height))
		sum, alpha = sum.plus(light.times(a)), alpha+a
	}
	if alpha == 0 {
		return
	}
	c := tone(sum.times(1 / alpha))
	grain := (hash2(x, y, 7) + hash2(x, y, 8) - 1) * s.grain
	m.SetNRGBA(x, y, color.NRGBA{level(c.x, grain), level(c.y, grain), level(c.z, grain), uint8(alpha/float64(s.samples)*255 + 0.5)})
}

// tone bends highlights softly, as film does.
func tone(c vec) vec {
	bend := func(v float64) float64 {
		if v <= 0.6 {
			return max(v, 0)
		}
		return 0.6 + 0.4*(1-math.Exp(-(v-0.6)/0.4))
	}
	return vec{bend(c.x), bend(c.y), bend(c.z)}
}

// level encodes linear light with the curve that sRGB and Display P3 share.
func level(v, grain float64) uint8 {
	if v <= 0.0031308 {
		v *= 12.92
	} else {
		v = 1.055*math.Pow(v, 1/2.4) - 0.055
	}
	return uint8(min(max(v*255+grain+0.5, 0), 255))
}

func (s sample) encode(m *image.NRGBA) ([]byte, error) {
	var out bytes.Buffer
	if filepath.Ext(s.name) == ".png" {
		encoder := png.Encoder{CompressionLevel: png.BestCompression}
		err := encoder.Encode(&out, m)
		return out.Bytes(), err
	}
	if s.orientation == 6 {
		m = held(m)
	}
	opaque := &image.RGBA{Pix: m.Pix, Stride: m.Stride, Rect: m.Rect}
	if err := jpeg.Encode(&out, opaque, &jpeg.Options{Quality: s.quality}); err != nil {
		return nil, err
	}
	file := append([]byte{}, out.Bytes()[:2]...)
	if s.orientation > 0 {
		file = append(file, segment(0xe1, []byte("Exif\x00\x00"), exif(s.orientation, s.place))...)
	}
	if s.wide {
		file = append(file, segment(0xe2, []byte("ICC_PROFILE\x00\x01\x01"), displayP3())...)
	}
	return append(file, out.Bytes()[2:]...), nil
}

// held returns what the sensor stores of m when the camera is turned so that the file must say 6.
func held(m *image.NRGBA) *image.NRGBA {
	w, h := m.Rect.Dx(), m.Rect.Dy()
	out := image.NewNRGBA(image.Rect(0, 0, h, w))
	for y := range w {
		for x := range h {
			out.SetNRGBA(x, y, m.NRGBAAt(w-1-y, x))
		}
	}
	return out
}

func segment(marker byte, parts ...[]byte) []byte {
	body := bytes.Join(parts, nil)
	out := binary.BigEndian.AppendUint16([]byte{0xff, marker}, uint16(len(body)+2))
	return append(out, body...)
}
