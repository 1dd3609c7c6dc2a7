package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
)

// outcome is how one test or step ended. A worse one wins when something runs twice.
type outcome int

const (
	skipped outcome = iota + 1
	passed
	failed
)

// report gathers what the stages of a run found, and prints it as it comes and once more,
// in short, at the end. Its methods may be called from several goroutines.
type report struct {
	r     *runner
	begun time.Time

	mu       sync.Mutex
	outcomes map[string]outcome
	reasons  map[string]string // why something was skipped
	figures  []string
	proofs   []proof // what tests said of networks, each once
	stages   []stageResult
	failures []string
}

type stageResult struct {
	name string
	took time.Duration
	ok   bool
}

func newReport(r *runner) *report {
	return &report{r: r, begun: time.Now(), outcomes: map[string]outcome{}, reasons: map[string]string{}}
}

// stage runs one part under a heading. An error it returns is a failure of the whole run,
// and the next stage still runs.
func (p *report) stage(ctx context.Context, name string, f func(ctx context.Context) error) {
	if ctx.Err() != nil {
		return
	}
	p.r.printf("\n== %s\n", name)
	begun := time.Now()
	before := p.failed()
	if err := f(ctx); err != nil {
		p.fail(name, err.Error())
	}
	took := time.Since(begun)
	ok := p.failed() == before
	p.mu.Lock()
	p.stages = append(p.stages, stageResult{name, took, ok})
	p.mu.Unlock()
	p.r.printf("   %s in %s: %s\n", word(ok), seconds(took), name)
}

// together runs lanes of stages at the same time, each with a report of its own while it runs, and
// takes what they found, lane by lane.
func (p *report) together(lanes ...func(lane *report)) {
	reports := make([]*report, len(lanes))
	var running sync.WaitGroup
	for i, run := range lanes {
		reports[i] = newReport(p.r)
		running.Go(func() { run(reports[i]) })
	}
	running.Wait()
	for _, lane := range reports {
		p.take(lane)
	}
}

// take adds what another report holds, which nobody writes to any more.
func (p *report) take(from *report) {
	for name, o := range from.outcomes {
		p.record(name, o)
	}
	for _, figure := range from.figures {
		p.figure("%s", figure)
	}
	for _, said := range from.proofs {
		p.prove(said)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	maps.Copy(p.reasons, from.reasons)
	p.stages = append(p.stages, from.stages...)
	p.failures = append(p.failures, from.failures...)
}

// step counts one thing that is not a Go test, and shows its output if it failed.
func (p *report) step(name string, f func() (output string, err error)) {
	begun := time.Now()
	output, err := f()
	if err != nil {
		p.fail(name, strings.TrimSpace(output+"\n"+err.Error()))
		return
	}
	p.record(name, passed)
	p.line("   %-44s %8s\n", name, seconds(time.Since(begun)))
}

// prove notes what a test said of a network.
func (p *report) prove(said proof) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !slices.Contains(p.proofs, said) {
		p.proofs = append(p.proofs, said)
	}
}

// record notes how something ended.
func (p *report) record(name string, o outcome) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.outcomes[name] = max(p.outcomes[name], o)
}

// fail notes a failure and shows it at once.
func (p *report) fail(name, output string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.outcomes[name] = failed
	text := "FAIL " + name + "\n" + indent(output)
	p.failures = append(p.failures, text)
	p.r.printf("%s", text)
}

// skip notes that something did not run here, and why.
func (p *report) skip(name, reason string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.outcomes[name] = max(p.outcomes[name], skipped)
	p.reasons[name] = reason
}

// figure notes a number that people want to read at the end.
func (p *report) figure(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if text := fmt.Sprintf(format, args...); !slices.Contains(p.figures, text) {
		p.figures = append(p.figures, text)
	}
}

// line prints one whole line.
func (p *report) line(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.r.printf(format, args...)
}

func (p *report) failed() int { return p.count(failed) }

func (p *report) count(o outcome) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := 0
	for _, got := range p.outcomes {
		if got == o {
			n++
		}
	}
	return n
}

// finish prints the summary, whose last line is the count, and returns an error if anything
// failed or the run was interrupted.
func (p *report) finish(ctx context.Context) error {
	out := p.r
	out.printf("\n== Summary\n")
	for _, s := range p.stages {
		out.printf("   %-44s %8s  %s\n", s.name, seconds(s.took), word(s.ok))
	}
	if len(p.figures) > 0 {
		out.printf("\nFigures:\n")
		for _, figure := range p.figures {
			out.printf("   %s\n", figure)
		}
	}
	if n := p.count(skipped); n > 0 {
		out.printf("\nSkipped:\n")
		for _, name := range slices.Sorted(maps.Keys(p.reasons)) {
			if p.outcomes[name] == skipped {
				out.printf("   %s: %s\n", name, p.reasons[name])
			}
		}
	}
	if len(p.failures) > 0 {
		out.printf("\nFailures:\n")
		for _, text := range p.failures {
			out.printf("%s", text)
		}
	}
	out.printf("\nAll in %s, %d skipped.\n", seconds(time.Since(p.begun)), p.count(skipped))
	if ctx.Err() != nil {
		out.printf("Interrupted: what follows is only a part.\n")
	}
	out.printf("%d passed, %d failed\n", p.count(passed), p.failed())
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("stopped before the end: %w", ctx.Err())
	case p.failed() > 0:
		return fmt.Errorf("%d failed", p.failed())
	case p.count(passed) == 0:
		return errors.New("nothing ran")
	}
	return nil
}

func word(ok bool) string {
	if ok {
		return "ok"
	}
	return "FAILED"
}
