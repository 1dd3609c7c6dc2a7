// Package main is the task runner: `go run ./build TASK`, the same on Linux, macOS and Windows.
//
// It needs nothing but Go. What a task needs besides is announced and installed where the
// system has apt (Debian, Ubuntu), and asked for with the exact command anywhere else. Tools
// written in Go are pinned in build/tools, a module of its own, and built from source.
//
// `test` is what CI runs; `check` is its fast half, for before a commit.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
)

// task is something the runner can do.
type task struct {
	name string
	does string
	run  func(ctx context.Context, r *runner, args []string) error
}

// tasks returns every task in the order of the list people see.
func tasks() []task {
	return []task{
		{"run", "sets everything up, does the main job from start to end, and opens the window on it [-nowindow]", runDemo},
		{"test", "sets everything up and runs every test: all that CI runs", runTest},
		{"check", "format, lint, vet and the rules of the layers: the fast half of test", runCheck},
		{"bindings", "tells the page what services there are; after a change of app/api [-check]", runBindings},
		{"networks", "runs the networks' tests and writes docs/networks.md of what they verified", runNetworks},
		{"soak", "proves the queue's promises at the sizes of a night, each test alone; goes on where it was interrupted [-fuzztime 3m] [-again] [NAME]", runSoak},
		{"bench", "runs the benchmarks and prints them as a table [-time 1s] [NAME]", runBench},
		{"compare", "holds pictures of many kinds of photographs against what libvips makes of them [-photos FOLDER] [-n N]", runCompare},
		{"screenshots", "takes pictures of every screen in both themes [SCREEN]...", runScreenshots},
		{"package", "builds the packages of the window and the archives of the command line [VERSION]", runPackage},
	}
}

// Exit statuses: the same as the program's own.
const (
	statusFailed = 1
	statusUsage  = 2
)

// errUsage is wrapped by an error about the command itself.
var errUsage = errors.New("wrong usage")

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	status := start(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(status)
}

// start runs the task named by the arguments and returns the exit status.
func start(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	if len(args) == 0 || args[0] == "help" || args[0] == "-h" || args[0] == "--help" {
		usage(stdout)
		return 0
	}
	for _, t := range tasks() {
		if t.name != args[0] {
			continue
		}
		root, err := findRoot()
		if err == nil {
			err = t.run(ctx, newRunner(root, stdout), args[1:])
		}
		switch {
		case err == nil:
			return 0
		case errors.Is(err, errUsage):
			fmt.Fprintf(stderr, "%s: %v\n", t.name, err)
			return statusUsage
		default:
			fmt.Fprintf(stderr, "%s: %v\n", t.name, err)
			return statusFailed
		}
	}
	fmt.Fprintf(stderr, "there is no task %q\n\n", args[0])
	usage(stderr)
	return statusUsage
}

func usage(w io.Writer) {
	fmt.Fprint(w, "go run ./build TASK\n\n")
	for _, t := range tasks() {
		fmt.Fprintf(w, "  %-11s %s\n", t.name, t.does)
	}
}

// findRoot returns the top folder of the module: the nearest one above with a go.mod.
func findRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("find the project: %w", err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", errors.New("find the project: there is no go.mod here or above")
		}
		dir = up
	}
}
