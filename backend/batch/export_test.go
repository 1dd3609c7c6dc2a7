package batch

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"postbag/backend/render"
)

func TestTheSameExportAgainMakesOnlyWhatIsMissingOrOutOfDate(t *testing.T) {
	b := newBench(t)
	sources := []Source{b.photo("a.jpg", 120, 90, 1), b.photo("b.png", 120, 90, 2), b.photo("c.jpg", 30, 30, 3), b.photo("d.jpg", 120, 90, 4)}
	first := b.run(sources, Options{Resume: true})
	b.wantCounts(first, "8 made, 0 there")
	before := b.files(b.out)
	old := time.Now().Add(-time.Hour).Truncate(time.Second)
	for name := range before {
		b.must(os.Chtimes(filepath.Join(b.out, name), old, old))
	}

	again := b.run(sources, Options{Resume: true})
	b.wantCounts(again, "0 made, 8 there")
	for i, f := range again.Files {
		f.There = false
		if f != first.Files[i] {
			t.Errorf("%+v was %+v", f, first.Files[i])
		}
		if info, err := os.Stat(f.Path); err != nil || !info.ModTime().Equal(old) {
			t.Errorf("%s was touched: %v", f.Path, err)
		}
	}

	// One is gone, one picture is another, one size is asked for otherwise.
	b.must(os.Remove(filepath.Join(b.out, "b-square.jpg")))
	sources[0] = b.photo("a.jpg", 120, 90, 9)
	sources[3].Focus = &render.Point{X: 0, Y: 0}
	third := b.run(sources, Options{Resume: true})
	b.wantCounts(third, "4 made, 4 there")
	b.wantNames(b.out, "a-square.jpg", "a-set-small.jpg", "b-square.jpg", "b-set-small.jpg", "c-square.jpg", "c-set-small.jpg", "d-square.jpg", "d-set-small.jpg")
	after := b.files(b.out)
	if after["a-square.jpg"] == before["a-square.jpg"] || after["b-square.jpg"] != before["b-square.jpg"] {
		t.Error("the picture that changed was not made again, or the one that is the same came out otherwise")
	}
	b.wantCounts(b.run(sources, Options{Resume: true, Quality: 50}), "6 made, 2 there") // the passed original has no quality
	b.wantCounts(b.run(sources, Options{Resume: true, Quality: 50}), "0 made, 8 there")
}

func TestAFileThatWasNotMadeHereIsNeverWrittenOver(t *testing.T) {
	b := newBench(t)
	sources := []Source{b.photo("a.jpg", 120, 90, 1)}
	b.must(os.MkdirAll(b.out, 0o755))
	mine := filepath.Join(b.out, "a-square.jpg")
	b.must(os.WriteFile(mine, []byte("my own"), 0o600))
	b.must(os.Mkdir(filepath.Join(b.out, "a-set-small.jpg"), 0o755))
	r := b.run(sources, Options{Resume: true})
	b.wantNames(b.out, "a-square.jpg", "a-square-2.jpg", "a-set-small-2.jpg")
	b.wantCounts(r, "2 made, 0 there")
	b.wantCounts(b.run(sources, Options{Resume: true}), "0 made, 2 there")

	// Nor one that was made here and worked on since, whatever its size.
	made := filepath.Join(b.out, "a-square-2.jpg")
	data, err := os.ReadFile(made)
	b.must(err)
	data[len(data)-1] ^= 1
	b.must(os.WriteFile(made, data, 0o600))
	changed := []Source{b.photo("a.jpg", 120, 90, 2)}
	b.run(changed, Options{Resume: true})
	b.wantNames(b.out, "a-square.jpg", "a-square-2.jpg", "a-square-3.jpg", "a-set-small-2.jpg")
	got := b.files(b.out)
	if got["a-square.jpg"] != "my own" || got["a-square-2.jpg"] != string(data) {
		t.Error("somebody's own file was written over")
	}
	b.wantCounts(b.run(changed, Options{Resume: true}), "0 made, 2 there")

	// Nor what was made of another picture of that name.
	other := []Source{b.photo("elsewhere/a.jpg", 90, 120, 7)}
	r = b.run(other, Options{Resume: true})
	b.wantNames(b.out, "a-square.jpg", "a-square-2.jpg", "a-square-3.jpg", "a-square-4.jpg", "a-set-small-2.jpg", "a-set-small-3.jpg")
	b.wantCounts(r, "2 made, 0 there")
	b.wantCounts(b.run(append(other, changed...), Options{Resume: true}), "0 made, 4 there")

	// Nor a picture it is made of.
	b.must(os.WriteFile(filepath.Join(b.photos, "a-square.jpg"), data, 0o600))
	r, err = Run(t.Context(), b.engine, []Source{changed[0], File(filepath.Join(b.photos, "a-square.jpg"))}, sizesOf(t, twoSizes), Options{Out: b.photos, Resume: true}, nil)
	if err != nil || len(r.Failed) != 1 || !errors.Is(r.Failed[0].Err, ErrOverwrite) {
		t.Errorf("%+v, %v", r.Failed, err)
	}
}

