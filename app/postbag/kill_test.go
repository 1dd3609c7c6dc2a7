package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"
)

// person runs the built program on one data folder.
type person struct {
	t    *testing.T
	data string
}

// run runs postbag until ctx ends, which kills it, and returns its output and exit status: -1 if
// it was killed.
func (p person) run(ctx context.Context, args ...string) ([]byte, int) {
	p.t.Helper()
	cmd := exec.CommandContext(ctx, "postbag", append(args, "--json")...) //nolint:gosec // the test's own
	cmd.Env = append(os.Environ(), "POSTBAG_DATA="+p.data, "POSTBAG_PASSPHRASE="+passphrase)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	if exit, ok := errors.AsType[*exec.ExitError](err); err != nil && !ok {
		p.t.Fatalf("postbag %s: %v", args[0], err)
	} else if ok && exit.ExitCode() >= 0 && out.Len() == 0 {
		p.t.Fatalf("postbag %s ended with %d and no JSON: %s", args[0], exit.ExitCode(), errs.Bytes())
	}
	return out.Bytes(), cmd.ProcessState.ExitCode()
}

// must runs postbag to its end and reads its JSON.
func (p person) must(into any, want int, args ...string) {
	p.t.Helper()
	out, status := p.run(p.t.Context(), args...)
	if status != want {
		p.t.Fatalf("postbag %v ended with %d, want %d: %s", args, status, want, out)
	}
	if err := json.Unmarshal(out, into); err != nil {
		p.t.Fatalf("postbag %v: %v: %s", args, err, out)
	}
}

// live returns the texts that are live in the local feed.
func (p person) live() []string {
	p.t.Helper()
	var feed feedJSON
	p.must(&feed, exitDone, "feed")
	b, err := os.ReadFile(feed.JSON)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	var document struct {
		Items []struct {
			Text string `json:"content_text"`
		}
	}
	if err := errors.Join(err, json.Unmarshal(b, &document)); err != nil {
		p.t.Fatal(err)
	}
	list := []string{}
	for _, i := range document.Items {
		list = append(list, i.Text)
	}
	slices.Sort(list)
	return list
}

func TestAKilledQueueLosesNothingAndDoublesNothing(t *testing.T) {
	t.Parallel()
	const posts, kills = 50, 40
	p := person{t: t, data: filepath.Join(t.TempDir(), "data")}
	var feed feedJSON
	p.must(&feed, exitDone, "feed")
	for i := range posts {
		var added addedJSON
		p.must(&added, exitDone, "post", "add", "--text", fmt.Sprintf("post %02d", i), "--to", "feed", "--now")
	}
	died := 0
	for range kills {
		moment := time.Duration(60+rand.IntN(150)) * time.Millisecond
		ctx, cancel := context.WithTimeout(t.Context(), moment)
		_, status := p.run(ctx, "queue", "run", "--until-idle")
		cancel()
		if status == -1 {
			died++
		}
		if texts := p.live(); len(slices.Compact(slices.Clone(texts))) != len(texts) {
			t.Fatalf("something is live twice: %q", texts)
		}
	}
	out, _ := p.run(t.Context(), "queue", "run", "--until-idle")

	// Each post is live exactly once, or in doubt and not sent again by a guess.
	var list []deliveryJSON
	p.must(&list, exitDone, "queue", "list")
	states := map[string][]string{}
	for _, d := range list {
		states[d.State] = append(states[d.State], d.Text)
	}
	live := p.live()
	if len(slices.Compact(slices.Clone(live))) != len(live) {
		t.Errorf("something is live twice: %q", live)
	}
	for _, text := range states["published"] {
		if !slices.Contains(live, text) {
			t.Errorf("%q is called published and is not live", text)
		}
	}
	if n := len(states["published"]) + len(states["unknown"]); n != posts {
		t.Errorf("%d published or in doubt, want %d: %v; the last run said %s", n, posts, states, out)
	}
	for _, text := range live {
		if !slices.Contains(states["published"], text) && !slices.Contains(states["unknown"], text) {
			t.Errorf("%q is live and nobody knows", text)
		}
	}
	if died == 0 {
		t.Error("no run was killed")
	}
	t.Logf("%d runs, %d killed; %d published, %d in doubt; 0 lost, 0 doubled", kills, died, len(states["published"]), len(states["unknown"]))
}

