package main

import (
	"context"
	"fmt"
)

// runCheck is the task `check`.
func runCheck(ctx context.Context, r *runner, args []string) error {
	if len(args) > 0 {
		return fmt.Errorf("%w: check takes no arguments", errUsage)
	}
	if err := r.ensure(ctx, pageNeeds()); err != nil {
		return err
	}
	p := newReport(r)
	p.stage(ctx, "Check", p.check)
	p.stage(ctx, "Layers", func(ctx context.Context) error {
		_, err := p.goTest(ctx, "layers", "-short", "./backend/arch")
		return err
	})
	return p.finish(ctx)
}

// check looks at the source without running it, two looks at a time: the longest one first, since
// the others are of one core each.
func (p *report) check(ctx context.Context) error {
	r := p.r
	if err := p.readyPage(ctx); err != nil {
		return err
	}
	jobs := []func(){
		func() {
			p.step("lint", func() (string, error) {
				return r.output(ctx, "go", tool("golangci-lint", "run", "--allow-serial-runners", "--color=never", "./...")...)
			})
		},
	}
	for _, c := range pageChecks() {
		jobs = append(jobs, func() { p.step(c.name, func() (string, error) { return r.npx(ctx, c.args...) }) })
	}
	for _, c := range []namedCommand{
		{"format", tool("golangci-lint", "fmt", "--diff")},
		{"vet", []string{"vet", "./..."}},
	} {
		jobs = append(jobs, func() { p.step(c.name, func() (string, error) { return r.output(ctx, "go", c.args...) }) })
	}
	atOnce(ctx, 2, jobs)
	return ctx.Err()
}

// namedCommand is a look at the source: what it is called, and its arguments.
type namedCommand struct {
	name string
	args []string
}
