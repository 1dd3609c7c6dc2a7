package main

import (
	"context"
	"fmt"
	"runtime"
	"strings"
)

// runDemo is the task `run`: builds the program and does with it what it is for, on sample
// photographs, from import to published feed. Arguments go to `postbag demo`.
func runDemo(ctx context.Context, r *runner, args []string) error {
	program := r.path("build", "bin", executable("postbag", runtime.GOOS))
	r.printf("Building %s\n", program)
	stamp := ""
	if commit, err := r.capture(ctx, "git", "rev-parse", "HEAD"); err == nil { // a copy without git has none
		stamp = "-X main.commit=" + strings.TrimSpace(commit)
	}
	cmd := r.command(ctx, "go", "build", "-tags", releaseTags, "-ldflags", stamp, "-o", program, "./app/postbag")
	cmd.Env = append(cmd.Env, "CGO_ENABLED=0") // the same program as in a release; no C compiler needed
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build the program: %w\n%s", err, out)
	}
	r.printf("Running postbag demo\n\n")
	if err := r.stream(ctx, program, append([]string{"demo"}, args...)...); err != nil {
		return err
	}
	r.printf("\nThe program is %s; `%s` alone lists what else it does.\n", program, executable("postbag", runtime.GOOS))
	return nil
}

// executable is the file name of a program on a system.
func executable(name, goos string) string {
	if goos == "windows" {
		return name + ".exe"
	}
	return name
}
