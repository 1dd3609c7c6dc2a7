package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"regexp"
	"strings"
)

// testEvent is one line of `go test -json` (documentation of cmd/test2json, Go 1.26).
type testEvent struct {
	Action      string
	Package     string
	ImportPath  string // of build-output and build-fail
	Test        string
	Elapsed     float64
	Output      string
	FailedBuild string
}

// packageRun is what is known of a package while its tests run.
type packageRun struct {
	output   map[string]*strings.Builder // by test, "" for the package; thrown away once a test passed
	ended    map[string]outcome
	parents  map[string]bool // tests with subtests are not counted themselves unless they fail
	cached   bool
	coverage string
}

// testReader turns the events of `go test -json` into entries of a report.
type testReader struct {
	report   *report
	stage    string
	packages map[string]*packageRun
	builds   map[string]*strings.Builder
	ran      int
	skips    []string
}

// goTest runs `go test -json` with the arguments and reads what it says.
func (p *report) goTest(ctx context.Context, stage string, args ...string) (*testReader, error) {
	return p.goTestBy(ctx, stage, p.r.command(ctx, "go", append([]string{"test", "-json"}, args...)...))
}

// goTestBy runs a command that writes what `go test -json` writes.
func (p *report) goTestBy(ctx context.Context, stage string, cmd *exec.Cmd) (*testReader, error) {
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", stage, err)
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("%s: %w", stage, err)
	}
	reader := &testReader{report: p, stage: stage, packages: map[string]*packageRun{}, builds: map[string]*strings.Builder{}}
	before := p.failed()
	readErr := reader.read(stdout)
	err = cmd.Wait()
	switch {
	case ctx.Err() != nil:
		return reader, ctx.Err()
	case readErr != nil:
		return reader, fmt.Errorf("%s: %w", stage, readErr)
	case err != nil && p.failed() == before: // it failed, yet no test did: a flag, a package that is not there
		return reader, fmt.Errorf("%s: %w\n%s", stage, err, stderr.String())
	}
	return reader, nil
}

// read takes events until the input ends. Lines that are no event are shown as they are.
func (t *testReader) read(in io.Reader) error {
	lines := bufio.NewReader(in)
	for {
		line, err := lines.ReadBytes('\n')
		if len(bytes.TrimSpace(line)) > 0 {
			var e testEvent
			if json.Unmarshal(line, &e) == nil && e.Action != "" {
				t.take(e)
			} else {
				t.report.line("   %s\n", bytes.TrimSpace(line))
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read the tests' output: %w", err)
		}
	}
}

func (t *testReader) take(e testEvent) {
	if e.Action == "build-output" || e.Action == "build-fail" {
		if t.builds[e.ImportPath] == nil {
			t.builds[e.ImportPath] = &strings.Builder{}
		}
		t.builds[e.ImportPath].WriteString(e.Output)
		return
	}
	run := t.packages[e.Package]
	if run == nil {
		run = &packageRun{output: map[string]*strings.Builder{}, ended: map[string]outcome{}, parents: map[string]bool{}}
		t.packages[e.Package] = run
	}
	switch e.Action {
	case "run":
		if cut := strings.LastIndex(e.Test, "/"); cut > 0 {
			run.parents[e.Test[:cut]] = true
		}
	case "output":
		t.heard(run, e)
	case "pass", "fail", "skip":
		if e.Test == "" {
			t.packageEnded(run, e)
			delete(t.packages, e.Package)
		} else {
			t.testEnded(run, e)
		}
	}
}

// figureMark begins the part of a log line that a test wants repeated in the summary:
// t.Log("figure: 2,000 kills, 0 lost, 0 doubled").
const figureMark = "figure: "

func (t *testReader) heard(run *packageRun, e testEvent) {
	if _, figure, ok := strings.Cut(e.Output, figureMark); ok {
		t.report.figure("%s (%s)", strings.TrimSpace(figure), t.stage)
	}
	if said, ok := proofOf(e.Output); ok {
		t.report.prove(said)
	}
	if e.Test == "" {
		run.cached = run.cached || strings.Contains(e.Output, "(cached)")
		if match := regexp.MustCompile(`coverage: ([0-9.]+%) of statements`).FindStringSubmatch(e.Output); match != nil {
			run.coverage = match[1]
		}
	}
	if run.output[e.Test] == nil {
		run.output[e.Test] = &strings.Builder{}
	}
	// A test that never stops talking must not fill the memory; its beginning and end matter.
	if b := run.output[e.Test]; b.Len() < 256<<10 {
		b.WriteString(e.Output)
	}
}

func (t *testReader) testEnded(run *packageRun, e testEvent) {
	said := run.output[e.Test]
	delete(run.output, e.Test)
	name := e.Package + " " + e.Test
	switch e.Action {
	case "pass":
		run.ended[e.Test] = passed
		if !run.parents[e.Test] {
			t.ran++
			t.report.record(name, passed)
		}
	case "skip":
		run.ended[e.Test] = skipped
		reason := reasonOf(said)
		t.skips = append(t.skips, name+": "+reason)
		t.report.skip(name, reason)
	case "fail":
		run.ended[e.Test] = failed
		t.ran++
		text := ""
		if said != nil {
			text = said.String()
		}
		if run.parents[e.Test] && strings.Count(text, "\n") <= 3 && anyFailedBelow(run, e.Test) {
			return // only says that a subtest failed, which was shown
		}
		t.report.fail(name+" ("+t.stage+")", text)
	}
}

func anyFailedBelow(run *packageRun, parent string) bool {
	for name, o := range run.ended {
		if o == failed && strings.HasPrefix(name, parent+"/") {
			return true
		}
	}
	return false
}

// reasonOf finds what a test said when it was skipped: its last line that is not a heading.
func reasonOf(said *strings.Builder) string {
	if said == nil {
		return "no reason given"
	}
	reason := "no reason given"
	for line := range strings.Lines(said.String()) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "===") && !strings.HasPrefix(line, "---") {
			reason = line
		}
	}
	if _, after, ok := strings.Cut(reason, ".go:"); ok {
		if _, words, ok := strings.Cut(after, ": "); ok {
			return words
		}
	}
	return reason
}

func (t *testReader) packageEnded(run *packageRun, e testEvent) {
	count, anyFailed := 0, false
	for name, o := range run.ended {
		anyFailed = anyFailed || o == failed
		if !run.parents[name] && o != skipped {
			count++
		}
	}
	if e.Action == "fail" {
		if !anyFailed {
			text := ""
			if build := t.builds[e.FailedBuild]; build != nil {
				text = build.String()
			}
			for _, said := range run.output { // a panic or a time-out ends a package with tests still open
				text += said.String()
			}
			t.report.fail(e.Package+" ("+t.stage+")", text)
		}
		t.report.line("   FAIL %-39s %7.1fs\n", short(e.Package), e.Elapsed)
		return
	}
	if count == 0 {
		return
	}
	notes := ""
	if run.coverage != "" {
		notes += "  coverage " + run.coverage
		t.report.figure("coverage of %s: %s", short(e.Package), run.coverage)
	}
	if run.cached {
		notes += "  (cached)"
	}
	t.report.line("   %-44s %7.1fs  %4d tests%s\n", short(e.Package), e.Elapsed, count, notes)
}

// short takes the module off an import path.
func short(importPath string) string {
	_, rest, ok := strings.Cut(importPath, "/")
	if !ok {
		return importPath
	}
	return rest
}
