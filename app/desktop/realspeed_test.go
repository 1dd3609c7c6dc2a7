//go:build windowtest

package desktop

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// The budgets of the window. They hold on a machine that does nothing else meanwhile:
//
//	POSTBAG_TEST_WINDOW=postbag-desktop go test -tags windowtest ./app/desktop -run '^$' -bench . -benchtime 7x
const (
	mostRatio  = 1.5      // of a bare window's start, until a person can write
	mostMemory = 60 << 20 // bytes of Go's side, with ten thousand pictures, while nothing happens
)

// bareProgram builds the window to compare with.
func bareProgram(b *testing.B) string {
	b.Helper()
	out := filepath.Join(b.TempDir(), "bare")
	cmd := exec.Command("go", "build", "-tags", "desktop,production,webkit2_41", "-ldflags", "-s -w", "-o", out, "./testdata/bare")
	if text, err := cmd.CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, text)
	}
	return out
}

// untilWritable starts a program and returns how long it takes until its page has a field to write in.
// first is run in the page until it is true.
func untilWritable(b *testing.B, first string, program string, args ...string) time.Duration {
	b.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	address := ln.Addr().String()
	ln.Close()
	cmd := exec.Command(program, args...)
	if len(args) > 0 {
		cmd.Args = append(cmd.Args, "--inspector", address)
	}
	cmd.Env = append(slices.Clone(session), "WEBKIT_INSPECTOR_HTTP_SERVER="+address)
	began := time.Now()
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	defer func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}()
	page := inspect(b, address)
	defer page.ws.Close()
	for range 2000 {
		var yes bool
		if err := page.run(first, &yes); err == nil && yes {
			return time.Since(began)
		}
	}
	b.Fatal("nobody can write")
	return 0
}

// BenchmarkColdStart compares the start of the window, until a new post can be written, with that of
// a bare window, turn by turn.
func BenchmarkColdStart(b *testing.B) {
	bare := bareProgram(b)
	data := b.TempDir()
	first := open(b, data, "--demo")
	first.must(`await window.go.api.SettingsService.Change({onboarding: 'done'})`, nil)
	_ = first.run(`window.go.api.ShellService.Leave({keep: false, remember: false})`, nil)
	<-first.ended

	const writable = `
		if (document.readyState === 'loading' || !window.go) return false;
		if (location.hash !== '#/posts/new' && !/^#.posts.[0-9a-f-]{20,}/.test(location.hash)) location.hash = '#/posts/new';
		const field = document.querySelector('main textarea');
		return !!field && !field.disabled;`
	var ours, theirs []time.Duration
	for b.Loop() {
		theirs = append(theirs, untilWritable(b, `return document.readyState === 'complete' && !!document.querySelector('textarea')`, bare))
		ours = append(ours, untilWritable(b, writable, program, "--data", data))
	}
	slices.Sort(ours)
	slices.Sort(theirs)
	a, c := ours[len(ours)/2], theirs[len(theirs)/2]
	ratio := float64(a) / float64(c)
	b.ReportMetric(float64(a.Milliseconds()), "ms-to-write")
	b.ReportMetric(float64(c.Milliseconds()), "ms-bare")
	b.ReportMetric(ratio, "ratio")
	b.Logf("to write %v, a bare window %v, %.2f times (budget %.1f); all: %v, %v", a, c, ratio, mostRatio, ours, theirs)
	if ratio > mostRatio {
		b.Errorf("over budget: %.2f times a bare window", ratio)
	}
}

// BenchmarkIdleMemory measures what Go's side of the window takes with ten thousand pictures after the
// library was looked through: the process less what a bare window takes, which is the toolkit's.
func BenchmarkIdleMemory(b *testing.B) {
	bare := exec.Command(bareProgram(b))
	bare.Env = session
	if err := bare.Start(); err != nil {
		b.Fatal(err)
	}
	defer func() {
		_ = bare.Process.Kill()
		_ = bare.Wait()
	}()
	data := b.TempDir()
	r := open(b, data, "--demo")
	_ = r.run(`window.go.api.ShellService.Leave({keep: false, remember: false})`, nil)
	<-r.ended
	seed := exec.Command("go", "run", "../../frontend/bench/seed", data)
	if text, err := seed.CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, text)
	}
	for b.Loop() {
		r := open(b, data)
		r.must(`location.hash = '#/library'`, nil)
		r.wait("the library is open", `return document.querySelectorAll('[role=gridcell]').length > 8`)
		r.must(`const s = document.querySelector('[role=grid]').parentElement; for (let i = 0; i < 40; i++) { s.scrollTop += 2000; await new Promise((d) => setTimeout(d, 50)); }`, nil)
		r.must(`location.hash = '#/today'; await new Promise((d) => setTimeout(d, 20000));`, nil)
		here, there := memoryOf(b, r.cmd.Process.Pid), memoryOf(b, bare.Process.Pid)
		gone := here["RssAnon"] - there["RssAnon"]
		b.ReportMetric(float64(gone)/(1<<20), "MB-go")
		b.Logf("Go's side %d MB (budget %d); the window %d MB, of it %d MB its own; a bare one %d MB, %d MB", gone>>20, mostMemory>>20,
			here["VmRSS"]>>20, here["RssAnon"]>>20, there["VmRSS"]>>20, there["RssAnon"]>>20)
		if gone > mostMemory {
			b.Errorf("over budget: %d MB", gone>>20)
		}
		_ = r.run(`window.go.api.ShellService.Leave({keep: false, remember: false})`, nil)
		<-r.ended
	}
}

// memoryOf returns what the system says of a process's memory, in bytes.
func memoryOf(b *testing.B, pid int) map[string]int {
	b.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		b.Fatal(err)
	}
	out := map[string]int{}
	for line := range strings.Lines(string(text)) {
		name, value, _ := strings.Cut(line, ":")
		if kB, ok := strings.CutSuffix(strings.TrimSpace(value), " kB"); ok {
			if n, err := strconv.Atoi(kB); err == nil {
				out[name] = n << 10
			}
		}
	}
	return out
}
