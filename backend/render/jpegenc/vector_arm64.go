//go:build arm64 && !purego

package jpegenc

import "golang.org/x/sys/cpu"

// vectors reports whether the processor has the instructions of kernel_arm64.s.
func vectors() bool { return cpu.ARM64.HasASIMD }
