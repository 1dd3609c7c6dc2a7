package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// idleFor is how long the agent is watched; ten minutes for the figure that counts.
var idleFor = flag.Duration("idle", 15*time.Second, "how long BenchmarkAgentIdle watches the agent")

// gateIdle is how much of a core an agent with nothing to do may use.
const gateIdle = 0.1 // percent

// BenchmarkAgentIdle measures what the agent takes of a processor, and how often it wakes up, while
// nothing is due.
func BenchmarkAgentIdle(b *testing.B) {
	program := filepath.Join(b.TempDir(), "postbag")
	if out, err := exec.CommandContext(b.Context(), "go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		b.Fatalf("%v: %s", err, out)
	}
	cmd := exec.CommandContext(b.Context(), program, "agent", "--data", filepath.Join(b.TempDir(), "data"))
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	defer func() {
		_ = cmd.Process.Signal(os.Interrupt)
		_ = cmd.Wait()
	}()
	time.Sleep(5 * time.Second) // until it has started: a benchmark measures the time that passes
	for b.Loop() {
		cpu, wakes := usedBy(b, cmd.Process.Pid)
		began := time.Now()
		time.Sleep(*idleFor)
		long := time.Since(began)
		cpu2, wakes2 := usedBy(b, cmd.Process.Pid)
		share := 100 * (cpu2 - cpu).Seconds() / long.Seconds()
		b.ReportMetric(share, "%-of-a-core")
		b.ReportMetric(float64(wakes2-wakes)/long.Minutes(), "wakes/min")
		if share > gateIdle && *idleFor >= time.Minute {
			b.Logf("MISSED: %.3f %% of a core (gate %.1f %%)", share, gateIdle)
		}
	}
}

// usedBy returns the processor time a process used, and how often its threads gave the processor back.
func usedBy(b *testing.B, pid int) (cpu time.Duration, wakes int) {
	b.Helper()
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		b.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(stat), ") ")
	for _, i := range []int{11, 12} { // utime and stime, in ticks of a hundredth of a second (proc(5))
		ticks, err := strconv.Atoi(strings.Fields(rest)[i])
		if err != nil {
			b.Fatal(err)
		}
		cpu += time.Duration(ticks) * 10 * time.Millisecond
	}
	threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/status", pid))
	if err != nil {
		b.Fatal(err)
	}
	for _, t := range threads {
		text, err := os.ReadFile(t)
		if err != nil {
			continue // it ended meanwhile
		}
		for line := range strings.Lines(string(text)) {
			if n, ok := strings.CutPrefix(line, "voluntary_ctxt_switches:"); ok {
				count, err := strconv.Atoi(strings.TrimSpace(n))
				if err != nil {
					b.Fatal(err)
				}
				wakes += count
			}
		}
	}
	return cpu, wakes
}
