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

// check looks at the source without running it.
func (p *report) check(ctx context.Context) error {
	r := p.r
	for _, c := range []struct {
		name string
		args []string
	}{
		{"format", tool("golangci-lint", "fmt", "--diff")},
		{"vet", []string{"vet", "./..."}},
		{"lint", tool("golangci-lint", "run", "--allow-serial-runners", "--color=never", "./...")},
	} {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		p.step(c.name, func() (string, error) { return r.output(ctx, "go", c.args...) })
	}
	return p.checkPage(ctx)
}
