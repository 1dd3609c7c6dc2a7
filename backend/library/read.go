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
	"strings"
	"unicode"
	"unicode/utf8"

	"postbag/backend/domain"
	"postbag/backend/render"
)

// maxVideoBytes bounds a video; pictures have the engine's limits.
const maxVideoBytes = 20 << 30

// importOne brings one file into the library. A fault is about the file; any other error is not.
func (s *Service) importOne(ctx context.Context, w domain.WorkspaceID, j job, o Options) (outcome, error) {
	f, err := j.open()
	if err != nil {
		return outcome{}, faultf(CodeUnreadable, "%s", reason(err))
	}
	defer func() { _ = f.Close() }()
	before, err := f.Stat()
	switch {
	case err != nil:
		return outcome{}, faultf(CodeUnreadable, "%s", reason(err))
	case !before.Mode().IsRegular():
		return outcome{}, faultf(CodeNotAFile, "it is neither a file nor a folder")
	case before.Size() == 0:
		return outcome{}, faultf(CodeEmpty, "the file is empty")
	}
	if o.Known {
		known, err := s.p.Store.Imported(ctx, w, keep(j.path), before.Size(), before.ModTime())
		if err != nil || known {
			return outcome{}, err
		}
	}
	seen, ok, err := s.p.Store.SeenImport(ctx, w, keep(j.path), before.Size(), before.ModTime())
	if err != nil {
		return outcome{}, err
	}
	if ok && (o.Reference || seen.Reference == "") && s.there(seen) {
		return outcome{asset: seen}, nil
	}

	kind, err := sniff(f, before.Size())
	if err != nil {
		return outcome{}, err
	}
	whole, err := inMemory(ctx, f, before.Size(), kind.Format)
	if err != nil {
		return outcome{}, err
	}
	sum, err := hashOf(ctx, whole)
	if err != nil {
		return outcome{}, err
	}
	known, err := s.p.Store.AssetsBySHA(ctx, w, []string{sum})
	if err != nil {
		return outcome{}, err
	}
	a, thumbs := known[sum], []render.Output(nil)
	if a.ID == "" {
		if a, thumbs, err = s.facts(ctx, f, whole, j.path, before.Size(), kind); err != nil {
			return outcome{}, err
		}
		a.Workspace, a.SHA256, a.Bytes = w, sum, before.Size()
		a.Name = s.p.SafeName(filepath.Base(j.path))
	}
	if o.Reference {
		a.Reference = keep(j.path)
	} else if err := s.copyIn(ctx, whole, sum); err != nil {
		return outcome{}, err
	}
	if after, err := f.Stat(); err != nil || after.Size() != before.Size() || !after.ModTime().Equal(before.ModTime()) {
		return outcome{}, faultf(CodeChanged, "the file changed while it was read; import it again")
	}
	stored, added, err := s.p.Store.AddAsset(ctx, a, keep(j.path), before.ModTime())
	if err != nil {
		return outcome{}, err
	}
	if !added {
		if stored, err = s.settleReference(ctx, stored, j.path, o); err != nil {
			return outcome{}, err
		}
	}
	for i, side := range render.ThumbnailSides() {
		if i < len(thumbs) {
			if err := s.p.Folder.WriteFile(thumbName(sum, side), thumbs[i].Data); err != nil {
				return outcome{}, err
			}
		}
	}
	out := outcome{asset: stored, added: added}
	if len(thumbs) > 0 {
		look := lookOf(thumbs[0].Data)
		out.look = &look
	}
	return out, nil
}

// there reports whether an asset's original can still be found, without reading it.
func (s *Service) there(a domain.Asset) bool {
	if a.Reference == "" {
		n, err := s.p.Files.Size(a.SHA256)
		return err == nil && n == a.Bytes
	}
	info, err := os.Stat(kept(a.Reference))
	return err == nil && info.Mode().IsRegular() && info.Size() == a.Bytes
}

