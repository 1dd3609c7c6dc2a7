package library

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// importChild imports a folder and tells every file that is done, for a parent that may kill it.
func importChild() int {
	s, _, _, space, err := openShelf(context.Background(), os.Getenv("POSTBAG_TEST_DATA"))
	if err == nil {
		_, err = s.Import(context.Background(), space, []string{os.Getenv("POSTBAG_TEST_IMPORT")}, Options{}, func(p Progress) {
			fmt.Fprintln(os.Stdout, p.Done)
		})
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func TestAKilledImportLeavesNoHalfAssetAndGoesOn(t *testing.T) {
	const count, kills = 12, 8
	s := newShelf(t)
	for i := range count {
		s.file(fmt.Sprintf("%02d.jpg", i), jpegOf(t, photo(300, 200, uint32(i)), exifOf(1)))
	}
	program, err := os.Executable()
	s.must(err)
	data := filepath.Join(t.TempDir(), "data")
	for kill := range kills {
		cmd := exec.Command(program)
		cmd.Env = append(os.Environ(), "POSTBAG_TEST_IMPORT="+s.photos, "POSTBAG_TEST_DATA="+data)
		cmd.Stderr = os.Stderr
		out, err := cmd.StdoutPipe()
		s.must(err)
		s.must(cmd.Start())
		lines := bufio.NewScanner(out)
		for n := 0; n <= kill && lines.Scan(); n++ {
		}
		s.must(cmd.Process.Kill()) // SIGKILL, in the middle of the files after
		_, _ = io.Copy(io.Discard, out)
		_ = cmd.Wait()
		wholeAssets(t, data, -1)
	}
	svc, db, dir, space, err := openShelf(t.Context(), data)
	s.must(err)
	r, err := svc.Import(t.Context(), space, []string{s.photos}, Options{}, nil)
	if err != nil || len(r.Failed) != 0 || r.Imported+r.Duplicates != count || r.Duplicates < kills-1 {
		t.Errorf("after the kills: %+v, %v", r, err)
	}
	_, _ = db.Close(), dir.Close()
	wholeAssets(t, data, count)
}

// wholeAssets proves that every asset in a data folder has its whole original and a thumbnail.
func wholeAssets(t *testing.T, data string, want int) {
	t.Helper()
	s, db, dir, space, err := openShelf(t.Context(), data)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _, _ = db.Close(), dir.Close() }()
	page, err := s.List(t.Context(), space, Query{})
	if err != nil || want >= 0 && len(page.Assets) != want {
		t.Fatalf("%d assets, want %d, %v", len(page.Assets), want, err)
	}
	for _, a := range page.Assets {
		f, err := s.Open(t.Context(), a)
		if err != nil {
			t.Fatal(err)
		}
		if n, err := io.Copy(io.Discard, f); err != nil || n != a.Bytes {
			t.Errorf("%s: %d of %d bytes, %v", a.Name, n, a.Bytes, err)
		}
		_ = f.Close()
		if _, _, err := s.Thumb(t.Context(), a.ID, 256); err != nil {
			t.Error(err)
		}
	}
}
