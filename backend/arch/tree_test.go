package arch

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// module is the path of the module, which every package of ours begins with.
const module = "postbag"

// root returns the top folder of the module.
func root(t testing.TB) string {
	t.Helper()
	dir, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "go.mod")); err != nil {
		t.Fatalf("this test must run from its own folder: %v", err)
	}
	return dir
}

// pkg is what `go list` says of a package.
type pkg struct {
	ImportPath string
	Imports    []string // by files that are not tests
	Deps       []string // everything reached, at any depth
	Module     *struct{ Main bool }
	Standard   bool
}

// name is the import path without the module: "backend/queue", "" for the top folder.
func (p pkg) name() string {
	return strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, module), "/")
}

// packages returns the packages of the module as they would be built for a system.
func packages(t testing.TB, goos string) []pkg {
	t.Helper()
	cmd := exec.Command("go", "list", "-e", "-json=ImportPath,Imports,Deps,Module,Standard", "./...")
	cmd.Dir = root(t)
	cmd.Env = append(os.Environ(), "GOOS="+goos, "CGO_ENABLED=0")
	out, err := cmd.Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			t.Fatalf("go list: %v\n%s", err, exit.Stderr)
		}
		t.Fatalf("go list: %v", err)
	}
	var list []pkg
	decoder := json.NewDecoder(bytes.NewReader(out))
	for {
		var p pkg
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatalf("go list: %v", err)
		}
		list = append(list, p)
	}
	if len(list) < 5 {
		t.Fatalf("go list found only %d packages", len(list))
	}
	return list
}

// files returns the path of every file of the project, with slashes, from the top folder: what
// git tracks and what it would add. In a copy without git it walks the folders instead.
func files(t testing.TB) []string {
	t.Helper()
	dir := root(t)
	var list []string
	if _, err := os.Stat(filepath.Join(dir, ".git")); err == nil {
		cmd := exec.Command("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
		cmd.Dir = dir
		if out, err := cmd.Output(); err == nil {
			for name := range strings.SplitSeq(string(out), "\x00") {
				if info, err := os.Lstat(filepath.Join(dir, name)); name != "" && err == nil && info.Mode().IsRegular() {
					list = append(list, name)
				}
			}
			slices.Sort(list)
			return slices.Compact(list)
		}
	}
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, name)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		if d.IsDir() {
			if rel == "build/bin" || d.Name() == ".git" || d.Name() == "node_modules" {
				return fs.SkipDir
			}
			return nil
		}
		if d.Type().IsRegular() {
			list = append(list, rel)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// goFiles returns the Go files of the project that a build can use; testdata is left out.
func goFiles(t testing.TB) []string {
	t.Helper()
	var list []string
	for _, name := range files(t) {
		if path.Ext(name) == ".go" && !slices.Contains(strings.Split(name, "/"), "testdata") {
			list = append(list, name)
		}
	}
	if len(list) == 0 {
		t.Fatal("no Go files found")
	}
	return list
}

// read returns what a file of the project holds.
func read(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(root(t), filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func isTest(name string) bool { return strings.HasSuffix(name, "_test.go") }
