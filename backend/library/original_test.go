package library

import (
	"bytes"
	"errors"
	"io"
	"os"
	"strings"
	"testing"

	"postbag/backend/domain"
	"postbag/backend/render"
)

func TestAnOriginalThatStaysIsFoundAgainOrMissed(t *testing.T) {
	s := newShelf(t)
	data := jpegOf(t, photo(50, 50, 1), nil)
	path := s.file("here.jpg", data)
	a := s.imports(Options{Reference: true}, path).Assets[0].Asset
	if a.Reference != path {
		t.Fatalf("reference %q", a.Reference)
	}
	if _, err := s.p.Files.Size(a.SHA256); err == nil {
		t.Error("a copy was kept")
	}
	f, err := s.Open(t.Context(), a)
	s.must(err)
	got, err := io.ReadAll(f)
	_ = f.Close()
	if err != nil || !bytes.Equal(got, data) {
		t.Errorf("read %d bytes, %v", len(got), err)
	}

	s.must(os.WriteFile(path, append([]byte{}, bytes.ToUpper(data)...), 0o600)) // the same length, other bytes
	if _, err := s.Open(t.Context(), a); !errors.Is(err, ErrMissing) || !strings.Contains(err.Error(), path) {
		t.Errorf("altered: %v", err)
	}
	s.must(os.Remove(path))
	if _, err := s.Open(t.Context(), a); !errors.Is(err, ErrMissing) {
		t.Errorf("gone: %v", err)
	}
	if _, err := s.Locate(t.Context(), a.ID, s.file("other.jpg", []byte("x"))); !errors.Is(err, domain.ErrInvalid) {
		t.Errorf("located elsewhere: %v", err)
	}
	moved := s.file("moved/there.jpg", data)
	a, err = s.Locate(t.Context(), a.ID, moved)
	if err != nil || a.Reference != moved {
		t.Errorf("located: %q, %v", a.Reference, err)
	}
	s.must(os.Remove(moved))
	found := s.file("again.jpg", data)
	if a = s.imports(Options{Reference: true}, found).Assets[0].Asset; a.Reference != found {
		t.Errorf("an import finds it again: %q", a.Reference)
	}
	if a = s.imports(Options{}, found).Assets[0].Asset; a.Reference != "" {
		t.Errorf("a copy replaces the reference: %q", a.Reference)
	}
	s.must(os.Remove(found))
	if f, err = s.Open(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	_ = f.Close()
}

func TestACopyThatWentAwayIsMissedAndHealedByAnImport(t *testing.T) {
	s := newShelf(t)
	path := s.file("a.jpg", jpegOf(t, photo(50, 50, 1), nil))
	a := s.one(path)
	s.must(s.dir.Media().Remove(a.SHA256))
	if _, err := s.Open(t.Context(), a); !errors.Is(err, ErrMissing) {
		t.Fatalf("got %v", err)
	}
	s.one(path)
	f, err := s.Open(t.Context(), a)
	s.must(err)
	_ = f.Close()
}

func TestThumbnailsAreMadeAgainWhenTheyAreMissing(t *testing.T) {
	s := newShelf(t)
	a := s.one(s.file("a.jpg", jpegOf(t, photo(900, 600, 1), exifOf(6))))
	for _, side := range render.ThumbnailSides() {
		data, mime, err := s.Thumb(t.Context(), a.ID, side)
		s.must(err)
		info, err := render.Probe(bytes.NewReader(data), int64(len(data)))
		if err != nil || info.Height != side || info.Width != (side*2+1)/3 || mime != "image/jpeg" || info.Private {
			t.Errorf("%d: %d × %d %s, %v", side, info.Width, info.Height, mime, err)
		}
		name := thumbName(a.SHA256, side)
		s.must(s.dir.WriteFile(name, nil))
		if again, _, err := s.Thumb(t.Context(), a.ID, side); err != nil || !bytes.Equal(again, data) {
			t.Errorf("made again: %v", err)
		}
		if kept, err := s.dir.ReadFile(name); err != nil || !bytes.Equal(kept, data) {
			t.Errorf("not kept: %v", err)
		}
	}
	if _, _, err := s.Thumb(t.Context(), a.ID, 300); !errors.Is(err, domain.ErrInvalid) {
		t.Errorf("a size that does not exist: %v", err)
	}
	v := s.one(s.file("v.mp4", movieOf()))
	if _, _, err := s.Thumb(t.Context(), v.ID, 256); !errors.Is(err, ErrNoPicture) {
		t.Errorf("of a video: %v", err)
	}
}
