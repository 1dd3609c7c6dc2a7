package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// What is built is what this command writes: the files of the package differ from its output in
// the first line alone, which has the arguments.
func TestThePackageHasTheseKernels(t *testing.T) {
	dir := t.TempDir()
	const kept = "../../../backend/render/resample"
	made := map[string]string{"-out": "kernels_amd64.s", "-stubs": "kernels_amd64.go"}
	args := []string{"run", ".", "-pkg", "resample"}
	for flag, name := range made {
		args = append(args, flag, filepath.Join(dir, name))
	}
	if out, err := exec.Command("go", args...).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, name := range made {
		var texts [2][]byte
		for i, in := range []string{dir, kept} {
			text, err := os.ReadFile(filepath.Join(in, name))
			if err != nil {
				t.Fatal(err)
			}
			_, texts[i], _ = bytes.Cut(text, []byte("\n"))
		}
		if len(texts[0]) == 0 || !bytes.Equal(texts[0], texts[1]) {
			t.Errorf("%s is not what this command writes: run go generate in backend/render/resample", name)
		}
	}
}
