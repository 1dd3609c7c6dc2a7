package mp4

import (
	"encoding/binary"
	"math"
	"slices"
	"time"
)

// fragment is a piece of a track in a file that was written while it was filmed.
type fragment struct {
	track     uint32
	perSample uint32
	start     uint64 // by tfdt
	placed    bool   // start is known
}

// Flags of tfhd and trun (ISO/IEC 14496-12:2022, sections 8.8.7 and 8.8.8).
const (
	hasOffset      = 0x1
	hasDescription = 0x2
	hasDuration    = 0x8
	runHasOffset   = 0x1
	runHasFirst    = 0x4
	runHasDuration = 0x100
)

// moof reads the pieces of the tracks in one fragment. Those without a track are left out: a file whose
// moov comes last is not one of fragments.
func (s *scan) moof(b Box) error {
	return Boxes(s.r, b.Body, b.End, &s.count, func(b Box) error {
		if b.Kind != "traf" {
			return nil
		}
		f := fragment{}
		return Boxes(s.r, b.Body, b.End, &s.count, func(b Box) error { return s.traf(&f, b) })
	})
}

func (s *scan) traf(f *fragment, b Box) error {
	switch b.Kind {
	case "tfhd":
		c := Content(s.r, b, 32)
		flags := binary.BigEndian.Uint32(c)
		f.track = binary.BigEndian.Uint32(c[4:])
		f.perSample = s.usual(f.track)
		at := 8
		if flags&hasOffset != 0 {
			at += 8
		}
		if flags&hasDescription != 0 {
			at += 4
		}
		if flags&hasDuration != 0 {
			f.perSample = binary.BigEndian.Uint32(c[at:])
		}
	case "tfdt":
		c := Content(s.r, b, 12)
		f.start, f.placed = uint64(binary.BigEndian.Uint32(c[4:])), true
		if c[0] == 1 {
			f.start = binary.BigEndian.Uint64(c[4:])
		}
	case "trun":
		return s.trun(f, b)
	}
	return nil
}

// usual is the length of a frame where nothing else is said.
func (s *scan) usual(id uint32) uint32 {
	for _, x := range s.pending {
		if x.track == id {
			return x.perSample
		}
	}
	return 0
}

func (s *scan) trun(f *fragment, b Box) error {
	i := slices.IndexFunc(s.tracks, func(t *track) bool { return t.id == f.track })
	if i < 0 {
		return nil
	}
	t := s.tracks[i]
	if !f.placed {
		f.start, f.placed = t.end, true
	}
	c := Content(s.r, b, 8)
	flags, count := binary.BigEndian.Uint32(c), uint64(binary.BigEndian.Uint32(c[4:]))
	at := b.Body + 8
	for _, flag := range []uint32{runHasOffset, runHasFirst} {
		if flags&flag != 0 {
			at += 4
		}
	}
	before := t.ticks
	size := 0
	for flag := uint32(runHasDuration); flag <= 0x800; flag <<= 1 {
		if flags&flag != 0 {
			size += 4
		}
	}
	if flags&runHasDuration == 0 {
		if size > 0 { // a count that lies ends with its box
			count = min(count, uint64(max(0, b.End-at))/uint64(size)) //nolint:gosec // not negative
		} else {
			count = min(count, maxBoxes)
		}
		t.add(count, f.perSample)
	} else if err := s.table(b, at, size, count, func(e []byte) { t.add(1, binary.BigEndian.Uint32(e)) }); err != nil {
		return err
	}
	f.start += t.ticks - before
	t.end = max(t.end, f.start)
	return nil
}

// conclude puts together what was read.
func (s *scan) conclude(size int64) {
	f := &s.facts
	longest := time.Duration(0)
	for _, t := range s.tracks {
		longest = max(longest, t.duration())
		switch t.handler {
		case "vide":
			if f.Video == "" && t.entry.codec != "" || f.Width == 0 {
				t.picture(f)
			}
		case "soun":
			if f.Audio == "" {
				f.Audio, f.SampleRate = t.entry.codec, t.entry.rate
			}
		default:
			if f.Width == 0 && f.Video == "" && t.width > 0 && t.height > 0 {
				t.picture(f)
				f.Video, f.FrameRate = "", 0
			}
		}
		f.Encrypted = f.Encrypted || t.entry.encrypted
	}
	f.Duration = span(s.length, s.scale)
	if f.Duration == 0 {
		f.Duration = longest
	}
	if seconds := f.Duration.Seconds(); seconds > 0 {
		f.BitRate = int64(min(float64(size)*8/seconds, 1<<50))
	}
}

// duration is how long a track is, by its header, its frames or its fragments.
func (t *track) duration() time.Duration {
	return span(max(t.length, t.ticks, t.end), t.scale)
}

// maxLength is longer than any film: about four months.
const maxLength = 1e7

// span turns ticks into a length; nonsense is zero.
func span(ticks, scale uint64) time.Duration {
	if scale == 0 || ticks == 0 {
		return 0
	}
	seconds := float64(ticks) / float64(scale)
	if seconds > maxLength {
		return 0
	}
	return time.Duration(math.Round(seconds * float64(time.Second)))
}

// picture puts what a track says about its picture into the facts.
func (t *track) picture(f *Facts) {
	f.Video, f.CodedWidth, f.CodedHeight, f.Rotation = t.entry.codec, t.entry.width, t.entry.height, t.rotation
	if t.ticks > 0 && t.scale > 0 {
		if rate := float64(t.frames) * float64(t.scale) / float64(t.ticks); rate < 10_000 {
			f.FrameRate, f.Variable = rate, t.variable && !f.Fragmented
		}
	}
	f.Width, f.Height = t.width, t.height
	if f.Width == 0 || f.Height == 0 {
		f.Width, f.Height = t.entry.width, t.entry.height
		if n, d := t.entry.acrossNum, t.entry.acrossDen; n > 0 && d > 0 && n/100 < d && d/100 < n {
			f.Width = int(math.Round(float64(f.Width) * float64(n) / float64(d)))
		}
	}
	if f.CodedWidth == 0 || f.CodedHeight == 0 {
		f.CodedWidth, f.CodedHeight = f.Width, f.Height
	}
	if f.Rotation%180 == 90 {
		f.Width, f.Height = f.Height, f.Width
	}
}
