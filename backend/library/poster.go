package library

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"postbag/backend/domain"
	"postbag/backend/render"
)

// dark remembers the videos that no picture could be made of, so that a page that shows them again and
// again does not cost a try each.
type dark struct {
	mu   sync.Mutex
	list map[string]bool
}

// mostDark bounds what is remembered.
const mostDark = 1000

func (d *dark) has(sha256 string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.list[sha256]
}

func (d *dark) add(sha256 string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.list == nil || len(d.list) >= mostDark {
		d.list = map[string]bool{}
	}
	d.list[sha256] = true
}

// Posters reports whether videos have thumbnails here.
func (s *Service) Posters(ctx context.Context) bool {
	return s.p.Frames != nil && s.p.Frames.There(ctx)
}

// posters makes the thumbnails of a video. Where that cannot be done it is an ErrNoPicture.
func (s *Service) posters(ctx context.Context, a domain.Asset) ([]render.Output, error) {
	if !s.Posters(ctx) || s.dark.has(a.SHA256) {
		return nil, ErrNoPicture
	}
	path, err := s.Path(ctx, a)
	if err != nil {
		return nil, err
	}
	length := time.Duration(a.DurationMs) * time.Millisecond
	data, err := s.p.Frames.Poster(ctx, path, render.Format(a.Format), length, slices.Max(render.ThumbnailSides()))
	var outputs []render.Output
	if err == nil {
		_, outputs, err = s.p.Engine.Thumbnails(ctx, bytes.NewReader(data), int64(len(data)))
	}
	switch {
	case err == nil:
		return outputs, nil
	case ctx.Err() != nil:
		return nil, ctx.Err()
	}
	s.dark.add(a.SHA256)
	return nil, fmt.Errorf("%w: %w", ErrNoPicture, err)
}

// Path returns where an asset's original is on this machine, for a program that works on files. A
// referenced one is first read whole, to prove that it is still the file that was imported. An original
// that is gone or changed is an ErrMissing. Of an adjusted picture it is a JPEG of how it looks, in full size.
func (s *Service) Path(ctx context.Context, a domain.Asset) (string, error) {
	if a.Adjust.Any() {
		return s.adjustedPath(ctx, a)
	}
	if a.Reference != "" {
		f, err := openReference(ctx, a)
		if err != nil {
			return "", err
		}
		return f.Name(), f.Close()
	}
	if s.p.Path == nil {
		return "", fmt.Errorf("open %q: %w", a.Name, ErrMissing)
	}
	path, err := s.p.Path(a.SHA256)
	if err == nil {
		path, err = filepath.Abs(path)
	}
	if err != nil {
		return "", fmt.Errorf("open %q: %w: %w", a.Name, ErrMissing, err)
	}
	return path, nil
}

// Keep brings one file into a workspace's library, as Import does. A file that cannot be used is an error.
func (s *Service) Keep(ctx context.Context, w domain.WorkspaceID, path string) (domain.Asset, error) {
	r, err := s.Import(ctx, w, []string{path}, Options{}, nil)
	switch {
	case err != nil:
		return domain.Asset{}, err
	case len(r.Assets) == 1:
		return r.Assets[0].Asset, nil
	case len(r.Failed) == 1:
		return domain.Asset{}, fmt.Errorf("keep %q: %s", filepath.Base(path), r.Failed[0].Message)
	}
	return domain.Asset{}, fmt.Errorf("keep %q: %w", filepath.Base(path), domain.ErrNotFound)
}
