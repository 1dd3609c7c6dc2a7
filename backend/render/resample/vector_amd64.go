//go:build amd64 && !purego

package resample

import "golang.org/x/sys/cpu"

//go:generate go run -C ../../../build/kernels ./resample -out ../../backend/render/resample/kernels_amd64.s -stubs ../../backend/render/resample/kernels_amd64.go -pkg resample

// hasVectors reports whether the kernels below can be used.
func hasVectors() bool { return cpu.X86.HasAVX2 }
