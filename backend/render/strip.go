package render

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
)

// passable reports whether the original itself may be the answer to a recipe: an accepted format,
// sRGB, upright, eight bits, and the size that would come out anyway.
func passable(info Info, r Recipe, l layout) bool {
	size := info.Width == l.canvas.X && info.Height == l.canvas.Y
	whole := l.source.Dx() == info.Width && l.source.Dy() == info.Height && l.scaled == l.canvas
	plain := info.Orientation == 1 && info.colour == nil && info.Profile != ProfileUnusable &&
		info.Depth <= 8 && info.Model != "cmyk" && info.Model != "ycck" && !info.damaged
	moves := info.Animated && info.Format != GIF // only GIF is an animation everywhere
	covers := info.Alpha && r.Background.A != 0
	return r.Watermark == nil && r.Adjust == (Adjustment{}) && size && whole && plain && !moves && !covers && !l.reduced && slices.Contains(r.Formats, info.Format)
}

// strip returns file without anything but the picture, not re-encoding a pixel. If there is
// nothing to take away it returns file itself.
func strip(f Format, file []byte) (_ []byte, err error) {
	defer recovered(&err, "strip")
	var out []byte
	switch f {
	case JPEG:
		out, err = stripJPEG(file)
	case PNG:
		out, err = stripPNG(file)
	case GIF:
		out, err = stripGIF(file)
	case WebP:
		out, err = stripWebP(file)
	case TIFF, BMP, HEIC, AVIF, MP4, MOV, WebM, PDF:
		return nil, ErrUnsupported
	}
	if err != nil {
		return nil, fmt.Errorf("strip %s: %w", f, err)
	}
	if bytes.Equal(out, file) {
		return file, nil
	}
	return out, nil
}

// stripJPEG keeps the frame, the tables, the scans, the JFIF head without its preview, and Adobe's
// word about the colours. What follows the end of the picture, such as a second one, goes too.
func stripJPEG(file []byte) ([]byte, error) {
	if len(file) < 4 {
		return nil, ErrTruncated
	}
	out := make([]byte, 0, len(file))
	out = append(out, file[:2]...)
	for pos := 2; pos+2 <= len(file); {
		if file[pos] != 0xff {
			return nil, ErrDamaged
		}
		marker := file[pos+1]
		switch {
		case marker == 0xff:
			pos++
			continue
		case marker == markEOI:
			return append(out, 0xff, markEOI), nil
		case marker == markTEM, marker >= markRST0 && marker <= markSOI:
			return nil, ErrDamaged
		}
		if pos+4 > len(file) {
			return nil, ErrTruncated
		}
		end := pos + 2 + int(binary.BigEndian.Uint16(file[pos+2:]))
		if end < pos+4 || end > len(file) {
			return nil, ErrTruncated
		}
		segment, body := file[pos:end], file[pos+4:end]
		pos = end
		switch {
		case marker == markAPP0 && bytes.HasPrefix(body, []byte("JFIF\x00")) && len(body) >= 14:
			if body[12] != 0 || body[13] != 0 {
				head := append([]byte{0xff, markAPP0, 0, 16}, body[:12]...)
				segment = append(head, 0, 0)
			}
			out = append(out, segment...)
		case marker == markAPP14 && bytes.HasPrefix(body, []byte("Adobe")):
			out = append(out, segment...)
		case marker >= markAPP0 && marker <= markAPP15, marker == markCOM:
		case marker >= 0xf0: // extensions that no decoder reads
		default:
			out = append(out, segment...)
			if marker == markSOS {
				scan := scanEnd(file[pos:])
				out = append(out, file[pos:pos+scan]...)
				pos += scan
			}
		}
	}
	return nil, ErrTruncated
}

// scanEnd returns how many bytes of coded pixels b starts with: up to a marker that is no restart.
func scanEnd(b []byte) int {
	for at := 0; ; {
		i := bytes.IndexByte(b[at:], 0xff)
		if i < 0 || at+i+1 >= len(b) {
			return len(b)
		}
		at += i
		if next := b[at+1]; next != 0 && (next < markRST0 || next > markRST7) {
			return at
		}
		at += 2
	}
}

