package exif

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"
)

// field is one entry of a directory to build.
type field struct {
	tag, kind int
	count     int
	value     []byte
}

func text(tag int, s string) field { return field{tag, 2, len(s) + 1, append([]byte(s), 0)} }

func short(order binary.AppendByteOrder, tag, v int) field {
	return field{tag, 3, 1, order.AppendUint16(nil, uint16(v))}
}

func rationals(order binary.AppendByteOrder, tag int, v ...uint32) field {
	var b []byte
	for _, n := range v {
		b = order.AppendUint32(b, n)
	}
	return field{tag, 5, len(v) / 2, b}
}

type byteOrder interface {
	binary.ByteOrder
	binary.AppendByteOrder
}

// block builds a whole block: the first directory, and those for Exif and GPS if they have fields.
func block(order byteOrder, first, sub, gps []field) []byte {
	out := []byte("II*\x00")
	if order.Uint16([]byte{0, 1}) == 1 {
		out = []byte("MM\x00*")
	}
	out = order.AppendUint32(out, 8)
	length := func(n int) int { return 2 + 12*n + 4 }
	firstCount := len(first)
	for _, more := range [][]field{sub, gps} {
		if more != nil {
			firstCount++
		}
	}
	at := 8 + length(firstCount)
	if sub != nil {
		first = append(first, field{tagExif, 4, 1, order.AppendUint32(nil, uint32(at))})
		at += length(len(sub))
	}
	if gps != nil {
		first = append(first, field{tagGPS, 4, 1, order.AppendUint32(nil, uint32(at))})
		at += length(len(gps))
	}
	var values []byte
	for _, dir := range [][]field{first, sub, gps} {
		if dir == nil {
			continue
		}
		out = order.AppendUint16(out, uint16(len(dir)))
		for _, f := range dir {
			out = order.AppendUint16(out, uint16(f.tag))
			out = order.AppendUint16(out, uint16(f.kind))
			out = order.AppendUint32(out, uint32(f.count))
			if len(f.value) <= 4 {
				out = append(out, append(bytes.Clone(f.value), make([]byte, 4-len(f.value))...)...)
			} else {
				out = order.AppendUint32(out, uint32(at+len(values)))
				values = append(values, f.value...)
			}
		}
		out = order.AppendUint32(out, 0)
	}
	return append(out, values...)
}

func lisbon(order byteOrder) []byte {
	return block(order,
		[]field{text(tagMake, "Maker"), text(tagModel, "Model 5"), short(order, tagOrientation, 8), text(tagDateTime, "2026:06:01 09:00:00")},
		[]field{text(tagTaken, "2026:05:01 18:30:00"), text(tagOffsetTaken, "+02:00"), text(tagLens, "50mm")},
		[]field{text(tagLatitudeRef, "N"), rationals(order, tagLatitude, 38, 1, 42, 1, 36, 1), text(tagLongitudeRef, "W"), rationals(order, tagLongitude, 9, 1, 84, 10, 0, 1)},
	)
}

func TestBothByteOrdersAreRead(t *testing.T) {
	for _, order := range []byteOrder{binary.BigEndian, binary.LittleEndian} {
		for _, lead := range []string{"", "Exif\x00\x00"} {
			m, err := Parse(append([]byte(lead), lisbon(order)...))
			if err != nil {
				t.Fatal(err)
			}
			if m.Orientation != 8 || m.Make != "Maker" || m.Model != "Model 5" || m.Lens != "50mm" {
				t.Errorf("%v: %+v", order, m)
			}
			if want := time.Date(2026, 5, 1, 16, 30, 0, 0, time.UTC); !m.Taken.Equal(want) || !m.ZoneKnown {
				t.Errorf("%v: taken %v", order, m.Taken)
			}
			if !m.HasPlace || math.Abs(m.Latitude-38.71) > 1e-9 || math.Abs(m.Longitude+9.14) > 1e-9 {
				t.Errorf("%v: place %v, %v", order, m.Latitude, m.Longitude)
			}
		}
	}
}

func TestATimeWithoutItsOffsetIsTheCamerasClock(t *testing.T) {
	order := binary.LittleEndian
	for _, c := range []struct {
		name      string
		sub       []field
		changed   string
		want      string
		zoneKnown bool
	}{
		{"no offset", []field{text(tagTaken, "2026:05:01 18:30:00")}, "", "2026-05-01T18:30:00Z", false},
		{"broken offset", []field{text(tagTaken, "2026:05:01 18:30:00"), text(tagOffsetTaken, "+2h")}, "", "2026-05-01T18:30:00Z", false},
		{"zeros, then the digitized one", []field{text(tagTaken, "0000:00:00 00:00:00"), text(tagDigitized, "2026:05:02 10:00:00")}, "", "2026-05-02T10:00:00Z", false},
		{"only the date of change", []field{text(tagLens, "x")}, "2026:06:01 09:00:00", "2026-06-01T09:00:00Z", false},
		{"thirteenth month", []field{text(tagTaken, "2026:13:01 18:30:00")}, "", "0001-01-01T00:00:00Z", false},
		{"words", []field{text(tagTaken, "yesterday evening ..")}, "", "0001-01-01T00:00:00Z", false},
	} {
		var first []field
		if c.changed != "" {
			first = append(first, text(tagDateTime, c.changed))
		}
		m, err := Parse(block(order, first, c.sub, nil))
		if err != nil {
			t.Fatal(err)
		}
		if got := m.Taken.UTC().Format(time.RFC3339); got != c.want || m.ZoneKnown != c.zoneKnown {
			t.Errorf("%s: %s, zone known %v", c.name, got, m.ZoneKnown)
		}
	}
}

