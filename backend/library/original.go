package library

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"postbag/backend/domain"
	"postbag/backend/render"
)

// Open returns an asset's original. A referenced one is first read whole to prove that it is still
// the file that was imported; a kept copy fails at the end of reading if it was altered. An original
// that is gone or changed is an ErrMissing that names where it was.
func (s *Service) Open(ctx context.Context, a domain.Asset) (io.ReadSeekCloser, error) {
	if a.Reference != "" {
		return openReference(ctx, a)
	}
	f, err := s.p.Files.Open(a.SHA256)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("open %q: %w: %w", a.Name, ErrMissing, err)
	}
	if err != nil {
		return nil, fmt.Errorf("open %q: %w", a.Name, err)
	}
	return f, nil
}

func openReference(ctx context.Context, a domain.Asset) (_ *os.File, err error) {
	path := kept(a.Reference)
	missing := func(why string) (*os.File, error) {
		return nil, fmt.Errorf("%w: %q is %s", ErrMissing, path, why)
	}
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return missing("no longer there")
	case err != nil:
		return missing("out of reach (" + reason(err) + ")")
	case !info.Mode().IsRegular() || info.Size() != a.Bytes:
		return missing("another file now")
	}
	f, err := os.Open(path)
	if err != nil {
		return missing("out of reach (" + reason(err) + ")")
	}
	sum, err := hashOf(ctx, f)
	if err == nil && sum != a.SHA256 {
		_ = f.Close()
		return missing("another file now")
	}
	if err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	if err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("open %q: %w", path, err)
	}
	return f, nil
}

// Locate says where the original of a referenced asset is now. A file of other content is a
// *domain.FieldError; an asset whose copy is kept is a domain.ErrNotAllowed.
func (s *Service) Locate(ctx context.Context, id domain.AssetID, path string) (domain.Asset, error) {
	a, err := s.Get(ctx, id)
	if err != nil {
		return a, err
	}
	if a.Reference == "" {
		return a, fmt.Errorf("a copy of %q is kept: %w", a.Name, domain.ErrNotAllowed)
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		return a, fmt.Errorf("find %q: %w", a.Name, err)
	}
	moved := a
	moved.Reference = keep(abs)
	f, err := openReference(ctx, moved)
	if errors.Is(err, ErrMissing) {
		return a, &domain.FieldError{Field: "path", Message: "this is not the file that was imported"}
	}
	if err != nil {
		return a, err
	}
	_ = f.Close()
	return s.p.Store.SetReference(ctx, id, moved.Reference)
}

func thumbName(sha256 string, side int) string {
	return fmt.Sprintf("thumbs/%s/%s-%d", sha256[:2], sha256, side)
}

// thumbOf names a thumbnail of an asset: an adjusted one has others.
func thumbOf(a domain.Asset, side int) string {
	if !a.Adjust.Any() {
		return thumbName(a.SHA256, side)
	}
	return thumbName(a.SHA256, side) + "-" + a.Adjust.Key()
}

// Thumb is ThumbOf for the asset with an id.
func (s *Service) Thumb(ctx context.Context, id domain.AssetID, side int) (data []byte, mime string, err error) {
	a, err := s.Get(ctx, id)
	if err != nil {
		return nil, "", err
	}
	return s.ThumbOf(ctx, a, side)
}

// ThumbOf returns an asset's thumbnail, as it is adjusted, and its media type; side is one of
// render.ThumbnailSides. One that is missing is made again. What has no picture is an ErrNoPicture.
func (s *Service) ThumbOf(ctx context.Context, a domain.Asset, side int) (data []byte, mime string, err error) {
	i := slices.Index(render.ThumbnailSides(), side)
	if i < 0 {
		return nil, "", &domain.FieldError{Field: "side", Message: fmt.Sprintf("thumbnails have %v pixels", render.ThumbnailSides())}
	}
	if data, err := s.p.Folder.ReadFile(thumbOf(a, side)); err == nil && thumbType(data) != "" {
		return data, thumbType(data), nil
	}
	outputs, err := s.thumbs(ctx, a)
	if errors.Is(err, render.ErrUnsupported) {
		return nil, "", fmt.Errorf("thumbnail of %q: %w: %w", a.Name, ErrNoPicture, err)
	}
	if err != nil {
		return nil, "", fmt.Errorf("thumbnail of %q: %w", a.Name, err)
	}
	for j, out := range outputs {
		// A thumbnail that cannot be kept can still be shown.
		_ = s.p.Folder.WriteFile(thumbOf(a, render.ThumbnailSides()[j]), out.Data)
	}
	return outputs[i].Data, outputs[i].Format.MIME(), nil
}

// thumbs makes the thumbnails of an asset.
func (s *Service) thumbs(ctx context.Context, a domain.Asset) ([]render.Output, error) {
	if a.Kind == domain.AssetVideo {
		return s.posters(ctx, a)
	}
	f, err := s.Open(ctx, a)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	_, outputs, err := s.p.Engine.AdjustedThumbnails(ctx, f, a.Bytes, render.Adjustment(a.Adjust))
	return outputs, err
}

// thumbType tells a whole thumbnail from an empty or foreign file.
func thumbType(data []byte) string {
	switch {
	case bytes.HasPrefix(data, []byte("\xff\xd8\xff")):
		return "image/jpeg"
	case bytes.HasPrefix(data, []byte("\x89PNG\r\n\x1a\n")):
		return "image/png"
	}
	return ""
}

func sumOf(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
