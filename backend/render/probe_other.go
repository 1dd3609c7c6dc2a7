package render

import (
	"encoding/binary"
	"fmt"

	"postbag/backend/render/exif"
)

// probeGIF walks the blocks of a GIF (GIF89a, 1990-07-31) to count its frames.
func probeGIF(w *window, info *Info) error {
	info.Model, info.Lossless = "palette", true
	b, err := w.at(6, 7)
	if err != nil {
		return err
	}
	info.StoredWidth = int(binary.LittleEndian.Uint16(b))
	info.StoredHeight = int(binary.LittleEndian.Uint16(b[2:]))
	pos := int64(13)
	if b[4]&0x80 != 0 {
		pos += 3 << (b[4]&7 + 1)
	}
	frames := 0
	// A file cut off after its first frame still shows that one: the walk then just ends.
	for {
		if b, err = w.at(pos, 1); err != nil {
			break
		}
		pos++
		if b[0] == 0x3b {
			break
		}
		if b[0] == 0x21 {
			if pos, err = gifExtension(w, pos, info); err != nil {
				break
			}
			continue
		}
		if b[0] != 0x2c {
			break
		}
		if b, err = w.at(pos, 9); err != nil {
			break
		}
		pos += 9
		if b[8]&0x80 != 0 {
			pos += 3 << (b[8]&7 + 1)
		}
		frames++
		if pos, err = gifBlocks(w, pos+1); err != nil {
			break
		}
	}
	if frames == 0 {
		return ErrTruncated
	}
	info.Frames = frames
	info.Alpha = true // a first frame may cover a part of the canvas only
	// LZW (GIF89a, appendix F): a 12-bit code stands for 4,096 pixels at most.
	return plausible(info, int64(info.StoredWidth)*int64(info.StoredHeight)/65536)
}

func gifExtension(w *window, pos int64, info *Info) (int64, error) {
	b, err := w.at(pos, 1)
	if err != nil {
		return pos, err
	}
	switch b[0] {
	case 0xf9: // graphic control
	case 0xff:
		if b, err := w.at(pos+1, 12); err == nil && string(b[1:12]) != "NETSCAPE2.0" {
			info.Private = true
		}
	default:
		info.Private = true
	}
	return gifBlocks(w, pos+1)
}

// gifBlocks skips a chain of sub-blocks.
func gifBlocks(w *window, pos int64) (int64, error) {
	for {
		b, err := w.at(pos, 1)
		if err != nil {
			return pos, err
		}
		pos += 1 + int64(b[0])
		if b[0] == 0 {
			return pos, nil
		}
	}
}

// probeWebP reads the chunks of a WebP file (RFC 9649).
func probeWebP(w *window, info *Info) error {
	info.Model = "ycbcr"
	b, err := w.at(4, 4)
	if err != nil {
		return err
	}
	end := min(w.size, 8+int64(binary.LittleEndian.Uint32(b)))
	frames := 0
	for pos := int64(12); pos+8 <= end; {
		if b, err = w.at(pos, 8); err != nil {
			return err
		}
		kind, size := string(b[:4]), int64(binary.LittleEndian.Uint32(b[4:]))
		body := pos + 8
		pos = body + size + size&1
		switch kind {
		case "VP8X":
			if b, err = w.at(body, 10); err != nil {
				return err
			}
			info.Alpha = b[0]&0x10 != 0
			info.StoredWidth, info.StoredHeight = 1+uint24(b[4:]), 1+uint24(b[7:])
		case "VP8 ", "VP8L":
			if b, err = w.at(body, 10); err != nil {
				return err
			}
			if err := webpFrame(info, kind, b); err != nil {
				return err
			}
			frames = max(frames, 1)
		case "ANMF":
			frames++
			if frames == 1 && size > 24 {
				if b, err := w.at(body+16, 4); err == nil && string(b) == "VP8L" {
					info.Model, info.Lossless = "rgb", true
				}
			}
		case "ICCP":
			if b, err = w.block(body, size); err != nil {
				return err
			}
			info.readProfile(b)
		case "EXIF":
			if b, err = w.block(body, size); err != nil {
				return err
			}
			info.readEXIF(b)
		case "ALPH", "ANIM":
		default:
			info.Private = true
		}
		if (kind == "VP8 " || kind == "VP8L" || kind == "ANMF") && pos > w.size+1 {
			return ErrTruncated
		}
	}
	if frames == 0 {
		return ErrTruncated
	}
	info.Frames = frames
	return nil
}

