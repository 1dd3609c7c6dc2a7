//go:build amd64 && !purego

package jpegenc

import "golang.org/x/sys/cpu"

// vectors reports whether the processor has the instructions of kernel_amd64.s.
func vectors() bool { return cpu.X86.HasAVX2 }
