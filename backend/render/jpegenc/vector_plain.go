//go:build !amd64 || purego

package jpegenc

// transformer transforms blocks.
type transformer struct{}

func (*transformer) add(p *plane, x, y int, out []int16) { plainly(p, x, y, out) }

func (*transformer) end() {}

// words are nothing where there is no vector code.
type words struct{}

func (words) set(int, int) {}

func divide(s *steps, in, out *[64]int16) uint64 { return s.block(in, out) }