func TestAnExportWithoutItsListKnowsItsFilesByTheirContent(t *testing.T) {
	b := newBench(t)
	sources := []Source{b.photo("a.jpg", 120, 90, 1), b.photo("b.jpg", 120, 90, 2)}
	b.run(sources, Options{Resume: true})
	list := filepath.Join(b.out, BookName)
	data, err := os.ReadFile(list)
	b.must(err)
	if strings.Contains(string(data), b.photos) {
		t.Errorf("the list tells paths of this machine:\n%s", data)
	}
	for name, damage := range map[string]func() error{
		"gone": func() error { return os.Remove(list) },
		"cut":  func() error { return os.WriteFile(list, data[:len(data)-40], 0o600) },
		"wild": func() error {
			return os.WriteFile(list, []byte(bookHead+"\n"+`{"file":"../../x","source":"1"}`+"\nnonsense\n\n"+strings.Repeat("x", mostLine+1)+"\n"), 0o600)
		},
	} {
		b.must(damage())
		r := b.run(sources, Options{Resume: true})
		if len(r.Files) != 4 || counts(r) != "0 made, 4 there" {
			t.Errorf("%s: %s", name, counts(r))
		}
		b.wantNames(b.out, "a-square.jpg", "a-set-small.jpg", "b-square.jpg", "b-set-small.jpg")
		if again, err := os.ReadFile(list); err != nil || strings.Count(string(again), "\n") != 5 {
			t.Errorf("%s: the list was not mended: %q, %v", name, again, err)
		}
	}
	for _, wrong := range []string{`{"postbag":"export","version":2}`, "my notes"} {
		b.must(os.WriteFile(list, []byte(wrong+"\n"), 0o600))
		if _, err := Run(t.Context(), b.engine, sources, sizesOf(t, twoSizes), Options{Resume: true, Out: b.out}, nil); !errors.Is(err, ErrBook) {
			t.Errorf("%s: %v", wrong, err)
		}
		if left, _ := os.ReadFile(list); string(left) != wrong+"\n" {
			t.Errorf("a list that is not ours was changed: %q", left)
		}
	}
}

func TestTheListStaysShortOverManyExports(t *testing.T) {
	b := newBench(t)
	for i := range 130 {
		b.run([]Source{b.photo("a.jpg", 20, 20, i)}, Options{Resume: true})
	}
	data, err := os.ReadFile(filepath.Join(b.out, BookName))
	b.must(err)
	if lines := strings.Count(string(data), "\n"); lines > 110 {
		t.Errorf("%d lines for two files", lines)
	}
	b.wantNames(b.out, "a-square.jpg", "a-set-small.jpg")
}

func TestAPatternMakesFoldersAndNumbers(t *testing.T) {
	b := newBench(t)
	sources := []Source{b.photo("a.jpg", 120, 90, 1), b.photo("b.jpg", 120, 90, 2)}
	sources[0].Tag, sources[0].Date = "sea", time.Date(2026, 7, 1, 23, 0, 0, 0, time.UTC)
	r := b.run(sources, Options{Resume: true, Pattern: b.pattern("{tag}/{date}/{n:2} {preset}")})
	b.wantNames(b.out, "sea/2026-07-01/01 square.jpg", "sea/2026-07-01/01 set-small.jpg", "02 square.jpg", "02 set-small.jpg")
	if r.Files[0].Path != filepath.Join(b.out, "sea", "2026-07-01", "01 square.jpg") {
		t.Errorf("%+v", r.Files[0])
	}
}

func TestNothingIsWrittenThroughALinkToElsewhere(t *testing.T) {
	b := newBench(t)
	elsewhere := t.TempDir()
	b.must(os.MkdirAll(b.out, 0o755))
	b.must(os.WriteFile(filepath.Join(b.out, "set-small"), []byte("a file"), 0o600))
	if err := os.Symlink(elsewhere, filepath.Join(b.out, "square")); err != nil {
		t.Skip(err)
	}
	r, err := Run(t.Context(), b.engine, []Source{b.photo("a.jpg", 120, 90, 1)}, sizesOf(t, twoSizes), Options{Resume: true, Out: b.out, Pattern: b.pattern("{preset}/{name}")}, nil)
	if err != nil || len(r.Failed) != 2 || !errors.Is(r.Failed[0].Err, ErrTaken) || !errors.Is(r.Failed[1].Err, ErrTaken) {
		t.Errorf("%+v, %v", r, err)
	}
	b.wantNames(elsewhere)
}

func TestAStoppedExportKeepsWhatItMadeAndGoesOn(t *testing.T) {
	b := newBench(t)
	var sources []Source
	for i := range 6 {
		sources = append(sources, b.photo(string(rune('a'+i))+".jpg", 120, 90, i))
	}
	ctx, stop := context.WithCancel(t.Context())
	r, err := Run(ctx, b.engine, sources, sizesOf(t, twoSizes), Options{Resume: true, Out: b.out, Jobs: 1, Sheet: &Sheet{}}, func(done, _ int) {
		if done == 2 {
			stop()
		}
	})
	if !errors.Is(err, context.Canceled) || len(r.Files) < 4 || len(r.Files) == 12 || r.Sheet != "" {
		t.Fatalf("%d files, %v", len(r.Files), err)
	}
	made := len(r.Files)
	if got := len(b.files(b.out)); got != made {
		t.Errorf("%d files are there of %d made", got, made)
	}
	b.wantCounts(b.run(sources, Options{Resume: true}), fmt.Sprintf("%d made, %d there", 12-made, made))
}
