package batch

import (
	"archive/zip"
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// unpacked reads a zip back, and has unzip look at it where that is installed.
func (b bench) unpacked(path string) map[string]string {
	b.t.Helper()
	z, err := zip.OpenReader(path)
	b.must(err)
	defer func() { _ = z.Close() }()
	out := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		b.must(err)
		data, err := io.ReadAll(r)
		b.must(errors.Join(err, r.Close())) // checks the sum
		if f.Method != zip.Store || f.NonUTF8 || !filepath.IsLocal(f.Name) {
			b.t.Errorf("%+v", f.FileHeader)
		}
		out[f.Name] = string(data)
	}
	if unzip, err := exec.LookPath("unzip"); err == nil {
		if said, err := exec.Command(unzip, "-t", path).CombinedOutput(); err != nil {
			b.t.Errorf("unzip -t: %v\n%s", err, said)
		}
	}
	return out
}

// wantOnly wants nothing else in a folder.
func (b bench) wantOnly(dir string, want ...string) {
	b.t.Helper()
	entries, err := os.ReadDir(dir)
	b.must(err)
	got := []string{}
	for _, e := range entries {
		got = append(got, e.Name())
	}
	if !slices.Equal(got, want) {
		b.t.Errorf("there are %q, want %q", got, want)
	}
}

func TestAZipHoldsWhatAFolderWouldAndIsTheSameEveryTime(t *testing.T) {
	b := newBench(t)
	sources := []Source{b.photo("fjære ☀ 海.jpg", 120, 90, 1), b.photo("b.png", 120, 90, 2)}
	pattern := b.pattern("{preset}/{name}")
	b.run(sources, Options{Pattern: pattern, Sheet: &Sheet{}})
	folder := t.TempDir()
	target := filepath.Join(folder, "all.zip")
	r := b.run(sources, Options{Zip: target, Pattern: pattern, Sheet: &Sheet{}})
	b.wantOnly(folder, "all.zip")
	if r.Zip != target || r.Sheet != "contact-sheet.html" || r.Files[0].Path != "square/fjære ☀ 海.jpg" {
		t.Errorf("%+v", r)
	}
	got, want := b.unpacked(target), b.files(b.out)
	if len(got) != 5 || len(want) != 5 {
		t.Errorf("%d files in the zip, %d in the folder", len(got), len(want))
	}
	for name, data := range want {
		if got[name] != data {
			t.Errorf("%s is not the same in the zip", name)
		}
	}
	first, err := os.ReadFile(target)
	b.must(err)
	b.run(sources, Options{Zip: target, Pattern: pattern, Sheet: &Sheet{}, Jobs: 1}) // ours, so it is made again
	if second, err := os.ReadFile(target); err != nil || !bytes.Equal(first, second) {
		t.Errorf("the same export made other bytes: %v", err)
	}
}

func TestAZipThatIsNotOursIsNotWrittenOver(t *testing.T) {
	b := newBench(t)
	sources := []Source{b.photo("a.jpg", 120, 90, 1)}
	target := filepath.Join(t.TempDir(), "mine.zip")
	var other bytes.Buffer
	z := zip.NewWriter(&other)
	_, err := z.Create("letter.txt")
	b.must(errors.Join(err, z.Close()))
	for _, data := range []string{other.String(), "no zip", ""} {
		b.must(os.WriteFile(target, []byte(data), 0o600))
		r, err := Run(t.Context(), b.engine, sources, sizesOf(t, twoSizes), Options{Zip: target}, nil)
		if left, _ := os.ReadFile(target); !errors.Is(err, ErrTaken) || string(left) != data || r.Zip != "" {
			t.Errorf("%v, %q", err, left)
		}
	}
	b.must(os.Remove(target))
	work := filepath.Join(filepath.Dir(target), ".mine.zip.partial")
	b.must(os.Mkdir(work, 0o755))
	b.must(os.WriteFile(filepath.Join(work, "letter.txt"), nil, 0o600))
	if _, err := Run(t.Context(), b.engine, sources, sizesOf(t, twoSizes), Options{Zip: target}, nil); !errors.Is(err, ErrTaken) {
		t.Errorf("a folder that is not ours: %v", err)
	}
	b.wantNames(work, "letter.txt")
}

