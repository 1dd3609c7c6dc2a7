package batch

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"postbag/backend/presets"
	"postbag/backend/render"
)

func photo(t *testing.T, width, height int, shade uint8) []byte {
	t.Helper()
	m := image.NewNRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			m.SetNRGBA(x, y, color.NRGBA{uint8(x), uint8(y), shade, 255})
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// folder holds n photographs.
func folder(t *testing.T, n int) (dir string, sources []Source) {
	t.Helper()
	dir = t.TempDir()
	for i := range n {
		path := filepath.Join(dir, string(rune('a'+i))+".jpg")
		if err := os.WriteFile(path, photo(t, 120, 90, uint8(i)), 0o600); err != nil {
			t.Fatal(err)
		}
		sources = append(sources, File(path))
	}
	return dir, sources
}

func sizes() []presets.Preset {
	return []presets.Preset{{ID: "square", Width: 40, Height: 40, Fit: "cover"}, {ID: "whole", Width: 60, Height: 60, Fit: "inside"}}
}

// names lists a folder, and fails for a file that is not whole.
func names(t *testing.T, dir string) (list []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		file, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := image.Decode(bytes.NewReader(file)); err != nil {
			t.Errorf("%s is half a file: %v", e.Name(), err)
		}
		list = append(list, e.Name())
	}
	return list
}

func TestEveryPictureIsMadeInEverySize(t *testing.T) {
	_, sources := folder(t, 3)
	out := filepath.Join(t.TempDir(), "a", "b")
	told := 0
	r, err := Run(t.Context(), render.New(render.Options{}), sources, sizes(), Options{Out: out}, func(done, total int) {
		if told++; done != told || total != 3 {
			t.Errorf("told %d of %d the %d. time", done, total, told)
		}
	})
	if err != nil || len(r.Files) != 6 || len(r.Failed) != 0 || told != 3 {
		t.Fatalf("%v, %d made, %v failed, told %d times", err, len(r.Files), r.Failed, told)
	}
	if got := strings.Join(names(t, out), " "); got != "a-square.jpg a-whole.jpg b-square.jpg b-whole.jpg c-square.jpg c-whole.jpg" {
		t.Errorf("made %s", got)
	}
}

// The folder with the photographs is taken away, as a card or a network drive is, when the first one is done.
func TestAFolderThatVanishesCostsOnlyWhatWasNotReadYet(t *testing.T) {
	dir, sources := folder(t, 6)
	out := t.TempDir()
	r, err := Run(t.Context(), render.New(render.Options{}), sources, sizes(), Options{Out: out, Jobs: 1}, func(done, _ int) {
		if done == 1 {
			if err := os.RemoveAll(dir); err != nil {
				t.Error(err)
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	// The next one may have been opened before it went; what is open can still be read.
	made, lost := len(r.Files), len(r.Failed)
	if made < 2 || made > 4 || made+2*lost != 12 {
		t.Errorf("%d made, %d failed", made, lost)
	}
	for _, f := range r.Failed {
		if !errors.Is(f.Err, fs.ErrNotExist) || f.Preset != "" {
			t.Errorf("%s %s: %v", f.Source, f.Preset, f.Err)
		}
	}
	if got := names(t, out); len(got) != made {
		t.Errorf("%d files, %d said to be made", len(got), made)
	}
}

func TestAFolderForTheOutputsThatVanishesStopsTheRest(t *testing.T) {
	_, sources := folder(t, 6)
	out := filepath.Join(t.TempDir(), "out")
	r, err := Run(t.Context(), render.New(render.Options{}), sources, sizes(), Options{Out: out, Jobs: 1}, func(done, _ int) {
		if done == 2 {
			if err := os.RemoveAll(out); err != nil {
				t.Error(err)
			}
		}
	})
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
	if len(r.Files) < 4 || len(r.Files) > 6 {
		t.Errorf("%d were made before it went", len(r.Files))
	}
	if _, err := os.Stat(out); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the folder was made again, with half of the files: %v", err)
	}
}

// failing is a disk that stops in the middle of a file.
type failing struct {
	*bytes.Reader
	left int
}

func (f *failing) Read(p []byte) (int, error) {
	if f.left -= len(p); f.left < 0 {
		return 0, fs.ErrPermission
	}
	return f.Reader.Read(p)
}

func (f *failing) Close() error { return nil }

func TestABadPictureDoesNotKeepTheOthers(t *testing.T) {
	dir, sources := folder(t, 2)
	whole := photo(t, 400, 300, 9)
	for name, file := range map[string][]byte{"cut.jpg": whole[:len(whole)/2], "empty.jpg": nil, "text.jpg": []byte("this is no picture at all")} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, file, 0o600); err != nil {
			t.Fatal(err)
		}
		sources = append(sources, File(path))
	}
	broken := Source{Name: "broken.jpg", Open: func(context.Context) (io.ReadSeekCloser, int64, error) {
		return &failing{bytes.NewReader(whole), 5000}, int64(len(whole)), nil
	}}
	sources = append(sources, File(dir), File(filepath.Join(dir, "nowhere.jpg")), broken)
	out := t.TempDir()
	for damaged, want := range map[bool]int{false: 4, true: 6} {
		r, err := Run(t.Context(), render.New(render.Options{}), sources, sizes(), Options{Out: out, Damaged: damaged}, nil)
		if err != nil || len(r.Files) != want {
			t.Fatalf("%v, %d made, want %d", err, len(r.Files), want)
		}
		failed := map[string]error{}
		for _, f := range r.Failed {
			failed[filepath.Base(f.Source)] = f.Err
		}
		wanted := map[string]error{
			"cut.jpg": render.ErrTruncated, "empty.jpg": render.ErrEmpty, "text.jpg": render.ErrFormat,
			filepath.Base(dir): ErrNotAFile, "nowhere.jpg": fs.ErrNotExist, "broken.jpg": fs.ErrPermission,
		}
		if damaged {
			delete(wanted, "cut.jpg")
		}
		for name, is := range wanted {
			if !errors.Is(failed[name], is) {
				t.Errorf("%s: %v, want %v", name, failed[name], is)
			}
		}
		for _, f := range r.Files {
			if f.Damaged != (filepath.Base(f.Source) == "cut.jpg") {
				t.Errorf("%s %s: damaged=%v", f.Source, f.Preset, f.Damaged)
			}
		}
	}
	names(t, out)
}

func TestAStopLeavesNoHalfFile(t *testing.T) {
	_, sources := folder(t, 8)
	out := t.TempDir()
	ctx, stop := context.WithCancel(t.Context())
	r, err := Run(ctx, render.New(render.Options{}), sources, sizes(), Options{Out: out, Jobs: 2}, func(done, _ int) {
		if done == 2 {
			stop()
		}
	})
	if !errors.Is(err, context.Canceled) || len(r.Files) < 4 || len(r.Files) == 16 {
		t.Errorf("%v after %d files", err, len(r.Files))
	}
	if got := names(t, out); len(got) != len(r.Files) {
		t.Errorf("%d files, %d said to be made", len(got), len(r.Files))
	}
}
