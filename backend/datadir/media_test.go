package datadir

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"postbag/backend/network"
)

var _ network.Opener = (*Media)(nil)

func put(t *testing.T, d *Dir, content string) File {
	t.Helper()
	f, err := d.Media().Put(t.Context(), strings.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func hashOf(content string) string {
	sum := sha256.Sum256([]byte(content))
	return hex.EncodeToString(sum[:])
}

func alter(t *testing.T, d *Dir, sha, content string) {
	t.Helper()
	path, err := d.Media().Path(sha)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// feed gives a process that stores its input some of it, and waits until it is midway.
func feed(t *testing.T, p *process) {
	t.Helper()
	go func() {
		block := bytes.Repeat([]byte("x"), 64<<10)
		for range 64 {
			if _, err := p.in.Write(block); err != nil {
				return
			}
		}
	}()
	if s := p.line(t); s != "midway" {
		t.Fatalf("second process: %q", s)
	}
}

func stored(t *testing.T, d *Dir) []string {
	t.Helper()
	var list []string
	for f, err := range d.Media().Walk() {
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, f.SHA256)
	}
	return list
}

func TestTheSameContentIsStoredOnce(t *testing.T) {
	d := newDir(t)
	large := strings.Repeat("0123456789", 100_000)
	for _, content := range []string{"", "x", large} {
		f := put(t, d, content)
		if f.SHA256 != hashOf(content) || f.Bytes != int64(len(content)) || !f.New {
			t.Errorf("%d bytes: %+v", len(content), f)
		}
		if again := put(t, d, content); again.New || again.Healed || again.SHA256 != f.SHA256 {
			t.Errorf("again: %+v", again)
		}
		r, err := d.Media().Open(f.SHA256)
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		if err != nil || string(b) != content {
			t.Errorf("%d bytes came back, %v", len(b), err)
		}
		_ = r.Close()
	}
	if got := stored(t, d); len(got) != 3 || !slices.IsSorted(got) {
		t.Errorf("stored: %v", got)
	}
	if left := unfinished(t, d.Path()); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestPutFileStoresACopy(t *testing.T) {
	d := newDir(t)
	path := filepath.Join(t.TempDir(), "photo.jpg")
	if err := os.WriteFile(path, []byte("a picture"), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := d.Media().PutFile(t.Context(), path)
	if err != nil || f.SHA256 != hashOf("a picture") {
		t.Errorf("%+v, %v", f, err)
	}
	if _, err := os.Stat(path); err != nil {
		t.Errorf("the original: %v", err)
	}
	if _, err := d.Media().PutFile(t.Context(), filepath.Dir(path)); err == nil {
		t.Error("a folder was stored")
	}
}

func TestAFailingReaderLeavesNothing(t *testing.T) {
	d := newDir(t)
	broken := errors.New("the card was pulled out")
	_, err := d.Media().Put(t.Context(), io.MultiReader(strings.NewReader(strings.Repeat("x", 1<<20)), brokenReader{broken}))
	if !errors.Is(err, broken) {
		t.Errorf("put: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := d.Media().Put(ctx, strings.NewReader("x")); !errors.Is(err, context.Canceled) {
		t.Errorf("put: %v", err)
	}
	if got, left := stored(t, d), unfinished(t, d.Path()); len(got)+len(left) != 0 {
		t.Errorf("left behind: %v, %v", got, left)
	}
}

type brokenReader struct{ err error }

func (b brokenReader) Read([]byte) (int, error) { return 0, b.err }

func TestAKillMidwayLeavesNoPartOfAFile(t *testing.T) {
	d := newDir(t)
	for range 5 {
		p := start(t, "put", d.Path())
		feed(t, p)
		p.kill()
		if got := stored(t, d); len(got) != 0 {
			t.Fatalf("visible after the kill: %v", got)
		}
	}
	openAt(t, d.Path())
	if left := unfinished(t, d.Path()); len(left) != 0 {
		t.Errorf("still there after the next start: %v", left)
	}
}

func TestAnAlteredFileNeverReadsToItsEnd(t *testing.T) {
	d := newDir(t)
	good := strings.Repeat("abc", 1000)
	f := put(t, d, good)
	for name, bad := range map[string]string{
		"one bit":  "b" + good[1:],
		"the last": good[:len(good)-1] + "d",
		"shorter":  good[:len(good)-1],
		"longer":   good + "c",
		"empty":    "",
	} {
		t.Run(name, func(t *testing.T) {
			alter(t, d, f.SHA256, bad)
			r, err := d.Media().Open(f.SHA256)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = r.Close() }()
			b, err := io.ReadAll(r)
			if !errors.Is(err, ErrAltered) || len(b) > 0 && len(b) >= len(bad) {
				t.Errorf("%d of %d bytes, %v", len(b), len(bad), err)
			}
			// A reader that stops at the promised length never asks for the end.
			if _, err := r.Seek(0, io.SeekStart); err != nil {
				t.Fatal(err)
			}
			if _, err := io.ReadFull(r, make([]byte, len(bad)+1)); !errors.Is(err, ErrAltered) {
				t.Errorf("read by length: %v", err)
			}
			// Nor does one that only sends the last part.
			if _, err := r.Seek(max(int64(len(bad))-10, 0), io.SeekStart); err != nil {
				t.Fatal(err)
			}
			if _, err := io.ReadAll(r); !errors.Is(err, ErrAltered) {
				t.Errorf("last part: %v", err)
			}
		})
	}
}

func TestAWholeFileCanBeReadInAnyOrder(t *testing.T) {
	d := newDir(t)
	content := strings.Repeat("0123456789", 50_000)
	f := put(t, d, content)
	r, err := d.Media().Open(f.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	size, err := r.Seek(0, io.SeekEnd)
	if err != nil || size != int64(len(content)) {
		t.Fatalf("size %d, %v", size, err)
	}
	for _, at := range []int{0, 100, 499_990, 7, 500_000, 250_000} {
		if _, err := r.Seek(int64(at), io.SeekStart); err != nil {
			t.Fatal(err)
		}
		part := make([]byte, min(1000, len(content)-at))
		if _, err := io.ReadFull(r, part); err != nil || string(part) != content[at:at+len(part)] {
			t.Errorf("at %d: %v", at, err)
		}
	}
	if _, err := r.Seek(-10, io.SeekEnd); err != nil {
		t.Fatal(err)
	}
	if b, err := io.ReadAll(r); err != nil || string(b) != "0123456789" {
		t.Errorf("the end: %q, %v", b, err)
	}
	if _, err := r.Seek(10, io.SeekEnd); err != nil {
		t.Fatal(err)
	}
	if n, err := r.Read(make([]byte, 1)); n != 0 || !errors.Is(err, io.EOF) {
		t.Errorf("behind the end: %d, %v", n, err)
	}
	if _, err := r.Seek(-1, io.SeekStart); err == nil {
		t.Error("before the beginning")
	}
}

func TestPuttingADamagedContentAgainHealsIt(t *testing.T) {
	d := newDir(t)
	f := put(t, d, "a picture")
	alter(t, d, f.SHA256, "a pictura")
	if again := put(t, d, "a picture"); again.New || !again.Healed {
		t.Errorf("%+v", again)
	}
	if found, err := d.Media().Verify(t.Context(), nil); err != nil || len(found) != 0 {
		t.Errorf("verify: %v, %v", found, err)
	}
}

func TestOnlyHashesAreNames(t *testing.T) {
	d := newDir(t)
	good := hashOf("x")
	for _, sha := range []string{
		"", "x", "../../../etc/passwd", strings.ToUpper(hashOf("abc")), good[:63], good + "0",
		good[:62] + "/.", strings.Repeat("../", 21) + "x", good[:63] + "\x00", strings.Repeat("0", 1<<20),
	} {
		if _, err := d.Media().Open(sha); err == nil {
			t.Errorf("open %.80q", sha)
		}
		if _, err := d.Media().Stat(sha); err == nil {
			t.Errorf("stat %.80q", sha)
		}
		if err := d.Media().Remove(sha); err == nil {
			t.Errorf("remove %.80q", sha)
		}
		if _, err := d.Media().Path(sha); err == nil || len(err.Error()) > 200 {
			t.Errorf("path %.80q: %v", sha, err)
		}
	}
}

func TestAMissingContentSaysSo(t *testing.T) {
	d := newDir(t)
	f := put(t, d, "x")
	if err := d.Media().Remove(f.SHA256); err != nil {
		t.Fatal(err)
	}
	if err := d.Media().Remove(f.SHA256); err != nil {
		t.Errorf("again: %v", err)
	}
	if _, err := d.Media().Open(f.SHA256); !errors.Is(err, ErrMissing) || !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("open: %v", err)
	}
	if _, err := d.Media().Stat(f.SHA256); !errors.Is(err, ErrMissing) {
		t.Errorf("stat: %v", err)
	}
}

func TestALinkIsNotAContent(t *testing.T) {
	d := newDir(t)
	f := put(t, d, "x")
	path, err := d.Media().Path(f.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	outside := filepath.Join(t.TempDir(), "x")
	if err := os.WriteFile(outside, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, path); err != nil {
		t.Skipf("no symbolic links here: %v", err)
	}
	if _, err := d.Media().Open(f.SHA256); !errors.Is(err, ErrAltered) {
		t.Errorf("open: %v", err)
	}
}

func TestVerifyAndCheckMediaNameEveryBadFile(t *testing.T) {
	d := newDir(t)
	good, bad, gone := put(t, d, "good"), put(t, d, "bad"), put(t, d, "gone")
	alter(t, d, bad.SHA256, "worse")
	if err := d.Media().Remove(gone.SHA256); err != nil {
		t.Fatal(err)
	}
	var told int64
	found, err := d.Media().Verify(t.Context(), func(done, total int64) { told = total - done })
	if err != nil || len(found) != 1 || found[0].Kind != MediaAltered || !strings.HasSuffix(found[0].Path, bad.SHA256) || told != 0 {
		t.Errorf("verify: %v, %v, %d bytes not told of", found, err, told)
	}
	expected := slices.Values([]string{good.SHA256, bad.SHA256, gone.SHA256, "../etc/passwd"})
	found, err = d.Media().CheckMedia(t.Context(), expected, nil)
	if err != nil || len(found) != 3 || found[0].Kind != MediaAltered || found[1].Kind != MediaMissing || found[2].Kind != Unreadable {
		t.Errorf("check: %v, %v", found, err)
	}
}

func TestSafeNamesStayInTheirFolder(t *testing.T) {
	for in, want := range map[string]string{
		"photo.jpg":            "photo.jpg",
		"Grüße 東京 👩‍💻.jpg":     "Grüße 東京 👩‍💻.jpg",
		"":                     "unnamed",
		"..":                   "unnamed",
		"../../etc/passwd":     "_.._etc_passwd",
		`C:\Windows\x`:         "C__Windows_x",
		".hidden":              "hidden",
		"nul":                  "_nul",
		"Com1.txt":             "_Com1.txt",
		"COM¹":                 "_COM¹",
		"console.txt":          "console.txt",
		"aux .txt":             "_aux .txt",
		"a\x00b\nc":            "abc",
		"bad\xff\xfeutf8":      "bad_utf8",
		"gpj.\u202Eexe":        "gpj.exe",
		"trailing. . ":         "trailing",
		"a" + "\u00a0" + "b":   "a b",
		"what?<is>|this*\"":    "what__is__this__",
		strings.Repeat(" ", 9): "unnamed",
	} {
		if got := SafeName(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	long := SafeName(strings.Repeat("ü", 500) + ".jpeg")
	if len(long) > maxName || !strings.HasSuffix(long, "ü.jpeg") {
		t.Errorf("%q", long)
	}
}

func FuzzSafeName(f *testing.F) {
	for _, s := range []string{"", "..", "a/b", "nul.txt", "x\xff", strings.Repeat("é", 200), ". . .", strings.Repeat("a", 118) + ".b c"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		name := SafeName(s)
		if again := SafeName(name); again != name {
			t.Errorf("%q becomes %q and then %q", s, name, again)
		}
		if len(name) > maxName || !filepath.IsLocal(name) || filepath.Base(name) != name || name == "." {
			t.Errorf("%q becomes %q", s, name)
		}
	})
}
