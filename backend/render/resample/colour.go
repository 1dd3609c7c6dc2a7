package resample

import (
	"fmt"
	"image"
	"math"
)

// Colours converts planes of another RGB colour space (Display P3, Adobe RGB) to planes of sRGB.
// It is made once a profile and may be used by many at once.
//
// Each pixel goes by tables alone. Three look-ups yield, in three lanes of one word each, what the
// red, green and blue sample add to linear red, green and blue: curve and matrix in one. Three more
// encode the sums, and three yield in lanes what the results add to Y, Cb and Cr. The mean of the
// pixels that share a colour sample is then a sum of words.
type Colours struct {
	// By sample plus inBase: brightness plus colour may leave 0 to 255 by as much on both sides.
	in [3][inSize]uint64
	// By a lane without its finest bits: so large that no sum has to be cut to 0 to 1 before. Only
	// the few pages of it that colours fall on are ever near.
	out [outSize]uint8
	ycc [3][256]uint64
	// What a colour sample adds to the index into in.
	red, blue        [256]int32
	greenCb, greenCr [256]int32 // times 2^greenBits
	gray             [256]uint8
}

const (
	inBase, inSize = 256, 1024

	linearBits = 14
	linearMax  = 1<<linearBits - 1
	linearFine = 2 // bits a lane has below those of linearMax
	linearOne  = linearMax << linearFine

	// A weight of the matrix is at most 4, that of a real profile at most 3. So a sum lies between
	// -12 and 12, and with the bias in a lane of 21 bits.
	largestWeight = 4
	linearBias    = 16 * linearOne
	laneMask      = 1<<laneBits - 1
	outSize       = 1 << (laneBits - linearFine)

	shareBits = 10 // below the samples in the lanes of Y, Cb and Cr; eight sums fit
	shareHalf = 1 << (shareBits - 1)
	greenBits = 16
)

// NewColours takes what each sample of red, green and blue is in linear light from 0 to 1, and the
// matrix from that to linear light of sRGB (out = matrix · in).
func NewColours(curves [3][256]float64, matrix [3][3]float64) *Colours {
	c := &Colours{}
	const zero = linearBias >> linearFine
	for i := range linearMax + 1 {
		c.out[zero+i] = uint8(math.Round(encodeSRGB(float64(i)/linearMax) * 255))
	}
	for i := zero + linearMax + 1; i < outSize; i++ {
		c.out[i] = 255
	}
	for from := range 3 {
		for i := range inSize {
			light := bounded(curves[from][min(max(i-inBase, 0), 255)], 0, 1)
			word := uint64(0)
			for to := range 3 {
				lane := int64(math.Round(bounded(matrix[to][from], -largestWeight, largestWeight) * light * linearOne))
				if from == 0 {
					lane += linearBias + 1<<(linearFine-1)
				}
				word += uint64(lane) << (laneBits * to)
			}
			c.in[from][i] = word
		}
	}
	// ITU-T T.871, section 7.
	shares := [3][3]float64{{0.299, -0.168736, 0.5}, {0.587, -0.331264, -0.418688}, {0.114, 0.5, -0.081312}}
	for from := range 3 {
		for i := range 256 {
			word := uint64(0)
			for to := range 3 {
				share := shares[from][to] * float64(i)
				if from == 0 && to > 0 {
					share += 128
				}
				word += uint64(int64(math.Round(share*(1<<shareBits)))) << (laneBits * to)
			}
			c.ycc[from][i] = word
		}
	}
	for i := range 256 {
		v := float64(i - 128)
		c.red[i] = int32(math.Round(1.402*v)) + inBase
		c.blue[i] = int32(math.Round(1.772*v)) + inBase
		c.greenCb[i] = int32(math.Round(-0.344136 * v * (1 << greenBits)))
		c.greenCr[i] = int32(math.Round(-0.714136*v*(1<<greenBits))) + inBase<<greenBits + 1<<(greenBits-1)
	}
	for i := range c.gray {
		c.gray[i] = brightness(c.pixel(i, inBase, inBase, inBase))
	}
	return c
}

