package kernels_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
)

// What is built is what these commands write: the files of a package differ from the output in the first line
// alone, which has the arguments.
func TestThePackagesHaveTheseKernels(t *testing.T) {
	for _, name := range []string{"resample", "jpegenc", "jpegdec"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			kept, dir := filepath.Join("..", "..", "backend", "render", name), t.TempDir()
			source, err := os.ReadFile(filepath.Join(kept, "vector_amd64.go"))
			if err != nil {
				t.Fatal(err)
			}
			files := regexp.MustCompile(`kernels?_amd64\.(s|go)`).FindAllString(string(source), -1)
			if len(files) != 2 {
				t.Fatalf("go:generate writes %q", files)
			}
			args := []string{"run", "./" + name, "-pkg", name, "-out", filepath.Join(dir, files[0]), "-stubs", filepath.Join(dir, files[1])}
			if out, err := exec.CommandContext(t.Context(), "go", args...).CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			for _, file := range files {
				var texts [2][]byte
				for i, in := range []string{dir, kept} {
					text, err := os.ReadFile(filepath.Join(in, file))
					if err != nil {
						t.Fatal(err)
					}
					_, texts[i], _ = bytes.Cut(text, []byte("\n"))
				}
				if len(texts[0]) == 0 || !bytes.Equal(texts[0], texts[1]) {
					t.Errorf("%s is not what this command writes: run go generate ./backend/render/%s", file, name)
				}
			}
		})
	}
}
