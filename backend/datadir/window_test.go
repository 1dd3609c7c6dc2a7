package datadir

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

func TestTheWindowsFolderIsMadeBeforeTheDataFolder(t *testing.T) {
	path := filepath.Join(t.TempDir(), "data")
	folder, err := WindowFolder(path, Options{AnyPlace: true})
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(folder); err != nil || !info.IsDir() {
		t.Fatalf("no folder: %v", err)
	}
	d, err := Open(t.Context(), path, Options{AnyPlace: true})
	if err != nil {
		t.Fatalf("a data folder with a window's folder does not open: %v", err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	if again, err := WindowFolder(path, Options{AnyPlace: true}); err != nil || again != folder {
		t.Fatalf("the second time: %q, %v", again, err)
	}
}

func TestNoWindowsFolderAmongOtherFiles(t *testing.T) {
	path := t.TempDir()
	if err := os.WriteFile(filepath.Join(path, "thesis.odt"), []byte("work"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := WindowFolder(path, Options{AnyPlace: true}); !errors.Is(err, ErrNotDataFolder) {
		t.Fatalf("err = %v, want ErrNotDataFolder", err)
	}
	if entries, err := os.ReadDir(path); err != nil || len(entries) != 1 {
		t.Fatalf("the folder was changed: %v, %v", entries, err)
	}
}
