package kernels_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// What is built is what these commands write: the files of a package differ from the output in the first line
// alone, which has the arguments.
func TestThePackagesHaveTheseKernels(t *testing.T) {
	for name, files := range map[string]int{"resample": 2, "jpegenc": 3, "jpegdec": 3} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			kept, dir := filepath.Join("..", "..", "backend", "render", name), t.TempDir()
			for _, command := range commands(t, kept) {
				args := strings.Fields(strings.ReplaceAll(command, "../../backend/render/"+name, dir))
				if out, err := exec.CommandContext(t.Context(), "go", append([]string{"run"}, args...)...).CombinedOutput(); err != nil {
					t.Fatalf("%v: %v\n%s", args, err, out)
				}
			}
			made, err := os.ReadDir(dir)
			if err != nil || len(made) != files {
				t.Fatalf("%d files are written, %v", len(made), err)
			}
			for _, file := range made {
				if want, got := body(t, filepath.Join(dir, file.Name())), body(t, filepath.Join(kept, file.Name())); len(want) < 200 || !bytes.Equal(want, got) {
					t.Errorf("%s is not what its command writes: run go generate ./backend/render/%s", file.Name(), name)
				}
			}
		})
	}
}

// commands are what go:generate runs here for a package, without "go run" and the folder.
func commands(t *testing.T, dir string) (list []string) {
	t.Helper()
	sources, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, source := range sources {
		text, err := os.ReadFile(source)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			if command, ok := strings.CutPrefix(line, "//go:generate go run -C ../../../build/kernels "); ok {
				list = append(list, command)
			}
		}
	}
	return list
}

// body is a file without its first line.
func body(t *testing.T, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := bytes.Cut(text, []byte("\n"))
	return rest
}
