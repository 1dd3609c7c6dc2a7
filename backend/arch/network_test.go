package arch

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestAddingANetworkTouchesOneFolderAndOneLine does what the README says to whoever adds a
// network, in a copy of the project: copies the practice network under a new name and adds it
// to the list. Everything must build, hold these rules and pass the new network's suite, and
// the program must offer it, with no other file changed.
func TestAddingANetworkTouchesOneFolderAndOneLine(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a copy of the whole project")
	}
	const added = "planted"
	top := t.TempDir()
	for _, name := range files(t) {
		put(t, filepath.Join(top, filepath.FromSlash(name)), read(t, name))
	}

	// One folder.
	from := "backend/networks/practice/"
	copied := 0
	for _, name := range files(t) {
		rest, ok := strings.CutPrefix(name, from)
		if !ok {
			continue
		}
		copied++
		source := bytes.ReplaceAll(read(t, name), []byte("practice"), []byte(added))
		source = bytes.ReplaceAll(source, []byte("Practice"), []byte("Planted"))
		put(t, filepath.Join(top, "backend", "networks", added, strings.ReplaceAll(rest, "practice", added)), source)
	}
	if copied == 0 {
		t.Fatal("there is no practice network to begin with")
	}

	// One line, and the import that goes with it.
	list := filepath.Join(top, "backend", "networks", "all", "all.go")
	source, err := os.ReadFile(list)
	if err != nil {
		t.Fatal(err)
	}
	for _, pattern := range []string{`(?m)^\s*"postbag/backend/networks/practice"\n`, `(?m)^\s*practice\.New\(.*\),\n`} {
		line := regexp.MustCompile(pattern).Find(source)
		if line == nil {
			t.Fatalf("no line like %s in the list of networks", pattern)
		}
		source = bytes.Replace(source, line, slices.Concat(line, bytes.ReplaceAll(line, []byte("practice"), []byte(added))), 1)
	}
	put(t, list, source)

	run := func(args ...string) string {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), "go", args...)
		cmd.Dir = top
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("go %s: %v\n%s%s", strings.Join(args, " "), err, out, stderr.Bytes())
		}
		return string(out)
	}
	run("build", "./...")
	run("vet", "./backend/networks/...")
	run("test", "-run", "^(TestEveryPackageImports|TestNothingOutside|TestNoStatement|TestNoPackageKeeps)", "./backend/arch")
	run("test", "./backend/networks/all", "./backend/networks/"+added)

	var offered []struct{ ID string }
	if err := json.Unmarshal([]byte(run("run", "./app/postbag", "networks", "--json", "--data", filepath.Join(t.TempDir(), "data"))), &offered); err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(offered, func(n struct{ ID string }) bool { return n.ID == added }) {
		t.Errorf("the program does not offer the added network: %v", offered)
	}
}

func put(t *testing.T, name string, data []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, data, 0o644); err != nil {
		t.Fatal(err)
	}
}
