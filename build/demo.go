package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"
)

// runDemo is the task `run`: builds everything, does with it what it is for, on sample
// photographs, from import to published feed, and ends with the window open on the result. Where
// there is no display it says how to open the same in a browser. Arguments but -nowindow go to
// `postbag demo`.
func runDemo(ctx context.Context, r *runner, args []string) error {
	noWindow := slices.Contains(args, "-nowindow")
	args = slices.DeleteFunc(slices.Clone(args), func(arg string) bool { return arg == "-nowindow" })
	if err := r.freshPage(ctx); err != nil {
		return err
	}
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
	data := dataOf(args)
	if data == "" {
		var err error
		if data, err = os.MkdirTemp("", "postbag-demo-"); err != nil {
			return fmt.Errorf("make a data folder: %w", err)
		}
		args = append(args, "--data", data)
	}
	r.printf("Running postbag demo\n\n")
	if err := r.stream(ctx, program, append([]string{"demo"}, args...)...); err != nil {
		return err
	}
	r.printf("\nThe program is %s; `%s` alone lists what else it does.\n", program, executable("postbag", runtime.GOOS))
	if noWindow || !display() {
		if !noWindow {
			r.printf("There is no display for a window.\n")
		}
		r.printf("To open the whole of it in a browser: %s serve --data %s\n", program, data)
		return nil
	}
	return r.openWindow(ctx, stamp)
}

// dataOf returns the data folder that the arguments of `postbag demo` name, "" if they name none.
func dataOf(args []string) string {
	for i, arg := range args {
		if value, ok := strings.CutPrefix(arg, "--data="); ok {
			return value
		}
		if arg == "--data" && i+1 < len(args) {
			return args[i+1]
		}
	}
	return ""
}

// openWindow builds the window and opens it on a workspace full of examples, in a data folder that
// stays. It returns when the window is open, and leaves it open.
func (r *runner) openWindow(ctx context.Context, stamp string) error {
	if err := r.ensure(ctx, windowNeeds()); err != nil {
		return err
	}
	window := r.path("build", "bin", executable("postbag-desktop", runtime.GOOS))
	r.printf("Building %s\n", window)
	if err := r.buildWindow(ctx, crossTarget{runtime.GOOS, runtime.GOARCH}, stamp, window); err != nil {
		return err
	}
	log, err := os.CreateTemp("", "postbag-window-*.log")
	if err != nil {
		return fmt.Errorf("open the window: %w", err)
	}
	defer log.Close()
	data := r.path("build", "bin", "demo")
	cmd := r.command(context.WithoutCancel(ctx), window, "--data", data, "--demo") // it outlives this task
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("open the window: %w", err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	up := time.NewTicker(100 * time.Millisecond)
	defer up.Stop()
	for limit := time.After(30 * time.Second); ; {
		select {
		case <-ctx.Done():
			return errors.Join(ctx.Err(), cmd.Process.Kill())
		case err := <-ended:
			if err != nil {
				text, _ := os.ReadFile(log.Name()) // as much as there is
				return fmt.Errorf("the window did not open: %w\n%s", err, text)
			}
			r.printf("The window was open on this folder already, and is in front now.\n")
			return nil
		case <-limit:
			return fmt.Errorf("the window did not open in 30 s; it says more in %s", log.Name())
		case <-up.C:
			if _, err := os.Stat(filepath.Join(data, "window", "address.json")); err == nil {
				r.printf("The window is open on the examples. Open it again: %s --data %s\n", window, data)
				return nil
			}
		}
	}
}

// freshPage builds the page unless the one that is there was built from the same source.
func (r *runner) freshPage(ctx context.Context) error {
	sum, err := r.pageSum()
	if err != nil {
		return err
	}
	mark := r.path("build", "bin", "page.sum")
	if have, err := os.ReadFile(mark); err == nil && string(have) == sum && r.has("frontend/dist/index.html") {
		return nil
	}
	if err := r.buildPage(ctx); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(mark), 0o755); err != nil {
		return fmt.Errorf("note what the page was built from: %w", err)
	}
	if err := os.WriteFile(mark, []byte(sum), 0o644); err != nil {
		return fmt.Errorf("note what the page was built from: %w", err)
	}
	return nil
}

// pageSum is a checksum of everything the page is built from.
func (r *runner) pageSum() (string, error) {
	made := []string{"dist", "node_modules", "e2e", "bench", "test-results", "playwright-report", filepath.Join("src", "lib", "paraglide")}
	sum := sha256.New()
	top := r.path(pageFolder)
	err := filepath.WalkDir(top, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(top, path)
		if err != nil {
			return err
		}
		switch {
		case e.IsDir() && slices.Contains(made, name):
			return filepath.SkipDir
		case !e.Type().IsRegular():
			return nil
		}
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		fmt.Fprintf(sum, "%s\x00", filepath.ToSlash(name))
		_, err = io.Copy(sum, f)
		return errors.Join(err, f.Close())
	})
	if err != nil {
		return "", fmt.Errorf("look at the source of the page: %w", err)
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// executable is the file name of a program on a system.
func executable(name, goos string) string {
	if goos == "windows" {
		return name + ".exe"
	}
	return name
}
