package clock

import (
	"time"

	"golang.org/x/sys/unix"
)

// bootID reads kern.bootsessionuuid, which the kernel draws at every start (XNU, bsd/kern/kern_sysctl.c).
func bootID() (string, error) { return unix.Sysctl("kern.bootsessionuuid") }

// sinceBoot reads CLOCK_MONOTONIC_RAW, which on macOS goes on while the system is asleep and is
// not touched when the time is set (clock_gettime(3), macOS 10.12 and later).
func sinceBoot() (time.Duration, error) {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC_RAW, &t); err != nil {
		return 0, err
	}
	return time.Duration(t.Nano()), nil
}
