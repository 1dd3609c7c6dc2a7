package library

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestEveryKindOfFileIsKnownByItsContent(t *testing.T) {
	s := newShelf(t)
	s.file("a.png", jpegOf(t, photo(60, 40, 1), exifOf(6)))
	s.file("b.txt", pngOf(t, photo(30, 20, 2)))
	s.file("c", webpOf(t, photo(31, 20, 3)))
	s.file("d.jpg", gifOf(t, 3))
	s.file("e.gif", gifOf(t, 1))
	s.file("f.jpg", movieOf())
	r := s.imports(Options{}, s.photos)
	if r.Imported != 6 || r.Duplicates != 0 || len(r.Failed) != 0 {
		t.Fatalf("result %+v", r)
	}
	var got []string
	for _, i := range r.Assets {
		a := i.Asset
		got = append(got, fmt.Sprintf("%s %s %s %dx%d turn %d frames %d %d ms", filepath.Base(i.Path), a.Kind, a.Format, a.Width, a.Height, a.Turn, a.Frames, a.DurationMs))
	}
	want := []string{
		"a.png image jpeg 40x60 turn 6 frames 1 0 ms", "b.txt image png 30x20 turn 1 frames 1 0 ms",
		"c image webp 31x20 turn 1 frames 1 0 ms", "d.jpg animation gif 60x40 turn 1 frames 3 0 ms",
		"e.gif image gif 60x40 turn 1 frames 1 0 ms", "f.jpg video mp4 90x160 turn 1 frames 1 2500 ms",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	a := r.Assets[0].Asset
	if a.Camera != "PENTAX Corp K-1 II" || !a.TakenAt.Equal(time.Date(2026, 6, 21, 22, 15, 0, 0, time.UTC)) {
		t.Errorf("camera %q at %v", a.Camera, a.TakenAt)
	}
	if a.Place == nil || math.Abs(a.Place.Latitude-60.4) > 1e-9 || math.Abs(a.Place.Longitude-5.3) > 1e-9 {
		t.Errorf("place %+v", a.Place)
	}
	if v := r.Assets[5].Asset; !v.TakenAt.Equal(time.Unix(1_700_000_000, 0)) {
		t.Errorf("the video was made at %v", v.TakenAt)
	}
}

func TestABadFileIsNamedAndTheRestGoesOn(t *testing.T) {
	s := newShelf(t)
	whole := jpegOf(t, photo(200, 200, 1), nil)
	huge := pngOf(t, photo(8, 8, 1))
	copy(huge[16:], []byte{0, 0, 0xc3, 0x50, 0, 0, 0xc3, 0x50}) // 50,000 × 50,000
	for name, data := range map[string][]byte{
		"archive.jpg": []byte("PK\x03\x04 and so on and so on and so on"), "empty.jpg": {}, "text.jpg": []byte("hello, I am not a picture at all"),
		"truncated.jpg": whole[:len(whole)/2], "good.jpg": whole, "bomb.png": huge,
		"headless.mp4": box4("ftyp", []byte("isom\x00\x00\x02\x00isom")), "lying.mp4": append(box4("ftyp", []byte("isom\x00\x00\x02\x00isom")), 0x7f, 0xff, 0xff, 0xff, 'm', 'o', 'o', 'v'),
	} {
		s.file(name, data)
	}
	r := s.imports(Options{}, s.photos, filepath.Join(s.photos, "nowhere.jpg"))
	got := map[string]string{}
	for _, f := range r.Failed {
		got[filepath.Base(f.Path)] = f.Code
		if f.Message == "" || strings.Contains(f.Message, s.photos) {
			t.Errorf("%s: message %q", f.Path, f.Message)
		}
	}
	for name, code := range map[string]string{
		"archive.jpg": CodeArchive, "empty.jpg": CodeEmpty, "text.jpg": CodeUnknownFormat, "truncated.jpg": CodeDamaged,
		"nowhere.jpg": CodeNotFound, "headless.mp4": CodeDamaged, "lying.mp4": CodeDamaged,
	} {
		if got[name] != code {
			t.Errorf("%s is %q, want %q", name, got[name], code)
		}
	}
	// The header's own checksum is wrong too, so either is a true word about it.
	if c := got["bomb.png"]; c != CodeTooManyPixels && c != CodeDamaged {
		t.Errorf("bomb.png is %q", c)
	}
	if r.Imported != 1 || filepath.Base(r.Assets[0].Path) != "good.jpg" || len(r.Failed) != 8 {
		t.Errorf("result %+v", r)
	}
	if page, err := s.List(t.Context(), s.space, Query{}); err != nil || len(page.Assets) != 1 {
		t.Errorf("%d assets, %v", len(page.Assets), err)
	}
}

func TestTheSameContentIsImportedOnce(t *testing.T) {
	s := newShelf(t)
	data := jpegOf(t, photo(40, 40, 1), nil)
	first := s.one(s.file("one.jpg", data))
	s.file("sub/two.jpg", data)
	s.file("sub/three.jpg", data)
	flat := s.imports(Options{}, s.photos)
	if flat.Duplicates != 1 || len(flat.Assets) != 1 {
		t.Errorf("a folder without its folders: %+v", flat)
	}
	deep := s.imports(Options{Recursive: true}, s.photos, filepath.Join(s.photos, "one.jpg"))
	if deep.Imported != 0 || deep.Duplicates != 3 {
		t.Errorf("imported %d, duplicates %d", deep.Imported, deep.Duplicates)
	}
	for _, a := range deep.Assets {
		if a.Asset.ID != first.ID || !a.Duplicate {
			t.Errorf("%+v", a)
		}
	}
	s.must(s.Remove(t.Context(), first.ID))
	back := s.imports(Options{}, filepath.Join(s.photos, "one.jpg"))
	if a, err := s.Get(t.Context(), first.ID); err != nil || !a.DeletedAt.IsZero() || back.Duplicates != 1 {
		t.Errorf("not taken out of the bin: %+v, %v", a, err)
	}
}

func TestSystemFilesAndLinksStayOutside(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("making links needs a right that tests do not have there")
	}
	s := newShelf(t)
	outside := filepath.Join(t.TempDir(), "secret.jpg")
	s.must(os.WriteFile(outside, jpegOf(t, photo(10, 10, 9), nil), 0o600))
	s.file("Thumbs.db", []byte("x"))
	s.file(".hidden.jpg", []byte("x"))
	s.file("__MACOSX/x.jpg", []byte("x"))
	s.file("data/postbag.db", []byte("x"))
	s.file("data/media/x.jpg", []byte("x"))
	s.must(os.Symlink(outside, filepath.Join(s.photos, "link.jpg")))
	s.must(os.Symlink(filepath.Dir(outside), filepath.Join(s.photos, "folder")))
	s.must(os.Symlink(s.photos, filepath.Join(s.photos, "round")))
	r := s.imports(Options{Recursive: true}, s.photos)
	if len(r.Assets) != 0 || len(r.Failed) != 3 {
		t.Fatalf("result %+v", r)
	}
	for _, f := range r.Failed {
		if f.Code != CodeLink {
			t.Errorf("%+v", f)
		}
	}
	// A link that the person named is what the person meant.
	s.one(filepath.Join(s.photos, "link.jpg"))
}

