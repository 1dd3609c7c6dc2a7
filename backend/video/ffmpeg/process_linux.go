package ffmpeg

import (
	"os/exec"
	"syscall"

	"golang.org/x/sys/unix"
)

// quiet makes ffmpeg a group of its own that ends with us and with its context.
func quiet(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}

func hide(*exec.Cmd) {}

// niceness is what everything else of the person comes before.
const niceness = 15

// lower lets everything else go first: the processor's lowest sensible priority, and the disk only when
// nobody else wants it (ioprio_set(2): class 3 is idle, in the upper bits; 2 means a group).
func lower(pid int) {
	_ = unix.Setpriority(unix.PRIO_PGRP, pid, niceness)
	_, _, _ = unix.Syscall(unix.SYS_IOPRIO_SET, 2, uintptr(pid), 3<<13) //nolint:gosec // a process id is positive
}
