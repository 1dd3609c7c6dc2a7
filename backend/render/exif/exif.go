// Package exif reads the few facts of a photograph's EXIF block that Postbag uses: which way up
// it is, when and with what it was taken, and where. The place is for the person's own library
// and is never published.
//
// A block is a small TIFF file (Exif 2.32, section 4.5): a byte order, then directories of
// twelve-byte entries that point at their values. Everything in it may lie. The reader never
// follows more than three directories, never reads more than a value's needed bytes, and never
// allocates by a count it was told.
package exif

import (
	"encoding/binary"
	"errors"
	"io"
	"math"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// ErrMalformed is a block that does not start as a TIFF file or whose first directory is unreadable.
var ErrMalformed = errors.New("malformed exif block")

// Meta is what one block says. Missing facts are zero values.
type Meta struct {
	Orientation int       // 1 to 8; 0 when not said
	Taken       time.Time // when the shutter opened; see ZoneKnown
	ZoneKnown   bool      // whether Taken has its offset; without, it is the camera's wall clock written as UTC
	Make        string    // maker of the camera
	Model       string    // model of the camera
	Lens        string    // model of the lens
	HasPlace    bool      // whether Latitude and Longitude are set
	Latitude    float64   // degrees, north positive
	Longitude   float64   // degrees, east positive
	Image       Image     // the first directory as a picture, for TIFF files
}

// Image is the part of a TIFF file's first directory that describes its pixels.
type Image struct {
	Width, Height int
	Bits          int // of the first sample
	Samples       int
	Photometric   int
	Compression   int
	Extra         bool // there are samples beyond the colour, such as alpha
	ProfileOffset int64
	ProfileLength int64 // zero when there is no colour profile
}

const (
	tagWidth        = 0x0100
	tagHeight       = 0x0101
	tagBits         = 0x0102
	tagCompression  = 0x0103
	tagPhotometric  = 0x0106
	tagMake         = 0x010f
	tagModel        = 0x0110
	tagOrientation  = 0x0112
	tagSamples      = 0x0115
	tagDateTime     = 0x0132
	tagExtraSamples = 0x0152
	tagExif         = 0x8769
	tagProfile      = 0x8773
	tagGPS          = 0x8825
	tagTaken        = 0x9003
	tagDigitized    = 0x9004
	tagOffset       = 0x9010
	tagOffsetTaken  = 0x9011
	tagLens         = 0xa434

	tagLatitudeRef  = 1
	tagLatitude     = 2
	tagLongitudeRef = 3
	tagLongitude    = 4

	maxEntries = 512
	maxText    = 256
)

// Parse reads a block from memory. A leading "Exif\0\0" is allowed.
func Parse(block []byte) (Meta, error) {
	if len(block) >= 6 && string(block[:6]) == "Exif\x00\x00" {
		block = block[6:]
	}
	return Read(bytesAt(block), int64(len(block)))
}

// Read reads a block of size bytes wherever it lies, such as a whole TIFF file.
func Read(r io.ReaderAt, size int64) (Meta, error) {
	p := parser{r: r, size: size}
	first, ok := p.head()
	if !ok {
		return Meta{}, ErrMalformed
	}
	var f found
	if !p.directory(first, f.first) {
		return Meta{}, ErrMalformed
	}
	if f.exifAt > 0 {
		p.directory(f.exifAt, f.exif)
	}
	if f.gpsAt > 0 {
		p.directory(f.gpsAt, f.gps)
	}
	return f.result(), nil
}

// head reads the byte order, and returns where the first directory is.
func (p *parser) head() (first int64, ok bool) {
	var head [8]byte
	if !p.read(head[:], 0) {
		return 0, false
	}
	switch string(head[:4]) {
	case "II*\x00":
		p.order = binary.LittleEndian
	case "MM\x00*":
		p.order = binary.BigEndian
	default:
		return 0, false
	}
	return int64(p.order.Uint32(head[4:])), true
}

type bytesAt []byte

func (b bytesAt) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 || off > int64(len(b)) {
		return 0, io.EOF
	}
	n := copy(p, b[off:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

type parser struct {
	r     io.ReaderAt
	size  int64
	order binary.ByteOrder
}

func (p *parser) read(into []byte, off int64) bool {
	if off < 0 || off > p.size || int64(len(into)) > p.size-off {
		return false
	}
	n, _ := p.r.ReadAt(into, off)
	return n == len(into)
}

// entry is one field of a directory.
type entry struct {
	p      *parser
	tag    int
	kind   int
	count  int64
	inline [4]byte
}

// widths are the bytes of one value of each TIFF type, by its number.
var widths = [...]int64{1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}

// directory calls visit for every entry of the directory at off. It reports false if the directory itself
// cannot be read; a directory cut short yields what it has.
func (p *parser) directory(off int64, visit func(entry)) bool {
	var n [2]byte
	if off < 8 || !p.read(n[:], off) {
		return false
	}
	count := min(int(p.order.Uint16(n[:])), maxEntries)
	for i := range count {
		var b [12]byte
		if !p.read(b[:], off+2+int64(i)*12) {
			return i > 0
		}
		e := entry{p: p, tag: int(p.order.Uint16(b[:])), kind: int(p.order.Uint16(b[2:])), count: int64(p.order.Uint32(b[4:]))}
		copy(e.inline[:], b[8:])
		if e.kind > 0 && e.kind < len(widths) && e.count > 0 {
			visit(e)
		}
	}
	return true
}

// offset is where the values of e lie when they do not fit into the entry.
func (e entry) offset() int64 { return int64(e.p.order.Uint32(e.inline[:])) }

func (e entry) bytes(limit int64) int64 { return min(e.count*widths[e.kind], limit) }

// value reads up to limit bytes of the values of e.
func (e entry) value(limit int64) []byte {
	n := e.bytes(limit)
	if e.count*widths[e.kind] <= 4 {
		return append([]byte(nil), e.inline[:n]...)
	}
	b := make([]byte, n)
	if !e.p.read(b, e.offset()) {
		return nil
	}
	return b
}

// number returns the first value of e as a whole number, or false.
func (e entry) number() (int, bool) {
	b := e.value(4)
	switch {
	case e.kind == 3 && len(b) >= 2:
		return int(e.p.order.Uint16(b)), true
	case (e.kind == 4 || e.kind == 13) && len(b) >= 4:
		return int(e.p.order.Uint32(b)), true
	case (e.kind == 1 || e.kind == 7) && len(b) >= 1:
		return int(b[0]), true
	}
	return 0, false
}

// text returns the value of e as clean text: valid UTF-8 without control characters.
func (e entry) text() string {
	if e.kind != 2 && e.kind != 7 {
		return ""
	}
	s := string(e.value(maxText))
	if i := strings.IndexByte(s, 0); i >= 0 {
		s = s[:i]
	}
	s = strings.ToValidUTF8(s, "")
	s = strings.Map(func(r rune) rune {
		if r == utf8.RuneError || unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
			return -1
		}
		return r
	}, s)
	return strings.TrimSpace(s)
}

// degrees reads three rationals as degrees, minutes and seconds.
func (e entry) degrees() (float64, bool) {
	b := e.value(24)
	if e.kind != 5 || len(b) < 8 {
		return 0, false
	}
	total, unit := 0.0, 1.0
	for len(b) >= 8 {
		num, den := e.p.order.Uint32(b), e.p.order.Uint32(b[4:])
		if den == 0 {
			if num != 0 || unit == 1 {
				return 0, false
			}
			den = 1 // 0/0 is how some phones write "no seconds"
		}
		total += float64(num) / float64(den) / unit
		unit *= 60
		b = b[8:]
	}
	return total, !math.IsNaN(total) && !math.IsInf(total, 0)
}

// found collects the raw facts of the three directories.
type found struct {
	meta                          Meta
	exifAt, gpsAt                 int64
	taken, digitized, changed     string
	offset, offsetTaken           string
	latitude, longitude           float64
	hasLatitude, hasLongitude     bool
	latitudeSouth, longitudeWest  bool
	latitudeNamed, longitudeNamed bool
}

func (f *found) first(e entry) {
	number := func(into *int) {
		if v, ok := e.number(); ok {
			*into = v
		}
	}
	image := &f.meta.Image
	switch e.tag {
	case tagOrientation:
		if v, ok := e.number(); ok && v >= 1 && v <= 8 {
			f.meta.Orientation = v
		}
	case tagMake:
		f.meta.Make = e.text()
	case tagModel:
		f.meta.Model = e.text()
	case tagDateTime:
		f.changed = e.text()
	case tagExif:
		f.exifAt = pointer(e)
	case tagGPS:
		f.gpsAt = pointer(e)
	case tagWidth:
		number(&image.Width)
	case tagHeight:
		number(&image.Height)
	case tagBits:
		number(&image.Bits)
	case tagSamples:
		number(&image.Samples)
	case tagPhotometric:
		number(&image.Photometric)
	case tagCompression:
		number(&image.Compression)
	case tagExtraSamples:
		image.Extra = true
	case tagProfile:
		if e.count*widths[e.kind] > 4 {
			image.ProfileOffset, image.ProfileLength = e.offset(), e.count*widths[e.kind]
		}
	}
}

func pointer(e entry) int64 {
	if v, ok := e.number(); ok {
		return int64(v)
	}
	return 0
}

func (f *found) exif(e entry) {
	switch e.tag {
	case tagTaken:
		f.taken = e.text()
	case tagDigitized:
		f.digitized = e.text()
	case tagOffset:
		f.offset = e.text()
	case tagOffsetTaken:
		f.offsetTaken = e.text()
	case tagLens:
		f.meta.Lens = e.text()
	}
}

func (f *found) gps(e entry) {
	switch e.tag {
	case tagLatitudeRef:
		s := e.text()
		f.latitudeSouth, f.latitudeNamed = s == "S", s == "N" || s == "S"
	case tagLongitudeRef:
		s := e.text()
		f.longitudeWest, f.longitudeNamed = s == "W", s == "E" || s == "W"
	case tagLatitude:
		f.latitude, f.hasLatitude = e.degrees()
	case tagLongitude:
		f.longitude, f.hasLongitude = e.degrees()
	}
}

func (f *found) result() Meta {
	m := f.meta
	for _, c := range []struct{ when, zone string }{
		{f.taken, f.offsetTaken}, {f.digitized, f.offset}, {f.changed, f.offset},
	} {
		if t, zone, ok := moment(c.when, c.zone); ok {
			m.Taken, m.ZoneKnown = t, zone
			break
		}
	}
	// A side without its hemisphere could be on the wrong half of the world: better no place.
	if f.hasLatitude && f.hasLongitude && f.latitudeNamed && f.longitudeNamed &&
		f.latitude <= 90 && f.longitude <= 180 {
		m.HasPlace, m.Latitude, m.Longitude = true, f.latitude, f.longitude
		if f.latitudeSouth {
			m.Latitude = -m.Latitude
		}
		if f.longitudeWest {
			m.Longitude = -m.Longitude
		}
	}
	return m
}

// moment reads "2026:05:01 18:30:00" with an offset such as "+02:00" if there is one.
func moment(when, zone string) (t time.Time, zoneKnown, ok bool) {
	const layout = "2006:01:02 15:04:05"
	if len(when) < len(layout) {
		return time.Time{}, false, false
	}
	when = when[:len(layout)]
	if t, err := time.Parse(layout+"Z07:00", when+zone); err == nil && zone != "" && plausible(t) {
		return t, true, true
	}
	if t, err := time.Parse(layout, when); err == nil && plausible(t) {
		return t, false, true
	}
	return time.Time{}, false, false
}

// plausible refuses the zeros and ones of cameras whose clock was never set.
func plausible(t time.Time) bool { return t.Year() >= 1826 && t.Year() < 2200 }
