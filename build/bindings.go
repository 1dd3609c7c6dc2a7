package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// bindingsFolder is where the page finds the services: written by the window library, checked in
// so that the page can be checked without it, and never edited.
const bindingsFolder = "frontend/wailsjs"

// runBindings is the task `bindings`: it writes the page's TypeScript description of the services
// anew. With -check it changes nothing and fails where that would change something.
func runBindings(ctx context.Context, r *runner, args []string) error {
	flags := flag.NewFlagSet("bindings", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	only := flags.Bool("check", false, "")
	if err := flags.Parse(args); err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("%w: bindings takes no arguments but -check", errUsage)
	}
	changed, err := r.bindings(ctx, !*only)
	switch {
	case err != nil:
		return err
	case *only && len(changed) > 0:
		return fmt.Errorf("the page does not know the services as they are (%s); run: go run ./build bindings", strings.Join(changed, ", "))
	case len(changed) == 0:
		r.printf("%s is up to date.\n", bindingsFolder)
	}
	for _, name := range changed {
		r.printf("   %s/%s\n", bindingsFolder, name)
	}
	return nil
}

// bindings generates the bindings in a folder aside and, with write, brings those that differ
// over, so that what watches the page's files sees no more change than there is. It returns what
// differs, by name below the folder of bindings.
func (r *runner) bindings(ctx context.Context, write bool) (changed []string, err error) {
	work, err := os.MkdirTemp("", "postbag-bindings-")
	if err != nil {
		return nil, fmt.Errorf("make a working folder: %w", err)
	}
	defer os.RemoveAll(work)
	project, err := os.ReadFile(r.path("wails.json"))
	if err != nil {
		return nil, fmt.Errorf("read the window's description: %w", err)
	}
	if err := os.WriteFile(filepath.Join(work, "wails.json"), project, 0o600); err != nil {
		return nil, fmt.Errorf("copy the window's description: %w", err)
	}
	program := filepath.Join(work, "bindings.exe") // any system starts it by this name
	build := r.command(ctx, "go", "build", "-tags", "bindings", "-o", program, ".")
	build.Env = append(build.Env, "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("build the program that knows the services: %w\n%s", err, out)
	}
	generate := r.command(ctx, program)
	generate.Dir = work
	generate.Env = append(generate.Env, "tsoutputtype=interfaces")
	if out, err := generate.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("describe the services: %w\n%s", err, out)
	}
	made, err := contents(filepath.Join(work, "frontend", "wailsjs"))
	if err != nil {
		return nil, err
	}
	if len(made) == 0 {
		return nil, errors.New("describe the services: nothing was written")
	}
	folder := r.path(filepath.FromSlash(bindingsFolder))
	there, err := contents(folder)
	if err != nil {
		return nil, err
	}
	for name, data := range made {
		if old, ok := there[name]; ok && bytes.Equal(old, data) {
			continue
		}
		changed = append(changed, name)
		if write {
			if err := writeBeside(filepath.Join(folder, filepath.FromSlash(name)), data); err != nil {
				return changed, err
			}
		}
	}
	for name := range there {
		if _, ok := made[name]; ok {
			continue
		}
		changed = append(changed, name)
		if write {
			if err := os.Remove(filepath.Join(folder, filepath.FromSlash(name))); err != nil {
				return changed, fmt.Errorf("remove old bindings: %w", err)
			}
		}
	}
	slices.Sort(changed)
	return changed, nil
}

// contents returns every file below a folder by its name with slashes; none if there is no
// folder. Line ends are those of Linux everywhere, and no line ends in blanks.
func contents(folder string) (map[string][]byte, error) {
	files := map[string][]byte{}
	err := filepath.WalkDir(folder, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(folder, path)
		if err != nil {
			return err
		}
		lines := strings.Split(strings.ReplaceAll(string(data), "\r\n", "\n"), "\n")
		for i := range lines {
			lines[i] = strings.TrimRight(lines[i], " \t")
		}
		files[filepath.ToSlash(name)] = []byte(strings.TrimRight(strings.Join(lines, "\n"), "\n") + "\n")
		return nil
	})
	if errors.Is(err, fs.ErrNotExist) {
		return files, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the bindings: %w", err)
	}
	return files, nil
}

// writeBeside writes a file in one step: whoever reads it meanwhile sees the old one or the new.
func writeBeside(path string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("write the bindings: %w", err)
	}
	beside := path + ".new"
	if err := os.WriteFile(beside, data, 0o644); err != nil {
		return fmt.Errorf("write the bindings: %w", err)
	}
	if err := os.Rename(beside, path); err != nil {
		os.Remove(beside)
		return fmt.Errorf("write the bindings: %w", err)
	}
	return nil
}
