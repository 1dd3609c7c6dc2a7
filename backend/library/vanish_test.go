package library

import (
	"fmt"
	"os"
	"runtime"
	"testing"
)

// A card that is pulled out, or a network drive that goes away, in the middle of an import.
func TestAFolderThatVanishesDuringAnImportCostsOnlyWhatWasNotReadYet(t *testing.T) {
	s := newShelf(t)
	const n = 30
	for i := range n {
		s.file(fmt.Sprintf("sub/%02d.jpg", i), jpegOf(t, photo(80, 60, uint32(i)), nil))
	}
	gone := false
	r, err := s.Import(t.Context(), s.space, []string{s.photos}, Options{Recursive: true}, func(Progress) {
		if !gone {
			gone = true
			if err := os.RemoveAll(s.photos); err != nil && runtime.GOOS != "windows" { // which keeps what is open
				t.Error(err)
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if !gone || r.Imported < 1 || r.Imported == n || r.Imported+len(r.Failed) != n {
		t.Errorf("%d imported, %d failed of %d", r.Imported, len(r.Failed), n)
	}
	for _, f := range r.Failed {
		if f.Code != CodeNotFound && f.Code != CodeUnreadable && f.Code != CodeChanged || f.Message == "" {
			t.Errorf("%s: %s %q", f.Path, f.Code, f.Message)
		}
	}
	page, err := s.List(t.Context(), s.space, Query{Limit: 2 * n})
	if err != nil || len(page.Assets) != r.Imported {
		t.Errorf("%d assets of %d imported, %v", len(page.Assets), r.Imported, err)
	}
	for _, a := range page.Assets {
		f, err := s.Open(t.Context(), a)
		if err != nil {
			t.Errorf("%s was imported and cannot be opened: %v", a.Name, err)
			continue
		}
		_ = f.Close()
	}
}