// settleReference decides where the original of a known asset is after its content was imported
// again: a copy that is kept now replaces a reference, and a lost reference is found again.
func (s *Service) settleReference(ctx context.Context, a domain.Asset, path string, o Options) (domain.Asset, error) {
	switch {
	case !o.Reference && a.Reference != "":
		return s.p.Store.SetReference(ctx, a.ID, "")
	case o.Reference && !s.there(a):
		return s.p.Store.SetReference(ctx, a.ID, keep(path))
	}
	return a, nil
}

// sniff tells the file's format by its content, and names what it is instead.
func sniff(f *os.File, size int64) (render.Info, error) {
	info, err := render.Probe(f, size)
	if err == nil || errors.Is(err, render.ErrUnsupported) && info.Format != "" {
		return info, nil
	}
	head := make([]byte, 8)
	n, _ := f.ReadAt(head, 0)
	for _, magic := range []string{"PK\x03\x04", "PK\x05\x06", "\x1f\x8b", "7z\xbc\xaf\x27\x1c", "Rar!", "BZh", "\xfd7zXZ"} {
		if bytes.HasPrefix(head[:n], []byte(magic)) {
			return info, faultf(CodeArchive, "it is an archive or an office document, whatever its name says; unpack it first")
		}
	}
	return info, picture(err)
}

// picture turns what the picture pipeline says about a file into a fault.
func picture(err error) error {
	if _, ok := errors.AsType[*fault](err); ok || err == nil {
		return err
	}
	for _, c := range []struct {
		is   error
		code string
	}{
		{render.ErrEmpty, CodeEmpty},
		{render.ErrFormat, CodeUnknownFormat},
		{render.ErrTooManyPixels, CodeTooManyPixels},
		{render.ErrTooLarge, CodeTooLarge},
		{render.ErrUnsupported, CodeUnsupported},
		{render.ErrDamaged, CodeDamaged},
	} {
		if errors.Is(err, c.is) {
			return faultf(c.code, "%s", err.Error())
		}
	}
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		return faultf(CodeUnreadable, "%s", p.Err.Error())
	}
	return err
}

// facts reads everything about a new file, decoding a picture once for its thumbnails: that it can
// be decoded is what tells a whole file from a damaged one.
func (s *Service) facts(ctx context.Context, f *os.File, whole io.ReadSeeker, path string, size int64, info render.Info) (domain.Asset, []render.Output, error) {
	a := domain.Asset{Kind: domain.AssetImage, Format: string(info.Format), Turn: 1, Frames: 1, Tags: []string{}}
	if info.Format.IsVideo() {
		if size > maxVideoBytes {
			return a, nil, faultf(CodeTooLarge, "a video may have %d GB", maxVideoBytes>>30)
		}
		err := s.videoFacts(ctx, f, path, size, &a)
		return a, nil, err
	}
	info, err := s.p.Engine.Probe(whole, size)
	if err != nil && !errors.Is(err, render.ErrUnsupported) {
		return a, nil, picture(err)
	}
	a.Width, a.Height, a.Turn, a.Frames = info.Width, info.Height, max(info.Orientation, 1), max(info.Frames, 1)
	if info.Animated {
		a.Kind = domain.AssetAnimation
	}
	m := info.Meta
	a.TakenAt, a.Camera = m.Taken, camera(m.Make, m.Model)
	if m.HasPlace {
		a.Place = &domain.Place{Latitude: m.Latitude, Longitude: m.Longitude}
	}
	var thumbs []render.Output
	if err == nil {
		_, thumbs, err = s.p.Engine.Thumbnails(ctx, whole, size)
	}
	switch {
	case errors.Is(err, render.ErrUnsupported) && a.Width > 0 && a.Height > 0:
		a.Warning = "this kind of picture can be kept, but not shown or fitted yet"
		return a, nil, nil
	case err != nil:
		if ctx.Err() != nil {
			return a, nil, ctx.Err()
		}
		return a, nil, picture(err)
	}
	a.Warning = warnings(thumbs, a.Kind)
	return a, thumbs, nil
}

