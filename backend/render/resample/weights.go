package resample

import (
	"fmt"
	"math"
	"sync"
)

const (
	weightBits = 12
	weightOne  = 1 << weightBits // the weights of one output sum to this
	support    = 3               // Lanczos3 looks three steps to both sides
)

// axis says how each output sample of a line is mixed: output i is the sum of taps samples from
// starts[i] on, times weights[i*taps:]. starts never falls. It is shared and must not be changed.
type axis struct {
	starts  []int32
	weights []int16
	taps    int
	// groups returns the same weights for a vector kernel, or nil. They are made when asked for.
	groups func() *groups
}

// span is a line of weights: a stretch of a line of source samples, and how many it becomes.
type span struct {
	offset, length float64
	source, dest   int
}

// check returns ErrWindow unless the middle of every output sample lies within the source.
func (s span) check() error {
	if s.source < 1 || s.dest < 1 || s.source > MaxSide || s.dest > MaxSide {
		return fmt.Errorf("%w: %d samples from %d", ErrWindow, s.dest, s.source)
	}
	half := s.length / float64(s.dest) / 2
	const slack = 1e-6
	// Written so that what is not a number fails.
	if !(s.length > 0 && s.length <= 2*MaxSide && s.offset+half >= -slack && s.offset+s.length-half <= float64(s.source)+slack) {
		return fmt.Errorf("%w: %g from %g on, of %d samples", ErrWindow, s.length, s.offset, s.source)
	}
	return nil
}

// whole reports whether the span takes samples as they are, from where on.
func (s span) whole() (int, bool) {
	start := math.Round(s.offset)
	return int(start), s.length == float64(s.dest) && s.offset == start && start >= 0 && int(start)+s.dest <= s.source
}

// lanczos appends the kernel sinc(x)·sinc(x/3), 0 from |x| = 3 on, of n values of x, step apart. One
// sine serves both factors, as sin 3a = sin a · (3 - 4 sin² a), and the next one follows from it, as
// sin(a+b) = sin a · cos b + cos a · sin b.
func lanczos(to []float64, x, step float64, n int) []float64 {
	const part = math.Pi / support
	sine, cosine := math.Sincos(part * x)
	sineStep, cosineStep := math.Sincos(part * step)
	for range n {
		k := 0.0
		switch square := x * x; {
		case square < 1e-9: // 1 - (πx)²·10/54: nearer to 1 than a weight can tell
			k = 1
		case square < support*support:
			s := sine * sine
			k = support / (math.Pi * math.Pi) * s * (3 - 4*s) / square
		}
		to = append(to, k)
		sine, cosine = sine*cosineStep+cosine*sineStep, cosine*cosineStep-sine*sineStep
		x += step
	}
	return to
}

// weigh makes the weights of a checked span.
func weigh(s span) *axis {
	step := s.length / float64(s.dest)
	scale := max(step, 1)
	reach := int(math.Ceil(scale * support))
	first, last := make([]int32, s.dest), make([]int32, s.dest)
	all := make([][]int16, s.dest)
	real := make([]float64, 0, 2*reach+2)
	var memory []int16
	for i := range all {
		middle := s.offset + (float64(i)+0.5)*step - 0.5 // in samples whose middle is a whole number
		from := max(int(math.Ceil(middle))-reach, 0)
		to := min(int(math.Floor(middle))+reach, s.source-1)
		from, to = min(from, s.source-1), max(to, 0)
		real = lanczos(real[:0], (float64(from)-middle)/scale, 1/scale, to-from+1)
		if len(memory) < len(real) {
			memory = make([]int16, max(len(real), (2*reach+2)*min(s.dest-i, 256)))
		}
		w := memory[:len(real):len(real)]
		memory = memory[len(real):]
		quantise(w, real)
		for len(w) > 1 && w[0] == 0 {
			w, from = w[1:], from+1
		}
		for len(w) > 1 && w[len(w)-1] == 0 {
			w = w[:len(w)-1]
		}
		first[i], last[i], all[i] = int32(from), int32(from+len(w)), w
	}
	return level(all, first, last, s.source)
}

// level gives every output the same number of taps, and starts that never fall.
func level(all [][]int16, first, last []int32, source int) *axis {
	a := &axis{starts: make([]int32, len(all))}
	lowest := first[len(first)-1]
	for i := len(all) - 1; i >= 0; i-- {
		lowest = min(lowest, first[i])
		a.starts[i] = lowest
		a.taps = max(a.taps, int(last[i]-lowest))
	}
	// An even number of taps lets the loop take two at a time.
	a.taps = min(a.taps+a.taps%2, source)
	a.weights = make([]int16, len(all)*a.taps)
	for i, w := range all {
		a.starts[i] = min(a.starts[i], int32(source-a.taps))
		copy(a.weights[i*a.taps+int(first[i]-a.starts[i]):], w)
	}
	a.groups = sync.OnceValue(func() *groups { return newGroups(a, source) })
	return a
}

// quantise turns real weights of any positive sum into whole ones that sum to exactly weightOne. It
// rounds the running sum, so what one weight loses its neighbour gets: the error is a fine ripple,
// to which smooth parts of a picture are blind.
func quantise(whole []int16, real []float64) {
	sum := 0.0
	for _, w := range real {
		sum += w
	}
	running, before := 0.0, 0.0
	for i, w := range real {
		running += w
		now := math.Round(running / sum * weightOne)
		whole[i] = int16(now - before)
		before = now
	}
}

// cacheBytes bounds the weights that are kept: about forty outputs of a photograph.
const cacheBytes = 8 << 20

// weightCache keeps weights by their span, for many users at once.
type weightCache struct {
	mu    sync.Mutex
	axes  map[span]*axis
	bytes int
}

// axis returns the weights of s, or ErrWindow.
func (c *weightCache) axis(s span) (*axis, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	c.mu.Lock()
	a := c.axes[s]
	c.mu.Unlock()
	if a != nil {
		return a, nil
	}
	a = weigh(s)                                     // two may do the same work at once; both results are right
	size := 2 * (2*len(a.weights) + 4*len(a.starts)) // groups take as much again
	if size > cacheBytes/4 {
		return a, nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.axes == nil || c.bytes+size > cacheBytes {
		c.axes, c.bytes = map[span]*axis{}, 0
	}
	c.axes[s] = a
	c.bytes += size
	return a, nil
}