// webpFrame reads the size of a single bitstream; a VP8X chunk before it has the last word.
func webpFrame(info *Info, kind string, b []byte) error {
	var width, height int
	if kind == "VP8L" {
		if b[0] != 0x2f {
			return fmt.Errorf("%w: no lossless bitstream", ErrDamaged)
		}
		bits := binary.LittleEndian.Uint32(b[1:])
		width, height = int(bits&0x3fff)+1, int(bits>>14&0x3fff)+1
		info.Model, info.Lossless = "rgb", true
		if bits>>28&1 != 0 {
			info.Alpha = true
		}
	} else {
		if b[3] != 0x9d || b[4] != 0x01 || b[5] != 0x2a {
			return fmt.Errorf("%w: no lossy bitstream", ErrDamaged)
		}
		width = int(binary.LittleEndian.Uint16(b[6:]) & 0x3fff)
		height = int(binary.LittleEndian.Uint16(b[8:]) & 0x3fff)
	}
	if info.StoredWidth == 0 {
		info.StoredWidth, info.StoredHeight = width, height
	} else if info.StoredWidth != width || info.StoredHeight != height {
		return fmt.Errorf("%w: it gives two different sizes", ErrDamaged)
	}
	return nil
}

func uint24(b []byte) int { return int(b[0]) | int(b[1])<<8 | int(b[2])<<16 }

// probeTIFF reads the first directory of a TIFF file (TIFF 6.0, 1992-06-03).
func probeTIFF(w *window, info *Info) error {
	info.Lossless = true
	meta, err := exif.Read(w, w.size)
	if err != nil {
		return fmt.Errorf("%w: unreadable directory", ErrDamaged)
	}
	image := meta.Image
	info.StoredWidth, info.StoredHeight = image.Width, image.Height
	if image.Bits > 0 {
		info.Depth = image.Bits
	} else {
		info.Depth = 1
	}
	info.Alpha = image.Extra
	info.Private = true // TIFF is never published, and nearly always carries notes
	if meta.Orientation != 0 {
		info.Orientation = meta.Orientation
	}
	meta.Image = exif.Image{}
	info.Meta = meta
	if n := image.ProfileLength; n > 0 {
		if b, err := w.block(image.ProfileOffset, n); err == nil {
			info.readProfile(b)
		} else {
			info.Profile = ProfileUnusable
			info.warnings = append(info.warnings, WarnProfile)
		}
	}
	if err := tiffPlausible(info, image); err != nil {
		return err
	}
	switch image.Photometric {
	case 0, 1:
		info.Model = "gray"
	case 2:
		info.Model = "rgb"
	case 3:
		info.Model = "palette"
	case 5:
		info.Model = "cmyk"
		return fmt.Errorf("%w: TIFF in printing colours (CMYK); save it as JPEG or as RGB", ErrUnsupported)
	default:
		info.Model = "other"
		return fmt.Errorf("%w: TIFF colour model %d; save it as RGB", ErrUnsupported, image.Photometric)
	}
	return nil
}

// tiffPlausible holds a directory's size against the bytes there are, by how far each compression goes.
func tiffPlausible(info *Info, m exif.Image) error {
	row := (int64(m.Width)*int64(max(m.Samples, 1))*int64(info.Depth) + 7) / 8
	most := int64(1) // bytes of pixels from one byte of the file
	switch m.Compression {
	case 2, 3, 4: // CCITT: a row that equals the last one is one bit
		row, most = 1, 8
	case 5: // LZW: a code of twelve bits for 4,096 bytes at most
		most = 4096
	case 8, 32946: // Deflate
		most = 1040
	case 32773: // PackBits
		most = 64
	case 0, 1:
	default:
		return nil // not decoded here
	}
	if row > 0 && int64(m.Height) > (1<<62)/row {
		return plausible(info, 1<<62)
	}
	return plausible(info, row*int64(m.Height)/most)
}

// probeBMP reads the info header of a Windows bitmap.
func probeBMP(w *window, info *Info) error {
	info.Model, info.Lossless = "rgb", true
	b, err := w.at(14, 12)
	if err != nil {
		return err
	}
	if binary.LittleEndian.Uint32(b) == 12 {
		info.StoredWidth = int(binary.LittleEndian.Uint16(b[4:]))
		info.StoredHeight = int(binary.LittleEndian.Uint16(b[6:]))
		return fmt.Errorf("%w: a bitmap of OS/2", ErrUnsupported)
	}
	if b, err = w.at(14, 20); err != nil {
		return err
	}
	width, height := int32(binary.LittleEndian.Uint32(b[4:])), int32(binary.LittleEndian.Uint32(b[8:]))
	if width < 0 || height == -1<<31 {
		return fmt.Errorf("%w: impossible size", ErrDamaged)
	}
	info.StoredWidth, info.StoredHeight = int(width), int(max(height, -height))
	bits := int64(binary.LittleEndian.Uint16(b[14:]))
	compression := binary.LittleEndian.Uint32(b[16:])
	if bits <= 8 {
		info.Model = "palette"
	}
	info.Alpha = bits == 32
	if compression == 1 || compression == 2 || bits == 16 {
		return fmt.Errorf("%w: a compressed or 16-bit bitmap", ErrUnsupported)
	}
	row := (int64(info.StoredWidth)*bits + 31) / 32 * 4
	return plausible(info, row*int64(info.StoredHeight))
}
