//go:build !purego

package resample

// hasVectors reports whether the kernels below can be used: NEON is part of every arm64.
func hasVectors() bool { return true }

// acrossVector mixes 8 outputs a group of four rows; see groups and mixAcross.
//
//go:noescape
func acrossVector(dst *[4]*uint8, src *[4]*uint8, starts *int32, first int, table *int16, groups int, pairs int)

// downVector mixes 32 columns a block; see mixDown.
//
//go:noescape
func downVector(dst *uint8, src *uint8, offsets *int, weights *int16, pairs int, blocks int)

// meanVector averages 2×2 samples into 32 a block; see halveRow.
//
//go:noescape
func meanVector(dst *uint8, a *uint8, b *uint8, blocks int)
