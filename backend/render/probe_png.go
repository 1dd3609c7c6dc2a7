package render

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"io"
)

// pngHead is the signature of a PNG file.
const pngHead = "\x89PNG\r\n\x1a\n"

// maxChunks bounds the walk over chunk headers.
const maxChunks = 100_000

// probePNG walks the chunk headers (PNG, third edition, 2025-06-24). It goes on past the pixels,
// where eXIf may stand too.
func probePNG(w *window, info *Info) error {
	info.Lossless = true
	pos := int64(len(pngHead))
	var gamma uint32
	var chroma []byte
	var srgb, icc, pixels bool
	for range maxChunks {
		b, err := w.at(pos, 8)
		if err != nil {
			return err
		}
		size, kind := int64(binary.BigEndian.Uint32(b)), string(b[4:8])
		body := pos + 8
		if size > 1<<31-1 {
			return fmt.Errorf("%w: a chunk of impossible length", ErrDamaged)
		}
		if info.StoredWidth == 0 && kind != "IHDR" && kind != "CgBI" {
			return fmt.Errorf("%w: the first chunk is not the header", ErrDamaged)
		}
		pos = body + size + 4
		switch kind {
		case "IHDR":
			if b, err = w.at(body, 13); err != nil {
				return err
			}
			if err := pngHeader(info, b); err != nil {
				return err
			}
		case "tRNS":
			info.Alpha = true
		case "sRGB":
			srgb = true
		case "gAMA":
			if b, err = w.at(body, 4); err != nil {
				return err
			}
			gamma = binary.BigEndian.Uint32(b)
		case "cHRM":
			if b, err = w.at(body, 32); err != nil {
				return err
			}
			chroma = append([]byte(nil), b...)
		case "iCCP":
			if b, err = w.block(body, size); err != nil {
				return err
			}
			icc = true
			if profile, err := inflateProfile(b); err == nil {
				info.readProfile(profile)
			} else {
				info.Profile = ProfileUnusable
				info.warnings = append(info.warnings, WarnProfile)
			}
		case "acTL":
			if b, err = w.at(body, 4); err != nil {
				return err
			}
			info.Frames = max(1, int(min(binary.BigEndian.Uint32(b), 1<<20)))
		case "eXIf":
			if b, err = w.block(body, size); err != nil {
				return err
			}
			info.readEXIF(b)
		case "IDAT":
			pixels = true
		case "PLTE", "fcTL", "fdAT", "bKGD", "hIST", "sBIT":
		case "IEND":
			if !pixels {
				return fmt.Errorf("%w: it ends before its pixels", ErrDamaged)
			}
			if !srgb && !icc && gamma != 0 && chroma != nil {
				info.setPNGChroma(gamma, chroma)
			}
			return nil
		default: // text, time, resolution, or a program's own notes
			info.Private = true
		}
	}
	return fmt.Errorf("%w: too many chunks", ErrDamaged)
}

func pngHeader(info *Info, b []byte) error {
	width, height := binary.BigEndian.Uint32(b), binary.BigEndian.Uint32(b[4:])
	if width > 1<<31-1 || height > 1<<31-1 {
		return fmt.Errorf("%w: impossible size", ErrDamaged)
	}
	info.StoredWidth, info.StoredHeight, info.Depth = int(width), int(height), int(b[8])
	samples := int64(1)
	switch b[9] {
	case 0:
		info.Model = "gray"
	case 2:
		info.Model, samples = "rgb", 3
	case 3:
		info.Model = "palette"
	case 4:
		info.Model, info.Alpha, samples = "gray", true, 2
	case 6:
		info.Model, info.Alpha, samples = "rgb", true, 4
	default:
		return fmt.Errorf("%w: colour type %d", ErrDamaged, b[9])
	}
	// Deflate makes at best 1 byte of 1,032 (RFC 1951: 258 bytes by a two-bit code).
	row := (int64(width)*samples*int64(b[8]) + 7) / 8
	if row > 0 && int64(height) > (1<<62)/row {
		return plausible(info, 1<<62)
	}
	return plausible(info, row*int64(height)/1040)
}

// inflateProfile unpacks an iCCP chunk: a name, a zero, the method, a zlib stream.
func inflateProfile(b []byte) ([]byte, error) {
	name := bytes.IndexByte(b, 0)
	if name < 0 || name > 79 || len(b) < name+2 || b[name+1] != 0 {
		return nil, ErrDamaged
	}
	z, err := zlib.NewReader(bytes.NewReader(b[name+2:]))
	if err != nil {
		return nil, fmt.Errorf("unpack colour profile: %w", err)
	}
	defer func() { _ = z.Close() }()
	icc, err := io.ReadAll(io.LimitReader(z, maxMetadata+1))
	if err != nil {
		return nil, fmt.Errorf("unpack colour profile: %w", err)
	}
	if len(icc) > maxMetadata {
		return nil, ErrTooLarge
	}
	return icc, nil
}

// setPNGChroma makes a profile of the older cHRM and gAMA chunks, which say the same in other words.
func (info *Info) setPNGChroma(gamma uint32, chroma []byte) {
	xy := func(i int) [2]float64 {
		return [2]float64{
			float64(binary.BigEndian.Uint32(chroma[i*8:])) / 100000,
			float64(binary.BigEndian.Uint32(chroma[i*8+4:])) / 100000,
		}
	}
	matrix, ok := primaries{white: xy(0), red: xy(1), green: xy(2), blue: xy(3)}.toXYZ()
	exponent := 100000 / float64(gamma)
	if !ok || exponent < 0.2 || exponent > 5 {
		return
	}
	// 45455 is how sRGB's own curve is announced to old programs: such a picture means sRGB's.
	curve := gammaCurve(exponent)
	if gamma >= 45000 && gamma <= 46000 {
		curve = srgbCurve()
	}
	info.setColour(&profile{name: "cHRM", matrix: matrix, curves: [3]curveTable{curve, curve, curve}})
}
