//go:build arm64 && !purego

package jpegenc

import "golang.org/x/sys/cpu"

// processor says whether the processor has what vectors asks for.
func processor() *bool { return &cpu.ARM64.HasASIMD }