func TestNamesAreMadeSafeAndTheFilesAreStillRead(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("other systems do not allow such names")
	}
	s := newShelf(t)
	names := []string{"caf\xe9.jpg", `a\..\..\windows.jpg`, "line\nbreak.jpg", "CON.jpg", "-rf.jpg", "\u202egpj.exe.jpg"}
	for i, name := range names {
		s.file(name, jpegOf(t, photo(20, 20, uint32(i)), nil))
	}
	for _, reference := range []bool{false, true} {
		r := s.imports(Options{Reference: reference}, s.photos)
		if len(r.Assets) != len(names) || len(r.Failed) != 0 {
			t.Fatalf("result %+v", r)
		}
		for _, i := range r.Assets {
			n := i.Asset.Name
			if n != strings.ToValidUTF8(n, "?") || strings.ContainsAny(n, "/\\\n\u202e") || strings.HasPrefix(n, ".") {
				t.Errorf("%q became %q", filepath.Base(i.Path), n)
			}
		}
	}
	again, err := openSeen(s, filepath.Join(s.photos, names[0]))
	if err != nil || !again {
		t.Errorf("a name that is not UTF-8 is not recognised: %v, %v", again, err)
	}
	ref := newShelf(t)
	ref.file("caf\xe9.jpg", jpegOf(t, photo(20, 20, 1), nil))
	a := ref.imports(Options{Reference: true}, ref.photos).Assets[0].Asset
	f, err := ref.Open(t.Context(), a)
	if err != nil {
		t.Fatal(err)
	}
	_ = f.Close()
}

