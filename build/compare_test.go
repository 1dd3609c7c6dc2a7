package main

import (
	"bytes"
	"encoding/binary"
	"math"
	"strings"
	"testing"
)

// What is wrong with a comparison is said of the file that it is wrong with, and of nothing else.
func TestAComparisonSaysWhatIsFarApart(t *testing.T) {
	good := compared{Source: "photo0-420.jpg", Preset: "a", Ours: "2×1", Theirs: "2×1", Mean: 1.9, Excess: 0.4}
	with := func(change func(*compared)) []compared {
		bad := good
		bad.Source = "photo1-p3.jpg"
		change(&bad)
		return []compared{good, bad}
	}
	for name, c := range map[string]struct {
		list  []compared
		wrong string
	}{
		"right":      {with(func(*compared) {}), ""},
		"far apart":  {with(func(c *compared) { c.Mean = 2.1 }), "p3.jpg: a mean ΔE of 2.10"},
		"farther":    {with(func(c *compared) { c.Excess = 0.6 }), "photo1-p3.jpg a: farther"},
		"squeezed":   {with(func(c *compared) { c.Ours = "1×1" }), "photo1-p3.jpg a: 1×1 instead of 2×1"},
		"unreadable": {with(func(c *compared) { c.Error = "no picture" }), "photo1-p3.jpg a: no picture"},
	} {
		var out bytes.Buffer
		err := reportComparison(&out, c.list)
		if (err == nil) != (c.wrong == "") || err != nil && (!strings.Contains(err.Error(), c.wrong) || strings.Contains(err.Error(), "420")) {
			t.Errorf("%s: %v", name, err)
		}
		if strings.Count(out.String(), "\n") != 4 || !strings.Contains(out.String(), "1.90") {
			t.Errorf("%s: the table is\n%s", name, out.String())
		}
	}
}

// A grey is the same grey in every space, and a saturated colour has smaller numbers in a wider one.
func TestWidePixelsAreTheSameColours(t *testing.T) {
	for _, s := range wideSpaces()[1:] {
		m := s.widen([]byte{128, 128, 128, 255, 0, 0}, 2, 1)
		grey, back := m.RGBAAt(0, 0), math.Pow(float64(m.RGBAAt(0, 0).R)/255, max(s.gamma, 1))
		if grey.R != grey.G || grey.G != grey.B || s.gamma == 0 && grey.R != 128 || s.gamma > 0 && math.Abs(back-0.2159) > 0.004 {
			t.Errorf("%s: grey is %v", s.name, grey)
		}
		if red := m.RGBAAt(1, 0); red.R == 255 || red.R < 150 {
			t.Errorf("%s: red is %v", s.name, red)
		}
	}
}

// Profiles have the form that other programs read: a length, a list of tags within, and a name.
func TestProfilesAreWellFormed(t *testing.T) {
	for _, s := range wideSpaces() {
		for _, four := range []bool{false, true} {
			icc := s.profile(four)
			if int(binary.BigEndian.Uint32(icc)) != len(icc) || string(icc[36:40]) != "acsp" {
				t.Fatalf("%s: no head", s.name)
			}
			for i := range int(binary.BigEndian.Uint32(icc[128:])) {
				tag := icc[132+12*i:]
				at, n := binary.BigEndian.Uint32(tag[4:]), binary.BigEndian.Uint32(tag[8:])
				if at%4 != 0 || int(at+n) > len(icc) {
					t.Errorf("%s: %s lies at %d to %d of %d", s.name, tag[:4], at, at+n, len(icc))
				}
			}
			file := profiled([]byte{0xff, 0xd8, 0xff, 0xd9}, icc, 3)
			if bytes.Count(file, []byte("ICC_PROFILE\x00")) != 3 {
				t.Errorf("%s: not in three pieces", s.name)
			}
		}
	}
}