// bounded returns v within limits, and 0 for what is not a number.
func bounded(v, low, high float64) float64 {
	if math.IsNaN(v) {
		return 0
	}
	return min(max(v, low), high)
}

// encodeSRGB is the transfer function of IEC 61966-2-1:1999 from linear light.
func encodeSRGB(x float64) float64 {
	if x <= 0.0031308 {
		return x * 12.92
	}
	return 1.055*math.Pow(x, 1/2.4) - 0.055
}

// pixel returns Y, Cb and Cr in lanes for a brightness, and what the colour adds to it.
func (c *Colours) pixel(y int, red, green, blue int) uint64 {
	s := c.in[0][(y+red)&(inSize-1)] + c.in[1][(y+green)&(inSize-1)] + c.in[2][(y+blue)&(inSize-1)]
	return c.ycc[0][c.out[s>>linearFine%outSize]] +
		c.ycc[1][c.out[s>>(laneTwo+linearFine)%outSize]] +
		c.ycc[2][c.out[s>>(laneTri+linearFine)%outSize]]
}

func brightness(s uint64) uint8 { return uint8((s&laneMask + shareHalf) >> shareBits) }

// Gray converts a plane of a picture without colour. dst may be src.
func (c *Colours) Gray(dst, src Plane) error {
	if err := checkBoth(dst, src); err != nil {
		return err
	}
	if dst.Width != src.Width || dst.Height != src.Height {
		return fmt.Errorf("%w: %d×%d for %d×%d", ErrPlane, dst.Width, dst.Height, src.Width, src.Height)
	}
	c.grayRows(dst, src, 0, src.Height)
	return nil
}

func (c *Colours) grayRows(dst, src Plane, from, to int) {
	for y := from; y < to; y++ {
		row := dst.row(y)
		for x, s := range src.row(y) {
			row[x] = c.gray[s]
		}
	}
}

// Convert converts src to dst of the same size and subsampling, which may be src itself. For work
// on many processors, give it parts (SubImage) that start and end on whole colour samples.
func (c *Colours) Convert(dst, src *image.YCbCr) error {
	from, err := Planes(src)
	if err != nil {
		return err
	}
	to, err := Planes(dst)
	if err != nil {
		return err
	}
	if src.Rect.Size() != dst.Rect.Size() || src.SubsampleRatio != dst.SubsampleRatio {
		return fmt.Errorf("%w: %v in %v for %v in %v", ErrPlane, dst.Rect, dst.SubsampleRatio, src.Rect, src.SubsampleRatio)
	}
	across, down, err := factors(src.SubsampleRatio)
	if err != nil {
		return err
	}
	c.rows(to, from, across, down, 0, from[1].Height)
	return nil
}

// rows converts rows of colour samples, and of the pixels that share them, of checked planes.
func (c *Colours) rows(dst, src []Plane, across, down, from, to int) {
	luma := src[0].Height
	for y := from; y < to; y++ {
		r := colourRows{across: across, width: src[0].Width}
		r.cb, r.cr, r.toCb, r.toCr = src[1].row(y), src[2].row(y), dst[1].row(y), dst[2].row(y)
		for line := y * down; line < min(y*down+down, luma); line++ {
			r.y[r.lines], r.toY[r.lines] = src[0].row(line), dst[0].row(line)
			r.lines++
		}
		start := 0
		switch {
		case across == 2 && r.lines == 2:
			start = c.squares(&r)
		case across == 1 && r.lines == 1:
			start = c.points(&r)
		}
		c.blocks(&r, start)
	}
}

// colourRows are a row of colour samples and the rows of pixels that share it.
type colourRows struct {
	y, toY               [2][]uint8
	cb, cr, toCb, toCr   []uint8
	lines, across, width int
}

