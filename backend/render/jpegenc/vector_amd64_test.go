//go:build amd64 && !purego

package jpegenc

import "golang.org/x/sys/cpu"

// processor says whether the processor has what vectors asks for.
func processor() *bool { return &cpu.X86.HasAVX2 }