func TestAnImportThatWasKilledGoesOn(t *testing.T) {
	t.Parallel()
	p := person{t: t, data: filepath.Join(t.TempDir(), "data")}
	photos := t.TempDir()
	const pictures = 12
	for i := range pictures {
		name := fmt.Sprintf("%02d.jpg", i)
		if err := os.WriteFile(filepath.Join(photos, name), painted(name, 900, 700), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for range 6 {
		ctx, cancel := context.WithTimeout(t.Context(), time.Duration(50+rand.IntN(300))*time.Millisecond)
		p.run(ctx, "asset", "import", photos)
		cancel()
	}
	var got importJSON
	p.must(&got, exitDone, "asset", "import", photos)
	if got.Imported+got.Duplicates != pictures || len(got.Failed) > 0 {
		t.Errorf("imported %d, known %d, failed %v", got.Imported, got.Duplicates, got.Failed)
	}
	var page assetPageJSON
	p.must(&page, exitDone, "asset", "list")
	if len(page.Assets) != pictures {
		t.Errorf("the library has %d pictures, want %d", len(page.Assets), pictures)
	}
	var health doctorJSON
	p.must(&health, exitDone, "doctor")
}

func TestADiskThatFillsLosesNothing(t *testing.T) {
	t.Parallel()
	p := person{t: t, data: filepath.Join(smallDisk(t, "6m"), "data")}
	photos := t.TempDir()
	noise := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // pictures that do not compress
	for i := range 8 {
		b := painted("x.jpg", 64, 64)
		tail := make([]byte, 1<<20) // after the end of the picture, where decoders do not look
		for j := range tail {
			tail[j] = byte(noise.Uint32())
		}
		if err := os.WriteFile(filepath.Join(photos, fmt.Sprintf("%d.jpg", i)), append(b, tail...), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var wrong jsonError
	p.must(&wrong, exitFailed, "asset", "import", photos)
	full(t, wrong)

	// What the library has is whole, and posts can be read.
	var page assetPageJSON
	p.must(&page, exitDone, "asset", "list")
	if len(page.Assets) == 0 || len(page.Assets) >= 8 {
		t.Errorf("the library has %d pictures", len(page.Assets))
	}
	p.whole()

	// A backup that does not fit leaves nothing behind.
	other := smallDisk(t, "1m")
	p.must(&wrong, exitFailed, "backup", filepath.Join(other, "all.tar"))
	full(t, wrong)
	if left, err := os.ReadDir(other); err != nil || len(left) > 0 {
		t.Errorf("%v is left of the backup: %v", left, err)
	}
}

func TestADiskThatFillsWhileSavingKeepsEveryPostItAccepted(t *testing.T) {
	t.Parallel()
	p := person{t: t, data: filepath.Join(smallDisk(t, "5m"), "data")}
	var wrong jsonError
	text := filepath.Join(t.TempDir(), "text")
	if err := os.WriteFile(text, bytes.Repeat([]byte("words "), 30_000), 0o600); err != nil {
		t.Fatal(err)
	}
	saved := 0
	for ; saved < 200; saved++ {
		out, status := p.run(t.Context(), "post", "add", "--text-file", text, "--draft")
		if status == exitDone {
			continue
		}
		if err := json.Unmarshal(out, &wrong); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		full(t, wrong)
		break
	}
	if saved == 0 || saved == 200 {
		t.Fatalf("the disk took %d posts before it was full", saved)
	}
	var posts []postJSON
	p.must(&posts, exitDone, "post", "list", "--limit", "500")
	if len(posts) != saved {
		t.Errorf("%d posts are there, %d were accepted", len(posts), saved)
	}
	p.whole()
}

// whole wants a doctor who finds the database and the pictures as they should be.
func (p person) whole() {
	p.t.Helper()
	var health doctorJSON
	p.must(&health, exitFailed, "doctor") // there is little space, which it says
	for _, c := range health.Checks {
		if !c.OK && c.Name != "space" {
			p.t.Errorf("%s: %s", c.Name, c.Message)
		}
	}
}

func full(t *testing.T, e jsonError) {
	t.Helper()
	if e.Error.Code != "disk_full" || e.Error.Safe == "" || len(e.Error.Actions) == 0 {
		t.Errorf("a full disk is told as %+v", e.Error)
	}
}

// smallDisk mounts a disk in memory for the length of a test.
func smallDisk(t *testing.T, size string) string {
	t.Helper()
	if runtime.GOOS != "linux" || os.Getuid() != 0 {
		t.Skip("mounting a small disk needs Linux and root")
	}
	dir := t.TempDir()
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size="+size, "tmpfs", dir).CombinedOutput(); err != nil {
		t.Skipf("this machine does not let a test mount a disk: %v %s", err, out)
	}
	t.Cleanup(func() {
		if out, err := exec.Command("umount", dir).CombinedOutput(); err != nil {
			t.Errorf("unmount: %v %s", err, out)
		}
	})
	return dir
}
