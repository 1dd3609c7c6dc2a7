package filecall

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"postbag/backend/network"
)

const (
	dieRoot  = "POSTBAG_TEST_CHANNELS"
	diePoint = "POSTBAG_TEST_DIE_AT"
	ofASet   = 4 // files in the set of these tests
)

// crashSet writes the same words into every file, so that a mixture shows.
func crashSet(words string) network.Request {
	var files []network.FilePut
	for i := range ofASet {
		files = append(files, network.FilePut{Path: fmt.Sprintf("d%d/f%d.txt", i%2, i), Body: text(words)})
	}
	return set(files...)
}

// TestDying is the process that is killed by the test below; alone it does nothing but write.
func TestDying(t *testing.T) {
	root := os.Getenv(dieRoot)
	if root == "" {
		root = t.TempDir()
	}
	c, err := New(root, nil)
	if err != nil {
		t.Fatal(err)
	}
	c.fault = func(point string) error {
		if point != os.Getenv(diePoint) {
			return nil
		}
		self, err := os.FindProcess(os.Getpid())
		if err != nil {
			return err
		}
		if err := self.Kill(); err != nil { // nothing is flushed, deferred or told
			return err
		}
		select {} // until the kill arrives
	}
	reply, err := c.Send(t.Context(), crashSet("after"), func() error { return nil })
	if err != nil || !reply.OK() {
		t.Fatalf("%d, %v", reply.Status, err)
	}
}

// TestAKilledWriterLeavesTheStateBeforeOrAfter kills a process at every point of a PUT. The
// last file is the one that counts: it is as before until its own rename, and it is never new
// while another file is old.
func TestAKilledWriterLeavesTheStateBeforeOrAfter(t *testing.T) {
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	points := []string{"before intent", "renamed"}
	for i := range ofASet {
		points = append(points, fmt.Sprintf("stage %d", i), fmt.Sprintf("rename %d", i))
	}
	for _, point := range points {
		t.Run(point, func(t *testing.T) {
			c, _ := newCarrier(t)
			send(t, c, crashSet("before"))
			child := exec.CommandContext(t.Context(), program, "-test.run=^TestDying$")
			child.Env = append(os.Environ(), dieRoot+"="+c.root, diePoint+"="+point)
			if out, err := child.CombinedOutput(); err == nil {
				t.Fatalf("the process was not killed: %s", out)
			}
			after := 0
			for i := range ofASet {
				reply, _ := send(t, c, get(fmt.Sprintf("d%d/f%d.txt", i%2, i)))
				if body := string(reply.Body); body != "before" && body != "after" {
					t.Errorf("file %d is %q", i, body)
				}
				if string(reply.Body) == "after" {
					after++
				}
			}
			want := 0
			if n, renaming := strings.CutPrefix(point, "rename "); renaming {
				_, err := fmt.Sscan(n, &want)
				if err != nil {
					t.Fatal(err)
				}
			} else if point == "renamed" {
				want = ofASet
			}
			if after != want {
				t.Errorf("%d files are new, want the first %d", after, want)
			}
			if reply, _ := send(t, c, crashSet("again")); reply.Status != 200 {
				t.Errorf("the next writer is answered %d", reply.Status)
			}
		})
	}
}
