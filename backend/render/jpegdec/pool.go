package jpegdec

import (
	"math/bits"
	"sync"
)

// Pool lends the memory of planes. Get returns n bytes of any content; Put takes what Get
// returned. Both may be called at the same time.
type Pool interface {
	Get(n int) []uint8
	Put(p []uint8)
}

// Memory is a Pool that keeps planes by size until the collector wants them. The zero value is ready.
type Memory struct{ bytes sizes[uint8] }

// Get returns n bytes of any content.
func (m *Memory) Get(n int) []uint8 { return m.bytes.get(n) }

// Put keeps what Get returned.
func (m *Memory) Put(p []uint8) { m.bytes.put(p) }

// sizes keeps slices by the class of their capacity, four classes between two powers of two, so
// that at most a fifth of one is unused.
type sizes[T any] struct{ free [4 * 40]sync.Pool }

// class returns the class of n values and how many values its slices hold.
func class(n int) (number, size int) {
	n = max(n, 8)
	low := bits.Len(uint(n-1)) - 1 // 2^low < n ≤ 2^(low+1)
	step := 1 << (low - 2)
	quarters := over(n-1<<low, step)
	return 4*low + quarters - 1, 1<<low + quarters*step
}

func (s *sizes[T]) get(n int) []T {
	number, size := class(n)
	if number >= len(s.free) {
		return make([]T, n)
	}
	if kept, ok := s.free[number].Get().(*[]T); ok {
		return (*kept)[:n]
	}
	return make([]T, n, size)
}

// zeroed is get with every value zero.
func (s *sizes[T]) zeroed(n int) []T {
	p := s.get(n)
	clear(p)
	return p
}

func (s *sizes[T]) put(p []T) {
	number, size := class(cap(p))
	if cap(p) != size || number >= len(s.free) {
		return // not from here
	}
	p = p[:size]
	s.free[number].Put(&p)
}

var _ Pool = (*Memory)(nil)
