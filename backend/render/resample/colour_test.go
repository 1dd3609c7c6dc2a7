package resample

import (
	"errors"
	"image"
	"math"
	"testing"
)

func srgbLight() (t [256]float64) {
	for i := range t {
		x := float64(i) / 255
		if t[i] = x / 12.92; x > 0.04045 {
			t[i] = math.Pow((x+0.055)/1.055, 2.4)
		}
	}
	return t
}

// space is a colour space: its curve and its matrix to linear sRGB, from the primaries of SMPTE
// RP 431-2 (Display P3) and of Adobe RGB (1998), both under D65.
type space struct {
	curves [3][256]float64
	matrix [3][3]float64
}

func spaces() map[string]space {
	srgb := srgbLight()
	var adobe [256]float64
	for i := range adobe {
		adobe[i] = math.Pow(float64(i)/255, 2.19921875)
	}
	return map[string]space{
		"sRGB":       {[3][256]float64{srgb, srgb, srgb}, [3][3]float64{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}},
		"Display P3": {[3][256]float64{srgb, srgb, srgb}, [3][3]float64{{1.22494, -0.22494, 0}, {-0.04206, 1.04206, 0}, {-0.01964, -0.07864, 1.09828}}},
		"Adobe RGB":  {[3][256]float64{adobe, adobe, adobe}, [3][3]float64{{1.39836, -0.39836, 0}, {0, 1, 0}, {0, -0.04293, 1.04293}}},
	}
}

// exact converts a pixel in real numbers, to Y, Cb and Cr that are not rounded.
func (s space) exact(y, cb, cr uint8) (out [3]float64) {
	c := func(v uint8) float64 { return float64(v) - 128 }
	rgb := [3]float64{float64(y) + 1.402*c(cr), float64(y) - 0.344136*c(cb) - 0.714136*c(cr), float64(y) + 1.772*c(cb)}
	var light, encoded [3]float64
	for i, v := range rgb {
		v = min(max(v, 0), 255)
		low := int(v)
		next := s.curves[i][min(low+1, 255)]
		light[i] = s.curves[i][low] + (next-s.curves[i][low])*(v-float64(low))
	}
	for i := range encoded {
		sum := s.matrix[i][0]*light[0] + s.matrix[i][1]*light[1] + s.matrix[i][2]*light[2]
		encoded[i] = 255 * encodeSRGB(min(max(sum, 0), 1))
	}
	out[0] = 0.299*encoded[0] + 0.587*encoded[1] + 0.114*encoded[2]
	out[1] = 128 + (encoded[2]-out[0])/1.772
	out[2] = 128 + (encoded[0]-out[0])/1.402
	return out
}

func TestColoursAreThoseOfRealNumbers(t *testing.T) {
	ratios := []image.YCbCrSubsampleRatio{
		image.YCbCrSubsampleRatio444, image.YCbCrSubsampleRatio422, image.YCbCrSubsampleRatio420,
		image.YCbCrSubsampleRatio440, image.YCbCrSubsampleRatio411, image.YCbCrSubsampleRatio410,
	}
	for name, s := range spaces() {
		c := NewColours(s.curves, s.matrix)
		for _, ratio := range ratios {
			for _, size := range []image.Point{{64, 48}, {61, 43}, {1, 1}, {2, 3}} {
				m := photo(size.X, size.Y, ratio, 3)
				got := photo(size.X, size.Y, ratio, 9)
				if err := c.Convert(got, m); err != nil {
					t.Fatal(err)
				}
				mean, worst := s.difference(m, got)
				t.Logf("%s, %v, %v: off by %.2f, at most %.2f", name, ratio, size, mean, worst)
				// Eight bits of red, green and blue between the steps cost half a level, and up to
				// one and a half where sRGB is steep.
				if mean > 0.6 || worst > 4 {
					t.Errorf("%s, %v, %v: off by %.2f, at most %.2f", name, ratio, size, mean, worst)
				}
			}
		}
	}
}

// difference returns how far got is from m converted in real numbers.
func (s space) difference(m, got *image.YCbCr) (mean, worst float64) {
	sums, counts := map[int]*[2]float64{}, map[int]float64{}
	total, n := 0.0, 0.0
	note := func(a float64, b uint8) {
		d := math.Abs(a - float64(b))
		total, n, worst = total+d, n+1, max(worst, d)
	}
	for y := range m.Rect.Dy() {
		for x := range m.Rect.Dx() {
			at := m.COffset(x, y)
			v := s.exact(m.Y[m.YOffset(x, y)], m.Cb[at], m.Cr[at])
			note(v[0], got.Y[got.YOffset(x, y)])
			if sums[at] == nil {
				sums[at] = &[2]float64{}
			}
			sums[at][0], sums[at][1] = sums[at][0]+v[1], sums[at][1]+v[2]
			counts[at]++
		}
	}
	for at, v := range sums {
		note(min(v[0]/counts[at], 255), got.Cb[at])
		note(min(v[1]/counts[at], 255), got.Cr[at])
	}
	return total / n, worst
}

