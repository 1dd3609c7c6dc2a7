package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/jpeg"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
)

// scene draws something like a photograph, so large and of its own for each number: a sky, hills with edges,
// fine texture, colours that change slowly, and the noise of a sensor, so that a JPEG of quality 91 has about two
// bits a pixel, as those of phones and cameras do.
func scene(width, height int, number uint64) *image.YCbCr {
	random := rand.New(rand.NewPCG(number, 7)) //nolint:gosec // a picture, not a secret
	m := image.NewYCbCr(image.Rect(0, 0, width, height), image.YCbCrSubsampleRatio420)
	phase, slope := random.Float64()*6, 0.4+random.Float64()
	noise := make([]int8, 1<<16) // much more than fits a repetition one could see
	for i := range noise {
		noise[i] = int8(min(max(random.NormFloat64()*2.8, -20), 20))
	}
	for y := range height {
		v := float64(y) / float64(height)
		row, shift := m.Y[y*m.YStride:][:width], random.IntN(len(noise))
		for x := range row {
			u := float64(x) / float64(width)
			horizon := 0.45 + 0.1*math.Sin(phase+7*u) + 0.03*math.Sin(31*u*slope)
			light := 200 - 60*v
			if v > horizon { // ground, with a grain that gets coarser towards the eye
				light = 60 + 90*(v-horizon) + 35*math.Sin(900*u*slope/(0.2+v))*math.Sin(700*v)
			}
			row[x] = uint8(min(max(light+float64(noise[(x+shift)&(len(noise)-1)]), 0), 255))
		}
	}
	for y := range (height + 1) / 2 {
		v := float64(y) / float64(height) * 2
		for x := range (width + 1) / 2 {
			u := float64(x) / float64(width) * 2
			m.Cb[y*m.CStride+x] = uint8(128 + 30*math.Sin(phase+3*u)*(1-v))
			m.Cr[y*m.CStride+x] = uint8(128 + 25*math.Cos(phase+2*v+u))
		}
	}
	return m
}

// writePhoto writes a scene as a camera does, with its make in an EXIF block and an orientation.
func writePhoto(path string, width, height int, number uint64, orientation uint16) error {
	var file bytes.Buffer
	if err := jpeg.Encode(&file, scene(width, height, number), &jpeg.Options{Quality: 91}); err != nil {
		return fmt.Errorf("write a photograph: %w", err)
	}
	return os.WriteFile(path, tagged(file.Bytes(), orientation), 0o600)
}

// tagged puts an EXIF block with a make and an orientation behind the first marker of a JPEG file (EXIF 2.32,
// sections 4.5 and 4.6).
func tagged(file []byte, orientation uint16) []byte {
	const maker = "Bench\x00"
	var tiff bytes.Buffer
	put := func(v any) { _ = binary.Write(&tiff, binary.LittleEndian, v) } // to memory
	put([]byte("II*\x00"))
	put(uint32(8))
	put(uint16(2))      // entries
	put(uint16(0x010f)) // make
	put(uint16(2))
	put(uint32(len(maker)))
	put(uint32(8 + 2 + 2*12 + 4))
	put(uint16(0x0112)) // orientation
	put(uint16(3))
	put(uint32(1))
	put(uint32(orientation))
	put(uint32(0))
	put([]byte(maker))
	block := append([]byte("Exif\x00\x00"), tiff.Bytes()...)
	head := []byte{0xff, 0xd8, 0xff, 0xe1, byte((len(block) + 2) >> 8), byte(len(block) + 2)}
	return append(append(head, block...), file[2:]...)
}

// commented puts a comment behind the first marker, which makes the file another and the picture none.
func commented(file []byte, words string) []byte {
	head := []byte{0xff, 0xd8, 0xff, 0xfe, byte((len(words) + 2) >> 8), byte(len(words) + 2)}
	return append(append(head, words...), file[2:]...)
}

// photoSets are the folders of photographs that the comparison works on.
type photoSets struct{ one, large, folder, many string }

// photographs makes them in a folder, unless they are there.
func photographs(dir string) (photoSets, error) {
	s := photoSets{filepath.Join(dir, "one"), filepath.Join(dir, "large"), filepath.Join(dir, "folder"), filepath.Join(dir, "many")}
	done := filepath.Join(dir, "done-1") // another number when the scenes change
	if _, err := os.Stat(done); err == nil {
		return s, nil
	}
	for _, folder := range []string{s.one, s.large, s.folder, s.many} {
		if err := os.RemoveAll(folder); err != nil {
			return s, err
		}
		if err := os.MkdirAll(folder, 0o700); err != nil {
			return s, err
		}
	}
	const width, height, count, copies = 4032, 3024, 40, 5
	for i := range count {
		name := filepath.Join(s.folder, fmt.Sprintf("photo%02d.jpg", i+1))
		orientation := uint16(1)
		if i%4 == 2 {
			orientation = 6 // held upright
		}
		if err := writePhoto(name, width, height, uint64(i), orientation); err != nil {
			return s, err
		}
		file, err := os.ReadFile(name)
		if err != nil {
			return s, err
		}
		for k := range copies {
			if err := os.WriteFile(filepath.Join(s.many, fmt.Sprintf("photo%02d-%d.jpg", i+1, k)), commented(file, fmt.Sprint(k)), 0o600); err != nil {
				return s, err
			}
		}
		if i == 0 {
			if err := os.WriteFile(filepath.Join(s.one, "photo.jpg"), file, 0o600); err != nil {
				return s, err
			}
		}
	}
	if err := writePhoto(filepath.Join(s.large, "large.jpg"), 8160, 6120, 99, 1); err != nil {
		return s, err
	}
	return s, os.WriteFile(done, nil, 0o600)
}