// stripPNG keeps the chunks that make the picture. Text, times, places, profiles (which by now say
// sRGB) and programs' own notes go.
func stripPNG(file []byte) ([]byte, error) {
	out := append(make([]byte, 0, len(file)), pngHead...)
	for pos := len(pngHead); pos+12 <= len(file); {
		size := uint64(binary.BigEndian.Uint32(file[pos:]))
		if size > uint64(len(file)-pos-12) {
			return nil, ErrTruncated
		}
		end := pos + 12 + int(size)
		kind := string(file[pos+4 : pos+8])
		switch kind {
		case "IHDR", "PLTE", "IDAT", "IEND", "tRNS", "sRGB", "gAMA", "cHRM", "bKGD", "sBIT", "hIST":
			out = append(out, file[pos:end]...)
		}
		if kind == "IEND" {
			return out, nil
		}
		pos = end
	}
	return nil, ErrTruncated
}

// stripGIF drops comments, texts and applications' blocks other than the looping one.
func stripGIF(file []byte) ([]byte, error) {
	if len(file) < 13 {
		return nil, ErrTruncated
	}
	pos := 13
	if file[10]&0x80 != 0 {
		pos += 3 << (file[10]&7 + 1)
	}
	if pos > len(file) {
		return nil, ErrTruncated
	}
	out := append(make([]byte, 0, len(file)), file[:pos]...)
	for pos < len(file) {
		start := pos
		switch file[pos] {
		case 0x3b:
			return append(out, 0x3b), nil
		case 0x21:
			if pos+2 > len(file) {
				return nil, ErrTruncated
			}
			label := file[pos+1]
			end, err := gifChain(file, pos+2)
			if err != nil {
				return nil, err
			}
			pos = end
			loop := label == 0xff && bytes.HasPrefix(file[start+2:end], []byte("\x0bNETSCAPE2.0"))
			if label == 0xf9 || loop {
				out = append(out, file[start:end]...)
			}
		case 0x2c:
			if pos+10 > len(file) {
				return nil, ErrTruncated
			}
			at := pos + 10
			if file[pos+9]&0x80 != 0 {
				at += 3 << (file[pos+9]&7 + 1)
			}
			end, err := gifChain(file, at+1)
			if err != nil {
				return nil, err
			}
			out = append(out, file[start:end]...)
			pos = end
		default:
			return nil, ErrDamaged
		}
	}
	return nil, ErrTruncated
}

// gifChain returns where a chain of sub-blocks that starts at pos ends.
func gifChain(file []byte, pos int) (int, error) {
	for pos >= 0 && pos < len(file) {
		n := int(file[pos])
		pos += 1 + n
		if n == 0 {
			return pos, nil
		}
	}
	return 0, ErrTruncated
}

// stripWebP drops EXIF, XMP and the profile, and unknown chunks, and says so in the head.
func stripWebP(file []byte) ([]byte, error) {
	chunks := webpChunks(file)
	if len(chunks) == 0 {
		return nil, ErrTruncated
	}
	out := append(make([]byte, 0, len(file)), "RIFF\x00\x00\x00\x00WEBP"...)
	for _, c := range chunks {
		switch c.kind {
		case "VP8X":
			head := bytes.Clone(c.body)
			if len(head) < 10 {
				return nil, ErrTruncated
			}
			head[0] &^= 0x20 | 0x08 | 0x04 // profile, EXIF, XMP
			out = appendChunk(out, c.kind, head)
		case "ANMF": // an animation of one frame, or cut after it: not every program shows one
			return nil, ErrUnsupported
		case "VP8 ", "VP8L", "ALPH", "ANIM":
			out = appendChunk(out, c.kind, c.body)
		}
	}
	return closeRIFF(out), nil
}
