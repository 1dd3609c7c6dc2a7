package resample

import (
	"image"
	"math/bits"
	"sync"
)

// classes are the sizes of pooled memory: four steps between two powers of two, so that at most a
// fifth of a buffer is unused.
const (
	classSteps = 4
	classes    = 40 * classSteps
)

// pool keeps slices to be used again, by size. What lies in them is not cleared. The collector
// takes what is not asked for, so memory goes back after a large job.
type pool[T any] struct {
	free [classes]sync.Pool
}

// classOf returns the class that holds n and its size.
func classOf(n int) (class, size int) {
	const least = 64
	n = max(n, least)
	exponent := bits.Len(uint(n-1)) - 1 // 2^exponent < n ≤ 2^(exponent+1)
	step := 1 << (exponent - 2)
	quarter := over(n-1<<exponent, step)
	return exponent*classSteps + quarter - 1, 1<<exponent + quarter*step
}

// get returns n values of any content.
func (p *pool[T]) get(n int) []T {
	class, size := classOf(n)
	if class >= classes {
		return make([]T, n)
	}
	if kept, ok := p.free[class].Get().(*[]T); ok {
		return (*kept)[:n]
	}
	return make([]T, n, size)
}

// put takes memory back that nobody uses any more. Memory from elsewhere is left to the collector.
func (p *pool[T]) put(s []T) {
	if cap(s) == 0 {
		return
	}
	s = s[:cap(s)]
	class, size := classOf(len(s))
	if size != len(s) || class >= classes {
		return
	}
	p.free[class].Put(&s)
}

// Resampler holds what outputs have in common: weights already computed and memory to be used
// again. One serves a whole program; New makes it.
type Resampler struct {
	bytes   pool[uint8]
	words   pool[uint64]
	weights weightCache
}

// New returns a Resampler.
func New() *Resampler { return &Resampler{} }

// NewPlane returns a plane of width × height samples of any content, from memory used before.
func (r *Resampler) NewPlane(width, height int) Plane {
	return Plane{Pix: r.bytes.get(width * height), Stride: width, Width: width, Height: height}
}

// newImage returns a picture of any content in one piece of pooled memory.
func (r *Resampler) newImage(width, height int, ratio image.YCbCrSubsampleRatio) (*image.YCbCr, error) {
	across, down, err := factors(ratio)
	if err != nil {
		return nil, err
	}
	cw, ch := over(width, across), over(height, down)
	luma, chroma := width*height, cw*ch
	all := r.bytes.get(luma + 2*chroma)
	return &image.YCbCr{
		// Y keeps the capacity of all three, by which Release knows the memory again.
		Y: all[:luma], Cb: all[luma:][:chroma:chroma], Cr: all[luma+chroma:][:chroma:chroma],
		YStride: width, CStride: cw, SubsampleRatio: ratio, Rect: image.Rect(0, 0, width, height),
	}, nil
}

// newGray is newImage for a picture without colour.
func (r *Resampler) newGray(width, height int) *image.Gray {
	return &image.Gray{Pix: r.bytes.get(width * height), Stride: width, Rect: image.Rect(0, 0, width, height)}
}

// Release gives back the memory of a picture that this package returned. The picture must not be
// used afterwards, nor released twice. Releasing is never a duty.
func (r *Resampler) Release(m image.Image) {
	switch m := m.(type) {
	case *image.YCbCr:
		all := m.Y
		*m = image.YCbCr{}
		r.bytes.put(all)
	case *image.Gray:
		all := m.Pix
		*m = image.Gray{}
		r.bytes.put(all)
	}
}
