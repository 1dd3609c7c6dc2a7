//go:build unix && !linux

package ffmpeg

import (
	"os/exec"
	"syscall"

	"golang.org/x/sys/unix"
)

// quiet makes ffmpeg a group of its own that ends with its context. When we end, its next word about its
// progress ends it.
func quiet(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}

func hide(*exec.Cmd) {}

// lower lets everything else go first.
func lower(pid int) { _ = unix.Setpriority(unix.PRIO_PGRP, pid, 15) }