func TestADoubtfulPlaceIsNoPlace(t *testing.T) {
	order := binary.BigEndian
	lat, lon := rationals(order, tagLatitude, 38, 1, 42, 1, 36, 1), rationals(order, tagLongitude, 9, 1, 8, 1, 24, 1)
	n, w := text(tagLatitudeRef, "N"), text(tagLongitudeRef, "W")
	for name, gps := range map[string][]field{
		"no hemisphere":  {lat, lon, n},
		"only latitude":  {n, lat},
		"beyond a pole":  {n, w, lon, rationals(order, tagLatitude, 91, 1, 0, 1, 0, 1)},
		"divided by 0":   {n, w, lon, rationals(order, tagLatitude, 38, 0, 42, 1, 36, 1)},
		"wrong type":     {n, w, lon, text(tagLatitude, "38 degrees north")},
		"made up letter": {text(tagLatitudeRef, "Q"), w, lat, lon},
	} {
		if m, err := Parse(block(order, nil, nil, gps)); err != nil || m.HasPlace {
			t.Errorf("%s: %v, %v %v", name, err, m.Latitude, m.Longitude)
		}
	}
	m, err := Parse(block(order, nil, nil, []field{n, w, lon, rationals(order, tagLatitude, 38, 1, 4271, 100, 0, 0)}))
	if err != nil || !m.HasPlace || math.Abs(m.Latitude-38.711833) > 1e-5 {
		t.Errorf("0/0 seconds: %v %v", err, m.Latitude)
	}
}

func TestTextIsCleaned(t *testing.T) {
	order := binary.LittleEndian
	m, err := Parse(block(order, []field{text(tagMake, "  Ma\x1b[31mker\n\xff "), text(tagModel, "a\u202eb\u2066c"), text(tagDateTime, strings.Repeat("9", 5000))}, nil, nil))
	if err != nil || m.Make != "Ma[31mker" || m.Model != "abc" {
		t.Errorf("%v %q %q", err, m.Make, m.Model)
	}
}

func TestLiesAboutSizesAreHarmless(t *testing.T) {
	order := binary.LittleEndian
	good := lisbon(order)
	for name, b := range map[string][]byte{
		"nothing":           nil,
		"not TIFF":          []byte("MMMMMMMM"),
		"directory outside": []byte("II*\x00\xff\xff\xff\x7f"),
		"directory in head": []byte("II*\x00\x00\x00\x00\x00"),
	} {
		if _, err := Parse(b); !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
	loop := block(order, nil, []field{text(tagLens, "lens")}, nil)
	order.PutUint32(loop[8+2+8:], 8) // the Exif directory is the first one again
	if m, err := Parse(loop); err != nil || m.Lens != "" {
		t.Errorf("loop: %v %+v", err, m)
	}
	huge := block(order, []field{{tagMake, 2, 0x7fffffff, []byte("ABCDEF")}}, nil, nil)
	if n := testing.AllocsPerRun(10, func() { _, _ = Parse(huge) }); n > 20 {
		t.Errorf("a text of 2 GB took %v allocations", n)
	}
	for i := range good {
		_, _ = Parse(good[:i]) // must not panic wherever it is cut
	}
}

func FuzzEXIF(f *testing.F) {
	f.Add(lisbon(binary.BigEndian))
	f.Add(lisbon(binary.LittleEndian))
	f.Add(append([]byte("Exif\x00\x00"), lisbon(binary.LittleEndian)...))
	f.Add([]byte("II*\x00\x08\x00\x00\x00\x01\x00\x12\x01\x03\x00\x01\x00\x00\x00\x06\x00\x00\x00\x00\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := Parse(b)
		if err != nil {
			if !errors.Is(err, ErrMalformed) || m != (Meta{}) {
				t.Fatalf("%v with %+v", err, m)
			}
			return
		}
		if m.Orientation < 0 || m.Orientation > 8 {
			t.Errorf("orientation %d", m.Orientation)
		}
		if m.HasPlace && !(math.Abs(m.Latitude) <= 90 && math.Abs(m.Longitude) <= 180) {
			t.Errorf("place %v %v", m.Latitude, m.Longitude)
		}
		if !m.Taken.IsZero() && (m.Taken.Year() < 1825 || m.Taken.Year() > 2200) {
			t.Errorf("taken %v", m.Taken)
		}
		for _, s := range []string{m.Make, m.Model, m.Lens} {
			if len(s) > maxText || !utf8.ValidString(s) || strings.ContainsFunc(s, unicode.IsControl) {
				t.Errorf("unclean text %q", s)
			}
		}
	})
}