func TestTheRedOfAPhoneBecomesTheRedOfTheScreen(t *testing.T) {
	s := spaces()["Display P3"]
	c := NewColours(s.curves, s.matrix)
	m := image.NewYCbCr(image.Rect(0, 0, 2, 2), image.YCbCrSubsampleRatio420)
	// Red 200, green 100, blue 50 in Display P3 is 215, 93, 31 in sRGB.
	copy(m.Y, []uint8{124, 124, 124, 124})
	m.Cb[0], m.Cr[0] = 86, 182
	if err := c.Convert(m, m); err != nil {
		t.Fatal(err)
	}
	for i, pair := range [][2]int{{int(m.Y[0]), 122}, {int(m.Cb[0]), 76}, {int(m.Cr[0]), 194}} {
		if d := pair[0] - pair[1]; d < -2 || d > 2 {
			t.Errorf("%d is %d instead of about %d", i, pair[0], pair[1])
		}
	}
}

func TestGrayIsThatOfColourWithoutColour(t *testing.T) {
	for name, s := range spaces() {
		c := NewColours(s.curves, s.matrix)
		src := NewPlane(256, 2)
		for i := range src.Pix {
			src.Pix[i] = uint8(i)
		}
		dst := NewPlane(256, 2)
		if err := c.Gray(dst, src); err != nil {
			t.Fatal(err)
		}
		for i, got := range dst.Pix {
			if want := s.exact(uint8(i), 128, 128)[0]; math.Abs(float64(got)-want) > 1 {
				t.Errorf("%s: %d becomes %d instead of %.1f", name, uint8(i), got, want)
			}
		}
	}
}

func TestPartsConvertedAloneMakeTheWhole(t *testing.T) {
	s := spaces()["Display P3"]
	c := NewColours(s.curves, s.matrix)
	m := photo(61, 43, image.YCbCrSubsampleRatio420, 4)
	whole := photo(61, 43, image.YCbCrSubsampleRatio420, 5)
	if err := c.Convert(whole, m); err != nil {
		t.Fatal(err)
	}
	for _, part := range []image.Rectangle{image.Rect(0, 0, 61, 20), image.Rect(0, 20, 30, 43), image.Rect(30, 20, 61, 43)} {
		strip := m.SubImage(part).(*image.YCbCr)
		if err := c.Convert(strip, strip); err != nil {
			t.Fatal(err)
		}
	}
	for i, p := range planesOf(t, m) {
		if _, worst := compare(t, p, planesOf(t, whole)[i]); worst != 0 {
			t.Errorf("plane %d differs by %d", i, worst)
		}
	}
}

func TestNonsenseOfAProfileIsHarmless(t *testing.T) {
	s := spaces()["sRGB"]
	for _, v := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), 1e300, -1e300, 4, -4} {
		bad := s
		for i := range bad.curves[1] {
			bad.curves[1][i] = v
		}
		for i := range 3 {
			bad.matrix[i][1] = v
		}
		m := photo(33, 17, image.YCbCrSubsampleRatio420, 6)
		if err := NewColours(bad.curves, bad.matrix).Convert(m, m); err != nil {
			t.Errorf("%g: %v", v, err)
		}
	}
	c := NewColours(s.curves, s.matrix)
	m := photo(33, 17, image.YCbCrSubsampleRatio420, 6)
	for name, other := range map[string]*image.YCbCr{
		"of another size":        photo(33, 18, image.YCbCrSubsampleRatio420, 6),
		"of another subsampling": photo(33, 17, image.YCbCrSubsampleRatio444, 6),
		"without samples":        {SubsampleRatio: image.YCbCrSubsampleRatio420, Rect: image.Rect(0, 0, 33, 17)},
		"in between samples":     photo(34, 18, image.YCbCrSubsampleRatio420, 6).SubImage(image.Rect(1, 1, 34, 18)).(*image.YCbCr),
	} {
		if err := c.Convert(other, m); !errors.Is(err, ErrPlane) {
			t.Errorf("to a picture %s: %v", name, err)
		}
	}
	if err := c.Gray(NewPlane(3, 4), NewPlane(4, 3)); !errors.Is(err, ErrPlane) {
		t.Errorf("gray of another size: %v", err)
	}
}
