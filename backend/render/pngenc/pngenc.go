// Package pngenc writes PNG files, many times faster than the standard library and no larger.
//
// A picture passes three stages (PNG, third edition, 2025-06-24):
//
//	kind      as few bytes a pixel as keep every pixel: a palette, greys, with or without alpha (kind.go)
//	filter    each row as differences, by the guess that promises the smallest ones (filter.go; section 9)
//	compress  zlib, by github.com/klauspost/compress (RFC 1950, 1951)
//
// Why it is built so. image/png spends nine tenths of its time in compress/flate, and writes three or four
// bytes a pixel for whatever is handed to it as such. The filters of a row are tried by the sum of their
// differences, as the specification advises (section 12.7), in one pass each over bytes that stay in the cache.
// Between the filtered rows of a photograph there are no repetitions worth the search: Huffman codes alone are
// as small, and ten times faster. In a drawing there is little else, and its rows may be better off unfiltered.
// Which of these a picture is, is not guessed but tried on a part of its rows (plan.go).
//
// The same pixels make the same file, always and everywhere. It carries pixels and nothing else: no time,
// no program, no profile. What is invisible is written as it is: the caller knows whether it matters.
package pngenc

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"image"
)

// Effort says how long to look for a smaller file.
type Effort int

// The efforts.
const (
	Quick Effort = iota // for photographs
	Small               // for drawings, and where bytes are limited
)

// maxSide is what the length of a side may be in pixels.
const maxSide = 1<<31 - 1

// ErrPicture is a picture of no pixels, too many, or with too little memory behind it.
var ErrPicture = errors.New("pngenc: not a picture that can be written")

// Encode returns m as a PNG file. It returns ErrPicture and no other error of m.
func Encode(m *image.NRGBA, effort Effort) ([]byte, error) {
	width, height := m.Rect.Dx(), m.Rect.Dy()
	if width < 1 || height < 1 || width > maxSide || height > maxSide || m.Stride < width*4 || len(m.Pix) < (height-1)*m.Stride+width*4 {
		return nil, fmt.Errorf("%w: %d×%d", ErrPicture, width, height)
	}
	k := kindOf(m)
	var out bytes.Buffer
	out.Grow(width*height*k.channels()/2 + 1024)
	out.WriteString("\x89PNG\r\n\x1a\n")
	head := binary.BigEndian.AppendUint32(nil, uint32(width))
	head = binary.BigEndian.AppendUint32(head, uint32(height))
	chunk(&out, "IHDR", append(head, byte(k.bits), byte(k.colour), 0, 0, 0))
	if k.colour == palette {
		var colours, alphas []byte
		for i, c := range k.palette {
			colours = append(colours, c.R, c.G, c.B)
			if c.A != 255 { // they come first
				alphas = append(alphas, k.palette[i].A)
			}
		}
		chunk(&out, "PLTE", colours)
		if len(alphas) > 0 {
			chunk(&out, "tRNS", alphas)
		}
	}
	if err := pixels(&out, m, k, effort); err != nil {
		return nil, err
	}
	chunk(&out, "IEND", nil)
	return out.Bytes(), nil
}

// pixels writes the chunk of all rows.
func pixels(out *bytes.Buffer, m *image.NRGBA, k kind, effort Effort) error {
	start := out.Len()
	out.WriteString("\x00\x00\x00\x00IDAT")
	way, err := planFor(m, k, effort)
	if err != nil {
		return err
	}
	if err := way.write(out, m, k); err != nil {
		return err
	}
	b := out.Bytes()[start:]
	if len(b)-8 > maxSide {
		return fmt.Errorf("%w: %d bytes", ErrPicture, len(b))
	}
	binary.BigEndian.PutUint32(b, uint32(len(b)-8))
	return binary.Write(out, binary.BigEndian, crc32.ChecksumIEEE(b[4:]))
}

func chunk(out *bytes.Buffer, kind string, body []byte) {
	b := binary.BigEndian.AppendUint32(make([]byte, 0, len(body)+12), uint32(len(body)))
	b = append(append(b, kind...), body...)
	out.Write(binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:])))
}
