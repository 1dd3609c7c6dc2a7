//go:build (!amd64 && !arm64) || purego

package resample

// vector leaves the work to plain, as there are no kernels for this processor.
func (p *passes) vector(*Resampler, bool) bool { return false }

// halveStart does none of the work of halveRow.
func halveStart(_, _, _ []uint8) int { return 0 }
