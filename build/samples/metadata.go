package main

import (
	"encoding/binary"
	"math"
)

// exif builds a block (Exif 2.32) with the orientation, and with a camera, a time and a place if wanted.
func exif(orientation int, place bool) []byte {
	order := binary.BigEndian
	type entry struct {
		tag, kind, count int
		value            []byte
	}
	text := func(tag int, s string) entry { return entry{tag, 2, len(s) + 1, append([]byte(s), 0)} }
	long := func(tag, v int) entry { return entry{tag, 4, 1, order.AppendUint32(nil, uint32(v))} }
	rationals := func(tag int, v ...uint32) entry {
		var b []byte
		for _, n := range v {
			b = order.AppendUint32(b, n)
		}
		return entry{tag, 5, len(v) / 2, b}
	}
	length := func(entries int) int { return 2 + 12*entries + 4 }

	first := []entry{{0x0112, 3, 1, order.AppendUint16(nil, uint16(orientation))}}
	var sub, gps []entry
	if place {
		at := 8 + length(5)
		sub = []entry{
			text(0x9003, "2026:09:19 19:42:10"), text(0x9011, "+02:00"), text(0xa434, "Postbag sample 35mm f/2"),
		}
		gps = []entry{
			text(1, "N"), rationals(2, 46, 1, 30, 1, 0, 1), text(3, "E"), rationals(4, 11, 1, 20, 1, 0, 1),
		}
		first = []entry{
			text(0x010f, "Postbag"), text(0x0110, "Postbag sample"), first[0],
			long(0x8769, at), long(0x8825, at+length(len(sub))),
		}
	}
	dirs := [][]entry{first}
	if place {
		dirs = append(dirs, sub, gps)
	}
	values := 8
	for _, d := range dirs {
		values += length(len(d))
	}
	out := append([]byte("MM\x00*"), 0, 0, 0, 8)
	var data []byte
	for _, d := range dirs {
		out = order.AppendUint16(out, uint16(len(d)))
		for _, e := range d {
			out = order.AppendUint16(out, uint16(e.tag))
			out = order.AppendUint16(out, uint16(e.kind))
			out = order.AppendUint32(out, uint32(e.count))
			if len(e.value) <= 4 {
				out = append(out, append(e.value, make([]byte, 4-len(e.value))...)...)
			} else {
				out = order.AppendUint32(out, uint32(values+len(data)))
				data = append(data, e.value...)
			}
		}
		out = order.AppendUint32(out, 0)
	}
	return append(out, data...)
}

// displayP3 builds a version 2 ICC profile of Display P3: its primaries adapted to D50 as columns of
// XYZ, and the curve of sRGB in 1,024 steps.
func displayP3() []byte {
	order := binary.BigEndian
	xyz := func(v ...float64) []byte {
		b := []byte("XYZ \x00\x00\x00\x00")
		for _, n := range v {
			b = order.AppendUint32(b, uint32(int32(math.Round(n*65536))))
		}
		return b
	}
	curve := order.AppendUint32([]byte("curv\x00\x00\x00\x00"), 1024)
	for i := range 1024 {
		v := float64(i) / 1023
		if v <= 0.04045 {
			v /= 12.92
		} else {
			v = math.Pow((v+0.055)/1.055, 2.4)
		}
		curve = order.AppendUint16(curve, uint16(math.Round(v*65535)))
	}
	name := "Display P3"
	desc := order.AppendUint32([]byte("desc\x00\x00\x00\x00"), uint32(len(name)+1))
	desc = append(append(desc, name...), make([]byte, 1+4+4+2+1+67)...)
	for len(desc)%4 != 0 {
		desc = append(desc, 0)
	}
	copyright := []byte("text\x00\x00\x00\x00CC0\x00")
	tags := []struct {
		name string
		body []byte
	}{
		{"desc", desc},
		{"cprt", copyright},
		{"wtpt", xyz(0.9642, 1, 0.8249)},
		{"rXYZ", xyz(0.51512, 0.24120, -0.00105)},
		{"gXYZ", xyz(0.29198, 0.69225, 0.04189)},
		{"bXYZ", xyz(0.15710, 0.06657, 0.78407)},
		{"rTRC", curve},
		{"gTRC", nil}, // the same bytes as rTRC
		{"bTRC", nil},
	}
	head := make([]byte, 128)
	head[8] = 2
	head[9] = 0x10
	copy(head[12:], "mntrRGB XYZ ")
	copy(head[36:], "acsp")
	copy(head[68:], xyz(0.9642, 1, 0.8249)[8:])
	table := order.AppendUint32(nil, uint32(len(tags)))
	start := 128 + 4 + 12*len(tags)
	var data []byte
	at, size := 0, 0
	for _, t := range tags {
		if t.body != nil {
			at, size = start+len(data), len(t.body)
			data = append(data, t.body...)
		}
		table = append(table, t.name...)
		table = order.AppendUint32(table, uint32(at))
		table = order.AppendUint32(table, uint32(size))
	}
	out := append(append(head, table...), data...)
	order.PutUint32(out, uint32(len(out)))
	return out
}
