package main

import (
	"context"
	"fmt"
	"os"
	"strings"
)

// runScreenshots is the task `screenshots`: every screen on a filled workspace, in both themes, as
// pictures for people to look at. Names after it choose screens: `go run ./build screenshots queue`.
func runScreenshots(ctx context.Context, r *runner, args []string) error {
	for _, arg := range args {
		if strings.HasPrefix(arg, "-") {
			return fmt.Errorf("%w: screenshots takes the names of screens", errUsage)
		}
	}
	if err := r.ensure(ctx, browserNeeds()); err != nil {
		return err
	}
	if err := r.buildPage(ctx); err != nil {
		return err
	}
	out := r.path("build", "bin", "screenshots")
	if err := os.MkdirAll(out, 0o755); err != nil {
		return fmt.Errorf("make the folder of the pictures: %w", err)
	}
	cmd := r.command(ctx, "npx", "--no-install", "playwright", "test", "--config=e2e/screenshots.config.ts", "--reporter=line")
	cmd.Dir = r.path(pageFolder)
	cmd.Env = append(cmd.Env, "SHOTS="+out)
	if len(args) > 0 {
		cmd.Env = append(cmd.Env, "SCREENS="+strings.Join(args, ","))
	}
	cmd.Stdout, cmd.Stderr = r.out, r.out
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("take the pictures: %w", err)
	}
	r.printf("The pictures are in %s\n", out)
	return nil
}
