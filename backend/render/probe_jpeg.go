package render

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
)

// JPEG marker codes (ITU-T T.81, table B.1).
const (
	markSOF0  = 0xc0
	markSOF2  = 0xc2
	markDHT   = 0xc4
	markDAC   = 0xcc
	markRST0  = 0xd0
	markRST7  = 0xd7
	markSOI   = 0xd8
	markEOI   = 0xd9
	markSOS   = 0xda
	markDQT   = 0xdb
	markDRI   = 0xdd
	markAPP0  = 0xe0
	markAPP1  = 0xe1
	markAPP2  = 0xe2
	markAPP14 = 0xee
	markAPP15 = 0xef
	markCOM   = 0xfe
	markTEM   = 0x01
)

var (
	exifHead = []byte("Exif\x00\x00")
	iccHead  = []byte("ICC_PROFILE\x00")
)

// maxSegments is far more than any camera writes before the pixels.
const maxSegments = 4096

// isFrame reports whether a marker starts a frame header of any coding.
func isFrame(marker byte) bool {
	return marker >= markSOF0 && marker <= 0xcf && marker != markDHT && marker != 0xc8 && marker != markDAC
}

// errLastSegment ends a walk through segments.
var errLastSegment = errors.New("the last segment")

// jpegSegments calls visit for every segment of a JPEG file from behind its first marker on, with where its body is and
// how long that is; an end of the picture has none. The walk ends without an error where visit returns errLastSegment.
func jpegSegments(w *window, visit func(marker byte, body, size int64) error) error {
	pos := int64(2)
	for range maxSegments {
		b, err := w.at(pos, 2)
		if err != nil {
			return err
		}
		if b[0] != 0xff {
			return fmt.Errorf("%w: no segment where one must be", ErrDamaged)
		}
		marker, body, size := b[1], pos+2, int64(0)
		switch {
		case marker == 0xff: // padding
			pos++
			continue
		case marker == markTEM, marker >= markRST0 && marker <= markSOI:
			pos += 2
			continue
		case marker != markEOI:
			if b, err = w.at(pos+2, 2); err != nil {
				return err
			}
			length := int64(binary.BigEndian.Uint16(b))
			if length < 2 {
				return fmt.Errorf("%w: a segment of impossible length", ErrDamaged)
			}
			body, size = pos+4, length-2
		}
		pos = body + size
		if err := visit(marker, body, size); err != nil {
			if errors.Is(err, errLastSegment) {
				return nil
			}
			return err
		}
	}
	return fmt.Errorf("%w: too many segments before the pixels", ErrDamaged)
}

// probeJPEG reads the segments up to the first scan. EXIF counts from any APP1, since some programs
// put XMP first.
func probeJPEG(w *window, info *Info) error {
	p := jpegHead{w: w, info: info}
	if err := jpegSegments(w, p.segment); err != nil {
		return err
	}
	if p.icc.complete() {
		info.readProfile(p.icc.join())
	} else if p.icc.seen > 0 {
		info.Profile = ProfileUnusable
		info.warnings = append(info.warnings, WarnProfile)
	}
	return jpegFrame(info, p.frame, p.adobe)
}

// jpegHead gathers what stands before the pixels.
type jpegHead struct {
	w            *window
	info         *Info
	icc          jpegProfile
	frame, adobe []byte
}

func (p *jpegHead) segment(marker byte, body, size int64) error {
	switch {
	case marker == markEOI:
		return fmt.Errorf("%w: it ends before its pixels", ErrDamaged)
	case marker == markSOS:
		if p.frame == nil {
			return fmt.Errorf("%w: pixels before their size", ErrDamaged)
		}
		return errLastSegment
	case isFrame(marker) && p.frame == nil:
		b, err := p.w.at(body, int(size))
		if err != nil {
			return err
		}
		p.frame = append([]byte{marker}, b...)
	case marker == markDAC:
		return fmt.Errorf("%w: arithmetic coding", ErrUnsupported)
	case marker == markAPP14:
		b, err := p.w.at(body, int(min(size, 12)))
		if err != nil {
			return err
		}
		if bytes.HasPrefix(b, []byte("Adobe")) {
			p.adobe = append([]byte(nil), b...)
		} else {
			p.info.Private = true
		}
	case marker == markAPP0:
		// JFIF is part of the format; a JFXX extension may hold a preview.
		b, err := p.w.at(body, int(min(size, 5)))
		if err != nil {
			return err
		}
		if !bytes.HasPrefix(b, []byte("JFIF\x00")) {
			p.info.Private = true
		}
	case marker == markAPP1, marker == markAPP2:
		return p.notes(marker, body, size)
	case marker > markAPP0 && marker <= markAPP15, marker == markCOM:
		p.info.Private = true
	}
	return nil
}

