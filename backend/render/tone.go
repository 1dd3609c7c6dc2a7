package render

import (
	"image"
	"math"

	"postbag/backend/render/resample"
)

// tone is the part of an Adjustment that looks at one pixel at a time: a curve and a matrix, in the
// tables by which other colour spaces become sRGB too. So it costs what a wide profile costs.
type tone struct {
	of      Adjustment
	colours *resample.Colours
	tints   bool // gray does not stay gray
}

// How much the ends of the scales do.
const (
	mostContrast   = 6   // steepness of the curve; at 6 middle grey changes 1.66 times as fast
	mostWarmth     = 0.4 // stops between red and green, and between green and blue
	mostSharpening = 1.5 // times the difference to the blurred picture
)

// luminance of linear sRGB (IEC 61966-2-1:1999).
func luminance() [3]float64 { return [3]float64{0.2126, 0.7152, 0.0722} }

func newTone(a Adjustment) *tone {
	var curve [256]float64
	light := math.Exp2(a.Exposure)
	for i := range curve {
		v := srgbEncode(min(srgbDecode(float64(i)/255)*light, 1))
		curve[i] = srgbDecode(contrasted(v, a.Contrast/100*mostContrast))
	}
	// Warmth first, then saturation: a monochrome picture is one seen through a coloured glass.
	weights := luminance()
	gains := [3]float64{math.Exp2(a.Warmth / 100 * mostWarmth), 1, math.Exp2(-a.Warmth / 100 * mostWarmth)}
	sum := 0.0
	for i, w := range weights {
		sum += w * gains[i]
	}
	kept := 1 + a.Saturation/100
	if a.Mono {
		kept = 0
	}
	var matrix [3][3]float64
	for to := range 3 {
		for from := range 3 {
			v := (1 - kept) * weights[from]
			if to == from {
				v += kept
			}
			matrix[to][from] = v * gains[from] / sum
		}
	}
	return &tone{of: a, colours: resample.NewColours([3][256]float64{curve, curve, curve}, matrix), tints: a.Warmth != 0 && kept != 0}
}

// contrasted is a curve from 0 to 1 that is steeper, or with a factor below zero flatter, in the middle
// and never cuts anything off.
func contrasted(v, factor float64) float64 {
	if factor == 0 {
		return v
	}
	b := math.Abs(factor)
	sigmoid := func(x float64) float64 { return 1 / (1 + math.Exp(b*(0.5-x))) }
	low, high := sigmoid(0), sigmoid(1)
	if factor > 0 {
		return (sigmoid(v) - low) / (high - low)
	}
	at := (high-low)*v + low
	return min(max(0.5-math.Log(1/at-1)/b, 0), 1)
}

// srgbDecode is the transfer function of IEC 61966-2-1:1999 to linear light.
func srgbDecode(x float64) float64 {
	if x <= 0.04045 {
		return x / 12.92
	}
	return math.Pow((x+0.055)/1.055, 2.4)
}

// gauss are the weights of a blur of one pixel's deviation, in 4096ths, from the middle outwards.
func gauss() [4]int32 { return [4]int32{1636, 992, 221, 17} }

// sharpen adds to each sample amount times its difference to the blurred plane.
func sharpen(pix []uint8, stride, width, height int, amount float64) {
	weights, by := gauss(), int32(math.Round(amount*256))
	const half, bits = 1 << 11, 12
	blurred := make([]uint8, width*height)
	for y := range height {
		row, out := pix[y*stride:][:width], blurred[y*width:][:width]
		for x := range out {
			sum := weights[0]*int32(row[x]) + half
			if x >= 3 && x+3 < width {
				sum += weights[1]*(int32(row[x-1])+int32(row[x+1])) + weights[2]*(int32(row[x-2])+int32(row[x+2])) +
					weights[3]*(int32(row[x-3])+int32(row[x+3]))
			} else {
				for k := 1; k <= 3; k++ {
					sum += weights[k] * (int32(row[max(x-k, 0)]) + int32(row[min(x+k, width-1)]))
				}
			}
			out[x] = uint8(sum >> bits)
		}
	}
	at := func(y int) []uint8 { return blurred[min(max(y, 0), height-1)*width:][:width] }
	for y := range height {
		row := pix[y*stride:][:width]
		a, b, c, d, e, f, g := at(y-3), at(y-2), at(y-1), at(y), at(y+1), at(y+2), at(y+3)
		for x := range row {
			soft := (weights[0]*int32(d[x]) + weights[1]*(int32(c[x])+int32(e[x])) + weights[2]*(int32(b[x])+int32(f[x])) +
				weights[3]*(int32(a[x])+int32(g[x])) + half) >> bits
			v := int32(row[x])
			row[x] = uint8(min(max(v+((v-soft)*by+128)>>8, 0), 255))
		}
	}
}

// sharpenPixels sharpens the brightness of m and leaves its colours.
func sharpenPixels(m *image.NRGBA, amount float64) {
	width, height := m.Rect.Dx(), m.Rect.Dy()
	luma := make([]uint8, width*height)
	brightness := func(p []uint8) uint8 {
		return uint8((19595*uint32(p[0]) + 38470*uint32(p[1]) + 7471*uint32(p[2]) + 1<<15) >> 16)
	}
	eachPixel(m, func(at int, p []uint8) { luma[at] = brightness(p) })
	sharpen(luma, width, width, height, amount)
	eachPixel(m, func(at int, p []uint8) {
		d := int32(luma[at]) - int32(brightness(p))
		for i := range 3 {
			p[i] = uint8(min(max(int32(p[i])+d, 0), 255))
		}
	})
}

// eachPixel calls work for every pixel with its number, row after row.
func eachPixel(m *image.NRGBA, work func(at int, p []uint8)) {
	width := m.Rect.Dx()
	for y := range m.Rect.Dy() {
		row := m.Pix[y*m.Stride:][:width*4]
		for x := range width {
			work(y*width+x, row[4*x:4*x+4:4*x+4])
		}
	}
}