// warnings joins what was noticed about the pixels. That a thumbnail shows the first frame of an
// animation is no news.
func warnings(outputs []render.Output, kind domain.AssetKind) string {
	var list []string
	if len(outputs) > 0 {
		for _, w := range outputs[0].Warnings {
			if w != render.WarnAnimation && w != render.WarnColours || kind == domain.AssetImage && w != render.WarnColours {
				list = append(list, string(w))
			}
		}
	}
	return strings.Join(list, "; ")
}

// camera joins maker and model as people say it: models often begin with the maker.
func camera(maker, model string) string {
	maker, model = oneLine(maker), oneLine(model)
	first, _, _ := strings.Cut(strings.ToLower(maker), " ")
	if first != "" && !strings.HasPrefix(strings.ToLower(model), first) {
		model = strings.TrimSpace(maker + " " + model)
	}
	return model
}

// oneLine makes a file's own words harmless: one line of at most 100 visible characters.
func oneLine(s string) string {
	s = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) || r == utf8.RuneError {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	return strings.TrimSpace(fmt.Sprintf("%.100s", strings.TrimSpace(s)))
}

// mostInMemory is the largest picture that is read once and kept, in bytes, as long as it is looked at, hashed,
// decoded and copied. A larger file is read for each of these.
const mostInMemory = 24 << 20

// content is a file that was read whole.
type content struct {
	*bytes.Reader
	bytes []byte
}

// Content lets the picture engine take the bytes as they are.
func (c content) Content() []byte { return c.bytes }

// inMemory returns a picture's content, or the file itself if it is a video or large.
func inMemory(ctx context.Context, f *os.File, size int64, format render.Format) (io.ReadSeeker, error) {
	if format.IsVideo() || size > mostInMemory {
		return f, nil
	}
	whole := make([]byte, size)
	if _, err := io.ReadFull(io.NewSectionReader(f, 0, size), whole); err != nil {
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return nil, faultf(CodeChanged, "the file changed while it was read; import it again")
		}
		return nil, faultf(CodeUnreadable, "%s", reason(err))
	}
	return content{bytes.NewReader(whole), whole}, ctx.Err()
}

// source remembers that reading failed, so that a bad disk under the file is told from a bad one
// under the library.
type source struct {
	ctx context.Context
	f   io.ReadSeeker
	err error
}

func (r *source) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := r.f.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		r.err = err
	}
	return n, err
}

// Len lets the content store see how much room it needs before it begins.
func (r *source) Len() int {
	switch f := r.f.(type) {
	case *os.File:
		if info, err := f.Stat(); err == nil && info.Mode().IsRegular() {
			return int(info.Size())
		}
	case content:
		return len(f.bytes)
	}
	return 0
}

func hashOf(ctx context.Context, f io.ReadSeeker) (string, error) {
	h := sha256.New()
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return "", faultf(CodeUnreadable, "%s", reason(err))
	}
	if _, err := io.Copy(h, &source{ctx: ctx, f: f}); err != nil {
		if ctx.Err() != nil {
			return "", ctx.Err()
		}
		return "", faultf(CodeUnreadable, "%s", reason(err))
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// copyIn puts the file into the content store, unless it is there already.
func (s *Service) copyIn(ctx context.Context, f io.ReadSeeker, sum string) error {
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return faultf(CodeUnreadable, "%s", reason(err))
	}
	r := &source{ctx: ctx, f: f}
	got, _, err := s.p.Files.Put(ctx, r)
	switch {
	case r.err != nil:
		return faultf(CodeUnreadable, "%s", reason(r.err))
	case err != nil:
		return err
	case got != sum:
		return faultf(CodeChanged, "the file changed while it was read; import it again")
	}
	return nil
}