// notes reads the segments that hold more than the picture.
func (p *jpegHead) notes(marker byte, body, size int64) error {
	b, err := p.w.at(body, int(size))
	if err != nil {
		return err
	}
	switch {
	case marker == markAPP1 && bytes.HasPrefix(b, exifHead):
		p.info.readEXIF(b)
	case marker == markAPP2 && bytes.HasPrefix(b, iccHead):
		p.icc.add(b[len(iccHead):])
	default:
		p.info.Private = true // XMP, MPF …
		if gainMap(b) && !slices.Contains(p.info.warnings, WarnGainMap) {
			p.info.warnings = append(p.info.warnings, WarnGainMap)
		}
	}
	return nil
}

// gainMap reports whether a segment announces a second picture that says how much brighter each place is on
// a screen that can: as Android's camera, as ISO 21496-1 and as Apple's write it.
func gainMap(b []byte) bool {
	for _, word := range []string{"ns.adobe.com/hdr-gain-map", "urn:iso:std:iso:ts:21496", "HDRGainMap"} {
		if bytes.Contains(b, []byte(word)) {
			return true
		}
	}
	return false
}

// jpegFrame reads a frame header (T.81, section B.2.2) whose first byte is its marker.
func jpegFrame(info *Info, frame, adobe []byte) error {
	if len(frame) < 7 {
		return fmt.Errorf("%w: frame header cut short", ErrDamaged)
	}
	info.progressive = frame[0] == markSOF2
	info.Depth = int(frame[1])
	info.StoredHeight = int(binary.BigEndian.Uint16(frame[2:]))
	info.StoredWidth = int(binary.BigEndian.Uint16(frame[4:]))
	transform := byte(255)
	if info.adobe = len(adobe) >= 12; info.adobe {
		transform = adobe[11]
	}
	switch frame[6] {
	case 1:
		info.Model = "gray"
	case 3:
		info.Model = "ycbcr"
		if transform == 0 {
			info.Model = "rgb"
		}
	case 4:
		info.Model = "cmyk"
		if transform == 2 {
			info.Model = "ycck"
		}
		info.warnings = append(info.warnings, WarnCMYK)
	default:
		return fmt.Errorf("%w: %d colour components", ErrUnsupported, frame[6])
	}
	switch {
	case frame[0] >= 0xc9:
		return fmt.Errorf("%w: arithmetic coding", ErrUnsupported)
	case frame[0] == 0xc3:
		return fmt.Errorf("%w: lossless JPEG", ErrUnsupported)
	case frame[0] > markSOF2:
		return fmt.Errorf("%w: hierarchical JPEG", ErrUnsupported)
	case info.Depth != 8:
		return fmt.Errorf("%w: %d bits a sample", ErrUnsupported, info.Depth)
	case info.StoredHeight == 0 && info.StoredWidth > 0:
		return fmt.Errorf("%w: the height comes after the pixels", ErrUnsupported)
	}
	// Every 8×8 block of the first plane needs at least one bit: 512 pixels a byte. Four times
	// that leaves room for what nobody thought of.
	return plausible(info, int64(info.StoredWidth)*int64(info.StoredHeight)/2048)
}

// plausible refuses a header that claims more pixels than the file's bytes can encode, so that a
// kilobyte cannot ask for a gigabyte. least is the fewest bytes that could do.
func plausible(info *Info, least int64) error {
	if info.Bytes < least {
		return fmt.Errorf("%w: %d×%d pixels cannot be in %d bytes", ErrTruncated,
			info.StoredWidth, info.StoredHeight, info.Bytes)
	}
	return nil
}

// jpegProfile joins a profile that was cut into segments (ICC.1:2022, annex B.4).
type jpegProfile struct {
	parts [256][]byte
	count int
	seen  int
	bad   bool
}

func (j *jpegProfile) add(b []byte) {
	if len(b) < 2 || b[0] == 0 || b[0] > b[1] || (j.count != 0 && j.count != int(b[1])) || j.parts[b[0]] != nil {
		j.bad = true
		j.seen++
		return
	}
	j.count = int(b[1])
	j.parts[b[0]] = append([]byte{}, b[2:]...)
	j.seen++
}

func (j *jpegProfile) complete() bool { return !j.bad && j.count > 0 && j.seen == j.count }

func (j *jpegProfile) join() []byte { return bytes.Join(j.parts[1:j.count+1], nil) }
