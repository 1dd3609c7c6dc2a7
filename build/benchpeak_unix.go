//go:build unix

package main

import (
	"os"
	"runtime"
	"syscall"
)

// peakOf returns how many bytes of memory a process had at most: Linux counts in kilobytes, macOS in bytes
// (getrusage(2) of each).
func peakOf(state *os.ProcessState) int64 {
	usage, ok := state.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	if runtime.GOOS == "darwin" {
		return usage.Maxrss
	}
	return usage.Maxrss << 10
}
