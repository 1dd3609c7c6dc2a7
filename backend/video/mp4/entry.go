package mp4

import (
	"encoding/binary"
	"math"
)

// entry is what a sample description says.
type entry struct {
	codec                string
	width, height        int
	acrossNum, acrossDen uint32 // the shape of a pixel
	rate                 int
	encrypted            bool
}

// codecs are the names of codecs by the code of their sample entry.
func codecs(code string) string {
	switch code {
	case "avc1", "avc2", "avc3", "avc4", "dva1", "dvav":
		return "h264"
	case "hvc1", "hvc2", "hev1", "hev2", "dvh1", "dvhe":
		return "hevc"
	case "vvc1", "vvi1":
		return "vvc"
	case "av01":
		return "av1"
	case "vp08":
		return "vp8"
	case "vp09":
		return "vp9"
	case "apch", "apcn", "apcs", "apco", "ap4h", "ap4x":
		return "prores"
	case "jpeg", "mjpa", "mjpb":
		return "mjpeg"
	case "s263", "h263":
		return "h263"
	case "Opus":
		return "opus"
	case "ac-3":
		return "ac3"
	case "ec-3":
		return "eac3"
	case "fLaC":
		return "flac"
	case ".mp3":
		return "mp3"
	case "samr", "sawb":
		return "amr"
	case "sowt", "twos", "lpcm", "ipcm", "fpcm", "in24", "in32", "fl32", "fl64", "raw ":
		return "pcm"
	}
	return printable(code)
}

// printable keeps of a code what can be shown.
func printable(code string) string {
	out := []byte{}
	for i := range len(code) {
		if c := code[i]; c > ' ' && c < 0x7f {
			out = append(out, c)
		}
	}
	return string(out)
}

// objects are the names of codecs by the object type of an esds box (mp4ra.org, "Object Types", 2024).
func objects(kind byte) string {
	switch kind {
	case 0x20:
		return "mpeg4"
	case 0x21:
		return "h264"
	case 0x23:
		return "hevc"
	case 0x40, 0x66, 0x67, 0x68:
		return "aac"
	case 0x60, 0x61, 0x62, 0x63, 0x64, 0x65:
		return "mpeg2"
	case 0x69, 0x6b:
		return "mp3"
	case 0x6a:
		return "mpeg1"
	case 0x6c:
		return "mjpeg"
	case 0xa5:
		return "ac3"
	case 0xa6:
		return "eac3"
	case 0xad:
		return "opus"
	case 0xb1:
		return "vp9"
	}
	return ""
}

// stsd reads the first sample description of a track.
func (s *scan) stsd(t *track, b Box) error {
	done := false
	return Boxes(s.r, min(b.Body+8, b.End), b.End, &s.count, func(b Box) error {
		if done {
			return nil
		}
		done = true
		t.entry.codec = codecs(b.Kind)
		t.entry.encrypted = b.Kind == "encv" || b.Kind == "enca" || b.Kind == "drmi" || b.Kind == "drms"
		inner := int64(0)
		switch t.handler {
		case "vide":
			c := Content(s.r, b, 28)
			t.entry.width, t.entry.height = int(binary.BigEndian.Uint16(c[24:])), int(binary.BigEndian.Uint16(c[26:]))
			inner = b.Body + 78
		case "soun":
			inner = b.Body + t.entry.sound(Content(s.r, b, 56))
		default:
			return nil
		}
		if inner >= b.End {
			return nil
		}
		// Some writers leave a few bytes behind the last box: what cannot be read says nothing.
		_ = Boxes(s.r, inner, b.End, &s.count, func(b Box) error { return s.inside(t, b, true) })
		return nil
	})
}

// sound reads the fixed part of a sound's description and returns its length: QuickTime has two
// longer versions of it.
func (e *entry) sound(c []byte) int64 {
	e.rate = int(binary.BigEndian.Uint16(c[24:])) // what it says of channels is not to be trusted
	switch binary.BigEndian.Uint16(c[8:]) {
	case 1:
		return 44
	case 2:
		if rate := math.Float64frombits(binary.BigEndian.Uint64(c[32:])); rate > 0 && rate < 1e7 {
			e.rate = int(rate)
		}
		return 64
	}
	return 28
}

// inside reads a box of a sample description; QuickTime puts those of a sound into one more.
func (s *scan) inside(t *track, b Box, outer bool) error {
	e := &t.entry
	switch b.Kind {
	case "pasp":
		c := Content(s.r, b, 8)
		e.acrossNum, e.acrossDen = binary.BigEndian.Uint32(c), binary.BigEndian.Uint32(c[4:])
	case "esds":
		if name := objects(objectType(Content(s.r, b, 64))); name != "" {
			e.codec = name
		}
	case "sinf":
		return Boxes(s.r, b.Body, b.End, &s.count, func(b Box) error {
			if b.Kind == "frma" {
				e.codec = codecs(string(Content(s.r, b, 4)))
			}
			return nil
		})
	case "wave":
		if outer {
			return Boxes(s.r, b.Body, b.End, &s.count, func(b Box) error { return s.inside(t, b, false) })
		}
	}
	return nil
}

// objectType finds the object type in an esds box, 0 if it is not where it must be (ISO/IEC
// 14496-1:2010, section 7.2.6: an ES_Descriptor, tag 3, has a DecoderConfigDescriptor, tag 4).
func objectType(b []byte) byte {
	at := 4
	descriptor := func(tag byte) bool {
		if at >= len(b) || b[at] != tag {
			return false
		}
		at++
		for range 4 { // its length, seven bits a byte
			if at >= len(b) {
				return false
			}
			at++
			if b[at-1]&0x80 == 0 {
				break
			}
		}
		return at+3 <= len(b)
	}
	if !descriptor(3) {
		return 0
	}
	flags := b[at+2]
	at += 3
	if flags&0x80 != 0 {
		at += 2
	}
	if flags&0x40 != 0 {
		if at >= len(b) {
			return 0
		}
		at += 1 + int(b[at])
	}
	if flags&0x20 != 0 {
		at += 2
	}
	if !descriptor(4) {
		return 0
	}
	return b[at]
}