// squares converts the whole 2×2 pixels of a row, and returns how many there are.
func (c *Colours) squares(r *colourRows) int {
	n := r.width / 2
	cb, cr, toCb, toCr := r.cb[:n], r.cr[:n], r.toCb[:n], r.toCr[:n]
	a, b, toA, toB := r.y[0][:2*n], r.y[1][:2*n], r.toY[0][:2*n], r.toY[1][:2*n]
	for i := range n {
		red, blue := int(c.red[cr[i]]), int(c.blue[cb[i]])
		green := int((c.greenCb[cb[i]] + c.greenCr[cr[i]]) >> greenBits)
		p, q := c.pixel(int(a[2*i]), red, green, blue), c.pixel(int(a[2*i+1]), red, green, blue)
		s, t := c.pixel(int(b[2*i]), red, green, blue), c.pixel(int(b[2*i+1]), red, green, blue)
		toA[2*i], toA[2*i+1] = brightness(p), brightness(q)
		toB[2*i], toB[2*i+1] = brightness(s), brightness(t)
		sum := p + q + s + t
		toCb[i] = uint8(min((sum>>laneTwo&laneMask+4*shareHalf)>>(shareBits+2), 255))
		toCr[i] = uint8(min((sum>>laneTri&laneMask+4*shareHalf)>>(shareBits+2), 255))
	}
	return n
}

// points converts the pixels of a row that have a colour sample each, and returns how many.
func (c *Colours) points(r *colourRows) int {
	n := r.width
	y, cb, cr, toY, toCb, toCr := r.y[0][:n], r.cb[:n], r.cr[:n], r.toY[0][:n], r.toCb[:n], r.toCr[:n]
	for i := range n {
		green := int((c.greenCb[cb[i]] + c.greenCr[cr[i]]) >> greenBits)
		p := c.pixel(int(y[i]), int(c.red[cr[i]]), green, int(c.blue[cb[i]]))
		toY[i] = brightness(p)
		toCb[i] = uint8(min((p>>laneTwo&laneMask+shareHalf)>>shareBits, 255))
		toCr[i] = uint8(min((p>>laneTri&laneMask+shareHalf)>>shareBits, 255))
	}
	return n
}

// blocks converts the pixels of colour samples from start on, whatever their number.
func (c *Colours) blocks(r *colourRows, start int) {
	for i := start; i < len(r.cb); i++ {
		red, blue := int(c.red[r.cr[i]]), int(c.blue[r.cb[i]])
		green := int((c.greenCb[r.cb[i]] + c.greenCr[r.cr[i]]) >> greenBits)
		left, right := i*r.across, min((i+1)*r.across, r.width)
		sum := uint64(0)
		for line := range r.lines {
			to := r.toY[line][left:right]
			for x, y := range r.y[line][left:right] {
				p := c.pixel(int(y), red, green, blue)
				to[x] = brightness(p)
				sum += p
			}
		}
		n := uint64(r.lines * (right - left))
		cb, cr := sum>>laneTwo&laneMask+n*shareHalf, sum>>laneTri&laneMask+n*shareHalf
		r.toCb[i], r.toCr[i] = uint8(min(cb/(n<<shareBits), 255)), uint8(min(cr/(n<<shareBits), 255))
	}
}

// Pixels converts red, green and blue of m where they are; alpha stays. each is as in Photo.Convert.
func (c *Colours) Pixels(m *image.NRGBA, each func(rows int, work func(from, to int))) {
	if each == nil {
		each = func(rows int, work func(from, to int)) { work(0, rows) }
	}
	each(m.Rect.Dy(), func(from, to int) {
		for y := from; y < to; y++ {
			row := m.Pix[y*m.Stride:][:m.Rect.Dx()*4]
			for ; len(row) >= 4; row = row[4:] {
				s := c.in[0][inBase+int(row[0])] + c.in[1][inBase+int(row[1])] + c.in[2][inBase+int(row[2])]
				row[0], row[1] = c.out[s>>linearFine%outSize], c.out[s>>(laneTwo+linearFine)%outSize]
				row[2] = c.out[s>>(laneTri+linearFine)%outSize]
			}
		}
	})
}
