package resample

import (
	"fmt"
	"image"
	"math"
	"sync"
)

// Photo is a decoded picture with its levels of half size, which are made when they are asked for.
// Any number of goroutines may take views of it.
type Photo struct {
	r             *Resampler
	width, height int  // stored, at full size
	gray          bool // one plane
	across, down  int  // pixels of the decoded picture that share a colour sample

	mu     sync.Mutex
	base   int       // log2 of the first level: 3 for a decoder's output at one eighth
	levels [][]Plane // of each plane, from the base on
	own    []bool    // of each plane: whether its base is ours
}

// NewPhoto takes a decoded *image.YCbCr or *image.Gray of a picture of width × height stored
// pixels, which the decoder made scale times smaller: 1, 2, 4 or 8, sides rounded up. The picture
// must not change while the Photo is used. It returns ErrPlane if that cannot be.
func (r *Resampler) NewPhoto(m image.Image, width, height, scale int) (*Photo, error) {
	planes, err := Planes(m)
	if err != nil {
		return nil, err
	}
	p := &Photo{r: r, width: width, height: height, gray: len(planes) == 1, across: 1, down: 1}
	switch scale {
	case 1, 2, 4, 8:
		for 1<<p.base < scale {
			p.base++
		}
	default:
		return nil, fmt.Errorf("%w: a scale of one to %d", ErrPlane, scale)
	}
	if width < 1 || height < 1 || m.Bounds().Dx() != over(width, scale) || m.Bounds().Dy() != over(height, scale) {
		return nil, fmt.Errorf("%w: %v is not one to %d of %d×%d", ErrPlane, m.Bounds().Size(), scale, width, height)
	}
	if c, ok := m.(*image.YCbCr); ok {
		if p.across, p.down, err = factors(c.SubsampleRatio); err != nil {
			return nil, err
		}
	}
	p.own = make([]bool, len(planes))
	for _, plane := range planes {
		p.levels = append(p.levels, []Plane{plane})
	}
	return p, nil
}

// plane returns the plane i at the level 2^-level of full size, or the nearest there can be, and
// its number.
func (p *Photo) plane(i, level int) (Plane, int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	at := max(level-p.base, 0)
	for len(p.levels[i]) <= at {
		last := p.levels[i][len(p.levels[i])-1]
		if last.Width < 2 || last.Height < 2 {
			at = len(p.levels[i]) - 1
			break
		}
		p.levels[i] = append(p.levels[i], p.half(last))
	}
	return p.levels[i][at], p.base + at
}

// half returns the next level of a checked plane.
func (p *Photo) half(src Plane) Plane {
	dst := p.r.NewPlane(over(src.Width, 2), over(src.Height, 2))
	halve(dst, src)
	return dst
}

// Close gives the memory of the levels back. No view may be under way, nor be taken afterwards.
func (p *Photo) Close() {
	for i := range p.levels {
		p.drop(i, len(p.levels[i]))
	}
	p.levels = nil
}

// drop gives back the first n levels of plane i, except for what the decoder made.
func (p *Photo) drop(i, n int) {
	for k, plane := range p.levels[i][:n] {
		if k > 0 || p.own[i] {
			p.r.bytes.put(plane.Pix)
		}
	}
}

// View says what to make of a Photo. Window and size are of the picture as it is seen: after its
// Orientation was applied, at full size.
type View struct {
	Window        Window
	Width, Height int
	Orientation   int // of EXIF, 1 to 8; any other counts as 1
	// Ratio is the subsampling of the output: 4:4:4, 4:2:2, 4:2:0 or 4:4:0. A gray photo stays gray.
	Ratio image.YCbCrSubsampleRatio
	// Rest is how much Lanczos must still reduce from the level it starts from; 0 is RestDefault.
	// math.Inf(1) takes the largest level always.
	Rest float64
}

// Reduction returns how much v reduces the picture, in the direction where that is less: the
// measure by which a decoder's scale or a level is chosen (see Level).
func (v View) Reduction() float64 {
	return min(v.Window.Width/float64(v.Width), v.Window.Height/float64(v.Height))
}

// Render makes a view: an *image.YCbCr, or an *image.Gray of a gray photo, that the caller may
// Release. Windows may reach to the edges of the picture but not beyond (ErrWindow).
func (p *Photo) Render(v View) (image.Image, error) {
	if err := checkSize(v.Width, v.Height); err != nil {
		return nil, err
	}
	ratio, ok := turnedRatio(v.Ratio)
	if !ok {
		return nil, fmt.Errorf("%w: a view in %v", ErrPlane, v.Ratio)
	}
	if v.Rest == 0 {
		v.Rest = RestDefault
	}
	stored := v
	stored.Window = Stored(v.Window, v.Orientation, p.width, p.height)
	if Turned(v.Orientation) {
		stored.Width, stored.Height, stored.Ratio = v.Height, v.Width, ratio
	}
	w := stored.Window
	const slack = 1e-6
	if !(w.X >= -slack && w.Y >= -slack && w.Width > 0 && w.Height > 0 &&
		w.X+w.Width <= float64(p.width)+slack && w.Y+w.Height <= float64(p.height)+slack) {
		return nil, fmt.Errorf("%w: %+v of %d×%d pixels", ErrWindow, w, p.width, p.height)
	}
	out, err := p.render(stored)
	if err != nil || v.Orientation < 2 || v.Orientation > 8 {
		return out, err
	}
	defer p.r.Release(out)
	return p.turned(out, v)
}