func openSeen(s shelf, path string) (bool, error) {
	info, err := os.Stat(path)
	if err != nil {
		return false, err
	}
	_, ok, err := s.db.SeenImport(s.t.Context(), s.space, keep(path), info.Size(), info.ModTime())
	return ok, err
}

// counting counts what is read from the content store's side and can fail like a full disk.
type counting struct {
	Files
	mu   sync.Mutex
	puts int
	fail error
}

func (c *counting) Put(ctx context.Context, r io.Reader) (string, int64, error) {
	c.mu.Lock()
	c.puts++
	full := c.fail != nil && c.puts > workers() // one worker at least is at its second file
	c.mu.Unlock()
	if full {
		_, _ = io.CopyN(io.Discard, r, 10)
		return "", 0, c.fail
	}
	return c.Files.Put(ctx, r)
}

func TestAFullDiskStopsTheImportAndKeepsWhatWasDone(t *testing.T) {
	s := newShelf(t)
	files := workers() + 4
	for i := range files {
		s.file(fmt.Sprintf("%d.jpg", i), jpegOf(t, photo(30, 30, uint32(i)), nil))
	}
	full := errors.New("the disk is full")
	disk := &counting{Files: s.p.Files, fail: full}
	parts := s.p
	parts.Files = disk
	r, err := New(parts).Import(t.Context(), s.space, []string{s.photos}, Options{}, nil)
	if !errors.Is(err, full) || !strings.Contains(err.Error(), fmt.Sprintf("of %d files", files)) {
		t.Fatalf("got %v", err)
	}
	// When the disk is full for one worker, the others stop in the middle or have just ended.
	kept := r.Imported
	if kept < 1 || kept > workers() || len(r.Failed) != 0 || len(r.Assets) != kept {
		t.Errorf("result %+v", r)
	}
	disk.fail, disk.puts = nil, 0
	r, err = New(parts).Import(t.Context(), s.space, []string{s.photos}, Options{}, nil)
	if err != nil || r.Imported != files-kept || r.Duplicates != kept || disk.puts != files-kept {
		t.Errorf("afterwards: imported %d, duplicates %d, stored %d, %v", r.Imported, r.Duplicates, disk.puts, err)
	}
}

func TestACancelledImportEndsBetweenFiles(t *testing.T) {
	s := newShelf(t)
	for i := range 8 {
		s.file(fmt.Sprintf("%d.jpg", i), jpegOf(t, photo(30, 30, uint32(i)), nil))
	}
	ctx, cancel := context.WithCancel(t.Context())
	var last Progress
	r, err := s.Import(ctx, s.space, []string{s.photos}, Options{}, func(p Progress) {
		last = p
		if p.Done == 2 {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) || r.Imported != last.Done || last.Total != 8 || r.Imported == 8 {
		t.Fatalf("%d of %d imported, %v", r.Imported, last.Total, err)
	}
	if page, err := s.List(t.Context(), s.space, Query{}); err != nil || len(page.Assets) < r.Imported {
		t.Errorf("%d assets, %v", len(page.Assets), err)
	}
}
