package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// runner is what every task works with: the folder, the output, the environment of commands.
type runner struct {
	root string
	env  []string

	mu  *sync.Mutex // a line is written whole, whoever writes it
	out io.Writer
}

func newRunner(root string, out io.Writer) *runner {
	return &runner{root: root, mu: &sync.Mutex{}, out: out, env: environment(os.Environ())}
}

// environment returns the variables commands are run with: the Go that is there and never
// another fetched behind our back, go.mod never rewritten, and none of the settings a person
// has for their own Postbag, so that no test touches their data.
func environment(from []string) []string {
	flags := ""
	var env []string
	for _, variable := range from {
		name, value, _ := strings.Cut(variable, "=")
		switch {
		case name == "GOFLAGS":
			flags = value
		case name == "GOTOOLCHAIN" || strings.HasPrefix(name, "POSTBAG_"):
		default:
			env = append(env, variable)
		}
	}
	return append(env, "GOTOOLCHAIN=local", "GOFLAGS="+strings.TrimSpace(flags+" -mod=readonly -buildvcs=false"))
}

func (r *runner) printf(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	fmt.Fprintf(r.out, format, args...)
}

// path joins a path below the top folder.
func (r *runner) path(parts ...string) string {
	return filepath.Join(append([]string{r.root}, parts...)...)
}

// has reports whether a file or folder of the project exists.
func (r *runner) has(name string) bool {
	_, err := os.Stat(r.path(filepath.FromSlash(name)))
	return err == nil
}

// command prepares a program in the top folder. It gets no standard input. When the context
// ends it is asked to stop, and after ten seconds made to.
func (r *runner) command(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = r.root
	cmd.Env = slices.Clone(r.env)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second
	return cmd
}

// output runs a program and returns everything it wrote, errors included.
func (r *runner) output(ctx context.Context, name string, args ...string) (string, error) {
	out, err := r.command(ctx, name, args...).CombinedOutput()
	if err != nil {
		return string(out), fmt.Errorf("%s: %w", strings.Join(append([]string{name}, args...), " "), err)
	}
	return string(out), nil
}

// capture runs a program and returns its standard output; the error carries the rest.
func (r *runner) capture(ctx context.Context, name string, args ...string) (string, error) {
	cmd := r.command(ctx, name, args...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%s %s: %w\n%s", name, strings.Join(args, " "), err, stderr.String())
	}
	return string(out), nil
}

// stream runs a program whose output people watch as it comes.
func (r *runner) stream(ctx context.Context, name string, args ...string) error {
	cmd := r.command(ctx, name, args...)
	cmd.Stdout, cmd.Stderr = r.out, r.out
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s %s: %w", name, strings.Join(args, " "), err)
	}
	return nil
}

// tool returns the arguments of `go` that run a tool pinned in build/tools.
func tool(name string, args ...string) []string {
	return append([]string{"tool", "-modfile=build/tools/go.mod", name}, args...)
}

// indent shifts a text under its heading; it ends in exactly one line end.
func indent(text string) string {
	text = strings.TrimRight(text, "\n ")
	if text == "" {
		return ""
	}
	return "    " + strings.ReplaceAll(text, "\n", "\n    ") + "\n"
}

// seconds writes how long something took.
func seconds(d time.Duration) string {
	if d < time.Minute {
		return fmt.Sprintf("%.1fs", d.Seconds())
	}
	return d.Round(time.Second).String()
}
