//go:build !amd64 || purego

package resample

// wide is nothing where there is no vector code.
type wide struct{}

func (a *axis) widen(int) *wide { return nil }

func (w *wide) bytes() int { return 0 }

func (p *passes) fast(*Resampler, bool) bool { return false }

func halveFast(_, _, _ []uint8) int { return 0 }