func TestAStoppedZipIsNotThereAndGoesOn(t *testing.T) {
	b := newBench(t)
	var sources []Source
	for i := range 6 {
		sources = append(sources, b.photo(fmt.Sprintf("%d.jpg", i), 120, 90, i))
	}
	target := filepath.Join(t.TempDir(), "all.zip")
	ctx, stop := context.WithCancel(t.Context())
	r, err := Run(ctx, b.engine, sources, sizesOf(t, twoSizes), Options{Zip: target, Jobs: 1, Sheet: &Sheet{}}, func(int, int) { stop() })
	if _, missing := os.Stat(target); !errors.Is(err, context.Canceled) || !errors.Is(missing, fs.ErrNotExist) || r.Zip != "" {
		t.Fatalf("%v, %v", err, missing)
	}
	b.wantCounts(b.run(sources, Options{Zip: target, Sheet: &Sheet{}}), fmt.Sprintf("%d made, %d there", 12-len(r.Files), len(r.Files)))
	b.wantOnly(filepath.Dir(target), "all.zip")
	if got := b.unpacked(target); len(got) != 13 {
		t.Errorf("%d files", len(got))
	}
	other := filepath.Join(t.TempDir(), "other.zip")
	b.run(sources, Options{Zip: other, Sheet: &Sheet{}})
	went, err := os.ReadFile(target)
	b.must(err)
	if straight, err := os.ReadFile(other); err != nil || !bytes.Equal(went, straight) {
		t.Errorf("an export that went on is not the one that was never stopped: %v", err)
	}
}

func TestAKilledExportLeavesNoHalfFileAndGoesOn(t *testing.T) {
	const count, kills = 12, 6
	for _, zipped := range []bool{false, true} {
		b := newBench(t)
		for i := range count {
			b.photo(fmt.Sprintf("%02d.jpg", i), 900, 700, i)
		}
		program, err := os.Executable()
		b.must(err)
		place := t.TempDir()
		out, target := filepath.Join(place, "out"), ""
		if zipped {
			out, target = filepath.Join(place, ".all.zip.partial"), filepath.Join(place, "all.zip")
		}
		command := func() *exec.Cmd {
			cmd := exec.Command(program)
			cmd.Env = append(os.Environ(), "POSTBAG_TEST_EXPORT="+b.photos, "POSTBAG_TEST_OUT="+out, "POSTBAG_TEST_ZIP="+target)
			cmd.Stderr = os.Stderr
			return cmd
		}
		made := map[string]time.Time{}
		for kill := range kills {
			cmd := command()
			said, err := cmd.StdoutPipe()
			b.must(err)
			b.must(cmd.Start())
			lines := bufio.NewScanner(said)
			for n := 0; n <= kill && lines.Scan(); n++ {
			}
			b.must(cmd.Process.Kill()) // SIGKILL, in the middle of the pictures after
			_, _ = io.Copy(io.Discard, said)
			_ = cmd.Wait()
			for name, data := range b.files(out) {
				if strings.Contains(name, partName) {
					continue
				}
				if !strings.HasSuffix(data, "\xff\xd9") && !strings.HasSuffix(data, "</html>\n") {
					t.Fatalf("%s is half a file", name)
				}
				info, err := os.Stat(filepath.Join(out, name))
				b.must(err)
				if before, known := made[name]; known && !before.Equal(info.ModTime()) {
					t.Errorf("%s was made twice", name)
				}
				made[name] = info.ModTime()
			}
			if _, err := os.Stat(target); zipped && err == nil {
				break // the last kill came too late
			}
		}
		if len(made) < kills {
			t.Errorf("only %d files were made before the kills", len(made))
		}
		b.must(command().Run())
		if zipped {
			b.wantOnly(place, "all.zip")
			if got := b.unpacked(target); len(got) != 2*count+1 {
				t.Errorf("%d files in the zip", len(got))
			}
			continue
		}
		if got := b.files(out); len(got) != 2*count+1 {
			t.Errorf("%d files: parts were left", len(got))
		}
		for name, before := range made {
			if info, err := os.Stat(filepath.Join(out, name)); err != nil || !strings.HasSuffix(name, ".html") && !info.ModTime().Equal(before) {
				t.Errorf("%s was made twice: %v", name, err)
			}
		}
	}
}