// render makes a view of the stored picture, which is to be turned afterwards.
func (p *Photo) render(v View) (image.Image, error) {
	out, err := p.blank(v)
	if err != nil {
		return nil, err
	}
	planes, err := Planes(out)
	if err != nil {
		return nil, err
	}
	if err := p.fill(planes[0], 0, v.Window, v.Rest); err != nil || p.gray {
		return out, err
	}
	across, down, err := factors(v.Ratio)
	if err != nil {
		return nil, err
	}
	// Colour samples are counted from the side that will be the left or upper one, and where the
	// size is odd the last of them covers one pixel more than there is.
	flipX, flipY := flipped(v.Orientation)
	w := v.Window
	w.X, w.Width = coloured(w.X, w.Width, v.Width, planes[1].Width*across, flipX)
	w.Y, w.Height = coloured(w.Y, w.Height, v.Height, planes[1].Height*down, flipY)
	w = w.by(float64(p.across), float64(p.down))
	for i := 1; i < 3; i++ {
		if err := p.fill(planes[i], i, w, v.Rest); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// coloured returns the stretch of a line that covered pixels take where pixels take length from
// offset on: as much as pixels for an even number, one pixel more for an odd one.
func coloured(offset, length float64, pixels, covered int, flip bool) (float64, float64) {
	if covered == pixels {
		return offset, length
	}
	whole := length * float64(covered) / float64(pixels)
	if flip {
		offset -= whole - length
	}
	return offset, whole
}

// fill resizes plane i from the level that leaves rest. w is in samples of that plane at full size.
func (p *Photo) fill(dst Plane, i int, w Window, rest float64) error {
	ratio := min(w.Width/float64(dst.Width), w.Height/float64(dst.Height))
	src, level := p.plane(i, Level(ratio, rest))
	scale := math.Ldexp(1, level)
	return p.r.Resize(dst, src, w.by(scale, scale))
}

// turned returns m as v's orientation shows it.
func (p *Photo) turned(m image.Image, v View) (image.Image, error) {
	from, err := Planes(m)
	if err != nil {
		return nil, err
	}
	out, err := p.blank(v)
	if err != nil {
		return nil, err
	}
	to, err := Planes(out)
	if err != nil {
		return nil, err
	}
	for i := range to {
		if err := Turn(to[i], from[i], v.Orientation); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// blank returns a picture for v, of any content.
func (p *Photo) blank(v View) (image.Image, error) {
	if p.gray {
		return p.r.newGray(v.Width, v.Height), nil
	}
	return p.r.newImage(v.Width, v.Height, v.Ratio)
}

// Convert turns the level 2^-level of full size into sRGB and lets it be the largest from now on:
// give it the Level of the view with the least Reduction, or one less for a view of 4:4:4 from
// subsampled colour. No view may be under way. each may spread rows over processors as it likes (it
// calls work for parts of 0 to rows and waits for all); nil does them in turn.
func (p *Photo) Convert(c *Colours, level int, each func(rows int, work func(from, to int))) {
	at := level
	for i := range p.levels {
		_, got := p.plane(i, level)
		at = min(at, got)
	}
	at = max(at-p.base, 0)
	if each == nil {
		each = func(rows int, work func(from, to int)) { work(0, rows) }
	}
	from, to := make([]Plane, len(p.levels)), make([]Plane, len(p.levels))
	for i := range p.levels {
		from[i] = p.levels[i][at]
		to[i] = from[i]
		if at == 0 && !p.own[i] { // what the decoder made stays as it is
			to[i] = p.r.NewPlane(from[i].Width, from[i].Height)
		}
	}
	last := from[len(from)-1] // of colour samples, or the only one
	each(last.Height, func(start, end int) {
		if p.gray {
			c.grayRows(to[0], from[0], start, end)
			return
		}
		c.rows(to, from, p.across, p.down, start, end)
	})
	for i := range p.levels {
		p.drop(i, at)
		rest := p.levels[i][at+1:]
		for _, plane := range rest {
			p.r.bytes.put(plane.Pix)
		}
		p.levels[i] = []Plane{to[i]}
		p.own[i] = true
	}
	p.base += at
}
