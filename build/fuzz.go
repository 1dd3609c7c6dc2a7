package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// target is a function of a test file that `go test` can be asked for by name.
type target struct {
	pkg  string // import path
	name string
}

// targets returns every function of the tests whose name begins with a prefix, by package.
func (r *runner) targets(ctx context.Context, prefix string) ([]target, error) {
	listed, err := r.capture(ctx, "go", "list", "-json=ImportPath,Dir,TestGoFiles,XTestGoFiles", "./...")
	if err != nil {
		return nil, err
	}
	declared := regexp.MustCompile(`(?m)^func (` + prefix + `\w+)\(`)
	var list []target
	decoder := json.NewDecoder(strings.NewReader(listed))
	for {
		var p struct {
			ImportPath, Dir           string
			TestGoFiles, XTestGoFiles []string
		}
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			return list, nil
		} else if err != nil {
			return nil, fmt.Errorf("go list: %w", err)
		}
		for _, file := range slices.Concat(p.TestGoFiles, p.XTestGoFiles) {
			source, err := os.ReadFile(filepath.Join(p.Dir, file))
			if err != nil {
				return nil, fmt.Errorf("look for %s functions: %w", prefix, err)
			}
			for _, match := range declared.FindAllSubmatch(source, -1) {
				list = append(list, target{p.ImportPath, string(match[1])})
			}
		}
	}
}

// fuzzing is what is left of running every fuzz target of the project for a while. Lanes that have
// nothing else to do take from it until nothing is left.
type fuzzing struct {
	each  time.Duration
	find  func() ([]target, error) // once
	next  atomic.Int64
	total atomic.Int64
}

func (r *runner) fuzzing(ctx context.Context, each time.Duration) *fuzzing {
	return &fuzzing{each: each, find: sync.OnceValues(func() ([]target, error) { return r.targets(ctx, "Fuzz") })}
}

// run takes what is left, two targets at a time with one worker each.
func (f *fuzzing) run(ctx context.Context, p *report) error {
	list, err := f.find()
	if err != nil {
		return err
	}
	one := func() {
		for ctx.Err() == nil {
			i := int(f.next.Add(1)) - 1
			if i >= len(list) {
				return
			}
			p.step(short(list[i].pkg)+" "+list[i].name, func() (string, error) {
				out, n, err := p.r.fuzzOne(ctx, list[i], f.each)
				f.total.Add(n)
				return out, err
			})
		}
	}
	atOnce(ctx, 2, []func(){one, one})
	return ctx.Err()
}

// tell notes how much was tried.
func (f *fuzzing) tell(p *report) {
	list, err := f.find()
	if err == nil && len(list) == 0 {
		p.skip("fuzzing", "there are no fuzz targets")
		return
	}
	p.figure("fuzzing: %d targets, %s executions", len(list), grouped(f.total.Load()))
}

// fuzzOne runs one fuzz target for a while with one worker, and returns how many inputs it tried.
func (r *runner) fuzzOne(ctx context.Context, f target, each time.Duration) (out string, n int64, err error) {
	out, err = r.output(ctx, "go", "test", "-run=^$", "-fuzz=^"+f.name+"$", "-fuzztime="+each.String(), "-parallel=1", f.pkg)
	n = executions(out)
	if err != nil && onlyTimeRanOut(out) {
		err = nil
	}
	if err == nil && n == 0 {
		err = errors.New("it ended without having tried anything")
	}
	return out, n, err
}

// executions reads how many inputs a fuzz run tried from its last line of progress.
func executions(output string) int64 {
	matches := regexp.MustCompile(`execs: (\d+)`).FindAllStringSubmatch(output, -1)
	if len(matches) == 0 {
		return 0
	}
	n, err := strconv.ParseInt(matches[len(matches)-1][1], 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// onlyTimeRanOut reports whether a fuzz run failed for no other reason than that its time was
// up while a worker was busy, which `go test` sometimes calls a failure (Go issue 75804, fixed in
// Go 1.27). A found fault always comes with the input that shows it, or with a panic.
func onlyTimeRanOut(output string) bool {
	if !strings.Contains(output, "context deadline exceeded") {
		return false
	}
	for _, sign := range []string{"Failing input", "panic:", "testdata/fuzz", "fatal error", "hung or terminated", "_test.go:"} {
		if strings.Contains(output, sign) {
			return false
		}
	}
	return true
}

// grouped writes a number with commas.
func grouped(n int64) string {
	digits := strconv.FormatInt(n, 10)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}
