package library

import (
	"context"
	"errors"
	"os"
	"testing"
	"time"

	"postbag/backend/domain"
	"postbag/backend/render"
)

// projector shows the same picture of every film, or fails.
type projector struct {
	away  bool
	data  []byte
	err   error
	paths []string
}

func (p *projector) There(context.Context) bool { return !p.away }

func (p *projector) Poster(_ context.Context, path string, _ render.Format, _ time.Duration, _ int) ([]byte, error) {
	p.paths = append(p.paths, path)
	return p.data, p.err
}

func TestAVideoHasAThumbnailWhereItCanBeShown(t *testing.T) {
	s := newShelf(t)
	a := s.one(s.file("v.mp4", movieOf()))
	thumb := func() error {
		_, mime, err := s.Thumb(t.Context(), a.ID, 256)
		if err == nil && mime != "image/jpeg" {
			t.Errorf("a thumbnail of type %q", mime)
		}
		return err
	}
	if err := thumb(); !errors.Is(err, ErrNoPicture) {
		t.Errorf("without anything to make one: %v", err)
	}
	p := &projector{away: true, err: errors.New("no")}
	s.p.Frames, s.p.Path = p, s.dir.Media().Path
	if err := thumb(); !errors.Is(err, ErrNoPicture) || s.Posters(t.Context()) {
		t.Errorf("without ffmpeg: %v", err)
	}
	p.away = false
	for range 2 {
		if err := thumb(); !errors.Is(err, ErrNoPicture) {
			t.Errorf("a film that cannot be shown: %v", err)
		}
	}
	if len(p.paths) != 1 {
		t.Errorf("tried %d times", len(p.paths))
	}
	s.dark.list = nil
	p.data, p.err = jpegOf(t, photo(400, 300, 1), nil), nil
	for range 2 {
		s.must(thumb())
	}
	if len(p.paths) != 2 || !s.Posters(t.Context()) {
		t.Errorf("made %d times", len(p.paths))
	}
	if data, err := os.ReadFile(p.paths[1]); err != nil || string(data) != string(movieOf()) {
		t.Errorf("made of %q: %v", p.paths[1], err)
	}
	// A film is not like a photograph because one of its pictures is.
	s.one(s.file("same.jpg", p.data))
	_, err := s.LookAt(t.Context(), s.space)
	s.must(err)
	s.must(s.Remember(t.Context(), []domain.AssetID{a.ID}))
	if groups, err := s.Alike(t.Context(), s.space); err != nil || len(groups) != 0 {
		t.Errorf("alike: %+v, %v", groups, err)
	}
}

func TestWhereAnOriginalIs(t *testing.T) {
	s := newShelf(t)
	path := s.file("v.mp4", movieOf())
	r := s.imports(Options{Reference: true}, path)
	if got, err := s.Path(t.Context(), r.Assets[0].Asset); err != nil || got != path {
		t.Errorf("%q, %v", got, err)
	}
	s.file("v.mp4", append(movieOf(), box4("free")...))
	if _, err := s.Path(t.Context(), r.Assets[0].Asset); !errors.Is(err, ErrMissing) {
		t.Errorf("another file: %v", err)
	}
	kept := s.one(s.file("w.mp4", append(movieOf(), box4("free", []byte("w"))...)))
	if _, err := s.Path(t.Context(), kept); !errors.Is(err, ErrMissing) {
		t.Errorf("a place that is not known: %v", err)
	}
	s.p.Path = s.dir.Media().Path
	if got, err := s.Path(t.Context(), kept); err != nil || got == "" {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := s.Keep(t.Context(), s.space, s.file("bad.mp4", []byte("no film"))); err == nil {
		t.Error("what is no film was kept")
	}
	if _, err := s.Keep(t.Context(), s.space, s.photos); err == nil {
		t.Error("a folder was kept as one file")
	}
}
