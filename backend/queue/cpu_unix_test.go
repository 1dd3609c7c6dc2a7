//go:build unix

package queue_test

import (
	"syscall"
	"time"
)

// cpuTime is how long this process has been at work: a busy machine does not lengthen it.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
