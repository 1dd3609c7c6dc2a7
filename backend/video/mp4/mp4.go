// Package mp4 reads the facts of a video from the headers of an MP4 or QuickTime file: length, size and
// rotation, codecs, frame rate, where the index stands. It decodes nothing, needs no other program, and
// holds a few kilobytes however large the file is and whatever its tables claim.
//
// The sources are ISO/IEC 14496-12:2022 (boxes), 14496-14:2020 (esds), 14496-15:2022 (the codes of
// codecs) and Apple's "QuickTime File Format" (2023).
package mp4

import (
	"encoding/binary"
	"errors"
	"io"
	"math"
	"time"
)

// Facts is what a file says about its video. What it does not say is zero.
type Facts struct {
	Duration time.Duration
	// Width and Height are those of the picture as it is seen: turned, and with square pixels.
	Width, Height int
	// CodedWidth and CodedHeight are those of the stored picture, before it is turned.
	CodedWidth, CodedHeight int
	Rotation                int    // clockwise degrees by which a player turns it: 0, 90, 180 or 270
	Video                   string // "h264", "hevc", "av1", "vp9"…; an unknown one by its code; "" without a picture
	FrameRate               float64
	Variable                bool   // frames stand for different lengths; not known of files in fragments
	Audio                   string // "aac", "opus"…; "" without sound
	SampleRate              int    // of the sound
	BitRate                 int64  // of the whole file, bits per second
	Encrypted               bool   // nobody but its shop's player can show it
	Fragmented              bool
	Front                   bool      // the index stands before the pictures, so that a player can begin at once
	Made                    time.Time // when it was filmed
}

// ErrTables is a file whose tables are longer than those of any video.
var ErrTables = errors.New("its tables are too long")

// tableBytes is how much of the tables is read: those of a day at 60 frames a second are smaller.
const tableBytes = 64 << 20

// scan is one reading of a file.
type scan struct {
	r       io.ReaderAt
	count   int
	allowed int64
	facts   Facts
	tracks  []*track
	length  uint64 // of the whole, by mvhd or mehd
	scale   uint64 // of the whole
	pending []*fragment
}

// track is one track of the file.
type track struct {
	id            uint32
	handler       string // "vide", "soun"
	width, height int    // of tkhd, before turning
	rotation      int
	scale         uint64
	length        uint64 // by mdhd
	frames        uint64 // by stts, or the fragments
	ticks         uint64 // they last
	end           uint64 // of the last fragment
	first, last   uint32 // length of frames
	variable      bool
	entry         entry
}

// Read reads the facts of a file of so many bytes. A file that is damaged, never finished or made to
// keep a reader busy is an error.
func Read(r io.ReaderAt, size int64) (Facts, error) {
	s := &scan{r: r, allowed: tableBytes}
	found, media := false, false
	err := Boxes(r, 0, size, &s.count, func(b Box) error {
		switch b.Kind {
		case "mdat":
			media = true
		case "moov":
			if found {
				return nil
			}
			found = true
			s.facts.Front = !media
			return s.moov(b)
		case "moof":
			s.facts.Fragmented = true
			return s.moof(b)
		}
		return nil
	})
	if err == nil && !found {
		err = ErrUnfinished
	}
	if err != nil {
		return Facts{}, err
	}
	s.conclude(size)
	return s.facts, nil
}

func (s *scan) moov(b Box) error {
	return Boxes(s.r, b.Body, b.End, &s.count, func(b Box) error {
		switch b.Kind {
		case "mvhd":
			s.mvhd(Content(s.r, b, 32))
		case "trak":
			return s.trak(b)
		case "mvex":
			s.facts.Fragmented = true
			return Boxes(s.r, b.Body, b.End, &s.count, s.mvex)
		}
		return nil
	})
}

// sinceEpoch is between the epoch of these files, 1904, and that of Unix.
const sinceEpoch = 2_082_844_800

func (s *scan) mvhd(b []byte) {
	var made uint64
	made, s.scale, s.length = times(b)
	if made > sinceEpoch && made < 2*sinceEpoch {
		s.facts.Made = time.Unix(int64(made)-sinceEpoch, 0).UTC() //nolint:gosec // checked
	}
}

