package ffmpeg

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// state returns a word of /proc/PID/stat, counted from the state as 0, or "" for a process that is gone
// (proc(5)).
func state(pid string, word int) string {
	data, err := os.ReadFile("/proc/" + pid + "/stat")
	if err != nil {
		return ""
	}
	_, rest, _ := strings.Cut(string(data), ") ")
	if words := strings.Fields(rest); len(words) > word && words[0] != "Z" {
		return words[word]
	}
	return ""
}

// until waits for something to become true.
func until(t *testing.T, what string, is func() bool) {
	t.Helper()
	for range 400 {
		if is() {
			return
		}
		time.Sleep(25 * time.Millisecond)
	}
	t.Fatal(what)
}

func TestFFmpegComesAfterEverythingElseAndEndsWithUs(t *testing.T) {
	own, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "pid")
	parent := exec.CommandContext(context.WithoutCancel(t.Context()), own)
	parent.Env = append(os.Environ(), "POSTBAG_TEST_FFMPEG=parent", "POSTBAG_TEST_PID="+file)
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	var pid []byte
	until(t, "nothing was started", func() bool {
		pid, err = os.ReadFile(file)
		return err == nil && len(pid) > 0
	})
	child := string(bytes.TrimSpace(pid))
	until(t, "its priority was not lowered", func() bool { return state(child, 16) == strconv.Itoa(niceness) || state(child, 16) == "19" })
	if err := parent.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = parent.Wait()
	until(t, "it outlives the program that started it", func() bool { return state(child, 0) == "" })
}