// times reads what mvhd and mdhd begin with, in either version. A length of all ones is unknown.
func times(b []byte) (made, scale, length uint64) {
	if b[0] == 1 {
		made, scale, length = binary.BigEndian.Uint64(b[4:]), uint64(binary.BigEndian.Uint32(b[20:])), binary.BigEndian.Uint64(b[24:])
	} else {
		made, scale, length = uint64(binary.BigEndian.Uint32(b[4:])), uint64(binary.BigEndian.Uint32(b[12:])), uint64(binary.BigEndian.Uint32(b[16:]))
		if length == math.MaxUint32 {
			length = 0
		}
	}
	if length > math.MaxInt64 {
		length = 0
	}
	return made, scale, length
}

func (s *scan) mvex(b Box) error {
	switch b.Kind {
	case "mehd":
		c := Content(s.r, b, 12)
		n := uint64(binary.BigEndian.Uint32(c[4:]))
		if c[0] == 1 {
			n = binary.BigEndian.Uint64(c[4:])
		}
		if s.length == 0 && n <= math.MaxInt64 {
			s.length = n
		}
	case "trex":
		c := Content(s.r, b, 16)
		// A track may follow its trex, so it is looked for at the end.
		s.pending = append(s.pending[:min(len(s.pending), maxTracks)], &fragment{track: binary.BigEndian.Uint32(c[4:]), perSample: binary.BigEndian.Uint32(c[12:])})
	}
	return nil
}

// maxTracks is how many tracks are remembered; films have a handful.
const maxTracks = 64

func (s *scan) trak(b Box) error {
	t := &track{}
	err := Boxes(s.r, b.Body, b.End, &s.count, func(b Box) error {
		switch b.Kind {
		case "tkhd":
			t.tkhd(Content(s.r, b, 96))
		case "mdia":
			return Boxes(s.r, b.Body, b.End, &s.count, func(b Box) error { return s.mdia(t, b) })
		}
		return nil
	})
	if len(s.tracks) < maxTracks {
		s.tracks = append(s.tracks, t)
	}
	return err
}

func (t *track) tkhd(b []byte) {
	at := 40 // of the matrix
	t.id = binary.BigEndian.Uint32(b[12:])
	if b[0] == 1 {
		at, t.id = 52, binary.BigEndian.Uint32(b[20:])
	}
	t.width, t.height = int(binary.BigEndian.Uint32(b[at+36:])>>16), int(binary.BigEndian.Uint32(b[at+40:])>>16)
	t.rotation = rotation(fixed(b[at:]), fixed(b[at+4:]))
}

// fixed reads a number with sixteen bits after the point.
func fixed(b []byte) float64 { return float64(int32(binary.BigEndian.Uint32(b))) / 65536 } //nolint:gosec // it has a sign

// rotation is the quarter turn that is nearest to what a matrix does, whose first row begins with a
// and b.
func rotation(a, b float64) int {
	if a == 0 && b == 0 {
		return 0
	}
	quarters := int(math.Round(math.Atan2(b, a) / (math.Pi / 2)))
	return (quarters + 4) % 4 * 90
}

func (s *scan) mdia(t *track, b Box) error {
	switch b.Kind {
	case "mdhd":
		_, t.scale, t.length = times(Content(s.r, b, 32))
	case "hdlr":
		t.handler = string(Content(s.r, b, 12)[8:])
	case "minf":
		return Boxes(s.r, b.Body, b.End, &s.count, func(b Box) error {
			if b.Kind != "stbl" {
				return nil
			}
			return Boxes(s.r, b.Body, b.End, &s.count, func(b Box) error { return s.stbl(t, b) })
		})
	}
	return nil
}

func (s *scan) stbl(t *track, b Box) error {
	switch b.Kind {
	case "stsd":
		return s.stsd(t, b)
	case "stts":
		n := uint64(binary.BigEndian.Uint32(Content(s.r, b, 8)[4:]))
		return s.table(b, b.Body+8, 8, n, func(e []byte) {
			t.add(uint64(binary.BigEndian.Uint32(e)), binary.BigEndian.Uint32(e[4:]))
		})
	}
	return nil
}

// add counts frames of the same length. The last frame of a film is often shorter or longer than the
// others, which does not make their rate variable.
func (t *track) add(frames uint64, ticks uint32) {
	if frames == 0 {
		return
	}
	if t.frames == 0 {
		t.first, t.last = ticks, ticks
	}
	if t.last != t.first {
		t.variable = true // it was not the end that differed
	}
	if ticks != t.first && frames > 1 {
		t.variable = true
	}
	t.last = ticks
	t.frames, t.ticks = t.frames+frames, t.ticks+min(frames, math.MaxUint32)*uint64(ticks)
}
